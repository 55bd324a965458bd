"""With attendance by chance: who comes, and as whom, is the toss of one coin for all, as often as in the baseline."""

from __future__ import annotations

from typing import Any

from sim.jit import rule
from sim.second.meetings import presence_of
from sim.second.nulls.numbers import COMES, IN_PERSON
from sim.second.steps import month as as_it_is


@rule
def toss_a_coin(self: Any) -> None:
    """Stay away, send a junior, or go in person by one draw, whatever draws or pushes; it is counted as ever."""
    model = self.model
    draw = self.luck.rank[model.table]
    self.in_person = 1.0 if draw < IN_PERSON else 0.0
    self.came = 1.0 if draw < COMES else 0.0
    self.best_came = max(self.best_came, self.came)
    self.best_in_person = max(self.best_in_person, self.in_person)
    model.n_present += self.came
    model.influence_in_person += self.influence * self.in_person
    model.influence_present += self.influence * presence_of(came=self.came, in_person=self.in_person)


month = as_it_is.replacing(choose_rank=toss_a_coin)
