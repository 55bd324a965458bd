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
_PROC, _CGROUPS = Path("/proc"), Path("/sys/fs/cgroup")
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


def memory_left() -> int | None:
    """Return the bytes that may still be taken: of the machine, of a container or job, of ``ulimit -v``.

    None where the system does not say (other than Linux).
    """
    return min(_limits(), default=None)


def address_space() -> int | None:
    """Return the bytes of addresses that this process may have, as ``ulimit -v`` says; None without such a limit."""
    if sys.platform != "linux":
        return None
    import resource

    most, _ = resource.getrlimit(resource.RLIMIT_AS)
    return None if most == resource.RLIM_INFINITY else most


def no_more_memory() -> str:
    """Return in words that this process is refused memory, with its own limit if it has one."""
    most = address_space()
    limit = "" if most is None else f" than {most / 1e9:.2f} GB (its address space, ulimit -v)"
    return f"this process may take no more memory{limit}"


def memory_limit() -> tuple[int, int] | None:
    """Return the bytes that the group of processes with least left may have, and has; None if no group has a limit."""
    return min(_limited_groups(), key=lambda group: group[0] - group[1], default=None)


def _limits() -> Iterator[int]:
    for line in _lines(_PROC / "meminfo"):
        if line.startswith("MemAvailable:"):
            yield 1024 * int(line.split()[1])
    yield from (max(0, allowed - used) for allowed, used in _limited_groups())
    if (most := address_space()) is not None:
        import resource

        pages = int((_PROC / "self" / "statm").read_text(encoding="ascii").split()[0])
        yield max(0, most - pages * resource.getpagesize())


def _limited_groups() -> Iterator[tuple[int, int]]:
    """Give what each group of processes that this one is in may have, and has without what is only cached.

    That is its container, its job, and those that these are in, in either version of such groups.
    """
    for line in _lines(_PROC / "self" / "cgroup"):
        _, controllers, path = line.split(":", 2)
        if not controllers:
            root, limit, used, cached = _CGROUPS, "memory.max", "memory.current", "inactive_file"
        elif "memory" in controllers.split(","):
            root, limit, used = _CGROUPS / "memory", "memory.limit_in_bytes", "memory.usage_in_bytes"
            cached = "total_inactive_file"
        else:
            continue
        own = root / path.lstrip("/")
        for group in (own, *(parent for parent in own.parents if parent.is_relative_to(root))):
            for most in _lines(group / limit):
                if most.isdecimal() and int(most) < _NO_LIMIT:  # else it is "max", or the largest number there is
                    kept = dict(line.split() for line in _lines(group / "memory.stat"))
                    yield int(most), int(*_lines(group / used)) - int(kept.get(cached, 0))


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii").splitlines()
    except OSError:
        return []
