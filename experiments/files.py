"""Files that are complete or not there, and what they hold, as one number."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any
from uuid import getnode, uuid4

PARTIAL = ".partial"
"""How the name of a file ends that is being written."""

CLAIM = ".claim"
"""How the name of a file ends that says who is at work: see ``experiments.study.claims``."""

_LONG_SINCE_WRITTEN = 3600.0
"""Seconds after which nobody, on whatever machine, is still writing a partial file."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path to write to, and rename it to ``path`` once it is safely on the disk; or leave nothing."""
    partial = path.with_name(f".{path.name}.{this_process()}.{uuid4().hex}{PARTIAL}")
    try:
        yield partial
        with partial.open("rb+") as written:
            os.fsync(written.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def is_whole(path: Path) -> bool:
    """Return whether a file is there to stay: it is not being written, and is no claim."""
    return path.is_file() and path.suffix not in (PARTIAL, CLAIM)


def sweep_partials(folder: Path) -> None:
    """Delete the partial files in ``folder`` of processes that have ended; those of others are theirs."""
    for path in folder.rglob(f".*{PARTIAL}"):
        writer = path.name.split(".")[-3]
        with suppress(FileNotFoundError):  # its writer was quicker
            if has_ended(writer) or disk_time(folder) - path.stat().st_mtime > _LONG_SINCE_WRITTEN:
                path.unlink()


def disk_time(folder: Path) -> float:
    """Return what time it is by the clock of the disk, in seconds: those of machines that share it differ."""
    with TemporaryFile(dir=folder) as touched:
        return os.fstat(touched.fileno()).st_mtime


def this_process() -> str:
    """Return the name of this process, which is that of no other here or on another machine."""
    return f"{_machine()}-{os.getpid()}"


def has_ended(process: str) -> bool:
    """Return whether a process that was named so is known to have ended; of other machines nothing is known.

    A name that :func:`this_process` never gave is of nobody.
    """
    machine, dash, number = process.partition("-")
    if not dash or not number.isdecimal():
        return True
    if machine != _machine() or os.name != "posix":
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # of another user
        return False
    return False


@cache
def _machine() -> str:
    """Return what tells this machine, since it was started, or this container from others of the same name."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
        told = f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:  # not Linux
        told = str(getnode())
    return sha256(f"{platform.node()} {told}".encode())[:12]


def sha256(content: Any) -> str:
    """Return the sha256 of bytes, or of what can be read as such."""
    return hashlib.sha256(content).hexdigest()


def sha256_of_file(path: Path) -> str:
    """Return the sha256 of the bytes in a file."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
