"""The floor: what the arithmetic that no run can do without takes by itself.

How often a run needs each rule is counted in a Mesa run. Each rule is then timed alone, in a loop over 64
lanes whose numbers never leave the nearest cache. The sum is a floor for this arithmetic on this compiler:
nothing is added for the other rules, for measures, nor for fetching what has left the cache.
"""

from __future__ import annotations

import cProfile
import pstats
from collections.abc import Callable
from typing import Any

import numpy as np
from measuring import Case, Finding, finding, in_turns
from numba import njit
from numpy.typing import NDArray
from whole_model import SCENARIO, ensemble_case

from experiments import load_scenario
from experiments.terminal import progress_bar
from sim import MONTH, PartnershipModel, Scenario, simulate
from sim.lanes.draws import draw, padded
from sim.lanes.engine import let_rules_compile
from sim.lanes.views import room_for
from sim.month import TABLE
from sim.population import seats_of
from sim.randomness import CENTRED, STREAMS
from sim.rules import attendance, deliberation, delivery, influence, trust
from sim.state import LANES
from sim.steps import Step

let_rules_compile()

PART = "Whole model: measured against the floor"
ROWS = 24
PASSES = 400

Kernel = Callable[[NDArray[np.float64], int], None]
_OPTIONS: dict[str, Any] = {"error_model": "numpy", "nogil": True, "forceinline": True}
"""``forceinline`` reaches the rules that are called: loops with calls in them are not vectorised."""


@njit(**_OPTIONS)
def attend(levels: Any, passes: int) -> None:
    """Work out chances of coming."""
    for _ in range(passes):
        for row in range(len(levels)):
            for lane in range(LANES):
                levels[row, lane] = attendance.attendance_probability(levels[row, lane], 1.5)


@njit(**_OPTIONS)
def decide(levels: Any, passes: int) -> None:
    """Work out chances of a decision."""
    for _ in range(passes):
        for row in range(len(levels)):
            for lane in range(LANES):
                levels[row, lane] = deliberation.decision_probability(
                    19.0, 0.5, 0.5, levels[row, lane], 0.3, 0.2, 0.3, -3.8, 2.0, 1.4, 2.2, 3.7, 0.4, 1.9
                )


@njit(**_OPTIONS)
def stand(levels: Any, passes: int) -> None:
    """Work out the standing of budgets."""
    for _ in range(passes):
        for row in range(len(levels)):
            for lane in range(LANES):
                levels[row, lane] = influence.resource_standing(levels[row, lane] + 0.5, 0.5)


@njit(**_OPTIONS)
def join_up(levels: Any, passes: int) -> None:
    """Combine what four sectors bring; the result is what the first brings next."""
    weights, result = delivery.SECTOR_WEIGHTS[0], np.empty(LANES)
    for _ in range(passes * len(levels)):
        for lane in range(LANES):
            brought = (levels[0, lane], levels[1, lane], levels[2, lane], levels[3, lane])
            result[lane] = delivery.joint_result(brought, weights, 0.6)
        levels[0] = result


@njit(**_OPTIONS)
def revise_trust(levels: Any, passes: int) -> None:
    """Update trust; every second row met."""
    for _ in range(passes):
        for row in range(len(levels)):
            met = 1.0 if row % 2 == 0 else 0.0
            for lane in range(LANES):
                levels[row, lane] = trust.trust_step(
                    levels[row, lane], met, met, 0.35 * met, 0.001, 0.034, 2.2, 0.02, 0.004, 0.0025
                )


@njit(**_OPTIONS)
def look_around(levels: Any, passes: int) -> None:
    """Add up trust, and trust times two records."""
    sums = np.zeros((3, LANES))
    for _ in range(passes):
        for row in range(2, len(levels)):
            for lane in range(LANES):
                sums[0, lane] += levels[row, lane]
                sums[1, lane] += levels[row, lane] * levels[0, lane]
                sums[2, lane] += levels[row, lane] * levels[1, lane]
    levels[0] = sums[0] / (sums[0] + sums[1] + sums[2] + 1.0)


@njit(**_OPTIONS)
def draw_numbers(levels: Any, keys: Any, passes: int) -> None:
    """Draw uniform numbers as the compiled engine does."""
    for done in range(passes):
        draw(levels, keys, keys, done * len(levels), len(levels), LANES)


