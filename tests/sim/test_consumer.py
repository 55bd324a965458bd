"""Finished runs that are handed over piece by piece: the same numbers, in one order, and nothing is kept."""

from __future__ import annotations

import tracemalloc
from time import sleep
from typing import Any

import numpy as np
import pytest
from strategies import board, typical_settings

import sim
from sim.ensemble import _finished
from sim.state import RUNS_AT_ONCE

TABLES = ("measures", "regimes", "final_regimes", "partners")


def asked() -> list[sim.Scenario]:
    """Return scenarios of two boards and two spans."""
    return [
        sim.scenario_from(typical_settings(months=14)),
        sim.scenario_from({"months": 9, "board": board({"council": 1, "police": 2})}),
        sim.scenario_from(typical_settings(months=14, levers={"staff_team": 1.0})),
    ]


def pieces_of(scenarios: list[sim.Scenario], **options: Any) -> tuple[list[sim.Piece], sim.Ensemble]:
    pieces: list[sim.Piece] = []
    return pieces, sim.simulate_ensemble(scenarios, consumer=pieces.append, **options)


@pytest.mark.parametrize("threads", [1, 3])
def test_pieces_put_together_are_the_ensemble(threads):
    """Every run once, with the same bits; what a run does not have is not there in either."""
    options: dict[str, Any] = {"replicates": [*range(40), 99], "seed": 2, "record_terms": True, "months": [0, 8, 13]}
    whole = sim.simulate_ensemble(asked(), **options)
    pieces, bare = pieces_of(asked(), **options, threads=threads)
    met = set()
    for piece in pieces:
        assert piece.measure_names == whole.measure_names
        assert piece.months == whole.months == (0, 8, 13)
        for run, (s, replicate) in enumerate(zip(piece.scenarios, piece.replicates, strict=True)):
            r = whole.replicates.index(replicate)
            met.add((int(s), int(replicate)))
            for name in TABLES:
                assert np.array_equal(
                    getattr(piece, name)[run], getattr(whole, name)[s, r], equal_nan=name != "regimes"
                )
            assert np.array_equal(piece["trust"][run], whole["trust"][s, r], equal_nan=True)
    assert len(met) == sum(len(piece.scenarios) for piece in pieces) == 3 * 41
    assert bare.replicates == ()
    assert bare.measures.shape == (3, 0, 3, len(whole.measure_names))
    assert len(bare.table()) == len(bare.finals()) == 0


def test_pieces_come_in_one_order_by_one_thread():
    """Whoever writes them to a file gets the same file."""
    orders = []
    for threads in (1, 2, 4):
        pieces, _ = pieces_of(asked(), replicates=100, seed=2, measures=["trust"], threads=threads)
        orders.append([(*piece.scenarios, *piece.replicates) for piece in pieces])
    assert orders[0] == orders[1] == orders[2]
    assert len(orders[0]) > 4


def test_scenarios_may_have_replicates_of_their_own():
    """They fill blocks together, replicate by replicate, and every run is the one that it would be alone."""
    scenarios = {str(number): scenario for number, scenario in enumerate(asked())}
    own = {"0": range(0, 700, 2), "1": [1, 5, 3], "2": range(1, 700, 2)}
    pieces: list[sim.Piece] = []
    options: dict[str, Any] = {"seed": 2, "measures": ["trust"], "months": [8]}
    nothing = sim.simulate_ensemble(scenarios, replicates=own, consumer=pieces.append, **options)
    assert nothing.replicates == ()
    runs = [(int(s), int(r)) for piece in pieces for s, r in zip(piece.scenarios, piece.replicates, strict=True)]
    assert sorted(runs) == sorted((int(name), r) for name, some in own.items() for r in some)
    first = [replicate for _, replicate in runs[:RUNS_AT_ONCE]]
    assert sorted(first) == sorted(r for some in own.values() for r in some)[:RUNS_AT_ONCE]
    alone = sim.simulate_ensemble(scenarios, replicates=range(700), **options)["trust"]
    for piece in pieces:
        assert np.array_equal(piece["trust"][:, 0], alone.to_numpy()[piece.scenarios, piece.replicates, 0])


def test_replicates_of_ones_own_take_a_consumer_and_a_name_each():
    scenarios = {"one": asked()[0], "two": asked()[1]}
    with pytest.raises(sim.ScenarioError, match="take a consumer"):
        sim.simulate_ensemble(scenarios, replicates={"one": [0], "two": [1]})
    with pytest.raises(sim.ScenarioError, match="replicates name one, and the scenarios are one, two"):
        sim.simulate_ensemble(scenarios, replicates={"one": [0]}, consumer=print)
    with pytest.raises(sim.ScenarioError, match="ask for at least one run"):
        sim.simulate_ensemble(scenarios, replicates={"one": [0], "two": []}, consumer=print)


def peak_bytes(replicates: int) -> int:
    """Return the most memory that is taken while so many runs are handed over, one block after another."""
    scenario = sim.scenario_from(typical_settings(months=24))
    total = 0.0

    def add_up(piece: sim.Piece) -> None:
        nonlocal total
        total += float(piece["trust"].sum())

    tracemalloc.start()
    try:
        sim.simulate_ensemble([scenario], replicates=replicates, record_partners=True, threads=1, consumer=add_up)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_runs():
    """Four blocks and sixty-four take about the same; how many wait to be handed over is the test below."""
    peak_bytes(64)
    assert peak_bytes(64 * 64) < 1.2 * peak_bytes(4 * 64)


@pytest.mark.parametrize("workers", [2, 4])
def test_only_so_many_blocks_wait_to_be_handed_over(workers):
    """Whoever takes them slowly does not make them pile up."""
    begun: list[int] = []
    given = 0
    for given, block in enumerate(_finished(begun.append, range(40), workers=workers, ahead=2 * workers), start=1):
        assert block is None
        sleep(0.002)
        assert len(begun) < given + 2 * workers
    assert given == len(begun) == 40


def test_what_a_consumer_says_is_heard():
    """An error of it ends the work."""

    def refuse(piece: sim.Piece) -> None:
        raise RuntimeError("the disk is full")

    for threads in (1, 2):
        with pytest.raises(RuntimeError, match="the disk is full"):
            sim.simulate_ensemble(asked(), replicates=200, measures=["trust"], threads=threads, consumer=refuse)
