"""Sends a signal to the program before one of its system calls, whichever thread makes it, by ptrace(2). x86-64 alone."""

import os
import signal
import time

from harness.system_calls import CONT, SYSCALL, SYSCALL_STOP, WAIT_FOR_ALL, ptrace, started

# In seconds, from the signal on.
TIME_LIMIT = 10


class StillRunning(AssertionError):
    """The program took no notice of the signal."""


def signalled_before(number, sent, command, environment, is_idle=lambda: False, **streams):
    """Runs the command, and sends it the signal before the system call of this number, counted from 1 over all threads.

    Returns the status, as `os.waitstatus_to_exitcode` has it. None where it is idle before it makes so many calls; it is killed
    then.
    """
    return run(number, sent, command, environment, is_idle, streams)[0]


def calls_before(command, environment, is_idle, **streams):
    """How many system calls the command makes until it is idle; it is killed then."""
    return run(None, None, command, environment, is_idle, streams)[1]


def run(number, sent, command, environment, is_idle, streams):
    process = started(command, environment, **streams)
    ptrace(SYSCALL, process)
    inside, threads, made, since = set(), {process}, 0, None
    try:
        while True:
            thread, status = os.waitpid(-1, WAIT_FOR_ALL | os.WNOHANG)
            if thread == 0:
                if since is None and is_idle():
                    return None, made
                if since and time.monotonic() - since > TIME_LIMIT:
                    raise StillRunning(f"{TIME_LIMIT} s after {sent.name} before system call {number}")
                time.sleep(0.0005)
                continue
            if not os.WIFSTOPPED(status):
                if thread == process:
                    process = None
                    return os.waitstatus_to_exitcode(status), made
                continue
            event, stop, deliver = status >> 16, os.WSTOPSIG(status), 0
            if stop == SYSCALL_STOP:
                inside ^= {thread}
                if thread in inside:
                    made += 1
                    if made == number:
                        os.kill(process, sent)
                        since = time.monotonic()
            elif not event and not (stop == signal.SIGSTOP and thread not in threads):
                deliver = stop
            threads.add(thread)
            ptrace(CONT if since else SYSCALL, thread, deliver, may_be_gone=True)
    finally:
        if process:
            os.kill(process, signal.SIGKILL)
            reap(process)


def reap(process):
    while True:
        thread, status = os.waitpid(-1, WAIT_FOR_ALL)
        if thread == process and not os.WIFSTOPPED(status):
            return
