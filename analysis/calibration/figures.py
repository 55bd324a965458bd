"""Figures of a calibration to targets: observed and predicted series, which target identifies what, coverage."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
import pandas as pd
import scipy
import seaborn as sns
from matplotlib.figure import Figure

from analysis.patterns.calibration import path_of
from analysis.patterns.fitted import LEVEL
from analysis.shared.plotting import (
    BLUE,
    GREY,
    RED,
    WIDTH,
    add_note,
    add_title,
    calendar_axis,
    grid_shape,
    hide_unused,
    in_house_style,
    label_value_axis,
    moments,
    new_figure,
)
from analysis.shared.words import titled

_TWO_SIDED = 1.96


_FEW = 6
"""Targets whose names have room beside each other."""


@in_house_style
def observed_and_predicted(bands: pd.DataFrame, targets: pd.DataFrame, *, title: str) -> Figure:
    """Return a panel a measure: what was observed over what runs of the prior and of the accepted sets show.

    ``bands`` has a row a measure and month: measure, date, prior_low, prior_high, q05, q25, q50, q75, q95; ``targets``
    a row a target: measure, month, to, value, standard_error.

    >>> bands = pd.DataFrame({"measure": "trust", "date": ["2001-04", "2001-05"], "prior_low": 0.1, "prior_high": 0.9,
    ...                       "q05": 0.3, "q25": 0.4, "q50": 0.5, "q75": 0.6, "q95": 0.7})
    >>> seen = pd.DataFrame({"measure": ["trust"], "month": ["2001-05"], "to": ["2001-05"], "value": [0.5],
    ...                      "standard_error": [0.05]})
    >>> [ax.get_title(loc="left") for ax in observed_and_predicted(bands, seen, title="x").axes]
    ['Trust']
    """
    measures = list(dict.fromkeys(bands["measure"]))
    shape = grid_shape(len(measures), most_columns=3)
    figure, panels = new_figure(*shape, width=WIDTH, height=1.1 + 2.3 * shape[0])
    for ax, measure in zip(panels, measures, strict=False):
        rows = bands[bands["measure"] == measure]
        when = moments(rows["date"])
        ax.fill_between(when, rows["prior_low"], rows["prior_high"], color="0.9", linewidth=0)
        ax.fill_between(when, rows["q05"], rows["q95"], color=BLUE, alpha=0.25, linewidth=0)
        ax.fill_between(when, rows["q25"], rows["q75"], color=BLUE, alpha=0.35, linewidth=0)
        ax.plot(when, rows["q50"], color=BLUE, linewidth=1.6)
        seen = targets[targets["measure"] == measure]
        first, last = moments(seen["month"]), moments(seen["to"])
        ax.errorbar(
            first + (last - first) / 2, seen["value"], yerr=_TWO_SIDED * seen["standard_error"],
            fmt="o", color=RED, markersize=4, linewidth=1.2, capsize=2, zorder=5,
        )  # fmt: skip
        ax.hlines(seen["value"], first, last, color=RED, linewidth=1.2)
        calendar_axis(ax, most_ticks=4)
        label_value_axis(ax, measure, name="")
        ax.set_title(titled(measure), fontsize=10)
        ax.margins(x=0.03)
    hide_unused(panels, len(measures))
    add_title(figure, title.removesuffix("."))
    add_note(
        figure,
        "Red: observed, with 95 % of its measurement error. Blue: median, middle 50 % and middle 90 % of runs of the "
        "accepted sets. Grey: middle 90 % of runs of the prior. Bands are of runs, without measurement error.",
    )
    return figure


@in_house_style
def identification(lost: pd.DataFrame, labels: Sequence[str], *, title: str) -> Figure:
    """Return how much less each number contracts without each target.

    ``lost`` is the first table of ``each_left_out``, ``labels`` name its targets in their order.

    >>> lost = pd.DataFrame({"target": ["x", "y"], "parameter": "tie_rate", "lost": [0.3, 0.01]})
    >>> identification(lost, ["X", "Y"], title="t").axes[0].get_yticklabels()[0].get_text()
    'Tie rate'
    """
    wide = lost.pivot(index="parameter", columns="target", values="lost")
    wide = wide[list(dict.fromkeys(lost["target"]))].loc[list(dict.fromkeys(lost["parameter"]))]
    figure, (ax,) = new_figure(1, 1, width=WIDTH, height=2.6 + 0.27 * len(wide))
    sns.heatmap(
        wide.clip(lower=0.0).to_numpy(), ax=ax, cmap="Blues", vmin=0.0, vmax=max(0.1, float(wide.to_numpy().max())),
        linewidths=0.5, cbar_kws={"label": "Contraction lost\nwithout the target", "shrink": 0.8},
        xticklabels=list(labels), yticklabels=[titled(path_of(name)) for name in wide.index],
    )  # fmt: skip
    ax.tick_params(length=0, labelsize=8)
    if len(labels) > _FEW:
        ax.tick_params(axis="x", rotation=60)
        for label in ax.get_xticklabels():
            label.set_horizontalalignment("right")
            label.set_rotation_mode("anchor")
    else:
        ax.set_xticklabels([textwrap.fill(label, 70 // len(labels)) for label in labels], rotation=0)
    ax.set(xlabel="", ylabel="")
    ax.grid(visible=False)
    add_title(figure, title)
    add_note(
        figure,
        "Contraction: 1 − variance of the accepted sets over that of the prior. Targets that say the same stand in for "
        "each other: without one of them little is lost. On runs of the prior.",
    )
    return figure


@in_house_style
def coverage_figure(table: pd.DataFrame, *, trials: int, title: str) -> Figure:
    """Return how many of the planted truths intervals cover, by number, with what chance alone allows.

    ``table`` is that of ``coverage_table``.

    >>> table = pd.DataFrame({"parameter": ["tie_rate"], "covered": [0.91]})
    >>> coverage_figure(table, trials=100, title="t").axes[0].get_xlabel()
    'Truths within the 90 % interval, %'
    """
    figure, (ax,) = new_figure(1, 1, width=6.5, height=2.0 + 0.28 * len(table))
    low, high = (100.0 * scipy.stats.binom.ppf(q, trials, LEVEL) / trials for q in (0.025, 0.975))
    ax.axvspan(low, high, color="0.9", linewidth=0)
    ax.axvline(100.0 * LEVEL, color=GREY, linestyle="--", linewidth=1.2)
    places = np.arange(len(table))
    ax.plot(100.0 * table["covered"], places, "o", color=BLUE)
    ax.set_yticks(places, [titled(path_of(name)) for name in table["parameter"]])
    ax.set(xlim=(min(75.0, 100.0 * table["covered"].min() - 3.0), 101.0), ylim=(len(table) - 0.5, -0.5))
    ax.set_xlabel(f"Truths within the {100 * LEVEL:.0f} % interval, %")
    ax.tick_params(axis="y", length=0)
    add_title(figure, title)
    add_note(figure, f"{trials} trials. Grey: where 95 % of such shares lie if intervals are right.")
    return figure
