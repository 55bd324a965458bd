"""The figure of a brief: how runs end under each scenario, and how far each is from the reference."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, PercentFormatter

from analysis.brief.tables import QUANTITIES, WORKS, Effect
from analysis.brief.words import level_in_words
from analysis.shared.plotting import GREY, REGIME_COLOURS, add_note, in_house_style
from analysis.shared.summaries import WORKING_REGIMES
from analysis.shared.words import mid_sentence, readable, titled
from sim.regimes import REGIMES

DRAWN = ("added_value", "engagement", "fund")
"""Quantities of which the differences are drawn."""

_INK = "0.2"
_ORDER = (*WORKING_REGIMES, *(regime for regime in reversed(REGIMES) if regime not in WORKING_REGIMES))
_QUANTITIES = {each.name: each for each in QUANTITIES}


@in_house_style
def brief_figure(endings: pd.DataFrame, found: Sequence[Effect], reference: str) -> Figure:
    """Return a figure of how runs end, a bar a scenario, and below it of the differences from the reference.

    ``endings`` has a row a scenario and a column a regime: the share of runs that end in it.

    >>> nan = float("nan")
    >>> rows = [Effect("a", "works", 0.7, 0.6, 0.8, nan, nan, nan, 0, 0, 31, 90)]
    >>> figure = brief_figure(pd.DataFrame({"working partnership": 0.7, "hollow": 0.3}, index=["a"]), rows, "a")
    >>> [ax.get_title(loc="left") for ax in figure.axes]
    ['How partnerships end, % of runs']
    """
    scenarios = list(endings.index)
    others = [name for name in scenarios if name != reference]
    drawn = [name for name in DRAWN if any(row.quantity == name for row in found)] if others else []
    heights = [0.6 + 0.4 * len(scenarios), *([0.8 + 0.3 * len(others)] if drawn else [])]
    figure = Figure(figsize=(7.0, 0.9 + sum(heights)), layout="constrained")
    grid = figure.add_gridspec(len(heights), max(1, len(drawn)), height_ratios=heights)
    _bars(figure.add_subplot(grid[0, :]), endings, {row.scenario: row for row in found if row.quantity == WORKS.name})
    for place, name in enumerate(drawn):
        rows = [row for row in found if row.quantity == name and row.scenario in others]
        _differences(figure.add_subplot(grid[1, place]), rows, names=place == 0)
    seen = [regime for regime in _ORDER if regime in endings and endings[regime].max() > 0]
    key = [Patch(color=REGIME_COLOURS[regime], label=titled(regime)) for regime in seen]
    figure.legend(handles=key, loc="outside upper left", ncols=4, fontsize=9, handlelength=1.0, columnspacing=1.2)
    if drawn:
        note = (
            f"Below: differences from {mid_sentence(reference)}, with 95 % intervals. Filled: clear. Open: not clear."
        )
        add_note(figure, note)
    return figure


def _bars(ax: Axes, endings: pd.DataFrame, works: dict[str, Effect]) -> None:
    """Draw how runs end, those that work together first, with their number beside the bar."""
    for place, scenario in enumerate(endings.index):
        start = 0.0
        for regime in (regime for regime in _ORDER if regime in endings):
            share = float(endings[regime][scenario])
            ax.barh(
                place, share, left=start, height=0.62, color=REGIME_COLOURS[regime], edgecolor="white", linewidth=0.6
            )
            start += share
        ax.text(1.015, place, level_in_words(works[str(scenario)]), va="center", fontsize=10, weight="bold")
    ax.text(1.015, -0.62, "work together", va="bottom", fontsize=9, color=GREY)
    ax.set(xlim=(0, 1), ylim=(len(endings) - 0.5, -0.6), title="How partnerships end, % of runs")
    ax.set_yticks(range(len(endings)), [textwrap.fill(readable(str(name)), 22) for name in endings.index])
    ax.tick_params(axis="y", length=0)
    ax.xaxis.set_major_formatter(PercentFormatter(1.0, symbol=""))
    ax.grid(visible=False)
    ax.spines["left"].set_visible(False)


def _differences(ax: Axes, rows: Sequence[Effect], *, names: bool) -> None:
    """Draw the differences in one quantity with their intervals: filled if clear, open if not.

    Colours are those of regimes above, some of which have the name of a scenario: here there are none.
    """
    quantity = _QUANTITIES[rows[0].quantity]
    for place, row in enumerate(rows):
        low, middle, high = (quantity.scale * end for end in (row.low, row.difference, row.high))
        ax.hlines(place, low, high, color=_INK, linewidth=3, alpha=0.4)
        ax.plot(middle, place, "o", color=_INK, markerfacecolor=_INK if row.clear else "white", markersize=6.5)
    ax.axvline(0.0, color=GREY, linewidth=1)
    unit = quantity.pattern.format("").strip()
    ax.set(title=quantity.label, xlabel=unit or "change of the index", ylim=(len(rows) - 0.5, -0.5))
    ax.margins(x=0.08)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=3, steps=[1, 2, 2.5, 5, 10]))
    shown = [textwrap.fill(readable(row.scenario), 22) for row in rows] if names else []
    ax.set_yticks(range(len(rows)), shown or [""] * len(rows))
    ax.tick_params(axis="y", length=0)
    ax.grid(visible=False, axis="y")
