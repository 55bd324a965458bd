"""The page on the model must say what its code does, and answer every line of the documents."""

from __future__ import annotations

import dataclasses
import importlib
import re
from typing import Any

import numpy as np
import pytest
from strategies import TYPICAL_BOARD

import sim
from experiments.documents import odd_tables as made
from experiments.documents.dataflow import flat
from experiments.documents.forms import form_of
from experiments.documents.seed_claims import CLAIMS, Claim
from experiments.documents.submodels import LAUNCH, MEASURING, SUBMODELS
from experiments.documents.tables import DOCS
from sim import MONTH
from sim.population import Archetype

ODD = (DOCS / "odd.md").read_text("utf-8")
GONE_THROUGH = {path for called in made.flows().called.values() for path in called}

ELEMENTS = [
    "1. Purpose and patterns",
    "2. Entities, state variables and scales",
    "3. Process overview and scheduling",
    "4. Design concepts",
    "5. Initialisation",
    "6. Input data",
    "7. Submodels",
]
"""The elements of ODD in the order of Grimm et al. (2020)."""

CONCEPTS = [
    "Basic principles", "Emergence", "Individual decision-making", "Learning", "Individual sensing",
    "Individual prediction", "Interaction", "Collectives", "Heterogeneity", "Stochasticity", "Observation",
]  # fmt: skip
"""Design concepts of ODD, with those that ODD+D asks for (Müller et al. 2013)."""


def named(path: str) -> Any:
    """Return the function of a dotted name; raise if there is none."""
    parts = path.split(".")
    found: Any = importlib.import_module(".".join(parts[:2]))
    for number, part in enumerate(parts[2:], start=3):
        if not hasattr(found, part):
            importlib.import_module(".".join(parts[:number]))
        found = getattr(found, part)
    return found


def lived(**settings: Any) -> np.ndarray:
    """Return the measures of two years and a half lived with these settings."""
    values = {"months": 30, "board": {"members": dict(TYPICAL_BOARD)}, **settings}
    model = sim.PartnershipModel(sim.scenario_from(values, month=MONTH), seed=3, month=MONTH)
    for _ in range(30):
        model.step()
    return model.measures


# ---------------------------------------------------------------------- the page


def test_elements_come_in_the_prescribed_order():
    """A reader of ODD finds each element where the protocol puts it."""
    found = re.findall(r"^## (\d\. .+)$", ODD, re.MULTILINE)
    assert found[:7] == ELEMENTS


def test_every_design_concept_is_answered():
    design = ODD.split("## 4. Design concepts")[1].split("## 5.")[0]
    assert [concept for concept in CONCEPTS if f"**{concept}" not in design] == []


def test_submodels_have_their_titles_and_say_why():
    found = re.findall(r"^### 7\.(\d+) (.+)$", ODD, re.MULTILINE)
    assert found == [(str(submodel.number), submodel.title) for submodel in SUBMODELS]
    for text in re.split(r"^### 7\.\d+ ", ODD, flags=re.MULTILINE)[1:]:
        assert all(f"**{word}.**" in text for word in ("Why this form", "Sources", "Effects", "Limits"))


def test_the_schedule_is_the_one_that_runs():
    told = re.findall(r"`sim\.[\w.]+\.(\w+)` \|$", ODD.split("## 3.")[1].split("## 4.")[0], re.MULTILINE)
    assert told == [step.name for step in flat(MONTH.steps)]


def test_every_rule_that_a_month_goes_through_is_shown():
    """In a schedule, in a form or by its whole name."""
    rules = {
        path.rpartition(".")[2]
        for path in GONE_THROUGH
        if not path.startswith(("sim.rules.mathematics.", "sim.partners."))
    }
    assert len(rules) > 100
    assert [rule for rule in sorted(rules) if not re.search(rf"\b{rule}\b", ODD)] == []


def test_what_columns_of_the_archetypes_mean_is_told():
    """A number in the data that nobody explains cannot be judged."""
    texts = ("archetype", "label", "basis", "source")
    assert set(made.COLUMNS) == {field.name for field in dataclasses.fields(Archetype)} - set(texts)


def test_every_step_belongs_to_one_submodel():
    told = [step for submodel in SUBMODELS for step in submodel.steps.split()]
    assert sorted([*told, *MEASURING.split()]) == sorted(step.name for step in flat(MONTH.steps))
    assert LAUNCH.split() == [step.name for step in MONTH.launch_steps]


# ---------------------------------------------------------------------- what the documents say


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.says[:40])
def test_every_line_of_the_documents_has_a_function_or_a_reason(claim: Claim):
    """What is named must be part of the month, or a measure of it; what is set must exist."""
    assert claim.where or claim.but
    for path in claim.where:
        assert callable(named(path))
        assert path in GONE_THROUGH or path in {_path(m.formula) for m in MONTH.measures.values()}
    assert [path for path in claim.data if path not in MONTH.parameters] == []


