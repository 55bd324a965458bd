"""A scenario as rows of numbers: what a block of runs begins with, and how it is laid out.

Who sits is the same in all runs of a block; place, people, behaviour, levers and luck are each run's own.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.jit import RULES
from sim.lanes.compiling import inlined
from sim.lanes.draws import BlockDraws, room_for_draws
from sim.lanes.draws import padded as padded_slots
from sim.lanes.engine import Held, Kept, Request
from sim.lanes.pairs import lanes_for, room_for_matrices, width
from sim.lanes.views import Each, Kind, Layout, Link, Number, To, addresses_of, room_for
from sim.levers import Policy, policy_calendar
from sim.month import MONTH, Month
from sim.parameters import Behaviour, Duty, Inspection, Joint, Leadership, Levers
from sim.partners import Partner
from sim.partnership import PartnershipModel
from sim.population import THEMES, Archetype, Seat, known_at_launch, seats_of
from sim.randomness import OWN_STREAMS, Draws
from sim.records import Recorder, empty_record
from sim.scenario import Scenario, month_number
from sim.state import LANES, RUNS_AT_ONCE
from sim.tables import N_TABLES

POLICY_NAMES = ("public_only_executive", "fund_gbp_m_a_year", "purse", "is_new", "abolishes", "date")
PLACE_NAMES = ("population", "fund_2003_04_gbp_m", "tiers")
KIND_NAMES = tuple(field.name for field in dataclasses.fields(Archetype) if field.type == "float")
NUMBERS = ("month", "calendar_month", "n_founders", "keeps_terms", "is_kept")


def _numbers_of(topic: type, prefix: str = "") -> list[str]:
    return [prefix + field.name for field in dataclasses.fields(topic)]


BEHAVIOUR_NAMES = tuple(_numbers_of(Behaviour))
LEVER_NAMES = (
    *(n for n in _numbers_of(Levers) if n not in ("flexible_fund_gbp_m", "purse", "joint", "duty", "inspection")),
    *_numbers_of(Joint, "joint_"),
    *_numbers_of(Duty, "duty_"),
    *_numbers_of(Inspection, "inspection_"),
    *_numbers_of(Leadership, "leadership_"),
)


# ---------------------------------------------------------------------- the layout


def layout_of(month: Month, methods: dict[str, dict[str, Any]], key: str) -> Layout:
    """Return how a block of runs of a month is laid out; ``methods`` are what views have beside their own."""
    rows: dict[str, dict[str, int]] = {
        "behaviour": dict.fromkeys(BEHAVIOUR_NAMES, 0),
        "levers": dict.fromkeys((*LEVER_NAMES, *(f"own_{name}" for name in month.known["own"])), 0),
        "policy": dict.fromkeys(POLICY_NAMES, 0) | {"need": len(THEMES)},
        "place": dict.fromkeys(PLACE_NAMES, 0),
        "luck": {stream.name: _row_count(stream.count) for stream in month.streams if not stream.each},
        "luck_of_partner": {stream.name: _row_count(stream.count) for stream in month.streams if stream.each},
    }
    own_luck = {stream.name for stream in month.streams if stream.number >= OWN_STREAMS}
    of_table: dict[str, Link] = {
        "behaviour": To("behaviour"),
        "levers": To("levers"),
        "leadership": To("levers", prefix="leadership_"),
        "own": To("levers", prefix="own_"),
        "policy": To("policy"),
        "place": To("place"),
        "luck": To("luck"),
        "partners": Each("partner"),
        **{name: Number(name) for name in (*NUMBERS, *month.counters)},
    }
    of_partner: dict[str, Link] = {
        "model": To("partnership"),
        "seat": To("seat", same_position=True),
        "kind": To("seat", prefix="kind_", same_position=True),
        "luck": To("luck_of_partner", same_position=True),
    }
    own = {kind: frozenset(month.own_state.get(kind, ())) for kind in ("partnership", "partner", "matrix")}
    own |= {kind: frozenset(name for name in rows[kind] if name in own_luck) for kind in ("luck", "luck_of_partner")}
    own["levers"] = frozenset(name for name in rows["levers"] if name not in LEVER_NAMES)
    seat = dict.fromkeys(Seat.numbers(), 0) | {f"kind_{name}": 0 for name in KIND_NAMES}
    kinds = [
        Kind(
            "partnership",
            month.known["partnership"],
            of_table,
            methods=_methods(PartnershipModel, methods),
            own=own["partnership"],
        ),
        Kind(
            "partner",
            month.known["partner"],
            of_partner,
            methods=_methods(Partner, methods),
            own=own["partner"] | {"terms"},
        ),
        Kind(
            "seat",
            seat | {"kind_priorities": len(THEMES), "sits_at": N_TABLES},
            by_run=False,
            whole=frozenset({"joins_at", "sector"}),
            read_only=True,
        ),
        *(Kind(name, names, read_only=True, own=own.get(name, frozenset())) for name, names in rows.items()),
    ]
    return Layout(
        kinds,
        lanes=LANES,
        key=key,
        numbers=(*NUMBERS, *month.counters),
        matrices=tuple(month.known["matrix"]),
        own=own["matrix"].union(month.counters).difference(MONTH.counters),
    )


def _row_count(count: int) -> int:
    return count if count > 1 else 0


def _methods(kind: type, more: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the methods of a class that compiled code may call."""
    marked = {id(function) for function in RULES}
    own = {name: inlined(function) for name, function in vars(kind).items() if id(function) in marked}
    return own | more.get(kind.__name__, {})


