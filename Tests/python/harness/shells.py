"""Shells that a person types in, with the TAB key: bash, zsh and fish, each in a pseudo terminal."""

import os
import pty
import select
import time
from dataclasses import dataclass
from pathlib import Path

PATIENCE_SECONDS = 60
READY = "ready> "
TAB, DUMP = "\t", "\x07"

BASH = """
PS1='{ready}'
bind 'set bell-style none'
source '{script}'
dump_line() {{ printf '%s\\n' "$READLINE_LINE" >>'{lines}'; READLINE_LINE=; READLINE_POINT=0; }}
bind -x '"\\C-g": dump_line'
"""

ZSH = """
PS1='{ready}'
fpath=('{functions}' $fpath)
autoload -Uz compinit
compinit -u -d '{home}/zcompdump'
dump-line() {{ print -r -- "$BUFFER" >>'{lines}'; BUFFER=; }}
zle -N dump-line
bindkey '^G' dump-line
"""

FISH = """
source '{script}'
function fish_prompt; echo -n '{ready}'; end
function dump_line; commandline >>'{lines}'; commandline --replace ''; end
bind \\cg dump_line
"""


@dataclass(frozen=True)
class Shells:
    """The scripts by shell are `home/bash`, `home/zsh` and `home/fish`; the program is on the PATH."""

    home: Path
    environment: dict

    def completed(self, shell, typed, cwd):
        """Each line as it stands after the TAB key, without spaces at its end."""
        return {"bash": self.bash, "zsh": self.zsh, "fish": self.fish}[shell](typed, cwd)

    def bash(self, typed, cwd):
        run_commands = self.home / "bashrc"
        run_commands.write_text(BASH.format(ready=READY, script=self.home / "bash", lines=self.home / "bash-lines"))
        command = ["bash", "--noprofile", "--rcfile", str(run_commands), "-i"]
        return self.in_terminal(command, typed, cwd, self.home / "bash-lines")

    def zsh(self, typed, cwd):
        functions = self.home / "functions"
        functions.mkdir(exist_ok=True)
        (functions / "_modelkit-assets").write_bytes((self.home / "zsh").read_bytes())
        lines = self.home / "zsh-lines"
        (self.home / ".zshrc").write_text(ZSH.format(ready=READY, functions=functions, home=self.home, lines=lines))
        return self.in_terminal(["zsh", "-d", "-i"], typed, cwd, lines)

    def fish(self, typed, cwd):
        run_commands, lines = self.home / "rc.fish", self.home / "fish-lines"
        run_commands.write_text(FISH.format(ready=READY, script=self.home / "fish", lines=lines))
        command = ["fish", "--no-config", "--interactive", "--init-command", f"source {run_commands}"]
        return self.in_terminal(command, typed, cwd, lines)

    def in_terminal(self, command, typed, cwd, lines):
        lines.unlink(missing_ok=True)
        process, terminal = pty.fork()
        if process == 0:
            os.chdir(cwd)
            os.execvpe(command[0], command, self.environment)
        try:
            shown = read_until(terminal, lambda shown: READY in shown)
            for number, line in enumerate(typed, start=1):
                os.write(terminal, (line + TAB + DUMP).encode())
                shown += read_until(terminal, lambda _, number=number: count(lines) == number)
        finally:
            # It is this process's own child.
            os.kill(process, 9)
            os.waitpid(process, 0)
            os.close(terminal)
        return [line.rstrip(" ") for line in lines.read_text().splitlines()]


def count(lines):
    return len(lines.read_text().splitlines()) if lines.exists() else 0


def read_until(terminal, condition):
    """Drains the terminal, so that nothing blocks the shell, until the condition holds of what was shown."""
    shown, deadline = "", time.monotonic() + PATIENCE_SECONDS
    while not condition(shown):
        assert time.monotonic() < deadline, f"the shell showed: {shown}"
        if select.select([terminal], [], [], 0.01)[0]:
            shown += os.read(terminal, 1 << 16).decode(errors="replace")
    return shown
