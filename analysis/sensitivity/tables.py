"""Sensitivity of what runs come to, from the tables of a study: one at a time, Morris, Sobol, Shapley and PAWN.

*Draws* have one row a draw and one column a parameter; *outcomes* one row a run (see ``analysis.shared.outcomes``).
All draws share their replicates: replicate r has the same people, elections and luck whatever the draw. So
differences between draws are paired, and what all draws have in common by chance cancels out.

Results are tidy: parameter, index, value, ci_low, ci_high, intervals at 95 %.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.shared.libraries import library
from analysis.shared.outcomes import value_matrix
from analysis.shared.summaries import t_interval

MAIN_INDEX = {
    "one_at_a_time": "swing",
    "morris": "mu_star",
    "sobol": "ST",
    "sobol_pairs": "ST",
    "shapley": "Shapley",
    "pawn": "PAWN",
}
"""For each method the index by which parameters are ranked."""

SWING = "swing"
RESAMPLES = 500
_PARTS = 10
"""Parts of a parameter's range in PAWN."""

# A spread below this share of the size of the values is rounding.
_NEGLIGIBLE = 1e-10


def _draw_means(outcomes: pd.DataFrame, draws: pd.DataFrame) -> NDArray[np.float64]:
    """Return the mean over replicates of each draw; NaN where a run is missing."""
    matrix = value_matrix(outcomes).reindex(draws["draw"])
    return np.asarray(matrix.mean(axis=1, skipna=False), dtype=np.float64)


def _whole_blocks(values: NDArray[np.float64], size: int, method: str) -> NDArray[np.intp]:
    """Return the numbers of the blocks of ``size`` draws in which no value is missing."""
    if len(values) % size:
        raise ValueError(f"{len(values)} draws are no design for {method}, which has sets of {size}")
    whole = np.flatnonzero(~np.isnan(values.reshape(-1, size)).any(axis=1))
    if len(whole) < 2:
        raise ValueError(f"{method} needs at least two complete sets of draws: too many runs failed")
    return whole


def _is_constant(values: NDArray[np.float64]) -> bool:
    return bool(np.ptp(values) <= _NEGLIGIBLE * max(1e-300, float(np.abs(values).max())))


def _rows(names: Sequence[str], index: str, value: Any, low: Any, high: Any) -> pd.DataFrame:
    columns = {"parameter": list(names), "index": index, "value": value, "ci_low": low, "ci_high": high}
    return pd.DataFrame(columns)


# ---------------------------------------------------------------------- one at a time


