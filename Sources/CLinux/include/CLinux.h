/* What Swift cannot say on Linux: calls that its Glibc module leaves out. */
#ifndef IMAGESMITH_CLINUX_H
#define IMAGESMITH_CLINUX_H

#include <sys/types.h>

/* openat2(2) with RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS: `path` is resolved as if `root` were "/", so that no "..",
 * link or absolute path leads out of it. Returns a descriptor, or -1 with errno. */
int imagesmith_openat_in_root(int root, const char *path, int flags, mode_t mode);

#endif
