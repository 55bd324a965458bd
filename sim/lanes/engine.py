"""The steps of a month, compiled over blocks of runs.

A step is written for one run (``sim/partners.py``, ``sim/partnership.py``). Here it is taken by every thing that takes
it in every run of a block: the loop over runs stands innermost, round the step, so that the compiler works on several
runs at once. Runs differ in who takes a step; where a thing does not, what it writes does not count. Sums are thus made
of the same numbers in the same order as in Mesa: both give the same bits.
"""

from __future__ import annotations

import types as python_types
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numba.extending import register_jitable
from numpy.typing import NDArray

from sim.jit import RULES
from sim.lanes import pairs
from sim.lanes.compiling import inlined, noalias, stage
from sim.lanes.draws import draw_month, find_keys
from sim.lanes.views import Layout
from sim.steps import PairStep, Step

TABLE, THING, SEAT = "partnership", "partner", "seat"
"""The whole, the things that are many, and what all runs share about each of these."""

MEASURES_AT_ONCE = 8
"""Formulas compiled together: many small functions take longer."""

_registered: set[int] = set()


def let_rules_compile() -> None:
    """Let compiled code call every function that is marked as a rule."""
    for function in RULES:
        if id(function) not in _registered:
            register_jitable(function)
            _registered.add(id(function))


# ---------------------------------------------------------------------- one step


def step_stage(step: Step, layout: Layout) -> Any:
    """Return the compiled function ``take(world, n)`` of a step."""
    take, where = inlined(step.function), inlined(step.takers.where)
    at_whole = layout.view(TABLE)
    when = inlined(step.when) if step.when is not None else None
    if step.takers.among == TABLE:
        if when is None:

            def by_table(world: Any, n: int) -> None:
                for run in range(n):
                    take(at_whole(world, 0, run, where(at_whole(world, 0, run, True))))

            return noalias(by_table)

        def by_table_at_times(world: Any, n: int) -> None:
            times = 0
            for run in range(n):
                times += when(at_whole(world, 0, run, True))
            if times > 0:
                for run in range(n):
                    whole = at_whole(world, 0, run, True)
                    take(at_whole(world, 0, run, where(whole) and when(whole)))

        return noalias(by_table_at_times)
    return noalias(_by_things(step, layout, take, where, when))


def _by_things(step: Step, layout: Layout, take: Any, where: Any, when: Any) -> Any:
    at, at_whole, how_many = layout.view(THING), layout.view(TABLE), layout.reader(THING)
    among = step.takers.sectors
    taking = tuple(among is None or sector in among for sector in range(8))
    if step.takers.are_few:

        def by_few(world: Any, n: int) -> None:
            times = 0
            for run in range(n):
                times += when(at_whole(world, 0, run, True))
            if times == 0:
                return
            for i in range(how_many(world)):
                takers = 0
                for run in range(n):
                    takers += where(at(world, i, run, True))
                if takers > 0:
                    for run in range(n):
                        if where(at(world, i, run, True)):
                            take(at(world, i, run, True))

        return by_few
    if when is None:

        def by_things(world: Any, n: int) -> None:
            for i in range(how_many(world)):
                if taking[at(world, i, 0, True).seat.sector]:
                    for run in range(n):
                        take(at(world, i, run, where(at(world, i, run, True))))

        return by_things

    def by_things_at_times(world: Any, n: int) -> None:
        times = 0
        for run in range(n):
            times += when(at_whole(world, 0, run, True))
        if times > 0:
            for i in range(how_many(world)):
                if taking[at(world, i, 0, True).seat.sector]:
                    for run in range(n):
                        one = at(world, i, run, True)
                        take(at(world, i, run, where(one) and when(at_whole(world, 0, run, True))))

    return by_things_at_times


def pair_stage(step: PairStep, sources: Sequence[tuple[str, str]], layout: Layout) -> Any:
    """Return the compiled function ``take(world, n)`` of a step between two bodies."""
    return pairs.compiled(pair_loop(step, sources), layout, thing=THING, whole=TABLE)


def pair_loop(step: PairStep, sources: Sequence[tuple[str, str]]) -> pairs.PairLoop:
    """Return a step between two bodies as what compiled code needs to know of it."""
    short = {"own seat": "own", "other seat": "other", "behaviour": "table"}
    written = {
        "own": "one.{}",
        "other": "one.{}",
        "own seat": "one.seat.{}",
        "other seat": "one.seat.{}",
        "table": "whole.{}",
        "behaviour": "whole.behaviour.{}",
        "pair": "",
        "returned": "",
    }
    return pairs.PairLoop(
        name=step.name,
        rule=step.rule,
        arguments=[(short.get(whose, whose), name) for whose, name in sources],
        attributes=[written[whose].format(name) for whose, name in sources],
        counts=inlined(_sits if step.among == "members" else _stands),
        when=inlined(step.when) if step.when is not None else None,
        writes=step.writes,
        adds=step.adds,
        to=step.to,
        once=step.once,
        only=step.only,
    )


def _sits(partner: Any) -> bool:
    return bool(partner.is_member > 0.0)


def _stands(partner: Any) -> bool:
    return bool(partner.model.is_dissolved == 0.0)


def one_after_another(stages: Sequence[Any], arguments: str = "world, n") -> Any:
    """Return one compiled function that goes through stages in their order."""
    scope = {f"stage_{number}": each for number, each in enumerate(stages)}
    lines = [f"def go({arguments}):", *(f"    {name}({arguments})" for name in scope)]
    exec(compile("\n".join(lines), "<month>", "exec"), scope)
    return stage(scope["go"])


# ---------------------------------------------------------------------- what is written down


