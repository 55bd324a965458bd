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


@pytest.mark.parametrize("places", [["adur", "hackney"], place_names("all")[: MOST_ROWS + 1]])
def test_few_places_are_rows_and_many_are_points(places: list[str]) -> None:
    """Both say what the figures are conditional on."""
    table = by_place(runs_in(places), ["engagement", "added_value"])
    figure = places_figure(table, ["engagement", "added_value"])
    assert CONDITION[1:] in " ".join(figure.get_supxlabel().split())
    labels = {label.get_text() for label in figure.axes[0].get_yticklabels()}
    assert ("Adur" in labels) == (len(places) <= MOST_ROWS)
