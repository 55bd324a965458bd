"""Explain a run: why a body, a sector or all members came or stayed away, and what turned.

For every meeting of the board a body stays away, sends a junior or goes in person. What draws it in
person is a sum of recorded terms (partners who come, money in sight, duty, scarce time and so on),
so what changed is known exactly; what a term does to the chance is seen by leaving it out. Tells
which terms moved, by how much and since when; who came because of which partners, and who kept what
it promised to whom, by name; the turning points of the run; and, with without=, the same run
without a lever: same people, elections and luck. With replicates=, in how many runs the same term
moved most, and intervals for the pair: where replicates take turns with accepted sets of numbers,
over these, those of shares of runs from five runs a set on (with fewer Wilson's, of chance alone).

Writes into the output folder: explanation.txt, terms.csv (before, after, change, percentage points
of the chance to go in person, since when, sum over the run), terms_by_month.csv, terms_around.csv
(the year before and after every policy, new leader and regime), partners.csv (a row a month and
body: its rank at the board, its partners and how often they go in person, its chances and what each
term does to them), promises.csv (a row a month, project and body of its team: what it kept, and how
its mates' trust in it moved), promises_by_project.csv (a row a project and pair in its team),
turning_points.csv, trust_links.csv, steps.csv (the steps of a month in their order, among them the
decision), figures/ and manifest.json; with without=, paired.csv, paired_regimes.csv and
paired_by_month.csv; with replicates=, movers.csv (in how many runs each term moved most).

A lever is taken out by setting it to the lower end of its range, none of it, at the start and in
every dated policy; at= sets another value.

For example:
  partnerships explain partner=chamber_of_commerce
  partnerships explain scenario=england_2001_2013 place=hackney sector=business around=2010-06
  partnerships explain scenario=sigoma_stick without=levers.duty.attend sector=agency
  partnerships explain scenario=growth_coalition without=fund replicates=100
  partnerships explain without=levers.staff_team at=0.8 replicate=3 months=60
  partnerships explain partner=university_college around=2006-04
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Annotated

import pandas as pd
from matplotlib.figure import Figure
from pydantic import Field
from rich.table import Table

from analysis.comparison.uncertainty import contrasts_by_set, shares_by_set, summary_by_set
from analysis.explanation import figures as explanation_figures
from analysis.explanation import named as in_named
from analysis.explanation import tables as explanation
from analysis.explanation import words as explanation_words
from analysis.run.figures import short_names
from analysis.run.ties import tie_networks
from analysis.run.turning_points import policy_dates, regime_spells, turning_points
from analysis.shared.parameter_sets import OVER_RUNS
from analysis.shared.words import mid_sentence, readable, written_months
from experiments.behaviours import OF_SHARES, on_turns
from experiments.command import Command
from experiments.errors import CommandError
from experiments.output.frame import Results
from experiments.runs.counterfactual import Counterfactual, without
from experiments.runs.explained import (
    OF_PARTNER,
    ExplainedEnsemble,
    ExplainedRun,
    Run,
    RunRequest,
    Subject,
    course_of,
    labels_of,
    months_met,
    on_junior,
)
from experiments.runs.pairs import Engine, final_values, measures_of
from experiments.settings import Figures, Seed, checked
from experiments.terminal import plain_table
from sim import SECTORS, Scenario, month_of
from sim.measures import FINAL_MONTHS
from sim.parameters import Whole
from sim.population import seats_of
from sim.scenario import nearest

PAIRED_MEASURES = (
    "attendance",
    *(f"attendance_{sector}" for sector in SECTORS),
    "attendance_senior",
    "engagement",
    "tie_density",
    "trust",
    "top_share",
    "decision_rate",
    "outcome",
    "added_value",
    "time_meetings",
)
AS_IS = "as it is"
_TURNS_COMPARED = ("policy", "leader", "regime")
_BODIES_CHANGED = 0.1


@checked
class ExplainSettings:
    """What can be set for an explanation beside its scenario; the defaults are in configs/explain.yaml."""

    partner: str | None
    sector: str | None
    around: str | None
    without: str | None
    at: float | str | None
    replicates: Annotated[Whole, Field(ge=2, le=100_000)] | None
    engine: Engine
    seed: Seed
    replicate: Seed
    output: str | None
    overwrite: bool
    figures: Figures


@dataclasses.dataclass(frozen=True)
class _Explanation:
    """What is found on the way: tables and figures by name, and sentences."""

    tables: dict[str, pd.DataFrame] = dataclasses.field(default_factory=dict)
    lines: list[str] = dataclasses.field(default_factory=list)
    figures: dict[str, Callable[[], Figure]] = dataclasses.field(default_factory=dict)


def subject(settings: ExplainSettings, command: Command) -> str:
    """Return the name of the scenario."""
    return command.scenario().name


def work(settings: ExplainSettings, command: Command) -> Results:
    """Run the scenario and explain it: once, often, and beside the same without a lever, as the settings ask."""
    scenario = command.scenario()
    request = RunRequest(
        subject=_subject(settings, scenario),
        seed=settings.seed,
        replicate=settings.replicate,
        replicates=settings.replicates,
        engine=settings.engine,
        sample=command.sample,
    )
    turn, other = _month_asked(settings, scenario), _other(settings, scenario)
    found = _Explanation()
    run = request.run(scenario)
    _explain(run, request.subject, turn, found)
    many = request.ensemble(scenario, AS_IS) if settings.replicates else None
    if many is not None:
        _count_movers(many, scenario, request, found)
    if other is not None:
        _set_beside(run, other, request, many, found)
    one = range(settings.replicate, settings.replicate + 1)
    return Results(
        scenarios={AS_IS: scenario} | ({_label(other): other.scenario} if other else {}),
        seed=settings.seed,
        replicates=range(settings.replicates) if settings.replicates else one,
        tables={f"{name}.csv": table for name, table in found.tables.items()},
        texts={"explanation.txt": "\n".join(found.lines)},
        figures=found.figures,
        words=["\n".join(found.lines) + "\n", _table(found.tables["terms"])],
        numbers=_on_numbers(settings, command, found) if command.sample else None,
    )


def _on_numbers(settings: ExplainSettings, command: Command, found: _Explanation) -> str:
    """Return what has to be said of the sets of a sample: of the one of a run, or of turns with them."""
    assert command.sample is not None
    if not settings.replicates:
        return command.sample.says_of(settings.replicate)
    of_chance = (found.tables["movers"]["interval_over"] == OVER_RUNS).all()
    return on_turns(
        sets=len(command.sample.sets), replicates=settings.replicates, but_for=OF_SHARES if of_chance else ""
    )


# ---------------------------------------------------------------------------- what is asked


def _subject(settings: ExplainSettings, scenario: Scenario) -> Subject:
    if settings.partner is not None and settings.sector is not None:
        raise CommandError(f"partner = {settings.partner!r} and sector = {settings.sector!r}: ask for one of them")
    seats = seats_of(scenario)
    labels = short_names([seat.name for seat in seats])
    partner, sector = settings.partner, settings.sector
    if partner is not None:
        partner = _seat_named(partner, list(labels))
    present = [name for name in SECTORS if any(seat.kind.sector == name for seat in seats)]
    if sector is not None and sector not in present:
        hint = nearest(sector, present)
        raise CommandError(f"sector = {sector!r} has no seat on this board{hint}; it has {', '.join(present)}")
    return Subject(partner, sector, explanation_words.subject_in_words(partner, sector, labels))


def _seat_named(asked: str, seats: list[str]) -> str:
    """Return the seat of that name, or the only one of that kind of body."""
    if asked in seats:
        return asked
    of_kind = [seat for seat in seats if seat.rpartition("_")[0] == asked]
    if len(of_kind) == 1:
        return of_kind[0]
    if of_kind:
        raise CommandError(f"partner = {asked!r} has {len(of_kind)} seats: choose one of {', '.join(of_kind)}")
    hint = nearest(asked, [*seats, *(seat.rpartition("_")[0] for seat in seats)])
    raise CommandError(f"partner = {asked!r} has no seat on this board{hint}; it has {', '.join(seats)}")


def _month_asked(settings: ExplainSettings, scenario: Scenario) -> int | None:
    """Return the step of the month around which to compare; None for the first year with the last."""
    if settings.around is None:
        return None
    months = {scenario.month_label(month): month for month in range(1, scenario.months)}
    if settings.around not in months:
        first, last = next(iter(months), scenario.start), scenario.month_label(scenario.months - 1)
        raise CommandError(
            f"around = {settings.around!r} is not allowed: it takes a month of the run after the first, from {first} "
            f"to {last}, written YYYY-MM"
        )
    return months[settings.around]


def _other(settings: ExplainSettings, scenario: Scenario) -> Counterfactual | None:
    if settings.without is not None:
        return without(scenario, settings.without, at=settings.at)
    if settings.at is not None:
        raise CommandError(f"at = {settings.at!r} needs a lever: add without=, for example without=levers.staff_team")
    return None


def _label(other: Counterfactual) -> str:
    return f"{'with' if other.is_set else 'without'} {mid_sentence(other.name)}"


# ---------------------------------------------------------------------------- one run


def _explain(run: ExplainedRun, subject: Subject, turn: int | None, found: _Explanation) -> None:
    """Find what changed for the subject, and what turned in the run."""
    history = run.history
    dates = written_months(history.measures.set_index("month")["date"])
    policies = policy_dates(history.scenario)
    points = turning_points(history.measures, history.events, policies)
    labels = labels_of(history.scenario)
    monthly = explanation.monthly_terms(
        subject.rows(history.partners), on_junior(history.scenario), months=months_met(history.measures)
    )
    before, after = _spans(monthly, turn, subject, dates)
    changes = explanation.term_changes(monthly, before, after, labels=labels)
    monthly.insert(1, "date", monthly["month"].map(dates))
    found.tables["terms"] = _dated(changes, dates)
    found.tables["terms_by_month"] = monthly
    found.tables["terms_around"] = _around_turns(monthly, points, labels)
    found.tables["turning_points"] = points
    found.tables["trust_links"] = run.links
    found.tables["steps"] = pd.DataFrame(month_of(history.scenario).schedule)
    attended = [float(monthly.loc[monthly["month"].isin(span), "attendance"].mean()) for span in (before, after)]
    found.lines.extend(
        explanation_words.changes_in_words(
            changes, (attended[0], attended[1]), dict(enumerate(dates)), subject=subject.name, spans=[before, after]
        )
    )
    _name_them(run, subject, [before, after], found)
    found.lines.extend(explanation_words.decision_in_words(found.tables["steps"]))
    bodies = [float(monthly.loc[monthly["month"].isin(span), "bodies"].mean()) for span in (before, after)]
    if abs(bodies[1] - bodies[0]) >= _BODIES_CHANGED:
        found.lines.append(
            f"On average {bodies[0]:.1f} bodies decided in a month before and {bodies[1]:.1f} after: who sits at the "
            "table is part of the change."
        )
    found.lines.extend(["", *explanation_words.course_in_words(points)])
    title = f"{readable(history.scenario.name)} in {history.scenario.place.label}: what happened when"
    found.figures["terms"] = partial(
        explanation_figures.terms_over_time, monthly, dates, subject=subject.name, points=points, labels=labels
    )
    found.figures["timeline"] = partial(
        explanation_figures.timeline, points, regime_spells(history.measures), dates, title=title
    )
    if len(run.tied.bodies):
        found.figures["ties"] = partial(tie_networks, run.tied.ties, run.tied.bodies)


def _name_them(run: ExplainedRun, subject: Subject, spans: Sequence[range], found: _Explanation) -> None:
    """Tell by name with whom bodies came and what was kept of promises."""
    told, meanings = run.named, labels_of(run.history.scenario)
    labels = short_names(list(dict.fromkeys(run.history.partners["partner"])))
    bodies = list(dict.fromkeys(subject.rows(run.history.partners)["partner"]))
    partners = told.partners[told.partners["partner"].isin(bodies)].reset_index(drop=True)
    rows = partners[["month", "partner"]].merge(run.history.partners, on=["month", "partner"], how="left")
    terms = rows[[column for column in rows if str(column).startswith(explanation.TERM)] + ["junior_utility"]]
    partners = partners.join(explanation.chances_in_person(rows, on_junior(run.history.scenario))).join(terms)
    ranks = in_named.in_ranks(partners, spans)
    chosen = in_named.told_bodies(ranks)
    found.lines.extend(["", *in_named.ranks_in_words(ranks, chosen, labels)])
    for body in chosen:
        decided = partners[(partners["partner"] == body) & (partners["month"] > 0)]
        for span in spans if len(bodies) == 1 else spans[1:]:
            last = decided[decided["month"].isin(span)].tail(1)
            found.lines.extend(in_named.came_in_words(row, row, labels, meanings) for _, row in last.iterrows())
    found.lines.extend(["", *in_named.promises_in_words(told.promises, told.by_project, bodies, labels)])
    own = told.promises["partner"].isin(bodies)
    beside = told.by_project["giver"].isin(bodies) | told.by_project["receiver"].isin(bodies)
    found.tables["partners"] = partners
    found.tables["promises"] = told.promises[own].reset_index(drop=True)
    found.tables["promises_by_project"] = told.by_project[beside].reset_index(drop=True)


def _spans(monthly: pd.DataFrame, turn: int | None, subject: Subject, dates: pd.Series) -> tuple[range, range]:
    if len(monthly) < 2:
        raise CommandError(f"{subject.name} decided whether to come in fewer than two months of this run")
    if turn is None:
        return explanation.first_and_last(monthly)
    spans = explanation.around(monthly, turn)
    if spans is None:
        first, last = (dates[monthly["month"].iloc[place]] for place in (0, -1))
        raise CommandError(
            f"around = {dates[turn]!r}: {subject.name} had a seat from {first} to {last} only, so there is no "
            f"before and after"
        )
    return spans


def _dated(changes: pd.DataFrame, dates: pd.Series) -> pd.DataFrame:
    """Return changes with the calendar month instead of the step."""
    return changes.assign(since=["" if pd.isna(month) else str(dates[int(month)]) for month in changes["since"]])


def _around_turns(monthly: pd.DataFrame, points: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """Return the changes of terms around every policy, new leader and regime of the run."""
    tables = []
    for month, date, kind, what in points[["month", "date", "kind", "what"]].itertuples(index=False):
        spans = explanation.around(monthly, month) if kind in _TURNS_COMPARED else None
        if spans is None:
            continue
        changes = explanation.term_changes(monthly, *spans, labels=labels)
        changes = changes.drop(columns=["since", "total"])
        changes.insert(0, "what", what)
        changes.insert(0, "kind", kind)
        changes.insert(0, "date", date)
        tables.append(changes)
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=["date", "kind", "what", "term"])


# ---------------------------------------------------------------------------- many runs


def _count_movers(many: ExplainedEnsemble, scenario: Scenario, request: RunRequest, found: _Explanation) -> None:
    subject, sets = request.subject, _sets(request)
    shares = explanation.mover_shares(many.changes, labels=labels_of(scenario), sets=sets)
    found.tables["movers"] = shares
    found.lines.extend(["", explanation_words.movers_in_words(shares, subject=subject.name)])
    runs = many.trajectories["replicate"].nunique()
    if missing := runs - int(shares["of"].iloc[0]):
        found.lines.append(f"In {missing} of {runs} runs there were fewer than two months of decisions to compare.")
    found.figures["movers"] = partial(explanation_figures.mover_bars, shares, subject=subject.name, sets=sets)


def _sets(request: RunRequest) -> int:
    """Return how many parameter sets many runs take turns with; 1 where one holds for all."""
    return min(len(request.sample.sets), request.replicates) if request.sample and request.replicates else 1


# ---------------------------------------------------------------------------- the pair


def _set_beside(
    run: ExplainedRun, other: Counterfactual, request: RunRequest, many: ExplainedEnsemble | None, found: _Explanation
) -> None:
    """Set the scenario beside the same without the lever, on the same draws."""
    subject, label = request.subject, _label(other)
    pair = request.run(other.scenario)
    histories = {AS_IS: run.history, label: pair.history}
    courses = [
        course_of(Run(history.scenario, request.replicate, history.measures, history.partners), subject, name)
        for name, history in histories.items()
    ]
    parted = explanation.first_difference(courses[0].iloc[:, 2:], courses[1].iloc[:, 2:])
    if many is not None:
        courses = [many.trajectories, request.ensemble(other.scenario, label).trajectories]
    together = pd.concat(courses, ignore_index=True)
    dates = written_months(run.history.measures.set_index("month")["date"])
    measured = measures_of([run.history.scenario])
    finals = final_values(together, seed=request.seed, measures=measured)
    table = _paired_table(together, finals, subject, label, parted, dates, sets=_sets(request))
    regimes = shares_by_set(finals, sets=_sets(request))
    found.tables["paired"] = table
    found.tables["paired_regimes"] = regimes
    found.tables["paired_by_month"] = together[["scenario", "replicate", "month", "date", *table["measure"], "regime"]]
    first = None if parted.empty else str(dates[int(parted["month"].iloc[0])])
    since = {}
    for name, history in histories.items():
        spell = regime_spells(history.measures).iloc[-1]
        since[name] = (str(spell["regime"]), str(dates[int(spell["first"])]))
    found.lines.append("")
    found.lines.extend(
        explanation_words.pairs_in_words(
            table,
            regimes,
            label=label,
            instead=other.instead,
            parted=first,
            since=list(since.values()),
            subject=subject.name,
        )
    )
    found.figures["paired"] = partial(
        explanation_figures.paired_course,
        together,
        table,
        policies=policy_dates(run.history.scenario),
        subject=subject.name,
        column=subject.measure,
        label=label,
    )


def _paired_table(
    together: pd.DataFrame,
    runs: pd.DataFrame,
    subject: Subject,
    label: str,
    parted: pd.DataFrame,
    dates: pd.Series,
    *,
    sets: int,
) -> pd.DataFrame:
    """Return final values with and without, their paired difference, and when the pair first differs in each."""
    measures = [name for name in PAIRED_MEASURES if name in runs]
    if subject.partner is not None:
        by_run = together.groupby(["scenario", "replicate"], sort=False)[OF_PARTNER]
        runs[OF_PARTNER] = by_run.apply(lambda values: values.tail(FINAL_MONTHS).mean()).to_numpy()
        measures.insert(0, OF_PARTNER)
    runs = runs[["scenario", "replicate", *measures]]
    table = contrasts_by_set(runs, label, sets=sets).drop(columns=["scenario", "reference"])
    means = summary_by_set(runs, sets=sets).pivot(index="scenario", columns="measure", values="mean")
    for place, (column, name) in enumerate({"as_is": AS_IS, "without": label}.items(), start=1):
        table.insert(place, column, [means.at[name, measure] for measure in table["measure"]])
    first = parted.set_index("measure")["month"]
    table["first_differs"] = [str(dates[int(first[name])]) if name in first else "" for name in table["measure"]]
    return table


def _table(terms: pd.DataFrame) -> Table:
    """Return every term with its change, the largest first."""
    table = plain_table("Terms of the decision to go in person, in units of utility")
    table.add_column("term")
    for heading in ("before", "after", "change", "points\nbefore", "points\nafter", "since"):
        table.add_column(heading, justify="right")
    order = terms["change"].abs().where(terms["term"] != explanation.UTILITY, -1.0)
    for place in order.sort_values(ascending=False, kind="stable").index:
        row = terms.loc[place]
        numbers = [f"{row['before']:.2f}", f"{row['after']:.2f}", f"{row['change']:+.2f}"]
        as_shown = ".0f" if row["term"] == explanation.UTILITY else "+.0f"
        numbers += [f"{row[name]:{as_shown}}" for name in ("points_before", "points_after")]
        table.add_row(str(row["meaning"]), *numbers, row["since"])
    return table
