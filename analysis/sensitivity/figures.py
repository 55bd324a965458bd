"""Figures of sensitivity: tornado, Morris plane, Sobol indices, what is noise, and how many replicates are enough.

Every function takes the tables of ``analysis.sensitivity.tables`` and ``analysis.sensitivity.noise`` for one outcome of
one scenario and returns a new Figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter
from numpy.typing import NDArray

from analysis.sensitivity.tables import OF_CHANCE, SWING, ranked
from analysis.sensitivity.words import pair_label
from analysis.shared.outcomes import Outcome, is_told_in_percent, outcome_of, percent_if_share
from analysis.shared.plotting import (
    GREY,
    LineEnd,
    add_note,
    add_title,
    in_house_style,
    label_line_ends,
    looks_of,
    new_figure,
    spread_apart,
)
from analysis.shared.words import is_share, mid_sentence, titled, two_digits

MOST_ROWS = 18
"""Parameters in a figure; the others are in the table."""

LABELLED = 8
_LOW, _HIGH, _OTHER = (look.colour for look in looks_of(["low", "high", "other"]).values())


def _shown_in_percent(outcome: Outcome) -> bool:
    return outcome.is_regime or (outcome.read != "months_in" and is_share(outcome.column))


def value_axis(ax: Axes, outcome: Outcome, label: str, *, axis: str = "x") -> None:
    """Name an axis with values of ``outcome``, its unit behind the label and shares in per cent.

    >>> ax = Figure().subplots()
    >>> value_axis(ax, outcome_of("trust"), "Half-width", axis="y")
    >>> ax.get_ylabel()
    'Half-width, 0 to 1'
    """
    which = ax.xaxis if axis == "x" else ax.yaxis
    which.set_label_text(f"{label}, {percent_if_share(outcome)}")
    which.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))
    if _shown_in_percent(outcome):
        which.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:g}".replace("-", "−")))


def _range_text(bounds: Sequence[Any]) -> str:
    return ", ".join(bounds) if isinstance(bounds[0], str) else f"{bounds[0]:g} to {bounds[1]:g}"


def _shown_note(shown: int, total: int, by: str) -> str:
    return "" if shown == total else f" The {shown} of {total} parameters with the largest {by} are shown."


def _list_parameters(ax: Axes, names: Sequence[str], ranges: Mapping[str, Sequence[Any]] | None = None) -> None:
    """Write the parameters down the y axis, the first on top."""
    labels = [titled(name) for name in names]
    if ranges is not None:
        labels = [f"{label} ({_range_text(ranges[name])})" for label, name in zip(labels, names, strict=True)]
    ax.set_yticks(range(len(names)), labels)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.grid(visible=False, axis="y")


@in_house_style
def tornado(
    effects: pd.DataFrame,
    indices: pd.DataFrame,
    ranges: Mapping[str, Sequence[Any]],
    *,
    measure: str,
    scenario: str,
) -> Figure:
    """Return a figure of what each parameter alone changes at the ends of its range, with every replicate.

    ``effects`` and ``indices`` are the results of ``one_at_a_time_effects`` and ``one_at_a_time``.

    >>> from analysis.sensitivity.tables import one_at_a_time, one_at_a_time_effects
    >>> draws = pd.DataFrame({"draw": [0, 1, 2], "levers.a": [None, 0.0, 1.0]})
    >>> outcomes = pd.DataFrame({"scenario": "s", "measure": "trust", "draw": [0, 1, 2] * 2,
    ...                          "replicate": [0] * 3 + [1] * 3, "value": [0.5, 0.3, 0.6, 0.5, 0.2, 0.8]})
    >>> effects = one_at_a_time_effects(draws, outcomes)
    >>> figure = tornado(effects, one_at_a_time(effects), {"levers.a": (0.0, 1.0)}, measure="trust", scenario="s")
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['A (0 to 1)']
    """
    order = ranked(indices, "one_at_a_time")
    shown, outcome = order[:MOST_ROWS], outcome_of(measure)
    figure, (ax,) = new_figure(1, 1, width=8.0, height=2.3 + 0.36 * len(shown))
    add_title(figure, f"{titled(order[0])} alone moves {mid_sentence(outcome.label)} most in {mid_sentence(scenario)}")
    count = effects["replicate"].nunique()
    add_note(
        figure,
        f"Small dots: paired difference from the scenario in each of {count} replicates with the same chance. "
        f"Large dots: their mean; lines: its 95 % interval. Behind a name: its range, or kinds from the top down."
        + _shown_note(len(shown), len(order), "swing"),
    )
    kinds: dict[str, Sequence[Any]] = {}
    for row, parameter in enumerate(shown):
        here = effects[effects["parameter"] == parameter]
        of_parameter = indices[(indices["parameter"] == parameter) & (indices["index"] != SWING)]
        levels = list(dict.fromkeys(here["level"]))
        for place, (level, found) in enumerate(zip(levels, of_parameter.to_dict("records"), strict=True)):
            colour = {"low": _LOW, "high": _HIGH}.get(found["index"], _OTHER)
            height = row + 0.44 * (place / max(1, len(levels) - 1) - 0.5)
            values = here.loc[here["level"] == level, "effect"]
            ax.plot(values, np.full(len(values), height), "o", color=colour, markersize=3, alpha=0.35, mew=0)
            ax.hlines(height, found["ci_low"], found["ci_high"], color=colour, linewidth=2.5)
            ax.plot(found["value"], height, "o", color=colour, markersize=6)
        if isinstance(levels[0], str):
            kinds[parameter] = levels
    ax.axvline(0.0, color=GREY, linewidth=1)
    _list_parameters(ax, shown, {**ranges, **kinds})
    value_axis(ax, outcome, "Change against the scenario")
    _colour_key(ax, {"at the low end": _LOW, "at the high end": _HIGH})
    return figure


def _colour_key(ax: Axes, colours: Mapping[str, str]) -> None:
    """Write what colours mean above the panel, each in its colour."""
    across = 0.0
    for text, colour in colours.items():
        ax.annotate(f"● {text}", (0.0, 1.0), xycoords="axes fraction", xytext=(across, 5),
                    textcoords="offset points", color=colour, fontsize=10, va="bottom")  # fmt: skip
        across += 30 + 5.6 * len(text)


@in_house_style
def morris_plane(indices: pd.DataFrame, *, measure: str, scenario: str) -> Figure:
    """Return a figure of mu_star against sigma with their intervals; the strongest parameters are named.

    >>> indices = pd.DataFrame({"parameter": ["levers.a", "levers.a", "levers.b", "levers.b"],
    ...                         "index": ["mu_star", "sigma"] * 2, "value": [0.3, 0.1, 0.2, 0.1]})
    >>> indices = indices.assign(ci_low=indices["value"] - 0.05, ci_high=indices["value"] + 0.05)
    >>> morris_plane(indices, measure="trust", scenario="s").axes[0].get_xlabel()
    'Size of effect, mu*, 0 to 1'
    """
    outcome = outcome_of(measure)
    wide = indices.pivot(index="parameter", columns="index", values=["value", "ci_low", "ci_high"])
    order = ranked(indices, "morris")
    wide = wide.loc[order]
    figure, (ax,) = new_figure(1, 1, width=8.0, height=5.2)
    add_title(
        figure, f"{titled(order[0])} moves {mid_sentence(outcome.label)} most in {mid_sentence(scenario)} (Morris)"
    )
    add_note(
        figure,
        "Dot: a parameter; lines: 95 % bootstrap intervals over trajectories. Above the dotted line an effect depends "
        "much on the other parameters, or is not linear. Effects are scaled to a parameter's whole range. "
        f"The {min(LABELLED, len(order))} largest are named.",
    )
    x, y = wide[("value", "mu_star")], wide[("value", "sigma")]
    colours = [_LOW if place < LABELLED else "0.7" for place in range(len(wide))]
    ax.hlines(y, wide[("ci_low", "mu_star")], wide[("ci_high", "mu_star")], colors=colours, linewidth=1.2, alpha=0.6)
    ax.vlines(x, wide[("ci_low", "sigma")], wide[("ci_high", "sigma")], colors=colours, linewidth=1.2, alpha=0.6)
    ax.scatter(x, y, color=colours, s=26, zorder=3)
    limit = float(min(wide[("ci_high", "mu_star")].max(), wide[("ci_high", "sigma")].max()))
    ax.plot([0.0, limit], [0.0, limit], color=GREY, linestyle=":", linewidth=1)
    ax.set_xlim(left=0.0)
    ax.set_ylim(bottom=0.0)
    value_axis(ax, outcome, "Size of effect, mu*")
    value_axis(ax, outcome, "Spread of effect, sigma", axis="y")
    _name_points(ax, [titled(name) for name in order[:LABELLED]], x[:LABELLED], y[:LABELLED])
    return figure


def _name_points(ax: Axes, names: Sequence[str], x: pd.Series, y: pd.Series) -> None:
    """Write the names right of the panel, in the order of the points' heights, with thin lines to the points."""
    low, high = ax.get_ylim()
    wanted = (y.to_numpy(dtype=float) - low) / (high - low)
    heights = spread_apart(wanted, np.full(len(names), 0.062))
    for name, height, across, up in zip(names, heights, x, y, strict=True):
        ax.annotate(
            name, (across, up), xycoords="data", xytext=(1.03, height), textcoords="axes fraction",
            fontsize=9, color=_LOW, va="center", annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": _LOW, "alpha": 0.35, "linewidth": 0.7, "shrinkB": 3},
        )  # fmt: skip


