"""What docs/extending.md shows works as it stands there, in both engines; what cannot be is told in one line."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest
from strategies import extension_text

import sim
from sim.jit import rule
from sim.month import MEMBERS, MONTH, PLACE
from sim.parameters import structural
from sim.steps import PairStep, Step
from sim.terms import Term


@pytest.fixture(scope="module")
def grudges(tmp_path_factory: pytest.TempPathFactory) -> sim.Month:
    """Return the month of the page's module, read from a file."""
    file = tmp_path_factory.mktemp("own") / "grudges.py"
    file.write_text(extension_text(), "utf-8")
    return sim.load_month(str(file))


def plain(**changes: Any) -> dict[str, Any]:
    members = {"council": 1, "police": 1, "large_employer": 2, "vcs_service_provider": 2, "residents_network": 1}
    return {"months": 30, "board": {"members": members}, **changes}


@pytest.mark.slow
def test_the_page_gives_the_same_bits_in_both_engines(grudges):
    """A researcher's own rule that counted in one engine only would be published as a finding."""
    calendar = [{"from": "2002-04", "own": {"apology": 0.7}}]
    settings = [plain(own={"grudge_rate": 0.3}, calendar=calendar), plain(own={"grudge_weight": 3.0})]
    scenarios = {f"scenario {n}": sim.scenario_from(one, month=grudges) for n, one in enumerate(settings)}
    asked: dict[str, Any] = {"record_terms": True, "record": "slights", "month": grudges}
    ensemble = sim.simulate_ensemble(scenarios, replicates=3, seed=7, **asked)
    for s, scenario in enumerate(scenarios.values()):
        for replicate in range(3):
            history = sim.simulate(scenario, seed=7, replicate=replicate, **asked)
            for name in grudges.measures:
                assert np.array_equal(ensemble[name][s, replicate], history.measures[name]), name
            columns = list(ensemble.partner_columns)
            rows = history.partners[columns].to_numpy().reshape(30, -1, len(columns))
            assert np.array_equal(ensemble.partners[s, replicate], rows)
            for name in ("grudge", "trust"):
                assert np.array_equal(ensemble.record[name][s, replicate], history.record[name])
    assert "term_grudge" in ensemble.partner_columns
    assert ensemble["grudge"].max() > 0.1
    assert ensemble.partners[..., columns.index("term_grudge")].min() < -0.1


def test_an_own_lever_acts_from_its_date_on(grudges):
    """Until the apology nothing differs, and afterwards there are fewer grudges."""
    before = sim.simulate(
        sim.scenario_from(plain(own={"grudge_rate": 0.3}), month=grudges), seed=3, month=grudges
    ).measures
    calendar = [{"from": "2002-04", "own": {"apology": 1.0}}]
    settings = plain(own={"grudge_rate": 0.3}, calendar=calendar)
    after = sim.simulate(sim.scenario_from(settings, month=grudges), seed=3, month=grudges).measures
    assert before.loc[:11, "grudge"].equals(after.loc[:11, "grudge"])
    assert after["grudge"].iloc[-1] < before["grudge"].iloc[-1]


def test_an_own_lever_acts_in_a_rule_of_the_model(grudges):
    """Where nobody bears a grudge yet, an apology tells in the trust in who proposes alone."""
    without, apologised = (
        sim.PartnershipModel(
            sim.scenario_from(plain(own={"grudge_weight": 0.0, "apology": share}), month=grudges), month=grudges
        )
        for share in (0.0, 1.0)
    )
    for model in (without, apologised):
        model.step()
    assert without.raised > 0.0
    pairs = [
        (one.trust_in_proposer, other.trust_in_proposer)
        for one, other in zip(without.partners, apologised.partners, strict=True)
    ]
    assert all(other == pytest.approx(one + 0.2 * (1.0 - one)) for one, other in pairs if one > 0.0)
    assert any(one > 0.0 for one, _ in pairs)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"own": {"grudge_rat": 0.1}}, r"unknown setting own.grudge_rat; did you mean grudge_rate\?"),
        ({"own": {"grudge_rate": 0.9}}, r"own.grudge_rate = 0.9 is not allowed: .*0.5"),
        ({"calendar": [{"from": "2002-04", "own": {"apology": 2}}]}, r"calendar entry from 2002-04: own.apology"),
    ],
)
def test_own_settings_are_checked_like_ours(grudges, changes, told):
    """A misspelt parameter of one's own must not run with its default."""
    with pytest.raises(sim.ScenarioError, match=told):
        sim.scenario_from(plain(**changes), month=grudges)


