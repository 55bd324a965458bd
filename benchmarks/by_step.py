"""Where a compiled run spends its time: the cycles of the processor that each step of a month takes.

Every step is compiled as it is, with a look at the processor's clock before and after. What is compiled for this is
not kept.

Usage: python benchmarks/by_step.py [SCENARIO] [SETTING ...] [--runs 1024] [--most 30]
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import numpy as np
from llvmlite import ir
from numba import carray, njit, types
from numba.extending import intrinsic

from experiments import load_scenario
from sim import Scenario, compiled, simulate_ensemble
from sim.lanes import engine
from sim.lanes.compiling import INTERNAL
from sim.lanes.keeping import KeptCode

MOST_STEPS = 1024

ALL_ELSE = "draws, measures and what is kept"
WITHIN = "    "
"""What the name of a step in a round begins with; the time of the rounds holds that of their steps."""


@intrinsic
def cycles(typingctx: Any) -> Any:
    """Return the processor's count of cycles."""

    def read(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        clock = builder.module.declare_intrinsic("llvm.readcyclecounter", (), ir.FunctionType(ir.IntType(64), []))
        return builder.call(clock, [])

    return types.int64(), read


@intrinsic
def at_address(typingctx: Any, address: Any) -> Any:
    """Return a number as a place in memory."""

    def turn(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], ir.IntType(8).as_pointer())

    return types.voidptr(types.int64), turn


class _NotKept(KeptCode):
    """Compiled code that is not kept: it counts in this process's memory."""

    path = None

    def _folder(self) -> None:
        return None


class Clock:
    """Adds up the cycles of every step while it is compiled and run."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.spent = np.zeros(MOST_STEPS, dtype=np.int64)
        self.depth = -1

    def timed(self, take: Any, name: str) -> Any:
        """Return a compiled step that is timed."""
        number, address = len(self.names), int(self.spent.ctypes.data)
        self.names.append(name)

        def go(world: Any, n: int) -> None:
            began = cycles()
            take(world, n)
            carray(at_address(address), (MOST_STEPS,), np.int64)[number] += cycles() - began

        return njit(**INTERNAL)(go)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Have every step timed that is put into a month meanwhile."""
        of_steps, of_pairs, of_rounds, of_all = (
            engine.step_stage,
            engine.pair_stage,
            engine.round_stage,
            engine.stages_of,
        )

        def step_stage(step: Any, layout: Any, draws: Any) -> Any:
            return self.timed(of_steps(step, layout, draws), WITHIN * self.depth + step.name)

        def pair_stage(step: Any, sources: Any, layout: Any) -> Any:
            return self.timed(of_pairs(step, sources, layout), WITHIN * self.depth + step.name)

        def round_stage(step: Any, within: Any, layout: Any) -> Any:
            return self.timed(of_rounds(step, within, layout), WITHIN * self.depth + step.name)

        def stages_of(*asked: Any) -> Any:
            self.depth += 1
            stages = of_all(*asked)
            self.depth -= 1
            return stages

        with (
            mock.patch.multiple(
                engine, step_stage=step_stage, pair_stage=pair_stage, round_stage=round_stage, stages_of=stages_of
            ),
            mock.patch.multiple(compiled, KeptCode=_NotKept, KeptPart=_NotKept, _made={}, _ready=set()),
        ):
            yield


@njit
def now() -> int:
    """Return the processor's count of cycles, to Python."""
    return cycles()  # type: ignore[no-any-return]


def seconds_of_steps(scenario: Scenario, *, runs: int, every_month: bool = False) -> dict[str, float]:
    """Return the processor's seconds that a run spends in every step, by name in their order, and in all else."""
    clock = Clock()
    months = None if every_month else [scenario.months - 1]
    with clock.watching(), warnings.catch_warnings(action="ignore"):
        simulate_ensemble([scenario], replicates=64, months=months, threads=1)
        clock.spent[:] = 0
        began, clocked = time.process_time(), now()
        simulate_ensemble([scenario], replicates=runs, months=months, threads=1)
        clocked, seconds = now() - clocked, (time.process_time() - began) / runs
    found: dict[str, float] = {}
    for name, spent in zip(clock.names, clock.spent, strict=False):
        found[name] = found.get(name, 0.0) + seconds * int(spent) / clocked
    found[ALL_ELSE] = seconds - sum(spent for name, spent in found.items() if not name.startswith(WITHIN))
    return found


def main() -> None:
    """Print the steps that take longest."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", nargs="?", default="baseline_lsp")
    parser.add_argument("settings", nargs="*")
    parser.add_argument("--runs", type=int, default=1024)
    parser.add_argument("--most", type=int, default=30)
    parser.add_argument("--every-month", action="store_true")
    asked = parser.parse_args()
    scenario = load_scenario(asked.scenario, asked.settings)
    each = seconds_of_steps(scenario, runs=asked.runs, every_month=asked.every_month)
    whole = sum(seconds for name, seconds in each.items() if not name.startswith(WITHIN))
    print(f"{1e6 * whole:.0f} µs a run")
    for name, seconds in sorted(each.items(), key=lambda one: -one[1])[: asked.most]:
        print(f"{1e6 * seconds:8.2f} µs  {100 * seconds / whole:5.1f} %  {name}")


if __name__ == "__main__":
    main()
