"""History matching: fits free numbers by leaving out, wave by wave, what an emulator calls implausible.

What is sampled is the prior restricted to sets of numbers that show every pattern that counts. Such sets are so rare
that draws from the prior hardly ever hit one. So, as in Craig et al. (1997), Vernon, Goldstein and Bower (2010) and,
for the walk, Williamson and Vernon (2013):

1. A table of prior draws is simulated.
2. From all that was simulated an *emulator* of each finding is trained (gradient boosting of scikit-learn): what
   would be found at any set of numbers, with the spread of its error on sets that it was not trained on.
3. By the emulators a set has a *chance* to show everything: the product, over findings, of that to lie in the band.
   Fresh draws of the prior walk on the emulators alone, each by itself, up to where the chance is so and so much, and
   on from there, evenly: the prior is uniform and a step is as likely there as back. Where they end is simulated,
   whatever it shows, and the next wave begins with emulators that know that region better.

No walk knows of another, and none is begun twice: every set that is accepted in the end is a family of its own. What
emulators wrongly give no chance is lost. That the worst finding decides, as is usual, was tried: after as many steps
walks ended where the chance was a thirtieth of what it is now, because spreads are as wide as bands.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from analysis.patterns.criteria import Finding, Pattern
from analysis.patterns.scoreboard import margins_from, scale_of, value_of
from analysis.shared.libraries import library
from experiments.runs.declared_patterns import Prepared, lived
from experiments.search.sequential_abc import reflected

Numbers = NDArray[np.float64]

FRESH_STEPS = 0.5
"""Share of steps that draw a few numbers from the prior anew; the others move some numbers a little."""

FRESH = (1, 2, 4)
"""How many numbers a fresh step draws."""

MOVED = (2, 6, 16)
"""How many numbers another step moves."""

WIDTHS = (0.03, 0.1, 0.3)
"""Standard deviations of such moves, as shares of the prior's range, over the square root of how many move."""

FOLDS = 5
"""Parts of the table, each emulated by the others, from which the spread of an emulator's error comes."""

_TREES: Mapping[str, Any] = {"max_iter": 150, "learning_rate": 0.08, "early_stopping": False, "random_state": 1}
"""How emulators are grown; checked to be past what more trees would gain."""


@dataclasses.dataclass(frozen=True)
class Judge:
    """Simulates sets of numbers, experiment by experiment, and may give up those that miss a pattern that counts."""

    patterns: tuple[Pattern, ...]
    """Those that are looked at, each with the findings that can be judged."""
    counted: frozenset[str]
    """Ids of those that count."""
    stages: tuple[tuple[Prepared, ...], ...]
    """Experiments that are simulated together; between stages sets are given up."""
    seed: int
    gives_up: bool
    """Whether sets that miss a pattern that counts are simulated no further."""
    threads: int | None = None

    def values(self, sets: Sequence[Mapping[str, float]]) -> list[Numbers]:
        """Return, for every pattern, the values (sets, findings) of its findings; NaN where a set was given up."""
        found = [np.full((len(sets), len(pattern.findings)), np.nan) for pattern in self.patterns]
        waiting = dict(enumerate(self.patterns))
        left = np.arange(len(sets))
        seen: dict[str, Mapping[str, Numbers]] = {}
        for stage in self.stages:
            shown = lived(stage, [sets[int(k)] for k in left], seed=self.seed, threads=self.threads)
            seen |= {name: one.words for name, one in shown.items()}
            stays = np.ones(len(left), dtype=np.bool_)
            for place in [k for k, pattern in waiting.items() if set(pattern.experiments) <= set(seen)]:
                pattern = waiting.pop(place)
                values = np.stack([value_of(finding, seen) for finding in pattern.findings], axis=-1)
                found[place][left] = values
                if self.gives_up and pattern.id in self.counted:
                    stays &= margins_from([pattern], values)[..., 0] >= 0.0
            left = left[stays]
            if not len(left):
                break
            wanted = {name for pattern in waiting.values() for name in pattern.experiments}
            seen = {e: {w: values[stays] for w, values in of.items()} for e, of in seen.items() if e in wanted}
        return found

    def meets(self, values: Sequence[Numbers]) -> NDArray[np.bool_]:
        """Return which sets meet every pattern that counts; those given up do not."""
        margins = [
            margins_from([pattern], of)[..., 0]
            for pattern, of in zip(self.patterns, values, strict=True)
            if pattern.id in self.counted
        ]
        # A set that was given up has a pattern that it missed; after that one nothing of it is known.
        return np.asarray(np.logical_and.reduce([margin >= 0.0 for margin in margins]))


# -------------------------------------------------------------------------- emulators


_LEAST_CHANCE = 1e-12
"""No finding is given less, so that one that is out of reach does not hide what the others gain."""


