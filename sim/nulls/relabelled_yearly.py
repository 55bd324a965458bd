"""With bodies that are given one another's places every April, within sectors: the graph stays intact.

A place is what is held towards and by a body, ties, trust and joint work, and the projects in which that work is
done. A body's plan, money, time and experience stay its own.
"""

from __future__ import annotations

from typing import Any

from sim.month import MONTH
from sim.steps import Deal

APRIL = 4


def it_is_april(model: Any) -> bool:
    """Return whether the year begins."""
    return bool(model.calendar_month == APRIL)


month = MONTH.drawing("relabelled", each=False).before(
    "open_the_month",
    Deal(
        "relabel",
        "Bodies of a sector are given one another's places.",
        chance="relabelled",
        of="places",
        within="sector",
        matrices=("tie", "trust", "joint"),
        numbers=("degree", "in_core", "own_projects", "in_team", "pools_in"),
        when=it_is_april,
    ),
)
