"""What becomes of functions when they are compiled: parts of other code, and what is put together of parts.

Left to itself the compiler makes machine code of every function, also of those that are only ever a part of others, and
optimises what it puts together from parts as if nothing of it had been. That took half of the time of compiling.
"""

from __future__ import annotations

from typing import Any

from llvmlite.binding import parse_bitcode
from numba.core.codegen import JITCodeLibrary


class _NowhereInMemory:
    """Stands for the compiler where it would note at an address of a function whose it is."""

    def set_env(self, name: str, environment: Any) -> None:
        """Do nothing: there is no address."""


class PartOfOthers(JITCodeLibrary):
    """Code that becomes a part of what calls it. No machine code is made of it by itself."""

    codegen = _NowhereInMemory()

    def get_pointer_to_function(self, name: str) -> int:
        """Return 0: it is nowhere in memory."""
        self._ensure_finalized()
        return 0

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._finalized = True


class PutTogether(JITCodeLibrary):
    """Code that calls stages, which come in as they are: they were optimised by themselves."""

    def finalize(self) -> None:
        """Put it together."""
        self._stages = [part for part in self._linking_libraries if isinstance(part, Stage)]
        self._linking_libraries = [part for part in self._linking_libraries if not isinstance(part, Stage)]
        super().finalize()

    def _optimize_final_module(self) -> None:
        super()._optimize_final_module()
        for stage in dict.fromkeys(self._stages):
            self._final_module.link_in(stage._get_module_for_linking(), preserve=True)


class Stage(PartOfOthers):
    """Code that is called by what is put together of it."""

    @classmethod
    def taken_up(cls, codegen: Any, name: str, code: bytes) -> Stage:
        """Return what was compiled before, from the code that is linked to others."""
        library = cls(codegen, name)
        library._final_module = library._shared_module = parse_bitcode(code)
        library._finalized = True
        return library


class Rounds(PutTogether, Stage):
    """A stage that is put together of stages."""
