/* A user namespace for this very process. */
#ifndef IMAGESMITH_USERNAMESPACE_H
#define IMAGESMITH_USERNAMESPACE_H

#include <stddef.h>

/* What was being done when it could not be entered. */
enum imagesmith_namespace_step {
  IMAGESMITH_NAMESPACE_HELPER, /* a program that writes the map was not started; nothing has changed */
  IMAGESMITH_NAMESPACE_UNSHARE, /* nothing has changed */
  IMAGESMITH_NAMESPACE_MAP, /* a helper has failed; the process is in the namespace, and nobody there */
};

struct imagesmith_namespace_failure {
  enum imagesmith_namespace_step step;
  size_t index; /* of the helper */
  int error; /* errno; of a failed helper its wait status */
};

/* Moves this process, which must have one thread, into new user and mount namespaces. `helpers` are null-terminated argument
 * lists whose first is the path of a program: each is started in the old namespaces once the new ones are there, to write the
 * maps of this process. Returns 0, or -1 with `failure` filled in. Source: user_namespaces(7), newuidmap(1). */
int imagesmith_enter_user_namespace(
    char *const *const *helpers, size_t count, struct imagesmith_namespace_failure *failure);

#endif
