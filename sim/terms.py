"""What a term of the utility of going to a meeting is: what speaks to a body for it, and against it.

The utility is the sum of the terms in their order, so that every decision has an exact explanation. The terms of the
model are in ``sim/meetings.py``; an extension adds its own at the end.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.partners import Partner


@dataclasses.dataclass(frozen=True)
class Term:
    """One term, in utility units: its name, and what people call it and read of it."""

    name: str
    label: str
    says: str
    _: dataclasses.KW_ONLY
    only_pushes: bool = False
    """It is never above zero: it only pushes away."""
    on_junior: float = 0.0
    """How much of it there is in the utility of sending a junior."""
    function: Callable[[Partner], float] | None = None
    """What gives it, for one body."""
