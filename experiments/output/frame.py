"""The frame of all verbs: open the folder, work, write tables, texts, figures and the manifest, print.

A verb says what it comes to as :class:`Results`; how that is written and printed stands here alone.
"""

from __future__ import annotations

import dataclasses
import gc
import shutil
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
from matplotlib.figure import Figure
from rich.table import Table

from analysis.places.tables import CONDITION
from analysis.shared.codebook import CODEBOOK, codebook
from analysis.shared.legibility import is_legible
from analysis.shared.plotting import Caption, add_remarks, caption_of, house_style, save, without_caption
from experiments.behaviours import on_turns
from experiments.command import Command
from experiments.errors import CommandError, is_lack_of_memory
from experiments.files import PARTIAL, inside, replacing, sweep_up, typed_path, without_number
from experiments.output.folder import MANIFEST, output_folder, target_of
from experiments.output.manifest import write_manifest
from experiments.output.remarks import on_numbers
from experiments.registry import verbs
from experiments.study.claims import in_turn
from experiments.study.columns import as_written
from experiments.surroundings import memory_left, no_more_memory
from experiments.terminal import console
from sim import MONTH, Month, Scenario, month_of
from sim.population import is_of_the_record

MEMORY_OF_FIGURES = 100_000_000
"""Bytes that drawing takes, most of them for the libraries that it needs."""


@dataclasses.dataclass(frozen=True)
class Results:
    """What a verb comes to: everything that is written and printed of it."""

    scenarios: Mapping[str, Scenario]
    seed: int
    replicates: range
    tables: Mapping[str, pd.DataFrame] = dataclasses.field(default_factory=dict)
    """By file name, which ends in ``.csv`` or ``.parquet``."""
    texts: Mapping[str, str | bytes] = dataclasses.field(default_factory=dict)
    """By file name: text, or the bytes of a document."""
    figures: Mapping[str, Callable[[], Figure]] = dataclasses.field(default_factory=dict)
    """By name, without ending: how to draw each; only if figures are wanted."""
    words: Sequence[str | Table] = ()
    """What is printed, in order."""
    record: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """What the manifest says beside the settings of the verb."""
    numbers: str | None = None
    """What has to be said of the numbers that runs had, if it is not plain from behaviour=; may be nothing."""
    objective: float | None = None
    """What a sweeper of Hydra is told that the job came to, if one is asked for."""
    districts: Mapping[str, int] = dataclasses.field(default_factory=dict)
    """Over how many places the runs of a scenario are spread, by its name; of several it has the first."""
    copies: Mapping[str, Path] = dataclasses.field(default_factory=dict)
    """Files that are copied once all is written, each to the folder below which it has the same path."""

    @property
    def spread(self) -> dict[str, int]:
        """Return those that are spread over more than one."""
        return {name: count for name, count in self.districts.items() if count > 1}


def perform(verb: ModuleType, command: Command) -> float | None:
    """Do one job of a verb, from its settings to the last line printed, and return its objective, if it has one."""
    kind = verbs()[command.verb].settings_kind()
    if hasattr(verb, "serve"):
        verb.serve(command.settings(kind))
        return None
    settings: Any = command.settings(kind)
    keeps_a_study = hasattr(settings, "study")
    if keeps_a_study and settings.study is None:
        raise CommandError("study is missing: name a folder, for example study=studies/levers")
    started = datetime.now(UTC)
    if keeps_a_study:
        sweep_up(study_folder(settings), f"**/.*{PARTIAL}")
    if not hasattr(settings, "output"):
        results = verb.work(settings, command)
        if results is not None:
            with writing_results(study_folder(settings)):
                keep(results, study_folder(settings), command, dataclasses.asdict(settings), started=started)
            say(results, study_folder(settings), command)
        return None
    named = verb.subject if hasattr(verb, "subject") else None
    subject = named(settings, command) if named else study_folder(settings).name if keeps_a_study else ""
    target = target_of(command, output=settings.output, subject=subject)
    with output_folder(target, overwrite=settings.overwrite) as folder:
        command = dataclasses.replace(command, folder=folder)
        results = verb.work(settings, command)
        keep(results, folder, command, dataclasses.asdict(settings), started=started)
    say(results, target, command)
    objective: float | None = results.objective
    return objective


