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

from analysis.comparison.findings import end_in_words, means_of
from analysis.comparison.tables import Comparison
from analysis.comparison.uncertainty import sets_used, summary_by_set
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
from analysis.shared.summaries import ByColumns, months_with, scenarios_of
from analysis.shared.words import SPACE, capital, mid_sentence, readable, titled, told, unit_of
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
_CAME_IN = "fund_all_gbp_m"
"""All that came into the fund over the run, by what it went into."""

OTHER_MONEY = ("contribution_pooled_gbp_m", "private_gbp_m")
_ADDED = tuple(f"added_value_{theme}" for theme in THEMES)
OF_ADDED_VALUE = ("outcome", "outcome_counterfactual", "added_value", *_ADDED)
_YEAR = 12
_NARROW = 0.06
"""Parts of the fund smaller than this share of the axis have no number in them."""


def resource_figures(trajectories: ByColumns, runs: ByColumns, found: Comparison) -> dict[str, Callable[[], Figure]]:
    """Return how to draw each of these figures that the measures of the months allow, by its name.

    >>> run = pd.DataFrame({"scenario": "a", "replicate": 0, "month": [0], "date": ["2001-04"]})
    >>> found = Comparison(*[pd.DataFrame()] * 3)
    >>> list(resource_figures(run, run, found))
    []
    >>> list(resource_figures(run.assign(**dict.fromkeys(TIES, 0.5)), run, found))
    ['ties']
    """
    summary = found.summary
    needed: dict[str, tuple[set[str], Callable[[pd.DataFrame], Figure]]] = {
        "ties": (set(TIES), partial(ties, summary=summary, contrasts=found.contrasts)),
        "senior_time": ({"time_had", "time_spared", *CLAIMS}, partial(senior_time, summary=summary)),
        "scarcity": ({"scarcity", "time_elsewhere"}, partial(scarcity, summary=summary, contrasts=found.contrasts)),
        "money": ({*FUND, *OTHER_MONEY}, partial(money, sets=found.sets)),
    }
    there = set(trajectories)
    figures: dict[str, Callable[[], Figure]] = {
        name: partial(_drawn, draw, trajectories, measures)
        for name, (measures, draw) in needed.items()
        if measures <= there
    }
    if set(OF_ADDED_VALUE) <= there:
        columns = ["scenario", "replicate", "added_value"]
        figures["added_value"] = lambda: added_value(runs[columns], summary, sets=found.sets)
    return figures


def _drawn(draw: Callable[[pd.DataFrame], Figure], trajectories: ByColumns, measures: Collection[str]) -> Figure:
    return draw(months_with(trajectories, *sorted(measures)))


@in_house_style
def ties(trajectories: pd.DataFrame, summary: pd.DataFrame, contrasts: pd.DataFrame | None = None) -> Figure:
    """Return a figure of how many pairs are tied, how many ties join sectors, and how large the core is, over time.

    >>> run = pd.DataFrame({"scenario": "a", "replicate": 0, "month": [0, 1], "date": ["2001-04", "2001-05"]})
    >>> summary = pd.DataFrame({"scenario": ["a"], "measure": "tie_density", "mean": 0.5})
    >>> figure = ties(run.assign(**dict.fromkeys(TIES, 0.5)), summary)
    >>> [" ".join(ax.get_title(loc="left").split()) for ax in figure.axes]
    ['Density of ties, %', 'Ties across sectors, %', 'Share of members in the core, %']
    """
    note = "Core: members each tied to at least half of the others in it; seen once a year."
    panels = {measure: headed(measure, wrap=26) for measure in TIES}
    return fan_grid(trajectories, panels, title=end_in_words(summary, "tie_density", contrasts), note=note)[0]


