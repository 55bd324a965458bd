"""How functions become compiled code: as a part of what calls them, or by themselves."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar, cast

from llvmlite import binding
from numba import njit
from numba.core import codegen, config

from sim.lanes.lowering import (
    NoAliasCompiler,
    PartCompiler,
    RoundsCompiler,
    StageCompiler,
    WholeCompiler,
    WritingOutCompiler,
)

# The compiler would take out of loops whether what is written counts, and then work on one run after another
# (benchmarks/run_by_run.py).
binding.set_option("", "-unswitch-threshold=1")

_WIDEST, _AND_ALL_OF_IT = "+avx512f", "-prefer-256-bit"
"""What a processor with registers of 512 bits can do, and what has the compiler fill them."""


def fill_registers() -> None:
    """Have the compiler work on as many runs at once as a register holds.

    It is told of some processors, by name, that they had better use half of it, which suits code that needs it now and
    then. Here a run takes a third less in full ones. What a person says by NUMBA_CPU_FEATURES stands.
    """
    can = codegen.get_host_cpu_features()
    if config.CPU_FEATURES is None and _WIDEST in can.split(","):
        config.CPU_FEATURES = f"{can},{_AND_ALL_OF_IT}"


fill_registers()

_Function = TypeVar("_Function", bound=Callable[..., Any])

INTERNAL: dict[str, Any] = {
    "error_model": "numpy",
    "nogil": True,
    # Nobody calls these functions from Python, so the way in need not be compiled.
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}
AS_A_PART: dict[str, Any] = {**INTERNAL, "pipeline_class": PartCompiler}


def written_out(lines: Sequence[str], scope: dict[str, Any], what: str) -> Any:
    """Return the function that lines of text define; ``scope`` has what they name, ``what`` says what it is.

    It gets a name of its own. The compiler tells functions of one name and of the same kinds of arguments apart by a
    counter of the process: code that another process kept would be linked to whatever has that number here.
    """
    text = "\n".join(lines)
    exec(compile(text, f"<{what}>", "exec"), scope)
    name = text[len("def ") : text.index("(")]
    function = scope[name]
    function.__qualname__ = f"{name}_{hashlib.sha256(f'{what} {text}'.encode()).hexdigest()[:16]}"
    return function


def for_each_run(*lines: str, first: str = "0", last: str = "n") -> list[str]:
    """Return a loop over runs, written so that the compiler keeps what it is told of it (``sim/lanes/lowering.py``)."""
    return [f"run = {first}", f"while run < {last}:", *(f"    {line}" for line in lines), "    run += 1"]


@cache
def inlined(function: _Function) -> _Function:
    """Return ``function`` compiled as a part of what calls it, with every rule that it calls.

    Only then does the compiler see loops over runs without calls in them, which it can turn into loops
    over several runs at once. A division by zero gives infinity, as on the processor.
    """
    return cast(_Function, njit(**AS_A_PART, forceinline=True)(function))


@cache
def unrolled(function: _Function) -> _Function:
    """Return ``function`` compiled as a part of what calls it, with loops over a fixed number of things written out."""
    return cast(_Function, njit(**INTERNAL, forceinline=True, pipeline_class=WritingOutCompiler)(function))


def stage(function: _Function) -> _Function:
    """Return ``function`` compiled by itself: many small functions compile faster than one large one."""
    return cast(_Function, njit(**INTERNAL, pipeline_class=StageCompiler)(function))


def rounds(function: _Function) -> _Function:
    """Return ``function`` compiled by itself, put together of functions that are."""
    return cast(_Function, njit(**INTERNAL, pipeline_class=RoundsCompiler)(function))


def whole(function: _Function) -> _Function:
    """Return ``function``, which Python calls, put together of functions that are compiled by themselves."""
    return cast(_Function, njit(error_model="numpy", nogil=True, pipeline_class=WholeCompiler)(function))


def noalias(function: _Function) -> _Function:
    """Return ``function`` compiled by itself, for places of which none overlaps one that is written to."""
    return cast(_Function, njit(**INTERNAL, pipeline_class=NoAliasCompiler)(function))


def spliced(function: _Function) -> _Function:
    """Return ``function`` put word for word into what calls it, so that what it calls is not optimised once more."""
    return cast(_Function, njit(**INTERNAL, inline="always")(function))
