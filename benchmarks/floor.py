"""The floor: what the arithmetic that no run can do without takes by itself.

Three things are counted in a Mesa run: how often the exponential is needed (every choice is a logit), how often each
rule between two bodies is, and how many numbers are drawn. Each is then timed alone, in a loop over the lanes of a
block whose numbers never leave the nearest cache. The sum is the operation floor of the month on this compiler: nothing
is added for steps that are sums and differences, for measures, nor for fetching what has left the cache.
"""

from __future__ import annotations

import cProfile
import dataclasses
import pstats
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from measuring import Case, Finding, finding, in_turns
from numba import njit
from numpy.typing import NDArray
from whole_model import SCENARIO, ensemble_case

from experiments import load_scenario
from experiments.terminal import progress_bar
from sim import MONTH, Month, Scenario, simulate
from sim.lanes.draws import draw, padded
from sim.lanes.engine import let_rules_compile
from sim.lanes.views import room_for
from sim.population import seats_of
from sim.randomness import CENTRED, GIVEN
from sim.rules.mathematics import exponential
from sim.state import LANES
from sim.steps import PairStep, Step, flat

let_rules_compile()

PART = "Whole model: measured against the floor"
ROWS = 24
PASSES = 400

_OPTIONS: dict[str, Any] = {"error_model": "numpy", "nogil": True, "forceinline": True}
"""``forceinline`` reaches the rules that are called: loops with calls in them are not vectorised."""


@njit(**_OPTIONS)
def choose(levels: Any, passes: int) -> None:
    """Work out exponentials."""
    for _ in range(passes):
        for row in range(len(levels)):
            for lane in range(LANES):
                levels[row, lane] = 0.1 * exponential(levels[row, lane])


@njit(**_OPTIONS)
def draw_numbers(levels: Any, keys: Any, passes: int) -> None:
    """Draw uniform numbers as the compiled engine does."""
    for done in range(passes):
        draw(levels, keys, keys, done * len(levels), len(levels), LANES)


def kernel_of(step: PairStep) -> Any:
    """Return a compiled loop that asks the rule of a step between two bodies and adds up what it gives."""
    given = [f"levels[{place} + 1, lane]" for place in range(len(step.arguments))]
    kept = ", ".join(f"given_{number}" for number in range(max(1, len(step.adds))))
    added = " + ".join(kept.split(", "))
    lines = [
        "def ask(levels, passes):",
        "    for _ in range(passes):",
        "        for lane in range(LANES):",
        f"            {kept} = rule({', '.join(given)})",
        f"            levels[0, lane] += {added}",
        # What is given must be asked for anew each time.
        "            levels[1, lane] = 0.5 * levels[1, lane] + 1e-9 * levels[0, lane]",
    ]
    scope: dict[str, Any] = {"rule": step.rule, "LANES": LANES}
    exec("\n".join(lines), scope)
    return njit(**_OPTIONS)(scope["ask"])


def pair_steps(month: Month = MONTH) -> list[PairStep]:
    """Return the steps between two bodies of a month."""
    return [step for step in flat(month.steps) if isinstance(step, PairStep)]


def _couples(bodies: Sequence[Any], others: Sequence[Any]) -> int:
    """Return how many couples there are of a body and one of the others that sits later."""
    return sum(one.position < other.position for one in bodies for other in others)


def calls_of_a_run(scenario: Scenario) -> dict[str, int]:
    """Return how often a Mesa run of ``scenario`` needs the exponential, and each rule between two bodies."""
    pairs: Counter[str] = Counter()
    month = dataclasses.replace(MONTH)

    def counted(step: PairStep, loop: Any) -> Any:
        def count(model: Any, bodies: Any, rule: Any) -> None:
            others = [body for body in bodies if not step.towards or getattr(body, step.towards) > 0.0]
            pairs[step.name] += _couples(bodies, others) if step.once else (len(bodies) - 1) * len(others)
            loop(model, bodies, rule)

        return count

    month.loops.update({step: counted(step, loop) for step, loop in month.loops.items()})
    profile = cProfile.Profile()
    profile.runcall(simulate, scenario, seed=1, replicate=0, month=month)
    profiled = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    calls = sum(times for (_, _, name), (_, times, *_) in profiled.items() if name == exponential.__name__)
    return {exponential.__name__: calls, **{step.name: pairs[step.name] for step in pair_steps()}}


