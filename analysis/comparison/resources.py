"""Figures that set side by side what scenarios' bodies spend and hold: ties, senior time, money, and what it adds.

Each is drawn of months that have the measures it needs; ``resource_figures`` says of which it can be.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Collection, Mapping
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from analysis.comparison.findings import end_in_words
from analysis.shared.plotting import (
    GREY,
    WIDTH,
    add_note_and_key,
    add_title,
    calendar_axis,
    counted,
    fan_grid,
    grid_shape,
    headed,
    hide_unused,
    in_house_style,
    looks_of,
    moments,
    new_figure,
    runs_of,
)
from analysis.shared.summaries import ByColumns, months_with, scenarios_of, t_interval
from analysis.shared.words import SPACE, capital, mid_sentence, readable, titled, told
from sim.population import THEMES

TIES = ("tie_density", "tie_cross_sector_share", "core_share")
"""Measures of ties that are shown."""

# Paul Tol's "muted" and "light" schemes: safe for colour-blind readers.
CLAIMS: Mapping[str, tuple[str, str]] = {
    "time_own_business": ("own business", "#DDDDDD"),
    "time_inspection": ("inspection", "#882255"),
    "time_initiatives": ("initiatives", "#CC6677"),
    "time_reporting": ("reporting", "#AA4499"),
    "time_cuts": ("cuts", "#332288"),
    "time_reorganisation": ("reorganisation", "#999933"),
    "time_other_tables": ("other tables", "#DDCC77"),
    "time_ties": ("ties", "#117733"),
    "time_projects": ("projects", "#44AA99"),
    "time_meetings": ("meetings here", "#88CCEE"),
}
"""Measures of what claims senior time, what each is called and its colour; from the bottom of a stack to its top."""

FUND: Mapping[str, tuple[str, str]] = {
    "fund_spent_gbp_m": ("projects", "#0173B2"),
    "fund_posts_gbp_m": ("posts and capacity", "#949494"),
    "fund_held_gbp_m": ("held at the end", "#56B4E9"),
    "fund_forfeited_gbp_m": ("went back unspent", "#D55E00"),
}
OTHER_MONEY = ("contribution_pooled_gbp_m", "private_gbp_m")
_ADDED = tuple(f"added_value_{theme}" for theme in THEMES)
OF_ADDED_VALUE = ("outcome", "outcome_counterfactual", "added_value", *_ADDED)
_YEAR = 12
_NARROW = 0.06
"""Parts of the fund smaller than this share of the axis have no number in them."""


def resource_figures(trajectories: ByColumns, runs: ByColumns) -> dict[str, Callable[[], Figure]]:
    """Return how to draw each of these figures that the measures of the months allow, by its name.

    >>> run = pd.DataFrame({"scenario": "a", "replicate": 0, "month": [0], "date": ["2001-04"]})
    >>> list(resource_figures(run, run)), list(resource_figures(run.assign(**dict.fromkeys(TIES, 0.5)), run))
    ([], ['ties'])
    """
    needed: dict[str, tuple[set[str], Callable[[pd.DataFrame], Figure]]] = {
        "ties": (set(TIES), ties),
        "senior_time": ({"time_had", "time_spared", *CLAIMS}, senior_time),
        "scarcity": ({"scarcity", "time_elsewhere"}, scarcity),
        "money": ({*FUND, *OTHER_MONEY}, money),
    }
    there = set(trajectories)
    figures: dict[str, Callable[[], Figure]] = {
        name: partial(_drawn, draw, trajectories, measures)
        for name, (measures, draw) in needed.items()
        if measures <= there
    }
    if set(OF_ADDED_VALUE) <= there:
        figures["added_value"] = lambda: added_value(runs[["scenario", "replicate", *OF_ADDED_VALUE]])
    return figures


def _drawn(draw: Callable[[pd.DataFrame], Figure], trajectories: ByColumns, measures: Collection[str]) -> Figure:
    return draw(months_with(trajectories, *sorted(measures)))


@in_house_style
def ties(trajectories: pd.DataFrame) -> Figure:
    """Return a figure of how many pairs are tied, how many ties join sectors, and how large the core is, over time.

    >>> run = pd.DataFrame({"scenario": "a", "replicate": 0, "month": [0, 1], "date": ["2001-04", "2001-05"]})
    >>> [" ".join(ax.get_title(loc="left").split()) for ax in ties(run.assign(**dict.fromkeys(TIES, 0.5))).axes]
    ['Density of ties, %', 'Ties across sectors, %', 'Share of members in the core, %']
    """
    note = "Core: members each tied to at least half of the others in it; seen once a year."
    panels = {measure: headed(measure, wrap=26) for measure in TIES}
    return fan_grid(trajectories, panels, title=end_in_words(trajectories, "tie_density"), note=note)[0]


@in_house_style
def senior_time(trajectories: pd.DataFrame) -> Figure:
    """Return a figure of what claims senior time, stacked over time, one panel a scenario; means over runs.

    Claims are half-days a month of a member; the black line is what a member has, the dotted one that and what staff
    and one-stop shops take over.

    >>> run = pd.DataFrame({"scenario": "baseline", "replicate": 0, "month": [0, 1], "date": ["2001-04", "2001-05"]})
    >>> figure = senior_time(run.assign(time_had=10.0, time_spared=1.0, **dict.fromkeys(CLAIMS, 1.0)))
    >>> [(ax.get_title(loc="left"), ax.get_ylabel()) for ax in figure.axes]
    [('Baseline', 'Half-days a month')]
    """
    scenarios = scenarios_of(trajectories)
    down, across = grid_shape(len(scenarios), most_columns=3)
    figure, panels = new_figure(down, across, width=WIDTH, height=2.3 + 2.9 * down, sharex=True, sharey=True)
    hide_unused(panels, len(scenarios))
    counts = counted(runs_of(trajectories), "run")
    note = (
        f"Mean of {counts} of each scenario and of members, and of the last 12 months. Black: time that a member "
        "has; what goes beyond is taken from own business. Dotted: that, and what staff and one-stop shops take over."
    )
    columns = [*CLAIMS, "time_had", "time_spared"]
    means = trajectories.groupby(["scenario", "month"], sort=False)[columns].mean()
    dates = trajectories.groupby("month")["date"].first()
    seen = [name for name in CLAIMS if float(means[name].max()) > 0.005]
    for place, (ax, scenario) in enumerate(zip(panels, scenarios, strict=False)):
        here = means.loc[scenario].rolling(_YEAR, min_periods=1).mean()
        when = moments(dates.loc[here.index])
        ax.stackplot(when, *(here[name] for name in seen), colors=[CLAIMS[name][1] for name in seen], linewidth=0)
        ax.plot(when, here["time_had"], color="black", linewidth=2)
        ax.plot(when, here["time_had"] + here["time_spared"], color="black", linewidth=1.4, linestyle=":")
        ax.set(title=textwrap.fill(readable(scenario), 90 // across), ylim=(0, None))
        calendar_axis(ax, most_ticks=5)
        if place % across == 0:
            ax.set_ylabel("Half-days a month")
    add_title(figure, _most_time(means))
    add_note_and_key(figure, note, [Patch(color=CLAIMS[name][1], label=CLAIMS[name][0]) for name in reversed(seen)])
    return figure


def _most_time(means: pd.DataFrame) -> str:
    """Return what claims most senior time in the last year beside own business, in which scenario most."""
    last = means.groupby("scenario", sort=False).tail(_YEAR).groupby("scenario", sort=False).mean()
    others = last[[name for name in CLAIMS if name != "time_own_business"]]
    measure, scenario = str(others.max().idxmax()), str(others.max(axis=1).idxmax())
    return (
        f"Beside own business most senior time goes into {CLAIMS[measure][0]} in {mid_sentence(scenario)} "
        f"({others.max().max():.1f} half-days a month)"
    )


@in_house_style
def scarcity(trajectories: pd.DataFrame) -> Figure:
    """Return a figure of how scarce senior time is over time, and to how many other tables seniors go.

    >>> run = pd.DataFrame({"scenario": "a", "replicate": 0, "month": [0, 1], "date": ["2001-04", "2001-05"]})
    >>> figure = scarcity(run.assign(scarcity=0.5, time_elsewhere=1.0))
    >>> [" ".join(ax.get_title(loc="left").split()) for ax in figure.axes]
    ['Scarcity of senior time, 1 all time is claimed', 'Other tables']
    """
    by_run = trajectories.groupby(["scenario", "replicate"], sort=False)["time_elsewhere"]
    smooth = trajectories.assign(time_elsewhere=by_run.rolling(_YEAR, min_periods=1).mean().to_numpy())
    panels = {"scarcity": headed("scarcity", wrap=26), "time_elsewhere": titled("time_elsewhere")}
    note = "Scarcity: the square of the share of senior time that is claimed. Other tables: mean of the last 12 months."
    figure, axes = fan_grid(smooth, panels, title=end_in_words(trajectories, "scarcity"), note=note)
    for ax in axes[:, 0]:
        ax.axhline(1.0, color=GREY, linewidth=0.8)
    return figure


@in_house_style
def money(trajectories: pd.DataFrame) -> Figure:
    """Return a figure of where the fund went over the run, and how much own and private money came beside it.

    >>> run = pd.DataFrame({"scenario": "baseline", "replicate": [0, 1], "month": 0, "date": "2001-04"})
    >>> figure = money(run.assign(**dict.fromkeys([*FUND, *OTHER_MONEY], 1.0)))
    >>> [ax.get_title(loc="left") for ax in figure.axes]
    ['The fund', 'Own money pooled', 'Private money']
    """
    totals = _totals(trajectories)
    scenarios = scenarios_of(totals)
    height = 2.3 + 0.5 * len(scenarios)
    figure, panels = new_figure(1, 3, width=WIDTH, height=height, sharey=True, width_ratios=[3.2, 1.4, 1.4])
    counts = counted(runs_of(trajectories), "run")
    note = (
        f"Mean of {counts} of each scenario. Lines: 95 % intervals, above a bar of what went into projects, below of "
        "all that came in. Private money follows economic projects and is none of the table's."
    )
    add_title(figure, _unspent(totals))
    add_note_and_key(figure, note, [Patch(color=colour, label=name) for name, colour in FUND.values()])
    _fund_bars(panels[0], totals, scenarios)
    looks = looks_of(scenarios)
    for ax, measure in zip(panels[1:], OTHER_MONEY, strict=True):
        for place, scenario in enumerate(scenarios):
            values = totals.loc[totals["scenario"] == scenario, measure].to_numpy()
            _dot(ax, place, values, colour=looks[scenario].colour)
        ax.set(title=titled(measure), xlabel="£m over the run", xlim=(0, None))
        ax.xaxis.set_major_locator(MaxNLocator(nbins=4))
    panels[0].set_yticks(range(len(scenarios)), [textwrap.fill(readable(name), 18) for name in scenarios])
    panels[0].set_ylim(len(scenarios) - 0.4, -0.6)
    return figure


def _unspent(totals: pd.DataFrame) -> str:
    """Return of which scenario's fund the largest and the smallest share went into projects."""
    means = totals.groupby("scenario", sort=False)[list(FUND)].mean()
    shares = (means["fund_spent_gbp_m"] / means.sum(axis=1)).dropna()
    if shares.empty:
        return "No money came into the fund"
    first, last = shares.idxmax(), shares.idxmin()
    most = f"{100 * float(shares.max()):.0f}{SPACE}% of the fund went into projects in {mid_sentence(str(first))}"
    return most if len(shares) == 1 else f"{most}, {100 * float(shares.min()):.0f}{SPACE}% in {mid_sentence(str(last))}"


