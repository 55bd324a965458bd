"""Without trust: it is the same between all, the mean of the baseline, and never moves. Ties come and go without it."""

from __future__ import annotations

from sim.jit import rule
from sim.second.nulls.changes import in_the_launch
from sim.second.nulls.numbers import TRUST
from sim.second.steps import month as as_it_is


@rule
def the_same_trust() -> float:
    """Return the trust that everybody has in everybody, whatever it would be."""
    return TRUST


month = in_the_launch(
    as_it_is.without("trust_a_month_later"), lambda launch: launch.replacing(first_trust=the_same_trust)
)
