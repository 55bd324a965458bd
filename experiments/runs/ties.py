"""One run with its meetings written down: who went where, who is tied to whom, who works on what and for how long."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim import Ensemble, History, Record, Scenario, ScenarioError, month_of, simulate
from sim.labelled import dates_of
from sim.population import seats_of

MEETINGS = "meetings"
"""The record that all of this is read from."""

MOMENTS = 6
"""Moments at which ties are written down, evenly over the run."""

_BETWEEN = ("trust", "tie", "joint")
_OF_PAIRS = ["month", "date", "source", "target", "trust", "is_tied", "months_together"]
_OF_TIES = ["month", "date", "one", "other", "months_together"]
_OF_CHOICES = ["month", "date", "table", "partner", "rank"]
_OF_PROJECTS = [
    "project",
    "theme",
    "first_month",
    "last_month",
    "delivers_from",
    "began",
    "ended",
    "team",
    "sectors",
    "pooling",
    "pooled_gbp_m",
    "paid_gbp_m",
    "yield",
]


@dataclasses.dataclass(frozen=True)
class TiedRun:
    """A run, and what its record of meetings says.

    ``ties`` has one row a moment and tied pair (one, other) with the months for which they still work together,
    ``bodies`` one a moment and body, ``projects`` one a project, in the order in which they were adopted: its team
    (names with commas between them), how many sectors are in it, from which month on it delivers (one after its last
    if the run ends before), how many members pooled money, how much over the project's months, how much the fund paid,
    and the mean of its yields in the months in which it delivers (0 before).
    """

    history: History
    ties: pd.DataFrame
    bodies: pd.DataFrame
    projects: pd.DataFrame

    @property
    def all_ties(self) -> pd.DataFrame:
        """Return the ties of every month, as ``ties`` are those of a few."""
        return _ties(self.history, range(self.history.scenario.months))

    def pairs(self, months: Iterable[int]) -> pd.DataFrame:
        """Return the network of some months, one row a month and ordered pair of members.

        Columns: month (0 is the first), date, source, target, trust of the source in the target (0 none to 1 full),
        is_tied, and the months for which the two still work together. Bodies that are no members have no row.
        """
        chosen = list(months)
        return edges_of(record_of(self.history), chosen, self.history.scenario)

    @property
    def choices(self) -> pd.DataFrame:
        """Return one row a meeting and body that sits there: month, date, table, partner, rank."""
        names, choices = _names(self.history), month_of(self.history.scenario).choices
        rank_at = record_of(self.history)["rank_at"].transpose(0, 2, 1)
        rows = [
            (
                *_when(self.history, month),
                choices.tables[table],
                names[body],
                choices.ranks[int(rank_at[month, table, body])],
            )
            for month, table, body in np.argwhere(rank_at >= 0.0)
        ]
        return pd.DataFrame(rows, columns=_OF_CHOICES)


def tied_run(scenario: Scenario, *, seed: int, replicate: int) -> TiedRun:
    """Run a scenario once on the Mesa engine, with the terms of decisions and a record of its meetings."""
    return tied_of(simulate(scenario, seed=seed, replicate=replicate, record_terms=True, record=MEETINGS))


def tied_of(history: History) -> TiedRun:
    """Return what the record of meetings says of a run that kept it."""
    scenario = history.scenario
    shown = sorted({round((number + 1) * scenario.months / MOMENTS) - 1 for number in range(MOMENTS)} - {-1})
    return TiedRun(
        history=history, ties=_ties(history, shown), bodies=_bodies(history, shown), projects=_projects(history)
    )


def record_of(run: History | Ensemble) -> Record:
    """Return the record that a run, or runs, kept; raise :class:`sim.ScenarioError` if none was asked for."""
    if run.record is None:
        raise ScenarioError("the run kept no record: ask for one, record=")
    return run.record


def edges_of(record: Record, months: Sequence[int], scenario: Scenario, *, run: tuple[int, ...] = ()) -> pd.DataFrame:
    """Return the network of ``months``, one row a month and ordered pair of members, as :meth:`TiedRun.pairs` has it.

    ``run`` is the place of a run in the record of an ensemble: its scenario and its replicate.
    """
    seats = seats_of(scenario)
    names = np.array([seat.name for seat in seats], dtype=object)
    among = {name: record[name][run][..., : len(seats)] for name in ("is_member", *_BETWEEN)}
    parts = []
    for month in months:
        row = record.months.index(month)
        sits = among["is_member"][row] > 0.0
        source, target = np.nonzero(np.outer(sits, sits) & ~np.eye(len(seats), dtype=bool))
        trust, tie, joint = (among[name][row, source, target] for name in _BETWEEN)
        date = dates_of(scenario, [month])[0]
        columns = [int(month), date, names[source], names[target], trust, tie > 0.0, joint.astype(np.int64)]
        parts.append(pd.DataFrame(dict(zip(_OF_PAIRS, columns, strict=True))))
    return pd.concat(parts, ignore_index=True)


def _names(history: History) -> list[str]:
    """Return the names of all bodies, in the order of their seats."""
    return list(dict.fromkeys(history.partners["partner"]))


def _when(history: History, month: int) -> tuple[int, str]:
    """Return a month's number and date."""
    return int(month), history.scenario.month_label(int(month))


