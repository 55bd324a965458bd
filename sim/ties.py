"""Who is tied to whom, and whom one trusts: made and lost between two bodies, month by month."""

from __future__ import annotations

import math
from typing import Any

from sim.jit import rule
from sim.rules.mathematics import saturation


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
    across_sectors: float,
) -> float:
    """Return how far two bodies complement each other: the overlap of what they care for, more across sectors."""
    overlap = (
        min(education_plan, other_education_plan)
        + min(economy_plan, other_economy_plan)
        + min(housing_plan, other_housing_plan)
        + min(crime_plan, other_crime_plan)
        + min(health_plan, other_health_plan)
    )
    return overlap * across_sectors if sector != other_sector else overlap


@rule
def first_trust(
    trust: float, trustfulness: float, other_repute: float, trust_at_launch: float, launch_spread: float
) -> float:
    """Return trust at the launch: what is known of it, else by the place, one's trustfulness and the other's repute."""
    if trust < 0.0:
        return -1.0 - trust
    return min(1.0, max(0.0, trust_at_launch + launch_spread * (trustfulness + other_repute)))


@rule
def first_tie(
    tie: float,
    trust: float,
    returned_trust: float,
    complement: float,
    is_member: float,
    other_is_member: float,
    chance_of_ties: float,
    other_chance_of_ties: float,
    tied_at_launch: float,
) -> float:
    """Return whether two bodies are tied before the launch: what is known of it, else by chance."""
    if tie < 0.0:
        return -1.0 - tie
    chance = tied_at_launch * 0.5 * (trust + returned_trust) * complement * is_member * other_is_member
    return 1.0 if shared_draw(one=chance_of_ties, other=other_chance_of_ties) < chance else 0.0


@rule
def months_left_together(joint: float) -> float:
    """Return for how many more months two bodies work together, a month later."""
    return max(0.0, joint - 1.0)


@rule
def met_at_tables(
    at_board: float,
    in_young_people: float,
    in_safer: float,
    in_healthier: float,
    in_economic: float,
    at_county: float,
    at_initiatives: float,
    at_outside: float,
    other_at_board: float,
    other_in_young_people: float,
    other_in_safer: float,
    other_in_healthier: float,
    other_in_economic: float,
    other_at_county: float,
    other_at_initiatives: float,
    other_at_outside: float,
) -> float:
    """Return how often two bodies met at tables this month; a junior counts a quarter, two of them a sixteenth."""
    return (
        at_board * other_at_board
        + in_young_people * other_in_young_people
        + in_safer * other_in_safer
        + in_healthier * other_in_healthier
        + in_economic * other_in_economic
        + at_county * other_at_county
        + at_initiatives * other_at_initiatives
        + at_outside * other_at_outside
    )


@rule
def made_or_lost(
    tie: float,
    trust: float,
    returned_trust: float,
    joint: float,
    complement: float,
    met: float,
    ease: float,
    other_ease: float,
    scarcity: float,
    other_scarcity: float,
    is_reorganised: float,
    other_is_reorganised: float,
    chance_of_ties: float,
    other_chance_of_ties: float,
    brought_together: float,
    tie_rate: float,
    lapse_rate: float,
    met_outside: float,
) -> float:
    """Return whether two bodies are tied a month later.

    A tie comes by meeting, best in person, here, at other tables or at none, by working together or by an introduction;
    it takes trust both ways, something to give each other, and time. It lapses without trust or time, and a
    reorganisation cuts it.
    """
    works = 1.0 if joint > 0.0 else 0.0
    occasions = met + met_outside + works + brought_together
    made = tie_rate * trust * returned_trust * complement * occasions * ease * other_ease
    distrust = 1.0 - math.sqrt(trust * returned_trust)
    lost = lapse_rate * distrust * 0.5 * (1.0 + 0.5 * (scarcity + other_scarcity))
    cut = is_reorganised + other_is_reorganised > 0.0
    draw = shared_draw(one=chance_of_ties, other=other_chance_of_ties)
    if tie > 0.0:
        return 0.0 if draw < lost or cut else 1.0
    return 1.0 if draw < made else 0.0


@rule
def show_effort(self: Any) -> None:
    """Let team mates see what the body kept of its promises."""
    self.effort_seen = saturation(amount=self.effort, half=self.model.behaviour.effort_half)


@rule
def trust_a_month_later(
    trust: float,
    joint: float,
    other_effort_seen: float,
    is_reorganised: float,
    other_is_reorganised: float,
    other_excess: float,
    trust_at_launch: float,
    trust_rate: float,
    domination_price: float,
) -> float:
    """Return trust in another body a month later: in a team mate it follows what that one kept of its promises.

    It falls in a body whose influence goes beyond what is tolerated; else who does not work with it keeps the trust.
    A reorganisation makes strangers of two.
    """
    learned = trust + trust_rate * (other_effort_seen - trust) if joint > 0.0 else trust
    learned = trust_at_launch if is_reorganised + other_is_reorganised > 0.0 else learned
    return min(1.0, max(0.0, learned * (1.0 - domination_price * other_excess)))


@rule
def is_tied(tie: float) -> float:
    """Return whether two bodies are tied."""
    return tie
