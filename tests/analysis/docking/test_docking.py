"""Docking: what the model must reproduce of experiments, and what it does not."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from strategies import lived, numeric_levers

import sim
from analysis.docking import coordination
from analysis.docking import public_goods as docking
from experiments.compose import scenario_names
from experiments.console import main
from experiments.runs.coordination import SCENARIOS as GAMES
from experiments.runs.coordination import coordination_scenarios, efforts
from experiments.runs.public_goods import SCENARIOS, docking_scenarios, simulated_groups
from experiments.search.docking import FITTED, FITTING_SEED, fitted
from experiments.values import with_values
from sim.measures import COLUMNS

REPLICATES = 2000
SEED = 9


@pytest.fixture(scope="module")
def scenarios():
    """Both arms as configured."""
    return docking_scenarios()


@pytest.fixture(scope="module")
def table(scenarios):
    """The docking table on a seed that the fit never saw."""
    return docking.docking_table(simulated_groups(scenarios, replicates=REPLICATES, seed=SEED))


@pytest.fixture(scope="module")
def effort():
    """A few runs of the coordination games."""
    return efforts(coordination_scenarios(), replicates=150, seed=SEED)


# ---------------------------------------------------------------- the public-goods experiment


def test_the_published_series_is_whole():
    """Ten periods in each arm, in tokens of twenty."""
    series = docking.observed()
    assert sorted(series.groupby("arm")["period"].nunique()) == [10, 10]
    assert series["observed"].between(0.0, docking.ENDOWMENT_TOKENS).all()
    first = series[series["period"] == 1].set_index("arm")["observed"]
    assert first[docking.WITHOUT] == 10.58
    assert first[docking.WITH] == 10.64


@pytest.mark.parametrize("number", ["D1", "D2", "D3", "D4", "D5", "D6"])
def test_the_contribution_rule_meets_the_criterion(table, number):
    """Level, fall and concave shape without sanctions; rise and plateau with them: declared before the fit."""
    judged = docking.verdicts(table).set_index("id")
    assert judged.loc[number, "passed"], judged.loc[number].to_dict()


def test_criteria_can_fail(table):
    """A straight line at ten tokens is close enough for nothing."""
    flat = table.assign(simulated=10.0)
    flat["difference"] = flat["simulated"] - flat["observed"]
    judged = docking.verdicts(flat).set_index("id")["passed"]
    assert not judged[["D1", "D5"]].any()
    convex = table.assign(simulated=20.0 * 0.9 ** table["period"].to_numpy())
    assert not docking.verdicts(convex).set_index("id").loc[["D3", "D4"], "passed"].any()


def test_without_a_known_end_no_fit_has_the_observed_shape(scenarios):
    """The term for the end is what bends the decline: fitted without it, the model must fail on the shape."""
    endless = {arm: with_values(scenario, {"mechanisms.end_weight": 0.0}) for arm, scenario in scenarios.items()}
    searched = {path: span for path, span in FITTED.items() if path != "mechanisms.end_weight"}
    found = fitted(endless, replicates=100, searched=searched | {"behaviour.reciprocity": (0.7, 0.99)})
    best = {arm: with_values(scenario, found.values) for arm, scenario in endless.items()}
    judged = docking.verdicts(docking.docking_table(simulated_groups(best, replicates=400, seed=SEED)))
    assert not judged.set_index("id").loc["D3", "passed"]


def test_the_docking_is_the_limiting_case_of_the_same_model(scenarios):
    """Four equals, no chair, no lead, every lever at nothing but the end that all know."""
    plain = scenarios[docking.WITHOUT]
    on = [p.path for p in numeric_levers() if _value(plain, p.path) != 0.0]
    assert on == ["levers.announced_end_months"]
    assert plain.levers.announced_end_months == plain.months == 10
    assert plain.board.chair == "nobody"
    assert sum(plain.board.members.values()) == 4
    assert set(dataclasses.asdict(plain.leadership).values()) == {0.0}
    sanctioned = scenarios[docking.WITH]
    same = {"name", "description", "claim", "calendar"}
    for field in dataclasses.fields(plain):
        assert (getattr(plain, field.name) == getattr(sanctioned, field.name)) == (field.name not in same), field.name


def _value(scenario: sim.Scenario, path: str) -> object:
    value: object = scenario
    for name in path.split("."):
        value = getattr(value, name)
    return value


def test_both_engines_play_the_same_game(scenarios):
    """The fit runs on the compiled engine, the reader steps through the other."""
    compiled = sim.simulate_ensemble(scenarios, replicates=[0, 5], seed=4)
    for s, scenario in enumerate(scenarios.values()):
        for r, replicate in enumerate((0, 5)):
            model = sim.simulate(scenario, seed=4, replicate=replicate).measures
            assert np.array_equal(compiled.measures[s, r], model[list(sim.MEASURES)].to_numpy())


def test_the_procedure_finds_parameters_that_are_known(scenarios, monkeypatch):
    """Fitted to a series that the model itself made, it must come back to what made it."""
    known = dict(zip(FITTED, (0.35, 0.55, 0.45, 0.15, 0.3), strict=True))
    made = {arm: with_values(scenario, known) for arm, scenario in scenarios.items()}
    groups = simulated_groups(made, replicates=100, seed=FITTING_SEED)
    series = groups.groupby(["arm", "period"], sort=False)["tokens"].mean().rename("observed").reset_index()
    monkeypatch.setattr(docking, "observed", lambda: series)
    found = fitted(scenarios, replicates=100)
    assert found.values == pytest.approx(known, rel=0.01)
    assert found.sum_of_squares < 1e-6


@pytest.mark.slow
def test_the_values_in_force_are_those_that_the_procedure_finds(scenarios):
    """What the configs hold must be what the documented command gives."""
    found = fitted(scenarios)
    for path, value in found.values.items():
        assert _value(scenarios[docking.WITHOUT], path) == pytest.approx(value, rel=0.01), path


def test_intervals_are_those_of_as_many_groups_as_were_observed(scenarios):
    """The band must be the spread of means of 280 groups, not of however many were simulated."""
    groups = simulated_groups(scenarios, replicates=2800, seed=1)
    tenths = groups.assign(tenth=groups["replicate"] // docking.GROUPS_OBSERVED)
    means = tenths.groupby(["arm", "period", "tenth"], sort=False)["tokens"].mean().unstack()
    half = 1.96 * means.std(axis=1).to_numpy()
    table = docking.docking_table(groups)
    stated = (table["ci_high"] - table["simulated"]).to_numpy()
    assert np.median(stated / half) == pytest.approx(1.0, abs=0.4)


# ---------------------------------------------------------------- the minimum-effort game


def test_both_engines_grow_the_same_boards():
    """Entry on a date, informed or not, is one rule in two engines."""
    games = coordination_scenarios()
    for scenario in games.values():
        compiled = sim.simulate_ensemble([scenario], replicates=[1], seed=3)
        model = sim.simulate(scenario, seed=3, replicate=1).measures
        assert np.array_equal(compiled.measures[0, 0], model[list(sim.MEASURES)].to_numpy()), scenario.name


def test_the_boards_differ_in_when_and_how_they_grow_only():
    """The same sixteen bodies in the same seats, so that replicates are paired."""
    games = coordination_scenarios()
    seats = {growth: sim.population.seats_of(scenario) for growth, scenario in games.items()}
    bodies = {growth: [seat.name for seat in of_board] for growth, of_board in seats.items()}
    assert bodies[coordination.AT_ONCE] == bodies[coordination.INFORMED] == bodies[coordination.UNINFORMED]
    assert {seat.joins_at for seat in seats[coordination.AT_ONCE]} == {0}
    for growth, informed in ((coordination.INFORMED, 1.0), (coordination.UNINFORMED, 0.0)):
        assert sorted({seat.joins_at for seat in seats[growth]}) == [0, 12, 24, 36, 48]
        assert {seat.informed for seat in seats[growth] if seat.joins_at > 0} == {informed}
    for scenario in games.values():
        assert scenario.delivery.complementarity == 1.0


@pytest.mark.parametrize(
    "number",
    [
        "V1",
        pytest.param("W1", marks=pytest.mark.xfail(strict=True, reason="newcomers who know are discouraged")),
        pytest.param("W2", marks=pytest.mark.xfail(strict=True, reason="newcomers who know are discouraged")),
        pytest.param("W3", marks=pytest.mark.xfail(strict=True, reason="growth helps if newcomers know nothing")),
    ],
)
def test_findings_of_coordination_experiments(effort, number):
    """Small groups, and groups that grew with informed newcomers, coordinate better (docs/docking.md)."""
    findings = coordination.coordination_findings(effort)
    assert findings[(findings["id"] == number) & (findings["measure"] == "minimum")]["agrees"].all()


def test_least_effort_is_that_of_the_least_engaged():
    """The minimum over members, never over empty seats."""
    game = {coordination.INFORMED: coordination_scenarios()[coordination.INFORMED]}
    effort = efforts(game, replicates=2, seed=5)
    rows = lived(game[coordination.INFORMED], seed=5, replicate=1).partner_rows[20]
    columns = list(COLUMNS)
    engaged = rows[rows[:, columns.index("is_member")] > 0.0, columns.index("engagement")]
    assert 4 <= len(engaged) < 16
    row = effort[(effort["replicate"] == 1) & (effort["month"] == 20)].iloc[0]
    assert row["minimum"] == engaged.min()
    assert row["mean"] == pytest.approx(engaged.mean(), abs=1e-12)


# ---------------------------------------------------------------- the command


def test_study_scenarios_are_kept_apart():
    """They are no questions about partnerships, so they are not listed among them."""
    assert not any("/" in name or name.startswith(("public_goods", "coordination")) for name in scenario_names())
    for names in (SCENARIOS, GAMES):
        assert all(name.startswith("study/") for name in names.values())


def test_dock_writes_its_answers(tmp_path: Path, monkeypatch, capsys):
    """Tables, figures, plain words and a manifest, from one command."""
    monkeypatch.chdir(tmp_path)
    asked = ["dock", "replicates=40", "coordination_replicates=3", "output=answer"]
    assert main(asked) == 0
    said = capsys.readouterr().out
    assert "Without sanctions the model misses" in said
    folder = tmp_path / "answer"
    told = pd.read_csv(folder / "docking.csv")
    assert list(told) == [
        "arm", "period", "simulated", "ci_low", "ci_high", "group_low", "group_high", "observed", "difference",
    ]  # fmt: skip
    assert len(told) == 20
    for name in ("rmse.csv", "criteria.csv", "coordination.csv", "conclusions.txt", "manifest.json"):
        assert (folder / name).stat().st_size > 0, name
    assert {path.name for path in (folder / "figures").iterdir()} == {"docking.png", "coordination.png"}


def test_dock_refuses_what_it_does_not_know(capsys):
    """One line, and the exit code of a wrong setting."""
    assert main(["dock", "replicates=1"]) == 2
    assert main(["dock", "typo=1"]) == 2
    assert all("error: " in line for line in capsys.readouterr().err.strip().splitlines())
