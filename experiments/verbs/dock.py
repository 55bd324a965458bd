"""Set the model beside laboratory experiments: a public-goods game and a minimum-effort game.

The month of a laboratory (extension=sim.laboratory): equal bodies that nobody chairs, every lever at its lowest,
everybody tied to everybody, one project that all work on and that never ends. Nothing is fitted to what was seen in
laboratories, and nothing but behaviour can be set here.

1. Four bodies, ten periods: what they keep of their promises, beside the mean contributions of sixteen cities with and
   without sanctions (Herrmann, Thöni and Gächter 2008), by criteria that were fixed for an earlier model.
2. Sixteen bodies at once, or four that take in three more each year, newcomers informed or not: what the body gives
   that gives least, beside what coordination experiments found (Van Huyck, Battalio and Beil 1990; Weber 2006).

Where behaviour names a sample of parameter sets, the default, replicates take turns with them.

Writes docking.csv, criteria.csv, coordination.csv, conclusions.txt, figures/ and manifest.json.

For example:
  partnerships dock
  partnerships dock behaviour=best behaviour.trust_rate=0.2
"""

from __future__ import annotations

from functools import partial
from typing import Annotated

import pandas as pd
from pydantic import Field
from rich.table import Table

from analysis.docking import coordination
from analysis.docking import public_goods as docking
from experiments.command import Command
from experiments.errors import CommandError
from experiments.output.frame import Results
from experiments.runs.laboratories import PUBLIC_GOODS, given, laboratories
from experiments.settings import Figures, Seed, Workers, checked
from experiments.terminal import filled_table, progress_bar
from sim.parameters import Whole


@checked
class DockSettings:
    """What can be set; the defaults are in configs/dock.yaml."""

    replicates: Annotated[Whole, Field(ge=10, le=100_000)]
    seed: Seed
    workers: Workers | None
    output: str | None
    overwrite: bool
    figures: Figures


def work(settings: DockSettings, command: Command) -> Results:
    """Run the games and set them beside what was seen."""
    if others := command.beside(*vars(settings), "behaviour"):
        raise CommandError(f"{others[0]!r} is not allowed: laboratories are what they are; change behaviour alone")
    sets = command.number_sets
    if settings.replicates < 2 * len(sets):
        raise CommandError(
            f"replicates = {settings.replicates} is too few: each of {len(sets)} sets needs two, so {2 * len(sets)}"
        )
    games = laboratories(command.scenario().behaviour)
    with progress_bar("runs", total=len(games) * settings.replicates) as advance:
        found = given(
            games,
            sets,
            replicates=settings.replicates,
            seed=settings.seed,
            workers=settings.workers,
            advance=advance,
        )
    of_groups = found["game"] == PUBLIC_GOODS
    table, effort = docking.docking_table(found[of_groups]), found[~of_groups]
    criteria, findings = docking.verdicts(table), coordination.coordination_findings(effort)
    text = f"{docking.docking_words(table)}\n\n{coordination.coordination_words(findings)}"
    return Results(
        scenarios={scenario.name: scenario for scenario in games.values()},
        seed=settings.seed,
        replicates=range(settings.replicates),
        tables={"docking.csv": table, "criteria.csv": criteria, "coordination.csv": findings},
        texts={"conclusions.txt": text},
        figures={
            "docking": partial(docking.docking_figure, table),
            "coordination": partial(coordination.coordination_figure, effort),
        },
        words=[_criteria_table(criteria), text],
    )


def _criteria_table(criteria: pd.DataFrame) -> Table:
    rows = (
        (row["id"], row["what"], f"{row['value']:.2f}", "passed" if row["passed"] else "FAILED")
        for row in criteria.to_dict("records")
    )
    return filled_table("Criteria", ("id", "what", "value", "verdict"), rows, right=("value",))
