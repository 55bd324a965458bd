"""Test whether the model shows the patterns of real partnerships: the scoreboard.

Each pattern is declared with its source and its criterion in configs/pattern/declared.yaml. What they read
is simulated with the behaviour in force, and every finding is set against its band, with an interval. A
pattern that is missed is a finding like any other: it is said plainly and the exit code is 0.

With behaviour=accepted each parameter set that the calibration accepted is tested, and the scoreboard says
how many of them pass. With nulls=true the null models, each with one mechanism switched off, are tested
too, and which patterns they lose.

Patterns of your own are a YAML file for extra=, see configs/pattern/example.yaml: experiments (scenario,
overrides, places: own or real, share_of_runs) and patterns (id, statement, criterion, source, findings,
any_of). A finding takes what, statistic, experiment, measure ("a + b" adds up, [a, b] averages), months
(all, last_year or [first, last], from 0), low and high; minus: {experiment: …} or {measure: …} subtracts
the same of something else. Statistics: mean, sd, share_below (below), share_above (above),
share_at_both_ends (below, above), share_ordered (measures in falling order), correlation (two measures,
over runs), ratio_of_months (at: two months), share_of_gain (at: three months), half_life, effect (in
standard deviations, against: another experiment).

Writes scoreboard.csv, patterns.md, verdicts.txt, figures/ and manifest.json; with several behaviours
null_models.csv too.

For example:
  partnerships patterns
  partnerships patterns behaviour=accepted runs=40
  partnerships patterns nulls=true output=outputs/nulls
  partnerships patterns behaviour.weight_cooperation=2 runs=100
  partnerships patterns extra=example
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import pandas as pd
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from analysis.patterns.criteria import scoreboard, scoreboard_of_sets
from analysis.patterns.figures import null_models_figure, scoreboard_figure
from analysis.patterns.words import (
    BEHAVIOUR,
    band_in_words,
    losses_in_words,
    null_models,
    patterns_page,
    value_in_words,
    verdict_of,
    verdicts,
)
from analysis.shared.plotting import save
from experiments.behaviours import Sample, sample_of
from experiments.compose import Names, option_names, verb_settings_of
from experiments.errors import CommandError
from experiments.output.folder import answer_folder, output_folder
from experiments.output.manifest import Question, write_manifest
from experiments.runs.patterns import Declared, declared_patterns, of_one, of_sets, pattern_batches
from experiments.terminal import console, plain_table, progress_bar
from sim.parameters import Whole

NULL = "null_"
"""How behaviours are named in which a mechanism is switched off."""

_OF_THE_MODEL = re.compile(r"[+~]*(behaviour|delivery)(=|\.)")

PRIOR_SHARES = "prior_shares.csv"
LEFT_OUT = "leave_one_out.csv"


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class PatternsSettings:
    """What can be set for a test; the defaults are in configs/patterns.yaml."""

    behaviours: Names | None
    nulls: bool
    extra: str | None
    runs: Annotated[Whole, Field(ge=4, le=100_000)]
    resamples: Annotated[Whole, Field(ge=99, le=100_000)]
    seed: Annotated[Whole, Field(ge=0)]
    calibration: str | None
    threads: Annotated[Whole, Field(ge=1, le=1_024)] | None
    output: str | None
    overwrite: bool
    figures: bool


def task(config: DictConfig) -> None:
    """Test the patterns as ``config`` says, print the scoreboard and write the answers."""
    settings = verb_settings_of(config, PatternsSettings)
    changes = _changes(settings)
    sample = sample_of(config)
    models = _models(settings, sampled=sample is not None)
    declared = declared_patterns(settings.extra)
    target = output_folder(settings.output, verb="patterns")
    tables = calibration_tables(settings.calibration)
    batches = pattern_batches(declared, runs=settings.runs, changes=changes if sample is None else [])
    question = Question(
        command=["partnerships", "patterns", *HydraConfig.get().overrides.task],
        scenarios={batch.name: batch.scenarios[0] for batch in batches},
        seed=settings.seed,
        replicates=range(settings.runs),
    )
    with answer_folder(target, overwrite=settings.overwrite) as folder:
        boards = _boards(declared, models, changes, settings, sample)
        text = _write(boards, declared, settings, folder, tables)
        told = {"behaviours": sample.told()} if sample else {}
        write_manifest(folder, question, settings=dataclasses.asdict(settings) | told)
    for name, board in boards.groupby(BEHAVIOUR, sort=False):
        print_scoreboard(board, title=f"Patterns, behaviour {name}")
    console().print(text)
    console().print(f"Answers are in {target}")


def _changes(settings: PatternsSettings) -> list[str]:
    """Return the overrides that hold in every experiment: those of the behaviour, and where to look for it."""
    asked = HydraConfig.get().overrides
    of_the_verb = "|".join(field.name for field in dataclasses.fields(settings))
    given = [override for override in asked.task if not re.match(rf"[+~]*({of_the_verb})(=|$)", override)]
    for override in given:
        if not _OF_THE_MODEL.match(override):
            raise CommandError(
                f"{override!r} is not allowed: patterns are tested on experiments of their own; only behaviour "
                f"(and delivery) can be changed, for example behaviour=fitted"
            )
    return [*given, *(override for override in asked.hydra if override.startswith("hydra.searchpath="))]


def _models(settings: PatternsSettings, *, sampled: bool) -> Sequence[str]:
    """Return the behaviours to test by name; the first is the one that others are set against."""
    in_force = str(HydraConfig.get().runtime.choices[BEHAVIOUR])
    if settings.behaviours is None and not settings.nulls:
        return [in_force]
    if sampled:
        raise CommandError("behaviour=accepted is tested alone: leave out behaviours and nulls")
    names = list(settings.behaviours or [in_force])
    if settings.nulls:
        nulls = _nulls()
        if not nulls:
            raise CommandError(f"nulls = true: there are no behaviours whose names begin with {NULL}")
        names += [name for name in nulls if name not in names]
    if len(set(names)) < len(names):
        raise CommandError(f"behaviours = [{','.join(names)}] is not allowed: name each once")
    return names


def _nulls() -> list[str]:
    """Return the null models that ship with the model, and those in folders given with --config-dir."""
    sources = HydraConfig.get().runtime.config_sources
    folders = [Path(source.path) / BEHAVIOUR for source in sources if source.schema == "file"]
    beside = {path.stem for folder in folders for path in folder.glob("*.yaml")}
    return sorted(name for name in {*option_names(BEHAVIOUR), *beside} if name.startswith(NULL))


def _boards(
    declared: Declared, models: Sequence[str], changes: Sequence[str], settings: PatternsSettings, sample: Sample | None
) -> pd.DataFrame:
    """Return the scoreboards of all models, one below the other."""
    shared = [change for change in changes if not re.match(r"\+*behaviour=", change)]
    batches = {}
    for name in models:
        # Of a sample the sets come instead of the scenarios' own behaviour.
        chosen = [f"behaviour={name}"] if sample is None else []
        batches[name] = pattern_batches(declared, runs=settings.runs, changes=[*chosen, *shared])
    boards = []
    sets = len(sample.sets) if sample else 1
    total = sets * sum(batch.runs for of_model in batches.values() for batch in of_model)
    with progress_bar("runs", total=total) as advance:
        for name, of_model in batches.items():
            if sample is not None:
                values = of_sets(
                    declared, of_model, sample.sets, seed=settings.seed, threads=settings.threads, advance=advance
                )
                board = scoreboard_of_sets(declared.patterns, values)
            else:
                found = of_one(of_model, seed=settings.seed, threads=settings.threads, advance=advance)
                board = scoreboard(declared.patterns, found, resamples=settings.resamples, seed=settings.seed)
            board.insert(0, BEHAVIOUR, name)
            boards.append(board)
    return pd.concat(boards, ignore_index=True)


def calibration_tables(folder: str | None) -> dict[str, pd.DataFrame]:
    """Return the tables of a calibration that the page on patterns shows; none if there is no folder."""
    if folder is None:
        return {}
    try:
        return {
            "prior_shares": pd.read_csv(Path(folder) / PRIOR_SHARES),
            "left_out": pd.read_csv(Path(folder) / LEFT_OUT),
        }
    except (OSError, ValueError) as error:
        raise CommandError(f"calibration = {folder!r} holds no finished calibration: {error}") from None


def _write(
    boards: pd.DataFrame,
    declared: Declared,
    settings: PatternsSettings,
    folder: Path,
    tables: dict[str, pd.DataFrame],
) -> str:
    """Write tables, page, words and figures and return the words."""
    names = list(boards[BEHAVIOUR].unique())
    first = boards[boards[BEHAVIOUR] == names[0]]
    lines = [verdicts(board, behaviour=str(name)) for name, board in boards.groupby(BEHAVIOUR, sort=False)]
    boards.to_csv(folder / "scoreboard.csv", index=False)
    models = None
    if len(names) > 1:
        models = null_models(boards, reference=names[0])
        models.to_csv(folder / "null_models.csv", index=False)
        lines.append(losses_in_words(models, reference=names[0]))
    text = "\n\n".join(lines)
    (folder / "verdicts.txt").write_text(text + "\n", encoding="utf-8")
    page = patterns_page(
        first,
        command=" ".join(["partnerships patterns", *_told(HydraConfig.get().overrides.task)]),
        says=[*_says(settings), lines[0]],
        remarks=declared.remarks,
        models=models,
        reference=names[0],
        **tables,
    )
    (folder / "patterns.md").write_text(page, encoding="utf-8")
    if settings.figures:
        for name in names:
            board = boards[boards[BEHAVIOUR] == name]
            passed = board.drop_duplicates("id")["passed"]
            figure = scoreboard_figure(board, title=f"{passed.sum()} of {len(passed)} patterns are reproduced ({name})")
            save(figure, folder / "figures" / f"scoreboard_{name}.png")
        if models is not None:
            save(null_models_figure(models), folder / "figures" / "null_models.png")
    return text


def _told(overrides: Sequence[str]) -> list[str]:
    return [override for override in overrides if not re.match(r"(output|overwrite|threads)=", override)]


def _says(settings: PatternsSettings) -> list[str]:
    return [
        f"Values are from {settings.runs} runs of the baseline on seed {settings.seed}; other experiments have the "
        "share of runs declared for them. P are patterns of the literature, C are what the scenarios' names claim. "
        "Experiments and criteria are declared in `configs/pattern/declared.yaml`, the statistics in "
        "`analysis/patterns/criteria.py`. How the behaviour was chosen is told by `partnerships calibrate --help`.",
    ]


def print_scoreboard(board: pd.DataFrame, *, title: str) -> None:
    """Print a scoreboard, a finding a row."""
    table = plain_table(title)
    of_sets = "share_of_sets" in board
    for column in ("id", "what", "value (95 % interval)", "must be", "pattern", *(["sets"] if of_sets else [])):
        table.add_column(column)
    for _, row in board.iterrows():
        band = band_in_words(row["low"], row["high"])
        cells = [row["id"], row["what"], value_in_words(row), band, verdict_of(row)]
        table.add_row(*cells, *([f"{row['share_of_sets']:.0%}"] if of_sets else []))
    console().print(table)
