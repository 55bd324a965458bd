"""Many runs at once, on the compiled engine: the same numbers as :func:`sim.simulate`, bit for bit.

Runs are cut into blocks that share a board and a span of months; within a block each run has its place,
its own behaviour, levers, calendar and luck. How runs are cut into blocks, and how many threads work
on them, changes nothing.
"""

from __future__ import annotations

import dataclasses
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.block import NOTHING, Block, Keeping, Plan, blocks_of, blocks_of_runs, plans_of
from sim.choices import Played, given_choices
from sim.compiled import CompiledMonth, compiled_month, threads_at_most
from sim.labelled import (
    NO_REGIME,
    as_regimes,
    coordinates_of,
    dates_of,
    labelled,
    regimes_labelled,
    table_of_runs,
    with_words,
)
from sim.lanes.engine import Kept
from sim.lanes.pairs import SIMD_WIDTH
from sim.measures import Measure
from sim.month import Month
from sim.own import month_of, refuse_swapped
from sim.randomness import Draws, replicates_named, seed_named
from sim.records import Record, empty_record, kept_months
from sim.scenario import Scenario, ScenarioError

if TYPE_CHECKING:
    import xarray as xr


class _ByMeasure:
    """What was kept of runs, read by the name of a measure."""

    measure_names: tuple[str, ...]
    measures: NDArray[np.float64]

    def array_of(self, measure: str) -> NDArray[np.float64]:
        """Return one measure as a plain array with the axes of ``measures`` but the last; raise KeyError."""
        if measure not in self.measure_names:
            raise KeyError(f"{measure!r} was not kept; kept: {', '.join(self.measure_names)}")
        return self.measures[..., self.measure_names.index(measure)]


