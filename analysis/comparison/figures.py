"""Figures that set scenarios side by side, from many runs of each.

Every function takes tidy frames (see ``analysis.shared.summaries``) and returns the Axes it drew on or a new Figure.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from analysis.comparison.resources import resource_figures
from analysis.shared.plotting import (
    GREY,
    REGIME_COLOURS,
    LineEnd,
    add_note,
    add_note_and_regime_key,
    add_title,
    calendar_axis,
    counted,
    draw_fans,
    fan_note,
    grid_shape,
    hide_unused,
    in_house_style,
    label_line_ends,
    label_value_axis,
    looks_of,
    moments,
    new_figure,
    own_axes,
    runs_of,
)
from analysis.shared.summaries import (
    HEADLINE,
    bands,
    contrasts,
    regime_shares,
    regimes_over_time,
    scenarios_of,
    wilson_interval,
)
from analysis.shared.words import mid_sentence, readable, titled
from sim.population import SECTORS
from sim.regimes import REGIMES

_ALIKE = 1e-9
"""Counterfactuals that differ by less are one."""


@in_house_style
def measure_over_time(trajectories: pd.DataFrame, measure: str, *, ax: Axes | None = None) -> Axes:
    """Return a panel with the fan of one measure over calendar time, one colour a scenario, labelled directly.

    >>> run = pd.DataFrame({"scenario": "baseline", "replicate": 0, "month": [0, 1], "date": ["2001-04", "2001-05"]})
    >>> measure_over_time(run.assign(engagement=[0.25, 0.5]), "engagement").get_ylabel()
    'Engagement, index'
    """
    ax = own_axes(ax)
    ends = draw_fans(ax, trajectories, measure)
    label_value_axis(ax, measure)
    label_line_ends(ax, ends)
    return ax


@in_house_style
def engagement_by_sector(trajectories: pd.DataFrame) -> Figure:
    """Return a figure of engagement over time, one panel a sector.

    >>> run = pd.DataFrame({"scenario": "baseline", "replicate": 0, "month": [0, 1], "date": ["2001-04", "2001-05"]})
    >>> figure = engagement_by_sector(run.assign(**{f"engagement_{sector}": 0.5 for sector in SECTORS}))
    >>> [ax.get_title(loc="left") for ax in figure.axes]
    ['Councils', 'Agencies', 'Businesses', 'Voluntary bodies']
    """
    figure, panels = new_figure(2, 2, width=8.5, height=6.5, sharex=True, sharey=True)
    add_title(figure, "Engagement of each sector over time")
    says = "presence in the last year (a junior counts a quarter), as far as promises were kept"
    add_note(figure, f"{fan_note(trajectories)} Engagement is {says}.")
    fans = []
    for ax, sector in zip(panels, SECTORS, strict=True):
        ax.set_title(titled(sector))
        fans.append((ax, draw_fans(ax, trajectories, f"engagement_{sector}")))
    for ax in panels[::2]:
        label_value_axis(ax, "engagement")
    _label_right_column(fans, columns=2)
    return figure


@in_house_style
def dominance(trajectories: pd.DataFrame) -> Figure:
    """Return a figure of the concentration of influence and of the share of the most influential body.

    >>> run = pd.DataFrame({"scenario": "baseline", "replicate": 0, "month": [0, 1], "date": ["2001-04", "2001-05"]})
    >>> [ax.get_title(loc="left") for ax in dominance(run.assign(dominance=0.25, top_share=0.5)).axes]
    ['Dominance', 'Top share of influence']
    """
    figure, panels = new_figure(1, 2, width=8.5, height=4.3, sharex=True)
    add_title(figure, "How far influence is in few hands")
    add_note(figure, fan_note(trajectories) + " Dominance: 0 all equal, 1 one body has all the influence.")
    fans = []
    for ax, measure in zip(panels, ("dominance", "top_share"), strict=True):
        fans.append(_titled_fan(ax, trajectories, measure))
    _label_right_column(fans, columns=2)
    return figure


@in_house_style
def outcome(trajectories: pd.DataFrame) -> Figure:
    """Return a figure of the outcome beside what the partnership adds to it.

    Dotted lines are the median counterfactual: the same place and shocks without a partnership.

    >>> run = pd.DataFrame({"scenario": "baseline", "replicate": 0, "month": [0, 1], "date": ["2001-04", "2001-05"]})
    >>> figure = outcome(run.assign(outcome=0.25, outcome_counterfactual=0.125, added_value=0.125))
    >>> [ax.get_title(loc="left") for ax in figure.axes]
    ['Outcome', 'Added value']
    """
    figure, (left, right) = new_figure(1, 2, width=8.5, height=4.3, sharex=True)
    add_title(figure, "How much of the gap to the national average is closed")
    dotted = bands(trajectories, "outcome_counterfactual")
    looks = looks_of(scenarios_of(trajectories))
    # Where the same pounds alone are the counterfactual, it is another one with more pounds.
    alike = float((dotted.groupby("month")["q50"].max() - dotted.groupby("month")["q50"].min()).max()) < _ALIKE
    add_note(figure, fan_note(trajectories) + " Dotted: median without a partnership, under the same shocks.")
    _titled_fan(left, trajectories, "outcome")
    for name, rows in dotted.groupby("scenario", sort=False, observed=True):
        colour = "black" if alike else looks[str(name)].colour
        left.plot(moments(rows["date"]), rows["q50"], color=colour, linestyle=":", linewidth=1.6)
    _, ends = _titled_fan(right, trajectories, "added_value")
    right.axhline(0.0, color=GREY, linewidth=0.8)
    label_line_ends(right, ends)
    return figure


@in_house_style
def trust(trajectories: pd.DataFrame) -> Figure:
    """Return a figure of trust over time: overall, within sectors, across sectors, and how mutual it is.

    >>> run = pd.DataFrame({"scenario": "baseline", "replicate": 0, "month": [0, 1], "date": ["2001-04", "2001-05"]})
    >>> figure = trust(run.assign(trust=0.5, trust_within=0.75, trust_across=0.25, trust_reciprocity=1.0))
    >>> [ax.get_title(loc="left") for ax in figure.axes]
    ['Trust', 'Trust within sectors', 'Trust across sectors', 'Reciprocity of trust']
    """
    figure, panels = new_figure(2, 2, width=8.5, height=6.5, sharex=True)
    add_title(figure, "Trust between members over time")
    add_note(figure, fan_note(trajectories) + " Reciprocity: 1 when trust is returned in full.")
    fans = []
    for ax, measure in zip(panels, ("trust", "trust_within", "trust_across", "trust_reciprocity"), strict=True):
        fans.append(_titled_fan(ax, trajectories, measure))
    _label_right_column(fans, columns=2)
    return figure


@in_house_style
def regime_shares_over_time(trajectories: pd.DataFrame) -> Figure:
    """Return a figure of the share of runs in each regime over time, stacked, one panel a scenario.

    >>> run = pd.DataFrame({"scenario": "baseline", "replicate": 0, "month": [0, 1], "date": ["2001-04", "2001-05"]})
    >>> figure = regime_shares_over_time(run.assign(regime=["talking shop", "hollow"]))
    >>> [(ax.get_title(loc="left"), ax.get_ylabel()) for ax in figure.axes]
    [('Baseline', 'Share of runs, %')]
    """
    table = regimes_over_time(trajectories)
    scenarios = scenarios_of(table)
    rows, columns = grid_shape(len(scenarios), most_columns=3 if len(scenarios) > 4 else 2)
    figure, panels = new_figure(rows, columns, width=8.5, height=1.9 + 2.4 * rows, sharex=True, sharey=True)
    hide_unused(panels, len(scenarios))
    add_title(figure, "Regimes over time")
    add_note_and_regime_key(figure, _shares_note(trajectories), REGIMES)
    for ax, scenario in zip(panels, scenarios, strict=False):
        here = table[table["scenario"] == scenario]
        ax.stackplot(
            moments(here["date"]),
            *(here[regime] for regime in REGIMES),
            colors=[REGIME_COLOURS[regime] for regime in REGIMES],
            linewidth=0,
        )
        ax.set(title=textwrap.fill(readable(scenario), 90 // columns), ylim=(0, 1))
        ax.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=""))
        calendar_axis(ax, most_ticks=6)
    for ax in panels[: len(scenarios) : columns]:
        ax.set_ylabel("Share of runs, %")
    return figure


@in_house_style
def final_regimes(runs: pd.DataFrame) -> Figure:
    """Return a figure of the share of runs that end in each regime, with 95 % Wilson intervals.

    >>> runs = pd.DataFrame({"scenario": "baseline", "replicate": [0, 1], "regime": ["talking shop", "dissolved"]})
    >>> figure = final_regimes(runs)
    >>> len(figure.axes), figure.axes[0].get_yticklabels()[0].get_text()
    (7, 'Baseline')
    """
    shares = regime_shares(runs)
    scenarios = scenarios_of(shares)
    height = 1.9 + 0.45 * len(scenarios)
    figure, panels = new_figure(1, len(REGIMES), width=8.5, height=height, sharex=True, sharey=True)
    add_title(figure, "Regime at the end of the run")
    add_note(figure, f"Dot: share of {counted(runs_of(runs), 'run')} of each scenario. Line: 95 % Wilson interval.")
    for ax, regime in zip(panels, REGIMES, strict=True):
        here, colour = shares[shares["regime"] == regime], REGIME_COLOURS[regime]
        ax.hlines(range(len(here)), here["ci_low"], here["ci_high"], color=colour, linewidth=3, alpha=0.6)
        ax.plot(here["share"], range(len(here)), "o", color=colour, markersize=7, clip_on=False)
        ax.set_title(titled(regime).replace(" ", "\n", 1), fontsize=10)
        ax.set(xlim=(0, 1), xticks=(0, 0.5, 1), xlabel="% of runs")
        ax.xaxis.set_major_formatter(PercentFormatter(1.0, symbol=""))
    _list_scenarios(panels[0], scenarios)
    return figure


@in_house_style
def paired_contrasts(runs: pd.DataFrame, *, reference: str) -> Figure:
    """Return a figure of the paired difference of headline measures from ``reference``, one panel a measure.

    >>> baseline = pd.DataFrame({"scenario": "baseline", "replicate": [0, 1], "engagement": [0.25, 0.5], "trust": 0.5})
    >>> runs = pd.concat([baseline, baseline.assign(scenario="with_fund", trust=[0.5, 0.75])])
    >>> [ax.get_title(loc="left") for ax in paired_contrasts(runs, reference="baseline").axes if ax.get_visible()]
    ['Engagement', 'Trust']
    """
    headline = [measure for measure in HEADLINE if measure in runs]
    table = contrasts(runs[["scenario", "replicate", *headline]], reference)
    scenarios = scenarios_of(table)
    looks = looks_of(scenarios_of(runs))
    rows, columns = grid_shape(len(headline), most_columns=3)
    height = 1.4 + rows * (1.0 + 0.33 * len(scenarios))
    figure, panels = new_figure(rows, columns, width=8.5, height=height, sharey=True)
    hide_unused(panels, len(headline))
    add_title(figure, f"Difference from {mid_sentence(reference)} at the end of the run")
    pairs = table["replicates"]
    line = "Line: its 95 % interval." if pairs.max() > 1 else "One pair has no interval."
    add_note(figure, f"Dot: mean difference over {counted(pairs, 'pair')} of runs with the same chance. {line}")
    for ax, measure in zip(panels, headline, strict=False):
        here = table[table["measure"] == measure]
        colours = [looks[str(scenario)].colour for scenario in here["scenario"]]
        ax.hlines(range(len(here)), here["ci_low"], here["ci_high"], colors=colours, linewidth=3.5, alpha=0.5)
        ax.scatter(here["difference"], range(len(here)), color=colours, s=25, zorder=3)
        ax.axvline(0.0, color=GREY, linewidth=1)
        ax.margins(x=0.08)
        ax.set_title(titled(measure))
        label_value_axis(ax, measure, name="", axis="x")
    _list_scenarios(panels[0], scenarios)
    return figure


@in_house_style
def final_regime_bars(runs: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Return a panel with one bar a scenario, split by final regime.

    The text above a bar gives the share of the commonest regime and its 95 % Wilson interval.

    >>> regimes = ["talking shop"] * 3 + ["dissolved"]
    >>> runs = pd.DataFrame({"scenario": "baseline", "replicate": range(4), "regime": regimes})
    >>> [text.get_text() for text in final_regime_bars(runs).texts]
    ['Baseline', '75 % (30 to 95)']
    """
    ax = own_axes(ax)
    shares = regime_shares(runs)
    scenarios = scenarios_of(shares)
    looks = looks_of(scenarios)
    for place, scenario in enumerate(scenarios):
        here = shares[shares["scenario"] == scenario].set_index("regime")
        start = 0.0
        for regime in REGIMES:
            share = float(here["share"][regime])
            ax.barh(place, share, left=start, height=0.42, color=REGIME_COLOURS[regime])
            start += share
        share, low, high = (100 * here[name].iloc[here["share"].argmax()] for name in ("share", "ci_low", "ci_high"))
        name = textwrap.shorten(readable(scenario), 26, placeholder=" …")
        ax.text(0.0, place - 0.3, name, color=looks[scenario].colour, fontsize=10, va="bottom")
        interval = f"{share:.0f} % ({low:.0f} to {high:.0f})"
        ax.text(1.0, place - 0.3, interval, color=GREY, fontsize=9, va="bottom", ha="right")
    ax.set(xlim=(0, 1), ylim=(len(scenarios) - 0.6, -0.75), yticks=[], xlabel="Share of runs, %")
    ax.xaxis.set_major_formatter(PercentFormatter(1.0, symbol=""))
    ax.grid(visible=False)
    ax.spines["left"].set_visible(False)
    return ax


