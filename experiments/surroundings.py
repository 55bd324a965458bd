"""What a command finds around it and may find broken: output, signs it can write, Matplotlib's files, cores, memory."""

from __future__ import annotations

import codecs
import logging
import os
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO, cast

STANDARD_OUTPUT = "standard output"
"""What an error of it names, as an error of a file names the file."""

BACKEND = "MPLBACKEND"
HOME = "HOME"

_NEAR = "as near as can be"
_WRITTEN_AS = str.maketrans(
    {"−": "-", "–": "-", "—": "-", "×": "x", "’": "'", "‘": "'", "“": '"', "”": '"', "£": "GBP ", "→": "->", "±": "+/-"}
    | {"≤": "<=", "≥": ">=", "…": "...", "·": ".", "─": "-", "│": "|"}
)
_CGROUPS = Path("/sys/fs/cgroup")
_LIMITS = (
    ("memory.max", "memory.current"),
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
)
"""Where Linux tells what a group of processes may have and has, in its second and in its first form."""
_NO_LIMIT = 1 << 60


@contextmanager
def settled_surroundings() -> Iterator[None]:
    """Let nothing around a command decide what it comes to, until the end of the block.

    Signs that standard output lacks are written as near as can be; where it is closed, output goes nowhere; an error of
    it names it. That standard error is lost ends nothing. A backend of Matplotlib is passed over: figures go to files.
    A user without a home, as in a container, has none: libraries would make one called "~" in the working folder.
    """
    _open_what_is_closed()
    streams, before = (sys.stdout, sys.stderr), {name: os.environ.get(name) for name in (BACKEND, HOME)}
    os.environ.pop(BACKEND, None)
    if not os.path.isabs(os.path.expanduser("~")):  # noqa: PTH111, PTH117 (a path raises where there is none)
        os.environ[HOME] = os.devnull
    plotting = logging.getLogger("matplotlib")
    level = plotting.level
    plotting.setLevel(logging.ERROR)  # where it keeps fonts, and what it thinks of settings that are not used
    sys.stdout, sys.stderr = cast(TextIO, _Output(streams[0])), cast(TextIO, _Remarks(streams[1]))
    try:
        yield
    finally:
        sys.stdout, sys.stderr = streams
        plotting.setLevel(level)
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def flush_output() -> None:
    """Write what standard output still holds, so that it fails here and not when Python ends."""
    sys.stdout.flush()


def let_go_of_output() -> None:
    """Send nowhere what standard output still holds; Python would complain once more when closing."""
    with suppress(OSError, ValueError):  # a stream without a number is nobody's terminal
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def writes_any_sign() -> bool:
    """Return whether standard output takes every sign as it is."""
    return (getattr(sys.stdout, "encoding", None) or "ascii").lower().startswith("utf")


class _Output:
    """Standard output as it is, but for signs that it lacks and for the name in its errors."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=_NEAR)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        with _named_errors():
            return int(self._stream.write(text))

    def flush(self) -> None:
        with _named_errors():
            self._stream.flush()


class _Remarks(_Output):
    """Standard error; what is said there is no reason to lose results."""

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


@contextmanager
def _named_errors() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OSError(error.errno, error.strerror, STANDARD_OUTPUT) from None


def _open_what_is_closed() -> None:
    """Open streams that the caller closed to go nowhere, or the next file that is opened would stand in for them."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115


def _as_near_as_can_be(error: UnicodeError) -> tuple[str, int]:
    """Return what is written for signs that an encoding lacks: a minus for a long one, a letter without its accent.

    >>> "−0.5 × £3m, Orléans".encode("ascii", "as near as can be")
    b'-0.5 x GBP 3m, Orleans'
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = unicodedata.normalize("NFKD", error.object[error.start : error.end].translate(_WRITTEN_AS))
    plain = (sign if sign.isascii() else "?" for sign in text if not unicodedata.combining(sign))
    return "".join(plain), error.end


codecs.register_error(_NEAR, _as_near_as_can_be)


# --------------------------------------------------------------------------- settings


def unreadable_matplotlibrc() -> Path | None:
    """Return the file of settings that Matplotlib would read, and could not, if there is one."""
    named = Path(os.environ.get("MATPLOTLIBRC", os.devnull)).expanduser()
    for file in (Path("matplotlibrc"), named, named / "matplotlibrc"):
        if file.is_file():
            try:
                file.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError):
                return file.absolute()
            return None
    return None


def working_folder() -> Path | None:
    """Return the folder that the command was given in, or None if it is gone."""
    try:
        return Path.cwd()
    except OSError:
        return None


# ---------------------------------------------------------------------------- machine


def cores() -> int:
    """Return how many cores may be used: fewer than there are, if a container or a queue of jobs says so."""
    import joblib  # which knows all of them; not at once, for it takes a while

    return int(joblib.cpu_count())


def memory_limit() -> tuple[int, int] | None:
    """Return the bytes of memory that this group of processes may have and has, or None if it has no limit."""
    for limit, used in _LIMITS:
        with suppress(OSError, ValueError):  # "max" is no number
            allowed = int((_CGROUPS / limit).read_text())
            return (allowed, int((_CGROUPS / used).read_text())) if allowed < _NO_LIMIT else None
    return None


def memory_left() -> int | None:
    """Return the bytes of memory that can be had now, or None where the system does not tell."""
    free: int | None = None
    with suppress(OSError, ValueError):
        told = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
        free = int(told["MemAvailable"].split()[0]) * 1024
    if (limited := memory_limit()) is not None:
        left = limited[0] - limited[1]
        free = left if free is None else min(free, left)
    return free
