#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static int reader = -1;
static int writer = -1;
static pid_t watching;

int clinux_signal_pipe(void) {
  int ends[2];
  if (reader >= 0) return reader;
  if (clinux_pipe(ends) != 0) return -1;
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  fcntl(ends[1], F_SETFL, O_NONBLOCK);
  writer = ends[1];
  watching = getpid();
  return reader = ends[0];
}

static void note(int number) {
  int code = errno;
  unsigned char byte = (unsigned char)number;
  // A child between fork(2) and execve(2) has the same pipe, and may get the same signal.
  if (getpid() == watching && write(writer, &byte, 1) < 0) {
    // The pipe is full of signals that nobody has looked at: one more says nothing new.
  }
  errno = code;
}

int clinux_watch_signal(int number) {
  struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  return sigaction(number, &action, 0);
}
