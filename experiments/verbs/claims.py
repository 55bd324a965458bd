"""Test what the nineteen scenarios claim, each claim by tests that were declared before.

Runs every scenario, and the twins that it is set against, with the same replicates. Replicates take turns
with the accepted parameter sets (behaviour=accepted), so an interval covers what is not known about the
parameters as well as chance; behaviour=fitted leaves chance alone. The tests themselves are declared in
analysis/claims/declared.py and cannot be set here.

A part of a claim is supported if its whole interval lies in the direction claimed and beyond the smallest
effect that counts, contradicted if the whole interval lies on the other side (of no effect, or of the level
named), and mixed otherwise. A claim is supported or contradicted if all its parts are, otherwise mixed.

Writes claims.csv, parts.csv, readings.parquet, claims.md, conclusions.txt, figures/ and manifest.json.

For example:
  partnerships claims
  partnerships claims behaviour=fitted replicates=400
  partnerships claims replicates=2000 output=outputs/claims keep=true
"""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
from collections.abc import Hashable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
from hydra.core.hydra_config import HydraConfig
from numpy.typing import NDArray
from omegaconf import DictConfig
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from analysis.claims.declared import CLAIMS, PARTNERS_ALIGNMENT, REGIME, Batch, Claim, Reading
from analysis.claims.figures import claims_forest, claims_overview
from analysis.claims.tables import (
    claim_verdicts,
    claims_hold_in,
    claims_in_words,
    part_effects,
    reading_values,
    readings_of,
    standings_by_set,
)
from analysis.shared.plotting import save
from experiments.behaviours import of_replicate, sample_of
from experiments.compose import load_scenario, scenario_descriptions, scenario_of, verb_settings_of
from experiments.documents.tables import DOCS, table
from experiments.errors import CommandError
from experiments.output.folder import answer_folder, output_folder
from experiments.output.manifest import Question, write_manifest
from experiments.terminal import console, plain_table, progress_bar
from sim import MEASURES, Scenario, simulate_ensemble
from sim.parameters import Behaviour, Whole
from sim.population import seats_of

Readings = Mapping[Batch, Sequence[Reading]]


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class ClaimSettings:
    """What can be set for the tests; the defaults are in configs/claims.yaml."""

    replicates: Annotated[Whole, Field(ge=2, le=1_000_000)]
    seed: Annotated[Whole, Field(ge=0)]
    workers: Annotated[Whole, Field(ge=1, le=1_024)] | None
    output: str | None
    overwrite: bool
    keep: bool


def task(config: DictConfig) -> None:
    """Test the claims as ``config`` says, print the verdicts and write the answers."""
    settings = verb_settings_of(config, ClaimSettings)
    _refuse_other_settings(settings)
    behaviours = behaviours_of(config)
    target = output_folder(settings.output, verb="claims")
    asked = readings_of(CLAIMS)
    if settings.replicates < 2 * len(behaviours):
        raise CommandError(
            f"replicates = {settings.replicates} is not allowed: {len(behaviours)} parameter sets take turns, so it "
            f"takes at least {2 * len(behaviours)}, two runs a set"
        )
    scenarios = scenarios_of(asked)
    command = ["partnerships", "claims", *HydraConfig.get().overrides.task]
    told = {batch.label: scenario for batch, scenario in scenarios.items()}
    question = Question(command, told, settings.seed, range(settings.replicates))
    with answer_folder(target, overwrite=settings.overwrite) as folder:
        readings = read_runs(
            scenarios, behaviours, replicates=settings.replicates, seed=settings.seed, workers=settings.workers
        )
        parts = part_effects(readings)
        claims = _with_texts(claim_verdicts(parts)).join(claims_hold_in(standings_by_set(readings)), on="scenario")
        text = claims_in_words(claims, parts)
        readings.to_parquet(folder / "readings.parquet", index=False)
        parts.to_csv(folder / "parts.csv", index=False)
        claims.to_csv(folder / "claims.csv", index=False)
        (folder / "conclusions.txt").write_text(text + "\n", encoding="utf-8")
        (folder / "claims.md").write_text(claims_page(claims, parts, text, command=command), encoding="utf-8")
        save(claims_overview(parts, verdicts=claims), folder / "figures" / "claims.png")
        save(claims_forest(parts), folder / "figures" / "claims_parts.png")
        sample = sample_of(config)
        drawn = {"behaviour": sample.told() if sample else "one set"}
        write_manifest(folder, question, settings=dataclasses.asdict(settings) | drawn)
    if settings.keep:
        _keep(target)
    _print(claims, text)
    console().print(f"Answers are in {target}" + (f", and in {DOCS / 'claims.md'}" if settings.keep else ""))


def behaviours_of(config: DictConfig) -> tuple[Behaviour, ...]:
    """Return the parameter sets that replicates take turns with: those of a sample, or the one set in ``config``."""
    sample = sample_of(config)
    return (scenario_of(config).behaviour,) if sample is None else sample.sets


