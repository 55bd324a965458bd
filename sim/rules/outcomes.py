"""Submodel 9, outcomes: the share of the gap to the national average that is closed, theme by theme."""

from __future__ import annotations

from sim.jit import rule


@rule
def gap_cost_gbp_m(population: float, deprivation: float, gap_cost_gbp_per_head: float) -> float:
    """Return what closing the gap in all themes would cost (£m of well-joined-up spending)."""
    return population * gap_cost_gbp_per_head / 1e6 * (0.5 + deprivation)


@rule
def deprivation_index(fund_2003_04_gbp_m: float, population: float) -> float:
    """Return a stand-in for deprivation in [0, 1): the fund per head against the median allocation, £17.

    The fund was allocated by deprivation (Neighbourhood Renewal Fund, Hansard 2001-2003).
    """
    per_head = fund_2003_04_gbp_m * 1e6 / population
    return per_head / (per_head + 17.0)


@rule
def outcome_step(outcome: float, delivered_share: float, decay: float, trend: float, shock: float) -> float:
    """Return the closed share of the gap a month later, in [−1, 1]; below 0 the gap has grown.

    ``delivered_share`` ≥ 0 is what was delivered, as a share of the cost of the whole gap: the smaller
    the gap left, the less it closes. Departures fade; the external ``trend`` and ``shock`` (their sum in
    [−1, 1]) come whether or not there is a partnership, and good and bad luck weigh the same at 0.
    """
    gained = delivered_share / (1.0 + delivered_share) * (1.0 - outcome)
    moved = outcome * (1.0 - decay) + gained
    push = trend + shock
    if push > 0.0:
        return moved + push * (1.0 - moved)
    return moved + push * (1.0 + moved)
