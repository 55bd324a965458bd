"""What is on record of districts beside the model: the Indices of Deprivation that describe 2001 and 2005.

``indices.csv`` holds, for the 354 districts of 2004, the mean score of their small areas in the Indices of Deprivation
2004 and 2007 (ODPM 2004, CLG 2008; by humaniverse/IMD), which describe mostly 2001 and 2005. Means are taken without
population weights, and lie within 1 to 2 % of published averages. England's mean score is the same in both by
construction, so a change is one relative to England. ``python -m experiments.documents.places`` makes the file of
``docs/record/deprivation.csv``.

Contains public sector information licensed under the Open Government Licence v3.0.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import pandas as pd

from sim.population import find_place, place_names, place_records

ENGLAND_INDEX = 21.67
"""Mean score of England's small areas, in 2004 and in 2007, points of the index."""

YEARS_BETWEEN = 4
"""Years from what the indices of 2004 describe to what those of 2007 do."""

LEAST_GAP = 5.0
"""Points of the index above England from which on a district counts in statistics over places: as patterns N4 and N6
have it. Below, shares of a gap are shares of little."""


@cache
def indices() -> pd.DataFrame:
    """Return the indices by place name: index_2004 and index_2007, points.

    >>> indices().loc["hackney"].to_list(), len(indices())
    ([45.055, 46.083], 354)
    """
    with files("analysis.hindcast").joinpath("indices.csv").open(encoding="utf-8") as lines:
        return pd.read_csv(lines).set_index("place")


def recorded(names: Sequence[str]) -> pd.DataFrame:
    """Return what is on record of districts, a row each in the order of their short names in ``names``.

    Columns: place, label, code, county; fund_gbp_per_head (2003-04) and fund_basis; gap, points of the index above
    England in 2001; record, the change of that gap from 2001 to 2005 (below 0: it closed).

    >>> recorded(["hackney"])[["label", "code", "fund_basis", "gap", "record"]].round(2).to_numpy().tolist()
    [['Hackney', '00AM', 'recorded', 23.38, 1.03]]
    """
    rows = []
    for name in names:
        place, facts, index = find_place(name), place_records()[name], indices().loc[name]
        rows.append(
            {
                "place": name,
                "label": place.label,
                "code": facts["code"],
                "county": facts["county"],
                "fund_gbp_per_head": place.fund_2003_04_gbp_m * 1e6 / place.population,
                "fund_basis": facts["fund_basis"],
                "gap": index["index_2004"] - ENGLAND_INDEX,
                "record": index["index_2007"] - index["index_2004"],
            }
        )
    return pd.DataFrame(rows)


@cache
def without_fund() -> pd.DataFrame:
    """Return what is on record of the districts without the fund whose index of 2001 lies above England's.

    >>> len(without_fund()), round(float(without_fund()["record"].std()), 2)
    (27, 1.14)
    """
    table = recorded(place_names("all"))
    return table[(table["fund_gbp_per_head"] == 0.0) & (table["gap"] > 0.0)].reset_index(drop=True)