def _refuse_other_settings(settings: ClaimSettings) -> None:
    known = "|".join(["behaviour", "delivery", "regimes", *(field.name for field in dataclasses.fields(settings))])
    for override in HydraConfig.get().overrides.task:
        if not re.match(rf"[+~]*({known})(\.|=|$)", override):
            raise CommandError(
                f"{override!r} is not allowed: claims are tested as they were declared, only behaviour= and the "
                "settings of the verb can be changed"
            )


# ----------------------------------------------------------------------------- running


def scenarios_of(asked: Iterable[Batch]) -> dict[Batch, Scenario]:
    """Return the scenario of each batch, with what is changed in it."""
    return {batch: load_scenario(batch.scenario, batch.overrides) for batch in asked}


def read_runs(
    scenarios: Mapping[Batch, Scenario],
    behaviours: Sequence[Behaviour],
    *,
    replicates: int,
    seed: int,
    workers: int | None = None,
    claims: Sequence[Claim] = CLAIMS,
) -> pd.DataFrame:
    """Return what ``claims`` read from ``replicates`` runs of every batch; replicate r has behaviour r mod n.

    Columns: batch, reading (labels), replicate, parameter_set, value; see ``analysis.claims.tables``.
    """
    asked = readings_of(claims)
    used = range(min(len(behaviours), replicates))

    def of_set(number: int) -> pd.DataFrame:
        some = range(number, replicates, len(behaviours))
        mine = {batch: of_replicate(scenario, number, behaviours) for batch, scenario in scenarios.items()}
        values = _values(asked, mine, some, seed=seed)
        parts = [
            _rows(batch, reading, some, reading_values(reading, values[batch]))
            for batch, readings in asked.items()
            for reading in readings
        ]
        return pd.concat(parts).assign(parameter_set=number)

    # A call has few runs, too few for threads of its own; the compiled engine lets other threads work.
    tables = []
    with (
        progress_bar("runs", total=replicates * len(asked)) as advance,
        ThreadPoolExecutor(workers or os.cpu_count()) as pool,
    ):
        for number, of_this in zip(used, pool.map(of_set, used), strict=True):
            tables.append(of_this)
            advance(len(asked) * len(range(number, replicates, len(behaviours))))
    keys = ["batch", "reading", "replicate"]
    together = pd.concat(tables)[[*keys, "parameter_set", "value"]]
    return together.sort_values(keys, kind="stable").reset_index(drop=True)


def _rows(batch: Batch, reading: Reading, replicates: Sequence[int], values: NDArray[np.float64]) -> pd.DataFrame:
    return pd.DataFrame(
        {"batch": batch.label, "reading": reading.label, "replicate": list(replicates), "value": values}
    )


def _values(
    asked: Readings, scenarios: Mapping[Batch, Scenario], replicates: Sequence[int], *, seed: int
) -> dict[Batch, dict[str, NDArray[np.float64]]]:
    """Return for each batch what is read from it as arrays (runs, months), with regimes by their positions."""
    read = {reading.measure for readings in asked.values() for reading in readings}
    measures = [name for name in MEASURES if name in read]
    # One call for all batches: those on the same board fill the lanes of the compiled engine together.
    ensemble = simulate_ensemble(
        list(scenarios.values()), replicates=replicates, seed=seed, measures=measures, threads=1
    )
    values = {
        batch: {name: ensemble[name][place] for name in measures} | {REGIME: ensemble.regimes[place].astype(np.float64)}
        for place, batch in enumerate(scenarios)
    }
    for batch, readings in asked.items():
        if any(reading.measure == PARTNERS_ALIGNMENT for reading in readings):
            values[batch][PARTNERS_ALIGNMENT] = _partners_alignment(scenarios[batch], replicates, seed=seed)
    return values


def _partners_alignment(scenario: Scenario, replicates: Sequence[int], *, seed: int) -> NDArray[np.float64]:
    """Return the mean alignment (runs, months) of members that are no councils, 0 without such members."""
    ensemble = simulate_ensemble(
        [scenario], replicates=replicates, seed=seed, measures=["engagement"], record_partners=True, threads=1
    )
    assert ensemble.partners is not None
    others = [place for place, seat in enumerate(seats_of(scenario)) if seat.kind.sector != "council"]
    partners = ensemble.partners[0][:, :, others]
    is_member, alignment = (
        np.nan_to_num(partners[..., ensemble.partner_columns.index(name)]) for name in ("is_member", "alignment")
    )
    return np.asarray((alignment * is_member).sum(axis=2) / np.maximum(is_member.sum(axis=2), 1.0))


# ----------------------------------------------------------------------------- telling


def _with_texts(claims: pd.DataFrame) -> pd.DataFrame:
    """Return the verdicts with the claim and the document it comes from."""
    texts = pd.DataFrame(scenario_descriptions()).set_index("name")
    told = claims.join(texts[["claim", "seed_document"]], on="scenario")
    lacks = {claim.scenario: "; ".join(claim.untestable) for claim in CLAIMS}
    told["not_testable"] = told["scenario"].map(lacks)
    first = ["scenario", "claim", "seed_document", "verdict"]
    return told[[*first, *(name for name in told.columns if name not in first)]]


