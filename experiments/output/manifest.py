"""The record beside all results: what was asked, with what, when, and what came out."""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path
from typing import Any

from experiments.errors import CommandError
from experiments.files import is_whole, replacing, sha256_of_file
from experiments.options import own_files_used
from experiments.output.folder import MANIFEST
from experiments.study.identity import made_by
from experiments.values import scenario_values
from sim import Scenario
from sim.own import extension_file
from sim.sources import source_hash

PACKAGE = "local-partnerships"
LIBRARIES = ("numpy", "pandas", "mesa", "numba", "hydra-core", "pyarrow")
READING = "analysis"
"""The package that makes tables and figures of numbers; it decides none that a study keeps."""
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
        "figures": list(figures),
        "versions": _versions(),
        "made_by": code_of(scenarios.values()),
        "git_commit": _git_commit(),
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


def _extensions(scenarios: Iterable[Scenario]) -> list[dict[str, str]]:
    """Return path and sha256 of the files that steps of one's own were read from."""
    named = dict.fromkeys(scenario.extension for scenario in scenarios if scenario.extension)
    found = [path for name in named if (path := extension_file(name)) is not None]
    return [{"path": str(path), "sha256": sha256_of_file(path)} for path in found]


def _named_in(settings: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return path and sha256 of the files that settings of the verb name, such as a table of draws or of patterns."""
    named = (settings.get(name) for name in NAMES_A_FILE)
    found = [path for name in named if isinstance(name, str) and (path := Path(name).expanduser().resolve()).is_file()]
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
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        _, verb, *_ = manifest["command"]
        known = manifest["versions"][PACKAGE] and verb and [file["sha256"] for file in manifest["files"]]
    except (ValueError, KeyError, TypeError):
        known = None
    if known is None:
        raise CommandError(f"{str(path)!r} cannot be read: it is not as partnerships wrote it")
    return manifest


def _versions() -> dict[str, str]:
    found = {PACKAGE: installed_version(PACKAGE), "python": platform.python_version()}
    return found | {name: installed_version(name) for name in LIBRARIES}


def installed_version(package: str) -> str:
    """Return the version of a package, or "not installed"."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _git_commit() -> str | None:
    """Return the commit of the code, if its repository or the wheel that was installed tells, marked if changed."""
    home = Path(__file__).resolve().parents[2]
    if not (home / ".git").exists():
        return _commit_of_wheel(home)
    try:
        commit, changes = _git(home, "rev-parse", "HEAD"), _git(home, "status", "--porcelain")
    except (OSError, subprocess.SubprocessError):
        return None
    return f"{commit} with uncommitted changes" if changes else commit


def _commit_of_wheel(home: Path) -> str | None:
    """Return the commit that hatch_build.py wrote into the metadata of the package that lies in ``home``."""
    try:
        installed = distribution(PACKAGE)
    except PackageNotFoundError:
        return None
    note = installed.read_text("extra_metadata/commit.txt")
    return note.strip() if note and Path(str(installed.locate_file(""))).resolve() == home else None


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout.strip()
