"""Without trust: it is the same between all, the mean of the baseline, and never moves. Ties come and go without it."""

from __future__ import annotations

from sim.jit import rule
from sim.month import MONTH
from sim.nulls.changes import in_the_launch
from sim.nulls.numbers import TRUST


@rule
def the_same_trust() -> float:
    """Return the trust that everybody has in everybody, whatever it would be."""
    return TRUST


month = in_the_launch(MONTH.without("trust_a_month_later"), lambda launch: launch.replacing(first_trust=the_same_trust))