@in_house_style
def sobol_indices(indices: pd.DataFrame, *, measure: str, scenario: str) -> Figure:
    """Return a figure of first-order and total indices with their intervals, the largest total on top.

    >>> indices = pd.DataFrame({"parameter": ["levers.a", "levers.a", "levers.b", "levers.b"],
    ...                         "index": ["S1", "ST"] * 2, "value": [0.3, 0.5, 0.4, 0.7]})
    >>> indices = indices.assign(ci_low=indices["value"] - 0.05, ci_high=indices["value"] + 0.05)
    >>> figure = sobol_indices(indices, measure="trust", scenario="s")
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['B', 'A']
    """
    outcome = outcome_of(measure)
    order = ranked(indices, "sobol")
    shown = order[:MOST_ROWS]
    figure, (ax,) = new_figure(1, 1, width=8.0, height=2.3 + 0.33 * len(shown))
    add_title(
        figure,
        f"{titled(order[0])} explains most of what differs between draws in {mid_sentence(outcome.label)}, "
        f"{mid_sentence(scenario)}",
    )
    add_note(
        figure,
        "Dot: share of the variance of draw means; line: 95 % bootstrap interval. Alone: first-order index. With "
        "interactions: total index; what lies between the two is due to interactions."
        + _shown_note(len(shown), len(order), "total index"),
    )
    for index, shift, colour in (("ST", -0.13, _LOW), ("S1", 0.13, _HIGH)):
        rows = indices[indices["index"] == index].set_index("parameter").loc[shown]
        _draw_shares(ax, rows, np.arange(len(shown)) + shift, colour)
    _list_parameters(ax, shown)
    _colour_key(ax, {"with interactions": _LOW, "alone": _HIGH})
    return figure


