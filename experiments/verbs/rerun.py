"""Do finished results again, from their manifest alone, and say whether they are identical.

Gives the command in FOLDER/manifest.json once more, in the folder that it was given in, into a
temporary folder beside FOLDER, and compares the two: tables number by number, texts line by line,
pictures byte by byte. Says identical, or prints which file and column differ and by how much. What
notes the time (manifest.json, the plan of a study) is not compared. Results in FOLDER stay as they
are. Works for everything that a verb wrote, studies too.

Results may come from anybody: a command that sets up more than a run, or leaves no results, is not given.
If it names steps of your own (extension=), which are code, they run only if you name them too, with
--extension FILE, once for each; without it the line that refuses says which they are.

Code of another version, libraries of other versions and files of your own that have changed are
named; the command is given all the same. With --keep FOLDER the second results are left there, with
differences.csv beside them, and a study that was stopped there goes on. Exit code: 0 identical,
1 something differs, 2 it cannot be done again.

For example:
  partnerships rerun outputs/headline
  partnerships rerun studies/levers --keep studies/levers_again
  partnerships rerun outputs/headline --json
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
from rich.table import Table

from experiments.errors import CommandError, WordParser, as_written
from experiments.files import scratch_folder, typed_path
from experiments.output.again import (
    changed_since,
    commands_again,
    give,
    other_code,
    own_files_changed,
    refuse_unsafe,
)
from experiments.output.crate import OWN
from experiments.output.differences import PICTURE_ONLY, differences_between, results_in
from experiments.output.manifest import read_manifest
from experiments.study import plans
from experiments.terminal import console, filled_table, print_json

DIFFERENCES = "differences.csv"
DIFFERS = 1
MOST_ROWS = 40
"""Rows of the printed table; all of them are in the file."""


def main(arguments: Sequence[str]) -> int:
    """Do the results that ``arguments`` name again, print what differs, and return 1 if anything does."""
    asked = _parsed(arguments)
    folder = typed_path(asked.folder).resolve()
    manifest = read_manifest(folder)
    with as_written(folder):
        refuse_unsafe(manifest, allowed=asked.extension, kept=folder / OWN)
    for line in _said_before(folder, manifest):
        print(line, file=sys.stderr)
    with _target(folder, asked.keep) as target:
        is_study = (folder / plans.PLAN).is_file()
        for words, where in commands_again(manifest, target, is_study=is_study, kept=folder / OWN):
            give(words, where)
        with as_written(folder):
            changed = own_files_changed(manifest, read_manifest(target))
            found = differences_between(folder, target)
        if asked.keep and len(found):
            found.to_csv(target.with_name(f"{target.name}_{DIFFERENCES}"), index=False)
    if changed:
        print(f"files of your own that have changed since: {', '.join(changed)}", file=sys.stderr)
    _say(found, compared=len(results_in(folder)), as_json=asked.json)
    return DIFFERS if len(found) else 0


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = WordParser("rerun")
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--keep")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--extension", action="append", default=[])
    asked = parser.parse_args(arguments)
    if asked.folder is None:
        raise CommandError("rerun what? partnerships rerun FOLDER, a folder of finished results")
    return asked


def _said_before(folder: Path, manifest: dict[str, Any]) -> Iterator[str]:
    """Give what has to be known of the comparison, a line each."""
    if parts := other_code(manifest):
        yield f"these results were made by other code ({'; '.join(parts)}): differences may be of the code"
    if changed := changed_since(folder, manifest):
        yield f"changed in {folder.name} since it was written: {', '.join(changed)}"


@contextmanager
def _target(folder: Path, keep: str | None) -> Iterator[Path]:
    """Give the folder for the second results: the one that is named, or one beside the first that is taken away."""
    if keep is not None:
        target = typed_path(keep).resolve()
        if target == folder or folder in target.parents:
            raise CommandError(f"--keep {keep!r} is where the results are that are done again: name another folder")
        yield target
        return
    beside = os.access(folder.parent, os.W_OK)  # else it is a folder that one may only read
    with scratch_folder(folder.parent, f".{folder.name}.again") if beside else scratch_folder() as scratch:
        yield scratch / folder.name


def _say(found: pd.DataFrame, *, compared: int, as_json: bool) -> None:
    pictures = found["differs"] == PICTURE_ONLY
    if as_json:
        rows: Any = json.loads(found.to_json(orient="records", double_precision=15))
        print_json({"identical": found.empty, "compared": compared, "differences": rows})
        return
    out = console()
    if found.empty:
        out.print(f"identical: {compared} files")
        return
    out.print(_table(found.head(MOST_ROWS)))
    if len(found) > MOST_ROWS:
        out.print(f"and {len(found) - MOST_ROWS} more: --keep FOLDER writes all of them beside FOLDER")
    if pictures.all():
        out.print("Only bytes of pictures differ: all tables and texts are identical.")
    else:
        out.print(f"{found['file'].nunique()} of {compared} files differ.")


def _table(found: pd.DataFrame) -> Table:
    rows = [
        [row["file"], row["column"], row["differs"], "" if pd.isna(row["largest_difference"]) else _short(row)]
        for _, row in found.iterrows()
    ]
    return filled_table(
        "", ["file", "column", "what differs", "largest difference"], rows, right=["largest difference"]
    )


def _short(row: pd.Series) -> str:
    return f"{row['largest_difference']:.3g}"
