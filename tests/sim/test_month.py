"""The list of steps: nothing in it is unused, and copies with changes leave it as it is."""

from __future__ import annotations

import dataclasses
import pickle
import types
from collections.abc import Callable, Iterator
from typing import Any

import cloudpickle
import pytest

import sim
from sim.jit import RULES
from sim.month import MONTH
from sim.nulls import NULLS
from sim.partners import Partner
from sim.partnership import PartnershipModel
from sim.rules.mathematics import total
from sim.steps import PairStep, Repeat, Step, flat

METHODS = {
    function.__name__: function
    for kind in (Partner, PartnershipModel)
    for function in vars(kind).values()
    if function in RULES
}


def names_in(code: types.CodeType) -> Iterator[str]:
    """Give every name that a function looks up, also within the functions that it makes."""
    yield from code.co_names
    for part in code.co_consts:
        if isinstance(part, types.CodeType):
            yield from names_in(part)


def called_by(function: Callable[..., Any]) -> set[Callable[..., Any]]:
    """Return the rules that a function names: by themselves, in a module that it names, or as methods."""
    names = set(names_in(function.__code__))
    holders = [vars(value) for name in names if isinstance(value := function.__globals__.get(name), types.ModuleType)]
    found = [holder.get(name) for holder in (function.__globals__, METHODS, *holders) for name in names]
    return {rule for rule in RULES if any(rule is other for other in found)}


def taken(month: sim.Month) -> list[Callable[..., Any]]:
    """Return every function that a month names: steps, formulas of measures, and conditions."""
    steps = flat((*month.launch_steps, *month.steps))
    functions = [step.function if isinstance(step, Step) else step.rule for step in steps]
    functions += [term.function for term in month.terms.values() if term.function is not None]
    return functions + [measure.formula for measure in month.measures.values() if callable(measure.formula)]


def in_use(month: sim.Month) -> set[Callable[..., Any]]:
    """Return every rule that a month goes through, also by way of others."""
    found: set[Callable[..., Any]] = set()
    waiting = taken(month)
    while waiting:
        function = waiting.pop()
        waiting += called_by(function) - found
        found |= called_by(function) | {function}
    return found


NULL_MODELS = "sim.nulls"
OF_ANALYSIS = {"tie_transitivity", "at_the_end"}
"""What the reading of patterns goes by, as it is read of runs of any month."""

OF_PACKAGE = [
    rule
    for rule in RULES
    if rule.__module__.startswith("sim.") and not rule.__module__.startswith((NULL_MODELS, "sim.dealing"))
]


def test_every_rule_is_in_use():
    """A rule or step that no month goes through, not even by way of another, describes some other model."""
    used = in_use(MONTH)
    assert {rule.__qualname__ for rule in OF_PACKAGE if rule not in used} == OF_ANALYSIS


@pytest.mark.slow
def test_every_rule_of_null_models_is_in_use():
    """Of each null model, in its own month."""
    for name, month in NULLS.items():
        own = [rule for rule in RULES if rule.__module__ == f"{NULL_MODELS}.{name}"]
        assert [rule.__qualname__ for rule in own if rule not in in_use(month)] == []


def test_a_rule_that_is_no_longer_used_would_be_seen():
    """The search must not find what is not there."""
    used = in_use(MONTH.without("be_assessed", "make_agreement", "go_elsewhere"))
    unused = {rule.__name__ for rule in OF_PACKAGE if rule not in used} - OF_ANALYSIS
    assert unused == {
        "be_assessed",
        "make_agreement",
        "answer_of_the_centre",
        "reward_for",
        "closed_in_block",
        "go_elsewhere",
        "pull_elsewhere",
    }
    assert total in used


def test_every_step_is_a_marked_function_that_says_what_it_does():
    """What is not marked would not compile, and the schedule of the documents is made of the sentences."""
    for step in flat((*MONTH.launch_steps, *MONTH.steps)):
        assert (step.rule if isinstance(step, PairStep) else step.function) in RULES, step.name
        assert len(step.says) > 5, step.name


def test_the_schedule_numbers_rounds_within_rounds():
    """The documents show it: who takes what, in which months, and where its text stands."""
    rows = {row["step"]: row for row in MONTH.schedule}
    outer = rows["every_table"]["number"]
    assert rows["every_item"]["number"].startswith(f"{outer}.")
    assert rows["vote"]["number"].startswith(f"{rows['every_item']['number']}.")
    assert rows["vote"]["taken_by"] == "every member of the table"
    assert rows["vote"]["when"] == "item is open"
    assert rows["vote"]["place"] == "sim.meetings.vote"
    assert len(rows) == len(MONTH.schedule)