def test_own_settings_without_an_extension_are_refused():
    """They would be kept in the manifest and do nothing."""
    scenario = dataclasses.replace(sim.scenario_from(plain()), own={"grudge_rate": 0.1})
    for run in (
        lambda: sim.scenario_from(plain(own={"grudge_rate": 0.1})),
        lambda: sim.simulate(scenario),
        lambda: sim.simulate_ensemble([scenario], replicates=1),
    ):
        with pytest.raises(sim.ScenarioError, match=r"own.grudge_rate is set, but no extension declares it"):
            run()


@pytest.fixture
def grudges_file(tmp_path: Path) -> Path:
    """Return the file of the page's module."""
    file = tmp_path / "grudges.py"
    file.write_text(extension_text(), "utf-8")
    return file


def test_a_scenario_names_the_extension_that_it_lives_by(grudges, grudges_file):
    """What reads a manifest or a plan has a scenario, and no month."""
    named = sim.scenario_from(plain(extension=str(grudges_file), own={"grudge_rate": 0.3}))
    given = sim.scenario_from(plain(own={"grudge_rate": 0.3}), month=grudges)
    assert named.own == given.own == {"grudge_rate": 0.3, "grudge_weight": 1.0, "apology": 0.0}
    assert sim.with_changes(named, months=12).own == named.own
    pd.testing.assert_frame_equal(sim.simulate(named).measures, sim.simulate(given, month=grudges).measures)
    with pytest.raises(sim.ScenarioError, match=r"own.grudge_rate = 0.9 is not allowed"):
        sim.with_changes(named, own={"grudge_rate": 0.9})


def test_a_file_that_was_edited_is_read_anew(grudges_file):
    """In a notebook one edits the rule and runs the cell again."""
    scenario = sim.scenario_from(plain(extension=str(grudges_file), own={"grudge_rate": 0.3}))
    before, key = sim.simulate(scenario).measures["grudge"], sim.month_of(scenario).own_key
    grudges_file.write_text(extension_text().replace("slighted * (1.0 - apology)", "0.0 * slighted"), "utf-8")
    assert before.max() > 0.0 == sim.simulate(scenario).measures["grudge"].max()
    assert key != sim.month_of(scenario).own_key
    grudges_file.write_text(extension_text() + "# as it was\n", "utf-8")
    assert key == sim.month_of(scenario).own_key


def test_scenarios_of_different_extensions_do_not_run_together(grudges_file):
    """They have other measures, in other columns."""
    pair = [sim.scenario_from(plain()), sim.scenario_from(plain(extension=str(grudges_file)))]
    with pytest.raises(sim.ScenarioError, match="cannot run together"):
        sim.simulate_ensemble(pair, replicates=1)


@pytest.mark.parametrize("name", ["nowhere", "nowhere.py", "no.where"])
def test_an_extension_that_is_not_there_is_refused(name):
    with pytest.raises(sim.ScenarioError, match=f"extension = '{name}' is neither a module"):
        sim.scenario_from(plain(extension=name))


MOOD = structural("calm", unit="", source="assumed", says="What it is like.")


