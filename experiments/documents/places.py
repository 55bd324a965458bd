"""The districts of 2004 as places of the model: ``python -m experiments.documents.places``.

Makes ``sim/data/places.csv`` of the facts in ``docs/record``. Each figure has beside it whether it is recorded or by
which rule it was made; nothing is drawn. A district is known by a short name, by its code of 2004 and, if it was there
still in 2019, by its code of that year.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.files import replacing

ROOT = Path(__file__).resolve().parents[2]
RECORD, PLACES = ROOT / "docs" / "record", ROOT / "sim" / "data" / "places.csv"

RECORDED, ASSUMED, NONE = "recorded", "assumed", "recorded: none"
NATIONAL_FUND_GBP_M = 400.0
"""Of 2003-04 (Hansard, 24 January 2001)."""
FUNDED = 88

BY_HOUSEHOLDS = "ruled: households × 2.42"
BY_DEPRIVATION = "ruled: per head by the score of 2000 as in the 39 recorded, all 88 together £400m"
BY_THE_WHOLE = "ruled: overall rank of 2004, as the record here has none of this theme"

NEEDS: Mapping[str, tuple[str, str]] = {
    "education": ("edu_pct_2004", "recorded: rank of 2004 in education, skills and training"),
    "economy": ("employment_pct_2000", "recorded: rank of 2000 in employment"),
    "housing": ("env_pct_2004", "recorded: rank of 2004 in the living environment"),
    "crime": ("imd_pct_2004", BY_THE_WHOLE),
    "health": ("health_pct_2000", "recorded: rank of 2000 in health"),
}
"""Where need by theme is read: the mean rank of a district's small areas, from 0 least to 1 most deprived."""

ENDED_2009 = (
    "Bedfordshire",
    "Cheshire",
    "Cornwall",
    "Durham",
    "Northumberland",
    "Shropshire",
    "Wiltshire",
)
"""Counties whose districts ended in April 2009 (Structural Changes Orders of 2008)."""
WENT_ON = "Bedford"
"""Of these districts the one that went on, as a council of a single tier."""

MADE_UP: tuple[dict[str, object], ...] = (
    {
        "place": "typical",
        "label": "Typical place (synthetic)",
        "tiers": 1,
        "population": 200_000,
        "population_basis": ASSUMED,
        "fund_2003_04_gbp_m": "2.745601",
        "fund_basis": "ruled: exp(1.01), the median of a log-normal fitted to the allocations of the 39",
    },
    {
        "place": "two_tier_county",
        "label": "Two-tier shire county (synthetic)",
        "tiers": 2,
        "population": 100_000,
        "population_basis": ASSUMED,
        "fund_2003_04_gbp_m": "1.500000",
        "fund_basis": ASSUMED,
    },
)
"""Places that are none: need is that of England's middle in every theme."""


def short_name(name: str) -> str:
    """Return a district's name as one types it: ``kingston_upon_hull``."""
    plain = re.sub(r", (City|County) of$", "", name).replace("&", "and").replace(".", "").replace("'", "")
    return re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")


def districts() -> pd.DataFrame:
    """Return the districts with all that is recorded of them."""
    table = pd.read_csv(RECORD / "districts_2004.csv", keep_default_na=False)
    needs = pd.read_csv(RECORD / "deprivation.csv", keep_default_na=False).drop(columns="name")
    table["place"] = [short_name(name) for name in table["name"]]
    funds = pd.read_csv(RECORD / "fund_2003_04.csv")
    return table.merge(needs, on="code", validate="1:1").merge(funds, on="place", how="left", validate="1:1")


def with_fund(table: pd.DataFrame) -> pd.DataFrame:
    """Return districts with their fund (£m of 2003-04), and how it is known.

    What is not recorded of the national total is shared among those named as funded. Of the 89 names one is too many:
    the least deprived in 2000 of those that are not confirmed is left out.
    """
    known = table["fund_2003_04_gbp_m"].notna()
    named = (table["named_as_funded"] == "yes") & ~known
    too_many = table.loc[named].sort_values("imd_2000").index[: int((named | known).sum()) - FUNDED]
    named[too_many] = False
    per_head = 1e6 * table["fund_2003_04_gbp_m"] / table["population_mid_2001"]
    slope, at_zero = np.polyfit(table.loc[known, "imd_2000"], per_head[known], 1)
    looked_for = np.maximum(per_head[known].min(), at_zero + slope * table["imd_2000"]) * table["population_mid_2001"]
    left = NATIONAL_FUND_GBP_M - table.loc[known, "fund_2003_04_gbp_m"].sum()
    ruled = left * looked_for / looked_for[named].sum()
    fund = table["fund_2003_04_gbp_m"].where(known, ruled.where(named, 0.0))
    basis = np.select([known, named], [RECORDED, BY_DEPRIVATION], NONE)
    return table.assign(fund=fund, fund_basis=basis)


def rows() -> Iterator[dict[str, object]]:
    """Give the rows of ``sim/data/places.csv``."""
    for _, one in with_fund(districts()).sort_values("place").iterrows():
        counted = one["population_note"] == "ONS mid-2001"
        ends = one["county"] in ENDED_2009 and one["name"] != WENT_ON
        yield {
            "place": one["place"],
            "label": one["name"],
            "code": one["code"],
            "ons_code": one["ons_code"],
            "tiers": 2 if one["tier"] == "two" else 1,
            "county": one["county"],
            "ends": "2009-04" if ends else "",
            "population": int(one["population_mid_2001"]),
            "population_basis": RECORDED if counted else BY_HOUSEHOLDS,
            "fund_2003_04_gbp_m": f"{one['fund']:.6f}",
            "fund_basis": one["fund_basis"],
            **{f"need_{theme}": one[column] for theme, (column, _) in NEEDS.items()},
        }
    for made_up in MADE_UP:
        empty = dict.fromkeys(("code", "ons_code", "county", "ends"), "")
        yield empty | made_up | {f"need_{theme}": 0.5 for theme in NEEDS}


def table() -> pd.DataFrame:
    """Return all places."""
    first, *others = rows()
    return pd.DataFrame([first, *others])[list(first)]


def main() -> int:
    """Write the places, and return the exit code."""
    with replacing(PLACES) as partial:
        table().to_csv(partial, index=False, lineterminator="\n")
    print(f"written: {PLACES}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
