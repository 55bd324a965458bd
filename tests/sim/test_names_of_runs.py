"""The door for seeds, replicates and scenarios: what names a run, and what names none."""

from __future__ import annotations

import numpy as np
import pytest
from strategies import typical_settings

import sim
from sim.randomness import MOST_REPLICATES, replicate_named, replicates_named, seed_named

NO_NUMBER = (1.5, 2.0, True, np.True_, "7", b"7", None, [0, 0], [3], (), {}, np.float64(3.0), np.array([1, 2]), 3 + 0j)
"""Nothing here is a whole number, though some could be read as one."""

WHOLE = (0, 7, 2**32 - 1, np.int64(7), np.int8(7), np.uint32(2**32 - 1), np.array(7), np.arange(8)[7])


@pytest.fixture
def short():
    return sim.scenario_from(typical_settings(months=4, name="short"))


def refusal(begin, *arguments, **named):
    """Return what is said to a request that is refused, in one line."""
    with pytest.raises(sim.ScenarioError) as refused:
        begin(*arguments, **named)
    said = str(refused.value)
    assert "\n" not in said
    return said


# ---------------------------------------------------------------- the names


@pytest.mark.parametrize("number", WHOLE, ids=repr)
def test_a_whole_number_is_taken_and_made_a_plain_one(number):
    """A number of NumPy's is written to files and compared with others as any number is."""
    for named in (seed_named, replicate_named):
        assert named(number) == int(number)
        assert type(named(number)) is int


@pytest.mark.parametrize("value", NO_NUMBER, ids=repr)
@pytest.mark.parametrize(("named", "what"), [(seed_named, "seed"), (replicate_named, "replicate")])
def test_what_is_no_whole_number_is_refused(named, what, value):
    """True would be run 1 and 7.0 run 7, until somebody looks for it."""
    assert refusal(named, value) == f"{what} = {value!r} is not allowed: it takes a whole number from 0"


def test_seeds_have_no_end_and_replicates_do():
    """A replicate is one word of a key: a larger one would be another's, and its run another's twin."""
    assert seed_named(2**200) == 2**200
    assert replicate_named(MOST_REPLICATES - 1) == 2**32 - 1
    assert refusal(replicate_named, 2**32) == (
        f"replicate = {2**32} is not allowed: it takes a whole number from 0 to {2**32 - 1}"
    )
    assert refusal(seed_named, -1) == "seed = -1 is not allowed: it takes a whole number from 0"
    assert refusal(replicate_named, -1).startswith("replicate = -1 is not allowed")


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [
        (1, (0,)),
        (3, (0, 1, 2)),
        (np.int64(3), (0, 1, 2)),
        ([7], (7,)),
        ([7, 0, 2**32 - 1], (7, 0, 2**32 - 1)),
        (range(5, 8), (5, 6, 7)),
        (np.array([4, 2], dtype=np.uint8), (4, 2)),
        (dict.fromkeys([3, 1]), (3, 1)),
    ],
    ids=repr,
)
def test_replicates_are_a_count_or_numbers_in_their_order(asked, chosen):
    assert replicates_named(asked) == chosen
    assert replicates_named(number for number in chosen) == chosen
    assert {type(number) for number in replicates_named(asked)} == {int}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (0, "replicates = 0 is not allowed: ask for at least one run"),
        ([], "replicates = 0 is not allowed: ask for at least one run"),
        (range(0), "replicates = 0 is not allowed: ask for at least one run"),
        (-1, f"replicates = -1 is not allowed: it takes a whole number from 0 to {2**32}"),
        (2**32 + 1, f"replicates = {2**32 + 1} is not allowed: it takes a whole number from 0 to {2**32}"),
        (1.5, "replicates = 1.5 is not allowed: it takes a whole number from 0"),
        (True, "replicates = True is not allowed: it takes a whole number from 0"),
        ("7", "replicates = '7' is not allowed: it takes a whole number from 0"),
        (b"7", "replicates = b'7' is not allowed: it takes a whole number from 0"),
        (None, "replicates = None is not allowed: it takes a whole number from 0"),
        ([0, 0], "replicates name 0 twice: every run counts once"),
        ([3, 5, 5, 3], "replicates name 3 twice: every run counts once"),
        ([0, np.int64(0)], "replicates name 0 twice: every run counts once"),
        ([0, True], "replicate = True is not allowed: it takes a whole number from 0"),
        ([0, 1.0], "replicate = 1.0 is not allowed: it takes a whole number from 0"),
        (["7"], "replicate = '7' is not allowed: it takes a whole number from 0"),
        ([[0, 1]], "replicate = [0, 1] is not allowed: it takes a whole number from 0"),
        ([2**32], f"replicate = {2**32} is not allowed: it takes a whole number from 0 to {2**32 - 1}"),
        ([-1], f"replicate = -1 is not allowed: it takes a whole number from 0 to {2**32 - 1}"),
    ],
    ids=repr,
)
def test_replicates_that_name_no_runs_are_refused(asked, said):
    """No run, the same run twice, or a number that names another than it seems to."""
    assert refusal(replicates_named, asked) == said


