"""Approximate Bayesian computation by a population that is moved through falling tolerances.

What is sampled is the prior (uniform on the unit cube) restricted to parameter sets whose simulated
misses add up to no more than a tolerance. The tolerance falls from generation to generation:

1. Rejection (Pritchard et al. 1999): of a Latin hypercube of prior draws the best are kept.
2. Adaptive tolerance (Del Moral, Doucet and Jasra 2012): the next tolerance is the one that a share of
   the population keeps.
3. Replenishment (Drovandi and Pettitt 2011): those that fall out are replaced by copies of those that stay,
   and the copies are moved by Markov chain steps that leave the restricted prior as it is, as many as it
   takes for most of them to have moved.
4. Two kinds of steps: the scaled difference of two members of the population in some of the coordinates (ter
   Braak 2006, in ABC Turner and Sederberg 2012), which knows their spread and correlation; and fresh draws
   from the prior for a few coordinates, which keeps alive what the patterns say nothing about.
5. Settling: once the fall is over all members are moved on at the last tolerance.

All members have equal weight. Importance weights, as in population Monte Carlo (Beaumont et al. 2009),
are avoided on purpose: with 85 parameters they collapse onto a few members.

The simulator is a function argument: here it may be anything that takes many parameter sets at once.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np
import scipy
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Whole = NDArray[np.intp]

Simulator = Callable[[Numbers, float], Numbers]
"""Takes parameter sets (n, dimensions) in the unit cube and a limit, returns their misses (n, patterns) ≥ 0.

