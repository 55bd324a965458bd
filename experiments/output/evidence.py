"""What a brief is made from, read off finished results."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.brief.contents import Evidence, Provenance
from analysis.brief.tables import quantities_of, rank_correlations
from analysis.brief.words import correlations_in_words
from analysis.comparison.tables import usual_reference
from experiments.errors import CommandError
from experiments.files import read_parquet
from experiments.output.finished import FinishedResults
from experiments.output.folder import DOCS
from experiments.study import plans
from experiments.study.designs import DRAW
from sim import Scenario
from sim.scenario import nearest

VERDICTS = (Path(__file__).with_name("verdicts.csv"), DOCS / "evidence" / "claims" / "claims.csv")
"""The table of docs/claims.md: as it is installed, and as the repository has it."""

_LINES = 3
"""Lines that a brief tells of what stands beside it."""

_HANGING = ("engagement", "added_value")
"""Measures for which a study tells with which settings they go."""


def evidence_in(results: Sequence[FinishedResults], *, reference: str | None) -> Evidence:
    """Return what a brief is made from: the main answer, and what stands beside it."""
    main, *others = results
    make = _of_comparison if main.verb == "compare" else _of_study
    evidence = make(main, _reference(main, reference))
    provenance = dataclasses.replace(evidence.provenance, commands=[each.command for each in results])
    evidence = dataclasses.replace(evidence, provenance=provenance)
    for each in others:
        if each.verb == "sensitivity":
            evidence = dataclasses.replace(evidence, hangs_on=_first_lines(each.folder / "words.txt"))
        else:
            evidence = dataclasses.replace(evidence, why=_first_lines(each.folder / "explanation.txt"))
    return evidence


def _first_lines(path: Path) -> list[str]:
    lines = [line.removeprefix("- ") for line in path.read_text("utf-8").splitlines() if line.strip()]
    more = [f"The rest is in {path.parent.name}/{path.name}."] if len(lines) > _LINES else []
    return [*lines[:_LINES], *more]


def _reference(each: FinishedResults, asked: str | None) -> str:
    names = list(each.scenarios)
    if asked is None:
        asked = each.manifest["settings"].get("reference")
    if asked is None:
        return usual_reference(names)
    if asked not in names:
        raise CommandError(
            f"reference = {asked!r} is not among the scenarios{nearest(asked, names)}; choose one of {', '.join(names)}"
        )
    return str(asked)


def _of_comparison(each: FinishedResults, reference: str) -> Evidence:
    runs = read_parquet(each.folder / "runs.parquet")
    sets = _sets(each)
    told = quantities_of(runs, read_parquet(each.folder / "trajectories.parquet"))
    return _evidence(each, reference, told.assign(regime=runs["regime"], unit=runs["replicate"] % max(1, sets)))


def _of_study(each: FinishedResults, reference: str) -> Evidence:
    runs = read_parquet(each.folder / "runs.parquet")
    varied = list(map(str, read_parquet(each.folder / plans.DRAWS)))
    varied.remove(DRAW)
    number = runs.groupby([DRAW, "replicate"]).ngroup()
    units = runs.groupby([DRAW, runs["replicate"] % max(1, _sets(each))]).ngroup()
    told = quantities_of(runs.assign(replicate=number), None).assign(regime=runs["regime"], unit=units)
    measures = [name for name in _HANGING if name in runs]
    by_draw = runs.groupby(["scenario", DRAW], sort=False)
    of_draws = pd.concat([by_draw[varied].first(), by_draw[measures].mean()], axis=1).reset_index()
    return dataclasses.replace(
        _evidence(each, reference, told),
        varied={path: _span(runs[path]) for path in varied},
        draws=int(runs[DRAW].nunique()),
        hangs_on=correlations_in_words(rank_correlations(of_draws, varied, measures)),
    )


def _evidence(each: FinishedResults, reference: str, runs: pd.DataFrame) -> Evidence:
    manifest = each.manifest
    return Evidence(
        scenarios=each.scenarios,
        reference=reference,
        runs=runs,
        provenance=Provenance([each.command], manifest["seed"], manifest["versions"], manifest.get("git_commit")),
        sets=_sets(each),
        verdicts={name: said for name, scenario in each.scenarios.items() if (said := _verdict(name, scenario))},
        remarks=manifest["settings"].get("remarks", ()),
    )


def _sets(each: FinishedResults) -> int:
    """Return how many parameter sets replicates took turns with; 0 where one set held for all."""
    settings = each.manifest["settings"]
    sample = settings.get("behaviours") or settings.get(plans.SAMPLE) or {}
    return int(sample.get("sets", 0))


def _verdict(name: str, scenario: Scenario) -> str | None:
    """Return what docs/claims.md says of the claim of a scenario, if it was tested in these words."""
    table = pd.read_csv(next(path for path in VERDICTS if path.is_file()), keep_default_na=False)
    mine = table[(table["scenario"] == name) & (table["claim"] == scenario.claim.strip())]
    if mine.empty:
        return None
    verdict, reason = mine[["verdict", "reason"]].iloc[0]
    return f"{verdict} ({reason})" if reason else str(verdict)


def _span(values: pd.Series) -> list[Any]:
    """Return the least and the largest value drawn of a number, or the names drawn."""
    if pd.api.types.is_numeric_dtype(values):
        return [float(values.min()), float(values.max())]
    return sorted(map(str, values.unique()))
