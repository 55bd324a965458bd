"""The record beside all results: what was asked, with what, when, and what came out."""

from __future__ import annotations

import dataclasses
import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.behaviours import GROUP
from experiments.errors import CommandError
from experiments.files import Refused, inside, is_whole, read_json, replacing, sha256_of_file, told_from, typed_path
from experiments.options import own_files_used, own_folder
from experiments.output.folder import MANIFEST
from experiments.study.identity import made_by
from experiments.values import scenario_values
from experiments.versions import PACKAGE, commit, versions
from sim import Scenario
from sim.own import extension_file
from sim.sources import source_hash

READING = "analysis"
"""The package that makes tables and figures of numbers; it decides none that a study keeps."""
TARGETS = "targets.csv"
"""What a calibration to targets of a case leaves of them, a row each."""
NAMES_A_FILE = ("of", "design", "known")
"""Settings of verbs that may name a file of one's own."""


def write_manifest(
    folder: Path,
    *,
    asked: Mapping[str, Any],
    settings: Mapping[str, Any],
    scenarios: Mapping[str, Scenario],
    seed: int,
    replicates: range,
    started: datetime,
    figures: Sequence[Mapping[str, Any]] = (),
) -> Path:
    """Write ``manifest.json`` about the files in ``folder`` and return its path. Call it last.

    ``asked`` is what was typed, and in which folder; ``settings`` are those of the verb. Each scenario is stored with
    its full resolved values, from which ``sim.scenario_from`` makes it again. ``figures`` have path, title and note.
    """
    files = sorted(path for path in folder.rglob("*") if is_whole(path))
    record = {
        **asked,
        "settings": dict(settings),
        "seed": seed,
        "replicates": {"first": replicates.start, "count": len(replicates)},
        "scenarios": {name: scenario_values(scenario) for name, scenario in scenarios.items()},
        "own_files": own_files_used() + _extensions(scenarios.values()) + _named_in(settings),
        **_numbers_from(),
        "figures": list(figures),
        "versions": versions(),
        "made_by": code_of(scenarios.values()),
        "git_commit": commit(),
        "platform": {"system": platform.platform(), "machine": platform.machine()},
        "started": started.isoformat(timespec="seconds"),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "files": [
            {"path": path.relative_to(folder).as_posix(), "bytes": path.stat().st_size, "sha256": sha256_of_file(path)}
            for path in files
        ],
    }
    with replacing(folder / MANIFEST) as path:
        path.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return folder / MANIFEST


def _numbers_from() -> dict[str, Any]:
    """Return by which fit the numbers were accepted that were read from the folder of one's own, if that is known.

    A fit leaves them in its folder ``configs``; its manifest, beside that, names them by their sha256.
    """
    read = {file["sha256"] for file in own_files_used() if file["path"].startswith(f"{GROUP}/")}
    own = own_folder()
    if not read or own is None or not (own.parent / MANIFEST).is_file():
        return {}
    try:
        fit = read_manifest(own.parent)
    except (CommandError, Refused):
        return {}
    if not read <= {file["sha256"] for file in fit["files"]}:
        return {}
    told: dict[str, Any] = {"verb": fit["command"][1], "seed": fit["seed"]}
    targets = own.parent / TARGETS
    if targets.is_file() and len(fit["scenarios"]) == 1:
        (scenario,) = fit["scenarios"].values()
        told |= {"place": scenario["place"]["label"], "targets": len(pd.read_csv(targets))}
    return {"numbers_from": told}


def _extensions(scenarios: Iterable[Scenario]) -> list[dict[str, str]]:
    """Return path and sha256 of the files that steps of one's own were read from."""
    named = dict.fromkeys(scenario.extension for scenario in scenarios if scenario.extension)
    found = [path for name in named if (path := extension_file(name)) is not None]
    return [{"path": str(path), "sha256": sha256_of_file(path)} for path in found]


def _named_in(settings: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return path and sha256 of the files that settings of the verb name, such as a table of draws or of patterns."""
    named = (settings.get(name) for name in NAMES_A_FILE)
    found = [path for name in named if isinstance(name, str) and (path := typed_path(name).resolve()).is_file()]
    return [{"path": str(path), "sha256": sha256_of_file(path)} for path in found]


def code_of(scenarios: Iterable[Scenario] = ()) -> dict[str, str]:
    """Return what results are made by: a hash of each package and extension, and versions of what they run on."""
    return made_by(scenarios) | {READING: source_hash(READING)}


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a folder of finished results; raise CommandError if there is none to be read."""
    path = folder / MANIFEST
    if not folder.is_dir():
        raise CommandError(f"{str(folder)!r} is not a folder: name one that partnerships wrote")
    if not path.is_file():
        raise CommandError(f"{str(folder)!r} holds no finished results (no {MANIFEST}): name a folder that does")
    manifest: dict[str, Any] = read_json(path, _Manifest)
    if len(manifest["command"]) < 2 or not {PACKAGE, "python"} <= manifest["versions"].keys():
        raise CommandError(f"{path} is not as partnerships wrote it: it does not tell by which command, and version")
    for file in manifest["files"]:
        inside(folder, *file["path"].split("/"), what=f"{path}: a file")
    return manifest


def command_told(manifest: Mapping[str, Any]) -> list[str]:
    """Return the command of a manifest for texts that others read: paths are as they are from its working folder."""
    return told_from(manifest["command"], Path(manifest.get("working_folder", ".")))


@dataclasses.dataclass
class _File:
    path: str
    sha256: str


@dataclasses.dataclass
class _Replicates:
    first: int
    count: int


@dataclasses.dataclass
class _Figure:
    path: str
    title: str
    note: str | None = None


@dataclasses.dataclass
class _NumbersFrom:
    verb: str
    seed: int
    place: str = ""
    targets: int = 0


@dataclasses.dataclass
class _Manifest:
    """What is read of a manifest, and what type it is of; there may be more in it."""

    command: list[str]
    settings: dict[str, Any]
    seed: int
    replicates: _Replicates
    scenarios: dict[str, dict[str, Any]]
    versions: dict[str, str]
    started: str
    finished: str
    files: list[_File]
    working_folder: str = "."
    own_files: list[_File] = dataclasses.field(default_factory=list)
    figures: list[_Figure] = dataclasses.field(default_factory=list)
    made_by: dict[str, str] = dataclasses.field(default_factory=dict)
    git_commit: str | None = None
    numbers_from: _NumbersFrom | None = None
