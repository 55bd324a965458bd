"""Answers for the explorer: from a checked question to bands and paired differences, as plain JSON.

``answer`` is a function of what is asked and of nothing else: no file, no clock beyond telling how long it
took, nothing kept. The statistics are those of ``analysis.shared.summaries``.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.run.turning_points import flat_settings
from analysis.shared.summaries import t_interval, wilson_interval
from experiments.page.catalogue import PAGE_MEASURES, QUANTILES
from experiments.page.packing import Json, packed, rounded
from experiments.page.request import PageRequest
from sim import REGIMES, Scenario, simulate_ensemble
from sim.scenario import CalendarEntry, month_number

_TYPICAL_BY = ("engagement", "outcome")


@dataclasses.dataclass(frozen=True)
class SideRuns:
    """What one side lived through: ``values`` (replicate, month, measure) and ``regimes`` (replicate, month)."""

    values: NDArray[np.float64]
    regimes: NDArray[np.int8]

    @property
    def bytes(self) -> int:
        """Return the room that the arrays take."""
        return self.values.nbytes + self.regimes.nbytes


def side_runs(scenario: Scenario, seed: int, replicates: int) -> SideRuns:
    """Return the runs of one side, of the measures that the page shows."""
    ensemble = simulate_ensemble([scenario], replicates=replicates, seed=seed, measures=PAGE_MEASURES, threads=1)
    return SideRuns(values=ensemble.measures[0], regimes=ensemble.regimes[0])


def answer(asked: PageRequest, runs: Sequence[SideRuns] = ()) -> Json:
    """Return bands, regime shares and the paired difference of two sides: some tenths of a second for 50 replicates.

    ``runs`` are those of the left and of the right side if somebody has them already.
    """
    began = time.perf_counter()
    left, right = asked.left, asked.right
    runs = runs or [side_runs(scenario, asked.seed, asked.replicates) for scenario in (left, right)]
    return {
        "start": left.start,
        "months": left.months,
        "months_at": list(range(left.months)),
        "replicates": asked.replicates,
        "seed": asked.seed,
        "place": {name: scenario.place.name for name, scenario in asked.sides.items()},
        "left": side_of(left, runs[0]),
        "right": side_of(right, runs[1]),
        "difference": difference_of(*runs),
        "typical_run": typical_replicate(*runs),
        "seconds": rounded(time.perf_counter() - began, 3),
    }


def side_of(scenario: Scenario, runs: SideRuns) -> Json:
    """Return what happened on one side."""
    values, regimes = runs.values, runs.regimes
    counts = np.bincount(regimes[:, -1], minlength=len(REGIMES))
    shares = np.stack([(regimes == code).mean(axis=0) for code in range(len(REGIMES))])
    return {
        "name": scenario.name,
        "start": scenario.start,
        "bands": {"measures": list(PAGE_MEASURES), "values": packed(bands(values), along=0)},
        "regimes": packed(shares, bounds=(0.0, 1.0)),
        "final_regimes": [
            {"regime": regime, "count": int(count), "share": rounded(count / len(regimes)), **_share(count, regimes)}
            for regime, count in zip(REGIMES, counts, strict=True)
        ],
        "final": _finals(values[:, -1]),
        "policy": policy_dates(scenario),
        "example": None,
        "example_note": "",
    }


def difference_of(left: SideRuns, right: SideRuns) -> Json:
    """Return right minus left, replicate by replicate."""
    paired = right.values - left.values
    above = (paired[:, -1] > 0.0).mean(axis=0)
    finals = _finals(paired[:, -1])
    final_regimes = np.stack([left.regimes[:, -1], right.regimes[:, -1]])
    moved = np.zeros((len(REGIMES), len(REGIMES)), dtype=np.int64)
    np.add.at(moved, tuple(final_regimes), 1)
    codes = np.arange(len(REGIMES))
    is_in = (final_regimes[..., None] == codes).astype(np.float64)
    shares = zip(REGIMES, *(map(rounded, ends) for ends in t_interval(is_in[1] - is_in[0])), strict=True)
    return {
        "bands": {"measures": list(PAGE_MEASURES), "values": packed(bands(paired), along=0)},
        "final": {
            name: finals[name] | {"share_above": rounded(share)}
            for name, share in zip(PAGE_MEASURES, above, strict=True)
        },
        "final_regimes": [
            {"regime": regime, "difference": mean, "low": low, "high": high} for regime, mean, low, high in shares
        ],
        "moved": moved.tolist(),
    }


def bands(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return quantiles and mean over replicates as (measure, 6, month) from (replicate, month, measure).

    Quantiles are interpolated linearly, as NumPy does by default, from one sort for all of them.
    """
    in_order = np.sort(np.ascontiguousarray(np.moveaxis(values, 0, -1)), axis=-1)
    place = np.array(QUANTILES) * (in_order.shape[-1] - 1)
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, in_order.shape[-1] - 1)
    part = place - below
    quantiles = in_order[..., below] * (1.0 - part) + in_order[..., above] * part
    with_mean = np.concatenate([quantiles, in_order.mean(axis=-1, keepdims=True)], axis=-1)
    return np.asarray(with_mean.transpose(1, 2, 0))


