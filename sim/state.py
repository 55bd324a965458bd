"""What things hold: numbers declared by the annotations of a class, and nothing else.

``belief: float`` is a number; ``aims: ByTheme`` is several, read by a position; ``trust: Towards`` is one for
every other thing of the kind. An agent holds them as attributes, the compiled engine as rows of runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.population import SECTORS, THEMES
from sim.tables import BLOCKS, N_CLAIMS, N_OTHER_TABLES, N_PROJECTS, N_TABLES, N_TOPICS

LANES = 64
"""Most runs in a block: enough to fill the processor's lanes, few enough to stay in its caches."""

RUNS_AT_ONCE = 512
"""Of runs that may differ in their boards, how many are looked through for those that can share a block."""

ByTheme = list[float]
"""One number a theme."""
BySector = list[float]
"""One number a sector."""
ByTerm = list[float]
"""One number a term of the utility of attending."""
Towards = list[float]
"""One number for every other body."""

ByMonth = list[float]
"""One number a month of the year."""
ByProject = list[float]
"""One number a project that may run."""
ByProjectAndSector = list[float]
"""One number a project and sector, by project."""

ByTable = list[float]
"""One number a table: the board, and each group."""
ByTopic = list[float]
"""One number a theme, and one for saving time."""
ByOtherTable = list[float]
"""One number a table elsewhere."""
ByClaim = list[float]
"""One number for each of what claims senior time."""
BySay = list[float]
"""One number for each way in which an item may be brought."""
ByBlock = list[float]
"""One number a block of an agreement."""

COUNTS: Mapping[str, int] = {
    "float": 0,
    "ByTheme": len(THEMES),
    "BySector": len(SECTORS),
    "ByMonth": 12,
    "ByTable": N_TABLES,
    "ByProject": N_PROJECTS,
    "ByProjectAndSector": N_PROJECTS * len(SECTORS),
    "ByTopic": N_TOPICS,
    "ByOtherTable": N_OTHER_TABLES,
    "ByClaim": N_CLAIMS,
    "BySay": 4,
    "ByBlock": len(BLOCKS),
}
"""How many numbers such an annotation stands for; 0 for a single one."""


def rows_of(kind: type, *, terms: int = 0) -> dict[str, int]:
    """Return the numbers that a thing of a class holds, by name: 0 for one number, n for n of them."""
    counts = {**COUNTS, "ByTerm": terms}
    return {name: counts[hint] for name, hint in kind.__annotations__.items() if hint in counts}


def matrices_of(kind: type) -> tuple[str, ...]:
    """Return the names of what a thing of a class holds towards every other."""
    return tuple(name for name, hint in kind.__annotations__.items() if hint == "Towards")


def set_to_zero(thing: Any, rows: Mapping[str, int]) -> None:
    """Give a thing all its numbers, each 0."""
    for name, count in rows.items():
        setattr(thing, name, [0.0] * count if count else 0.0)
