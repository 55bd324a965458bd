"""Runs that keep what an explanation needs: the terms of every decision, and who trusts whom."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pandas as pd

from analysis.explanation import tables as explanation
from experiments.behaviours import NumberSet, Sample, in_turn
from experiments.errors import CommandError
from experiments.memory import refuse_too_many, size_of
from experiments.runs.named import Named, named
from experiments.runs.pairs import Engine, engine_for
from experiments.runs.ties import TiedRun, tied_run
from experiments.runs.turns import portions
from experiments.terminal import progress_bar
from sim import History, Scenario, month_of, simulate, simulate_ensemble
from sim.population import seats_of

_REPLICATES_AT_ONCE = 32
"""A run with terms takes half a megabyte; so many at once is what the compiled engine does side by side."""

OF_PARTNER = "attendance_of_partner"
"""Share of meetings that the body in question attended, 0 while it has no seat."""


@dataclasses.dataclass(frozen=True)
class Subject:
    """Whose decisions are explained: one body, a sector, or all."""

    partner: str | None
    sector: str | None
    name: str
    """As it stands at the start of a sentence."""

    @property
    def measure(self) -> str:
        """Return the measure that holds its attendance."""
        if self.partner is not None:
            return OF_PARTNER
        return "attendance" if self.sector is None else f"attendance_{self.sector}"

    def rows(self, partners: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of the bodies in question."""
        if self.partner is not None:
            return partners[partners["partner"] == self.partner]
        return partners if self.sector is None else partners[partners["sector"] == self.sector]


@dataclasses.dataclass(frozen=True)
class ExplainedRun:
    """One run with its terms, its ties at a few moments, and what is told by name.

    ``links`` has one row a moment and ordered pair of members: month, date, giver, receiver, trust, is_tied.
    """

    tied: TiedRun
    named: Named
    links: pd.DataFrame

    @property
    def history(self) -> History:
        """Return the run itself."""
        return self.tied.history


@dataclasses.dataclass(frozen=True)
class Run:
    """One of many runs: its tables by month and by month and body, as in a history."""

    scenario: Scenario
    """With the behaviour of this replicate."""
    replicate: int
    measures: pd.DataFrame
    partners: pd.DataFrame


@dataclasses.dataclass(frozen=True)
class ExplainedEnsemble:
    """What is kept of many runs of one scenario."""

    trajectories: pd.DataFrame
    changes: pd.DataFrame


def explained_run(scenario: Scenario, *, seed: int, replicate: int) -> ExplainedRun:
    """Run a scenario once on the Mesa engine and keep terms, meetings, ties and trust."""
    tied = tied_run(scenario, seed=seed, replicate=replicate)
    return ExplainedRun(tied=tied, named=named(tied), links=_links(tied))


def labels_of(scenario: Scenario) -> dict[str, str]:
    """Return what the terms of a scenario's month are called."""
    return {name: term.label for name, term in month_of(scenario).terms.items()}


def on_junior(scenario: Scenario) -> dict[str, float]:
    """Return how much of each term there is in sending a junior."""
    return {name: term.on_junior for name, term in month_of(scenario).terms.items()}


def months_met(measures: pd.DataFrame) -> set[int]:
    """Return the months in which there was a table to come to: the first, and all after one that left it standing."""
    stood = measures["is_dissolved"].shift(1, fill_value=0.0) == 0.0
    return set(measures.loc[stood, "month"])


def _links(tied: TiedRun) -> pd.DataFrame:
    """Return who trusts whom, and who is tied to whom, at the moments of which ties are shown."""
    pairs = tied.pairs(int(month) for month in tied.bodies["month"].unique())
    pairs = pairs.rename(columns={"source": "giver", "target": "receiver"})
    return pairs[["month", "date", "giver", "receiver", "trust", "is_tied"]]


def many_runs(
    scenario: Scenario, *, seed: int, replicates: int, engine: Engine, sets: Sequence[NumberSet] = ()
) -> Iterator[Run]:
    """Give every replicate below ``replicates`` of a scenario with its terms, from the engine that is asked for.

    With ``sets`` replicate r takes number r mod n of them. They may come in any order.
    """
    runs = _on_mesa if engine_for(replicates, engine, [scenario]) == "mesa" else _on_ensemble
    turns = max(1, min(len(sets), replicates))
    with progress_bar("runs", total=replicates) as advance:
        for turn in range(turns):
            for run in runs(in_turn(scenario, turn, sets), seed, range(turn, replicates, turns)):
                yield run
                advance(1)