def one_at_a_time_effects(draws: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
    """Return what each level of each parameter changes against the scenario itself, replicate by replicate.

    ``draws`` leave out (NaN or None) what keeps the scenario's value; the draw that leaves out everything is the
    scenario. Columns: parameter, level, replicate, effect. Raises ValueError if that draw is missing or another
    one sets several parameters.

    >>> draws = pd.DataFrame({"draw": [0, 1, 2], "x": [None, 0.0, 1.0]})
    >>> outcomes = pd.DataFrame({"scenario": "a", "measure": "m", "draw": [0, 1, 2], "replicate": 0,
    ...                          "value": [5.0, 3.0, 6.0]})
    >>> one_at_a_time_effects(draws, outcomes)[["level", "effect"]].to_numpy().tolist()
    [[0.0, -2.0], [1.0, 1.0]]
    """
    values = draws.set_index("draw")
    given = values.notna()
    if (given.sum(axis=1) > 1).any() or (given.sum(axis=1) == 0).sum() != 1:
        raise ValueError("these draws are no one-at-a-time design: one draw sets nothing, every other one parameter")
    base = given.index[given.sum(axis=1) == 0][0]
    matrix = value_matrix(outcomes).reindex(values.index)
    differences = matrix - matrix.loc[base]
    tables = []
    for parameter in map(str, values):
        levels = values[parameter].dropna()
        effects = differences.loc[levels.index]
        if effects.isna().all(axis=1).any():
            raise ValueError(f"every run of the scenario itself, or with a level of {parameter}, failed")
        columns = {
            "level": np.repeat(levels.to_numpy(dtype=object), effects.shape[1]),
            "effect": effects.to_numpy().ravel(),
        }
        columns["replicate"] = np.tile(effects.columns.to_numpy(), len(effects))
        tables.append(pd.DataFrame({"parameter": parameter, **columns}))
    together = pd.concat(tables, ignore_index=True).dropna(subset="effect")
    return together[["parameter", "level", "replicate", "effect"]].reset_index(drop=True)


def one_at_a_time(effects: pd.DataFrame) -> pd.DataFrame:
    """Return the mean effect of each level, and what lies between a parameter's extremes, with paired t intervals.

    Takes the result of :func:`one_at_a_time_effects`. The index is ``low`` and ``high`` for the ends of a range,
    ``at VALUE`` for levels between and for names, and ``swing`` for the high end minus the low end; of names it
    is the greatest minus the smallest mean effect, which is at least 0 and picked from the same runs.

    >>> effects = pd.DataFrame({"parameter": "x", "level": [0.0, 0.0, 1.0, 1.0], "replicate": [0, 1, 0, 1],
    ...                         "effect": [-1.0, -2.0, 1.0, 2.0]})
    >>> one_at_a_time(effects)[["index", "value"]].to_numpy().tolist()
    [['low', -1.5], ['high', 1.5], ['swing', 3.0]]
    """
    tables = []
    for parameter, rows in effects.groupby("parameter", sort=False):
        levels = list(dict.fromkeys(rows["level"]))
        by_level = rows.pivot(index="replicate", columns="level", values="effect")[levels].dropna()
        is_named = any(isinstance(level, str) for level in levels)
        extremes = (levels[0], levels[-1])
        if is_named:
            extremes = (by_level.mean().idxmin(), by_level.mean().idxmax())
        columns = [*(by_level[level] for level in levels), by_level[extremes[1]] - by_level[extremes[0]]]
        names = [_level_name(level, levels, is_named=is_named) for level in levels]
        mean, low, high = t_interval(np.column_stack(columns))
        tables.append(pd.DataFrame({"parameter": parameter, "index": [*names, SWING], "value": mean,
                                    "ci_low": low, "ci_high": high}))  # fmt: skip
    return pd.concat(tables, ignore_index=True)


def _level_name(level: Any, levels: Sequence[Any], *, is_named: bool) -> str:
    if is_named:
        return f"at {level}"
    return {levels[0]: "low", levels[-1]: "high"}.get(level, f"at {level:g}")


# ----------------------------------------------------------------------------- Morris


def morris(
    draws: pd.DataFrame,
    outcomes: pd.DataFrame,
    ranges: Mapping[str, Sequence[Any]],
    *,
    levels: int,
    resamples: int = RESAMPLES,
    seed: int = 1,
) -> pd.DataFrame:
    """Return mu_star, mu and sigma of each parameter (Morris 1991; Campolongo et al. 2007), by SALib.

    ``draws`` are trajectories of one more draw than parameters, ``ranges`` gives each parameter's [low, high] or
    names, ``levels`` those of the design. An elementary effect is the change of the mean over replicates for a step,
    scaled to the whole range: mu_star is the mean of its size, mu of its value, sigma its standard deviation over
    trajectories, which is large where the effect depends on the other parameters. Intervals are percentiles over
    ``resamples`` bootstrap samples of trajectories (NaN for none). Trajectories with a failed run are left out.

    >>> draws = pd.DataFrame({"draw": range(6), "x": [0, 2/3, 2/3, 1, 1/3, 1/3], "y": [0, 0, 2/3, 1, 1, 1/3]})
    >>> outcomes = pd.DataFrame({"scenario": "a", "measure": "m", "draw": range(6), "replicate": 0,
    ...                          "value": 3 * draws["x"] - draws["y"]})
    >>> found = morris(draws, outcomes, {"x": [0, 1], "y": [0, 1]}, levels=4, resamples=10)
    >>> found.query("index == 'mu_star'")["value"].round(6).tolist()
    [3.0, 1.0]
    """
    names = list(ranges)
    unit = np.column_stack([_as_shares(draws[name], ranges[name]) for name in names])
    means = _draw_means(outcomes, draws)
    whole = _whole_blocks(means, len(names) + 1, "morris")
    unit, means = unit.reshape(-1, len(names) + 1, len(names)), means.reshape(-1, len(names) + 1)
    analyse = library("SALib.analyze.morris", purpose="morris", extra="study").analyze
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}

    def indices(blocks: Sequence[int] | NDArray[np.intp]) -> dict[str, NDArray[np.float64]]:
        x, y = unit[blocks].reshape(-1, len(names)), means[blocks].ravel()
        found = analyse(problem, x, y, num_levels=levels, num_resamples=2, seed=1)
        return {name: np.asarray(found[name], dtype=np.float64) for name in ("mu_star", "mu", "sigma")}

    found = indices(whole)
    low = high = dict.fromkeys(found, np.full(len(names), np.nan))
    if resamples:
        # The mean effect over a trajectory taken twice is the elementary effect of that trajectory.
        effects = np.array([indices([block, block])["mu"] for block in whole])
        low, high = _morris_intervals(effects, resamples=resamples, seed=seed)
    return pd.concat([_rows(names, name, found[name], low[name], high[name]) for name in found], ignore_index=True)


