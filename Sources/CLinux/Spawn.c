#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Between fork and exec only what is safe in a signal handler: another thread may have held any lock.
static void become(char *const arguments[], char *const environment[], const int descriptors[3], pid_t parent) {
  // posix_spawn cannot ask for it. The parent may be gone before it was asked for.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) return;
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  if (sigprocmask(SIG_SETMASK, &none, NULL) != 0) return;
  for (int place = 0; place < 3; place++) {
    if (dup2(descriptors[place], place) < 0) return;
  }
#if defined SYS_close_range && defined CLOSE_RANGE_CLOEXEC
  // Where the kernel is older than the flag, the flags of each descriptor count.
  syscall(SYS_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC);
#endif
  execvpe(arguments[0], arguments, environment);
}

int clinux_spawn(char *const arguments[], char *const environment[], const int descriptors[3]) {
  int ends[2];
  if (clinux_pipe(ends) != 0) return -1;
  pid_t parent = getpid(), child = fork();
  if (child == 0) {
    become(arguments, environment, descriptors, parent);
    // It came back: the parent is told why. The other end is closed by a program that started.
    int code = errno;
    ssize_t count = write(ends[1], &code, sizeof code);
    _exit(count < 0 ? 126 : 127);
  }
  int fork_code = errno;
  close(ends[1]);
  if (child < 0) {
    close(ends[0]);
    errno = fork_code;
    return -1;
  }
  int code = 0;
  ssize_t count;
  do count = read(ends[0], &code, sizeof code);
  while (count < 0 && errno == EINTR);
  close(ends[0]);
  if (count <= 0) return child;
  while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
  }
  errno = code;
  return -1;
}