@in_house_style
def senior_time(trajectories: pd.DataFrame, summary: pd.DataFrame) -> Figure:
    """Return a figure of what claims senior time, stacked over time, one panel a scenario; means over runs.

    Claims are half-days a month of a member; the black line is what a member has, the dotted one that and what staff
    and one-stop shops take over.

    >>> run = pd.DataFrame({"scenario": "baseline", "replicate": 0, "month": [0, 1], "date": ["2001-04", "2001-05"]})
    >>> summary = pd.DataFrame({"scenario": "baseline", "measure": list(CLAIMS), "mean": 1.0})
    >>> figure = senior_time(run.assign(time_had=10.0, time_spared=1.0, **dict.fromkeys(CLAIMS, 1.0)), summary)
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
    add_title(figure, _most_time(summary))
    add_note_and_key(figure, note, [Patch(color=CLAIMS[name][1], label=CLAIMS[name][0]) for name in reversed(seen)])
    return figure


def _most_time(summary: pd.DataFrame) -> str:
    """Return what claims most senior time in the last year beside own business, in which scenario most."""
    others = pd.DataFrame({name: means_of(summary, name) for name in CLAIMS if name != "time_own_business"})
    measure, scenario = str(others.max().idxmax()), str(others.max(axis=1).idxmax())
    return (
        f"Beside own business most senior time goes into {CLAIMS[measure][0]} in {mid_sentence(scenario)} "
        f"({others.max().max():.1f} half-days a month)"
    )


@in_house_style
def scarcity(trajectories: pd.DataFrame, summary: pd.DataFrame, contrasts: pd.DataFrame | None = None) -> Figure:
    """Return a figure of how scarce senior time is over time, and to how many other tables seniors go.

    >>> run = pd.DataFrame({"scenario": "a", "replicate": 0, "month": [0, 1], "date": ["2001-04", "2001-05"]})
    >>> summary = pd.DataFrame({"scenario": ["a"], "measure": "scarcity", "mean": 0.5})
    >>> figure = scarcity(run.assign(scarcity=0.5, time_elsewhere=1.0), summary)
    >>> [" ".join(ax.get_title(loc="left").split()) for ax in figure.axes]
    ['Scarcity of senior time, 1 all time is claimed', 'Other tables']
    """
    by_run = trajectories.groupby(["scenario", "replicate"], sort=False)["time_elsewhere"]
    smooth = trajectories.assign(time_elsewhere=by_run.rolling(_YEAR, min_periods=1).mean().to_numpy())
    panels = {"scarcity": headed("scarcity", wrap=26), "time_elsewhere": titled("time_elsewhere")}
    note = "Scarcity: the square of the share of senior time that is claimed. Other tables: mean of the last 12 months."
    figure, axes = fan_grid(smooth, panels, title=end_in_words(summary, "scarcity", contrasts), note=note)
    for ax in axes[:, 0]:
        ax.axhline(1.0, color=GREY, linewidth=0.8)
    return figure


@in_house_style
def money(trajectories: pd.DataFrame, *, sets: int = 1) -> Figure:
    """Return a figure of where the fund went over the run, and how much own and private money came beside it.

    Means and intervals are over the ``sets`` that replicates took turns with, as in the summary of a comparison.

    >>> run = pd.DataFrame({"scenario": "baseline", "replicate": [0, 1], "month": 0, "date": "2001-04"})
    >>> figure = money(run.assign(**dict.fromkeys([*FUND, *OTHER_MONEY], 1.0)))
    >>> [ax.get_title(loc="left") for ax in figure.axes]
    ['The fund', 'Own money pooled', 'Private money']
    """
    totals = _totals(trajectories)
    summary = summary_by_set(totals, sets=sets)
    scenarios = scenarios_of(totals)
    height = 2.3 + 0.5 * len(scenarios)
    figure, panels = new_figure(1, 3, width=WIDTH, height=height, sharey=True, width_ratios=[3.2, 1.4, 1.4])
    counts = counted(runs_of(trajectories), "run")
    note = (
        f"Mean of {counts} of each scenario. Lines: {_interval(sets_used(totals, sets))}, above a bar of what went "
        "into projects, below of all that came in. Private money follows economic projects and is none of the table's."
    )
    add_title(figure, _unspent(summary))
    add_note_and_key(figure, note, [Patch(color=colour, label=name) for name, colour in FUND.values()])
    _fund_bars(panels[0], summary, scenarios)
    looks = looks_of(scenarios)
    for ax, measure in zip(panels[1:], OTHER_MONEY, strict=True):
        for place, scenario in enumerate(scenarios):
            _dot(ax, place, _row(summary, measure, scenario), colour=looks[scenario].colour)
        ax.set(title=titled(measure), xlabel="£m over the run", xlim=(0, None))
        ax.xaxis.set_major_locator(MaxNLocator(nbins=4))
    panels[0].set_yticks(range(len(scenarios)), [textwrap.fill(readable(name), 18) for name in scenarios])
    panels[0].set_ylim(len(scenarios) - 0.4, -0.6)
    return figure


def _unspent(summary: pd.DataFrame) -> str:
    """Return of which scenario's fund the largest and the smallest share went into projects."""
    shares = (means_of(summary, "fund_spent_gbp_m") / means_of(summary, _CAME_IN)).dropna()
    if shares.empty:
        return "No money came into the fund"
    first, last = shares.idxmax(), shares.idxmin()
    most = f"{100 * float(shares.max()):.0f}{SPACE}% of the fund went into projects in {mid_sentence(str(first))}"
    return most if len(shares) == 1 else f"{most}, {100 * float(shares.min()):.0f}{SPACE}% in {mid_sentence(str(last))}"


def _totals(trajectories: pd.DataFrame) -> pd.DataFrame:
    """Return one row a run with the money of all its months by use and in all; held is that of the last month."""
    by_run = trajectories.groupby(["scenario", "replicate"], sort=False)
    totals = by_run[[*FUND, *OTHER_MONEY]].sum()
    totals["fund_held_gbp_m"] = by_run["fund_held_gbp_m"].last()
    totals[_CAME_IN] = totals[list(FUND)].sum(axis=1)
    return totals.reset_index()