# ---------------------------------------------------------------- through the engines


@pytest.mark.parametrize("seed", [-1, *NO_NUMBER], ids=repr)
def test_both_engines_refuse_a_seed_in_the_same_words(seed, short):
    """A study may run its first runs on the one engine and the rest on the other."""
    said = refusal(seed_named, seed)
    if seed is not None:  # Mesa's word for any seed: one is drawn, and model.seed tells it
        assert refusal(sim.PartnershipModel, short, seed=seed) == said
    assert refusal(sim.simulate, short, seed=seed) == said
    assert refusal(sim.simulate_ensemble, [short], replicates=1, seed=seed) == said


@pytest.mark.parametrize("replicate", [-1, 2**32, *NO_NUMBER], ids=repr)
def test_both_engines_refuse_a_replicate_in_the_same_words(replicate, short):
    said = refusal(replicate_named, replicate)
    assert refusal(sim.PartnershipModel, short, replicate=replicate) == said
    assert refusal(sim.simulate, short, replicate=replicate) == said
    assert refusal(sim.simulate_ensemble, [short], replicates=[replicate]) == said


@pytest.mark.parametrize("replicates", [-1, 0, [], 1.5, True, "7", None, [0, 0], [2**32]], ids=repr)
def test_an_ensemble_refuses_replicates_that_name_no_runs(replicates, short):
    """Before anything is compiled or run."""
    assert refusal(sim.simulate_ensemble, [short], replicates=replicates) == refusal(replicates_named, replicates)


def test_numbers_of_numpys_give_the_same_run(short):
    """Tables and designs are arrays: what comes out of one must name the run that it says."""
    plain = sim.simulate(short, seed=7, replicate=3)
    other = sim.simulate(short, seed=np.int64(7), replicate=np.uint32(3))
    assert other.measures.equals(plain.measures)
    assert other.partners.equals(plain.partners)
    assert (type(other.seed), type(other.replicate)) == (int, int)
    ensemble = sim.simulate_ensemble([short], seed=np.uint8(7), replicates=np.array([3, 4]), measures=["trust"])
    assert np.array_equal(ensemble["trust"][0, 0], plain.measures["trust"])
    assert ensemble.replicates == (3, 4)
    assert {type(number) for number in (ensemble.seed, *ensemble.replicates)} == {int}
    counted = sim.simulate_ensemble([short], seed=7, replicates=np.int16(5), measures=["trust"])
    assert np.array_equal(counted["trust"][0, 3:], ensemble["trust"][0])


def test_the_last_replicate_and_a_long_seed_are_the_same_run_on_both_engines(short):
    """At the ends of their ranges words are split and carried."""
    for seed, replicate in ((2**32, 2**32 - 1), (2**128 - 1, 0), (2**200 + 5, 2**31)):
        mesa = sim.simulate(short, seed=seed, replicate=replicate).measures["trust"]
        compiled = sim.simulate_ensemble([short], seed=seed, replicates=[replicate], measures=["trust"])["trust"]
        assert np.array_equal(compiled[0, 0], mesa)


# ---------------------------------------------------------------- names of scenarios


def test_scenarios_of_one_name_are_told_apart(short):
    """Tables go by name: two scenarios in one group of rows would be averaged unseen."""
    other, third = sim.with_changes(short, months=6), sim.with_changes(short, name="short (2)")
    ensemble = sim.simulate_ensemble([short, third, other, short], replicates=2, measures=["trust"])
    assert ensemble.names == ("short", "short (2)", "short (3)", "short (4)")
    assert ensemble.table().groupby("scenario", sort=False).size().tolist() == [8, 8, 12, 8]


def test_scenarios_of_one_name_run_under_names_of_their_own(short):
    """A mapping names them, and one scenario may stand in it twice."""
    other = sim.with_changes(short, months=6)
    ensemble = sim.simulate_ensemble({"four": short, "six": other, "again": short}, replicates=2, measures=["trust"])
    assert ensemble.names == ("four", "six", "again")
    assert np.array_equal(ensemble["trust"][0], ensemble["trust"][2], equal_nan=True)
    assert ensemble.finals()["scenario"].tolist() == ["four", "four", "six", "six", "again", "again"]


def test_nothing_to_run_is_refused():
    for nothing in ([], (), {}):
        assert refusal(sim.simulate_ensemble, nothing, replicates=1) == "no scenario was given"
