"""Many runs at once, on the compiled engine: the same numbers as :func:`sim.simulate`, bit for bit.

Runs are cut into blocks that share a board, a place and a span of months; within a block each run has
its own behaviour, levers, calendar and luck. How runs are cut into blocks, and how many threads work
on them, changes nothing.
"""

from __future__ import annotations

import dataclasses
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.block import NOTHING, Block, Keeping, Plan, blocks_of, plans_of
from sim.choices import Played, given_choices
from sim.compiled import CompiledMonth, compiled_month
from sim.lanes.engine import Kept
from sim.month import Month
from sim.own import month_of, refuse_swapped
from sim.randomness import Draws, replicates_named, seed_named
from sim.records import Record, empty_record, kept_months
from sim.scenario import Scenario, ScenarioError

NO_REGIME = -1


@dataclasses.dataclass(frozen=True)
class Ensemble:
    """What happened in many runs.

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

    def __getitem__(self, measure: str) -> NDArray[np.float64]:
        """Return one measure as (scenario, replicate, month)."""
        if measure not in self.measure_names:
            raise KeyError(f"{measure!r} was not kept; kept: {', '.join(self.measure_names)}")
        return self.measures[..., self.measure_names.index(measure)]

    def table(self) -> pd.DataFrame:
        """Return one row a scenario, replicate and month: these, the date, the measures and the regime."""
        n_scenarios, n_replicates, n_months = self.regimes.shape
        values = self.measures.reshape(-1, len(self.measure_names))
        table = pd.DataFrame(values, columns=list(self.measure_names))
        dates = np.array([[s.month_label(month) for month in self.months] for s in self.scenarios], dtype=object)
        dates = np.broadcast_to(dates[:, None, :], self.regimes.shape)
        table.insert(0, "date", dates.ravel())
        table.insert(0, "month", np.tile(self.months, n_scenarios * n_replicates))
        table.insert(0, "replicate", np.tile(np.repeat(self.replicates, n_months), n_scenarios))
        table.insert(0, "scenario", np.repeat(np.array(self.names, dtype=object), n_replicates * n_months))
        regimes = self.regimes.ravel()
        table["regime"] = np.array([*self.regime_names, None], dtype=object)[regimes]
        lived: pd.DataFrame = table.loc[regimes != NO_REGIME]
        return lived.reset_index(drop=True)

    def finals(self) -> pd.DataFrame:
        """Return one row a scenario and replicate with the regime of its last month."""
        n_scenarios, n_replicates = self.final_regimes.shape
        return pd.DataFrame(
            {
                "scenario": np.repeat(np.array(self.names, dtype=object), n_replicates),
                "replicate": np.tile(self.replicates, n_scenarios),
                "regime": np.array(self.regime_names, dtype=object)[self.final_regimes.ravel()],
            }
        )


def simulate_ensemble(
    scenarios: Sequence[Scenario] | Mapping[str, Scenario],
    *,
    replicates: int | Sequence[int],
    seed: int = 0,
    measures: Sequence[str] | None = None,
    months: Sequence[int] | None = None,
    record_partners: bool = False,
    record_terms: bool = False,
    threads: int | None = None,
    month: Month | None = None,
    record: str | None = None,
    played: Played | None = None,
) -> Ensemble:
    """Run every scenario once for each replicate on the compiled engine.

    A whole number of ``replicates`` means 0, 1, … up to it. ``measures`` and ``months`` (steps from 0)
    say what to keep, months in their order; None keeps all. ``record_terms`` records partners too, ``record`` names
    what is kept besides of bodies, pairs and the table, one of ``month.records``. ``played``
    gives bodies their choices in all runs, by month and table (see ``sim.choices.Played``). ``threads`` defaults to the
    number of processors, ``month`` (the list of steps) to that of the scenarios. Raises :class:`sim.ScenarioError` for
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
    seed, chosen = seed_named(seed), replicates_named(replicates)
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
    n_runs = len(requested) * len(chosen)
    n_seats = max(len(plan.seats) for plan in plans)
    results = _Results(
        engine=engine,
        plans=plans,
        seed=seed,
        replicates=chosen,
        keeping=keeping,
        given=_given_by_board(played, plans, month),
        values=np.full((len(kept), len(kept_measures), n_runs), np.nan),
        regimes=np.full((len(kept), n_runs), NO_REGIME, dtype=np.int8),
        final_regimes=np.zeros(n_runs, dtype=np.int8),
        partners=np.full((len(kept), n_seats, len(columns), n_runs), np.nan) if keeping.partners else None,
        record=empty_record(keeping.record, month.known, months=kept, partners=n_seats, runs=(n_runs,)),
    )
    blocks = blocks_of(plans, len(chosen))
    workers = min(threads or os.cpu_count() or 1, len(blocks))
    if workers <= 1:
        for block in blocks:
            results.run(block)
    else:
        with ThreadPoolExecutor(workers) as pool:
            for _ in pool.map(results.run, blocks):
                pass
    return Ensemble(
        scenarios=requested,
        names=names,
        seed=seed,
        replicates=chosen,
        months=kept,
        measure_names=kept_measures,
        regime_names=month.naming.names,
        measures=_by_run(results.values, len(requested)),
        regimes=_by_run(results.regimes, len(requested)),
        final_regimes=_by_run(results.final_regimes, len(requested)),
        partner_columns=columns,
        partners=None if results.partners is None else _by_run(results.partners, len(requested)),
        record=None if record is None else _record_by_run(results.record, len(requested)),
    )


