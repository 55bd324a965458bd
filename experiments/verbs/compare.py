"""Compare scenarios: the same worlds, one thing changed.

Runs every scenario with the same replicates (same people, elections and luck), so differences are
paired. Prints the conclusions and the headline measures and writes into the output folder:
summary.csv, contrasts.csv, regimes.csv, conclusions.txt, runs.parquet, trajectories.parquet,
figures/ and manifest.json. Figures are of the headline measures, of ties across sectors, of senior
time by what claims it, of money by its use, and of the added value beside its counterfactual.

A setting given here (place=, months=, a lever) holds for every scenario that is compared. Where
behaviour names a sample of parameter sets, such as those that a fit accepted, each replicate
takes the next of them, the same one in every scenario, so that they differ by luck and by
parameters. Intervals of means and differences then hold the middle 95 % of the sets, each with
the mean of its runs, and contrasts.csv says which part of what differs comes from the sets. So do
intervals of shares of regimes from five runs a set on (replicates=155 with 31 sets); with fewer
they are Wilson's, of chance alone: interval_over in regimes.csv says which.

With places=all, funded, recorded or county:NAME each replicate takes the next district of that
group (and the next parameter set), the same one in every scenario, so replicates are a multiple of
their number; places.csv and a figure have them one by one. What is told by place is conditional on
the record, and no assessment of any authority.

With pairs= it writes pairs.parquet: the network of these months of every run as a list of edges
that networkx reads, one row a scenario, replicate, month and ordered pair of members (source,
target, trust of the source in the target, is_tied, months_together).

With precision= replicates go on until the paired differences from the reference are known to a
half-width, in the unit of each measure: 'precision={engagement:0.005,outcome:0.01}'. The first
replicates= runs say how many that takes (Stein's two stages: the spread is looked at once, so that
intervals stay what they are), at most most_replicates=; what was asked, needed and reached is told
and in precision.csv. It is about chance: what differs between parameter sets more runs do not
narrow.

For example:
  partnerships compare
  partnerships compare scenarios=[baseline_lsp,sigoma_stick,sigoma_carrot] replicates=100
  partnerships compare place=birmingham reference=talking_shop
  partnerships compare scenarios=[baseline_lsp,nrf_cliff_2008] measures=[engagement,trust,outcome]
  partnerships compare scenarios=[growth_coalition,talking_shop]
  partnerships compare --multirun place=birmingham,barnsley
  partnerships compare places=funded replicates=880
  partnerships compare pairs=[2002-03,2013-03] figures=false
  partnerships compare precision={engagement:0.005} most_replicates=2000
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Annotated

import pandas as pd
from pydantic import Field
from rich.table import Table

from analysis.comparison.figures import comparison_figures
from analysis.comparison.precision import precision_in_words, precision_reached, replicates_needed
from analysis.comparison.tables import CENTRAL_PAIR, Comparison, compared, usual_reference
from analysis.comparison.uncertainty import scope_in_words
from analysis.comparison.words import SCOPE, conclusions
from analysis.shared.parameter_sets import OVER_SETS
from analysis.shared.precision import in_whole_turns
from analysis.shared.summaries import HEADLINE, RUN_KEYS
from analysis.shared.words import decimals
from experiments.behaviours import OF_SHARES, NumberSet, Turn, on_turns
from experiments.command import Command
from experiments.errors import CommandError
from experiments.memory import refuse_too_many
from experiments.output.frame import Results
from experiments.output.places import with_places
from experiments.runs.networks import edges_at_most, write_networks
from experiments.runs.objective import objective_of_comparison, refuse_unknown_objective
from experiments.runs.pairs import Engine, InPlace, measures_of, run_pairs_into
from experiments.settings import Figures, Names, Seed, SomeNames, Workers, checked
from experiments.study.columns import described
from experiments.study.precision import refuse_first_stage
from experiments.terminal import plain_table
from sim import Place, Scenario, find_place, month_of, place_names
from sim.parameters import Whole
from sim.scenario import nearest
from sim.vocabulary import label_of

PAIRS = "pairs.parquet"

HEADLINES = ("attendance", "engagement", "trust", "top_share", "decision_rate", "outcome", "added_value")
"""Measures in the printed table unless ``measures`` asks for others."""

_BYTES_A_RUN = 700
_BYTES_A_MONTH = 400
_BYTES_AN_EDGE = 30
"""What a run takes at most, a month of it while figures are drawn, and an edge of a network while it is read."""


@checked
class CompareSettings:
    """What can be set for a comparison beside the scenarios; the defaults are in configs/compare.yaml."""

    scenarios: Names
    places: str | None
    reference: str | None
    replicates: Annotated[Whole, Field(ge=1, le=100_000)]
    seed: Seed
    engine: Engine
    workers: Workers | None
    objective: str | None
    output: str | None
    overwrite: bool
    figures: Figures
    measures: SomeNames | None = None
    pairs: Names = ()
    precision: dict[str, Annotated[float, Field(gt=0.0)]] | None = None
    most_replicates: Annotated[Whole, Field(ge=2, le=100_000)] = 5_000


def work(settings: CompareSettings, command: Command) -> Results:
    """Run the scenarios with the same replicates and set them against the reference."""
    scenarios = _scenarios(settings, command)
    reference, headlines = _reference(settings), _headlines(settings, scenarios)
    places = _places(settings, command)
    _refuse_precision(settings, scenarios)
    refuse_unknown_objective(settings.objective)
    turns = turns_of(places, command.number_sets)
    _refuse_beyond_memory(settings, scenarios)
    assert command.folder is not None  # it is open while a verb with output= works
    needed: list[pd.DataFrame] = []

    def in_all(first: pd.DataFrame) -> int:
        needed.append(replicates_needed(first, reference, settings.precision or {}))
        return in_whole_turns(int(needed[0]["needed"].max()), len(turns), most=settings.most_replicates)

    stored = run_pairs_into(
        command.folder,
        scenarios,
        seed=settings.seed,
        replicates=settings.replicates,
        needed=in_all if settings.precision else None,
        engine=settings.engine,
        workers=settings.workers,
        turns=turns,
    )
    runs, months = stored.runs, stored.trajectories
    replicate_of_run = runs[["replicate"]]["replicate"]
    replicates = replicate_of_run.nunique()
    sets = len(command.number_sets) if command.sample else 1
    found = compared(runs, reference, sets=sets)
    scope = scope_in_words(found.contrasts, sets=sets) if command.sample else SCOPE
    text = conclusions(found.summary, found.contrasts, found.regimes, scope=scope)
    tables = {"summary.csv": found.summary, "contrasts.csv": found.contrasts, "regimes.csv": found.regimes}
    if needed:
        asked = runs[[*RUN_KEYS, *(settings.precision or {})]]
        tables["precision.csv"] = precision_reached(needed[0], asked)
        text += f"\n\n{precision_in_words(tables['precision.csv'], most=settings.most_replicates)}"
    if settings.pairs:
        write_networks(
            command.folder / PAIRS,
            scenarios,
            settings.pairs,
            seed=settings.seed,
            replicates=replicates,
            engine=settings.engine,
            workers=settings.workers,
            turns=turns,
            words=partial(described, month=month_of(*scenarios.values()), file=PAIRS),
        )
    results = Results(
        scenarios=scenarios,
        seed=settings.seed,
        replicates=range(replicates),
        tables=tables,
        texts={"conclusions.txt": text},
        figures=comparison_figures(months, runs, found),
        words=[text + "\n", _table(found.summary, headlines)],
        objective=objective_of_comparison(runs, months, settings.objective, reference=reference)
        if settings.objective
        else None,
        numbers=_on_turns(found, sets=sets, replicates=replicates) if command.sample else None,
    )
    if not places:
        return results
    in_places = [places[replicate % len(places)].name for replicate in replicate_of_run]
    return with_places(results, runs[[*RUN_KEYS, *HEADLINE]].assign(place=in_places), sets=sets)


def _on_turns(found: Comparison, *, sets: int, replicates: int) -> str:
    """Return what has to be said of turns with so many sets: of shares only where their intervals are over sets."""
    told_by_set = (found.regimes["interval_over"] == OVER_SETS).all()
    return on_turns(sets=sets, replicates=replicates, but_for="" if told_by_set else OF_SHARES)


def _refuse_beyond_memory(settings: CompareSettings, scenarios: Mapping[str, Scenario]) -> None:
    """Refuse more replicates than can be kept: final values, months while they are drawn, networks while read."""
    months = sum(scenario.months for scenario in scenarios.values()) if settings.figures else 0
    edges = sum(edges_at_most(scenario, settings.pairs) for scenario in scenarios.values())
    less = ", ".join(filter(None, ["fewer months in pairs=" * bool(edges), "figures=false" * bool(months)]))
    refuse_too_many(
        "replicates",
        settings.replicates,
        bytes_each=_BYTES_A_RUN * len(scenarios) + _BYTES_A_MONTH * months + _BYTES_AN_EDGE * edges,
        otherwise=f"; {less} takes less" if less else "",
    )


def _refuse_precision(settings: CompareSettings, scenarios: Mapping[str, Scenario]) -> None:
    """Refuse half-widths of what is no measure, and a first stage that has no spread or is beyond the most."""
    if not settings.precision:
        return
    _refuse_unknown(settings.precision, scenarios, setting="precision")
    refuse_first_stage(settings.replicates, most=settings.most_replicates)


def _places(settings: CompareSettings, command: Command) -> list[Place]:
    """Return the places that replicates take turns with; none if scenarios keep theirs."""
    if settings.places is None:
        return []
    if given := [name for name in ("place", "case") if command.sets(name)]:
        raise CommandError(f"{given[0]} and places cannot both be given: leave one of them out")
    places = [find_place(name) for name in place_names(settings.places)]
    if settings.replicates % len(places):
        more = len(places) * (settings.replicates // len(places) + 1)
        raise CommandError(
            f"replicates = {settings.replicates} is not allowed with places={settings.places}: each of {len(places)} "
            f"places takes as many, so it takes a multiple of {len(places)}, for example replicates={more}"
        )
    return places


def turns_of(places: Sequence[Place], sets: Sequence[NumberSet]) -> Sequence[Turn]:
    """Return what replicate r has in its turn: place r mod their number, and set r mod theirs."""
    if not places:
        return sets
    turns = math.lcm(len(places), len(sets) or 1)
    return [InPlace(places[turn % len(places)], sets[turn % len(sets)] if sets else None) for turn in range(turns)]


def _scenarios(settings: CompareSettings, command: Command) -> Mapping[str, Scenario]:
    """Return the scenarios by name, each with the overrides of the command line."""
    names = settings.scenarios
    if len(names) < 2 or len(set(names)) < len(names):
        raise CommandError(
            f"scenarios = [{','.join(names)}] is not allowed: name at least two different scenarios, "
            f"for example scenarios=[{','.join(CENTRAL_PAIR)}]"
        )
    if command.sets("scenario"):
        raise CommandError(f"scenario is not a setting of compare: name them with scenarios=[{','.join(names)}]")
    return command.scenarios(names)


def _reference(settings: CompareSettings) -> str:
    names = settings.scenarios
    if settings.reference is None:
        return usual_reference(list(names))
    if settings.reference not in names:
        raise CommandError(
            f"reference = {settings.reference!r} is not among the scenarios compared"
            f"{nearest(settings.reference, names)}; choose one of {', '.join(names)}"
        )
    return settings.reference


def _headlines(settings: CompareSettings, scenarios: Mapping[str, Scenario]) -> Sequence[str]:
    _refuse_unknown(settings.measures or (), scenarios, setting="measures")
    return settings.measures or HEADLINES


def _refuse_unknown(names: Iterable[str], scenarios: Mapping[str, Scenario], *, setting: str) -> None:
    known = measures_of(scenarios.values())
    for name in names:
        if name not in known:
            close = nearest(name, known)
            raise CommandError(f"{setting}: unknown measure {name!r}{close}; see: partnerships list measures")


def _table(summary: pd.DataFrame, headlines: Sequence[str]) -> Table:
    """Return the headline measures with their 95 % intervals, a scenario a row."""
    table = plain_table("Means, with their 95 % intervals")
    table.add_column("scenario")
    for name in headlines:
        table.add_column(textwrap.fill(label_of(name), 10), justify="right")
    for scenario, rows in summary.groupby("scenario", sort=False):
        shown = rows.set_index("measure").loc[list(headlines)]
        table.add_row(str(scenario), *map(_with_interval, shown["mean"], shown["ci_low"], shown["ci_high"]))
    return table


def _with_interval(mean: float, low: float, high: float) -> str:
    return f"{decimals(mean, 3)}\n{decimals(low, 3)} to {decimals(high, 3)}".replace("-", "−")
