"""The reduced model with NumPy arrays over runs, what an afternoon of vectorising gives."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from peers.reduced import MEASURES, Peer, World
from peers.rules import cooperation_term, habit_term, put_in

RUNS_AT_ONCE = 64
"""Runs in one array: more would leave the processor's caches, fewer would pay for Python."""


def run_some(world: World, measured: NDArray[np.float64]) -> None:
    """Fill ``measured`` (months, measures, runs) with the runs of ``world``; results go into arrays at hand."""
    rates = world.rates
    runs, months, n = world.shape
    draws = np.ascontiguousarray(np.moveaxis(world.draws, 0, -1))
    others = (1.0 - np.eye(n))[:, :, None]
    record, trust = np.full((n, runs), rates.first_record), np.full((n, n, runs), rates.first_trust) * others
    surprise, gain, loss, part = (np.empty_like(trust) for _ in range(4))
    disposition = rates.base + rates.spread * world.traits.T
    for month in range(months):
        participation = np.multiply(trust, record, out=part).sum(axis=1) / (n - 1)
        wish = disposition + habit_term(rates.habit, record) + cooperation_term(rates.cooperation, participation)
        attended = (draws[month] < 1.0 / (1.0 + np.exp(-wish / rates.noise))).astype(np.float64)
        record += rates.memory * (attended - record)
        np.multiply(attended[:, None], attended, out=gain)
        np.multiply(gain, -rates.decay, out=loss)
        loss += rates.decay
        gain *= rates.contact
        gain += rates.brokered
        np.multiply(trust, -0.6 * rates.evidence, out=surprise)
        surprise += rates.evidence * put_in(attended, rates.seniority, rates.contribution_rate)
        gain += np.maximum(surprise, 0.0, out=part)
        loss -= np.multiply(np.minimum(surprise, 0.0, out=part), rates.loss_aversion, out=part)
        trust += gain
        gain += loss
        gain += 1.0
        trust /= gain
        trust *= others
        measured[month, 0] = attended.mean(axis=0)
        measured[month, 1] = record.mean(axis=0)
        measured[month, 2] = trust.sum(axis=(0, 1)) / (n * (n - 1))
        measured[month, 3] = participation.mean(axis=0)


def prepare(world: World) -> Peer:
    """Return the runs of ``world`` to be timed."""
    runs, months, _ = world.shape
    measured = np.empty((months, len(MEASURES), runs))

    def run_all() -> NDArray[np.float64]:
        for first in range(0, runs, RUNS_AT_ONCE):
            these = slice(first, first + RUNS_AT_ONCE)
            run_some(World(world.rates, world.traits[these], world.draws[these]), measured[..., these])
        return np.moveaxis(measured, -1, 0)

    return run_all
