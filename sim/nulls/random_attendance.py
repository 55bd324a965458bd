"""With attendance by chance: who comes, and as whom, is the toss of one coin for all, as often as in the baseline."""

from __future__ import annotations

from typing import Any

from sim.jit import rule
from sim.meetings import be_there
from sim.month import MONTH
from sim.nulls.numbers import COMES, IN_PERSON


@rule
def toss_a_coin(self: Any) -> None:
    """Stay away, send a junior, or go in person by one draw, whatever draws or pushes; it is counted as ever."""
    draw = self.luck.rank[self.model.table]
    self.junior_utility = 0.0
    be_there(self, rank=2.0 if draw < IN_PERSON else (1.0 if draw < COMES else 0.0))


month = MONTH.replacing(choose_rank=toss_a_coin)
