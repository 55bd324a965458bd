"""What runs in many places leave beside the rest: a table and a figure of them one by one, and what they rest on."""

from __future__ import annotations

import dataclasses
from functools import partial

import pandas as pd

from analysis.places.figures import places_figure
from analysis.places.tables import CONDITION, by_place
from experiments.output.frame import Results


def with_places(results: Results, runs: pd.DataFrame, *, sets: int = 1) -> Results:
    """Return results with those by place, from a table of runs with the place of each.

    Replicates took turns with so many parameter ``sets``.
    """
    table = by_place(runs, sets=sets)
    said = f"By place ({table['place'].nunique()} of them, in places.csv): {CONDITION}."
    return dataclasses.replace(
        results,
        tables={**results.tables, "places.csv": table},
        figures={**results.figures, "places": partial(places_figure, table)},
        words=[*results.words, said],
    )
