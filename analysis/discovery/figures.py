"""Figures of scenario discovery: the trade-off between coverage and density, the box, and the tree."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from analysis.discovery.tables import Box, Tree
from analysis.shared.plotting import GREY, WIDTH, add_note, add_title, in_house_style, looks_of, new_figure
from analysis.shared.words import listed, mid_sentence, titled
from sim.vocabulary import label_of

_IN, _OUT = (look.colour for look in looks_of(["in", "out"]).values())


@in_house_style
def trade_off(box: Box, summary: pd.DataFrame, *, title: str) -> Figure:
    """Return a figure of coverage against density along the peeling, with the chosen box and its intervals.

    ``summary`` is the result of ``analysis.discovery.tables.box_summary`` for the box.

    >>> from analysis.discovery.tables import box_summary
    >>> grid = pd.DataFrame({"x": np.arange(10.0)})
    >>> path = pd.DataFrame({"coverage": [1.0, 1.0], "density": [0.5, 0.71], "restricted": [0, 1]})
    >>> box = Box(limits={"x": (2.5, np.inf)}, trajectory=path)
    >>> again = pd.DataFrame({"parameters": ["x"], "coverage": [0.9], "density": [0.7]})
    >>> figure = trade_off(box, box_summary(grid, grid["x"] > 4.5, box, again), title="large x")
    >>> figure.axes[0].get_xlabel()
    'Coverage: cases of interest in the box, %'
    """
    figure, (ax,) = new_figure(1, 1, width=6.5, height=5.0)
    numbers = summary.set_index("quantity")
    coverage, density = (f"{100 * numbers['value'][name]:.0f} %" for name in ("coverage", "density"))
    add_title(figure, f"{title}: the box holds {coverage} of such draws, and {density} of its draws are such")
    unseen = "" if numbers["unseen"].isna().all() else (
        " Cross: mean on halves of the draws that a box was not found on, with their extremes."
    )  # fmt: skip
    add_note(
        figure,
        "Small dots: boxes on the way, the number of restricted parameters beside the first of each kind. Large dot: "
        f"the chosen box without limits that are not significant, with 95 % Wilson intervals.{unseen}",
    )
    path = box.trajectory
    ax.plot(path["coverage"], path["density"], "-o", color="0.7", markersize=4, linewidth=1)
    firsts = path.drop_duplicates("restricted")
    for row in firsts.itertuples():
        ax.annotate(str(row.restricted), (row.coverage, row.density), xytext=(4, 4), textcoords="offset points",
                    color=GREY, fontsize=9)  # fmt: skip
    _crossed(ax, numbers, ("value", "ci_low", "ci_high"), marker="o", colour=_IN)
    if unseen:
        _crossed(ax, numbers, ("unseen", "unseen_low", "unseen_high"), marker="X", colour=_OUT)
    ax.set(xlim=(0, 1.03), ylim=(0, 1.03), xlabel="Coverage: cases of interest in the box, %",
           ylabel="Density: draws in the box of interest, %")  # fmt: skip
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(PercentFormatter(1.0, symbol=""))
    return figure


def _crossed(ax: Axes, numbers: pd.DataFrame, columns: tuple[str, str, str], *, marker: str, colour: str) -> None:
    (x, x_low, x_high), (y, y_low, y_high) = (
        numbers.loc[name, list(columns)].to_numpy(dtype=float) for name in ("coverage", "density")
    )
    ax.hlines(y, x_low, x_high, color=colour, linewidth=2, alpha=0.6)
    ax.vlines(x, y_low, y_high, color=colour, linewidth=2, alpha=0.6)
    ax.plot(x, y, marker, color=colour, markersize=9)


@in_house_style
def box_limits(table: pd.DataFrame, draws: pd.DataFrame, wanted: pd.Series, *, title: str) -> Figure:
    """Return a figure of the limits of a box, each on the range of its parameter, with the draws behind them.

    ``table`` is the result of ``analysis.discovery.tables.box_table``.

    >>> from analysis.discovery.tables import box_table
    >>> grid = pd.DataFrame({"x": np.arange(10.0)})
    >>> box = Box(limits={"x": (4.5, np.inf)}, trajectory=pd.DataFrame())
    >>> table = box_table(grid, grid["x"] > 4.5, box, {"x": [0.0, 9.0]}, kept={"x": 1.0})
    >>> figure = box_limits(table, grid, grid["x"] > 4.5, title="large x")
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['X']
    """
    figure, (ax,) = new_figure(1, 1, width=8.0, height=2.2 + 0.75 * max(1, len(table)))
    names = listed([label_of(str(name)) for name in table["parameter"]])
    add_title(figure, f"{title}: what the box asks of {names}")
    add_note(
        figure,
        "Grey line: whole range, with its ends. Thick line: in the box, with its limits. Ticks above: draws of "
        "interest; below: the others. qp: quasi-p-value of the limits; again: share of resamples whose box restricts "
        "the parameter too.",
    )
    truth = wanted.to_numpy(dtype=bool)
    for row, found in enumerate(table.to_dict("records")):
        values = draws[found["parameter"]]
        if found["names"]:
            _names_row(ax, row, found, values, truth)
        else:
            _range_row(ax, row, found, values, truth)
        again = "" if np.isnan(found["found_again"]) else f"\nagain {100 * found['found_again']:.0f} %"
        chances = [found[f"quasi_p_{end}"] for end in ("low", "high", "names")]
        worst = max(chance for chance in chances if not np.isnan(chance))
        shown = "qp < 0.001" if worst < 0.001 else f"qp {worst:.2g}"
        ax.annotate(f"{shown}{again}", (1.0, row), xycoords=("axes fraction", "data"), xytext=(30, 0),
                    textcoords="offset points", fontsize=9, color=GREY, va="center", annotation_clip=False)  # fmt: skip
    ax.set_yticks(range(len(table)), [titled(str(name)) for name in table["parameter"]])
    ax.set(ylim=(max(1, len(table)) - 0.4, -0.6), xlim=(0, 1), xticks=[])
    ax.grid(visible=False)
    ax.tick_params(length=0, pad=28)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    return figure


def _range_row(ax: Axes, row: int, found: dict[Any, Any], values: pd.Series, truth: Any) -> None:
    low, high = found["range_low"], found["range_high"]
    share = (values.to_numpy(dtype=float) - low) / (high - low)
    ax.vlines(share[truth], row - 0.24, row - 0.08, color=_IN, linewidth=0.8, alpha=0.6)
    ax.vlines(share[~truth], row + 0.08, row + 0.24, color="0.6", linewidth=0.8, alpha=0.5)
    ends = [(found[end] - low) / (high - low) for end in ("low", "high")]
    ax.hlines(row, 0, 1, color="0.75", linewidth=1.5)
    ax.hlines(row, *ends, color=_IN, linewidth=7)
    for place, (end, text) in enumerate(zip((0.0, 1.0), (low, high), strict=True)):
        ax.annotate(f"{text:g}", (end, row), xytext=(-4 + 8 * place, 0), textcoords="offset points", fontsize=9,
                    color=GREY, ha="right" if place == 0 else "left", va="center", annotation_clip=False)  # fmt: skip
    for end, value, limit in zip(ends, (found["low"], found["high"]), (low, high), strict=True):
        if value != limit:
            ax.annotate(f"{value:.3g}", (end, row - 0.26), fontsize=9, color=_IN, ha="center", va="bottom",
                        weight="bold", annotation_clip=False)  # fmt: skip


def _names_row(ax: Axes, row: int, found: dict[Any, Any], values: pd.Series, truth: Any) -> None:
    names, chosen = sorted(values.unique()), found["names"].split()
    for place, name in enumerate(names):
        count, hits = int((values == name).sum()), int((values[truth] == name).sum())
        colour = _IN if name in chosen else "0.6"
        ax.annotate(f"{name} ({hits} of {count})", ((place + 0.5) / len(names), row), fontsize=9, ha="center",
                    va="center", color=colour, weight="bold" if name in chosen else "normal")  # fmt: skip


@in_house_style
def tree_figure(tree: Tree, *, title: str) -> Figure:
    """Return a figure of the decision tree; the left branch is where the condition holds.

    >>> from analysis.discovery.tables import grow_tree
    >>> grid = pd.DataFrame({"x": np.arange(20.0)})
    >>> figure = tree_figure(grow_tree(grid, grid["x"] > 9, depth=1), title="large x")
    >>> sorted(text.get_text().splitlines()[0] for text in figure.axes[0].texts)
    ['0 % of interest', '100 % of interest', 'X ≤ 9.5']
    """
    leaves = int(tree.classifier.get_n_leaves())
    depth = int(tree.classifier.get_depth())
    figure, (ax,) = new_figure(1, 1, width=min(WIDTH, max(6.5, 1.25 * leaves + 0.5)), height=1.9 + 1.25 * (depth + 1))
    first = int(tree.classifier.tree_.feature[0])
    parts = f"{mid_sentence(tree.features[first])} parts the draws first" if first >= 0 else "nothing parts the draws"
    add_title(figure, f"{title}: {parts}")
    add_note(
        figure,
        f"To the left where the condition holds. Blue frame: judged of interest, where both kinds weigh the same. "
        f"Balanced accuracy on unseen draws {100 * tree.accuracy:.0f} % ({100 * tree.accuracy_low:.0f} to "
        f"{100 * tree.accuracy_high:.0f} %; 50 % is guessing).",
    )
    structure = tree.classifier.tree_
    places = _places(structure)
    for node, (across, down) in places.items():
        for child in (structure.children_left[node], structure.children_right[node]):
            if child >= 0:
                ax.plot([across, places[child][0]], [-down, -places[child][1]], color="0.7", linewidth=1.2, zorder=1)
        weights = structure.value[node][0]
        weighted = float(weights[1] / weights.sum())
        colour = _IN if weighted > 0.5 else "0.55"
        both = weighted * tree.wanted_share + (1.0 - weighted) * (1.0 - tree.wanted_share)
        share = weighted * tree.wanted_share / both
        text = _node_text(structure, node, tree.features, share=share, total=structure.n_node_samples[0])
        frame = {"boxstyle": "round,pad=0.4", "facecolor": "white", "edgecolor": colour, "linewidth": 1.8}
        ax.text(across, -down, text, ha="center", va="center", fontsize=9, color="black", zorder=2, bbox=frame)
    ax.set(xlim=(-0.55, leaves - 0.45), ylim=(-depth - 0.5, 0.5))
    ax.set_axis_off()
    return figure


def _places(structure: Any) -> dict[int, tuple[float, int]]:
    """Return across and down of every node: leaves side by side, the others over the middle of their branches."""
    places: dict[int, tuple[float, int]] = {}
    leaves = 0

    def placed(node: int, down: int) -> float:
        nonlocal leaves
        left, right = int(structure.children_left[node]), int(structure.children_right[node])
        if left < 0:
            across = float(leaves)
            leaves += 1
        else:
            across = (placed(left, down + 1) + placed(right, down + 1)) / 2.0
        places[node] = (across, down)
        return across

    placed(0, 0)
    return places


def _node_text(structure: Any, node: int, features: tuple[str, ...], *, share: float, total: int) -> str:
    caption = f"{100 * share:.0f} % of interest\n{100 * structure.n_node_samples[node] / total:.0f} % of draws"
    if structure.children_left[node] < 0:
        return caption
    name, equals, choice = features[structure.feature[node]].partition(" = ")
    label = titled(name).replace(": ", ":\n")
    condition = f"{label}\nis not {choice}" if equals else f"{label} ≤ {structure.threshold[node]:.3g}"
    return f"{condition}\n{caption}"