KERNELS: dict[str, Kernel] = {
    "attendance_probability": attend,
    "decision_probability": decide,
    "resource_standing": stand,
    "joint_result": join_up,
    "trust_step": revise_trust,
}
NAMES = {
    "attendance_probability": "logistic choices to attend",
    "decision_probability": "logistic chances to decide",
    "resource_standing": "powers of budgets",
    "joint_result": "joint results by CES (five logarithms and exponentials each)",
    "trust_step": "trust updates",
}


def calls_of_a_run(scenario: Scenario) -> dict[str, int]:
    """Return how often a Mesa run of ``scenario`` needs each rule of ``KERNELS``.

    A rule between two bodies may stand in Mesa's loop over pairs, where no profile sees it, so pairs are counted.
    """
    counted = dict.fromkeys(KERNELS, 0)

    def count_pairs(model: PartnershipModel) -> None:
        counted["trust_step"] += len(model.members) * (len(model.members) - 1)

    month = MONTH.before("trust_step", Step(count_pairs, TABLE, "Pairs are counted."))
    profile = cProfile.Profile()
    profile.runcall(simulate, scenario, seed=1, replicate=0, month=month)
    for (_, _, name), (_, calls, *_) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        if name in counted and name != "trust_step":
            counted[name] += calls
    return counted


def draws_of_a_run(scenario: Scenario) -> int:
    """Return how many uniform numbers a run needs; bodies draw in whole counters of four."""
    slots = padded(len(seats_of(scenario)))
    return sum(
        stream.count
        * (2 if stream.made == CENTRED else 1)
        * (slots if stream.each else 1)
        * (1 if stream.at_launch else scenario.months)
        for stream in STREAMS
    )


def _levels() -> NDArray[np.float64]:
    room = room_for((ROWS, LANES))
    room[:] = 0.3 + 0.4 * np.random.default_rng(1).random(room.shape)
    return room


def _cases() -> dict[str, Case]:
    calls = ROWS * LANES * PASSES
    levels = {name: _levels() for name in (*KERNELS, "look around", "draw")}

    def case(name: str, kernel: Kernel) -> Case:
        return Case(lambda: kernel(levels[name], PASSES), calls)

    cases = {name: case(name, kernel) for name, kernel in KERNELS.items()}
    cases["look around"] = Case(lambda: look_around(levels["look around"], PASSES), (ROWS - 2) * LANES * PASSES)
    keys = np.arange(LANES, dtype=np.uint64)
    cases["draw"] = Case(lambda: draw_numbers(levels["draw"], keys, PASSES), calls)
    return cases


def measure_floor(*, quick: bool) -> list[Finding]:
    """Return what each rule of a run costs alone, their sum, and the ratio of a run to it."""
    scenario = load_scenario(SCENARIO)
    repeats = 3 if quick else 9
    with progress_bar("rounds of the floor", total=repeats) as advance:
        whole = {"run": ensemble_case(scenario, runs=256 if quick else 1024)}
        alone = in_turns(_cases() | whole, repeats=repeats, advance=advance)
    measured = alone["run"]
    counted = calls_of_a_run(scenario)
    needed = {NAMES[name]: (calls, alone[name]) for name, calls in counted.items()}
    needed["glances at another's record and contribution"] = (counted["trust_step"], alone["look around"])
    needed["uniform draws (Philox)"] = (draws_of_a_run(scenario), alone["draw"])
    found = [
        finding(PART, f"{calls:,} {name}", 1e3 * calls * seconds, "ms a run")
        for name, (calls, seconds) in needed.items()
    ]
    rules = sum(calls * float(np.median(alone[name])) for name, calls in counted.items())
    everything = sum(calls * float(np.median(seconds)) for calls, seconds in needed.values())
    return [
        *found,
        finding(PART, "floor: transcendental rules and trust updates", 1e3 * rules, "ms a run"),
        finding(PART, "floor with glances and draws", 1e3 * everything, "ms a run"),
        finding(PART, "a compiled run", 1e3 * measured, "ms a run"),
        finding(PART, "a compiled run / floor", measured / rules, "times"),
        finding(PART, "a compiled run / floor with glances and draws", measured / everything, "times"),
    ]
