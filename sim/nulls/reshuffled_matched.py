"""Reshuffled, with so many ties formed and items raised that there are as many ties and decisions as in the model.

Both factors are settings, ``own.more_ties`` and ``own.more_items``. At 1 this is ``reshuffled``, to the bit.
"""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from sim import ties
from sim.jit import rule
from sim.month import PLACE
from sim.nulls.changes import given
from sim.nulls.numbers import MORE_ITEMS, MORE_TIES
from sim.nulls.reshuffled import month as reshuffled
from sim.parameters import Real, uncertain
from sim.steps import Step
from sim.tables import MOST_ITEMS

_FOUND = "found for the baseline; docs/evidence/nulls_matched.csv"


@dataclass(frozen=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))
class Matched:
    """How much more of it there is."""

    more_ties: Real = uncertain(
        MORE_TIES, unit="times", low=0.1, high=100.0, source=_FOUND, says="How many times as often ties form."
    )
    more_items: Real = uncertain(
        MORE_ITEMS, unit="times", low=0.1, high=100.0, source=_FOUND, says="How many times as many items are raised."
    )


made_or_lost = given(ties.made_or_lost, place=__name__, tie_rate="tie_rate * more_ties")


@rule
def raise_more(self: Any) -> None:
    """Take so many more items on, as far as a meeting has room for them."""
    most = MOST_ITEMS if self.table == 0 else 1
    self.meeting_items = min(float(most), self.meeting_items * self.own.more_items)


month = (
    reshuffled.setting(Matched)
    .replacing(made_or_lost=made_or_lost)
    .after("set_the_agenda", Step(raise_more, PLACE, "There are more of them."))
)