def _totals(trajectories: pd.DataFrame) -> pd.DataFrame:
    """Return one row a run with the money of all its months by use; what is held is that of the last month."""
    by_run = trajectories.groupby(["scenario", "replicate"], sort=False)
    totals = by_run[[*FUND, *OTHER_MONEY]].sum()
    totals["fund_held_gbp_m"] = by_run["fund_held_gbp_m"].last()
    return totals.reset_index()


def _fund_bars(ax: Axes, totals: pd.DataFrame, scenarios: list[str]) -> None:
    """Draw a bar a scenario, split by what the fund went into."""
    means = totals.groupby("scenario", sort=False)[list(FUND)].mean()
    parts = []
    for place, scenario in enumerate(scenarios):
        start = 0.0
        for measure, (_, colour) in FUND.items():
            size = float(means.loc[scenario, [measure]].to_numpy()[0])
            ax.barh(place, size, left=start, height=0.5, color=colour)
            parts.append((start, place, size))
            start += size
        rows = totals[totals["scenario"] == scenario]
        for values, height in ((rows["fund_spent_gbp_m"], place - 0.33), (rows[list(FUND)].sum(axis=1), place + 0.33)):
            _, low, high = (float(end[0]) for end in t_interval(values.to_numpy()[:, None]))
            ax.hlines(height, low, high, color="0.25", linewidth=1.4)
    ax.set(title="The fund", xlabel="£m over the run", xlim=(0, None))
    for start, place, size in parts:
        if size >= _NARROW * ax.get_xlim()[1]:
            ax.text(start + size / 2, place, f"{size:.0f}" if size >= 10 else f"{size:.1f}", color="white",
                    fontsize=9, ha="center", va="center", weight="bold")  # fmt: skip
    ax.grid(visible=False, axis="y")


