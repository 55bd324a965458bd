"""What a brief is made from, read off finished results."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from analysis.brief.background import explained, rank_correlations
from analysis.brief.contents import Evidence, Provenance
from analysis.brief.document import Section
from analysis.brief.pictures import terms_picture
from analysis.comparison.tables import compared, usual_reference
from analysis.comparison.words import SCOPE, SCOPE_WITH_PARAMETERS
from analysis.shared import summaries
from analysis.shared.summaries import HEADLINE, t_interval
from experiments.errors import CommandError
from experiments.output.finished import FinishedResults
from experiments.study import store
from experiments.study.designs import DRAW
from sim import MEASURES, REGIMES, Scenario
from sim.scenario import nearest

SCOPE_OF_STUDY = (
    "The intervals are of averages over the draws of this study, each at 95 % on its own: they cover chance and the "
    "settings that were varied, over the ranges in which they were varied, and nothing else. They do not predict what "
    "happens in a real authority."
)
_STRONGEST = 3
"""Measures for which a study tells with which settings they go."""


def evidence_in(results: Sequence[FinishedResults], *, reference: str | None) -> Evidence:
    """Return what a brief is made from: the main answer, and what stands beside it."""
    main, *others = results
    make = _of_comparison if main.verb == "compare" else _of_study
    evidence = make(main, _reference(main, reference))
    commands = [each.command for each in results]
    evidence = dataclasses.replace(
        evidence,
        provenance=dataclasses.replace(evidence.provenance, commands=commands),
        scope=" ".join([evidence.scope, *main.manifest["settings"].get("remarks", ())]),
    )
    for each in others:
        if each.verb == "sensitivity":
            words = (each.folder / "words.txt").read_text("utf-8").splitlines()
            evidence = dataclasses.replace(
                evidence,
                indices=pd.read_csv(each.folder / "sensitivity.csv"),
                index_words=[line for line in words if line.strip()],
            )
        else:
            evidence = dataclasses.replace(evidence, extra=(*evidence.extra, _explanation(each)))
    return evidence


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


def _provenance(each: FinishedResults) -> Provenance:
    manifest = each.manifest
    return Provenance(
        commands=[each.command],
        seed=manifest["seed"],
        versions=manifest["versions"],
        commit=manifest.get("git_commit"),
    )


def _of_comparison(each: FinishedResults, reference: str) -> Evidence:
    runs = pd.read_parquet(each.folder / "runs.parquet")
    tables = compared(runs, reference)
    sets = (each.manifest["settings"].get("behaviours") or {}).get("sets", 0)
    count = len(each.replicates)
    how = [f"Runs of each scenario: {count}. Equal runs share all chance, so differences are paired."]
    if sets:
        how.append(f"Runs take turns with {sets} parameter sets that reproduce patterns of real partnerships.")
    return Evidence(
        scenarios=each.scenarios,
        reference=reference,
        runs=runs,
        summary=tables.summary,
        contrasts=tables.contrasts,
        regimes=tables.regimes,
        trajectories=pd.read_parquet(each.folder / "trajectories.parquet"),
        how=how,
        basis=f"{count} runs of each scenario." if count > 1 else "One run of each scenario.",
        scope=SCOPE_WITH_PARAMETERS if sets else SCOPE,
        provenance=_provenance(each),
        sets=sets,
        how_to_ask=_how_to_ask(each.scenarios),
    )


def _of_study(each: FinishedResults, reference: str) -> Evidence:
    stored = pd.read_parquet(each.folder / "runs.parquet")
    varied = list(pq.read_schema(each.folder / store.DRAWS).names)
    varied.remove(DRAW)
    runs = _mean_of_draws(stored, varied)
    of_measures = runs.drop(columns=varied)
    draws, replicates = runs["replicate"].nunique(), len(each.replicates)
    contrasts = summaries.contrasts(of_measures, reference)
    measures = [name for name in HEADLINE if name in runs][-_STRONGEST:]
    return Evidence(
        scenarios=each.scenarios,
        reference=reference,
        runs=of_measures,
        summary=summaries.summary(of_measures),
        contrasts=contrasts,
        regimes=_regimes_of_draws(stored),
        trajectories=None,
        how=[
            f"Draws of settings: {draws}, each with {replicates} runs that share all chance with those of other "
            "draws. Differences and their intervals are between means of draws.",
        ],
        basis=f"{draws} draws of settings, {replicates} runs each.",
        scope=SCOPE_OF_STUDY,
        provenance=_provenance(each),
        varied={path: _span(runs[path]) for path in varied},
        indices=rank_correlations(runs, varied, measures),
        index_words=[
            "Rank correlations of the settings that were varied with measures at the end. Those that go with a measure "
            "most are named; a correlation is no effect of one setting alone unless the draws are independent.",
        ],
    )


def _mean_of_draws(stored: pd.DataFrame, varied: Sequence[str]) -> pd.DataFrame:
    """Return one row a scenario and draw: measures are means over replicates, and the draw stands for a replicate."""
    by_draw = stored.groupby(["scenario", DRAW], sort=False)
    table = by_draw[[name for name in stored.columns if name in MEASURES]].mean()
    table.insert(0, "regime", by_draw["regime"].agg(lambda names: names.mode().iloc[0]))
    firsts = by_draw[list(varied)].first()
    return pd.concat([firsts, table], axis=1).reset_index().rename(columns={DRAW: "replicate"})


def _span(values: pd.Series) -> list[Any]:
    """Return the least and the largest value drawn of a number, or the names drawn."""
    if pd.api.types.is_numeric_dtype(values):
        return [float(values.min()), float(values.max())]
    return sorted(map(str, values.unique()))


def _regimes_of_draws(stored: pd.DataFrame) -> pd.DataFrame:
    """Return the share of runs in each regime with t intervals over draws: runs of one draw are not independent."""
    rows = []
    for scenario, here in stored.groupby("scenario", sort=False):
        flags = pd.DataFrame({regime: (here["regime"] == regime).astype(float) for regime in REGIMES})
        share, low, high = t_interval(flags.groupby(here[DRAW]).mean().to_numpy())
        ends = (share, np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0))
        rows += [(scenario, regime, *values) for regime, *values in zip(REGIMES, *ends, strict=True)]
    return pd.DataFrame(rows, columns=["scenario", "regime", "share", "ci_low", "ci_high"])


def _how_to_ask(scenarios: Mapping[str, Scenario]) -> list[str]:
    names = f"scenarios=[{','.join(scenarios)}]"
    return [
        f"partnerships sensitivity study=studies/levers {names} vary=[levers,leadership]",
        f"partnerships sensitivity study=studies/world {names} vary=[behaviour]",
    ]


def _explanation(each: FinishedResults) -> Section:
    folder = each.folder
    lines = (folder / "explanation.txt").read_text("utf-8").splitlines()
    scenario = next(iter(each.scenarios.values()))
    dates = pd.Series([scenario.month_label(month) for month in range(scenario.months)])
    monthly = pd.read_csv(folder / "terms_by_month.csv")
    points = pd.read_csv(folder / "turning_points.csv", keep_default_na=False)
    drawn = terms_picture(monthly, points, dates, subject=lines[0].partition(": ")[0])
    return explained(lines, pd.read_csv(folder / "terms.csv"), drawn)
