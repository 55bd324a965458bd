"""The compiled month: put together from the list of steps, compiled once on a machine, and kept."""

from __future__ import annotations

import dataclasses
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

from numba import typeof, types
from numba.core import config
from numba.core.errors import NumbaError, UnsupportedBytecodeError

from sim.block import Keeping, Plan, Room, layout_of, plans_of, room_of
from sim.lanes import engine, pairs
from sim.lanes.compiling import inlined, whole
from sim.lanes.keeping import KeptCode
from sim.lanes.refusals import refusal
from sim.lanes.views import Layout, world_maker
from sim.month import MONTH, Month
from sim.randomness import NOTHING_GIVEN, Draws
from sim.scenario import Board, Scenario, ScenarioError
from sim.sources import source_hash
from sim.steps import PairStep, flat

Watcher = Callable[[int], AbstractContextManager[Callable[[int], None]]]
"""Given how many parts are to be compiled, a context in which it is told how many of them just were."""

NOT_KEPT = "the compiled engine cannot be kept, as no folder for it can be written to: set NUMBA_CACHE_DIR to one"
JIT_IS_OFF = "NUMBA_DISABLE_JIT is set, so the compiled engine cannot run: unset it, or take the Mesa engine"


@dataclasses.dataclass(frozen=True)
class CompiledMonth:
    """A month's compiled form: ``run_block(request, draws, kept, n)``, and how a block is laid out."""

    month: Month
    layout: Layout
    run_block: Any
    parts: tuple[Any, ...]
    """What has to be compiled before it, in order."""
    loops: tuple[pairs.PairLoop, ...]
    order: tuple[int, ...]
    """Positions of the steps, as they are taken."""

    def scratch_rows(self, n_seats: int) -> int:
        """Return how many rows of runs the loops over pairs need for what they copy."""
        return max((pairs.scratch_rows(loop, n_seats) for loop in self.loops), default=1)

    def room_of(
        self,
        plans: Sequence[Plan],
        *,
        seed: int,
        replicates: Sequence[int],
        keeping: Keeping,
        given: Draws = NOTHING_GIVEN,
    ) -> Room:
        """Return what a block of runs, one a plan, works on."""
        return room_of(
            plans,
            self.layout,
            self.month,
            seed=seed,
            replicates=replicates,
            keeping=keeping,
            given=given,
            scratch_rows=self.scratch_rows(len(plans[0].seats)),
            order=self.order,
        )

    def smallest_room(self) -> Room:
        """Return what the smallest block there is works on: one body, for one month."""
        smallest = plans_of([Scenario(board=Board({"council": 1}), months=1)], self.layout, self.month)
        return self.room_of(smallest, seed=0, replicates=[0], keeping=Keeping([0], list(self.month.measures)))

    @property
    def kept(self) -> KeptCode:
        """Return where the compiled form is kept."""
        kept: KeptCode = self.run_block._cache
        return kept


_lock = threading.Lock()
_made: dict[Month, CompiledMonth] = {}
_ready: set[Month] = set()
_watchers: list[Watcher] = []


@contextmanager
def watching_compiler(watcher: Watcher) -> Iterator[None]:
    """Let ``watcher`` see how far compiling is, whatever in the block needs it."""
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)


def is_compiled(month: Month = MONTH) -> bool:
    """Return whether this machine has compiled the month as it stands, so that it starts at once."""
    path = put_together(month).kept.path
    return month in _ready or (path is not None and path.exists())


def prepare_engine(month: Month = MONTH) -> None:
    """Compile a month if this machine has not yet.

    Raises :class:`sim.ScenarioError`, in one line with the step and the line in it, for what the compiler refuses.
    """
    compiled_month(month)


def compiled_month(month: Month) -> CompiledMonth:
    """Return the compiled form of a month, ready to run."""
    with _lock:
        made = put_together(month)
        if month not in _ready:
            if is_compiled(month):
                made.run_block.compile(kinds_of_arguments(made))
            else:
                _compile(made)
            _ready.add(month)
            if made.kept.folder is None:
                warnings.warn(NOT_KEPT, RuntimeWarning, stacklevel=3)
        return made


