"""Designs: which parameters are varied over which ranges, and the table of draws that this comes to.

A draw is a set of values by path, such as ``levers.duty.attend``; what it leaves out (no column, or a null
in it) keeps the value of the scenario. Ranges are those that ``sim/parameters.py`` declares, unless narrower
ones are given.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, get_args, get_type_hints

import numpy as np
import pandas as pd
import pyarrow as pa
import scipy
from numpy.typing import NDArray

from analysis.shared.libraries import library
from analysis.shared.paths import flat
from experiments.errors import CommandError
from experiments.values import with_values
from sim import ARCHETYPES, PARAMETERS, THEMES, Parameter, Place, Scenario, month_of, place_names
from sim.scenario import Board, nearest

DRAW = "draw"
"""The column with the number of a draw."""

TOGETHER = "together"
"""The design of ``experiments.study.doses``: levers alone and in pairs."""

MOST_DRAWS = 2_000_000
MEMBERS = "board.members."

_CHOICES: Mapping[str, tuple[str, ...]] = {
    "place": tuple(place_names()),
    **{f"board.{name}": get_args(get_type_hints(Board)[name]) for name in ("executive", "chair")},
}
_WHOLE = tuple(f"place.{name}" for name, value in vars(Place()).items() if isinstance(value, int))
_NUMBERS_OF_PLACE = (
    *(f"place.{name}" for name, value in vars(Place()).items() if isinstance(value, int | float)),
    *(f"place.need.{theme}" for theme in THEMES),
)


def variable_paths(parameters: Mapping[str, Parameter] = PARAMETERS) -> list[str]:
    """Return every path that a draw may set: parameters, ``place`` by name, its numbers, and the board."""
    members = [f"{MEMBERS}{name}" for name in ("council", *ARCHETYPES)]
    return list(dict.fromkeys([*parameters, *_CHOICES, *_NUMBERS_OF_PLACE, *members]))


# ---------------------------------------------------------------------------- factors


@dataclasses.dataclass(frozen=True)
class Factor:
    """A parameter that is varied: over [low, high], over the whole numbers in it, or over names."""

    path: str
    low: float = math.nan
    high: float = math.nan
    choices: tuple[str, ...] = ()
    is_whole: bool = False

    @property
    def range(self) -> list[Any]:
        """Return the names, or the two bounds."""
        return list(self.choices) or [self.low, self.high]

    def at(self, shares: NDArray[np.float64]) -> NDArray[Any]:
        """Return the values at ``shares`` of the way through the range, 0 its beginning and 1 its end."""
        if self.choices:
            return np.array(self.choices, dtype=object)[_bins(shares, len(self.choices))]
        if self.is_whole:
            return int(self.low) + _bins(shares, int(self.high - self.low) + 1)
        return np.asarray(self.low + shares * (self.high - self.low))

    def levels(self, count: int) -> NDArray[Any]:
        """Return all names, or ``count`` numbers at equal distances (fewer if there are no more whole ones)."""
        if self.choices:
            return np.array(self.choices, dtype=object)
        spread = np.linspace(self.low, self.high, count)
        return np.unique(np.rint(spread).astype(np.int64)) if self.is_whole else spread


def is_whole(path: str, parameters: Mapping[str, Parameter] = PARAMETERS) -> bool:
    """Return whether a setting takes whole numbers only."""
    if path in parameters:
        return isinstance(parameters[path].default, int)
    return path in _WHOLE or path.startswith(MEMBERS)


def _bins(shares: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    return np.minimum((shares * count).astype(np.int64), count - 1)


def factors(vary: Sequence[str], ranges: Mapping[str, Any], scenario: Scenario) -> tuple[Factor, ...]:
    """Return the parameters that ``vary`` names, singly or by group, with their ranges.

    ``ranges`` maps paths to [low, high] or to a list of names, flat or nested. Raises CommandError for an
    unknown name, a range that is reversed, and a parameter without any range, ScenarioError for a range
    that goes beyond what is allowed.
    """
    parameters = month_of(scenario).parameters
    paths = list(dict.fromkeys(path for name in vary for path in _paths_of(name, parameters)))
    given = flat(ranges)
    for path in given:
        if path not in paths:
            raise CommandError(f"ranges: {path} is not among the parameters varied{nearest(path, paths)}; see vary")
    found = tuple(_factor(path, given.get(path), parameters) for path in paths)
    if not found:
        raise CommandError("vary = [] is not allowed: name groups or parameters, for example vary=[levers.duty]")
    for factor in found:
        for end in factor.range:
            with_values(scenario, {factor.path: int(end) if factor.is_whole else end})
    return found


def _paths_of(name: str, parameters: Mapping[str, Parameter]) -> list[str]:
    inside = [path for path in parameters if path.startswith(f"{name}.")]
    known = variable_paths(parameters)
    if not inside and name not in known:
        groups = {path.rpartition(".")[0] for path in parameters}
        hint = nearest(name, sorted(groups | set(known)))
        raise CommandError(f"vary: unknown parameter {name!r}{hint}; see: partnerships list parameters")
    return inside or [name]


def _factor(path: str, given: Any, parameters: Mapping[str, Parameter]) -> Factor:
    declared = parameters.get(path)
    choices = _CHOICES.get(path, declared.choices if declared and declared.low is None else ())
    if given is None and choices:
        return Factor(path, choices=choices)
    whole = is_whole(path, parameters)
    if given is None:
        if declared is None or declared.low is None or declared.high is None:
            raise CommandError(f"vary: {path} has no declared range: give one, for example ranges={{{path}:[1,3]}}")
        return Factor(path, low=declared.low, high=declared.high, is_whole=whole)
    if choices:
        return Factor(path, choices=_some_of(choices, given, path))
    if not _is_pair(given):
        raise CommandError(f"ranges: {path} = {given!r} is not allowed: it takes two numbers, [low,high]")
    low, high = given
    if low >= high:
        problem = "is reversed" if low > high else "has no width"
        raise CommandError(f"ranges: {path} = [{low:g},{high:g}] {problem}: the first number is the lower bound")
    return Factor(path, low=float(low), high=float(high), is_whole=whole)


def _is_pair(given: Any) -> bool:
    numbers = isinstance(given, Sequence) and all(type(end) in (int, float) and math.isfinite(end) for end in given)
    return numbers and len(given) == 2


def _some_of(choices: Sequence[str], given: Any, path: str) -> tuple[str, ...]:
    names = (given,) if isinstance(given, str) else tuple(given)
    for name in names:
        if name not in choices:
            hint = nearest(str(name), choices)
            raise CommandError(f"ranges: {path} = {name!r} is not allowed{hint}; it takes {', '.join(choices[:20])}")
    if not names or len(set(names)) < len(names):
        raise CommandError(f"ranges: {path} = {given!r} is not allowed: name each choice once")
    return names


# ---------------------------------------------------------------------------- designs


@dataclasses.dataclass(frozen=True)
class DesignRequest:
    """What a design is made from. ``draws`` and ``levels`` matter only to the methods that use them."""

    factors: tuple[Factor, ...]
    draws: int
    levels: int
    seed: int


@dataclasses.dataclass(frozen=True)
class Design:
    """A way to place draws in the ranges."""

    count: Callable[[DesignRequest], int]
    """How many draws it makes."""
    columns: Callable[[DesignRequest], Iterable[NDArray[Any]]]
    """The values of each factor in turn."""
    lacks: Callable[[DesignRequest], str] = lambda request: ""
    """What it needs and does not get, in words."""


def points(design: str, request: DesignRequest, *, most: int = MOST_DRAWS) -> pa.Table:
    """Return the draws of a design: a column ``draw`` (0, 1, …) and one column a factor.

    Raises CommandError for an unknown design, one of more than ``most`` draws, a number of draws or levels
    that the method cannot use, and a missing library.
    """
    if design not in DESIGNS:
        known = ", ".join([*DESIGNS, TOGETHER])
        hint = nearest(design, [*DESIGNS, TOGETHER])
        raise CommandError(f"unknown design {design!r}{hint}; known: {known}, or a table FILE.csv or FILE.parquet")
    method = DESIGNS[design]
    if problem := method.lacks(request):
        raise CommandError(f"design={design} {problem}")
    count = method.count(request)
    if count > most:
        raise CommandError(
            f"design={design} makes {count:,} draws of {len(request.factors)} parameters; at most {most:,} are "
            f"allowed: vary fewer parameters, or lower draws or levels"
        )
    columns = zip(request.factors, method.columns(request), strict=True)
    return pa.table({DRAW: np.arange(count)} | {factor.path: values for factor, values in columns})


def _grid_count(request: DesignRequest) -> int:
    return math.prod(len(factor.levels(request.levels)) for factor in request.factors)


def _grid(request: DesignRequest) -> Iterator[NDArray[Any]]:
    axes = [factor.levels(request.levels) for factor in request.factors]
    places = np.indices([len(axis) for axis in axes]).reshape(len(axes), -1)
    yield from (axis[at] for axis, at in zip(axes, places, strict=True))


def _one_at_a_time(request: DesignRequest) -> Iterator[NDArray[Any]]:
    """Give a first draw that leaves everything out, then one for each level of each factor alone."""
    blocks = [factor.levels(request.levels).tolist() for factor in request.factors]
    draws, first = 1 + sum(map(len, blocks)), 1
    for block in blocks:
        column = np.full(draws, None, dtype=object)
        column[first : first + len(block)] = block
        first += len(block)
        yield column


def _random(request: DesignRequest) -> Iterator[NDArray[Any]]:
    for factor, generator in _with_generators(request):
        yield factor.at(generator.random(request.draws))


def _latin_hypercube(request: DesignRequest) -> Iterator[NDArray[Any]]:
    # Column by column: a million draws of fifty parameters at once would take gigabytes on the way.
    for factor, generator in _with_generators(request):
        yield factor.at(scipy.stats.qmc.LatinHypercube(d=1, rng=generator).random(request.draws)[:, 0])


def _with_generators(request: DesignRequest) -> Iterator[tuple[Factor, np.random.Generator]]:
    seeds = np.random.SeedSequence(request.seed).spawn(len(request.factors))
    return zip(request.factors, map(np.random.default_rng, seeds), strict=True)


def _sobol(request: DesignRequest, *, pairs: bool = False) -> Iterator[NDArray[Any]]:
    sampler = library("SALib.sample.sobol", purpose="design=sobol", extra="study").sample
    return _scaled(request, sampler(_problem(request), request.draws, calc_second_order=pairs, seed=request.seed))


def _shapley(request: DesignRequest) -> Iterator[NDArray[Any]]:
    sampler = library("SALib.sample.shapley", purpose="design=shapley", extra="study").sample
    return _scaled(request, sampler(_problem(request), request.draws, seed=request.seed))


def _morris(request: DesignRequest) -> Iterator[NDArray[Any]]:
    sampler = library("SALib.sample.morris", purpose="design=morris", extra="study").sample
    return _scaled(request, sampler(_problem(request), request.draws, num_levels=request.levels, seed=request.seed))


def _scaled(request: DesignRequest, unit: NDArray[np.float64]) -> Iterator[NDArray[Any]]:
    return (factor.at(shares) for factor, shares in zip(request.factors, unit.T, strict=True))


def _problem(request: DesignRequest) -> dict[str, Any]:
    names = [factor.path for factor in request.factors]
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def _no_power_of_two(request: DesignRequest) -> str:
    below: int = 2 ** (request.draws.bit_length() - 1)
    if request.draws == below:
        return ""
    return f"needs a power of two: draws={below} or draws={2 * below}, not {request.draws}"


def _no_pairs(request: DesignRequest) -> str:
    one = "needs two parameters or more: vary another one, or take design=sobol"
    return one if len(request.factors) < 2 else _no_power_of_two(request)


def _odd_levels(request: DesignRequest) -> str:
    return f"needs an even number of levels, not {request.levels}" if request.levels % 2 else ""


DESIGNS: Mapping[str, Design] = {
    "grid": Design(_grid_count, _grid),
    "one_at_a_time": Design(
        lambda request: 1 + sum(len(factor.levels(request.levels)) for factor in request.factors), _one_at_a_time
    ),
    "random": Design(lambda request: request.draws, _random),
    "latin_hypercube": Design(lambda request: request.draws, _latin_hypercube),
    "sobol": Design(lambda request: request.draws * (len(request.factors) + 2), _sobol, _no_power_of_two),
    "sobol_pairs": Design(
        lambda request: request.draws * 2 * (len(request.factors) + 1), partial(_sobol, pairs=True), _no_pairs
    ),
    "shapley": Design(lambda request: request.draws * (len(request.factors) + 1), _shapley),
    "morris": Design(lambda request: request.draws * (len(request.factors) + 1), _morris, _odd_levels),
}
"""The ways to place draws in the ranges.

