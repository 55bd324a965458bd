"""Steps as Mesa takes them: who takes them, and every form of a step between two bodies against a plain loop."""

from __future__ import annotations

import dataclasses
import itertools
import pickle
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import TYPICAL_BOARD, board, fading_settings, lived, step_label, typical_settings

import sim
from sim import month as months
from sim.jit import RULES, rule
from sim.measures import Measure
from sim.month import MONTH
from sim.steps import PairStep, Repeat, Step, Takers, flat

# ---------------------------------------------------------------- tables to take steps at

COMING_AND_GOING = typical_settings(
    months=60,
    board={
        "members": dict(TYPICAL_BOARD),
        "entries": [
            {"month": step_label(4), "archetype": "faith_network"},
            {"month": step_label(59), "archetype": "fire_service"},
        ],
    },
    calendar=[{"from": step_label(9), "abolish": ["jobcentre_plus", "residents_network", "large_employer"]}],
    levers={"reorganisation": 0.8, "statutory": 1.0},
)
EVERYBODY_ENDS = [{"from": step_label(3), "abolish": ["council", "police"]}]
TABLES = {
    "some have left": (COMING_AND_GOING, 30),
    "at the launch": (typical_settings(months=3), 0),
    "two bodies": ({"months": 9, "board": board({"police": 1, "faith_network": 1})}, 5),
    "one body": ({"months": 9, "board": board({"council": 1})}, 5),
    "nobody": ({"months": 9, "board": board({"council": 1, "police": 1}), "calendar": EVERYBODY_ENDS}, 5),
    "no table": (fading_settings(), 40),
}


@cache
def _kept(name: str) -> bytes:
    plain, months = TABLES[name]
    return pickle.dumps(lived(sim.scenario_from(plain), seed=3, months=months))


def table(name: str) -> Any:
    """Return a model that has lived for a while, made anew."""
    return pickle.loads(_kept(name))


def test_the_tables_are_what_they_are_called():
    """A table of nobody who left would test nothing of those who did."""
    model = table("some have left")
    outside = [partner for partner in model.partners if not partner.is_member]
    assert len(model.members) > 5
    assert len([partner for partner in outside if partner.is_abolished]) == 5
    assert len([partner for partner in outside if not partner.is_abolished]) == 1
    assert model.members != model.partners[: len(model.members)], "who left sat among those who stayed"
    assert [len(table(name).members) for name in ("two bodies", "one body", "nobody")] == [2, 1, 0]
    assert table("no table").stands == 0.0
    assert matrix(model, "joint").any()
    assert matrix(model, "tie").any()


def matrix(model: Any, name: str) -> np.ndarray:
    return np.array([getattr(partner, name) for partner in model.partners])


def state_of(model: Any) -> dict[str, Any]:
    """Return everything that bodies and the table hold, and who sits."""
    known = MONTH.known
    bodies = [
        {name: getattr(partner, name) for name in (*known["partner"], *known["matrix"])} for partner in model.partners
    ]
    whole = {name: getattr(model, name) for name in known["partnership"]}
    return {"bodies": bodies, "table": whole, "members": [partner.position for partner in model.members]}


# ---------------------------------------------------------------- who takes a step

ALL_TAKERS = {name: value for name, value in vars(months).items() if isinstance(value, Takers)}


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("takers", ALL_TAKERS.values(), ids=ALL_TAKERS)
def test_a_list_of_takers_is_the_condition_on_each(takers, name):
    """Mesa goes by the list and compiled code by the condition: a body on one of them alone would part the engines."""
    model = table(name)
    for partner in model.partners[::3]:
        partner.sits = partner.proposes = partner.joins_team = 1.0
    listed = list(takers.listed(model))
    if takers.among == "partnership":
        assert listed == ([model] if takers.where(model) else [])
    else:
        assert listed == [partner for partner in model.partners if takers.where(partner)]


