"""Model and record side by side: districts, statistics over them with their intervals, and a forecast.

A table of *runs* has one row a run: place; england, the number of the run in its place; trend, ``DRAWN`` or ``NONE``;
and the outcome (share of the gap closed since the launch) in June 2001, 2005 and 2008; where what patterns hold out
may be looked at, also that of some themes in December 2007. Run r of every place together are one England: places
share no luck, and the record is one England too. A run without a trend shares all other chance with that of the same
number.

Points are those of the Indices of Deprivation above England's mean. A change is that of the gap: below 0 it closed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from analysis.hindcast.record import LEAST_GAP, YEARS_BETWEEN
from analysis.places.tables import CONDITION
from analysis.shared.summaries import CONFIDENCE, wilson_interval

Numbers = NDArray[np.float64]

DRAWN, NONE = "drawn", "none"
"""Whether a run has the trend of its place, or the model without it."""

DATES = ("2001-06", "2005-06", "2008-06")
"""Months in which outcomes are read: what the indices of 2004 and 2007 mostly describe, and three years more."""
OUTCOMES = tuple(f"outcome_{date[:4]}" for date in DATES)

THEME_DATE = "2007-12"
OF_THEMES: Mapping[str, str] = {theme: f"{theme}_{THEME_DATE[:4]}" for theme in ("education", "housing", "health")}
"""Themes that pattern N5 reads, each with its column in a table of runs: the share of the gap closed by then."""

RANGE = 0.9
"""Share of the model's runs, or of its Englands, that an interval of the model holds."""

SPREAD, MEAN, RANKS = "SD of the change", "mean change", "rank correlation"
INSIDE, SLOPE = "inside the 90 % interval", "slope on the fund"
SHARE, OF_TREND, TREND_POINTS, TREND_SHARE = "share of variance", "SD without trend", "trend, points", "trend, share"
AHEAD_SPREAD, AHEAD_MEAN = "SD of the change 2005 to 2008", "mean change 2005 to 2008"
AHEAD_RANKS = "rank correlation of both changes"

CLOSED = "gap closed by 2007"

RECORD, MODEL, IN_FORCE, BOTH = "record", "model", "in force", "model and record"
ITSELF = "model on itself"
"""One England of the model against the means of the others: what could be seen if the model were the world."""
PUBLISHED = ", published allocations"
"""Of the districts whose allocation is on record, and not ruled."""
PARTS = ("trend of places", "what is known of places", "other chance")
"""What the variance of the change over places and runs is made of."""

FEWEST = 4
"""Districts below which nothing is said over places."""

_SHUFFLES, _RESAMPLES = 9_999, 2_000
_SEED = 1


@dataclasses.dataclass(frozen=True)
class Hindcast:
    """What model and record come to."""

    places: pd.DataFrame
    summary: pd.DataFrame
    forecast: pd.DataFrame
    changes: pd.DataFrame
    """A row a run: place, england, trend, change and later (points)."""


def hindcast(
    runs: pd.DataFrame, record: pd.DataFrame, without_fund: pd.DataFrame, *, spread: float, held_out: bool = False
) -> Hindcast:
    """Return all tables; what belongs to patterns that are held out only with ``held_out``.

    ``record`` and ``without_fund`` are of ``analysis.hindcast.record``; ``spread`` is the SD of the place trend in
    force, as a share of the gap a year.

    >>> record = pd.DataFrame({"place": list("abcdef"), "gap": 8.0, "record": np.arange(6.0), "fund_basis": "ruled",
    ...                        "fund_gbp_per_head": np.arange(6.0)})
    >>> runs = pd.DataFrame([(p, e, t) for p in "abcdef" for e in range(4) for t in (DRAWN, NONE)],
    ...                     columns=["place", "england", "trend"])
    >>> chance = np.random.default_rng(1).normal(size=(48, 3))
    >>> found = hindcast(runs.assign(**dict(zip(OUTCOMES, chance.T))), record, record, spread=0.03)
    >>> len(found.places), len(found.forecast), len(found.changes), SLOPE in set(found.summary["statistic"])
    (6, 6, 48, False)
    """
    changes = changes_of(runs, record)
    return Hindcast(
        places=by_place(changes, record),
        summary=summary(changes, record, without_fund, spread=spread, held_out=held_out),
        forecast=forecast(changes, record),
        changes=changes,
    )


