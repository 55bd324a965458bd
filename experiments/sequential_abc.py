"""Approximate Bayesian computation by a population that is moved through falling tolerances.

What is sampled is the prior (uniform on the unit cube) restricted to parameter sets whose simulated
misses add up to no more than a tolerance. The tolerance falls from generation to generation:

1. Rejection (Pritchard et al. 1999): of a Latin hypercube of prior draws the best are kept.
2. Adaptive tolerance (Del Moral, Doucet and Jasra 2012): the next tolerance is the one that a share of
   the population keeps.
3. Replenishment (Drovandi and Pettitt 2011): those that fall out are replaced by copies of those that stay,
   and the copies are moved by Markov chain steps that leave the restricted prior as it is, as many as it
   takes for most of them to have moved.
4. Steps by differences (ter Braak 2006, in ABC Turner and Sederberg 2012): a step is the scaled difference
   of two members of the population in some of the coordinates, so it knows their spread and correlation.

All members have equal weight. Importance weights, as in population Monte Carlo (Beaumont et al. 2009),
are avoided on purpose: with 85 parameters they collapse onto a few members.

The simulator is a function argument: here it may be anything that takes many parameter sets at once.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

Numbers = NDArray[np.float64]

Simulator = Callable[[Numbers, float], Numbers]
"""Takes parameter sets (n, dimensions) in the unit cube and a limit, returns their misses (n, patterns) ≥ 0.

