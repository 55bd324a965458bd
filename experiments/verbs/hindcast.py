"""Run districts from their own record, 2001 to 2005, and set them beside the Indices of Deprivation.

Every district is run many times from the launch of the scenario, with its fund, need, tiers and history by the record,
and as often without the trend of its place, with all other chance the same. The change of its gap (points of the
index above England, June 2001 to June 2005; below 0 it closed) is set beside the record: the Indices of Deprivation
2004 and 2007, which describe mostly 2001 and 2005. Run r of every district together are one England; so is the record.

Told over the districts whose gap is 5 points or more: spread and mean of the change; the rank correlation of the
model's means with the record, with the band that shuffled places give, nil if it lies inside; how many districts
lie inside the model's 90 % interval; how much of the variance the place trend puts in, which is drawn and not known,
and the SD of that trend that districts without the fund show. The change from 2005 to 2008 is a forecast.

With held_out=true also what patterns N5 and N6 read, which are held out: what is closed in themes by 2007, and the
slope of the change on the fund. Numbers may not be fitted after a look at these.

Where behaviour names a sample of parameter sets, run r of every district takes set r mod n.

Writes into the output folder: hindcast.csv (a row a district: fund, gap, record, model with its 90 % interval, inside
or not), forecast.csv (the model's change from 2005 to 2008), summary.csv (all that is told over districts, with
intervals), changes.parquet (a row a run), figures/, words.txt and manifest.json. All of it is conditional on the
record, and no assessment of any authority.

For example:
  partnerships hindcast
  partnerships hindcast places=recorded replicates=1000 output=outputs/hindcast
  partnerships hindcast places=county:Durham replicates=20
  partnerships hindcast behaviour.trend_spread=0.05
  partnerships hindcast scenario=baseline_lsp levers.flexible_fund_gbp_m=0
"""

from __future__ import annotations

from functools import partial
from typing import Annotated

import numpy as np
from pydantic import Field

from analysis.hindcast.figures import model_and_record
from analysis.hindcast.record import LEAST_GAP, recorded, without_fund
from analysis.hindcast.tables import FEWEST, hindcast
from analysis.hindcast.words import hindcast_in_words
from experiments.behaviours import NumberSet
from experiments.command import Command
from experiments.compose import scenario_of
from experiments.errors import CommandError
from experiments.output.frame import Results
from experiments.runs.hindcast import MOST_RUNS, districts_lived, up_to_the_last_date
from experiments.settings import Figures, Seed, Workers, checked
from sim import Scenario, place_names
from sim.parameters import Whole

COUNTIES = "counties"


@checked
class HindcastSettings:
    """What can be set beside the scenario; the defaults are in configs/hindcast.yaml."""

    places: str
    replicates: Annotated[Whole, Field(ge=3, le=MOST_RUNS)]
    held_out: bool
    seed: Seed
    workers: Workers | None
    output: str | None
    overwrite: bool
    figures: Figures


def subject(settings: HindcastSettings, command: Command) -> str:
    """Return the name of the scenario."""
    return _scenario(command).name


def work(settings: HindcastSettings, command: Command) -> Results:
    """Run the districts, and set them beside the record."""
    _refuse_other_places(command)
    names = _districts(settings.places)
    scenario = _scenario(command)
    up_to_the_last_date(scenario)
    runs = districts_lived(
        scenario,
        names,
        seed=settings.seed,
        replicates=settings.replicates,
        workers=settings.workers,
        sets=command.number_sets,
        with_themes=settings.held_out,
    )
    spread = _trend_in_force(scenario, command)
    found = hindcast(runs, recorded(names), without_fund(), spread=spread, held_out=settings.held_out)
    words = hindcast_in_words(found, scenario=scenario.name, sets=len(command.number_sets))
    return Results(
        scenarios={scenario.name: up_to_the_last_date(scenario)},
        seed=settings.seed,
        replicates=range(settings.replicates),
        tables={
            "hindcast.csv": found.places,
            "forecast.csv": found.forecast,
            "summary.csv": found.summary,
            "changes.parquet": found.changes,
        },
        texts={"words.txt": words},
        figures={"model_and_record": partial(model_and_record, found.places, found.changes)},
        words=[words],
    )


def _scenario(command: Command) -> Scenario:
    """Return the scenario that is asked for; of its dated policies those after the last month read are not reached."""
    return scenario_of(command.config, sampled=command.sample is not None)


def _trend_in_force(scenario: Scenario, command: Command) -> float:
    """Return the SD of the place trend, share of the gap a year; over a sample the root of its mean square."""
    spreads = [one.behaviour.trend_spread for one in command.number_sets or (NumberSet(scenario.behaviour),)]
    return float(np.sqrt(np.mean(np.square(spreads))))


# ---------------------------------------------------------------------------- what is refused


def _refuse_other_places(command: Command) -> None:
    """Refuse a place, or a number of months, beside those that the record has."""
    if given := [one for one in command.overrides if one.lstrip("+~").startswith(("place.", "place=", "case="))]:
        raise CommandError(f"{given[0]!r} is not allowed: districts are those of the record, named by places=")
    if command.sets("months"):
        raise CommandError("months is not taken here: the record is read in 2001 and 2005, and the forecast in 2008")


def _districts(group: str) -> list[str]:
    """Return the districts of a group; raise CommandError if too few have a gap that counts."""
    if group == COUNTIES:
        raise CommandError(
            f"places = {COUNTIES!r} is not allowed: the indices are of districts; it takes all, funded, recorded or "
            "county:NAME"
        )
    names = place_names(group)
    counts = int((recorded(names)["gap"] >= LEAST_GAP).sum())
    if counts < FEWEST:
        raise CommandError(
            f"places = {group!r} is not allowed: {counts} of its {len(names)} districts have a gap of {LEAST_GAP:g} "
            f"points or more in 2001, and what is told over places takes at least {FEWEST}: name a larger group"
        )
    return names
