"""Steps and rules of one's own: what their compiled form is found by, and that nothing is swapped unseen."""

from __future__ import annotations

import dataclasses
import types
from typing import Any

import pytest

import sim
from sim import accountability, compiled, meetings, own, projects
from sim.jit import RULES
from sim.measures import Measure
from sim.month import EVERYBODY, MEMBERS, MONTH, PLACE, Month
from sim.steps import PairStep, Step
from sim.terms import Term

# ---------------------------------------------------------------- the key of a month


def module_with(text: str) -> types.ModuleType:
    """Return a module of an extension with that text."""
    module = types.ModuleType("an_extension")
    exec(text, module.__dict__)
    return module


def step_of(text: str) -> Any:
    return module_with(text).step


PLAIN = "RATE = 0.5\ndef step(self):\n    self.belief = RATE * self.belief\n"
OTHER_TEXTS = {
    "another number": PLAIN.replace("0.5", "0.25"),
    "another constant within": "def step(self):\n    self.belief = 0.5 * self.belief\n",
    "another operation": PLAIN.replace("RATE *", "RATE +"),
    "another attribute": PLAIN.replace("= RATE * self.belief", "= RATE * self.aspires"),
}


def key(month: Month) -> str:
    return dataclasses.replace(month).own_key


def test_the_month_of_the_model_has_no_key_of_its_own():
    """It goes by the text of the package alone, whoever has declared rules of their own besides."""
    assert key(MONTH) == key(Month()) == ""


def test_the_same_text_has_the_same_key():
    """A second process, a comment or another place in the file must not compile anew."""
    commented = "# as published\n\n" + PLAIN.replace("\n    self", "\n    # half of it\n    self")
    assert (
        key(MONTH.replacing(see_results=step_of(PLAIN))) == key(MONTH.replacing(see_results=step_of(commented))) != ""
    )


@pytest.mark.parametrize("text", OTHER_TEXTS.values(), ids=OTHER_TEXTS)
def test_another_text_has_another_key(text):
    """A stale engine would go on giving the old numbers."""
    assert key(MONTH.replacing(see_results=step_of(text))) != key(MONTH.replacing(see_results=step_of(PLAIN)))


def test_a_number_in_another_module_or_a_default_counts():
    """Compiled code holds it as it was."""

    def with_rate(rate):
        step = step_of("def step(self):\n    self.belief = settings.RATE\n")
        step.__globals__["settings"] = module_with(f"RATE = {rate}")
        return key(MONTH.replacing(see_results=step))

    def with_default(rate):
        return key(MONTH.replacing(see_results=step_of(f"def step(self, rate={rate}):\n    self.belief = rate\n")))

    for given in (with_rate, with_default):
        assert given(0.5) == given(0.5) != given(0.25)


def test_rules_of_ones_own_count(monkeypatch):
    """A step goes by the numbers of the rules that it calls, however far down; the model's month calls none."""
    text = "def step(self):\n    self.belief = eased(self.belief)\ndef eased(x):\n    return halved(x)\n"
    keys = []
    for rate in (0.5, 0.5, 0.25):
        module = module_with(text + f"def halved(x):\n    return {rate} * x\n")
        monkeypatch.setattr(own, "RULES", [*RULES, module.eased, module.halved])
        keys.append(key(MONTH.replacing(see_results=module.step)))
        assert key(MONTH) == ""
    assert keys[0] == keys[1] != keys[2]


def test_rules_that_a_month_does_not_call_do_not_count(monkeypatch):
    """Else whatever was read besides in a process would have the month compiled anew."""
    month = MONTH.replacing(see_results=step_of(PLAIN))
    before = key(month)
    monkeypatch.setattr(own, "RULES", [*RULES, module_with("def halved(x):\n    return 0.5 * x\n").halved])
    assert key(month) == before


def measure(formula):
    return Measure("kept_promises", "share", 0.0, 1.0, "Promises kept so far.", formula)


