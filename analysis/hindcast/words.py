"""Model and record side by side, in plain sentences that claim no more than intervals allow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

import numpy as np
import pandas as pd

from analysis.hindcast.record import LEAST_GAP
from analysis.hindcast.tables import (
    AHEAD_MEAN,
    AHEAD_RANKS,
    AHEAD_SPREAD,
    BOTH,
    CLOSED,
    IN_FORCE,
    INSIDE,
    ITSELF,
    MEAN,
    MODEL,
    OF_TREND,
    PARTS,
    PUBLISHED,
    RANGE,
    RANKS,
    RECORD,
    SHARE,
    SLOPE,
    SPREAD,
    TREND_POINTS,
    TREND_SHARE,
    Hindcast,
)
from analysis.places.tables import CONDITION
from analysis.shared.words import capital, readable

Row = Mapping[Any, Any]
"""A row of a table by column."""

NIL = "nil"

SCOPE = (
    "A change is that of the gap to England in points of the index, June 2001 to June 2005; below 0 it closed. The "
    "indices are measured with error, and the model has none: its spread is that of places, not of measuring them. "
    "Intervals of the record are 95 % over districts (bootstrap; Student t for the slope), those of the model hold "
    "90 % of its runs or of single Englands, made of one run of every district; the parts of the variance have 95 % "
    "intervals over Englands (jackknife). The trend of a place, its goodwill and its leader are drawn, not known."
)


def hindcast_in_words(found: Hindcast, *, scenario: str, sets: int = 0) -> str:
    """Return what the tables show, one sentence a line; ``sets`` is the number of parameter sets, 0 for one.

    >>> from analysis.hindcast.tables import DRAWN, NONE, OUTCOMES, hindcast
    >>> record = pd.DataFrame({"place": list("abcdef"), "gap": 8.0, "record": np.arange(6.0), "fund_basis": "ruled",
    ...                        "fund_gbp_per_head": np.arange(6.0)})
    >>> runs = pd.DataFrame([(p, e, t) for p in "abcdef" for e in range(4) for t in (DRAWN, NONE)],
    ...                     columns=["place", "england", "trend"])
    >>> chance = np.random.default_rng(1).normal(size=(48, 3))
    >>> found = hindcast(runs.assign(**dict(zip(OUTCOMES, chance.T))), record, record, spread=0.03)
    >>> hindcast_in_words(found, scenario="england_2001_2013").splitlines()[0]
    'England 2001 2013; 6 districts, 4 runs each; conditional on the record; no assessment of any authority.'
    """
    runs = int(found.places["runs"].min())
    taken = f", which take turns with {sets} sets of numbers" if sets else ""
    lines = [f"{readable(scenario)}; {len(found.places)} districts, {runs} runs each{taken}; {CONDITION}."]
    at = {(row["statistic"], row["of"]): row for row in _records(found.summary)}
    counted = int(found.places["counts"].sum())
    lines += [f"Over {counted} districts whose gap was {LEAST_GAP:g} points or more in 2001:"]
    lines += [*_moments(at), *_order(at), *_coverage(at)]
    lines += ["What the place trend puts in:", *_trend(at)]
    if held_out := [*_slopes(at), *_themes(at)]:
        lines += ["Patterns held out; numbers may not be fitted after a look at them:", *held_out]
    lines += ["Forecast from 2005 to 2008, compared with nothing yet:", *_ahead(at)]
    return "\n".join([*lines, SCOPE])


def with_interval(row: Row, digits: int = 2, scale: float = 1.0) -> str:
    """Return a value with its interval, if it has one.

    >>> with_interval({"value": -0.5, "low": -1.0, "high": 0.25})
    '−0.50 (−1.00 to 0.25)'
    >>> with_interval({"value": 0.03, "low": np.nan, "high": np.nan})
    '0.03'
    """
    value, low, high = (points(scale * row[name], digits) for name in ("value", "low", "high"))
    return value if np.isnan(row["low"]) else f"{value} ({low} to {high})"


def points(number: float, digits: int = 2) -> str:
    """Return a number with a true minus, and without one before zero.

    >>> points(-1.5), points(-0.001)
    ('−1.50', '0.00')
    """
    return f"{round(number, digits) + 0.0:.{digits}f}".replace("-", "−")


def verdict_on_order(row: Row) -> str:
    """Return what a rank correlation says beside the band of shuffled places: nil if it lies inside.

    >>> [verdict_on_order({"value": value, "low": -0.2, "high": 0.2}) for value in (0.1, 0.3, -0.3)]
    ['nil', 'more than shuffled places give', 'against the record: lower than shuffled places give']
    """
    if row["low"] <= row["value"] <= row["high"]:
        return NIL
    above = row["value"] > row["high"]
    return "more than shuffled places give" if above else "against the record: lower than shuffled places give"


def _moments(at: Mapping[tuple[str, str], Row]) -> Iterator[str]:
    for statistic, told in ((SPREAD, "SD of the change"), (MEAN, "mean change")):
        record, model = at[statistic, RECORD], at[statistic, MODEL]
        lies = "lies" if model["low"] <= record["value"] <= model["high"] else "does not lie"
        yield (
            f"- {capital(told)}, points: {with_interval(record)} in the record, {with_interval(model)} in the model: "
            f"the record {lies} among {100 * RANGE:.0f} % of its Englands."
        )


def _order(at: Mapping[tuple[str, str], Row]) -> Iterator[str]:
    row, itself = at[RANKS, BOTH], at[RANKS, ITSELF]
    verdict = verdict_on_order(row)
    value, low, high = (points(row[name]) for name in ("value", "low", "high"))
    said = "Nil: the model does not tell which places gained." if verdict == NIL else f"{capital(verdict)}."
    yield (
        f"- Which places gained: rank correlation of the model's means with the record {value}; 95 % of shuffled "
        f"places lie within {low} to {high}. {said}"
    )
    yield (
        f"  If the model were the world, one England and the means of the others would show {with_interval(itself)}: "
        "what is drawn anew for each place nobody can tell."
    )


def _coverage(at: Mapping[tuple[str, str], Row]) -> Iterator[str]:
    row = at[INSIDE, MODEL]
    inside = round(row["value"] * row["districts"])
    yield (
        f"- Inside the model's {100 * RANGE:.0f} % interval: {inside} of {row['districts']} districts, "
        f"{with_interval(row, 0, 100.0)} %."
    )


def _trend(at: Mapping[tuple[str, str], Row]) -> Iterator[str]:
    trend, known, other = (with_interval(at[SHARE, part], 0, 100.0) for part in PARTS)
    yield (
        f"- Of the model's variance over places and runs {trend} % is the trend that is drawn for each place, {known} "
        f"% what is known of places (gap, fund, need, tiers, history), {other} % other chance. Without the trend the "
        f"SD is {with_interval(at[OF_TREND, MODEL])} points."
    )
    points, share = at[TREND_POINTS, RECORD], at[TREND_SHARE, RECORD]
    in_force = at[TREND_SHARE, IN_FORCE]
    yield (
        f"- The {points['districts']} districts without the fund that lay above England show an SD of "
        f"{with_interval(points)} points in four years; on their gaps that is {with_interval(share, 3)} of the gap a "
        f"year. In force is {in_force['value']:.3g}, which {_beside(in_force['value'], share)}; on the gaps of the "
        f"districts above it puts in {at[TREND_POINTS, IN_FORCE]['value']:.2f} points. Their gaps are small, so the "
        "share holds errors of the index as well, and is rather too large."
    )


def _beside(value: float, row: Row) -> str:
    if row["low"] <= value <= row["high"]:
        return "lies inside"
    return "lies below" if value < row["low"] else "lies above"


def _slopes(at: Mapping[tuple[str, str], Row]) -> Iterator[str]:
    for name, told in (("", "all of them with a fund"), (PUBLISHED, "those with a published allocation")):
        if (SLOPE, RECORD + name) in at:
            record, model = at[SLOPE, RECORD + name], at[SLOPE, MODEL + name]
            yield (
                f"- Slope of the change on the fund, points for £10 a head, {told} ({record['districts']}): "
                f"{with_interval(record)} in the record, {with_interval(model)} in the model."
            )


def _themes(at: Mapping[tuple[str, str], Row]) -> Iterator[str]:
    closed = [
        f"{row['statistic'].removeprefix(f'{CLOSED}, ')} {with_interval(row, 1, 100.0)}"
        for row in at.values()
        if row["statistic"].startswith(CLOSED)
    ]
    if closed:
        yield (
            f"- Gap closed by the end of 2007, %, all districts: {', '.join(closed)}. On record gaps "
            "narrowed in education and not in life expectancy (the sources of N5)."
        )


def _ahead(at: Mapping[tuple[str, str], Row]) -> Iterator[str]:
    spread, mean, ranks = (at[statistic, MODEL] for statistic in (AHEAD_SPREAD, AHEAD_MEAN, AHEAD_RANKS))
    yield (
        f"- SD of the change {with_interval(spread)} points, mean {with_interval(mean)}; rank correlation with the "
        f"change from 2001 to 2005 {with_interval(ranks)}: trends last in the model. By district: forecast.csv."
    )


def _records(table: pd.DataFrame) -> list[Row]:
    return cast(list[Row], table.to_dict("records"))
