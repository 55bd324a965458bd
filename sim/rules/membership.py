"""Submodel 13, membership: leaving, joining, abolition, and the council's decision to dissolve."""

from __future__ import annotations

from sim.jit import rule
from sim.rules.mathematics import saturation


@rule
def exit_probability(months_absent: float, exit_months: float, exit_rate: float, duty_bound: float) -> float:
    """Return the chance that a body gives up its seat this month: none before a long spell of absence.

    A duty to attend keeps the name on the list, if nothing else.
    """
    if months_absent < exit_months:
        return 0.0
    return exit_rate * (1.0 - duty_bound)


@rule
def invitation_probability(invitation_rate: float, attention: float, staff_team: float) -> float:
    """Return the chance that an empty seat is filled this month: somebody has to ask (S2, S3)."""
    return invitation_rate * (0.2 + 0.4 * attention + 0.4 * staff_team)


@rule
def newcomer_view(prior: float, record_of_board: float, informed: float) -> float:
    """Return a newcomer's belief or trust: from the board's record if informed, from its prior if not."""
    return prior + informed * (record_of_board - prior)


@rule
def binding(
    fund_gbp_m: float,
    council_flexible_gbp_m: float,
    duty: float,
    assessment: float,
    belief: float,
    engagement: float,
    outside_option: float,
    austerity: float,
) -> float:
    """Return what speaks to a council for keeping the partnership, at least 0.

    Money that depends on it, a duty that brings others to it, being assessed on it, and its worth to
    the council; against it the outside option and the cost in hard times (S2).
    """
    money = saturation(amount=fund_gbp_m, half=0.1 * council_flexible_gbp_m)
    worth = belief * (0.5 + engagement)
    reasons = 0.5 * money + 0.3 * duty + 0.5 * assessment + worth
    return max(0.0, reasons * (1.0 - 0.5 * outside_option) * (1.0 - 0.5 * austerity))


@rule
def dissolution_probability(bound: float, statutory: float, enough: float, dissolution_rate: float) -> float:
    """Return the chance a month that the council dissolves it: exactly 0 when ``enough`` binds it.

    A statutory partnership is not the council's to dissolve.
    """
    if bound >= enough:
        return 0.0
    return dissolution_rate * (1.0 - statutory) * (1.0 - bound / enough)