@dataclasses.dataclass(frozen=True)
class Ensemble(_ByMeasure):
    """What happened in many runs.

    ``ensemble["engagement"]`` is an ``xarray.DataArray`` (scenario, replicate, month) with its label, unit and
    definition, :meth:`dataset` all measures and the regime, :meth:`table` the same as a table; ``array_of`` gives plain
    arrays, which is quicker where millions of runs are read.
    ``measures`` has the axes (scenario, replicate, month, measure), ``regimes`` (scenario, replicate,
    month) holds positions in ``regime_names``, both for the months and measures that were asked for.
    ``partners``, if recorded, has the axes (scenario, replicate, month, seat, column). Scenarios that
    end before a month have NaN there, and −1 as regime; seats that a board does not have are NaN.
    """

    scenarios: tuple[Scenario, ...]
    names: tuple[str, ...]
    seed: int
    replicates: tuple[int, ...]
    months: tuple[int, ...]
    measure_names: tuple[str, ...]
    regime_names: tuple[str, ...]
    measures: NDArray[np.float64]
    regimes: NDArray[np.int8]
    final_regimes: NDArray[np.int8]
    """(scenario, replicate): the regime in each run's last month."""
    partner_columns: tuple[str, ...] = ()
    partners: NDArray[np.float64] | None = None
    record: Record | None = None
    """What bodies, pairs and the table held, if it was asked for: scenario and replicate come first."""
    declared: tuple[Measure, ...] = dataclasses.field(default=(), repr=False)
    """What the measures are, in the order of ``measure_names``."""

    def __repr__(self) -> str:
        """Return how much there is of what, in one line."""
        n_scenarios, n_replicates, n_months, n_measures = self.measures.shape
        return (
            f"Ensemble({_counted(n_scenarios, 'scenario')} × {_counted(n_replicates, 'replicate')} × "
            f"{_counted(n_months, 'month')}, {_counted(n_measures, 'measure')}, seed {self.seed}: "
            f"{', '.join(self.names)})"
        )

    def __getitem__(self, measure: str) -> xr.DataArray:
        """Return one measure with named axes, scenario, replicate and month; raise KeyError for one not kept.

        Its attributes are label, unit and definition. It shows the numbers of the ensemble and does not copy them.
        """
        values = self.array_of(measure)
        number = self.measure_names.index(measure)
        return labelled(values, self.declared[number], self._coordinates, attributes={"seed": self.seed})

    def dataset(self) -> xr.Dataset:
        """Return all measures with named axes, each with label, unit and definition, and the regime of every month.

        ``regime`` (scenario, replicate, month) and ``final_regime`` (scenario, replicate) hold positions in the
        attribute ``regimes``; −1 stands for a month after the end of a scenario, in which measures are NaN.
        """
        import xarray as xr

        arrays = {name: self[name] for name in self.measure_names}
        arrays["regime"] = regimes_labelled(self.regimes, self.regime_names, self._coordinates)
        of_runs = {axis: self._coordinates[axis] for axis in ("scenario", "replicate")}
        arrays["final_regime"] = regimes_labelled(self.final_regimes, self.regime_names, of_runs, tuple(of_runs))
        return xr.Dataset(arrays, attrs={"seed": self.seed})

    @property
    def _coordinates(self) -> dict[str, Any]:
        return coordinates_of(self.scenarios, self.names, self.replicates, self.months)

    def table(self) -> pd.DataFrame:
        """Return one row a scenario, replicate and month: these, the date, the measures and the regime.

        Dates are the first days of months, regimes ordered categories. ``table.attrs["columns"]`` has label, unit and
        definition of each measure, ``table.attrs["regimes"]`` the regimes in their order.
        """
        n_scenarios, n_replicates, n_months = self.regimes.shape
        dates = np.array([dates_of(scenario, self.months) for scenario in self.scenarios])
        return table_of_runs(
            self.measures.reshape(-1, n_months, len(self.measure_names)),
            self.regimes.reshape(-1, n_months),
            scenarios=np.repeat(np.array(self.names, dtype=object), n_replicates),
            replicates=np.tile(self.replicates, n_scenarios),
            dates=np.repeat(dates, n_replicates, axis=0),
            months=self.months,
            measures=self.declared,
            regime_names=self.regime_names,
        )

    def finals(self) -> pd.DataFrame:
        """Return one row a scenario and replicate with the regime of its last month."""
        n_scenarios, n_replicates = self.final_regimes.shape
        finals = pd.DataFrame(
            {
                "scenario": np.repeat(np.array(self.names, dtype=object), n_replicates),
                "replicate": np.tile(self.replicates, n_scenarios),
                "regime": as_regimes(self.final_regimes.ravel(), self.regime_names),
            }
        )
        return with_words(finals, (), self.regime_names)


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


@dataclasses.dataclass(frozen=True)
class Piece(_ByMeasure):
    """What happened in some runs of an ensemble, as ``consumer`` is given it.

    ``scenarios`` and ``replicates`` name each run: the position of its scenario among those asked for, and its
    replicate. The rest is as in :class:`Ensemble`, with one axis of runs, the first, instead of scenario and replicate.
    """

    scenarios: NDArray[np.int64]
    replicates: NDArray[np.int64]
    months: tuple[int, ...]
    measure_names: tuple[str, ...]
    regime_names: tuple[str, ...]
    measures: NDArray[np.float64]
    """(run, month, measure)"""
    regimes: NDArray[np.int8]
    """(run, month)"""
    final_regimes: NDArray[np.int8]
    partner_columns: tuple[str, ...] = ()
    partners: NDArray[np.float64] | None = None
    """(run, month, seat, column)"""
    record: Record | None = None

    def __getitem__(self, measure: str) -> NDArray[np.float64]:
        """Return one measure as a plain array (run, month); raise KeyError for one that was not kept."""
        return self.array_of(measure)


