"""Figures of a search for mixes: the first objective against cost, and regret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from analysis.policy.tables import BEST, OBJECTIVES
from analysis.policy.words import objectives_in_words
from analysis.shared.plotting import GREY, add_note, add_title, in_house_style, new_figure
from analysis.shared.words import capital, is_share, mid_sentence, readable, titled, told, unit_of, with_unit
from sim.vocabulary import label_of

_Points = NDArray[np.float64]

_COLOURS = "cividis_r"
"""Even in grey and for colour-blind readers; the darker, the more: by default, the more one body dominates."""
_ONE_COLOUR = "#0173b2"


@in_house_style
def value_against_cost(
    pareto: pd.DataFrame,
    policies: pd.DataFrame,
    searched: pd.DataFrame,
    *,
    objectives: Mapping[str, int] = OBJECTIVES,
) -> Figure:
    """Return a figure of the first objective against cost, coloured by the second, with Pareto front and scenarios.

    Cost counts as neither; with one objective beside it there are no colours. Takes the tables of mixes at the front
    and of policies (each with mean, ``_low`` and ``_high`` of the objective and cost_gbp_m) and of all mixes that were
    searched.

    >>> means = {"outcome": 0.1, "dominance": 0.1, "cost_gbp_m": 9.0}
    >>> ends = {f"{name}_{end}": value for name, value in means.items() for end in ("low", "high")}
    >>> table = pd.DataFrame([{"policy": name, "on_front": True} | means | ends for name in (BEST, "baseline_lsp")])
    >>> value_against_cost(table, table, table).axes[0].get_xlabel()
    'Cost, £m a place over the run'
    """
    figure, panels = new_figure(1, 1, width=7.6, height=6.2)
    ax = panels[0]
    value, *others = (name for name in objectives if name != "cost_gbp_m")
    by = others[0] if others else None
    colours: dict[str, Any] = {"color": _ONE_COLOUR}
    if by:
        everything = pd.concat([pareto, policies, searched])[by]
        ends = {"vmin": min(0.0, float(everything.quantile(0.02))), "vmax": float(everything.quantile(0.98))}
        colours = {"by": by, "cmap": _COLOURS, **ends}

    def mark(table: pd.DataFrame, **looks: Any) -> PathCollection:
        return _marks(ax, table, value=value, **colours, **looks)

    mark(searched, bars=False, s=8, alpha=0.35, linewidths=0)
    front = pareto[pareto["on_front"]]
    points = mark(front, s=46, edgecolors="black", linewidths=1.1, zorder=4)
    scenarios = policies[policies["policy"] != BEST]
    mark(scenarios, marker="D", s=34, edgecolors="0.35", linewidths=0.8, zorder=3)
    best = policies[policies["policy"] == BEST]
    mark(best, marker="*", s=230, edgecolors="black", linewidths=1.1, zorder=5)
    ax.set(xlabel="Cost, £m a place over the run", ylabel=with_unit(value))
    scale = 100 if is_share(value) else 1
    ax.yaxis.set_major_formatter(FuncFormatter(lambda height, _: f"{scale * height:g}".replace("-", "−")))
    if by:
        share = FuncFormatter(lambda level, _: f"{100 * level:g}") if is_share(by) else None
        bar = figure.colorbar(points, ax=ax, pad=0.02, aspect=35, format=share)
        bar.set_label(with_unit(by))
        bar.outline.set_visible(False)
    add_title(figure, _cheapest_in_words(policies, value, best_low=objectives[value] > 0))
    add_note(
        figure,
        f"Ringed circles: Pareto front of {objectives_in_words(objectives)} on new seeds. Star: cheapest mix in the "
        "bound. Diamonds: the scenarios. Bars: middle 95 % of parameter sets. Small dots: mixes tried in the search.",
    )
    _label(ax, pd.concat([best, scenarios]), pd.concat([front, searched, policies]), value, objectives[value])
    return figure


def _cheapest_in_words(policies: pd.DataFrame, value: str, *, best_low: bool) -> str:
    """Return what the cheapest mix costs and achieves, beside the scenario that achieves most."""
    best, others = policies[policies["policy"] == BEST], policies[policies["policy"] != BEST]
    scenario = others.nsmallest(1, value) if best_low else others.nlargest(1, value)
    of = "" if value == "outcome" else f" {label_of(value)}"
    said = [
        f"{mid_sentence(row['policy'])} ends at{of} {told(value, row[value])} for £{row['cost_gbp_m']:.0f}m"
        for row in pd.concat([best, scenario]).to_dict("records")
    ]
    return capital("; ".join(said))


def _marks(
    ax: Axes, table: pd.DataFrame, *, value: str, by: str | None = None, bars: bool = True, **looks: Any
) -> PathCollection:
    """Draw each mix at its cost and first objective, coloured by the second if there is one, with its intervals."""
    if bars:
        _bars(ax, table, value)
    looks |= {"c": table[by]} if by else {}
    return ax.scatter(table["cost_gbp_m"], table[value], **looks)


def _bars(ax: Axes, table: pd.DataFrame, value: str) -> None:
    reach: dict[str, Any] = {
        axis: np.abs(np.stack([table[name] - table[f"{name}_low"], table[f"{name}_high"] - table[name]]))
        for axis, name in (("xerr", "cost_gbp_m"), ("yerr", value))
    }
    ax.errorbar(
        table["cost_gbp_m"], table[value], **reach, fmt="none", ecolor=GREY, elinewidth=0.9, alpha=0.6, zorder=2
    )


def _label(ax: Axes, policies: pd.DataFrame, marks: pd.DataFrame, value: str, sign: int) -> None:
    """Name the cheapest mix (the first row), the best in ``value``, the least cost, and the ordinary partnership.

    Names stand off the ``marks``, as near to where they are wanted as leaves them free.
    """
    layout = ax.figure.get_layout_engine()
    if layout is not None and isinstance(ax.figure, Figure):
        layout.execute(ax.figure)
    points = ax.transData.transform(marks[["cost_gbp_m", value]].to_numpy()) * 72 / ax.figure.dpi
    panel = ax.get_window_extent()
    frame = np.array([[panel.x0, panel.y0], [panel.x1, panel.y1]]) * 72 / ax.figure.dpi
    others = policies.iloc[1:]
    ordinary = policies.index[policies["policy"] == "baseline_lsp"]
    # Offsets in points, to where such points leave room: mixes lie along the upper left edge of the cloud.
    offsets = {policies.index[0]: (20, 100), others["cost_gbp_m"].idxmin(): (18, 52)}
    offsets |= dict.fromkeys(ordinary, (45, -55)) | {(sign * others[value]).idxmin(): (-70, -25)}
    for place, offset in offsets.items():
        row = policies.loc[place]
        at = ax.transData.transform((row["cost_gbp_m"], row[value])) * 72 / ax.figure.dpi
        half = np.array([3.2 * len(readable(str(row["policy"]))), 10.0])
        free = _free(at, offset, half, points, frame)
        points = np.vstack([points, at + free])
        ax.annotate(
            readable(str(row["policy"])),
            (row["cost_gbp_m"], row[value]),
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
    ...          "value": value} for name in "ab" for value in ("outcome", "added_value")]
    >>> len(regret_bars(pd.DataFrame(rows)).axes)
    2
    """
    values = list(dict.fromkeys(regret["value"]))
    first = regret[regret["value"] == values[0]].sort_values("max_regret")
    order = list(first["policy"])
    width = max(8.4, 1.8 + 3.3 * len(values))
    figure, panels = new_figure(1, len(values), width=width, height=2.2 + 0.27 * len(order), sharey=True)
    for ax, value in zip(panels, values, strict=True):
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
        ax.set_xlabel(f"Regret, {unit_of(value).replace('%', 'points')}".removesuffix(", "))
        ax.set_title(titled(value))
    panels[0].set_yticks(range(len(order)), [readable(str(name)) for name in order])
    panels[0].set_ylim(len(order) - 0.5, -0.5)
    add_title(figure, f"Least regret at worst, in {label_of(values[0])}: {readable(order[0])}")
    add_note(
        figure,
        "Regret: the best of the scenarios in a world minus what the policy attains there; a world is a "
        "parameter set and a place. Cost plays no part. "
        "Dot: mean; bar: middle 95 % of worlds; stroke: maximum; ring: the least maximum.",
    )
    return figure
