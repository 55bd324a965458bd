"""Finished results as an RO-Crate: one ZIP with data, codebook, command, code version and licence, for a repository.

RO-Crate (https://w3id.org/ro/crate) is JSON-LD in the words of schema.org beside the files it tells of, which
repositories and other programs read. The library ``rocrate`` writes it.
"""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator, Mapping
from glob import escape
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.shared.codebook import CODEBOOK
from analysis.shared.libraries import library
from analysis.shared.words import version_in_words
from experiments.errors import CommandError
from experiments.files import (
    PARTIAL,
    inside,
    is_whole,
    replacing,
    scratch_folder,
    sha256_of_file,
    sweep_up,
    told_from,
)
from experiments.options import CASE
from experiments.output.folder import MANIFEST
from experiments.output.manifest import command_told
from experiments.versions import PACKAGE

OWN = "own"
"""The folder of a crate with files of one's own that a command reads."""
CONFIG, FILES = "config", "files"
"""Folders in it: what --config-dir had, and files that are named by their path. A case has ``case``."""
README = "README.md"

MEDIA_TYPES: Mapping[str, str] = {
    ".csv": "text/csv",
    ".parquet": "application/vnd.apache.parquet",
    ".json": "application/json",
    ".txt": "text/plain",
    ".md": "text/markdown",
    ".html": "text/html",
    ".tex": "application/x-tex",
    ".yaml": "application/yaml",
    ".py": "text/x-python",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".pdf": "application/pdf",
}


def own_files_of(manifest: Mapping[str, Any]) -> Iterator[tuple[Path, Path, str]]:
    """Give each file of one's own that a command read: where it is, where a crate has it, and its sha256."""
    words = list(manifest["command"])
    config = Path(words[words.index("--config-dir") + 1]) if "--config-dir" in words else Path()
    case = next((Path(word.partition("=")[2]) for word in words if word.lstrip("+").startswith(f"{CASE}=")), Path())
    for file in manifest.get("own_files", ()):
        path = Path(file["path"])
        if path.is_absolute():
            yield path, inside(Path(OWN, FILES), path.name), file["sha256"]
        elif path.parts[:1] == (CASE,) and case != Path():
            yield inside(case, *path.parts[1:]), inside(Path(OWN), *path.parts), file["sha256"]
        else:
            yield inside(config, *path.parts), inside(Path(OWN, CONFIG), *path.parts), file["sha256"]


def write_crate(folder: Path, manifest: Mapping[str, Any], target: Path, *, licence: str) -> list[str]:
    """Write the results in ``folder`` with all that tells of them as an RO-Crate into the ZIP file ``target``.

    ``licence`` is the SPDX name under which the results are given. Returns the files of one's own that are not what
    was read any more, and so are left out. Raises MissingLibrary without the library rocrate, CommandError if
    ``target`` cannot be written.
    """
    rocrate: Any = library("rocrate.rocrate", purpose="archive", extra="archive")
    entity: Any = library("rocrate.model.contextentity", purpose="archive", extra="archive").ContextEntity
    crate = rocrate.ROCrate()

    def add(id: str, kind: str, **properties: Any) -> Any:
        return crate.add(entity(crate, id, properties={"@type": kind, **properties}))

    verb = manifest["command"][1]
    crate.name = f"Results of partnerships {verb}: {', '.join(manifest['scenarios']) or folder.name}"
    version = version_in_words(manifest["versions"][PACKAGE], manifest.get("git_commit"))
    crate.description = (
        f"Made by {PACKAGE} {version}, an agent-based model of English local strategic "
        f"partnerships, seed {manifest['seed']}. {README} tells how to make them again; {CODEBOOK} what each column is."
    )
    crate.datePublished = manifest["finished"]
    crate.license = add(f"https://spdx.org/licenses/{licence}", "CreativeWork", name=licence)
    files = {name: inside(folder, *name.parts) for name in _names_in(folder)}
    columns = _columns(folder, add)
    results = [
        crate.add_file(path, name.as_posix(), properties=_of_file(path, columns.get(name.as_posix(), [])))
        for name, path in files.items()
    ]
    lost, read = [], []
    for path, name, sha256 in own_files_of(manifest):
        if path.is_file() and sha256_of_file(path) == sha256:
            read.append(crate.add_file(path, name.as_posix(), properties=_of_file(path, [])))
        else:
            lost.append(str(path))
    software = add(
        "#software",
        "SoftwareApplication",
        name=PACKAGE,
        softwareVersion=manifest["versions"][PACKAGE],
        softwareRequirements=[f"{name} {version}" for name, version in manifest["versions"].items() if name != PACKAGE],
        identifier=[f"{name} sha256:{value}" for name, value in manifest.get("made_by", {}).items() if len(value) == 64]
        + ([f"git commit {manifest['git_commit']}"] if manifest.get("git_commit") else []),
        license={"@id": "https://spdx.org/licenses/MIT"},
    )
    action = add(
        "#run",
        "CreateAction",
        name=shlex.join(command_told(manifest)),
        instrument=software,
        object=read,
        result=results,
        startTime=manifest["started"],
        endTime=manifest["finished"],
    )
    crate.root_dataset["mentions"] = action
    sweep_up(target.parent, f".{escape(target.name)}.*{PARTIAL}")
    with scratch_folder() as scratch:
        told = scratch / README
        told.write_text(_readme(manifest, licence, lost), encoding="utf-8")
        crate.add_file(told, README, properties={"encodingFormat": MEDIA_TYPES[".md"], "name": "How this was made"})
        written = crate.write_zip(scratch / "crate.zip")
        try:
            with replacing(target) as path:
                shutil.copyfile(written or scratch / "crate.zip", path)
        except OSError as error:
            raise CommandError(f"{str(target)!r} cannot be written: {error.strerror}") from None
    return lost


