"""Figures of places: single ones as rows where they are few, else all of them against their need."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.places.tables import CONDITION, DRAWN
from analysis.shared.parameter_sets import OVER_SETS
from analysis.shared.plotting import (
    GREY,
    WIDTH,
    add_note,
    add_title,
    in_house_style,
    label_value_axis,
    looks_of,
    new_figure,
)
from analysis.shared.words import listed, mid_sentence, number, readable, titled, told

MOST_ROWS = 40
"""Places that have a row each; more are drawn as points."""

_HARDLY = 0.2
"""A rank correlation below it is told as none."""

SHOWN = ("engagement", "dominance", "added_value")
_WITH, _WITHOUT = "Neighbourhood Renewal Fund", "no fund"


@in_house_style
def places_figure(table: pd.DataFrame, measures: Sequence[str] = SHOWN) -> Figure:
    """Return a figure of a table by place (see ``analysis.places.tables.by_place``), a column of panels a measure.

    >>> from analysis.places.tables import by_place
    >>> runs = pd.DataFrame({"scenario": "a", "place": "adur", "regime": "hollow", "trust": [0.1, 0.3]})
    >>> figure = places_figure(by_place(runs, ["trust"]), ["trust"])
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['Adur']
    """
    few = table["place"].nunique() <= MOST_ROWS
    return _as_rows(table, measures) if few else _against_need(table, measures)


def _as_rows(table: pd.DataFrame, measures: Sequence[str]) -> Figure:
    """Return a row a place, the neediest first, and a mark a scenario."""
    scenarios = list(table["scenario"].unique())
    places = table.drop_duplicates("place").sort_values("need", ascending=False)
    height_of = {place: row for row, place in enumerate(places["place"])}
    figure, panels = new_figure(1, len(measures), width=WIDTH, height=1.9 + 0.24 * len(places), sharey=True)
    looks = looks_of(scenarios)
    for ax, measure in zip(panels, measures, strict=True):
        for row, scenario in enumerate(scenarios):
            mine = table[table["scenario"] == scenario]
            shift = 0.3 * ((row + 0.5) / len(scenarios) - 0.5)
            heights = [height_of[place] + shift for place in mine["place"]]
            ax.hlines(heights, mine[f"{measure}_low"], mine[f"{measure}_high"], color=looks[scenario].colour, alpha=0.5)
            ax.plot(mine[measure], heights, "o", color=looks[scenario].colour, markersize=4)
        ax.set_yticks(range(len(places)), list(places["label"]))
        ax.set_ylim(len(places) - 0.4, -0.6)
        label_value_axis(ax, measure, axis="x")
    add_title(figure, _ends_in_words(table, measures[0]))
    add_note(figure, f"The neediest place first. {_note(table, 'Dot')}", empty_lines=2)
    handles = [
        Line2D([], [], marker="o", linestyle="", color=looks[name].colour, label=titled(name)) for name in scenarios
    ]
    figure.legend(handles=handles, loc="outside lower left", ncols=len(handles), fontsize=9)
    return figure


def _note(table: pd.DataFrame, mark: str) -> str:
    """Return what marks and lines are, what was drawn for want of a record, and what all is conditional on."""
    over_sets = (table["interval_over"] == OVER_SETS).any()
    line = "the middle 95 % of its accepted sets" if over_sets else "its 95 % interval over chance"
    places = table.drop_duplicates("place")
    drawn = {name: int(places[f"{name}_basis"].str.startswith("drawn").sum()) for name in DRAWN}
    told = [f"{DRAWN[name]} of {count} of {len(places)} places" for name, count in drawn.items() if count]
    by_lot = f" Drawn once, as no record has it, for scenarios that ask for it: {listed(told)}." if told else ""
    return (
        f"{mark}: mean of the runs in a place; line: {line}. Goodwill, trend and leader are drawn anew in every run."
        f"{by_lot} {CONDITION[0].upper()}{CONDITION[1:]}."
    )


def _ends_in_words(table: pd.DataFrame, measure: str) -> str:
    """Return where the measure ends highest and lowest in the first scenario, if intervals tell these apart."""
    scenario = table["scenario"].iloc[0]
    mine = table[table["scenario"] == scenario]
    where = f" in {mid_sentence(scenario)}" if table["scenario"].nunique() > 1 else ""
    high, low = mine.iloc[int(mine[measure].argmax())], mine.iloc[int(mine[measure].argmin())]
    most, least = told(measure, high[measure]), told(measure, low[measure])
    if len(mine) == 1:
        return f"{titled(measure)} ends at {most} in {high['label']}"
    if high[f"{measure}_low"] > low[f"{measure}_high"]:
        return (
            f"{titled(measure)}{where} ends highest in {high['label']} ({most}) and lowest in {low['label']} ({least})"
        )
    spread = most if most == least else f"{number(measure, low[measure])} to {most}"
    return f"{titled(measure)}{where} ends at {spread} in {len(mine)} places, which can hardly be told apart"


def _by_need_in_words(table: pd.DataFrame, measure: str) -> str:
    """Return whether the measure rises or falls with the need of a place, in the first scenario."""
    scenario = table["scenario"].iloc[0]
    mine = table[table["scenario"] == scenario]
    rho = float(mine["need"].corr(mine[measure], method="spearman"))
    moves = "hardly moves" if not abs(rho) >= _HARDLY else "rises" if rho > 0 else "falls"
    where = f" in {mid_sentence(scenario)}" if table["scenario"].nunique() > 1 else ""
    number = f"{rho:+.2f}".replace("-", "−")
    return f"{titled(measure)} {moves} with need{where} (rank correlation {number} over {len(mine)} places)"


def _against_need(table: pd.DataFrame, measures: Sequence[str]) -> Figure:
    """Return a row of panels a scenario: a point a place, by its need."""
    scenarios = list(table["scenario"].unique())
    figure, panels = new_figure(
        len(scenarios),
        len(measures),
        width=min(WIDTH, 1.0 + 3.0 * len(measures)),
        height=1.5 + 2.5 * len(scenarios),
        sharex=True,
    )
    looks = looks_of([_WITH, _WITHOUT])
    has_fund = table["fund_2003_04_gbp_m"] > 0.0
    for row, scenario in enumerate(scenarios):
        for column, measure in enumerate(measures):
            ax = panels[row * len(measures) + column]
            for name, chosen in ((_WITHOUT, ~has_fund), (_WITH, has_fund)):
                mine = table[chosen & (table["scenario"] == scenario)]
                colour = looks[name].colour if name == _WITH else GREY
                ax.vlines(
                    mine["need"], mine[f"{measure}_low"], mine[f"{measure}_high"], color=colour, alpha=0.2, lw=0.8
                )
                ax.plot(mine["need"], mine[measure], "o", color=colour, markersize=2.5, alpha=0.8)
            label_value_axis(ax, measure)
            if column == 0 and len(scenarios) > 1:
                ax.set_title(readable(scenario))
            if row == len(scenarios) - 1:
                ax.set_xlabel("Need, 0 least to 1 most")
    add_title(figure, _by_need_in_words(table, measures[0]))
    add_note(figure, _note(table, "Point"), empty_lines=2)
    colours = {_WITH: looks[_WITH].colour, _WITHOUT: GREY}
    handles = [Line2D([], [], marker="o", linestyle="", color=colour, label=name) for name, colour in colours.items()]
    figure.legend(handles=handles, loc="outside lower left", ncols=2, fontsize=9)
    return figure
