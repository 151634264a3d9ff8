# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""Lines that are said, and below them, on a terminal, the dock's slots as `asservat dock status --watch` shows them."""
import fcntl
import os
import shutil
import struct
import subprocess
import sys
import termios
import textwrap

LOG_ROWS = 5  # of the window, which stay for the lines above the slots
CLEAR_BELOW = "\x1b[J"


class Watch:
    """The status command on a terminal of its own, whose newest picture is taken over."""

    def __init__(self, command):
        self.command = [str(part) for part in command]
        self.process = None
        self.terminal = -1
        self.pending = b""
        self.picture = ""

    def start(self, columns, rows):
        self.terminal, inner = os.openpty()
        os.set_blocking(self.terminal, False)
        self.resize(columns, rows)
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=inner, stderr=subprocess.DEVNULL)
        os.close(inner)

    def resize(self, columns, rows):
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def newest(self, columns, rows):
        """The last whole picture; the command is started again when it ended with the daemon."""
        if self.process is None or self.process.poll() is not None:
            self.stop()
            self.start(columns, rows)
        self.resize(columns, rows)
        try:
            while part := os.read(self.terminal, 65536):
                self.pending += part
        except OSError:
            pass  # nothing more for now, or the command has ended
        whole, mark, rest = self.pending.rpartition(CLEAR_BELOW.encode())
        if mark:
            self.picture = whole.rpartition(b"\x1b[H")[2].decode(errors="replace")
            self.pending = rest
        return self.picture

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
        if self.terminal >= 0:
            os.close(self.terminal)
            self.terminal = -1
        self.pending = b""


class Screen:
    def __init__(self, command, quiet):
        self.watch = Watch(command)
        self.quiet = quiet
        self.live = not quiet and sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self.drawn = ""  # the picture below the last line

    def size(self):
        window = shutil.get_terminal_size()
        return window.columns, max(window.lines - LOG_ROWS, 6)

    def put(self, text, picture):
        """Text in place of the picture that is there, and a picture below it; in one piece, so that nothing flickers."""
        back = f"\x1b[{lines}A\r" if (lines := self.drawn.count("\n")) else ""
        middle = (CLEAR_BELOW if back else "") + text if text else ""
        sys.stdout.write(back + middle + picture + (CLEAR_BELOW if back or picture else ""))
        sys.stdout.flush()
        self.drawn = picture

    def say(self, text, indent=0):
        if not self.quiet:
            columns = shutil.get_terminal_size().columns if self.live else 1000
            self.put(textwrap.fill(text, max(columns - 1, 40), subsequent_indent=" " * indent) + "\n", self.drawn)

    def progress(self, text):
        """One line in the picture's place."""
        if self.live:
            self.put("", f"{text}\x1b[K\n")

    def draw(self):
        if self.live and (picture := self.watch.newest(*self.size())) != self.drawn:
            self.put("", picture)

    def clear(self):
        """Takes the picture away."""
        self.watch.stop()
        if self.drawn:
            self.put("", "")
            self.watch.picture = ""
