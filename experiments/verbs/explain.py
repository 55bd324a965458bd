"""Explain a run: why a body, a sector or all members came or stayed away, and what turned.

Every decision to attend is a sum of recorded terms (duty, fund, trust, load and so on), so what
changed is known exactly. Tells which terms moved, by how much and since when, the turning points of
the run, and, with without=, the same run without a lever: same people, elections and luck. With
replicates=, in how many runs the same term moved most, and intervals for the pair.

Writes into the output folder: explanation.txt, terms.csv (before, after, change, percentage points
of the chance to come, since when, sum over the run), terms_by_month.csv, terms_around.csv (the year
before and after every policy, new leader and regime), turning_points.csv, trust_links.csv,
figures/ and manifest.json; with without=, paired.csv, paired_regimes.csv and paired_by_month.csv;
with replicates=, movers.csv (in how many runs each term moved most) and stays.csv (how long
founding members stay).

A lever is taken out by setting it to the lower end of its range, none of it, at the start and in
every dated policy; at= sets another value. With behaviour=accepted each replicate takes the next of
the parameter sets that the calibration accepted.

For example:
  partnerships explain partner=chamber_of_commerce
  partnerships explain scenario=england_2001_2013 place=hackney sector=business around=2010-06
  partnerships explain scenario=sigoma_stick without=levers.duty.attend sector=agency
  partnerships explain scenario=growth_coalition without=fund replicates=100
  partnerships explain without=levers.staff_team at=0.8 replicate=3 months=60
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import pandas as pd
from hydra.core.hydra_config import HydraConfig
from matplotlib.figure import Figure
from omegaconf import DictConfig
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from analysis.explanation import figures as explaining_figures
from analysis.explanation import tables as explaining
from analysis.explanation import words as explaining_in_words
from analysis.run.figures import short_names
from analysis.run.turning_points import policy_dates, regime_spells, turning_points
from analysis.shared import summaries, survival
from analysis.shared.plotting import mid_sentence, readable, save
from experiments.behaviours import sample_of
from experiments.compose import scenario_of, verb_settings_of
from experiments.errors import CommandError
from experiments.output.folder import answer_folder, output_folder
from experiments.output.manifest import Question, write_manifest
from experiments.runs.counterfactual import Without, without
from experiments.runs.explained import OF_PARTNER, Asking, Many, Run, Subject, Told, course_of
from experiments.runs.pairs import FINAL_MONTHS, Engine, final_values
from experiments.terminal import console, plain_table
from sim import SECTORS, Scenario
from sim.parameters import Whole
from sim.population import seats_of
from sim.scenario import nearest

PAIRED_MEASURES = (
    "attendance",
    *(f"attendance_{sector}" for sector in SECTORS),
    "engagement",
    "trust",
    "top_share",
    "decision_rate",
    "outcome",
    "added_value",
    "transaction_cost_gbp_m",
)
AS_IS = "as it is"
_TURNS_COMPARED = ("policy", "leader", "regime")
_BODIES_CHANGED = 0.1


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class ExplainSettings:
    """What can be set for an explanation beside its scenario; the defaults are in configs/explain.yaml."""

    partner: str | None
    sector: str | None
    around: str | None
    without: str | None
    at: float | str | None
    replicates: Annotated[Whole, Field(ge=2, le=100_000)] | None
    engine: Engine
    seed: Annotated[Whole, Field(ge=0)]
    replicate: Annotated[Whole, Field(ge=0)]
    output: str | None
    overwrite: bool
    figures: bool


@dataclasses.dataclass(frozen=True)
class Findings:
    """What an explanation comes to: tables by file name, sentences, and figures by file name."""

    tables: dict[str, pd.DataFrame] = dataclasses.field(default_factory=dict)
    lines: list[str] = dataclasses.field(default_factory=list)
    figures: dict[str, Figure] = dataclasses.field(default_factory=dict)


def task(config: DictConfig) -> None:
    """Run the scenario in ``config``, explain it, print what was found and write the answers."""
    sample = sample_of(config)
    scenario = scenario_of(config, sampled=sample is not None)
    settings = verb_settings_of(config, ExplainSettings)
    subject = _subject(settings, scenario)
    turn = _month_asked(settings, scenario)
    other = _other(settings, scenario)
    target = output_folder(settings.output, verb="explain", subject=scenario.name)
    question = Question(
        command=["partnerships", "explain", *HydraConfig.get().overrides.task],
        scenarios={AS_IS: scenario} | ({_label(other): other.scenario} if other else {}),
        seed=settings.seed,
        replicates=range(settings.replicates) if settings.replicates else _only(settings.replicate),
    )
    with answer_folder(target, overwrite=settings.overwrite) as folder:
        asking = Asking(
            subject=subject,
            seed=settings.seed,
            replicate=settings.replicate,
            replicates=settings.replicates,
            engine=settings.engine,
            sample=sample,
        )
        found = Findings()
        told = asking.once(scenario)
        _explain(told, subject, turn, found)
        many = asking.often(scenario, AS_IS) if settings.replicates else None
        if many is not None:
            _count_movers(many, subject, found)
        if other is not None:
            _set_beside(told, other, asking, many, found)
        _write(found, folder, figures=settings.figures)
        behaviours = {"behaviours": sample.told()} if sample else {}
        write_manifest(folder, question, settings=dataclasses.asdict(settings) | behaviours)
    _print(found)
    console().print(f"Answers are in {target}", soft_wrap=True)


def _only(replicate: int) -> range:
    return range(replicate, replicate + 1)


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
    return Subject(partner, sector, explaining_in_words.subject_in_words(partner, sector, labels))


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


def _other(settings: ExplainSettings, scenario: Scenario) -> Without | None:
    if settings.without is not None:
        return without(scenario, settings.without, at=settings.at)
    if settings.at is not None:
        raise CommandError(f"at = {settings.at!r} needs a lever: add without=, for example without=levers.staff_team")
    return None


def _label(other: Without) -> str:
    return f"{'with' if other.is_set else 'without'} {mid_sentence(other.name)}"


# ---------------------------------------------------------------------------- one run


def _explain(told: Told, subject: Subject, turn: int | None, found: Findings) -> None:
    """Find what changed for the subject, and what turned in the run."""
    history = told.history
    dates = history.measures.set_index("month")["date"]
    policies = policy_dates(history.scenario)
    points = turning_points(history.measures, history.events, policies)
    monthly = explaining.monthly_terms(subject.rows(history.partners))
    noise = history.scenario.behaviour.attendance_noise
    before, after = _spans(monthly, turn, subject, dates)
    changes = explaining.term_changes(monthly, before, after, noise=noise)
    monthly.insert(1, "date", monthly["month"].map(dates))
    found.tables["terms"] = _dated(changes, dates)
    found.tables["terms_by_month"] = monthly
    found.tables["terms_around"] = _around_turns(monthly, points, noise=noise)
    found.tables["turning_points"] = points
    found.tables["trust_links"] = told.links
    attended = [float(monthly.loc[monthly["month"].isin(span), "attendance"].mean()) for span in (before, after)]
    found.lines.extend(
        explaining_in_words.changes_in_words(
            changes, (attended[0], attended[1]), dict(enumerate(dates)), subject=subject.name, spans=[before, after]
        )
    )
    bodies = [float(monthly.loc[monthly["month"].isin(span), "bodies"].mean()) for span in (before, after)]
    if abs(bodies[1] - bodies[0]) >= _BODIES_CHANGED:
        found.lines.append(
            f"On average {bodies[0]:.1f} bodies decided in a month before and {bodies[1]:.1f} after: who sits at the "
            "table is part of the change."
        )
    found.lines.extend(["", *explaining_in_words.course_in_words(points)])
    title = f"{readable(history.scenario.name)} in {history.scenario.place.label}: what happened when"
    found.figures["terms"] = explaining_figures.terms_over_time(monthly, dates, subject=subject.name, points=points)
    found.figures["timeline"] = explaining_figures.timeline(points, regime_spells(history.measures), dates, title=title)
    if len(told.links):
        found.figures["trust_network"] = explaining_figures.trust_network(told.links, told.bodies)


def _spans(monthly: pd.DataFrame, turn: int | None, subject: Subject, dates: pd.Series) -> tuple[range, range]:
    if len(monthly) < 2:
        raise CommandError(f"{subject.name} decided whether to come in fewer than two months of this run")
    if turn is None:
        return explaining.first_and_last(monthly)
    spans = explaining.around(monthly, turn)
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


def _around_turns(monthly: pd.DataFrame, points: pd.DataFrame, *, noise: float) -> pd.DataFrame:
    """Return the changes of terms around every policy, new leader and regime of the run."""
    tables = []
    for month, date, kind, what in points[["month", "date", "kind", "what"]].itertuples(index=False):
        spans = explaining.around(monthly, month) if kind in _TURNS_COMPARED else None
        if spans is None:
            continue
        changes = explaining.term_changes(monthly, *spans, noise=noise).drop(columns=["since", "total"])
        changes.insert(0, "what", what)
        changes.insert(0, "kind", kind)
        changes.insert(0, "date", date)
        tables.append(changes)
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=["date", "kind", "what", "term"])


# ---------------------------------------------------------------------------- many runs


def _count_movers(many: Many, subject: Subject, found: Findings) -> None:
    shares = explaining.mover_shares(many.changes)
    lasting = survival.survival(many.stays)
    found.tables["movers"] = shares
    found.tables["stays"] = lasting
    found.lines.extend(["", explaining_in_words.movers_in_words(shares, subject=subject.name)])
    runs = many.trajectories["replicate"].nunique()
    if missing := runs - int(shares["of"].iloc[0]):
        found.lines.append(f"In {missing} of {runs} runs there were fewer than two months of decisions to compare.")
    found.figures["movers"] = explaining_figures.mover_bars(shares, subject=subject.name)
    found.figures["stays"] = survival.survival_curves(
        lasting, title="How long founding members keep their seats", what="Founding members still there, %"
    )


# ---------------------------------------------------------------------------- the pair


def _set_beside(told: Told, other: Without, asking: Asking, many: Many | None, found: Findings) -> None:
    """Set the scenario beside the same without the lever, on the same draws."""
    subject, label = asking.subject, _label(other)
    pair = asking.once(other.scenario)
    histories = {AS_IS: told.history, label: pair.history}
    courses = [
        course_of(Run(history.scenario, asking.replicate, history.measures, history.partners), subject, name)
        for name, history in histories.items()
    ]
    parted = explaining.first_difference(courses[0].iloc[:, 2:], courses[1].iloc[:, 2:])
    if many is not None:
        courses = [many.trajectories, asking.often(other.scenario, label).trajectories]
    together = pd.concat(courses, ignore_index=True)
    dates = told.history.measures.set_index("month")["date"]
    table = _paired_table(together, subject, label, parted, dates, seed=asking.seed)
    regimes = summaries.regime_shares(final_values(together, seed=asking.seed))
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
        explaining_in_words.pairs_in_words(
            table, regimes, label=label, told=other.told, parted=first, since=list(since.values()), subject=subject.name
        )
    )
    found.figures["paired"] = explaining_figures.paired_course(
        together,
        policies=policy_dates(told.history.scenario),
        subject=subject.name,
        column=subject.measure,
        label=label,
    )


def _paired_table(
    together: pd.DataFrame, subject: Subject, label: str, parted: pd.DataFrame, dates: pd.Series, *, seed: int
) -> pd.DataFrame:
    """Return final values with and without, their paired difference, and when the told pair first differs in each."""
    runs = final_values(together, seed=seed)
    measures = list(PAIRED_MEASURES)
    if subject.partner is not None:
        by_run = together.groupby(["scenario", "replicate"], sort=False)[OF_PARTNER]
        runs[OF_PARTNER] = by_run.apply(lambda values: values.tail(FINAL_MONTHS).mean()).to_numpy()
        measures.insert(0, OF_PARTNER)
    runs = runs[["scenario", "replicate", *measures]]
    table = summaries.contrasts(runs, label).drop(columns=["scenario", "reference"])
    means = runs.groupby("scenario", sort=False)[measures].mean()
    for place, (column, name) in enumerate({"as_is": AS_IS, "without": label}.items(), start=1):
        table.insert(place, column, [means.at[name, measure] for measure in table["measure"]])
    first = parted.set_index("measure")["month"]
    table["first_differs"] = [str(dates[int(first[name])]) if name in first else "" for name in table["measure"]]
    return table


# ---------------------------------------------------------------------------- writing


def _write(found: Findings, folder: Path, *, figures: bool) -> None:
    for name, table in found.tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    (folder / "explanation.txt").write_text("\n".join(found.lines) + "\n", encoding="utf-8")
    if figures:
        for name, figure in found.figures.items():
            save(figure, folder / "figures" / f"{name}.png")


def _print(found: Findings) -> None:
    """Print the sentences, and every term with its change, the largest first."""
    out = console()
    out.print("\n".join(found.lines) + "\n")
    table = plain_table("Terms of the decision to come, in units of utility")
    table.add_column("term")
    for heading in ("before", "after", "change", "points", "since"):
        table.add_column(heading, justify="right")
    terms = found.tables["terms"]
    order = terms["change"].abs().where(terms["term"] != explaining.UTILITY, -1.0)
    for place in order.sort_values(ascending=False, kind="stable").index:
        row = terms.loc[place]
        numbers = [
            f"{row['before']:.2f}",
            f"{row['after']:.2f}",
            f"{row['change']:+.2f}",
            f"{row['chance_points']:+.0f}",
        ]
        table.add_row(str(row["meaning"]), *numbers, row["since"])
    out.print(table)
