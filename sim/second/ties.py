"""Who is tied to whom, and whom one trusts: made and lost between two bodies, month by month."""

from __future__ import annotations

import math

from sim.jit import rule
from sim.rules.mathematics import saturation

MET_OUTSIDE = 0.03
"""Meetings a month of two bodies that meet at no table: bilateral deals need no partnership (S2)."""

MET_WITH_A_JUNIOR, MET_AS_JUNIORS = 0.4, 0.15
ACROSS_SECTORS = 1.3
"""Bodies of different sectors have so much more to give each other on the same themes."""

WHILE_WORKING = 0.2
"""A tie lapses so much less while two bodies work together."""

LEAST_TRUST, MOST_TRUST = 0.02, 0.98
LUCK_OF_A_PAIR = 0.2
TIED_AT_LAUNCH = 0.3
TOLERATED = 1.0 / 3.0
"""Share of influence that others accept from one body."""


@rule
def shared_draw(one: float, other: float) -> float:
    """Return the draw of two bodies, uniform on [0, 1), made of one draw of each: their sum without whole parts.

    Draws of any three pairs are independent; only round rings of four do they repeat themselves.
    """
    both = one + other
    return both - 1.0 if both >= 1.0 else both


@rule
def first_complement(
    education_plan: float,
    economy_plan: float,
    housing_plan: float,
    crime_plan: float,
    health_plan: float,
    other_education_plan: float,
    other_economy_plan: float,
    other_housing_plan: float,
    other_crime_plan: float,
    other_health_plan: float,
    sector: int,
    other_sector: int,
) -> float:
    """Return how far two bodies complement each other: the overlap of what they care for, more across sectors."""
    overlap = (
        min(education_plan, other_education_plan)
        + min(economy_plan, other_economy_plan)
        + min(housing_plan, other_housing_plan)
        + min(crime_plan, other_crime_plan)
        + min(health_plan, other_health_plan)
    )
    return overlap * ACROSS_SECTORS if sector != other_sector else overlap


@rule
def first_trust(trustfulness: float, other_repute: float, trust_at_launch: float) -> float:
    """Return trust at the launch: that of the place, the trustfulness of one and the repute of the other."""
    return min(0.95, max(0.03, trust_at_launch + 0.06 * trustfulness + 0.06 * other_repute))


@rule
def first_tie(
    trust: float, returned_trust: float, complement: float, chance_of_ties: float, other_chance_of_ties: float
) -> float:
    """Return whether two bodies are tied before the launch."""
    chance = TIED_AT_LAUNCH * 0.5 * (trust + returned_trust) * complement
    return 1.0 if shared_draw(one=chance_of_ties, other=other_chance_of_ties) < chance else 0.0


@rule
def months_left_together(joint: float) -> float:
    """Return for how many more months two bodies work together, a month later."""
    return max(0.0, joint - 1.0)


@rule
def made_or_lost(
    tie: float,
    trust: float,
    returned_trust: float,
    joint: float,
    complement: float,
    best_came: float,
    other_best_came: float,
    best_in_person: float,
    other_best_in_person: float,
    ease: float,
    other_ease: float,
    scarcity: float,
    other_scarcity: float,
    chance_of_ties: float,
    other_chance_of_ties: float,
    staff_team: float,
    introductions: float,
    tie_rate: float,
    lapse_rate: float,
) -> float:
    """Return whether two bodies are tied a month later.

    A tie comes by meeting, best in person, by working together or by an introduction; it takes trust both ways,
    something to give each other, and time. It lapses without trust or time.
    """
    both_came = best_came * other_best_came
    both_in_person = best_in_person * other_best_in_person
    one_in_person = max(best_in_person, other_best_in_person)
    as_juniors = MET_WITH_A_JUNIOR if one_in_person > 0.0 else MET_AS_JUNIORS
    at_a_table = both_came * (1.0 if both_in_person > 0.0 else as_juniors)
    works = 1.0 if joint > 0.0 else 0.0
    met = MET_OUTSIDE + at_a_table + works + introductions * staff_team
    made = tie_rate * trust * returned_trust * complement * met * ease * other_ease
    distrust = 1.0 - math.sqrt(trust * returned_trust)
    lost = lapse_rate * distrust * (0.5 + 0.25 * (scarcity + other_scarcity)) * (1.0 - (1.0 - WHILE_WORKING) * works)
    draw = shared_draw(one=chance_of_ties, other=other_chance_of_ties)
    if tie > 0.0:
        return 0.0 if draw < lost else 1.0
    return 1.0 if draw < made else 0.0


@rule
def trust_a_month_later(
    trust: float,
    joint: float,
    other_effort: float,
    chance_of_trust: float,
    other_chance_of_trust: float,
    other_excess: float,
    trust_rate: float,
    effort_half: float,
    domination_price: float,
) -> float:
    """Return trust in another body a month later: in a team mate it follows what that one kept of its promises.

    It falls in a body whose influence goes beyond what is tolerated; else who does not work with it keeps the trust.
    """
    luck = LUCK_OF_A_PAIR * (shared_draw(one=chance_of_trust, other=other_chance_of_trust) - 0.5)
    seen = saturation(amount=other_effort, half=effort_half) + luck
    learned = trust + trust_rate * (seen - trust) if joint > 0.0 else trust
    return min(MOST_TRUST, max(LEAST_TRUST, learned * (1.0 - domination_price * other_excess)))


@rule
def is_tied(tie: float) -> float:
    """Return whether two bodies are tied."""
    return tie