def _compile(made: CompiledMonth) -> None:
    """Compile the parts of a month, and last what puts them together, which takes about half as long."""
    with ExitStack() as watched:
        advance = [watched.enter_context(watcher(len(made.parts) * 3 // 2)) for watcher in _watchers]
        for part in made.parts:
            try:
                part.compile((made.layout.world, types.int64))
            except (NumbaError, UnsupportedBytecodeError) as error:
                steps = tuple(flat((*made.month.launch_steps, *made.month.steps)))
                raise ScenarioError(refusal(error, steps, made.layout)) from error
            _tell(advance, 1)
        made.run_block.compile(kinds_of_arguments(made))
        _tell(advance, len(made.parts) // 2)


def _tell(advance: Sequence[Callable[[int], None]], parts: int) -> None:
    for tell in advance:
        tell(parts)


def kinds_of_arguments(made: CompiledMonth) -> tuple[Any, ...]:
    """Return the types of what ``run_block`` is given."""
    room = made.smallest_room()
    return *map(typeof, (room.request, room.draws, room.kept)), types.int64


def put_together(month: Month, *, any_order: bool = False) -> CompiledMonth:
    """Return the compiled form of a month, of which nothing has been compiled yet.

    With ``any_order`` it takes the steps in the order that ``CompiledMonth.order`` says.
    """
    if getattr(config, "DISABLE_JIT", 0):
        raise ScenarioError(JIT_IS_OFF)
    if month in _made and not any_order:
        return _made[month]
    engine.let_rules_compile()
    key = source_hash("sim") + month.own_key + ("in any order" if any_order else "")
    layout = layout_of(month, methods_without_mesa(month), key)
    launch = engine.stages_of(month.launch_steps, month.sources, layout)
    live = engine.stages_of(month.steps, month.sources, layout, at_once=1 if any_order else engine.STEPS_AT_ONCE)
    formulas = {number: measure.formula for number, measure in enumerate(month.measures.values())}
    of_regimes = {n: formulas[n] for n, name in enumerate(month.measures) if month.measures[name].names_regimes}
    the_rest = {n: formula for n, formula in formulas.items() if n not in of_regimes}
    text = engine.block_runner(
        engine.Parts(
            world_of=inlined(_world_of(layout)),
            launch=engine.one_after_another(launch),
            live=engine.in_any_order(live) if any_order else engine.one_after_another(live, "world, order, n"),
            measure_for_regimes=engine.measure_stage(of_regimes, layout),
            measure_the_rest=engine.measure_stage(the_rest, layout),
            keep_rows=engine.row_keeper(tuple(month.columns.values()), layout),
        ),
        layout,
    )
    run_block: Any = whole(text)
    run_block._cache = KeptCode(text, key)
    every = flat((*month.launch_steps, *month.steps))
    between = [step for step in every if isinstance(step, PairStep)]
    loops = [engine.pair_loop(step, month.sources[step]) for step in between]
    made = CompiledMonth(month, layout, run_block, (*launch, *live), tuple(loops), tuple(range(len(month.steps))))
    if not any_order:
        _made[month] = made
    return made


def _world_of(layout: Layout) -> Any:
    make = world_maker(layout)

    def world_of(addresses: Any, counts: Any) -> Any:
        return make(addresses, counts)

    return world_of


def methods_without_mesa(month: Month) -> dict[str, dict[str, Any]]:
    """Return what stands for the methods that only Mesa has: nothing is noted, and terms are added up."""

    def note(self: Any, event: int) -> None:
        pass

    noted = {"note": inlined(note)}
    of_partner = {
        "utility": engine.utility_of(month.term_functions),
        "keep_terms": engine.keeper_of(month.term_functions),
    }
    return {"PartnershipModel": noted, "Partner": noted | of_partner}
