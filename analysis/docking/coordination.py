"""Minimum-effort games: whether a group that grew coordinates better than one that started large.

Effort is the share of its promises that a body keeps, and what counts in a minimum-effort game is that of the body that
keeps least.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analysis.shared.plotting import GREY, LineEnd, add_note, add_title, in_house_style, label_line_ends, new_figure
from analysis.shared.summaries import t_interval

AT_ONCE, INFORMED, UNINFORMED = "all at once", "grown, newcomers informed", "grown, newcomers uninformed"
FIRST_YEAR = range(12)
MONTHS_A_YEAR = 12

HIGHER, NO_HIGHER = "higher", "no higher"

_SMALL_GROUPS, _GROWTH = "Van Huyck, Battalio and Beil 1990", "Weber 2006"
_COMPARED = (
    ("V1", "four over sixteen, first year", {INFORMED: 1.0, AT_ONCE: -1.0}, FIRST_YEAR, HIGHER, _SMALL_GROUPS),
    ("W1", "grown with informed newcomers over all at once, last year", {INFORMED: 1.0, AT_ONCE: -1.0}, None, HIGHER,
     _GROWTH),
    ("W2", "informed over uninformed newcomers, beyond half of what growth gains, last year",
     {INFORMED: 0.5, UNINFORMED: -1.0, AT_ONCE: 0.5}, None, HIGHER, _GROWTH),
    ("W3", "grown with uninformed newcomers over all at once, last year", {UNINFORMED: 1.0, AT_ONCE: -1.0}, None,
     NO_HIGHER, _GROWTH),
)  # fmt: skip
"""What is set against what (weights of the ways to grow, which sum to 0), over which months (None: the last year),
whether experiments found it above 0, and which experiments. In Weber's, growth without information gained nothing,
so all of the gain was due to what newcomers knew: W2 asks for half of it, (informed − uninformed) − ½ (informed −
at once)."""

_COLOURS = {AT_ONCE: "#0173b2", INFORMED: "#029e73", UNINFORMED: "#d55e00"}
_DASHES = {AT_ONCE: "-", INFORMED: "-", UNINFORMED: "--"}


def coordination_findings(effort: pd.DataFrame) -> pd.DataFrame:
    """Return what experiments found, and whether the runs agree.

    ``effort`` has one row a run and month: game (one of the three ways to sixteen), replicate, month,
    minimum and mean (effort of the member that gives least and of all members, 0 to 1). Columns: id, compared,
    experiments ("higher" or "no higher"), source, measure, difference (paired, of means over a year),
    ci_low, ci_high, agrees (the interval lies above 0 where experiments found more, and only there).

    >>> at_sixteen = {AT_ONCE: 0.1, INFORMED: 0.3, UNINFORMED: 0.1}
    >>> rows = [(game, replicate, month, level + 0.01 * replicate) for game, level in at_sixteen.items()
    ...         for replicate in range(3) for month in range(24)]
    >>> effort = pd.DataFrame(rows, columns=["game", "replicate", "month", "minimum"])
    >>> found = coordination_findings(effort.assign(mean=effort["minimum"])).query("measure == 'minimum'").round(2)
    >>> found[["id", "experiments", "difference", "agrees"]].to_numpy().tolist()[:2]
    [['V1', 'higher', 0.2, True], ['W1', 'higher', 0.2, True]]
    """
    end = int(effort["month"].max()) + 1
    rows = []
    for number, text, weights, months, experiments, source in _COMPARED:
        span = effort[effort["month"].isin(months or range(end - MONTHS_A_YEAR, end))]
        for measure in ("minimum", "mean"):
            mean, low, high = _paired(span, weights, measure)
            agrees = (low > 0.0) == (experiments == HIGHER)
            rows.append((number, text, experiments, source, measure, mean, low, high, agrees))
    columns = ["id", "compared", "experiments", "source", "measure", "difference", "ci_low", "ci_high", "agrees"]
    return pd.DataFrame(rows, columns=columns)


def _paired(effort: pd.DataFrame, weights: Mapping[str, float], measure: str) -> tuple[float, float, float]:
    """Return the mean of a paired contrast over replicates, and its 95 % interval."""
    by_run = effort.groupby(["game", "replicate"])[measure].mean().unstack("game")
    contrasts = by_run[list(weights)].to_numpy(dtype=np.float64) @ np.array(list(weights.values()))
    mean, low, high = (float(end[0]) for end in t_interval(contrasts[:, None]))
    return mean, low, high


def coordination_words(findings: pd.DataFrame) -> str:
    """Return in plain words which findings of coordination experiments the runs agree with.

    >>> row = {"id": "W1", "compared": "grown over all at once", "experiments": HIGHER, "source": "Weber 2006"}
    >>> row |= {"measure": "minimum", "difference": 0.2, "ci_low": 0.1, "ci_high": 0.3, "agrees": True}
    >>> print(coordination_words(pd.DataFrame([row])).partition(", here ")[0])
    W1 agrees: grown over all at once; higher in experiments (Weber 2006)
    """
    return "\n".join(
        f"{row['id']} {'agrees' if row['agrees'] else 'DISAGREES'}: {row['compared']}; {row['experiments']} in "
        f"experiments ({row['source']}), here least effort differs by {row['difference']:+.3f} "
        f"(95 % interval {row['ci_low']:+.3f} to {row['ci_high']:+.3f})."
        for row in findings[findings["measure"] == "minimum"].to_dict("records")
    )


SMALL = 0.02
"""Differences of effort below this are too small to be told."""


def _where_they_end(effort: pd.DataFrame) -> str:
    last = effort[effort["month"] > effort["month"].max() - MONTHS_A_YEAR].groupby("game")["minimum"].mean()
    grown = [float(last[game] - last[AT_ONCE]) for game in (INFORMED, UNINFORMED)]
    if all(abs(one) < SMALL for one in grown):
        return "as high as"
    return "higher than" if min(grown) > 0.0 else "lower than" if max(grown) < 0.0 else "neither above nor below"


@in_house_style
def coordination_figure(effort: pd.DataFrame) -> Figure:
    """Return the figure of the least effort over time, one line a way to grow.

    >>> rows = [(game, run, month, 0.1 + 0.1 * run) for game in _COLOURS for run in (0, 1) for month in (0, 1)]
    >>> effort = pd.DataFrame(rows, columns=["game", "replicate", "month", "minimum"])
    >>> coordination_figure(effort).axes[0].get_ylabel()
    'effort of the body that gives least'
    """
    figure, (ax, *_) = new_figure(1, 1, width=7.0, height=4.8)
    ends = []
    for game, runs in effort.groupby("game", sort=False):
        name = str(game)
        colour = _COLOURS[name]
        by_month = runs.pivot(index="replicate", columns="month", values="minimum")
        middle, low, high = t_interval(by_month.to_numpy(dtype=np.float64))
        months = by_month.columns.to_numpy() + 1
        ax.fill_between(months, low, high, color=colour, alpha=0.25, linewidth=0)
        ax.plot(months, middle, color=colour, linestyle=_DASHES[name], linewidth=1.8)
        ends.append(LineEnd(name, float(middle[-1]), colour))
    ax.set(xlabel="month", ylabel="effort of the body that gives least", ylim=(0, None))
    ax.set_xticks(range(0, int(effort["month"].max()) + 2, 2 * MONTHS_A_YEAR))
    ax.yaxis.set_major_locator(MaxNLocator(nbins=5))
    ax.axhline(0.0, color=GREY, linewidth=0.8)
    runs_each = effort.groupby("game")["replicate"].nunique().max()
    add_title(figure, f"Boards that grew end {_where_they_end(effort)} those that began large")
    add_note(
        figure,
        f"Lines: mean of {runs_each} runs; bands: 95 % interval of the mean. Growing boards take three newcomers "
        "after 12, 24, 36 and 48 months, and from then on have the same bodies as the other.",
    )
    label_line_ends(ax, ends)
    return figure