def test_there_are_takers_of_every_kind():
    assert set(ALL_TAKERS) == {"PLACE", "MEMBERS", "EVERYBODY", "AT_THE_TABLE", "WHO_PROPOSES", "THE_TEAM"}
    steps = [step for step in flat((*MONTH.launch_steps, *MONTH.steps)) if isinstance(step, Step)]
    assert {id(step.takers) for step in steps} == {id(takers) for takers in ALL_TAKERS.values()}


def test_a_step_is_taken_in_the_order_of_the_seats_and_only_when_its_condition_holds():
    model = table("some have left")
    took = []
    step = Step(lambda partner: took.append(partner.position), months.MEMBERS, "They are called up.")
    step.take(model)
    assert took == [partner.position for partner in model.members] == sorted(took)
    dataclasses.replace(step, when=lambda model: False).take(model)
    assert len(took) == len(model.members)
    dataclasses.replace(step, when=lambda model: True).take(model)
    assert len(took) == 2 * len(model.members)


def leave(self):
    self.is_member = 0.0 if self.position % 2 else 1.0


def test_who_leaves_or_comes_during_a_step_counts_from_the_next_one():
    """Choices are simultaneous: a list is not changed while it is gone through, and is made anew after."""
    model = table("some have left")
    Step(leave, months.EVERYBODY, "Every other one leaves.").take(model)
    assert [partner.position for partner in model.members] == [p.position for p in model.partners if p.is_member]
    assert model.members == model.partners[::2]


def test_rounds_go_on_as_long_as_their_condition_holds():
    """The counter says which round it is, and is 0 again afterwards."""
    model, took = table("two bodies"), []
    step = Step(lambda model: took.append(model.item), months.PLACE, "It is counted.")
    rounds = Repeat("item", 5, "One after another:", (step,), when=lambda model: model.item < 3)
    rounds.take(model)
    assert (took, model.item) == ([0, 1, 2], 0)
    dataclasses.replace(rounds, when=None).take(model)
    assert took == [0, 1, 2, 0, 1, 2, 3, 4]
    assert rounds.taken_by == "up to 5 times"


# ---------------------------------------------------------------- between two bodies

POOL = {
    "trust": "pair",
    "returned_trust": "returned",
    "belief": "own",
    "other_belief": "other",
    "person_record": "own",
    "other_person_record": "other",
    "effort": "own",
    "other_effort": "other",
    "joins_at": "own seat",
    "other_sector": "other seat",
    "trust_difference": "table",
    "n_counted": "table",
    "sharpness": "behaviour",
}
"""Arguments that a rule between two bodies may have, some of numbers that steps below add to."""


def rule_of(arguments: Iterable[str], answers: int) -> Callable[..., Any]:
    """Return a rule that weighs every argument differently, so that no two can be swapped unseen."""
    names = list(arguments)
    texts = []
    for answer in range(answers):
        weights = [1.0 / (3.0 + 2.0 * place + 7.0 * answer) for place in range(len(names))]
        texts.append(
            " + ".join([f"{0.1 * (answer + 1)}", *(f"{w!r} * {n}" for n, w in zip(names, weights, strict=True))])
        )
    scope: dict[str, Any] = {}
    exec(f"def own_rule({', '.join(names)}):\n    return {', '.join(texts)}", scope)
    found: Callable[..., Any] = scope["own_rule"]
    return found


def taken_plainly(step: PairStep, model: Any) -> None:
    """Take a step between two bodies pair by pair, as its description says.

    Sums begin at nothing. Numbers of bodies and of the table are those before the step; what is held between bodies
    is as it stands.
    """
    before = state_of(model)
    bodies = model.members if step.among == "members" else model.partners
    if step.once:
        pairs = list(itertools.combinations(bodies, 2))
    else:
        pairs = list(itertools.permutations(bodies, 2))
    for holder in [model] if step.to == "table" else bodies:
        for name in step.adds:
            setattr(holder, name, 0.0)
    for one, two in pairs:
        if step.towards and not before["bodies"][two.position][step.towards] > 0.0:
            continue
        given = step.rule(*(_argument(name, one, two, model, before) for name in step.arguments))
        if step.writes:
            getattr(one, step.writes)[two.position] = given
            if step.once:
                getattr(two, step.writes)[one.position] = given
        else:
            holder = {"own": one, "other": two, "table": model}[step.to]
            for name, value in zip(step.adds, given if len(step.adds) > 1 else (given,), strict=True):
                setattr(holder, name, getattr(holder, name) + value)