def _ties(history: History, months: Iterable[int]) -> pd.DataFrame:
    record, names = record_of(history), _names(history)
    rows = []
    for month in months:
        sits = record["is_member"][month] > 0.0
        tied = np.triu(record["tie"][month] > 0.0, k=1) & sits[:, None] & sits
        for one, other in np.argwhere(tied):
            rows.append((*_when(history, month), names[one], names[other], int(record["joint"][month, one, other])))
    return pd.DataFrame(rows, columns=_OF_TIES)


def _bodies(history: History, months: list[int]) -> pd.DataFrame:
    table = history.partners[history.partners["month"].isin(months)].reset_index(drop=True)
    table = table[table["is_member"] > 0.0]
    dates = [history.scenario.month_label(month) for month in table["month"]]
    shown = table[["month", "partner", "sector", "influence"]].assign(in_core=table["in_core"] > 0.0)
    shown.insert(1, "date", dates)
    return shown.reset_index(drop=True)


def _projects(history: History) -> pd.DataFrame:
    """Return all projects, from the month in which each was adopted to its last or that of the run."""
    rows = [_project(history, place, first, last) for place, first, last in _spans(record_of(history)["months_left"])]
    table = pd.DataFrame(rows, columns=_OF_PROJECTS[1:]).sort_values("first_month", kind="stable", ignore_index=True)
    table.insert(0, "project", range(1, len(table) + 1))
    return table


def _spans(left: Any) -> Iterator[tuple[int, int, int]]:
    """Give of every project its place, first and last month, from the months left at the end of each (month, place)."""
    for place in range(left.shape[1]):
        here = left[:, place]
        before = np.concatenate(([0.0], here[:-1]))
        for first in np.flatnonzero(here > before):
            ends = np.flatnonzero(here[first:] <= 0.0)
            yield place, int(first), int(first + ends[0]) if len(ends) else len(here) - 1


def _project(history: History, place: int, first: int, last: int) -> tuple[Any, ...]:
    record, names = record_of(history), _names(history)
    team = np.flatnonzero((record["in_team"][first, :, place] > 0.0) & (record["is_member"][first] > 0.0))
    sectors = history.partners["sector"].iloc[team]
    lived = slice(first, last + 1)
    planned = np.flatnonzero(record["planning_left"][lived, place] <= 0.0)
    delivers = first + int(planned[0]) + 1 if len(planned) else last + 1
    yields = record["yield_of"][delivers : last + 1, place].tolist()
    return (
        record.recorder.called["theme_of"][int(record["theme_of"][first, place])],
        first,
        last,
        delivers,
        history.scenario.month_label(first),
        history.scenario.month_label(last),
        ", ".join(names[body] for body in team),
        sectors.nunique(),
        int((record["pools_in"][first, team, place] > 0.0).sum()),
        float(record["pooled_gbp_m_in"][lived, place].sum()),
        float(record["paid_gbp_m_in"][lived, place].sum()),
        sum(yields) / max(1, len(yields)),
    )
