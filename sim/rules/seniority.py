"""Submodel 4, seniority: the level of the person who is sent."""

from __future__ import annotations

from sim.jit import rule
from sim.rules.mathematics import towards


@rule
def seniority_wanted(floor: float, attention: float, decision_memory: float, belief: float) -> float:
    """Return the level, in [floor, 1], of the person a body thinks worth sending.

    Chief officers stay where the leader is present and things are decided and delivered; they vacate
    their seats where not (S2).
    """
    return floor + (1.0 - floor) * (0.3 * attention + 0.35 * decision_memory + 0.35 * belief)


@rule
def seniority_step(seniority: float, wanted: float, rate: float) -> float:
    """Return the seniority in [0, 1] a month later; it moves more slowly than attendance."""
    return towards(current=seniority, target=wanted, rate=rate)
