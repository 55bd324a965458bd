"""Whether history matters, whether a lever leaves a loop, and until when it still turns a partnership: paired runs.

Three tables of *readings* come in. All have ``dose``, how far levers are on the way from their low end (0) to their
high end (1), one column a lever by its path with its value, and ``replicate``:

- *launches*: launch (``LAUNCHES``), month (lived so far), engagement, regime;
- *loops*: hold_years (at each dose), branch (``UP`` or ``DOWN``), month, engagement, and ``held``, the engagement in
  the same month of the same replicate with levers at that dose since the launch;
- *turns*: levers (moved), year (of the turn), working and engagement some years after it, the same of the run that was
  left alone (working_left, engagement_left), and how that stood at the turn: ailing_then, dissolved_then.

Equal replicates share all chance, so every difference is taken within replicates.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from analysis.shared.summaries import CONFIDENCE, t_interval, wilson_interval
from sim.regimes import DISSOLVED, HOLLOW, REGIMES, TALKING

AILING = (REGIMES[HOLLOW], REGIMES[TALKING])
"""Regimes of a partnership that ails: nobody comes, or nothing is decided."""

GONE = REGIMES[DISSOLVED]

LOW, AS_IT_IS, HIGH = "low", "as it is", "high"
LAUNCHES = (LOW, AS_IT_IS, HIGH)
"""How trust and ties of the founders are at the launch: all low, as the model draws them, all high."""

PAIRS = ((HIGH, LOW), (AS_IT_IS, LOW), (AS_IT_IS, HIGH))
"""Launches that are compared: one and another."""

UP, DOWN = "up", "down"

NEAR = 0.05
"""Engagement (index, 0 to 1) within which two means count as one: a twentieth of its scale; assumed."""

FEWEST = 10
"""Runs, or pairs of which both stand, below which no mean of some is told; a convention."""

APART, MEET, UNCLEAR = "stay apart", "meet", "neither shown"
"""What the means after two launches may do."""

HALF = 0.5
"""The share of partnerships that a lever has to turn to count as one that still turns them."""

AS_SEEN, BEYOND_AGE = "as seen", "beyond age"
"""How a loop is measured: as it is drawn, or less what the same months at the same dose throughout come to."""

SLOWER = "slowest less fastest"

ALL, STILL_AILING = "all that ailed", "still ailing"
"""Of which partnerships a share is: of all that ailed in the year asked for, or of those that ail when levers turn."""

_RESAMPLES = 2_000


@dataclasses.dataclass(frozen=True)
class Tipping:
    """What the three questions come to."""

    states: pd.DataFrame
    regimes: pd.DataFrame
    gaps: pd.DataFrame
    branches: pd.DataFrame
    areas: pd.DataFrame
    turned: pd.DataFrame
    last_years: pd.DataFrame


def tipping(launches: pd.DataFrame, loops: pd.DataFrame, turns: pd.DataFrame) -> Tipping:
    """Return all tables of one scenario.

    >>> launches = pd.DataFrame({"launch": ["low", "high"], "dose": 0.0, "month": 12, "replicate": 0,
    ...                          "engagement": [0.1, 0.6], "regime": "hollow"})
    >>> found = tipping(launches, pd.DataFrame(), pd.DataFrame())
    >>> len(found.states), len(found.gaps), len(found.areas), len(found.turned)
    (2, 1, 0, 0)
    """
    return Tipping(
        states=states(launches),
        regimes=regimes(launches),
        gaps=gaps(launches),
        branches=branches(loops),
        areas=loop_areas(loops),
        turned=turned(turns),
        last_years=last_years(turns),
    )


def levers_of(table: pd.DataFrame) -> list[str]:
    """Return the levers that a table has values of: its columns that are paths.

    >>> levers_of(pd.DataFrame(columns=["dose", "levers.staff_team", "engagement"]))
    ['levers.staff_team']
    """
    return [str(name) for name in table if "." in str(name)]


# ------------------------------------------------------------------------ does history matter


def states(launches: pd.DataFrame) -> pd.DataFrame:
    """Return mean engagement by launch, dose and month, with its 95 % Student t interval.

    >>> rows = {"launch": "low", "dose": 0.0, "month": 12, "replicate": [0, 1], "engagement": [0.25, 0.75]}
    >>> states(pd.DataFrame(rows))[["engagement", "replicates"]].to_numpy().tolist()
    [[0.5, 2.0]]
    """
    keys = ["launch", "dose", *levers_of(launches), "month"]
    return pd.DataFrame(
        [
            named | _mean_of(rows["engagement"].to_numpy(), "engagement")
            for named, rows in _groups(launches, keys)
        ]
    )  # fmt: skip


def regimes(launches: pd.DataFrame) -> pd.DataFrame:
    """Return the share of runs in each regime that occurs, by launch, dose and month, with 95 % Wilson intervals.

    >>> runs = pd.DataFrame({"launch": "low", "dose": 0.0, "month": 12, "regime": ["hollow", "hollow", "dissolved"]})
    >>> regimes(runs)[["regime", "share"]].round(2).to_numpy().tolist()
    [['dissolved', 0.33], ['hollow', 0.67]]
    """
    there = [
        regime for regime in dict.fromkeys([*REGIMES, *launches["regime"]]) if (launches["regime"] == regime).any()
    ]
    found = []
    for named, rows in _groups(launches, ["launch", "dose", *levers_of(launches), "month"]):
        for regime in there:
            count = int((rows["regime"] == regime).sum())
            low, high = wilson_interval(count, total=len(rows))
            found.append(named | {"regime": regime, "share": count / len(rows), "ci_low": low, "ci_high": high})
    return pd.DataFrame(found)


def gaps(launches: pd.DataFrame) -> pd.DataFrame:
    """Return by dose and month how far engagement after one launch lies above that after another.

    Columns: launch, other (each of ``PAIRS``), dose, levers, month, engagement, other_engagement (means), gap (mean
    paired difference), ci_low, ci_high (95 % Student t interval), replicates, verdict (see :func:`verdict`); dissolved,
    other_dissolved (shares of runs, which count with no engagement); standing (pairs of which neither was dissolved),
    and of these standing_gap, standing_ci_low, standing_ci_high, which tell whether those that last meet; NaN where
    they are fewer than ``FEWEST``.

    >>> low = {"launch": "low", "dose": 0.0, "month": 12, "replicate": [0, 1, 2], "engagement": [0.1, 0.2, 0.1]}
    >>> high = low | {"launch": "high", "engagement": [0.6, 0.7, 0.6]}
    >>> both = pd.concat(map(pd.DataFrame, [low, high])).assign(regime="hollow")
    >>> gaps(both)[["launch", "other", "gap", "verdict", "standing"]].round(2).to_numpy().tolist()
    [['high', 'low', 0.5, 'stay apart', 3]]
    """
    found = []
    launches = launches.assign(gone=launches["regime"] == GONE)
    for named, rows in _groups(launches, ["dose", *levers_of(launches), "month"]):
        wide = rows.pivot(index="replicate", columns="launch", values=["engagement", "gone"]).astype(float)
        for one, other in PAIRS:
            if {one, other} <= set(rows["launch"]):
                found.append({"launch": one, "other": other} | named | _gap(wide, one, other))
    return pd.DataFrame(found)


def _gap(wide: pd.DataFrame, one: str, other: str) -> dict[str, Any]:
    engagement, gone = wide["engagement"], wide["gone"]
    apart = engagement[one] - engagement[other]
    gap = _mean_of(apart.to_numpy(), "gap")
    stand = apart[gone[one] + gone[other] == 0.0].to_numpy()
    are_enough = len(stand) >= FEWEST
    lasting = _mean_of(stand, "gap") if are_enough else dict.fromkeys(("gap", "ci_low", "ci_high"), np.nan)
    return {
        "engagement": engagement[one].mean(),
        "other_engagement": engagement[other].mean(),
        **gap,
        "verdict": verdict(gap["gap"], gap["ci_low"], gap["ci_high"]),
        "dissolved": gone[one].mean(),
        "other_dissolved": gone[other].mean(),
        "standing": len(stand),
        **{f"standing_{name}": lasting[name] for name in ("gap", "ci_low", "ci_high")},
    }


def verdict(gap: float, low: float, high: float) -> str:
    """Return what a gap of engagement with its interval says of two launches.

    They stay ``APART`` where the interval leaves 0 out and the gap is ``NEAR`` or more, and ``MEET`` where the interval
    lies within ± ``NEAR``; else it is ``UNCLEAR``.

    >>> verdict(0.2, 0.1, 0.3), verdict(0.01, -0.02, 0.04), verdict(0.2, -0.1, 0.5), verdict(0.03, 0.0, 0.06)
    ('stay apart', 'meet', 'neither shown', 'neither shown')
    """
    if abs(gap) >= NEAR and (low > 0.0 or high < 0.0):
        return APART
    return MEET if low >= -NEAR and high <= NEAR else UNCLEAR


# ------------------------------------------------------------------------------------- loops


def branches(loops: pd.DataFrame) -> pd.DataFrame:
    """Return mean engagement at the end of each hold, going up and coming down, with 95 % Student t intervals.

    Columns: hold_years, branch, dose, levers, month, engagement, ci_low, ci_high, replicates, held (the mean in the
    same month with levers at that dose throughout), ``beyond`` (mean paired difference from it), beyond_low,
    beyond_high.

    >>> up = {"hold_years": 1, "branch": "up", "dose": 0.0, "month": 12, "engagement": [0.25, 0.5], "held": 0.25}
    >>> branches(pd.DataFrame(up))[["engagement", "held", "beyond"]].to_numpy().tolist()
    [[0.375, 0.25, 0.125]]
    """
    found = []
    for named, rows in _groups(loops, ["hold_years", "branch", "dose", *levers_of(loops), "month"]):
        engagement, held = rows["engagement"].to_numpy(), rows["held"].to_numpy()
        beyond = _mean_of(engagement - held, "beyond")
        ends = {"beyond": beyond["beyond"], "beyond_low": beyond["ci_low"], "beyond_high": beyond["ci_high"]}
        found.append(named | _mean_of(engagement, "engagement") | {"held": held.mean()} | ends)
    return pd.DataFrame(found)


def loop_areas(loops: pd.DataFrame) -> pd.DataFrame:
    """Return the area between coming down and going up, over doses from 0 to 1: the mean height of a loop.

    Columns: hold_years, of (``AS_SEEN``, or ``BEYOND_AGE``: with engagement less that of the same month at the same
    dose throughout, which takes out what age alone does), area (index; above 0 where engagement is higher on the way
    down), ci_low, ci_high (95 % Student t interval), replicates. With several paces also the slowest less the fastest
    (hold_years NaN, of ``SLOWER``): a loop that is mere delay shrinks with time.

    >>> up = {"hold_years": 1, "branch": "up", "dose": [0.0, 1.0], "replicate": 0, "engagement": [0, 1], "held": 0}
    >>> both = pd.concat(map(pd.DataFrame, [up, up | {"branch": "down", "engagement": [0.5, 1.0]}]))
    >>> loop_areas(both)[["of", "area"]].to_numpy().tolist()
    [['as seen', 0.25], ['beyond age', 0.25]]
    """
    found: list[dict[str, Any]] = []
    beyond: list[NDArray[np.float64]] = []
    for named, rows in _groups(loops, ["hold_years"]):
        of_age = rows.assign(engagement=rows["engagement"] - rows["held"])
        beyond.append(_areas(of_age))
        for of, areas in ((AS_SEEN, _areas(rows)), (BEYOND_AGE, beyond[-1])):
            found.append(named | {"of": of} | _mean_of(areas, "area"))
    if len(beyond) > 1:
        found.append({"hold_years": np.nan, "of": SLOWER} | _mean_of(beyond[-1] - beyond[0], "area"))
    return pd.DataFrame(found)


def _areas(rows: pd.DataFrame) -> NDArray[np.float64]:
    """Return the area of each replicate's loop."""
    wide = rows.pivot(index="replicate", columns=["branch", "dose"], values="engagement")
    height = (wide[DOWN] - wide[UP]).sort_index(axis="columns")
    return np.asarray(scipy.integrate.trapezoid(height.to_numpy(), x=height.columns.to_numpy(dtype=float), axis=1))


