"""Runs that ask whether a partnership tips: launched low and high, taken up and down, turned in one year or another.

All are runs of the compiled engine, and levers change by dated policies. Replicates share all chance.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from analysis.shared.paths import nested
from analysis.shared.summaries import WORKING_REGIMES
from analysis.tipping.tables import AILING, AS_IT_IS, DOWN, GONE, HIGH, LOW, UP
from experiments.runs.counterfactual import held_at, without_settings
from experiments.terminal import progress_bar
from experiments.values import value_at
from sim import Piece, Scenario, simulate_ensemble, with_changes
from sim.population import seats_of
from sim.scenario import CalendarEntry, KnownTie, KnownTrust, month_number

LAUNCH_TRUST: Mapping[str, float] = {LOW: 0.1, HIGH: 0.9}
"""Trust of every founder in every other at the launch, 0 none to 1 full: assumed. At a high launch all are tied, at a
low one nobody is."""

MOST_CANDIDATES = 4
"""Among so many times the replicates partnerships that ail are looked for."""

_YEAR = 12
_MEASURE = "engagement"


@dataclasses.dataclass(frozen=True)
class Axis:
    """A lever, or several moved together, from one end to the other in equal steps."""

    ends: Mapping[str, tuple[float, float]]
    """By path: the value at dose 0 and that at dose 1."""
    n_doses: int

    @cached_property
    def doses(self) -> tuple[float, ...]:
        """Return how far levers are on their way, 0 to 1."""
        return tuple(float(dose) for dose in np.linspace(0.0, 1.0, self.n_doses))

    def at(self, dose: float) -> dict[str, float]:
        """Return the values of the levers at a dose.

        >>> Axis({"levers.initiatives": (0.0, 8.0)}, 3).at(0.5)
        {'levers.initiatives': 4.0}
        """
        return {path: (1.0 - dose) * low + dose * high for path, (low, high) in self.ends.items()}

    @property
    def arms(self) -> list[Axis]:
        """Return all levers together and, if they are several, each on its own after it."""
        alone = [Axis({path: ends}, self.n_doses) for path, ends in self.ends.items()]
        return [self, *alone] if len(alone) > 1 else alone

    @property
    def visits(self) -> list[tuple[str, float]]:
        """Return the doses of the way up and down again, each with its branch; the top is visited once, as UP."""
        return [(UP, dose) for dose in self.doses] + [(DOWN, dose) for dose in self.doses[-2::-1]]


@dataclasses.dataclass(frozen=True)
class Runs:
    """Which runs, and how."""

    seed: int
    replicates: int
    workers: int | None = None

    def lived(
        self,
        scenarios: Sequence[Scenario],
        keys: Sequence[Mapping[str, Any]],
        *,
        months: Iterable[int],
        advance: Callable[[int], None],
        replicates: Sequence[int] | None = None,
    ) -> pd.DataFrame:
        """Return a row a run and month (lived so far): keys of its scenario, replicate, month, engagement, regime."""
        parts: list[pd.DataFrame] = []

        def keep(piece: Piece) -> None:
            parts.append(_rows(piece))
            advance(len(piece.replicates))

        simulate_ensemble(
            scenarios,
            replicates=self.replicates if replicates is None else replicates,
            seed=self.seed,
            measures=[_MEASURE],
            months=sorted({month - 1 for month in months}),
            threads=self.workers,
            consumer=keep,
        )
        rows = pd.concat(parts, ignore_index=True).sort_values(["number", "replicate", "month"], kind="stable")
        named = pd.DataFrame(list(keys)).loc[rows["number"]]
        return pd.concat([part.reset_index(drop=True) for part in (named, rows.drop(columns="number"))], axis="columns")


def _rows(piece: Piece) -> pd.DataFrame:
    n_months = len(piece.months)
    regimes = piece.regimes.ravel()
    rows = pd.DataFrame(
        {
            "number": np.repeat(piece.scenarios, n_months),
            "replicate": np.repeat(piece.replicates, n_months),
            "month": np.tile(np.array(piece.months) + 1, len(piece.replicates)),
            _MEASURE: piece[_MEASURE].ravel(),
            "regime": np.array([*piece.regime_names, None], dtype=object)[regimes],
        }
    )
    return rows[regimes >= 0]


# ------------------------------------------------------------------------ does history matter


def launched(scenario: Scenario, launch: str) -> Scenario:
    """Return ``scenario`` with trust and ties of all founders low or high at the launch, or as it is.

    Who joins later is trusted as usual.
    """
    if launch == AS_IT_IS:
        return scenario
    names = [seat.name for seat in seats_of(scenario) if seat.joins_at == 0]
    trust, is_high = LAUNCH_TRUST[launch], launch == HIGH
    board = dataclasses.replace(
        scenario.board,
        trust=tuple(KnownTrust(one, other, trust) for one in names for other in names if one != other),
        ties=tuple(KnownTie(one, other, is_high) for n, one in enumerate(names) for other in names[:n]),
    )
    return with_changes(scenario, board=board)


def launches_and_loops(
    scenario: Scenario, axis: Axis, runs: Runs, *, at_months: Sequence[int], hold_years: Sequence[int]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the readings of launches, and those of loops (see ``analysis.tipping.tables``).

    Levers stay at a dose throughout, after each launch; and they go up and down again, so many years at each dose.
    """
    visited = sorted({month for years in hold_years for month in _visits(axis, years)})
    of_launch = {LOW: at_months, AS_IT_IS: sorted({*at_months, *visited}), HIGH: at_months}
    n_runs = (len(of_launch) * axis.n_doses + len(hold_years)) * runs.replicates
    with progress_bar("runs held at a dose, and taken up and down", total=n_runs) as tell:
        held = {
            launch: _held(launched(scenario, launch), launch, axis, runs, months=months, advance=tell)
            for launch, months in of_launch.items()
        }
        paths = runs.lived(
            [up_and_down(scenario, axis, years) for years in hold_years],
            [{"hold_years": years} for years in hold_years],
            months=visited,
            advance=tell,
        )
    launches = pd.concat(held.values(), ignore_index=True)
    return launches[launches["month"].isin(at_months)], _loops(paths, held[AS_IT_IS], axis)


