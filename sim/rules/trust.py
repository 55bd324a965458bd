"""Submodel 11, trust: directed, partner to partner."""

from __future__ import annotations

from sim.rules.marking import rule
from sim.rules.mathematics import bounded_step, nudged


@rule
def trust_in_place(trust_initial: float, goodwill: float, goodwill_spread: float) -> float:
    """Return trust at the launch between bodies of one sector in this place, in [0, 1].

    A history of working together, or of conflict, comes to the table with the partners (S3; prehistory in
    Ansell and Gash 2008); ``goodwill`` in [-1, 1] is the place's own.
    """
    return nudged(trust_initial, goodwill_spread * goodwill)


@rule
def first_trust(
    trust_initial: float, sector_gap: float, same_sector: bool, spread: float, trustfulness: float, repute: float
) -> float:
    """Return trust at first acquaintance, in [0.02, 0.98].

    Bodies of one sector know each other better; traits (mean 0, SD 1) make some trusting, some trusted.
    """
    level = trust_initial + spread * 0.5 * (trustfulness + repute)
    if not same_sector:
        level = level - sector_gap
    return min(0.98, max(0.02, level))


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


@rule
def trust_step(
    trust: float,
    others_put_in: float,
    evidence: float,
    loss_aversion: float,
    contact: float,
    brokered: float,
    lost_to_time: float,
    lost_to_domination: float,
) -> float:
    """Return trust of one body in another, in [0, 1], a month later.

    What the other put in is compared with what trust led one to expect; a disappointment weighs
    ``loss_aversion`` times a pleasant surprise (Tversky and Kahneman 1992). ``contact`` is 0 unless both
    met; ``brokered`` is the staff team's work; ``lost_to_time`` applies without contact and
    ``lost_to_domination`` when the other has too much influence. All are at least 0.
    """
    surprise = others_put_in - 0.6 * trust
    if surprise > 0.0:
        gain = evidence * surprise + contact + brokered
        loss = lost_to_time + lost_to_domination
    else:
        gain = contact + brokered
        loss = lost_to_time + lost_to_domination - loss_aversion * evidence * surprise
    return bounded_step(trust, gain, loss)
