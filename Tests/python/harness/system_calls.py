"""Stops the program before each system call that is about a folder, by ptrace(2) and a seccomp(2) filter.

    with Trace(command, environment, below=folder) as trace:
        for call in trace:
            if call.number == 7:
                trace.fail(errno.EIO)  # or trace.kill(); else the call is made
    trace.status

Calls are counted over all threads, in the order in which they are made, and one is made at a time: while the program
stands before a call, the folder holds what a kill at this moment leaves. x86-64 alone.
"""

import ctypes
import os
import signal
import struct
import threading
import time
from typing import NamedTuple

# By name: the number, and where the call says what it is about: the arguments with a folder's descriptor and a path
# below it, or with a file's descriptor. Source: arch/x86/entry/syscalls/syscall_64.tbl and the manual pages.
AT, FILE, PATH = "at", "file", "path"
NUMBERS = {
    "write": (1, FILE, 0), "close": (3, FILE, 0), "ioctl": (16, FILE, 0), "pwrite64": (18, FILE, 0),
    "fsync": (74, FILE, 0), "fdatasync": (75, FILE, 0), "ftruncate": (77, FILE, 0), "rename": (82, PATH, 1),
    "unlink": (87, PATH, 0), "fchmod": (91, FILE, 0), "openat": (257, AT, 0), "mkdirat": (258, AT, 0),
    "unlinkat": (263, AT, 0), "renameat": (264, AT, 2), "linkat": (265, AT, 2), "utimensat": (280, AT, 0),
    "fallocate": (285, FILE, 0), "syncfs": (306, FILE, 0), "renameat2": (316, AT, 2),
    "copy_file_range": (326, FILE, 2),
}  # fmt: skip
NAMES = {number: (name, kind, place) for name, (number, kind, place) in NUMBERS.items()}
# They leave the disk as it is.
HARMLESS = {"close", "fsync", "fdatasync", "syncfs"}
# In seconds, from one call to the next.
TIME_LIMIT = 60

# linux/ptrace.h, linux/seccomp.h, linux/prctl.h
TRACEME, CONT, GETREGS, SETREGS, SYSCALL, SETOPTIONS = 0, 7, 12, 13, 24, 0x4200
OPTIONS = 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x80 | 0x100000  # SYSGOOD, FORK, VFORK, CLONE, EXEC, SECCOMP, EXITKILL
EVENT_EXEC, EVENT_SECCOMP = 4, 7
SYSCALL_STOP = signal.SIGTRAP | 0x80
NO_NEW_PRIVILEGES, SET_SECCOMP, FILTER = 38, 22, 2
ALLOW, TRACE = 0x7FFF0000, 0x7FF00000
WAIT_FOR_ALL = 0x40000000
AT_FDCWD = -100

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long
# struct user_regs_struct
Registers = ctypes.c_ulonglong * 27
RAX, ORIG_RAX = 10, 15
ARGUMENTS = [14, 13, 12, 7, 9, 8]


class Call(NamedTuple):
    """Of the calls about the folder, from 1 on."""

    number: int
    name: str
    path: str
    """Where a rename or a link comes from."""
    origin: str | None = None

    def __str__(self):
        return f"{self.number} {self.name} {self.path}"


