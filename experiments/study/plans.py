"""The plan of a study: what it computes, in which chunks, made by which code.

A study folder holds ``plan.json`` and ``draws.parquet``, written before the first run, then under ``chunks``
the results (``experiments.study.store``). A chunk is named by the hash of what it computes. With ``precision=``
the plan grows once, when the first replicates have said how many there have to be.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.shared.paths import flat
from experiments.behaviours import NumberSet
from experiments.errors import CommandError, as_written
from experiments.extensions import EXTENSION, refuse_unnamed
from experiments.files import (
    PARTIAL,
    Refused,
    inside,
    read_json,
    read_parquet,
    replacing,
    sha256,
    sha256_of_file,
)
from experiments.options import CASE, cases_used, own_files_used
from experiments.study.claims import in_turn
from experiments.study.columns import described
from experiments.study.identity import changed_by_hand, differences, differing_code, made_by, sealed
from experiments.values import scenario_values
from sim import Month, Scenario, month_of, scenario_from

PLAN = "plan.json"
DRAWS = "draws.parquet"
BEHAVIOURS = "behaviours.parquet"
SAMPLE = "sample"
CHUNKS = "chunks"
RUNS = "runs"
TRAJECTORIES = "trajectories"
YEARS = "years"
PRECISION = "precision"
"""Setting: the half-widths that are asked for, how many replicates are run first, and how many at most."""
NEEDED = "needed"
"""Setting of a study whose first replicates have said how many there have to be."""
ASKED = "study_asked"
"""What results that were read off a study record of how it was asked for."""

MOST_RUNS = 100_000_000

_DRAWS_A_GROUP = 16_384


@dataclasses.dataclass(frozen=True)
class Chunk:
    """Some draws, by their position in the table, with some replicates of one scenario."""

    id: str
    scenario: str
    first_draw: int
    draws: int
    first_replicate: int
    replicates: int

    @property
    def runs(self) -> int:
        """Return the number of runs in the chunk."""
        return self.draws * self.replicates

    def __str__(self) -> str:
        last = self.first_draw + self.draws - 1
        return f"chunk {self.id[:12]} ({self.scenario}, draws {self.first_draw} to {last})"


@dataclasses.dataclass(frozen=True)
class Study:
    """A planned study, as its folder holds it."""

    folder: Path
    settings: Mapping[str, Any]
    """Everything that decides the results, beside the code."""
    made_by: Mapping[str, str]
    """The code: see ``experiments.study.identity``."""
    files: Mapping[str, str]
    """The sha256 of the draws, and of the parameter sets that replicates take turns with."""
    own_files: Sequence[Mapping[str, str]]
    """Files of one's own that the scenarios were composed from."""
    chunks: tuple[Chunk, ...]
    created: str
    asked: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """What was typed when it was planned, and where; a study of an earlier version does not know."""
    sizes: Mapping[str, int] = dataclasses.field(default_factory=dict)
    """The most runs in a chunk of each scenario; a study of an earlier version does not know."""

    @cached_property
    def scenarios(self) -> dict[str, Scenario]:
        """Return the scenarios by name."""
        with as_written(self.folder):
            return {name: scenario_from(values) for name, values in self.settings["scenarios"].items()}

    @cached_property
    def month(self) -> Month:
        """Return the month that they live."""
        return month_of(*self.scenarios.values())

    @cached_property
    def number_sets(self) -> tuple[NumberSet, ...]:
        """Return the sets of numbers that replicates take turns with; none if scenarios keep their own."""
        if SAMPLE not in self.settings:
            return ()
        rows: list[Any] = read_parquet(self.folder / BEHAVIOURS).to_dict("records")
        return tuple(NumberSet.from_values(row) for row in rows)

    @cached_property
    def chunk_by_id(self) -> dict[str, Chunk]:
        """Return the chunks by id."""
        return {chunk.id: chunk for chunk in self.chunks}

    @property
    def runs(self) -> int:
        """Return the number of runs in the study."""
        return sum(chunk.runs for chunk in self.chunks)

    def path(self, chunk: Chunk, table: str) -> Path:
        """Return where a table of a chunk is stored."""
        return inside(self.folder, CHUNKS, f"{chunk.id}.{table}.parquet", what="chunk")

    @property
    def claims(self) -> Path:
        """Return the folder in which chunks are claimed by their ids."""
        return self.folder / CHUNKS

    @property
    def tables(self) -> tuple[str, ...]:
        """Return the tables that a finished chunk has."""
        return (RUNS, TRAJECTORIES) if self.settings[TRAJECTORIES] else (RUNS,)

    def draws_of(self, chunk: Chunk) -> pa.Table:
        """Return the draws of a chunk."""
        return _draws_between(self.folder / DRAWS, chunk.first_draw, chunk.first_draw + chunk.draws)


