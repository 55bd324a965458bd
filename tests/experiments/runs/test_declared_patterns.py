"""Experiments of the declared patterns: what is simulated, of which patterns and where, and what is never looked at."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from analysis.patterns.derived import of_matrix
from experiments.runs import declared_patterns as runs
from experiments.runs.declared_patterns import declared_patterns
from sim import MONTH

DECLARED = declared_patterns()
HELD_OUT = {pattern.id for pattern in DECLARED.patterns if pattern.role == "held_out"}


@pytest.fixture(scope="module")
def docket():
    return runs.docket_of(DECLARED, MONTH)


def few(docket, **changed):
    given = {"runs_of": lambda name: 1, "most_places": 2} | changed
    return {one.name: one for one in runs.prepared(DECLARED, docket, **given)}


@pytest.mark.slow
def test_what_is_held_out_is_not_read(docket):
    assert HELD_OUT
    assert not HELD_OUT & {pattern.id for pattern in docket.patterns}
    read = {name for pattern in docket.judged for name in pattern.experiments}
    assert set(few(docket)) == read
    assert not {"duty", "stick", "carrot", "place_first", "pathfinders"} & read
    words = {word for pattern in docket.judged for finding in pattern.findings for word in finding.measures}
    assert {word for one in few(docket).values() for word in one.words} == words


def test_every_pattern_that_is_asked_for_is_judged_or_has_a_reason(docket):
    for pattern in docket.patterns:
        assert len(docket.places_of(pattern)) + sum(id == pattern.id for id, _ in docket.reasons) == len(
            pattern.findings
        )
    assert all(reason for reason in docket.reasons.values())
    assert {pattern.id for pattern in docket.whole} >= {"P2", "P3", "N1", "N2", "N3", "N7", "N10"}


def test_words_of_matrices_may_be_left_out():
    blind = runs.docket_of(DECLARED, MONTH, matrices=False)
    assert "N7" not in {pattern.id for pattern in blind.judged}
    assert "not looked at" in blind.lacking("N7")[0]


def test_a_null_model_that_is_not_built_leaves_its_findings_open(monkeypatch):
    monkeypatch.setattr(runs, "null_month", lambda name: None)
    bare = runs.docket_of(DECLARED, MONTH)
    assert "the null model no_ties is not built" in bare.lacking("N17")
    monkeypatch.setattr(runs, "null_month", lambda name: MONTH if name == "no_ties" else None)
    some = runs.docket_of(DECLARED, MONTH)
    assert some.lacking("N17") == ["the null model reshuffled_matched is not built"]
    assert few(some)["growth_without_ties"].month is MONTH


@pytest.mark.slow
def test_england_is_all_districts_with_their_own_fund_and_tiers(docket):
    england = few(docket, runs_of=lambda name: 708, most_places=None)["england"]
    places = [part.scenario.place for part in england.parts]
    assert len(places) == 354
    assert sum(place.fund_2003_04_gbp_m > 0.0 for place in places) == 88
    assert sum(place.tiers == 2 for place in places) == 239
    assert {len(part.replicates) for part in england.parts} == {2}
    replicates = [r for part in england.parts for r in part.replicates]
    assert len(set(replicates)) == len(replicates)


@pytest.mark.slow
def test_places_share_the_runs_and_may_be_fewer(docket):
    all_places = few(docket, runs_of=lambda name: 78, most_places=None)["baseline"]
    assert (len(all_places.parts), all_places.runs) == (39, 78)
    some = few(docket, runs_of=lambda name: 12, most_places=5)["baseline"]
    assert (len(some.parts), some.runs) == (5, 10)
    assert {p.scenario.place.name for p in some.parts} < {p.scenario.place.name for p in all_places.parts}


@pytest.mark.long
def test_sets_lived_together_are_those_lived_alone(docket):
    ready = [few(docket)["cliff"], few(docket)["talking_shop"]]
    sets = [{"trust_rate": 0.05}, {"trust_rate": 0.2}]
    together = runs.lived(ready, sets, seed=3, threads=2)
    for number, one in enumerate(sets):
        alone = runs.lived(ready, [one], seed=3, threads=1)
        for name, found in alone.items():
            assert found.words.keys() == together[name].words.keys()
            for word, values in found.words.items():
                assert (values[0] == together[name].words[word][number]).all(), word
            assert (found.months_named[0] == together[name].months_named[number]).all()
            assert found.months_named.sum() == pytest.approx(1.0)


@pytest.mark.long
def test_words_of_matrices_are_those_of_a_run_on_mesa(docket):
    """Whom one trusts in the months that are read, as Mesa has it; nothing in the others."""
    ready = few(docket, runs_of=lambda name: 3)["typical"]
    words = runs._words_of_matrices(ready, ["trust_dyadic_share"], months=[0, 12], runs=2, seed=5)
    model = sim.PartnershipModel(ready.parts[0].scenario, seed=5, replicate=1, month=MONTH)
    model.step()
    trust = np.array([body.trust for body in model.partners])
    found = words["trust_dyadic_share"]
    assert found.shape == (2, ready.parts[0].scenario.months)
    assert found[1, 0] == of_matrix("trust_dyadic_share", trust, seed=1)
    assert np.isfinite(found[:, [0, 12]]).all()
    assert np.isnan(found[:, 1:12]).all()
