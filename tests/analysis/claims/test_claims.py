"""Claims: declared tests that hold together, verdicts with known answers, and a page that has them all."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from analysis.claims.declared import REGIME, Claim, Part, Reading, RunsRead, claim_of
from analysis.claims.figures import claims_forest, claims_overview
from analysis.claims.tables import (
    CONTRADICTED,
    DEPENDS,
    MIXED,
    SUPPORTED,
    TOO_FEW,
    TOO_SMALL,
    UNTESTABLE,
    claim_verdicts,
    claims_hold_in,
    part_effects,
    reading_values,
    readings_of,
    standings_by_set,
)
from analysis.claims.words import claims_in_words, claims_page, null_effects_in_words
from experiments.behaviours import NumberSet
from experiments.compose import load_scenario, scenario_names, scenario_texts
from experiments.runs.claims import declared_claims, read_runs, scenarios_of
from experiments.verbs.claims import with_texts
from sim import simulate

SCENARIOS = scenario_names()
CLAIMS = declared_claims()
TRUST = Reading("trust", 0, 0)


def made_up(values: dict[str, list[float]], *, sets: int, reading: Reading = TRUST) -> pd.DataFrame:
    """Return readings of batches ``name: [value of replicate 0, 1, …]`` whose replicates take turns with sets."""
    rows = [
        (batch, reading.label, replicate, replicate % sets, value)
        for batch, column in values.items()
        for replicate, value in enumerate(column)
    ]
    return pd.DataFrame(rows, columns=["batch", "reading", "replicate", "parameter_set", "value"])


def verdict_on(part: Part, values: dict[str, list[float]], *, sets: int = 10) -> pd.Series:
    return part_effects(made_up(values, sets=sets), [Claim("a", (part,))]).iloc[0]


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_states_how_its_claim_is_tested(name):
    """A claim without a test is a slogan."""
    assert claim_of(name, scenario_texts(name)).parts


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"measure": "trusst"}, "unknown measure 'trusst'"),
        ({"months": [3, 2]}, "months 3 to 2 are not allowed"),
        ({"expected": "more"}, "expected = 'more' is not allowed: it takes higher, lower"),
        ({"agianst": "talking_shop"}, "unknown 'agianst'; did you mean against?"),
        ({"level": 0.5, "against": "talking_shop"}, "name one of them"),
        ({"statement": None}, "'statement' is missing"),
        ({"regimes": ["over"]}, "name some of"),
    ],
)
def test_a_bad_statement_is_refused_with_its_place(changes, complaint):
    """Whoever writes a scenario sees which of its tests makes no sense, and why."""
    good = {"statement": "more trust", "measure": "trust", "months": [0, 1], "expected": "higher"}
    assert claim_of("mine", {"tests": [good]}).parts
    bad = {name: value for name, value in (good | changes).items() if value is not None}
    with pytest.raises(ValueError, match="scenario mine, test 2: ") as refused:
        claim_of("mine", {"tests": [good, bad]})
    assert complaint in str(refused.value)


@pytest.fixture(scope="module")
def scenarios():
    return scenarios_of(readings_of(CLAIMS))


@pytest.mark.slow
def test_every_batch_can_be_run_long_enough(scenarios):
    """A window beyond the end of a run would end the command after all runs are done."""
    for batch, readings in readings_of(CLAIMS).items():
        assert all(reading.last < scenarios[batch].months for reading in readings), batch.label


@pytest.mark.slow
def test_twins_differ_from_their_scenario(scenarios):
    """A twin equal to the scenario would test nothing."""
    for batch, scenario in scenarios.items():
        if batch.overrides:
            assert scenario != scenarios[RunsRead(batch.scenario)], batch.label


@pytest.mark.parametrize("bad", [("trusst", 0, 1), ("trust", 3, 2), ("trust", -1, 2), (REGIME, 0, 1)])
def test_readings_that_make_no_sense_are_refused(bad):
    """A misspelt measure or a reversed window is found when it is declared, not after the runs."""
    with pytest.raises(ValueError, match=r"unknown measure|are not allowed|name some of"):
        Reading(*bad)


def test_a_reading_beyond_the_run_is_refused():
    """Python would silently average a shorter slice."""
    with pytest.raises(ValueError, match="months 0 to 2 only"):
        reading_values(Reading("trust", 1, 3), {"trust": np.zeros((2, 3))})


@pytest.mark.parametrize(
    ("expected", "difference", "verdict"),
    [
        ("higher", 0.05, SUPPORTED),
        ("higher", 0.01, MIXED),  # the right way, and smaller than the 0.02 that counts
        ("higher", -0.01, CONTRADICTED),
        ("lower", -0.05, SUPPORTED),
        ("lower", 0.05, CONTRADICTED),
        ("not higher", 0.01, SUPPORTED),
        ("not higher", -0.5, SUPPORTED),
        ("not higher", 0.05, CONTRADICTED),
        ("not lower", -0.05, CONTRADICTED),
    ],
)
def test_verdicts_of_sure_effects(expected, difference, verdict):
    """Without any spread the verdict hangs on direction and size alone."""
    found = verdict_on(Part("x", TRUST, expected, RunsRead("b")), {"a": [0.5 + difference] * 20, "b": [0.5] * 20})
    assert found["verdict"] == verdict
    assert found["effect"] == pytest.approx(difference)


@pytest.mark.parametrize(
    ("expected", "value", "verdict"),
    [
        ("higher", 0.6, SUPPORTED),
        ("higher", 0.39, CONTRADICTED),
        ("not higher", 0.39, SUPPORTED),
        ("lower", 0.6, CONTRADICTED),
    ],
)
def test_verdicts_on_levels(expected, value, verdict):
    """A level is reached or it is not; the smallest effect is only the step of the axis."""
    assert verdict_on(Part("x", TRUST, expected, 0.4), {"a": [value] * 20})["verdict"] == verdict


def test_the_interval_is_over_parameter_sets():
    """Ten sets with effects 0.00, 0.01, … 0.09: the middle 95 % of them, and the share that reaches 0.02."""
    values = {"a": [0.5 + 0.01 * (replicate % 10) for replicate in range(40)], "b": [0.5] * 40}
    found = verdict_on(Part("x", TRUST, "higher", RunsRead("b")), values)
    assert found["effect"] == pytest.approx(0.045)
    assert found["low"] == pytest.approx(0.09 * 0.025)
    assert found["high"] == pytest.approx(0.09 * 0.975)
    assert found["holds_in"] == pytest.approx(0.8)
    assert found["verdict"] == MIXED
    assert (found["sets"], found["runs"]) == (10, 40)


@pytest.mark.parametrize(
    ("differences", "reason"),
    [
        ([0.01, 0.012, 0.008, 0.01], TOO_SMALL),  # 0.02 counts
        ([0.05, -0.05, 0.04, -0.06], DEPENDS),  # sets differ, runs of a set do not
        ([-0.05, -0.05, -0.05, 0.06], DEPENDS),
    ],
)
def test_a_mixed_verdict_names_its_reason(differences, reason):
    """What more runs would settle is told from what they would not."""
    values = {"a": [0.5 + differences[r % 4] for r in range(80)], "b": [0.5] * 80}
    found = verdict_on(Part("x", TRUST, "higher", RunsRead("b")), values, sets=4)
    assert (found["verdict"], found["finding"]) == (MIXED, reason)


def test_too_few_runs_are_told_from_sets_that_differ():
    """The same effect in all sets, lost in chance; with one set nothing but chance is seen at all."""
    noise = np.random.default_rng(1).normal(0.03, 0.2, 40)
    values = {"a": list(0.5 + noise), "b": [0.5] * 40}
    part = Part("x", TRUST, "higher", RunsRead("b"))
    assert verdict_on(part, values, sets=10)["finding"] == TOO_FEW
    assert verdict_on(part, values, sets=1)["finding"] == TOO_FEW


def test_a_claim_says_why_it_is_mixed_and_what_is_too_small_to_matter():
    """The reason of a claim is that of the parts that count; a null effect of what a document names is listed."""
    parts = pd.DataFrame(
        {
            "scenario": ["a"] * 4,
            "statement": ["one", "two", "three", "four"],
            "verdict": [SUPPORTED, MIXED, CONTRADICTED, SUPPORTED],
            "finding": ["as claimed", TOO_SMALL, "the opposite", "as claimed"],
            "either": ["", "", "or", "or"],
        }
    )
    assert claim_verdicts(parts)["reason"].tolist() == [TOO_SMALL]
    assert null_effects_in_words(parts).endswith("here: two (a).")


def test_one_set_leaves_the_interval_of_chance():
    """With one parameter set the interval is Student's t of the paired differences."""
    values = {"a": [0.5, 0.6, 0.7, 0.8], "b": [0.4, 0.4, 0.4, 0.4]}
    found = verdict_on(Part("x", TRUST, "higher", RunsRead("b")), values, sets=1)
    half = 3.182446 * np.std([0.1, 0.2, 0.3, 0.4], ddof=1) / 2
    assert (found["low"], found["high"]) == (pytest.approx(0.25 - half), pytest.approx(0.25 + half))


