/* ISA-L's deflate and inflate. Its structs hold arrays that Swift cannot import, so they are memory without a type. */
#include <isa-l/igzip_lib.h>
#include <isa-l/crc.h>
#include <stddef.h>
#include <stdint.h>

static inline size_t imagesmith_isal_deflate_size(void) { return sizeof(struct isal_zstream); }

/* What level 2 needs to work in; level 1 does with less. With the smallest of ISA-L's usual sizes its blocks are short
 * enough to follow a layer from one file to the next: a tree of small files comes out 8 % smaller than with the largest. */
static inline size_t imagesmith_isal_level_size(void) { return ISAL_DEF_LVL2_SMALL; }

/* Whether this processor has what every fast variant of ISA-L's deflate needs. Those give the same bytes as one another,
 * and the portable one gives others. */
static inline int imagesmith_isal_is_uniform(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul");
#else
  return 1;
#endif
}

/* Deflates `input` as a part of a stream: the last part ends the stream, the others end on a byte by a sync flush.
 * Returns the number of bytes, or a negative number: ISA-L's code, or -100 where `capacity` is too small. */
static inline int64_t imagesmith_isal_deflate(
    void *memory, uint32_t level, void *level_memory, const uint8_t *dictionary, uint32_t dictionary_size,
    const uint8_t *input, uint32_t size, int is_last, uint8_t *output, uint32_t capacity) {
  struct isal_zstream *stream = (struct isal_zstream *)memory;
  isal_deflate_init(stream);
  stream->level = level;
  stream->level_buf = (uint8_t *)level_memory;
  stream->level_buf_size = level == 1 ? ISAL_DEF_LVL1_SMALL : ISAL_DEF_LVL2_SMALL;
  stream->gzip_flag = IGZIP_DEFLATE;
  stream->flush = is_last ? NO_FLUSH : SYNC_FLUSH;
  stream->end_of_stream = is_last ? 1 : 0;
  if (dictionary_size > 0) {
    int refused = isal_deflate_set_dict(stream, (uint8_t *)dictionary, dictionary_size);
    if (refused != COMP_OK) return refused < 0 ? refused : -refused;
  }
  stream->next_in = (uint8_t *)input;
  stream->avail_in = size;
  stream->next_out = output;
  stream->avail_out = capacity;
  int result = isal_deflate(stream);
  if (result != COMP_OK) return result < 0 ? result : -result;
  /* With room left, all that was to be written has been. */
  if (stream->avail_in > 0 || stream->avail_out == 0) return -100;
  return (int64_t)stream->total_out;
}

static inline size_t imagesmith_isal_inflate_size(void) { return sizeof(struct inflate_state); }

/* Begins a gzip member: its header is read and its checksum compared. */
static inline void imagesmith_isal_inflate_start(void *memory) {
  struct inflate_state *state = (struct inflate_state *)memory;
  isal_inflate_init(state);
  state->crc_flag = ISAL_GZIP;
}

/* Inflates as far as input and room go, and says how much of both is left and whether the member has ended. Returns
 * ISA-L's code: below zero for a member that is damaged. */
static inline int imagesmith_isal_inflate(
    void *memory, const uint8_t *input, uint32_t *input_left, uint8_t *output, uint32_t *output_left, int *has_ended) {
  struct inflate_state *state = (struct inflate_state *)memory;
  state->next_in = (uint8_t *)input;
  state->avail_in = *input_left;
  state->next_out = output;
  state->avail_out = *output_left;
  int result = isal_inflate(state);
  *input_left = state->avail_in;
  *output_left = state->avail_out;
  *has_ended = state->block_state == ISAL_BLOCK_FINISH;
  return result;
}
