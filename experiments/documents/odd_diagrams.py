"""Diagrams of the model for its description: what there is, what happens in a month, and what feeds back on what.

All are drawn from the month itself: its steps, what they are taken by, and which submodel reads what another writes.
"""

from __future__ import annotations

import io
import math
import textwrap
from collections.abc import Callable, Iterable, Mapping

import networkx as nx
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from analysis.shared.plotting import GREY, SECTOR_COLOURS, house_style, new_figure
from analysis.shared.words import capital, listed
from experiments.documents.odd_tables import EVERYWHERE, links
from experiments.documents.submodels import SUBMODELS
from sim import ARCHETYPES, MONTH, SECTORS, THEMES
from sim.vocabulary import label_of

_BLUE, _PALE = next(iter(SECTOR_COLOURS.values())), "#EAF2F8"


def _canvas(*, width: float, height: float) -> tuple[Figure, Axes]:
    """Return an empty figure whose panel has inches as its unit."""
    figure, (ax,) = new_figure(1, 1, width=width, height=height)
    ax.set_axis_off()
    ax.set_xlim(0.0, width)
    ax.set_ylim(0.0, height)
    return figure, ax


def _box(ax: Axes, x: float, y: float, width: float, height: float, heading: str, lines: str = "") -> None:
    """Draw a box with its lower left corner at x, y; what it holds is wrapped into it."""
    shape = FancyBboxPatch((x, y), width, height, boxstyle="round,pad=0.02", facecolor=_PALE, edgecolor=_BLUE)
    ax.add_patch(shape)
    ax.text(x + 0.1, y + height - 0.1, heading, fontsize=10, fontweight="bold", va="top")
    ax.text(x + 0.1, y + height - 0.38, textwrap.fill(lines, int(width * 13.5)), fontsize=8.5, va="top", color="0.25")


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], says: str = "") -> None:
    ax.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=12, color=GREY, linewidth=1.2))
    if says:
        ax.text(
            (start[0] + end[0]) / 2, (start[1] + end[1]) / 2, says, fontsize=8.5, color="0.25", ha="center",
            va="center", bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
        )  # fmt: skip


def entities() -> Figure:
    """Return a diagram of what there is in the model, how many numbers each holds, and how they hang together."""
    held = {kind: len(names) for kind, names in MONTH.known.items()}
    figure, ax = _canvas(width=8.5, height=5.2)
    sectors = listed([label_of(name) for name in SECTORS])
    pairs = listed([label_of(name) for name in MONTH.known["matrix"]])
    themes = f"people, tiers, fund; outcomes in {len(THEMES)} themes: {', '.join(THEMES)}"
    table = f"the tables, items, projects and the core; {held['partnership']} numbers"
    bodies = f"{sectors}, of {len(ARCHETYPES)} types; {held['partner']} numbers each"
    between = f"{pairs}: {held['matrix']} numbers from each body towards each other"
    _box(ax, 0.1, 4.1, 2.5, 1.0, "Policy", f"{len(_levers())} levers, each with a date if need be")
    _box(ax, 5.6, 4.1, 2.8, 1.0, "Place", themes)
    _box(ax, 2.9, 2.15, 2.7, 0.95, "Partnership", table)
    _box(ax, 0.1, 0.1, 3.2, 1.0, "Bodies", bodies)
    _box(ax, 5.2, 0.1, 3.2, 1.0, "Pairs of bodies", between)
    _arrow(ax, (1.5, 4.06), (3.3, 3.14), "set what is asked")
    _arrow(ax, (6.0, 4.06), (5.0, 3.14), "money, need")
    _arrow(ax, (5.64, 2.6), (7.6, 4.06), "projects close gaps")
    _arrow(ax, (1.7, 1.14), (3.3, 2.11), "come, propose, carry")
    _arrow(ax, (5.2, 2.11), (6.8, 1.14), "meetings, promises kept")
    _arrow(ax, (5.16, 0.6), (3.34, 0.6), "whom to work with")
    return figure


def _levers() -> list[str]:
    return [path for path, parameter in MONTH.parameters.items() if parameter.role == "lever"]