def _draw_shares(ax: Axes, rows: pd.DataFrame, heights: NDArray[Any], colour: str) -> None:
    """Draw shares of the variance with their intervals, and name the axis."""
    ax.hlines(heights, rows["ci_low"], rows["ci_high"], color=colour, linewidth=2.5, alpha=0.6)
    ax.plot(rows["value"], heights, "o", color=colour, markersize=5.5)
    ax.axvline(0.0, color=GREY, linewidth=1)
    ax.set_xlabel("Share of the variance, %")
    ax.xaxis.set_major_formatter(PercentFormatter(1.0, symbol=""))


@in_house_style
def pair_indices(pairs: pd.DataFrame, *, measure: str, scenario: str) -> Figure:
    """Return a figure of the second-order indices of pairs with their intervals, the largest on top.

    >>> pairs = pd.DataFrame({"parameter": ["levers.a", "levers.a"], "other": ["levers.b", "levers.c"], "index": "S2",
    ...                       "value": [0.1, 0.3], "ci_low": [0.0, 0.2], "ci_high": [0.2, 0.4]})
    >>> [label.get_text() for label in pair_indices(pairs, measure="trust", scenario="s").axes[0].get_yticklabels()]
    ['A and C', 'A and B']
    """
    order = pairs.sort_values("value", ascending=False, kind="stable")
    shown = order.head(MOST_ROWS)
    figure, (ax,) = new_figure(1, 1, width=8.0, height=2.3 + 0.33 * len(shown))
    clear = int((pairs["ci_low"] > 0.0).sum())
    add_title(
        figure,
        f"{clear} of {len(pairs)} pairs move {mid_sentence(outcome_of(measure).label)} clearly beyond what both do "
        f"alone, {mid_sentence(scenario)}",
    )
    add_note(
        figure,
        "Dot: share of the variance of draw means that only both together explain; line: 95 % bootstrap interval, "
        "pair by pair." + ("" if len(shown) == len(pairs) else f" The {len(shown)} largest of {len(pairs)} are shown."),
    )
    heights = np.arange(len(shown))
    _draw_shares(ax, shown, heights, _LOW)
    ax.set_yticks(heights, [pair_label(row) for row in shown.to_dict("records")])
    ax.set_ylim(len(shown) - 0.5, -0.5)
    ax.grid(visible=False, axis="y")
    return figure


