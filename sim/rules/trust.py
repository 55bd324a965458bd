"""Submodel 11, trust: directed, partner to partner.

The rules at the end are taken between two bodies, see ``sim/steps.py``: what begins with ``other_`` is the other's.
"""

from __future__ import annotations

from sim.jit import rule
from sim.rules.events import link_after_reorganisation
from sim.rules.mathematics import mean_or_zero, nudged
from sim.rules.membership import newcomer_view


@rule
def trust_in_place(trust_initial: float, goodwill: float, goodwill_spread: float) -> float:
    """Return trust at the launch between bodies of one sector in this place, in [0, 1].

    A history of working together, or of conflict, comes to the table with the partners (S3; prehistory in
    Ansell and Gash 2008); ``goodwill`` in [-1, 1] is the place's own.
    """
    return nudged(level=trust_initial, push=goodwill_spread * goodwill)


@rule
def put_in(attended: float, seniority: float, contribution_rate: float) -> float:
    """Return what others see a body put in this month, in [0, 1]: itself and its money."""
    return 0.5 * attended * seniority + 0.5 * contribution_rate / (contribution_rate + 0.1)


@rule
def domination(influence: float, tolerance: float) -> float:
    """Return how far a body's share of influence exceeds what others tolerate, in [0, 1)."""
    return max(0.0, influence - tolerance)


@rule
def contact_gain(meeting: float, joint_delivery: float, delivery_pace: float, co_location: float) -> float:
    """Return trust gained when two bodies meet: little by meeting, far more by delivering together (S3)."""
    return meeting * (1.0 + co_location) + joint_delivery * delivery_pace


# ---------------------------------------------------------------------- between two bodies


@rule
def first_trust(
    trust_in_place: float,
    trust_sector_gap: float,
    sector: int,
    other_sector: int,
    trust_spread: float,
    trustfulness: float,
    other_repute: float,
) -> float:
    """Return trust at first acquaintance, in [0.02, 0.98].

    Bodies of one sector know each other better; traits (mean 0, SD 1) make some trusting, some trusted.
    """
    level = trust_in_place + trust_spread * 0.5 * (trustfulness + other_repute)
    if sector != other_sector:
        level = level - trust_sector_gap
    return min(0.98, max(0.02, level))


@rule
def trust_after_reorganisation(
    trust: float,
    trust_in_place: float,
    trust_sector_gap: float,
    sector: int,
    other_sector: int,
    trust_spread: float,
    trustfulness: float,
    other_repute: float,
    reorganisation_reset: float,
) -> float:
    """Return trust in or of a reorganised body, of which the share ``reorganisation_reset`` is lost, both ways (S3)."""
    first = first_trust(
        trust_in_place=trust_in_place,
        trust_sector_gap=trust_sector_gap,
        sector=sector,
        other_sector=other_sector,
        trust_spread=trust_spread,
        trustfulness=trustfulness,
        other_repute=other_repute,
    )
    return link_after_reorganisation(trust=trust, prior=first, reset=reorganisation_reset)


@rule
def seen_with_trust(trust: float, other_attendance_record: float, other_rate: float) -> tuple[float, float, float]:
    """Return trust in the other, and what it did so far weighed by that trust: presence, and giving."""
    return trust, trust * other_attendance_record, trust * other_rate


@rule
def trust_step(
    trust: float,
    attended: float,
    other_attended: float,
    other_put_in: float,
    other_domination_loss: float,
    evidence_gain: float,
    loss_aversion: float,
    contact_gain: float,
    brokered: float,
    absence_loss: float,
) -> float:
    """Return trust of one body in another, in [0, 1], a month later.

    What the other put in is compared with what trust led one to expect; a disappointment weighs
    ``loss_aversion`` times a pleasant surprise (Tversky and Kahneman 1992). ``contact_gain`` is had only when
    both came, and ``absence_loss`` suffered only when not; ``brokered`` is the staff team's work, and
    ``other_domination_loss`` what it costs that the other has too much influence. All are at least 0.
    """
    if attended > 0.0 and other_attended > 0.0:
        contact = contact_gain
        lost_to_time = 0.0
    else:
        contact = 0.0
        lost_to_time = absence_loss
    surprise = other_put_in - 0.6 * trust
    if surprise > 0.0:
        gain = evidence_gain * surprise + contact + brokered
        loss = lost_to_time + other_domination_loss
    else:
        gain = contact + brokered
        loss = lost_to_time + other_domination_loss - loss_aversion * evidence_gain * surprise
    # A bounded step, spelt out: this is asked for every pair every month.
    return (trust + gain) / (1.0 + gain + loss)


@rule
def trust_in_member(trust: float) -> float:
    """Return trust in another, to be added up over those who know it."""
    return trust


@rule
def trust_with_newcomer(
    trust_in_place: float,
    trust_sector_gap: float,
    sector: int,
    other_sector: int,
    trust_spread: float,
    trustfulness: float,
    other_repute: float,
    joins: float,
    knows: float,
    other_record: float,
    sitting: float,
) -> float:
    """Return trust between a newcomer and a member.

    Members meet the newcomer for the first time; the newcomer knows the board's record of them, the mean of
    the other members' trust, as far as it is informed (``knows``).
    """
    first = first_trust(
        trust_in_place=trust_in_place,
        trust_sector_gap=trust_sector_gap,
        sector=sector,
        other_sector=other_sector,
        trust_spread=trust_spread,
        trustfulness=trustfulness,
        other_repute=other_repute,
    )
    if joins > 0.0 and sitting > 1.0:
        record = mean_or_zero(total=other_record, count=sitting - 1.0)
        return newcomer_view(prior=first, record_of_board=record, informed=knows)
    return first


@rule
def trust_given_and_returned(
    trust: float, returned_trust: float, sector: int, other_sector: int
) -> tuple[float, float, float]:
    """Return how far two bodies' trust in each other differs, and its sum within a sector, or across sectors."""
    both = trust + returned_trust
    within = both if sector == other_sector else 0.0
    return abs(trust - returned_trust), within, both - within
