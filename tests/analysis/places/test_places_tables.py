"""Results by place: means with intervals, facts with their basis, and what they are conditional on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.places.figures import MOST_ROWS, places_figure
from analysis.places.tables import CONDITION, by_place
from sim import place_names


def runs_in(places: list[str], scenarios: tuple[str, ...] = ("a", "b"), replicates: int = 4) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    rows = [
        (s, p, "hollow" if r else "dissolved", rng.random(), rng.random())
        for s in scenarios
        for p in places
        for r in range(replicates)
    ]
    return pd.DataFrame(rows, columns=["scenario", "place", "regime", "engagement", "added_value"])


def test_every_place_has_its_mean_interval_and_facts() -> None:
    """Student's t over the runs of one place, and nothing pooled over places."""
    runs = runs_in(["adur", "hackney"])
    table = by_place(runs, ["engagement"])
    mine = runs[(runs["scenario"] == "b") & (runs["place"] == "hackney")]["engagement"]
    row = table[(table["scenario"] == "b") & (table["place"] == "hackney")].iloc[0]
    half = 3.182446305284263 * mine.std(ddof=1) / 2.0
    assert row["engagement"] == pytest.approx(mine.mean())
    assert row["engagement_high"] - row["engagement"] == pytest.approx(half)
    assert (row["tiers"], row["fund_basis"], row["share_hollow"], row["runs"]) == (1, "recorded", 0.75, 4)
    assert set(table["condition"]) == {CONDITION}


def test_one_run_has_no_interval() -> None:
    """And is no error."""
    assert np.isnan(by_place(runs_in(["adur"], replicates=1), ["engagement"])["engagement_low"]).all()


def test_what_was_drawn_is_marked() -> None:
    """Who chaired is on record of no place; agreements are of some, and no lot is left without its basis."""
    table = by_place(runs_in(["adur", "barnsley"]), ["engagement"]).drop_duplicates("place").set_index("place")
    assert table["chair_basis"].str.startswith("drawn").all()
    assert table.loc["barnsley", "agreement_basis"] == "recorded"
    assert table.loc["adur", ["chair", "agreement_round", "successor"]].tolist() == ["council", "3", "none"]
    assert table["successor_basis"].str.len().gt(0).all()
    note = " ".join(places_figure(table.reset_index(), ["engagement"]).get_supxlabel().split())
    assert "the chair of 2 of 2 places and the round of agreements of 1 of 2 places" in note


@pytest.mark.parametrize("sets", [1, 2])
def test_intervals_of_places_are_over_sets_where_runs_took_turns(sets: int) -> None:
    runs = runs_in(["adur"], ("a",)).assign(replicate=range(4))
    table = by_place(runs, ["engagement"], sets=sets)
    assert table["interval_over"].tolist() == ["sets" if sets == 2 else "runs"]
    if sets == 2:
        of_sets = runs.groupby(runs["replicate"] % 2)["engagement"].mean()
        ends = table[["engagement_low", "engagement_high"]].iloc[0]
        np.testing.assert_allclose(ends.astype(float), np.quantile(of_sets, [0.025, 0.975]))
    assert ("accepted sets" in places_figure(table, ["engagement"]).get_supxlabel()) == (sets == 2)


@pytest.mark.parametrize(
    ("apart", "title"),
    [
        (0.001, "Engagement ends at 0.50 in 2 places, which can hardly be told apart"),
        (0.1, "Engagement ends at 0.50 to 0.60 in 2 places, which can hardly be told apart"),
        (0.4, "Engagement ends highest in Hackney (0.90) and lowest in Adur (0.50)"),
    ],
)
def test_highest_and_lowest_are_named_if_intervals_tell_them_apart(apart: float, title: str) -> None:
    """Of four runs that lie 0.1 about their mean an interval is some 0.18 to either side."""
    runs = runs_in(["adur", "hackney"], ("a",)).assign(engagement=0.5 + 0.1 * np.tile([-1, 1, -1, 1], 2))
    runs.loc[runs["place"] == "hackney", "engagement"] += apart
    figure = places_figure(by_place(runs, ["engagement"]), ["engagement"])
    assert " ".join(figure.get_suptitle().split()) == title


@pytest.mark.parametrize("places", [["adur", "hackney"], place_names("all")[: MOST_ROWS + 1]])
def test_few_places_are_rows_and_many_are_points(places: list[str]) -> None:
    """Both say what the figures are conditional on."""
    table = by_place(runs_in(places), ["engagement", "added_value"])
    figure = places_figure(table, ["engagement", "added_value"])
    assert CONDITION[1:] in " ".join(figure.get_supxlabel().split())
    labels = {label.get_text() for label in figure.axes[0].get_yticklabels()}
    assert ("Adur" in labels) == (len(places) <= MOST_ROWS)
