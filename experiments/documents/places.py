"""The districts of 2004 as places of the model: ``python -m experiments.documents.places``.

Makes ``sim/data/places.csv`` of the facts in ``docs/record``. Each figure has beside it whether it is recorded, by
which rule it was made, or how it was drawn. A district is known by a short name, by its code of 2004 and, if it was
there still in 2019, by its code of that year. Their indices of 2004 and 2007, which are no input of the model, stand
beside what reads them, in ``analysis/hindcast/indices.csv``.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.files import replacing

ROOT = Path(__file__).resolve().parents[2]
RECORD, PLACES = ROOT / "docs" / "record", ROOT / "sim" / "data" / "places.csv"
INDICES = ROOT / "analysis" / "hindcast" / "indices.csv"

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

ROUNDS: Mapping[int, int] = {1: 21, 2: 66, 3: 62}
"""Upper-tier areas whose agreement was signed in April 2005, March 2006 and March 2007 (Hansard, 3 April 2007)."""
DRAWN = "drawn: rounds 2 and 3 in the order of the SHA-256 of the area's name"
"""Not by need, which would make of the agreement another name for the fund."""

FULL, TRANSITION = 65, 22
"""Places with the successor fund, and with a transition alone (Commons, settlement of 2008)."""
BY_WORST_TENTH = "ruled: by the share of small areas in England's most deprived tenth of 2007, the 65 highest of the 88"
BY_WHAT_IS_LEFT = "ruled: the 22 next by that share"
NONE_IS_LEFT = "ruled: the last by that share, as 65 and 22 make 87"

CHAIRS: Mapping[str, int] = {"council": 46 + 7, "agency": 16, "business": 11, "voluntary": 11}
"""Chairs of 91 in a hundred partnerships (ODPM survey of 2004): elected members and officers, other public bodies,
private and voluntary ones. The other nine are not told."""
DRAWN_CHAIR = "drawn: shares of the survey of 2004, in the order of the SHA-256 of the district's code"

OF_ITS_DISTRICTS = "ruled: the sum of its districts"
WENT_TO_DISTRICTS = "recorded: none, as the fund went to districts"

MOST_AREAS = "assumed: that of most areas"
BASES: Mapping[str, str] = {
    "population_basis": "population",
    "fund_basis": "fund",
    "successor_basis": "what followed the fund",
    "agreement_basis": "round of agreements",
    "chair_basis": "chair",
}
"""Columns that say how a figure is known, and of what."""

MOST_PARTNERSHIPS = "assumed: that of most partnerships"
_AS_MOST: Mapping[str, object] = {
    "agreement_round": 2,
    "agreement_basis": MOST_AREAS,
    "successor": "full",
    "successor_basis": MOST_AREAS,
    "chair": "council",
    "chair_basis": MOST_PARTNERSHIPS,
}

MADE_UP: tuple[dict[str, object], ...] = (
    {
        "place": "typical",
        "label": "Typical place (synthetic)",
        "tiers": 1,
        "population": 200_000,
        "population_basis": ASSUMED,
        "fund_2003_04_gbp_m": "2.745601",
        "fund_basis": "ruled: exp(1.01), the median of a log-normal fitted to the allocations of the 39",
        **_AS_MOST,
    },
    {
        "place": "two_tier_county",
        "label": "Two-tier shire county (synthetic)",
        "tiers": 2,
        "population": 100_000,
        "population_basis": ASSUMED,
        "fund_2003_04_gbp_m": "1.500000",
        "fund_basis": ASSUMED,
        **_AS_MOST,
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
    table = table.merge(needs, on="code", validate="1:1")
    for of_place in ("fund_2003_04", "successor_fund"):
        facts = pd.read_csv(RECORD / f"{of_place}.csv").drop(columns="source")
        table = table.merge(facts, on="place", how="left", validate="1:1")
    ended = pd.read_csv(RECORD / "ended_2009.csv").drop(columns="source")
    return table.merge(ended, on="county", how="left", validate="m:1")


def with_fund(table: pd.DataFrame) -> pd.DataFrame:
    """Return districts with their fund (£m of 2003-04), and how it is known.

    What is not recorded of the national total is shared among those named as funded. Of the 89 names one is too many:
    the least deprived in 2000 of those that are not confirmed, by an allocation or by what followed it, is left out.
    """
    known = table["fund_2003_04_gbp_m"].notna()
    named = (table["named_as_funded"] == "yes") & ~known
    doubtful = named & table["successor"].isna()
    too_many = table.loc[doubtful].sort_values("imd_2000").index[: int((named | known).sum()) - FUNDED]
    named[too_many] = False
    per_head = 1e6 * table["fund_2003_04_gbp_m"] / table["population_mid_2001"]
    slope, at_zero = np.polyfit(table.loc[known, "imd_2000"], per_head[known], 1)
    looked_for = np.maximum(per_head[known].min(), at_zero + slope * table["imd_2000"]) * table["population_mid_2001"]
    left = NATIONAL_FUND_GBP_M - table.loc[known, "fund_2003_04_gbp_m"].sum()
    ruled = left * looked_for / looked_for[named].sum()
    fund = table["fund_2003_04_gbp_m"].where(known, ruled.where(named, 0.0))
    basis = np.select([known, named], [RECORDED, BY_DEPRIVATION], NONE)
    return table.assign(fund=fund, fund_basis=basis)


def with_successor(table: pd.DataFrame) -> pd.DataFrame:
    """Return districts, with their fund, with what followed it in April 2008, and how that is known.

    Who is not on record is ruled by what was asked for: a fifth of a district's small areas in the most deprived tenth,
    one of three ways in. The other two, by employment and benefits, are not in this record; so it is a rank.
    """
    funded = table["fund"] > 0.0
    recorded = table["successor"].where(funded)
    ranked = table.loc[funded & recorded.isna()].sort_values(["worst_tenth_2007", "imd_2007"], ascending=False).index
    n_full = FULL - int((recorded == "full").sum())
    n_transition = TRANSITION - int((recorded == "transition").sum())
    known = np.where(recorded.notna(), RECORDED, NONE)
    table = table.assign(successor=recorded.fillna("none"), successor_basis=known)
    spans = (
        ("full", BY_WORST_TENTH, ranked[:n_full]),
        ("transition", BY_WHAT_IS_LEFT, ranked[n_full : n_full + n_transition]),
        ("none", NONE_IS_LEFT, ranked[n_full + n_transition :]),
    )
    for what, rule, who in spans:
        table.loc[who, "successor"] = what
        table.loc[who, "successor_basis"] = rule
    return table


def with_agreement(table: pd.DataFrame) -> pd.DataFrame:
    """Return districts with the round of their area's agreement, and how it is known.

    A shire district has its county's. The first round is on record whole, of the other two an area each.
    """
    areas = table["county"].where(table["county"] != "", table["place"])
    recorded = pd.read_csv(RECORD / "agreements.csv").set_index("area")["agreement_round"]
    if unknown := set(recorded.index) - set(areas):
        raise ValueError(f"docs/record/agreements.csv: no upper-tier area is called {', '.join(sorted(unknown))}")
    others = sorted(set(areas) - set(recorded.index), key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    n_second = ROUNDS[2] - int((recorded == 2).sum())
    rounds = recorded.to_dict() | {name: 2 if i < n_second else 3 for i, name in enumerate(others)}
    basis = np.where(areas.isin(recorded.index), RECORDED, DRAWN)
    return table.assign(agreement_round=areas.map(rounds), agreement_basis=basis)


def with_chair(table: pd.DataFrame) -> pd.DataFrame:
    """Return districts with the sector that chairs, which is on record of none."""
    codes = table["code"].astype(str).to_dict()
    order = sorted(codes, key=lambda row: hashlib.sha256(f"chair of {codes[row]}".encode()).hexdigest())
    last = np.cumsum(list(CHAIRS.values())) / sum(CHAIRS.values())
    places = (np.arange(len(order)) + 0.5) / len(order)
    chairs = pd.Series(np.array(list(CHAIRS))[np.searchsorted(last, places)], index=order)
    return table.assign(chair=chairs, chair_basis=DRAWN_CHAIR)


def rows() -> Iterator[dict[str, object]]:
    """Give the rows of ``sim/data/places.csv``."""
    for _, one in with_chair(with_agreement(with_successor(with_fund(districts())))).sort_values("place").iterrows():
        counted = one["population_note"] == "ONS mid-2001"
        ends = pd.notna(one["ends"]) and one["name"] != one["goes_on"]
        yield {
            "place": one["place"],
            "label": one["name"],
            "code": one["code"],
            "ons_code": one["ons_code"],
            "tiers": 2 if one["tier"] == "two" else 1,
            "county": one["county"],
            "ends": one["ends"] if ends else "",
            "population": int(one["population_mid_2001"]),
            "population_basis": RECORDED if counted else BY_HOUSEHOLDS,
            "fund_2003_04_gbp_m": f"{one['fund']:.6f}",
            "fund_basis": one["fund_basis"],
            "successor": one["successor"],
            "successor_basis": one["successor_basis"],
            "agreement_round": one["agreement_round"],
            "agreement_basis": one["agreement_basis"],
            "chair": one["chair"],
            "chair_basis": one["chair_basis"],
            **{f"need_{theme}": one[column] for theme, (column, _) in NEEDS.items()},
        }
    for made_up in MADE_UP:
        empty = dict.fromkeys(("code", "ons_code", "county", "ends"), "")
        yield empty | made_up | {f"need_{theme}": 0.5 for theme in NEEDS}


def counties(of_districts: pd.DataFrame) -> pd.DataFrame:
    """Return the shire counties as places of their own, each with the figures of its districts together.

    Need is the mean of the districts by population. A county's table is that of one district council for all, and the
    county council.
    """
    rows = []
    for county, mine in of_districts[of_districts["county"] != ""].groupby("county"):
        people = mine["population"].to_numpy()
        needs = {
            f"need_{theme}": round(float(np.average(mine[f"need_{theme}"].astype(float), weights=people)), 3)
            for theme in NEEDS
        }
        first = mine.iloc[0]
        rows.append(
            dict.fromkeys(("code", "ons_code", "ends"), "")
            | {"place": f"{short_name(str(county))}_county", "label": f"{county} (county)", "tiers": 2}
            | {"county": county, "population": int(people.sum()), "population_basis": OF_ITS_DISTRICTS}
            | {"fund_2003_04_gbp_m": "0.000000", "fund_basis": WENT_TO_DISTRICTS}
            | {"successor": "none", "successor_basis": WENT_TO_DISTRICTS}
            | {"agreement_round": first["agreement_round"], "agreement_basis": first["agreement_basis"]}
            | {"chair": "council", "chair_basis": MOST_PARTNERSHIPS}
            | needs
        )
    return pd.DataFrame(rows)


def table() -> pd.DataFrame:
    """Return all places: districts, counties, and those made up."""
    first, *others = rows()
    found = pd.DataFrame([first, *others])[list(first)]
    is_district = found["code"] != ""
    return pd.concat([found[is_district], counties(found), found[~is_district]], ignore_index=True)[list(first)]


def indices() -> pd.DataFrame:
    """Return the indices of districts: place, index_2004 and index_2007, points."""
    found = districts().sort_values("place")[["place", "imd_2004", "imd_2007"]]
    return found.set_axis(["place", "index_2004", "index_2007"], axis="columns")


def main() -> int:
    """Write the places and their indices, and return the exit code."""
    for file, made in ((PLACES, table()), (INDICES, indices())):
        with replacing(file) as partial:
            made.to_csv(partial, index=False, lineterminator="\n")
        print(f"written: {file}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
