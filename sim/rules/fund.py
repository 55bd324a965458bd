"""Submodel 7, fund allocation: how pooled money goes out. Every penny is spent, held or forfeited."""

from __future__ import annotations

from collections.abc import Sequence

from sim.jit import rule

BY_NEED = 0
BY_INFLUENCE = 1
BY_ALIGNMENT = 2
PURSES: tuple[str, ...] = ("need", "influence", "alignment")
"""Names of the purse rules, in the order of their codes."""


@rule
def released(fund_gbp_m_a_year: float, is_accredited: bool, unaccredited_release: float) -> float:
    """Return the flexible fund (£m) that central government releases this month."""
    if is_accredited:
        return fund_gbp_m_a_year / 12.0
    return fund_gbp_m_a_year / 12.0 * unaccredited_release


@rule
def spendable(
    held_gbp_m: float, decision_memory: float, staff_team: float, support_pressure: float, absorption_rate: float
) -> float:
    """Return the money (£m) that goes out this month, less than what is held.

    It goes out only as fast as decisions and administrative capacity allow (S3, S4).
    """
    able = (0.3 + 0.7 * decision_memory) * (0.6 + 0.25 * staff_team + 0.15 * support_pressure)
    return held_gbp_m * absorption_rate * able


@rule
def need_match(priorities: Sequence[float], strategy: Sequence[float]) -> float:
    """Return how far a body works on what the strategy says the place needs, in [0, 1]."""
    match = 0.0
    for k in range(len(strategy)):
        match += priorities[k] * strategy[k]
    return match


@rule
def claim(purse: float, match: float, influence: float, alignment: float, support: float) -> float:
    """Return the weight of a body's claim on the pooled fund under the purse rule in force (S0, S1).

    ``match`` is how far the body works on what the strategy needs; ``support`` ≥ 1 favours bodies
    that the place deliberately funds as contractors (S2).
    """
    if purse == BY_NEED:
        return match * support
    if purse == BY_INFLUENCE:
        return influence * support
    return (0.05 + alignment) * support


@rule
def payment(spendable_gbp_m: float, share: float, attended: bool) -> float:
    """Return what a body is paid (£m): its share, which it forfeits when absent."""
    if attended:
        return spendable_gbp_m * share
    return 0.0


@rule
def returned(unclaimed_gbp_m: float, carry_over: float) -> float:
    """Return what of unclaimed or unspent money (£m) goes back to central government."""
    return unclaimed_gbp_m * (1.0 - carry_over)