def test_a_condition_that_no_run_meets_leaves_nothing_to_test():
    """Relief for the successful cannot be judged where nobody succeeds."""
    among = Reading("is_successful", 0, 0)
    part = Part("x", TRUST, "higher", RunsRead("b"), among=among)
    values = {"a": [0.9, 0.5, 0.9, 0.5], "b": [0.5] * 4}
    nobody = made_up({"b": [0.0] * 4}, sets=2, reading=among)
    found = part_effects(pd.concat([made_up(values, sets=2), nobody]), [Claim("a", (part,))]).iloc[0]
    assert found["verdict"] == UNTESTABLE
    first_set = made_up({"b": [1.0, 0.0, 1.0, 0.0]}, sets=2, reading=among)
    found = part_effects(pd.concat([made_up(values, sets=2), first_set]), [Claim("a", (part,))]).iloc[0]
    assert found["effect"] == pytest.approx(0.4)
    assert found["runs"] == 2


def test_effects_on_two_measures_are_compared_in_standard_deviations():
    """A rise of one standard deviation against one of three: two less."""
    other = Reading("attendance", 0, 0)
    part = Part("x", TRUST, "higher", RunsRead("b"), than=other)
    noise = np.array([-1.0, 1.0] * 10)  # each of the two sets has both values ten times over
    within = float(np.std([-1.0, 1.0] * 5, ddof=1))
    order = np.repeat(noise, 2)
    values = made_up({"a": list(order + 1.0 * within), "b": list(order)}, sets=2)
    others = made_up({"a": list(order + 3.0 * within), "b": list(order)}, sets=2, reading=other)
    found = part_effects(pd.concat([values, others]), [Claim("a", (part,))]).iloc[0]
    scale = within / float(np.std(noise, ddof=1))
    assert found["effect"] == pytest.approx(-2.0 * scale, rel=0.02)
    assert found["verdict"] == CONTRADICTED


