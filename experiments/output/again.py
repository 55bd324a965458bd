"""Finished results done again, from their manifest alone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.errors import CommandError
from experiments.extensions import EXTENSION, perhaps_named_in
from experiments.files import inside, sha256_of_file
from experiments.options import CASE
from experiments.output.crate import CONFIG, FILES
from experiments.output.manifest import code_of
from experiments.registry import verb_settings, verbs
from experiments.study import plans
from experiments.study.identity import differences

LEFT_OUT = ("executor", "output", "overwrite", "progress", "retry", "scheduler", "study", "threads", "workers")
"""Settings that say where results go and who computes them; they change no number."""

CONFIG_DIR = "--config-dir"
"""The one flag that a command has in a manifest."""


def refuse_unsafe(manifest: Mapping[str, Any], *, allowed: Sequence[str], kept: Path) -> None:
    """Raise CommandError for a command that may do more than make results in a folder of its own.

    Steps of one's own are code: they have to be ``allowed`` by name. Where they were read from a file that is gone, the
    one that an archive has in ``kept`` would run.
    """
    for asked in (manifest, manifest["settings"].get(plans.ASKED) or manifest):
        _, verb, *words = asked["command"]
        if not {"output", "study"} & set(_settings_of(verb)):
            raise CommandError(f"{' '.join(asked['command'])!r} leaves no results: it is not given again")
        flags = [word for word in words if word.startswith("-") and word != CONFIG_DIR]
        if unfit := [*flags, *(word for word in words if re.match(r"[+~\s]*hydra\b", word))]:
            raise CommandError(f"its command has {unfit[0]!r}, which is no setting of {verb}: it is not given again")
        for extension in perhaps_named_in(words):
            file = _found(f"{EXTENSION}={extension}", kept).partition("=")[2]
            if not {extension, file} & set(allowed):
                raise CommandError(
                    f"its command names {EXTENSION} = {file!r}, which is code and can do whatever you can: read it, "
                    f"and if you trust it say so: rerun --{EXTENSION} {file}"
                )


def commands_again(
    manifest: Mapping[str, Any], target: Path, *, is_study: bool = False, kept: Path | None = None
) -> list[tuple[list[str], Path]]:
    """Return what is to be typed, and in which folder, so that the results of a manifest are made in ``target``.

    What is read off a study needs the study first, which is made in a folder of that name beside ``target``. If the
    study itself is what is made again, what its verb reads off it goes beside ``target``. Files of one's own that are
    not where they were are taken from ``kept``, where an archive has them.
    """
    study = target.with_name(f"{target.name}_study")
    makes_one = "executor" in _settings_of(manifest["command"][1])
    commands: list[tuple[list[str], Mapping[str, Any]]] = []
    planned = manifest["settings"].get(plans.ASKED) or {}
    leaves_results = "output" in _settings_of(manifest["command"][1])
    if planned and _decisive(planned["command"]) != _decisive(manifest["command"]):
        leaves_more = "output" in _settings_of(planned["command"][1])
        first = target.with_name(f"{target.name}_first") if leaves_more else study
        commands.append((_directed(planned["command"], first, study), planned))
    if is_study:
        beside = target.with_name(f"{target.name}_first") if leaves_results else target
        commands.append((_directed(manifest["command"], beside, target), manifest))
    else:
        is_made = bool(planned) or makes_one or not leaves_results
        commands.append((_directed(manifest["command"], target, study if is_made else None), manifest))
    return [([_found(word, kept) for word in words], _folder_of(asked)) for words, asked in commands]


def _found(word: str, kept: Path | None) -> str:
    """Return a word of a command with the path that a file of one's own has in an archive, if it has no other."""
    name, is_set, value = word.rpartition("=")
    path = Path(value)
    if kept is None or not path.is_absolute() or path.exists():
        return word
    inside = kept / (CASE if name.endswith(CASE) else CONFIG if not is_set else FILES)
    there = inside / path.name if is_set and not name.endswith(CASE) else inside
    return f"{name}{is_set}{there}" if there.exists() else word


def _decisive(words: Sequence[str]) -> list[str]:
    """Return a command without what changes no number."""
    return [word for word in words if not re.match(rf"({'|'.join(LEFT_OUT)})=", word)]


def _directed(words: Sequence[str], target: Path, study: Path | None) -> list[str]:
    """Return a command whose results go to ``target``; of a study alone, they are in the folder of the study."""
    known = _settings_of(words[1])
    given = [word for word in words if word.startswith("study=")] if study is None else []
    where = [f"output={target}"] if "output" in known else []
    if "study" in known and study is not None:
        where += [f"study={study if 'output' in known else target}"]
    return [*_decisive(words), *given, *where]


def _settings_of(verb: str) -> list[str]:
    if verb not in verbs():
        raise CommandError(f"these are results of partnerships {verb}, which this version does not have")
    return [setting.name for setting in verb_settings(verb)]


def _folder_of(asked: Mapping[str, Any]) -> Path:
    """Return the folder that a command was given in, or the one at hand where that is not known or gone."""
    folder = Path(asked.get("working_folder", "."))
    if folder.is_dir():
        return folder
    print(f"the working folder {folder} is gone: what the command names is looked for here", file=sys.stderr)
    return Path()


def give(words: Sequence[str], folder: Path) -> None:
    """Give a command in a process of its own; raise CommandError if it fails, which it says on standard error."""
    home = str(Path(__file__).resolve().parents[2])
    paths = os.pathsep.join(filter(None, [home, os.environ.get("PYTHONPATH", "")]))
    done = subprocess.run(
        [sys.executable, "-P", "-m", "experiments.console", *words[1:]],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": paths},
        stdout=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        raise CommandError(f"the command of the manifest failed (see above): {' '.join(words)}")


def changed_since(folder: Path, manifest: Mapping[str, Any]) -> list[str]:
    """Return the files of a folder that are not as they were written."""
    return [
        file["path"]
        for file in manifest["files"]
        if not (path := inside(folder, *file["path"].split("/"))).is_file() or sha256_of_file(path) != file["sha256"]
    ]


def own_files_changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return the files of one's own that two manifests have with other contents, or that only one of them has."""
    old, new = (dict(_own_files(manifest)) for manifest in (before, now))
    return [name for name, _, _ in differences(old, new)]


def _own_files(manifest: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for file in manifest.get("own_files", ()):
        yield file["path"], file["sha256"]
    settings = manifest["settings"]
    for sample in (settings.get("behaviours"), settings.get(plans.SAMPLE)):
        if isinstance(sample, Mapping):  # sample= of calibrate is a number
            yield sample["file"], sample["sha256"]
    yield from settings.get("made_from", {}).items()


def other_code(manifest: Mapping[str, Any]) -> list[str]:
    """Return in words in which parts the code or the libraries differ from what results were made by."""
    made_by = manifest.get("made_by", {})
    now = code_of()
    parts = {name: value for name, value in made_by.items() if name in now}
    return [
        f"{name} {old}, now {new}" if len(str(new)) < 40 else f"{name} was edited"
        for name, old, new in differences(parts, {name: now[name] for name in parts})
    ]