def plain_settings(*fields: Any) -> type:
    return dataclasses.make_dataclass("Settings", fields, frozen=True)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda: MONTH.replacing(vot=len), "unknown step 'vot'; did you mean vote"),
        (lambda: MONTH.without("nothing"), "unknown step 'nothing'"),
        (lambda: MONTH.holding(belief="partner"), "'belief' is held already"),
        (lambda: MONTH.holding(mood="table"), "mood = 'table' is not allowed"),
        (lambda: MONTH.pulling(Term("habit", "", "", function=len)), "there is a term 'habit' already"),
        (lambda: MONTH.pulling(Term("mood", "", "")), "the term 'mood' has no function"),
        (lambda: MONTH.measuring(sim.MEASURES["trust"]), "there is a measure 'trust' already"),
        (lambda: MONTH.drawing("rank"), "there is a stream 'rank' already"),
        (lambda: MONTH.setting(plain_settings(("mood", float, 0.1))), "own.mood is not declared: write mood: Real ="),
        (lambda: MONTH.setting(plain_settings(("mood", float))), "own.mood is not declared"),
        (lambda: MONTH.setting(plain_settings(("mood", Literal["calm", "wild"], MOOD))), "own.mood takes names"),
    ],
)
def test_changes_that_cannot_be_are_refused(change, told):
    with pytest.raises(sim.ScenarioError, match=told):
        change()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "has no month"),
        ("month = 3", "has no month"),
    ],
)
def test_a_module_without_a_month_is_refused(tmp_path, text, told):
    file = tmp_path / "mine.py"
    file.write_text(text, "utf-8")
    with pytest.raises(sim.ScenarioError, match=told):
        sim.load_month(str(file))
    with pytest.raises(sim.ScenarioError, match="neither a module that can be imported nor a file"):
        sim.load_month(str(tmp_path / "other.py"))


# ---------------------------------------------------------------------- what the compiler refuses


@rule
def with_a_comprehension(self):
    self.standing = sum(2.0 * value for value in (1.0, 2.0))


@rule
def with_an_unknown_number(self):
    self.standing = self.inffluence


@rule
def with_a_write_to_what_is_given(self):
    self.model.behaviour.habit_pull = 1.0


def helper(value):
    return value + 1.0


@rule
def with_a_call_of_what_is_no_rule(self):
    self.raised = helper(self.raised)


@rule
def with_a_text(self):
    self.name_of = f"{self.raised}"


@rule
def with_a_rounded_text(self):
    self.name_of = f"{self.raised:.2f}"


@rule
def a_pair_rule(trust: float, other_moood: float) -> float:
    return trust * other_moood


@pytest.mark.slow
@pytest.mark.parametrize(
    ("function", "takers", "told"),
    [
        (
            with_a_comprehension,
            MEMBERS,
            r"step 'with_a_comprehension', .*test_extending.py, line \d+: a comprehension cannot",
        ),
        (with_an_unknown_number, MEMBERS, r"a partner holds no 'inffluence'; did you mean influence\?"),
        (with_a_write_to_what_is_given, MEMBERS, r"'habit_pull' of behaviour is given and cannot be written to"),
        (with_a_call_of_what_is_no_rule, PLACE, r"'helper' cannot be called from a step; mark it with @rule"),
        (with_a_text, PLACE, r"a formatted text cannot be compiled"),
        (with_a_rounded_text, PLACE, r"step 'with_a_rounded_text', .*line \d+"),
    ],
)
def test_what_the_compiler_refuses_is_told_in_one_line(function, takers, told):
    """Numba's own message is a page about types; whoever wrote a rule needs its line and what to write instead."""
    month = sim.Month(launch_steps=(), steps=(Step(function, takers, "A step of one's own."),))
    with pytest.raises(sim.ScenarioError, match=told) as refused:
        sim.prepare_engine(month)
    assert "\n" not in str(refused.value)


def test_an_argument_between_bodies_that_names_nothing_is_refused():
    month = MONTH.after("see_results", PairStep(a_pair_rule, "A rule of one's own.", writes="trust"))
    with pytest.raises(sim.ScenarioError, match="'other_moood' names no number"):
        sim.simulate(sim.scenario_from(plain()), month=month)