def changes_of(runs: pd.DataFrame, record: pd.DataFrame) -> pd.DataFrame:
    """Return runs with ``change``, of the gap from 2001 to 2005, and ``later``, from 2005 to 2008, in points.

    The gap is its start times the share that is left, so both are the start times what was closed, turned round.

    >>> runs = pd.DataFrame({"place": ["a"], "outcome_2001": 0.0, "outcome_2005": 0.25, "outcome_2008": 0.125})
    >>> changes_of(runs, pd.DataFrame({"place": ["a"], "gap": 8.0}))[["change", "later"]].to_numpy().tolist()
    [[-2.0, 1.0]]
    """
    gaps = runs["place"].map(record.set_index("place")["gap"])
    first, second, third = (runs[name] for name in OUTCOMES)
    kept = runs.drop(columns=list(OUTCOMES))
    return kept.assign(change=gaps * (first - second), later=gaps * (second - third))


# ---------------------------------------------------------------------------- by place


def by_place(changes: pd.DataFrame, record: pd.DataFrame) -> pd.DataFrame:
    """Return a row a district: what is on record, and the model's mean with the middle 90 % of its runs.

    Columns beside those of ``record``: model, model_low, model_high, inside (the record lies in that interval),
    counts (the gap is wide enough for statistics over places), runs, and what it is conditional on.

    >>> changes = pd.DataFrame({"place": "a", "trend": DRAWN, "change": [0.0, 1.0, 2.0], "later": 0.0})
    >>> found = by_place(changes, pd.DataFrame({"place": ["a"], "gap": 8.0, "record": 1.5}))
    >>> found[["model", "model_low", "model_high", "inside", "counts"]].round(2).to_numpy().tolist()
    [[1.0, 0.1, 1.9, True, True]]
    """
    table = _with_model(changes, record, "change")
    inside = table["record"].between(table["model_low"], table["model_high"])
    return table.assign(inside=inside, counts=table["gap"] >= LEAST_GAP, condition=CONDITION)


def forecast(changes: pd.DataFrame, record: pd.DataFrame) -> pd.DataFrame:
    """Return a row a district: the model's change of the gap from 2005 to 2008, with the middle 90 % of its runs.

    >>> changes = pd.DataFrame({"place": "a", "trend": DRAWN, "change": 0.0, "later": [0.0, 1.0, 2.0]})
    >>> forecast(changes, pd.DataFrame({"place": ["a"], "gap": 8.0, "record": 1.5}))["model"].to_list()
    [1.0]
    """
    return _with_model(changes, record, "later").drop(columns="record").assign(condition=CONDITION)


def _with_model(changes: pd.DataFrame, record: pd.DataFrame, column: str) -> pd.DataFrame:
    of_place = changes[changes["trend"] == DRAWN].groupby("place")[column]
    ends = (1.0 - RANGE) / 2.0
    found = {
        "model": of_place.mean(),
        "model_low": of_place.quantile(ends),
        "model_high": of_place.quantile(1.0 - ends),
        "runs": of_place.size(),
    }
    return record.assign(**{name: record["place"].map(values) for name, values in found.items()})


# ----------------------------------------------------------------------- over places


def summary(
    changes: pd.DataFrame, record: pd.DataFrame, without_fund: pd.DataFrame, *, spread: float, held_out: bool = False
) -> pd.DataFrame:
    """Return statistics over the districts whose gap is ``LEAST_GAP`` or more, a row each.

    Columns: statistic, of (whom), districts, value, low, high, interval (what low and high are), unit. The slope on the
    fund (pattern N6) and what was closed in themes (N5, all districts) are there only with ``held_out``.

    >>> rng = np.random.default_rng(1)
    >>> record = pd.DataFrame({"place": list("abcdef"), "gap": 8.0, "record": rng.normal(size=6), "fund_basis": "ruled",
    ...                        "fund_gbp_per_head": rng.random(6)})
    >>> runs = pd.DataFrame([(p, e, t) for p in "abcdef" for e in range(4) for t in (DRAWN, NONE)],
    ...                     columns=["place", "england", "trend"])
    >>> changes = runs.assign(change=rng.normal(size=48), later=rng.normal(size=48))
    >>> found = summary(changes, record, record, spread=0.03)
    >>> found.loc[found["of"] == IN_FORCE, ["statistic", "value"]].to_numpy().tolist()
    [['trend, points', 0.96], ['trend, share', 0.03]]
    """
    mine = record[record["gap"] >= LEAST_GAP].reset_index(drop=True)
    seen = _Seen(
        record=mine,
        change=_by_england(changes, mine, DRAWN, "change"),
        trendless=_by_england(changes, mine, NONE, "change"),
        later=_by_england(changes, mine, DRAWN, "later"),
    )
    inside = by_place(changes, mine)["inside"]
    rows = [
        *_moments(seen),
        *_ranks(seen),
        _row(INSIDE, MODEL, len(mine), (inside.mean(), *wilson_interval(int(inside.sum()), total=len(mine))),
             OF_PLACES, "share of districts"),
        *_parts(seen),
        *_trends(mine, without_fund, spread=spread),
        *(_slopes(seen) if held_out else []),
        *(_closed(changes, record) if held_out else []),
        *_ahead(seen),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["statistic", "of", "districts", "value", "low", "high", "interval", "unit"])