def _fund_bars(ax: Axes, summary: pd.DataFrame, scenarios: list[str]) -> None:
    """Draw a bar a scenario, split by what the fund went into."""
    parts = []
    for place, scenario in enumerate(scenarios):
        start = 0.0
        for measure, (_, colour) in FUND.items():
            size = float(_row(summary, measure, scenario)["mean"])
            ax.barh(place, size, left=start, height=0.5, color=colour)
            parts.append((start, place, size))
            start += size
        for measure, height in (("fund_spent_gbp_m", place - 0.33), (_CAME_IN, place + 0.33)):
            row = _row(summary, measure, scenario)
            ax.hlines(height, row["ci_low"], row["ci_high"], color="0.25", linewidth=1.4)
    ax.set(title="The fund", xlabel="£m over the run", xlim=(0, None))
    for start, place, size in parts:
        if size >= _NARROW * ax.get_xlim()[1]:
            ax.text(start + size / 2, place, f"{size:.0f}" if size >= 10 else f"{size:.1f}", color="white",
                    fontsize=9, ha="center", va="center", weight="bold")  # fmt: skip
    ax.grid(visible=False, axis="y")


@in_house_style
def added_value(runs: pd.DataFrame, summary: pd.DataFrame, *, sets: int = 1) -> Figure:
    """Return a figure of the outcome beside its counterfactual at the end, and of the added value, in all and by theme.

    ``summary`` is over so many ``sets`` of the ``runs``.

    >>> runs = pd.DataFrame({"scenario": "baseline", "replicate": [0, 1], **dict.fromkeys(OF_ADDED_VALUE, 0.1)})
    >>> figure = added_value(runs, summary_by_set(runs, sets=1))
    >>> [" ".join(ax.get_title(loc="left").split()) for ax in figure.axes]
    ['Outcome and counterfactual', 'Added value', 'Added value by theme']
    """
    scenarios = scenarios_of(runs)
    looks = looks_of(scenarios)
    height = 2.5 + 0.62 * len(scenarios)
    figure, panels = new_figure(1, 3, width=WIDTH, height=height, width_ratios=[1.1, 1.1, 1.3])
    add_title(figure, _added_in_words(means_of(summary, "added_value")))
    counts = counted(runs_of(runs), "run")
    note = (
        f"Last month, means of {counts} of each scenario. Thick line: {_interval(sets)}; thin: middle 90 % of runs. "
        "Outcomes of runs differ mostly by shocks, which outcome and counterfactual share."
    )
    key = [
        Line2D([], [], marker="o", color=GREY, label="outcome, added value"),
        Line2D([], [], marker="o", color=GREY, markerfacecolor="white", label="counterfactual: the same pounds alone"),
    ]
    add_note_and_key(figure, note, key)
    for place, scenario in enumerate(scenarios):
        of_runs, colour = runs.loc[runs["scenario"] == scenario, "added_value"], looks[scenario].colour
        _dot(panels[0], place - 0.14, _row(summary, "outcome", scenario), colour=colour)
        _dot(panels[0], place + 0.14, _row(summary, "outcome_counterfactual", scenario), colour=colour, is_open=True)
        if len(of_runs) > 1:
            panels[1].hlines(place, *np.quantile(of_runs, (0.05, 0.95)), color=colour, linewidth=1)
        _dot(panels[1], place, _row(summary, "added_value", scenario), colour=colour)
        step = 0.7 / len(scenarios)
        for number, measure in enumerate(_ADDED):
            height_there = number + step * (place - (len(scenarios) - 1) / 2)
            _dot(panels[2], height_there, _row(summary, measure, scenario), colour=colour, size=5)
    for ax, title in zip(
        panels, ("Outcome and\ncounterfactual", titled("added_value"), f"{titled('added_value')} by theme"), strict=True
    ):
        ax.axvline(0.0, color=GREY, linewidth=1)
        ax.set(title=title, xlabel=unit_of("added_value"))
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


def _added_in_words(means: pd.Series) -> str:
    """Return what the partnership adds to the same pounds spent alone, where most and where least."""
    first, last = means.idxmax(), means.idxmin()
    most = f"The partnership adds {told('added_value', float(means.max()))} in {mid_sentence(str(first))}"
    least = f"{told('added_value', float(means.min()))} in {mid_sentence(str(last))}"
    return most if len(means) == 1 else f"{most}, {least}"


def _row(summary: pd.DataFrame, measure: str, scenario: str) -> pd.Series:
    """Return the row of a summary for a measure in a scenario."""
    return summary[(summary["measure"] == measure) & (summary["scenario"] == scenario)].iloc[0]


def _interval(sets: int) -> str:
    """Return what the intervals of means are over so many sets."""
    return f"middle 95 % of {sets} accepted sets" if sets > 1 else "95 % interval of the mean"


def _dot(ax: Axes, place: float, row: pd.Series, *, colour: str, size: float = 7, is_open: bool = False) -> None:
    """Draw the mean of a row of a summary with its 95 % interval along the x axis."""
    ax.hlines(place, row["ci_low"], row["ci_high"], color=colour, linewidth=3.5, alpha=0.45)
    face = "white" if is_open else colour
    ax.plot(row["mean"], place, "o", color=colour, markerfacecolor=face, markersize=size, clip_on=False, zorder=3)


def _in_per_cent(share: float, _: object) -> str:
    return f"{100 * share:g}".replace("-", "−")
