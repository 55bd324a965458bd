"""Where results are written: a folder that is complete or not there at all."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from glob import escape
from pathlib import Path

from experiments.command import Command
from experiments.errors import DISK_FULL, CommandError
from experiments.files import ANY_PROCESS, inside, is_abandoned, own_name, sweep_up, take_away, typed_path

MANIFEST = "manifest.json"

_PARTIAL = ".partial-"
_REPLACED = ".replaced-"

DOCS = Path(__file__).resolve().parents[2] / "docs"
"""The documents of the repository that the code runs from."""


def target_of(command: Command, *, output: str | None, subject: str) -> Path:
    """Return the folder that a job should write: ``output``, or one under ``outputs/VERB``.

    The latter is named by ``subject`` (say, the scenario) and the date and time (UTC). Each job of a
    ``--multirun`` gets a folder of its own, named by its number and its overrides, unless ``output`` differs by job:
    ``output=outputs/${hydra:runtime.choices.scenario}``.
    """
    if output is None:
        job = "" if command.job is None else f"job{command.job}"
        if subject:
            inside(Path(), subject)  # refused as it was given, without the date behind it
        parts = [subject, f"{datetime.now(UTC):%Y-%m-%d_%H%M%S}", job]
        return inside(Path("outputs", command.verb), "_".join(part for part in parts if part))
    if command.job is None or command.is_worked_out("output"):
        return typed_path(output)
    asked = [text for text in command.overrides if not text.startswith(("output=", "overwrite="))]
    return typed_path(output) / _as_name("_".join([str(command.job), *asked]))


def _as_name(text: str) -> str:
    return re.sub(r"[^\w.=-]+", "_", text)[:100]


@contextmanager
def output_folder(target: Path, *, overwrite: bool) -> Iterator[Path]:
    """Give a folder to write into, and move it to ``target`` when everything is in it.

    Until then it is a hidden neighbour of ``target``; after an error nothing of it is left. What killed processes left
    beside it is put back or taken away. Raises CommandError, before anything is computed, if ``target`` cannot be
    written or is in use.
    """
    target = target.resolve()
    _put_back(target)
    _refuse_occupied(target, overwrite=overwrite)
    sweep_up(target.parent, f".*{_PARTIAL}{ANY_PROCESS}")
    partial = target.with_name(f".{target.name}{_PARTIAL}{own_name()}")
    made = [folder for folder in target.parents if not folder.exists()]
    try:
        partial.mkdir(parents=True)
    except OSError as error:
        _remove_empty(made)
        raise CommandError(f"output = {str(target)!r} cannot be written: {error.strerror}") from None
    try:
        yield partial
        _put_in_place(partial, target)
    except BaseException as error:
        take_away(partial)
        _remove_empty(made)
        if isinstance(error, OSError) and error.errno in DISK_FULL:
            raise CommandError(
                f"output = {str(target)!r}: {error.strerror}: make room there and give the same command again"
            ) from None
        raise


def _refuse_occupied(target: Path, *, overwrite: bool) -> None:
    if Path.home().is_relative_to(target):
        raise CommandError(f"output = {str(target)!r} is where your home folder is: name a folder in it, ~/answers")
    if Path.cwd().is_relative_to(target):
        raise CommandError(f"output = {str(target)!r} is where you are: name a folder in it")
    try:
        occupied = target.exists() and (not target.is_dir() or any(target.iterdir()))
    except OSError as error:
        raise CommandError(f"output = {str(target)!r} cannot be read: {error.strerror}") from None
    if not occupied:
        return
    if not target.is_dir():
        raise CommandError(f"output = {str(target)!r} is a file: give the name of a folder")
    if not overwrite:
        raise CommandError(f"output = {str(target)!r} has files in it: choose another folder or add overwrite=true")
    if not (target / MANIFEST).is_file():
        raise CommandError(
            f"output = {str(target)!r} holds something else than earlier results (no {MANIFEST}): choose another folder"
        )


def _put_in_place(partial: Path, target: Path) -> None:
    """Rename ``partial`` to ``target``; what was there goes only once the new results are complete."""
    if not target.exists():
        partial.rename(target)
        return
    replaced = target.with_name(f".{target.name}{_REPLACED}{own_name()}")
    try:
        target.rename(replaced)
        partial.rename(target)
    except BaseException:
        if not target.exists():
            replaced.rename(target)
        raise
    take_away(replaced)


def _put_back(target: Path) -> None:
    """Put earlier results back that a process was killed while replacing, or take them away if it came to an end."""
    for replaced in target.parent.glob(f".{escape(target.name)}{_REPLACED}{ANY_PROCESS}"):
        if not is_abandoned(replaced):
            continue
        if target.exists():
            take_away(replaced)
        else:
            replaced.rename(target)
            print(f"{target}: what a command had begun to replace when it was killed is back", file=sys.stderr)


def _remove_empty(folders: list[Path]) -> None:
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:
            return
