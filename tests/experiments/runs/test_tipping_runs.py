"""Runs that ask whether a partnership tips: what is launched, when levers move, what is paired with what."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.tipping.tables import AILING, AS_IT_IS, DOWN, HIGH, LAUNCHES, LOW, UP
from experiments import load_scenario
from experiments.behaviours import OF_BEST
from experiments.console import main
from experiments.runs.tipping import (
    Axis,
    Runs,
    launched,
    launches_and_loops,
    turned_to,
    turns,
    up_and_down,
)
from sim import MEASURES, Scenario, simulate, with_changes
from sim.levers import policy_calendar
from sim.scenario import CalendarEntry

STAFF = "levers.staff_team"
AXIS = Axis({STAFF: (0.0, 0.8)}, 3)
RUNS = Runs(seed=3, replicates=4)


@pytest.fixture(scope="module")
def small() -> Scenario:
    return load_scenario("talking_shop", ["board=small_executive"])


def staff_of(scenario: Scenario) -> list[float]:
    return [policy.levers.staff_team for policy in policy_calendar(scenario)]


@pytest.mark.parametrize(("launch", "trust", "density"), [(LOW, 0.1, 0.0), (HIGH, 0.9, 1.0)])
def test_founders_begin_as_they_are_launched(small: Scenario, launch: str, trust: float, density: float) -> None:
    """What a month changes is small beside what is between the launches."""
    first = simulate(with_changes(launched(small, launch), months=1), seed=1, replicate=0).measures.iloc[0]
    assert first["trust"] == pytest.approx(trust, abs=0.1)
    assert first["tie_density"] == pytest.approx(density, abs=0.2)
    assert launched(small, AS_IT_IS) is small


def test_levers_go_up_and_down_a_year_at_each_dose(small: Scenario) -> None:
    staff = staff_of(up_and_down(small, AXIS, 1))
    assert staff == [dose for dose in (0.0, 0.4, 0.8, 0.4, 0.0) for _ in range(12)]


def test_dated_policies_give_way_to_a_path(small: Scenario) -> None:
    dated = CalendarEntry("2002-01", levers={"staff_team": 1.0, "pooling_rate": 0.3})
    path = up_and_down(with_changes(small, calendar=(dated,)), AXIS, 1)
    assert 1.0 not in staff_of(path)
    assert policy_calendar(path)[9].levers.pooling_rate == 0.3


def test_a_lever_is_turned_after_its_year_and_stays_so(small: Scenario) -> None:
    """What a calendar set before stays, what it would set later gives way."""
    dated = [
        CalendarEntry(month, levers={"staff_team": value}) for month, value in (("2001-06", 0.5), ("2002-06", 1.0))
    ]
    moved = turned_to(with_changes(small, calendar=dated), {STAFF: 0.7}, year=1, within=2)
    usual = small.levers.staff_team
    assert staff_of(moved) == [usual] * 2 + [0.5] * 10 + [0.7] * 24


def test_a_path_is_the_run_held_at_its_first_dose_until_it_moves(small: Scenario) -> None:
    """Nothing but the lever differs, so nothing differs before it does."""
    launches, loops = launches_and_loops(small, AXIS, RUNS, at_months=[12, 36], hold_years=[1, 2])
    first = loops[(loops["dose"] == 0.0) & (loops["branch"] == UP)]
    assert len(first) == 2 * RUNS.replicates
    assert (first["engagement"] == first["held"]).all()
    tops = loops[loops["dose"] == 1.0].pivot(index=["hold_years", "replicate"], columns="branch", values="engagement")
    assert (tops[UP] == tops[DOWN]).all()
    assert len(loops) == 2 * 2 * len(AXIS.doses) * RUNS.replicates
    assert set(launches["launch"]) == set(LAUNCHES)
    assert set(launches["month"]) == {12, 36}
    assert len(launches) == len(LAUNCHES) * len(AXIS.doses) * 2 * RUNS.replicates


def test_a_run_is_what_mesa_makes_of_it(small: Scenario) -> None:
    """The compiled engine, the calendar and the month that is read agree with one run by hand."""
    _, loops = launches_and_loops(small, AXIS, RUNS, at_months=[12], hold_years=[1])
    row = loops[(loops["replicate"] == 2) & (loops["branch"] == DOWN) & (loops["dose"] == 0.5)].iloc[0]
    by_hand = simulate(up_and_down(small, AXIS, 1), seed=RUNS.seed, replicate=2).measures
    assert row["month"] == 48
    assert row["engagement"] == by_hand["engagement"].iloc[47]


def test_those_that_are_turned_ail_when_they_should(small: Scenario) -> None:
    found = turns(small, AXIS, RUNS, ailing_in=1, years=[1, 2], within=1)
    alone = [
        simulate(with_changes(small, months=24), seed=RUNS.seed, replicate=int(replicate)).measures
        for replicate in found["replicate"].unique()
    ]
    assert all(run["regime"].iloc[11] in AILING for run in alone)
    first = found[(found["year"] == 1)].drop_duplicates("replicate")
    assert first["engagement_left"].to_list() == [run["engagement"].iloc[23] for run in alone]
    assert first["ailing_then"].all()
    assert set(found["dose"]) == set(AXIS.doses)


def test_the_dose_that_a_scenario_has_is_not_turned_to(small: Scenario) -> None:
    own = small.levers.staff_team
    found = turns(small, Axis({STAFF: (own, 1.0)}, 2), RUNS, ailing_in=1, years=[1], within=1)
    assert set(found[STAFF]) == {1.0}


def test_two_levers_are_moved_together_and_alone(small: Scenario) -> None:
    pair = Axis({STAFF: (0.0, 1.0), "leadership.attention": (0.0, 0.5)}, 2)
    found = turns(small, pair, RUNS, ailing_in=1, years=[1], within=1)
    assert list(found["levers"].unique()) == [f"{STAFF} + leadership.attention", STAFF, "leadership.attention"]
    assert found.loc[found["levers"] == STAFF, "leadership.attention"].isna().all()


def test_where_nobody_ails_nothing_is_turned() -> None:
    strict = load_scenario(
        "growth_coalition", ["board=small_executive", "regimes.talking_attendance=1", "regimes.hollow_in_person=0"]
    )
    assert turns(strict, AXIS, RUNS, ailing_in=1, years=[1], within=1).empty


@pytest.mark.slow
def test_the_verb_leaves_tables_figures_and_words(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """End to end, with two levers, on settings as small as they may be; twice the same."""
    words = [
        "tipping", "board=small_executive", f"lever=[{STAFF},leadership.facilitation]", "high=[1,0.9]", "doses=2",
        "at_months=[12,24]", "hold_years=[1,2]", "turn_years=[1,2]", "within=1", "replicates=3",
    ]  # fmt: skip
    assert main([*words, "output=out"]) == 0
    said = capsys.readouterr().out
    files = {path.relative_to("out").as_posix() for path in Path("out").rglob("*.*")}
    tables = {f"{name}.csv" for name in ("states", "regimes", "gaps", "branches", "areas", "turned", "last_years")}
    figures = {f"figures/{name}.png" for name in ("history", "loops", "how_late")}
    assert files == {*tables, *figures, "codebook.csv", "words.txt", "manifest.json"}
    text = Path("out/words.txt").read_text("utf-8")
    for part in ("Does history matter?", "How late is too late?", OF_BEST):
        assert part in text
        assert part in said
    assert json.loads(Path("out/manifest.json").read_text("utf-8"))["scenarios"]
    states = pd.read_csv("out/states.csv")
    assert states["engagement"].between(MEASURES["engagement"].low, MEASURES["engagement"].high).all()
    assert np.isclose(pd.read_csv("out/regimes.csv").groupby(["launch", "dose", "month"])["share"].sum(), 1.0).all()
    assert main([*words, "output=again", "figures=false"]) == 0
    for name in tables:
        assert Path("out", name).read_bytes() == Path("again", name).read_bytes()


@pytest.mark.slow
def test_dated_policies_are_not_reached_by_the_longest_run_alone(
    empty_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The months of the scenario, to March 2013, count for nothing."""
    words = [
        "tipping", "scenario=england_2001_2013", "board=small_executive", f"lever={STAFF}", "doses=2", "hold_years=1",
        "turn_years=1", "within=1", "replicates=2", "figures=false",
    ]  # fmt: skip
    assert main([*words, "at_months=[12,156]", "output=long"]) == 0
    assert "not reached" not in capsys.readouterr().err
    assert main([*words, "at_months=12", "output=short"]) == 0
    assert capsys.readouterr().err.count("dated after the last month, 2004-03") == 1


def test_a_sample_of_behaviour_is_refused(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine/behaviour").mkdir(parents=True)
    Path("mine/behaviour/three.yaml").write_text("sample: three.csv\n", "utf-8")
    Path("mine/behaviour/three.csv").write_text("tie_rate\n0.1\n0.2\n0.3\n", "utf-8")
    assert main(["tipping", f"lever={STAFF}", "behaviour=three", "--config-dir", "mine", "output=out"]) == 2
    error = capsys.readouterr().err
    assert error == "error: behaviour names a sample, but tipping takes one set of numbers: leave behaviour= out\n"
    assert not Path("out").exists()
