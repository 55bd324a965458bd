"""A grid of settings, computed beforehand and packed, from which the page answers without a server.

A *point* is a setting: every combination of the levels of some levers in one base scenario, then some
scenarios as they are. All points are run with the same replicates, so that any two can be paired.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.errors import CommandError
from experiments.page.answers import SideRuns, bands, policy_dates, typical_replicate
from experiments.page.catalogue import PAGE_MEASURES, catalogue
from experiments.page.example import example
from experiments.page.packing import Json, packed, packed_codes
from experiments.page.request import with_length
from experiments.study.designs import Factor, factors, variable_paths
from experiments.values import with_values
from sim import PARAMETERS, REGIMES, Scenario, simulate_ensemble
from sim.scenario import nearest

_RUNS_AT_ONCE = 2_500
"""Memory, and how often progress is told: a few seconds of work."""

_SEATS_WITH_ALL_TRUST = 30
_MONTHS_IN_A_YEAR = 12
_AXES_WITH_ALL_CORNERS = 4


@dataclasses.dataclass(frozen=True)
class Axis:
    """A lever of the grid: its label, the paths that take the level together, and the levels."""

    label: str
    paths: tuple[str, ...]
    levels: tuple[float, ...]


@dataclasses.dataclass(frozen=True)
class Grid:
    """What is to be computed: the points in their order, and what is kept of each."""

    base: Scenario
    axes: tuple[Axis, ...]
    presets: Mapping[str, Scenario]
    replicates: int
    seed: int
    months_at: tuple[int, ...]
    replicated: tuple[str, ...]

    @property
    def banded(self) -> tuple[str, ...]:
        """Return the measures of which quantiles are kept, not every run."""
        return tuple(name for name in PAGE_MEASURES if name not in self.replicated)

    @property
    def n_points(self) -> int:
        """Return the number of settings."""
        return int(np.prod([len(axis.levels) for axis in self.axes], dtype=np.int64)) + len(self.presets)

    def points(self) -> Iterator[Scenario]:
        """Give the scenario of every point: the last axis moves fastest, presets come last."""
        for levels in itertools.product(*(axis.levels for axis in self.axes)):
            yield self.at(levels)
        yield from self.presets.values()

    def at(self, levels: Sequence[float]) -> Scenario:
        """Return the base with every axis at one of its levels."""
        values = {path: level for axis, level in zip(self.axes, levels, strict=True) for path in axis.paths}
        return with_values(self.base, values)

    def number_of(self, levels: Sequence[float]) -> int:
        """Return the number of the point at some levels."""
        number = 0
        for axis, level in zip(self.axes, levels, strict=True):
            number = number * len(axis.levels) + axis.levels.index(level)
        return number

    @property
    def base_levels(self) -> tuple[float, ...]:
        """Return where on the axes the base itself lies."""
        return tuple(value_at(self.base, axis.paths[0]) for axis in self.axes)


# ------------------------------------------------------------------------------- the axes


def axes_of(vary: Sequence[str], *, levels: int, ranges: Mapping[str, Any], base: Scenario) -> tuple[Axis, ...]:
    """Return an axis for each lever in ``vary``: ``levels`` equal steps over its range.

    The level nearest the base's own value is that very value, so that the base is a point of the grid.
    Raises CommandError for an unknown lever, one that is no number, or one that the base does not lie on.
    """
    labels = {control["path"]: control["label"] for control in catalogue()["controls"]}
    composites = {made_of["path"]: made_of for made_of in catalogue()["composites"]}
    unknown = [path for path in ranges if path not in (*composites, *variable_paths())]
    if unknown:
        raise CommandError(f"ranges: unknown parameter {unknown[0]!r}{nearest(unknown[0], variable_paths())}")
    axes = []
    for name in vary:
        made_of = composites.get(name)
        paths = tuple(made_of["paths"]) if made_of else (name,)
        given = {paths[0]: ranges[name]} if name in ranges else {}
        if len(factors([paths[0]], given, base)) != 1 or getattr(PARAMETERS.get(paths[0]), "low", None) is None:
            raise CommandError(f"vary: {name} is no single number that can be moved; see: partnerships list levers")
        label = made_of["label"] if made_of else labels[name]
        axes.append(Axis(label, paths, _levels(factors([paths[0]], given, base)[0], paths, levels, base)))
    return tuple(axes)


def _levels(factor: Factor, paths: Sequence[str], count: int, base: Scenario) -> tuple[float, ...]:
    own = value_at(base, factor.path)
    if any(value_at(base, path) != own for path in paths):
        raise CommandError(f"vary: the base sets {', '.join(paths)} to different values: vary them one by one")
    if isinstance(own, str):
        raise CommandError(f"vary: {factor.path} = {own!r} in the base is no number: vary another lever")
    if not factor.low <= own <= factor.high:
        raise CommandError(
            f"ranges: {factor.path} = [{factor.low:g},{factor.high:g}] leaves out {own:g}, which the base has"
        )
    steps = [int(step) if factor.is_whole else float(f"{step:.6g}") for step in factor.levels(count)]
    closest = min(range(len(steps)), key=lambda place: abs(steps[place] - own))
    steps[closest] = own
    return tuple(steps)


def value_at(scenario: Scenario, path: str) -> Any:
    """Return the value of a parameter in a scenario."""
    value: Any = scenario
    for name in path.split("."):
        value = getattr(value, name)
    return value


def stored_months(months: int, every: int) -> tuple[int, ...]:
    """Return the months of which values are stored: the first, every few, and the last."""
    return tuple(sorted({*range(0, months, every), months - 1}))


def presets_for(base: Scenario, scenarios: Mapping[str, Scenario]) -> dict[str, Scenario]:
    """Return the scenarios that can stand beside the base on one axis of time, cut to its length."""
    return {
        name: with_length(scenario, base.months)
        for name, scenario in scenarios.items()
        if scenario.start == base.start and name != base.name
    }


# ------------------------------------------------------------------------------ computing


@dataclasses.dataclass(frozen=True)
class GridRuns:
    """What all points lived through, for the stored months."""

    replicated: NDArray[np.float32]
    """(point, measure, replicate, month)"""
    banded: NDArray[np.float32]
    """(point, measure, 6, month): the quantiles of the page, and the mean."""
    regimes: NDArray[np.uint8]
    """(point, replicate, month): positions in ``sim.REGIMES``."""


def grid_runs(grid: Grid, *, threads: int | None, advance: Callable[[int], None]) -> GridRuns:
    """Run every point of the grid; ``advance`` is told the number of runs that were just done."""
    shape = (grid.n_points, len(grid.months_at))
    kept = GridRuns(
        replicated=np.empty((shape[0], len(grid.replicated), grid.replicates, shape[1]), np.float32),
        banded=np.empty((shape[0], len(grid.banded), 6, shape[1]), np.float32),
        regimes=np.empty((shape[0], grid.replicates, shape[1]), np.uint8),
    )
    points, first = grid.points(), 0
    while some := list(itertools.islice(points, max(1, _RUNS_AT_ONCE // grid.replicates))):
        lived = simulate_ensemble(
            some,
            replicates=grid.replicates,
            seed=grid.seed,
            measures=[*grid.replicated, *grid.banded],
            months=grid.months_at,
            threads=threads,
        )
        here = slice(first, first + len(some))
        kept.replicated[here] = lived.measures[..., : len(grid.replicated)].transpose(0, 3, 1, 2)
        kept.regimes[here] = lived.regimes
        for point, values in enumerate(lived.measures[..., len(grid.replicated) :], start=first):
            kept.banded[point] = bands(values)
        first += len(some)
        advance(len(some) * grid.replicates)
    return kept


def examples_wanted(grid: Grid) -> dict[int, Scenario]:
    """Return the points of which one run is stored body by body.

    The base, both ends of each axis, the corners of the grid (if they are many: the one where every
    axis is at its top, with which the page opens), and the presets.
    """
    ends = [(axis.levels[0], axis.levels[-1]) for axis in grid.axes]
    corners = [*itertools.product(*ends)] if len(ends) <= _AXES_WITH_ALL_CORNERS else [tuple(top for _, top in ends)]
    along = [
        (*grid.base_levels[:place], end, *grid.base_levels[place + 1 :])
        for place, both in enumerate(ends)
        for end in both
    ]
    wanted = {grid.number_of(levels): grid.at(levels) for levels in (grid.base_levels, *along, *corners)}
    n_grid = grid.n_points - len(grid.presets)
    return wanted | {n_grid + place: scenario for place, scenario in enumerate(grid.presets.values())}


def stored_examples(grid: Grid, runs: GridRuns, *, advance: Callable[[int], None]) -> list[Json]:
    """Return one and the same replicate, typical of the base, at the points in ``examples_wanted``."""
    replicate = _typical_of_base(grid, runs)
    stored = []
    for point, scenario in examples_wanted(grid).items():
        trust_every = 1 if sum(scenario.board.members.values()) <= _SEATS_WITH_ALL_TRUST else _MONTHS_IN_A_YEAR
        kept = example(
            scenario,
            seed=grid.seed,
            replicate=replicate,
            months_at=grid.months_at,
            trust_at=[month for month in grid.months_at if month % trust_every == 0],
            compressed=True,
        )
        stored.append({"point": point, "example": kept})
        advance(1)
    return stored


def _typical_of_base(grid: Grid, runs: GridRuns) -> int:
    point = grid.number_of(grid.base_levels)
    values = np.zeros((grid.replicates, 1, len(PAGE_MEASURES)))
    for place, name in enumerate(grid.replicated):
        values[:, 0, PAGE_MEASURES.index(name)] = runs.replicated[point, place, :, -1]
    side = SideRuns(values=values, regimes=runs.regimes[point].astype(np.int8))
    return typical_replicate(side, side)


# -------------------------------------------------------------------------------- packing


def packed_grid(grid: Grid, runs: GridRuns, examples: Sequence[Json]) -> Json:
    """Return the grid as the page reads it; 8 bits a value, compressed.

    Runs of one replicate lie side by side: neighbouring settings often live through nearly the same.
    """
    return {
        "base": grid.base.name,
        "place": grid.base.place.name,
        "seed": grid.seed,
        "start": grid.base.start,
        "months": grid.base.months,
        "months_at": list(grid.months_at),
        "replicates": grid.replicates,
        "axes": [dataclasses.asdict(axis) for axis in grid.axes],
        "presets": list(grid.presets),
        "replicated": {
            "measures": list(grid.replicated),
            "values": packed(runs.replicated, "u8", along=1, compressed=True, stored=(1, 2, 0, 3)),
        },
        "banded": {
            "measures": list(grid.banded),
            "values": packed(runs.banded, "u8", along=1, compressed=True, stored=(1, 2, 0, 3)),
        },
        "regimes": packed_codes(runs.regimes, compressed=True, stored=(1, 0, 2)),
        "policy": {
            name: policy_dates(scenario) for name, scenario in {grid.base.name: grid.base, **grid.presets}.items()
        },
        "examples": list(examples),
        "note": left_out(grid),
    }


def left_out(grid: Grid) -> str:
    """Return in one line what this page has and what only the live page has."""
    moved = ", ".join(axis.label.lower() for axis in grid.axes)
    return (
        f"This file holds {grid.n_points:,} settings of {grid.replicates} runs each: {moved}, at "
        f"{' × '.join(str(len(axis.levels)) for axis in grid.axes)} levels, and {len(grid.presets)} further scenarios "
        f"as they are, with a value every {grid.months_at[1] - grid.months_at[0]} months. Paired differences are kept "
        f"of {len(grid.replicated)} measures. `partnerships app` has every lever, place, board and calendar."
    )


def points_table(grid: Grid, runs: GridRuns) -> pd.DataFrame:
    """Return one row a point: its number, scenario and levels, final means, and shares of regimes at the end."""
    n_grid = grid.n_points - len(grid.presets)
    table = pd.DataFrame({"point": np.arange(grid.n_points)})
    table["scenario"] = [grid.base.name] * n_grid + list(grid.presets)
    combinations = np.array(list(itertools.product(*(axis.levels for axis in grid.axes))), dtype=np.float64)
    for place, axis in enumerate(grid.axes):
        name = axis.paths[0] if len(axis.paths) == 1 else axis.paths[0].rpartition(".")[0]
        table[name] = [*combinations[:, place], *[np.nan] * len(grid.presets)]
    for place, measure in enumerate(grid.replicated):
        table[measure] = runs.replicated[:, place, :, -1].mean(axis=1, dtype=np.float64)
    for place, measure in enumerate(grid.banded):
        table[measure] = runs.banded[:, place, -1, -1].astype(np.float64)
    for code, regime in enumerate(REGIMES):
        table[f"share {regime}"] = (runs.regimes[:, :, -1] == code).mean(axis=1)
    return table