def _argument(argument: str, one: Any, two: Any, model: Any, before: dict[str, Any]) -> float:
    name = argument.removeprefix("other_").removeprefix("returned_")
    match POOL[argument]:
        case "pair":
            return one.trust[two.position]
        case "returned":
            return two.trust[one.position]
        case "own":
            return before["bodies"][one.position][name]
        case "other":
            return before["bodies"][two.position][name]
        case "own seat":
            return getattr(one.seat, name)
        case "other seat":
            return getattr(two.seat, name)
        case "table":
            return before["table"][name]
    return getattr(model.behaviour, name)


@st.composite
def pair_steps(draw: st.DrawFn) -> PairStep:
    """Draw a step between two bodies of any form, with a rule of any numbers."""
    arguments = draw(st.lists(st.sampled_from(list(POOL)), min_size=1, max_size=7, unique=True))
    among = draw(st.sampled_from(("members", "everybody")))
    form = draw(st.sampled_from(("writes", "own", "other", "table")))
    towards = draw(st.sampled_from(("", "in_person", "effort"))) if form in ("writes", "own") else ""
    if form == "writes":
        once = draw(st.booleans())
        return PairStep(rule_of(arguments, 1), "-", writes="trust", once=once, among=among, towards=towards)
    names = ("trust_difference", "squares") if form == "table" else ("person_record", "effort")
    adds = draw(st.sampled_from((names, names[::-1], names[:1], names[1:])))
    once = draw(st.booleans()) and not towards
    return PairStep(rule_of(arguments, len(adds)), "-", adds=adds, to=form, once=once, among=among, towards=towards)


def both_ways(step: PairStep, name: str) -> tuple[Any, Any]:
    """Return the state of a table after the step as Mesa takes it, and after the plain loop."""
    one, other = table(name), table(name)
    for model in (one, other):
        model.plan = dataclasses.replace(MONTH, steps=(step,))
    step.take(one)
    taken_plainly(step, other)
    return state_of(one), state_of(other)


@pytest.mark.slow
@settings(max_examples=150)
@given(step=pair_steps(), name=st.sampled_from(list(TABLES)))
def test_a_step_between_two_bodies_is_what_a_plain_loop_gives(step, name):
    """The loop that Mesa goes through is written out for speed: it must be no more than that, to the bit."""
    taken, plain = both_ways(step, name)
    assert taken == plain


