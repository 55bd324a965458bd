"""Two engines, one set of rules: the compiled ensemble gives the Mesa model's numbers, bit for bit."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import (
    TYPICAL_BOARD,
    board,
    fading_settings,
    overrides,
    scenario_settings,
    step_label,
    typical_settings,
)

import sim
from sim.ensemble import simulate_ensemble
from sim.history import history_of
from sim.lanes import pairs
from sim.state import LANES

CHANGEABLE_IN_A_BLOCK = tuple(sim.PARAMETERS.values())


def mesa_run(scenario: sim.Scenario, seed: int, replicate: int) -> sim.PartnershipModel:
    model = sim.PartnershipModel(scenario, seed=seed, replicate=replicate, record_terms=True, record="meetings")
    for _ in range(scenario.months):
        model.step()
    return model


def assert_same_bits(scenarios: list[sim.Scenario], seed: int, replicates: list[int], threads: int = 1) -> Any:
    """Compare every run of an ensemble with the Mesa model: measures, partners, terms, regimes, ties and projects."""
    named = {str(number): scenario for number, scenario in enumerate(scenarios)}
    asked: dict[str, Any] = {"record_terms": True, "record": "meetings"}
    ensemble = simulate_ensemble(named, replicates=replicates, seed=seed, threads=threads, **asked)
    for s, scenario in enumerate(scenarios):
        for r, replicate in enumerate(replicates):
            model = mesa_run(scenario, seed, replicate)
            months, seats = scenario.months, model.n_seats
            measured = ensemble.measures[s, r, :months]
            different = [
                name for m, name in enumerate(sim.MEASURES) if not np.array_equal(measured[:, m], model.measures[:, m])
            ]
            assert not different, f"replicate {replicate} differs in {different}"
            assert ensemble.partners is not None
            assert np.array_equal(ensemble.partners[s, r, :months, :seats], model.partner_rows)
            assert_same_record(ensemble.record, model.record, place=(s, r), months=months, seats=seats)
            regimes = history_of(model, seed=seed, replicate=replicate).measures["regime"]
            assert [sim.REGIMES[code] for code in ensemble.regimes[s, r, :months]] == list(regimes)
    return ensemble


def assert_same_record(ours: Any, theirs: Any, *, place: tuple[int, int], months: int, seats: int) -> None:
    """Compare what is held of bodies, pairs and the table: ranks, ties, trust, joint work and projects."""
    for name in theirs.names:
        values = ours[name][place][:months]
        if name in theirs.recorder.matrix:
            values = values[:, :seats, :seats]
        elif name in theirs.recorder.partner:
            values = values[:, :seats]
        assert np.array_equal(values, theirs[name]), name


# ---------------------------------------------------------------- the same bits


@pytest.mark.slow
@settings(max_examples=200)
@given(scenario_settings(longest=60), st.integers(0, 2**70), st.integers(0, 2**32 - 1))
def test_any_scenario_gives_the_same_bits(plain, seed, replicate):
    """A number that depended on the engine would make two models of one."""
    assert_same_bits([sim.scenario_from(plain)], seed, [replicate])


@pytest.mark.slow
@given(st.lists(overrides(CHANGEABLE_IN_A_BLOCK), min_size=2, max_size=4), st.integers(0, 99))
def test_runs_side_by_side_do_not_touch_each_other(changes, seed):
    """A sweep runs different worlds in one block: none may leak into its neighbour."""
    members = {"council": 1, "police": 1, "large_employer": 2, "residents_network": 1, "chamber_of_commerce": 1}
    entries = [{"month": step_label(5), "archetype": "faith_network"}]
    scenarios = [
        sim.scenario_from({"months": 30, "board": {"members": members, "entries": entries}, **change})
        for change in changes
    ]
    assert_same_bits(scenarios, seed, [0, 7])


@pytest.mark.long
def test_runs_that_differ_in_everything_share_a_block():
    """Side by side some tables stand, some are gone, and their projects are of different themes."""
    gone = {"hold_expected": 0.3, "hold_needed": 0.6, "hold_engaged": 0.4, "refounding_rate": 0.045}
    busy = {"junior_base": 0.3, "senior_base": -1.2, "item_hours": 0.1, "quorum": 0.3, "tie_rate": 0.8}
    asked = [sim.scenario_from(typical_settings(behaviour=numbers)) for numbers in (gone, busy, {}, gone | busy)]
    ensemble = assert_same_bits(asked, 11, [0, 1, 2])
    ended = ensemble["is_dissolved"].max(axis=-1)
    assert ended[0].any()
    assert not ended[2].all()


CALENDAR = [
    {"from": step_label(6), "abolish": ["police", "large_employer"], "executive": "public_only"},
    {"from": step_label(12), "levers": {"flexible_fund_gbp_m": 9.0, "reorganisation": 1.0, "duty": {"attend": 1.0}}},
    {"from": step_label(20), "levers": {"purse": "alignment"}, "leadership": {"attention": 0.9, "turnover": 1.0}},
    {"from": step_label(25), "levers": {"expected": 0.0, "reward_grant_gbp_m": 5.0}},
    {"from": step_label(30), "abolish": ["council"], "executive": "everyone"},
]
REFORMS = [
    {"from": step_label(8), "where": {"agreement_round": 3}, "levers": {"reward_grant_gbp_m": 5.0}},
    {"from": step_label(10), "where": {"successor": "full"}, "levers": {"flexible_fund_gbp_m": "record"}},
    {
        "from": step_label(24),
        "where": {"ends": "2003-04", "tiers": 2},
        "abolish": ["council"],
        "creates": {"unitary_council": 1, "faith_network": 2},
        "leadership": {"attention": 0.9, "direction": 0.9},
    },
]
ENTRIES = [
    {"month": step_label(3), "archetype": "clinical_commissioning_group"},
    {"month": step_label(3), "archetype": "faith_network", "count": 2},
    {"month": step_label(39), "archetype": "police"},
]


@pytest.mark.slow
@pytest.mark.parametrize(
    "plain",
    [
        pytest.param(typical_settings(months=48, calendar=CALENDAR), id="calendar"),
        pytest.param(
            {"months": 48, "calendar": CALENDAR, "board": {"members": TYPICAL_BOARD, "entries": ENTRIES}}, id="entries"
        ),
        pytest.param(
            typical_settings(months=48, calendar=REFORMS, place={"tiers": 2, "ends": "2003-04"}), id="new bodies"
        ),
        pytest.param(fading_settings(), id="dissolution"),
        pytest.param(typical_settings(months=60, levers={"reorganisation": 1.0}), id="reorganisation"),
        pytest.param(typical_settings(months=80, levers={"reward_grant_gbp_m": 5.0}), id="agreements"),
        pytest.param({"months": 40, "board": board({"council": 1})}, id="one body"),
        pytest.param(
            {"months": 30, "board": board({"vcs_service_provider": 38, "large_employer": 31, "police": 1})},
            id="three blocks of draws",
        ),
        pytest.param(
            typical_settings(months=30, place={"tiers": 2, "population": 90_000}, levers={"purse": "influence"}),
            id="two tiers",
        ),
    ],
)
def test_what_is_rare_gives_the_same_bits(plain):
    """Random scenarios seldom meet what a calendar, a dissolution or a large board does."""
    assert_same_bits([sim.scenario_from(plain)], 7, [0, 1, 2])


def test_the_rare_really_happens():
    """An example that is meant to be dissolved, and founded again, and is not would guard nothing."""
    ensemble = simulate_ensemble([sim.scenario_from(fading_settings())], replicates=100, seed=7)
    assert ensemble["is_dissolved"][..., -1].mean() > 0.5
    assert ensemble["times_refounded"][..., -1].max() > 0.0


# ---------------------------------------------------------------- large boards


def of_size(seats: int, **changes: Any) -> sim.Scenario:
    """Return a scenario on a large board of four sectors, of whom some are abolished; three join in month 4."""
    of_each = (seats - 4) // 4
    members = {
        "council": 1,
        "vcs_service_provider": of_each,
        "large_employer": of_each,
        "residents_network": of_each,
        "police": seats - 4 - 3 * of_each,
    }
    entries = [{"month": step_label(4), "archetype": "faith_network", "count": 3}]
    plain = {
        "board": {"members": members, "entries": entries},
        "calendar": [{"from": step_label(6), "abolish": ["police"]}],
        "levers": {"reorganisation": 0.2, "thematic_groups": 1.0},
    }
    return sim.scenario_from(plain | changes)


@pytest.mark.slow
@pytest.mark.parametrize("seats", [120, 141, 202])
def test_large_boards_give_the_same_bits(seats):
    """Large boards run in smaller blocks; their seats fill the rows of a register or leave some empty."""
    ensemble = assert_same_bits([of_size(seats, months=11)], 5, [0, 3])
    is_member = ensemble.partners[0, ..., 0] > 0.0
    assert is_member.shape[-1] == seats
    assert (is_member[:, 0] & ~is_member[:, -1]).sum() > 5
    assert (is_member[:, -1] & ~is_member[:, 0]).any()


def test_a_large_board_that_is_dissolved_gives_the_same_bits():
    """The work of a dissolved partnership goes on without a table, next to runs that still have one."""
    fading = fading_settings()
    scenario = of_size(60, months=24, levers=fading["levers"], behaviour=fading["behaviour"])
    ensemble = assert_same_bits([scenario], 7, [0, 1, 2])
    assert ensemble["is_dissolved"][..., -1].any()


# ---------------------------------------------------------------- what must not matter


def mixed_scenarios() -> list[sim.Scenario]:
    """Return scenarios on three boards and of two lengths."""
    behaviours = [{"habit_pull": 0.4 + 0.1 * i, "trust_rate": 0.1 + 0.02 * i} for i in range(5)]
    small = {"council": 1, "police": 1, "faith_network": 1}
    plain = [
        *(typical_settings(months=18, behaviour=behaviour) for behaviour in behaviours),
        {"months": 25, "board": {"members": small}},
        typical_settings(months=18, levers={"staff_team": 1.0}),
    ]
    return [sim.scenario_from(settings | {"name": name}) for name, settings in zip("abcdefg", plain, strict=True)]


def same(one: Any, other: Any) -> bool:
    return np.array_equal(one, other, equal_nan=True)


def test_threads_and_blocks_do_not_matter():
    """How runs are cut into blocks, and who works on them, is an accident of the machine."""
    scenarios = mixed_scenarios()
    n = LANES + 3
    alone = simulate_ensemble(scenarios, replicates=n, seed=11, threads=1, record_terms=True)
    shared = simulate_ensemble(scenarios, replicates=n, seed=11, threads=3, record_terms=True)
    assert same(alone.measures, shared.measures)
    assert same(alone.partners, shared.partners)
    assert same(alone.regimes, shared.regimes)
    for s, scenario in enumerate(scenarios):
        one = simulate_ensemble([scenario], replicates=[n - 1, 2], seed=11, threads=1)
        assert same(one.measures[0, 0], alone.measures[s, n - 1, : scenario.months])
        assert same(one.measures[0, 1], alone.measures[s, 2, : scenario.months])


def test_the_size_of_blocks_does_not_matter(monkeypatch):
    """Large boards have smaller blocks, and a block's last group of runs may be short of some."""
    scenarios = [of_size(40, months=14), *mixed_scenarios()]
    n = 29
    in_large_blocks = simulate_ensemble(scenarios, replicates=n, seed=2, record_partners=True)
    monkeypatch.setattr(pairs, "MOST_MATRIX_BYTES", 1)
    in_small_blocks = simulate_ensemble(scenarios, replicates=n, seed=2, record_partners=True, threads=3)
    assert same(in_large_blocks.measures, in_small_blocks.measures)
    assert same(in_large_blocks.partners, in_small_blocks.partners)
    assert same(in_large_blocks.regimes, in_small_blocks.regimes)