def remarks_on(results: Results, command: Command) -> list[str]:
    """Return what has to be said with results: of the numbers that runs had, and of the places."""
    if results.numbers is not None:
        said = [results.numbers]
    elif command.sample:
        said = [on_turns(sets=len(command.number_sets), replicates=len(results.replicates))]
    else:
        said = on_numbers(results.scenarios.values())
    districts = {
        "Districts" if name in results.spread else scenario.place.label: None
        for name, scenario in results.scenarios.items()
        if is_of_the_record(scenario.place)
    }
    said += [f"{', '.join(districts)}: {CONDITION}."] if districts else []
    return list(filter(None, dict.fromkeys(said)))


def study_folder(settings: Any) -> Path:
    """Return the folder of the study that settings name."""
    return typed_path(settings.study).resolve()


def writing_results(folder: Path) -> AbstractContextManager[None]:
    """Wait until no other process writes results into the folder of a study, and keep others from it meanwhile."""
    return in_turn(folder, "results", doing="putting the results together")


def keep(
    results: Results,
    folder: Path,
    command: Command,
    settings: Mapping[str, Any],
    *,
    started: datetime,
    asked: Mapping[str, Any] | None = None,
) -> None:
    """Write ``results`` into ``folder``, the manifest last.

    ``asked`` is what was typed and where, if it is not the command at hand: a study goes on by its folder alone.
    """
    (folder / MANIFEST).unlink(missing_ok=True)
    remarks = remarks_on(results, command)
    month = _month_of(results)
    for name, table in results.tables.items():
        with replacing(inside(folder, name)) as path:
            _write_table(table, path, name=name, month=month)
    for name, text in results.texts.items():
        file = inside(folder, *name.split("/"))
        file.parent.mkdir(parents=True, exist_ok=True)
        with replacing(file) as path:
            path.write_bytes(text if isinstance(text, bytes) else _remarked(name, text, remarks).encode())
    _describe_tables(results, folder)
    figures = draw_all(results.figures, folder, settings.get("figures", True), remarks)
    objective = {} if results.objective is None else {"objective_value": results.objective}
    sample = {"behaviours": command.sample.record()} if command.sample and "sample" not in settings else {}
    spread = {"districts": results.spread} if results.spread else {}
    write_manifest(
        folder,
        asked=asked or command.asked,
        settings={
            **settings,
            **sample,
            **spread,
            **results.record,
            **objective,
            **({"remarks": remarks} if remarks else {}),
        },
        scenarios=results.scenarios,
        seed=results.seed,
        replicates=results.replicates,
        started=started,
        figures=figures,
    )


def say(results: Results, target: Path, command: Command) -> None:
    """Copy what is to be copied; print what results say, and where they are."""
    out = console()
    for words in (*results.words, *remarks_on(results, command)):
        out.print(words)
    for name, folder in results.copies.items():
        copy = inside(folder, *name.split("/"))
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(target / name, copy)
    if results.objective is not None:
        out.print(f"objective {results.objective:.6g}")
    beside = ", ".join(str(folder / name) for name, folder in results.copies.items())
    out.print(f"Results are in {target}" + (f", and in {beside}" if beside else ""), soft_wrap=True)


def _month_of(results: Results) -> Month:
    """Return the month that runs had, with measures and settings of one's own."""
    return next((month_of(one) for one in results.scenarios.values() if one.extension), MONTH)


