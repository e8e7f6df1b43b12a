/* What Swift cannot say on Linux: calls that its Glibc module leaves out, and what must happen between clone and exec,
 * where no Swift may run. */
#ifndef IMAGESMITH_CLINUX_H
#define IMAGESMITH_CLINUX_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* openat2(2) with RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS: `path` is resolved as if `root` were "/", so that no "..",
 * link or absolute path leads out of it. Returns a descriptor, or -1 with errno. */
int imagesmith_openat_in_root(int root, const char *path, int flags, mode_t mode);

/* One mount(2) in a process's own mount namespace; a null pointer is passed on as such. */
struct imagesmith_mount {
  const char *source;
  const char *target;
  const char *type;
  unsigned long flags;
  const char *data;
};

/* A process in namespaces of its own. */
struct imagesmith_spawn {
  const char *path; /* of the program */
  char *const *arguments; /* null-terminated, as are the variables */
  char *const *environment;
  const char *directory; /* where the mounts' relative paths and the program start */
  int input, output, error; /* descriptors that become 0, 1 and 2 */
  bool own_mounts; /* a mount namespace of its own */
  bool own_processes; /* a process namespace of its own, in which the program is number 1 */
  const struct imagesmith_mount *mounts; /* done in order, in the new mount namespace, before the program starts */
  size_t mount_count;
};

/* pipe2(2) with O_CLOEXEC. */
int imagesmith_pipe(int ends[2]);

/* What was being done when a spawn failed. */
enum imagesmith_spawn_step {
  IMAGESMITH_SPAWN_PIPE,
  IMAGESMITH_SPAWN_CLONE,
  IMAGESMITH_SPAWN_SESSION,
  IMAGESMITH_SPAWN_DIRECTORY,
  IMAGESMITH_SPAWN_PRIVATE, /* the new mount namespace cut off from the old one */
  IMAGESMITH_SPAWN_MOUNT, /* `index` says which */
  IMAGESMITH_SPAWN_DESCRIPTORS,
  IMAGESMITH_SPAWN_EXEC,
};

struct imagesmith_spawn_failure {
  enum imagesmith_spawn_step step;
  size_t index;
  int error; /* errno */
};

/* Starts the process in a session of its own; it is killed when the calling thread ends, and so, with `own_processes`, is all
 * that it started. Returns its process id once the program has been started, or -1 with `failure` filled in and no process
 * left. */
pid_t imagesmith_spawn(const struct imagesmith_spawn *spawn, struct imagesmith_spawn_failure *failure);

#endif
