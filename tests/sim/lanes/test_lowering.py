"""What the compiler is told of loops: it works on several runs at once, and gives the bits of plain Python."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numba import njit, types

from sim.jit import rule
from sim.lanes import engine
from sim.lanes.views import Kind, Layout, To, addresses_of, world_maker
from sim.steps import Step, Takers

RUNS, BODIES, MONTHS, PROJECTS = 61, 5, 12, 16


@rule
def remember(self: Any) -> None:
    """Keep a month's number where the month says, and add all up: what is written is read by another position."""
    month = int(self.model.month)
    self.kept[month] = self.effort
    so_far = 0.0
    for m in range(MONTHS):
        so_far += self.kept[m]
    self.so_far = so_far


@rule
def work(self: Any) -> None:
    """Work on as many projects as there are, some of them by chance, and be counted in a place of one's sector."""
    sector = int(self.seat.sector)
    for p in range(len(self.projects)):
        if self.projects[p] > 0.5:
            self.projects[p] -= self.effort
        self.model.done[sector] = max(self.model.done[sector], self.projects[p])


def everybody(thing: Any) -> bool:
    return True


def who_works(thing: Any) -> bool:
    return bool(thing.effort > 0.7)


ALL = Takers("every body", "partner", lambda model: model.partners, everybody)
SOME = Takers(
    "who works", "partner", lambda model: [p for p in model.partners if p.effort > 0.7], who_works, are_some=True
)
STEPS = (Step(remember, ALL, "They remember."), Step(work, ALL, "They work."), Step(work, SOME, "Some work more."))
LAYOUT = Layout(
    [
        Kind("partnership", {"month": 0, "done": 4}),
        Kind(
            "partner",
            {"effort": 0, "so_far": 0, "kept": MONTHS, "projects": PROJECTS},
            {"model": To("partnership"), "seat": To("seat", same_position=True)},
        ),
        Kind("seat", {"sector": 0}, by_run=False, read_only=True),
    ],
    lanes=64,
)


@pytest.fixture(scope="module")
def stages() -> list[Any]:
    engine.let_rules_compile()
    return [engine.step_stage(step, LAYOUT) for step in STEPS]


@pytest.mark.slow
def test_compiled_steps_give_the_bits_of_plain_python(stages: list[Any]) -> None:
    drawn = np.random.default_rng(3)
    rooms = {
        "partnership": LAYOUT.room("partnership", 1),
        "partner": LAYOUT.room("partner", BODIES),
        "seat": LAYOUT.room("seat", BODIES),
    }
    effort, projects = drawn.random((BODIES, RUNS)), drawn.random((BODIES, PROJECTS, RUNS))
    months = drawn.integers(0, MONTHS, RUNS)
    rooms["partner"]["effort"][:, :RUNS], rooms["partner"]["projects"][:, :, :RUNS] = effort, projects
    rooms["partnership"]["month"][0, :RUNS], rooms["seat"]["sector"] = months, np.arange(BODIES) % 4
    arrays = [*rooms.values(), np.zeros(1)]
    make = world_maker(LAYOUT)
    first, second, third = stages

    @njit(error_model="numpy")
    def go(addresses: Any, counts: Any, n: int) -> None:
        world = make(addresses, counts)
        first(world, n)
        second(world, n)
        third(world, n)

    go(addresses_of(arrays), np.array([1, BODIES, BODIES]), RUNS)

    for run in range(RUNS):
        model = SimpleNamespace(month=float(months[run]), done=[0.0] * 4)
        model.partners = [
            SimpleNamespace(
                model=model,
                seat=SimpleNamespace(sector=float(i % 4)),
                effort=float(effort[i, run]),
                kept=[0.0] * MONTHS,
                so_far=0.0,
                projects=projects[i, :, run].tolist(),
            )
            for i in range(BODIES)
        ]
        for step in STEPS:
            for partner in step.takers.listed(model):  # type: ignore[arg-type]
                step.function(partner)
        assert rooms["partnership"]["done"][0, :, run].tolist() == model.done
        for i, partner in enumerate(model.partners):
            assert rooms["partner"]["so_far"][i, run] == partner.so_far
            assert rooms["partner"]["kept"][i, :, run].tolist() == partner.kept
            assert rooms["partner"]["projects"][i, :, run].tolist() == partner.projects


@pytest.mark.parametrize("number", range(len(STEPS)))
def test_several_runs_are_worked_on_at_once_and_nothing_is_left_on_the_stack(stages: list[Any], number: int) -> None:
    """What stays on the stack would be shared by runs, of which the compiler is told that they share nothing."""
    stages[number].compile((LAYOUT.world, types.int64))
    text = next(iter(stages[number].overloads.values())).library.get_llvm_str()
    assert " x double>" in text
    assert " alloca " not in text