# ---------------------------------------------------------------------- a scenario as numbers


@dataclasses.dataclass(frozen=True)
class Plan:
    """A scenario as rows of numbers."""

    scenario: Scenario
    seats: tuple[Seat, ...]
    board: tuple[Any, ...]
    """What runs in one block have in common."""
    seat_records: NDArray[Any]
    behaviour: NDArray[np.float64]
    place: NDArray[np.float64]
    levers: NDArray[np.float64]
    """(record, name): the distinct levers and leadership."""
    levers_of_month: NDArray[np.int64]
    policy: NDArray[np.float64]
    """(month, name)"""
    abolished: tuple[tuple[int, tuple[str, ...]], ...]
    """Months and what is abolished in them: kinds of bodies, or bodies by name."""


def plans_of(scenarios: Sequence[Scenario], layout: Layout, month: Month) -> list[Plan]:
    """Return scenarios as numbers. Those of a sweep share most of their parts: what is the same is expanded once.

    Parts are told by who they are, entries of calendars one by one: a scenario with another part holds the others, but
    a tuple and a dictionary of its own.
    """
    boards: dict[tuple[Any, ...], tuple[tuple[Seat, ...], NDArray[Any], int]] = {}
    calendars: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    distinct: dict[tuple[Any, ...], int] = {}
    plans = []
    for scenario in scenarios:
        span = (scenario.start, scenario.months, *map(id, (scenario.place, scenario.board, *scenario.calendar)))
        if span not in boards:
            seats = seats_of(scenario)
            anywhere = tuple(dataclasses.replace(seat, budget_gbp_m=0.0) for seat in seats)
            alike = (anywhere, scenario.board.trust, scenario.board.ties)
            boards[span] = (seats, _seat_records(seats, layout), distinct.setdefault(alike, len(distinct)))
        own = ((name, id(value)) for name, value in scenario.own.items())
        dated = (*span, *map(id, (scenario.levers, scenario.leadership)), *own)
        if dated not in calendars:
            calendars[dated] = _expanded(policy_calendar(scenario, month.own_settings), tuple(month.known["own"]))
        plans.append(_plan(scenario, *boards[span], *calendars[dated]))
    return plans


