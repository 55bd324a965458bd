"""Many runs at once, on the compiled engine: the same numbers as :func:`sim.simulate`, bit for bit.

Runs are cut into blocks that share a board, a place and a span of months; within a block each run has
its own behaviour, levers, calendar and luck. How runs are cut into blocks, and how many threads work
on them, changes nothing.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.compiled_draws import room_for_draws
from sim.compiled_dyads import lanes_for
from sim.compiled_month import (
    BEHAVIOUR,
    BEHAVIOUR_NAMES,
    KIND_NAMES,
    LANES,
    POLICY,
    POLICY_NAMES,
    SEAT,
    Answer,
    Question,
    run_block,
)
from sim.levers import Policy, policy_calendar
from sim.measures import MEASURES
from sim.observation import PARTNER_COLUMNS
from sim.population import SECTORS, Seat, seats_of
from sim.regimes import REGIMES, name_regimes
from sim.rules import outcomes
from sim.rules.attendance import TERMS
from sim.rules.fund import PURSES
from sim.scenario import Scenario, ScenarioError, month_number

REGIME_MEASURES = ("engagement", "top_share", "decision_rate", "delivered", "is_dissolved")
NO_REGIME = -1


@dataclasses.dataclass(frozen=True)
class Ensemble:
    """What happened in many runs.

    ``measures`` has the axes (scenario, replicate, month, measure), ``regimes`` (scenario, replicate,
    month) holds positions in ``sim.REGIMES``, both for the months and measures that were asked for.
    ``partners``, if recorded, has the axes (scenario, replicate, month, seat, column). Scenarios that
    end before a month have NaN there, and −1 as regime; seats that a board does not have are NaN.
    """

    scenarios: tuple[Scenario, ...]
    names: tuple[str, ...]
    seed: int
    replicates: tuple[int, ...]
    months: tuple[int, ...]
    measure_names: tuple[str, ...]
    measures: NDArray[np.float64]
    regimes: NDArray[np.int8]
    final_regimes: NDArray[np.int8]
    """(scenario, replicate): the regime in each run's last month."""
    partner_columns: tuple[str, ...] = ()
    partners: NDArray[np.float64] | None = None

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
        table["regime"] = np.array([*REGIMES, None], dtype=object)[regimes]
        lived: pd.DataFrame = table.loc[regimes != NO_REGIME]
        return lived.reset_index(drop=True)

    def finals(self) -> pd.DataFrame:
        """Return one row a scenario and replicate with the regime of its last month."""
        n_scenarios, n_replicates = self.final_regimes.shape
        return pd.DataFrame(
            {
                "scenario": np.repeat(np.array(self.names, dtype=object), n_replicates),
                "replicate": np.tile(self.replicates, n_scenarios),
                "regime": np.array(REGIMES, dtype=object)[self.final_regimes.ravel()],
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
) -> Ensemble:
    """Run every scenario once for each replicate on the compiled engine.

    A whole number of ``replicates`` means 0, 1, … up to it. ``measures`` and ``months`` (steps from 0)
    say what to keep, months in their order; None keeps all. ``record_terms`` records partners too.
    ``threads`` defaults to the number of processors. Raises :class:`sim.ScenarioError` for a scenario
    that does not hold together, and ValueError for an unknown measure or month.
    """
    asked: tuple[Scenario, ...]
    if isinstance(scenarios, Mapping):
        asked, names = tuple(scenarios.values()), tuple(scenarios)
    else:
        asked = tuple(scenarios)
        names = tuple(scenario.name for scenario in asked)
    if not asked:
        raise ScenarioError("no scenario was given")
    chosen = tuple(range(replicates)) if isinstance(replicates, int) else tuple(int(r) for r in replicates)
    longest = max(scenario.months for scenario in asked)
    kept_months = tuple(range(longest)) if months is None else tuple(sorted({int(month) for month in months}))
    kept_measures = tuple(MEASURES) if measures is None else tuple(measures)
    _refuse_unknown(kept_measures, kept_months, longest)

    record_partners = record_partners or record_terms
    columns = (*PARTNER_COLUMNS, *(f"term_{name}" for name in TERMS)) if record_terms else PARTNER_COLUMNS
    plans = _plans(asked)
    n_runs = len(asked) * len(chosen)
    n_seats = max(len(plan.seats) for plan in plans)
    study = _Study(
        plans=plans,
        seed=seed,
        replicates=chosen,
        months=kept_months,
        measure_numbers=np.array([list(MEASURES).index(name) for name in kept_measures], dtype=np.int64),
        values=np.full((len(kept_months), len(kept_measures), n_runs), np.nan),
        regimes=np.full((len(kept_months), n_runs), NO_REGIME, dtype=np.int8),
        final_regimes=np.zeros(n_runs, dtype=np.int8),
        partners=np.full((len(kept_months), n_seats, len(columns), n_runs), np.nan) if record_partners else None,
        keep_terms=record_terms,
    )
    blocks = _blocks(plans, len(chosen))
    workers = min(threads or os.cpu_count() or 1, len(blocks))
    if workers <= 1:
        for block in blocks:
            study.run(block)
    else:
        with ThreadPoolExecutor(workers) as pool:
            for _ in pool.map(study.run, blocks):
                pass
    return Ensemble(
        scenarios=asked,
        names=names,
        seed=seed,
        replicates=chosen,
        months=kept_months,
        measure_names=kept_measures,
        measures=_by_run(study.values, len(asked)),
        regimes=_by_run(study.regimes, len(asked)),
        final_regimes=_by_run(study.final_regimes, len(asked)),
        partner_columns=columns if record_partners else (),
        partners=None if study.partners is None else _by_run(study.partners, len(asked)),
    )


def _by_run(rows: NDArray[Any], n_scenarios: int) -> NDArray[Any]:
    """Return a view (scenario, replicate, ...) of rows in which runs come last, replicate by replicate."""
    apart = rows.reshape(*rows.shape[:-1], -1, n_scenarios)
    return np.moveaxis(apart, (-1, -2), (0, 1))


def _refuse_unknown(measures: Sequence[str], months: Sequence[int], longest: int) -> None:
    if not measures:
        raise ValueError("measures names none: name at least one, or give None for all")
    for name in measures:
        if name not in MEASURES:
            raise ValueError(f"unknown measure {name!r}; see sim.MEASURES")
    for month in months:
        if not 0 <= month < longest:
            raise ValueError(f"month {month} lies outside the runs, which have months 0 to {longest - 1}")


# ---------------------------------------------------------------------- a scenario as numbers


@dataclasses.dataclass(frozen=True)
class _Plan:
    """A scenario as rows of numbers."""

    scenario: Scenario
    seats: tuple[Seat, ...]
    board: tuple[Any, ...]
    """What runs in one block have in common."""
    seat_records: NDArray[Any]
    behaviour: NDArray[np.float64]
    policies: NDArray[np.float64]
    policy_of_month: NDArray[np.int64]
    fund_gbp_m_a_year: NDArray[np.float64]
    abolished: tuple[tuple[int, tuple[str, ...]], ...]
    """Months and the kinds of bodies abolished in them."""
    gap_cost_gbp_m: float


def _plans(scenarios: Sequence[Scenario]) -> list[_Plan]:
    # Scenarios of a sweep share most of their parts: what is the same object is expanded once.
    boards: dict[tuple[Any, ...], tuple[tuple[Seat, ...], NDArray[Any]]] = {}
    calendars: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    plans = []
    for scenario in scenarios:
        span = (scenario.start, scenario.months, id(scenario.place), id(scenario.board))
        if span not in boards:
            seats = seats_of(scenario)
            boards[span] = (seats, _seat_records(seats, scenario.board.chair))
        dated = (*span, id(scenario.levers), id(scenario.leadership), id(scenario.calendar))
        if dated not in calendars:
            calendars[dated] = _expanded(policy_calendar(scenario))
        plans.append(_plan(scenario, *boards[span], *calendars[dated]))
    return plans


def _plan(
    scenario: Scenario,
    seats: tuple[Seat, ...],
    seat_records: NDArray[Any],
    policies: NDArray[np.float64],
    policy_of_month: NDArray[np.int64],
    fund_gbp_m_a_year: NDArray[np.float64],
    abolished: tuple[tuple[int, tuple[str, ...]], ...],
) -> _Plan:
    place, behaviour = scenario.place, scenario.behaviour
    topics = vars(behaviour) | vars(scenario.mechanisms) | vars(scenario.delivery)
    return _Plan(
        scenario=scenario,
        seats=seats,
        board=(
            scenario.months,
            month_number(scenario.start) % 12,
            place.tiers,
            place.population,
            scenario.board.chair,
            tuple((seat.kind.archetype, seat.joins_at, seat.informed) for seat in seats),
        ),
        seat_records=seat_records,
        behaviour=np.array([float(topics[name]) for name in BEHAVIOUR_NAMES]),
        policies=policies,
        policy_of_month=policy_of_month,
        fund_gbp_m_a_year=fund_gbp_m_a_year,
        abolished=abolished,
        gap_cost_gbp_m=outcomes.gap_cost_gbp_m(
            place.population,
            outcomes.deprivation_index(place.fund_2003_04_gbp_m, place.population),
            behaviour.gap_cost_gbp_per_head,
        ),
    )


def _expanded(calendar: Sequence[Policy]) -> tuple[Any, ...]:
    """Return distinct policies as rows of ``POLICY_NAMES``, which is in force when, funds and abolitions."""
    rows: list[list[float]] = []
    policy_of_month: list[int] = []
    last: tuple[Any, ...] | None = None
    for policy in calendar:
        current = (id(policy.levers), id(policy.leadership), policy.public_only_executive)
        if current != last:
            rows.append(_policy_row(policy))
            last = current
        policy_of_month.append(len(rows) - 1)
    return (
        np.array(rows),
        np.array(policy_of_month),
        np.array([policy.fund_gbp_m_a_year for policy in calendar]),
        tuple((month, policy.abolished) for month, policy in enumerate(calendar) if policy.abolished),
    )


def _policy_row(policy: Policy) -> list[float]:
    levers = policy.levers
    values: dict[str, Any] = dict(vars(levers)) | dict(vars(policy.leadership))
    for group in ("joint", "duty", "inspection"):
        values |= {f"{group}_{name}": value for name, value in vars(getattr(levers, group)).items()}
    values["purse"] = PURSES.index(levers.purse)
    values["public_only_executive"] = policy.public_only_executive
    return [float(values[name]) for name in POLICY_NAMES]


# ---------------------------------------------------------------------- blocks of runs


@dataclasses.dataclass(frozen=True)
class _Block:
    """Up to ``LANES`` runs on one board: positions of their scenarios and replicates."""

    scenarios: tuple[int, ...]
    replicates: tuple[int, ...]


def _blocks(plans: Sequence[_Plan], n_replicates: int) -> list[_Block]:
    boards: dict[tuple[Any, ...], list[int]] = {}
    for number, plan in enumerate(plans):
        boards.setdefault(plan.board, []).append(number)
    blocks = []
    for scenarios in boards.values():
        # Scenarios with one replicate sit side by side, because they share their draws.
        runs = [(scenario, replicate) for replicate in range(n_replicates) for scenario in scenarios]
        lanes = lanes_for(len(plans[scenarios[0]].seats), LANES)
        for first in range(0, len(runs), lanes):
            chunk = runs[first : first + lanes]
            blocks.append(_Block(tuple(s for s, _ in chunk), tuple(r for _, r in chunk)))
    return blocks


@dataclasses.dataclass(frozen=True)
class _Study:
    """All that is asked, and the tables to be filled. Blocks write to places of their own."""

    plans: Sequence[_Plan]
    seed: int
    replicates: tuple[int, ...]
    months: tuple[int, ...]
    measure_numbers: NDArray[np.int64]
    values: NDArray[np.float64]
    regimes: NDArray[np.int8]
    final_regimes: NDArray[np.int8]
    partners: NDArray[np.float64] | None
    keep_terms: bool

    def run(self, block: _Block) -> None:
        """Run a block and enter its results."""
        plans = [self.plans[number] for number in block.scenarios]
        n, months = len(plans), plans[0].scenario.months
        kept_months = [month for month in self.months if month < months]
        n_seats = len(plans[0].seats)
        n_columns = 0 if self.partners is None else self.partners.shape[2]
        row_of_month = np.full(months, -1, dtype=np.int64)
        row_of_month[kept_months] = np.arange(len(kept_months))
        answer = Answer(
            row_of_month=row_of_month,
            kept_measures=self.measure_numbers,
            kept=np.empty((len(kept_months), len(self.measure_numbers), n)),
            regime_measures=np.array([list(MEASURES).index(name) for name in REGIME_MEASURES]),
            for_regimes=np.empty((len(REGIME_MEASURES), months, n)),
            watched=np.zeros((len(kept_months), n_seats, n_columns, n)),
            keep_partners=self.partners is not None,
            keep_terms=self.keep_terms,
        )
        draws = room_for_draws(
            seed=self.seed,
            replicates=np.array([self.replicates[number] for number in block.replicates], dtype=np.uint64),
            n_seats=n_seats,
            lanes=LANES,
        )
        run_block(_question(plans), draws, answer, n)
        self._enter(block, answer, kept_months)

    def _enter(self, block: _Block, answer: Answer, kept_months: list[int]) -> None:
        n_scenarios = len(self.plans)
        runs = np.array(block.replicates) * n_scenarios + np.array(block.scenarios)
        rows = np.array([self.months.index(month) for month in kept_months], dtype=np.int64)
        here: Any = runs
        if runs[-1] - runs[0] == len(runs) - 1:
            here = slice(int(runs[0]), int(runs[-1]) + 1)
        self.values[_span(rows), :, here] = answer.kept
        if self.partners is not None:
            n_seats = answer.watched.shape[1]
            self.partners[_span(rows), :n_seats, :, here] = answer.watched
        thresholds = [self.plans[number].scenario.regimes for number in block.scenarios]
        for threshold in dict.fromkeys(thresholds):
            lanes = [lane for lane, other in enumerate(thresholds) if other == threshold]
            named = dict(zip(REGIME_MEASURES, answer.for_regimes[..., lanes].swapaxes(1, 2), strict=True))
            regimes = name_regimes(named, threshold)
            self.regimes[rows[:, None], runs[lanes]] = regimes[:, kept_months].T
            self.final_regimes[runs[lanes]] = regimes[:, -1]


def _span(rows: NDArray[np.int64]) -> slice:
    """Return the rows of kept months, which lie side by side because months that a run lacks come last."""
    return slice(int(rows[0]), int(rows[-1]) + 1) if len(rows) else slice(0, 0)


def _question(plans: Sequence[_Plan]) -> Question:
    first, n = plans[0], len(plans)
    months, n_seats = first.scenario.months, len(first.seats)
    behaviour = np.zeros(1, BEHAVIOUR)
    behaviour.view(np.float64).reshape(len(BEHAVIOUR_NAMES), LANES)[:, :n] = np.stack(
        [plan.behaviour for plan in plans], axis=1
    )
    distinct = list({id(plan): plan for plan in plans}.values())
    in_force = np.stack([plan.policy_of_month for plan in distinct])
    changes = np.any(np.diff(in_force, axis=1) != 0, axis=0)
    policy_of_month = np.concatenate(([0], np.cumsum(changes)))
    starts = np.concatenate(([0], np.flatnonzero(changes) + 1))
    policies = np.zeros(len(starts), POLICY)
    rows = policies.view(np.float64).reshape(len(starts), len(POLICY_NAMES), LANES)
    for lane, plan in enumerate(plans):
        rows[:, :, lane] = plan.policies[plan.policy_of_month[starts]]
    abolished_at = np.full((n_seats, n), -1.0)
    abolishes = np.zeros(months, dtype=np.bool_)
    for lane, plan in enumerate(plans):
        for month, names in plan.abolished:
            for seat in range(n_seats):
                if plan.seats[seat].kind.archetype in names and abolished_at[seat, lane] < 0.0:
                    abolished_at[seat, lane] = month
                    abolishes[month] = True
    return Question(
        seats=first.seat_records,
        behaviour=behaviour,
        policies=policies,
        policy_of_month=policy_of_month,
        fund_gbp_m_a_year=np.stack([plan.fund_gbp_m_a_year for plan in plans], axis=1),
        abolished_at=abolished_at,
        abolishes=abolishes,
        gap_cost_gbp_m=np.array([plan.gap_cost_gbp_m for plan in plans]),
        first_month=month_number(first.scenario.start),
        tiers=first.scenario.place.tiers,
    )


def _seat_records(of_board: Sequence[Seat], chair: str) -> NDArray[Any]:
    seats = np.zeros(len(of_board), SEAT)
    for record, seat in zip(seats, of_board, strict=True):
        for name in KIND_NAMES:
            record[name] = getattr(seat.kind, name)
        record["full_budget_gbp_m"] = seat.budget_gbp_m
        record["informed"] = seat.informed
        record["full_inspection_gbp_m"] = seat.inspection_gbp_m
        record["priorities"] = seat.kind.priorities
        record["sector"] = SECTORS.index(seat.kind.sector)
        record["joins_at"] = seat.joins_at
    chairs = [i for i, seat in enumerate(of_board) if seat.joins_at == 0 and seat.kind.sector == chair]
    if chairs:
        seats["chairs"][chairs[0]] = 1.0
    return seats
