"""Files that are complete or not there, and what they hold, as one number."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

PARTIAL = ".partial"
"""How the name of a file ends that is being written."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path to write to, and rename it to ``path`` once it is safely on the disk; or leave nothing."""
    partial = path.with_name(f".{path.name}.{uuid4().hex}{PARTIAL}")
    try:
        yield partial
        with partial.open("rb+") as written:
            os.fsync(written.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def sha256(content: Any) -> str:
    """Return the sha256 of bytes, or of what can be read as such."""
    return hashlib.sha256(content).hexdigest()


def sha256_of_file(path: Path) -> str:
    """Return the sha256 of the bytes in a file."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
