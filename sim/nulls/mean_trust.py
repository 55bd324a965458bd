"""With trust that is the same between all: every month, and at the launch, it is replaced by its mean at the table.

How much trust there is moves as in the model, from where the mean left it.
"""

from __future__ import annotations

from sim.jit import rule
from sim.month import MONTH
from sim.nulls.changes import in_the_launch
from sim.rules.mathematics import mean_or_zero
from sim.steps import PairStep


@rule
def trust_of_a_pair(trust: float, returned_trust: float) -> tuple[float, float]:
    """Return trust that two members have in each other, and how many values that are."""
    return trust + returned_trust, 2.0


@rule
def trust_of_the_table(trust_in_all: float, values_of_trust: float) -> float:
    """Return the mean of trust among members."""
    return mean_or_zero(total=trust_in_all, count=values_of_trust)


MEAN = (
    PairStep(
        trust_of_a_pair,
        "Trust among members is added up,",
        adds=("trust_in_all", "values_of_trust"),
        to="table",
        once=True,
    ),
    PairStep(trust_of_the_table, "and all have the mean of it in each other.", writes="trust"),
)

month = in_the_launch(
    MONTH.holding(trust_in_all="partnership", values_of_trust="partnership").after("trust_a_month_later", *MEAN),
    lambda launch: launch.after("first_trust", *MEAN),
)