@dataclasses.dataclass(frozen=True)
class Emulator:
    """What a finding would be at any set of numbers, and how sure that is."""

    id: str
    """Of its pattern."""
    finding: Finding
    model: Any
    spread: float
    """Standard deviation of the error on sets that were not trained on, chance of their few runs included."""
    share_told: float
    """Share of the variance of such sets that is told; 0 or less: nothing."""

    def log_chance(self, points: Numbers) -> Numbers:
        """Return the log of the chance that the finding lies in its band at points (n, numbers)."""
        told = self.model.predict(points)
        below = 0.0 if self.finding.low is None else scipy.stats.norm.cdf((self.finding.low - told) / self.spread)
        above = 0.0 if self.finding.high is None else scipy.stats.norm.sf((self.finding.high - told) / self.spread)
        return np.asarray(np.log(np.maximum(1.0 - below - above, _LEAST_CHANCE)))


def emulator(id: str, finding: Finding, points: Numbers, values: Numbers) -> Emulator | None:
    """Return the emulator of a finding from its ``values`` (n,) at ``points`` (n, numbers), None if they never differ.

    Values that are not known (NaN) are left out. What lies farther outside a limit, or inside it, than the limit is
    from 0 counts as that far, so that a few extreme values do not hide on which side the others are.
    """
    known = np.isfinite(values)
    limits = [limit for limit in (finding.low, finding.high) if limit is not None]
    reach = scale_of(finding)
    values = np.clip(values, min(limits) - reach, max(limits) + reach)
    if known.sum() < 2 * FOLDS or np.ptp(values[known]) == 0.0:
        return None
    ensemble = library("sklearn.ensemble", purpose="fitting", extra="explore")
    selection = library("sklearn.model_selection", purpose="fitting", extra="explore")
    model = ensemble.HistGradientBoostingRegressor(**_TREES)
    folds = selection.KFold(FOLDS, shuffle=True, random_state=1)
    with one_thread():
        error = values[known] - selection.cross_val_predict(model, points[known], values[known], cv=folds)
        model.fit(points[known], values[known])
    return Emulator(id, finding, model, float(error.std()), float(1.0 - error.var() / values[known].var()))


def one_thread() -> Any:
    """Return a context in which libraries use a thread each: on tables this small more of them wait for one another."""
    return library("threadpoolctl", purpose="fitting", extra="explore").threadpool_limits(limits=1)


def log_chance(emulators: Sequence[Emulator], points: Numbers, limits: Numbers) -> Numbers:
    """Return the log of the chance to show everything at points (n, numbers), minus infinity where it is below a limit.

    ``limits`` (n,): what is below needs no exact number.
    """
    chance = np.zeros(len(points))
    left = np.arange(len(points))
    for one in emulators:
        if len(left):
            chance[left] += one.log_chance(points[left])
            left = left[chance[left] >= limits[left]]
    chance[chance < limits] = -np.inf
    return chance


def walked(
    emulators: Sequence[Emulator],
    *,
    numbers: int,
    count: int,
    chance: float,
    steps: int,
    seed: Sequence[int],
    advance: Callable[[int], None] = lambda _: None,
) -> Numbers:
    """Return where ``count`` fresh draws of the prior end that walk to where there is a chance: (count, numbers).

    A step is taken if the chance to show everything then is ``chance`` or more, or no less than before. A walk that
    does not get there in so many steps ends where it is.
    """
    # Those that tell most are asked first: they turn most steps down.
    asked = sorted(emulators, key=lambda one: one.share_told, reverse=True)
    rng = np.random.default_rng(seed)
    points = rng.random((count, numbers))
    with one_thread():
        reached = log_chance(asked, points, np.full(count, -np.inf))
        for _ in range(steps):
            proposed = stepped(points, rng)
            limits = np.minimum(reached, np.log(chance))
            found = log_chance(asked, proposed, limits)
            taken = found >= limits
            points[taken], reached[taken] = proposed[taken], found[taken]
            advance(1)
    return points


def stepped(points: Numbers, rng: np.random.Generator) -> Numbers:
    """Return where a step from each of points (n, numbers) of the unit cube leads; it is as likely there as back.

    >>> points = np.full((3, 9), 0.5)
    >>> moved = stepped(points, np.random.default_rng(1))
    >>> bool((moved != points).any(axis=1).all() and (moved >= 0.0).all() and (moved <= 1.0).all())
    True
    """
    n, numbers = points.shape
    fresh = rng.random((n, 1)) < FRESH_STEPS
    count = np.where(fresh[:, 0], rng.choice(FRESH, size=n), rng.choice(MOVED, size=n))
    order = rng.random((n, numbers)).argsort(axis=1).argsort(axis=1)
    changed = order < count[:, None]
    width = rng.choice(WIDTHS, size=(n, 1)) / np.sqrt(np.minimum(count, numbers))[:, None]
    nearby = reflected(points + width * rng.normal(size=(n, numbers)))
    return np.where(changed, np.where(fresh, rng.random((n, numbers)), nearby), points)
