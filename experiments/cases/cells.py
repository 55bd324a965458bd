"""Tables that people write by hand or save from a spreadsheet, read cell by cell.

What can be understood for certain is: UTF-8 with or without a mark, UTF-16, the Windows code page, commas, semicolons
or tabs, decimal commas, months as Excel shows them. What could mean two things is refused, with the cure.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from experiments.files import Unreadable, read_text

COMMENT = "#"
_DELIMITERS = (",", ";", "\t")
_NAMES_OF_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FIRST_YEAR, _LAST_YEAR = 1900, 2099


@dataclasses.dataclass(frozen=True)
class Problem:
    """Something wrong in a file of a case: where, and what is allowed instead."""

    file: str
    says: str
    line: int | None = None
    column: str = ""

    def __str__(self) -> str:
        place = [self.file, *([f"line {self.line}"] if self.line else [])]
        place += [f"column {self.column}"] if self.column else []
        return f"{', '.join(place)}: {self.says}"


@dataclasses.dataclass(frozen=True)
class Row:
    """A row of a table: its cells that are not empty, by column, and the line where it begins."""

    line: int
    cells: dict[str, str]


@dataclasses.dataclass(frozen=True)
class Table:
    """What a file holds."""

    columns: Sequence[str]
    rows: Sequence[Row]
    decimal_comma: bool
    """Columns stand apart by something else than commas, so that a comma in a number is a decimal one."""


def read_table(path: Path, known: Sequence[str]) -> Table:
    """Return the table in a file. Lines that begin with ``#``, and empty ones, are left out.

    ``known`` are names of columns, which tell what stands between cells. Raises Unreadable.
    """
    text = read_text(path)
    delimiter = max(_DELIMITERS, key=lambda one: _columns_known(text, one, known))
    rows = list(_rows(text, delimiter))
    if not rows:
        return Table((), (), delimiter != ",")
    _, header = rows[0]
    columns = [name.strip().casefold() for name in header]
    while columns and not columns[-1]:  # a spreadsheet saves empty columns beside the last
        columns.pop()
    return Table(columns, [_row(line, cells, columns) for line, cells in rows[1:]], delimiter != ",")


def _columns_known(text: str, delimiter: str, known: Sequence[str]) -> int:
    first = next(_rows(text, delimiter), (0, []))[1]
    return len({name.strip().casefold() for name in first} & set(known))


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Give the line and the cells of each row that says something."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    line = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise Unreadable(f"line {reader.line_num} cannot be read as a row of cells ({error})") from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells) and not cells[0].lstrip().startswith(COMMENT):
            yield line, cells
        line = reader.line_num + 1


def _row(line: int, cells: Sequence[str], columns: Sequence[str]) -> Row:
    named = {column: cell.strip() for column, cell in zip(columns, cells, strict=False) if column and cell.strip()}
    beyond = [cell.strip() for cell in cells[len(columns) :] if cell.strip()]
    if beyond:
        named[""] = f"{len(beyond)} more cells than the first line has columns, from {beyond[0]!r} on"
    return Row(line, named)


# ---------------------------------------------------------------------- what a cell says


def number_in(cell: str, *, low: float, high: float, decimal_comma: bool) -> float:
    """Return the number in a cell; raise Unreadable for anything else, or one out of range."""
    allowed = f"it takes a number from {low:g} to {high:g}"
    text = cell.replace("\u00a0", " ").replace("\u2212", "-").strip()
    if re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?", text) and not (decimal_comma and text.count(",") == 1):
        raise Unreadable(f"{cell!r} could be thousands or a decimal: write {text.replace(',', '')}; {allowed}")
    if re.fullmatch(r"[-+]?\d*,\d+", text):
        if not decimal_comma:
            raise Unreadable(f"{cell!r} has a decimal comma: write {text.replace(',', '.')}; {allowed}")
        text = text.replace(",", ".")
    if not re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", text):
        cure = ": no £, % or other words beside the number" if re.search(r"\d", text) else ""
        raise Unreadable(f"{cell!r} is not allowed: {allowed}{cure}")
    value = float(text)
    if not low <= value <= high:
        raise Unreadable(f"{cell!r} is not allowed: {allowed}")
    return value


def yes_or_no(cell: str) -> bool:
    """Return whether a cell says yes; raise Unreadable for what is neither."""
    word = cell.casefold()
    if word in ("yes", "true", "1"):
        return True
    if word in ("no", "false", "0"):
        return False
    raise Unreadable(f"{cell!r} is not allowed: it takes yes or no")


def month_in(cell: str) -> str:
    """Return the month in a cell as YYYY-MM, also from how Excel shows one; raise Unreadable."""
    if found := re.fullmatch(r"(\d{4})[-/](\d{1,2})(?:[-/]\d{1,2})?(?:[T ][\d:.]+)?", cell):
        return _month(cell, int(found[1]), int(found[2]))
    found = re.fullmatch(r"([A-Za-z]{3})[a-z]*[- /.']+(\d{2}|\d{4})", cell)
    if found and found[1].casefold() in _NAMES_OF_MONTHS:
        return _month(cell, _year(found[2]), 1 + _NAMES_OF_MONTHS.index(found[1].casefold()))
    if found := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", cell):
        one, other, year = map(int, found.groups())
        if one == other or other > 12:
            return _month(cell, year, one)
        if one > 12:
            return _month(cell, year, other)
        raise Unreadable(
            f"{cell!r} could be {year}-{other:02d} or {year}-{one:02d}: write the month as YYYY-MM, for example 2001-04"
        )
    if re.fullmatch(r"[34]\d{4}", cell):
        raise Unreadable(f"{cell!r} is how Excel counts days: format the column as text and write 2001-04")
    raise Unreadable(f"{cell!r} is not allowed: a month is written YYYY-MM, for example 2001-04")


def _year(text: str) -> int:
    year = int(text)
    return year if year > 99 else year + (2000 if year < 70 else 1900)


def _month(cell: str, year: int, month: int) -> str:
    if not (_FIRST_YEAR <= year <= _LAST_YEAR and 1 <= month <= 12):
        raise Unreadable(f"{cell!r} is no month: write YYYY-MM, from {_FIRST_YEAR}-01 to {_LAST_YEAR}-12")
    return f"{year:04d}-{month:02d}"


def financial_year_in(cell: str) -> str:
    """Return the first month (April) of a financial year such as 2001-02; raise Unreadable."""
    found = re.fullmatch(r"(\d{4})[-/](\d{2}|\d{4})", cell)
    if found and int(found[2]) % 100 == (int(found[1]) + 1) % 100:
        return _month(cell, int(found[1]), 4)
    if re.match(r"[A-Za-z]{3}", cell):
        raise Unreadable(f"{cell!r} is what Excel makes of a year such as 2001-02: format the column as text")
    raise Unreadable(f"{cell!r} is not allowed: a financial year is written 2001-02 (April 2001 to March 2002)")
