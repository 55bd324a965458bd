"""Figures of the claims of the scenarios: every part against what the claim needs."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, NullLocator
from numpy.typing import NDArray

from analysis.claims.tables import CONTRADICTED, MIXED, SUPPORTED, UNTESTABLE, claim_verdicts, records
from analysis.shared.plotting import GREY, WIDTH, add_note, add_title, in_house_style, new_figure
from analysis.shared.words import readable

_LOOKS: Mapping[str, tuple[str, str]] = {
    SUPPORTED: ("#0173b2", "o"),
    MIXED: ("#949494", "D"),
    CONTRADICTED: ("#d55e00", "X"),
    UNTESTABLE: ("#949494", "."),
}
"""Colour and marker of each verdict: the marker tells them apart in grey."""


@in_house_style
def claims_overview(parts: pd.DataFrame, *, verdicts: pd.DataFrame | None = None) -> Figure:
    """Return a figure with a row a claim and in it a mark a part: how far the effect goes against what is needed.

    >>> row = {"scenario": "a", "part": 1, "statement": "more come", "verdict": "mixed", "either": "", "sets": 1}
    >>> row |= {"runs": 9, "finding": "too few runs"}
    >>> parts = pd.DataFrame([row | {"standing": 2.0, "standing_low": 0.5, "standing_high": 3.5}])
    >>> len(claims_overview(parts).axes)
    1
    """
    names = list(dict.fromkeys(parts["scenario"]))
    overall = (claim_verdicts(parts) if verdicts is None else verdicts).set_index("scenario")["verdict"]
    figure, panels = new_figure(1, 1, width=7.4, height=2.2 + 0.42 * len(names))
    ax = panels[0]
    for place, name in enumerate(names):
        mine = parts[parts["scenario"] == name]
        offsets = np.linspace(-0.3, 0.3, len(mine)) if len(mine) > 1 else np.zeros(1)
        _draw_parts(ax, mine, place + offsets)
        if place:
            ax.axhline(place - 0.5, color="0.88", linewidth=0.8)
        ax.text(1.01, place, overall[name], transform=ax.get_yaxis_transform(), va="center", fontsize=9, color="0.25")
    ax.set_yticks(range(len(names)), [readable(str(name)) for name in names])
    _finish(ax, parts, rows=len(names))
    add_title(figure, _verdicts_in_words(overall))
    _add_key(figure, parts)
    return figure


def _verdicts_in_words(verdicts: pd.Series) -> str:
    """Return how many claims of scenarios the model supports, leaves mixed or contradicts."""
    counts = [int((verdicts == verdict).sum()) for verdict in (SUPPORTED, MIXED, CONTRADICTED)]
    return (
        f"Of {len(verdicts)} claims of scenarios the model supports {counts[0]}, leaves {counts[1]} mixed and "
        f"contradicts {counts[2]}"
    )


@in_house_style
def claims_forest(parts: pd.DataFrame) -> Figure:
    """Return a figure with a labelled row a part: effect and interval against what the claim needs.

    >>> row = {"scenario": "a", "part": 1, "statement": "more come", "verdict": "mixed", "finding": "too few runs",
    ...        "either": "", "sets": 1}
    >>> parts = pd.DataFrame([row | {"runs": 9, "standing": 2.0, "standing_low": 0.5, "standing_high": 3.5}])
    >>> [label.get_text() for label in claims_forest(parts).axes[0].get_yticklabels()]
    ['more come']
    """
    places: list[int] = []
    labels: list[str] = []
    at, height = 0, 0
    headings = {}
    for row in parts.itertuples():
        if row.part == 1:
            headings[at] = readable(str(row.scenario))
            at += 1
        label = textwrap.fill(str(row.statement), 64)
        height = label.count("\n")
        places.append(at)
        labels.append(label)
        at += 1 + height
    figure, panels = new_figure(1, 1, width=WIDTH, height=2.2 + 0.205 * at)
    ax = panels[0]
    middles = np.array(places) + [label.count("\n") / 2 for label in labels]
    _draw_parts(ax, parts, middles)
    ax.set_yticks(middles, labels, fontsize=9, linespacing=1.0)
    for place, heading in headings.items():
        ax.text(
            -0.005,
            place,
            heading,
            transform=ax.get_yaxis_transform(),
            ha="right",
            va="center",
            weight="bold",
            fontsize=9.5,
        )
        ax.axhline(place - 0.6, color="0.85", linewidth=0.8)
    _finish(ax, parts, rows=at)
    add_title(figure, _verdicts_in_words(claim_verdicts(parts)["verdict"]))
    _add_key(figure, parts)
    return figure


def _draw_parts(ax: Axes, parts: pd.DataFrame, heights: NDArray[np.float64]) -> None:
    for height, row in zip(heights, records(parts), strict=True):
        colour, marker = _LOOKS[row["verdict"]]
        if row["verdict"] == UNTESTABLE:
            continue
        ax.plot([row["standing_low"], row["standing_high"]], [height, height], color=colour, linewidth=2, alpha=0.6)
        face = "white" if row["verdict"] == MIXED else colour
        ax.plot(row["standing"], height, marker, color=colour, markerfacecolor=face, markersize=6, zorder=3)


def _finish(ax: Axes, parts: pd.DataFrame, *, rows: int) -> None:
    ax.set_xscale("symlog", linthresh=2.0, linscale=1.0)
    found = parts[["standing_low", "standing_high"]].to_numpy()
    largest = np.nanmax(np.abs(found), initial=4.0)
    marks = [mark for mark in (10, 100, 1000) if mark <= 1.5 * largest]
    ticks = [-mark for mark in reversed(marks) if np.nanmin(found, initial=0.0) < -mark / 2] + [-1, 0, 1, *marks]
    ax.set_xticks(ticks)
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}".replace("-", "−")))
    ax.axvline(1.0, color="0.2", linewidth=1.2)
    ax.axvline(0.0, color=GREY, linewidth=0.8, linestyle=":")
    ax.set_ylim(rows - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.grid(visible=False, axis="y")
    ax.set_xlabel("Effect in the direction claimed,\nin smallest effects that count")
    ax.annotate("needed", (1.0, 1.0), xycoords=("data", "axes fraction"), xytext=(0, 3), textcoords="offset points",
                ha="center", fontsize=9, color="0.2")  # fmt: skip


def _add_key(figure: Figure, parts: pd.DataFrame) -> None:
    sets = int(parts["sets"].max())
    what = "middle 95 % of the accepted parameter sets" if sets > 1 else "95 % interval over runs (chance only)"
    note = "Dots at or beyond 1 are as large as the claim needs; 0 is no effect (for a level: a step short of it)."
    add_note(figure, f"Dot: mean effect. Line: {what}. {note}", empty_lines=2)
    marks = [
        Line2D(
            [], [], color=colour, marker=marker, markerfacecolor="white" if verdict == MIXED else colour, label=verdict
        )
        for verdict, (colour, marker) in _LOOKS.items()
        if verdict != UNTESTABLE
    ]
    figure.legend(handles=marks, loc="outside lower left", ncols=len(marks), fontsize=9)