def _path(formula: Any) -> str:
    return "" if isinstance(formula, str) else f"{formula.__module__}.{formula.__qualname__}"


def test_all_five_documents_are_asked():
    assert {seed for claim in CLAIMS for seed in claim.seeds.split(", ")} == {"S0", "S1", "S2", "S3", "S4"}
    assert len({claim.says for claim in CLAIMS}) == len(CLAIMS) == 51


# ---------------------------------------------------------------------- what is read and written


def test_levers_that_do_nothing_are_told():
    unread = {p.path for p in made.levers() if not made.readers_of(made.place_of(p.path))}
    assert unread == set(made.DOES_NOTHING)


def test_levers_of_which_it_is_told_change_nothing():
    """The text says that no rule reads them; so a run with all of them in full force is the run without."""
    levers: dict[str, Any] = {
        "joint": {"co_location": 1.0, "training": 1.0},
        "duty": {"service_plans": 1.0, "parent_departments": 1.0},
    }  # fmt: skip
    told = {f"levers.{name}" for name, value in levers.items() if not isinstance(value, dict)}
    told |= {f"levers.{name}.{part}" for name, value in levers.items() if isinstance(value, dict) for part in value}
    assert told == set(made.DOES_NOTHING)
    np.testing.assert_array_equal(lived(levers=levers), lived())


@pytest.mark.parametrize(
    ("levers", "beside"),
    [
        ({"joint": {"monitoring": 1.0}}, {}),
        ({"duty": {"support_costs": 1.0}}, {"flexible_fund_gbp_m": 0.0, "pooling_rate": 0.0}),
        ({"overlap": 1.0}, {}),
        ({"purse": "influence"}, {"flexible_fund_gbp_m": 1.0}),
    ],
)
def test_levers_of_which_it_is_told_that_they_are_read_change_a_run(levers: dict[str, Any], beside: dict[str, Any]):
    """Such as are read late and seldom: in two tiers alone, where money is short, where nobody pays for posts."""
    place = {"tiers": 2}
    assert not np.array_equal(lived(levers=beside | levers, place=place), lived(levers=beside, place=place))


def test_numbers_of_the_model_are_all_read():
    """A number that no rule reads would be fitted to noise."""
    numbers = [path for path in MONTH.parameters if path.startswith("behaviour.")]
    assert [path for path in numbers if not made.readers_of(made.place_of(path))] == []


@pytest.mark.parametrize(
    ("step", "written", "read"),
    [
        ("claim_time", ("partner", "claimed_half_days"), ("levers", "austerity")),
        ("choose_rank", ("partner", "in_person"), ("partner", "belief")),
        ("choose_rank", ("partner", "in_person"), ("behaviour", "duty_pull")),
        ("face_levers", ("partner", "attend_pressure"), ("behaviour", "duty_half_saturation")),
        ("met_at_tables", ("matrix", "met"), ("partner", "at_board")),
        ("take_on", ("partner", "pools_in"), ("partner", "yield_remembered")),
        ("decide", ("partnership", "rank_of"), ("levers", "purse")),
    ],
)
def test_flows_are_found_through_calls_conditions_and_pairs(step, written, read):
    assert any(flow.step == step and flow.written == written and read in flow.read for flow in made.flows().flows)


@pytest.mark.parametrize(
    ("step", "written", "read"),
    [
        ("trust_a_month_later", ("matrix", "trust"), ("partner", "came_record")),
        ("claim_time", ("partner", "half_days"), ("levers", "austerity")),
        ("consider_abolition", ("partnership", "engagement_seen"), ("levers", "austerity")),
    ],
)
def test_flows_that_are_not_there_are_not_found(step, written, read):
    found = [flow for flow in made.flows().flows if flow.step == step and flow.written == written]
    assert found
    assert not any(read in flow.read for flow in found if not flow.resets)


# ---------------------------------------------------------------------- forms


def test_a_form_is_what_the_code_has():
    assert form_of("sim.obligations.scarcity").splitlines() == [
        "scarcity(claimed, half_days)",
        "  share = claimed / half_days if half_days > 0 else 2",
        "  → share × share",
    ]
    assert form_of("sim.meetings.duty_term").splitlines()[1] == "  → behaviour.duty_pull × its.attend_pressure"


@pytest.mark.parametrize("path", [path for submodel in SUBMODELS for path in submodel.forms])
def test_every_form_shows_something(path: str):
    """A name that a function no longer writes must not vanish from the page unseen."""
    form = form_of(path)
    assert len(form.splitlines()) > 1
    assert [name for name in path.partition(":")[2].split() if not re.search(rf"\b{name}\b.* [+−]?= ", form)] == []
