"""The steps of a month, compiled over blocks of runs.

A step is written for one run (``sim/meetings.py`` and others). Here it is taken by every thing that takes
it in every run of a block: the loop over runs stands innermost, round the step, so that the compiler works on several
runs at once. Runs differ in who takes a step; where a thing does not, what it writes does not count. Sums are thus made
of the same numbers in the same order as in Mesa: both give the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

import numpy as np
from numba.extending import register_jitable
from numpy.typing import NDArray

from sim.jit import RULES
from sim.lanes import dealing, pairs
from sim.lanes.compiling import AS_A_PART, for_each_run, inlined, noalias, rounds, spliced, stage, unrolled, written_out
from sim.lanes.draws import AS_MONTH_BEGINS, AT_LAUNCH, draw_month, drawing, find_keys
from sim.lanes.views import Layout, with_number
from sim.randomness import Stream
from sim.steps import AnyStep, Deal, PairStep, Repeat, Step, flat

TABLE, THING, LUCK = "partnership", "partner", "luck_of_partner"
"""The whole, the things that are many, and what chance has for each of them."""

MEASURES_AT_ONCE = 16
"""Formulas compiled together: many small functions take longer to compile, and so do large ones."""

Keep = Callable[[Any, Any], None]
"""Has a part kept: a compiled function, and what tells it from others."""

# Plain whole numbers would have functions compiled anew for each of them.
NO_MONTH, LAUNCHED, BEGUN = (cast(int, np.int64(number)) for number in (0, AT_LAUNCH, AS_MONTH_BEGINS))

_registered: set[int] = set()


def let_rules_compile() -> None:
    """Let compiled code call every function that is marked as a rule."""
    for function in RULES:
        if id(function) not in _registered:
            register_jitable(**AS_A_PART)(function)
            _registered.add(id(function))


# ---------------------------------------------------------------------- steps


def step_stage(step: Step, layout: Layout, draws: Sequence[Stream] = ()) -> Any:
    """Return the compiled function ``take(world, n)`` of a step, which draws first what it alone takes."""
    kind = step.takers.among
    scope: dict[str, Any] = {
        "table_at": layout.view(TABLE),
        "at": layout.view(kind),
        "how_many": layout.reader(kind),
        "step": unrolled(step.function),
        "where": inlined(step.takers.where),
        "when": inlined(step.when) if step.when is not None else None,
        "draw": drawing(draws, layout, whole=TABLE, each=LUCK) if draws else None,
    }
    lines = _loops(step)
    if draws:
        lines = ["draw(world, n)", *lines]
    if step.when is not None:
        asked = ["times = 0", "for run in range(n):", "    times += when(table_at(world, 0, run, True))"]
        lines = [*asked, "if times > 0:", *(f"    {line}" for line in lines)]
    lines = ["def take(world, n):", *(f"    {line}" for line in lines)]
    return noalias(written_out(lines, scope, f"step: {step.name}"))


def _loops(step: Step) -> list[str]:
    """Return the loops of a step over those who take it, and innermost over runs."""
    also = " and when(table_at(world, 0, run, True))" if step.when is not None else ""
    if step.takers.among == TABLE:
        lines = for_each_run(f"step(table_at(world, 0, run, where(table_at(world, 0, run, True)){also}))")
    else:
        counts = f"where(at(world, i, run, True)){also}"
        take = f"step(at(world, i, run, {counts}))"
        lines = _for_groups_of_runs(take, counts) if step.takers.are_some else for_each_run(take)
        lines = ["for i in range(how_many(world)):", *(f"    {line}" for line in lines)]
    return lines


def _for_groups_of_runs(line: str, counts: str) -> list[str]:
    """Return a loop over runs that passes over groups of them in which nothing counts."""
    width = pairs.SIMD_WIDTH
    return [
        f"for first in range(0, n // {width} * {width}, {width}):",
        "    takers = 0",
        *(f"    {each}" for each in for_each_run(f"takers += {counts}", first="first", last=f"first + {width}")),
        "    if takers > 0:",
        *(f"        {each}" for each in for_each_run(line, first="first", last=f"first + {width}")),
        *for_each_run(line, first=f"n // {width} * {width}"),
    ]


def pair_stage(step: PairStep, sources: Sequence[tuple[str, str]], layout: Layout) -> Any:
    """Return the compiled function ``take(world, n)`` of a step between bodies."""
    return pairs.compiled(pair_loop(step, sources), layout, thing=THING, whole=TABLE)


def pair_loop(step: PairStep, sources: Sequence[tuple[str, str]]) -> pairs.PairLoop:
    """Return a step between bodies as what compiled code needs to know of it."""
    short = {"own seat": "own", "other seat": "other", "behaviour": "table", "settings": "table"}
    written = {
        "own": "one.{}",
        "other": "one.{}",
        "own seat": "one.seat.{}",
        "other seat": "one.seat.{}",
        "table": "whole.{}",
        "behaviour": "whole.behaviour.{}",
        "settings": "whole.own.{}",
    }
    common: dict[str, Any] = {
        "name": step.name,
        "rule": step.rule,
        "arguments": [(short.get(whose, whose), name) for whose, name in sources],
        "attributes": [written.get(whose, "").format(name) for whose, name in sources],
        "when": inlined(step.when) if step.when is not None else None,
        "writes": step.writes,
    }
    counts = inlined(_sits if step.among == "members" else _always)
    return pairs.PairLoop(**common, counts=counts, adds=step.adds, to=step.to, once=step.once, towards=step.towards)


def deal_stage(step: Deal, layout: Layout) -> Any:
    """Return the compiled function ``take(world, n)`` of a step that deals by chance."""
    told = dealing.Dealing(
        name=step.name,
        of_pairs=step.of == "pairs",
        matrices=step.matrices,
        numbers=step.numbers,
        draw=f"luck.{step.chance}",
        alike=f"seat.{step.within}" if step.within else "",
        counts=inlined(_sits),
        when=inlined(step.when or _always),
    )
    return dealing.compiled(told, layout, thing=THING, whole=TABLE)


def round_stage(step: Repeat, within: Sequence[Any], layout: Layout) -> Any:
    """Return the compiled function ``take(world, n)`` of steps that are taken in rounds, each compiled before."""
    scope = {
        "number": with_number(layout, step.counter),
        "go": one_after_another(within),
        "at": layout.view(TABLE),
        "when": inlined(step.when or _always),
    }
    lines = [
        "def take(world, n):",
        f"    for number_of_round in range({step.rounds}):",
        "        here = number(world, number_of_round)",
        "        times = 0",
        "        for run in range(n):",
        "            times += when(at(here, 0, run, True))",
        "        if times == 0:",
        "            break",
        "        go(here, n)",
    ]
    return rounds(written_out(lines, scope, f"rounds: {step.name}"))


def _always(taker: Any) -> bool:
    return True


def _sits(partner: Any) -> bool:
    return bool(partner.is_member > 0.0)


def made_from(step: AnyStep, sources: Mapping[AnyStep, Any]) -> tuple[Any, ...]:
    """Return what the compiled form of a step depends on, beside the layout."""
    return step, [sources[each] for each in flat([step]) if each in sources]


class Stages(NamedTuple):
    """Steps as compiled functions ``take(world, n)``."""

    taken: list[Any]
    """In their order."""
    parts: list[Any]
    """Each after those that it is put together of."""


def stages_of(steps: Sequence[AnyStep], sources: Mapping[AnyStep, Any], layout: Layout, keep: Keep) -> Stages:
    """Return the compiled functions of steps, each to be kept."""
    stages = Stages([], [])
    for step in steps:
        if isinstance(step, Repeat):
            within = stages_of(step.steps, sources, layout, keep)
            stages.parts.extend(within.parts)
            taken = round_stage(step, within.taken, layout)
        elif isinstance(step, PairStep):
            taken = pair_stage(step, sources[step], layout)
        elif isinstance(step, Deal):
            taken = deal_stage(step, layout)
        else:
            taken = step_stage(step, layout, sources.get(step, ()))
        keep(taken, made_from(step, sources))
        stages.taken.append(taken)
        stages.parts.append(taken)
    return stages


def in_any_order(stages: Sequence[Any]) -> Any:
    """Return the compiled function ``go(world, order, n)`` that goes through stages in an order given as it runs."""
    scope = {f"stage_{number}": each for number, each in enumerate(stages)}
    lines = ["def go(world, order, n):", "    for number in order:"]
    for number, name in enumerate(scope):
        lines += [f"        if number == {number}:", f"            {name}(world, n)"]
    return stage(written_out(lines, scope, "month"))


def one_after_another(stages: Sequence[Any], takes: str = "world, n", gives: str = "world, n") -> Any:
    """Return one compiled function that goes through stages in their order; texts name its arguments and theirs."""
    scope = {f"stage_{number}": each for number, each in enumerate(stages)}
    lines = [f"def go({takes}):", *([f"    {name}({gives})" for name in scope] or ["    pass"])]
    return spliced(written_out(lines, scope, "month"))


def utility_of(terms: Sequence[Callable[[Any], float]]) -> Any:
    """Return the compiled function that adds up the terms of a utility, in their order."""
    scope = {f"term_{number}": inlined(term) for number, term in enumerate(terms)}
    text = " + ".join(["0.0", *(f"{name}(self)" for name in scope)])
    return inlined(written_out(["def utility(self):", f"    return {text}"], scope, "utility"))


def keeper_of(terms: Sequence[Callable[[Any], float]]) -> Any:
    """Return the compiled function that keeps the terms of a utility."""
    scope = {f"term_{number}": inlined(term) for number, term in enumerate(terms)}
    lines = [f"    self.terms[{number}] = {name}(self)" for number, name in enumerate(scope)]
    return inlined(written_out(["def keep_terms(self):", *(lines or ["    pass"])], scope, "keeper"))


# ---------------------------------------------------------------------- what is written down


def measure_stages(formulas: Mapping[int, str | Callable[[Any], float]], layout: Layout, keep: Keep) -> list[Any]:
    """Return the compiled functions ``measure(world, measured, n)`` that fill the given rows of measures."""
    stages = []
    for group in groups_of(formulas):
        scope: dict[str, Any] = {"at": layout.view(TABLE)}
        lines = ["def measure(world, measured, n):"]
        for row, formula in group:
            read = "at(world, 0, run, True)"
            if isinstance(formula, str):
                read = f"{read}.{formula}"
            else:
                scope[f"formula_{row}"] = inlined(formula)
                read = f"formula_{row}({read})"
            lines += ["    for run in range(n):", f"        measured[{row}, run] = {read}"]
        stages.append(stage(written_out(lines, scope, "measures")))
        keep(stages[-1], group)
    return stages


def groups_of(formulas: Mapping[int, Any]) -> Iterator[list[tuple[int, Any]]]:
    """Give the formulas that are compiled together, each with its row."""
    rows = list(formulas.items())
    for first in range(0, len(rows), MEASURES_AT_ONCE):
        yield rows[first : first + MEASURES_AT_ONCE]


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
    return stage(written_out(lines, scope, "rows"))


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
    order: NDArray[np.int64]
    """Steps in the order in which they are taken, for an engine that takes them in any order."""


class Held(NamedTuple):
    """What is held of all numbers, and what is kept of it on request. Runs are last."""

    thing_rows: NDArray[np.int64]
    """Which rows of the record of a thing are kept."""
    things_now: NDArray[np.float64]
    """(thing, row of its record, run): what is held."""
    things: NDArray[np.float64]
    """(row of month, thing, column, run): what is kept."""
    whole_rows: NDArray[np.int64]
    whole_now: NDArray[np.float64]
    """(1, row of the record, run)"""
    whole: NDArray[np.float64]
    """(row of month, column, run)"""
    chosen_matrices: NDArray[np.int64]
    matrices_now: NDArray[np.float64]
    """(matrix, group, thing, other, run of the group)"""
    matrices: NDArray[np.float64]
    """(row of month, chosen matrix, thing, other, run)"""


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
    held: Held
    keep_held: bool


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


@stage
def write_held(held: Held, row: int, n: int) -> None:
    """Keep what is asked for of what things and the whole hold now."""
    for thing in range(len(held.things_now)):
        for column in range(len(held.thing_rows)):
            for run in range(n):
                held.things[row, thing, column, run] = held.things_now[thing, held.thing_rows[column], run]
    for column in range(len(held.whole_rows)):
        for run in range(n):
            held.whole[row, column, run] = held.whole_now[0, held.whole_rows[column], run]
    width = held.matrices_now.shape[-1]
    for number in range(len(held.chosen_matrices)):
        matrix = held.matrices_now[held.chosen_matrices[number]]
        for one in range(len(held.things_now)):
            for other in range(len(held.things_now)):
                for run in range(n):
                    held.matrices[row, number, one, other, run] = matrix[run // width, one, other, run % width]


class Parts(NamedTuple):
    """The compiled functions that a run of a block is put together from."""

    world_of: Any
    launch: Any
    live: Any
    measure_for_regimes: Any
    measure_the_rest: Any
    keep_rows: Any


def block_runner(parts: Parts, layout: Layout) -> Any:
    """Return the function that runs a block, to be compiled and kept."""
    world_of, launch, live, measure_for_regimes, measure_the_rest, keep_rows = parts
    levers, policy = (layout.places.index(name) for name in ("levers", "policy"))
    first_number = len(layout.kinds)
    month_number, calendar_number, kept_number = (
        first_number + layout.numbers.index(name) for name in ("month", "calendar_month", "is_kept")
    )
    levers_size, policy_size = layout.dtypes["levers"].itemsize, layout.dtypes["policy"].itemsize

    def run_block(request: Any, draws: Any, kept: Any, n: int) -> None:
        addresses, counts = request.addresses, request.counts
        first_levers, first_policy = addresses[levers], addresses[policy]
        find_keys(draws, n)
        draw_month(draws, NO_MONTH, LAUNCHED, n)
        launch(world_of(addresses, counts), n)
        for month in range(len(request.levers_of_month)):
            row = request.row_of_month[month]
            addresses[levers] = first_levers + request.levers_of_month[month] * levers_size
            addresses[policy] = first_policy + month * policy_size
            counts[month_number] = month
            counts[calendar_number] = (request.first_month + month) % 12 + 1
            counts[kept_number] = row >= 0
            world = world_of(addresses, counts)
            draw_month(draws, month, BEGUN, n)
            live(world, request.order, n)
            measure_for_regimes(world, kept.measured, n)
            if row >= 0:
                measure_the_rest(world, kept.measured, n)
                if kept.keep_partners:
                    keep_rows(world, kept.partner_rows[row], kept.keep_terms, n)
                if kept.keep_held:
                    write_held(kept.held, row, n)
            write_down(kept, month, row, n)
        addresses[levers], addresses[policy] = first_levers, first_policy

    return run_block
