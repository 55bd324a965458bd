"""The compiled month: put together from the list of steps, compiled once on a machine, and kept."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from numba import typeof, types
from numba.core import config
from numba.core.errors import NumbaError, UnsupportedBytecodeError

from sim.block import Keeping, Plan, Room, layout_of, plans_of, room_of
from sim.lanes import engine, pairs
from sim.lanes.compiling import inlined, whole
from sim.lanes.draws import draw_month, find_keys
from sim.lanes.keeping import KeptCode, KeptPart
from sim.lanes.refusals import refusal
from sim.lanes.views import Layout, world_maker
from sim.month import MONTH, Month
from sim.own import names_used, own_text
from sim.partners import Partner
from sim.partnership import PartnershipModel
from sim.randomness import NOTHING_GIVEN, Draws
from sim.scenario import Board, Scenario, ScenarioError
from sim.sources import source_hash
from sim.steps import PairStep, flat, with_rounds

Watcher = Callable[[int], AbstractContextManager[Callable[[int], None]]]
"""Given how many parts are to be compiled, a context in which it is told how many of them just were."""

NOT_KEPT = "the compiled engine cannot be kept, as no folder for it can be written to: set NUMBA_CACHE_DIR to one"
MOST_HELPERS, WORTH_HELP = 3, 24
"""Processes that help to compile, and the fewest parts for which it is worth starting them."""
MEMORY_OF_A_HELPER = 600 * 2**20
"""Bytes that each takes at most."""
OF_TERMS = {"terms", "keep_terms", "utility"}
"""Names of what differs with the terms of a decision."""
JIT_IS_OFF = "NUMBA_DISABLE_JIT is set, so the compiled engine cannot run: unset it, or take the Mesa engine"


@dataclasses.dataclass(frozen=True)
class CompiledMonth:
    """A month's compiled form: ``run_block(request, draws, kept, n)``, and how a block is laid out."""

    month: Month
    layout: Layout
    run_block: Any
    parts: tuple[tuple[Any, tuple[Any, ...]], ...]
    """What it has of its own that is compiled before it, in order, each with the types of its arguments."""
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
_helpers = [MOST_HELPERS]


@contextmanager
def watching_compiler(watcher: Watcher) -> Iterator[None]:
    """Let ``watcher`` see how far compiling is, whatever in the block needs it."""
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)


