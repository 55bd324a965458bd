"""Compiled code kept on disk: found again by what it was made from, checked before it is trusted, and never needed."""

from __future__ import annotations

import contextlib
import hashlib
import pickle
import sys
import uuid
from pathlib import Path
from typing import Any

from numba.core.caching import CompileResultCacheImpl, _Cache
from numba.core.registry import cpu_target
from numba.core.serialize import dumps

MOST_KEPT = 32
"""Versions kept in one folder, of some megabytes each; those not used for longest go."""


class KeptCode(_Cache):
    """Where one compiled function is kept, in Numba's folder for the file that it comes from.

    ``key`` names what it was made from. The file begins with a hash of the rest: a damaged one is taken away and
    the function compiled again. Where no folder can be written to, ``folder`` is None and nothing is kept.
    """

    def __init__(self, function: Any, key: str) -> None:
        self._function, self._key = function, key
        self.folder = self._folder()
        self._impl = CompileResultCacheImpl(function) if self.folder is not None else None

    @property
    def cache_path(self) -> str:
        """Return the folder."""
        return str(self.folder)

    @property
    def path(self) -> Path | None:
        """Return the file that is or would be kept."""
        if self.folder is None:
            return None
        machine = repr((sys.implementation.cache_tag, cpu_target.target_context.codegen().magic_tuple()))
        name = hashlib.sha256(f"{self._key} {machine}".encode()).hexdigest()[:32]
        return self.folder / f"month-{name}.compiled"

    def _folder(self) -> Path | None:
        try:
            return Path(CompileResultCacheImpl(self._function).locator.get_cache_path())
        except RuntimeError:  # Numba's word for: no folder can be written to
            return None

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the compiled function if it is kept and sound, else None."""
        path = self.path
        if path is None or self._impl is None:
            return None
        try:
            content = path.read_bytes()
        except OSError:
            return None
        target_context.refresh()  # or what it links to would not be there yet
        try:
            found = self._impl.rebuild(target_context, _checked(content))
        except Exception:
            _take_away(path)
            return None
        with contextlib.suppress(OSError):
            path.touch()  # or it would count as the oldest, however often it is used
        return found

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep a compiled function, whole or not at all."""
        path = self.path
        if path is None or self._impl is None or not self._impl.check_cachable(data):
            return
        content = dumps(self._impl.reduce(data))
        partial = path.with_name(f"{path.name}.{uuid.uuid4().hex[:12]}.partial")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(hashlib.sha256(content).digest() + content)
            partial.replace(path)
            kept = sorted(path.parent.glob("month-*.compiled"), key=lambda file: file.stat().st_mtime)
            for old in kept[:-MOST_KEPT]:
                old.unlink(missing_ok=True)
        except OSError:
            self.folder = None
            _take_away(partial)

    def enable(self) -> None:
        """Do nothing: it always keeps."""

    def disable(self) -> None:
        """Do nothing."""

    def flush(self) -> None:
        """Forget what is kept."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)


def _take_away(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def _checked(content: bytes) -> Any:
    digest, rest = content[:32], content[32:]
    if hashlib.sha256(rest).digest() != digest:
        raise ValueError("damaged")
    return pickle.loads(rest)
