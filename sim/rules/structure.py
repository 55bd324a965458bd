"""What is made of who comes, what is kept, who is tied to whom and who has how much influence.

Members are those of a table. ``ties`` is the matrix of who is tied to whom: symmetric, 1 or 0, of bodies × bodies;
``is_member`` says of every body whether it has a seat (1 or 0). The diagonal is never read. Vectors of a year hold
twelve months in any order, so a ring of twelve numbers will do.
"""

from __future__ import annotations

from collections.abc import Sequence

from sim.jit import rule
from sim.rules.mathematics import mean_or_zero, total

JUNIOR_WEIGHT = 0.25
"""What a meeting attended by a junior counts for, where one attended in person counts 1: a junior hears, and cannot
commit (S4)."""

WITHOUT_KEEPING = 0.5
"""What is left of the engagement of a body that comes and keeps none of its commitments."""

MONTHS_A_YEAR = 12.0


# ---------------------------------------------------------------------------------- ties


@rule
def tie_transitivity(ties: Sequence[Sequence[float]], is_member: Sequence[float]) -> float:
    """Return how often two partners of one body are tied to each other, in [0, 1]; 0 if nobody has two partners.

    Three times the triangles over the paths of two ties (Newman, Watts and Strogatz 2002). In random graphs it is near
    the density, and higher where some have many ties: set it against random graphs with the same degrees.
    """
    paths, closed = 0.0, 0.0
    for i in range(len(is_member)):
        for j in range(len(is_member)):
            if j == i or is_member[i] * is_member[j] * ties[i][j] == 0.0:
                continue
            for k in range(j):
                if k != i:
                    path = is_member[k] * ties[i][k]
                    paths += path
                    closed += path * ties[j][k]
    return mean_or_zero(total=closed, count=paths)


# ------------------------------------------------------------------ who comes, what is kept


@rule
def kept_share(kept: Sequence[float], due: Sequence[float]) -> float:
    """Return the share of the commitments that fell due in a year and were kept, in [0, 1]; 1 if none fell due."""
    fell_due = total(due)
    return total(kept) / fell_due if fell_due > 0.0 else 1.0


@rule
def engagement(senior_share: float, junior_share: float, kept_share: float) -> float:
    """Return a member's engagement over a year, in [0, 1].

    ``senior_share`` and ``junior_share`` are the shares of the year's meetings to which it came in person and sent a
    junior (together at most 1), ``kept_share`` is that of its own commitments due that were kept. Coming in person and
    keeping one's word is 1; sending juniors ¼ of coming; keeping nothing halves it.
    """
    present = senior_share + JUNIOR_WEIGHT * junior_share
    return present * (WITHOUT_KEEPING + (1.0 - WITHOUT_KEEPING) * kept_share)


# ------------------------------------------------------------------------- what came of it


@rule
def at_the_end(series: Sequence[float], lived: Sequence[float]) -> float:
    """Return the mean of a measure over the last twelve months that a partnership lived (fewer if it lived less).

    ``series`` and ``lived`` (1 or 0) are by month, in order. Months after an abolition do not count, so what is read of
    a partnership that is gone is what it was. 0 if it never lived.
    """
    together, months = 0.0, 0.0
    for back in range(1, len(series) + 1):
        if months < MONTHS_A_YEAR and lived[len(series) - back] > 0.0:
            together += series[len(series) - back]
            months += 1.0
    return mean_or_zero(total=together, count=months)


# ---------------------------------------------------------------------------------- influence


@rule
def normalised_herfindahl(sum_of_squared_shares: float, n_members: float) -> float:
    """Return the concentration of influence: 0 for equal shares, 1 for one member or one who has all."""
    if n_members <= 1.0:
        return 1.0
    even = 1.0 / n_members
    return max(0.0, (sum_of_squared_shares - even) / (1.0 - even))