def simulate_ensemble(
    scenarios: Sequence[Scenario] | Mapping[str, Scenario],
    *,
    replicates: int | Sequence[int] | Mapping[str, Sequence[int]],
    seed: int = 0,
    measures: Sequence[str] | None = None,
    months: Sequence[int] | None = None,
    record_partners: bool = False,
    record_terms: bool = False,
    threads: int | None = None,
    month: Month | None = None,
    record: str | None = None,
    played: Played | None = None,
    consumer: Callable[[Piece], object] | None = None,
) -> Ensemble:
    """Run every scenario once for each replicate on the compiled engine.

    A whole number of ``replicates`` means 0, 1, … up to it; by the names of scenarios, each has replicates of its own,
    which takes a ``consumer``. ``measures`` and ``months`` (steps from 0)
    say what to keep, months in their order; None keeps all. ``record_terms`` records partners too, ``record`` names
    what is kept besides of bodies, pairs and the table, one of ``month.records``. ``played``
    gives bodies their choices in all runs, by month and table (see ``sim.choices.Played``). ``threads`` defaults to the
    number of processors that this process may use, ``month`` (the list of steps) to that of the scenarios.

    With ``consumer`` nothing is kept, however many runs there are: it is called with one piece of finished runs after
    another, always in the same order, by the thread that asked; the ensemble that is returned holds no run. Where each
    scenario has replicates of its own, ``sim.state.RUNS_AT_ONCE`` runs are done after another, replicate by replicate.

    Raises :class:`sim.ScenarioError` for
    a scenario that does not hold together, a seed or replicate that is none, an unknown record and a choice that there
    is not, and ValueError for an unknown measure or month. Scenarios of one name in a list are told apart as "name",
    "name (2)" and so on.
    """
    refuse_swapped()
    requested: tuple[Scenario, ...]
    if isinstance(scenarios, Mapping):
        requested, names = tuple(scenarios.values()), tuple(scenarios)
    else:
        requested = tuple(scenarios)
        names = _told_apart([scenario.name for scenario in requested])
    if not requested:
        raise ScenarioError("no scenario was given")
    month = month or month_of(*requested)
    seed, own = seed_named(seed), _own_replicates(replicates, names, consumer)
    chosen = replicates_named(replicates if own is None else sorted(set().union(*own)))
    kept = kept_months(months, longest=max(scenario.months for scenario in requested))
    kept_measures = tuple(month.measures) if measures is None else tuple(measures)
    _refuse_unknown(kept_measures, month)

    keeping = Keeping(
        kept,
        kept_measures,
        partners=record_partners or record_terms,
        terms=record_terms,
        record=NOTHING if record is None else month.recorder(record),
    )
    columns = month.partner_columns(with_terms=record_terms) if keeping.partners else ()
    engine = compiled_month(month)
    plans = plans_of(requested, engine.layout, month)
    asked = _Asked(
        engine=engine,
        plans=plans,
        seed=seed,
        replicates=chosen,
        keeping=keeping,
        given=_given_by_board(played, plans, month),
        columns=columns,
    )
    blocks = blocks_of(plans, len(chosen)) if own is None else list(blocks_of_runs(plans, _in_order(chosen, own)))
    workers = min(threads or threads_at_most(), len(blocks))
    if consumer is None:
        tables = asked.room_for(len(requested) * len(chosen))
        for _ in _finished(partial(asked.run_into, tables), blocks, workers=workers, ahead=len(blocks)):
            pass
    else:
        chosen, tables = (), asked.room_for(0)
        for piece in _finished(asked.piece_of, blocks, workers=workers, ahead=2 * workers):
            consumer(piece)
    return Ensemble(
        scenarios=requested,
        names=names,
        seed=seed,
        replicates=chosen,
        months=kept,
        measure_names=kept_measures,
        regime_names=month.naming.names,
        partner_columns=columns,
        declared=tuple(month.measures[name] for name in kept_measures),
        **tables.seen(partial(_by_scenario, n_scenarios=len(requested))),
    )


def _own_replicates(
    replicates: Any, names: Sequence[str], consumer: Callable[[Piece], object] | None
) -> list[tuple[int, ...]] | None:
    """Return the replicates of each scenario, where each has its own."""
    if not isinstance(replicates, Mapping):
        return None
    if set(replicates) != set(names):
        raise ScenarioError(f"replicates name {', '.join(replicates)}, and the scenarios are {', '.join(names)}")
    if consumer is None:
        raise ScenarioError("replicates of each scenario's own take a consumer: they make no table of one shape")
    return [replicates_named(replicates[name]) for name in names]


