"""What the compiled month does with trust, which is between every two bodies: looking, revising, adding up.

A run's trust grows with the square of the board, and a month goes through it three or four times: on
large boards the layout decides what a run costs. Trust is therefore kept by groups of ``ABREAST`` runs,
(group, body, other, run of the group), so that the runs of a group fill a register, the others at whom
a body looks lie side by side, and a group goes through its own trust alone. What these loops need of the
partners is copied beforehand into rows of (body, run).

A body's trust in itself is kept at zero. Whoever is not a member is multiplied by an exact zero, so
sums are made of the same numbers in the same order as in the Mesa engine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numba import njit
from numba.core.compiler import Compiler
from numpy.typing import NDArray

from sim.compiled_draws import INTERNAL, room_for, stage
from sim.measures import mean_or_zero
from sim.rules import trust

_Function = TypeVar("_Function", bound=Callable[..., Any])

ABREAST = 8
"""Runs in a group: the widest registers hold eight numbers."""

AT_ONCE = 4
"""Others added up at once. A loop over runs with a shorter body would be unrolled and not be vectorised."""


MOST_TRUST_BYTES = 8 * 2**20
"""Room for the trust of a block of runs: what a processor's last cache can spare for a thread."""


def lanes_for(n_seats: int, most: int) -> int:
    """Return how many runs of a board a block has, in whole groups: ``most``, or fewer on a large board.

    Which it is changes no number.
    """
    fitting = MOST_TRUST_BYTES // (8 * n_seats * n_seats)
    return min(most, max(1, fitting // ABREAST) * ABREAST)


class _ApartCompiler(Compiler):
    """Numba's compiler, told that the arrays a function is given do not overlap.

    It would otherwise compare addresses for every pair of bodies, or not vectorise at all.
    """

    def define_pipelines(self) -> Any:
        self.state.flags.noalias = True
        return super().define_pipelines()  # type: ignore[no-untyped-call]


def apart(function: _Function) -> _Function:
    """Return ``function`` compiled by itself, for arrays of which none overlaps one that is written to."""
    return cast(_Function, njit(**INTERNAL, pipeline_class=_ApartCompiler)(function))


class Dyads(NamedTuple):
    """Trust of a block of runs, and room for what is about to be done with it.

    Bodies are padded to a multiple of ``AT_ONCE``; the padding is never a member. Rows of runs take an
    odd number of cache lines: with an even one bodies would crowd a part of the cache.
    """

    trusts: NDArray[np.float64]
    """(group, body, other, run of the group): trust of the body in the other."""
    is_member: NDArray[np.float64]
    """(body, run), as are all that follow up to ``records``."""
    attended: NDArray[np.float64]
    attendance_record: NDArray[np.float64]
    rate: NDArray[np.float64]
    put_in: NDArray[np.float64]
    domination_loss: NDArray[np.float64]
    trusted: NDArray[np.float64]
    participation: NDArray[np.float64]
    giving: NDArray[np.float64]
    records: NDArray[np.float64]
    """Sums of members' trust in a body, for the groups of runs in which somebody joins."""
    ways: NDArray[np.float64]
    """(way, run): evidence, loss aversion, contact, brokerage and decay, by which trust changes."""
    joining: NDArray[np.float64]
    """(run,): how many join; the next three are sums over pairs."""
    difference: NDArray[np.float64]
    within: NDArray[np.float64]
    across: NDArray[np.float64]
    sector: NDArray[np.int64]
    """(body,)"""
    same_sector: NDArray[np.float64]
    """(body,): whether a later seat is of the sector of the body at hand, or of another, as 1 or 0."""
    other_sector: NDArray[np.float64]


def room_for_dyads(n_seats: int, n: int) -> Dyads:
    """Return room for ``n`` runs on a board of ``n_seats``."""
    groups, padded = -(-n // ABREAST), -(-n_seats // AT_ONCE) * AT_ONCE
    width = (groups + 1 - groups % 2) * ABREAST

    def rows(number: int = padded) -> NDArray[np.float64]:
        return room_for((number, width))

    return Dyads(
        trusts=room_for((groups, padded, padded, ABREAST)),
        is_member=rows(),
        attended=rows(),
        attendance_record=rows(),
        rate=rows(),
        put_in=rows(),
        domination_loss=rows(),
        trusted=rows(),
        participation=rows(),
        giving=rows(),
        records=rows(),
        ways=rows(5),
        joining=room_for(width),
        difference=room_for(width),
        within=room_for(width),
        across=room_for(width),
        sector=room_for(padded, np.int64),
        same_sector=room_for(padded),
        other_sector=room_for(padded),
    )


# ---------------------------------------------------------------------- looking at the others


@stage
def look_around(table: Any, partners: Any, dyads: Any, n: int) -> None:
    """Let everybody see what the members did so far, weighed by trust in them."""
    for i in range(len(partners)):
        partner = partners[i]
        for run in range(n):
            sits = partner.is_member[run]
            dyads.is_member[i, run] = sits
            dyads.attendance_record[i, run] = partner.attendance_record[run] if sits > 0.0 else 0.0
            dyads.rate[i, run] = partner.rate[run] if sits > 0.0 else 0.0
    _add_up_others(
        dyads.trusts,
        dyads.is_member,
        dyads.attendance_record,
        dyads.rate,
        dyads.trusted,
        dyads.participation,
        dyads.giving,
    )
    for i in range(len(partners)):
        partner = partners[i]
        for run in range(n):
            others, trusted = table.n_members[run] - 1.0, dyads.trusted[i, run]
            partner.mean_trust[run] = mean_or_zero(trusted, others)
            partner.trusted_participation[run] = mean_or_zero(dyads.participation[i, run], others)
            partner.seen_of_others[run] = mean_or_zero(dyads.giving[i, run], trusted)


@apart
def _add_up_others(
    trusts: Any, is_member: Any, attendance_record: Any, rate: Any, trusted: Any, participation: Any, giving: Any
) -> None:
    """Add up everybody's trust in the members, and what those did times that trust."""
    groups, bodies = trusts.shape[0], trusts.shape[1]
    for group in range(groups):
        here = group * ABREAST
        for i in range(bodies):
            for lane in range(ABREAST):
                trusted[i, here + lane] = 0.0
                participation[i, here + lane] = 0.0
                giving[i, here + lane] = 0.0
            for some in range(0, bodies, AT_ONCE):
                for lane in range(ABREAST):
                    run = here + lane
                    in_them, in_participation, in_giving = trusted[i, run], participation[i, run], giving[i, run]
                    for j in range(AT_ONCE):
                        level = trusts[group, i, some + j, lane]
                        in_them += level * is_member[some + j, run]
                        in_participation += level * attendance_record[some + j, run]
                        in_giving += level * rate[some + j, run]
                    trusted[i, run] = in_them
                    participation[i, run] = in_participation
                    giving[i, run] = in_giving


# ---------------------------------------------------------------------- revising trust


@stage
def revise_trusts(table: Any, partners: Any, dyads: Any, behaviour: Any, n: int) -> None:
    """Let every member compare what the others put in with what trust had led it to expect."""
    for run in range(n):
        dyads.ways[0, run] = behaviour.trust_evidence[run]
        dyads.ways[1, run] = behaviour.loss_aversion[run]
        dyads.ways[2, run] = table.contact_gain[run]
        dyads.ways[3, run] = table.brokered[run]
        dyads.ways[4, run] = behaviour.trust_decay[run]
    for i in range(len(partners)):
        partner = partners[i]
        for run in range(n):
            # Where trust does not move, it is as if nobody sat.
            dyads.is_member[i, run] = partner.is_member[run] if behaviour.trust_moves[run] > 0.0 else 0.0
            dyads.attended[i, run] = partner.attended[run]
            dyads.put_in[i, run] = partner.put_in[run]
            dyads.domination_loss[i, run] = partner.domination_loss[run]
    _revise(dyads.trusts, dyads.is_member, dyads.attended, dyads.put_in, dyads.domination_loss, dyads.ways)


@apart
def _revise(trusts: Any, is_member: Any, attended: Any, put_in: Any, domination_loss: Any, ways: Any) -> None:
    """Revise everybody's trust in everybody, and set trust in oneself back to zero."""
    groups, bodies = trusts.shape[0], trusts.shape[1]
    for group in range(groups):
        here = group * ABREAST
        for i in range(bodies):
            for j in range(bodies):
                for lane in range(ABREAST):
                    run = here + lane
                    both_came = (attended[i, run] > 0.0) & (attended[j, run] > 0.0)
                    both_sit = (is_member[i, run] > 0.0) & (is_member[j, run] > 0.0)
                    level = trust.trust_step(
                        trusts[group, i, j, lane],
                        put_in[j, run],
                        ways[0, run],
                        ways[1, run],
                        ways[2, run] if both_came else 0.0,
                        ways[3, run],
                        0.0 if both_came else ways[4, run],
                        domination_loss[j, run],
                    )
                    trusts[group, i, j, lane] = level if both_sit else trusts[group, i, j, lane]
            for lane in range(ABREAST):
                trusts[group, i, i, lane] = 0.0


# ---------------------------------------------------------------------- what the board thinks of everybody


@stage
def add_up_records(partners: Any, dyads: Any, n: int) -> None:
    """Add up the members' trust in everybody, for the groups of runs in which somebody joins."""
    for run in range(n):
        dyads.joining[run] = 0.0
    for i in range(len(partners)):
        partner = partners[i]
        for run in range(n):
            dyads.is_member[i, run] = partner.is_member[run]
            dyads.joining[run] += partner.joins[run]
    _add_up_trust_in(dyads.trusts, dyads.is_member, dyads.joining, dyads.records, ABREAST)


@apart
def _add_up_trust_in(trusts: Any, is_member: Any, joining: Any, records: Any, n: int) -> None:
    """Add up the members' trust in everybody; ``n`` is ``ABREAST``.

    With a plain range(ABREAST) so short a loop would be unrolled and not be vectorised.
    """
    groups, bodies = trusts.shape[0], trusts.shape[1]
    for group in range(groups):
        here, newcomers = group * ABREAST, 0.0
        for lane in range(ABREAST):
            newcomers += joining[here + lane]
        if newcomers == 0.0:
            continue
        for j in range(bodies):
            for lane in range(ABREAST):
                records[j, here + lane] = 0.0
        for i in range(bodies):
            for j in range(bodies):
                for lane in range(min(n, ABREAST)):
                    records[j, here + lane] += trusts[group, i, j, lane] * is_member[i, here + lane]


# ---------------------------------------------------------------------- measures


@stage
def add_up_pairs(sums: Any, partners: Any, seats: Any, dyads: Any, n: int) -> None:
    """Add up, over pairs of members, their trust in one another, and how far it differs."""
    for i in range(len(partners)):
        partner = partners[i]
        dyads.sector[i] = seats[i].sector
        for run in range(n):
            dyads.is_member[i, run] = partner.is_member[run]
    _add_up_pairs(
        dyads.trusts,
        dyads.is_member,
        dyads.sector,
        dyads.same_sector,
        dyads.other_sector,
        dyads.difference,
        dyads.within,
        dyads.across,
    )
    for run in range(n):
        sums.difference[run] = dyads.difference[run]
        sums.within[run] = dyads.within[run]
        sums.across[run] = dyads.across[run]


@apart
def _add_up_pairs(
    trusts: Any,
    is_member: Any,
    sector: Any,
    same_sector: Any,
    other_sector: Any,
    difference: Any,
    within: Any,
    across: Any,
) -> None:
    """Add up pairs in the order of the first seat, then of the second, which is always a later one."""
    groups, bodies = trusts.shape[0], trusts.shape[1]
    for run in range(len(within)):
        difference[run] = 0.0
        within[run] = 0.0
        across[run] = 0.0
    for i in range(bodies):
        begin = (i + 1) // AT_ONCE * AT_ONCE
        for j in range(begin, bodies):
            is_later = 1.0 if j > i else 0.0
            same_sector[j] = is_later if sector[j] == sector[i] else 0.0
            other_sector[j] = is_later - same_sector[j]
        for group in range(groups):
            for some in range(begin, bodies, AT_ONCE):
                for lane in range(ABREAST):
                    run = group * ABREAST + lane
                    in_difference, in_within, in_across = difference[run], within[run], across[run]
                    for j in range(AT_ONCE):
                        mine, theirs = trusts[group, i, some + j, lane], trusts[group, some + j, i, lane]
                        is_within, is_across = same_sector[some + j], other_sector[some + j]
                        both_sit = is_member[i, run] * is_member[some + j, run]
                        level = (mine + theirs) * both_sit
                        in_difference += abs(mine - theirs) * both_sit * (is_within + is_across)
                        in_within += level * is_within
                        in_across += level * is_across
                    difference[run] = in_difference
                    within[run] = in_within
                    across[run] = in_across