def _write_table(table: pd.DataFrame, path: Path, *, name: str, month: Month = MONTH) -> None:
    if name.endswith(".csv"):
        table.to_csv(path, index=False, date_format="%Y-%m")  # dates are months
    else:
        pq.write_table(as_written(table, month, name), path, compression="zstd", compression_level=1)


def draw_all(
    figures: Mapping[str, Callable[[], Figure]], folder: Path, kind: bool | str, remarks: Sequence[str]
) -> list[dict[str, Any]]:
    """Draw figures and return what the manifest says of each; one that cannot be drawn is named, and the rest kept."""
    if kind is False:
        return []
    ending, _, one = ("png" if kind is True else kind).partition("_")
    drawn: list[dict[str, Any]] = []
    for name, draw in figures.items():
        try:
            if not drawn:
                _refuse_little_memory()
            figure, columns = _drawn(draw, remarks, columns=1 if one else 2, titled=ending == "png" and not one)
            with house_style():
                path = save(figure.figure, inside(folder, "figures", f"{name}.{ending}", what="figure"))
        except Exception as error:
            if is_lack_of_memory(error):
                short = f"figures from {name} on are not drawn, {no_more_memory()}"
                print(f"{short}: tables and texts are kept", file=sys.stderr)
                break
            why = f" ({without_number(str(error))})" if str(error) else ""
            print(f"figure {name} could not be drawn{why}: tables and texts are kept", file=sys.stderr)
            continue
        if one and columns == 2:
            print(f"figure {name} needs two columns: it has them", file=sys.stderr)
        caption = dataclasses.asdict(figure.caption)
        drawn.append({"path": path.relative_to(folder).as_posix(), **caption, "columns": columns})
    if len(drawn) < len(figures):
        gc.collect()  # what was half drawn would still take memory
    return drawn


def _refuse_little_memory() -> None:
    """Raise MemoryError where figures would not fit: half drawn, they would leave none for what comes after them."""
    left = memory_left()
    if left is not None and left < MEMORY_OF_FIGURES:
        raise MemoryError


@dataclasses.dataclass(frozen=True)
class _Drawn:
    figure: Figure
    caption: Caption


def _drawn(draw: Callable[[], Figure], remarks: Sequence[str], *, columns: int, titled: bool) -> tuple[_Drawn, int]:
    """Return a figure and for how many columns it is: two where one is too narrow for its words."""
    if columns == 2:
        return _made(draw, remarks, titled=titled), 2
    with house_style(columns=1), warnings.catch_warnings():
        warnings.simplefilter("error")  # that there is no room for the panels
        try:
            narrow = _made(draw, remarks, titled=titled)
            if is_legible(narrow.figure):
                return narrow, 1
        except UserWarning:
            pass
    return _drawn(draw, remarks, columns=2, titled=titled)


def _made(draw: Callable[[], Figure], remarks: Sequence[str], *, titled: bool) -> _Drawn:
    with house_style():
        figure = draw()
        add_remarks(figure, remarks)
        made = _Drawn(figure, caption_of(figure))
        return made if titled else dataclasses.replace(made, figure=without_caption(figure))


def _describe_tables(results: Results, folder: Path) -> None:
    """Write the codebook of all tables in ``folder``, those of a study too, if there are any."""
    of_study = {path.name: path for path in folder.glob("*") if path.suffix in (".csv", ".parquet")}
    tables = {name: results.tables.get(name, path) for name, path in sorted(of_study.items()) if name != CODEBOOK}
    if tables:
        with replacing(folder / CODEBOOK) as path:
            _write_table(codebook(tables, _month_of(results)), path, name=CODEBOOK)


def _remarked(name: str, text: str, remarks: Sequence[str]) -> str:
    """Return a text with what has to be said with it, where a person reads it, and an end of its last line."""
    lines = [text.rstrip("\n"), *remarks] if Path(name).suffix in (".md", ".txt") else [text.rstrip("\n")]
    return "\n\n".join(lines) + "\n"
