"""Figures of patterns: the scoreboard, and which pattern which null model loses."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.patterns.words import band_in_words, value_in_words
from analysis.shared.plotting import BLUE, RED, WIDTH, add_note, add_title, in_house_style, new_figure

_BAND = "0.87"
_ROOM = 0.12
"""Empty space at either end of a row, as a share of its width."""


@in_house_style
def scoreboard_figure(board: pd.DataFrame, *, title: str) -> Figure:
    """Return each finding as a point with its interval against the grey band it has to lie in.

    ``board`` is the scoreboard of one behaviour. Filled dots lie inside their bands, hollow diamonds outside.

    >>> row = {"id": "P1", "what": "trust at the end", "value": 0.7, "ci_low": 0.6, "ci_high": 0.8, "low": 0.5}
    >>> row |= {"high": np.inf, "inside": True, "passed": True}
    >>> figure = scoreboard_figure(pd.DataFrame([row]), title="Patterns")
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['trust at the end  P1']
    """
    figure, (ax,) = new_figure(1, 1, width=WIDTH, height=1.4 + 0.38 * len(board))
    rows = board.reset_index(drop=True)
    for place in range(len(rows)):
        _draw_finding(ax, rows.iloc[place], float(place))
    ax.set(xlim=(0.0, 1.0), ylim=(len(rows) - 0.4, -0.6), xticks=[])
    ax.set_yticks(range(len(rows)), [_label(row["what"], row["id"]) for _, row in rows.iterrows()], fontsize=9)
    ax.tick_params(axis="y", length=0)
    ax.grid(visible=False)
    for edge in ("left", "bottom"):
        ax.spines[edge].set_visible(False)
    for label, (_, row) in zip(ax.get_yticklabels(), rows.iterrows(), strict=True):
        label.set_color("0.15" if row["inside"] else RED)
        label.set_fontweight("normal" if row["passed"] else "bold")
    add_title(figure, title)
    add_note(
        figure,
        "Each row has a scale of its own; the grey band is where the value has to lie. Filled dot: inside; hollow "
        "diamond: outside. Line: 95 % interval. Bold: the pattern as a whole is not reproduced.",
    )
    return figure


def _draw_finding(ax: Axes, row: pd.Series, place: float) -> None:
    known = [row[name] for name in ("value", "ci_low", "ci_high", "low", "high") if np.isfinite(row[name])]
    low, high = min(known), max(known)
    width = (high - low) or 1.0

    def at(value: float) -> float:
        return float(_ROOM + (1.0 - 2.0 * _ROOM) * (value - low) / width)

    left = 0.0 if np.isinf(row["low"]) else at(row["low"])
    right = 1.0 if np.isinf(row["high"]) else at(row["high"])
    ax.barh(place, right - left, left=left, height=0.62, color=_BAND, zorder=1)
    for limit in (limit for limit in (row["low"], row["high"]) if np.isfinite(limit)):
        ax.plot([at(limit)] * 2, [place - 0.31, place + 0.31], color="0.55", linewidth=1.2, zorder=2)
    inside = bool(row["inside"])
    colour = BLUE if inside else RED
    if np.isfinite(row["ci_low"]):
        ax.plot([at(row["ci_low"]), at(row["ci_high"])], [place, place], color=colour, linewidth=2, zorder=3)
    if np.isfinite(row["value"]):
        marker, face = ("o", colour) if inside else ("D", "white")
        ax.plot(
            at(row["value"]),
            place,
            marker,
            markersize=7,
            color=colour,
            markerfacecolor=face,
            markeredgewidth=1.8,
            zorder=4,
        )
    shown = f"{value_in_words(row)}; {band_in_words(row['low'], row['high'])}"
    ax.annotate(
        shown, (1.0, place), xycoords=("axes fraction", "data"), xytext=(6, 0), textcoords="offset points",
        va="center", fontsize=9, color="0.25" if inside else RED, annotation_clip=False,
    )  # fmt: skip


def _label(what: str, id: str) -> str:
    return f"{textwrap.fill(what, 48)}  {id}"