def test_alternatives_count_once_and_by_the_best():
    """Of "fade or lose their voice" one is enough; parts without alternatives must all hold."""
    parts = pd.DataFrame(
        {
            "scenario": ["a"] * 3 + ["b"] * 2,
            "verdict": [SUPPORTED, CONTRADICTED, SUPPORTED, SUPPORTED, CONTRADICTED],
            "finding": [""] * 5,
            "either": ["", "or", "or", "", ""],
        }
    )
    assert list(claim_verdicts(parts)["verdict"]) == [SUPPORTED, MIXED]


def test_a_claim_holds_in_a_set_if_all_its_parts_do_there():
    """Each part alone holds in two of three sets, both together in one; of alternatives one is enough."""
    standing = {0: (2.0, 2.0), 1: (2.0, 0.0), 2: (0.0, 2.0)}
    rows = [
        {"scenario": scenario, "part": part, "either": either, "parameter_set": number, "standing": value}
        for scenario, either in (("both", ""), ("one", "or"))
        for number, values in standing.items()
        for part, value in enumerate(values, 1)
    ]
    assert claims_hold_in(pd.DataFrame(rows)).to_dict() == {"both": pytest.approx(1 / 3), "one": 1.0}


def test_regimes_are_read_as_shares_of_months():
    """Two of three months dissolved, and one more than in the month before."""
    regimes = {REGIME: np.array([[4.0, 0.0, 0.0]])}
    assert reading_values(Reading(REGIME, 0, 2, regimes=("dissolved",)), regimes) == pytest.approx([2 / 3])
    assert reading_values(Reading(REGIME, 2, 2, (0, 0), regimes=("dissolved",)), regimes) == pytest.approx([1.0])


