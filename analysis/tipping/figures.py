"""Figures of tipping: engagement by dose after a low and a high launch, loops, and gains by the year of a turn.

Every function takes tables of ``analysis.tipping.tables`` and returns a new Figure, with 95 % intervals of chance.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, PercentFormatter

from analysis.shared.plotting import (
    GREY,
    REGIME_COLOURS,
    WIDTH,
    add_note,
    add_note_and_regime_key,
    add_title,
    in_house_style,
    new_figure,
)
from analysis.shared.words import capital, mid_sentence, titled
from analysis.tipping.tables import ALL, AS_IT_IS, DOWN, FEWEST, HALF, HIGH, LAUNCHES, LOW, STILL_AILING, UP, levers_of
from analysis.tipping.words import dose_told, levers_told

_COLOURS = {LOW: "#d55e00", AS_IT_IS: GREY, HIGH: "#0173b2"}
_OF_BRANCH = {UP: "#029e73", DOWN: "#cc78bc"}
_APART = 0.09
"""How far launches are drawn from one another, in steps from dose to dose, so that none hides another."""

_MOST_TICKS = 6
_NAMES = {LOW: "low launch", AS_IT_IS: "usual launch", HIGH: "high launch", UP: "going up", DOWN: "coming down"}


@in_house_style
def history_by_dose(states: pd.DataFrame, regimes: pd.DataFrame, *, scenario: str) -> Figure:
    """Return a figure of engagement, and below it of regimes, by dose and launch: a column a month.

    >>> rows = pd.DataFrame({"launch": "low", "dose": [0.0, 1.0], "levers.staff_team": [0.0, 1.0], "month": 12})
    >>> states = rows.assign(engagement=0.5, ci_low=0.4, ci_high=0.6, replicates=9)
    >>> history_by_dose(states, rows.assign(regime="hollow", share=1.0), scenario="talking_shop").axes[0].get_xlabel()
    'Staff team'
    """
    months = sorted(states["month"].unique())
    figure, panels = new_figure(
        2, len(months), width=min(WIDTH, 2.2 + 4.2 * len(months)), height=7.0, sharey="row", height_ratios=[1.0, 1.15]
    )
    launches = [launch for launch in LAUNCHES if launch in set(states["launch"])]
    for month, above, below in zip(months, panels, panels[len(months) :], strict=False):
        here = states[states["month"] == month]
        for number, launch in enumerate(launches):
            its = here[here["launch"] == launch]
            shift = _APART * (number - (len(launches) - 1) / 2) * _step(here)
            _line(above, its.assign(dose=its["dose"] + shift), "engagement", colour=_COLOURS[launch])
        above.set_title(f"Month {month}")
        _dose_axis(above, states)
        _stacks(below, regimes[regimes["month"] == month], launches)
    panels[0].set_ylabel("Engagement, index")
    panels[0].set_ylim(bottom=0.0)  # once all panels that share it are drawn
    panels[len(months)].set_ylabel("Runs, %")
    _key(figure, {_NAMES[launch]: _COLOURS[launch] for launch in launches})
    add_title(figure, f"{_apart(states)}, {mid_sentence(scenario)}")
    add_note_and_regime_key(
        figure,
        f"Above: mean of {int(states['replicates'].max())} runs with its 95 % interval; a dissolved partnership counts "
        "0. Below: regimes in that month; at each dose low, usual and high launch, from left to right.",
        set(regimes["regime"]),
    )
    return figure


def _apart(states: pd.DataFrame) -> str:
    """Return how far engagement is apart after different launches in the last month, as means over the doses."""
    month = states["month"].max()
    means = states[states["month"] == month].groupby("launch", sort=False)["engagement"].mean()
    most, least = (f"{value:.2f} after a {_NAMES[str(name)]}" for name, value in (
        (means.idxmax(), means.max()), (means.idxmin(), means.min())))  # fmt: skip
    return f"Engagement in month {month}: {most}" + ("" if len(means) == 1 else f", {least}")


def _looped(branches: pd.DataFrame) -> str:
    """Return by how much engagement differs coming down from going up, at most, as means over the doses of a pace."""
    means = branches.pivot_table(index="hold_years", columns="branch", values="engagement")
    if not {UP, DOWN} <= set(means):
        return "Engagement going up"
    gaps = (means[DOWN] - means[UP]).to_numpy()
    size = f"{gaps[np.abs(gaps).argmax()]:+.2f}".replace("-0.00", "+0.00").replace("-", "−")
    return f"Coming down, engagement is at most {size} from going up, as a mean over doses"


def _turned_most(rows: pd.DataFrame, levers: list[str]) -> str:
    """Return which dose in which year makes most of those that ailed work."""
    most = rows.loc[[rows["gain"].idxmax()]].to_dict("records")[0]
    gain = f"{100 * most['gain']:+.0f}".replace("-0", "+0").replace("-", "−")
    return f"{gain} points at most: {levers_told(most['levers'])}, {_tick(most, levers)}, after year {most['year']:g}"


def _stacks(ax: Axes, shares: pd.DataFrame, launches: list[str]) -> None:
    """Draw the shares of regimes at each dose, a bar a launch."""
    doses = sorted(shares["dose"].unique())
    width = 0.8 / len(launches) * _step(shares)
    for number, launch in enumerate(launches):
        wide = shares[shares["launch"] == launch].pivot(index="dose", columns="regime", values="share")
        wide = wide[[name for name in [*REGIME_COLOURS, *wide] if name in wide]].loc[
            :, lambda t: ~t.columns.duplicated()
        ]
        places = np.array(doses) + (number - (len(launches) - 1) / 2) * width * 1.08
        bottom = np.zeros(len(doses))
        for regime in wide:
            ax.bar(places, wide[regime], width, bottom=bottom, color=REGIME_COLOURS.get(str(regime), "#FFFFFF"))
            bottom += wide[regime].to_numpy()
    ax.set_ylim(0.0, 1.0)
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=""))
    ax.grid(visible=False)
    _dose_axis(ax, shares)


@in_house_style
def loops_by_dose(branches: pd.DataFrame, states: pd.DataFrame, *, scenario: str) -> Figure:
    """Return a figure of engagement going up and coming down, and of what goes beyond age: a column a pace.

    >>> rows = pd.DataFrame({"dose": [0.0, 1.0], "levers.staff_team": [0.0, 1.0], "engagement": 0.5, "ci_low": 0.4,
    ...                      "ci_high": 0.6, "replicates": 9})
    >>> loops = rows.assign(hold_years=2, branch="up", beyond=0.0, beyond_low=-0.1, beyond_high=0.1)
    >>> states = rows.assign(launch="as it is", month=12)
    >>> loops_by_dose(loops, states, scenario="talking_shop").axes[0].get_title(loc="left")
    '2 years at each dose'
    """
    paces = list(branches["hold_years"].unique())
    figure, panels = new_figure(2, len(paces), width=min(WIDTH, 2.2 + 4.2 * len(paces)), height=6.8, sharey="row")
    last = states["month"].max()
    stays = states[(states["month"] == last) & (states["launch"] == AS_IT_IS)]
    for years, above, below in zip(paces, panels, panels[len(paces) :], strict=False):
        for branch, colour in _OF_BRANCH.items():
            its = branches[(branches["hold_years"] == years) & (branches["branch"] == branch)]
            _line(above, its, "engagement", colour=colour)
            its = its[["dose", "beyond", "beyond_low", "beyond_high"]]
            _line(below, its.set_axis(["dose", "beyond", "ci_low", "ci_high"], axis="columns"), "beyond", colour=colour)
        _line(above, stays, "engagement", colour=GREY, dashes="--")
        below.axhline(0.0, color=GREY, linewidth=0.8)
        above.set_title(f"{years:g} year{'s' if years != 1 else ''} at each dose")
        for ax in (above, below):
            _dose_axis(ax, branches)
    panels[0].set_ylabel("Engagement, index")
    panels[0].set_ylim(bottom=0.0)  # once all panels that share it are drawn
    panels[len(paces)].set_ylabel("Less the same month at\nthat dose throughout, index")
    held = f"held to month {last}"
    _key(figure, {_NAMES[branch]: colour for branch, colour in _OF_BRANCH.items()} | {held: GREY}, dashed=held)
    add_title(figure, f"{_looped(branches)}, {mid_sentence(scenario)}")
    add_note(
        figure,
        f"Mean of {int(branches['replicates'].max())} runs at the end of each hold, with its 95 % interval. Dashed: at "
        f"that dose from the launch to month {last}. Below, what age does by itself is taken out.",
    )
    return figure


@in_house_style
def gains_by_year(turned: pd.DataFrame, *, scenario: str, ailing_in: int, within: int) -> Figure:
    """Return a figure of how many more partnerships work, by the year in which levers are moved: a column an arm.

    >>> rows = pd.DataFrame({"levers": "levers.staff_team", "dose": 1.0, "levers.staff_team": 1.0, "year": [1, 2],
    ...                      "of": "all that ailed", "gain": 0.5, "ci_low": 0.4, "ci_high": 0.6, "runs": 9})
    >>> gains_by_year(rows, scenario="talking_shop", ailing_in=1, within=5).axes[0].get_title(loc="left")
    'Staff team'
    """
    arms = list(turned["levers"].unique())
    names = {ALL: "All that ailed", STILL_AILING: "Those that ail when levers move"}
    drawn = turned[(turned["of"] == ALL) | (turned["runs"] >= FEWEST)]
    there = [of for of in names if len(drawn[drawn["of"] == of].groupby("levers")) == len(arms)]
    figure, panels = new_figure(
        len(there),
        len(arms),
        width=min(WIDTH, max(6.6, 2.7 + 3.4 * len(arms))),
        height=2.4 + 2.5 * len(there),
        sharey=True,
        sharex=True,
    )
    every, levers = sorted(turned["dose"].unique()), levers_of(turned)
    first_arm = turned[turned["levers"] == arms[0]].drop_duplicates("dose").sort_values("dose").to_dict("records")
    colours = _darker_by(every)
    _key(
        figure,
        {_tick(row, levers): colours[row["dose"]] for row in first_arm},
        title="Moved to" if len(arms) == 1 else "Moved so much\nof the way",
    )
    for row, of in enumerate(there):
        for column, arm in enumerate(arms):
            ax = panels[row * len(arms) + column]
            here = turned[(turned["levers"] == arm) & (turned["of"] == of)]
            here = here if of == ALL else here[here["runs"] >= FEWEST]
            for place, dose in enumerate(every):
                its = here[here["dose"] == dose]
                shift = 0.5 * ((place + 0.5) / len(every) - 0.5)
                _line(ax, its.assign(dose=its["year"] + shift), "gain", colour=colours[dose])
            ax.axhline(0.0, color=GREY, linewidth=0.8)
            ax.axhline(HALF, color=GREY, linewidth=0.8, linestyle=":")
            if row == 0:
                ax.set_title(textwrap.fill(capital(levers_told(arm)), 26))
            if row == len(there) - 1:
                ax.set_xlabel("Levers moved after year")
                ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
                ax.set_xlim(turned["year"].min() - 0.5, turned["year"].max() + 0.5)
    for of, ax in zip(there, panels[:: len(arms)], strict=True):
        ax.set_ylabel(f"{textwrap.fill(names[of], 24)}:\nmore that work, points")
        ax.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=""))
    rows = turned[turned["of"] == ALL]
    add_title(figure, f"{_turned_most(rows, levers)}, {mid_sentence(scenario)}")
    add_note(
        figure,
        f"Share of {int(rows['runs'].max())} partnerships, hollow or talking shops at the end of year {ailing_in}, "
        f"that work {within} year{'s' if within != 1 else ''} after the turn, less that of the same runs left alone; "
        "line: 95 % interval. Dotted: half. Below, those alone that ail in the year of the turn: others each year, and "
        f"left out where they are fewer than {FEWEST}.",
    )
    return figure


def _darker_by(doses: Sequence[float]) -> dict[float, str]:
    """Return a colour for each dose, the darker the higher."""
    shades = colormaps["viridis_r"](np.linspace(0.2, 1.0, len(doses)))
    return {dose: to_hex(shade) for dose, shade in zip(doses, shades, strict=True)}


def _step(table: pd.DataFrame) -> float:
    """Return how far neighbouring doses are apart."""
    doses = sorted(table["dose"].unique())
    return float(doses[1] - doses[0])


def _line(ax: Axes, rows: pd.DataFrame, column: str, *, colour: str, dashes: str = "-") -> None:
    """Draw means over doses with their intervals."""
    rows = rows.sort_values("dose")
    ax.plot(rows["dose"], rows[column], color=colour, linewidth=1.8, linestyle=dashes, marker="o", markersize=4)
    ax.vlines(rows["dose"], rows["ci_low"], rows["ci_high"], color=colour, linewidth=2.2, alpha=0.45)


def _dose_axis(ax: Axes, table: pd.DataFrame) -> None:
    """Show the value of the lever that moves at each dose, or of several how far they are on the way."""
    levers = levers_of(table)
    rows: list[dict[Any, Any]] = table.drop_duplicates("dose").sort_values("dose").to_dict("records")
    shown = rows[:: -(-len(rows) // _MOST_TICKS)]
    ax.set_xticks([row["dose"] for row in shown], [_tick(row, levers) for row in shown])
    ax.set_xlim(rows[0]["dose"] - 0.5 * _step(table), rows[-1]["dose"] + 0.5 * _step(table))
    together = textwrap.fill(capital(levers_told(" + ".join(levers))), 44)
    ax.set_xlabel(titled(levers[0]) if len(levers) == 1 else f"{together},\nhow far from low to high")


def _tick(row: Mapping[Any, Any], levers: list[str]) -> str:
    return dose_told(row, levers).removesuffix(" of the way")


def _key(figure: Figure, colours: Mapping[str, str], *, title: str | None = None, dashed: str | None = None) -> None:
    """Say to the right of a figure what its colours mean, and which line is dashed."""
    handles = [
        Line2D([], [], color=colour, marker="o", markersize=4, linestyle="--" if name == dashed else "-", label=name)
        for name, colour in colours.items()
    ]
    figure.legend(handles=handles, loc="outside right center", fontsize=9, title=title, title_fontsize=9)