It may give up a set (NaN) once its distance is sure to exceed the limit.
"""

Distance = Callable[[Numbers], Numbers]
"""Takes misses (n, patterns) and returns distances (n,); NaN for sets that were given up."""

CROSSOVERS = (0.05, 0.25, 1.0)
"""Shares of the coordinates that a step changes, one of them chosen for each step."""

_JITTER = 0.005
_STEP = 2.38
"""ter Braak (2006): steps of 2.38 / √(2 d) times a difference suit a Gaussian in d dimensions."""


def total(misses: Numbers) -> Numbers:
    """Return the sum of misses, the usual distance."""
    return np.asarray(misses.sum(axis=-1))


@dataclasses.dataclass(frozen=True)
class Course:
    """How a population is moved."""

    prior_draws: int
    particles: int
    tolerance: float
    """Where the fall ends."""
    most_generations: int
    kept: float = 0.5
    """Share of the population that the next tolerance keeps."""
    moved: float = 0.8
    """Share of the copies that should have moved before the next generation."""
    most_moves: int = 8
    least_accepted: float = 0.01
    """Share of accepted steps below which there is no point in going on."""
    last_rounds: int = 2
    """Generations at the last tolerance, in which all members are moved."""


@dataclasses.dataclass(frozen=True)
class Generation:
    """A population at a tolerance, and every set that was simulated to get there."""

    number: int
    tolerance: float
    draws: Numbers
    """(particles, dimensions) in the unit cube."""
    misses: Numbers
    """(particles, patterns)"""
    tried: Numbers
    """(simulated, dimensions)"""
    tried_misses: Numbers
    """(simulated, patterns), NaN where a set was given up."""
    accepted: float
    """Share of steps that were accepted (of the prior draws: that were kept)."""
    moves: int
    rounds: int = 0
    """Generations so far at the last tolerance."""

    @property
    def distinct(self) -> int:
        """Return the number of different members."""
        return len(np.unique(self.draws, axis=0))


def rng_of(seed: int, number: int) -> np.random.Generator:
    """Return the generator of chance of a generation: the same whether or not the run was interrupted."""
    return np.random.default_rng([seed, number])


def from_prior(
    simulate: Simulator, course: Course, *, dimensions: int, seed: int, distance: Distance = total
) -> Generation:
    """Return the first generation: the best of a Latin hypercube of prior draws."""
    drawn = qmc.LatinHypercube(d=dimensions, rng=seed).random(course.prior_draws)
    misses = simulate(drawn, math.inf)
    distances = distance(misses)
    best = np.argsort(distances, kind="stable")[: course.particles]
    return Generation(
        number=0,
        tolerance=float(distances[best[-1]]),
        draws=drawn[best],
        misses=misses[best],
        tried=drawn,
        tried_misses=misses,
        accepted=len(best) / len(drawn),
        moves=0,
    )


def is_last(generation: Generation, course: Course) -> bool:
    """Return whether there is no generation after this one."""
    settled = generation.rounds >= course.last_rounds
    stuck = generation.number > 0 and generation.accepted < course.least_accepted
    return settled or stuck or generation.number >= course.most_generations


def after(
    generation: Generation, simulate: Simulator, course: Course, *, seed: int, distance: Distance = total
) -> Generation:
    """Return the next generation, at a lower tolerance or, once that is the last one, moved on at it."""
    number = generation.number + 1
    rng = rng_of(seed, number)
    distances = distance(generation.misses)
    tolerance = _next_tolerance(distances, course)
    stays = np.flatnonzero(distances <= tolerance)
    settled = generation.tolerance <= course.tolerance
    moving = np.arange(len(distances)) if settled else np.flatnonzero(distances > tolerance)
    draws, misses = generation.draws.copy(), generation.misses.copy()
    pool = generation.draws[stays]
    falls = np.flatnonzero(distances > tolerance)
    parents = rng.choice(stays, size=len(falls), replace=len(falls) > len(stays))
    draws[falls], misses[falls] = draws[parents], misses[parents]
    tried, tried_misses, accepted, moves = [], [], 0, 0
    while len(moving) and moves < _moves_wanted(accepted, moves * len(moving), course):
        proposed = steps(draws[moving], pool, rng)
        found = simulate(proposed, tolerance)
        fits = distance(found) <= tolerance  # NaN, given up, does not fit
        draws[moving[fits]], misses[moving[fits]] = proposed[fits], found[fits]
        tried.append(proposed)
        tried_misses.append(found)
        accepted += int(fits.sum())
        moves += 1
    return Generation(
        number=number,
        tolerance=tolerance,
        draws=draws,
        misses=misses,
        tried=np.concatenate(tried) if tried else draws[:0],
        tried_misses=np.concatenate(tried_misses) if tried else misses[:0],
        accepted=accepted / (moves * len(moving)) if moves else 1.0,
        moves=moves,
        rounds=generation.rounds + 1 if settled else 0,
    )


def _next_tolerance(distances: Numbers, course: Course) -> float:
    ordered = np.sort(distances)
    return max(course.tolerance, float(ordered[math.ceil(course.kept * len(ordered)) - 1]))


def _moves_wanted(accepted: int, stepped: int, course: Course) -> int:
    """Return how many steps it takes until the share ``moved`` has moved, judged by those made so far."""
    if not stepped:
        return 1
    rate = min(max(accepted / stepped, 1e-6), 1.0 - 1e-6)
    return min(course.most_moves, math.ceil(math.log(1.0 - course.moved) / math.log(1.0 - rate)))


def steps(current: Numbers, pool: Numbers, rng: np.random.Generator) -> Numbers:
    """Return where members (n, dimensions) step: by scaled differences of two members of ``pool`` each.

    Steps are as likely there as back, so no correction is needed: the prior is uniform. What leaves the unit
    cube is reflected into it.
    """
    n, dimensions = current.shape
    changed = rng.random((n, dimensions)) < rng.choice(CROSSOVERS, size=(n, 1))
    changed[np.arange(n), rng.integers(dimensions, size=n)] = True
    one = rng.integers(len(pool), size=n)
    other = (one + rng.integers(1, max(2, len(pool)), size=n)) % len(pool)
    scale = _STEP / np.sqrt(2.0 * changed.sum(axis=1, keepdims=True)) * rng.uniform(0.3, 1.0, size=(n, 1))
    moved = current + changed * (scale * (pool[one] - pool[other]) + rng.normal(0.0, _JITTER, size=current.shape))
    return reflected(moved)


def reflected(draws: Numbers) -> Numbers:
    """Return draws folded back into the unit cube at its faces."""
    folded = np.abs(draws) % 2.0
    return np.where(folded > 1.0, 2.0 - folded, folded)
