"""The figure of the hindcast: the model against the record by district, and how changes spread in each."""

from __future__ import annotations

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.hindcast.record import LEAST_GAP
from analysis.hindcast.tables import DRAWN, NONE
from analysis.places.tables import CONDITION
from analysis.shared.plotting import GREY, WIDTH, add_note, add_title, in_house_style, looks_of, new_figure
from analysis.shared.words import capital

INSIDE, OUTSIDE, NARROW = "record inside the interval", "record outside", f"gap below {LEAST_GAP:g} points"
_COLOURS = {name: look.colour for name, look in looks_of([INSIDE, OUTSIDE]).items()} | {NARROW: GREY}
_RECORD, _MODEL, _WITHOUT = "Record", "Model", "Model without\nplace trend"


LITTLE = 0.1
"""Share of the variance of changes below which it is said that the model does not spread districts."""


def _title(changes: pd.DataFrame) -> str:
    variance = changes.groupby("trend")["change"].var()
    if variance[NONE] < LITTLE * variance[DRAWN]:
        return "Districts spread by the trend that is put in, not by their partnerships: 2001 to 2005"
    return "Change of the gap to England, 2001 to 2005: model and record"


@in_house_style
def model_and_record(places: pd.DataFrame, changes: pd.DataFrame) -> Figure:
    """Return a figure of tables of ``analysis.hindcast.tables``: districts one by one, and their spread.

    >>> places = pd.DataFrame({"place": ["a", "b"], "record": [0.0, 1.0], "model": 0.5, "model_low": -1.0,
    ...                        "model_high": 2.0, "inside": True, "counts": True, "runs": 2})
    >>> changes = pd.DataFrame({"place": list("abab"), "trend": [DRAWN, DRAWN, NONE, NONE],
    ...                         "change": [0.0, 1.0, 0.5, 0.6]})
    >>> figure = model_and_record(places, changes)
    >>> [ax.get_title(loc="left") for ax in figure.axes]
    ['District by district', 'Spread over districts']
    """
    figure, (each, spread) = new_figure(1, 2, width=WIDTH, height=5.6, sharey=True, width_ratios=[1.35, 1.0])
    _by_district(each, places)
    _spread(spread, places, changes)
    add_title(figure, _title(changes))
    add_note(
        figure,
        f"Point: mean of {int(places['runs'].min())} runs of a district; line: the middle 90 % of them. On the dashed "
        "line the model's mean is the record. Right: bar, median; box, middle half; whiskers, middle 90 %; a point a "
        "district in the record, all runs in the model, both where the gap was "
        f"{LEAST_GAP:g} points or more in 2001. Indices of Deprivation 2004 and 2007. {capital(CONDITION)}.",
        empty_lines=2,
    )
    figure.legend(
        handles=each.get_legend_handles_labels()[0], loc="outside lower left", ncols=4, fontsize=9, handletextpad=0.3
    )
    return figure


def _by_district(ax: Axes, places: pd.DataFrame) -> None:
    """Draw the model's mean and interval against the record, beside the diagonal."""
    kinds = np.select([~places["counts"], places["inside"]], [NARROW, INSIDE], OUTSIDE)
    for kind, colour in _COLOURS.items():
        its = places[kinds == kind]
        if its.empty:
            continue
        ax.vlines(its["record"], its["model_low"], its["model_high"], color=colour, alpha=0.35, linewidth=1.2)
        ax.plot(its["record"], its["model"], "o", color=colour, markersize=4, label=f"{kind} ({len(its)})")
    ends = (places["record"].min(), places["record"].max())
    ax.plot(ends, ends, color=GREY, linewidth=1.0, linestyle="--", label="model = record", zorder=0.5)
    ax.set_title("District by district")
    ax.set_xlabel("Record, points of the index")
    ax.set_ylabel("Change of the gap in the model, points\n(below 0 it closed)")


def _spread(ax: Axes, places: pd.DataFrame, changes: pd.DataFrame) -> None:
    """Draw how changes are spread in the record, in the model, and in the model without the trend of places."""
    counts = places[places["counts"]]
    of_them = changes[changes["place"].isin(counts["place"])]
    parts = {_RECORD: counts["record"]} | {
        name: of_them.loc[of_them["trend"] == trend, "change"] for name, trend in ((_MODEL, DRAWN), (_WITHOUT, NONE))
    }
    grey = {"color": "0.35", "linewidth": 1.2}
    ax.boxplot(
        list(parts.values()), positions=range(len(parts)), widths=0.5, whis=(5, 95), showfliers=False,
        patch_artist=True, manage_ticks=False, boxprops={"facecolor": "0.92", "edgecolor": "0.35", "linewidth": 1.2},
        medianprops=grey, whiskerprops=grey, capprops=grey,
    )  # fmt: skip
    sns.swarmplot(
        x=[_RECORD] * len(counts), y=counts["record"], order=list(parts), ax=ax, color="0.2", size=3.5,
        alpha=0.8, zorder=3, warn_thresh=1.0,
    )  # fmt: skip
    ax.axhline(0.0, color=GREY, linewidth=0.8, zorder=0.5)
    ax.set_title("Spread over districts")
    ax.set_xlabel("")
    ax.yaxis.set_tick_params(labelleft=True)
