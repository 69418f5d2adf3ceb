"""What `tocsin up` and `tocsin demo` say: steps with their time, and one line of progress that is rewritten on a terminal."""

import sys
import time
from typing import TextIO


class Console:
    """Writes steps to a stream; on a terminal progress rewrites one line, elsewhere it is said at every tenth."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._is_terminal = self._stream.isatty()
        self._started = time.monotonic()
        self._said_tenth = -1
        self._line_is_open = False

    def step(self, text: str) -> None:
        """Say one thing that happens, with the seconds since the start."""
        self._close_line()
        self._write(f"[{time.monotonic() - self._started:5.1f} s] {text}\n")

    def block(self, text: str) -> None:
        """Print text as it is."""
        self._close_line()
        self._write(f"{text}\n")

    def progress(self, done: int, total: int, text: str) -> None:
        """Say how far something is."""
        if self._is_terminal:
            width = 24
            bar = "█" * (width * done // max(total, 1))
            self._write(f"\r\x1b[K  {bar:░<{width}} {done}/{total}  {text[:60]}")
            self._line_is_open = True
            return
        tenth = 10 * done // max(total, 1)
        if tenth > self._said_tenth:
            self._said_tenth = tenth
            self.step(f"{done} of {total} stories have appeared")

    def _close_line(self) -> None:
        if self._line_is_open:
            self._write("\r\x1b[K")
            self._line_is_open = False

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
