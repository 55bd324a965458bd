"""The reduced model: 24 bodies come or stay away, look at one another, and revise their trust.

It keeps what costs most in the whole model (a logistic choice for each body and month, a trust update
for each pair and month) and uses the same rules. Every peer gets the same draws and returns the same
four measures. ``prepare(world)`` of a peer lays out the draws as suits it and returns the function to be
timed, which returns an array (runs, months, measures).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from peers.rules import bounded_step, cooperation_term, disposition_term, habit_term
from sim.jit import rule

PARTNERS = 24
MONTHS = 120
MEASURES = ("attendance", "record", "trust", "participation")

Peer = Callable[[], NDArray[np.float64]]


class Rates(NamedTuple):
    """The numbers of the reduced model. They are of the size of the whole model's, and never change."""

    base: float = -0.6
    spread: float = 0.5
    noise: float = 1.5
    habit: float = 1.0
    cooperation: float = 2.4
    memory: float = 0.3
    seniority: float = 0.7
    contribution_rate: float = 0.05
    evidence: float = 0.034
    loss_aversion: float = 2.2
    contact: float = 0.01
    brokered: float = 0.004
    decay: float = 0.0025
    first_record: float = 0.5
    first_trust: float = 0.4


@dataclasses.dataclass(frozen=True)
class World:
    """What all peers are given: rates and all chance. Runs come first."""

    rates: Rates
    traits: NDArray[np.float64]
    """(runs, partners), mean 0 and standard deviation 1."""
    draws: NDArray[np.float64]
    """(runs, months, partners), uniform on [0, 1)."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """Return runs, months and partners."""
        runs, months, partners = self.draws.shape
        return runs, months, partners

    def first(self, runs: int) -> World:
        """Return the world of the first few runs."""
        return World(self.rates, self.traits[:runs], self.draws[:runs])


def make_world(*, runs: int, months: int = MONTHS, partners: int = PARTNERS, seed: int = 1) -> World:
    """Return a world with draws of its own stream."""
    stream = np.random.Generator(np.random.Philox(seed))
    return World(
        rates=Rates(),
        traits=(stream.random((runs, partners)) - 0.5) * np.sqrt(12.0),
        draws=stream.random((runs, months, partners)),
    )


@rule
def trust_step(
    trust: float,
    others_put_in: float,
    evidence: float,
    loss_aversion: float,
    contact: float,
    brokered: float,
    lost_to_time: float,
) -> float:
    """Return trust of one body in another a month later, as in the whole model but for domination."""
    surprise = others_put_in - 0.6 * trust
    if surprise > 0.0:
        return bounded_step(level=trust, gain=evidence * surprise + contact + brokered, loss=lost_to_time)
    loss = lost_to_time - loss_aversion * evidence * surprise
    return bounded_step(level=trust, gain=contact + brokered, loss=loss)


@rule
def utility(rates: Rates, trait: float, record: float, participation: float) -> float:
    """Return the sum of the utility terms of coming to the meeting."""
    return (
        disposition_term(rates.base, rates.spread, trait)
        + habit_term(rates.habit, record)
        + cooperation_term(rates.cooperation, participation)
    )
