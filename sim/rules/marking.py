"""The mark of a rule: plain Python where agents call it, compiled where the ensemble does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from numba.extending import register_jitable

_Function = TypeVar("_Function", bound=Callable[..., object])


def rule(function: _Function) -> _Function:
    """Return ``function`` as it is, and let compiled code call it too.

    So a rule is written once: a debugger steps through it, and Numba inlines it.
    """
    register_jitable(function)
    return function