def _in_order(chosen: Sequence[int], own: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """Return runs replicate by replicate: its position among those chosen, and the position of the scenario."""
    position = {replicate: number for number, replicate in enumerate(chosen)}
    return sorted((position[replicate], scenario) for scenario, some in enumerate(own) for replicate in some)


def _finished(work: Callable[[Block], Any], blocks: Sequence[Block], *, workers: int, ahead: int) -> Iterator[Any]:
    """Give what is made of each block, in their order, with at most so many begun before the first is given."""
    if workers <= 1:
        yield from map(work, blocks)
        return
    with ThreadPoolExecutor(workers) as pool:
        begun: deque[Future[Any]] = deque()
        for block in blocks:
            begun.append(pool.submit(work, block))
            if len(begun) == ahead:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()


def _by_scenario(rows: NDArray[Any], n_scenarios: int) -> NDArray[Any]:
    """Return a view (scenario, replicate, ...) of rows in which runs come last, replicate by replicate."""
    apart = rows.reshape(*rows.shape[:-1], rows.shape[-1] // n_scenarios, n_scenarios)
    return np.moveaxis(apart, (-1, -2), (0, 1))


def _by_run(rows: NDArray[Any]) -> NDArray[Any]:
    """Return a view (run, ...) of rows in which runs come last."""
    return np.moveaxis(rows, -1, 0)


def _given_by_board(played: Played | None, plans: Sequence[Plan], month: Month) -> dict[tuple[Any, ...], Draws]:
    """Return the choices that are given on every board; refuse those that one of them does not have."""
    return {
        board: given_choices(
            played, month.choices, bodies=[seat.name for seat in plan.seats], months=plan.scenario.months
        )
        for board, plan in {plan.board: plan for plan in plans}.items()
    }


def _told_apart(names: Sequence[str]) -> tuple[str, ...]:
    """Return names under which results can be found: of several alike the second is "name (2)", and so on."""
    counted: Counter[str] = Counter()
    taken, apart = set(names), []
    for name in names:
        counted[name] += 1
        while counted[name] > 1 and f"{name} ({counted[name]})" in taken:
            counted[name] += 1
        apart.append(name if counted[name] == 1 else f"{name} ({counted[name]})")
    return tuple(apart)


def _refuse_unknown(measures: Sequence[str], month: Month) -> None:
    if not measures:
        raise ValueError("measures names none: name at least one, or give None for all")
    for name in measures:
        if name not in month.measures:
            raise ValueError(f"unknown measure {name!r}; see sim.MEASURES")


# ---------------------------------------------------------------------- filling the tables


@dataclasses.dataclass(frozen=True)
class _Tables:
    """Tables to be filled, with runs last. Blocks write to places of their own."""

    values: NDArray[np.float64]
    regimes: NDArray[np.int8]
    final_regimes: NDArray[np.int8]
    partners: NDArray[np.float64] | None
    record: Record | None

    def seen(self, view: Callable[[NDArray[Any]], NDArray[Any]]) -> dict[str, Any]:
        """Return the tables by the names that results give them, each as ``view`` shows it."""
        record = self.record
        return {
            "measures": view(self.values),
            "regimes": view(self.regimes),
            "final_regimes": view(self.final_regimes),
            "partners": None if self.partners is None else view(self.partners),
            "record": None
            if record is None
            else dataclasses.replace(
                record,
                partner=view(record.partner),
                partnership=view(record.partnership),
                matrix=view(record.matrix),
            ),
        }


@dataclasses.dataclass(frozen=True)
class _Asked:
    """All that is asked for."""

    engine: CompiledMonth
    plans: Sequence[Plan]
    seed: int
    replicates: tuple[int, ...]
    keeping: Keeping
    given: Mapping[tuple[Any, ...], Draws]
    """Choices that are given, by the board that runs of a block have in common."""
    columns: tuple[str, ...]

    def room_for(self, n_runs: int) -> _Tables:
        """Return tables for so many runs."""
        keeping = self.keeping
        n_months, n_seats = len(keeping.months), max(len(plan.seats) for plan in self.plans)
        recorded = partial(empty_record, keeping.record, self.engine.month.known, months=keeping.months)
        return _Tables(
            values=np.full((n_months, len(keeping.measures), n_runs), np.nan),
            regimes=np.full((n_months, n_runs), NO_REGIME, dtype=np.int8),
            final_regimes=np.zeros(n_runs, dtype=np.int8),
            partners=np.full((n_months, n_seats, len(self.columns), n_runs), np.nan) if keeping.partners else None,
            record=None if keeping.record is NOTHING else recorded(partners=n_seats, runs=(n_runs,)),
        )

    def run_into(self, tables: _Tables, block: Block) -> None:
        """Run a block and enter its results where its runs stand among all."""
        self._run(block, tables, np.array(block.replicates) * len(self.plans) + np.array(block.scenarios))

    def piece_of(self, block: Block) -> Piece:
        """Run a block and return its results."""
        n_runs = len(block.scenarios)
        tables = self.room_for(n_runs)
        self._run(block, tables, np.arange(n_runs))
        return Piece(
            scenarios=np.array(block.scenarios, dtype=np.int64),
            replicates=np.array([self.replicates[number] for number in block.replicates], dtype=np.int64),
            months=tuple(self.keeping.months),
            measure_names=tuple(self.keeping.measures),
            regime_names=self.engine.month.naming.names,
            partner_columns=self.columns,
            **tables.seen(_by_run),
        )

    def _run(self, block: Block, tables: _Tables, runs: NDArray[np.int64]) -> None:
        # A group that is not full is slower than a full one: the last run is lived in its place too, and not looked at.
        spare = -len(runs) % SIMD_WIDTH if len(runs) > 1 else 0
        plans = [self.plans[number] for number in (*block.scenarios, *block.scenarios[-1:] * spare)]
        replicates = [self.replicates[number] for number in (*block.replicates, *block.replicates[-1:] * spare)]
        room = self.engine.room_of(
            plans, seed=self.seed, replicates=replicates, keeping=self.keeping, given=self.given[plans[0].board]
        )
        self.engine.run_block(room.request, room.draws, room.kept, len(plans))
        self._enter(block, room.kept, tables, runs, months=plans[0].scenario.months)

    def _enter(self, block: Block, kept: Kept, tables: _Tables, runs: NDArray[np.int64], *, months: int) -> None:
        kept_months = [number for number in self.keeping.months if number < months]
        rows = np.array([self.keeping.months.index(number) for number in kept_months], dtype=np.int64)
        here: Any = runs
        if runs[-1] - runs[0] == len(runs) - 1:
            here = slice(int(runs[0]), int(runs[-1]) + 1)
        n_runs, n_seats = len(runs), kept.partner_rows.shape[1]
        tables.values[_span(rows), :, here] = kept.kept[..., :n_runs]
        if tables.partners is not None:
            tables.partners[_span(rows), :n_seats, :, here] = kept.partner_rows[..., :n_runs]
        if tables.record is not None:
            tables.record.partner[_span(rows), :n_seats, :, here] = kept.held.things[..., :n_runs]
            tables.record.partnership[_span(rows), :, here] = kept.held.whole[..., :n_runs]
            tables.record.matrix[_span(rows), :, :n_seats, :n_seats, here] = kept.held.matrices[..., :n_runs]
        thresholds = [self.plans[number].scenario.regimes for number in block.scenarios]
        for threshold in dict.fromkeys(thresholds):
            lanes = [lane for lane, other in enumerate(thresholds) if other == threshold]
            measures = dict(
                zip(self.engine.month.regime_measures, kept.for_regimes[..., lanes].swapaxes(1, 2), strict=True)
            )
            regimes = self.engine.month.naming.of(measures, threshold)
            tables.regimes[rows[:, None], runs[lanes]] = regimes[:, kept_months].T
            tables.final_regimes[runs[lanes]] = regimes[:, -1]


def _span(rows: NDArray[np.int64]) -> slice:
    """Return the rows of kept months, which lie side by side because months that a run lacks come last."""
    return slice(int(rows[0]), int(rows[-1]) + 1) if len(rows) else slice(0, 0)
