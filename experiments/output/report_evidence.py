"""Reading finished answers for a brief, and refusing what is unfinished, altered or made by other code."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from analysis.brief.background import explained, rank_correlations
from analysis.brief.contents import Evidence, Provenance
from analysis.brief.document import Section
from analysis.brief.pictures import terms_picture
from analysis.comparison.words import SCOPE, SCOPE_WITH_PARAMETERS
from analysis.shared import summaries
from analysis.shared.summaries import HEADLINE, t_interval
from experiments.errors import CommandError
from experiments.output.folder import MANIFEST
from experiments.output.manifest import PACKAGE, installed_version
from experiments.study import store
from experiments.study.designs import DRAW
from experiments.verbs.compare import USUAL_REFERENCE, compared
from sim import MEASURES, REGIMES, Scenario, ScenarioError, scenario_from
from sim.scenario import nearest

MAIN = ("compare", "sweep")
BESIDE = ("sensitivity", "explain")

NEEDED: Mapping[str, tuple[str, ...]] = {
    "compare": ("runs.parquet", "trajectories.parquet"),
    "sweep": ("runs.parquet", store.DRAWS),
    "sensitivity": ("sensitivity.csv", "words.txt"),
    "explain": ("explanation.txt", "terms.csv", "terms_by_month.csv", "turning_points.csv"),
}
"""The files of each kind of answer that a brief is made from."""

SCOPE_OF_STUDY = (
    "The intervals are of averages over the draws of this study, each at 95 % on its own: they cover chance and the "
    "settings that were varied, over the ranges in which they were varied, and nothing else. They do not predict what "
    "happens in a real authority."
)
_STRONGEST = 3
"""Measures for which a study tells with which settings they go."""


@dataclasses.dataclass(frozen=True)
class Answer:
    """A finished answer folder, checked against its manifest."""

    folder: Path
    verb: str
    manifest: Mapping[str, Any]
    manifest_sha256: str
    scenarios: Mapping[str, Scenario]

    @property
    def replicates(self) -> range:
        """Return the replicates that were run."""
        asked = self.manifest["replicates"]
        return range(asked["first"], asked["first"] + asked["count"])

    @property
    def command(self) -> str:
        """Return what was typed."""
        return shlex.join(self.manifest["command"])


def read_answers(folders: Sequence[Path]) -> list[Answer]:
    """Return the answers in ``folders``, the comparison or study first.

    Raises CommandError for a folder without a finished answer, for one that was changed or made by another
    version, and unless exactly one of them is a comparison or a study.
    """
    answers = [read_answer(folder.expanduser().resolve()) for folder in folders]
    main = [answer for answer in answers if answer.verb in MAIN]
    if len(main) != 1:
        told = ", ".join(f"{answer.folder.name}: {answer.verb}" for answer in answers)
        raise CommandError(
            f"from needs exactly one folder of compare or sweep, with those of sensitivity and explain beside it, not "
            f"{len(main)} ({told})"
        )
    return [*main, *(answer for answer in answers if answer.verb in BESIDE)]


def read_answer(folder: Path) -> Answer:
    """Return the answer in a folder, if it is finished, whole and of this version."""
    where = f"from = {str(folder)!r}"
    if not folder.is_dir():
        raise CommandError(f"{where} is not a folder: give the output folder of partnerships compare, or a study")
    path = folder / MANIFEST
    if not path.is_file():
        if store.is_study(folder):
            raise CommandError(f"{where} is a study that is not finished: partnerships sweep study={folder} goes on")
        raise CommandError(
            f"{where} holds no finished answer (no {MANIFEST}): give the output folder of partnerships compare, or a "
            f"study that is finished"
        )
    content = path.read_bytes()
    try:
        manifest = json.loads(content)
        verb, made_by = manifest["command"][1], manifest["versions"][PACKAGE]
        hashes = {file["path"]: file["sha256"] for file in manifest["files"]}
    except (ValueError, KeyError, IndexError, TypeError):
        raise CommandError(f"{where} has a {MANIFEST} that cannot be read: give the same command again") from None
    if verb not in NEEDED:
        known = ", ".join(NEEDED)
        raise CommandError(f"{where} is an answer of partnerships {verb}: a brief is made from those of {known}")
    if made_by != installed_version(PACKAGE):
        raise CommandError(
            f"{where} was made by version {made_by} and this is {installed_version(PACKAGE)}: give its command again, "
            f"{shlex.join(manifest['command'])}"
        )
    _refuse_changed(folder, where, verb, hashes)
    return Answer(
        folder=folder,
        verb=verb,
        manifest=manifest,
        manifest_sha256=hashlib.sha256(content).hexdigest(),
        scenarios=_scenarios(manifest, where),
    )


def _refuse_changed(folder: Path, where: str, verb: str, hashes: Mapping[str, str]) -> None:
    for name in NEEDED[verb]:
        file = folder / name
        if not file.is_file():
            raise CommandError(f"{where} has lost its {name}: give its command again")
        if hashes.get(name) != hashlib.sha256(file.read_bytes()).hexdigest():
            raise CommandError(f"{where}: {name} was changed since it was written: give its command again")


def _scenarios(manifest: Mapping[str, Any], where: str) -> dict[str, Scenario]:
    try:
        return {name: scenario_from(values) for name, values in manifest["scenarios"].items()}
    except (ScenarioError, KeyError, AttributeError) as error:
        raise CommandError(
            f"{where} was made by another version of the model ({error}): give its command again"
        ) from None


# ---------------------------------------------------------------------------- evidence


def evidence_in(answers: Sequence[Answer], *, reference: str | None) -> Evidence:
    """Return what a brief is made from: the main answer, and what stands beside it."""
    main, *others = answers
    make = _of_comparison if main.verb == "compare" else _of_study
    evidence = make(main, _reference(main, reference))
    commands = [answer.command for answer in answers]
    evidence = dataclasses.replace(evidence, provenance=dataclasses.replace(evidence.provenance, commands=commands))
    for answer in others:
        if answer.verb == "sensitivity":
            words = (answer.folder / "words.txt").read_text("utf-8").splitlines()
            evidence = dataclasses.replace(
                evidence,
                indices=pd.read_csv(answer.folder / "sensitivity.csv"),
                index_words=[line for line in words if line.strip()],
            )
        else:
            evidence = dataclasses.replace(evidence, extra=(*evidence.extra, _explanation(answer)))
    return evidence


def _reference(answer: Answer, asked: str | None) -> str:
    names = list(answer.scenarios)
    if asked is None:
        asked = answer.manifest["settings"].get("reference")
    if asked is None:
        return USUAL_REFERENCE if USUAL_REFERENCE in names else names[-1]
    if asked not in names:
        raise CommandError(
            f"reference = {asked!r} is not among the scenarios{nearest(asked, names)}; choose one of {', '.join(names)}"
        )
    return str(asked)


def _provenance(answer: Answer) -> Provenance:
    manifest = answer.manifest
    return Provenance(
        commands=[answer.command],
        seed=manifest["seed"],
        versions=manifest["versions"],
        commit=manifest.get("git_commit"),
    )


def _of_comparison(answer: Answer, reference: str) -> Evidence:
    runs = pd.read_parquet(answer.folder / "runs.parquet")
    tables = compared(runs, reference)
    sets = (answer.manifest["settings"].get("behaviours") or {}).get("sets", 0)
    count = len(answer.replicates)
    how = [f"Runs of each scenario: {count}. Equal runs share all chance, so differences are paired."]
    if sets:
        how.append(f"Runs take turns with {sets} parameter sets that reproduce patterns of real partnerships.")
    return Evidence(
        scenarios=answer.scenarios,
        reference=reference,
        runs=runs,
        summary=tables.summary,
        contrasts=tables.contrasts,
        regimes=tables.regimes,
        trajectories=pd.read_parquet(answer.folder / "trajectories.parquet"),
        how=how,
        basis=f"{count} runs of each scenario." if count > 1 else "One run of each scenario.",
        scope=SCOPE_WITH_PARAMETERS if sets else SCOPE,
        provenance=_provenance(answer),
        sets=sets,
        how_to_ask=_how_to_ask(answer.scenarios),
    )


def _of_study(answer: Answer, reference: str) -> Evidence:
    stored = pd.read_parquet(answer.folder / "runs.parquet")
    varied = list(pq.read_schema(answer.folder / store.DRAWS).names)
    varied.remove(DRAW)
    runs = _mean_of_draws(stored, varied)
    of_measures = runs.drop(columns=varied)
    draws, replicates = runs["replicate"].nunique(), len(answer.replicates)
    contrasts = summaries.contrasts(of_measures, reference)
    measures = [name for name in HEADLINE if name in runs][-_STRONGEST:]
    return Evidence(
        scenarios=answer.scenarios,
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
        provenance=_provenance(answer),
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


def _explanation(answer: Answer) -> Section:
    folder = answer.folder
    lines = (folder / "explanation.txt").read_text("utf-8").splitlines()
    scenario = next(iter(answer.scenarios.values()))
    dates = pd.Series([scenario.month_label(month) for month in range(scenario.months)])
    monthly = pd.read_csv(folder / "terms_by_month.csv")
    points = pd.read_csv(folder / "turning_points.csv", keep_default_na=False)
    drawn = terms_picture(monthly, points, dates, subject=lines[0].partition(": ")[0])
    return explained(lines, pd.read_csv(folder / "terms.csv"), drawn)
