"""Submodel 8, delivery: from commitments to results, through five stages of partnership."""

from __future__ import annotations

from collections.abc import Sequence

from sim.jit import rule
from sim.rules.mathematics import exponential, logarithm

STAGES: tuple[str, ...] = ("purpose", "environment", "vision and choices", "action plan", "accountability and review")
"""Stages of a strategic partnership (S3, table 1)."""

SECTOR_WEIGHTS: tuple[tuple[float, ...], ...] = (
    (0.35, 0.35, 0.15, 0.15),
    (0.25, 0.30, 0.35, 0.10),
    (0.35, 0.35, 0.10, 0.20),
    (0.30, 0.45, 0.05, 0.20),
    (0.25, 0.50, 0.05, 0.20),
)
"""Weight of council, agencies, business and voluntary bodies in results, by theme (rows). Assumed."""

LEAST_INPUT = 1e-6


@rule
def commitment(attendance_record: float, seniority: float, alignment: float) -> float:
    """Return what a member brings to joint work, in [0, 1]: presence, rank and fitting plans."""
    return attendance_record * seniority * (0.4 + 0.6 * alignment)


@rule
def sector_input(mean_commitment: float, uncoordinated: float) -> float:
    """Return what a sector brings to joint results, in [0, 1].

    ``mean_commitment`` is the mean over its members, 0 without any; a sector that is not at the table
    still does a little of what is needed, by itself.
    """
    return uncoordinated + (1.0 - uncoordinated) * mean_commitment


@rule
def joint_result(inputs: Sequence[float], weights: Sequence[float], complementarity: float) -> float:
    """Return what the sectors' ``inputs`` in [0, 1] achieve together, in [0, 1].

    Constant elasticity of substitution. ``complementarity`` c sets the exponent 1 − c / (1 − c): 0 is
    additive (the weighted mean), ½ the geometric mean, 1 the weakest link (the least input that has
    weight). ``weights`` are at least 0 and sum to 1.
    """
    if complementarity >= 1.0:
        least = 1.0
        for s in range(len(weights)):
            if weights[s] > 0.0:
                least = min(least, inputs[s])
        return least
    exponent = 1.0 - complementarity / (1.0 - complementarity)
    combined = 0.0
    if abs(exponent) < 1e-6:
        for s in range(len(weights)):
            combined += weights[s] * logarithm(max(inputs[s], LEAST_INPUT))
        return exponential(combined)
    if exponent == 1.0:
        for s in range(len(weights)):
            combined += weights[s] * inputs[s]
        return combined
    # Inputs are measured against the least, which keeps the powers small when links are weak.
    least = 1.0
    for s in range(len(weights)):
        if weights[s] > 0.0:
            least = min(least, max(inputs[s], LEAST_INPUT))
    for s in range(len(weights)):
        if weights[s] > 0.0:
            combined += weights[s] * exponential(exponent * logarithm(max(inputs[s], LEAST_INPUT) / least))
    return least * exponential(logarithm(max(combined, 1e-12)) / exponent)


@rule
def conversion(
    protocols: float,
    staff_team: float,
    joint_working: float,
    administrative_capacity: float,
    base: float,
    saved_by_protocols: float,
    saved_by_staff: float,
    saved_by_joint_working: float,
) -> float:
    """Return the share of joint effort that becomes results, in (0, 1].

    Agreements, staff and joint work each save a part of what is otherwise lost between bodies (S3);
    too little administrative capacity holds everything up (S4).
    """
    lost = (
        (1.0 - base)
        * (1.0 - saved_by_protocols * protocols)
        * (1.0 - saved_by_staff * staff_team)
        * (1.0 - saved_by_joint_working * joint_working)
    )
    return (1.0 - lost) * administrative_capacity


@rule
def administrative_capacity(mean_capacity: float, support_pressure: float, training: float) -> float:
    """Return how far members can administer joint work, in [0, 1]."""
    return 1.0 - (1.0 - mean_capacity) * (1.0 - 0.3 * support_pressure) * (1.0 - 0.3 * training)


@rule
def stage_conversion(stage: float, early_conversion: float) -> float:
    """Return what a stage (1 to 5) lets through of the conversion in the last stage."""
    return early_conversion + (1.0 - early_conversion) * (stage - 1.0) / 4.0


@rule
def pipeline_outflow(stock: float, months: float) -> float:
    """Return what leaves a stock this month when work stays in it for ``months`` on average (> 1)."""
    return stock / months


@rule
def stage_step(
    stage: float,
    months_in_stage: float,
    attendance: float,
    trust: float,
    coherence: float,
    decision_memory: float,
    delivered: float,
    measurement: float,
) -> float:
    """Return the stage (1 to 5) of a partnership a month later.

    Each stage is entered when its conditions have come to hold and kept while most of them still do:
    people come (2); they trust each other a little (3); they agree and decide (4); something
    is delivered and measured (5). A partnership can stall, and slips back when less than two thirds of
    an entry condition are left (S3).
    """
    at_least = 4
    if (
        stage < 5
        and months_in_stage >= at_least
        and _stage_score(
            stage=stage + 1,
            attendance=attendance,
            trust=trust,
            coherence=coherence,
            decision_memory=decision_memory,
            delivered=delivered,
            measurement=measurement,
        )
        >= 1.0
    ):
        return stage + 1
    if (
        stage > 1
        and months_in_stage >= at_least
        and _stage_score(
            stage=stage,
            attendance=attendance,
            trust=trust,
            coherence=coherence,
            decision_memory=decision_memory,
            delivered=delivered,
            measurement=measurement,
        )
        < 2.0 / 3.0
    ):
        return stage - 1
    return stage


@rule
def _stage_score(
    stage: float,
    attendance: float,
    trust: float,
    coherence: float,
    decision_memory: float,
    delivered: float,
    measurement: float,
) -> float:
    """Return how far the entry conditions of a stage hold: 1 when each just does."""
    if stage == 2:
        return attendance / 0.35
    if stage == 3:
        return min(attendance / 0.35, trust / 0.20)
    if stage == 4:
        return min(coherence / 0.20, decision_memory / 0.15)
    return min(delivered / 0.004, measurement / 0.20)
