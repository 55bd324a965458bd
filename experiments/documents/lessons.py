"""Run the lessons of docs/lessons as they are printed, and keep the numbers that come out.

    python -m experiments.documents.lessons           run all lessons, renew their numbers and the prediction sheets
    python -m experiments.documents.lessons --check   change nothing; exit 1 if a number is out of date

A lesson prints its commands in ``sh`` blocks and its numbers in a table with the columns what, file, rows,
column, came out. The rows are chosen by ``name=value, name=value``; after `` / `` stand the values of other
rows by which the number is divided. The number is the mean of the column over the rows, or with ``regime is
talking shop`` the share of rows in which that is so.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from experiments.console import main as partnerships
from experiments.output.folder import DOCS

LESSONS = DOCS / "lessons"
SHEETS = LESSONS / "prediction_sheets.md"
"""What people get in hand: the prediction sheets of all lessons, without the answers."""

OUTPUTS = "outputs"
"""Where the printed commands write, seen from where they are run."""

_SHELL_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_SHEET = re.compile(r"^# (?P<title>[^\n]+)$.*^## Prediction sheet\n(?P<sheet>.*?)^## ", re.DOTALL | re.MULTILINE)
_NEXT_PAGE = '<div style="page-break-after: always"></div>'
_ROW = re.compile(
    r"^\| (?P<what>[^|]+) \| `(?P<file>[^`|]+)` \| (?P<rows>[^|]+) \| `(?P<column>[^`|]+)` \| (?P<came_out>[^|]*) \|$",
    re.MULTILINE,
)


@dataclasses.dataclass(frozen=True)
class Number:
    """One row of a lesson's table: what it is, where it stands and what came out."""

    what: str
    file: str
    rows: str
    column: str
    came_out: str


def lesson_pages() -> list[Path]:
    """Return the pages of the lessons, in their order."""
    return sorted(LESSONS.glob("[0-9]_*.md"))


def commands(text: str) -> list[list[str]]:
    """Return the words of each command that a lesson prints, in order; comments are left out."""
    lines = "".join(_SHELL_BLOCK.findall(text)).replace("\\\n", " ").splitlines()
    return [words for words in (shlex.split(line, comments=True) for line in lines) if words]


def numbers(text: str) -> list[Number]:
    """Return the rows of a lesson's table of numbers."""
    return [Number(**row.groupdict()) for row in _ROW.finditer(text)]


def prediction_sheets(texts: Sequence[str]) -> str:
    """Return the prediction sheets of lessons, each on a printed page of its own with more room to write."""
    found = [_SHEET.search(text.replace("<br><br>", "<br>" * 4)) for text in texts]
    sheets = [f"## {one['title']}\n\nName:\n{one['sheet']}" for one in found if one is not None]
    return "# Prediction sheets\n\n" + f"{_NEXT_PAGE}\n\n".join(sheets)


def run(text: str, folder: Path) -> None:
    """Run the commands of a lesson in ``folder``, one after the other.

    Raises ValueError for a command that is not ``partnerships``, and RuntimeError for one that fails.
    """
    for words in commands(text):
        if words[0] != "partnerships":
            raise ValueError(f"a lesson may only print commands of partnerships, not {words[0]!r}")
        with contextlib.chdir(folder):
            code = partnerships(words[1:])
        if code:
            raise RuntimeError(f"{shlex.join(words)} ended with {code}")


def value_of(number: Number, folder: Path) -> float:
    """Return the number from the files that the lesson's commands wrote below ``folder``.

    Raises ValueError if no row is like that, or if the column has no number there.
    """
    path = folder / OUTPUTS / number.file
    table = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    chosen, _, base = number.rows.partition(" / ")
    value = _mean(table, number, _conditions(chosen))
    if base:
        value /= _mean(table, number, _conditions(chosen) | _conditions(base))
    return value


def renewed(text: str, values: Sequence[float]) -> str:
    """Return a lesson with ``values`` as what came out, in the order of its table."""
    coming = iter(values)

    def with_value(row: re.Match[str]) -> str:
        start, end = (place - row.start() for place in row.span("came_out"))
        return row[0][:start] + shown(next(coming)) + row[0][end:]

    return _ROW.sub(with_value, text)


def shown(value: float) -> str:
    """Return a number with three digits, as lessons print it."""
    digits = f"{value:.2f}" if abs(value) >= 0.1 or value == 0 else f"{value:.2g}"
    return digits.replace("-", "−")


def _conditions(rows: str) -> dict[str, str]:
    pairs = (condition.partition("=") for condition in rows.split(", "))
    return {name.strip(): value.strip() for name, _, value in pairs}


def _mean(table: pd.DataFrame, number: Number, conditions: dict[str, str]) -> float:
    unknown = [name for name in conditions if name not in table]
    if unknown:
        raise ValueError(f"{number.file} has no column {', '.join(unknown)} (for: {number.what})")
    rows = table
    for name, wanted in conditions.items():
        rows = rows[rows[name].astype(str) == wanted]
    if rows.empty:
        raise ValueError(f"{number.file} has no row with {number.rows} (for: {number.what})")
    column, _, state = number.column.partition(" is ")
    return float((rows[column] == state).mean() if state else rows[column].mean())


def _renew(page: Path, fresh: str, *, check: bool) -> bool:
    """Write a page that has changed, or with ``check`` only say so; return whether it is still out of date."""
    if page.exists() and page.read_text("utf-8") == fresh:
        return False
    print(f"{page.name}: {'out of date' if check else 'renewed'}", file=sys.stderr)
    if not check:
        page.write_text(fresh, "utf-8")
    return check


def main(arguments: Sequence[str] | None = None) -> int:
    """Renew or check the numbers of all lessons and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m experiments.documents.lessons", description=__doc__.split("\n\n")[0]
    )
    parser.add_argument("--check", action="store_true", help="change nothing")
    asked = parser.parse_args(arguments)
    wrong = _renew(SHEETS, prediction_sheets([page.read_text("utf-8") for page in lesson_pages()]), check=asked.check)
    for page in lesson_pages():
        text = page.read_text("utf-8")
        with tempfile.TemporaryDirectory() as folder:
            with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
                run(text, Path(folder))
            values = [value_of(number, Path(folder)) for number in numbers(text)]
        wrong = _renew(page, renewed(text, values), check=asked.check) or wrong
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