TWO_WAYS = PairStep(meetings.partners_who_come, "They are looked at.", adds=("partners_coming",))
CHANGES = [
    MONTH,
    MONTH.without("see_results"),
    MONTH.before("see_results", MONTH.steps[3]),
    MONTH.after("see_results", MONTH.steps[3]),
    MONTH.after("see_results", TWO_WAYS),
    MONTH.after("see_results", dataclasses.replace(TWO_WAYS, to="other")),
    MONTH.after("see_results", dataclasses.replace(TWO_WAYS, among="everybody")),
    MONTH.after("see_results", dataclasses.replace(TWO_WAYS, adds=("degree",))),
    MONTH.after("see_results", dataclasses.replace(TWO_WAYS, when=MONTH.steps[0].when)),
    MONTH.after("see_results", Step(projects.see_results, MEMBERS, "They look again.")),
    MONTH.after("see_results", Step(projects.see_results, EVERYBODY, "They look again.")),
    MONTH.after("see_results", Step(accountability.give_account, PLACE, "The public hears of it.")),
    MONTH.after("vote", Step(meetings.vote, MEMBERS, "They vote again.")),
    MONTH.without("every_item"),
    MONTH.measuring(measure("raised")),
    MONTH.measuring(measure("adopted_now")),
    MONTH.measuring(measure(lambda m: m.adopted_now)),
    MONTH.measuring(measure(lambda m: m.raised)),
    MONTH.measuring(dataclasses.replace(measure("raised"), names_regimes=True)),
    MONTH.pulling(Term("mood", "mood", "How it feels.", function=lambda self: self.belief)),
    MONTH.drawing("mood"),
    MONTH.drawing("mood", each=False),
    MONTH.drawing("mood", "weather"),
    MONTH.holding(grudge="partner"),
    MONTH.holding(grudge="partnership"),
    MONTH.holding(envy="partner"),
    dataclasses.replace(MONTH, columns={**MONTH.columns, "aspires": "aspires"}),
    dataclasses.replace(MONTH, columns={**MONTH.columns, "aspires": "standing"}),
    dataclasses.replace(MONTH, launch_steps=MONTH.launch_steps[:-1]),
]


def test_every_change_of_a_month_has_a_key_of_its_own():
    """What two months have in common but the key would be run by the code of the wrong one."""
    assert len({key(month) for month in CHANGES}) == len(CHANGES)


def test_a_changed_month_is_another_file_than_the_models():
    """Without any function of one's own the model's compiled month would be taken, and columns be left empty."""
    models = compiled.put_together(MONTH).kept.path
    assert compiled.put_together(MONTH.measuring(measure("raised"))).kept.path != models


# ---------------------------------------------------------------- nothing swapped unseen


def swapped(*arguments, **named):
    return 0.5


SWAPS = {
    "a rule": ("sim.rules.policy.duty_pressure", swapped),
    "a rule in the module that calls it": ("sim.life.mean_or_zero", swapped),
    "a rule that only other rules call": ("sim.rules.mathematics.logarithm", swapped),
    "a rule between two bodies": ("sim.ties.made_or_lost", swapped),
    "a step of a body": ("sim.meetings.vote", swapped),
    "a step of the table": ("sim.life.consider_abolition", swapped),
    "a rule that steps call": ("sim.policy.pressure_of", swapped),
    "a term": ("sim.meetings.habit_term", swapped),
    "a formula": ("sim.measures.stage", swapped),
    "a number": ("sim.life.MEMORY_OF_A_YEAR", 0.5),
    "a number of a rule": ("sim.rules.structure.JUNIOR_WEIGHT", 0.3),
    "a whole number": ("sim.accountability.ASSESSMENT_INTERVAL", 6),
    "a month of the year": ("sim.projects.FISCAL_YEAR_END", 4),
    "weights": ("sim.meetings.GROWTH_PRIORITIES", (0.2, 0.2, 0.2, 0.2, 0.2)),
    "how many there are": ("sim.tables.N_PROJECTS", 8),
}
ENGINES = {
    "a model": lambda scenario: sim.PartnershipModel(scenario),
    "a run": lambda scenario: sim.simulate(scenario),
    "an ensemble": lambda scenario: sim.simulate_ensemble([scenario], replicates=1),
}


@pytest.mark.parametrize("begin", ENGINES.values(), ids=ENGINES)
@pytest.mark.parametrize(("name", "other"), SWAPS.values(), ids=SWAPS)
def test_what_was_swapped_is_refused_by_both_engines(name, other, begin, typical, monkeypatch):
    """Mesa would go by the new one and the compiled engine by the old, without a word."""
    monkeypatch.setattr(name, other)
    with pytest.raises(sim.ScenarioError) as refused:
        begin(typical)
    assert str(refused.value).startswith(f"{name} was replaced from outside")
    assert "MONTH.replacing" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("begin", ENGINES.values(), ids=ENGINES)
def test_what_was_taken_away_is_refused_too(begin, typical, monkeypatch):
    """What a step needs and does not find would end in the middle of a run."""
    monkeypatch.delattr("sim.rules.policy.nudged")
    with pytest.raises(sim.ScenarioError, match=r"sim\.rules\.policy\.nudged was replaced"):
        begin(typical)


def test_what_was_put_back_is_taken(typical, monkeypatch):
    """The check is on what is, not on what was."""
    plain = sim.simulate(typical).measures
    monkeypatch.setattr("sim.rules.policy.duty_pressure", swapped)
    monkeypatch.undo()
    assert sim.simulate(typical).measures.equals(plain)


def test_a_changed_month_is_the_way_to_swap(typical):
    """What is refused from outside is had by a step of one's own, and leaves the model's month as it was."""
    plain = sim.simulate(typical).measures
    changed = sim.simulate(typical, month=MONTH.replacing(trust_a_month_later=lambda trust: 0.5 * trust)).measures
    assert (changed["trust"].iloc[5:] < plain["trust"].iloc[5:]).all()
    assert sim.simulate(typical).measures.equals(plain)
