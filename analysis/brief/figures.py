"""Figures of a policy brief that no other page has: sectors side by side, and shares of influence as triangles."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis.shared.plotting import GREY, add_note, add_title, counted, in_house_style, looks_of, new_figure, runs_of
from analysis.shared.summaries import scenarios_of, t_interval
from analysis.shared.words import capital, is_share, readable, titled, with_unit
from sim.population import SECTORS
from sim.vocabulary import label_of

SECTOR_MEASURES = ("attendance", "attendance_senior", "engagement", "contribution_gbp_m")


def sector_means(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the final attendance (also in person), engagement and giving of every sector, with 95 % t intervals.

    ``runs`` has one row a run. Columns: scenario, measure, sector, mean, ci_low, ci_high.

    >>> runs = pd.DataFrame({"scenario": "a", "replicate": [0, 1], "attendance_council": [0.4, 0.6]})
    >>> sector_means(runs)[["measure", "sector", "mean"]].to_numpy().tolist()
    [['attendance', 'council', 0.5]]
    """
    rows = []
    for scenario in scenarios_of(runs):
        here = runs[runs["scenario"] == scenario]
        for measure in SECTOR_MEASURES:
            for sector in SECTORS:
                if f"{measure}_{sector}" in here:
                    mean, low, high = t_interval(here[[f"{measure}_{sector}"]].to_numpy(dtype=float))
                    rows.append((scenario, measure, sector, float(mean[0]), float(low[0]), float(high[0])))
    return pd.DataFrame(rows, columns=["scenario", "measure", "sector", "mean", "ci_low", "ci_high"])


@in_house_style
def sectors_side_by_side(runs: pd.DataFrame) -> Figure:
    """Return a figure of small multiples: a row a measure, a column a sector, a dot a scenario with its interval.

    >>> runs = pd.DataFrame({"scenario": "a", "replicate": [0, 1]})
    >>> runs[[f"attendance_{sector}" for sector in SECTORS]] = [[0.9, 0.7, 0.4, 0.5], [0.8, 0.6, 0.5, 0.6]]
    >>> [ax.get_title(loc="left") for ax in sectors_side_by_side(runs).axes]
    ['Councils', 'Agencies', 'Businesses', 'Voluntary bodies']
    """
    table = sector_means(runs)
    scenarios, measures = scenarios_of(table), list(dict.fromkeys(table["measure"]))
    looks = looks_of(scenarios)
    height = 1.2 + len(measures) * (0.75 + 0.24 * len(scenarios))
    figure, panels = new_figure(len(measures), len(SECTORS), width=8.5, height=height, sharey=True)
    add_title(figure, "Who comes, who comes in person and what they put in, by sector")
    line = "Line: its 95 % interval." if runs_of(runs).max() > 1 else "One run has no interval."
    add_note(figure, f"Dot: mean at the end over {counted(runs_of(runs), 'run')} of each scenario. {line}")
    for place, ax in enumerate(panels):
        measure, sector = measures[place // len(SECTORS)], SECTORS[place % len(SECTORS)]
        here = table[(table["measure"] == measure) & (table["sector"] == sector)]
        colours = [looks[name].colour for name in here["scenario"]]
        ax.hlines(range(len(here)), here["ci_low"], here["ci_high"], colors=colours, linewidth=3, alpha=0.5)
        ax.scatter(here["mean"], range(len(here)), color=colours, s=26, zorder=3)
        top = (
            1.0
            if measure in ("attendance", "attendance_senior")
            else table.loc[table["measure"] == measure, "mean"].max()
        )
        ax.set_xlim(0, 1.06 * max(float(top), 1e-9))
        ax.xaxis.set_major_locator(MaxNLocator(nbins=3, steps=[1, 2, 2.5, 5, 10]))
        if is_share(measure):
            ax.xaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.0f}"))
        if place < len(SECTORS):
            ax.set_title(titled(sector))
        if place % len(SECTORS) == 0:
            ax.set_ylabel(textwrap.fill(with_unit(measure), 16), rotation=0, ha="right", va="center", labelpad=4)
    names = [textwrap.fill(readable(name), 24) for name in scenarios]
    panels[0].set_yticks(range(len(scenarios)), names, fontsize=8.5)
    panels[0].set_ylim(len(scenarios) - 0.5, -0.5)
    return figure


