"""Survival: how long partnerships last (Kaplan and Meier 1958)."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray
from scipy import stats

from analysis.shared.plotting import (
    LineEnd,
    add_note,
    add_title,
    in_house_style,
    label_line_ends,
    looks_of,
    new_figure,
)
from analysis.shared.summaries import CONFIDENCE
from analysis.shared.words import readable


def partnership_spells(trajectories: pd.DataFrame) -> pd.DataFrame:
    """Return how long each run's partnership lasted: group (its scenario), months, ended.

    ``trajectories`` has one row a run and month with ``is_dissolved``. Runs that last to their end are
    not ended: how much longer they would have lasted is not known (right-censored).

    >>> runs = pd.DataFrame({"scenario": "a", "replicate": [0, 0, 1, 1], "month": [0, 1] * 2,
    ...                      "is_dissolved": [0.0, 1.0, 0.0, 0.0]})
    >>> partnership_spells(runs).to_numpy().tolist()
    [['a', 1, True], ['a', 2, False]]
    """
    by_run = trajectories.groupby(["scenario", "replicate"], sort=False, observed=True)["is_dissolved"]
    table = by_run.agg(alive=lambda gone: int((gone < 0.5).sum()), months="size").reset_index()
    ended = table["alive"] < table["months"]
    return pd.DataFrame({"group": table["scenario"], "months": table["alive"], "ended": ended})


def survival(spells: pd.DataFrame) -> pd.DataFrame:
    """Return the share that lasts beyond each month, by group, with 95 % intervals.

    ``spells`` has group, months and ended. Columns: group, month, share, ci_low, ci_high; the share is
    Kaplan and Meier's estimate with the log-log interval of Greenwood's variance (SciPy), and month 0 has
    share 1. Where nothing has ended the interval is not defined, and its ends are NaN.

    >>> spells = pd.DataFrame({"group": "a", "months": [1, 2, 2, 3], "ended": [True, True, False, False]})
    >>> survival(spells)[["month", "share"]].to_numpy().tolist()
    [[0.0, 1.0], [1.0, 0.75], [2.0, 0.5], [3.0, 0.5]]
    """
    tables = []
    for group, rows in spells.groupby("group", sort=False, observed=True):
        months, ended = rows["months"].to_numpy(), rows["ended"].to_numpy(dtype=bool)
        curve = stats.ecdf(stats.CensoredData(uncensored=months[ended], right=months[~ended])).sf
        when = np.arange(int(months.max()) + 1)
        with np.errstate(divide="ignore", invalid="ignore"), warnings.catch_warnings():
            # Greenwood's formula has no value where nothing or everything has ended: NaN says so.
            warnings.simplefilter("ignore", RuntimeWarning)
            interval = curve.confidence_interval(CONFIDENCE, method="log-log")
        tables.append(
            pd.DataFrame(
                {
                    "group": group,
                    "month": when,
                    "share": curve.evaluate(when),
                    "ci_low": _step(interval.low, when),
                    "ci_high": _step(interval.high, when),
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def _step(end: object, when: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return one end of an interval at each month: that of the last observed month, 1 before the first."""
    quantiles, probabilities = end.quantiles, end.probabilities  # type: ignore[attr-defined]
    place = np.searchsorted(quantiles, when, side="right") - 1
    return np.where(place < 0, 1.0, probabilities[np.maximum(place, 0)])


@in_house_style
def survival_curves(table: pd.DataFrame, *, title: str, what: str) -> Figure:
    """Return a figure of survival curves with their 95 % intervals, one colour a group, labelled directly.

    ``table`` is the result of :func:`survival`; ``what`` names what lasts, for the axis.

    >>> spells = pd.DataFrame({"group": "a", "months": [1, 2, 2, 3], "ended": [True, True, False, False]})
    >>> survival_curves(survival(spells), title="Stays", what="Still there, %").axes[0].get_ylabel()
    'Still there, %'
    """
    figure, (ax,) = new_figure(1, 1, width=7.5, height=4.4)
    add_title(figure, title)
    add_note(
        figure,
        "Kaplan–Meier estimate; band: 95 % interval, each one taken as independent of the others. What lasts to the "
        "end of its run is censored there.",
    )
    groups = [str(name) for name in table["group"].unique()]
    looks = looks_of(groups)
    ends = []
    for group, rows in table.groupby("group", sort=False):
        look = looks[str(group)]
        months, low, high = rows["month"], rows["ci_low"], rows["ci_high"]
        ax.fill_between(months, low, high, step="post", color=look.colour, alpha=0.18, linewidth=0)
        ax.step(months, rows["share"], where="post", color=look.colour, linewidth=2, linestyle=look.dashes)
        ends.append(LineEnd(readable(str(group)), float(rows["share"].iloc[-1]), look.colour))
    ax.set(xlabel="Months since the start", ylabel=what, ylim=(0, 1.02))
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=""))
    ax.margins(x=0)
    label_line_ends(ax, ends)
    return figure
