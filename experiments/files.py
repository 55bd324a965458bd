"""Files and folders that are complete or not there, what killed processes left, and a file's content as one number."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import Any
from uuid import uuid4

try:
    import fcntl
except ImportError:  # Windows has no such locks: nothing is swept up there
    _LOCKS = False
else:
    _LOCKS = True

PARTIAL = ".partial"
"""How the name of a file ends that is being written."""
ANY = "?" * 32
"""In a glob pattern, what makes the name of something unfinished one of its own: a uuid."""
SECONDS_TO_HOLD = 2.0
"""What was made just now may not be held yet."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path to write to, and rename it to ``path`` once it is safely on the disk; or leave nothing.

    An error of writing names ``path``: of a full disk the system tells no file.
    """
    partial = path.with_name(f".{path.name}.{uuid4().hex}{PARTIAL}")
    try:
        partial.touch()
        with held(partial):
            yield partial
            with partial.open("rb+") as written:
                os.fsync(written.fileno())
            partial.replace(path)
    except BaseException as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno and error.filename in (None, str(partial)):
            raise OSError(error.errno, os.strerror(error.errno), str(path)) from error
        raise


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Let :func:`sweep_up` see that a file or folder is somebody's, until the end of the block or of the process."""
    if not _LOCKS:
        yield
        return
    number = os.open(path, os.O_RDONLY)
    try:
        with suppress(OSError):  # a disk without locks: nothing can be taken for abandoned there either
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(number)


def is_abandoned(path: Path, *, older_than: float = SECONDS_TO_HOLD) -> bool:
    """Return whether whoever made a file or folder under :func:`held`, so many seconds ago or more, has ended."""
    try:
        if not _LOCKS or time.time() - path.stat().st_mtime < older_than:
            return False
        number = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(number)
    return True


def sweep_up(folder: Path, pattern: str, *, older_than: float = SECONDS_TO_HOLD) -> None:
    """Take away what processes that were killed left in ``folder``, and below it if the glob pattern says so."""
    for path in list(folder.glob(pattern)):
        if is_abandoned(path, older_than=older_than):
            take_away(path)


def take_away(path: Path) -> None:
    """Remove a file or a folder with all that is in it, as far as that can be done."""
    with suppress(OSError):
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


@contextmanager
def scratch_folder(parent: Path | None = None, prefix: str = "partnerships") -> Iterator[Path]:
    """Give a new folder, in ``parent`` or where the system has such folders, and take it away at the end.

    So are earlier ones of that prefix whose process was killed.
    """
    parent = parent or Path(tempfile.gettempdir())
    sweep_up(parent, f"{escape(prefix)}-{ANY}")
    folder = parent / f"{prefix}-{uuid4().hex}"
    folder.mkdir(mode=0o700)
    try:
        with held(folder):
            yield folder
    finally:
        take_away(folder)


def sha256(content: Any) -> str:
    """Return the sha256 of bytes, or of what can be read as such."""
    return hashlib.sha256(content).hexdigest()


def sha256_of_file(path: Path) -> str:
    """Return the sha256 of the bytes in a file."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
