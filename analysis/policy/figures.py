"""Figures of a search for mixes: outcome against cost, and regret."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from analysis.policy.tables import BEST, OBJECTIVES, REGRET_IN
from analysis.policy.words import objectives_in_words
from analysis.shared.plotting import GREY, add_note, add_title, in_house_style, new_figure
from analysis.shared.words import capital, is_share, mid_sentence, readable, titled, told, unit_of
from sim.vocabulary import label_of

_Points = NDArray[np.float64]

_COLOURS = "cividis_r"
"""Even in grey and for colour-blind readers; the darker, the more one body dominates."""


@in_house_style
def outcome_against_cost(
    pareto: pd.DataFrame,
    policies: pd.DataFrame,
    searched: pd.DataFrame,
    *,
    objectives: Iterable[str] = OBJECTIVES,
) -> Figure:
    """Return a figure of outcome against cost, coloured by dominance, with the Pareto front and the scenarios.

    Takes the tables of mixes at the front and of policies (each with mean, ``_low`` and ``_high`` of outcome and
    cost_gbp_m) and of all mixes that were searched.

    >>> means = {"outcome": 0.1, "dominance": 0.1, "cost_gbp_m": 9.0}
    >>> ends = {f"{name}_{end}": value for name, value in means.items() for end in ("low", "high")}
    >>> table = pd.DataFrame([{"policy": name, "on_front": True} | means | ends for name in (BEST, "baseline_lsp")])
    >>> outcome_against_cost(table, table, table).axes[0].get_xlabel()
    'Cost, £m a place over the run'
    """
    figure, panels = new_figure(1, 1, width=7.6, height=6.2)
    ax = panels[0]
    everything = pd.concat([pareto, policies, searched])["dominance"]
    colours: dict[str, Any] = {"cmap": _COLOURS, "vmin": 0.0, "vmax": float(everything.quantile(0.98))}
    ax.scatter(
        searched["cost_gbp_m"], searched["outcome"], c=searched["dominance"], s=8, alpha=0.35, linewidths=0, **colours
    )
    front = pareto[pareto["on_front"]]
    points = _marks(ax, front, s=46, edgecolors="black", linewidths=1.1, zorder=4, **colours)
    scenarios = policies[policies["policy"] != BEST]
    _marks(ax, scenarios, marker="D", s=34, edgecolors="0.35", linewidths=0.8, zorder=3, **colours)
    best = policies[policies["policy"] == BEST]
    _marks(ax, best, marker="*", s=230, edgecolors="black", linewidths=1.1, zorder=5, **colours)
    ax.set(xlabel="Cost, £m a place over the run", ylabel="Outcome, % of the gap closed")
    ax.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:g}".replace("-", "−")))
    bar = figure.colorbar(points, ax=ax, pad=0.02, aspect=35)
    bar.set_label("Dominance: 0 all equal, 1 one body has all influence")
    bar.outline.set_visible(False)
    add_title(figure, _cheapest_in_words(policies))
    add_note(
        figure,
        f"Ringed circles: Pareto front of {objectives_in_words(objectives)} on new seeds. Star: cheapest mix in the "
        "bound. Diamonds: the scenarios. Bars: middle 95 % of parameter sets. Small dots: mixes tried in the search.",
    )
    _label(ax, pd.concat([best, scenarios]), pd.concat([front, searched, policies]))
    return figure


def _cheapest_in_words(policies: pd.DataFrame) -> str:
    """Return what the cheapest mix costs and achieves, beside the scenario with the best outcome."""
    best = policies[policies["policy"] == BEST]
    scenario = policies[policies["policy"] != BEST].nlargest(1, "outcome")
    said = [
        f"{mid_sentence(row['policy'])} ends at {told('outcome', row['outcome'])} for £{row['cost_gbp_m']:.0f}m"
        for row in pd.concat([best, scenario]).to_dict("records")
    ]
    return capital("; ".join(said))


def _marks(ax: Axes, table: pd.DataFrame, **looks: Any) -> PathCollection:
    """Draw each mix at its cost and outcome, coloured by dominance, with its intervals."""
    _bars(ax, table)
    return ax.scatter(table["cost_gbp_m"], table["outcome"], c=table["dominance"], **looks)


def _bars(ax: Axes, table: pd.DataFrame) -> None:
    reach: dict[str, Any] = {
        axis: np.abs(np.stack([table[name] - table[f"{name}_low"], table[f"{name}_high"] - table[name]]))
        for axis, name in (("xerr", "cost_gbp_m"), ("yerr", "outcome"))
    }
    ax.errorbar(
        table["cost_gbp_m"], table["outcome"], **reach, fmt="none", ecolor=GREY, elinewidth=0.9, alpha=0.6, zorder=2
    )


def _label(ax: Axes, policies: pd.DataFrame, marks: pd.DataFrame) -> None:
    """Name the cheapest mix (the first row), the best outcome, the least cost, and the ordinary partnership.

    Names stand off the ``marks``, as near to where they are wanted as leaves them free.
    """
    layout = ax.figure.get_layout_engine()
    if layout is not None and isinstance(ax.figure, Figure):
        layout.execute(ax.figure)
    points = ax.transData.transform(marks[["cost_gbp_m", "outcome"]].to_numpy()) * 72 / ax.figure.dpi
    panel = ax.get_window_extent()
    frame = np.array([[panel.x0, panel.y0], [panel.x1, panel.y1]]) * 72 / ax.figure.dpi
    others = policies.iloc[1:]
    ordinary = policies.index[policies["policy"] == "baseline_lsp"]
    # Offsets in points, to where such points leave room: mixes lie along the upper left edge of the cloud.
    offsets = {policies.index[0]: (20, 100), others["cost_gbp_m"].idxmin(): (18, 52)}
    offsets |= dict.fromkeys(ordinary, (45, -55)) | {others["outcome"].idxmax(): (-70, -25)}
    for place, offset in offsets.items():
        row = policies.loc[place]
        at = ax.transData.transform((row["cost_gbp_m"], row["outcome"])) * 72 / ax.figure.dpi
        half = np.array([3.2 * len(readable(str(row["policy"]))), 10.0])
        free = _free(at, offset, half, points, frame)
        points = np.vstack([points, at + free])
        ax.annotate(
            readable(str(row["policy"])),
            (row["cost_gbp_m"], row["outcome"]),
            xytext=(float(free[0]), float(free[1])),
            textcoords="offset points",
            fontsize=9.5,
            ha="center",
            color="0.1",
            zorder=6,
            path_effects=[withStroke(linewidth=3, foreground="white")],
            arrowprops={"arrowstyle": "-", "color": "0.35", "linewidth": 0.8, "shrinkA": 0, "shrinkB": 6},
        )


def _free(at: _Points, wanted: tuple[float, float], half: _Points, points: _Points, frame: _Points) -> _Points:
    """Return the offset nearest to the one wanted, in points, at which a name covers fewest marks in the frame."""
    grid = np.array([(x, y) for x in range(-160, 161, 10) for y in range(-120, 121, 10)], dtype=float)
    offsets = np.vstack([[wanted], grid[np.argsort(((grid - wanted) ** 2).sum(axis=1))]])
    inside = ((at + offsets - half >= frame[0]) & (at + offsets + half <= frame[1])).all(axis=1)
    covered = (np.abs(points[None] - (at + offsets)[:, None]) < half + 6.0).all(axis=2).sum(axis=1)
    return np.asarray(offsets[int(np.argmin(covered + 1000 * ~inside))])


@in_house_style
def regret_bars(regret: pd.DataFrame) -> Figure:
    """Return a figure of the regret of every policy, a panel a value: mean, middle 95 % of worlds, and maximum.

    >>> rows = [{"policy": name, "mean_regret": 0.1, "low": 0.0, "high": 0.2, "max_regret": 0.3, "is_minimax": True,
    ...          "value": value} for name in "ab" for value in REGRET_IN]
    >>> len(regret_bars(pd.DataFrame(rows)).axes)
    2
    """
    first = regret[regret["value"] == REGRET_IN[0]].sort_values("max_regret")
    order = list(first["policy"])
    figure, panels = new_figure(1, len(REGRET_IN), width=8.4, height=2.2 + 0.27 * len(order), sharey=True)
    for ax, value in zip(panels, REGRET_IN, strict=True):
        scale = 100.0 if is_share(value) else 1.0
        mine = regret[regret["value"] == value].set_index("policy").loc[order]
        places = np.arange(len(order))
        least = mine["is_minimax"].to_numpy()
        ax.hlines(places, scale * mine["low"], scale * mine["high"], color="#0173b2", linewidth=3, alpha=0.45)
        ax.scatter(scale * mine["mean_regret"], places, color="#0173b2", s=24, zorder=3)
        ax.scatter(scale * mine["max_regret"], places, marker="|", color="0.15", s=70, zorder=3)
        ax.scatter(
            scale * mine["max_regret"][least], places[least], marker="o", facecolors="none", edgecolors="0.15", s=110
        )
        ax.axvline(0.0, color=GREY, linewidth=0.8)
        ax.set_xlabel(f"Regret, {'points of the gap' if scale > 1 else unit_of(value)}")
        ax.set_title(titled(value))
    panels[0].set_yticks(range(len(order)), [readable(str(name)) for name in order])
    panels[0].set_ylim(len(order) - 0.5, -0.5)
    add_title(figure, f"Least regret at worst, in {label_of(REGRET_IN[0])}: {readable(order[0])}")
    add_note(
        figure,
        "Regret: the best of the scenarios in a world minus what the policy attains there; a world is a "
        "parameter set and a place. Cost plays no part. "
        "Dot: mean; bar: middle 95 % of worlds; stroke: maximum; ring: the least maximum.",
    )
    return figure
