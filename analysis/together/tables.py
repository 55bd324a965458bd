"""What levers come to alone and in pairs, from paired runs: main effects, interactions, and the same by sector.

A table of *readings* has one row a run and year: scenario, draw, replicate, year, then one column a measure. A table of
*arms* says which draw is what: draw, lever, dose, other, other_dose, empty where there is none (draw 0 is the scenario
as it is). Equal replicates share all chance, so every effect is a difference within replicates. Where replicates take
turns with parameter sets, a set counts as a replicate, with the mean of its runs (see :func:`by_set`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from analysis.shared.parameter_sets import middle
from analysis.shared.summaries import CONFIDENCE, t_interval
from sim.population import SECTORS

KEYS = ("scenario", "draw", "replicate", "year")
"""Columns of readings that are no measures."""

MORE, LESS, UNCLEAR = "more than the sum", "less than the sum", "too small to tell"
"""What two levers together may come to, beside the sum of what each comes to alone."""

_NEGLIGIBLE = 1e-12
"""Below this share of what is compared a difference between doubles is none."""


@dataclasses.dataclass(frozen=True)
class Together:
    """What an experiment with several levers comes to."""

    main: pd.DataFrame
    """A row a scenario, measure, year, lever and dose: see :func:`main_effects`."""
    sectors: pd.DataFrame
    """The same of measures by sector, with the column ``sector``."""
    pairs: pd.DataFrame
    """A row a scenario, measure, year and pair of doses of two levers: see :func:`pair_interactions`."""


def levers_together(readings: pd.DataFrame, arms: pd.DataFrame) -> Together:
    """Return main effects, those by sector, and interactions of pairs.

    Each of the three is one family of comparisons in each scenario, and corrected as one.

    >>> readings = pd.DataFrame({"scenario": "a", "draw": [0, 1, 2, 3] * 2, "replicate": [0] * 4 + [1] * 4, "year": 1,
    ...                          "trust": [0, 1, 2, 5, 0, 1, 2, 6], "engagement_council": [0, 1, 2, 3, 0, 1, 2, 3]})
    >>> arms = pd.DataFrame([(0, "", "", "", ""), (1, "x", "low", "", ""), (2, "y", "low", "", ""),
    ...                      (3, "x", "low", "y", "low")], columns=["draw", "lever", "dose", "other", "other_dose"])
    >>> found = levers_together(readings, arms)
    >>> found.main["effect"].tolist(), found.sectors["sector"].tolist(), found.pairs["interaction"].tolist()
    ([1.0, 2.0], ['council', 'council'], [2.5])
    """
    measures = [str(name) for name in readings.columns if name not in KEYS]
    of_all = [name for name in measures if not sector_of(name)]
    by_sector = main_effects(readings, arms, [name for name in measures if sector_of(name)])
    by_sector.insert(2, "sector", by_sector["measure"].map(sector_of))
    by_sector["measure"] = by_sector["measure"].map(_without_sector)
    return Together(
        main=main_effects(readings, arms, of_all),
        sectors=by_sector,
        pairs=pair_interactions(readings, arms, of_all),
    )


def by_set(readings: pd.DataFrame, sets: int) -> pd.DataFrame:
    """Return readings in which each parameter set is a replicate, with the mean of its runs; replicate r took r mod n.

    >>> readings = pd.DataFrame({"scenario": "a", "draw": 0, "replicate": [0, 1, 2], "year": 1, "trust": [1.0, 2, 3]})
    >>> by_set(readings, 2)["trust"].tolist()
    [2.0, 2.0]
    """
    return (
        readings.assign(replicate=readings["replicate"] % sets).groupby(list(KEYS), as_index=False, sort=False).mean()
    )


def sector_of(measure: str) -> str:
    """Return the sector that a measure is of, empty if it is of all members.

    >>> sector_of("engagement_council"), sector_of("engagement")
    ('council', '')
    """
    last = measure.rpartition("_")[2]
    return last if last in SECTORS else ""


def _without_sector(measure: str) -> str:
    return measure.rpartition("_")[0]


def main_effects(readings: pd.DataFrame, arms: pd.DataFrame, measures: Sequence[str]) -> pd.DataFrame:
    """Return what each lever at each dose changes on its own.

    Columns: scenario, measure, year, lever, dose, reference (the mean without it), effect (mean paired difference),
    ci_low, ci_high (95 % Student t interval, one by one), p_value (paired t test), p_holm (see :func:`holm`, over all
    rows of a scenario), clear (p_holm below 5 %), middle_low and middle_high (of the replicates, the middle 95 %),
    share_above_0 (of them), replicates. Where there are sets of numbers each is one, with the mean of its runs.

    >>> readings = pd.DataFrame({"scenario": "a", "draw": [0, 1] * 3, "replicate": [0, 0, 1, 1, 2, 2], "year": 1,
    ...                          "trust": [0.0, 0.5, 0.25, 0.75, 0.5, 1.0]})
    >>> arms = pd.DataFrame({"draw": [0, 1], "lever": ["", "x"], "dose": ["", "low"], "other": "", "other_dose": ""})
    >>> main_effects(readings, arms, ["trust"])[["reference", "effect", "ci_low", "clear"]].to_numpy().tolist()
    [[0.25, 0.5, 0.5, True]]
    """
    alone = arms[(arms["lever"] != "") & (arms["other"] == "")]
    rows = []
    for keys, values in _by_draw(readings, measures):
        for arm in alone.to_dict("records"):
            with_it, without = _common(values, [arm["draw"], 0])
            row = keys | {"lever": arm["lever"], "dose": arm["dose"], "reference": without.mean()}
            rows.append(row | _tested(with_it - without, name="effect", size=_size(with_it, without)))
    columns = [*("scenario", "measure", "year", "lever", "dose", "reference", "effect"), *_TESTED]
    return _corrected(pd.DataFrame(rows, columns=columns))


def pair_interactions(readings: pd.DataFrame, arms: pd.DataFrame, measures: Sequence[str]) -> pd.DataFrame:
    """Return what two levers come to together, beyond the sum of what each comes to alone.

    Columns: scenario, measure, year, lever, dose, other, other_dose; ``alone`` and ``other_alone``, the effect of each
    without the other; ``together``, that of both; ``interaction``, the mean paired difference in differences
    (both − one − other + neither); ci_low to replicates as in :func:`main_effects`; ``verdict``.

    >>> readings = pd.DataFrame({"scenario": "a", "draw": [0, 1, 2, 3] * 2, "replicate": [0] * 4 + [1] * 4, "year": 1,
    ...                          "trust": [0.0, 1.0, 2.0, 5.0, 1.0, 2.0, 3.0, 6.0]})
    >>> arms = pd.DataFrame([(0, "", "", "", ""), (1, "x", "low", "", ""), (2, "y", "low", "", ""),
    ...                      (3, "x", "low", "y", "low")], columns=["draw", "lever", "dose", "other", "other_dose"])
    >>> shown = ["alone", "other_alone", "together", "interaction", "verdict"]
    >>> pair_interactions(readings, arms, ["trust"])[shown].to_numpy().tolist()
    [[1.0, 2.0, 5.0, 2.0, 'more than the sum']]
    """
    draw_of = {(arm["lever"], arm["dose"]): arm["draw"] for arm in arms[arms["other"] == ""].to_dict("records")}
    pairs = arms[arms["other"] != ""]
    rows = []
    for keys, values in _by_draw(readings, measures):
        for arm in pairs.to_dict("records"):
            names = {name: arm[name] for name in ("lever", "dose", "other", "other_dose")}
            draws = [arm["draw"], draw_of[arm["lever"], arm["dose"]], draw_of[arm["other"], arm["other_dose"]], 0]
            both, one, other, neither = _common(values, draws)
            parts = {"alone": one - neither, "other_alone": other - neither, "together": both - neither}
            means = {name: part.mean() for name, part in parts.items()}
            size = _size(both, one, other, neither)
            rows.append(keys | names | means | _tested(both - one - other + neither, name="interaction", size=size))
    columns = ["scenario", "measure", "year", "lever", "dose", "other", "other_dose"]
    table = pd.DataFrame(rows, columns=[*columns, "alone", "other_alone", "together", "interaction", *_TESTED])
    table = _corrected(table)
    direction = np.where(table["interaction"] > 0.0, MORE, LESS)
    return table.assign(verdict=np.where(table["clear"], direction, UNCLEAR))


_TESTED = ["ci_low", "ci_high", "p_value", "middle_low", "middle_high", "share_above_0", "replicates"]


def _by_draw(readings: pd.DataFrame, measures: Sequence[str]) -> Iterator[tuple[dict[str, Any], pd.DataFrame]]:
    """Give each scenario, measure and year with its values: one row a replicate and one column a draw."""
    for scenario, mine in readings.groupby("scenario", sort=False):
        for measure in measures:
            for year, rows in mine.groupby("year"):
                keys = {"scenario": scenario, "measure": measure, "year": year}
                yield keys, rows.pivot(index="replicate", columns="draw", values=measure)


def _common(values: pd.DataFrame, draws: Sequence[int]) -> list[NDArray[np.float64]]:
    """Return the values of draws in the replicates that all of them have: a failed run takes its pair with it."""
    there = values.reindex(columns=list(draws)).dropna()
    return list(there.to_numpy(dtype=float).T)


def _size(*values: NDArray[np.float64]) -> float:
    return max((float(np.abs(part).max()) for part in values if part.size), default=0.0)


def _tested(differences: NDArray[np.float64], *, name: str, size: float) -> dict[str, Any]:
    """Return the mean of paired differences, its interval and the p value of a t test against 0."""
    n = len(differences)
    if n == 0:
        return {name: np.nan, **dict.fromkeys(_TESTED, np.nan), "replicates": 0}
    mean, low, high = (float(end[0]) for end in t_interval(differences[:, None]))
    _, of_middle_low, of_middle_high = middle(differences[:, None])
    return {
        name: mean,
        "ci_low": low,
        "ci_high": high,
        "p_value": _p_value(differences, size),
        "middle_low": float(of_middle_low[0]),
        "middle_high": float(of_middle_high[0]),
        "share_above_0": float((differences > _NEGLIGIBLE * size).mean()),
        "replicates": n,
    }


def _p_value(differences: NDArray[np.float64], size: float) -> float:
    if len(differences) < 2:
        return np.nan
    mean, error = float(differences.mean()), float(differences.std(ddof=1)) / np.sqrt(len(differences))
    if error <= _NEGLIGIBLE * size:
        return 1.0 if abs(mean) <= _NEGLIGIBLE * size else 0.0
    return float(2.0 * scipy.stats.t.sf(abs(mean) / error, len(differences) - 1))


def _corrected(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with p values corrected over all rows of a scenario, and whether an effect is clear."""
    p_holm = table.groupby("scenario", sort=False)["p_value"].transform(lambda p: holm(p.to_numpy(dtype=float)))
    table.insert(table.columns.get_loc("p_value") + 1, "p_holm", p_holm.astype(float))  # type: ignore[arg-type, operator]
    table.insert(table.columns.get_loc("p_holm") + 1, "clear", table["p_holm"] < 1.0 - CONFIDENCE)  # type: ignore[arg-type, operator]
    return table


def holm(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return p values corrected for so many comparisons, as Holm (1979) has it; what is NaN is not counted.

    Calling those below 5 % real is wrong about any of them in at most 5 % of experiments, however they depend on each
    other. The smallest is multiplied by their number, the next by one less, and none becomes smaller than one before.

    >>> holm(np.array([0.01, 0.04, 0.03])).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    corrected = np.full(len(p), np.nan)
    order = np.argsort(p)[: int(np.isfinite(p).sum())]
    factors = np.arange(len(order), 0, -1)
    corrected[order] = np.minimum(np.maximum.accumulate(p[order] * factors), 1.0)
    return corrected
