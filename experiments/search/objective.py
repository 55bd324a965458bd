"""The objective of a calibration: how far parameter sets miss the declared patterns."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.patterns.calibration import DUMMIES, DUMMY, misses_of
from experiments.behaviours import OWN, NumberSet
from experiments.errors import CommandError
from experiments.runs.own_patterns import SETS_AT_ONCE, OwnPatterns, judged, pattern_batches
from experiments.study.designs import is_whole
from sim import PARAMETERS, Parameter
from sim.scenario import nearest

Numbers = NDArray[np.float64]

_TOPICS = ("behaviour.", OWN)

DIGITS = 4
"""Significant digits of accepted and chosen values: as they are written, so they are confirmed."""


@dataclasses.dataclass(frozen=True)
class Objective:
    """Evaluates parameter sets by the patterns; the simulator of a calibration."""

    parameters: tuple[Parameter, ...]
    declared: OwnPatterns
    counted: NDArray[np.bool_]
    """Which patterns count."""
    runs: int
    seed: int
    threads: int | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the parameters that are varied."""
        return tuple(parameter.path.removeprefix("behaviour.") for parameter in self.parameters)

    @property
    def coordinates(self) -> tuple[str, ...]:
        """Return the names of all coordinates: the parameters, then dummies that the model never sees.

        How far the dummies stray from their prior is what a population of this size shows by chance.
        """
        return (*self.names, *(f"{DUMMY}{k}" for k in range(1, DUMMIES + 1)))

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the ids of the patterns."""
        return tuple(pattern.id for pattern in self.declared.patterns)

    def values(self, draws: Numbers) -> Numbers:
        """Return draws from the unit cube as values of the parameters, rounded to ``DIGITS``."""
        return values_in(draws[:, : len(self.parameters)], self.parameters)

    def number_sets(self, draws: Numbers) -> list[NumberSet]:
        """Return the sets of numbers that draws (n, parameters) from the unit cube stand for."""
        return [
            NumberSet.from_values(dict(zip(self.names, map(float, row), strict=True))) for row in self.values(draws)
        ]

    def distance(self, misses: Numbers) -> Numbers:
        """Return the sum of the misses of the patterns that count."""
        return np.asarray(misses[..., self.counted].sum(axis=-1))

    def __call__(self, draws: Numbers, limit: float) -> Numbers:
        """Return the misses (n, patterns) of draws; NaN for those given up because they exceed ``limit``."""

        def hopeless(margins: Numbers) -> NDArray[np.bool_]:
            missed = np.nan_to_num(misses_of(margins[:, self.counted]), nan=0.0)
            return np.asarray(missed.sum(axis=1) - missed.max(axis=1, initial=0.0) > limit)

        batches = pattern_batches(self.declared, runs=self.runs)
        found = []
        for first in range(0, len(draws), SETS_AT_ONCE):
            some = self.number_sets(draws[first : first + SETS_AT_ONCE])
            found.append(
                judged(
                    self.declared,
                    batches,
                    some,
                    seed=self.seed,
                    threads=self.threads,
                    hopeless=hopeless if math.isfinite(limit) else None,
                )
            )
        misses = misses_of(np.concatenate(found))
        misses[np.isnan(misses).any(axis=1)] = np.nan
        return misses


def values_in(draws: Numbers, parameters: Sequence[Parameter]) -> Numbers:
    """Return draws (n, parameters) from the unit cube as values within the priors, rounded to ``DIGITS``."""
    low, high = (np.array([getattr(p, end) for p in parameters], dtype=float) for end in ("low", "high"))
    exact = low + (high - low) * draws
    rounded = np.array([[float(f"{value:.{DIGITS}g}") for value in row] for row in exact])
    return np.asarray(np.clip(rounded, low, high), dtype=np.float64)


def varied(names: Sequence[str], parameters: Mapping[str, Parameter] = PARAMETERS) -> tuple[Parameter, ...]:
    """Return the parameters that are named, in the order of declaration.

    ``behaviour`` stands for all uncertain ones of the model, ``own`` for those of an extension, which ``parameters``
    has too. Of an extension whatever declares a range of numbers can be named. Raises CommandError.
    """
    free = [p for p in parameters.values() if p.path.startswith(_TOPICS)]
    known = {p.path: p for p in free if p.role == "uncertain" or p.path.startswith(OWN)}
    short = {path.removeprefix("behaviour."): path for path in known}
    asked = set()
    for name in names:
        full = short.get(name, name)
        if f"{name}." in _TOPICS:
            asked |= {path for path, p in known.items() if path.startswith(f"{name}.") and p.role == "uncertain"}
        elif full in known:
            asked.add(full)
        else:
            raise CommandError(
                f"vary: unknown uncertain parameter {name!r}{nearest(name, short)}; see: partnerships list parameters"
            )
    if not asked:
        raise CommandError("vary is empty: name behaviour, or some of its parameters")
    for path in sorted(asked):
        _refuse_without_range(known[path], parameters)
    return tuple(p for path, p in known.items() if path in asked)


def _refuse_without_range(parameter: Parameter, parameters: Mapping[str, Parameter]) -> None:
    """Refuse a setting of one's own from which no numbers can be drawn."""
    if parameter.low is None or parameter.high is None:
        raise CommandError(
            f"vary: {parameter.path} declares no range of numbers to draw from: declare it in the extension as "
            "uncertain(..., low=, high=)"
        )
    if is_whole(parameter.path, parameters):
        raise CommandError(
            f"vary: {parameter.path} takes whole numbers, and draws are any numbers of its range: declare it in the "
            "extension as Real"
        )


def counted_ids(ids: Sequence[str], leave_out: Sequence[str]) -> list[str]:
    """Return the patterns that count, those of ``ids`` that are not left out; raise CommandError if none is left.

    >>> counted_ids(["P1", "P2"], ["P2"])
    ['P1']
    """
    for id in leave_out:
        if id not in ids:
            raise CommandError(f"leave_out: unknown pattern {id!r}{nearest(id, ids)}; known: {', '.join(ids)}")
    if not (counted := [id for id in ids if id not in leave_out]):
        raise CommandError("leave_out leaves no pattern to calibrate against")
    return counted