@in_house_style
def shapley_effects(indices: pd.DataFrame, *, measure: str, scenario: str) -> Figure:
    """Return a figure of Shapley effects with their intervals, the largest on top.

    >>> indices = pd.DataFrame({"parameter": ["levers.a", "levers.b"], "index": "Shapley", "value": [0.3, 0.7],
    ...                         "ci_low": [0.2, 0.6], "ci_high": [0.4, 0.8]})
    >>> figure = shapley_effects(indices, measure="trust", scenario="s")
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['B', 'A']
    """
    order = ranked(indices, "shapley")
    shown = order[:MOST_ROWS]
    rows = indices.set_index("parameter").loc[shown]
    figure, (ax,) = new_figure(1, 1, width=8.0, height=2.3 + 0.33 * len(shown))
    add_title(
        figure,
        f"{titled(order[0])} has the largest share in what differs between draws in "
        f"{mid_sentence(outcome_of(measure).label)}, {mid_sentence(scenario)}",
    )
    add_note(
        figure,
        "Dot: Shapley effect, the share of the variance of draw means with each interaction shared out equally; all "
        "add up to 100. Line: 95 % interval." + _shown_note(len(shown), len(order), "effect"),
    )
    _draw_shares(ax, rows, np.arange(len(shown)), _LOW)
    _list_parameters(ax, shown)
    return figure


@in_house_style
def pawn_indices(indices: pd.DataFrame, *, measure: str, scenario: str) -> Figure:
    """Return a figure of PAWN indices with their intervals beside those of a parameter that does nothing.

    >>> indices = pd.DataFrame({"parameter": ["levers.a", "levers.b"] * 2, "index": ["PAWN"] * 2 + [OF_CHANCE] * 2,
    ...                         "value": [0.3, 0.5, 0.1, 0.1]})
    >>> indices = indices.assign(ci_low=indices["value"] - 0.05, ci_high=indices["value"] + 0.05)
    >>> figure = pawn_indices(indices, measure="trust", scenario="s")
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['B', 'A']
    """
    order = ranked(indices, "pawn")
    shown = order[:MOST_ROWS]
    figure, (ax,) = new_figure(1, 1, width=8.0, height=2.3 + 0.33 * len(shown))
    outcome = mid_sentence(outcome_of(measure).label)
    add_title(figure, f"{titled(order[0])} moves the distribution of {outcome} most, {mid_sentence(scenario)}")
    add_note(
        figure,
        "Dot: median over ten parts of the range of the largest distance between distributions of single runs; line: "
        "95 % bootstrap interval. Grey: the middle 95 % of the same for a parameter that does nothing."
        + _shown_note(len(shown), len(order), "index"),
    )
    heights = np.arange(len(shown))
    own, chance = (indices[indices["index"] == name].set_index("parameter").loc[shown] for name in ("PAWN", OF_CHANCE))
    ax.barh(heights, chance["ci_high"] - chance["ci_low"], left=chance["ci_low"], height=0.6, color=GREY, alpha=0.35)
    ax.hlines(heights, own["ci_low"], own["ci_high"], color=_LOW, linewidth=2.5, alpha=0.6)
    ax.plot(own["value"], heights, "o", color=_LOW, markersize=5.5)
    ax.set_xlim(left=0.0)
    _list_parameters(ax, shown)
    ax.set_xlabel("PAWN index, 0 to 1")
    return figure


