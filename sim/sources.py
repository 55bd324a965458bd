"""What the numbers were made by: one hash over the text of whole packages and the versions they run on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

NUMERICS = ("numba", "llvmlite", "numpy")
"""Packages whose version may decide what compiled code is, or what a number is."""


@cache
def source_hash(*packages: str) -> str:
    """Return a sha256 (64 hex digits) over every file of the named packages and the versions of ``NUMERICS``.

    Names and contents count, so a file that is renamed, added or taken away changes it. What Python
    itself compiles does not.
    """
    digest = hashlib.sha256()
    for name in NUMERICS:
        digest.update(f"{name} {version(name)}\n".encode())
    _add_files(digest, packages)
    return digest.hexdigest()


def files_hash(*packages: str) -> str:
    """Return a sha256 (64 hex digits) over every file of the named packages, whatever versions compute with them."""
    digest = hashlib.sha256()
    _add_files(digest, packages)
    return digest.hexdigest()


def _add_files(digest: Any, packages: Iterable[str]) -> None:
    for package in packages:
        for path, file in sorted(_files_of(package, files(package))):
            content = file.read_bytes()
            digest.update(f"{path} {len(content)}\n".encode())
            digest.update(content)


def _files_of(path: str, folder: Traversable) -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        if entry.name == "__pycache__" or entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _files_of(f"{path}/{entry.name}", entry)
        else:
            yield f"{path}/{entry.name}", entry
