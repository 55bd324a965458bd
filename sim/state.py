"""What things hold: numbers declared by the annotations of a class, and nothing else.

``attended: float`` is a number; ``strategy: ByTheme`` is several, read by a position; ``trust: Towards`` is one for
every other thing of the kind. An agent holds them as attributes, the compiled engine as rows of runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.population import SECTORS, THEMES

LANES = 64
"""Most runs in a block: enough to fill the processor's lanes, few enough to stay in its caches."""

ByTheme = list[float]
"""One number a theme."""
BySector = list[float]
"""One number a sector."""
ByTerm = list[float]
"""One number a term of the utility of attending."""
Towards = list[float]
"""One number for every other body."""

_NO_MORE: Mapping[str, int] = {}


def rows_of(kind: type, *, terms: int = 0, more: Mapping[str, int] = _NO_MORE) -> dict[str, int]:
    """Return the numbers that a thing of a class holds, by name: 0 for one number, n for n of them.

    ``more`` says of more words for several numbers how many they are.
    """
    counts = {"float": 0, "ByTheme": len(THEMES), "BySector": len(SECTORS), "ByTerm": terms} | dict(more)
    return {name: counts[hint] for name, hint in kind.__annotations__.items() if hint in counts}


def matrices_of(kind: type) -> tuple[str, ...]:
    """Return the names of what a thing of a class holds towards every other."""
    return tuple(name for name, hint in kind.__annotations__.items() if hint == "Towards")


def set_to_zero(thing: Any, rows: Mapping[str, int]) -> None:
    """Give a thing all its numbers, each 0."""
    for name, count in rows.items():
        setattr(thing, name, [0.0] * count if count else 0.0)
