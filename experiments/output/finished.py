"""Reading finished results, and refusing what is unfinished, altered or made by other code."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.errors import CommandError
from experiments.files import inside, sha256_of_file
from experiments.output.folder import MANIFEST
from experiments.output.manifest import read_manifest
from experiments.study import plans
from experiments.values import recorded_scenarios
from experiments.versions import PACKAGE, installed_version
from sim import Scenario

MAIN = ("compare", "sweep")
BESIDE = ("sensitivity", "explain")

NEEDED: Mapping[str, tuple[str, ...]] = {
    "compare": ("runs.parquet", "trajectories.parquet"),
    "sweep": ("runs.parquet", plans.DRAWS),
    "sensitivity": ("words.txt",),
    "explain": ("explanation.txt",),
}
"""The files of each kind of answer that a brief is made from."""


@dataclasses.dataclass(frozen=True)
class FinishedResults:
    """A folder of finished results, checked against its manifest."""

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
        """Return what was typed, but for where results go."""
        said = [word for word in self.manifest["command"] if not word.startswith(("output=", "overwrite="))]
        return shlex.join(said)


def read_all(folders: Sequence[Path]) -> list[FinishedResults]:
    """Return the results in ``folders``, the comparison or study first.

    Raises CommandError for a folder without a finished answer, for one that was changed or made by another
    version, and unless exactly one of them is a comparison or a study, with one of each other kind at most.
    """
    results = [read_finished(folder.resolve()) for folder in folders]
    main = [each for each in results if each.verb in MAIN]
    if len(main) != 1:
        described = ", ".join(f"{each.folder.name}: {each.verb}" for each in results)
        raise CommandError(
            f"from needs exactly one folder of compare or sweep, with those of sensitivity and explain beside it, not "
            f"{len(main)} ({described})"
        )
    for verb in BESIDE:
        if (count := sum(each.verb == verb for each in results)) > 1:
            raise CommandError(
                f"from has {count} folders of {verb}, and four pages hold what one of them says: name one"
            )
    return [*main, *(each for each in results if each.verb in BESIDE)]


def read_finished(folder: Path) -> FinishedResults:
    """Return the answer in a folder, if it is finished, whole and of this version."""
    where = f"from = {str(folder)!r}"
    if not folder.is_dir():
        raise CommandError(f"{where} is not a folder: give the output folder of partnerships compare, or a study")
    path = folder / MANIFEST
    if not path.is_file():
        if plans.is_study(folder):
            raise CommandError(f"{where} is a study that is not finished: partnerships sweep study={folder} goes on")
        raise CommandError(
            f"{where} holds no finished answer (no {MANIFEST}): give the output folder of partnerships compare, or a "
            f"study that is finished"
        )
    manifest = read_manifest(folder)
    verb, made_by = manifest["command"][1], manifest["versions"][PACKAGE]
    hashes = {file["path"]: file["sha256"] for file in manifest["files"]}
    if verb not in NEEDED:
        known = ", ".join(NEEDED)
        raise CommandError(f"{where} is an answer of partnerships {verb}: a brief is made from those of {known}")
    if made_by != installed_version(PACKAGE):
        raise CommandError(
            f"{where} was made by version {made_by} and this is {installed_version(PACKAGE)}: give its command again, "
            f"{shlex.join(manifest['command'])}"
        )
    _refuse_changed(folder, where, verb, hashes)
    return FinishedResults(
        folder=folder,
        verb=verb,
        manifest=manifest,
        manifest_sha256=sha256_of_file(path),
        scenarios=recorded_scenarios(manifest["scenarios"], where),
    )


def _refuse_changed(folder: Path, where: str, verb: str, hashes: Mapping[str, str]) -> None:
    for name in NEEDED[verb]:
        file = inside(folder, name)
        if not file.is_file():
            raise CommandError(f"{where} has lost its {name}: give its command again")
        if hashes.get(name) != sha256_of_file(file):
            raise CommandError(f"{where}: {name} was changed since it was written: give its command again")
