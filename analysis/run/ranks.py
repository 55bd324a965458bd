"""Figure of who came to which table in which rank, month by month, in one run."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from analysis.run.figures import ONE_RUN, by_sector, short_names
from analysis.shared.plotting import (
    SECTOR_COLOURS,
    WIDTH,
    add_note,
    add_title,
    calendar_axis,
    grid_shape,
    hide_unused,
    in_house_style,
    moments,
    new_figure,
)
from analysis.shared.words import capital, listed, titled

_RANK_COLOURS = ("#EFC9A0", "#8CB9DE", "#08427B")
"""Absent, a junior, in person: safe for colour-blind readers, and darker with the rank."""
_CALLED = {"absent": "stayed away", "junior": "sent a junior", "senior": "came in person"}
_MOST_NAMED = 34
"""A board of more bodies has its sectors named alone."""


@in_house_style
def rank_strips(
    choices: pd.DataFrame, partners: pd.DataFrame, dates: pd.Series, *, tables: Sequence[str], ranks: Sequence[str]
) -> Figure:
    """Return a figure of the rank in which each body came, a panel a table, a row a body and a column a month.

    ``choices`` has one row a meeting and body that sits there (month, table, partner, rank), ``partners`` one a month
    and body (partner, sector), ``dates`` are the YYYY-MM of every month of the run. Where a body does not sit, and
    where the table does not meet, it is blank. Tables that never met are named in the note.

    >>> choices = pd.DataFrame([(0, "board", "police_1", "senior"), (1, "board", "police_1", "absent")],
    ...                        columns=["month", "table", "partner", "rank"])
    >>> seats = pd.DataFrame({"partner": ["police_1"], "sector": ["agency"]})
    >>> dates = pd.Series(["2001-04", "2001-05"])
    >>> figure = rank_strips(choices, seats, dates, tables=["board", "health"], ranks=["absent", "junior", "senior"])
    >>> [ax.get_title(loc="left") for ax in figure.axes]
    ['Board']
    """
    rows = by_sector(partners)
    met = [table for table in tables if (choices["table"] == table).any()]
    never = [table for table in tables if table not in met]
    shown = met or list(tables[:1])
    is_named = len(rows) <= _MOST_NAMED
    down, across = grid_shape(len(shown), most_columns=3)
    height = 1.5 + down * (0.5 + (0.19 if is_named else 0.085) * len(rows))
    figure, panels = new_figure(down, across, width=WIDTH, height=height, sharex=True, sharey=True)
    hide_unused(panels, len(shown))
    add_title(figure, _came_in_words(choices, most=ranks[-1]))
    blank = "Blank: the body does not sit there, or the table does not meet."
    unmet = f" No meeting of: {listed(never)}." if never else ""
    add_note(figure, f"A row a body, a column a month. {blank}{unmet} {ONE_RUN}", empty_lines=2)
    when = np.append(moments(dates), moments(dates)[-1] + np.timedelta64(30, "D"))
    for place, (ax, table) in enumerate(zip(panels, shown, strict=False)):
        values = _matrix(choices[choices["table"] == table], list(rows["partner"]), len(dates), ranks)
        _strip(ax, values, when, rows)
        ax.set_title(textwrap.fill(capital(table), 16))
        if place == across - 1:
            _name_sectors(ax, rows)
        if place + across >= len(shown):
            ax.tick_params(axis="x", labelbottom=True)
    labels = short_names(list(rows["partner"]))
    names = [labels[name] for name in rows["partner"]] if is_named else []
    panels[0].set_yticks(np.arange(len(names)) + 0.5, names)
    panels[0].set_ylim(len(rows), 0)
    key = [
        Patch(color=colour, label=_CALLED.get(rank, rank)) for rank, colour in zip(ranks, _RANK_COLOURS, strict=True)
    ]
    figure.legend(handles=key, loc="outside lower left", ncols=len(key), fontsize=9, handlelength=1.0)
    return figure


def _came_in_words(choices: pd.DataFrame, *, most: str) -> str:
    """Return which body came in person to most and to fewest of its meetings, and how often all did."""
    in_person = (choices["rank"] == most).groupby(choices["partner"], sort=False).mean()
    if in_person.empty:
        return "No table met"
    labels = short_names(list(in_person.index))
    high, low = str(in_person.idxmax()), str(in_person.idxmin())
    overall = f"{100 * (choices['rank'] == most).mean():.0f} % of seats were taken in person"
    if in_person[high] == in_person[low]:
        return overall
    shares = f"{100 * in_person[high]:.0f} % of its meetings", f"{100 * in_person[low]:.0f} %"
    return f"{overall}: most by {labels[high]} ({shares[0]}), least by {labels[low]} ({shares[1]})"


def _matrix(choices: pd.DataFrame, bodies: list[str], months: int, ranks: Sequence[str]) -> NDArray[np.float64]:
    """Return the number of the rank of each body in each month, NaN where it does not sit."""
    values = np.full((len(bodies), months), np.nan)
    row, code = ({name: number for number, name in enumerate(names)} for names in (bodies, ranks))
    values[choices["partner"].map(row), choices["month"]] = choices["rank"].map(code)
    return values


def _strip(ax: Axes, values: NDArray[np.float64], when: NDArray[np.datetime64], rows: pd.DataFrame) -> None:
    masked = np.ma.masked_invalid(values)
    colours = ListedColormap(list(_RANK_COLOURS))
    ax.pcolormesh(when, np.arange(len(rows) + 1), masked, cmap=colours, vmin=-0.5, vmax=len(_RANK_COLOURS) - 0.5)
    for line in range(1, len(rows)):
        ax.axhline(line, color="white", linewidth=0.8)
    for places in rows.groupby("sector", sort=False).groups.values():
        ax.axhline(places[0], color="white", linewidth=4)
    ax.grid(visible=False)
    ax.tick_params(axis="y", length=0, labelsize=9)
    calendar_axis(ax, most_ticks=6, span=when)


def _name_sectors(ax: Axes, rows: pd.DataFrame) -> None:
    """Write the sectors at the right of a panel."""
    for sector, places in rows.groupby("sector", sort=False).groups.items():
        ax.annotate(
            titled(str(sector)).replace(" ", "\n"), (1.0, places[0] + len(places) / 2),
            xycoords=("axes fraction", "data"), xytext=(5, 0), textcoords="offset points",
            color=SECTOR_COLOURS[str(sector)], va="center", fontsize=9,
        )  # fmt: skip
