"""Which steps the compiler works on one run after another, not on several at once: ``python benchmarks/run_by_run.py``.

Reads what LLVM's vectoriser says of every step of the month, compiled by itself; some two minutes. Name steps to see
only these. Where a step reads or writes something only if something else is so, a processor without masked access to
memory cannot do it for several runs at once: ``in a branch`` counts such places. Read first, and choose by a number.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from llvmlite import binding
from numba import types

from sim import MONTH
from sim.block import layout_of
from sim.compiled import methods_without_mesa
from sim.lanes import engine
from sim.steps import Step, flat

A_LOOP, ONCE_MORE = "LV: Checking a loop", "Disabled/already vectorized"
EMULATED = 3_000_000
"""What the vectoriser adds to the cost of a loop for each place that it would have to reach run by run."""


@contextmanager
def errors_in(file: Path) -> Iterator[None]:
    """Send what the compiler writes past Python to a file."""
    before = os.dup(2)
    with file.open("w") as open_file:
        os.dup2(open_file.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(before, 2)
            os.close(before)


def loops(said: str) -> Iterator[tuple[int, int]]:
    """Give of every loop how many runs it works on at once, and how many places are in a branch."""
    for loop in said.split(A_LOOP)[1:]:
        if ONCE_MORE not in loop:
            width, cost = (re.search(wanted, loop) for wanted in (r"Selecting VF: (\d+)", r"Cost for VF 4: (\d+)"))
            yield int(width[1]) if width else 1, int(cost[1]) // EMULATED if cost else 0


def main(wanted: Sequence[str]) -> None:
    """Print a line a step that has a loop which is worked on run by run."""
    binding.set_option("", "--debug-only=loop-vectorize")
    engine.let_rules_compile()
    layout = layout_of(MONTH, methods_without_mesa(MONTH), "run by run")
    steps = [step for step in flat((*MONTH.launch_steps, *MONTH.steps)) if isinstance(step, Step)]
    with tempfile.TemporaryDirectory() as folder:
        said = Path(folder) / "said.txt"
        for step in steps:
            if wanted and step.name not in wanted:
                continue
            with errors_in(said):
                engine.step_stage(step, layout).compile((layout.world, types.int64))
            told = list(loops(said.read_text("utf-8", errors="replace")))
            one_by_one = [places for width, places in told if width == 1]
            if one_by_one or wanted:
                places = sum(one_by_one)
                print(f"{step.name:28} {len(one_by_one)} of {len(told)} loops run by run, {places} places in a branch")


if __name__ == "__main__":
    main(sys.argv[1:])
