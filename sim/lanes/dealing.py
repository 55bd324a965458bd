"""What things hold towards one another, dealt out anew by chance, run by run.

A run deals by its own draw, so nothing is gained by several runs at once. The order of chance is made by the same
functions as in Mesa (see ``sim/dealing.py``).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import carray

from sim.dealing import give_places, shuffle
from sim.lanes.compiling import stage, written_out
from sim.lanes.pairs import SIMD_WIDTH, UNROLL
from sim.lanes.views import Layout


@dataclasses.dataclass(frozen=True)
class Dealing:
    """What is dealt, and how what decides on it is written in compiled code.

    ``draw`` is of the whole, ``alike`` a number of a thing ("" if all are alike); ``counts`` says whether a thing takes
    part, ``stands`` and ``when`` whether the whole does. The rest is as in ``sim.steps.Deal``.
    """

    name: str
    of_pairs: bool
    matrices: tuple[str, ...]
    numbers: tuple[str, ...]
    draw: str
    alike: str
    counts: Callable[[Any], bool]
    when: Callable[[Any], bool]


@stage
def _deal(matrix: Any, group: int, lane: int, members: Any, count: int, order: Any, turned: Any) -> None:
    """Deal what every two members hold, both ways together, to two others."""
    there, back = np.empty(len(order)), np.empty(len(order))
    pair = 0
    for a in range(count):
        for b in range(a + 1, count):
            there[pair] = matrix[group, members[a], members[b], lane]
            back[pair] = matrix[group, members[b], members[a], lane]
            pair += 1
    pair = 0
    for a in range(count):
        for b in range(a + 1, count):
            one, other = there[order[pair]], back[order[pair]]
            is_turned = turned[pair] > 0
            matrix[group, members[a], members[b], lane] = other if is_turned else one
            matrix[group, members[b], members[a], lane] = one if is_turned else other
            pair += 1


@stage
def _move(matrix: Any, group: int, lane: int, takes: Any) -> None:
    """Give things one another's rows and columns."""
    things = len(takes)
    held = np.empty((things, things))
    for i in range(things):
        for j in range(things):
            held[i, j] = matrix[group, i, j, lane]
    for i in range(things):
        for j in range(things):
            matrix[group, i, j, lane] = held[takes[i], takes[j]]


def compiled(dealing: Dealing, layout: Layout, *, thing: str, whole: str) -> Any:
    """Return the compiled function ``take(world, n)`` that deals in every run."""
    lines = [
        f"things = len_{thing}(world)",
        "padding = (things + UNROLL - 1) // UNROLL * UNROLL",
        "groups = (n + WIDTH - 1) // WIDTH",
        *(f"{m} = carray(place_{m}(world), (groups, padding, padding, WIDTH), float64)" for m in dealing.matrices),
        "members = np.empty(things, np.int64)",
        "for run in range(n):",
        "    whole = at_whole(world, 0, run, True)",
        "    if not when(whole):",
        "        continue",
        "    group, lane, count = run // WIDTH, run % WIDTH, 0",
        "    for i in range(things):",
        "        if counts(at_thing(world, i, run, True)):",
        "            members[count] = i",
        "            count += 1",
        *(f"    {line}" for line in (_pairs(dealing) if dealing.of_pairs else _places(dealing, layout, thing))),
    ]
    scope: dict[str, Any] = {
        "np": np,
        "carray": carray,
        "float64": np.float64,
        "WIDTH": SIMD_WIDTH,
        "UNROLL": UNROLL,
        "at_thing": layout.view(thing),
        "at_whole": layout.view(whole),
        f"len_{thing}": layout.reader(thing),
        **{f"place_{name}": layout.place(name) for name in dealing.matrices},
        **{name: getattr(dealing, name) for name in ("counts", "when")},
        **{function.__name__: function for function in (shuffle, give_places, _deal, _move)},
    }
    text = ["def take(world, n):", *(f"    {line}" for line in lines)]
    return stage(written_out(text, scope, f"deal: {dealing.name}"))


def _pairs(dealing: Dealing) -> list[str]:
    return [
        "pairs = count * (count - 1) // 2",
        "order, turned = np.arange(pairs), np.zeros(pairs, np.int64)",
        f"shuffle(order=order, turned=turned, count=pairs, draw=whole.{dealing.draw})",
        *(f"_deal({name}, group, lane, members, count, order, turned)" for name in dealing.matrices),
    ]


def _places(dealing: Dealing, layout: Layout, thing: str) -> list[str]:
    lines = [
        "order, takes = np.arange(count), np.arange(things)",
        "alike, is_given = np.zeros(count, np.int64), np.zeros(count, np.int64)",
        f"shuffle(order=order, turned=is_given, count=count, draw=whole.{dealing.draw})",
    ]
    if dealing.alike:
        lines += [
            "for k in range(count):",
            f"    alike[k] = at_thing(world, members[k], run, True).{dealing.alike}",
        ]
    lines += ["give_places(takes=takes, members=members, order=order, alike=alike, is_given=is_given, count=count)"]
    lines += [f"_move({name}, group, lane, takes)" for name in dealing.matrices]
    for name in dealing.numbers:
        rows = layout.kinds[thing].rows[name]
        at = "[p]" if rows else ""
        lines += [
            f"had_{name} = np.empty((things, {max(1, rows)}))",
            "for i in range(things):",
            "    one = at_thing(world, i, run, True)",
            f"    for p in range({max(1, rows)}):",
            f"        had_{name}[i, p] = one.{name}{at}",
            "for i in range(things):",
            "    one = at_thing(world, i, run, True)",
            f"    for p in range({max(1, rows)}):",
            f"        one.{name}{at} = had_{name}[takes[i], p]",
        ]
    return lines