FORMS = {
    "writes": PairStep(rule_of(("trust", "other_belief"), 1), "-", writes="trust"),
    "writes what is returned": PairStep(rule_of(("returned_trust", "belief"), 1), "-", writes="trust"),
    "writes once": PairStep(rule_of(("trust", "returned_trust", "belief"), 1), "-", writes="trust", once=True),
    "writes among everybody": PairStep(rule_of(("trust", "other_belief"), 1), "-", writes="trust", among="everybody"),
    "writes towards some": PairStep(rule_of(("trust",), 1), "-", writes="trust", towards="in_person"),
    "writes towards some once": PairStep(rule_of(("trust",), 1), "-", writes="trust", towards="in_person", once=True),
    "adds of some": PairStep(rule_of(("returned_trust",), 1), "-", adds=("in_person",), towards="in_person"),
    "adds to own": PairStep(rule_of(("trust", "other_effort"), 2), "-", adds=("person_record", "effort")),
    "adds to own once": PairStep(rule_of(("trust", "effort"), 1), "-", adds=("effort",), once=True),
    "adds to other": PairStep(
        rule_of(("trust", "person_record", "other_person_record"), 1), "-", adds=("person_record",), to="other"
    ),
    "adds to other once": PairStep(rule_of(("trust", "effort"), 1), "-", adds=("effort",), to="other", once=True),
    "adds to the table": PairStep(
        rule_of(("trust", "trust_difference"), 2), "-", adds=("trust_difference", "squares"), to="table"
    ),
    "adds to the table once": PairStep(
        rule_of(("trust", "returned_trust"), 1), "-", adds=("squares",), to="table", once=True, among="everybody"
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("step", FORMS.values(), ids=FORMS)
def test_every_form_is_what_a_plain_loop_gives_and_does_something(step):
    """Of numbers to which a step adds it reads what they were before; those who left are left alone."""
    taken, plain = both_ways(step, "some have left")
    assert taken == plain
    before = state_of(table("some have left"))
    changed = [k for k, (one, two) in enumerate(zip(before["bodies"], taken["bodies"], strict=True)) if one != two]
    if step.to == "table":
        assert before["table"] != taken["table"]
    else:
        assert len(changed) > 3
    if step.among == "members":
        assert set(changed) <= set(before["members"])


def test_nothing_is_taken_without_the_condition_or_members():
    for step in FORMS.values():
        after, _ = both_ways(dataclasses.replace(step, when=lambda model: False), "some have left")
        assert after == state_of(table("some have left"))
    after, _ = both_ways(FORMS["writes"], "nobody")
    assert after == state_of(table("nobody"))


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("trusst", "names no number of a body"),
        ("other_mood", "names no number"),
    ],
)
def test_an_argument_that_names_nothing_or_two_things_is_refused(argument, said):
    """A rule that was given another number than it names would be wrong without a word."""
    step = PairStep(rule_of((argument,), 1), "-", writes="trust")
    with pytest.raises(ValueError, match=said) as refused:
        step.sources(MONTH.known)
    assert "own_rule" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_name_that_a_body_and_its_seat_both_have_is_refused():
    """Which of the two was meant would be a guess."""
    step = PairStep(rule_of(("is_chair",), 1), "-", writes="trust")
    known = {**MONTH.known, "partner": {**MONTH.known["partner"], "is_chair": 0}}
    with pytest.raises(sim.ScenarioError, match="could be of own or of own seat: rename one"):
        step.sources(known)


@pytest.mark.parametrize("form", [{}, {"writes": "trust", "adds": ("effort",)}], ids=str)
def test_what_a_rule_gives_is_either_written_or_added(form):
    with pytest.raises(sim.ScenarioError, match=r"step 'own_rule'.*either written") as refused:
        PairStep(rule_of(("trust",), 1), "-", **form)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"adds": ("effort",), "to": "other"}, "sums are the body's own"),
        ({"adds": ("effort",), "once": True}, "sums are the body's own"),
        ({"writes": "trust", "towards": "mood"}, "'mood' names no number of a body"),
    ],
)
def test_towards_some_is_refused_where_it_means_nothing(form, said):
    with pytest.raises(sim.ScenarioError, match=said) as refused:
        PairStep(rule_of(("trust",), 1), "-", **{"towards": "in_person"} | form).sources(MONTH.known)
    assert "\n" not in str(refused.value)


# ---------------------------------------------------------------- the same in both engines