@in_house_style
def added_value(runs: pd.DataFrame) -> Figure:
    """Return a figure of the outcome beside its counterfactual at the end, and of the added value, in all and by theme.

    >>> runs = pd.DataFrame({"scenario": "baseline", "replicate": [0, 1], "outcome": 0.2})
    >>> figure = added_value(runs.assign(outcome_counterfactual=0.1, **dict.fromkeys(("added_value", *_ADDED), 0.1)))
    >>> [" ".join(ax.get_title(loc="left").split()) for ax in figure.axes]
    ['Outcome and counterfactual', 'Added value', 'Added value by theme']
    """
    scenarios = scenarios_of(runs)
    looks = looks_of(scenarios)
    height = 2.5 + 0.62 * len(scenarios)
    figure, panels = new_figure(1, 3, width=WIDTH, height=height, width_ratios=[1.1, 1.1, 1.3])
    add_title(figure, _added_in_words(runs))
    counts = counted(runs_of(runs), "run")
    note = (
        f"Last month, means of {counts} of each scenario. Thick line: 95 % interval of the mean; thin: middle 90 % of "
        "runs. Outcomes of runs differ mostly by shocks, which outcome and counterfactual share."
    )
    key = [
        Line2D([], [], marker="o", color=GREY, label="outcome, added value"),
        Line2D([], [], marker="o", color=GREY, markerfacecolor="white", label="counterfactual: the same pounds alone"),
    ]
    add_note_and_key(figure, note, key)
    for place, scenario in enumerate(scenarios):
        here, colour = runs[runs["scenario"] == scenario], looks[scenario].colour
        _dot(panels[0], place - 0.14, here["outcome"].to_numpy(), colour=colour)
        _dot(panels[0], place + 0.14, here["outcome_counterfactual"].to_numpy(), colour=colour, is_open=True)
        _dot(panels[1], place, here["added_value"].to_numpy(), colour=colour, runs=True)
        step = 0.7 / len(scenarios)
        for number, measure in enumerate(_ADDED):
            height_there = number + step * (place - (len(scenarios) - 1) / 2)
            _dot(panels[2], height_there, here[measure].to_numpy(), colour=colour, size=5)
    for ax, title in zip(
        panels, ("Outcome and\ncounterfactual", titled("added_value"), f"{titled('added_value')} by theme"), strict=True
    ):
        ax.axvline(0.0, color=GREY, linewidth=1)
        ax.set(title=title, xlabel="% of the gap")
        ax.xaxis.set_major_locator(MaxNLocator(nbins=5))
        ax.xaxis.set_major_formatter(FuncFormatter(_in_per_cent))
        ax.grid(visible=False, axis="y")
    names = [textwrap.fill(readable(name), 18) for name in scenarios]
    panels[0].set_yticks(range(len(scenarios)), names)
    panels[1].set_yticks(range(len(scenarios)), [])
    panels[2].set_yticks(range(len(THEMES)), [capital(theme) for theme in THEMES])
    for ax, rows in zip(panels, (len(scenarios), len(scenarios), len(THEMES)), strict=True):
        ax.set_ylim(rows - 0.5, -0.5)
    for tick, scenario in zip(panels[0].get_yticklabels(), scenarios, strict=True):
        tick.set_color(looks[scenario].colour)
    return figure


