"""Figures of a scan of priors: how many draws meet what, what occurs, and which numbers decide it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from analysis.shared.plotting import BLUE, WIDTH, add_note, add_title, in_house_style, new_figure
from analysis.shared.words import capital, two_digits
from sim.spelling import spelt_out

_PALE = 0.6
"""Share of the darkest colour from which text on it is white."""

Numbers = NDArray[np.float64]


@in_house_style
def shares_figure(patterns: pd.DataFrame, counts: pd.DataFrame, regimes: pd.DataFrame, *, draws: int) -> Figure:
    """Return the share of draws that meet each pattern, how many each draw meets, and what occurs.

    The tables are those of ``pattern_shares``, ``counts_met`` and ``regimes_occurring``.

    >>> patterns = pd.DataFrame({"id": ["P2", "all"], "share": [0.5, 0.5], "ci_low": [0.4, 0.4], "ci_high": [0.6, 0.6]})
    >>> counts = pd.DataFrame({"met": [0, 1], "share": [0.5, 0.5]})
    >>> figure = shares_figure(patterns, counts, pd.DataFrame({"regime": ["hollow"], "share": [1.0]}), draws=100)
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['P2', 'all']
    """
    height = 1.6 + 0.3 * max(len(patterns), len(regimes))
    figure, (left, middle, right) = new_figure(1, 3, width=WIDTH, height=height)
    ends = 100 * patterns[["ci_low", "ci_high"]].to_numpy(float)
    _bars(left, patterns["id"].tolist(), 100 * patterns["share"].to_numpy(float), labels_at=ends[:, 1])
    left.hlines(range(len(patterns)), ends[:, 0], ends[:, 1], color="0.25", linewidth=1.2)
    left.set_title("Draws that meet a pattern, %")
    middle.bar(counts["met"], 100 * counts["share"], color=BLUE, width=0.8)
    middle.set_title("Draws by patterns met, %")
    middle.set_xlabel("Patterns met")
    middle.xaxis.set_major_locator(MaxNLocator(integer=True))
    middle.grid(visible=False, axis="x")
    shares = 100 * regimes["share"].to_numpy(float)
    _bars(right, regimes["regime"].tolist(), shares, labels_at=shares)
    right.set_title("Draws in which\nit occurs, %")
    add_title(figure, _met_in_words(patterns))
    add_note(
        figure,
        f"{draws:,} draws. Line: 95 % interval. A name occurs where it takes 5 % of the months of some experiment or "
        "more; founding again where 5 % of its runs are.",
    )
    return figure


def _met_in_words(patterns: pd.DataFrame) -> str:
    """Return in how many draws all patterns are met, and which is met least."""
    shares = 100 * patterns.set_index("id")["share"]
    single = shares.drop("all", errors="ignore")
    least = f"{single.idxmin()} is met least ({two_digits(single.min())} %)"
    return f"{two_digits(shares['all'])} % of draws meet all patterns; {least}" if "all" in shares else least


def _bars(ax: Axes, names: list[str], values: Numbers, *, labels_at: Numbers) -> None:
    ax.barh(range(len(names)), values, color=BLUE, height=0.7)
    ax.set_yticks(range(len(names)), names, fontsize=9)
    ax.set(xlim=(0, 112), ylim=(len(names) - 0.4, -0.6), xticks=[0, 50, 100])
    for place, (value, at) in enumerate(zip(values, labels_at, strict=True)):
        ax.annotate(two_digits(value), (at, place), xytext=(5, 0), textcoords="offset points", va="center", fontsize=9)
    ax.grid(visible=False, axis="y")


@in_house_style
def decides_figure(decides: pd.DataFrame) -> Figure:
    """Return the rank correlations of free numbers (rows) and margins of patterns (columns) that are above the noise.

    ``decides`` is the table of ``what_decides``. Numbers that move nothing are left out.

    >>> rows = [("trust_rate", "P2", 0.5, True), ("tie_rate", "P2", 0.01, False)]
    >>> figure = decides_figure(pd.DataFrame(rows, columns=["number", "id", "rho", "above_noise"]))
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['trust rate']
    """
    above = decides[decides["above_noise"]]
    numbers, ids = list(dict.fromkeys(above["number"])), sorted(decides["id"].unique(), key=_in_order)
    shown = above.pivot(index="number", columns="id", values="rho").reindex(index=numbers, columns=ids)
    figure, (ax,) = new_figure(1, 1, width=min(WIDTH, 3.6 + 0.62 * len(ids)), height=1.9 + 0.25 * max(1, len(numbers)))
    ax.set(xlim=(-0.5, len(ids) - 0.5), ylim=(max(1, len(numbers)) - 0.5, -0.5))
    most = max(0.3, float(np.nanmax(np.abs(shown.to_numpy(float)), initial=0.0)))
    values = shown.to_numpy(float)
    ax.imshow(np.nan_to_num(values), cmap="RdBu_r", vmin=-most, vmax=most, aspect="auto")
    for row, column in np.argwhere(np.isfinite(values)):
        rho = values[row, column]
        colour = "white" if abs(rho) > _PALE * most else "0.15"
        ax.text(column, row, f"{rho:+.2f}".replace("-", "−"), ha="center", va="center", fontsize=9, color=colour)
    ax.set_yticks(range(len(numbers)), [spelt_out(name) for name in numbers], fontsize=9)
    ax.set_xticks(range(len(ids)), ids)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.grid(visible=False)
    add_title(figure, _decided_in_words(above))
    add_note(
        figure,
        "Rank correlation over prior draws of a free number with the margin of a pattern: red, more of it helps; blue, "
        "it harms. Empty: no more than noise. Numbers that are above it nowhere are left out.",
    )
    return figure


def _decided_in_words(above: pd.DataFrame) -> str:
    """Return which number decides a pattern most, and how many numbers decide any."""
    if above.empty:
        return "No number moves a pattern more than noise does"
    most = above.iloc[int(above["rho"].abs().argmax())]
    numbers = above["number"].nunique()
    others = f"{numbers} numbers decide some pattern" if numbers > 1 else "it is the only one above the noise"
    rho = f"{most['rho']:+.2f}".replace("-", "−")
    return f"{capital(spelt_out(most['number']))} decides most: {most['id']}, rank correlation {rho}; {others}"


def _in_order(id: str) -> tuple[str, int, str]:
    """Return by what patterns are ordered: P before N, each by number."""
    digits = "".join(letter for letter in id if letter.isdigit())
    return ("0" if id.startswith("P") else id[:1], int(digits or 0), id)