# ---------------------------------------------------------------------------- how late is too late


def turned(turns: pd.DataFrame) -> pd.DataFrame:
    """Return which share of ailing partnerships levers turn, by the year in which they are moved.

    Columns: levers, dose, a column a lever, year, of (``ALL`` or ``STILL_AILING``), runs, dissolved (share that was
    dissolved at the turn), working (share that works some years after it), left (the same of those left alone), gain
    (the first less the second), ci_low, ci_high (95 % interval of matched shares, see :func:`matched_interval`),
    engagement_gain (mean paired difference), engagement_low, engagement_high (95 % Student t interval).

    >>> runs = {"levers": "levers.staff_team", "dose": 1.0, "year": 2, "replicate": [0, 1], "working": True,
    ...         "working_left": [True, False], "engagement": 0.5, "engagement_left": 0.25, "ailing_then": [True, False],
    ...         "dissolved_then": False}
    >>> turned(pd.DataFrame(runs))[["of", "runs", "left", "gain"]].to_numpy().tolist()
    [['all that ailed', 2, 0.5, 0.5], ['still ailing', 1, 1.0, 0.0]]
    """
    found = []
    for named, rows in _groups(turns, ["levers", "dose", *levers_of(turns), "year"]):
        for of, some in ((ALL, rows), (STILL_AILING, rows[rows["ailing_then"].astype(bool)])):
            if len(some):
                found.append(named | {"of": of} | _share_turned(some))
    return pd.DataFrame(found)