It may give up a set (NaN) once its distance is sure to exceed the limit.
"""

Distance = Callable[[Numbers], Numbers]
"""Takes misses (n, patterns) and returns distances (n,); NaN for sets that were given up."""

CROSSOVERS = (0.25, 1.0)
"""Shares of the coordinates that a step by a difference changes, one of them chosen for each step."""

FRESH = (0.0, 0.02, 0.05)
"""Shares of the coordinates, one of them always, that a fresh step draws anew."""

_FRESH_STEPS = 0.6
"""Share of steps that are fresh: in 85 dimensions they move a population on five times as fast as differences."""

_JITTER = 0.005
_STEP = 2.38
"""ter Braak (2006): steps of 2.38 / √(2 d) times a difference suit a Gaussian in d dimensions."""


def total(misses: Numbers) -> Numbers:
    """Return the sum of misses, the usual distance."""
    return np.asarray(misses.sum(axis=-1))


@dataclasses.dataclass(frozen=True)
class SMCSettings:
    """How a population is moved."""

    prior_draws: int
    particles: int
    tolerance: float
    """Where the fall ends."""
    most_generations: int
    kept: float = 0.5
    """Share of the population that the next tolerance keeps."""
    moved: float = 0.9
    """Share of the copies that should have moved before the next generation."""
    least_moves: int = 3
    most_moves: int = 8
    least_accepted: float = 0.01
    """Share of accepted steps below which there is no point in going on."""
    last_rounds: int = 3
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
    ancestors: Whole
    """(particles,) which prior draw, of those kept, each member descends from by copies and moves."""
    rounds: int = 0
    """Generations so far at the last tolerance."""

    @property
    def families(self) -> float:
        """Return how many families there are in effect: 1 / the sum of squared shares of members by ancestor.

        >>> of_two = {"draws": np.zeros((4, 1)), "misses": np.zeros((4, 1)), "tried": np.zeros((4, 1))}
        >>> of_two |= {"tried_misses": np.zeros((4, 1)), "accepted": 1.0, "moves": 0}
        >>> Generation(number=0, tolerance=0.0, ancestors=np.array([0, 0, 7, 7]), **of_two).families
        2.0
        """
        return effective_families(self.ancestors)

    @property
    def distinct(self) -> int:
        """Return the number of different members."""
        return len(np.unique(self.draws, axis=0))


def effective_families(ancestors: Whole) -> float:
    """Return 1 / the sum of squared shares of members by ancestor; 0 of none."""
    shares = np.unique(ancestors, return_counts=True)[1] / max(1, len(ancestors))
    return float(1.0 / (shares**2).sum()) if len(shares) else 0.0


def rng_of(seed: int, number: int) -> np.random.Generator:
    """Return the generator of chance of a generation: the same whether or not the run was interrupted."""
    return np.random.default_rng([seed, number])


def from_prior(
    simulate: Simulator, settings: SMCSettings, *, dimensions: int, seed: int, distance: Distance = total
) -> Generation:
    """Return the first generation: the best of a Latin hypercube of prior draws."""
    drawn = scipy.stats.qmc.LatinHypercube(d=dimensions, rng=seed).random(settings.prior_draws)
    misses = simulate(drawn, math.inf)
    distances = distance(misses)
    best = np.argsort(distances, kind="stable")[: settings.particles]
    return Generation(
        number=0,
        tolerance=float(distances[best[-1]]),
        draws=drawn[best],
        misses=misses[best],
        tried=drawn,
        tried_misses=misses,
        accepted=len(best) / len(drawn),
        moves=0,
        ancestors=best,
    )


def is_last(generation: Generation, settings: SMCSettings) -> bool:
    """Return whether there is no generation after this one."""
    return generation.rounds >= settings.last_rounds or _is_stuck(generation, settings)


def _is_stuck(generation: Generation, settings: SMCSettings) -> bool:
    return generation.number > 0 and generation.accepted < settings.least_accepted


def _has_fallen(generation: Generation, settings: SMCSettings) -> bool:
    """Return whether the fall is over: the last tolerance is reached, or no more generations are allowed."""
    fell = generation.number - generation.rounds
    return generation.tolerance <= settings.tolerance or fell >= settings.most_generations


def after(
    generation: Generation, simulate: Simulator, settings: SMCSettings, *, seed: int, distance: Distance = total
) -> Generation:
    """Return the next generation: at a lower tolerance or, once the fall is over, moved on at the same one."""
    rng = rng_of(seed, generation.number + 1)
    distances = distance(generation.misses)
    settling = _has_fallen(generation, settings)
    tolerance = generation.tolerance if settling else _next_tolerance(distances, settings)
    stays = np.flatnonzero(distances <= tolerance)
    falls = np.flatnonzero(distances > tolerance)
    parents = rng.choice(stays, size=len(falls), replace=len(falls) > len(stays))
    pool = generation.draws[stays]
    draws, misses, ancestors = generation.draws.copy(), generation.misses.copy(), generation.ancestors.copy()
    draws[falls], misses[falls], ancestors[falls] = draws[parents], misses[parents], ancestors[parents]
    moving = np.arange(len(draws)) if settling else falls
    tried, tried_misses, accepted = [draws[:0]], [misses[:0]], 0
    while len(moving) and len(tried) - 1 < _moves_wanted(accepted, (len(tried) - 1) * len(moving), settings):
        proposed = steps(draws[moving], pool, rng)
        found = simulate(proposed, tolerance)
        fits = distance(found) <= tolerance  # NaN, given up, does not fit
        draws[moving[fits]], misses[moving[fits]] = proposed[fits], found[fits]
        tried.append(proposed)
        tried_misses.append(found)
        accepted += int(fits.sum())
    moves = len(tried) - 1
    return Generation(
        number=generation.number + 1,
        tolerance=tolerance,
        draws=draws,
        misses=misses,
        tried=np.concatenate(tried),
        tried_misses=np.concatenate(tried_misses),
        accepted=accepted / (moves * len(moving)) if moves else 1.0,
        moves=moves,
        ancestors=ancestors,
        rounds=generation.rounds + 1 if settling else 0,
    )


def _next_tolerance(distances: Numbers, settings: SMCSettings) -> float:
    ordered = np.sort(distances)
    return max(settings.tolerance, float(ordered[math.ceil(settings.kept * len(ordered)) - 1]))


def _moves_wanted(accepted: int, stepped: int, settings: SMCSettings) -> int:
    """Return how many steps it takes until the share ``moved`` has moved, judged by those made so far."""
    if not stepped:
        return settings.least_moves
    rate = min(max(accepted / stepped, 1e-6), 1.0 - 1e-6)
    wanted = math.ceil(math.log(1.0 - settings.moved) / math.log(1.0 - rate))
    return min(settings.most_moves, max(settings.least_moves, wanted))


def steps(current: Numbers, pool: Numbers, rng: np.random.Generator) -> Numbers:
    """Return where members (n, dimensions) step: some by differences of members of ``pool``, some afresh.

    Steps are as likely there as back, so no correction is needed: the prior is uniform. What leaves the unit
    cube is reflected into it.
    """
    is_fresh = rng.random((len(current), 1)) < _FRESH_STEPS
    return np.where(is_fresh, _fresh(current, rng), _by_difference(current, pool, rng))


def _fresh(current: Numbers, rng: np.random.Generator) -> Numbers:
    changed = _some_coordinates(current.shape, FRESH, rng)
    return np.where(changed, rng.random(current.shape), current)


def _by_difference(current: Numbers, pool: Numbers, rng: np.random.Generator) -> Numbers:
    n = len(current)
    changed = _some_coordinates(current.shape, CROSSOVERS, rng)
    one = rng.integers(len(pool), size=n)
    other = (one + rng.integers(1, max(2, len(pool)), size=n)) % len(pool)
    scale = _STEP / np.sqrt(2.0 * changed.sum(axis=1, keepdims=True)) * rng.uniform(0.3, 1.2, size=(n, 1))
    return reflected(current + changed * (scale * (pool[one] - pool[other]) + rng.normal(0.0, _JITTER, current.shape)))


def _some_coordinates(shape: tuple[int, ...], shares: tuple[float, ...], rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return which coordinates change (n, dimensions): a share of them, and one at least."""
    changed = rng.random(shape) < rng.choice(shares, size=(shape[0], 1))
    changed[np.arange(shape[0]), rng.integers(shape[1], size=shape[0])] = True
    return np.asarray(changed)


def reflected(draws: Numbers) -> Numbers:
    """Return draws folded back into the unit cube at its faces."""
    folded = np.abs(draws) % 2.0
    return np.where(folded > 1.0, 2.0 - folded, folded)
