"""Test what the scenarios claim, each claim by tests that were declared before.

Runs every scenario, and the twins that it is set against, with the same replicates. Where behaviour
names a sample of parameter sets, replicates take turns with them, so an interval covers what is not
known about the parameters as well as chance; with the numbers set by hand it covers chance alone.
The tests themselves are declared in the YAML of each scenario, below its claim, and cannot be set
here.

A part of a claim is supported if its whole interval lies in the direction claimed and beyond the
smallest effect that counts, contradicted if the whole interval lies on the other side (of no
effect, or of the level named), and mixed otherwise. A mixed part names its reason: too small to matter,
if the whole interval is smaller than the smallest effect that counts; else too few runs, if chance gives
half or more of the variance between parameter sets; else it depends on the parameters. A claim is
supported or contradicted if all its parts are, otherwise mixed.

Writes claims.csv, parts.csv, readings.parquet, claims.md, conclusions.txt, figures/ and
manifest.json.

For example:
  partnerships claims
  partnerships claims replicates=400 output=outputs/claims
"""

from __future__ import annotations

from functools import partial
from typing import Annotated

import pandas as pd
from pydantic import Field
from rich.table import Table

from analysis.claims.declared import Claim
from analysis.claims.figures import claims_forest, claims_overview
from analysis.claims.tables import MIXED, claim_verdicts, claims_hold_in, part_effects, readings_of, standings_by_set
from analysis.claims.words import claims_in_words, claims_page, share_in_words
from experiments.behaviours import NumberSet
from experiments.command import Command
from experiments.compose import scenario_descriptions
from experiments.errors import CommandError
from experiments.output.frame import Results
from experiments.runs.claims import declared_claims, read_runs, scenarios_of
from experiments.settings import Figures, Seed, Workers, checked
from experiments.terminal import filled_table
from sim.parameters import Whole

RUNS_A_SET = 100
"""Runs of each parameter set in every scenario, where replicates= does not say how many in all."""

LEAST_RUNS = 1000
"""The same in all: with one set chance is all that an interval covers."""


@checked
class ClaimsSettings:
    """What can be set for the tests; the defaults are in configs/claims.yaml."""

    replicates: Annotated[Whole, Field(ge=2, le=1_000_000)] | None
    seed: Seed
    workers: Workers | None
    output: str | None
    overwrite: bool
    figures: Figures


def work(settings: ClaimsSettings, command: Command) -> Results:
    """Run what the claims read, and set every part against what it needs."""
    _refuse_other_settings(settings, command)
    sets = command.number_sets or (NumberSet(command.scenario().behaviour),)
    replicates = settings.replicates or max(LEAST_RUNS, RUNS_A_SET * len(sets))
    if replicates < 2 * len(sets):
        raise CommandError(
            f"replicates = {replicates} is not allowed: {len(sets)} parameter sets take turns, so it "
            f"takes at least {2 * len(sets)}, two runs a set"
        )
    declared = declared_claims()
    scenarios = scenarios_of(readings_of(declared))
    readings = read_runs(
        scenarios,
        sets,
        claims=declared,
        replicates=replicates,
        seed=settings.seed,
        workers=settings.workers,
    )
    parts = part_effects(readings, declared)
    held = claims_hold_in(standings_by_set(readings, declared))
    claims = with_texts(claim_verdicts(parts), declared).join(held, on="scenario")
    text = claims_in_words(claims, parts)
    command_again = ["partnerships", "claims", *command.beside("output", "overwrite")]
    page = claims_page(claims, parts, text, command=command_again, method=_method())
    return Results(
        scenarios={runs.label: scenario for runs, scenario in scenarios.items()},
        seed=settings.seed,
        replicates=range(replicates),
        tables={"readings.parquet": readings, "parts.csv": parts, "claims.csv": claims},
        texts={"conclusions.txt": text, "claims.md": page},
        figures={
            "claims": partial(claims_overview, parts, verdicts=claims),
            "claims_parts": partial(claims_forest, parts),
        },
        words=[_table(claims), text],
    )


def _refuse_other_settings(settings: ClaimsSettings, command: Command) -> None:
    for override in command.beside("behaviour", "regimes", *vars(settings)):
        raise CommandError(
            f"{override!r} is not allowed: claims are tested as they were declared, only behaviour= and the "
            "settings of the verb can be changed"
        )


def with_texts(verdicts: pd.DataFrame, declared: tuple[Claim, ...]) -> pd.DataFrame:
    """Return the verdicts with the claim in words, the document it comes from, and what cannot be tested."""
    texts = pd.DataFrame(scenario_descriptions()).set_index("name")
    claims = verdicts.join(texts[["claim", "seed_document"]], on="scenario")
    lacks = {claim.scenario: "; ".join(claim.untestable) for claim in declared}
    claims["not_testable"] = claims["scenario"].map(lacks)
    first = ["scenario", "claim", "seed_document", "verdict"]
    return claims[[*first, *(name for name in claims.columns if name not in first)]]


def _method() -> str:
    return (__doc__ or "").partition("\n\n")[2].partition("\n\nWrites")[0]


def _table(claims: pd.DataFrame) -> Table:
    rows = [
        (
            row["scenario"],
            row["claim"],
            f"{row['verdict']}: {row['reason']}" if row["verdict"] == MIXED else row["verdict"],
            f"{row['supported']} of {row['parts']}",
            share_in_words(row["holds_in"]),
        )
        for row in claims.to_dict("records")
    ]
    return filled_table("Verdicts", ("scenario", "claim", "verdict", "parts", "all hold in"), rows)