def _finals(values: NDArray[np.float64]) -> dict[str, Json]:
    mean, low, high = t_interval(values)
    return {
        name: {"mean": rounded(mean[k]), "low": rounded(low[k]), "high": rounded(high[k])}
        for k, name in enumerate(PAGE_MEASURES)
    }


def _share(count: int, regimes: NDArray[np.int8]) -> Json:
    low, high = _wilson(int(count), len(regimes))
    return {"low": rounded(low), "high": rounded(high)}


@cache
def _wilson(count: int, total: int) -> tuple[float, float]:
    return wilson_interval(count, total=total)


def typical_replicate(left: SideRuns, right: SideRuns) -> int:
    """Return the replicate that is like most others on both sides.

    It ends where most end, on each side (if none does on both, any will do); of those it is the one whose
    final engagement and outcome lie nearest the medians, each set against its spread over replicates.
    """
    columns = [PAGE_MEASURES.index(name) for name in _TYPICAL_BY]
    finals = np.concatenate([side.values[:, -1, columns] for side in (left, right)], axis=1)
    spread = finals.std(axis=0)
    away = (finals - np.median(finals, axis=0)) / np.where(spread > 0.0, spread, 1.0)
    distance = (away**2).sum(axis=1)
    fits = np.all([_ends_as_most(side.regimes[:, -1]) for side in (left, right)], axis=0)
    return int(np.argmin(np.where(fits | ~fits.any(), distance, np.inf)))


def _ends_as_most(final_regimes: NDArray[np.int8]) -> NDArray[np.bool_]:
    return np.asarray(final_regimes == np.bincount(final_regimes).argmax())


# ------------------------------------------------------------------------ policy dates


def policy_dates(scenario: Scenario) -> list[Json]:
    """Return the dated changes of a run: month, date, note, changes by path, bodies abolished or seated."""
    start = month_number(scenario.start)
    rows: list[Json] = [
        {
            "month": month_number(entry.from_month) - start,
            "date": entry.from_month,
            "note": entry.note,
            "changes": _changes_of(entry),
            "abolish": list(entry.abolish),
        }
        for entry in scenario.calendar_here
    ]
    newcomers = [(entry.month, entry.archetype, entry.count) for entry in scenario.board.entries]
    newcomers += [
        (entry.from_month, archetype, count)
        for entry in scenario.calendar_here
        for archetype, count in entry.creates.items()
    ]
    rows += [
        {
            "month": month_number(month) - start,
            "date": month,
            "note": f"new seats: {count} × {archetype.replace('_', ' ')}",
            "changes": {},
            "abolish": [],
        }
        for month, archetype, count in newcomers
    ]
    within = (row for row in rows if row["month"] < scenario.months)
    return sorted(within, key=lambda row: row["month"])


def _changes_of(entry: CalendarEntry) -> dict[str, Any]:
    return flat_settings(entry) | ({} if entry.executive is None else {"board.executive": entry.executive})
