"""A terminal that a run writes to, and what would be seen in its window.

It understands what this program writes: text, line feeds, carriage returns, and the control sequences that move the cursor up,
erase, hide the cursor and stop wrapping. When its width changes, it wraps lines anew as tmux and most terminals do, or cuts
them as xterm does.
"""

import fcntl
import os
import pty
import re
import struct
import termios
import threading
import unicodedata

TOKEN = re.compile(r"\x1b\[(\??)([\d;]*)([A-Za-z])|([\r\n])|([^\x1b\r\n]+)")


class Screen:
    """The rows of a window and all that has scrolled out of it; a row that goes on in the next one is `wrapped`."""

    def __init__(self, columns, wraps_anew=True):
        self.columns = columns
        self.wraps_anew = wraps_anew
        self.wraps = True
        self.is_cursor_shown = True
        self.rows = [""]
        self.wrapped = [False]
        self.row = self.column = 0

    def write(self, text):
        for private, numbers, final, control, plain in TOKEN.findall(text):
            if plain:
                for character in plain:
                    self.put(character)
            elif control == "\r":
                self.column = 0
            elif control == "\n":
                # The terminal's line discipline makes a carriage return of it too.
                self.column = 0
                self.down()
            else:
                self.control(private, int(numbers or "1"), final)

    def put(self, character):
        width = 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if self.column + width > self.columns:
            if self.wraps:
                self.wrapped[self.row] = True
                self.down()
                self.column = 0
            else:
                self.column = self.columns - width
        row = self.rows[self.row].ljust(self.column)
        self.rows[self.row] = row[: self.column] + character + row[self.column + 1 :]
        self.column += width

    def down(self):
        self.row += 1
        if self.row == len(self.rows):
            self.rows.append("")
            self.wrapped.append(False)

    def control(self, private, number, final):
        if private:
            if number == 7:
                self.wraps = final == "h"
            elif number == 25:
                self.is_cursor_shown = final == "h"
        elif final == "A":
            self.row = max(0, self.row - number)
        elif final == "K":
            self.rows[self.row] = ""
            self.wrapped[self.row] = False
        elif final == "J":
            self.rows[self.row] = self.rows[self.row][: self.column]
            del self.rows[self.row + 1 :], self.wrapped[self.row + 1 :]
            self.wrapped[self.row] = False
        else:
            assert final == "m", f"a sequence that this terminal does not know: {final}"

    def resize(self, columns):
        """The cursor stays with its text."""
        if not self.wraps_anew:
            self.rows = [row[:columns] for row in self.rows]
            self.column, self.columns = min(self.column, columns - 1), columns
            return
        lines, cursor = [], None
        for index, row in enumerate(self.rows):
            if index and self.wrapped[index - 1]:
                if index == self.row:
                    cursor = (len(lines) - 1, len(lines[-1]) + self.column)
                lines[-1] += row
            else:
                if index == self.row:
                    cursor = (len(lines), self.column)
                lines.append(row)
        rows, wrapped = [], []
        for index, line in enumerate(lines):
            pieces = [line[start : start + columns] for start in range(0, len(line), columns)] or [""]
            if index == cursor[0]:
                # At the end of a full row it stands on its last column.
                piece = min(cursor[1] // columns, len(pieces) - 1)
                self.row, self.column = len(rows) + piece, min(cursor[1] - piece * columns, columns)
            rows += pieces
            wrapped += [True] * (len(pieces) - 1) + [False]
        self.rows, self.wrapped, self.columns = rows, wrapped, columns

    @property
    def text(self):
        return "\n".join(row.rstrip() for row in self.rows).rstrip("\n")


class Terminal:
    """A pseudo terminal as a run's standard error, with a `Screen` behind it.

    A terminal shows a new width at once, and tells it to programs somewhat later, as tmux does.
    """

    LATE_SECONDS = 0.25

    def __init__(self, columns, rows=24, wraps_anew=True):
        self.ours, self.theirs = pty.openpty()
        self.screen = Screen(columns, wraps_anew)
        self.size = (rows, columns)
        self.written = ""
        self.lock = threading.Lock()
        self.tell_size()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def tell_size(self):
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", *self.size, 0, 0))

    def read(self):
        rest = b""
        while True:
            try:
                data = os.read(self.ours, 65536)
            except OSError:
                return  # Linux answers EIO once the last writer is gone.
            if not data:
                return
            text = (rest + data).decode("utf-8", "ignore")
            # What may be the beginning of a sequence waits for its end.
            cut = text.rfind("\x1b") if "\x1b" in text[-12:] and not TOKEN.match(text[text.rfind("\x1b") :]) else len(text)
            rest = text[cut:].encode()
            with self.lock:
                self.written += text[:cut]
                self.screen.write(text[:cut].replace("\r\n", "\n"))

    def resize(self, columns):
        with self.lock:
            self.screen.resize(columns)
        self.size = (self.size[0], columns)
        timer = threading.Timer(self.LATE_SECONDS, self.tell_size)
        timer.start()
        return timer

    @property
    def text(self):
        with self.lock:
            return self.screen.text

    def close(self):
        os.close(self.theirs)
        self.reader.join(5)
        os.close(self.ours)