def _morris_intervals(
    effects: NDArray[np.float64], *, resamples: int, seed: int
) -> tuple[dict[str, NDArray[np.float64]], dict[str, NDArray[np.float64]]]:
    """Return the 2.5 and 97.5 % quantiles of the indices over bootstrap samples of trajectories (rows)."""
    generator = np.random.default_rng(seed)
    drawn: dict[str, list[NDArray[np.float64]]] = {"mu_star": [], "mu": [], "sigma": []}
    for _ in range(resamples):
        some = effects[generator.integers(len(effects), size=len(effects))]
        drawn["mu_star"].append(np.abs(some).mean(axis=0))
        drawn["mu"].append(some.mean(axis=0))
        drawn["sigma"].append(some.std(axis=0, ddof=1))
    quantiles = {name: np.quantile(values, [0.025, 0.975], axis=0) for name, values in drawn.items()}
    return {name: both[0] for name, both in quantiles.items()}, {name: both[1] for name, both in quantiles.items()}


def _as_shares(values: pd.Series, bounds: Sequence[Any]) -> NDArray[np.float64]:
    """Return how far through its range each value lies; names count in the order of ``bounds``."""
    if isinstance(bounds[0], str):
        position = {name: place for place, name in enumerate(bounds)}
        return np.asarray(values.map(position), dtype=np.float64) / max(1, len(bounds) - 1)
    low, high = bounds
    return np.asarray((values.to_numpy(dtype=np.float64) - low) / (high - low))


# ------------------------------------------------------------------------------ Sobol


def sobol(
    draws: pd.DataFrame,
    outcomes: pd.DataFrame,
    parameters: Sequence[str],
    *,
    pairs: bool = False,
    resamples: int = RESAMPLES,
    seed: int = 1,
) -> pd.DataFrame:
    """Return first-order (S1) and total (ST) indices of each parameter (Sobol 2001; Saltelli et al. 2010), by SALib.

    ``draws`` are Saltelli's sample without second order: sets of two more draws than parameters; with ``pairs`` that
    of ``sobol_pairs``. What is explained is the variance between draws of the mean over replicates. Intervals are
    those of SALib: normal, from ``resamples`` bootstrap samples of sets; estimates may lie below 0. Sets with a failed
    run are left out. If the outcome does not vary, all is NaN.

    >>> draws = pd.DataFrame({"draw": range(8), "x": 0.0})  # placement matters only to the outcome
    >>> outcomes = pd.DataFrame({"scenario": "a", "measure": "m", "draw": range(8), "replicate": 0, "value": 1.0})
    >>> sobol(draws, outcomes, ["x", "y"])["value"].isna().all()
    np.True_
    """
    names = list(parameters)
    found = _sobol(draws, outcomes, names, pairs=pairs, resamples=resamples, seed=seed)
    return pd.concat([_around(names, index, *found[index]) for index in ("S1", "ST")], ignore_index=True)


def sobol_pairs(
    draws: pd.DataFrame, outcomes: pd.DataFrame, parameters: Sequence[str], *, resamples: int = RESAMPLES, seed: int = 1
) -> pd.DataFrame:
    """Return the second-order index (S2) of each pair: the share of the variance that only both together explain.

    ``draws`` are Saltelli's sample with second order: sets of twice as many draws as parameters, and two more (Saltelli
    2002). All else is as in ``sobol``. A row a pair, in the order of ``parameters``: parameter, other, index, value,
    ci_low, ci_high.

    >>> draws = pd.DataFrame({"draw": range(12)})
    >>> outcomes = pd.DataFrame({"scenario": "a", "measure": "m", "draw": range(12), "replicate": 0, "value": 1.0})
    >>> sobol_pairs(draws, outcomes, ["x", "y"])[["parameter", "other", "value"]].to_numpy().tolist()
    [['x', 'y', nan]]
    """
    names = list(parameters)
    value, half = _sobol(draws, outcomes, names, pairs=True, resamples=resamples, seed=seed)["S2"]
    first, second = np.triu_indices(len(names), 1)
    rows = _around([names[place] for place in first], "S2", value[first, second], half[first, second])
    rows.insert(1, "other", [names[place] for place in second])
    return rows


