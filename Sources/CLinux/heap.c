#include "CLinux.h"

#include <malloc.h>

int imagesmith_share_arena(void) { return mallopt(M_ARENA_MAX, 1); }