def _share_turned(rows: pd.DataFrame) -> dict[str, Any]:
    working, left = rows["working"].to_numpy(dtype=bool), rows["working_left"].to_numpy(dtype=bool)
    low, high = matched_interval(working, left)
    engagement = _mean_of((rows["engagement"] - rows["engagement_left"]).to_numpy(), "gain")
    return {
        "runs": len(rows),
        "dissolved": rows["dissolved_then"].mean(),
        "working": working.mean(),
        "left": left.mean(),
        "gain": working.mean() - left.mean(),
        "ci_low": low,
        "ci_high": high,
        "engagement_gain": engagement["gain"],
        "engagement_low": engagement["ci_low"],
        "engagement_high": engagement["ci_high"],
    }


def matched_interval(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> tuple[float, float]:
    """Return the 95 % interval of a difference of two shares of the same runs.

    Wald's, with half a run added to each of the four cells (Agresti and Min 2005), so that it has a width where all
    runs agree.

    >>> [round(end, 3) for end in matched_interval(np.ones(38, dtype=bool), np.zeros(38, dtype=bool))]
    [0.867, 1.0]
    """
    n = len(one) + 2.0
    gained, lost = float((one & ~other).sum()) + 0.5, float((other & ~one).sum()) + 0.5
    difference = (gained - lost) / n
    error = np.sqrt(gained + lost - n * difference**2) / n
    half = scipy.stats.norm.ppf(0.5 + CONFIDENCE / 2) * error
    return max(-1.0, float(difference - half)), min(1.0, float(difference + half))


def last_years(turns: pd.DataFrame) -> pd.DataFrame:
    """Return the last year in which levers still turn ``HALF`` of the partnerships that ailed, by dose; 0 if in none.

    Columns: levers, dose, a column a lever, last_year, ci_low, ci_high (95 % percentile interval of 2,000 bootstrap
    samples of replicates), most (the largest share that is turned in any year), first_year, final_year (that were
    asked), runs.

    >>> runs = {"levers": "levers.staff_team", "dose": 1.0, "year": [1, 2, 3], "working": [True, True, False],
    ...         "working_left": False}
    >>> both = pd.concat([pd.DataFrame(runs).assign(replicate=replicate) for replicate in (0, 1)])
    >>> last_years(both)[["last_year", "ci_low", "ci_high"]].to_numpy().tolist()
    [[2.0, 2.0, 2.0]]
    """
    found = []
    for named, rows in _groups(turns, ["levers", "dose", *levers_of(turns)]):
        gains = rows.assign(gain=rows["working"].astype(float) - rows["working_left"].astype(float))
        wide = gains.pivot(index="replicate", columns="year", values="gain")
        years = wide.columns.to_numpy(dtype=float)
        last, low, high = _last_year(wide.to_numpy(), years)
        years_asked = {"first_year": years[0], "final_year": years[-1], "runs": len(wide)}
        ends = {"last_year": last, "ci_low": low, "ci_high": high, "most": wide.mean().max()}
        found.append(named | ends | years_asked)
    return pd.DataFrame(found)


def _last_year(gains: NDArray[np.float64], years: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return the last year in which the mean over rows is ``HALF`` or more, with its bootstrap interval."""

    def last(rows: NDArray[np.int64], axis: int = -1) -> NDArray[np.float64]:
        means = gains[rows].mean(axis=-2)
        return np.asarray(np.where(means >= HALF, years, 0.0).max(axis=-1))

    every = np.arange(len(gains))
    if len(gains) < 2:
        return float(last(every)), np.nan, np.nan
    interval = scipy.stats.bootstrap(
        (every,), last, method="percentile", n_resamples=_RESAMPLES, confidence_level=CONFIDENCE, vectorized=True, rng=1
    ).confidence_interval
    return float(last(every)), float(interval.low), float(interval.high)


# ------------------------------------------------------------------------------------- common


def _groups(table: pd.DataFrame, keys: Sequence[str]) -> Iterator[tuple[dict[str, Any], pd.DataFrame]]:
    """Give each group of rows with its keys by name, in order of first appearance; a lever left alone is NaN."""
    if table.empty:
        return
    for values, rows in table.groupby(list(keys), sort=False, dropna=False):
        yield dict(zip(keys, values, strict=True)), rows


def _mean_of(values: NDArray[np.float64], name: str) -> dict[str, Any]:
    mean, low, high = (float(end[0]) for end in t_interval(np.asarray(values, dtype=float)[:, None]))
    return {name: mean, "ci_low": low, "ci_high": high, "replicates": len(values)}