def _held(
    scenario: Scenario, launch: str, axis: Axis, runs: Runs, *, months: Sequence[int], advance: Callable[[int], None]
) -> pd.DataFrame:
    """Return what runs come to in ``months`` with levers at a dose throughout."""
    longest = with_changes(scenario, months=max(months))
    return runs.lived(
        [held_at(longest, axis.at(dose)) for dose in axis.doses],
        [{"launch": launch, "dose": dose, **axis.at(dose)} for dose in axis.doses],
        months=months,
        advance=advance,
    )


def _visits(axis: Axis, years: int) -> list[int]:
    """Return the months lived at the end of each hold."""
    return [(n + 1) * years * _YEAR for n in range(len(axis.visits))]


def up_and_down(scenario: Scenario, axis: Axis, years: int) -> Scenario:
    """Return ``scenario`` with levers taken from the low end to the high one and back, so many years at each dose."""
    months = _visits(axis, years)
    path = with_changes(held_at(scenario, axis.at(0.0)), months=months[-1])
    later = zip(months, axis.visits[1:], strict=False)
    steps = tuple(_entry(scenario, month, axis.at(dose)) for month, (_, dose) in later)
    return with_changes(path, calendar=_in_order((*path.calendar, *steps)))


def _loops(paths: pd.DataFrame, held: pd.DataFrame, axis: Axis) -> pd.DataFrame:
    """Return the readings of paths, each with that of the same month at the same dose throughout."""
    parts = []
    for years in paths["hold_years"].unique():
        visits = [
            {"hold_years": years, "month": month, "branch": branch, "dose": dose, **axis.at(dose)}
            for month, (branch, dose) in zip(_visits(axis, years), axis.visits, strict=True)
        ]
        top = visits[len(axis.doses) - 1]
        parts += [*visits, top | {"branch": DOWN}]
    of_paths = paths.drop(columns="regime")
    of_held = held[["dose", "replicate", "month", _MEASURE]].rename(columns={_MEASURE: "held"})
    readings = pd.DataFrame(parts).merge(of_paths, on=["hold_years", "month"])
    return readings.merge(of_held, on=["dose", "month", "replicate"], validate="many_to_one")


