"""What is kept of a run on request: the same in both engines, cheap where little is kept, refused where it is none."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from strategies import TYPICAL_BOARD

import sim
from sim import MONTH

RECORD = MONTH.records["meetings"]
NAMES = (*RECORD.partner, *RECORD.partnership, *RECORD.matrix)


def scenario(**changes: Any) -> sim.Scenario:
    """Return two years of a table with all its groups."""
    plain = {"months": 24, "board": {"members": dict(TYPICAL_BOARD)}, "levers": {"thematic_groups": 1.0}}
    return sim.scenario_from(plain | changes)


def in_mesa(asked: sim.Scenario, **options: Any) -> sim.History:
    return sim.simulate(asked, seed=4, record="meetings", **options)


# ---------------------------------------------------------------- both engines


@pytest.mark.slow
def test_both_engines_keep_the_same_to_the_last_bit():
    """Boards of other sizes, abolished bodies and shorter runs stand in one table."""
    small = scenario(months=10, board={"members": {"council": 1, "police": 2}})
    ends = scenario(calendar=[{"from": "2002-04", "abolish": ["police"]}])
    asked = [scenario(), ends, small]
    ensemble = sim.simulate_ensemble(asked, replicates=[0, 5, 9], seed=4, record="meetings", threads=2)
    for s, one in enumerate(asked):
        for r, replicate in enumerate((0, 5, 9)):
            history = in_mesa(one, replicate=replicate)
            bodies = len(history.partners["partner"].unique())
            for name in NAMES:
                ours, theirs = ensemble.record[name][s, r], history.record[name]
                lived, beyond = ours[: one.months], ours[one.months :]
                if name in RECORD.partner:
                    assert np.isnan(lived[:, bodies:]).all()
                    lived = lived[:, :bodies]
                if name in RECORD.matrix:
                    lived = lived[:, :bodies, :bodies]
                assert np.array_equal(lived, theirs), (name, s, replicate)
                assert np.isnan(beyond).all()


@pytest.mark.slow
def test_only_the_months_asked_for_are_kept():
    whole = in_mesa(scenario()).record
    part = in_mesa(scenario(), months=[23, 0]).record
    ensemble = sim.simulate_ensemble(
        [scenario()], replicates=2, seed=4, record="meetings", months=[0, 23], measures=["trust"]
    )
    assert part.months == ensemble.record.months == (0, 23)
    for name in NAMES:
        assert np.array_equal(part[name], whole[name][[0, 23]])
        assert np.array_equal(ensemble.record[name][0, 0], part[name])
        assert ensemble.record[name].shape[:3] == (1, 2, 2)


@pytest.mark.slow
def test_keeping_a_record_changes_nothing_else():
    plain = sim.simulate(scenario(), seed=4)
    assert plain.record is None
    assert plain.measures.equals(in_mesa(scenario()).measures)
    bare = sim.simulate_ensemble([scenario()], replicates=3, seed=4)
    kept = sim.simulate_ensemble([scenario()], replicates=3, seed=4, record="meetings")
    assert bare.record is None
    assert np.array_equal(bare.measures, kept.measures)


@pytest.mark.slow
def test_a_record_is_handed_over_piece_by_piece():
    whole = sim.simulate_ensemble([scenario()], replicates=70, seed=4, record="meetings", months=[5])
    pieces: list[sim.Piece] = []
    sim.simulate_ensemble([scenario()], replicates=70, seed=4, record="meetings", months=[5], consumer=pieces.append)
    assert len(pieces) > 1
    for name in NAMES:
        assert np.array_equal(np.concatenate([piece.record[name] for piece in pieces]), whole.record[name][0])


# ---------------------------------------------------------------- what it says


def test_ranks_are_those_of_who_sits():
    """At the board a rank is what the columns of bodies say; elsewhere it is −1 where nobody of the body sits."""
    history = in_mesa(scenario())
    board = history.record["rank_at"][..., 0].ravel()
    table = history.partners
    assert np.array_equal(board >= 1.0, table["attendance"] > 0.0)
    assert set(np.unique(history.record["rank_at"])) == {-1.0, 0.0, 1.0, 2.0}
    assert np.array_equal((history.record["rank_at"] == 2.0).any(axis=-1).ravel(), table["in_person"] > 0.0)


def test_no_rank_where_a_table_does_not_meet():
    """A fifth of the months, and the groups meet a fifth of the time."""
    record = in_mesa(scenario(levers={"thematic_groups": 0.2})).record
    groups = (record["rank_at"][..., 1:] >= 0.0).any(axis=(1, 2))
    assert 4 <= groups.sum() <= 5


def test_ties_run_both_ways():
    record = in_mesa(scenario()).record
    for name in ("tie", "joint"):
        assert np.array_equal(record[name], record[name].swapaxes(-1, -2))
    assert record["tie"].any()


# ---------------------------------------------------------------- what is refused


def refusal(begin: Any, kind: type[Exception] = sim.ScenarioError) -> str:
    with pytest.raises(kind) as refused:
        begin()
    said = str(refused.value)
    assert "\n" not in said
    return said


@pytest.mark.parametrize("engine", ["mesa", "compiled"])
def test_an_unknown_record_is_refused(engine):
    def begin(asked: sim.Scenario, record: str, **options: Any) -> Any:
        if engine == "mesa":
            return sim.simulate(asked, record=record, **options)
        return sim.simulate_ensemble([asked], replicates=1, record=record, **options)

    said = refusal(lambda: begin(scenario(), "meeting"))
    assert said == "unknown record 'meeting'; did you mean meetings?; records: meetings"
    bare = dataclasses.replace(MONTH, records={})
    refused = refusal(lambda: begin(scenario(), "meetings", month=bare))
    assert "this month keeps no records; leave it out" in refused


def test_months_that_a_run_has_not_are_refused():
    said = refusal(lambda: in_mesa(scenario(), months=[24]), ValueError)
    assert said == "month 24 lies outside the runs, which have months 0 to 23"
    assert "name one" in refusal(lambda: sim.simulate(scenario(), months=[1]))


def test_a_number_that_was_not_kept_is_refused():
    assert "kept: is_member, rank_at" in refusal(lambda: in_mesa(scenario(), months=[0]).record["complement"], KeyError)


def test_a_month_declares_what_it_holds():
    """A record of one's own needs nothing compiled anew."""
    watched = MONTH.recording(trust=sim.Recorder("Who trusts whom.", partner=("engagement",), matrix=("trust",)))
    assert watched.own_key == MONTH.own_key
    history = sim.simulate(scenario(), seed=4, month=watched, record="trust", months=[3])
    assert history.record["trust"].shape == (1, 19, 19)
    assert "there is a record 'meetings' already" in refusal(lambda: MONTH.recording(meetings=RECORD))
    unheld = sim.Recorder("Nothing.", partner=("grudge",))
    assert "'grudge' is no number of 'partner'" in refusal(lambda: MONTH.recording(grudges=unheld))
    twice = sim.Recorder("The same.", partner=("engagement", "engagement"))
    assert "names 'engagement' twice" in refusal(lambda: MONTH.recording(twice=twice))
