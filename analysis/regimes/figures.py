"""Figures of what hangs on the words: months renamed by each threshold, and clusters beside the words."""

from __future__ import annotations

import textwrap

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter

from analysis.regimes.tables import FACTORS
from analysis.shared.plotting import (
    REGIME_COLOURS,
    WIDTH,
    add_note_and_key,
    add_note_and_regime_key,
    add_title,
    in_house_style,
    new_figure,
)
from analysis.shared.words import mid_sentence, readable
from sim.regimes import REGIMES


@in_house_style
def renamed_by_threshold(shares: pd.DataFrame) -> Figure:
    """Return a figure with a panel a scenario: the share of months that another level of a threshold renames.

    ``shares`` as of ``shares_by_threshold``.

    >>> rows = [("a", "talking_decisions", factor, renamed) for factor, renamed in ((0.5, 0.2), (1.5, 0.1))]
    >>> shares = pd.DataFrame(rows, columns=["scenario", "threshold", "factor", "renamed"])
    >>> renamed_by_threshold(shares).axes[0].get_title(loc="left")
    'A'
    """
    names = list(dict.fromkeys(shares["scenario"]))
    order = list(dict.fromkeys(shares["threshold"]))
    figure, panels = new_figure(
        1,
        len(names),
        width=min(WIDTH, 3.0 + 2.6 * len(names)),
        height=1.9 + 0.32 * len(order),
        sharey=True,
        sharex=True,
    )
    ends = {FACTORS[0]: ("#0173b2", "<"), FACTORS[-1]: ("#d55e00", ">")}
    for ax, name in zip(panels, names, strict=True):
        mine = shares[shares["scenario"] == name]
        for factor, (colour, marker) in ends.items():
            at = mine[mine["factor"] == factor].drop_duplicates("threshold").set_index("threshold")["renamed"]
            ax.plot(at.reindex(order), range(len(order)), marker, color=colour, markersize=7)
        ax.set_title(textwrap.fill(readable(str(name)), 14), loc="left")
        ax.set_yticks(range(len(order)), [readable(threshold) for threshold in order])
        ax.set_ylim(len(order) - 0.5, -0.5)
        ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.set_xlabel("Months renamed")
    worst = shares.nlargest(1, "renamed").iloc[0]
    add_title(
        figure,
        f"{readable(str(worst['threshold']))} at {worst['factor']:g} times its level renames most months: "
        f"{100 * worst['renamed']:.0f}\N{NO-BREAK SPACE}% in {mid_sentence(str(worst['scenario']))}",
    )
    note = "One threshold at a time, the others as they are. Levels stay within what is allowed."
    marks = [
        Line2D([], [], color=colour, marker=marker, linestyle="", label=f"at {factor:g} times its level")
        for factor, (colour, marker) in ends.items()
    ]
    add_note_and_key(figure, note, marks)
    return figure


@in_house_style
def clusters_beside_words(members: pd.DataFrame, agreement: pd.DataFrame) -> Figure:
    """Return a figure with a bar a cluster: how many of its runs end under which word; a panel a way to cluster.

    >>> members = pd.DataFrame({"of": "the last year", "cluster": [1, 2], "regime": ["hollow", "dissolved"], "runs": 4})
    >>> agreement = pd.DataFrame({"of": ["the last year"], "clusters": 2, "adjusted_rand": 1.0, "best": True})
    >>> len(clusters_beside_words(members, agreement).axes)
    1
    """
    ways = list(dict.fromkeys(members["of"]))
    figure, panels = new_figure(1, len(ways), width=min(WIDTH, 1.5 + 4.2 * len(ways)), height=4.4, sharey=True)
    for ax, of in zip(panels, ways, strict=True):
        mine = members[members["of"] == of].pivot_table(index="cluster", columns="regime", values="runs", fill_value=0)
        bottom = pd.Series(0.0, index=mine.index)
        for regime in (name for name in REGIMES if name in mine):
            ax.bar(mine.index, mine[regime], bottom=bottom, color=REGIME_COLOURS[regime], width=0.75)
            bottom = bottom + mine[regime]
        best = agreement[(agreement["of"] == of) & agreement["best"]].iloc[0]
        ax.set_title(f"By {of}\nadjusted Rand index {best['adjusted_rand']:.2f}", loc="left", fontsize=10)
        ax.set_xticks(mine.index)
        ax.set_xlabel("Cluster, found without words")
    panels[0].set_ylabel("Runs")
    sns.despine(figure)
    best = agreement[agreement["best"]]["adjusted_rand"]
    add_title(
        figure,
        "Clusters of runs that were found without words agree with the word for their last month by "
        f"{best.min():.2f}" + (f" to {best.max():.2f}" if len(best) > 1 else "") + " (1 in full)",
    )
    add_note_and_regime_key(
        figure, "K-means on what the words are made of, number of clusters by silhouette.", members["regime"]
    )
    return figure