# ------------------------------------------------------------------------------- plan


def plan_study(
    folder: Path,
    *,
    settings: Mapping[str, Any],
    scenarios: Mapping[str, Scenario],
    draws: pa.Table,
    sizes: Mapping[str, int],
    number_sets: Sequence[NumberSet] = (),
    asked: Mapping[str, Any] | None = None,
) -> Study:
    """Write the plan of a study into ``folder`` and return it, or the plan that another process was quicker to write.

    With ``number_sets`` replicate r takes number r mod n of them; ``settings`` names the sample they are. ``asked``
    is what was typed.

    ``settings`` holds everything that decides the results (with ``seed`` and ``replicates``), ``sizes`` the
    most runs in a chunk of each scenario. Raises CommandError if the folder holds something else.
    """
    _refuse_occupied(folder)
    most = settings.get(PRECISION, {}).get("most")
    runs = draws.num_rows * (most or settings["replicates"]) * len(scenarios)
    if runs > MOST_RUNS:
        what = f"may have {runs:,} runs with most_replicates = {most}" if most else f"has {runs:,} runs"
        raise CommandError(f"this study {what}: at most {MOST_RUNS:,} are allowed")
    try:
        (folder / CHUNKS).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"study = {str(folder)!r} cannot be written: {error.strerror}") from None
    draws = draws.cast(described(draws.schema, month_of(*scenarios.values())))
    with in_turn(folder / CHUNKS, PLAN, doing="beginning the study"):
        if is_study(folder):
            return open_study(folder)
        return _planned(
            folder,
            settings=settings,
            scenarios=scenarios,
            draws=draws,
            sizes=sizes,
            number_sets=number_sets,
            asked=asked or {},
        )


def _planned(
    folder: Path,
    *,
    settings: Mapping[str, Any],
    scenarios: Mapping[str, Scenario],
    draws: pa.Table,
    sizes: Mapping[str, int],
    number_sets: Sequence[NumberSet],
    asked: Mapping[str, Any],
) -> Study:
    with replacing(folder / DRAWS) as path:
        pq.write_table(draws, path, row_group_size=_DRAWS_A_GROUP, compression="zstd", compression_level=1)
    if number_sets:
        with replacing(folder / BEHAVIOURS) as path:
            pd.DataFrame([numbers.values for numbers in number_sets]).to_parquet(path, index=False)
    copied = _copy_cases(folder)
    everything = {**settings, "scenarios": {name: scenario_values(scenario) for name, scenario in scenarios.items()}}
    everything = json.loads(json.dumps(everything))
    code = made_by(scenarios.values())
    study = Study(
        folder=folder,
        settings=everything,
        made_by=code,
        files={
            name: sha256_of_file(folder / name) for name in (DRAWS, *([BEHAVIOURS] if number_sets else []), *copied)
        },
        own_files=own_files_used(),
        chunks=tuple(_chunks(everything, code=code, draws=draws, sizes=sizes)),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        asked=asked,
        sizes=sizes,
    )
    _write_plan(study)
    return study


def grown(study: Study, *, needed: int, replicates: int) -> Study:
    """Write that a study has so many ``replicates`` into its plan, and return it, or as another process has grown it.

    Its first replicates ``needed`` so many; the chunks that hold them stay what they are, and others come after them.
    """
    with in_turn(study.claims, PLAN, doing="adding replicates to the study"):
        study = open_study(study.folder, is_trusted=True)
        if NEEDED in study.settings:
            return study
        settings = {**study.settings, "replicates": replicates, NEEDED: needed}
        draws = pq.read_table(study.folder / DRAWS)
        chunks = tuple(_chunks(settings, code=study.made_by, draws=draws, sizes=study.sizes))
        study = dataclasses.replace(study, settings=settings, chunks=chunks)
        _write_plan(study)
    return study