def draws_of_a_run(scenario: Scenario) -> int:
    """Return how many uniform numbers a run needs; bodies draw in whole counters of four.

    What one step alone takes is drawn where the step is taken in a Mesa run: at a table that meets, on an item that is
    open.
    """
    slots = padded(len(seats_of(scenario)))
    by_month = sum(
        stream.count
        * (2 if stream.made == CENTRED else 1)
        * (slots if stream.each else 1)
        * (1 if stream.at_launch else scenario.months)
        for stream in MONTH.streams
        if stream.made != GIVEN and stream.name not in MONTH.drawn_by_steps
    )
    return by_month + slots * _takings(scenario)


def _takings(scenario: Scenario) -> int:
    """Return how often a Mesa run takes draws that a step alone takes."""
    takings: list[int] = []

    def counted(step: Step, *_: int) -> tuple[Step]:
        def when(model: Any) -> bool:
            holds = step.when is None or step.when(model)
            takings.append(len(MONTH.sources[step]) * holds)
            return holds

        return (dataclasses.replace(step, when=when),)

    month = MONTH
    for step in (step for step in MONTH.sources if isinstance(step, Step)):
        month = month._rewritten(step.name, counted)
    simulate(scenario, seed=1, replicate=0, month=month)
    return sum(takings)


def _levels() -> NDArray[np.float64]:
    room = room_for((ROWS, LANES))
    room[:] = 0.3 + 0.4 * np.random.default_rng(1).random(room.shape)
    return room


def _cases() -> dict[str, Case]:
    calls = ROWS * LANES * PASSES
    levels = {name: _levels() for name in (exponential.__name__, "draw", *(step.name for step in pair_steps()))}
    keys = np.arange(LANES, dtype=np.uint64)

    def asked(step: PairStep) -> Case:
        ask = kernel_of(step)
        return Case(lambda: ask(levels[step.name], ROWS * PASSES), calls)

    return {
        exponential.__name__: Case(lambda: choose(levels[exponential.__name__], PASSES), calls),
        "draw": Case(lambda: draw_numbers(levels["draw"], keys, PASSES), calls),
        **{step.name: asked(step) for step in pair_steps()},
    }


def measure_floor(*, quick: bool) -> list[Finding]:
    """Return what each operation of a run costs alone, their sum, and the ratio of a run to it."""
    scenario = load_scenario(SCENARIO)
    repeats = 3 if quick else 9
    with progress_bar("rounds of the floor", total=repeats) as advance:
        whole = {"run": ensemble_case(scenario, runs=256 if quick else 1024)}
        alone = in_turns(_cases() | whole, repeats=repeats, advance=advance)
    measured = alone["run"]
    counted = calls_of_a_run(scenario) | {"draw": draws_of_a_run(scenario)}
    between = [name for name in counted if name not in (exponential.__name__, "draw")]

    def cost(name: str) -> float:
        return counted[name] * float(np.median(alone[name]))

    parts = {
        f"{counted[exponential.__name__]:,} exponentials of choices": cost(exponential.__name__),
        f"{sum(counted[name] for name in between):,} rules between two bodies": sum(map(cost, between)),
        f"{counted['draw']:,} uniform draws (Philox)": cost("draw"),
    }
    dearest = sorted(between, key=cost, reverse=True)[:4]
    floor = sum(parts.values())
    return [
        *(finding(PART, name, 1e3 * seconds, "ms a run") for name, seconds in parts.items()),
        *(finding(PART, f"of these {counted[name]:,} of {name}", 1e3 * cost(name), "ms a run") for name in dearest),
        finding(PART, "operation floor: their sum", 1e3 * floor, "ms a run"),
        finding(PART, "a compiled run", 1e3 * measured, "ms a run"),
        finding(PART, "a compiled run / floor", measured / floor, "times", at_most=1.8),
    ]