def measure_stage(formulas: Mapping[int, Callable[[Any], float]], layout: Layout) -> Any:
    """Return the compiled function ``measure(world, measured, n)`` that fills some rows of measures."""
    compiled = {f"formula_{row}": inlined(formula) for row, formula in formulas.items()}
    lines = ["def measure(world, measured, n):"]
    for row in formulas:
        lines += ["    for run in range(n):", f"        measured[{row}, run] = formula_{row}(at(world, 0, run, True))"]
    scope: dict[str, Any] = {**compiled, "at": layout.view(TABLE)}
    exec(compile("\n".join(lines), "<measures>", "exec"), scope)
    return stage(scope["measure"])


def measure_all(formulas: Mapping[int, Callable[[Any], float]], layout: Layout) -> Any:
    """Return the compiled function that fills the given rows of measures."""
    rows = list(formulas)
    groups = [rows[first : first + MEASURES_AT_ONCE] for first in range(0, len(rows), MEASURES_AT_ONCE)]
    stages = [measure_stage({row: formulas[row] for row in group}, layout) for group in groups]
    return one_after_another(stages, "world, measured, n")


def row_keeper(columns: Sequence[str], layout: Layout) -> Any:
    """Return the compiled function ``keep(world, rows, keep_terms, n)`` that writes down what is kept of members."""
    lines = [
        "def keep(world, rows, keep_terms, n):",
        "    for i in range(how_many(world)):",
        "        for run in range(n):",
        "            one = at(world, i, run, True)",
        "            if one.is_member > 0.0:",
        *(f"                rows[i, {number}, run] = one.{name}" for number, name in enumerate(columns)),
        "                if keep_terms:",
        "                    for t in range(len(one.terms)):",
        f"                        rows[i, {len(columns)} + t, run] = one.terms[t]",
    ]
    scope: dict[str, Any] = {"at": layout.view(THING), "how_many": layout.reader(THING)}
    exec(compile("\n".join(lines), "<rows>", "exec"), scope)
    return stage(scope["keep"])


# ---------------------------------------------------------------------- a block of runs


class Request(NamedTuple):
    """What a block of runs is asked, month by month, beside the records it begins with."""

    addresses: NDArray[np.int64]
    """Where records, matrices and scratch begin, in the order of ``layout.places``."""
    counts: NDArray[np.int64]
    """How many records there are of every kind, and the numbers of the month."""
    levers_of_month: NDArray[np.int64]
    """Which of the records of levers is in force in a month."""
    first_month: int
    row_of_month: NDArray[np.int64]
    """−1 for months of which nothing is kept."""


class Kept(NamedTuple):
    """What is kept of a block of runs. Runs are last."""

    measured: NDArray[np.float64]
    """(measure, run): this month's."""
    kept_measures: NDArray[np.int64]
    kept: NDArray[np.float64]
    """(row of month, kept measure, run)"""
    regime_measures: NDArray[np.int64]
    for_regimes: NDArray[np.float64]
    """(measure, month, run)"""
    partner_rows: NDArray[np.float64]
    """(row of month, thing, column, run)"""
    keep_partners: bool
    keep_terms: bool


@stage
def write_down(kept: Kept, month: int, row: int, n: int) -> None:
    """Keep what is asked for of this month's measures."""
    for m in range(len(kept.regime_measures)):
        for run in range(n):
            kept.for_regimes[m, month, run] = kept.measured[kept.regime_measures[m], run]
    if row >= 0:
        for m in range(len(kept.kept_measures)):
            for run in range(n):
                kept.kept[row, m, run] = kept.measured[kept.kept_measures[m], run]


class Parts(NamedTuple):
    """The compiled functions that a run of a block is put together from."""

    world_of: Any
    launch: Any
    live: Any
    measure_for_regimes: Any
    measure_the_rest: Any
    keep_rows: Any


def block_runner(parts: Parts, layout: Layout, key: int) -> Any:
    """Return the function that runs a block, to be compiled and kept under ``key``."""
    levers, policy = (layout.places.index(name) for name in ("levers", "policy"))
    first_number = len(layout.kinds)
    month_number, calendar_number, kept_number = (
        first_number + layout.numbers.index(name) for name in ("month", "calendar_month", "is_kept")
    )
    levers_size, policy_size = layout.dtypes["levers"].itemsize, layout.dtypes["policy"].itemsize

    def run_block(request: Any, draws: Any, kept: Any, n: int) -> int:
        addresses, counts = request.addresses, request.counts
        first_levers, first_policy = addresses[levers], addresses[policy]
        find_keys(draws, n)
        draw_month(draws, 0, True, n)
        launch(world_of(addresses, counts), n)
        for month in range(len(request.levers_of_month)):
            row = request.row_of_month[month]
            addresses[levers] = first_levers + request.levers_of_month[month] * levers_size
            addresses[policy] = first_policy + month * policy_size
            counts[month_number] = month
            counts[calendar_number] = (request.first_month + month) % 12 + 1
            counts[kept_number] = row >= 0
            world = world_of(addresses, counts)
            draw_month(draws, month, False, n)
            live(world, n)
            measure_for_regimes(world, kept.measured, n)
            if row >= 0:
                measure_the_rest(world, kept.measured, n)
                if kept.keep_partners:
                    keep_rows(world, kept.partner_rows[row], kept.keep_terms, n)
            write_down(kept, month, row, n)
        addresses[levers], addresses[policy] = first_levers, first_policy
        return key

    # Functions that it calls are globals of its own: what a function closes over would be a part of the cache's key.
    scope = {**run_block.__globals__, **parts._asdict()}
    cells = run_block.__closure__
    own = python_types.FunctionType(run_block.__code__, scope, "run_block", None, cells)
    own.__module__, own.__qualname__ = __name__, "run_block"
    return own