def _added_in_words(runs: pd.DataFrame) -> str:
    """Return what the partnership adds to the same pounds spent alone, where most and where least."""
    means = runs.groupby("scenario", sort=False)["added_value"].mean()
    first, last = means.idxmax(), means.idxmin()
    most = f"The partnership adds {told('added_value', float(means.max()))} in {mid_sentence(str(first))}"
    least = f"{told('added_value', float(means.min()))} in {mid_sentence(str(last))}"
    return most if len(means) == 1 else f"{most}, {least}"


def _dot(
    ax: Axes,
    place: float,
    values: NDArray[np.float64],
    *,
    colour: str,
    size: float = 7,
    is_open: bool = False,
    runs: bool = False,
) -> None:
    """Draw a mean with its 95 % interval, and with ``runs`` the middle 90 % of runs, along the x axis."""
    mean, low, high = (float(end[0]) for end in t_interval(values[:, None]))
    if runs and len(values) > 1:
        ax.hlines(place, *np.quantile(values, (0.05, 0.95)), color=colour, linewidth=1)
    ax.hlines(place, low, high, color=colour, linewidth=3.5, alpha=0.45)
    face = "white" if is_open else colour
    ax.plot(mean, place, "o", color=colour, markerfacecolor=face, markersize=size, clip_on=False, zorder=3)


def _in_per_cent(share: float, _: object) -> str:
    return f"{100 * share:g}".replace("-", "−")
