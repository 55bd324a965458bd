"""The benchmarks work: peers give the same numbers, targets are judged rightly, tables are written."""

# ruff: noqa: E402 - the benchmarks are programs, not a package: their folder has to be put on the path first

from __future__ import annotations

import csv
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"
sys.path.insert(0, str(FOLDER))

import floor
import measuring
import reduced_model
import speed
import whole_model
from peers import reduced, with_c, with_lanes, with_mesa, with_numpy

from experiments import load_scenario
from sim.population import seats_of

WORLD = reduced.make_world(runs=3, months=6, partners=5)


@pytest.mark.slow
def test_lanes_give_mesas_numbers_to_the_last_bit():
    """A fast peer that computes something else is no peer."""
    reference = with_mesa.prepare(WORLD)()
    assert reference.shape == (3, 6, len(reduced.MEASURES))
    assert np.array_equal(with_lanes.prepare(WORLD)(), reference)
    assert np.array_equal(with_lanes.prepare(WORLD, threads=2)(), reference)


def test_numpy_gives_mesas_numbers_but_for_rounding():
    """NumPy adds in another order: that much may differ, and no more."""
    assert reduced_model.difference(with_numpy.prepare(WORLD)(), with_mesa.prepare(WORLD)()) < reduced_model.SAME


@pytest.mark.skipif(shutil.which("gcc") is None, reason="needs a C compiler")
@pytest.mark.parametrize("flags", [with_c.STRICT, with_c.WIDE, with_c.LOOSE])
def test_c_gives_mesas_numbers_but_for_rounding(flags):
    """Three runs do not fill the lanes: those without a run must not show."""
    reference = with_mesa.prepare(WORLD)()
    assert reduced_model.difference(with_c.prepare_plain(WORLD, flags=flags)(), reference) < reduced_model.SAME
    in_lanes = with_c.prepare_lanes(WORLD, lanes=8, flags=flags)()
    assert in_lanes.shape == reference.shape
    assert reduced_model.difference(in_lanes, reference) < reduced_model.SAME


def test_numbers_that_differ_stop_the_benchmark():
    """A ratio between different computations would be worthless."""
    with pytest.raises(reduced_model.NumbersDifferError, match="differs from Mesa"):
        reduced_model.check_numbers(
            {reduced_model.MESA: lambda: np.zeros((1, 1, 4)), "other": lambda: np.full((1, 1, 4), 1e-9)}
        )


def test_missed_targets_are_said(tmp_path):
    """A missed target has to stand beside its figure."""
    found = [
        measuring.finding("part", "slow", np.array([3.0, 1.0, 2.0]), "times", at_least=5.0),
        measuring.finding("part", "quick", 1.0, "times", at_most=5.0),
    ]
    assert [(one.value, one.verdict) for one in found] == [(2.0, "MISSED"), (1.0, "met")]
    measuring.write_csv(tmp_path / "found.csv", found)
    assert measuring.read_csv(tmp_path / "found.csv") == found
    with (tmp_path / "found.csv").open(encoding="utf-8") as file:
        assert [row["verdict"] for row in csv.DictReader(file)] == ["MISSED", "met"]
    assert "| slow | 2.00 | 1.00 to 3.00 | times | at least 5 | MISSED |" in measuring.as_markdown(found, ["a note"])


def test_cases_take_turns():
    """Repeats of one case in a row would give a busy minute to one case alone."""
    calls: list[str] = []
    cases = {name: measuring.Case(lambda name=name: calls.append(name), 2) for name in "ab"}
    seconds = measuring.in_turns(cases, repeats=2, advance=lambda _: None)
    assert calls == list("abababab"[:6])
    assert {name: len(times) for name, times in seconds.items()} == {"a": 2, "b": 2}


@pytest.mark.parametrize("seats", [8, 19, 64])
def test_tables_have_the_seats_that_were_asked_for(seats):
    """Cost by size is nothing without the size."""
    assert len(seats_of(whole_model.with_partners(seats))) == seats


def test_the_floor_counts_what_a_run_calls():
    """Every month each pair revises its trust and its tie once; as many look at a proposer as there are others."""
    scenario = load_scenario("baseline_lsp", ["months=3"])
    calls = floor.calls_of_a_run(scenario)
    assert calls["trust_a_month_later"] == 3 * 19 * 18
    assert calls["made_or_lost"] == 3 * 19 * 18 // 2
    assert calls["look_at_proposer"] % 18 == 0
    assert calls["look_at_team"] >= calls["look_at_proposer"] > 0
    assert calls["exponential"] > 3 * 2 * 19
    assert set(calls) == {"exponential", *(step.name for step in floor.pair_steps())}


def test_the_floor_counts_draws_where_they_are_taken():
    """The board meets every month, so each seat draws its rank at least; less is drawn than there are places for."""
    scenario = load_scenario("baseline_lsp", ["months=3"])
    assert 3 <= floor._takings(scenario) <= 3 * (5 + 2 * 7)
    assert floor.draws_of_a_run(load_scenario("baseline_lsp", ["months=6"])) > floor.draws_of_a_run(scenario)


@pytest.mark.slow
def test_every_rule_between_two_bodies_can_be_timed_alone():
    """Its numbers stay numbers, however often it is asked."""
    for step in floor.pair_steps():
        levels = floor._levels()
        floor.kernel_of(step)(levels, 3)
        assert np.isfinite(levels[: len(step.arguments) + 1]).all(), step.name


def test_the_kept_table_replaces_the_old_one(tmp_path):
    """What stands around the table is written by hand and has to stay."""
    document = tmp_path / "performance.md"
    document.write_text(f"before\n{speed.BEGIN}\nold\n{speed.END}\nafter\n", encoding="utf-8")
    speed.keep("new\n", document)
    assert document.read_text(encoding="utf-8") == f"before\n{speed.BEGIN}\nnew\n{speed.END}\nafter\n"
