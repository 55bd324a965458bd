"""Figure of two runs that part: what they come to, and which bodies differ when."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from analysis.parting.tables import CHOICE, NUMBERS, SAME
from analysis.shared.plotting import (
    WIDTH,
    LineEnd,
    add_note_and_key,
    add_title,
    calendar_axis,
    in_house_style,
    label_line_ends,
    label_value_axis,
    looks_of,
    moments,
    new_figure,
)
from analysis.shared.words import titled

SHOWN = ("engagement", "outcome")
"""The measures whose course is drawn."""

_COLOURS = {SAME: "#ECECEC", NUMBERS: "#8CB9DE", CHOICE: "#D55E00"}
_CALLED = {SAME: "the same", NUMBERS: "other numbers, same choice at the board", CHOICE: "another choice at the board"}


@in_house_style
def two_runs(
    measures: Mapping[str, pd.DataFrame], bodies: list[str], states: NDArray[np.float64], *, parted: str, title: str
) -> Figure:
    """Return a figure of two runs: above the course of two measures, below a row a body and a column a month.

    ``measures`` are the tables by month (month, date, measures) of the two runs by name, ``states`` what
    ``analysis.parting.tables.reach`` returns for ``bodies``, ``parted`` the month (YYYY-MM) in which the runs part, or
    empty if they never do.

    >>> months = pd.DataFrame({"date": ["2001-04", "2001-05"], "engagement": 0.5, "outcome": 0.0})
    >>> figure = two_runs({"a": months, "b": months}, ["Police"], np.array([[0.0, 1.0]]), parted="2001-05", title="t")
    >>> len(figure.axes)
    3
    """
    height = 4.8 + 0.19 * len(bodies)
    figure, panels = new_figure(3, 1, width=WIDTH, height=height, height_ratios=[1, 1, 0.35 + 0.11 * len(bodies)])
    add_title(figure, title)
    looks = looks_of(list(measures))
    dates = next(iter(measures.values()))["date"].iloc[: states.shape[1]]
    when = np.append(moments(dates), moments(dates)[-1] + np.timedelta64(30, "D"))
    for ax, measure in zip(panels, SHOWN, strict=False):
        ends = []
        for place, (name, table) in enumerate(measures.items()):
            values, look = table[measure].to_numpy(dtype=float), looks[name]
            ax.plot(moments(table["date"]), values, color=look.colour, linestyle=("-", "--")[place], linewidth=1.8)
            ends.append(LineEnd(titled(name), float(values[-1]), look.colour))
        label_value_axis(ax, measure, name="")
        ax.set_title(titled(measure), fontsize=10)
        calendar_axis(ax, span=when)
        label_line_ends(ax, ends)
        if parted:
            ax.axvline(moments(pd.Series([parted]))[0], color="#555555", linewidth=0.8, linestyle=":")
    strip = panels[-1]
    colours = ListedColormap(list(_COLOURS.values()))
    strip.pcolormesh(when, np.arange(len(bodies) + 1), np.ma.masked_invalid(states), cmap=colours, vmin=-0.5, vmax=2.5)
    for line in range(1, len(bodies)):
        strip.axhline(line, color="white", linewidth=0.8)
    strip.set_yticks(np.arange(len(bodies)) + 0.5, bodies)
    strip.set_ylim(len(bodies), 0)
    strip.grid(visible=False)
    strip.tick_params(axis="y", length=0, labelsize=9)
    calendar_axis(strip, span=when)
    dotted = f"Dotted: they part in {parted}. " if parted else ""
    note = f"{dotted}One pair of runs, so one course of chance; what the change does on average, compare tells."
    add_note_and_key(figure, note, [Patch(color=_COLOURS[state], label=_CALLED[state]) for state in _COLOURS])
    return figure