_PARTS = {
    "between_draws": "between draws",
    "shared_share": "chance shared by all draws",
    "own_share": "chance of single runs",
}


@in_house_style
def noise_shares(noise: pd.DataFrame) -> Figure:
    """Return a figure of how the variance of single runs splits into draws and chance, one bar an outcome.

    >>> row = {"scenario": "s", "measure": "trust", "draws": 50, "replicates": 4, "within_share": 0.4, "ci_low": 0.3}
    >>> row |= {"ci_high": 0.5, "shared_share": 0.1, "own_share": 0.3}
    >>> noise_shares(pd.DataFrame([row])).axes[0].get_xlabel()
    'Share of the variance of single runs, %'
    """
    figure, (ax,) = new_figure(1, 1, width=8.0, height=2.2 + 0.42 * len(noise))
    most = noise.nlargest(1, "within_share").iloc[0]
    add_title(
        figure,
        f"Up to {100 * most['within_share']:.0f}\N{NO-BREAK SPACE}% of the variance of single runs is chance "
        f"({mid_sentence(outcome_of(str(most['measure'])).label)})",
    )
    add_note(
        figure,
        f"From {_counted(noise)}. Black line: 95 % bootstrap interval of the share between draws. Chance that all "
        f"draws share (the same elections, the same luck) cancels out when draws are compared.",
    )
    parts = noise.assign(between_draws=1.0 - noise["within_share"])
    start = np.zeros(len(parts))
    colours = dict(zip(_PARTS, (_LOW, "0.8", _HIGH), strict=True))
    for column, colour in colours.items():
        ax.barh(range(len(parts)), parts[column], left=start, height=0.55, color=colour)
        start += parts[column].to_numpy()
    ax.hlines(range(len(parts)), 1.0 - parts["ci_high"], 1.0 - parts["ci_low"], color="black", linewidth=1.6)
    several = noise["scenario"].nunique() > 1
    labels = [
        outcome_of(row["measure"]).label + (f", {mid_sentence(row['scenario'])}" if several else "")
        for row in noise.to_dict("records")
    ]
    ax.set_yticks(range(len(parts)), labels)
    ax.set(ylim=(len(parts) - 0.5, -0.5), xlim=(0, 1), xlabel="Share of the variance of single runs, %")
    ax.xaxis.set_major_formatter(PercentFormatter(1.0, symbol=""))
    ax.grid(visible=False, axis="y")
    texts = {text: colours[column] if column != "shared_share" else "0.5" for column, text in _PARTS.items()}
    _colour_key(ax, texts)
    return figure


def _counted(noise: pd.DataFrame) -> str:
    draws, replicates = int(noise["draws"].max()), int(noise["replicates"].max())
    return f"{draws:,} draws with {replicates} replicates each"


