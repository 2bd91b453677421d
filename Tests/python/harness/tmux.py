"""A window of tmux that a command runs in, and what stands in it and in its history."""

import shlex
import shutil
import subprocess


class Tmux:
    """A server of its own, whose one window runs `command` in a shell and stays when that ends."""

    def __init__(self, folder, columns, rows, command, environment):
        # A path to a socket may have 107 bytes.
        self.socket = folder / "tmux"
        self.environment = {**environment, "TMUX_TMPDIR": str(folder)}
        # Ctrl+C is for the command.
        script = f"trap : INT\n{command}\necho ended with $?\nexec sleep 600"
        size = ["-x", str(columns), "-y", str(rows)]
        self.run("new-session", "-d", *size, shlex.join(["sh", "-c", script]))
        self.run("set", "-g", "status", "off")
        self.resize(columns, rows)

    def run(self, *arguments):
        program = shutil.which("tmux")
        assert program, "tmux is not installed: scripts/install-dependencies test"
        done = subprocess.run(
            [program, "-u", "-f", "/dev/null", "-S", self.socket, *arguments],
            env=self.environment, capture_output=True, text=True, check=False, timeout=30,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def resize(self, columns, rows):
        self.run("resize-window", "-x", str(columns), "-y", str(rows))

    def press(self, key):
        self.run("send-keys", key)

    def rows(self):
        """The rows of the window, from the top."""
        return [row.rstrip() for row in self.run("capture-pane", "-p").splitlines()]

    def lines(self):
        """What stands in the history and in the window, row by row but for lines that were wrapped; no empty ones."""
        lines = self.run("capture-pane", "-p", "-J", "-S", "-").splitlines()
        return [line.rstrip() for line in lines if line.strip()]

    @property
    def is_as_it_was(self):
        """Whether the cursor is shown, and lines are wrapped."""
        return self.run("display-message", "-p", "#{cursor_flag}#{wrap_flag}").strip() == "11"

    def close(self):
        self.run("kill-server")
