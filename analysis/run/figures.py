"""Figures of a single run: who came, who mattered, where the money went and what it achieved.

``measures`` and ``partners`` are the tables of a run's history: one row a month, and one row a month
and partner. Every function returns a new Figure. One run shows one course of chance, so there is no band.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from analysis.shared.plotting import (
    GREY,
    SECTOR_COLOURS,
    LineEnd,
    add_note,
    add_title,
    calendar_axis,
    in_house_style,
    label_line_ends,
    label_value_axis,
    looks_of,
    moments,
    new_figure,
)
from analysis.shared.words import readable, titled, unit_of
from sim.measures import MEASURES
from sim.population import ARCHETYPES, SECTORS
from sim.vocabulary import label_of

ONE_RUN = "One run, so one course of chance; a comparison over replicates shows how much of this is chance."

_MONEY_COLOURS = {"spent": "#0173B2", "posts": "#029E73", "held": "#56B4E9", "forfeited": "#D55E00"}
_THEME_COLOURS = ("#332288", "#44AA99", "#CC6677", "#999933", "#AA4499")


@in_house_style
def presence_by_sector(measures: pd.DataFrame, partners: pd.DataFrame) -> Figure:
    """Return a figure of attendance by anybody and in person, and of engagement, over time, one line a sector.

    All are of the last 12 months; a sector is drawn only while it has members.

    >>> months = pd.DataFrame({"month": [0, 1, 2], "date": ["2001-04", "2001-05", "2001-06"], "attendance_agency": 0.5,
    ...                        "attendance_senior_agency": 0.3, "engagement_agency": 0.4})
    >>> seats = pd.DataFrame({"month": [0, 1, 2], "partner": "police_1", "sector": "agency", "is_member": 1.0})
    >>> figure = presence_by_sector(months, seats)
    >>> [ax.get_title(loc="left") for ax in figure.axes[:2]]
    ['Attendance', 'Attendance in person']
    """
    figure, panels = new_figure(3, 1, width=8, height=8.5, sharex=True)
    add_title(figure, _who_comes(measures, partners))
    add_note(figure, "Last 12 months (fewer at the start), by sector. Engagement: presence, of which a junior counts a "
                     f"quarter, as far as promises were kept. {ONE_RUN}")  # fmt: skip
    members = partners.groupby(["month", "sector"])["is_member"].sum().unstack(fill_value=0)
    when = moments(measures["date"])
    drawn = []
    for ax, measure in zip(panels, ("attendance", "attendance_senior", "engagement"), strict=True):
        ends = []
        for sector in (sector for sector in SECTORS if sector in members and members[sector].any()):
            present = (members[sector].reindex(measures["month"], fill_value=0.0) > 0).to_numpy()
            values = measures[f"{measure}_{sector}"].where(present)
            colour = SECTOR_COLOURS[sector]
            ends.append(_line_with_end(ax, when, values.to_numpy(), name=titled(sector), colour=colour))
        ax.set_title(titled(measure))
        calendar_axis(ax, span=when)
        label_value_axis(ax, measure, name="")
        ax.set_ylim(bottom=0)
        drawn.append((ax, ends))
    for ax, ends in drawn:
        label_line_ends(ax, [end for end in ends if end])
    return figure


def _who_comes(measures: pd.DataFrame, partners: pd.DataFrame) -> str:
    """Return which sector came in person most and which least, as means over the run."""
    there = [sector for sector in SECTORS if sector in set(partners["sector"])]
    means = {sector: float(measures[f"attendance_senior_{sector}"].mean()) for sector in there}
    most, least = max(means, key=lambda sector: means[sector]), min(means, key=lambda sector: means[sector])
    told = f"{titled(most)} came in person to {100 * means[most]:.0f}\N{NO-BREAK SPACE}% of meetings"
    return told if most == least else f"{told}, {label_of(least)} to {100 * means[least]:.0f}\N{NO-BREAK SPACE}%"


@in_house_style
def influence(measures: pd.DataFrame, partners: pd.DataFrame, *, labelled: int = 5) -> Figure:
    """Return a figure of each body's share of influence; the ``labelled`` strongest have a colour and a name.

    The strongest are those with the largest share averaged over the run.

    >>> months = pd.DataFrame({"month": [0, 1], "date": ["2001-04", "2001-05"], "n_members": 2})
    >>> police = pd.DataFrame({"month": [0, 1], "partner": "police_1", "is_member": 1.0, "influence": 0.25})
    >>> seats = pd.concat([police, police.assign(partner="council_1", influence=0.75)])
    >>> figure = influence(months, seats, labelled=1)
    >>> [text.get_text() for text in figure.axes[0].texts], figure.axes[0].get_ylabel()
    (['Council'], 'Share of influence, %')
    """
    figure, (ax,) = new_figure(1, 1, width=8, height=5)
    add_note(figure, f"The {labelled} bodies with most influence over the run are named; the others are grey. "
                     f"Dotted: an equal share for every member. {ONE_RUN}")  # fmt: skip
    shares = partners.pivot(index="month", columns="partner", values="influence").reindex(measures["month"])
    member = partners.pivot(index="month", columns="partner", values="is_member").reindex(measures["month"]) > 0
    strongest = list(shares.mean().sort_values(ascending=False, kind="stable").index[:labelled])
    shares = shares.where(member)
    when = moments(measures["date"])
    palette = {name: look.colour for name, look in looks_of(strongest).items()}
    labels = short_names([str(name) for name in shares])
    share = f"{100 * float(shares[strongest[0]].mean()):.0f}\N{NO-BREAK SPACE}%"
    add_title(figure, f"{labels[strongest[0]]}: most influence, {share} as a mean of the months at the table")
    ax.plot(when, shares.drop(columns=strongest), color="0.8", linewidth=0.8)
    ends = [
        _line_with_end(ax, when, shares[name].to_numpy(), name=labels[name], colour=colour)
        for name, colour in palette.items()
    ]
    equal = 1.0 / measures["n_members"].where(measures["n_members"] > 0)
    ax.plot(when, equal, color=GREY, linestyle=":", linewidth=1.6)
    calendar_axis(ax, span=when)
    label_value_axis(ax, "top_share", name="Share of influence")
    ax.set_ylim(bottom=0)
    label_line_ends(ax, [end for end in ends if end], wrap=20)
    return figure


@in_house_style
def money(measures: pd.DataFrame) -> Figure:
    """Return a figure of the pooled fund: all that came in, split into projects, posts, still held and forfeited.

    >>> months = pd.DataFrame({"month": [0, 1], "date": ["2001-04", "2001-05"], "fund_in_gbp_m": [1.0, 1.0],
    ...                        "fund_spent_gbp_m": [0.5, 1.0], "fund_held_gbp_m": [0.5, 0.25],
    ...                        "fund_forfeited_gbp_m": [0.0, 0.25], "fund_posts_gbp_m": 0.0})
    >>> [ax.get_ylabel() for ax in money(months).axes]
    ['£m since the start', '£m a month']
    """
    figure, (total, monthly) = new_figure(2, 1, width=8, height=7, sharex=True, height_ratios=[3, 2])
    came, spent = float(measures["fund_in_gbp_m"].sum()), float(measures["fund_spent_gbp_m"].sum())
    share = f", {100 * spent / came:.0f}\N{NO-BREAK SPACE}% of it for projects" if came > 0.0 else ""
    add_title(figure, f"£{came:.1f}m came into the pooled fund{share}")
    add_note(
        figure,
        f"Every pound goes to projects or posts, is held or forfeited. Below: mean of the last 12 months. {ONE_RUN}",
    )
    when = moments(measures["date"])
    parts = {
        "spent": measures["fund_spent_gbp_m"].cumsum(),
        "posts": measures["fund_posts_gbp_m"].cumsum(),
        "held": measures["fund_held_gbp_m"],
        "forfeited": measures["fund_forfeited_gbp_m"].cumsum(),
    }
    total.stackplot(when, *parts.values(), colors=[_MONEY_COLOURS[name] for name in parts], alpha=0.85, linewidth=0)
    total.plot(when, measures["fund_in_gbp_m"].cumsum(), color="black", linewidth=1.8)
    total.set_title("Since the start")
    total.set(ylabel="£m since the start", ylim=(0, None))
    tops = np.cumsum([values.iloc[-1] for values in parts.values()])
    middles = tops - np.array([values.iloc[-1] for values in parts.values()]) / 2
    ends = [LineEnd(readable(name), middle, _MONEY_COLOURS[name]) for name, middle in zip(parts, middles, strict=True)]
    flow_ends = []
    for name, text in {"in": "Came in", "spent": "Spent", "forfeited": "Forfeited"}.items():
        values = measures[f"fund_{name}_gbp_m"].rolling(12, min_periods=1).mean()
        colour = _MONEY_COLOURS.get(name, "black")
        monthly.plot(when, values, color=colour, linewidth=1.8)
        flow_ends.append(LineEnd(text, float(values.iloc[-1]), colour))
    monthly.set_title("Month by month")
    monthly.set(ylabel=unit_of("fund_in_gbp_m"), ylim=(0, None))
    calendar_axis(total)
    calendar_axis(monthly)
    label_line_ends(total, [*ends, LineEnd("Came in", float(tops[-1]), "black")])
    label_line_ends(monthly, flow_ends)
    return figure


@in_house_style
def outcomes_by_theme(measures: pd.DataFrame) -> Figure:
    """Return a figure of the gap closed in every theme, and of their mean against the counterfactual.

    >>> measured = {name: [0.0, 0.1] for name in MEASURES if name.startswith("outcome")}
    >>> figure = outcomes_by_theme(pd.DataFrame({"month": [0, 1], "date": ["2001-04", "2001-05"], **measured}))
    >>> len(figure.axes[0].lines), figure.axes[0].get_ylabel()
    (7, 'Outcome, points of the gap')
    """
    figure, (ax,) = new_figure(1, 1, width=8, height=5)
    added = 100 * float(measures["outcome"].iloc[-1] - measures["outcome_counterfactual"].iloc[-1])
    direction = "closes" if added >= 0 else "widens"
    add_title(
        figure, f"Beside the same place without it, the partnership {direction} the gap by {abs(added):.1f} points"
    )
    add_note(figure, "Shaded: mean over themes against the same place and shocks without a partnership (dashed), "
                     f"which is what the partnership adds. {ONE_RUN}")  # fmt: skip
    when = moments(measures["date"])
    without = measures["outcome_counterfactual"]
    themes = [name for name in MEASURES if name.startswith("outcome_") and name != "outcome_counterfactual"]
    ends = []
    for measure, colour in zip(themes, _THEME_COLOURS, strict=True):
        ax.plot(when, measures[measure], color=colour, linewidth=1.2)
        ends.append(LineEnd(readable(measure.removeprefix("outcome_")), float(measures[measure].iloc[-1]), colour))
    ax.fill_between(when, without, measures["outcome"], color="0.5", alpha=0.25, linewidth=0)
    ax.plot(when, measures["outcome"], color="black", linewidth=2.4)
    ax.plot(when, without, color="black", linewidth=1.6, linestyle="--")
    ends.append(LineEnd("Mean of themes", float(measures["outcome"].iloc[-1]), "black"))
    ends.append(LineEnd("Mean without a partnership", float(without.iloc[-1]), "black"))
    calendar_axis(ax)
    label_value_axis(ax, "outcome")
    label_line_ends(ax, ends, wrap=18)
    return figure


def short_names(partners: list[str]) -> dict[str, str]:
    """Return readable names of partners, with a number only where there are several of a kind.

    >>> short_names(["police_1", "school_1", "school_2", "Hill Airport"])
    {'police_1': 'Police force', 'school_1': 'School 1', 'school_2': 'School 2', 'Hill Airport': 'Hill Airport'}
    """
    kinds = Counter(name.rpartition("_")[0] for name in partners)
    named = {}
    for name in partners:
        kind, _, number = name.rpartition("_")
        if not (kind and number.isdigit()):  # a body by its own name
            named[name] = name
            continue
        label = ARCHETYPES[kind].label if kind in ARCHETYPES else readable(kind)
        named[name] = label if kinds[kind] == 1 else f"{label} {number}"
    return named


def by_sector(partners: pd.DataFrame) -> pd.DataFrame:
    """Return one row a partner, in the order of SECTORS and, within a sector, of the seats.

    >>> by_sector(pd.DataFrame({"partner": ["faith_1", "council_1"], "sector": ["voluntary", "council"]})).index.size
    2
    """
    seats = partners.drop_duplicates("partner")[["partner", "sector"]]
    place = seats["sector"].map({sector: number for number, sector in enumerate(SECTORS)})
    return seats.loc[place.sort_values(kind="stable").index].reset_index(drop=True)


def _line_with_end(
    ax: Axes, when: NDArray[np.datetime64], values: NDArray[np.float64], *, name: str, colour: str
) -> LineEnd | None:
    """Draw a line and return its end; a cross and the year mark where it stops before the run does."""
    ax.plot(when, values, color=colour, linewidth=2)
    known = np.flatnonzero(~np.isnan(values))
    if known.size == 0:
        return None
    last = known[-1]
    if last < len(values) - 1:
        ax.plot(when[last], values[last], "x", color=colour, markersize=7, markeredgewidth=2)
        name = f"{name} (until\N{NO-BREAK SPACE}{str(when[last])[:4]})"
    return LineEnd(name, float(values[last]), colour)


def run_figures(measures: pd.DataFrame, partners: pd.DataFrame) -> dict[str, Callable[[], Figure]]:
    """Return how to draw each figure of a single run, by its name.

    ``measures`` and ``partners`` are the tables of its history: a row a month, and a row a month and partner.

    >>> months = pd.DataFrame({"month": [0, 1], "date": ["2001-04", "2001-05"], **dict.fromkeys(MEASURES, 0.5)})
    >>> seats = pd.DataFrame({"month": [0, 1], "partner": "police_1", "sector": "agency", "is_member": 1.0,
    ...                       "influence": 1.0, "attendance": 1.0})
    >>> [name for name, draw in run_figures(months, seats).items() if draw().axes]
    ['presence_by_sector', 'influence', 'money', 'outcomes']
    """
    return {
        "presence_by_sector": lambda: presence_by_sector(measures, partners),
        "influence": lambda: influence(measures, partners),
        "money": lambda: money(measures),
        "outcomes": lambda: outcomes_by_theme(measures),
    }