def _sobol(
    draws: pd.DataFrame, outcomes: pd.DataFrame, names: list[str], *, pairs: bool, resamples: int, seed: int
) -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return S1 and ST (parameters,), and S2 (parameters, parameters) with ``pairs``, each with its half-width."""
    size = 2 * (len(names) + 1) if pairs else len(names) + 2
    means = _draw_means(outcomes, draws)
    means = means.reshape(-1, size)[_whole_blocks(means, size, "sobol_pairs" if pairs else "sobol")].ravel()
    if _is_constant(means):
        unknown = np.full(len(names), np.nan)
        of_pairs = np.full((len(names), len(names)), np.nan)
        return {"S1": (unknown, unknown), "ST": (unknown, unknown), "S2": (of_pairs, of_pairs)}
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    with warnings.catch_warnings():
        # A bootstrap sample of a rare outcome may be constant; SALib then counts its index as 0 and says so.
        warnings.filterwarnings("ignore", message="Constant values encountered")
        found = library("SALib.analyze.sobol", purpose="sobol", extra="study").analyze(
            problem, means, calc_second_order=pairs, num_resamples=resamples, seed=seed + 1
        )
    return {index: (found[index], found[f"{index}_conf"]) for index in ("S1", "ST", *(["S2"] if pairs else []))}


def _around(
    names: Sequence[str], index: str, value: NDArray[np.float64], half_width: NDArray[np.float64]
) -> pd.DataFrame:
    return _rows(names, index, value, value - half_width, value + half_width)


# ---------------------------------------------------------------------------- Shapley


def shapley(draws: pd.DataFrame, outcomes: pd.DataFrame, parameters: Sequence[str]) -> pd.DataFrame:
    """Return the Shapley effect of each parameter (Owen 2014), by SALib with the estimator of Goda (2021).

    It is a parameter's share of the variance between draws of the mean over replicates, each interaction shared out
    equally among those that take part, so effects add up to 1 and lie between S1 and ST. ``draws`` are trajectories of
    one more draw than parameters, from one random point to another in a random order; parameters are independent.
    Intervals are those of SALib: normal, over trajectories; estimates may lie below 0. Trajectories with a failed run
    are left out. If the outcome does not vary, all is NaN.

    >>> draws = pd.DataFrame({"draw": range(6), "x": [0, 1, 1, 1, 1, 0], "y": [0, 0, 1, 1, 0, 0]})
    >>> outcomes = pd.DataFrame({"scenario": "a", "measure": "m", "draw": range(6), "replicate": 0,
    ...                          "value": draws["x"]})
    >>> shapley(draws, outcomes, ["x", "y"])["value"].tolist()
    [1.0, 0.0]
    """
    names, size = list(parameters), len(parameters) + 1
    means = _draw_means(outcomes, draws)
    whole = _whole_blocks(means, size, "shapley")
    means = means.reshape(-1, size)[whole]
    if _is_constant(means.ravel()):
        unknown = np.full(len(names), np.nan)
        return _rows(names, "Shapley", unknown, unknown, unknown)
    values = np.stack([pd.factorize(draws[name])[0] for name in names], axis=-1).reshape(-1, size, len(names))
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    found = library("SALib.analyze.shapley", purpose="shapley", extra="study").analyze(
        problem, _taken_steps(values[whole]).reshape(-1, len(names)), means.ravel()
    )
    return _around(names, "Shapley", found["shapley_normalized"], found["shapley_normalized_conf"])


def _taken_steps(values: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return trajectories (trajectories, draws, parameters) as 0 before and 1 after each parameter's turn.

    A name or a whole number may be the same before and after its turn. Such a step changes no outcome and adds to no
    effect, so turns that cannot be seen are given to the steps that are left, in any order.
    """
    changed = values[:, 1:] != values[:, :-1]
    if (changed.sum(axis=2) > 1).any() or (changed.sum(axis=1) > 1).any():
        raise ValueError("these draws are no design for shapley: a step changes several parameters, or one twice")
    for trajectory in changed:
        trajectory[~trajectory.any(axis=1), ~trajectory.any(axis=0)] = True
    return np.concatenate([np.zeros_like(values[:, :1]), changed.cumsum(axis=1)], axis=1).astype(np.float64)


# ------------------------------------------------------------------------------- PAWN

OF_CHANCE = "PAWN_of_chance"
"""The same index of a parameter that does nothing."""


