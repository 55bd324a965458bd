"""Files that are complete or not there, and what they hold, as one number."""

from __future__ import annotations

import codecs
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

MOST_BYTES = 10_000_000
"""Bytes of a file that a person wrote, at most."""

PARTIAL = ".partial"
"""How the name of a file ends that is being written."""


class Unreadable(ValueError):
    """What a file, or a part of it, cannot be read as, in words: what is allowed, and the cure."""


def typed_path(text: str) -> Path:
    """Return the path that a person typed: ``~`` and ``~/`` begin with the home folder, all else is as it stands.

    >>> typed_path("~1.10/it's").parts
    ('~1.10', "it's")
    """
    return Path.home() / text[2:] if text == "~" or text.startswith("~/") else Path(text)


def read_text(path: Path) -> str:
    """Return the text of a file, whatever usual program wrote it; raise Unreadable.

    UTF-8 with or without a mark, UTF-16 with one, or else the Windows code page.
    """
    content = path.read_bytes()
    if len(content) > MOST_BYTES:
        raise Unreadable(f"it has {len(content):,} bytes: at most {MOST_BYTES:,} are allowed")
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeError:
            continue
        if "\0" not in text:
            return text
    raise Unreadable("it is no text: save it as UTF-8")


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