def do_nothing(self):
    pass


def test_a_changed_month_leaves_the_month_alone():
    """Months are shared: an extension must not change the model for everybody."""
    before = MONTH.steps
    changed = MONTH.replacing(see_results=do_nothing).without("give_account").holding(grudge="partner").drawing("mood")
    assert MONTH.steps is before
    assert [step.name for step in changed.steps if step.name == "do_nothing"] == ["do_nothing"]
    assert "give_account" not in [step.name for step in changed.steps]
    assert len(changed.steps) == len(before) - 1
    assert "grudge" not in MONTH.known["partner"]
    assert "mood" not in [stream.name for stream in MONTH.streams]
    with pytest.raises(dataclasses.FrozenInstanceError):
        MONTH.steps = ()


def test_steps_are_put_in_where_they_are_told():
    """Order is what a month is: after a step, before a step, within rounds, and in every place of one taken twice."""
    step = dataclasses.replace(MONTH.steps[0], function=do_nothing)
    names = [step.name for step in MONTH.steps]
    place = names.index("see_results")
    after, before = MONTH.after("see_results", step), MONTH.before("see_results", step)
    assert [s.name for s in after.steps].index("do_nothing") == place + 1
    assert [s.name for s in before.steps].index("do_nothing") == place
    twice = MONTH.after("see_results", MONTH.steps[place])
    assert [s.name for s in twice.replacing(see_results=do_nothing).steps].count("do_nothing") == 2
    last = [s.name for s in twice.after("see_results", step).steps]
    assert last[place : place + 3] == ["see_results", "see_results", "do_nothing"]


def test_steps_within_rounds_are_found_by_their_names():
    """Votes are taken in rounds of rounds; the rounds themselves are named by their counter."""

    def item_of(month):
        tables = next(step for step in month.steps if step.name == "every_table")
        return [step.name for step in next(step for step in tables.steps if isinstance(step, Repeat)).steps]

    step = dataclasses.replace(MONTH.steps[0], function=do_nothing)
    names = item_of(MONTH)
    changed = item_of(MONTH.after("vote", step))
    assert changed == [*names[: names.index("vote") + 1], "do_nothing", *names[names.index("vote") + 1 :]]
    assert "vote" not in item_of(MONTH.without("vote"))
    assert "every_table" not in [step.name for step in MONTH.without("every_table").steps]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda: MONTH.without("vot"), "unknown step 'vot'; did you mean vote?"),
        (lambda: MONTH.replacing(vot=do_nothing), "unknown step 'vot'; did you mean vote?"),
        (lambda: MONTH.replacing(every_item=do_nothing), "'every_item' are rounds of steps: replace one of these"),
        (lambda: MONTH.holding(belief="partner"), "belief"),
        (lambda: MONTH.holding(grudge="seat"), "grudge = 'seat' is not allowed"),
        (lambda: MONTH.drawing("rank"), "there is a stream 'rank' already"),
        (lambda: MONTH.measuring(sim.MEASURES["trust"]), "there is a measure 'trust' already"),
        (lambda: MONTH.pulling(MONTH.terms["habit"]), "there is a term 'habit' already"),
    ],
)
def test_a_change_that_cannot_be_is_refused_in_one_line(change, said):
    """A misspelt step must not be a step that nobody takes."""
    with pytest.raises(sim.ScenarioError) as refused:
        change()
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_month_of_the_model_travels_by_its_name():
    """Workers of a study have it; what is sent to them is a name, and it comes back as the same object."""
    assert pickle.loads(pickle.dumps(MONTH)) is MONTH


def test_a_changed_month_travels_by_its_parts(typical):
    """As workers are sent it, with functions and all: what arrives does the same under the same key."""
    changed = MONTH.replacing(see_results=do_nothing)
    arrived = cloudpickle.loads(cloudpickle.dumps(changed))
    assert arrived.own_key == changed.own_key != MONTH.own_key == ""
    one, other = (sim.simulate(typical, month=month).measures for month in (changed, arrived))
    assert one.equals(other)
    assert not one.equals(sim.simulate(typical).measures)
