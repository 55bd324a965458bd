"""Where results are written: a folder that is complete or not there at all."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from experiments.command import Command
from experiments.errors import CommandError
from experiments.files import this_process

MANIFEST = "manifest.json"

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
        parts = [subject, f"{datetime.now(UTC):%Y-%m-%d_%H%M%S}", job]
        return Path("outputs", command.verb, "_".join(part for part in parts if part))
    if command.job is None or command.is_worked_out("output"):
        return Path(output)
    asked = [text for text in command.overrides if not text.startswith(("output=", "overwrite="))]
    return Path(output, _as_name("_".join([str(command.job), *asked])))


def _as_name(text: str) -> str:
    return re.sub(r"[^\w.=-]+", "_", text)[:100]


@contextmanager
def output_folder(target: Path, *, overwrite: bool) -> Iterator[Path]:
    """Give a folder to write into, and move it to ``target`` when everything is in it.

    Until then it is a hidden neighbour of ``target``; after an error nothing of it is left. Raises
    CommandError, before anything is computed, if ``target`` cannot be written or is in use.
    """
    target = target.expanduser().resolve()
    _refuse_occupied(target, overwrite=overwrite)
    partial = target.with_name(f".{target.name}.partial-{this_process()}")
    made = [folder for folder in target.parents if not folder.exists()]
    try:
        partial.mkdir(parents=True)
    except OSError as error:
        _remove_empty(made)
        raise CommandError(f"output = {str(target)!r} cannot be written: {error.strerror}") from None
    try:
        yield partial
        _put_in_place(partial, target)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        _remove_empty(made)
        raise


def _refuse_occupied(target: Path, *, overwrite: bool) -> None:
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
    replaced = target.with_name(f".{target.name}.replaced-{this_process()}")
    if target.exists():
        target.rename(replaced)
    partial.rename(target)
    shutil.rmtree(replaced, ignore_errors=True)


def _remove_empty(folders: list[Path]) -> None:
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:
            return