def _write_plan(study: Study) -> None:
    plan = {field.name: getattr(study, field.name) for field in dataclasses.fields(study) if field.name != "folder"}
    plan["chunks"] = [dataclasses.asdict(chunk) for chunk in study.chunks]
    with replacing(study.folder / PLAN) as path:
        path.write_text(json.dumps(sealed(plan), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _copy_cases(folder: Path) -> list[str]:
    """Copy the case that scenarios were composed from into the folder of the study; return the files, by path."""
    copied = []
    for case, files in cases_used().items():
        (folder / CASE).mkdir(exist_ok=True)
        for name in files:
            with replacing(folder / CASE / name) as path:
                shutil.copyfile(case / name, path)
            copied.append(f"{CASE}/{name}")
    return copied


def _refuse_occupied(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise CommandError(f"study = {str(folder)!r} is a file: give the name of a folder")
    found = sorted(folder.glob("*"))
    begun = (PLAN, DRAWS, BEHAVIOURS, CHUNKS, CASE)
    others = [path for path in found if path.name not in begun and path.suffix != PARTIAL]
    if others and folder / PLAN not in found:
        raise CommandError(
            f"study = {str(folder)!r} holds something else than a study ({others[0].name} and no {PLAN}): "
            f"choose another folder"
        )


def _chunks(
    settings: Mapping[str, Any], *, code: Mapping[str, str], draws: pa.Table, sizes: Mapping[str, int]
) -> Iterator[Chunk]:
    """Give the chunks in the order of the final table: by scenario, draw, replicate.

    Where a precision is asked for, each holds one draw, so that what is added to a draw stands behind what is there.
    """
    total = settings["replicates"]
    first_stage = settings[PRECISION]["first"] if PRECISION in settings else total
    stages = (range(first_stage), range(first_stage, total))
    shared = {"code": code, "seed": settings["seed"], TRAJECTORIES: settings[TRAJECTORIES]}
    shared |= {name: settings[name] for name in (SAMPLE, YEARS) if name in settings}
    for name, scenario in settings["scenarios"].items():
        whole = hashlib.sha256(json.dumps([shared, name, scenario], sort_keys=True).encode())
        some_draws = 1 if PRECISION in settings else max(1, sizes[name] // total)
        some_replicates = max(1, sizes[name] // some_draws)
        for first_draw in range(0, draws.num_rows, some_draws):
            part = draws.slice(first_draw, some_draws)
            drawn = whole.copy()
            drawn.update(_bytes_of(part))
            for stage in stages:
                for first in stage[::some_replicates]:
                    replicates = min(some_replicates, stage.stop - first)
                    computed = drawn.copy()
                    computed.update(f"{first}+{replicates}".encode())
                    yield Chunk(computed.hexdigest(), name, first_draw, part.num_rows, first, replicates)


def digest(draws: pa.Table) -> str:
    """Return the sha256 of a table of draws."""
    return sha256(_bytes_of(draws))


def _bytes_of(draws: pa.Table) -> bytes:
    parts = [json.dumps(draws.column_names).encode()]
    for column in draws.columns:
        text = pa.types.is_string(column.type)
        parts.append(json.dumps(column.to_pylist()).encode() if text else column.to_numpy().tobytes())
    return b"".join(parts)


def is_study(folder: Path) -> bool:
    """Return whether a folder holds a planned study."""
    return (folder / PLAN).is_file()


@dataclasses.dataclass
class _Settings:
    """What is read of the settings in a plan, and what type it is of; a design has more."""

    replicates: int
    seed: int
    scenarios: dict[str, dict[str, Any]]
    trajectories: list[str] | None
    years: list[int] | None = None
    sample: dict[str, Any] | None = None
    parameters: dict[str, list[Any]] | None = None
    doses: dict[str, Any] | None = None
    precision: dict[str, Any] | None = None
    needed: int | None = None


@dataclasses.dataclass
class _Plan:
    """A plan as it is written: a study without its folder, and sealed."""

    settings: _Settings
    made_by: dict[str, str]
    files: dict[str, str]
    own_files: list[dict[str, str]]
    chunks: list[Chunk]
    created: str
    hash_of_parts: dict[str, str]
    hash: str
    asked: dict[str, Any] = dataclasses.field(default_factory=dict)
    sizes: dict[str, int] = dataclasses.field(default_factory=dict)


def open_study(folder: Path, *, is_trusted: bool = False) -> Study:
    """Return the study in ``folder``; raise Refused if its plan, or a file that it names, was changed by hand.

    A study that names steps of one's own, which are code, is refused unless they are named where it is opened, or
    ``is_trusted`` says that they were.
    """
    where = f"study = {str(folder)!r}"
    try:
        plan = read_json(inside(folder, PLAN), _Plan)
        changed = changed_by_hand(plan)
        files = {name: inside(folder, *name.split("/"), what="file") for name in plan["files"]}
        changed += [name for name, sha256 in plan["files"].items() if sha256_of_file(files[name]) != sha256]
    except (Refused, OSError) as error:
        raise CommandError(f"{where} has no readable plan ({error}): choose another folder") from None
    if changed:
        raise CommandError(
            f"{where}: {', '.join(changed)} in its plan {'was' if len(changed) == 1 else 'were'} changed by hand since "
            f"the study was begun: put back what was there, or begin in another folder"
        )
    for scenario in () if is_trusted else plan["settings"]["scenarios"].values():
        refuse_unnamed(str(scenario.get(EXTENSION) or ""), where)
    known = {field.name: plan[field.name] for field in dataclasses.fields(Study) if field.name in plan}
    with as_written(where, "choose another folder"):
        study = Study(**{**known, "folder": folder, "chunks": tuple(Chunk(**chunk) for chunk in plan["chunks"])})
        _refuse_other_chunks(study)
    return study


def _refuse_other_chunks(study: Study) -> None:
    """Raise CommandError unless the chunks of a plan have each draw and replicate of each scenario once, in order."""
    ids = {chunk.id for chunk in study.chunks if re.fullmatch("[0-9a-f]{64}", chunk.id)}
    draws = pq.read_metadata(study.folder / DRAWS).num_rows
    if len(ids) < len(study.chunks) or not _are_all(study.chunks, study.settings, draws):
        raise CommandError(
            f"study = {str(study.folder)!r} has chunks in its plan that are doubled, left out or not named by a hash: "
            "it was changed by hand; choose another folder"
        )


def _are_all(chunks: Sequence[Chunk], settings: Mapping[str, Any], draws: int) -> bool:
    """Return whether chunks have each draw and replicate of each scenario once, one scenario after the other."""
    left = set(settings["scenarios"])
    scenario, draw, replicate, width = "", draws, 0, 0  # where the next chunk has to begin
    for chunk in chunks:
        if draw == draws and chunk.scenario in left:
            scenario, draw = chunk.scenario, 0
            left.remove(scenario)
        if replicate == 0:
            width = chunk.draws
        begins = (chunk.scenario, chunk.first_draw, chunk.first_replicate) == (scenario, draw, replicate)
        if not begins or chunk.draws != width or min(chunk.draws, chunk.replicates) < 1:
            return False
        replicate += chunk.replicates
        if replicate == settings["replicates"]:
            draw, replicate = draw + width, 0
    return (draw, replicate) == (draws, 0) and not left


def refuse_other_code(study: Study) -> None:
    """Raise CommandError if the code differs from that which the study was begun with."""
    if differs := differing_code(study.made_by, study.scenarios.values()):
        raise CommandError(
            f"study = {str(study.folder)!r} was begun with other code ({differs}): results are not mixed; "
            f"go back to that code, or begin in another folder"
        )


def drawn(study: Study) -> dict[str, Any]:
    """Return what results that are read off a study record of how its settings were drawn, and of how many runs."""
    asked = {name: study.settings[name] for name in ("design", "parameters") if name in study.settings}
    return {**asked, "runs": study.runs}


def announce_other_code(study: Study) -> None:
    """Say on standard error that a finished study was made by other code than reads it."""
    if differs := differing_code(study.made_by, study.scenarios.values()):
        print(
            f"study = {str(study.folder)!r} was made by other code ({differs}): it is read as it is, no run is added",
            file=sys.stderr,
        )


def refuse_other_settings(study: Study, settings: Mapping[str, Any], scenarios: Mapping[str, Scenario]) -> None:
    """Raise CommandError if something else is settings than the study was begun with."""
    values = {name: scenario_values(scenario) for name, scenario in scenarios.items()}
    now = json.loads(json.dumps({**settings, "scenarios": values}))
    begun = _as_begun(study.settings)
    same_names = list(values) == list(begun["scenarios"])
    sides = [side if same_names else {**side, "scenarios": list(side["scenarios"])} for side in (begun, now)]
    differing = differences(flat(sides[0]), flat(sides[1]))
    if differing:
        more = f" (and {len(differing) - 1} more settings)" if len(differing) > 1 else ""
        name, before, after = differing[0]
        raise CommandError(
            f"study = {str(study.folder)!r} was begun with {name} = {before}, now it is {after}{more}: "
            f"give the old settings (study={study.folder} alone will do), or begin in another folder"
        )


def _as_begun(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that a study was begun with, also if replicates were added since."""
    first = {"replicates": settings[PRECISION]["first"]} if PRECISION in settings else {}
    return {name: value for name, value in {**settings, **first}.items() if name != NEEDED}


def _draws_between(path: Path, first: int, stop: int) -> pa.Table:
    groups = range(first // _DRAWS_A_GROUP, (stop - 1) // _DRAWS_A_GROUP + 1)
    read = pa.concat_tables([_draw_group(path, path.stat().st_mtime_ns, group) for group in groups])
    return read.slice(first - groups.start * _DRAWS_A_GROUP, stop - first)


@lru_cache(maxsize=4)
def _draw_group(path: Path, _written: int, group: int) -> pa.Table:
    with pq.ParquetFile(path) as stored:
        return stored.read_row_group(group)
