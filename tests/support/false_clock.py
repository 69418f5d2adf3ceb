"""A wall clock that can be stepped under a running process: ``false_clock.c``, compiled once and preloaded (Linux with a C compiler)."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

_SOURCE = Path(__file__).with_suffix(".c")
_COMPILERS = ("cc", "gcc", "clang")


def can_step_clocks() -> bool:
    """Whether this machine has what it takes."""
    return sys.platform == "linux" and _compiler() is not None


def _compiler() -> str | None:
    return next((found for name in _COMPILERS if (found := shutil.which(name))), None)


class FalseClock:
    """The clock of every process that is started with ``environment``; right until it is stepped."""

    def __init__(self, file: Path, library: Path) -> None:
        self._file = file
        self._library = library
        self._wrong: list[tuple[datetime, datetime | None, timedelta]] = []
        self._write(timedelta(0))

    @classmethod
    def make(cls, folder: Path, name: str) -> Self:
        """Compile what is needed below ``folder``; raises ``CalledProcessError`` when the compiler refuses."""
        library = folder / "false_clock.so"
        compiler = _compiler()
        assert compiler is not None, "ask can_step_clocks first"
        if not library.exists():
            subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", library, _SOURCE, "-ldl"], check=True)
        return cls(folder / f"{name}.clock", library)

    @property
    def environment(self) -> Mapping[str, str]:
        """What to add to a process's environment."""
        return {"LD_PRELOAD": str(self._library), "FALSE_CLOCK_FILE": str(self._file)}

    def step(self, ahead: timedelta, *, at: datetime) -> None:
        """From now on, which is ``at``, the clock is ``ahead`` of the true time; behind it when negative, right when zero."""
        if self._wrong and self._wrong[-1][1] is None:
            begin, _, before = self._wrong[-1]
            self._wrong[-1] = (begin, at, before)
        if ahead:
            self._wrong.append((at, None, ahead))
        self._write(ahead)

    def true_time(self, told: datetime) -> datetime:
        """The true time at which this clock showed ``told``; ``told`` itself where it was right."""
        for begin, end, ahead in self._wrong:
            if begin <= told - ahead and (end is None or told - ahead <= end):
                return told - ahead
        return told

    def _write(self, ahead: timedelta) -> None:
        raw = int(ahead.total_seconds()).to_bytes(8, "little", signed=True)
        if self._file.exists():
            with self._file.open("r+b") as file:  # the processes have the file mapped: it must not be replaced
                file.write(raw)
        else:
            self._file.write_bytes(raw)
