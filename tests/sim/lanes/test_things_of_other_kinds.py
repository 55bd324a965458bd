"""Several tables, and a list of projects whose proposer and team differ from run to run, give the bits of plain Python.

Two steps stand for what a richer model does: both read, and one writes, by a position of their own in every run.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numba import njit

from sim.jit import rule
from sim.lanes import engine
from sim.lanes.views import Each, Kind, Layout, To, addresses_of, world_maker
from sim.steps import Step, Takers

RUNS, BODIES, TABLES, PROJECTS = 50, 19, 3, 16


@rule
def go_to_a_table(self: Any) -> None:
    """Come to the table of one's choice, stay longer where more is decided, and be counted there."""
    table = self.model.tables[int(self.choice)]
    self.stays += 0.5 * (table.decisions - self.stays)
    table.came += self.effort


@rule
def do_joint_work(self: Any) -> None:
    """Yield what the weakest of the team puts in, as far as the proposer weighs; nothing without a team."""
    proposer = self.model.bodies[int(self.proposer)]
    weakest, size = 1.0, 0.0
    for i in range(len(self.model.bodies)):
        if self.team[i] > 0.0:
            size += 1.0
            weakest = min(weakest, self.model.bodies[i].effort)
    self.result = weakest * proposer.weight if size > 0.0 else 0.0
    proposer.results += self.result


def everybody(thing: Any) -> bool:
    return True


def is_running(project: Any) -> bool:
    return bool(project.months_left > 0.0)


STEPS = (
    Step(go_to_a_table, Takers("every body", "body", lambda model: model.bodies, everybody), "Bodies choose a table."),
    Step(
        do_joint_work,
        Takers("every project", "project", lambda m: [p for p in m.projects if p.months_left > 0.0], is_running),
        "Projects that run yield.",
    ),
)
ROWS = {
    "partnership": {"unused": 0},
    "table": {"decisions": 0, "came": 0},
    "body": {"choice": 0, "stays": 0, "effort": 0, "weight": 0, "results": 0},
    "project": {"proposer": 0, "months_left": 0, "result": 0, "team": BODIES},
}
NUMBERS = {"partnership": 1, "table": TABLES, "body": BODIES, "project": PROJECTS}


def layout() -> Layout:
    of_whole = {"tables": Each("table"), "bodies": Each("body"), "projects": Each("project")}
    kinds = [Kind("partnership", ROWS["partnership"], of_whole)]
    kinds += [Kind(name, ROWS[name], {"model": To("partnership")}) for name in ("table", "body", "project")]
    return Layout(kinds, lanes=64)


def records(whole: Layout) -> dict[str, Any]:
    """Return records in which every run has its own choices, proposers and teams."""
    draw = np.random.default_rng(20040401)
    made = {name: whole.room(name, number) for name, number in NUMBERS.items()}
    for name, rows in ROWS.items():
        for row, count in rows.items():
            shape = (NUMBERS[name], count, RUNS) if count else (NUMBERS[name], RUNS)
            made[name][row][..., :RUNS] = draw.random(shape)
    made["body"]["choice"][:, :RUNS] = draw.integers(0, TABLES, (BODIES, RUNS))
    made["project"]["proposer"][:, :RUNS] = draw.integers(0, BODIES, (PROJECTS, RUNS))
    made["project"]["team"][..., :RUNS] = draw.random((PROJECTS, BODIES, RUNS)) < 0.2
    made["project"]["months_left"][:, :RUNS] = draw.integers(0, 3, (PROJECTS, RUNS))
    return made


def lived_in_python(made: dict[str, Any], run: int) -> SimpleNamespace:
    """Return one run's things after both steps, taken as plain calls."""

    def things(name: str) -> list[SimpleNamespace]:
        return [
            SimpleNamespace(**{row: made[name][row][number, ..., run].tolist() for row in ROWS[name]})
            for number in range(NUMBERS[name])
        ]

    model = SimpleNamespace(tables=things("table"), bodies=things("body"), projects=things("project"))
    for thing in (*model.tables, *model.bodies, *model.projects):
        thing.model = model
    for step in STEPS:
        for taker in step.takers.listed(model):
            step.function(taker)
    return model


@pytest.mark.long
def test_steps_that_read_by_a_position_of_their_own_give_the_same_bits():
    """A view of the wrong table, or of another run's proposer, would be a number like any other."""
    engine.let_rules_compile()
    whole = layout()
    make, stages = world_maker(whole), [engine.step_stage(step, whole) for step in STEPS]
    first, second = stages

    @njit
    def live(addresses: Any, counts: Any, n: int) -> None:
        world = make(addresses, counts)
        first(world, n)
        second(world, n)

    made = records(whole)
    expected = [lived_in_python(made, run) for run in range(RUNS)]
    arrays = [*(made[name] for name in whole.kinds), np.zeros(1)]
    live(addresses_of(arrays), np.array([NUMBERS[name] for name in whole.kinds]), RUNS)
    for run, model in enumerate(expected):
        for name, things in (("table", model.tables), ("body", model.bodies), ("project", model.projects)):
            for number, thing in enumerate(things):
                for row in ROWS[name]:
                    assert made[name][row][number, ..., run].tolist() == getattr(thing, row), (run, name, number, row)
    assert any(table.came > 5.0 for table in expected[0].tables)
    assert any(project.result > 0.0 for project in expected[0].projects)
