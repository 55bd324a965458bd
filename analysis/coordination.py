"""Minimum-effort games: whether a group that grew coordinates better than one that started large.

Read from runs of the three coordination scenarios. Effort is engagement (attendance, seniority and giving in
one index), and what counts in a minimum-effort game is that of the least engaged member.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analysis.drawing import GREY, LineEnd, add_note, add_title, in_house_style, label_line_ends, new_figure

AT_ONCE, INFORMED, UNINFORMED = "all at once", "grown, newcomers informed", "grown, newcomers uninformed"
FIRST_YEAR = range(12)
MONTHS_A_YEAR = 12

HIGHER, NO_HIGHER = "higher", "no higher"

_SMALL_GROUPS, _GROWTH = "Van Huyck, Battalio and Beil 1990", "Weber 2006"
_COMPARED = (
    ("V1", "four against sixteen, first year", INFORMED, AT_ONCE, FIRST_YEAR, HIGHER, _SMALL_GROUPS),
    ("W1", "grown with informed newcomers against all at once, last year", INFORMED, AT_ONCE, None, HIGHER, _GROWTH),
    ("W2", "informed newcomers against uninformed, last year", INFORMED, UNINFORMED, None, HIGHER, _GROWTH),
    ("W3", "grown with uninformed newcomers against all at once, last year", UNINFORMED, AT_ONCE, None, NO_HIGHER,
     _GROWTH),
)  # fmt: skip
"""What is set against what, over which months (None: the last year), what experiments found, and which."""

_COLOURS = {AT_ONCE: "#0173b2", INFORMED: "#029e73", UNINFORMED: "#d55e00"}
_DASHES = {AT_ONCE: "-", INFORMED: "-", UNINFORMED: "--"}
_Z = 1.96


def coordination_findings(effort: pd.DataFrame) -> pd.DataFrame:
    """Return what experiments found, and whether the runs agree.

    ``effort`` has one row a run and month: growth (one of the three ways to sixteen), replicate, month,
    minimum and mean (engagement of the least engaged and of all members, 0 to 1). Columns: id, compared,
    experiments ("higher" or "no higher"), source, measure, difference (paired, between means over a year),
    ci_low, ci_high, agrees (the interval lies above 0 where experiments found more, and only there).
    """
    end = int(effort["month"].max()) + 1
    rows = []
    for number, text, one, other, months, experiments, source in _COMPARED:
        span = effort[effort["month"].isin(months or range(end - MONTHS_A_YEAR, end))]
        for measure in ("minimum", "mean"):
            mean, half = _paired(span, one, other, measure)
            agrees = (mean - half > 0.0) == (experiments == HIGHER)
            rows.append((number, text, experiments, source, measure, mean, mean - half, mean + half, agrees))
    columns = ["id", "compared", "experiments", "source", "measure", "difference", "ci_low", "ci_high", "agrees"]
    return pd.DataFrame(rows, columns=columns)


def _paired(effort: pd.DataFrame, better: str, worse: str, measure: str) -> tuple[float, float]:
    """Return the mean paired difference over replicates, and half the width of its 95 % interval."""
    by_run = effort.groupby(["growth", "replicate"])[measure].mean().unstack("growth")
    differences = (by_run[better] - by_run[worse]).to_numpy(dtype=np.float64)
    return float(differences.mean()), _Z * float(differences.std(ddof=1)) / math.sqrt(len(differences))


def coordination_words(findings: pd.DataFrame) -> str:
    """Return in plain words which findings of coordination experiments the runs agree with."""
    return "\n".join(
        f"{row['id']} {'agrees' if row['agrees'] else 'DISAGREES'}: {row['compared']}, was {row['experiments']} in "
        f"experiments ({row['source']}); engagement of the least engaged differs by {row['difference']:+.3f} "
        f"(95 % interval {row['ci_low']:+.3f} to {row['ci_high']:+.3f})."
        for row in findings[findings["measure"] == "minimum"].to_dict("records")
    )


@in_house_style
def coordination_figure(effort: pd.DataFrame) -> Figure:
    """Return the figure of the least engaged member's engagement over time, one line a way to grow."""
    figure, (ax, *_) = new_figure(1, 1, width=7.0, height=4.8)
    ends = []
    for growth, runs in effort.groupby("growth", sort=False):
        name = str(growth)
        colour = _COLOURS[name]
        by_month = runs.groupby("month")["minimum"]
        middle: pd.Series = by_month.mean()
        half: pd.Series = _Z * by_month.std() / np.sqrt(by_month.size())
        months = middle.index.to_numpy() + 1
        ax.fill_between(months, middle - half, middle + half, color=colour, alpha=0.25, linewidth=0)
        ax.plot(months, middle, color=colour, linestyle=_DASHES[name], linewidth=1.8)
        ends.append(LineEnd(name, float(middle.iloc[-1]), colour))
    ax.set(xlabel="month", ylabel="engagement of the least engaged", ylim=(0, None))
    ax.set_xticks(range(0, int(effort["month"].max()) + 2, 2 * MONTHS_A_YEAR))
    ax.yaxis.set_major_locator(MaxNLocator(nbins=5))
    ax.axhline(0.0, color=GREY, linewidth=0.8)
    runs_each = effort.groupby("growth")["replicate"].nunique().max()
    add_title(figure, "A minimum-effort game: four grow to sixteen, or sixteen start")
    add_note(
        figure,
        f"Lines: mean of {runs_each} runs; bands: 95 % interval of the mean. Growing boards take three newcomers "
        "after 12, 24, 36 and 48 months, and from then on have the same bodies as the other.",
    )
    label_line_ends(ax, ends)
    return figure
