"""Phase diagrams: which regime prevails over the plane of two parameters, and where one gives way to another.

A *plane* has one row a scenario, point and quantity: scenario, the two parameters, quantity (a regime, or a measure),
value (the share of runs that end in the regime, or the mean of the measure), ci_low and ci_high at 95 %, replicates.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from analysis.shared.outcomes import REGIME_NAMES, is_told_in_percent, outcome_of, percent_if_share
from analysis.shared.parameter_sets import OVER_RUNS, OVER_SETS, are_told_by_set, means_over_sets, share_over_sets
from analysis.shared.plotting import (
    REGIME_COLOURS,
    WIDTH,
    add_note_and_regime_key,
    add_title,
    in_house_style,
    new_figure,
)
from analysis.shared.summaries import scenarios_of
from analysis.shared.words import mid_sentence, readable, titled, two_digits
from sim.vocabulary import label_of

MAJORITY = 0.5
"""Share of runs at which a boundary is drawn."""


def phase_plane(draws: pd.DataFrame, outcomes: pd.DataFrame, *, x: str, y: str, sets: int = 1) -> pd.DataFrame:
    """Return the plane of the parameters ``x`` and ``y`` from draws on a grid and the outcomes of their runs.

    ``outcomes`` (see ``analysis.shared.outcomes``) hold regimes as 0 and 1, with Wilson intervals, and measures, with
    Student t intervals (NaN for one replicate). If replicates took turns with more than one of ``sets``, means of
    measures have intervals over these, and so have shares with runs enough; ``interval_over`` says which it is (see
    ``analysis.shared.parameter_sets``).

    >>> draws = pd.DataFrame({"draw": [0, 1], "a": [0.0, 1.0], "b": 0.0})
    >>> outcomes = pd.DataFrame({"scenario": "s", "draw": [0, 0, 1, 1], "replicate": [0, 1, 0, 1],
    ...                          "measure": "talking_shop", "value": [1.0, 0.0, 0.0, 0.0]})
    >>> phase_plane(draws, outcomes, x="a", y="b")[["a", "quantity", "value"]].to_numpy().tolist()
    [[0.0, 'talking_shop', 0.5], [1.0, 'talking_shop', 0.0]]
    """
    at = dict(zip(draws["draw"], draws[[x, y]].itertuples(index=False, name=None), strict=True))
    rows = []
    for keys, runs in outcomes.groupby(["scenario", "measure", "draw"], sort=False):
        scenario, quantity, draw = tuple(keys)
        of_sets = runs["replicate"] % sets
        by_set = of_sets.nunique() > 1
        if outcome_of(str(quantity)).is_regime:
            found = share_over_sets(runs["value"].astype(float), of_sets)
            by_set = are_told_by_set(runs=len(runs), sets=of_sets.nunique())
        else:
            mean, low, high = (float(end[0]) for end in means_over_sets(runs[["value"]], of_sets.to_numpy()))
            found = mean, low, high
        rows.append((scenario, *at[draw], quantity, *found, len(runs), OVER_SETS if by_set else OVER_RUNS))
    columns = ["scenario", x, y, "quantity", "value", "ci_low", "ci_high", "replicates", "interval_over"]
    return pd.DataFrame(rows, columns=columns)


def prevailing(plane: pd.DataFrame, *, x: str, y: str) -> pd.DataFrame:
    """Return the regime that most runs end in at each point of a plane of one scenario.

    Columns: ``x``, ``y``, regime (by its name on a command line), share, ci_low, ci_high, is_certain (the interval
    of the share lies above one half).

    >>> plane = pd.DataFrame({"scenario": "s", "a": 0.0, "b": 0.0, "quantity": ["talking_shop", "hollow"],
    ...                       "value": [0.9, 0.1], "ci_low": [0.6, 0.0], "ci_high": [1.0, 0.4]})
    >>> prevailing(plane, x="a", y="b")[["regime", "is_certain"]].to_numpy().tolist()
    [['talking_shop', True]]
    """
    regimes = _of_regimes(plane)
    best = regimes.loc[regimes.groupby([x, y])["value"].idxmax()]
    found = best[[x, y, "quantity", "value", "ci_low", "ci_high"]].rename(
        columns={"quantity": "regime", "value": "share"}
    )
    return found.assign(is_certain=found["ci_low"] > MAJORITY).reset_index(drop=True)


@in_house_style
def phase_diagram(
    plane: pd.DataFrame, *, x: str, y: str, measure: str, here: dict[str, tuple[float, float] | None]
) -> Figure:
    """Return a figure of prevailing regimes (left) and the mean of ``measure`` (right), one row a scenario.

    ``here`` gives the point of the scenario itself, or None if it has none in the plane.

    >>> at = {"scenario": "s", "levers.a": [0.0, 1.0] * 2, "levers.b": [0.0, 0.0, 1.0, 1.0], "replicates": 10}
    >>> values = {name: float(name == "talking_shop") for name in REGIME_NAMES} | {"trust": [0.1, 0.2, 0.3, 0.4]}
    >>> plane = pd.concat([pd.DataFrame(at | {"quantity": name} | dict.fromkeys(["value", "ci_low", "ci_high"], value))
    ...                    for name, value in values.items()], ignore_index=True).assign(interval_over="runs")
    >>> figure = phase_diagram(plane, x="levers.a", y="levers.b", measure="trust", here={"s": (0.5, 0.5)})
    >>> [ax.get_title(loc="left") for ax in figure.axes]
    ['Regime at the end', 'Trust at the end']
    """
    scenarios = scenarios_of(plane)
    figure, panels = new_figure(
        len(scenarios), 2, width=WIDTH, height=2.2 + 3.6 * len(scenarios), sharex=True, sharey=True
    )
    outcome = outcome_of(measure)
    of_measure = plane[plane["quantity"] == measure]
    half = float(((of_measure["ci_high"] - of_measure["ci_low"]) / 2.0).median())
    scale = 100.0 if is_told_in_percent(outcome) else 1.0
    add_title(figure, _prevails_in_words(plane, x=x, y=y))
    over = f"95 % interval{' over accepted sets' if _over_sets(of_measure) else ''}"
    unknown = "" if np.isnan(half) else f"; a point's {over} is ± {two_digits(scale * half)} (median)"
    share = "middle 95 % of accepted sets" if _over_sets(_of_regimes(plane)) else "95 % interval of chance alone"
    add_note_and_regime_key(
        figure,
        f"{int(plane['replicates'].max())} runs a point. Left: the regime most runs end in, the paler the smaller its "
        f"share; lines: half of the runs; hatched: a majority is not certain ({share}). Right: "
        f"{mid_sentence(outcome.label)}, {percent_if_share(outcome)}{unknown}. Cross: the scenario itself.",
    )
    for scenario, left, right in zip(scenarios, panels[::2], panels[1::2], strict=True):
        of_scenario = plane[plane["scenario"] == scenario]
        _draw_regimes(left, of_scenario, x=x, y=y)
        _draw_measure(right, of_scenario[of_scenario["quantity"] == measure], x=x, y=y, scale=scale)
        left.set_title(f"Regime, {mid_sentence(scenario)}" if len(scenarios) > 1 else "Regime at the end")
        right.set_title(outcome.label)
        left.set_ylabel(titled(y))
        for ax in (left, right):
            ax.grid(visible=False)
            point = here.get(scenario)
            if point is not None:
                ax.plot(*point, marker="P", color="white", markeredgecolor="black", markersize=9, clip_on=False)
    for ax in panels[-2:]:
        ax.set_xlabel(titled(x))
    return figure


def _of_regimes(plane: pd.DataFrame) -> pd.DataFrame:
    return plane[plane["quantity"].isin(REGIME_NAMES)]


def _over_sets(rows: pd.DataFrame) -> bool:
    """Return whether intervals are over parameter sets."""
    return bool((rows["interval_over"] == OVER_SETS).all())


_TOLD = 3
"""Regimes that a title names."""


def _prevails_in_words(plane: pd.DataFrame, *, x: str, y: str) -> str:
    """Return which regimes prevail at how many points of the plane, all scenarios together, the commonest first."""
    found = [prevailing(rows, x=x, y=y)["regime"] for _, rows in plane.groupby("scenario", sort=False)]
    counts = pd.concat(found).value_counts()
    first, *others = counts.index[:_TOLD]
    rest = "".join(f", {label_of(REGIME_NAMES[name])} at {counts[name]}" for name in others)
    return (
        f"{titled(REGIME_NAMES[first])} prevails at {counts[first]} of {counts.sum()} points{rest}, "
        f"over {label_of(x)} and {label_of(y)}"
    )


def _grid(rows: pd.DataFrame, value: str, *, x: str, y: str) -> tuple[NDArray[np.float64], ...]:
    """Return the values on both axes and the table of ``value`` with one row a value of ``y``."""
    wide = rows.pivot(index=y, columns=x, values=value)
    return tuple(np.asarray(part, dtype=np.float64) for part in (wide.columns, wide.index, wide))


def _edges(centres: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the borders of cells around points, cut off at the first and the last point."""
    middle = (centres[1:] + centres[:-1]) / 2.0
    return np.concatenate([centres[:1], middle, centres[-1:]])


