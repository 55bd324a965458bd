"""The compiled month: put together from the list of steps, compiled once on a machine, and kept."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cache
from typing import Any

from numba import njit, types

from sim.block import layout_of
from sim.lanes import engine, pairs
from sim.lanes.compiling import inlined
from sim.lanes.views import Layout, world_maker
from sim.month import Month
from sim.sources import source_hash
from sim.steps import PairStep


@dataclasses.dataclass(frozen=True)
class CompiledMonth:
    """A month's compiled form: ``run_block(request, draws, kept, n)``, and how a block is laid out."""

    month: Month
    layout: Layout
    run_block: Callable[..., int]
    loops: tuple[pairs.PairLoop, ...]

    def scratch_rows(self, n_seats: int) -> int:
        """Return how many rows of runs the loops over pairs need for what they copy."""
        return max((pairs.scratch_rows(loop, n_seats) for loop in self.loops), default=1)


@cache
def compiled_month(month: Month) -> CompiledMonth:
    """Return the compiled form of a month."""
    engine.let_rules_compile()
    key = source_hash("sim")
    layout = layout_of(month, _in_place_of_mesa(month), key)
    steps = {step: _stage(step, month, layout) for step in (*month.launch_steps, *month.steps)}
    for step in steps.values():
        step.compile((layout.world, types.int64))
    formulas = {number: measure.formula for number, measure in enumerate(month.measures.values())}
    of_regimes = {n: formulas[n] for n, name in enumerate(month.measures) if month.measures[name].names_regimes}
    parts = engine.Parts(
        world_of=inlined(_world_of(layout)),
        launch=engine.one_after_another([steps[step] for step in month.launch_steps]),
        live=engine.one_after_another([steps[step] for step in month.steps]),
        measure_for_regimes=engine.measure_all(of_regimes, layout),
        measure_the_rest=engine.measure_all({n: f for n, f in formulas.items() if n not in of_regimes}, layout),
        keep_rows=engine.row_keeper(tuple(month.columns.values()), layout),
    )
    text = engine.block_runner(parts, layout, int(key[:14], 16))
    loops = [engine.pair_loop(step, month.sources[step]) for step in steps if isinstance(step, PairStep)]
    return CompiledMonth(month, layout, njit(error_model="numpy", nogil=True)(text), tuple(loops))


def _world_of(layout: Layout) -> Any:
    make = world_maker(layout)

    def world_of(addresses: Any, counts: Any) -> Any:
        return make(addresses, counts)

    return world_of


def _stage(step: Any, month: Month, layout: Layout) -> Any:
    if isinstance(step, PairStep):
        return engine.pair_stage(step, month.sources[step], layout)
    return engine.step_stage(step, layout)


def _in_place_of_mesa(month: Month) -> dict[str, dict[str, Any]]:
    """Return what stands for the methods that only Mesa has: nothing is noted, and own terms are added up."""

    def note(self: Any, event: int) -> None:
        pass

    def own_terms(self: Any) -> float:
        return 0.0

    def keep_own_terms(self: Any) -> None:
        pass

    noted = {"note": inlined(note)}
    return {
        "PartnershipModel": noted,
        "Partner": {**noted, "own_terms": inlined(own_terms), "keep_own_terms": inlined(keep_own_terms)},
    }


def is_compiled() -> bool:
    return False
