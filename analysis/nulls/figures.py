"""The figure of targets: what was observed beside what the model and its nulls show."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.shared.plotting import (
    BLUE,
    RED,
    WIDTH,
    add_note,
    add_title,
    grid_shape,
    hide_unused,
    in_house_style,
    label_value_axis,
    new_figure,
)
from analysis.shared.words import titled

MOST_PANELS = 12
"""Targets that are drawn: of more those on which models differ most."""

_TWO_SIDED = 1.96


@in_house_style
def shown_by_models(table: pd.DataFrame, *, title: str) -> Figure:
    """Return a panel a target: what was observed as a grey band, and mean and middle 90 % of each model.

    ``table`` is that of ``against_targets``, with the ``label`` and the ``measure`` of each target.

    >>> rows = {"model": ["model", "no_ties"], "target": "trust@2003-04", "label": "Trust, 2003-04", "measure": "trust",
    ...         "value": 0.5, "standard_error": 0.02, "mean": [0.5, 0.8], "low": [0.4, 0.7], "high": [0.6, 0.9],
    ...         "inside": [True, False], "deviations": [0.0, -5.0]}
    >>> figure = shown_by_models(pd.DataFrame(rows), title="x")
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['Model', 'No ties']
    """
    drawn = _most_telling(table)
    models = list(dict.fromkeys(table["model"]))
    shape = grid_shape(len(drawn), most_columns=2 if len(drawn) == 4 else 3)
    height = 1.2 + shape[0] * (0.9 + 0.2 * len(models))
    figure, panels = new_figure(*shape, width=WIDTH, height=height, sharey=True)
    for ax, target in zip(panels, drawn, strict=False):
        rows = table[table["target"] == target].set_index("model").loc[models]
        first = rows.iloc[0]
        error = _TWO_SIDED * first["standard_error"]
        ax.axvspan(first["value"] - error, first["value"] + error, color="0.85", linewidth=0)
        ax.axvline(first["value"], color="0.35", linewidth=1.2)
        for place, inside in enumerate(rows["inside"]):
            row = rows.iloc[place]
            colour = BLUE if inside else RED
            ax.plot([row["low"], row["high"]], [place, place], color=colour, linewidth=1.8)
            ax.plot(
                row["mean"], place, "o" if inside else "D", color=colour, markersize=4.5,
                markerfacecolor=colour if inside else "white",
            )  # fmt: skip
        ax.set_yticks(np.arange(len(models)), [titled(name) for name in models])
        ax.set_ylim(len(models) - 0.5, -0.5)
        ax.tick_params(axis="y", length=0, labelsize=9)
        ax.locator_params(axis="x", nbins=4)
        label_value_axis(ax, str(first["measure"]), name="", axis="x")
        ax.set_title(str(first["label"]), fontsize=9)
        ax.grid(visible=False, axis="y")
    hide_unused(panels, len(drawn))
    add_title(figure, title)
    none = " Without a line: a measure that the model does not have." if table["low"].isna().any() else ""
    left = table["target"].nunique() - len(drawn)
    rest = f" {left} further targets, on which models differ less, are in the table." if left else ""
    add_note(
        figure,
        "Grey: observed, with 95 % of its measurement error. Line: middle 90 % of what runs show, measurement error "
        f"included; mark: their mean. Filled dot: the observed value lies within; hollow diamond: outside.{none}{rest}",
    )
    return figure


def _most_telling(table: pd.DataFrame) -> list[str]:
    """Return the targets to draw, in their order: those on which models differ most if there are too many."""
    spread = table.groupby("target", sort=False)["deviations"].agg(lambda column: column.max() - column.min())
    chosen = set(spread.nlargest(MOST_PANELS).index) if len(spread) > MOST_PANELS else set(spread.index)
    return [str(target) for target in spread.index if target in chosen]
