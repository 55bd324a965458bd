"""Figures that set scenarios side by side, from many runs of each.

Every function takes tidy frames (see ``analysis.shared.summaries``) and returns the Axes it drew on or a new Figure.
What titles tell of ends is read off ``summary`` and ``regimes``, the tables beside the figures.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from functools import partial

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from analysis.comparison.findings import (
    differences_in_words,
    end_in_words,
    headline_in_words,
    most_engaged_sectors,
    regimes_in_words,
)
from analysis.comparison.resources import resource_figures
from analysis.comparison.tables import Comparison
from analysis.comparison.uncertainty import shares_by_set
from analysis.shared.parameter_sets import OVER_SETS
from analysis.shared.plotting import (
    GREY,
    REGIME_COLOURS,
    WIDTH,
    add_note,
    add_note_and_regime_key,
    add_title,
    calendar_axis,
    counted,
    draw_fans,
    fan_grid,
    grid_shape,
    headed,
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
    ByColumns,
    bands,
    months_with,
    regimes_over_time,
    scenarios_of,
    wilson_interval,
)
from analysis.shared.words import listed, mid_sentence, readable, titled
from sim.population import SECTORS
from sim.regimes import REGIMES
from sim.vocabulary import label_of


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
def engagement_by_sector(trajectories: pd.DataFrame, summary: pd.DataFrame) -> Figure:
    """Return a figure of engagement over time, a row a scenario and a column a sector.

    >>> run = pd.DataFrame({"scenario": "baseline", "replicate": 0, "month": [0, 1], "date": ["2001-04", "2001-05"]})
    >>> of_sectors = {f"engagement_{sector}": 0.5 for sector in SECTORS}
    >>> summary = pd.DataFrame({"scenario": "baseline", "measure": list(of_sectors), "mean": 0.5})
    >>> figure = engagement_by_sector(run.assign(**of_sectors), summary)
    >>> [ax.get_title(loc="left") for ax in figure.axes]
    ['Councils', 'Agencies', 'Businesses', 'Voluntary bodies']
    """
    sectors = {f"engagement_{sector}": titled(sector) for sector in SECTORS}
    says = "presence in the last year (a junior counts a quarter), as far as promises were kept; an index from 0 to 1"
    return fan_grid(trajectories, sectors, title=most_engaged_sectors(summary), note=f"Engagement: {says}.")[0]


@in_house_style
def dominance(trajectories: pd.DataFrame, summary: pd.DataFrame, contrasts: pd.DataFrame | None = None) -> Figure:
    """Return a figure of the concentration of influence and of the share of the most influential body.

    >>> run = pd.DataFrame({"scenario": "baseline", "replicate": 0, "month": [0, 1], "date": ["2001-04", "2001-05"]})
    >>> summary = pd.DataFrame({"scenario": ["baseline"], "measure": "top_share", "mean": 0.5})
    >>> [ax.get_title(loc="left") for ax in dominance(run.assign(dominance=0.25, top_share=0.5), summary).axes]
    ['Dominance, normalised Herfindahl index', 'Top share of influence, %']
    """
    return _fans(
        trajectories, summary, contrasts, ("dominance", "top_share"), about="top_share",
        note="Dominance: 0 all equal, 1 one body has all the influence.",
    )  # fmt: skip


@in_house_style
def outcome(trajectories: pd.DataFrame, summary: pd.DataFrame, contrasts: pd.DataFrame | None = None) -> Figure:
    """Return a figure of the outcome beside what the partnership adds to it.

    Dotted lines are the median counterfactual: the same place and shocks without a partnership.

    >>> run = pd.DataFrame({"scenario": "baseline", "replicate": 0, "month": [0, 1], "date": ["2001-04", "2001-05"]})
    >>> summary = pd.DataFrame({"scenario": ["baseline"], "measure": "added_value", "mean": 0.125})
    >>> figure = outcome(run.assign(outcome=0.25, outcome_counterfactual=0.125, added_value=0.125), summary)
    >>> [ax.get_title(loc="left") for ax in figure.axes]
    ['Outcome, points of the gap', 'Added value, points of the gap']
    """
    figure, axes = fan_grid(
        trajectories, {name: headed(name, wrap=40) for name in ("outcome", "added_value")},
        title=end_in_words(summary, "added_value", contrasts),
        note="Gap: to the national average. Dotted: median without a partnership, under the same shocks.",
    )  # fmt: skip
    dotted = bands(trajectories, "outcome_counterfactual").groupby("scenario", sort=False, observed=True)
    for (left, right), (_, rows) in zip(axes, dotted, strict=True):
        left.plot(moments(rows["date"]), rows["q50"], color="black", linestyle=":", linewidth=1.6)
        right.axhline(0.0, color=GREY, linewidth=0.8)
    return figure


@in_house_style
def trust(trajectories: pd.DataFrame, summary: pd.DataFrame, contrasts: pd.DataFrame | None = None) -> Figure:
    """Return a figure of trust over time: overall, within sectors, across sectors, and how mutual it is.

    >>> run = pd.DataFrame({"scenario": "baseline", "replicate": 0, "month": [0, 1], "date": ["2001-04", "2001-05"]})
    >>> run = run.assign(trust=0.5, trust_within=0.75, trust_across=0.25, trust_reciprocity=1.0)
    >>> figure = trust(run, pd.DataFrame({"scenario": ["baseline"], "measure": "trust", "mean": 0.5}))
    >>> [" ".join(ax.get_title(loc="left").split()) for ax in figure.axes][:2]
    ['Trust, 0 to 1', 'Trust within sectors, 0 to 1']
    """
    return _fans(
        trajectories, summary, contrasts, ("trust", "trust_within", "trust_across", "trust_reciprocity"), about="trust",
        note="Reciprocity: 1 when trust is returned in full.",
    )  # fmt: skip


def _fans(
    trajectories: pd.DataFrame,
    summary: pd.DataFrame,
    contrasts: pd.DataFrame | None,
    measures: Sequence[str],
    *,
    about: str,
    note: str,
) -> Figure:
    """Return the fans of measures, under what is found of one of them."""
    wrap = 84 // len(measures)
    panels = {name: headed(name, wrap=wrap) for name in measures}
    return fan_grid(trajectories, panels, title=end_in_words(summary, about, contrasts), note=note)[0]


@in_house_style
def regime_shares_over_time(trajectories: pd.DataFrame, regimes: pd.DataFrame) -> Figure:
    """Return a figure of the share of runs in each regime over time, stacked, one panel a scenario.

    >>> run = pd.DataFrame({"scenario": "baseline", "replicate": 0, "month": [0, 1], "date": ["2001-04", "2001-05"]})
    >>> run = run.assign(regime=["talking shop", "hollow"])
    >>> figure = regime_shares_over_time(run, shares_by_set(run[run["month"] == 1], sets=1))
    >>> [(ax.get_title(loc="left"), ax.get_ylabel()) for ax in figure.axes]
    [('Baseline', 'Share of runs, %')]
    """
    table = regimes_over_time(trajectories)
    scenarios = scenarios_of(table)
    rows, columns = grid_shape(len(scenarios), most_columns=3)
    figure, panels = new_figure(rows, columns, width=WIDTH, height=1.9 + 2.0 * rows, sharey=True)
    hide_unused(panels, len(scenarios))
    add_title(figure, regimes_in_words(regimes))
    add_note_and_regime_key(figure, _shares_note(trajectories, regimes), trajectories["regime"].unique())
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
def final_regimes(runs: pd.DataFrame, shares: pd.DataFrame) -> Figure:
    """Return a figure of the share of runs that end in each regime that occurs, with its 95 % interval.

    ``shares`` are those of ``runs`` (see ``analysis.comparison.uncertainty.shares_by_set``).

    >>> runs = pd.DataFrame({"scenario": "baseline", "replicate": [0, 1], "regime": ["talking shop", "dissolved"]})
    >>> figure = final_regimes(runs, shares_by_set(runs, sets=1))
    >>> len(figure.axes), figure.axes[0].get_yticklabels()[0].get_text()
    (2, 'Baseline')
    """
    scenarios = scenarios_of(shares)
    there = [regime for regime in REGIMES if (runs["regime"] == regime).any()]
    height = 1.9 + 0.42 * len(scenarios)
    figure, panels = new_figure(1, len(there), width=WIDTH, height=height, sharex=True, sharey=True)
    add_title(figure, regimes_in_words(shares))
    none = [regime for regime in REGIMES if regime not in there]
    rest = f" No run ends as {listed(none, word='or')}." if none else ""
    dot = f"Dot: share of {counted(runs_of(runs), 'run')} of each scenario."
    add_note(figure, f"{dot} Line: {_interval_of(shares)}.{rest}")
    looks = looks_of(scenarios)
    colours = [looks[scenario].colour for scenario in scenarios]
    for ax, regime in zip(panels, there, strict=True):
        here = shares[shares["regime"] == regime]
        ax.hlines(range(len(here)), here["ci_low"], here["ci_high"], colors=colours, linewidth=3, alpha=0.5)
        ax.scatter(here["share"], range(len(here)), color=colours, s=42, clip_on=False, zorder=3)
        ax.set_title(textwrap.fill(titled(regime), 13), fontsize=10)
        ax.set(xlim=(0, 1), xticks=(0, 0.5, 1))
        ax.xaxis.set_major_formatter(PercentFormatter(1.0, symbol=""))
    panels[0].set_xlabel("% of runs")
    _list_scenarios(panels[0], scenarios)
    return figure


@in_house_style
def paired_contrasts(contrasts: pd.DataFrame, compared: Sequence[str]) -> Figure:
    """Return a figure of paired differences of headline measures from the reference, one panel a measure.

    ``contrasts`` as of ``analysis.comparison.tables.compared``; only those with its first reference are drawn.
    ``compared`` names all scenarios, in the order that gives them their colours.

    >>> from analysis.shared import summaries
    >>> baseline = pd.DataFrame({"scenario": "baseline", "replicate": [0, 1], "engagement": [0.25, 0.5], "trust": 0.5})
    >>> runs = pd.concat([baseline, baseline.assign(scenario="with_fund", trust=[0.5, 0.75])])
    >>> figure = paired_contrasts(summaries.contrasts(runs, "baseline"), scenarios_of(runs))
    >>> [ax.get_title(loc="left") for ax in figure.axes if ax.get_visible()]
    ['Engagement', 'Trust']
    """
    reference = str(contrasts["reference"].iloc[0])
    headline = [measure for measure in HEADLINE if (contrasts["measure"] == measure).any()]
    table = contrasts[(contrasts["reference"] == reference) & contrasts["measure"].isin(headline)]
    scenarios = scenarios_of(table)
    looks = looks_of(compared)
    rows, columns = grid_shape(len(headline), most_columns=3)
    height = 1.6 + rows * (1.0 + 0.33 * len(scenarios))
    figure, panels = new_figure(rows, columns, width=WIDTH, height=height, sharey=True)
    hide_unused(panels, len(headline))
    add_title(figure, differences_in_words(table))
    pairs = table["replicates"]
    line = "Line: its 95 % interval." if pairs.max() > 1 else "One pair has no interval."
    if "sets" in table:
        line = f"Line: the middle 95 % of {table['sets'].iloc[0]} accepted sets."
    against = f"Difference from {mid_sentence(reference)} at the end."
    add_note(figure, f"{against} Dot: mean over {counted(pairs, 'pair')} of runs with the same chance. {line}")
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
def final_regime_bars(runs: pd.DataFrame, *, sets: int = 1, ax: Axes | None = None) -> Axes:
    """Return a panel with one bar a scenario, split by final regime.

    The text above a bar gives the share of the commonest regime and its 95 % interval: Wilson's, of chance alone, or
    over the ``sets`` that replicates took turns with (see ``analysis.comparison.uncertainty.shares_by_set``).

    >>> regimes = ["talking shop"] * 3 + ["dissolved"]
    >>> runs = pd.DataFrame({"scenario": "baseline", "replicate": range(4), "regime": regimes})
    >>> [text.get_text() for text in final_regime_bars(runs).texts]
    ['Baseline', '75 % (30 to 95)']
    """
    ax = own_axes(ax)
    shares = shares_by_set(runs, sets=sets)
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
def headline(
    trajectories: pd.DataFrame, summary: pd.DataFrame, shares: pd.DataFrame, contrasts: pd.DataFrame | None = None
) -> Figure:
    """Return the figure that sums a comparison up, a row a scenario: engagement, dominance, added value, final regimes.

    >>> run = pd.DataFrame({"scenario": "baseline", "replicate": 0, "month": [0, 1], "date": ["2001-04", "2001-05"]})
    >>> run = run.assign(engagement=0.5, top_share=0.25, added_value=0.125, regime="talking shop")
    >>> summary = pd.DataFrame({"scenario": ["baseline"], "measure": "engagement", "mean": 0.5})
    >>> figure = headline(run, summary, shares_by_set(run[run["month"] == 1], sets=1))
    >>> [" ".join(ax.get_title(loc="left").split()) for ax in figure.axes][1:]
    ['Top share of influence, %', 'Added value, points of the gap', 'Regime at the end, % of runs']
    """
    measures = ("engagement", "top_share", "added_value")
    figure, axes = fan_grid(
        trajectories, {name: headed(name, wrap=13) for name in measures},
        title=headline_in_words(summary, shares, contrasts), more_columns=1,
        note=f"Bars: share of runs; line: {_interval_of(shares)}.",
    )  # fmt: skip
    there = [regime for regime in REGIMES if (shares.loc[shares["regime"] == regime, "share"] > 0).any()]
    for ax, (scenario, look) in zip(axes[:, -1], looks_of(scenarios_of(shares)).items(), strict=True):
        _regime_bars(ax, shares[shares["scenario"] == scenario].set_index("regime").loc[there], look.colour)
    axes[0, -1].set_title("Regime at the end,\n% of runs")
    axes[-1, -1].tick_params(labelbottom=True)
    for ax in axes[:, 2]:
        ax.axhline(0.0, color=GREY, linewidth=0.8)
    return figure


def _regime_bars(ax: Axes, shares: pd.DataFrame, colour: str) -> None:
    """Draw a bar a regime, named at its right, with its interval; all in the colour of the scenario.

    Some regimes have the name of a scenario, and colours tell scenarios apart here.
    """
    places = range(len(shares))
    ax.barh(places, shares["share"], height=0.72, color=colour, alpha=0.6)
    ax.hlines(places, shares["ci_low"], shares["ci_high"], color="0.25", linewidth=1.1)
    ax.yaxis.tick_right()
    ax.set_yticks(places, [titled(str(regime)) for regime in shares.index], fontsize=9)
    ax.tick_params(axis="y", length=0)
    ax.tick_params(axis="x", labelbottom=False, labelsize=9)
    ax.set(xlim=(0, 1), xticks=(0, 0.5, 1), ylim=(len(shares) - 0.4, -0.6))
    ax.xaxis.set_major_formatter(PercentFormatter(1.0, symbol=""))
    ax.grid(visible=False, axis="y")


def _list_scenarios(ax: Axes, scenarios: list[str]) -> None:
    """Write the scenarios down the y axis, the first on top; panels that share the axis follow."""
    ax.set_yticks(range(len(scenarios)), [readable(scenario) for scenario in scenarios])
    ax.set_ylim(len(scenarios) - 0.5, -0.5)


def _interval_of(shares: pd.DataFrame) -> str:
    """Return what the intervals of shares of runs are."""
    over_sets = (shares["interval_over"] == OVER_SETS).all()
    return "the middle 95 % of accepted sets" if over_sets else "95 % Wilson interval, of chance alone"


def _shares_note(trajectories: pd.DataFrame, shares: pd.DataFrame) -> str:
    """Return what the shares are of, and how far a share may be off at most: by chance, or from set to set."""
    said = f"Share of {counted(runs_of(trajectories), 'run')} of each scenario in each regime"
    if (shares["interval_over"] == OVER_SETS).all():
        widest = shares.iloc[int((shares["ci_high"] - shares["ci_low"]).argmax())]
        ends = f"{100 * widest['ci_low']:.0f} to {100 * widest['ci_high']:.0f} %"
        what = f"{mid_sentence(str(widest['scenario']))} ends as {label_of(str(widest['regime']))}"
        return f"{said}. Sets differ most in how often {what}: {ends} of runs (middle 95 % of accepted sets)."
    fewest = int(runs_of(trajectories).min())
    low, high = wilson_interval(fewest // 2, total=fewest)
    return f"{said}; by chance alone it may be off by up to ± {50 * (high - low):.0f} points (95 % Wilson interval)."


def comparison_figures(trajectories: ByColumns, runs: ByColumns, found: Comparison) -> dict[str, Callable[[], Figure]]:
    """Return how to draw each figure of a comparison of scenarios, by its name.

    ``trajectories`` has one row a run and month, ``runs`` one row a run (see ``analysis.shared.summaries``); of both
    each figure reads the columns it needs. ``found`` is what the runs came to. Of ties, senior time, money by use and
    added value there are figures if the months have such measures.

    >>> from analysis.comparison.tables import compared
    >>> from sim.measures import MEASURES
    >>> run = pd.DataFrame({"scenario": "baseline", "replicate": 0, "month": [0, 1], "date": ["2001-04", "2001-05"],
    ...                     "regime": "talking shop", **dict.fromkeys(MEASURES, 0.5)})
    >>> ends = run[run["month"] == 1].drop(columns=["month", "date"])
    >>> figures = comparison_figures(run, ends, compared(ends, "baseline"))
    >>> list(figures)[:3], bool(figures["trust"]().axes)
    (['headline', 'engagement_by_sector', 'dominance'], True)
    """
    months, ends = partial(months_with, trajectories), runs[["scenario", "replicate", "regime"]]
    summary, regimes, contrasts = found.summary, found.regimes, found.contrasts
    of_sectors = [f"engagement_{sector}" for sector in SECTORS]
    figures: dict[str, Callable[[], Figure]] = {
        "headline": lambda: headline(months("engagement", "top_share", "added_value"), summary, regimes, contrasts),
        "engagement_by_sector": lambda: engagement_by_sector(months(*of_sectors), summary),
        "dominance": lambda: dominance(months("dominance", "top_share"), summary, contrasts),
        "outcome": lambda: outcome(months("outcome", "outcome_counterfactual", "added_value"), summary, contrasts),
        "trust": lambda: trust(
            months("trust", "trust_within", "trust_across", "trust_reciprocity"), summary, contrasts
        ),
        "regime_shares": lambda: regime_shares_over_time(months("regime"), regimes),
        "regimes_final": lambda: final_regimes(ends, regimes),
    }
    figures |= resource_figures(trajectories, runs, found)
    if len(found.contrasts):
        figures["contrasts"] = lambda: paired_contrasts(found.contrasts, scenarios_of(ends))
    return figures
