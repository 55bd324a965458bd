"""Compiled code kept on disk: found again by what it was made from, checked before it is trusted, and never needed.

Whole months are kept as machine code, ready to run. Their parts, of which most belong to several months, are kept as
the compiler's own code, optimised and ready to be put together.
"""

from __future__ import annotations

import contextlib
import hashlib
import inspect
import os
import pickle
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from numba.core import config, types
from numba.core.caching import CompileResultCacheImpl, _Cache
from numba.core.compiler import compile_result
from numba.core.funcdesc import FunctionDescriptor
from numba.core.lowering import Environment
from numba.core.registry import cpu_target
from numba.core.serialize import dumps
from numba.core.typing.templates import signature

from sim.lanes.libraries import Stage

MOST_KEPT = 32
"""Whole months kept in one folder, of some megabytes each; those not used for longest go."""

MOST_PARTS_KEPT = 1024
"""Parts kept in one folder, of some ten kilobytes each."""


class KeptCode(_Cache):
    """Where one compiled function is kept: in the folder that NUMBA_CACHE_DIR names, or in Numba's beside the code.

    ``key`` names what it was made from. The file begins with a hash of the rest: a damaged one is taken away and
    the function compiled again. Where no folder can be written to, ``folder`` is None and nothing is kept; what others
    kept where this process can only read is found all the same.
    """

    what, most = "month", MOST_KEPT

    def __init__(self, function: Any, key: str) -> None:
        self._function, self._key = function, key
        self.folder = self._folder()

    @property
    def cache_path(self) -> str:
        """Return the folder."""
        return str(self.folder)

    @property
    def path(self) -> Path | None:
        """Return the file that is kept, or would be."""
        name = self._name()
        written = [self.folder / name] if self.folder is not None else []
        return next((path for path in (*written, *self._elsewhere(name)) if path.exists()), next(iter(written), None))

    @property
    def is_kept(self) -> bool:
        """Return whether there is something kept, sound or not."""
        return self.path is not None and self.path.exists()

    def _name(self) -> str:
        machine = sys.implementation.cache_tag, cpu_target.target_context.codegen().magic_tuple()
        effort = config.OPT, config.LOOP_VECTORIZE, config.SLP_VECTORIZE
        digest = hashlib.sha256(f"{self._key} {machine!r} {effort!r}".encode()).hexdigest()
        return f"{self.what}-{digest[:32]}.compiled"

    def _folder(self) -> Path | None:
        if config.CACHE_DIR:  # the same for all installations: what is kept is told by what it was made from
            named = Path(config.CACHE_DIR)
            with contextlib.suppress(OSError):
                named.mkdir(parents=True, exist_ok=True)
                if os.access(named, os.W_OK):
                    return named
        try:
            return Path(CompileResultCacheImpl(self._function).locator.get_cache_path())
        except RuntimeError:  # Numba's word for: no folder can be written to
            return None

    def _elsewhere(self, name: str) -> Iterator[Path]:
        """Give the places where it would be kept if they could be written to."""
        if config.CACHE_DIR:
            yield Path(config.CACHE_DIR, name)
            return
        for locator in CompileResultCacheImpl._locator_classes:
            with contextlib.suppress(Exception):  # each asks for surroundings of its own
                yield Path(locator(self._function, inspect.getfile(self._function)).get_cache_path(), name)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the compiled function if it is kept and sound, else None."""
        path = self.path
        if path is None:
            return None
        try:
            content = path.read_bytes()
        except OSError:
            return None
        target_context.refresh()  # or what it links to would not be there yet
        try:
            found = self._taken_up(_checked(content), sig, target_context)
        except Exception:
            _take_away(path)
            return None
        with contextlib.suppress(OSError):
            path.touch()  # or it would count as the oldest, however often it is used
        return found

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep a compiled function, whole or not at all."""
        if self.folder is None or data.library.has_dynamic_globals:
            return
        content = dumps(self._put_down(data))
        path = self.folder / self._name()
        partial = path.with_name(f"{path.name}.{uuid.uuid4().hex[:12]}.partial")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(hashlib.sha256(content).digest() + content)
            partial.replace(path)
            self.keep_newest(f"{self.what}-*.compiled")
        except OSError:
            self.folder = None
            _take_away(partial)

    def keep_newest(self, pattern: str) -> None:
        """Take away the files of a pattern that were not used for longest, but for the ``most`` that are kept."""
        assert self.folder is not None
        for old in sorted(self.folder.glob(pattern), key=_last_used)[: -self.most]:
            old.unlink(missing_ok=True)

    def _taken_up(self, kept: Any, sig: Any, target_context: Any) -> Any:
        return CompileResultCacheImpl.rebuild(self, target_context, kept)  # type: ignore[arg-type]

    def _put_down(self, compiled: Any) -> Any:
        return CompileResultCacheImpl.reduce(self, compiled)  # type: ignore[arg-type]

    def enable(self) -> None:
        """Do nothing: it always keeps."""

    def disable(self) -> None:
        """Do nothing."""

    def flush(self) -> None:
        """Forget what is kept."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)


class KeptPart(KeptCode):
    """Where a part of months is kept: its code, and the name by which that is called.

    Months that share a part differ in the type of their world, which is the same in memory: so the name is kept, and
    the types are those of the month that asks.
    """

    what, most = "part", MOST_PARTS_KEPT

    def _taken_up(self, kept: Any, sig: Any, target_context: Any) -> Any:
        name, code = kept
        library = Stage.taken_up(target_context.codegen(), name, code)
        described = FunctionDescriptor(
            native=True,
            modname=__name__,
            qualname=name,
            unique_name=name,
            doc="",
            typemap={},
            restype=types.none,
            calltypes={},
            args=tuple(f"arg_{number}" for number in range(len(sig))),
            kws=(),
            mangler=lambda *_, **__: name,
            argtypes=tuple(sig),
            env_name=f"environment of {name}",
        )
        environment = Environment.from_fndesc(described)
        return compile_result(
            typing_context=target_context.typing_context,
            target_context=target_context,
            entry_point=target_context.get_executable(library, described, environment),
            type_annotation="",
            library=library,
            signature=signature(types.none, *sig),
            objectmode=False,
            lifted=(),
            fndesc=described,
            environment=environment,
            reload_init=[],
            referenced_envs=[],
        )

    def _put_down(self, compiled: Any) -> Any:
        return compiled.fndesc.llvm_func_name, compiled.library._get_module_for_linking().as_bitcode()


def _last_used(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # another process took it away
        return 0.0


def _take_away(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def _checked(content: bytes) -> Any:
    digest, rest = content[:32], content[32:]
    if hashlib.sha256(rest).digest() != digest:
        raise ValueError("damaged")
    return pickle.loads(rest)
