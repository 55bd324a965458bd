"""Figures of who works with whom in one run: the network of ties at a few moments, and projects with their teams."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Mapping, Sequence

import networkx as nx
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from analysis.run.figures import ONE_RUN, by_sector, short_names
from analysis.shared.plotting import (
    GREY,
    SECTOR_COLOURS,
    WIDTH,
    add_note,
    add_sector_key,
    add_title,
    calendar_axis,
    grid_shape,
    hide_unused,
    in_house_style,
    moments,
    new_figure,
)
from analysis.shared.words import mid_sentence, titled

_MOST_PROJECTS = 40
_MOST_NUMBERED, _OF_MANY = 30, 24
"""Bodies that have numbers at most, and of more than that."""
_KEY_COLUMNS = 3
_WIDEST, _NARROWEST, _ROOM_FOR_NUMBER = 26.0, 5.0, 13.0
"""How wide the circle of the most influential body is, of the least, and of those that hold a number; in points."""
_CORE = "#222222"
_PLANS, _DELIVERS, _FUND, _POOLED = "0.55", "#117733", "#0173B2", "#DE8F05"


@in_house_style
def tie_networks(ties: pd.DataFrame, bodies: pd.DataFrame) -> Figure:
    """Return a figure of who is tied to whom, one panel a moment.

    ``ties`` has one row a moment and tied pair (date, one, other), ``bodies`` one a moment and body (date, partner,
    sector, influence, in_core). Bodies stay where the ties of all moments together put them, and have numbers, which
    a key explains; of many, those that were ever in the core, most often first, and who had most influence.

    >>> bodies = pd.DataFrame({"date": "2002-03", "partner": ["police_1", "school_1"], "sector": "agency",
    ...                        "influence": 0.5, "in_core": [True, False]})
    >>> ties = pd.DataFrame([("2002-03", "police_1", "school_1")], columns=["date", "one", "other"])
    >>> tie_networks(ties, bodies).axes[0].get_title(loc="left")
    '2002-03: 1 tie, core of 1'
    """
    dates = list(dict.fromkeys(bodies["date"]))
    down, across = grid_shape(len(dates), most_columns=3)
    numbers = _numbered(bodies)
    lines = -(-len(numbers) // _KEY_COLUMNS)
    figure, panels = new_figure(
        down + 1,
        across,
        width=WIDTH,
        height=1.2 + 3.1 * down + 0.19 * lines,
        height_ratios=[*(3.1 for _ in range(down)), 0.05 + 0.19 * lines],
    )
    hide_unused(panels[: down * across], len(dates))
    counts = [int((ties["date"] == date).sum()) for date in dates]
    cores = [int(bodies.loc[bodies["date"] == date, "in_core"].sum()) for date in dates]
    add_title(figure, f"Ties: {_from_to(counts)}; core: {_from_to(cores)}")
    note = (
        "Line: a working tie. Circle: a body, as wide as its share of influence, against the largest there ever was; "
        "dark edge: in the core, each of whom is tied to at least half of the others there, as it was last seen. "
        "Bodies keep their places."
    )
    add_note(figure, f"{note} {ONE_RUN}")
    places = _places(ties, bodies)
    most = float(bodies["influence"].max()) if len(bodies) else 1.0
    for ax, date in zip(panels, dates, strict=False):
        here, members = ties[ties["date"] == date], bodies[bodies["date"] == date]
        _draw(ax, here, members, places, numbers, most=max(most, 1e-9))
        count = f"{len(here)} tie{'' if len(here) == 1 else 's'}"
        ax.set(title=f"{date}: {count}, core of {int(members['in_core'].sum())}")
    _write_key(figure, panels[down * across :], numbers, bodies)
    add_sector_key(figure, bodies["sector"])
    return figure


def _from_to(counts: Sequence[int]) -> str:
    """Return how a count moved: "12", or "12, later 30"."""
    return f"{counts[0]}" if len(counts) == 1 else f"{counts[0]}, later {counts[-1]}"


def _numbered(bodies: pd.DataFrame) -> dict[str, int]:
    """Return the numbers of the bodies that have one, by sector and in the order of seats."""
    rows = by_sector(bodies)
    names = list(rows["partner"])
    if len(names) > _MOST_NUMBERED:
        by_body = bodies.astype({"in_core": float}).groupby("partner")
        standing = by_body["in_core"].max() + by_body["in_core"].mean() + by_body["influence"].mean()
        chosen = set(standing.sort_values(ascending=False, kind="stable").index[:_OF_MANY])
        names = [name for name in names if name in chosen]
    return {name: number for number, name in enumerate(names, start=1)}


def _write_key(figure: Figure, spare: list[Axes], numbers: Mapping[str, int], bodies: pd.DataFrame) -> None:
    """Write below the panels which body each number is, in the colour of its sector, column by column."""
    grid = spare[0].get_gridspec()
    assert grid is not None
    for ax in spare:
        ax.remove()
    key = figure.add_subplot(grid[-1, :])
    key.set_axis_off()
    labels = short_names(list(dict.fromkeys(bodies["partner"])))
    sectors = dict(zip(bodies["partner"], bodies["sector"], strict=True))
    lines = max(1, -(-len(numbers) // _KEY_COLUMNS))
    key.set(xlim=(0, _KEY_COLUMNS), ylim=(lines, 0))
    for place, (name, number) in enumerate(numbers.items()):
        column, line = divmod(place, lines)
        colour = SECTOR_COLOURS[sectors[name]]
        key.text(column, line + 0.5, f"{number}", fontsize=9, weight="bold", color=colour, va="center")
        key.text(column + 0.1, line + 0.5, labels[name], fontsize=9, color="0.2", va="center")


def _places(ties: pd.DataFrame, bodies: pd.DataFrame) -> dict[str, NDArray[np.float64]]:
    graph = nx.Graph()
    # All are held together a little, or who is tied to nobody would be drawn far away.
    graph.add_edges_from(itertools.combinations(dict.fromkeys(bodies["partner"]), 2), weight=0.1)
    counted = ties.groupby(["one", "other"], as_index=False).size()
    graph.add_weighted_edges_from(zip(counted["one"], counted["other"], counted["size"].astype(float), strict=True))
    distance = 2.4 / max(1, len(graph)) ** 0.5
    return dict(nx.spring_layout(graph, seed=1, weight="weight", iterations=200, k=distance))


def _draw(
    ax: Axes,
    ties: pd.DataFrame,
    bodies: pd.DataFrame,
    places: Mapping[str, NDArray[np.float64]],
    numbers: Mapping[str, int],
    *,
    most: float,
) -> None:
    for one, other in zip(ties["one"], ties["other"], strict=True):
        (x, y), (u, v) = places[one], places[other]
        ax.plot([x, u], [y, v], color=GREY, linewidth=0.6, alpha=0.55, zorder=1)
    columns = ["partner", "sector", "influence", "in_core"]
    for name, sector, influence, in_core in bodies[columns].itertuples(index=False):
        x, y = places[name]
        edge, width = (_CORE, 1.8) if in_core else ("white", 0.5)
        across = max(_NARROWEST, _WIDEST * influence / most)
        ax.scatter(x, y, s=across**2, color=SECTOR_COLOURS[sector], edgecolor=edge, linewidth=width, zorder=2)
        if name in numbers:
            inside = across >= _ROOM_FOR_NUMBER
            right, up = _away((x, y), [place for other, place in places.items() if other != name])
            text = ax.annotate(
                f"{numbers[name]}", (x, y),
                (0, 0) if inside else (right * (across / 2 + 1), up * (across / 2 + 4)),
                textcoords="offset points", ha="center" if inside else "left" if right > 0 else "right",
                va="center", fontsize=9,
                weight="bold", color="white" if inside else "0.15", zorder=3,
            )  # fmt: skip
            around = SECTOR_COLOURS[sector] if inside else "white"
            text.set_path_effects([withStroke(linewidth=1.5, foreground=around)])
    ax.margins(0.1)
    ax.set_axis_off()


def _away(place: tuple[float, float], others: Sequence[NDArray[np.float64]]) -> tuple[int, int]:
    """Return to which side (1 right, -1 left) and how (1 up, -1 down) a place turns away from its nearest neighbour."""
    if not others:
        return 1, 1
    gaps = np.array(place) - np.array(others)
    nearest = gaps[int((gaps**2).sum(axis=1).argmin())]
    return (1 if nearest[0] >= 0 else -1), (1 if nearest[1] >= 0 else -1)


@in_house_style
def project_bars(projects: pd.DataFrame, dates: pd.Series, bodies: Sequence[str]) -> Figure:
    """Return a figure of projects as bars, planning and delivery, with their money and the teams that carry them.

    ``projects`` has one row a project (theme, first_month, last_month, delivers_from, team, yield, paid_gbp_m by the
    fund, pooled_gbp_m by members); ``dates`` are the YYYY-MM of every month of the run, by month, ``bodies`` the names
    of all. Of many projects the last are shown.

    >>> projects = pd.DataFrame({"theme": ["crime"], "first_month": [1], "last_month": [18], "yield": [0.2],
    ...                          "delivers_from": [9], "paid_gbp_m": [0.5], "pooled_gbp_m": [0.1],
    ...                          "team": ["police_1, school_1"]})
    >>> dates = pd.Series([f"{year}-{month:02d}" for year in (2001, 2002) for month in range(1, 13)])
    >>> figure = project_bars(projects, dates, ["police_1", "school_1"])
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()], figure.axes[1].get_xlabel()
    (['Crime'], '£m')
    """
    shown = projects.tail(_MOST_PROJECTS).reset_index(drop=True)
    labels = short_names(list(bodies))
    height = 1.9 + 0.23 * max(3, len(shown))
    figure, (ax, money) = new_figure(1, 2, width=WIDTH, height=height, sharey=True, width_ratios=[2.4, 1.0])
    more = f" The last {len(shown)} of {len(projects)} are shown." if len(projects) > len(shown) else ""
    add_title(figure, _projects_in_words(projects))
    note = (
        "Green: delivery, darker with more yield, which is what the weakest needed sector puts in; saving time needs "
    )
    add_note(figure, f"{note}no money. Money: over the project's months.{more} {ONE_RUN}", empty_lines=2)
    when = np.append(moments(dates), moments(dates)[-1] + np.timedelta64(30, "D"))
    most = max(0.01, float(shown["yield"].max())) if len(shown) else 1.0
    first_shown = int(shown["first_month"].min()) if len(shown) else 0
    columns = (shown[name] for name in ("first_month", "delivers_from", "last_month", "team", "yield"))
    for place, (first, delivers, last, team, gained) in enumerate(zip(*columns, strict=True)):
        end, turn = min(last + 1, len(dates)), min(delivers, last + 1)
        box = [place - 0.38, place + 0.38]
        ax.fill_betweenx(
            box, when[first], when[min(turn, end)], facecolor="white", edgecolor=_PLANS, hatch="/////", linewidth=0.6
        )
        if turn < end:
            depth = min(1.0, 0.2 + 0.8 * gained / most)
            ax.fill_betweenx(box, when[turn], when[end], color=_DELIVERS, alpha=depth, linewidth=0)
        names = textwrap.shorten(", ".join(labels[name] for name in team.split(", ") if name), 48, placeholder=" …")
        money.annotate(
            names, (1.0, place), (5, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
            va="center", fontsize=9, color="0.25",
        )  # fmt: skip
    money.barh(shown.index, shown["paid_gbp_m"], height=0.62, color=_FUND)
    money.barh(shown.index, shown["pooled_gbp_m"], left=shown["paid_gbp_m"], height=0.62, color=_POOLED)
    money.set(xlabel="£m", xlim=(0, None))
    money.xaxis.set_major_locator(MaxNLocator(nbins=2))
    money.grid(visible=False, axis="y")
    ax.set_yticks(range(len(shown)), [titled(theme) for theme in shown["theme"]], fontsize=9)
    ax.set_ylim(max(1, len(shown)) - 0.4, -0.6)
    ax.grid(visible=False)
    calendar_axis(ax, span=when[first_shown:], most_ticks=4)
    key = [
        Patch(facecolor="white", edgecolor=_PLANS, hatch="/////", label="planning"),
        Patch(color=_DELIVERS, label="delivery"),
        Patch(color=_FUND, label="money of the fund"),
        Patch(color=_POOLED, label=mid_sentence(titled("contribution_pooled_gbp_m"))),
    ]
    figure.legend(handles=key, loc="outside lower left", ncols=len(key), fontsize=9, handlelength=1.4)
    return figure


def _projects_in_words(projects: pd.DataFrame) -> str:
    """Return how many projects there were, how many came to deliver, and who paid."""
    if projects.empty:
        return "No project began"
    count = f"{len(projects)} project{'' if len(projects) == 1 else 's'}"
    delivered = int((projects["delivers_from"] <= projects["last_month"]).sum())
    paid, pooled = (float(projects[name].sum()) for name in ("paid_gbp_m", "pooled_gbp_m"))
    return f"{count}, {delivered} of which came to deliver: £{paid:.1f}m from the fund, £{pooled:.1f}m from the pool"
