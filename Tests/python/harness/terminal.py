"""A terminal that a run writes to, and what would be seen in its window.

It understands what this program writes: text, line feeds, carriage returns, and the control sequences that move the cursor,
save and restore its place, erase, hide the cursor and stop wrapping. When its width changes, it cuts lines as xterm does; of
those that wrap them anew, `tmux` has one.
"""

import fcntl
import os
import pty
import re
import struct
import termios
import threading
import unicodedata

TOKEN = re.compile(r"\x1b\[(\??)([\d;]*)([A-Za-z])|\x1b([78])|([\r\n])|([^\x1b\r\n]+)")


class Screen:
    """All rows that were written, of which the last `height` are the window."""

    def __init__(self, columns, height):
        self.columns = columns
        self.height = height
        self.wraps = True
        self.is_cursor_shown = True
        self.rows = [""]
        self.row = self.column = 0
        self.saved = (0, 0)

    def write(self, text):
        for private, numbers, final, digit, control, plain in TOKEN.findall(text):
            if plain:
                for character in plain:
                    self.put(character)
            elif digit == "7":
                self.saved = (self.row - self.top, self.column)
            elif digit == "8":
                self.row, self.column = self.top + self.saved[0], self.saved[1]
            elif control == "\r":
                self.column = 0
            elif control == "\n":
                # The terminal's line discipline makes a carriage return of it too.
                self.column = 0
                self.move_to(self.row + 1)
            else:
                self.control(private, [int(number) for number in (numbers or "1").split(";")], final)

    @property
    def top(self):
        """The index of the window's first row."""
        return max(0, len(self.rows) - self.height)

    def put(self, character):
        width = 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if self.column + width > self.columns:
            if self.wraps:
                self.move_to(self.row + 1)
                self.column = 0
            else:
                self.column = self.columns - width
        row = self.rows[self.row].ljust(self.column)
        self.rows[self.row] = row[: self.column] + character + row[self.column + 1 :]
        self.column += width

    def move_to(self, row):
        self.row = row
        self.rows += [""] * (row + 1 - len(self.rows))

    def control(self, private, numbers, final):
        if private:
            if numbers == [7]:
                self.wraps = final == "h"
            elif numbers == [25]:
                self.is_cursor_shown = final == "h"
        elif final == "A":
            self.row = max(self.top, self.row - numbers[0])
        elif final == "H":
            self.move_to(self.top + min(numbers[0], self.height) - 1)
            self.column = min(numbers[1], self.columns) - 1
        elif final == "K":
            self.rows[self.row] = ""
        elif final == "J":
            # Rows stay where they are, empty.
            self.rows[self.row] = self.rows[self.row][: self.column]
            self.rows[self.row + 1 :] = [""] * (len(self.rows) - self.row - 1)
        else:
            assert final == "m", f"a sequence that this terminal does not know: {final}"

    def resize(self, columns):
        self.rows = [row[:columns] for row in self.rows]
        self.column, self.columns = min(self.column, columns - 1), columns

    @property
    def text(self):
        return "\n".join(row.rstrip() for row in self.rows).rstrip("\n")


class Terminal:
    """A pseudo terminal as a run's standard error, with a `Screen` behind it.

    A terminal shows a new width at once, and tells it to programs somewhat later.
    """

    LATE_SECONDS = 0.25

    def __init__(self, columns, rows=24):
        self.ours, self.theirs = pty.openpty()
        self.name = os.ttyname(self.theirs)
        self.screen = Screen(columns, rows)
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
