"""Figures of levers together: what each changes over the years, what pairs come to, and who gains and loses.

Every function takes a table of ``analysis.together.tables`` for one scenario and returns a new Figure. Filled marks are
clear after correction for the number of comparisons, hollow ones are too small to tell.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis.shared.plotting import (
    GREY,
    WIDTH,
    add_note,
    add_title,
    counted,
    grid_shape,
    hide_unused,
    in_house_style,
    looks_of,
    new_figure,
)
from analysis.shared.words import is_share, mid_sentence, readable, titled
from analysis.together.tables import LESS, MORE, UNCLEAR
from analysis.together.words import unit_of_change
from sim.population import SECTORS
from sim.vocabulary import label_of

NOTE = (
    "Dot: mean paired difference; line: its 95 % interval over {runs} runs or sets of numbers, paired. "
    "Filled: clear after correction for all comparisons (Holm); hollow: too small to tell."
)
VOICE = "Voice: the sector's share of influence."
_VERDICTS = {MORE: "#0173b2", LESS: "#d55e00", UNCLEAR: GREY}
_APART = 0.32
"""How far marks of one row lie apart, of the distance of rows."""


@in_house_style
def main_effects_over_years(main: pd.DataFrame) -> Figure:
    """Return a figure of what each lever changes on its own: a row of panels a measure, a column a lever.

    >>> row = {"scenario": "a", "measure": "engagement", "year": 1.0, "lever": "fund", "dose": "full", "effect": 0.1,
    ...        "ci_low": 0.05, "ci_high": 0.15, "clear": True, "replicates": 9}
    >>> main_effects_over_years(pd.DataFrame([row, row | {"lever": "duty"}])).axes[1].get_title(loc="left")
    'Duty'
    """
    measures, levers, doses, years = (list(main[name].unique()) for name in ("measure", "lever", "dose", "year"))
    figure, panels = new_figure(
        len(measures), len(levers), width=min(WIDTH, max(5.0, 2.5 * len(levers))), height=1.9 + 1.75 * len(measures),
        sharex=True, sharey="row",
    )  # fmt: skip
    looks = looks_of(doses)
    for place, ax in enumerate(panels):
        measure, lever = measures[place // len(levers)], levers[place % len(levers)]
        here = main[(main["measure"] == measure) & (main["lever"] == lever)]
        for number, dose in enumerate(doses):
            mine = here[here["dose"] == dose]
            across = np.array([years.index(year) for year in mine["year"]]) + _shift(number, len(doses))
            _marks(ax, across, mine, "effect", colour=looks[dose].colour)
        ax.axhline(0.0, color=GREY, linewidth=0.8)
        ax.grid(visible=False, axis="x")
        ax.set_xlim(-0.5, len(years) - 0.5)
        ax.set_xticks(range(len(years)), [f"{year:g}" for year in years])
        if place < len(levers):
            ax.set_title(textwrap.fill(readable(lever), 20))
        if place % len(levers) == 0:
            ax.set_ylabel(f"{textwrap.fill(titled(measure), 20)},\n{textwrap.fill(unit_of_change(measure), 20)}")
            _in_points(ax, measure, axis="y")
        if place >= len(panels) - len(levers):
            ax.set_xlabel("Year")
    add_title(figure, f"{_most_moved(main, measures[0])}, {mid_sentence(str(main['scenario'].iloc[0]))}")
    add_note(figure, NOTE.format(runs=int(main["replicates"].max())), empty_lines=2)
    _dose_key(figure, doses)
    return figure


def _most_moved(main: pd.DataFrame, measure: str) -> str:
    """Return which lever alone changes a measure most by the last year, and by how much."""
    rows = main[(main["measure"] == measure) & (main["year"] == main["year"].max())]
    most = rows.loc[[rows["effect"].abs().idxmax()]].to_dict("records")[0]
    effect = f"{_scale(measure) * most['effect']:+.3g}".replace("-", "−")
    return (
        f"{readable(most['lever'])} ({mid_sentence(most['dose'])}) alone changes {label_of(measure)} most: {effect} "
        f"after {counted(pd.Series([most['year']]), 'year')}"
    )


@in_house_style
def pair_interactions_in_year(pairs: pd.DataFrame, *, year: float) -> Figure:
    """Return a figure of what pairs of levers come to beyond the sum of each alone, at the end of a year.

    >>> row = {"scenario": "a", "measure": "engagement", "year": 1.0, "lever": "fund", "dose": "full", "other": "duty",
    ...        "other_dose": "light", "interaction": 0.1, "ci_low": 0.05, "ci_high": 0.15, "clear": True,
    ...        "replicates": 9, "verdict": MORE}
    >>> ax = pair_interactions_in_year(pd.DataFrame([row]), year=1.0).axes[0]
    >>> ax.get_title(loc="left"), [label.get_text() for label in ax.get_yticklabels()]
    ('Engagement', ['Fund and duty', 'full, light'])
    """
    rows = pairs[pairs["year"] == year]
    measures = list(rows["measure"].unique())
    labels, place_of = _pair_rows(rows)
    across = grid_shape(len(measures), most_columns=4)
    figure, panels = new_figure(
        *across,
        width=min(WIDTH, 2.6 + 2.2 * across[1]),
        height=1.8 + across[0] * (0.6 + 0.2 * len(labels)),
        sharey=True,
    )
    hide_unused(panels, len(measures))
    for ax, measure in zip(panels, measures, strict=False):
        here = rows[rows["measure"] == measure]
        heights = np.array([place_of[_pair_of(row)] for row in here.to_dict("records")])
        for verdict, colour in _VERDICTS.items():
            mine = (here["verdict"] == verdict).to_numpy()
            _marks(ax, heights[mine], here[mine], "interaction", colour=colour, axis="y")
        ax.axvline(0.0, color=GREY, linewidth=0.8)
        ax.set_title(textwrap.fill(titled(measure), 12))
        ax.set_xlabel(textwrap.fill(unit_of_change(measure), 14))
        ax.grid(visible=False, axis="y")
        _in_points(ax, measure, axis="x")
    panels[0].set_yticks(range(len(labels)), labels)
    for label, (_, is_heading) in zip(panels[0].get_yticklabels(), _headings(labels, place_of), strict=True):
        label.set(fontsize=9.5 if is_heading else 9, fontweight="bold" if is_heading else "normal")
    panels[0].set_ylim(len(labels) - 0.4, -0.6)
    scenario = mid_sentence(str(rows["scenario"].iloc[0]))
    clear = int(rows["clear"].sum())
    add_title(
        figure,
        f"{clear} of {len(rows)} pairs of doses come to clearly more or less than the sum of each alone, {scenario}, "
        f"year {year:g}",
    )
    add_note(
        figure,
        f"{NOTE.format(runs=int(rows['replicates'].max()))} Right of 0 (blue): more than the sum; left (orange): less. "
        "Doses are in the order of the levers.",
    )
    return figure


@in_house_style
def who_gains_in_year(sectors: pd.DataFrame, *, year: float) -> Figure:
    """Return a figure of what each lever alone changes for each sector, at the end of a year.

    >>> row = {"scenario": "a", "measure": "engagement", "sector": "council", "year": 1.0, "lever": "fund",
    ...        "dose": "full", "effect": 0.1, "ci_low": 0.05, "ci_high": 0.15, "clear": True, "replicates": 9}
    >>> ax = who_gains_in_year(pd.DataFrame([row, row | {"sector": "voluntary"}]), year=1.0).axes[0]
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['Councils', 'Voluntary bodies']
    """
    rows = sectors[sectors["year"] == year]
    measures, levers, doses = (list(rows[name].unique()) for name in ("measure", "lever", "dose"))
    there = [sector for sector in SECTORS if sector in set(rows["sector"])]
    looks = looks_of(doses)
    figure, panels = new_figure(
        len(measures), len(levers), width=min(WIDTH, max(5.0, 1.6 + 2.3 * len(levers))),
        height=1.9 + len(measures) * (0.9 + 0.32 * len(there)), sharey=True, sharex="row",
    )  # fmt: skip
    for place, ax in enumerate(panels):
        measure, lever = measures[place // len(levers)], levers[place % len(levers)]
        of_all = f"{measure}_{there[0]}"
        here = rows[(rows["measure"] == measure) & (rows["lever"] == lever)]
        for number, dose in enumerate(doses):
            mine = here[here["dose"] == dose]
            heights = np.array([there.index(sector) for sector in mine["sector"]]) + _shift(number, len(doses))
            _marks(ax, heights, mine, "effect", colour=looks[dose].colour, axis="y")
        ax.axvline(0.0, color=GREY, linewidth=0.8)
        ax.grid(visible=False, axis="y")
        ax.set_xlabel(textwrap.fill(f"Change of {label_of(measure)}, {unit_of_change(of_all)}", 26))
        _in_points(ax, of_all, axis="x")
        if place < len(levers):
            ax.set_title(textwrap.fill(readable(lever), 20))
    panels[0].set_yticks(range(len(there)), [titled(sector) for sector in there])
    panels[0].set_ylim(len(there) - 0.5, -0.5)
    scenario = mid_sentence(str(rows["scenario"].iloc[0]))
    clear = rows[rows["clear"]]
    losing = int((clear["effect"] < 0).sum())
    add_title(
        figure,
        f"Of {len(rows)} changes for sectors {len(clear) - losing} are clear gains and {losing} clear losses, "
        f"{scenario}, year {year:g}",
    )
    note = NOTE.format(runs=int(rows["replicates"].max()))
    add_note(figure, f"{note} {VOICE}" if "voice" in measures else note, empty_lines=2)
    _dose_key(figure, doses)
    return figure


def _marks(ax: Axes, places: Any, rows: pd.DataFrame, column: str, *, colour: str, axis: str = "x") -> None:
    """Draw values with their intervals at ``places`` of an axis: filled where clear, else hollow."""
    across = ax.vlines if axis == "x" else ax.hlines
    across(places, rows["ci_low"], rows["ci_high"], color=colour, linewidth=2.2, alpha=0.5)
    fills = np.where(rows["clear"].to_numpy(dtype=bool), colour, "white")
    values = rows[column]
    x, y = (places, values) if axis == "x" else (values, places)
    ax.scatter(x, y, s=24, facecolors=list(fills), edgecolors=colour, linewidths=1.2, zorder=3)


def _shift(number: int, count: int) -> float:
    return _APART * (number - (count - 1) / 2)


def _in_points(ax: Axes, measure: str, *, axis: str) -> None:
    which = ax.yaxis if axis == "y" else ax.xaxis
    which.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]))
    scale = _scale(measure)
    which.set_major_formatter(FuncFormatter(lambda value, _: f"{scale * value:.4g}".replace("-", "−")))


def _scale(measure: str) -> float:
    return 100.0 if is_share(measure) else 1.0


def _dose_key(figure: Figure, doses: Sequence[str]) -> None:
    """Say below the note what the colours of doses mean."""
    looks = looks_of(doses)
    key = [Line2D([], [], marker="o", linestyle="", color=looks[dose].colour, label=readable(dose)) for dose in doses]
    figure.legend(handles=key, loc="outside lower left", ncols=len(key), fontsize=9, handletextpad=0.1)


def _pair_of(row: Any) -> tuple[str, str, str, str]:
    return row["lever"], row["dose"], row["other"], row["other_dose"]


def _pair_rows(rows: pd.DataFrame) -> tuple[list[str], dict[tuple[str, str, str, str], int]]:
    """Return the labels down the side, pairs of levers as headings over their doses, and the row of each."""
    labels: list[str] = []
    place_of: dict[tuple[str, str, str, str], int] = {}
    before = None
    order = {lever: place for place, lever in enumerate(dict.fromkeys([*rows["lever"], *rows["other"]]))}
    for pair in sorted(
        dict.fromkeys(map(_pair_of, rows.to_dict("records"))), key=lambda pair: (order[pair[0]], order[pair[2]])
    ):
        levers = (pair[0], pair[2])
        if levers != before:
            labels.append(f"{readable(pair[0])} and {mid_sentence(pair[2])}")
            before = levers
        place_of[pair] = len(labels)
        labels.append(f"{mid_sentence(pair[1])}, {mid_sentence(pair[3])}")
    return labels, place_of


def _headings(labels: Sequence[str], place_of: dict[tuple[str, str, str, str], int]) -> list[tuple[str, bool]]:
    rows = set(place_of.values())
    return [(label, place not in rows) for place, label in enumerate(labels)]
