"""Whether a partnership tips, in plain sentences that claim no more than intervals allow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

import numpy as np
import pandas as pd

from analysis.shared.words import capital, listed, readable
from analysis.tipping.tables import (
    ALL,
    APART,
    AS_IT_IS,
    AS_SEEN,
    BEYOND_AGE,
    HALF,
    HIGH,
    LAUNCHES,
    LOW,
    MEET,
    SLOWER,
    UNCLEAR,
    Tipping,
    levers_of,
    verdict,
)
from sim.vocabulary import label_of

Row = Mapping[Any, Any]
"""A row of a table by column."""

LAUNCHED: Mapping[Any, str] = {LOW: "a low launch", AS_IT_IS: "the usual launch", HIGH: "a high launch"}

SCOPE = (
    "Equal replicates share all chance, so differences are paired. Intervals are 95 %, one by one, and cover chance "
    "alone: Student t for means, gaps and areas, Wilson for shares, Agresti and Min's for differences of shares, "
    "bootstrap for years. Engagement is an index from 0 to 1 over the last twelve months; of a dissolved partnership "
    "it is 0. Two means count as one within 0.05. A low launch has trust 0.1 and no ties between all founders, a high "
    "one trust 0.9 and all tied: both lie outside what launches are drawn from, on purpose."
)


def tipping_in_words(found: Tipping, *, scenario: str, ailing_in: int, within: int) -> str:
    """Return what the tables show, one sentence a line.

    >>> from analysis.tipping.tables import tipping
    >>> launch = {"launch": "low", "dose": [0.0, 1.0], "levers.staff_team": [0.0, 0.8], "month": 12, "replicate": 0,
    ...           "engagement": 0.1, "regime": "hollow"}
    >>> launches = pd.concat(map(pd.DataFrame, [launch, launch | {"launch": "high"}]))
    >>> hold = {"hold_years": 1, "dose": [0.0, 1.0], "month": 12, "replicate": 0, "engagement": 0.1, "held": 0.1}
    >>> loops = pd.concat([pd.DataFrame(hold).assign(branch=branch) for branch in ("up", "down")])
    >>> found = tipping(launches, loops, pd.DataFrame())
    >>> tipping_in_words(found, scenario="talking_shop", ailing_in=1, within=5).splitlines()[0]
    'Talking shop; staff team from 0 to 0.8 in 2 doses; 1 paired run each.'
    """
    runs = int(found.states["replicates"].max())
    lines = [f"{readable(scenario)}; {axis_in_words(found.states)}; {runs} paired run{'s' if runs > 1 else ''} each."]
    lines += ["Does history matter?", *_history(found)]
    lines += ["Does a lever leave a loop when it goes up and comes down again?", *_loops(found)]
    lines += ["How late is too late?", *_how_late(found, ailing_in=ailing_in, within=within)]
    return "\n".join([*lines, SCOPE])


def axis_in_words(table: pd.DataFrame) -> str:
    """Return which levers move, from where to where and in how many doses.

    >>> axis_in_words(pd.DataFrame({"dose": [0.0, 0.5, 1.0], "levers.staff_team": [0.0, 0.4, 0.8]}))
    'staff team from 0 to 0.8 in 3 doses'
    """
    in_order = _records(table.sort_values("dose", kind="stable"))
    first, last = in_order[0], in_order[-1]
    ends = [f"{label_of(path)} from {first[path]:g} to {last[path]:g}" for path in levers_of(table)]
    return f"{listed(ends)} in {table['dose'].nunique()} doses"


def dose_told(row: Row, levers: list[str]) -> str:
    """Return a dose: the value of the one lever that moves, or how far several are on their way.

    >>> dose_told({"dose": 0.5, "levers.initiatives": 4.0}, ["levers.initiatives"])
    '4'
    >>> dose_told({"dose": 0.75, "levers.pooling_rate": 0.1125}, ["levers.pooling_rate"])
    '0.1125'
    """
    moved = [path for path in levers if pd.notna(row[path])]
    return f"{row[moved[0]]:.4g}" if len(moved) == 1 else f"{100 * row['dose']:.0f} % of the way"


def levers_told(name: str) -> str:
    """Return the levers of an arm as words say them.

    >>> levers_told("levers.staff_team + levers.pooling_rate")
    'staff team and pooling of budgets'
    """
    return listed([label_of(path) for path in name.split(" + ")])


def with_interval(value: float, low: float, high: float) -> str:
    """Return a change of an index with its interval.

    >>> with_interval(0.1, -0.02, 0.22)
    '+0.100 (−0.020 to 0.220)'
    """
    shown, *ends = (round(number, 3) + 0.0 for number in (value, low, high))  # no negative zero
    return f"{shown:+.3f} ({ends[0]:.3f} to {ends[1]:.3f})".replace("-", "−")


def in_points(value: float, low: float, high: float) -> str:
    """Return a change of a share in percentage points with its interval.

    >>> in_points(0.5, -0.025, 0.6)
    '+50 (−2 to 60)'
    """
    whole = [round(100 * number) for number in (value, low, high)]
    return f"{whole[0]:+d} ({whole[1]} to {whole[2]})".replace("-", "−").replace("+0", "0")


def last_year_told(row: Row) -> str:
    """Return the last year in which half are turned, with its interval; 0 is none, and the last asked may not be last.

    >>> last_year_told({"last_year": 3.0, "ci_low": 0.0, "ci_high": 4.0, "final_year": 4.0})
    'year 3 (none to year 4 or later)'
    """
    last, low, high = (_year(row[name], row["final_year"]) for name in ("last_year", "ci_low", "ci_high"))
    return f"{last} ({low} to {high})"


def _year(year: float, final: float) -> str:
    if np.isnan(year):
        return "unknown"
    return f"year {year:g}{' or later' if year == final else ''}" if year else "none"


# ------------------------------------------------------------------------ does history matter


def _history(found: Tipping) -> Iterator[str]:
    levers = levers_of(found.gaps)
    for month, of_month in found.gaps.groupby("month"):
        for (one, other), rows in of_month.groupby(["launch", "other"], sort=False):
            told = [
                f"{'they ' if what != UNCLEAR else ''}{what} at {', '.join(_gap(row, levers) for row in _records(its))}"
                for what in (APART, MEET, UNCLEAR)
                if len(its := rows[rows["verdict"] == what])
            ]
            pair = f"after {LAUNCHED[one]} less that after {LAUNCHED[other]}"
            yield f"- Month {month}, engagement {pair}: {'; '.join(told)}."
            yield (
                f"  Dissolved by then, over the doses: {_from_to(rows['dissolved'])} after {LAUNCHED[one]}, "
                f"{_from_to(rows['other_dissolved'])} after {LAUNCHED[other]}. {_standing(rows)}"
            )
    last = found.gaps["month"].max()
    yield f"- {_conclusion(found.gaps[found.gaps['month'] == last])}"
    shares = found.regimes[found.regimes["month"] == last]
    for dose in (shares["dose"].min(), shares["dose"].max()):
        here = shares[shares["dose"] == dose]
        of_launches = [f"after {LAUNCHED[one]} {_shares(here[here['launch'] == one])}" for one in LAUNCHES]
        dose_named = dose_told(_records(here)[0], levers)
        yield f"- Regimes in month {last} at {dose_named}: {'; '.join(of_launches)}."


def _gap(row: Row, levers: list[str]) -> str:
    return f"{dose_told(row, levers)}: {with_interval(row['gap'], row['ci_low'], row['ci_high'])}"


def _from_to(shares: pd.Series) -> str:
    low, high = f"{100 * shares.min():.0f}", f"{100 * shares.max():.0f}"
    return f"{low} %" if low == high else f"{low} to {high} %"


def _standing_verdicts(rows: pd.DataFrame) -> list[str]:
    return [verdict(row["standing_gap"], row["standing_ci_low"], row["standing_ci_high"]) for row in _records(rows)]


def _standing(rows: pd.DataFrame) -> str:
    """Return whether pairs that both stand meet."""
    verdicts = _standing_verdicts(rows)
    told = [f"{what} at {verdicts.count(what)}" for what in (APART, MEET, UNCLEAR) if what in verdicts]
    fewest, most = rows["standing"].min(), rows["standing"].max()
    pairs = f"{fewest}" if fewest == most else f"{fewest} to {most}"
    return f"Pairs of which both stand ({pairs}): {listed(told)} of {len(verdicts)} doses."


def _conclusion(rows: pd.DataFrame) -> str:
    """Return how many states there are at the last month, over all pairs of launches."""
    apart = rows[rows["verdict"] == APART]
    if len(apart):
        doses = f"at {apart['dose'].nunique()} of {rows['dose'].nunique()} doses"
        standing = _standing_verdicts(apart)
        if all(what == MEET for what in standing):
            return (
                f"So the launch is still felt {doses}, in who lasts: partnerships that last are the same whatever "
                "their launch. The two states are to stand and to be dissolved."
            )
        if APART in standing:
            return f"So the launch is still felt {doses}, also among partnerships that last: more states than one."
        return f"So the launch is still felt {doses}; whether those that last differ is not shown."
    if (rows["verdict"] == MEET).all():
        gone = rows[["dissolved", "other_dissolved"]].to_numpy().min()
        which = ", that of being dissolved in most runs" if gone > HALF else ""
        return f"So the launch is forgotten: one state at every dose{which}."
    return "So no launch is shown to be still felt, and none to be forgotten at every dose."


def _shares(rows: pd.DataFrame) -> str:
    most = rows[rows["share"] > 0.0].sort_values("share", ascending=False, kind="stable").head(3)
    return ", ".join(
        f"{row['regime']} {100 * row['share']:.0f} % ({100 * row['ci_low']:.0f} to {100 * row['ci_high']:.0f})"
        for row in _records(most)
    )


# ------------------------------------------------------------------------------------- loops


def _loops(found: Tipping) -> Iterator[str]:
    for years in dict.fromkeys(found.areas["hold_years"].dropna()):
        (seen,) = _records(found.areas[(found.areas["hold_years"] == years) & (found.areas["of"] == AS_SEEN)])
        (beyond,) = _records(found.areas[(found.areas["hold_years"] == years) & (found.areas["of"] == BEYOND_AGE)])
        of_time = f"{years:g} year{'s' if years != 1 else ''} at each dose"
        yield (
            f"- {of_time}: engagement coming down less going up, mean over doses, {_area(seen)}; less what the same "
            f"months at the same dose throughout come to, {_area(beyond)}: {_loop_verdict(beyond)}"
        )
    for row in _records(found.areas[found.areas["of"] == SLOWER]):
        is_clear = row["ci_low"] > 0.0 or row["ci_high"] < 0.0
        says = "pace changes the loop" if is_clear else "no difference that can be told from chance"
        yield f"- The slowest loop less the fastest, both beyond age: {_area(row)}: {says}. Mere delay would shrink."


def _area(row: Row) -> str:
    return with_interval(row["area"], row["ci_low"], row["ci_high"])


def _loop_verdict(row: Row) -> str:
    if row["ci_low"] > 0.0:
        return "a loop: what was reached is kept for a while."
    if row["ci_high"] < 0.0:
        return "a loop: what was lost on the way up is not regained at once."
    return "no loop that can be told from chance."


# ---------------------------------------------------------------------------- how late is too late


def _how_late(found: Tipping, *, ailing_in: int, within: int) -> Iterator[str]:
    if found.last_years.empty:
        yield f"- No run ails (hollow or a talking shop) at the end of year {ailing_in}: there is nothing to turn."
        return
    rows = found.turned[found.turned["of"] == ALL]
    years = "year" if within == 1 else "years"
    yield (
        f"- Of {int(rows['runs'].max())} partnerships that ailed (hollow or a talking shop) at the end of year "
        f"{ailing_in} and were left alone, {_from_to(rows['left'])} work {within} {years} after the years asked for "
        "(a working partnership or a growth coalition). Points by which levers raise that:"
    )
    if rows["left"].min() > 1.0 - HALF:
        yield "  More than half recover by themselves, so that no lever could turn half."
    levers = levers_of(rows)
    for row in _records(found.last_years):
        its = rows[(rows["levers"] == row["levers"]) & (rows["dose"] == row["dose"])]
        in_order = _records(its.sort_values("year"))
        asked = [in_order[0], *in_order[1:][-1:]]
        gains = [
            f"{in_points(one['gain'], one['ci_low'], one['ci_high'])} {'' if place else 'if moved '}after year "
            f"{one['year']:g}"
            for place, one in enumerate(asked)
        ]
        yield (
            f"- {capital(levers_told(row['levers']))}, {dose_told(row, levers)}: {', '.join(gains)}; last year that "
            f"turns half: {last_year_told(row)}."
        )


def _records(table: pd.DataFrame) -> list[Row]:
    return cast(list[Row], table.to_dict("records"))
