#define _GNU_SOURCE
#include "spawn.h"

#include "CLinux.h"
#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

_Noreturn void imagesmith_spawn_fail(int pipe, enum imagesmith_spawn_step step, size_t index) {
  struct imagesmith_spawn_failure failure = {.step = step, .index = index, .error = errno};
  ssize_t written = write(pipe, &failure, sizeof failure);
  (void)written;
  _exit(127);
}

static _Noreturn void become(const struct imagesmith_spawn *spawn, int pipe, pid_t parent) {
  /* A guard has to kill others before it goes. */
  if (prctl(PR_SET_PDEATHSIG, spawn->confinement ? SIGTERM : SIGKILL) != 0) imagesmith_spawn_fail(pipe, IMAGESMITH_SPAWN_SESSION, 0);
  /* The parent may have died before the line above. In a new process namespace it has no number. */
  if (!spawn->own_processes && getppid() != parent) _exit(127);
  if (setsid() < 0) imagesmith_spawn_fail(pipe, IMAGESMITH_SPAWN_SESSION, 0);

  struct sigaction standard = {.sa_handler = SIG_DFL};
  for (int signal = 1; signal < NSIG; signal++) sigaction(signal, &standard, NULL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);

  if (spawn->directory && chdir(spawn->directory) != 0) imagesmith_spawn_fail(pipe, IMAGESMITH_SPAWN_DIRECTORY, 0);
  if (spawn->own_mounts && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
    imagesmith_spawn_fail(pipe, IMAGESMITH_SPAWN_PRIVATE, 0);
  for (size_t i = 0; i < spawn->mount_count; i++) {
    const struct imagesmith_mount *each = &spawn->mounts[i];
    if (mount(each->source, each->target, each->type, each->flags, each->data) != 0)
      imagesmith_spawn_fail(pipe, IMAGESMITH_SPAWN_MOUNT, i);
  }
  /* Above 2 first, so that no descriptor is overwritten before it has been moved. */
  int descriptors[3] = {spawn->input, spawn->output, spawn->error};
  for (int i = 0; i < 3; i++) {
    descriptors[i] = fcntl(descriptors[i], F_DUPFD_CLOEXEC, 3);
    if (descriptors[i] < 0) imagesmith_spawn_fail(pipe, IMAGESMITH_SPAWN_DESCRIPTORS, (size_t)i);
  }
  for (int i = 0; i < 3; i++)
    if (dup2(descriptors[i], i) < 0) imagesmith_spawn_fail(pipe, IMAGESMITH_SPAWN_DESCRIPTORS, (size_t)i);
  if (syscall(SYS_close_range, 3u, ~0u, 4u /* CLOSE_RANGE_CLOEXEC */) != 0 && errno != ENOSYS)
    imagesmith_spawn_fail(pipe, IMAGESMITH_SPAWN_DESCRIPTORS, 3);

  if (spawn->confinement) imagesmith_guard(spawn, pipe);
  execve(spawn->path, spawn->arguments, spawn->environment);
  imagesmith_spawn_fail(pipe, IMAGESMITH_SPAWN_EXEC, 0);
}

int imagesmith_pipe(int ends[2]) {
  return pipe2(ends, O_CLOEXEC);
}

pid_t imagesmith_spawn(const struct imagesmith_spawn *spawn, struct imagesmith_spawn_failure *failure) {
  int pipe[2];
  if (pipe2(pipe, O_CLOEXEC) != 0) {
    *failure = (struct imagesmith_spawn_failure){.step = IMAGESMITH_SPAWN_PIPE, .error = errno};
    return -1;
  }
  pid_t parent = getpid();
  sigset_t all, before;
  sigfillset(&all);
  /* No handler of the parent may run in the child. */
  pthread_sigmask(SIG_BLOCK, &all, &before);
  unsigned long flags = SIGCHLD;
  /* The groups too, so that a user namespace may mount their file system. */
  if (spawn->own_mounts) flags |= CLONE_NEWNS | CLONE_NEWCGROUP;
  if (spawn->own_processes) flags |= CLONE_NEWPID;
  pid_t child = (pid_t)syscall(SYS_clone, flags, 0, 0, 0, 0);
  if (child == 0) {
    close(pipe[0]);
    become(spawn, pipe[1], parent);
  }
  int error = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  close(pipe[1]);
  if (child < 0) {
    close(pipe[0]);
    *failure = (struct imagesmith_spawn_failure){.step = IMAGESMITH_SPAWN_CLONE, .error = error};
    return -1;
  }
  ssize_t count;
  do count = read(pipe[0], failure, sizeof *failure);
  while (count < 0 && errno == EINTR);
  close(pipe[0]);
  if (count == 0) return child;
  /* A report that is cut short is one of a child that was killed meanwhile. */
  if (count != sizeof *failure)
    *failure = (struct imagesmith_spawn_failure){.step = IMAGESMITH_SPAWN_EXEC, .error = EINTR};
  while (waitpid(child, NULL, 0) < 0 && errno == EINTR) continue;
  return -1;
}
