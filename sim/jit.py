"""The mark of a rule or step: plain Python where agents call it, compiled where the ensemble does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

_Function = TypeVar("_Function", bound=Callable[..., object])

RULES: list[Callable[..., Any]] = []
"""Every function so marked, in the order in which they were read."""


def rule(function: _Function) -> _Function:
    """Return ``function`` as it is, and let compiled code call it too.

    So a rule is written once: a debugger steps through it, and the compiler makes it a part of what
    calls it. Nothing of the compiler is loaded before it is needed.
    """
    RULES.append(function)
    return function
