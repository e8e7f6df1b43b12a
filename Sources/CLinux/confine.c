#define _GNU_SOURCE
#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Takes away every capability that is not in `kept`, for this program and all that it starts. */
static int limit_capabilities(uint64_t kept) {
  /* EINVAL tells the first number that this kernel does not know. */
  for (unsigned long capability = 0; capability < 64; capability++) {
    int state = prctl(PR_CAPBSET_READ, capability, 0, 0, 0);
    if (state < 0) break;
    if (state == 1 && !(kept >> capability & 1) && prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) return -1;
  }
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 && errno != EINVAL) return -1;
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  struct __user_cap_data_struct sets[2];
  if (syscall(SYS_capget, &header, sets) != 0) return -1;
  for (int half = 0; half < 2; half++) {
    uint32_t mask = (uint32_t)(kept >> (32 * half));
    sets[half].permitted &= mask;
    sets[half].effective &= mask;
    sets[half].inheritable = 0;
  }
  return (int)syscall(SYS_capset, &header, sets);
}

/* By system calls: the C library's own would signal threads that this process does not have. */
static int become_owner(const struct imagesmith_confinement *to) {
  /* A user namespace of one user may not drop groups: then there are none to gain either. */
  if (syscall(SYS_setgroups, to->group_count, to->groups) != 0 && (errno != EPERM || to->group_count > 0)) return -1;
  if (syscall(SYS_setresgid, to->group, to->group, to->group) != 0) return -1;
  return (int)syscall(SYS_setresuid, to->user, to->user, to->user);
}

static _Noreturn void start(const struct imagesmith_spawn *spawn, int pipe, pid_t guard) {
  const struct imagesmith_confinement *to = spawn->confinement;
  if (setsid() < 0) imagesmith_spawn_fail(pipe, IMAGESMITH_SPAWN_SESSION, 0);
  if (chroot(to->root) != 0) imagesmith_spawn_fail(pipe, IMAGESMITH_SPAWN_ROOT, 0);
  if (chdir(to->directory) != 0) imagesmith_spawn_fail(pipe, IMAGESMITH_SPAWN_START, 0);
  umask(022);
  /* While it may raise them. */
  for (size_t i = 0; i < to->limit_count; i++) {
    struct rlimit limit = {.rlim_cur = to->limits[i].soft, .rlim_max = to->limits[i].hard};
    if (setrlimit((unsigned)to->limits[i].resource, &limit) != 0) imagesmith_spawn_fail(pipe, IMAGESMITH_SPAWN_LIMIT, i);
  }
  if (to->no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    imagesmith_spawn_fail(pipe, IMAGESMITH_SPAWN_CAPABILITIES, 0);
  if (limit_capabilities(to->capabilities) != 0) imagesmith_spawn_fail(pipe, IMAGESMITH_SPAWN_CAPABILITIES, 0);
  if (become_owner(to) != 0) imagesmith_spawn_fail(pipe, IMAGESMITH_SPAWN_OWNER, 0);
  /* Only now: the kernel forgets it when the owner changes. */
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) imagesmith_spawn_fail(pipe, IMAGESMITH_SPAWN_SESSION, 0);
  if (getppid() != guard) _exit(127);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  int reason = ENOENT;
  for (const char *const *path = to->candidates; *path; path++) {
    execve(*path, spawn->arguments, spawn->environment);
    if (errno != ENOENT && errno != ENOTDIR) reason = errno;
  }
  errno = reason;
  imagesmith_spawn_fail(pipe, IMAGESMITH_SPAWN_EXEC, 0);
}

/* Kills the children of this process, whose numbers the file `list` has. */
static void kill_children(int list) {
  char text[4096];
  pid_t number = 0;
  if (lseek(list, 0, SEEK_SET) != 0) return;
  for (ssize_t length; (length = read(list, text, sizeof text)) > 0;) {
    for (ssize_t i = 0; i < length; i++) {
      if (text[i] >= '0' && text[i] <= '9') {
        number = number * 10 + (text[i] - '0');
      } else if (number > 0) {
        kill(number, SIGKILL);
        number = 0;
      }
    }
  }
}

/* What a killed process leaves becomes this one's, which is its subreaper; so, round by round, all of them end. A kernel
 * that does not list children lets those live that have made a session of their own. */
static void end_descendants(int list, pid_t program) {
  kill(-program, SIGKILL);
  do {
    if (list >= 0) kill_children(list);
  } while (waitpid(-1, NULL, list >= 0 ? 0 : WNOHANG) > 0 || errno == EINTR);
}

_Noreturn void imagesmith_guard(const struct imagesmith_spawn *spawn, int pipe) {
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) imagesmith_spawn_fail(pipe, IMAGESMITH_SPAWN_GUARD, 0);
  sigset_t awaited;
  sigemptyset(&awaited);
  sigaddset(&awaited, SIGCHLD);
  sigaddset(&awaited, SIGTERM);
  if (sigprocmask(SIG_SETMASK, &awaited, NULL) != 0) imagesmith_spawn_fail(pipe, IMAGESMITH_SPAWN_GUARD, 0);
  pid_t guard = getpid();
  pid_t program = (pid_t)syscall(SYS_clone, (unsigned long)SIGCHLD, 0, 0, 0, 0);
  if (program == 0) start(spawn, pipe, guard);
  if (program < 0) imagesmith_spawn_fail(pipe, IMAGESMITH_SPAWN_GUARD, 0);
  /* This process starts no program, so nothing else closes what it has of its parent's: pipes that somebody reads to their
   * end, and locks. */
  syscall(SYS_close_range, 0u, ~0u, 0u);
  int list = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);

  int code = 128 + SIGKILL;
  for (bool ended = false; !ended;) {
    if (sigwaitinfo(&awaited, NULL) == SIGTERM) break;
    int status;
    for (pid_t child; (child = waitpid(-1, &status, WNOHANG)) > 0;) {
      if (child != program) continue;
      code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
      ended = true;
    }
  }
  end_descendants(list, program);
  _exit(code);
}
