"""Seeds and named streams: identical worlds, one thing changed.

A run is named by its study seed and its replicate and nothing else. Every kind of decision has a
stream of its own, and in it every month and partner a slot of its own. So two scenarios with one
replicate share every draw, a longer run begins like a shorter one, and one more partner at the end of
the table changes nobody else's draws: partners are drawn in blocks, month after month within a block.

All draws are uniform on [0, 1). What must look normal is made of two of them (:func:`centred`), so that
no platform's own sampler decides a number.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from numpy.typing import NDArray

PARTNERS_A_BLOCK = 32
THEME_COUNT = 5
LAUNCH = ("attention", "facilitation", "direction", "staff", "goodwill")
TRAITS = ("disposition", "belief", "reciprocity", "trustfulness", "repute")

# The number of a stream is part of every published result: add at the end, never renumber.
STREAMS = {
    name: number
    for number, name in enumerate(
        (
            "traits",
            "attendance",
            "exit",
            "invitation",
            "reorganisation",
            "decision",
            "election",
            "style",
            "assessment",
            "dissolution",
            "shock",
            "launch",
        )
    )
}


@dataclasses.dataclass(frozen=True)
class Draws:
    """All chance of one run, made before it starts. Months are rows."""

    traits: NDArray[np.float64]
    """(5 traits, partners), centred with standard deviation 1."""
    attendance: NDArray[np.float64]
    """(months, partners)"""
    exit: NDArray[np.float64]
    """(months, partners)"""
    invitation: NDArray[np.float64]
    """(months, partners)"""
    reorganisation: NDArray[np.float64]
    """(months, partners)"""
    decision: NDArray[np.float64]
    """(months,)"""
    election: NDArray[np.float64]
    """(months,)"""
    style: NDArray[np.float64]
    """(months, 3): attention, facilitation, direction of a new leader, in [-1, 1]."""
    assessment: NDArray[np.float64]
    """(months,), centred with standard deviation 1."""
    dissolution: NDArray[np.float64]
    """(months,)"""
    shock: NDArray[np.float64]
    """(months, 5 themes), centred with standard deviation 1."""
    launch: NDArray[np.float64]
    """(5,): what a place brings to the launch, in [-1, 1]: its first leader's style, its staff, its goodwill."""


def generator(seed: int, replicate: int, stream: str, block: int = 0) -> np.random.Generator:
    """Return the generator of one stream of one run."""
    key = np.random.SeedSequence(seed, spawn_key=(replicate, STREAMS[stream], block))
    return np.random.Generator(np.random.Philox(key))


def centred(uniforms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return draws of mean 0 and standard deviation 1, bounded by about 2.45, from pairs (..., 2)."""
    return (uniforms[..., 0] + uniforms[..., 1] - 1.0) * math.sqrt(6.0)


def make_draws(*, seed: int, replicate: int, months: int, partners: int) -> Draws:
    """Return all draws of run ``replicate`` of the study ``seed``, for that many months and partners."""

    def by_month(stream: str, *shape: int) -> NDArray[np.float64]:
        return generator(seed, replicate, stream).random((months, *shape))

    def by_partner(stream: str, rows: int) -> NDArray[np.float64]:
        blocks = math.ceil(partners / PARTNERS_A_BLOCK)
        drawn = [generator(seed, replicate, stream, block).random((rows, PARTNERS_A_BLOCK)) for block in range(blocks)]
        return np.concatenate(drawn, axis=1)[:, :partners]

    traits = by_partner("traits", 2 * len(TRAITS))
    return Draws(
        traits=centred(np.stack((traits[0::2], traits[1::2]), axis=-1)),
        attendance=by_partner("attendance", months),
        exit=by_partner("exit", months),
        invitation=by_partner("invitation", months),
        reorganisation=by_partner("reorganisation", months),
        decision=by_month("decision"),
        election=by_month("election"),
        style=2.0 * by_month("style", 3) - 1.0,
        assessment=centred(by_month("assessment", 2)),
        dissolution=by_month("dissolution"),
        shock=centred(by_month("shock", THEME_COUNT, 2)),
        launch=2.0 * generator(seed, replicate, "launch").random(len(LAUNCH)) - 1.0,
    )