# ---------------------------------------------------------------------------- how late is too late


def turns(
    scenario: Scenario, axis: Axis, runs: Runs, *, ailing_in: int, years: Sequence[int], within: int
) -> pd.DataFrame:
    """Return the readings of turns (see ``analysis.tipping.tables``); empty if no run ails.

    Of the partnerships that ail at the end of year ``ailing_in``, levers are moved at the end of each of ``years``, to
    each dose but the scenario's own, and all is read ``within`` years later.
    """
    months = sorted({_YEAR * year for year in (ailing_in, *years, *(year + within for year in years))})
    alone = with_changes(scenario, months=months[-1])
    with progress_bar("runs left alone", total=MOST_CANDIDATES * runs.replicates) as tell:
        candidates = range(MOST_CANDIDATES * runs.replicates)
        left = runs.lived([alone], [{}], months=months, advance=tell, replicates=candidates)
    ails = left[(left["month"] == _YEAR * ailing_in) & left["regime"].isin(AILING)]
    cohort = ails["replicate"].to_list()[: runs.replicates]
    keys: list[dict[str, Any]] = [
        {"levers": " + ".join(arm.ends), "dose": dose, "year": year, **arm.at(dose)}
        for arm in axis.arms
        for dose in arm.doses
        if not _is_its_own(scenario, arm.at(dose))
        for year in years
    ]
    if not cohort or not keys:
        return pd.DataFrame()
    moved = [turned_to(alone, _levers(key), year=key["year"], within=within) for key in keys]
    with progress_bar("runs that are turned", total=len(moved) * len(cohort)) as tell:
        found = runs.lived(moved, keys, months=months, advance=tell, replicates=cohort)
    found = found[found["month"] == _YEAR * (found["year"] + within)]
    return _beside_left_alone(found, left)


def turned_to(scenario: Scenario, values: Mapping[str, float], *, year: int, within: int) -> Scenario:
    """Return ``scenario`` with levers set after ``year`` and left there, to the end of the year ``within`` later."""
    step = _YEAR * year
    date = month_number(scenario.start) + step
    calendar = [
        entry if month_number(entry.from_month) < date else without_settings(entry, values)
        for entry in scenario.calendar
    ]
    calendar.append(_entry(scenario, step, values))
    return with_changes(scenario, months=step + _YEAR * within, calendar=_in_order(calendar))


def _levers(key: Mapping[str, Any]) -> dict[str, float]:
    return {name: value for name, value in key.items() if "." in name}


def _is_its_own(scenario: Scenario, values: Mapping[str, float]) -> bool:
    """Return whether a scenario has these values as it stands."""
    return all(value_at(scenario, path) == value for path, value in values.items())


def _beside_left_alone(found: pd.DataFrame, left: pd.DataFrame) -> pd.DataFrame:
    """Return turned runs beside those left alone, in the month that is read and in that of the turn."""
    alone = left.rename(columns={_MEASURE: "engagement_left", "regime": "regime_left"})
    then = left.rename(columns={"month": "turned_at", "regime": "regime_then"}).drop(columns=_MEASURE)
    table = found.assign(turned_at=_YEAR * found["year"]).merge(alone, on=["replicate", "month"])
    table = table.merge(then, on=["replicate", "turned_at"], validate="many_to_one")
    return table.assign(
        working=table["regime"].isin(WORKING_REGIMES),
        working_left=table["regime_left"].isin(WORKING_REGIMES),
        ailing_then=table["regime_then"].isin(AILING),
        dissolved_then=table["regime_then"] == GONE,
    )


# --------------------------------------------------------------------------------- the calendar


def _entry(scenario: Scenario, step: int, values: Mapping[str, float]) -> CalendarEntry:
    """Return the dated policy that sets levers from a step of the run on."""
    return CalendarEntry(scenario.month_label(step), **nested(values))


def _in_order(entries: Iterable[CalendarEntry]) -> tuple[CalendarEntry, ...]:
    return tuple(sorted(entries, key=lambda entry: entry.from_month))
