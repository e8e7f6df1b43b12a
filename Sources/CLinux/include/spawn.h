/* What must happen between clone and exec, where no Swift may run. */
#ifndef IMAGESMITH_SPAWN_H
#define IMAGESMITH_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* One mount(2) in a process's own mount namespace; a null pointer is passed on as such. */
struct imagesmith_mount {
  const char *source;
  const char *target;
  const char *type;
  unsigned long flags;
  const char *data;
};

/* A limit of setrlimit(2). */
struct imagesmith_limit {
  int resource; /* RLIMIT_... */
  uint64_t soft, hard;
};

/* What a program is confined to where no namespace may be made: another root, an owner, fewer capabilities. */
struct imagesmith_confinement {
  const char *root; /* becomes "/" */
  const char *directory; /* in it, where the program starts */
  const char *const *candidates; /* paths in it at which the program is looked for in turn; null-terminated */
  uid_t user;
  gid_t group;
  const gid_t *groups;
  size_t group_count;
  uint64_t capabilities; /* bit N: the program may have capability N; see capabilities(7) */
  bool no_new_privileges;
  const struct imagesmith_limit *limits;
  size_t limit_count;
};

/* A process in namespaces of its own, or confined without any. */
struct imagesmith_spawn {
  const char *path; /* of the program */
  char *const *arguments; /* null-terminated, as are the variables */
  char *const *environment;
  const char *directory; /* where the mounts' relative paths and the program start */
  int input, output, error; /* descriptors that become 0, 1 and 2 */
  bool own_mounts; /* a mount namespace of its own */
  bool own_processes; /* a process namespace of its own, in which the program is number 1 */
  /* Null, or what confines the program: then `path` is ignored, and a second process stands between, which is the parent of
   * all that loses its own and kills it when the program ends. It takes SIGTERM as the wish to end now. */
  const struct imagesmith_confinement *confinement;
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
  IMAGESMITH_SPAWN_GUARD, /* the process between */
  IMAGESMITH_SPAWN_ROOT,
  IMAGESMITH_SPAWN_START, /* the directory in the new root */
  IMAGESMITH_SPAWN_CAPABILITIES,
  IMAGESMITH_SPAWN_LIMIT, /* `index` says which */
  IMAGESMITH_SPAWN_OWNER,
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
