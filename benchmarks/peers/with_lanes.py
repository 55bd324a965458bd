"""The reduced model as the project's compiled engine is written: 64 runs side by side in the innermost loops."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from peers.reduced import MEASURES, Peer, World, trust_step, utility
from peers.rules import attendance_probability, put_in, towards
from sim.lanes.compiling import inlined, stage
from sim.lanes.engine import let_rules_compile
from sim.lanes.views import room_for
from sim.state import LANES

let_rules_compile()

ATTENDANCE, RECORD, TRUST, PARTICIPATION = range(len(MEASURES))


@inlined
def look_around(participation: Any, record: Any, trusts: Any, n: int) -> None:
    """Add up what the others did so far, weighed by trust in them."""
    bodies = len(trusts)
    for run in range(n):
        participation[run] = 0.0
    for j in range(bodies):
        levels, other = trusts[j], record[j]
        for run in range(n):
            participation[run] += levels[run] * other[run]
    for run in range(n):
        participation[run] = participation[run] / (bodies - 1)


@inlined
def decide(rates: Any, traits: Any, record: Any, participation: Any, attended: Any, draws: Any, n: int) -> None:
    """Decide whether to come."""
    for run in range(n):
        wish = utility(rates, traits[run], record[run], participation[run])
        chance = attendance_probability(wish, rates.noise)
        attended[run] = 1.0 if draws[run] < chance else 0.0


@stage
def attend(
    rates: Any, traits: Any, record: Any, participation: Any, attended: Any, given: Any, trusts: Any, draws: Any, n: int
) -> None:
    """Let everybody decide; then keep a record of who came, and what that put in."""
    for i in range(len(trusts)):
        look_around(participation[i], record, trusts[i], n)
        decide(rates, traits[i], record[i], participation[i], attended[i], draws[i], n)
    for i in range(len(trusts)):
        for run in range(n):
            record[i, run] = towards(record[i, run], attended[i, run], rates.memory)
            given[i, run] = put_in(attended[i, run], rates.seniority, rates.contribution_rate)


@inlined
def revise_trust(rates: Any, levels: Any, came: Any, other_came: Any, given: Any, row_total: Any, n: int) -> None:
    """Compare what another body put in with what trust had led one to expect."""
    for run in range(n):
        both_came = (came[run] > 0.0) & (other_came[run] > 0.0)
        level = trust_step(
            levels[run],
            given[run],
            rates.evidence,
            rates.loss_aversion,
            rates.contact if both_came else 0.0,
            rates.brokered,
            0.0 if both_came else rates.decay,
        )
        levels[run] = level
        row_total[run] += level


@stage
def update_trust(rates: Any, attended: Any, given: Any, trusts: Any, totals: Any, row_total: Any, n: int) -> None:
    """Let everybody revise its trust in everybody else, and add all trust up."""
    for run in range(n):
        totals[run] = 0.0
    for i in range(len(trusts)):
        for run in range(n):
            row_total[run] = 0.0
        for j in range(len(trusts)):
            if i != j:
                revise_trust(rates, trusts[i, j], attended[i], attended[j], given[j], row_total, n)
        for run in range(n):
            totals[run] += row_total[run]


@inlined
def observe_mean(measured: Any, rows: Any, n: int) -> None:
    """Report the mean of a number over bodies."""
    for run in range(n):
        measured[run] = 0.0
    for i in range(len(rows)):
        for run in range(n):
            measured[run] += rows[i, run]
    for run in range(n):
        measured[run] = measured[run] / len(rows)


@njit(error_model="numpy", nogil=True)
def run_block(rates: Any, traits: Any, draws: Any, measured: Any, bodies: Any, trusts: Any, sums: Any, n: int) -> None:
    """Fill ``measured`` (months, measures, runs) for a block of runs."""
    record, attended, given, participation = bodies[0], bodies[1], bodies[2], bodies[3]
    pairs = len(trusts) * (len(trusts) - 1)
    record[:] = rates.first_record
    for i in range(len(trusts)):
        for j in range(len(trusts)):
            trusts[i, j, :] = 0.0 if i == j else rates.first_trust
    for month in range(len(draws)):
        attend(rates, traits, record, participation, attended, given, trusts, draws[month], n)
        update_trust(rates, attended, given, trusts, sums[0], sums[1], n)
        observe_mean(measured[month, ATTENDANCE], attended, n)
        observe_mean(measured[month, RECORD], record, n)
        observe_mean(measured[month, PARTICIPATION], participation, n)
        for run in range(n):
            measured[month, TRUST, run] = sums[0, run] / pairs


def prepare(world: World, *, threads: int = 1) -> Peer:
    """Return the runs of ``world`` to be timed."""
    runs, months, n = world.shape
    firsts = range(0, runs, LANES)
    blocks = []
    for first in firsts:
        some = world.draws[first : first + LANES]
        draws, traits = room_for((months, n, len(some))), room_for((n, len(some)))
        draws[:] = np.moveaxis(some, 0, -1)
        traits[:] = world.traits[first : first + LANES].T
        blocks.append((traits, draws, room_for((months, len(MEASURES), len(some)))))

    rooms = [(room_for((4, n, LANES)), room_for((n, n, LANES)), room_for((2, LANES))) for _ in range(threads)]

    def run_share(thread: int) -> None:
        for traits, draws, measured in blocks[thread::threads]:
            run_block(world.rates, traits, draws, measured, *rooms[thread], traits.shape[1])

    def run_all() -> NDArray[np.float64]:
        if threads == 1:
            run_share(0)
        else:
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(run_share, range(threads)))
        return np.concatenate([np.moveaxis(measured, -1, 0) for _, _, measured in blocks])

    return run_all
