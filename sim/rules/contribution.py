"""Submodel 6, contribution: money bent to the strategy or pooled."""

from __future__ import annotations

import math

from sim.jit import rule
from sim.rules.mathematics import saturation


@rule
def is_conditional_cooperator(trait: float, share: float) -> bool:
    """Return whether a body answers others' giving; the rest, 1 − ``share``, ride free.

    Those ride free whose ``trait`` of reciprocity (mean 0, SD 1; the sum of two uniform draws) is lowest.
    """
    drawn = trait / math.sqrt(6.0) + 1.0
    lower_share = 0.5 * drawn * drawn if drawn < 1.0 else 1.0 - 0.5 * (2.0 - drawn) * (2.0 - drawn)
    return lower_share >= 1.0 - share


@rule
def sanction_pressure(sanctions: float, half_saturation: float) -> float:
    """Return how hard sanctions press, in [0, 1); exactly 0 without any. They saturate (Fehr and Gächter 2000)."""
    return saturation(amount=sanctions, half=half_saturation)


@rule
def prospect(
    month: float, announced_end: float, end_weight: float, end_half_months: float, sanction_pressure: float
) -> float:
    """Return what a known end leaves of willingness to cooperate, in [0, 1]; exactly 1 if none is announced.

    Cooperation is partly an investment in what is still to come, and the more so the less there is of it
    (Kreps, Milgrom, Roberts and Wilson 1982). A sanction bites to the last day, so what it presses for stays.
    """
    if announced_end <= 0.0:
        return 1.0
    still_to_come = max(0.0, announced_end - month - 1.0)
    nearness = end_half_months / (still_to_come + end_half_months)
    return 1.0 - end_weight * nearness * (1.0 - sanction_pressure)


@rule
def contribution_push(
    belief: float,
    service_plan_pressure: float,
    scrutiny: float,
    is_publicly_funded: float,
    reward_pull: float,
    sanction_pressure: float,
    gain_from_belief: float,
    gain_from_duty: float,
    gain_from_scrutiny: float,
    gain_from_reward: float,
    gain_from_sanctions: float,
) -> float:
    """Return what moves a body to give beyond answering others, in [0, 1]; 0 when nothing speaks for it.

    Independent reasons combine like independent chances. Duty and scrutiny move contribution less than
    attendance: a body can be made to come, hardly to give (S4).
    """
    return 1.0 - (
        (1.0 - gain_from_belief * belief)
        * (1.0 - gain_from_duty * service_plan_pressure)
        * (1.0 - gain_from_scrutiny * scrutiny * is_publicly_funded)
        * (1.0 - gain_from_reward * reward_pull)
        * (1.0 - gain_from_sanctions * sanction_pressure)
    )


@rule
def willingness(expected_of_others: float, reciprocity: float, push: float) -> float:
    """Return the share of what it could give that a body is willing to give, in [0, 1].

    Imperfect conditional cooperation: a little less than others are believed to give (Fischbacher,
    Gächter and Fehr 2001). Without a push, cooperators who believe what they saw last month give
    c0·sᵗ, where s is ``reciprocity``.
    """
    answer = reciprocity * expected_of_others
    return answer + (1.0 - answer) * push


@rule
def contribution_rate(
    willing: float, attendance_record: float, seniority: float, alignment: float, assured_presence: float
) -> float:
    """Return the share of its bendable money that a body puts in, in [0, 1].

    A junior cannot commit money, and plans that do not fit the strategy leave little to commit.
    ``assured_presence`` = 1 is the laboratory, where willingness alone decides.
    """
    open_to_chance = 1.0 - assured_presence
    return (
        willing
        * (assured_presence + open_to_chance * attendance_record)
        * (assured_presence + open_to_chance * seniority)
        * (assured_presence + open_to_chance * alignment)
    )


@rule
def bendable_gbp_m(
    budget_gbp_m: float, discretionary_share: float, rigidity: float, flexibility: float, flexibility_gain: float
) -> float:
    """Return the money (£m a month) that a body could bend: organisations have little discretion (S3).

    ``budget_gbp_m`` is a year's mainstream budget; ``rigidity`` is what national targets leave bound.
    """
    return budget_gbp_m / 12.0 * discretionary_share * (1.0 - 0.5 * rigidity) * (1.0 + flexibility_gain * flexibility)


@rule
def pooled_gbp_m(
    regeneration_budget_gbp_m: float, pooling_rate: float, attendance_record: float, one_plan: float
) -> float:
    """Return the regeneration money (£m a month) that a body routes through the partnership (S0)."""
    return regeneration_budget_gbp_m / 12.0 * pooling_rate * attendance_record * one_plan


@rule
def believed_of_others(believed: float, seen: float, belief_weight: float) -> float:
    """Return what a body believes others give, after seeing what they gave (Fischbacher and Gächter 2010)."""
    return believed + belief_weight * (seen - believed)