def _names_in(folder: Path) -> Iterator[Path]:
    """Give the paths of all files in a folder, but for those on the way and those of a crate; no link is followed."""
    for path in sorted(folder.rglob("*")):
        if is_whole(path) and path.name != "ro-crate-metadata.json":
            yield path.relative_to(folder)


def _of_file(path: Path, columns: list[Any]) -> dict[str, Any]:
    """Return what a crate says of a file."""
    what: dict[str, Any] = {"contentSize": str(path.stat().st_size), "sha256": sha256_of_file(path)}
    if path.suffix in MEDIA_TYPES:
        what["encodingFormat"] = MEDIA_TYPES[path.suffix]
    if path.name in (MANIFEST, CODEBOOK):
        what["description"] = {
            MANIFEST: "What was asked, with what, when, and the sha256 of what came out",
            CODEBOOK: "Label, unit, definition, type and values of every column",
        }[path.name]
    return what | ({"variableMeasured": columns} if columns else {})


def _columns(folder: Path, add: Any) -> dict[str, list[Any]]:
    """Return the columns of each table, each told once by its words; none if there is no codebook."""
    if not (folder / CODEBOOK).is_file():
        return {}
    book = pd.read_csv(folder / CODEBOOK, dtype=str, keep_default_na=False)
    told: dict[tuple[str, ...], Any] = {}
    columns: dict[str, list[Any]] = {}
    for row in book.itertuples(index=False):
        words = (str(row.column), str(row.label), str(row.unit), str(row.definition))
        if words not in told:
            name, label, unit, definition = words
            told[words] = add(
                f"#column-{len(told)}",
                "PropertyValue",
                name=name,
                alternateName=label,
                **{field: text for field, text in (("unitText", unit), ("description", definition)) if text},
            )
        columns.setdefault(str(row.file), []).append(told[words])
    return columns


def _readme(manifest: Mapping[str, Any], licence: str, lost: list[str]) -> str:
    """Return how the results were made and can be made again, for a person who opens the archive."""
    version = version_in_words(manifest["versions"][PACKAGE], manifest.get("git_commit"))
    lost = told_from(lost, Path(manifest.get("working_folder", ".")))
    left_out = f"Not in here, because they have changed since or are gone: {', '.join(lost)}.\n\n" if lost else ""
    return (
        f"# Results of partnerships {manifest['command'][1]}\n\n"
        f"Made by {PACKAGE} {version}, Python "
        f"{manifest['versions']['python']}, on {manifest['started'][:10]}, by the command\n\n"
        f"    {shlex.join(command_told(manifest))}\n\n"
        f"To make them again and compare: install that version, unzip this, and give\n\n"
        f"    partnerships rerun FOLDER\n\n"
        f"with the folder that you unzipped. `{MANIFEST}` has all settings, versions and hashes, `{CODEBOOK}` says "
        f"what each column is, `{OWN}/` has the files of one's own that were read. {left_out}"
        f"The results are given under {licence}; the code under MIT.\n"
    )
