"""Own targets: what was observed of a case, what runs show of it, and waves of history matching towards it.

Of every set of numbers that is drawn one run is simulated, with chance of its own, up to the last month of the targets.

1. Prior: a Latin hypercube of draws of the free numbers. A target that none of their runs comes near is told at once.
2. Waves: from the runs so far an emulator of all targets is made (regression on all numbers, their squares and
   products, with the spread of its error on runs that it was not trained on: chance, and what it misses). A set is
   *implausible* if some target is farther from what is expected there than so many standard deviations of spread and
   measurement error together (Vernon, Goldstein and Bower 2010). Fresh draws of the prior that are not implausible are
   simulated, and the next wave begins with an emulator that knows that region better. Waves end when they rule out
   little more.

What is left is the prior without what is implausible, so sets are accepted from it as from the prior itself. All is
stored as it is done: what was killed goes on, to the same numbers. Boosted trees, with which declared patterns are
emulated, told the same share of a made-up city's targets within seven hundredths, and took ten times as long.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from analysis.calibration.tables import EXTRA, PURPOSE, one_thread
from analysis.shared.libraries import library
from analysis.shared.words import titled
from experiments.behaviours import NumberSet, split
from experiments.errors import CommandError
from experiments.search.fitting import stored
from experiments.search.objective import values_in
from experiments.search.prior_scan import BEHAVIOUR
from experiments.surroundings import cores
from experiments.terminal import progress_bar
from sim import Parameter, Scenario, month_of, prepare_engine, simulate_ensemble, with_changes
from sim.scenario import month_number

Numbers = NDArray[np.float64]

WAVE = "wave"

CUT_OFF = 3.0
"""Standard deviations beyond which a target makes a set implausible; more if many targets are asked at once."""

LITTLE_MORE = 0.8
"""Waves end when the share of the prior that is left is at least this share of what it was before."""

_TOGETHER = 32
"""Draws that are simulated together; they share their luck, which no others have."""
_AT_ONCE = 1024
"""Draws that are stored together."""
_CANDIDATES = 8192
_MOST_CANDIDATES = 400 * _CANDIDATES
_FEWEST = 64
"""Draws that have to be left to go on."""
_RIDGE = 100.0


@dataclasses.dataclass(frozen=True)
class Target:
    """What was observed: the mean of a measure over some months."""

    measure: str
    months: tuple[int, int]
    """First and last, from 0."""
    value: float
    standard_error: float
    when: str
    """As it is written: 2003-04, or 2003-04..2004-03."""

    @property
    def id(self) -> str:
        """Return its name: ``trust@2003-04``."""
        return f"{self.measure}@{self.when}"

    @property
    def label(self) -> str:
        """Return its name as figures and words say it."""
        return f"{titled(self.measure)}, {self.when.replace('..', ' to ')}"


def targets_of(table: pd.DataFrame, *scenarios: Scenario, leave_out: Sequence[str] = ()) -> tuple[Target, ...]:
    """Return the targets of a case that count, in the order of its file, from the table of ``Case.targets``.

    ``scenarios`` have the same months. Raises CommandError if there is none, or one is named twice, lies outside these
    months or is of a measure that no scenario has.
    """
    scenario, known = scenarios[0], {name for one in scenarios for name in month_of(one).measures}
    first = month_number(scenario.start)
    last = scenario.month_label(scenario.months - 1)
    found: dict[str, Target] = {}
    for _, row in table.iterrows():
        months = (month_number(row["month"]) - first, month_number(row["to"]) - first)
        when = row["month"] if row["to"] == row["month"] else f"{row['month']}..{row['to']}"
        target = Target(row["measure"], months, float(row["value"]), float(row["standard_error"]), when)
        if target.id in found:
            raise CommandError(f"targets.csv: {target.id} stands there twice: give one value with its standard error")
        if months[0] < 0 or months[1] >= scenario.months:
            raise CommandError(
                f"targets.csv: {target.id} lies outside the run, {scenario.start} to {last}: change its month, or "
                "start and months in place.yaml"
            )
        if target.measure not in known:
            raise CommandError(f"targets.csv: {target.measure!r} is no measure of this month of the model")
        found[target.id] = target
    for id in leave_out:
        if id not in found:
            raise CommandError(f"leave_out: there is no target {id!r} in targets.csv; it has {', '.join(found)}")
    kept = tuple(target for id, target in found.items() if id not in leave_out)
    if not kept:
        raise CommandError("targets.csv has no row: give measure, month, value and standard_error of what was observed")
    return kept


@dataclasses.dataclass(frozen=True)
class TargetRuns:
    """Simulates sets of numbers, and reads what their runs show at the targets."""

    scenario: Scenario
    targets: tuple[Target, ...]
    parameters: tuple[Parameter, ...]
    seed: int
    threads: int | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Return the numbers that are drawn, by name."""
        return tuple(parameter.path.removeprefix(BEHAVIOUR) for parameter in self.parameters)

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the names of the targets."""
        return tuple(target.id for target in self.targets)

    @property
    def values(self) -> Numbers:
        """Return what was observed, (targets,)."""
        return np.array([target.value for target in self.targets])

    @property
    def errors(self) -> Numbers:
        """Return the standard errors of the targets, (targets,)."""
        return np.array([target.standard_error for target in self.targets])

    @property
    def measures(self) -> tuple[str, ...]:
        """Return the measures that targets read, as far as the scenario's month has them."""
        known = month_of(self.scenario).measures
        return tuple(dict.fromkeys(target.measure for target in self.targets if target.measure in known))

    @property
    def shortened(self) -> Scenario:
        """Return the scenario up to the last month of the targets."""
        return with_changes(self.scenario, months=max(target.months[1] for target in self.targets) + 1)

    def with_numbers(self, points: Numbers) -> list[Scenario]:
        """Return the scenario up to the last target with numbers at points (n, numbers) of the unit cube."""
        short, behaviour = self.shortened, self.scenario.behaviour
        scenarios = []
        for row in values_in(points, self.parameters):
            numbers, own = split(dict(zip(self.names, map(float, row), strict=True)))
            scenarios.append(NumberSet(dataclasses.replace(behaviour, **numbers), own).of(short))
        return scenarios

    def series(self, points: Numbers, *, replicates: int, seed: int) -> Numbers:
        """Return what is shown month by month, (sets, replicates, months, measures); all sets share their luck."""
        found = []
        scenarios = self.with_numbers(points)
        with progress_bar("runs", total=len(scenarios) * replicates) as advance:
            for first in range(0, len(scenarios), _TOGETHER):
                some = scenarios[first : first + _TOGETHER]
                shown = simulate_ensemble(
                    some, replicates=replicates, seed=seed, measures=self.measures, threads=self.threads
                )
                found.append(shown.measures)
                advance(len(some) * replicates)
        return np.concatenate(found)

    def shown(self, points: Numbers, *, first: int) -> Numbers:
        """Return what one run of each of points (n, numbers) shows at the targets, (n, targets).

        ``first`` is the number of the first draw, which names its luck.
        """
        scenarios = self.with_numbers(points)

        def some(start: int) -> Numbers:
            of_measures = simulate_ensemble(
                scenarios[start : start + _TOGETHER],
                replicates=[(first + start) // _TOGETHER],
                seed=self.seed,
                measures=self.measures,
                threads=1,
            )
            return self.read(of_measures.measures[:, 0])

        prepare_engine(month_of(self.scenario))
        with ThreadPoolExecutor(self.threads or cores()) as pool:
            return np.concatenate(list(pool.map(some, range(0, len(scenarios), _TOGETHER))))

    def of_sets(self, sets: Sequence[NumberSet], *, replicates: int) -> Numbers:
        """Return what runs of each set of numbers show at the targets, (sets × replicates, targets).

        NaN for a measure that the scenario's month does not have: another model may.
        """
        short = self.shortened
        if not self.measures:
            return np.full((len(sets) * replicates, len(self.targets)), np.nan)
        shown = simulate_ensemble(
            [numbers.of(short) for numbers in sets],
            replicates=replicates,
            seed=self.seed,
            measures=self.measures,
            threads=self.threads,
        )
        return self.read(shown.measures).reshape(-1, len(self.targets))

    @property
    def table_of_targets(self) -> pd.DataFrame:
        """Return a row a target: target, label, measure, month, to, value, standard_error."""
        return pd.DataFrame(
            {
                "target": self.ids,
                "label": [target.label for target in self.targets],
                "measure": [target.measure for target in self.targets],
                "month": [self.scenario.month_label(target.months[0]) for target in self.targets],
                "to": [self.scenario.month_label(target.months[1]) for target in self.targets],
                "value": self.values,
                "standard_error": self.errors,
            }
        )

    def read(self, series: Numbers) -> Numbers:
        """Return the targets, (..., targets), of series (..., months, measures); NaN without the measure."""
        found = np.full((*series.shape[:-2], len(self.targets)), np.nan)
        for place, target in enumerate(self.targets):
            if target.measure in self.measures:
                some = series[..., target.months[0] : target.months[1] + 1, self.measures.index(target.measure)]
                found[..., place] = some.mean(axis=-1)
        return found

    def table(self, points: Numbers, *, first: int) -> pd.DataFrame:
        """Return a row a draw: its numbers as shares of the way through their ranges, and what its run shows."""
        seen = self.shown(points, first=first)
        columns = {f"{BEHAVIOUR}{name}": points[:, k] for k, name in enumerate(self.names)}
        columns |= {id: seen[:, k] for k, id in enumerate(self.ids)}
        return pd.DataFrame(columns)

    def points_in(self, table: pd.DataFrame) -> Numbers:
        """Return the numbers of a table's rows, (n, numbers) in the unit cube."""
        return table[[f"{BEHAVIOUR}{name}" for name in self.names]].to_numpy(float)

    def seen_in(self, table: pd.DataFrame) -> Numbers:
        """Return what a table's runs showed, (n, targets), without measurement error."""
        return table[list(self.ids)].to_numpy(float)

    def measured(self, table: pd.DataFrame) -> Numbers:
        """Return the same with a measurement error of its own in each, as what was observed has one."""
        seen = self.seen_in(table)
        return seen + np.random.default_rng([self.seed, 77]).normal(size=seen.shape) * self.errors


# ------------------------------------------------------------------------------- waves


@dataclasses.dataclass(frozen=True)
class Matched:
    """What history matching comes to."""

    prior: pd.DataFrame
    """A row a prior draw, as of ``TargetRuns.table``."""
    left: pd.DataFrame
    """The same of every draw of the prior and of waves that is not implausible in the end."""
    waves: pd.DataFrame
    """A row a wave: wave, draws (simulated in it), share_left (of the prior, not implausible before it)."""


def matched(runs: TargetRuns, folder: Path, *, draws: int, a_wave: int, most_waves: int) -> Matched:
    """Return what is left of the prior, going on with what the folder holds.

    Raises CommandError for a target that no prior draw comes near, and if nothing is left.
    """
    prior = prior_runs(runs, folder, draws=draws)
    if far := out_of_reach(runs, prior):
        raise CommandError(" ".join(far))
    everything = prior
    rows: list[dict[str, float]] = [{WAVE: 0, "draws": len(prior), "share_left": 1.0}]
    emulators: list[Emulators] = []
    left = prior
    while len(rows) <= most_waves:
        wave = len(rows)
        emulator = Emulators.of(runs, left if len(left) >= a_wave else everything)
        drawn, share = _plausible(runs, [*emulators, emulator], folder, wave=wave, count=a_wave)
        emulators.append(emulator)
        with progress_bar(f"draws of wave {wave}", total=len(drawn)) as advance:
            first = draws + (wave - 1) * (a_wave + _TOGETHER)
            parts = _simulated(runs, folder, drawn, wave=wave, first=first, advance=advance)
            everything = pd.concat([everything, *parts], ignore_index=True)
        left = everything[_not_implausible(emulators, runs.points_in(everything))].reset_index(drop=True)
        rows.append({WAVE: wave, "draws": len(drawn), "share_left": share})
        if share >= LITTLE_MORE * rows[-2]["share_left"]:
            break
    return Matched(prior, left, pd.DataFrame(rows))


def prior_runs(runs: TargetRuns, folder: Path, *, draws: int) -> pd.DataFrame:
    """Return a row a draw of the priors, simulating those that the folder does not hold yet."""
    points = scipy.stats.qmc.LatinHypercube(d=len(runs.parameters), rng=runs.seed).random(draws)
    with progress_bar("draws of the prior", total=draws) as advance:
        return pd.concat(_simulated(runs, folder, points, wave=0, first=0, advance=advance), ignore_index=True)


def _simulated(
    runs: TargetRuns, folder: Path, points: Numbers, *, wave: int, first: int, advance: Callable[[int], None]
) -> list[pd.DataFrame]:
    tables = []
    for start in range(0, len(points), _AT_ONCE):
        some = points[start : start + _AT_ONCE]

        def make(some: Numbers = some, start: int = start) -> pd.DataFrame:
            return runs.table(some, first=first + start)

        tables.append(stored(folder, f"{wave:02d}_{start:07d}", make))
        advance(len(some))
    return tables


def out_of_reach(runs: TargetRuns, prior: pd.DataFrame) -> list[str]:
    """Return a sentence for each target that lies three standard errors or more outside what any prior draw shows."""
    said = []
    for target, column in zip(runs.targets, runs.seen_in(prior).T, strict=True):
        low, high = float(np.nanmin(column)), float(np.nanmax(column))
        if not low - CUT_OFF * target.standard_error <= target.value <= high + CUT_OFF * target.standard_error:
            said.append(
                f"targets.csv: {target.id} = {target.value:g} is out of reach: over {len(prior):,} draws of the priors "
                f"the model shows {low:.3g} to {high:.3g}; look at its unit and its month, or go on without it: "
                f"leave_out=[{target.id}]."
            )
    return said


@dataclasses.dataclass(frozen=True)
class Emulators:
    """What is expected at the targets of one run of any set of numbers, and how far a run may be off."""

    model: Any
    spread: Numbers
    """(targets,) standard deviation of the error on runs that it was not trained on."""
    values: Numbers
    errors: Numbers

    @classmethod
    def of(cls, runs: TargetRuns, table: pd.DataFrame) -> Emulators:
        """Return the emulators of all targets from a table of runs; a fifth of it tells the spread."""
        pipeline = library("sklearn.pipeline", purpose=PURPOSE, extra=EXTRA)
        preprocessing = library("sklearn.preprocessing", purpose=PURPOSE, extra=EXTRA)
        linear = library("sklearn.linear_model", purpose=PURPOSE, extra=EXTRA)
        model = pipeline.make_pipeline(
            preprocessing.PolynomialFeatures(2, include_bias=False),
            preprocessing.StandardScaler(),
            linear.Ridge(_RIDGE),
        )
        points, seen = runs.points_in(table), runs.seen_in(table)
        asked = np.arange(len(points)) % 5 == 0
        with one_thread():
            model.fit(points[~asked], seen[~asked])
            error = seen[asked] - np.asarray(model.predict(points[asked])).reshape(-1, len(runs.targets))
        return cls(model, np.sqrt((error**2).mean(axis=0)), runs.values, runs.errors)

    def implausibility(self, points: Numbers) -> Numbers:
        """Return how far the worst target is from what is expected at points (n, numbers), in standard deviations."""
        with one_thread():
            expected = np.asarray(self.model.predict(points)).reshape(-1, len(self.values))
        scale = np.maximum(np.hypot(self.spread, self.errors), 1e-12)
        return np.asarray((np.abs(expected - self.values) / scale).max(axis=1))

    @property
    def cut_off(self) -> float:
        """Return from where on a set is implausible: rarely so for the true one, however many targets are asked."""
        return max(CUT_OFF, float(scipy.stats.norm.isf(0.005 / len(self.values))))


def _not_implausible(emulators: Sequence[Emulators], points: Numbers) -> NDArray[np.bool_]:
    stays = np.ones(len(points), dtype=np.bool_)
    for one in emulators:
        stays[stays] = one.implausibility(points[stays]) <= one.cut_off
    return stays


def _plausible(
    runs: TargetRuns, emulators: Sequence[Emulators], folder: Path, *, wave: int, count: int
) -> tuple[Numbers, float]:
    """Return fresh draws of the prior that no emulator calls implausible, and the share of the prior that they are."""

    def make() -> pd.DataFrame:
        rng = np.random.default_rng([runs.seed, wave])
        found: list[Numbers] = []
        tried = 0
        with progress_bar(f"plausible draws of wave {wave}", total=count) as advance:
            while sum(map(len, found)) < count and tried < _MOST_CANDIDATES:
                candidates = rng.random((_CANDIDATES, len(runs.parameters)))
                found.append(candidates[_not_implausible(emulators, candidates)])
                tried += _CANDIDATES
                advance(len(found[-1]))
        points = np.concatenate(found)
        share = len(points) / tried
        return pd.DataFrame(points[:count], columns=list(runs.names)).assign(share=share)

    table = stored(folder, f"{wave:02d}_drawn", make)
    if len(table) < _FEWEST:
        raise CommandError(
            f"no set of numbers comes near all targets at once: of {_MOST_CANDIDATES:,} draws of the priors "
            f"{len(table)} are not implausible; look at the standard errors in targets.csv, or leave a target out: "
            "leave_out="
        )
    return table[list(runs.names)].to_numpy(float), float(table["share"].iloc[0])
