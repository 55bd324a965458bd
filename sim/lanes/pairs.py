"""What is held between every two things, and the loops of rules over pairs.

What a run holds between things grows with the square of their number, and a month goes through it several times: with
many things the layout decides what a run costs. A matrix is therefore kept by groups of ``SIMD_WIDTH`` runs,
(group, thing, other, run of the group), so that the runs of a group fill a register, the others that a thing looks at
lie side by side, and a group goes through its own matrix alone. What a rule needs of the things is copied beforehand
into rows of (thing, run).

A rule between two things is a function of numbers (see ``sim/steps.py``). The loop round it is written out for the
numbers that it is given, and compiled.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numba import carray
from numpy.typing import NDArray

from sim.lanes.compiling import for_each_run, noalias, written_out
from sim.lanes.views import Layout, room_for

SIMD_WIDTH = 8
"""Runs in a group: the widest registers hold eight numbers."""

_MATRICES = ("pair", "returned")
"""Words for what is held between things."""

UNROLL = 4
"""Others added up at once. A loop over runs with a shorter body would be unrolled and not be vectorised."""

MOST_MATRIX_BYTES = 8 * 2**20
"""Room for the matrices of a block of runs: what a processor's last cache can spare for a thread."""


def lanes_for(things: int, most: int) -> int:
    """Return how many runs a block has, in whole groups: ``most``, or fewer where there are many things.

    Which it is changes no number.
    """
    fitting = MOST_MATRIX_BYTES // (8 * things * things)
    return min(most, max(1, fitting // SIMD_WIDTH) * SIMD_WIDTH)


def padded(things: int) -> int:
    """Return for how many things a matrix has room."""
    return -(-things // UNROLL) * UNROLL


def width(lanes: int) -> int:
    """Return how many runs a row has room for: an odd number of groups, or things would crowd a part of the cache."""
    groups = -(-lanes // SIMD_WIDTH)
    return (groups + 1 - groups % 2) * SIMD_WIDTH


def room_for_matrices(number: int, things: int, n: int) -> NDArray[np.float64]:
    """Return so many matrices of ``n`` runs, one after another, all zero."""
    return room_for((number, -(-n // SIMD_WIDTH), padded(things), padded(things), SIMD_WIDTH))


@dataclasses.dataclass(frozen=True)
class PairLoop:
    """A rule between two things, and where its numbers are.

    ``arguments`` say of each number whose it is and its name: of the "pair", "returned" (of the other towards
    one), "own", "other", or of the whole ("table"). ``attributes`` give, by the same words, how a number is
    written in compiled code. The rest is as in ``sim.steps.PairStep``; ``counts`` is the condition under which a
    thing takes part.
    """

    name: str
    rule: Callable[..., Any]
    arguments: Sequence[tuple[str, str]]
    attributes: Sequence[str]
    counts: Callable[[Any], bool]
    when: Callable[[Any], bool] | None
    writes: str = ""
    adds: tuple[str, ...] = ()
    to: str = "own"
    once: bool = False
    towards: str = ""


def scratch_rows(loop: PairLoop, things: int) -> int:
    """Return how many rows of runs a loop needs for what it copies."""
    of_every_thing, of_whole = rows_copied(loop)
    return of_every_thing * padded(things) + of_whole


def rows_copied(loop: PairLoop) -> tuple[int, int]:
    """Return how many rows of runs a loop needs for every thing, and besides."""
    of_things, of_whole = _copied(loop)
    return len(of_things) + 1, len(of_whole) + len(loop.adds)


def _copied(loop: PairLoop) -> tuple[dict[str, str], dict[str, str]]:
    """Return what is copied of things and of the whole: the name of the row, and how the number is written."""
    of_things: dict[str, str] = {}
    of_whole: dict[str, str] = {}
    for (whose, name), attribute in zip(loop.arguments, loop.attributes, strict=True):
        if whose in ("own", "other"):
            of_things[f"row_{name}"] = attribute
        elif whose == "table":
            of_whole[f"all_{name}"] = attribute
    if loop.towards:
        of_things[f"row_{loop.towards}"] = f"one.{loop.towards}"
    (of_things if loop.to in ("own", "other") else of_whole).update({f"sum_{name}": "0.0" for name in loop.adds})
    return of_things, of_whole


def compiled(loop: PairLoop, layout: Layout, *, thing: str, whole: str) -> Any:
    """Return the compiled function ``take(world, n)`` of a loop over pairs of things of a kind."""
    of_things, of_whole = _copied(loop)
    rows = ["sits", *of_things]
    matrices = list(
        dict.fromkeys(
            [
                *([loop.writes] if loop.writes else []),
                *(name for whose, name in loop.arguments if whose in _MATRICES),
            ]
        )
    )
    places = [*matrices, *rows, *of_whole]
    inner = [f"def inner({', '.join(places)}, groups, things):", *(f"    {line}" for line in _loops(loop))]
    unsigned = {"WIDTH": SIMD_WIDTH, "UNROLL": UNROLL, "ONE": 1, "NONE": 0}
    scope: dict[str, Any] = {"rule": loop.rule, **{name: np.uint64(number) for name, number in unsigned.items()}}
    what = f"pairs: {loop.name} in {layout.name}"
    inner_function = noalias(written_out(inner, scope, what))

    number = f"len_{thing}"
    lines = [
        f"things = {number}(world)",
        "padding = (things + UNROLL - 1) // UNROLL * UNROLL",
        "groups = (n + WIDTH - 1) // WIDTH",
        "width = (groups + 1 - groups % 2) * WIDTH",
    ]
    if loop.when is not None:
        lines += [
            "takers = 0",
            "for run in range(n):",
            "    takers += when(at_whole(world, 0, run, True))",
            "if takers == 0:",
            "    return",
        ]
    lines += [f"{name} = carray(place_{name}(world), (groups, padding, padding, WIDTH), float64)" for name in matrices]
    lines += [f"scratch = carray(place_scratch(world), ({len(rows)} * padding + {len(of_whole)}, width), float64)"]
    lines += [f"{name} = scratch[{k} * padding:{k + 1} * padding]" for k, name in enumerate(rows)]
    lines += [f"{name} = scratch[{len(rows)} * padding + {k}]" for k, name in enumerate(of_whole)]
    also = " and when(at_whole(world, 0, run, True))" if loop.when is not None else ""
    condition = f"counts(one){also}"
    condition_of_whole = "when(at_whole(world, 0, run, True))" if loop.when is not None else "True"
    copied = [f"{name}[i, run] = {attribute}" for name, attribute in of_things.items()]
    copy = for_each_run("one = at_thing(world, i, run, True)", f"sits[i, run] = 1.0 if {condition} else 0.0", *copied)
    clear = for_each_run(*(f"{name}[i, run] = 0.0" for name in rows))
    lines += ["for i in range(things):", *_indented(copy), "for i in range(things, padding):", *_indented(clear)]
    if of_whole:
        copied = [f"{name}[run] = {attribute}" for name, attribute in of_whole.items()]
        lines += for_each_run("whole = at_whole(world, 0, run, True)", *copied)
    lines += [f"inner({', '.join(places)}, uint64(groups), uint64(things))"]
    if loop.adds and loop.to in ("own", "other"):
        sums = [f"one.{name} = sum_{name}[i, run]" for name in loop.adds]
        enter = for_each_run("one = at_thing(world, i, run, sits[i, run] > 0.0)", *sums)
        lines += ["for i in range(things):", *_indented(enter)]
    elif loop.adds:
        sums = [f"whole.{name} = sum_{name}[run]" for name in loop.adds]
        lines += for_each_run(f"whole = at_whole(world, 0, run, {condition_of_whole})", *sums)
    text = ["def take(world, n):", *(f"    {line}" for line in lines)]
    scope = {
        "WIDTH": SIMD_WIDTH,
        "UNROLL": UNROLL,
        "inner": inner_function,
        "carray": carray,
        "float64": np.float64,
        "uint64": np.uint64,
        "at_thing": layout.view(thing),
        "at_whole": layout.view(whole),
        "counts": loop.counts,
        "when": loop.when,
        number: layout.reader(thing),
        "place_scratch": layout.place("scratch"),
        **{f"place_{name}": layout.place(name) for name in matrices},
    }
    return noalias(written_out(text, scope, what))


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _loops(loop: PairLoop) -> list[str]:
    """Return the loops over groups, things, others and runs, indented by four blanks a level."""
    call = _call(loop, "i", "j")
    first = "i + ONE, things" if loop.once else "things"
    given = ", ".join(f"given_{name}" for name in loop.adds or ("",))
    keep = ["if both:", f"    {loop.writes}[group, i, j, lane] = given_"]
    if loop.once:
        keep += [f"    {loop.writes}[group, j, i, lane] = given_"]
    if loop.towards:
        sums = [f"sum_{name}[i, run] += given_{name} if both else 0.0" for name in loop.adds]
        return [
            "for group in range(groups):",
            "    here = group * WIDTH",
            "    for j in range(things):",
            "        looked_at = 0",
            "        for lane in range(WIDTH):",
            "            run = here + lane",
            f"            looked_at += (row_{loop.towards}[j, run] > 0.0) & (sits[j, run] > 0.0)",
            "        if looked_at == 0:",
            "            continue",
            f"        for i in range({'j' if loop.once else 'things'}):",
            *([] if loop.once else ["            if j == i:", "                continue"]),
            "            for lane in range(WIDTH):",
            "                run = here + lane",
            f"                {given} = {call}",
            f"                both = (sits[i, run] > 0.0) & (sits[j, run] > 0.0) & (row_{loop.towards}[j, run] > 0.0)",
            *(f"                {line}" for line in (keep if loop.writes else sums)),
        ]
    if loop.writes:
        return [
            "for group in range(groups):",
            "    here = group * WIDTH",
            "    for i in range(things):",
            f"        for j in range({first}):",
            *([] if loop.once else ["            if j == i:", "                continue"]),
            "            for lane in range(WIDTH):",
            "                run = here + lane",
            f"                {given} = {call}",
            "                both = (sits[i, run] > 0.0) & (sits[j, run] > 0.0)",
            *(f"                {line}" for line in keep),
        ]
    added = [f"to_{name} += given_{name} if both else 0.0" for name in loop.adds]
    if loop.to == "other":
        sums = [f"sum_{name}[j, run] += given_{name} if both else 0.0" for name in loop.adds]
        return [
            "for group in range(groups):",
            "    here = group * WIDTH",
            "    for i in range(things):",
            f"        for j in range({first}):",
            *([] if loop.once else ["            if j == i:", "                continue"]),
            "            for lane in range(WIDTH):",
            "                run = here + lane",
            f"                {given} = {call}",
            "                both = (sits[i, run] > 0.0) & (sits[j, run] > 0.0)",
            *(f"                {line}" for line in sums),
        ]
    at = "i, run" if loop.to == "own" else "run"
    begin = "i // UNROLL * UNROLL" if loop.once else "NONE"
    differ = "j > i" if loop.once else "j != i"
    return [
        "for group in range(groups):",
        "    here = group * WIDTH",
        "    for i in range(things):",
        f"        for some in range({begin}, things, UNROLL):",
        "            for lane in range(WIDTH):",
        "                run = here + lane",
        *(f"                to_{name} = sum_{name}[{at}]" for name in loop.adds),
        "                for k in range(UNROLL):",
        "                    j = some + k",
        f"                    {given} = {call}",
        f"                    both = (sits[i, run] > 0.0) & (sits[j, run] > 0.0) & ({differ})",
        *(f"                    {line}" for line in added),
        *(f"                sum_{name}[{at}] = to_{name}" for name in loop.adds),
    ]


def _call(loop: PairLoop, one: str, two: str) -> str:
    """Return the call of the rule from one thing to another, by the names of its arguments' places."""
    places = {
        "pair": "{name}[group, " + f"{one}, {two}, lane]",
        "returned": "{name}[group, " + f"{two}, {one}, lane]",
        "own": "row_{name}[" + f"{one}, run]",
        "other": "row_{name}[" + f"{two}, run]",
        "table": "all_{name}[run]",
    }
    return f"rule({', '.join(places[whose].format(name=name) for whose, name in loop.arguments)})"