@in_house_style
def replicates_needed(table: pd.DataFrame, *, target: float) -> Figure:
    """Return a figure of how intervals and indices settle with the number of replicates, for one outcome.

    ``table`` is the result of ``replicate_sufficiency``; ``target`` the half-width that is asked for, in the
    outcome's own unit (NaN if there is none).

    >>> table = pd.DataFrame({"scenario": "s", "measure": "trust", "quantity": "half_width", "parameter": "",
    ...                       "replicates": [2, 3, 4], "value": [0.3, 0.2, 0.1]})
    >>> table = table.assign(low=table["value"] - 0.05, high=table["value"] + 0.05)
    >>> [ax.get_title(loc="left") for ax in replicates_needed(table, target=0.15).axes]
    ["Interval of a draw's mean"]
    """
    outcome, scenario = outcome_of(table["measure"].iloc[0]), table["scenario"].iloc[0]
    is_index = ~table["quantity"].isin(["half_width", "coefficient_of_variation"])
    figure, panels = new_figure(1, 2 if is_index.any() else 1, width=8.5 if is_index.any() else 5.5, height=4.4)
    note = "Left: half-width of the 95 % interval, root mean square over draws; band: its own 95 % bootstrap interval."
    note += "" if np.isnan(target) else " Dashed: what is asked for."
    if is_index.any():
        note += (
            " Right: mean over random choices of so many of the replicates; band: 5 to 95 % of them, which overlap the "
            "more, the fewer are left out."
        )
    add_note(figure, note)
    widths = table[table["quantity"] == "half_width"]
    add_title(figure, f"{outcome.label} in {mid_sentence(scenario)}: {_enough_in_words(widths, target, outcome)}")
    _band(panels[0], widths, _LOW)
    panels[0].set_title("Interval of a draw's mean")
    if not np.isnan(target):
        panels[0].axhline(target, color=GREY, linestyle="--", linewidth=1.2)
    value_axis(panels[0], outcome, "Half-width", axis="y")
    if is_index.any():
        ends = []
        parameters = list(dict.fromkeys(table.loc[is_index, "parameter"]))
        looks = looks_of(parameters)
        for parameter in parameters:
            rows = table[is_index & (table["parameter"] == parameter)]
            _band(panels[1], rows, looks[parameter].colour)
            ends.append(LineEnd(titled(parameter), float(rows["value"].iloc[-1]), looks[parameter].colour))
        index = str(table.loc[is_index, "quantity"].iloc[0])
        panels[1].set_title("The largest indices")
        if index in _SHARES:
            panels[1].set_ylabel(_SHARES[index])
        else:
            value_axis(panels[1], outcome, _INDEX_WORDS[index], axis="y")
        label_line_ends(panels[1], ends, points=9, wrap=16)
    for ax in panels:
        ax.set_xlabel("Replicates")
        ax.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
        ax.margins(x=0.0)
    return figure


_SHARES = {"ST": "Total index", "Shapley": "Shapley effect", "PAWN": "PAWN index, 0 to 1"}
"""Indices without a unit."""
_INDEX_WORDS = {"mu_star": "Size of effect, mu*", "swing": "Low end to high end"}


def _band(ax: Axes, rows: pd.DataFrame, colour: str) -> None:
    ax.fill_between(rows["replicates"], rows["low"], rows["high"], color=colour, alpha=0.2, linewidth=0)
    ax.plot(rows["replicates"], rows["value"], color=colour, linewidth=2, marker="o", markersize=3)


def _enough_in_words(widths: pd.DataFrame, target: float, outcome: Outcome) -> str:
    """Return how many replicates reach the half-width that is asked for, or what the most of them reach."""
    scale, unit = (100.0, f" {percent_if_share(outcome)}") if is_told_in_percent(outcome) else (1.0, "")
    asked = f"± {two_digits(scale * target)}{unit}"
    last = widths.iloc[int(widths["replicates"].argmax())]
    enough = widths.loc[widths["value"] <= target, "replicates"]
    if len(enough):
        return f"{int(enough.min())} replicates are enough for {asked}"
    known = two_digits(scale * float(last["value"]))
    most = f"{int(last['replicates'])} replicates know the mean of a draw to ± {known}{unit}"
    return most if np.isnan(target) else f"{most}, and {asked} is asked for"