@in_house_style
def headline(trajectories: pd.DataFrame, runs: pd.DataFrame) -> Figure:
    """Return the figure that sums a comparison up: engagement, dominance, added value and final regimes.

    >>> run = pd.DataFrame({"scenario": "baseline", "replicate": 0, "month": [0, 1], "date": ["2001-04", "2001-05"]})
    >>> run = run.assign(engagement=0.5, top_share=0.25, added_value=0.125, regime="talking shop")
    >>> figure = headline(run, run[run["month"] == 1])
    >>> [ax.get_title(loc="left") for ax in figure.axes[1:]]
    ['Top share of influence', 'Added value', 'Regime at the end']
    """
    scenarios = scenarios_of(runs)
    figure, panels = new_figure(2, 2, width=8.8, height=max(7.0, 3.0 + 0.8 * len(scenarios)))
    add_title(figure, "Who comes, who dominates, what it adds and where it ends")
    add_note_and_regime_key(
        figure, f"{fan_note(trajectories)} Above each bar: share of the commonest regime and its 95 % Wilson interval."
    )
    fans = []
    for ax, measure in zip(panels, ("engagement", "top_share", "added_value"), strict=False):
        fans.append(_titled_fan(ax, trajectories, measure))
    panels[3].set_title("Regime at the end")
    final_regime_bars(runs, ax=panels[3])
    label_line_ends(*fans[1])
    return figure


