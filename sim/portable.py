"""The compiled month for machines other than this one: its text, and where everything lies that it reads and writes.

Who has both can run it elsewhere, such as in a browser: put a block of runs together as ``sim/block.py`` does, by the
table, and call the first function of the text with it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np
from numba.core.caching import NullCache

from sim.block import BEHAVIOUR_NAMES, KIND_NAMES, LEVER_NAMES, PLACE_NAMES, POLICY_NAMES, Room
from sim.compiled import kinds_of_arguments, put_together
from sim.lanes.draws import stream_rows
from sim.lanes.pairs import SIMD_WIDTH, UNROLL, rows_copied
from sim.lanes.views import CACHE_LINE
from sim.month import MONTH, Month
from sim.parameters import Duty, Inspection, Joint, Leadership
from sim.population import Archetype
from sim.randomness import SLOTS_A_BLOCK
from sim.rules.fund import PURSES
from sim.tables import N_TABLES


def month_as_text(month: Month = MONTH) -> tuple[str, str]:
    """Return the text of a month as LLVM is given it, and the name of its first function.

    The text is for the machine at hand, unless Numba's settings (``NUMBA_CPU_NAME=generic``) say otherwise.
    """
    made = put_together(month)
    made.run_block._cache = NullCache()
    kinds = kinds_of_arguments(made)
    made.run_block.compile(kinds)
    compiled = made.run_block.overloads[kinds]
    return compiled.library.get_llvm_str(), compiled.fndesc.llvm_func_name


@dataclasses.dataclass(frozen=True)
class Slot:
    """One argument of a compiled month by its name, such as ``request.addresses``; ``axes`` is 0 for a plain number."""

    name: str
    axes: int


def slots_of(room: Room) -> Iterator[tuple[Slot, Any]]:
    """Give the arguments for a block of runs in their order, but for the number of runs, which comes last."""
    for name in ("request", "draws", "kept"):
        yield from _parts(name, getattr(room, name))


def _parts(name: str, value: Any) -> Iterator[tuple[Slot, Any]]:
    fields = getattr(value, "_fields", None)
    if fields is None:
        yield Slot(name, np.ndim(value)), value
        return
    for field in fields:
        yield from _parts(f"{name}.{field}", getattr(value, field))


def memory_table(month: Month = MONTH) -> dict[str, Any]:
    """Return where everything lies that a compiled month reads and writes: records, fields, streams and arguments.

    Plain values, ready for JSON. Offsets and sizes are in bytes.
    """
    made = put_together(month)
    layout = made.layout
    return {
        "lanes": layout.lanes,
        "group": SIMD_WIDTH,
        "unroll": UNROLL,
        "line": CACHE_LINE,
        "kinds": [
            {
                "name": name,
                "bytes": layout.dtypes[name].itemsize,
                "fields": {
                    # where it begins, how many numbers it has of each run (0: one), and whether they are whole
                    field: [_offset(layout.dtypes[name], field), numbers, int(field in kind.whole)]
                    for field, numbers in kind.rows.items()
                },
            }
            for name, kind in layout.kinds.items()
        ],
        "numbers": list(layout.numbers),
        "matrices": list(layout.matrices),
        "scratch": [list(rows) for rows in dict.fromkeys(rows_copied(loop) for loop in made.loops)],
        "steps": len(made.order),
        "streams": {
            "shared": stream_rows(month.streams, each=False).tolist(),
            "each": stream_rows(month.streams, each=True, by_steps=month.drawn_by_steps).tolist(),
            "slots_a_block": SLOTS_A_BLOCK,
            "given": N_TABLES,
        },
        "slots": [[slot.name, slot.axes] for slot, _ in slots_of(made.smallest_room())],
        "measures": list(month.measures),
        "regime_measures": list(month.regime_measures),
        "columns": list(month.partner_columns(with_terms=True)),
        "names": {
            "behaviour": [f"behaviour.{name}" for name in BEHAVIOUR_NAMES],
            "levers": [_path_of(name) for name in LEVER_NAMES],
            "policy": list(POLICY_NAMES),
            "place": list(PLACE_NAMES),
            "kind": list(KIND_NAMES),
        },
        "purses": list(PURSES),
    }


def _offset(record: np.dtype[Any], field: str) -> int:
    fields: Any = record.fields
    return int(fields[field][1])


def numbers_of_kind(kind: Archetype) -> list[float]:
    """Return the numbers of an archetype, in the order of the table's names."""
    return [getattr(kind, name) for name in KIND_NAMES]


def _path_of(name: str) -> str:
    """Return the path of a lever by its name in a record, such as ``joint_secretariat``."""
    topics = {"joint": Joint, "duty": Duty, "inspection": Inspection, "leadership": Leadership}
    for topic, kind in topics.items():
        rest = name.removeprefix(f"{topic}_")
        if rest != name and rest in {field.name for field in dataclasses.fields(kind)}:
            return f"leadership.{rest}" if topic == "leadership" else f"levers.{topic}.{rest}"
    return f"levers.{name}"
