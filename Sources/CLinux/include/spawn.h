/* What must happen between clone and exec, where no Swift may run. */
#ifndef IMAGESMITH_SPAWN_H
#define IMAGESMITH_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

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
