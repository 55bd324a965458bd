"""Compile the engine now, for images and machines on which nobody should wait for it.

The first command with many runs compiles the month of the model, once on a machine, in a minute or less, and keeps
it in the folder that NUMBA_CACHE_DIR names, or beside the code. This does the same and no more; what is kept already is
left alone, and found where it can only be read. The month of an extension is another one, of which only what differs is
compiled. What is compiled is for this kind of processor: build an image on the kind that it will run on.

For example:
  partnerships compile
  partnerships compile extension=grudges.py
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.errors import CommandError, WordParser
from sim import MONTH, Month, is_compiled, prepare_engine
from sim.own import load_month


def main(arguments: Sequence[str]) -> None:
    """Compile the month, or that of an extension, and say where it is kept."""
    parser = WordParser("compile")
    parser.add_argument("extension", nargs="?")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    setting, _, name = (asked.extension or "extension=").partition("=")
    if setting != "extension":
        raise CommandError(f"{asked.extension!r} is nothing to compile: write extension=MODULE, or nothing at all")
    said = compiled(load_month(name) if name else MONTH)
    if asked.json:
        print(json.dumps(said, indent=2))
        return
    how = f"compiled in {said['seconds']:.0f} s" if said["compiled_now"] else "was compiled before"
    print(f"{how}, and kept as {said['file']} ({said['bytes'] / 1e6:.1f} MB)")


def compiled(month: Month) -> dict[str, Any]:
    """Compile a month if this machine has not yet: whether it was, in how many seconds, in which file of what size.

    Raise CommandError where it cannot be kept, since the next command would have to compile it again.
    """
    from sim.compiled import NOT_KEPT, put_together

    kept = put_together(month).kept
    if kept.path is None:
        raise CommandError(NOT_KEPT)
    before, began = is_compiled(month), time.perf_counter()
    prepare_engine(month)
    path = kept.path
    if path is None or not path.is_file():
        raise CommandError(NOT_KEPT)
    return {
        "compiled_now": not before,
        "seconds": round(time.perf_counter() - began, 1),
        "file": str(Path(path).resolve()),
        "bytes": path.stat().st_size,
    }