def _titled_fan(ax: Axes, trajectories: pd.DataFrame, measure: str) -> tuple[Axes, list[LineEnd]]:
    """Draw the fan of a measure under its name, with its unit at the axis; return where its lines end."""
    ax.set_title(titled(measure))
    ends = draw_fans(ax, trajectories, measure)
    label_value_axis(ax, measure, name="")
    return ax, ends


def _label_right_column(fans: list[tuple[Axes, list[LineEnd]]], *, columns: int) -> None:
    for ax, ends in fans[columns - 1 :: columns]:
        label_line_ends(ax, ends)


def _list_scenarios(ax: Axes, scenarios: list[str]) -> None:
    """Write the scenarios down the y axis, the first on top; panels that share the axis follow."""
    ax.set_yticks(range(len(scenarios)), [readable(scenario) for scenario in scenarios])
    ax.set_ylim(len(scenarios) - 0.5, -0.5)


def _shares_note(trajectories: pd.DataFrame) -> str:
    """Return what the shares are of, and how far chance may move a share over that many runs at most."""
    fewest = int(runs_of(trajectories).min())
    low, high = wilson_interval(fewest // 2, total=fewest)
    return (
        f"Share of {counted(runs_of(trajectories), 'run')} of each scenario in each regime; "
        f"by chance a share may be off by up to ± {50 * (high - low):.0f} points (95 % Wilson interval)."
    )


def comparison_figures(trajectories: pd.DataFrame, runs: pd.DataFrame) -> dict[str, Callable[[], Figure]]:
    """Return how to draw each figure of a comparison of scenarios, by its name.

    ``trajectories`` has one row a run and month, ``runs`` one row a run (see ``analysis.shared.summaries``). The
    scenario that comes last is the one that others are contrasted with; a single one has no contrast. Of ties, senior
    time, money by use and added value there are figures if the months have such measures.

    >>> from sim.measures import MEASURES
    >>> run = pd.DataFrame({"scenario": "baseline", "replicate": 0, "month": [0, 1], "date": ["2001-04", "2001-05"],
    ...                     "regime": "talking shop", **dict.fromkeys(MEASURES, 0.5)})
    >>> figures = comparison_figures(run, run[run["month"] == 1])
    >>> list(figures)[:3], bool(figures["trust"]().axes)
    (['headline', 'engagement_by_sector', 'dominance'], True)
    """
    figures: dict[str, Callable[[], Figure]] = {
        "headline": lambda: headline(trajectories, runs),
        "engagement_by_sector": lambda: engagement_by_sector(trajectories),
        "dominance": lambda: dominance(trajectories),
        "outcome": lambda: outcome(trajectories),
        "trust": lambda: trust(trajectories),
        "regime_shares": lambda: regime_shares_over_time(trajectories),
        "regimes_final": lambda: final_regimes(runs),
    }
    figures |= resource_figures(trajectories, runs)
    *others, last = scenarios_of(runs)
    if others:
        figures["contrasts"] = lambda: paired_contrasts(runs, reference=last)
    return figures