@in_house_style
def influence_triangle(runs: pd.DataFrame) -> Figure:
    """Return a figure of who has the say at the end: a triangle of councils, agencies, and the others.

    A dot is a run (of ``runs``, with voice_council, voice_business and voice_voluntary); the cross is the
    scenario's mean. In a corner one group has all influence, in the middle each has a third. Runs in which
    nobody is left at the table have no place in it.

    >>> runs = pd.DataFrame({"scenario": "a", "voice_council": [0.3], "voice_business": 0.1, "voice_voluntary": 0.1})
    >>> influence_triangle(runs).axes[0].get_title(loc="left")
    'A'
    """
    scenarios = scenarios_of(runs)
    looks = looks_of(scenarios)
    columns = min(3, len(scenarios))
    rows = -(-len(scenarios) // columns)
    figure, panels = new_figure(rows, columns, width=8.5, height=1.1 + 3.0 * rows * 3 / columns / 1.25)
    add_title(figure, "Who has the say at the end")
    add_note(figure, "Dot: a run. Cross: mean. In a corner one group has all influence; in the middle, each a third.")
    corners = np.array([(0.5, 3**0.5 / 2), (0.0, 0.0), (1.0, 0.0)])
    for ax in panels[len(scenarios) :]:
        ax.remove()
    for ax, scenario in zip(panels, scenarios, strict=False):
        shares = influence_shares(runs[runs["scenario"] == scenario])
        points = shares.to_numpy() @ corners
        outline = np.array([*corners, corners[0]])
        ax.plot(outline[:, 0], outline[:, 1], color=GREY, linewidth=1)
        for share in (0.25, 0.5, 0.75):
            for one in range(3):
                ends = np.zeros((2, 3))
                ends[:, one] = share
                ends[0, (one + 1) % 3] = ends[1, (one + 2) % 3] = 1 - share
                line = ends @ corners
                ax.plot(line[:, 0], line[:, 1], color="0.9", linewidth=0.8, zorder=0)
        ax.scatter(points[:, 0], points[:, 1], s=14, color=looks[scenario].colour, alpha=0.45, linewidths=0)
        if len(points):
            ax.plot(*points.mean(axis=0), "x", color="black", markersize=9, markeredgewidth=2)
        for name, (x, y), ha in zip(shares, corners, ("center", "left", "right"), strict=True):
            text = textwrap.fill(capital(str(name)), 16)
            ax.text(x, y + (0.04 if y else -0.04), text, ha=ha, va="bottom" if y else "top", fontsize=8.5, color=GREY)
        ax.set_title(textwrap.fill(readable(scenario), 34), color=looks[scenario].colour)
        ax.set(xlim=(-0.05, 1.05), ylim=(-0.2, 1.0), aspect="equal")
        ax.axis("off")
    return figure


def influence_shares(runs: pd.DataFrame) -> pd.DataFrame:
    """Return each run's shares of influence of councils, agencies, and business with the voluntary sector.

    Runs without members are left out; rows add up to 1.

    >>> runs = pd.DataFrame({"voice_council": [0.3, 0.0], "voice_business": [0.1, 0.0], "voice_voluntary": [0.1, 0.0]})
    >>> influence_shares(runs).round(3).to_numpy().tolist()
    [[0.3, 0.5, 0.2]]
    """
    council, others = runs["voice_council"], runs["voice_business"] + runs["voice_voluntary"]
    shares = {
        label_of("council"): council,
        label_of("agency"): 1.0 - council - others,
        f"{label_of('business')} and {label_of('voluntary')}": others,
    }
    table = pd.DataFrame(shares)
    return table[(council + others) > 0]