def month_of_every_form() -> sim.Month:
    """Return the month with a step of every form put in, each adding to numbers of its own or moving trust a little."""
    own = ("of_own", "of_own_once", "of_other", "of_other_once", "of_some")
    whole = ("of_table", "of_table_once", "at_the_end")

    def with_rule(arguments: str, name: str, text: str, **form: Any) -> PairStep:
        scope: dict[str, Any] = {"__name__": __name__}
        exec(f"def {name}({arguments}):\n    return {text}", scope)
        return PairStep(rule(scope[name]), "-", **form)

    held = MONTH.holding(**dict.fromkeys(own, "partner"), **dict.fromkeys(whole, "partnership"))
    seen = "trust, returned_trust, other_belief, belief, joins_at, other_sector, n_counted, sharpness"
    steps = (
        with_rule(seen, "moved", "0.9 * trust + 0.02 * returned_trust + 0.03 * other_belief", writes="trust"),
        with_rule(seen, "met", "0.5 * (trust + returned_trust) + 0.001 * belief", writes="trust", once=True),
        with_rule(seen, "felt", "0.99 * trust + 0.001 * other_sector", writes="trust", among="everybody"),
        with_rule(
            "trust, of_own, other_of_own", "a", "0.1 * trust + 0.01 * other_of_own - 0.01 * of_own", adds=own[:1]
        ),
        with_rule("trust, belief", "b", "0.1 * trust - 0.02 * belief", adds=own[1:2], once=True, among="everybody"),
        with_rule("trust, of_other", "c", "0.1 * trust - 0.02 * of_other", adds=own[2:3], to="other"),
        with_rule("trust, belief", "d", "0.1 * trust + 0.02 * belief", adds=own[3:4], to="other", once=True),
        with_rule("returned_trust, belief", "h", "returned_trust + belief", adds=own[4:], towards="best_in_person"),
        with_rule("trust", "k", "0.99 * trust", writes="trust", towards="best_in_person"),
        with_rule(
            "trust, other_belief", "m", "trust + 0.001 * other_belief", writes="trust", once=True, towards="came"
        ),
        with_rule("trust, of_table", "e", "0.01 * trust - 0.001 * of_table", adds=whole[:1], to="table"),
        with_rule(
            "trust, of_own, other_of_other",
            "f",
            "(0.1 * trust, 0.001 * of_own + 0.01 * other_of_other)",
            adds=("of_table", "of_table_once"),
            to="table",
            once=True,
        ),
    )
    late = with_rule("trust", "late", "trust", adds=whole[2:], to="table", among="members")
    month = held.after("trust_a_month_later", *steps).after("begin_anew", late)
    month = month.measuring(*(Measure(name, "-", -1e9, 1e9, "Added up over pairs.", name) for name in whole))
    return dataclasses.replace(month, columns={**month.columns, **{name: name for name in own}})


@pytest.mark.long
def test_every_form_gives_the_same_bits_in_both_engines():
    """On boards on which bodies come and are abolished, and after the end of a partnership."""
    n_rules = len(RULES)
    month = month_of_every_form()
    scenarios = {name: sim.scenario_from(TABLES[name][0]) for name in ("some have left", "two bodies", "no table")}
    ensemble = sim.simulate_ensemble(scenarios, replicates=3, seed=3, record_partners=True, month=month)
    del RULES[n_rules:]
    for s, scenario in enumerate(scenarios.values()):
        for replicate in range(3):
            model = sim.PartnershipModel(scenario, seed=3, replicate=replicate, month=month)
            for _ in range(scenario.months):
                model.step()
            lived_months, seats = scenario.months, model.n_seats
            for number, name in enumerate(month.measures):
                measured = ensemble.measures[s, replicate, :lived_months, number]
                assert np.array_equal(measured, model.measures[:, number]), name
            for number, name in enumerate(month.columns):
                kept = ensemble.partners[s, replicate, :lived_months, :seats, number]
                assert np.array_equal(kept, model.partner_rows[..., number]), name
    for name in ("of_table", "of_table_once", "at_the_end"):
        assert (ensemble[name][0, :, 30] != 0.0).all()
    assert ensemble["is_dissolved"][2, :, 39].all()
    for name in ("of_own", "of_own_once", "of_other", "of_other_once", "of_some"):
        assert np.unique(ensemble.partners[0, :, 30, :, list(month.columns).index(name)]).size > 9