def _by_run(rows: NDArray[Any], n_scenarios: int) -> NDArray[Any]:
    """Return a view (scenario, replicate, ...) of rows in which runs come last, replicate by replicate."""
    apart = rows.reshape(*rows.shape[:-1], -1, n_scenarios)
    return np.moveaxis(apart, (-1, -2), (0, 1))


def _given_by_board(played: Played | None, plans: Sequence[Plan], month: Month) -> dict[tuple[Any, ...], Draws]:
    """Return the choices that are given on every board; refuse those that one of them does not have."""
    return {
        board: given_choices(
            played, month.choices, bodies=[seat.name for seat in plan.seats], months=plan.scenario.months
        )
        for board, plan in {plan.board: plan for plan in plans}.items()
    }


def _record_by_run(record: Record, n_scenarios: int) -> Record:
    """Return a record whose tables begin with scenario and replicate."""
    return dataclasses.replace(
        record,
        partner=_by_run(record.partner, n_scenarios),
        partnership=_by_run(record.partnership, n_scenarios),
        matrix=_by_run(record.matrix, n_scenarios),
    )


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
class _Results:
    """All that is asked for, and the tables to be filled. Blocks write to places of their own."""

    engine: CompiledMonth
    plans: Sequence[Plan]
    seed: int
    replicates: tuple[int, ...]
    keeping: Keeping
    given: Mapping[tuple[Any, ...], Draws]
    """Choices that are given, by the board that runs of a block have in common."""
    values: NDArray[np.float64]
    regimes: NDArray[np.int8]
    final_regimes: NDArray[np.int8]
    partners: NDArray[np.float64] | None
    record: Record

    def run(self, block: Block) -> None:
        """Run a block and enter its results."""
        plans = [self.plans[number] for number in block.scenarios]
        replicates = [self.replicates[number] for number in block.replicates]
        room = self.engine.room_of(
            plans, seed=self.seed, replicates=replicates, keeping=self.keeping, given=self.given[plans[0].board]
        )
        self.engine.run_block(room.request, room.draws, room.kept, len(plans))
        self._enter(block, room.kept, months=plans[0].scenario.months)

    def _enter(self, block: Block, kept: Kept, *, months: int) -> None:
        n_scenarios = len(self.plans)
        runs = np.array(block.replicates) * n_scenarios + np.array(block.scenarios)
        kept_months = [number for number in self.keeping.months if number < months]
        rows = np.array([self.keeping.months.index(number) for number in kept_months], dtype=np.int64)
        here: Any = runs
        if runs[-1] - runs[0] == len(runs) - 1:
            here = slice(int(runs[0]), int(runs[-1]) + 1)
        self.values[_span(rows), :, here] = kept.kept
        if self.partners is not None:
            n_seats = kept.partner_rows.shape[1]
            self.partners[_span(rows), :n_seats, :, here] = kept.partner_rows
        if kept.keep_held:
            n_seats = kept.held.things.shape[1]
            self.record.partner[_span(rows), :n_seats, :, here] = kept.held.things
            self.record.partnership[_span(rows), :, here] = kept.held.whole
            self.record.matrix[_span(rows), :, :n_seats, :n_seats, here] = kept.held.matrices
        thresholds = [self.plans[number].scenario.regimes for number in block.scenarios]
        for threshold in dict.fromkeys(thresholds):
            lanes = [lane for lane, other in enumerate(thresholds) if other == threshold]
            measures = dict(
                zip(self.engine.month.regime_measures, kept.for_regimes[..., lanes].swapaxes(1, 2), strict=True)
            )
            regimes = self.engine.month.naming.of(measures, threshold)
            self.regimes[rows[:, None], runs[lanes]] = regimes[:, kept_months].T
            self.final_regimes[runs[lanes]] = regimes[:, -1]


def _span(rows: NDArray[np.int64]) -> slice:
    """Return the rows of kept months, which lie side by side because months that a run lacks come last."""
    return slice(int(rows[0]), int(rows[-1]) + 1) if len(rows) else slice(0, 0)
