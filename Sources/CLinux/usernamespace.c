#define _GNU_SOURCE
#include "usernamespace.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAXIMUM_HELPERS = 2 };

/* Waits for a byte, and becomes the helper; without one ends. */
static _Noreturn void help(char *const *arguments, const int go[2]) {
  char byte;
  close(go[1]);
  if (read(go[0], &byte, 1) != 1) _exit(0);
  execv(arguments[0], arguments);
  _exit(127);
}

int imagesmith_enter_user_namespace(
    char *const *const *helpers, size_t count, struct imagesmith_namespace_failure *failure) {
  pid_t children[MAXIMUM_HELPERS];
  int go[2] = {-1, -1};
  size_t started = 0;
  *failure = (struct imagesmith_namespace_failure){.step = IMAGESMITH_NAMESPACE_HELPER};
  bool ready = count <= MAXIMUM_HELPERS && pipe2(go, O_CLOEXEC) == 0;
  while (ready && started < count) {
    pid_t child = fork();
    if (child == 0) help(helpers[started], go);
    ready = child > 0;
    if (ready) children[started++] = child;
  }
  if (ready) {
    failure->step = IMAGESMITH_NAMESPACE_UNSHARE;
    ready = unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0;
  }
  if (!ready) failure->error = count <= MAXIMUM_HELPERS ? errno : E2BIG;
  /* A helper that has died already shows in its status. */
  for (size_t i = 0; ready && i < count; i++)
    if (write(go[1], "", 1) != 1) break;
  for (int end = 0; end < 2; end++)
    if (go[end] >= 0) close(go[end]);
  for (size_t i = 0; i < started; i++) {
    int status = 0;
    while (waitpid(children[i], &status, 0) < 0 && errno == EINTR) continue;
    if (!ready || status == 0) continue;
    *failure = (struct imagesmith_namespace_failure){
        .step = IMAGESMITH_NAMESPACE_MAP, .index = i, .error = status};
    ready = false;
  }
  return ready ? 0 : -1;
}
