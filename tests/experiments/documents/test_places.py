"""Places are made of the record, and what is not recorded is marked."""

from __future__ import annotations

import io
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from experiments.documents import places
from sim import find_place, place_names
from sim.population import place_records


def test_the_places_that_ship_are_those_that_the_record_makes():
    made = io.StringIO()
    places.table().to_csv(made, index=False, lineterminator="\n")
    assert made.getvalue() == places.PLACES.read_text(encoding="utf-8")


def test_the_indices_that_ship_are_those_of_the_record():
    made = io.StringIO()
    places.indices().to_csv(made, index=False, lineterminator="\n")
    assert made.getvalue() == places.INDICES.read_text(encoding="utf-8")
    assert len(places.indices()) == 354


def test_the_sums_are_those_of_the_record():
    districts = [find_place(name) for name in place_names("all")]
    records = [place_records()[name] for name in place_names("all")]
    assert len(districts) == 354
    assert sum(place.tiers == 2 for place in districts) == 239
    assert len({record["county"] for record in records if record["county"]}) == 34
    assert sum(record["ends"] == "2009-04" for record in records) == 36
    assert sum(place.fund_2003_04_gbp_m > 0.0 for place in districts) == 88
    assert sum(place.fund_2003_04_gbp_m for place in districts) == pytest.approx(places.NATIONAL_FUND_GBP_M, abs=1e-3)
    recorded = pd.read_csv(places.RECORD / "fund_2003_04.csv")
    for name, fund in zip(recorded["place"], recorded["fund_2003_04_gbp_m"], strict=True):
        assert find_place(name).fund_2003_04_gbp_m == pytest.approx(fund)
    # England had 49.4 million people in mid-2001 (ONS).
    assert sum(place.population for place in districts) == pytest.approx(49.4e6, rel=0.01)


def test_agreements_and_what_followed_the_fund_are_those_of_the_record():
    """21, 66 and 62 upper-tier areas; 65 places with the successor fund, 22 with a transition; who is known is kept."""
    records = [place_records()[name] for name in place_names("all")]
    areas = {record["county"] or record["place"]: record["agreement_round"] for record in records}
    assert Counter(areas.values()) == {"1": 21, "2": 66, "3": 62}
    for record in records:
        assert record["agreement_round"] == areas[record["county"] or record["place"]]
    known = pd.read_csv(places.RECORD / "agreements.csv")
    assert all(areas[one["area"]] == str(one["agreement_round"]) for _, one in known.iterrows())

    funded = [place_records()[name] for name in place_names("funded")]
    assert Counter(record["successor"] for record in funded) == {"full": 65, "transition": 22, "none": 1}
    assert Counter(record["successor"] for record in records) == {"full": 65, "transition": 22, "none": 267}
    known = pd.read_csv(places.RECORD / "successor_fund.csv")
    for name, successor in zip(known["place"], known["successor"], strict=True):
        assert (place_records()[name]["successor"], place_records()[name]["successor_basis"]) == (successor, "recorded")
        assert find_place(name).fund_2003_04_gbp_m > 0.0


def test_counties_are_the_sum_of_their_districts():
    """34 of them, with all people of the 239 shire districts."""
    counties = [find_place(name) for name in place_names("counties")]
    assert len(counties) == 34
    in_districts = [find_place(name) for name in place_names("all") if find_place(name).tiers == 2]
    assert sum(county.population for county in counties) == sum(place.population for place in in_districts)
    kent = [find_place(name) for name in place_names("county:Kent")]
    assert find_place("kent_county").population == sum(place.population for place in kent)
    assert min(p.need.crime for p in kent) < find_place("kent_county").need.crime < max(p.need.crime for p in kent)
    assert not set(place_names("counties")) & set(place_names("all"))


def test_chairs_are_drawn_in_the_shares_of_the_survey_and_marked():
    """53 councils, 16 other public bodies, 11 private and 11 voluntary chairs of 91 in a hundred."""
    chairs = Counter(place_records()[name]["chair"] for name in place_names("all"))
    for sector, share in places.CHAIRS.items():
        assert chairs[sector] == pytest.approx(354 * share / 91, abs=1)
    assert {place_records()[name]["chair_basis"].partition(":")[0] for name in place_names("all")} == {"drawn"}
    # Whoever chairs, chairs places of every need alike.
    need = {name: sum(find_place(name).need.by_theme) / 5 for name in place_names("all")}
    by_sector = [[need[name] for name in need if find_place(name).chair == sector] for sector in chairs]
    assert max(map(np.mean, by_sector)) - min(map(np.mean, by_sector)) < 0.1


def test_every_cell_says_how_it_is_known():
    for record in place_records().values():
        for column in places.BASES:
            assert record[column].split(":")[0] in ("recorded", "ruled", "drawn", "assumed"), column


def test_districts_that_ended_in_2009_are_those_of_seven_counties():
    """All of them, but that Bedford and the Isles of Scilly went on (Structural Changes Orders of 2008)."""
    ended = Counter(place_records()[name]["county"] for name in place_names("all") if find_place(name).ends)
    counties = Counter(place_records()[name]["county"] for name in place_names("all"))
    assert ended == {
        "Bedfordshire": 2,
        "Cheshire": 6,
        "Cornwall": 6,
        "Durham": 7,
        "Northumberland": 6,
        "Shropshire": 5,
        "Wiltshire": 4,
    }
    assert all(ended[county] == counties[county] - (county in ("Bedfordshire", "Cornwall")) for county in ended)
    assert find_place("bedford").ends is None
    assert find_place("isles_of_scilly").ends is None


def test_need_is_data_and_not_made_of_the_fund():
    """Districts without the fund have need, and of two with as much a head one may need more."""
    bare = [find_place(name) for name in place_names("all") if find_place(name).fund_2003_04_gbp_m == 0.0]
    assert len({place.need.by_theme for place in bare}) == len(bare) == 266
    assert all(0.0 < rank < 1.0 for place in bare for rank in place.need.by_theme)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Kingston upon Hull, City of", "kingston_upon_hull"),
        ("St. Helens", "st_helens"),
        ("King's Lynn and West Norfolk", "kings_lynn_and_west_norfolk"),
        ("Ellesmere Port & Neston", "ellesmere_port_and_neston"),
    ],
)
def test_names_are_short_as_one_types_them(name, short):
    assert places.short_name(name) == short