OF_PLACES = "95 % over districts"
OF_ENGLANDS = "90 % of single Englands"
OF_SHUFFLES = "95 % of shuffled places"
OVER_ENGLANDS = "95 % over Englands"
POINTS = "points"

Row = tuple[str, str, int, float, float, float, str, str]
Three = Iterable[float]
"""A value and the two ends of its interval."""


@dataclasses.dataclass(frozen=True)
class _Seen:
    """What statistics read: districts, and of the model a row a district and a column an England."""

    record: pd.DataFrame
    change: Numbers
    trendless: Numbers
    later: Numbers


def _by_england(changes: pd.DataFrame, record: pd.DataFrame, trend: str, column: str) -> Numbers:
    chosen = changes[changes["trend"] == trend]
    wide = chosen.pivot(index="place", columns="england", values=column)
    return wide.loc[record["place"]].to_numpy()


def _row(statistic: str, of: str, districts: int, three: Three, interval: str, unit: str) -> Row:
    value, low, high = (float(number) for number in three)
    return statistic, of, districts, value, low, high, interval, unit


def _moments(seen: _Seen) -> list[Row]:
    """Return spread and mean of the change; the model's spread over all runs is that of pattern N4."""
    n, recorded = len(seen.record), seen.record["record"].to_numpy()
    return [
        _row(SPREAD, RECORD, n, _bootstrapped(_sd, recorded), OF_PLACES, POINTS),
        _row(SPREAD, MODEL, n, (seen.change.std(), *_range(_sd(seen.change, axis=0))), OF_ENGLANDS, POINTS),
        _row(MEAN, RECORD, n, _bootstrapped(np.mean, recorded), OF_PLACES, POINTS),
        _row(MEAN, MODEL, n, (seen.change.mean(), *_range(seen.change.mean(axis=0))), OF_ENGLANDS, POINTS),
    ]


def _ranks(seen: _Seen) -> list[Row]:
    """Return how far the model's means order places as the record does, beside shuffled places, and beside itself."""
    n, recorded = len(seen.record), seen.record["record"].to_numpy()
    others = (seen.change.sum(axis=1, keepdims=True) - seen.change) / (seen.change.shape[1] - 1)
    itself = _spearman(seen.change, others)
    return [
        _row(RANKS, BOTH, n, shuffled_band(seen.change.mean(axis=1), recorded), OF_SHUFFLES, "−1 to 1"),
        _row(RANKS, ITSELF, n, (itself.mean(), *_range(itself)), OF_ENGLANDS, "−1 to 1"),
    ]


def shuffled_band(model: Numbers, record: Numbers) -> tuple[float, float, float]:
    """Return Spearman's rank correlation over places, and the band that holds 95 % of it when places are shuffled.

    >>> rank = np.arange(20.0)
    >>> value, low, high = shuffled_band(rank, rank**2)
    >>> round(value, 6), -0.5 < low < -0.3, 0.3 < high < 0.5
    (1.0, True, True)
    """
    model, record = scipy.stats.rankdata(model), scipy.stats.rankdata(record)

    def correlation(values: Numbers, axis: int) -> Numbers:
        return _pearson(values, np.broadcast_to(model, values.shape), axis=axis)

    test = scipy.stats.permutation_test(
        (record,), correlation, permutation_type="pairings", vectorized=True, n_resamples=_SHUFFLES,
        rng=np.random.default_rng(_SEED),
    )  # fmt: skip
    low, high = np.quantile(test.null_distribution, [(1.0 - CONFIDENCE) / 2.0, (1.0 + CONFIDENCE) / 2.0])
    return float(test.statistic), float(low), float(high)