def _on_mesa(scenario: Scenario, seed: int, replicates: range) -> Iterator[Run]:
    for replicate in replicates:
        history = simulate(scenario, seed=seed, replicate=replicate, record_terms=True)
        yield Run(scenario, replicate, history.measures, history.partners)


def _on_ensemble(scenario: Scenario, seed: int, replicates: range) -> Iterator[Run]:
    seats = seats_of(scenario)
    who = pd.DataFrame(
        {
            "month": np.repeat(np.arange(scenario.months), len(seats)),
            "partner": np.tile([seat.name for seat in seats], scenario.months),
            "sector": np.tile([seat.kind.sector for seat in seats], scenario.months),
            "archetype": np.tile([seat.kind.archetype for seat in seats], scenario.months),
        }
    )
    for some in portions(replicates, _REPLICATES_AT_ONCE):
        ensemble = simulate_ensemble([scenario], replicates=some, seed=seed, record_terms=True)
        assert ensemble.partners is not None
        measures = dict(list(ensemble.table().drop(columns="scenario").groupby("replicate")))
        for place, replicate in enumerate(some):
            values = ensemble.partners[0, place].reshape(-1, len(ensemble.partner_columns))
            watched = pd.DataFrame(values, columns=list(ensemble.partner_columns))
            table = measures[replicate].drop(columns="replicate").reset_index(drop=True)
            yield Run(scenario, replicate, table, pd.concat([who, watched], axis=1))


@dataclasses.dataclass(frozen=True)
class RunRequest:
    """How runs are asked for, whose decisions are explained, and the parameter sets to take turns with."""

    subject: Subject
    seed: int
    replicate: int
    replicates: int | None
    engine: Engine
    sample: Sample | None

    def run(self, scenario: Scenario) -> ExplainedRun:
        """Return the run that is explained."""
        if self.sample is not None:
            scenario = self.sample.in_replicate(scenario, self.replicate)
        return explained_run(scenario, seed=self.seed, replicate=self.replicate)

    def ensemble(self, scenario: Scenario, label: str) -> ExplainedEnsemble:
        """Return what is kept of the replicates that are asked for, named ``label``."""
        assert self.replicates is not None
        sets = self.sample.sets if self.sample else ()
        runs = many_runs(scenario, seed=self.seed, replicates=self.replicates, engine=self.engine, sets=sets)
        return _kept(runs, self.subject, label, replicates=self.replicates)


def _kept(runs: Iterable[Run], subject: Subject, label: str, *, replicates: int) -> ExplainedEnsemble:
    """Return the measures of many runs, and the changes of the subject's terms; refuse more than memory holds."""
    courses: list[pd.DataFrame] = []
    changes = []
    for run in runs:
        course = course_of(run, subject, label)
        if not courses:  # they are put together and sorted at the end
            refuse_too_many("replicates", replicates, bytes_each=3 * size_of(course), otherwise="")
        courses.append(course)
        rows = subject.rows(run.partners)
        monthly = explanation.monthly_terms(rows, on_junior(run.scenario), months=months_met(run.measures))
        if len(monthly) >= 2:
            table = explanation.term_changes(monthly, *explanation.first_and_last(monthly))
            changes.append(table.assign(replicate=run.replicate))
    if not changes:
        raise CommandError(f"{subject.name} decided whether to come in fewer than two months of every run")
    return ExplainedEnsemble(
        trajectories=pd.concat(courses).sort_values(["replicate", "month"], kind="stable", ignore_index=True),
        changes=pd.concat(changes).sort_values("replicate", kind="stable", ignore_index=True),
    )


def course_of(run: Run, subject: Subject, label: str) -> pd.DataFrame:
    """Return the measures of a run with its name, and the attendance of the body in question if it is one."""
    course = run.measures.copy()
    if subject.partner is not None:
        course[OF_PARTNER] = subject.rows(run.partners).set_index("month")["attendance"].to_numpy()
    course.insert(0, "replicate", run.replicate)
    course.insert(0, "scenario", label)
    return course