def test_what_is_not_asked_for_is_not_kept_and_changes_nothing():
    """Keeping less saves memory; it must keep the same numbers, and regimes that look back a year."""
    scenarios = mixed_scenarios()
    everything = simulate_ensemble(scenarios, replicates=3, seed=1)
    some = simulate_ensemble(scenarios, replicates=3, seed=1, measures=("trust", "outcome"), months=(24, 5))
    assert some.months == (5, 24)
    assert some.measures.shape == (len(scenarios), 3, 2, 2)
    assert same(some["trust"], everything["trust"][..., [5, 24]])
    assert same(some.regimes, everything.regimes[..., (5, 24)])
    assert same(some.final_regimes, everything.final_regimes)
    assert np.isnan(some["trust"][0, :, 1]).all(), "a run of 18 months has no month 24"


def test_tables_say_which_run_a_number_belongs_to():
    """A table with a shifted label would be believed."""
    named = {scenario.name: scenario for scenario in reversed(mixed_scenarios())}
    ensemble = simulate_ensemble(named, replicates=[3, 1], seed=5, measures=["engagement"])
    table = ensemble.table().set_index(["scenario", "replicate", "month"]).sort_index()
    assert len(table) == 2 * sum(scenario.months for scenario in named.values())
    for name, scenario in named.items():
        history = sim.simulate(scenario, seed=5, replicate=1)
        rows = table.loc[(name, 1)]
        assert list(rows["engagement"]) == list(history.measures["engagement"])
        assert list(rows["date"]) == list(history.measures["date"])
        assert list(rows["regime"]) == list(history.measures["regime"])
        finals = ensemble.finals().set_index(["scenario", "replicate"])["regime"]
        assert finals[(name, 1)] == history.regime


@pytest.mark.parametrize("wrong", [{"measures": ["trusst"]}, {"measures": []}, {"months": [25]}, {"months": [-1]}])
def test_what_does_not_exist_is_refused(wrong):
    """A misspelt measure must not come back as an empty column."""
    with pytest.raises(ValueError, match=r"unknown measure|lies outside|names none"):
        simulate_ensemble(mixed_scenarios(), replicates=1, **wrong)


def test_an_ensemble_is_frozen():
    """Results are read by many; nobody may swap one."""
    ensemble = simulate_ensemble(mixed_scenarios()[:1], replicates=1, measures=["trust"], months=[0])
    with pytest.raises(dataclasses.FrozenInstanceError):
        ensemble.seed = 3
    with pytest.raises(KeyError, match="was not kept"):
        ensemble["outcome"]