def _plan(
    scenario: Scenario,
    seats: tuple[Seat, ...],
    seat_records: NDArray[Any],
    board: int,
    levers: NDArray[np.float64],
    levers_of_month: NDArray[np.int64],
    policy: NDArray[np.float64],
    abolished: tuple[tuple[int, tuple[str, ...]], ...],
) -> Plan:
    topics = vars(scenario.behaviour)
    place = scenario.place
    return Plan(
        scenario=scenario,
        seats=seats,
        board=(
            scenario.months,
            month_number(scenario.start) % 12,
            board,
        ),
        seat_records=seat_records,
        behaviour=np.array([float(topics[name]) for name in BEHAVIOUR_NAMES]),
        place=np.array([float(getattr(place, name)) for name in PLACE_NAMES]),
        levers=levers,
        levers_of_month=levers_of_month,
        policy=policy,
        abolished=abolished,
    )


def _expanded(calendar: Sequence[Policy], own: tuple[str, ...]) -> tuple[Any, ...]:
    """Return distinct levers as rows, which are in force when, what is in force each month, and abolitions."""
    rows: list[list[float]] = []
    levers_of_month: list[int] = []
    last: tuple[Any, ...] | None = None
    for policy in calendar:
        current = (id(policy.levers), id(policy.leadership), id(policy.own))
        if current != last:
            rows.append(_lever_row(policy) + [float(getattr(policy.own, name)) for name in own])
            last = current
        levers_of_month.append(len(rows) - 1)
    return (
        np.array(rows),
        np.array(levers_of_month),
        np.array([[*(float(getattr(policy, name)) for name in POLICY_NAMES), *policy.need] for policy in calendar]),
        tuple((month, policy.abolished) for month, policy in enumerate(calendar) if policy.abolished),
    )


def _lever_row(policy: Policy) -> list[float]:
    values: dict[str, Any] = dict(vars(policy.levers))
    for group in ("joint", "duty", "inspection"):
        values |= {f"{group}_{name}": value for name, value in vars(getattr(policy.levers, group)).items()}
    values |= {f"leadership_{name}": value for name, value in vars(policy.leadership).items()}
    return [float(values[name]) for name in LEVER_NAMES]


def _seat_records(of_board: Sequence[Seat], layout: Layout) -> NDArray[Any]:
    seats = np.zeros(len(of_board), layout.dtypes["seat"])
    for record, seat in zip(seats, of_board, strict=True):
        for name in Seat.numbers():
            record[name] = getattr(seat, name)
        for name in KIND_NAMES:
            record[f"kind_{name}"] = getattr(seat.kind, name)
        record["kind_priorities"] = seat.kind.priorities
        record["sits_at"] = seat.sits_at
    return seats


# ---------------------------------------------------------------------- blocks of runs

NOTHING = Recorder("nothing")


@dataclasses.dataclass(frozen=True)
class Block:
    """Up to ``LANES`` runs on one board: positions of their scenarios and replicates."""

    scenarios: tuple[int, ...]
    replicates: tuple[int, ...]


def blocks_of(plans: Sequence[Plan], n_replicates: int) -> list[Block]:
    """Return all runs in blocks. Scenarios with one replicate sit side by side, because they share their draws."""
    boards: dict[tuple[Any, ...], list[int]] = {}
    for number, plan in enumerate(plans):
        boards.setdefault(plan.board, []).append(number)
    blocks: list[Block] = []
    for scenarios in boards.values():
        blocks += _cut(plans[scenarios[0]], itertools.product(range(n_replicates), scenarios))
    return blocks


def blocks_of_runs(plans: Sequence[Plan], runs: Iterable[tuple[int, int]]) -> Iterator[Block]:
    """Give runs, a replicate and a scenario each, in blocks: those of one board, of ``RUNS_AT_ONCE`` after another."""
    left = iter(runs)
    while some := list(itertools.islice(left, RUNS_AT_ONCE)):
        boards: dict[tuple[Any, ...], list[tuple[int, int]]] = {}
        for replicate, scenario in some:
            boards.setdefault(plans[scenario].board, []).append((replicate, scenario))
        for of_board in boards.values():
            yield from _cut(plans[of_board[0][1]], of_board)