def pawn(
    draws: pd.DataFrame,
    outcomes: pd.DataFrame,
    ranges: Mapping[str, Sequence[Any]],
    *,
    resamples: int = RESAMPLES,
    seed: int = 1,
) -> pd.DataFrame:
    """Return how far each parameter moves the whole distribution of single runs (Pianosi and Wagener 2015).

    PAWN is the median, over ten parts of a parameter's range, of the largest distance between the distribution of
    all runs and that of the runs in the part: 0 to 1, and above 0 by chance alone. It is that of SALib, to the last
    bit, without the p-values that take SALib its time. It asks nothing of the shape, so it
    suits outcomes with two humps, where a variance says little. PAWN_of_chance is the index of the same parameter if
    it did nothing (draws dealt anew to runs), with the middle 95 % of what it may come to. Draws lie anywhere in
    ``ranges``; runs that failed are left out one by one. Intervals are basic ones, which correct for what a bootstrap
    adds, from ``resamples`` bootstrap samples of draws, and are widened to hold the estimate.

    >>> chance = np.random.default_rng(1)
    >>> draws = pd.DataFrame({"draw": range(200), "x": chance.random(200), "y": chance.random(200)})
    >>> value = np.where(draws["x"] > 0.5, 1.0, -1.0)
    >>> runs = pd.DataFrame({"scenario": "a", "measure": "m", "draw": range(200), "replicate": 0, "value": value})
    >>> found = pawn(draws, runs, {"x": [0.0, 1.0], "y": [0.0, 1.0]}, resamples=0).set_index(["parameter", "index"])
    >>> bool(found.at[("x", "PAWN"), "value"] > 0.4 > found.at[("y", "PAWN"), "value"])
    True
    """
    names = list(ranges)
    matrix = value_matrix(outcomes).reindex(draws["draw"]).to_numpy(dtype=np.float64)
    unit = np.column_stack([_as_shares(draws[name], ranges[name]) for name in names])
    generator = np.random.default_rng(seed)

    def index(taken: NDArray[np.intp], dealt: NDArray[np.intp]) -> NDArray[np.float64]:
        values, of_draw = matrix[dealt].ravel(), np.repeat(unit[taken], matrix.shape[1], axis=0)
        whole = ~np.isnan(values)
        return _median_distances(of_draw[whole], values[whole])

    every = np.arange(len(draws))
    value = index(every, every)
    low = high = chance = chance_low = chance_high = np.full(len(names), np.nan)
    if resamples:
        drawn = [generator.integers(len(draws), size=len(draws)) for _ in range(resamples)]
        around = np.quantile([index(some, some) for some in drawn], [0.025, 0.975], axis=0)
        basic = np.clip(2.0 * value - around[::-1], 0.0, 1.0)
        low, high = np.minimum(basic[0], value), np.maximum(basic[1], value)
        nothing = [index(every, generator.permutation(len(draws))) for _ in range(resamples)]
        chance, (chance_low, chance_high) = np.mean(nothing, axis=0), np.quantile(nothing, [0.025, 0.975], axis=0)
    rows = [_rows(names, "PAWN", value, low, high), _rows(names, OF_CHANCE, chance, chance_low, chance_high)]
    return pd.concat(rows, ignore_index=True)


def _median_distances(points: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the PAWN index of each column of ``points`` (runs, parameters).

    In whole numbers: how many runs are at or below a value, times runs of the other side, so that nothing is rounded
    before the one division.

    >>> x = np.arange(20) / 20.0
    >>> _median_distances(np.column_stack([x]), (x >= 0.5).astype(float)).tolist()
    [0.5]
    """
    order = np.argsort(values, kind="stable")
    of_values, count = values[order], len(values)
    last_of_each = np.flatnonzero(np.append(of_values[1:] != of_values[:-1], True))
    below = (last_of_each + 1)[:, None]
    found = np.empty(points.shape[1])
    for column, shares in enumerate(points.T):
        ends = np.quantile(shares, np.arange(0.0, 1.0 + 1.0 / _PARTS, 1.0 / _PARTS))
        part = np.searchsorted(ends, shares[order], side="right") - 1  # that of the largest is none, as in SALib
        inside = np.cumsum(part[:, None] == np.arange(_PARTS), axis=0)
        sizes = inside[-1]
        apart = np.abs(inside[last_of_each] * count - below * sizes).max(axis=0)
        some = sizes > 0
        found[column] = np.median(apart[some] / (sizes[some] * count))
    return found


# ---------------------------------------------------------------------------- ranking


def ranked(indices: pd.DataFrame, method: str) -> list[str]:
    """Return the parameters by the size of the method's main index, the largest first; NaN comes last.

    >>> table = pd.DataFrame({"parameter": ["x", "y"], "index": "ST", "value": [0.1, 0.7]})
    >>> ranked(table, "sobol")
    ['y', 'x']
    """
    main = indices[indices["index"] == MAIN_INDEX[method]]
    order = main["value"].abs().sort_values(ascending=False, kind="stable", na_position="last").index
    return [str(name) for name in main.loc[order, "parameter"]]