def _parts(seen: _Seen) -> list[Row]:
    """Return what the variance over places and runs is made of, and the spread that is left without a trend."""
    n = len(seen.record)

    def shares(englands: NDArray[Any]) -> Numbers:
        parts = variance_parts(seen.change[:, englands], seen.trendless[:, englands])
        return np.asarray(parts / parts.sum())

    found = _jackknifed(shares, englands=seen.change.shape[1])
    rows = [_row(SHARE, part, n, three, OVER_ENGLANDS, "share") for part, three in zip(PARTS, found, strict=True)]
    without = (seen.trendless.std(), *_range(_sd(seen.trendless, axis=0)))
    return [*rows, _row(OF_TREND, MODEL, n, without, OF_ENGLANDS, POINTS)]


def variance_parts(change: Numbers, trendless: Numbers) -> Numbers:
    """Return the variance that comes of the drawn trend, of what is known of places, and of other chance.

    Both arrays have a row a district and a column a run; those without a trend share all other chance. Within
    districts the trend is what goes when it is taken out. Between them it is the variance of their means, less what
    chance leaves in means (at least 0).

    >>> change = np.array([[0.0, 2.0], [4.0, 6.0]])
    >>> variance_parts(change, np.array([[0.0, 0.0], [4.0, 4.0]])).tolist()
    [2.0, 7.0, 0.0]
    """
    within, left = (runs.var(axis=1, ddof=1).mean() for runs in (change, trendless))
    between = change.mean(axis=1).var(ddof=1) - within / change.shape[1]
    return np.array([within - left, max(between, 0.0), left])


def _trends(record: pd.DataFrame, without_fund: pd.DataFrame, *, spread: float) -> list[Row]:
    """Return the SD of the place trend that districts without the fund show, beside the one in force.

    In points it is that of their change. A trend that is a share of the gap moves a gap by as much a year, so that
    share is their SD over the root of their mean squared gap and the years between.
    """
    change, gap = without_fund["record"].to_numpy(), without_fund["gap"].to_numpy()
    n = len(without_fund)
    on_gaps = YEARS_BETWEEN * spread * float(np.sqrt(np.mean(record["gap"] ** 2)))
    unit = "share of the gap a year"
    return [
        _row(TREND_POINTS, RECORD, n, _bootstrapped(_sd, change), OF_PLACES, POINTS),
        _row(TREND_POINTS, IN_FORCE, len(record), (on_gaps, np.nan, np.nan), "", POINTS),
        _row(TREND_SHARE, RECORD, n, _bootstrapped(trend_share, change, gap), OF_PLACES, unit),
        _row(TREND_SHARE, IN_FORCE, len(record), (spread, np.nan, np.nan), "", unit),
    ]


def trend_share(change: Numbers, gap: Numbers, axis: int = -1) -> Numbers:
    """Return the SD of a trend, as a share of the gap a year, from changes and gaps (points) of districts.

    >>> float(trend_share(np.array([-1.0, 0.0, 1.0]), np.array([2.5, 2.5, 2.5])))
    0.1
    """
    wide = np.sqrt(np.mean(np.square(gap), axis=axis))
    return np.asarray(_sd(change, axis=axis) / (YEARS_BETWEEN * wide))


def _slopes(seen: _Seen) -> list[Row]:
    """Return the slope of the change on the fund, of all districts and of those with a published allocation."""
    fund = seen.record["fund_gbp_per_head"].to_numpy() / 10.0
    rows: list[Row] = []
    for name, chosen in (("", fund > 0.0), (PUBLISHED, (fund > 0.0) & (seen.record["fund_basis"] == "recorded"))):
        if chosen.sum() < FEWEST or np.ptp(fund[chosen]) == 0.0:
            continue
        n, unit = int(chosen.sum()), "points for £10 a head"
        change = seen.change[chosen]
        singles = slopes(change, fund[chosen])
        rows += [
            _row(
                SLOPE, f"{RECORD}{name}", n, _regression(fund[chosen], seen.record["record"][chosen]), OF_PLACES, unit
            ),
            _row(SLOPE, f"{MODEL}{name}", n, (singles.mean(), *_range(singles)), OF_ENGLANDS, unit),
        ]
    return rows