def _draw_regimes(ax: Axes, plane: pd.DataFrame, *, x: str, y: str) -> None:
    found = prevailing(plane, x=x, y=y)
    across, up, _ = _grid(found, "share", x=x, y=y)
    borders_x, borders_y = _edges(across), _edges(up)
    cells = found.set_index([x, y])
    colours = np.ones((len(up), len(across), 3))
    for i, level in enumerate(up):
        for j, place in enumerate(across):
            cell = cells.loc[(place, level)]
            # White mixed in by how many runs end otherwise: half of it at an even split of two.
            colour = np.array(to_rgb(REGIME_COLOURS[REGIME_NAMES[str(cell["regime"])]]))
            colours[i, j] = 1.0 - float(cell["share"]) * (1.0 - colour)
            if not cell["is_certain"]:
                corner = (borders_x[j], borders_y[i])
                width, height = borders_x[j + 1] - borders_x[j], borders_y[i + 1] - borders_y[i]
                ax.add_patch(
                    Rectangle(
                        corner, width, height, fill=False, hatch="////", linewidth=0, edgecolor="0.35", zorder=1.5
                    )
                )
    ax.pcolormesh(borders_x, borders_y, colours, rasterized=True)
    for name, regime in REGIME_NAMES.items():
        _, _, shares = _grid(plane[plane["quantity"] == name], "value", x=x, y=y)
        if min(shares.shape) > 1 and shares.min() < MAJORITY < shares.max():
            ax.contour(across, up, shares, levels=[MAJORITY], colors=[REGIME_COLOURS[regime]], linewidths=2.2)
            ax.contour(across, up, shares, levels=[MAJORITY], colors=["black"], linewidths=0.7)