def claims_page(claims: pd.DataFrame, parts: pd.DataFrame, text: str, *, command: Sequence[str]) -> str:
    """Return the page on the claims, in Markdown: verdicts, then every part with its effect and interval."""
    method = (__doc__ or "").partition("\n\n")[2].partition("\n\nWrites")[0]
    shown = [word for word in command if not word.startswith(("output=", "overwrite="))]
    verdicts = (
        [
            f"`{row['scenario']}`",
            row["claim"],
            row["seed_document"],
            _strong(row["verdict"]),
            f"{row['supported']} of {row['parts']}",
            _share(row["holds_in"]),
        ]
        for row in claims.to_dict("records")
    )
    return "\n".join(
        [
            "# What the scenarios claim, and whether the model agrees",
            "",
            "Each scenario carries a claim from one of the documents that the model is drawn from. This page is",
            "generated; to make it again:",
            "",
            "```sh",
            " ".join([*shown, *([] if "keep=true" in shown else ["keep=true"])]),
            "```",
            "",
            text,
            "",
            "![Every part of every claim: how far its effect goes against what the claim needs](figures/claims.png)",
            "",
            "*All hold in*: the share of parameter sets in which all parts hold at once (of alternatives one).",
            "",
            table(("scenario", "claim", "source", "verdict", "parts supported", "all hold in"), verdicts),
            "## How it is tested",
            "",
            method,
            "",
            "S0 to S4 are [the documents behind the model](odd.md#iii-theoretical-and-empirical-background).",
            "",
            "## Part by part",
            "",
            "Months count from 0, April 2001 (place_first_2013: April 2013). *Needed* is the smallest effect that",
            "counts, or the level. *Holds in* is the share of parameter sets whose own mean reaches it. *By rule*",
            "names the rule from which a direction follows alone: such a part shows the rule and is no evidence.",
            "",
            *_sections(claims, parts),
            "![Every part with its name](figures/claims_parts.png)",
            "",
        ]
    )


def _sections(claims: pd.DataFrame, parts: pd.DataFrame) -> list[str]:
    lines = []
    headings = (
        "part",
        "read",
        "against",
        "expected",
        "needed",
        "effect",
        "95 % interval",
        "holds in",
        "by rule",
        "verdict",
    )
    for claim in claims.to_dict("records"):
        mine = parts[parts["scenario"] == claim["scenario"]]
        lines += [f"### {claim['scenario']}: {claim['verdict']}", ""]
        lines += [f"*{claim['claim']}* ({claim['seed_document']})", ""]
        lines += [table(headings, (_part_cells(row) for row in mine.to_dict("records")))]
        if claim["not_testable"]:
            lines += [f"Not testable here: {claim['not_testable']}.", ""]
    return lines


def _part_cells(row: Mapping[Hashable, Any]) -> list[str]:
    numbers = {name: float(str(row[name])) for name in ("smallest", "effect", "low", "high", "holds_in")}
    is_level = not np.isnan(row["level"])
    needed = f"level {row['level']:.3g}" if is_level else f"{numbers['smallest']:g}"
    level = row["level"] if is_level else 0.0
    effect, low, high = (_number(numbers[name] + level) for name in ("effect", "low", "high"))
    tested = str(row["tested"])
    read = f"{row['reading']}" + (f" in `{tested}`" if tested != row["scenario"] else "")
    held = _share(numbers["holds_in"])
    says = f"{row['says']}" + (" (or)" if row["either"] else "")
    against = "a level" if is_level else f"`{row['reference']}` {row['reference_reading']}".strip()
    verdict, rule = str(row["verdict"]), f"`{row['by_rule']}`" if row["by_rule"] else ""
    verdict = _strong(verdict) if verdict != "mixed" else f"**mixed**: {row['finding']}"
    return [says, read, against, str(row["expected"]), needed, effect, f"{low} to {high}", held, rule, verdict]


def _share(share: float) -> str:
    return "" if np.isnan(share) else f"{100 * share:.0f} %"


def _number(value: float) -> str:
    return f"{round(value, 3) + 0.0:.3f}".replace("-", "−")  # no negative zero


def _strong(verdict: str) -> str:
    return verdict if verdict == "supported" else f"**{verdict}**"


def _keep(target: Path) -> None:
    (DOCS / "figures").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(target / "claims.md", DOCS / "claims.md")
    for name in ("claims.png", "claims_parts.png"):
        shutil.copyfile(target / "figures" / name, DOCS / "figures" / name)


def _print(claims: pd.DataFrame, text: str) -> None:
    out = console()
    verdicts = plain_table("Verdicts")
    for heading in ("scenario", "claim", "verdict", "parts", "all hold in"):
        verdicts.add_column(heading)
    for row in claims.to_dict("records"):
        parts = f"{row['supported']} of {row['parts']}"
        verdicts.add_row(row["scenario"], row["claim"], row["verdict"], parts, _share(row["holds_in"]))
    out.print(verdicts)
    out.print(text)