def _cut(plan: Plan, runs: Iterable[tuple[int, int]]) -> Iterator[Block]:
    """Give runs on the board of a plan in blocks as large as may be."""
    left = iter(runs)
    while some := list(itertools.islice(left, lanes_for(len(plan.seats), LANES))):
        yield Block(tuple(scenario for _, scenario in some), tuple(replicate for replicate, _ in some))


@dataclasses.dataclass(frozen=True)
class Keeping:
    """What is to be kept of runs."""

    months: Sequence[int]
    """In their order; a run keeps those that it has."""
    measures: Sequence[str]
    partners: bool = False
    terms: bool = False
    record: Recorder = NOTHING
    """What is kept besides of bodies, pairs and the table."""


@dataclasses.dataclass(frozen=True)
class Room:
    """Everything in memory that a block of runs works on. Addresses are good as long as this is kept."""

    request: Request
    draws: BlockDraws
    kept: Kept
    arrays: tuple[NDArray[Any], ...]


def room_of(
    plans: Sequence[Plan],
    layout: Layout,
    month: Month,
    *,
    seed: int,
    replicates: Sequence[int],
    keeping: Keeping,
    given: Draws,
    scratch_rows: int,
    order: Sequence[int],
) -> Room:
    """Return what the runs of a block begin with: one run a plan."""
    first, n = plans[0], len(plans)
    n_seats = len(first.seats)
    months = [number for number in keeping.months if number < first.scenario.months]
    row_of_month = np.full(first.scenario.months, -1, dtype=np.int64)
    row_of_month[months] = np.arange(len(months))
    behaviour, place = layout.room("behaviour", 1), layout.room("place", 1)
    distinct = {id(plan): plan for plan in plans}

    def of_runs(part: Callable[[Plan], NDArray[np.float64]]) -> list[NDArray[np.float64]]:
        made = {number: part(plan) for number, plan in distinct.items()}
        return [made[id(plan)] for plan in plans]

    _fill(behaviour, of_runs(lambda plan: plan.behaviour[None]))
    _fill(place, of_runs(lambda plan: plan.place[None]))
    policy = layout.room("policy", first.scenario.months)
    _fill(policy, of_runs(lambda plan: plan.policy))
    changes = np.any(np.diff(np.stack([plan.levers_of_month for plan in distinct.values()]), axis=1) != 0, axis=0)
    starts = np.concatenate(([0], np.flatnonzero(changes) + 1))
    levers = layout.room("levers", len(starts))
    _fill(levers, of_runs(lambda plan: plan.levers[plan.levers_of_month[starts]]))
    partners = layout.room("partner", n_seats)
    partners["is_member"][[seat.joins_at == 0 for seat in first.seats]] = 1.0
    budgets = of_runs(lambda plan: np.array([seat.budget_gbp_m for seat in plan.seats]))
    partners["full_budget_gbp_m"][:, :n] = np.array(budgets).T
    partners["abolished_at"] = -1.0
    for lane, plan in enumerate(plans):
        for step, names in reversed(plan.abolished):
            ends = [seat.is_named(names) for seat in plan.seats]
            partners["abolished_at"][ends, lane] = step
    luck, luck_of_partner = layout.room("luck", 1), layout.room("luck_of_partner", padded_slots(n_seats))
    matrices = room_for_matrices(len(layout.matrices), n_seats, n)
    for name, values in known_at_launch(first.scenario.board, first.seats).items():
        matrices[layout.matrices.index(name), :, :n_seats, :n_seats] = np.array(values)[:, :, None]
    scratch = room_for((scratch_rows, width(n)))
    records = {
        "partnership": layout.room("partnership", 1),
        "partner": partners,
        "seat": first.seat_records,
        "behaviour": behaviour,
        "levers": levers,
        "policy": policy,
        "place": place,
        "luck": luck,
        "luck_of_partner": luck_of_partner,
    }
    draws = room_for_draws(
        seed=seed,
        replicates=np.array(replicates, dtype=np.uint64),
        streams=month.streams,
        shared=_as_rows(luck)[0],
        each=_as_rows(luck_of_partner),
        months=first.scenario.months,
        given=given,
        by_steps=month.drawn_by_steps,
    )
    n_founders = len([seat for seat in first.seats if seat.joins_at == 0])
    numbers = dict.fromkeys(layout.numbers, 0) | {"n_founders": n_founders, "keeps_terms": int(keeping.terms)}
    counts = [n_seats if name == "luck_of_partner" else len(records[name]) for name in layout.kinds]
    arrays = (*(records[name] for name in layout.kinds), *matrices, scratch, draws.keys)
    return Room(
        request=Request(
            addresses=addresses_of(arrays),
            counts=np.array([*counts, *(numbers[name] for name in layout.numbers)], dtype=np.int64),
            levers_of_month=np.concatenate(([0], np.cumsum(changes))).astype(np.int64),
            first_month=month_number(first.scenario.start),
            row_of_month=row_of_month,
            order=np.array(order, dtype=np.int64),
        ),
        draws=draws,
        kept=_room_to_keep(
            keeping, month, _held(keeping.record, records, matrices, layout, month, months, n), first.scenario.months, n
        ),
        arrays=arrays,
    )


