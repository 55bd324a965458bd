"""Figures of who works with whom in one run: the network of ties at a few moments, and projects with their teams."""

from __future__ import annotations

from collections.abc import Mapping

import networkx as nx
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from analysis.run.figures import ONE_RUN, short_names
from analysis.shared.plotting import (
    GREY,
    SECTOR_COLOURS,
    add_note,
    add_sector_key,
    add_title,
    calendar_axis,
    in_house_style,
    moments,
    new_figure,
)
from analysis.shared.words import titled

_MOST_PROJECTS = 40
_MOST_NAMED = 24
_CORE = "#222222"


@in_house_style
def tie_networks(ties: pd.DataFrame, bodies: pd.DataFrame) -> Figure:
    """Return a figure of who is tied to whom, one panel a moment.

    ``ties`` has one row a moment and tied pair (date, one, other), ``bodies`` one a moment and body (date, partner,
    sector, influence, in_core). Bodies stay where the ties of all moments together put them.

    >>> bodies = pd.DataFrame({"date": "2002-03", "partner": ["police_1", "school_1"], "sector": "agency",
    ...                        "influence": 0.5, "in_core": [True, False]})
    >>> ties = pd.DataFrame([("2002-03", "police_1", "school_1")], columns=["date", "one", "other"])
    >>> tie_networks(ties, bodies).axes[0].get_title(loc="left")
    '2002-03: 1 tie, core of 1'
    """
    dates = list(dict.fromkeys(bodies["date"]))
    columns = min(3, len(dates))
    rows = -(-len(dates) // columns)
    figure, panels = new_figure(rows, columns, width=9.6, height=1.2 + 3.1 * rows)
    add_title(figure, "Who is tied to whom")
    note = (
        "Line: a working tie. Circle: a body, larger with more influence; dark edge: in the core, each of whom is "
        "tied to at least half of the others there, as it was last seen. "
        "Bodies keep their places; names are in the last panel."
    )
    add_note(figure, f"{note} {ONE_RUN}")
    places = _places(ties, bodies)
    labels = short_names(list(dict.fromkeys(bodies["partner"])))
    for ax in panels[len(dates) :]:
        ax.set_visible(False)
    for ax, date in zip(panels, dates, strict=False):
        here, members = ties[ties["date"] == date], bodies[bodies["date"] == date]
        _draw(ax, here, members, places, labels if date == dates[-1] else {})
        count = f"{len(here)} tie{'' if len(here) == 1 else 's'}"
        ax.set(title=f"{date}: {count}, core of {int(members['in_core'].sum())}")
    add_sector_key(figure, bodies["sector"])
    return figure


def _places(ties: pd.DataFrame, bodies: pd.DataFrame) -> dict[str, NDArray[np.float64]]:
    graph = nx.Graph()
    graph.add_nodes_from(dict.fromkeys(bodies["partner"]))
    counted = ties.groupby(["one", "other"], as_index=False).size()
    graph.add_weighted_edges_from(zip(counted["one"], counted["other"], counted["size"].astype(float), strict=True))
    distance = 2.4 / max(1, len(graph)) ** 0.5
    return dict(nx.spring_layout(graph, seed=1, weight="weight", iterations=200, k=distance))


def _draw(
    ax: Axes,
    ties: pd.DataFrame,
    bodies: pd.DataFrame,
    places: Mapping[str, NDArray[np.float64]],
    labels: Mapping[str, str],
) -> None:
    for one, other in zip(ties["one"], ties["other"], strict=True):
        (x, y), (u, v) = places[one], places[other]
        ax.plot([x, u], [y, v], color=GREY, linewidth=0.7, alpha=0.7, zorder=1)
    for name, sector, influence, in_core in bodies[["partner", "sector", "influence", "in_core"]].itertuples(
        index=False
    ):
        x, y = places[name]
        edge, width = (_CORE, 1.8) if in_core else ("white", 0.5)
        ax.scatter(
            x, y, s=40 + 900 * influence, color=SECTOR_COLOURS[sector], edgecolor=edge, linewidth=width, zorder=2
        )
        if name in labels and len(bodies) <= _MOST_NAMED:
            text = ax.annotate(
                labels[name], (x, y), (0, -8), textcoords="offset points", ha="center", va="top", fontsize=6
            )
            text.set_path_effects([withStroke(linewidth=2, foreground="white")])
    ax.margins(0.12)
    ax.set_axis_off()


@in_house_style
def project_bars(projects: pd.DataFrame, dates: pd.Series) -> Figure:
    """Return a figure of projects as bars, from adoption to their end, with the teams that carry them.

    ``projects`` has one row a project (theme, first_month, last_month, team, yield); ``dates`` are the YYYY-MM of every
    month of the run, by month. Of many projects the last are shown.

    >>> projects = pd.DataFrame({"theme": ["crime"], "first_month": [1], "last_month": [18], "yield": [0.2],
    ...                          "team": ["police_1, school_1"]})
    >>> dates = pd.Series([f"{year}-{month:02d}" for year in (2001, 2002) for month in range(1, 13)])
    >>> [label.get_text() for label in project_bars(projects, dates).axes[0].get_yticklabels()]
    ['Crime']
    """
    shown = projects.tail(_MOST_PROJECTS)
    labels = short_names(sorted({name for team in shown["team"] for name in team.split(", ")}))
    figure, (ax,) = new_figure(1, 1, width=9.6, height=1.4 + 0.23 * max(3, len(shown)))
    more = f" The last {len(shown)} of {len(projects)} are shown." if len(projects) > len(shown) else ""
    add_title(figure, "Projects and the teams that carry them")
    note = "Bar: from adoption to the end; darker with more yield, which is what the weakest needed sector puts in."
    add_note(figure, f"{note}{more} {ONE_RUN}")
    when = moments(dates)
    most = max(0.01, float(shown["yield"].max())) if len(shown) else 1.0
    first_shown = int(shown["first_month"].min()) if len(shown) else 0
    columns = (shown[name] for name in ("first_month", "last_month", "team", "yield"))
    for place, (first, last, team, gained) in enumerate(zip(*columns, strict=True)):
        start, end = when[first], when[min(last, len(when) - 1)]
        depth = 0.25 + 0.75 * gained / most
        ax.fill_betweenx([place - 0.38, place + 0.38], start, end, color="#117733", alpha=depth, linewidth=0)
        names = ", ".join(labels[name] for name in team.split(", "))
        ax.annotate(names, (end, place), (3, 0), textcoords="offset points", va="center", fontsize=6.5, color="0.25")
    ax.set_yticks(range(len(shown)), [titled(theme) for theme in shown["theme"]], fontsize=7)
    ax.set_ylim(len(shown) - 0.4, -0.6)
    ax.grid(visible=False)
    calendar_axis(ax, span=when[first_shown:])
    return figure