def _draw_measure(ax: Axes, plane: pd.DataFrame, *, x: str, y: str, scale: float) -> None:
    across, up, values = _grid(plane, "value", x=x, y=y)
    shown = scale * values
    ax.pcolormesh(_edges(across), _edges(up), shown, cmap="cividis", rasterized=True, alpha=0.9)
    if min(shown.shape) > 1 and np.ptp(shown) > 0.0:
        lowest, highest = float(shown.min()), float(shown.max())
        levels = [level for level in MaxNLocator(5).tick_values(lowest, highest) if lowest < level < highest]
        lines = ax.contour(across, up, shown, levels=levels, colors="white", linewidths=1.1)
        labels = ax.clabel(lines, fontsize=9, fmt=lambda value: f"{value:g}".replace("-", "−"))
        for label in labels:
            # At an edge a number would lie over those of the axis.
            at = ax.transAxes.inverted().transform(ax.transData.transform(label.get_position()))
            label.set_visible(bool(np.all((at > _EDGE) & (at < 1.0 - _EDGE))))
            label.set_bbox({"facecolor": "black", "alpha": 0.45, "linewidth": 0, "pad": 1.0})


_EDGE = 0.1
"""Share of a panel, along each edge, in which no level is named."""

SCOPE = (
    "Intervals of shares are of chance between replicates of the model alone; everything else is as in the scenario. "
    "All points share their replicates."
)

SCOPE_OF_SETS = (
    "Intervals of shares hold the middle 95 % of the accepted sets of numbers, each with the share of its runs; "
    "everything else is as in the scenario. All points share their replicates."
)


def phase_words(plane: pd.DataFrame, *, x: str, y: str, here: dict[str, tuple[float, float] | None]) -> str:
    """Return which regimes prevail where in a plane, one sentence a line.

    >>> plane = pd.DataFrame({"scenario": "s", "levers.a": [0.0, 1.0], "levers.b": 0.0, "quantity": "talking_shop",
    ...                       "value": [1.0, 0.9], "ci_low": 0.6, "ci_high": 1.0, "replicates": 10,
    ...                       "interval_over": "runs"})
    >>> print(phase_words(plane, x="levers.a", y="levers.b", here={}).splitlines()[1])
    - Talking shop prevails at 2 of 2 points (100 %): A 0 to 1, B 0 to 0.
    """
    lines = []
    for scenario in scenarios_of(plane):
        found = prevailing(plane[plane["scenario"] == scenario], x=x, y=y)
        lines.append(f"{readable(scenario)}, regimes over {titled(x)} and {label_of(y)}:")
        for regime, rows in sorted(found.groupby("regime"), key=lambda group: -len(group[1])):
            spans = ", ".join(f"{titled(name)} {rows[name].min():g} to {rows[name].max():g}" for name in (x, y))
            share = f"{len(rows)} of {len(found)} points ({100 * len(rows) / len(found):.0f} %)"
            lines.append(f"- {titled(REGIME_NAMES[str(regime)])} prevails at {share}: {spans}.")
        unsure = int((~found["is_certain"]).sum())
        if unsure:
            runs = int(plane["replicates"].max())
            lines.append(
                f"- At {unsure} points no regime has a certain majority with {runs} runs each (95 % interval)."
            )
        point = here.get(scenario)
        if point is not None:
            lines.append(f"- The scenario itself is at {titled(x)} {point[0]:g}, {titled(y)} {point[1]:g}.")
    return "\n".join([*lines, "", SCOPE_OF_SETS if _over_sets(_of_regimes(plane)) else SCOPE])
