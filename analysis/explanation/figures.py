"""Figures that explain a run: terms of decisions, turning points, a run beside its pair."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from analysis.explanation.tables import IN_PERSON, UTILITY, terms_in
from analysis.run.figures import ONE_RUN, short_names
from analysis.run.turning_points import KINDS
from analysis.shared.parameter_sets import OVER_SETS
from analysis.shared.plotting import (
    GREY,
    REGIME_COLOURS,
    WIDTH,
    LineEnd,
    add_note,
    add_note_and_regime_key,
    add_title,
    calendar_axis,
    counted,
    draw_fans,
    fan_note,
    in_house_style,
    label_line_ends,
    label_value_axis,
    moments,
    new_figure,
)
from analysis.shared.words import capital, mid_sentence, titled, told
from sim.measures import MEASURES
from sim.vocabulary import label_of

_WINDOW = 12
_NAMED_TERMS = 6
_OTHERS = "0.82"
_SEEN = 0.05
"""Terms smaller than this (in utility) at the end are not named there."""
# Paul Tol's "bright" scheme, safe for colour-blind readers, and one of "muted".
_TERM_COLOURS = ("#4477AA", "#EE6677", "#228833", "#CCBB44", "#66CCEE", "#AA3377")

_CHANCE = "#AA3377"
"""The colour of the chance of going in person."""

_MOST_SEAT_EVENTS = 24
"""More comings and goings than this are counted by year."""

_LANE_NAMES = {
    "policy": "Policy",
    "leader": "Leader",
    "result": "First results",
    "stage": "Stage",
    "seat": "Bodies",
    "end": "End",
    "regime": "Regime",
}


@in_house_style
def terms_over_time(
    monthly: pd.DataFrame,
    dates: pd.Series,
    *,
    subject: str,
    points: pd.DataFrame,
    labels: Mapping[str, str] | None = None,
) -> Figure:
    """Return a figure of the terms of the decision to attend, stacked, with their sum, above the attendance.

    ``monthly`` is the result of ``analysis.explanation.tables.monthly_terms``, ``dates`` the YYYY-MM of every month
    of the run, by month, and ``points`` its turning points, of which policies and leaders are marked. What
    pulls to the table is above zero, what pushes away below. The terms that moved most have a colour; the
    others are added up, so that the line is exactly the sum of the areas. ``labels`` are the meanings of terms
    that the vocabulary does not have. The chance of going in person is drawn below if ``monthly`` has it.

    >>> monthly = pd.DataFrame({"month": range(24), "attendance": 0.5, **dict.fromkeys(("duty", "time"), 0.0)})
    >>> monthly["time"] = monthly[UTILITY] = -0.5 - 0.1 * monthly["month"]
    >>> monthly["chance_in_person"] = 0.4
    >>> dates = pd.Series([f"{year}-{month:02d}" for year in (2001, 2002) for month in range(1, 13)])
    >>> points = pd.DataFrame({"month": [12], "kind": "policy"})
    >>> figure = terms_over_time(monthly, dates, subject="Police", points=points)
    >>> [ax.get_ylabel() for ax in figure.axes]
    ['Pull (+) and push (−), utility', 'Meetings attended, %']
    """
    chances = [IN_PERSON] if IN_PERSON in monthly else []
    figure, (stacked, below) = new_figure(2, 1, width=8.5, height=7.2, sharex=True, height_ratios=[5, 2])
    add_note(
        figure,
        "Means of the last 12 months (fewer at the start). Black line: sum of all terms, on which the choice to go in "
        f"person rests. Dotted: dated policies and new leaders. {ONE_RUN}",
    )
    months = pd.RangeIndex(int(dates.index[0]), int(dates.index[-1]) + 1)
    terms = terms_in(monthly)
    numbers = monthly.set_index("month")[["attendance", *terms, UTILITY, *chances]]
    numbers = numbers.reindex(months)
    smooth = numbers.rolling(_WINDOW, min_periods=1).mean().where(numbers.notna())
    when = moments(dates.loc[months])
    named = _movers(smooth[terms])
    areas = {(labels or {}).get(term) or label_of(f"term_{term}"): smooth[term] for term in named}
    rest = "own inclination and the rest" if "base" in terms and "base" not in named else "all other terms"
    areas[rest] = smooth[[term for term in terms if term not in named]].sum(axis=1, min_count=1)
    colours = [*_TERM_COLOURS[: len(named)], _OTHERS]
    add_title(figure, _pulls_in_words(subject, areas))
    ends = _stack(stacked, when, areas, colours)
    stacked.plot(when, smooth[UTILITY], color="black", linewidth=2.2)
    stacked.axhline(0.0, color="0.3", linewidth=0.8)
    stacked.set_ylabel("Pull (+) and push (−), utility")
    below.plot(when, smooth["attendance"], color="black", linewidth=2)
    below.set(ylabel="Meetings attended, %", ylim=(0, 1))
    below.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=""))
    for ax in (stacked, below):
        for month in points.loc[points["kind"].isin(["policy", "leader"]), "month"].unique():
            ax.axvline(when[int(month)], color="0.35", linewidth=0.8, linestyle=":")
        calendar_axis(ax, span=when)
    label_line_ends(stacked, ends, points=9, wrap=20)
    last = smooth.dropna().iloc[-1]
    shown = [LineEnd("by anybody", float(last["attendance"]), "black")]
    for chance in chances:
        below.plot(when, smooth[chance], color=_CHANCE, linewidth=2)
        shown.append(LineEnd("chance of going in person", float(last[chance]), _CHANCE))
    label_line_ends(below, shown)
    return figure


def _movers(smooth: pd.DataFrame) -> list[str]:
    """Return the terms that moved most over the run, in the order of the model."""
    spans = (smooth.max() - smooth.min()).sort_values(ascending=False, kind="stable")
    strongest = [str(term) for term in spans.index[:_NAMED_TERMS] if spans[term] > 0]
    return [str(term) for term in smooth if term in strongest]


def _stack(
    ax: Axes, when: NDArray[np.datetime64], areas: Mapping[str, pd.Series], colours: Sequence[str]
) -> list[LineEnd]:
    """Stack what is positive above zero and what is negative below; return where the areas end."""
    values = np.array([area.to_numpy() for area in areas.values()])
    last = np.flatnonzero(~np.isnan(values[0]))[-1]
    ends = []
    for part, sign in ((np.clip(values, 0.0, None), 1.0), (np.clip(values, None, 0.0), -1.0)):
        ax.stackplot(when, part, colors=list(colours), linewidth=0.4, edgecolor="white")
        tops = np.cumsum(part, axis=0)
        for place, name in enumerate(areas):
            size = part[place, last]
            widest = int(np.nanargmax(np.abs(part[place])))
            if size * sign >= _SEEN:
                dark = GREY if colours[place] == _OTHERS else colours[place]
                text = f"{name} {size:+.1f}".replace("-", "−")
                ends.append(LineEnd(text, float(tops[place, last] - size / 2), dark))
            elif abs(part[place, widest]) > 4 * _SEEN:
                height = tops[place, widest] - part[place, widest] / 2
                ha = "left" if widest < last / 3 else "right" if widest > 2 * last / 3 else "center"
                ax.text(when[widest], height, f" {name} ", color="white", fontsize=9, ha=ha, va="center", weight="bold")
    return ends


def _pulls_in_words(subject: str, areas: Mapping[str, pd.Series]) -> str:
    """Return which named term draws most and which keeps away most, as a mean over the run."""
    means = pd.Series({name: float(area.mean()) for name, area in areas.items()}).iloc[:-1]  # the last is all others
    draws = f"{means.idxmax()} draws most to the table" if means.max() > 0 else ""
    keeps = f"{means.idxmin()} keeps away most" if means.min() < 0 else ""
    return f"{subject}: {', '.join(filter(None, (draws, keeps))) or 'nothing draws or keeps away'}"


@in_house_style
def timeline(points: pd.DataFrame, spells: pd.DataFrame, dates: pd.Series, *, title: str) -> Figure:
    """Return a figure of turning points along the calendar, one lane a kind, above the regimes that lasted.

    ``points`` and ``spells`` are the results of ``analysis.run.turning_points``, ``dates`` the YYYY-MM by month.
    Several bodies that leave or come in one month are counted.

    >>> points = pd.DataFrame({"month": [3], "kind": "policy", "what": "the fund ends", "partner": ""})
    >>> spells = pd.DataFrame({"regime": ["talking shop"], "first": 0, "last": 11})
    >>> dates = pd.Series([f"2001-{month:02d}" for month in range(1, 13)])
    >>> [text.get_text() for text in timeline(points, spells, dates, title="A run").axes[0].get_yticklabels()]
    ['Policy', 'Regime']
    """
    labelled = _told(points)
    lanes = [kind for kind in KINDS if kind != "regime" and kind in set(labelled["kind"])]
    lines = {lane: _lines_of(labelled[labelled["kind"] == lane], months=len(dates)) for lane in lanes}
    heights = {lane: max(row for _, _, row in rows) + 1 for lane, rows in lines.items()}
    total = sum(heights.values()) + 1.6
    figure, (ax,) = new_figure(1, 1, width=8.5, height=1.3 + 0.27 * total)
    add_title(figure, title)
    if len(spells):
        add_note_and_regime_key(figure, f"Regimes that held for at least half a year. {ONE_RUN}", spells["regime"])
    else:
        add_note(figure, "Dated policies of the scenario.")
    when = moments(dates)
    top = 0.0
    ticks: list[tuple[float, str]] = []
    for lane, rows in lines.items():
        ax.axhspan(top - 0.1, top + heights[lane] - 0.1, color="0.965" if len(ticks) % 2 else "white", zorder=0)
        for month, text, row in rows:
            at_right = _stands_left(month, text, months=len(dates))
            ax.plot(when[month], top + row + 0.4, "o", color="black", markersize=4, zorder=3, clip_on=False)
            ax.annotate(
                text, (when[month], top + row + 0.4), xytext=(-6 if at_right else 6, 0), textcoords="offset points",
                fontsize=9, va="center", ha="right" if at_right else "left",
            )  # fmt: skip
        ticks.append((top + heights[lane] / 2 - 0.1, _LANE_NAMES[lane]))
        top += heights[lane]
    if len(spells):
        _regime_strip(ax, spells, when, top + 0.2)
        ticks.append((top + 0.6, _LANE_NAMES["regime"]))
    ax.set(ylim=(top + 1.3 if len(spells) else top, -0.3))
    ax.set_yticks([height for height, _ in ticks], [name for _, name in ticks])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    calendar_axis(ax, span=when)
    ax.grid(visible=True, axis="x")
    ax.grid(visible=False, axis="y")
    return figure


def _told(points: pd.DataFrame) -> pd.DataFrame:
    """Return turning points with what they say; those of bodies in one month, or in one year of many, together."""
    labels = short_names([name for name in points["partner"].unique() if name])
    seats = points["partner"] != ""
    by_year = seats & (seats.sum() > _MOST_SEAT_EVENTS)
    when = points["month"].where(~by_year, points["month"] // 12 * 12)
    rows = []
    for (month, kind, what), group in points.assign(when=when).groupby(["when", "kind", "what"], sort=False):
        names = [labels[name] for name in group["partner"] if name]
        who = "" if not names else f"{names[0]} " if len(names) == 1 else f"{len(names)} bodies: "
        rows.append((month, kind, f"{who}{what}"))
    return pd.DataFrame(rows, columns=["month", "kind", "text"])


def _lines_of(labelled: pd.DataFrame, *, months: int) -> list[tuple[int, str, int]]:
    """Return month, text and line of each turning point of a lane: the first line on which it finds room."""
    taken: list[list[tuple[float, float]]] = []
    placed = []
    for month, text in zip(labelled["month"], labelled["text"], strict=True):
        shown = textwrap.shorten(text, 62, placeholder=" …")
        shown = shown[:1].upper() + shown[1:]
        width = _width(shown, months=months)
        left = _stands_left(month, shown, months=months)
        low, high = (month - width, month + 1.0) if left else (month - 1.0, month + width)
        row = next((n for n, line in enumerate(taken) if all(high < a or b < low for a, b in line)), len(taken))
        if row == len(taken):
            taken.append([])
        taken[row].append((low, high))
        placed.append((int(month), shown, row))
    return placed


def _width(text: str, *, months: int) -> float:
    """Return how many months wide a text of 8.5-point type is, in a panel about 6.5 inches wide."""
    return months * 0.0108 * (len(text) + 2)


def _stands_left(month: float, text: str, *, months: int) -> bool:
    """Return whether a text has no room at the right of its month."""
    return month + _width(text, months=months) > months


def _regime_strip(ax: Axes, spells: pd.DataFrame, when: NDArray[np.datetime64], top: float) -> None:
    for regime, first, last in zip(spells["regime"], spells["first"], spells["last"], strict=True):
        start, end = when[first], when[min(last + 1, len(when) - 1)]
        ax.fill_between([start, end], top, top + 0.8, color=REGIME_COLOURS[regime], linewidth=0)
        if (last - first) > 0.012 * len(when) * len(regime):
            dark = regime in ("growth coalition", "single-agency domination", "dissolved")
            middle = start + (end - start) / 2
            ax.text(
                middle, top + 0.42, regime, ha="center", va="center", fontsize=9, color="white" if dark else "black"
            )


@in_house_style
def paired_course(
    trajectories: pd.DataFrame, table: pd.DataFrame, *, policies: pd.DataFrame, subject: str, column: str, label: str
) -> Figure:
    """Return a figure of a scenario beside the same without a lever: attendance, engagement, trust, added value.

    ``trajectories`` has the two as its scenarios, the second named ``label``, one run of each or many;
    ``column`` holds the attendance of ``subject`` and ``policies`` the dated policies, which are marked. ``table``
    has a row a measure with what it comes to with and without the lever (as_is, without), for the title.

    >>> months = [f"2001-{month:02d}" for month in range(1, 13)]
    >>> run = pd.DataFrame({"replicate": 0, "month": range(12), "date": months, "attendance": 0.5, "engagement": 0.2,
    ...                     "trust": 0.4, "added_value": 0.01})
    >>> pair = pd.concat([run.assign(scenario="as it is"), run.assign(scenario="without fund", trust=0.3)])
    >>> policies = pd.DataFrame({"month": [6]})
    >>> ends = pd.DataFrame({"measure": ["attendance", "added_value"], "as_is": [0.5, 0.01], "without": [0.5, 0.01]})
    >>> of = {"subject": "Police", "column": "attendance", "label": "without fund"}
    >>> figure = paired_course(pair, ends, policies=policies, **of)
    >>> figure.axes[0].get_title(loc="left")
    'Police: attendance'
    """
    measures = (column, "engagement", "trust", "added_value")
    figure, axes = new_figure(2, 2, width=WIDTH, height=6.6, sharex=True)
    add_title(figure, _otherwise_in_words(table, subject=subject, column=column, label=label))
    smooth = trajectories.copy()
    if column not in MEASURES:  # a single body's is of the month alone
        runs = smooth.groupby(["scenario", "replicate"], sort=False)
        smooth[column] = runs[column].rolling(_WINDOW, min_periods=1).mean().to_numpy()
    add_note(figure, f"{fan_note(trajectories)} Attendance: by anybody, in the last 12 months. Dotted: dated policies.")
    when = moments(trajectories["date"].drop_duplicates())
    fans = []
    for ax, measure in zip(axes, measures, strict=True):
        title = f"{subject}: {label_of('attendance')}" if measure == column else titled(measure)
        ax.set_title(textwrap.fill(title, 46))
        for month in policies["month"].unique():
            ax.axvline(when[int(month)], color="0.6", linewidth=0.8, linestyle=":")
        fans.append((ax, draw_fans(ax, smooth, measure)))
        label_value_axis(ax, "attendance" if measure == column else measure, name="")
        ax.set_ylim(bottom=min(0.0, ax.get_ylim()[0]) if measure == "added_value" else 0.0)
    for ax, ends in fans[1::2]:
        label_line_ends(ax, ends)
    return figure


def _otherwise_in_words(table: pd.DataFrame, *, subject: str, column: str, label: str) -> str:
    """Return to what the attendance of a body and the added value come without a lever, and with it."""
    said = {}
    for name, measure in ((column, "attendance"), ("added_value", "added_value")):
        row = table[table["measure"] == name].iloc[0]
        without, with_it = told(measure, float(row["without"])), told(measure, float(row["as_is"]))
        said[measure] = f"ends at {without} {'either way' if without == with_it else f'instead of {with_it}'}"
    return (
        f"{capital(label)}, with the same people and luck: attendance of {mid_sentence(subject)} {said['attendance']}, "
        f"added value {said['added_value']}"
    )


@in_house_style
def mover_bars(shares: pd.DataFrame, *, subject: str, sets: int = 1) -> Figure:
    """Return a figure of how often each term moved most over many runs, and by how much it moved on average.

    ``shares`` is the result of ``analysis.explanation.tables.mover_shares``; terms that never moved most and
    whose mean change is below 0.05 are left out. ``sets`` are those that its mean changes are over.

    >>> shares = pd.DataFrame({"meaning": ["scarce time"], "runs": 3, "of": 4, "share": 0.75, "ci_low": 0.3,
    ...                        "ci_high": 0.95, "change": -0.9, "change_low": -1.2, "change_high": -0.6,
    ...                        "interval_over": "runs"})
    >>> mover_bars(shares, subject="Police").axes[0].get_xlabel()
    'Runs in which it changed most, %'
    """
    shown = shares[(shares["runs"] > 0) | (shares["change"].abs() >= 0.05)]
    figure, (left, right) = new_figure(1, 2, width=8.5, height=1.8 + 0.36 * max(2, len(shown)), sharey=True)
    most = shares.iloc[int(shares["runs"].argmax())]
    runs = counted(pd.Series([most["of"]]), "run")
    add_title(
        figure,
        f"{subject}: {most['meaning']} changed most in {most['runs']} of {runs}, from the first year to the last",
    )
    left_over = "over sets" if most["interval_over"] == OVER_SETS else "Wilson, of chance alone"
    line = f"Line: 95 % interval (left {left_over}, right {'over sets' if sets > 1 else 't, of chance alone'})."
    add_note(figure, f"{shares['of'].iloc[0]} runs. {line} Terms that hardly moved: left out.")
    places = range(len(shown))
    for ax, middle, low, high in ((left, "share", "ci_low", "ci_high"), (right, "change", "change_low", "change_high")):
        ax.hlines(places, shown[low], shown[high], color="#4477AA", linewidth=3.5, alpha=0.5)
        ax.plot(shown[middle], places, "o", color="#4477AA", markersize=6)
    left.set(xlim=(0, 1), xlabel="Runs in which it changed most, %")
    left.xaxis.set_major_formatter(PercentFormatter(1.0, symbol=""))
    right.axvline(0.0, color=GREY, linewidth=1)
    right.set_xlabel("Mean change, utility")
    left.set_yticks(places, [capital(name) for name in shown["meaning"]])
    left.set_ylim(len(shown) - 0.5, -0.5)
    return figure