def month() -> Figure:
    """Return a diagram of a month: its submodels in order of their first step, with who takes their steps, and when."""
    submodel_of = {step: submodel for submodel in SUBMODELS for step in submodel.steps.split()}
    rows: dict[int, list[Mapping[str, str]]] = {}
    for step in MONTH.schedule:
        if (submodel := submodel_of.get(step["step"])) is not None:
            rows.setdefault(submodel.number, []).append(step)
    titles = {submodel.number: submodel.title for submodel in SUBMODELS}
    height = 0.62
    figure, ax = _canvas(width=8.5, height=height * len(rows) + 0.4)
    for place, (number, steps) in enumerate(rows.items()):
        y = height * (len(rows) - 1 - place) + 0.15
        shape = FancyBboxPatch((0.1, y), 3.3, 0.42, boxstyle="round,pad=0.02", facecolor=_PALE, edgecolor=_BLUE)
        ax.add_patch(shape)
        ax.text(0.2, y + 0.21, f"{number} {titles[number]}", fontsize=9.5, fontweight="bold", va="center")
        if place + 1 < len(rows):
            _arrow(ax, (1.7, y - 0.02), (1.7, y - height + 0.46))
        many = "1 step" if len(steps) == 1 else f"{len(steps)} steps"
        said = f"{many}, of {_said(step['taken_by'] for step in steps)}{_when(steps)}"
        ax.text(3.6, y + 0.21, textwrap.fill(said, 68), fontsize=8.5, va="center", color="0.25")
    return figure


def _said(takers: Iterable[str]) -> str:
    found = list(dict.fromkeys(takers))
    return listed(found) if len(found) <= 4 else f"{', '.join(found[:4])} and others"


def _when(steps: list[Mapping[str, str]]) -> str:
    asked = list(dict.fromkeys(step["when"] for step in steps))
    return f"; only {asked[0]}" if len(asked) == 1 and asked[0] else ""


def loops() -> Figure:
    """Return a diagram of what feeds back: an arrow where a submodel reads what another writes, wide where it is much.

    Dark are submodels that read each other's numbers, so that what one does comes back to it at once.
    """
    graph = nx.DiGraph()
    graph.add_nodes_from(submodel.number for submodel in SUBMODELS)
    for (writer, reader), what in links().items():
        carried = [name for name in what if name != EVERYWHERE]
        if carried and {writer, reader} <= set(graph):
            graph.add_edge(writer, reader, carried=len(carried))
    places = {
        number: (3.0 * math.sin(2 * math.pi * at / len(graph)), 2.6 * math.cos(2 * math.pi * at / len(graph)))
        for at, number in enumerate(graph)
    }
    figure, (ax,) = new_figure(1, 1, width=8.5, height=6.4)
    ax.set_axis_off()
    for mutual, colour, order in ((False, "0.78", 1), (True, _BLUE, 2)):
        edges = [(a, b) for a, b in graph.edges if graph.has_edge(b, a) == mutual]
        drawn = nx.draw_networkx_edges(
            graph, places, edgelist=edges, ax=ax, edge_color=colour, node_size=620, arrowsize=9,
            connectionstyle="arc3,rad=0.1", width=[0.5 + 0.25 * graph.edges[edge]["carried"] for edge in edges],
        )  # fmt: skip
        for arrow in drawn:
            arrow.set_zorder(order)
    nx.draw_networkx_nodes(graph, places, ax=ax, node_size=620, node_color=_PALE, edgecolors=_BLUE)
    nx.draw_networkx_labels(graph, places, ax=ax, font_size=10, font_weight="bold")
    for submodel in SUBMODELS:
        x, y = places[submodel.number]
        sideways = "left" if x > 0.3 else "right" if x < -0.3 else "center"
        ax.text(
            x * 1.17, y * (1.14 if sideways != "center" else 1.17), textwrap.fill(submodel.title, 18), fontsize=9,
            ha=sideways, va="center",
        )  # fmt: skip
    ax.set_xlim(-5.2, 5.2)
    ax.set_ylim(-3.3, 3.3)
    return figure


DIAGRAMS: Mapping[str, tuple[str, Callable[[], Figure]]] = {
    "entities": ("What there is: entities, and how many numbers each holds.", entities),
    "month": ("What happens in a month: submodels in the order of their first step, and who takes their steps.", month),
    "loops": (
        "What feeds back on what: an arrow where a submodel reads what another writes, the wider the more numbers it "
        "carries; blue where both read of each other.",
        loops,
    ),
}
"""By name: what a diagram shows, and how it is drawn."""


def as_svg(draw: Callable[[], Figure]) -> str:
    """Return a diagram as SVG to be put into a page: the same text for the same model."""
    with house_style():
        target = io.StringIO()
        draw().savefig(target, format="svg", metadata={"Date": None, "Creator": None})
    text = target.getvalue()
    return text[text.index("<svg") :]


def titled_diagrams() -> str:
    """Return all diagrams with what they show, as HTML."""
    return "\n".join(
        f"<figure>{as_svg(draw)}<figcaption>{capital(says)}</figcaption></figure>" for says, draw in DIAGRAMS.values()
    )