one_at_a_time is the scenario itself, then each parameter alone at its levels; sobol is Saltelli's sample for
first-order and total indices, sobol_pairs the larger one for those of pairs too; morris and shapley have trajectories
in which one parameter changes at a time, those of shapley from one random point to another in a random order.
"""


# ----------------------------------------------------------------------------- tables


def read_table(path: Path, scenario: Scenario) -> pa.Table:
    """Return the draws in a CSV or Parquet file: a column ``draw`` and one column a setting.

    A column ``draw`` in the file numbers the draws; otherwise they count from 0. Raises CommandError for a
    file that cannot be read, an unknown column, a missing value and a draw that is there twice,
    ScenarioError for a value out of range.
    """
    table = _read(path)
    parameters = month_of(scenario).parameters
    known = variable_paths(parameters)
    for name in table.columns:
        if name != DRAW and name not in known:
            hint = nearest(str(name), known)
            raise CommandError(f"{path}: unknown column {name!r}{hint}; see: partnerships list parameters")
    settings = [str(name) for name in table.columns if name != DRAW]
    if table.empty or not settings:
        raise CommandError(f"{path} has no draws: give a row a draw and a column a parameter")
    _refuse_missing_and_repeated(table, settings, path)
    columns = {name: _column(table[name], scenario, whole=is_whole(name, parameters)) for name in settings}
    numbers = _numbers(table, path)
    order = np.argsort(numbers, kind="stable")
    return pa.table({DRAW: numbers[order]} | {name: values[order] for name, values in columns.items()})


def _read(path: Path) -> pd.DataFrame:
    readers: dict[str, Callable[[Path], pd.DataFrame]] = {".csv": pd.read_csv, ".parquet": pd.read_parquet}
    if path.suffix not in readers:
        raise CommandError(f"design = {str(path)!r} is not a table: it takes FILE.csv or FILE.parquet")
    if not path.is_file():
        raise CommandError(f"design = {str(path)!r} was not found")
    try:
        return readers[path.suffix](path)
    except (ValueError, OSError, pa.ArrowInvalid) as error:
        raise CommandError(f"design = {str(path)!r} cannot be read: {error}") from None


def _refuse_missing_and_repeated(table: pd.DataFrame, settings: Sequence[str], path: Path) -> None:
    rows, columns = np.nonzero(table.isna().to_numpy())
    if len(rows):
        name = table.columns[columns[0]]
        raise CommandError(f"{path}: row {rows[0] + 1} has no value for {name}: give one, or leave the row out")
    repeated = np.flatnonzero(table.duplicated(list(settings)))
    if len(repeated):
        raise CommandError(
            f"{path}: row {repeated[0] + 1} repeats an earlier draw ({len(repeated)} such rows): keep one of each, "
            f"and use replicates for more runs"
        )


def _numbers(table: pd.DataFrame, path: Path) -> NDArray[np.int64]:
    if DRAW not in table:
        return np.arange(len(table))
    numbers = table[DRAW]
    if not pd.api.types.is_integer_dtype(numbers) or numbers.min() < 0 or numbers.duplicated().any():
        raise CommandError(f"{path}: the column {DRAW} takes a different whole number from 0 up in each row")
    return numbers.to_numpy(dtype=np.int64)


def _column(values: pd.Series, scenario: Scenario, *, whole: bool) -> NDArray[Any]:
    """Return the values of a setting, all of them checked."""
    name = str(values.name)
    plain = values.to_numpy()
    if pd.api.types.is_float_dtype(values) and whole:
        broken = plain[plain != np.rint(plain)]
        plain = broken[:1] if len(broken) else plain.astype(np.int64)
    numeric = pd.api.types.is_numeric_dtype(plain) and not pd.api.types.is_bool_dtype(plain)
    for value in (plain.min(), plain.max()) if numeric else dict.fromkeys(plain):
        with_values(scenario, {name: value.item() if isinstance(value, np.generic) else value})
    if numeric:
        return plain if whole else plain.astype(np.float64)
    return np.array([str(value) for value in plain], dtype=object)