@contextmanager
def helped_within(memory: int) -> Iterator[None]:
    """Start no more processes that help to compile than fit into so many bytes, beside as much for this one."""
    before = _helpers[0]
    _helpers[0] = max(0, min(MOST_HELPERS, memory // MEMORY_OF_A_HELPER - 1))
    try:
        yield
    finally:
        _helpers[0] = before


def is_compiled(month: Month = MONTH) -> bool:
    """Return whether this machine has compiled the month as it stands, so that it starts at once."""
    kept = put_together(month).kept  # which tells whether anything can be compiled at all
    return month in _ready or kept.is_kept


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
            if made.kept.folder is None and not made.kept.is_kept:
                warnings.warn(NOT_KEPT, RuntimeWarning, stacklevel=3)
        return made


def _compile(made: CompiledMonth) -> None:
    """Compile the parts of a month, and last what puts them together, which takes a fourth as long."""
    parts = parts_of(made)
    with ExitStack() as watched, _helped(made):
        advance = [watched.enter_context(watcher(len(parts) * 5 // 4)) for watcher in _watchers]
        for part, kinds in parts:
            try:
                part.compile(kinds)
            except (NumbaError, UnsupportedBytecodeError) as error:
                steps = tuple(flat((*made.month.launch_steps, *made.month.steps)))
                raise ScenarioError(refusal(error, steps, made.layout)) from error
            _tell(advance, 1)
        made.run_block.compile(kinds_of_arguments(made))
        _tell(advance, len(parts) // 4)


@contextmanager
def _helped(made: CompiledMonth) -> Iterator[None]:
    """Let other processes compile parts of the model's month meanwhile, if many are to be compiled and can be kept."""
    missing = [part for part, _ in made.parts if not part._cache.is_kept]
    is_worth_it = len(missing) >= WORTH_HELP and made.kept.folder is not None
    with ExitStack() as running:
        for number in range(min(threads_at_most() - 1, _helpers[0]) if is_worth_it else 0):
            with contextlib.suppress(OSError):  # no more processes: it takes longer
                helper = subprocess.Popen(
                    [sys.executable, "-P", "-c", _HELPER, str(number), str(os.getpid())],
                    env=os.environ
                    | {"PYTHONPATH": os.pathsep.join(filter(None, [str(Path(__file__).parents[1]), *sys.path]))},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
                running.callback(helper.wait)
                running.callback(helper.kill)
        yield


_HELPER = "import sys; from sim.compiled import help_compile; help_compile(*map(int, sys.argv[1:]))"


def help_compile(number: int, of: int) -> None:
    """Compile and keep what parts of the model's month are not kept yet, for the process ``of``, as long as it runs.

    The first helper begins at the end, so that two processes meet; others go in an order of their own.
    """
    parts = parts_of(put_together(MONTH))[::-1]
    if number > 0:
        parts.sort(key=lambda part: hashlib.sha256(f"{number} {part}".encode()).digest())
    for part, kinds in parts:
        if os.getppid() != of:
            break
        if not part._cache.is_kept:
            part.compile(kinds)


def threads_at_most() -> int:
    """Return how many threads this process may use at once."""
    return int(config.NUMBA_NUM_THREADS)  # type: ignore[attr-defined]


def _tell(advance: Sequence[Callable[[int], None]], parts: int) -> None:
    for tell in advance:
        tell(parts)


def parts_of(made: CompiledMonth) -> list[tuple[Any, tuple[Any, ...]]]:
    """Return all that is compiled before a month, in order, each with the types of its arguments."""
    _, draws, kept, n = kinds_of_arguments(made)
    every = [
        (find_keys, (draws, n)),
        (draw_month, (draws, n, n, n)),
        (engine.write_down, (kept, n, n, n)),
        (engine.write_held, (kept[engine.Kept._fields.index("held")], n, n)),
    ]
    for function, kinds in every:
        part: Any = function
        part._cache = KeptPart(engine.block_runner, f"{source_hash('sim')} {function.__name__} {kinds}")
    return [*every, *made.parts]


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
    keep = _keeper(month, layout)
    launch = engine.stages_of(month.launch_steps, month.sources, layout, keep)
    live = engine.stages_of(month.steps, month.sources, layout, keep)
    of_regimes, the_rest = (engine.measure_stages(formulas, layout, keep) for formulas in _formulas(month))
    keep_rows = engine.row_keeper(tuple(month.columns.values()), layout)
    keep(keep_rows, _rows_of(month))
    measuring = ("world, measured, n", "world, measured, n")
    text = engine.block_runner(
        engine.Parts(
            world_of=inlined(_world_of(layout)),
            launch=engine.one_after_another(launch.taken),
            live=engine.in_any_order(live.taken)
            if any_order
            else engine.one_after_another(live.taken, "world, order, n"),
            measure_for_regimes=engine.one_after_another(of_regimes, *measuring),
            measure_the_rest=engine.one_after_another(the_rest, *measuring),
            keep_rows=keep_rows,
        ),
        layout,
    )
    run_block: Any = whole(text)
    run_block._cache = KeptCode(text, key)
    every = flat((*month.launch_steps, *month.steps))
    between = [step for step in every if isinstance(step, PairStep)]
    made = CompiledMonth(
        month=month,
        layout=layout,
        run_block=run_block,
        parts=(
            *((part, (layout.world, types.int64)) for part in (*launch.parts, *live.parts)),
            *((part, (layout.world, types.float64[:, ::1], types.int64)) for part in (*of_regimes, *the_rest)),
            (keep_rows, (layout.world, types.float64[:, :, ::1], types.boolean, types.int64)),
        ),
        loops=tuple(engine.pair_loop(step, month.sources[step]) for step in between),
        order=tuple(range(len(month.steps))),
    )
    if not any_order:
        _made[month] = made
    return made


def _formulas(month: Month) -> tuple[dict[int, Any], dict[int, Any]]:
    """Return the formulas of measures by their rows: those that regimes are named from, and the rest."""
    every = list(enumerate(month.measures.values()))
    of_regimes = {row: measure.formula for row, measure in every if measure.names_regimes}
    return of_regimes, {row: measure.formula for row, measure in every if not measure.names_regimes}


def _rows_of(month: Month) -> tuple[str, ...]:
    """Return what the compiled form of keeping rows depends on: columns, and the terms that are kept with them."""
    return (*month.columns.values(), "terms")


def _keeper(month: Month, layout: Layout) -> engine.Keep:
    """Return what has the parts of a month kept: those that are the model's own for every month of that shape."""
    shared = f"{source_hash('sim')} {layout.shape}"
    has_own_terms = month.term_functions != MONTH.term_functions
    of_model, methods = _parts_of_model(), vars(PartnershipModel) | vars(Partner)

    def keep(part: Any, made_from: Any) -> None:
        told = own_text(made_from)
        is_own = told not in of_model or (has_own_terms and OF_TERMS & names_used(made_from, methods))
        part._cache = KeptPart(engine.block_runner, f"{shared} {told} {month.own_key if is_own else ''}")

    return keep


@cache
def _parts_of_model() -> frozenset[str]:
    """Return what the parts of the model's own month are made of, in words."""
    steps = [engine.made_from(step, MONTH.sources) for step in with_rounds((*MONTH.launch_steps, *MONTH.steps))]
    formulas = [group for each in _formulas(MONTH) for group in engine.groups_of(each)]
    return frozenset(map(own_text, [*steps, *formulas, _rows_of(MONTH)]))


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
