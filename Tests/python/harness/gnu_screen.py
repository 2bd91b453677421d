"""A window of GNU screen that a command runs in, and what stands in it and in its history."""

import fcntl
import os
import pty
import shutil
import signal
import struct
import subprocess
import termios
import threading
import time


class GNUScreen:
    """Runs in a pseudo terminal, whose size is its own, and stays when the command ends. It cuts lines, and wraps none anew."""

    def __init__(self, folder, columns, rows, command, environment):
        self.folder, self.size = folder, (rows, columns)
        program = shutil.which("screen")
        assert program, "GNU screen is not installed: scripts/install-dependencies test"
        sockets = folder / "sockets"
        sockets.mkdir(mode=0o700)
        self.environment = {**environment, "SCREENDIR": str(sockets), "TERM": "xterm"}
        (folder / "screenrc").write_text("startup_message off\ndefutf8 on\ndefscrollback 1000\n")
        script = f"trap : INT\n{command}\necho ended with $?\nexec sleep 600"
        ours, theirs = pty.openpty()
        self.ours = ours
        self.tell(theirs)
        self.process = subprocess.Popen(
            [program, "-U", "-c", folder / "screenrc", "-S", "test", "sh", "-c", script], env=self.environment,
            stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, preexec_fn=take_terminal,
        )  # fmt: skip
        os.close(theirs)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        """What nobody reads would hold it up."""
        try:
            while os.read(self.ours, 65536):
                pass
        except OSError:
            pass

    def tell(self, terminal):
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", *self.size, 0, 0))

    def resize(self, columns, rows):
        self.size = (rows, columns)
        self.tell(self.ours)
        self.process.send_signal(signal.SIGWINCH)

    def press(self, key):
        os.write(self.ours, {"C-c": b"\x03"}[key])

    def lines(self):
        """What stands in the history and in the window, row by row; no empty ones. It writes `…` as an ampersand."""
        copy = self.folder / "copy"
        copy.unlink(missing_ok=True)
        # While it changes the size of its window it may miss what it is asked.
        assert any(self.copies(copy) for _ in range(10)), "screen wrote no copy of its window"
        return [line.rstrip() for line in copy.read_text("utf-8", "replace").splitlines() if line.strip()]

    def copies(self, copy):
        self.run("hardcopy", "-h", str(copy))
        deadline = time.monotonic() + 2
        while not copy.exists() or not copy.read_bytes().endswith(b"\n"):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def run(self, *command):
        arguments = ["screen", "-S", "test", "-p", "0", "-X", *command]
        subprocess.run(arguments, env=self.environment, capture_output=True, check=False, timeout=30)

    def close(self):
        self.run("quit")
        self.process.wait(10)
        os.close(self.ours)


def take_terminal():
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