def _closed(changes: pd.DataFrame, record: pd.DataFrame) -> list[Row]:
    """Return the share of the gap that is closed in themes, over all districts."""
    rows = []
    for theme, column in OF_THEMES.items():
        closed = _by_england(changes, record, DRAWN, column)
        three = (closed.mean(), *_range(closed.mean(axis=0)))
        rows.append(_row(f"{CLOSED}, {theme}", MODEL, len(record), three, OF_ENGLANDS, "share of the gap"))
    return rows


def slopes(change: Numbers, cause: Numbers) -> Numbers:
    """Return the slope of each column of ``change`` (a row a district) on a cause (a number a district).

    >>> slopes(np.array([[0.0, 1.0], [2.0, 1.0]]), np.array([1.0, 2.0])).tolist()
    [2.0, 0.0]
    """
    centred = cause - cause.mean()
    return np.asarray(centred @ change / (centred @ centred))


def _ahead(seen: _Seen) -> list[Row]:
    """Return what is forecast over places: spread, mean, and how far the later change has the order of the first."""
    n = len(seen.record)
    ranks = _spearman(seen.change, seen.later)
    return [
        _row(AHEAD_SPREAD, MODEL, n, (seen.later.std(), *_range(_sd(seen.later, axis=0))), OF_ENGLANDS, POINTS),
        _row(AHEAD_MEAN, MODEL, n, (seen.later.mean(), *_range(seen.later.mean(axis=0))), OF_ENGLANDS, POINTS),
        _row(AHEAD_RANKS, MODEL, n, (ranks.mean(), *_range(ranks)), OF_ENGLANDS, "−1 to 1"),
    ]


# ------------------------------------------------------------------------- arithmetic


def _sd(values: Numbers, axis: int = -1) -> Numbers:
    return np.asarray(np.std(values, axis=axis, ddof=1))


def _range(values: Numbers) -> tuple[float, float]:
    """Return the ends of the middle 90 % of values."""
    ends = (1.0 - RANGE) / 2.0
    low, high = np.quantile(values, [ends, 1.0 - ends])
    return float(low), float(high)


def _pearson(one: Numbers, other: Numbers, axis: int) -> Numbers:
    one = one - one.mean(axis=axis, keepdims=True)
    other = other - other.mean(axis=axis, keepdims=True)
    return np.asarray((one * other).sum(axis=axis) / np.sqrt((one**2).sum(axis=axis) * (other**2).sum(axis=axis)))


def _spearman(one: Numbers, other: Numbers) -> Numbers:
    """Return the rank correlation of each column of two arrays."""
    return _pearson(scipy.stats.rankdata(one, axis=0), scipy.stats.rankdata(other, axis=0), axis=0)


def _regression(cause: Numbers, change: pd.Series) -> tuple[float, float, float]:
    """Return the slope of a plain regression with its 95 % Student t interval."""
    line = scipy.stats.linregress(cause, change.to_numpy())
    half = scipy.stats.t.ppf(0.5 + CONFIDENCE / 2.0, len(cause) - 2) * line.stderr
    return line.slope, line.slope - half, line.slope + half


def _bootstrapped(statistic: Callable[..., Numbers], *samples: Numbers) -> tuple[float, float, float]:
    """Return a statistic of districts with its 95 % interval (bootstrap over districts, bias-corrected)."""
    found = scipy.stats.bootstrap(
        samples, statistic, paired=len(samples) > 1, vectorized=True, confidence_level=CONFIDENCE,
        n_resamples=_RESAMPLES, rng=np.random.default_rng(_SEED),
    )  # fmt: skip
    interval = found.confidence_interval
    return float(statistic(*samples)), float(interval.low), float(interval.high)


def _jackknifed(statistic: Callable[[NDArray[Any]], Numbers], *, englands: int) -> Numbers:
    """Return several numbers, a row each, with the ends of their 95 % intervals (jackknife over Englands, Student t).

    Leaving out one England after another, unlike drawing them again, has none of them twice: what chance leaves in
    the means of districts stays what it is.
    """
    every = np.arange(englands)
    value = statistic(every)
    without = np.stack([statistic(np.delete(every, one)) for one in every])
    error = np.sqrt((englands - 1) / englands * np.square(without - without.mean(axis=0)).sum(axis=0))
    half = scipy.stats.t.ppf(0.5 + CONFIDENCE / 2.0, englands - 1) * error
    return np.stack([value, value - half, value + half], axis=1)