class Trace:
    def __init__(self, command, environment, below, output="/dev/null", folder=None):
        self.below = os.path.realpath(below) + "/"
        self.status, self.memory, self.has_ended, self.has_hung = None, None, False, False
        self.waiting, self.threads, self.busy, self.number = [], set(), None, 0
        self.process = started(command, environment, output, folder, seccomp_filter())
        self.threads.add(self.process)
        ptrace(CONT, self.process)
        self.running_since, self.has_left = None, threading.Event()
        self.watch = threading.Thread(target=self.watch_for_a_hang, daemon=True)

    def __enter__(self):
        self.watch.start()
        return self

    def __exit__(self, *_):
        if not self.has_ended:
            self.kill()
            for _ in self:
                pass
        self.has_left.set()
        self.watch.join()
        if self.memory is not None:
            os.close(self.memory)
        assert not self.has_hung, f"nothing came for {TIME_LIMIT} s"

    def watch_for_a_hang(self):
        """What is done while the program stands is no time of its own."""
        while not self.has_left.wait(1):
            since = self.running_since
            if since and time.monotonic() - since > TIME_LIMIT:
                self.has_hung = True
                self.kill()
                return

    # What is done to the call that the program stands before.

    def kill(self):
        os.kill(self.process, signal.SIGKILL)

    def fail(self, code):
        """The call is not made, and the program is told this error."""
        self.answer(-code)

    def pretend(self):
        """The call is not made, and the program is told that it was."""
        self.answer(0)

    def answer(self, result):
        self.registers[ORIG_RAX] = (1 << 64) - 1
        self.registers[RAX] = result % (1 << 64)
        ptrace(SETREGS, self.stopped, ctypes.addressof(self.registers))

    def __iter__(self):
        while not self.has_ended:
            if self.waiting and self.busy is None:
                self.stopped = self.waiting.pop(0)
                if call := self.stopped_at():
                    yield call
                    self.busy = self.stopped
                    ptrace(SYSCALL, self.stopped, may_be_gone=True)
                else:
                    ptrace(CONT, self.stopped, may_be_gone=True)
                continue
            self.wait()

    def wait(self):
        self.running_since = time.monotonic()
        thread, status = os.waitpid(-1, WAIT_FOR_ALL)
        self.running_since = None
        if not os.WIFSTOPPED(status):
            self.ended(thread, status)
            return
        event, number = status >> 16, os.WSTOPSIG(status)
        if event == EVENT_SECCOMP:
            self.waiting.append(thread)
            return
        if event == EVENT_EXEC:
            self.memory = os.open(f"/proc/{thread}/mem", os.O_RDONLY)
        deliver = 0
        if number == SYSCALL_STOP:
            if thread == self.busy:
                self.busy = None
        elif not event and not (number == signal.SIGSTOP and thread not in self.threads):
            deliver = number
        self.threads.add(thread)
        ptrace(CONT, thread, deliver, may_be_gone=True)

    def ended(self, thread, status):
        if thread == self.busy:
            self.busy = None
        if thread in self.waiting:
            self.waiting.remove(thread)
        if thread == self.process:
            self.has_ended = True
            self.status = os.waitstatus_to_exitcode(status)

    def stopped_at(self):
        """The call that the thread stands before; None where it is about something else."""
        self.registers = Registers()
        if ptrace(GETREGS, self.stopped, ctypes.addressof(self.registers), may_be_gone=True) < 0:
            return None
        name, kind, place = NAMES[self.registers[ORIG_RAX]]
        arguments = [self.registers[index] for index in ARGUMENTS]
        try:
            path, origin = self.subject(kind, arguments, place), None
            if kind != FILE and place:
                origin = self.subject(kind, arguments, 0)
        except OSError:
            return None
        if not any(found and found.startswith(self.below) for found in (path, origin)):
            return None
        self.number += 1
        return Call(self.number, name, path, origin)

    def subject(self, kind, arguments, place):
        if kind == FILE:
            return self.opened(arguments[place])
        if kind == PATH:
            return self.text(arguments[place])
        folder, address = ctypes.c_int(arguments[place] & 0xFFFFFFFF).value, arguments[place + 1]
        # futimens(3) gives utimensat(2) no path.
        path = self.text(address) if address else ""
        if path.startswith("/") or folder == AT_FDCWD:
            return path
        return os.path.normpath(f"{self.opened(folder)}/{path}")

    def opened(self, descriptor):
        return os.readlink(f"/proc/{self.process}/fd/{descriptor}").removesuffix(" (deleted)")

    def text(self, address):
        found = b""
        while b"\0" not in found:
            # What is beyond a page may not be there.
            found += os.pread(self.memory, 4096 - (address + len(found)) % 4096, address + len(found))
        return os.fsdecode(found.partition(b"\0")[0])


def started(command, environment, output="/dev/null", folder=None, program=None, input="/dev/null", error=None):
    """Starts the command in that folder, traced, and with a seccomp(2) filter where there is one. Its streams are these paths;
    errors go to the output where they have none of their own. Returns the process, which stands before execve(2) until it is told
    to go on.
    """
    command = [os.fspath(part) for part in command]
    process = os.fork()
    if process == 0:
        try:
            read, write = os.open(input, os.O_RDONLY), os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            errors = os.open(error, os.O_WRONLY) if error else write
            for place, stream in enumerate([read, write, errors]):
                os.dup2(stream, place)
            os.closerange(3, 256)
            if folder:
                os.chdir(folder)
            libc.ptrace(TRACEME, 0, None, None)
            os.kill(os.getpid(), signal.SIGSTOP)
            if program:
                libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
                libc.prctl(SET_SECCOMP, FILTER, ctypes.byref(program), 0, 0)
            os.execve(command[0], command, environment)
        finally:
            os._exit(127)
    os.waitpid(process, 0)
    ptrace(SETOPTIONS, process, OPTIONS)
    return process


def ptrace(request, thread, data=0, may_be_gone=False):
    result = libc.ptrace(request, thread, None, data or None)
    # A thread that was killed while it stood is gone.
    if result < 0 and not may_be_gone:
        raise OSError(ctypes.get_errno(), f"ptrace {request}")
    return result


def seccomp_filter():
    """Asks the tracer about the calls, and lets all others go on: struct sock_fprog of linux/filter.h."""
    load, jump_if_equal, end = 0x20, 0x15, 0x06
    numbers = sorted(NAMES)
    steps = [(load, 0, 0, 0)]
    for index, number in enumerate(numbers):
        steps.append((jump_if_equal, len(numbers) - index, 0, number))
    steps += [(end, 0, 0, ALLOW), (end, 0, 0, TRACE)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_void_p)]

    program = Program(len(steps), ctypes.addressof(code))
    program.kept = code
    return program
