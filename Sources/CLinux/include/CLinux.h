/* What Swift cannot say on Linux: calls that its Glibc module leaves out. */
#ifndef IMAGESMITH_CLINUX_H
#define IMAGESMITH_CLINUX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "spawn.h"
#include "usernamespace.h"

/* openat2(2) with RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS: `path` is resolved as if `root` were "/", so that no "..",
 * link or absolute path leads out of it. Returns a descriptor, or -1 with errno. */
int imagesmith_openat_in_root(int root, const char *path, int flags, mode_t mode);

/* pipe2(2) with O_CLOEXEC. */
int imagesmith_pipe(int ends[2]);

/* Flags of open(2) that need _GNU_SOURCE. */
extern const int imagesmith_o_path;

/* xattr(7) of a path, whose last component is not followed, or of a descriptor when `path` is null. They return as
 * the system calls do: a size or 0, or -1 with errno. */
ssize_t imagesmith_list_xattr(int descriptor, const char *path, char *list, size_t size);
ssize_t imagesmith_get_xattr(int descriptor, const char *path, const char *name, void *value, size_t size);
int imagesmith_set_xattr(int descriptor, const char *path, const char *name, const void *value, size_t size);
int imagesmith_remove_xattr(int descriptor, const char *path, const char *name);

/* makedev(3) and its parts, which are macros. */
dev_t imagesmith_makedev(uint32_t major, uint32_t minor);
uint32_t imagesmith_major(dev_t device);
uint32_t imagesmith_minor(dev_t device);

/* ioctl(2) FICLONE: `destination` shares the blocks of `source`. Returns 0, or -1 with errno. */
int imagesmith_clone(int destination, int source);
/* copy_file_range(2) from and to the current offsets. Returns a number of bytes, or -1 with errno. */
ssize_t imagesmith_copy_file_range(int source, int destination, size_t length);
/* sync_file_range(2) with SYNC_FILE_RANGE_WRITE: starts to write a range of bytes to disk and does not wait. */
int imagesmith_start_writeback(int descriptor, off_t offset, off_t length);
/* syncfs(2). Returns 0, or -1 with errno. */
int imagesmith_sync_file_system(int descriptor);

/* statx(2): when the entry `name` of a directory, itself and not what it points to, was made. Returns 0, or -1 when that is not
 * known. */
int imagesmith_birth_time(int directory, const char *name, int64_t *seconds, uint32_t *nanoseconds);

/* uselocale(3): what the calling thread's character set is while a C library is told names. `utf8` chooses C.UTF-8,
 * else C. Returns what to give to imagesmith_leave_locale. */
void *imagesmith_enter_locale(int utf8);
void imagesmith_leave_locale(void *previous);

/* Has malloc use one arena for all threads. Returns 1, or 0 when it cannot. */
int imagesmith_share_arena(void);

/* ioctl(2) TIOCGWINSZ: the size of a terminal in characters. Returns 0, or -1 with errno. */
int imagesmith_window_size(int descriptor, unsigned short *columns, unsigned short *rows);

#endif