def _held(
    recorder: Recorder,
    records: Mapping[str, NDArray[Any]],
    matrices: NDArray[np.float64],
    layout: Layout,
    month: Month,
    months: Sequence[int],
    n: int,
) -> Held:
    """Return what bodies, the table and pairs hold in a block, with room for what is kept of it."""
    room = empty_record(recorder, month.known, months=months, partners=len(records["partner"]), runs=(n,))
    return Held(
        thing_rows=_rows_in_record(recorder.partner, "partner", layout),
        things_now=_as_rows(records["partner"]),
        things=room.partner,
        whole_rows=_rows_in_record(recorder.partnership, "partnership", layout),
        whole_now=_as_rows(records["partnership"]),
        whole=room.partnership,
        chosen_matrices=np.array([layout.matrices.index(name) for name in recorder.matrix], dtype=np.int64),
        matrices_now=matrices,
        matrices=room.matrix,
    )


def _rows_in_record(names: Sequence[str], kind: str, layout: Layout) -> NDArray[np.int64]:
    """Return at which rows of a record numbers stand, one after another."""
    fields: Any = layout.dtypes[kind].fields
    row_bytes = layout.lanes * np.dtype(np.float64).itemsize
    rows = [np.arange(fields[name][0].itemsize // row_bytes) + fields[name][1] // row_bytes for name in names]
    return np.concatenate([np.zeros(0, dtype=np.int64), *rows])


def _room_to_keep(keeping: Keeping, month: Month, held: Held, n_months: int, n: int) -> Kept:
    numbers = {name: number for number, name in enumerate(month.measures)}
    n_columns = len(month.partner_columns(with_terms=keeping.terms)) if keeping.partners else 0
    n_kept, n_seats = held.things.shape[:2]
    return Kept(
        measured=room_for((len(numbers), LANES)),
        kept_measures=np.array([numbers[name] for name in keeping.measures], dtype=np.int64),
        kept=np.empty((n_kept, len(keeping.measures), n)),
        regime_measures=np.array([numbers[name] for name in month.regime_measures], dtype=np.int64),
        for_regimes=np.empty((len(month.regime_measures), n_months, n)),
        partner_rows=np.zeros((n_kept, n_seats, n_columns, n)),
        keep_partners=keeping.partners,
        keep_terms=keeping.terms,
        held=held,
        keep_held=keeping.record is not NOTHING,
    )


def _as_rows(records: NDArray[Any]) -> NDArray[np.float64]:
    """Return records as (record, row, run)."""
    rows: NDArray[np.float64] = records.view(np.float64).reshape(len(records), -1, LANES)
    return rows


def _fill(records: NDArray[Any], values: Sequence[NDArray[np.float64]]) -> None:
    """Write values (record, name), one array a run, into records whose numbers are single rows."""
    rows = _as_rows(records)[:, : values[0].shape[1], : len(values)]
    rows[:] = values[0][..., None] if all(each is values[0] for each in values) else np.stack(values, axis=-1)
