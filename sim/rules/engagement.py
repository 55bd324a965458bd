"""What measures are made of: a member's engagement, and how concentrated influence is."""

from __future__ import annotations

from sim.jit import rule


@rule
def member_engagement(attendance_record: float, seniority: float, contribution_rate: float) -> float:
    """Return a member's engagement index in [0, 1]: presence times rank, halved when nothing is put in.

    The contribution counts as a saturating factor between ½ and 1, because bodies can bend little.
    """
    return attendance_record * seniority * (0.5 + 0.5 * contribution_rate / (contribution_rate + 0.05))


@rule
def normalised_herfindahl(sum_of_squared_shares: float, n_members: float) -> float:
    """Return the concentration of influence: 0 for equal shares, 1 for one member or one who has all."""
    if n_members <= 1.0:
        return 1.0
    even = 1.0 / n_members
    return max(0.0, (sum_of_squared_shares - even) / (1.0 - even))
