"""Submodel 12, accountability: the yearly assessment, and what follows from it."""

from __future__ import annotations

from sim.jit import rule
from sim.rules.mathematics import towards

ASSESSMENT_INTERVAL = 12
"""Months between assessments; the first falls in the twelfth month (step 11)."""


@rule
def is_assessment_month(month: int) -> bool:
    """Return whether the partnership is assessed in step ``month`` (0 is the first)."""
    return month % ASSESSMENT_INTERVAL == ASSESSMENT_INTERVAL - 1


@rule
def assessment_score(
    attendance: float, seniority: float, decision_memory: float, coherence: float, results: float, measurement: float
) -> float:
    """Return a yearly score in [0, 1]: process first, results too, accounted for as far as measured (S3, S4)."""
    process = 0.35 * attendance + 0.2 * seniority + 0.25 * decision_memory + 0.2 * coherence
    return 0.7 * process + 0.3 * results * (0.5 + 0.5 * measurement)


@rule
def passes(score: float, threshold: float, noise: float, draw: float) -> bool:
    """Return whether an assessor passes the partnership; ``draw`` has mean 0 and SD 1."""
    return score + noise * draw >= threshold


@rule
def credibility_step(credibility: float, score: float) -> float:
    """Return credibility with central government, in [0, 1], after an assessment."""
    return towards(current=credibility, target=score, rate=0.3)


@rule
def reward(reward_grant_gbp_m: float, results: float) -> float:
    """Return the grant (£m) paid for a year's results (S0)."""
    return reward_grant_gbp_m * results


@rule
def compliance(reach: float, pressure: float, attendance_record: float) -> float:
    """Return how far a bound body does what a component of the duty asks, in [0, 1].

    Who attends anyway complies more easily; 0 for bodies that the duty does not bind.
    """
    return reach * (pressure + (1.0 - pressure) * 0.5 * attendance_record)


@rule
def meeting_days(attended: float, participation_cost: float, report_pressure: float) -> float:
    """Return the person-days a body spends on the partnership in a month: preparing, meeting, reporting."""
    return attended * (1.0 + 2.0 * participation_cost) + 1.5 * report_pressure


@rule
def transaction_cost_gbp_m(person_days: float) -> float:
    """Return the cost (£m) of person-days, at £250 a day of a public manager in 2004 (assumed)."""
    return person_days * 250.0 / 1e6


STAFF_DAYS_A_MONTH = 60.0
"""Person-days a month of a full staff team: three people (assumed; S3 asks for a dedicated team)."""


@rule
def inspection_cost(full_cost_gbp_m: float, burden: float, lifted: float) -> float:
    """Return what inspection costs a body this month (£m), after relief.

    ``full_cost_gbp_m`` is a year's cost at the burden of 2004, which the scale of burdens puts at ½.
    """
    return full_cost_gbp_m / 12.0 * burden * 2.0 * (1.0 - lifted)
