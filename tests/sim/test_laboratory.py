"""The month of a laboratory: everybody tied, one project, and both engines play it alike."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.docking.coordination import AT_ONCE, INFORMED, UNINFORMED
from experiments.compose import load_scenario
from experiments.runs.laboratories import GROUP, LARGE, PUBLIC_GOODS, laboratories
from experiments.values import with_values
from sim import simulate, simulate_ensemble
from sim.scenario import Scenario


@pytest.fixture(scope="module")
def games() -> dict[str, Scenario]:
    """The four games with the best set of numbers."""
    return laboratories(load_scenario("baseline_lsp").behaviour)


@pytest.mark.long
def test_both_engines_play_the_same_games(games: dict[str, Scenario]) -> None:
    for scenario in games.values():
        ensemble = simulate_ensemble([scenario], replicates=[1], seed=4, measures=("given", "least_given", "trust"))
        model = simulate(scenario, seed=4, replicate=1).measures
        for name in ("given", "least_given", "trust"):
            assert np.array_equal(ensemble[name][0, 0], model[name].to_numpy()), (scenario.name, name)


def test_all_are_tied_and_work_on_one_project_from_the_first_month_to_the_last(games: dict[str, Scenario]) -> None:
    history = simulate(games[PUBLIC_GOODS], seed=1)
    assert (history.measures["tie_density"] == 1.0).all()
    assert (history.measures["projects"] == 1.0).all()
    assert (history.partners["projects"] == 1.0).all()
    assert len(history.partners) == GROUP * games[PUBLIC_GOODS].months


def test_what_is_given_is_what_members_keep(games: dict[str, Scenario]) -> None:
    history = simulate(games[INFORMED], seed=2)
    kept = history.partners.loc[history.partners["is_member"] > 0.0].groupby("month")["effort"]
    assert history.measures["given"].to_numpy() == pytest.approx(kept.mean().to_numpy())
    assert (history.measures["least_given"].to_numpy() == kept.min().to_numpy()).all()


def test_boards_grow_to_the_same_sixteen_bodies(games: dict[str, Scenario]) -> None:
    members = {}
    for game in (AT_ONCE, INFORMED, UNINFORMED):
        seated = simulate(games[game], seed=3).partners.pivot(index="month", columns="partner", values="is_member")
        members[game] = seated.sum(axis="columns")
        assert set(seated) == {f"body {k}" for k in range(1, LARGE + 1)}
    assert (members[AT_ONCE] == LARGE).all()
    assert members[INFORMED].iloc[[0, 11, 12, 24, 36, 48]].tolist() == [4, 4, 7, 10, 13, 16]
    assert members[INFORMED].equals(members[UNINFORMED])


def test_only_newcomers_who_are_told_trust_by_the_record(games: dict[str, Scenario]) -> None:
    """Until the first newcomers nothing differs; then those who know trust otherwise than those who do not."""
    told, not_told = (simulate(games[game], seed=3).measures["trust"] for game in (INFORMED, UNINFORMED))
    assert told.iloc[:12].equals(not_told.iloc[:12])
    assert abs(told.iloc[12] - not_told.iloc[12]) > 0.01
    assert simulate(with_values(games[INFORMED], {"own.informed": 0.0}), seed=3).measures["trust"].equals(not_told)
