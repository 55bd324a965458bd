"""The rules of the reduced model, each written once for all that are compiled from Python."""

from __future__ import annotations

from sim.jit import rule
from sim.rules.mathematics import logistic


@rule
def disposition_term(base: float, spread: float, trait: float) -> float:
    """Return the lasting inclination of a body (its ``trait`` has mean 0 and standard deviation 1)."""
    return base + spread * trait


@rule
def habit_term(weight: float, record: float) -> float:
    """Return the pull of habit: 0 at a record of one half."""
    return weight * (2.0 * record - 1.0)


@rule
def cooperation_term(weight: float, participation: float) -> float:
    """Return the pull of others' participation, weighed by trust."""
    return weight * participation


@rule
def attendance_probability(utility: float, noise: float) -> float:
    """Return the chance of coming (quantal response)."""
    return logistic(utility / noise)


@rule
def put_in(attended: float, seniority: float, contribution_rate: float) -> float:
    """Return what others see a body put in this month, in [0, 1]."""
    return 0.5 * attended * seniority + 0.5 * contribution_rate / (contribution_rate + 0.1)


@rule
def bounded_step(level: float, gain: float, loss: float) -> float:
    """Return a level in [0, 1] after a gain and a loss (both at least 0), again in [0, 1]."""
    return (level + gain) / (1.0 + gain + loss)


@rule
def towards(current: float, target: float, rate: float) -> float:
    """Return ``current`` moved to ``target`` by the share ``rate``."""
    return current + rate * (target - current)
