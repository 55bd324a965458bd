"""What it costs a step to read by a position that differs from run to run, against one that is the same in all.

Usage: python benchmarks/views.py [--repeats 9]
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import Any

import numpy as np
from numba import njit

from sim.jit import rule
from sim.lanes import engine
from sim.lanes.views import Each, Kind, Layout, To, addresses_of, world_maker
from sim.steps import Step, Takers

RUNS, BODIES, TABLES, PROJECTS, PASSES = 64, 19, 4, 16, 200


@rule
def at_the_first_table(self: Any) -> None:
    """Come to the first table."""
    table = self.model.tables[0]
    self.stays += 0.5 * (table.decisions - self.stays)
    table.came += self.effort


@rule
def at_ones_own_table(self: Any) -> None:
    """Come to the table of one's choice."""
    table = self.model.tables[int(self.choice)]
    self.stays += 0.5 * (table.decisions - self.stays)
    table.came += self.effort


@rule
def work_of_all(self: Any) -> None:
    """Yield what the weakest of all bodies puts in."""
    weakest = 1.0
    for i in range(len(self.model.bodies)):
        weakest = min(weakest, self.model.bodies[i].effort)
    self.result = weakest


@rule
def work_of_a_team(self: Any) -> None:
    """Yield what the weakest of the team puts in, as far as the proposer weighs."""
    weakest, size = 1.0, 0.0
    for i in range(len(self.model.bodies)):
        if self.team[i] > 0.0:
            size += 1.0
            weakest = min(weakest, self.model.bodies[i].effort)
    self.result = weakest * self.model.bodies[int(self.proposer)].weight if size > 0.0 else 0.0


def _everybody(thing: Any) -> bool:
    return True


def main() -> None:
    """Print the cost of each step, in nanoseconds a taker and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=9)
    repeats = parser.parse_args().repeats
    engine.let_rules_compile()
    links = {"tables": Each("table"), "bodies": Each("body"), "projects": Each("project")}
    rows = {
        "table": {"decisions": 0, "came": 0},
        "body": {"choice": 0, "stays": 0, "effort": 0, "weight": 0},
        "project": {"proposer": 0, "result": 0, "team": BODIES},
    }
    kinds = [Kind(name, numbers, {"model": To("partnership")}) for name, numbers in rows.items()]
    layout = Layout([Kind("partnership", {"unused": 0}, links), *kinds], lanes=RUNS)
    numbers = {"partnership": 1, "table": TABLES, "body": BODIES, "project": PROJECTS}
    records = {name: layout.room(name, number) for name, number in numbers.items()}
    draw = np.random.default_rng(1)
    for name, fields in rows.items():
        for row in fields:
            records[name][row][:] = draw.random(records[name][row].shape)
    records["body"]["choice"][:] = draw.integers(0, TABLES, (BODIES, RUNS))
    records["project"]["proposer"][:] = draw.integers(0, BODIES, (PROJECTS, RUNS))
    records["project"]["team"][:] = draw.random((PROJECTS, BODIES, RUNS)) < 0.2
    addresses = addresses_of([*(records[name] for name in layout.kinds), np.zeros(1)])
    counts = np.array([numbers[name] for name in layout.kinds])
    for kind, function in (
        ("body", at_the_first_table),
        ("body", at_ones_own_table),
        ("project", work_of_all),
        ("project", work_of_a_team),
    ):
        stage = engine.step_stage(Step(function, Takers("all", kind, lambda model: (), _everybody), ""), layout)
        run = _repeated(world_maker(layout), stage)
        run(addresses, counts)
        times = []
        for _ in range(repeats):
            began = time.perf_counter()
            run(addresses, counts)
            times.append((time.perf_counter() - began) / (PASSES * numbers[kind] * RUNS) * 1e9)
        print(f"{function.__name__:20} {statistics.median(times):6.2f} ns a {kind} and run ({min(times):.2f} at best)")


def _repeated(make: Any, stage: Any) -> Any:
    @njit
    def run(addresses: Any, counts: Any) -> None:
        world = make(addresses, counts)
        for _ in range(PASSES):
            stage(world, RUNS)

    return run


if __name__ == "__main__":
    main()
