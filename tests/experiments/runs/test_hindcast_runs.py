"""Runs of districts from their own record: paired, apart from each other, and what Mesa makes of them."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pandas as pd
import pytest

from analysis.hindcast.tables import DATES, DRAWN, NONE, OUTCOMES
from experiments import load_scenario
from experiments.behaviours import NumberSet
from experiments.console import main
from experiments.errors import CommandError
from experiments.runs.hindcast import MOST_RUNS, districts_lived, up_to_the_last_date
from sim import Scenario, find_place, place_names, simulate, with_changes

PLACES = ["easington", "wear_valley"]


@pytest.fixture(scope="module")
def england() -> Scenario:
    return load_scenario("england_2001_2013", ["board=small_executive"])


@pytest.fixture(scope="module")
def runs(england: Scenario) -> pd.DataFrame:
    return districts_lived(england, PLACES, seed=3, replicates=3, workers=1)


def test_a_run_ends_with_the_last_month_that_is_read(england: Scenario) -> None:
    ending = up_to_the_last_date(england)
    assert ending.month_label(ending.months - 1) == DATES[-1]
    with pytest.raises(CommandError, match="begins in 2003-04"):
        up_to_the_last_date(with_changes(england, start="2003-04", calendar=()))


@pytest.mark.slow
def test_a_run_is_what_mesa_makes_of_it(england: Scenario, runs: pd.DataFrame) -> None:
    """Luck is numbered by the place among all districts; the month that is read is that of the date."""
    number = place_names("all").index("wear_valley")
    there = with_changes(up_to_the_last_date(england), place=find_place("wear_valley"))
    by_hand = simulate(there, seed=3, replicate=MOST_RUNS * number + 2).measures.set_index("date")["outcome"]
    (row,) = runs[(runs["place"] == "wear_valley") & (runs["england"] == 2) & (runs["trend"] == DRAWN)].to_dict(
        "records"
    )
    assert [row[name] for name in OUTCOMES] == by_hand.loc[list(DATES)].to_list()


def test_a_run_without_a_trend_shares_all_other_chance(england: Scenario, runs: pd.DataFrame) -> None:
    """So with no trend to take away both are the same."""
    wide = runs.pivot(index=["place", "england"], columns="trend", values="outcome_2005")
    assert (wide[DRAWN] != wide[NONE]).all()
    none = dataclasses.replace(england.behaviour)
    object.__setattr__(none, "trend_spread", 0.0)
    same = districts_lived(england, PLACES, seed=3, replicates=3, workers=1, sets=[NumberSet(none)])
    wide_same = same.pivot(index=["place", "england"], columns="trend", values="outcome_2005")
    assert (wide_same[DRAWN] == wide_same[NONE]).all()
    assert (wide_same[NONE] == wide[NONE]).all()


def test_districts_share_no_luck_and_do_not_depend_on_others(england: Scenario, runs: pd.DataFrame) -> None:
    alone = districts_lived(england, PLACES[1:], seed=3, replicates=3, workers=2, with_themes=True)
    mine = runs[runs["place"] == PLACES[1]].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone[list(mine)], mine)
    assert {"education_2007", "housing_2007", "health_2007"} < set(alone)
    assert len(runs) == 2 * 2 * 3


def test_runs_take_turns_with_sets_of_numbers(england: Scenario) -> None:
    """Run r of every district takes set r mod n, so that one England has one set."""
    other = dataclasses.replace(england.behaviour, trend_spread=0.1)
    mixed = districts_lived(
        england, PLACES, seed=3, replicates=3, workers=1, sets=[NumberSet(england.behaviour), NumberSet(other)]
    )
    usual = districts_lived(england, PLACES, seed=3, replicates=3, workers=1)
    both = mixed.merge(usual, on=["place", "england", "trend"])
    same = both["outcome_2005_x"] == both["outcome_2005_y"]
    assert (same == ((both["england"] != 1) | (both["trend"] == NONE))).all()


@pytest.mark.slow
def test_the_verb_leaves_tables_figures_and_words(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """End to end over the districts of one county; twice the same, and no pattern held out is shown unasked."""
    asked = ["hindcast", "board=small_executive", "places=county:Durham", "replicates=4", "workers=1"]
    assert main([*asked, "output=out"]) == 0
    said = capsys.readouterr().out
    files = {path.relative_to("out").as_posix() for path in Path("out").rglob("*.*")}
    tables = {"hindcast.csv", "forecast.csv", "summary.csv", "changes.parquet"}
    assert files == {*tables, "codebook.csv", "figures/model_and_record.png", "words.txt", "manifest.json"}
    text = Path("out/words.txt").read_text("utf-8")
    for part in ("7 districts, 4 runs each", "no assessment of any authority", "compared with nothing yet"):
        assert part in text
        assert part in " ".join(said.split())
    assert "held out" not in text
    assert "slope" not in Path("out/summary.csv").read_text("utf-8")
    assert json.loads(Path("out/manifest.json").read_text("utf-8"))["scenarios"]
    assert len(pd.read_csv("out/hindcast.csv")) == len(pd.read_csv("out/forecast.csv")) == 7
    assert main([*asked, "output=again", "figures=false"]) == 0
    for name in tables:
        assert Path("out", name).read_bytes() == Path("again", name).read_bytes()