@pytest.fixture(scope="module")
def answers(scenarios):
    """Two claims on two accepted sets, four runs each."""
    some = [claim for claim in CLAIMS if claim.scenario in ("smart_council", "two_tier_confusion")]
    best = load_scenario("baseline_lsp").behaviour
    sets = [NumberSet(dataclasses.replace(best, trust_rate=rate)) for rate in (0.1, 0.2)]
    mine = {batch: scenarios[batch] for batch in readings_of(some)}
    readings = read_runs(mine, sets, replicates=4, seed=3, workers=1, claims=some)
    return some, readings, part_effects(readings, some)


@pytest.mark.slow
def test_readings_are_those_of_single_runs(answers):
    """Replicate 3 takes the second set, and what is read is what that one run shows."""
    _, readings, _ = answers
    label = Reading("attendance", 12, 143).label
    mine = readings[(readings["batch"] == "two_tier_confusion") & (readings["reading"] == label)]
    mine = mine[mine["replicate"] == 3]
    scenario = load_scenario("two_tier_confusion", ["behaviour.trust_rate=0.2"])
    history = simulate(scenario, seed=3, replicate=3).measures
    assert mine["parameter_set"].tolist() == [1]
    assert mine["value"].iloc[0] == pytest.approx(history["attendance"].iloc[12:].mean())


def test_figures_words_and_page_tell_every_part(answers):
    """Nothing that was tested may be left out of what is told."""
    some, readings, parts = answers
    held = claims_hold_in(standings_by_set(readings, some))
    claims = with_texts(claim_verdicts(parts), tuple(some)).join(held, on="scenario")
    forest = claims_forest(parts).axes[0]
    assert len(forest.get_yticks()) == len(parts)
    assert len(claims_overview(parts).axes[0].get_yticks()) == len(claims)
    words = claims_in_words(claims, parts)
    assert words.startswith("Of 2 claims ")
    page = claims_page(claims, parts, words, command=["partnerships", "claims"], method="By tests.")
    assert all(says in page for says in parts["statement"])


def test_words_name_parts_that_fail_in_a_supported_claim():
    """Of "fade or lose their voice" one is enough, but that nobody fades has to be said."""
    either = {"either": "or", "by_rule": "", "holds_in": 0.0, "sets": 9, "runs": 90, "scenario": "a"}
    rows = [
        either | {"statement": "they fade", "verdict": CONTRADICTED, "finding": "the opposite"},
        either | {"statement": "they lose their voice", "verdict": SUPPORTED, "finding": "as claimed"},
    ]
    parts = pd.DataFrame(rows)
    assert "- A, supported. Not supported: they fade (the opposite" in claims_in_words(claim_verdicts(parts), parts)
