"""What the columns of tables are: label, unit, definition, type and values, one table of words for every file.

Measures, settings and terms are told as the model declares them (``sim/vocabulary.py``); all other columns, such as
``replicate`` or ``ci_low``, as ``columns.csv`` beside this module does. Nothing else describes a column.
"""

from __future__ import annotations

import csv
import dataclasses
import math
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from analysis.shared.outcomes import outcome_of
from sim import MONTH, Month
from sim.spelling import spelt_out
from sim.vocabulary import Word, vocabulary_of

if TYPE_CHECKING:
    import pyarrow as pa

CODEBOOK = "codebook.csv"
CODEBOOK_COLUMNS = ("file", "column", "label", "unit", "definition", "type", "range", "values", "missing")
_ROWS_AT_ONCE = 16_384
MOST_LEVELS = 12
"""Names that are listed one by one; of more their number is told."""


@dataclasses.dataclass(frozen=True)
class Described:
    """What a column is."""

    label: str
    unit: str
    """Empty for names and numbers that count nothing."""
    definition: str
    range: str = ""
    """What values it can have, if that is declared."""


def described(column: str, file: str = "", month: Month = MONTH) -> Described | None:
    """Return what a column of a file is, in a month with measures or settings of one's own too; None if nobody says.

    >>> described("trust", "runs.parquet").unit, described("q05").label, described("mean_trust").label
    ('0 to 1', 'quantile 05', 'Trust, mean over the run')
    >>> described("trust_low").label
    'trust: low end'
    >>> described("attendance", "partners.csv").definition
    'How far the body was at the board this month.'
    >>> described("no_such_column") is None
    True
    """
    found = _declared(column, file)
    if found is not None and found[0] != "*":
        return found[1]
    words = _words(month)
    word = words.get(column) or words.get(f"behaviour.{column}") or words.get(f"term_{column}")
    if word is not None:
        return Described(word.label, word.unit, word.definition, _range(word, month))
    if found is not None:
        return found[1]
    return _of_outcome(column) or _end_of(column, file, month)


def codebook(tables: Mapping[str, pd.DataFrame | Path], month: Month = MONTH) -> pd.DataFrame:
    """Return a row for each column of the tables, by file name; of a Parquet file some rows are read at a time.

    Columns: ``CODEBOOK_COLUMNS``. ``range`` is what is allowed, ``values`` what is there: least to largest, or names;
    ``missing`` counts empty cells. Of a column that nobody describes, definition and unit are empty.

    >>> codebook({"runs.csv": pd.DataFrame({"scenario": ["a", "b"]})})[["column", "type", "values"]].to_numpy().tolist()
    [['scenario', 'text', 'a, b']]
    """
    rows = []
    for file, table in tables.items():
        for column, seen in _seen_in(table).items():
            what = described(column, file, month) or Described(spelt_out(column), "", "")
            rows.append(
                (file, column, *dataclasses.astuple(what)[:3], seen.kind, what.range, seen.values, seen.missing)
            )
    return pd.DataFrame(rows, columns=list(CODEBOOK_COLUMNS))


class _Seen:
    """What was seen of a column so far."""

    def __init__(self) -> None:
        self.kind, self.missing = "", 0
        self._ends: list[float] = []
        self._levels: set[str] = set()

    def add(self, part: pa.Array | pa.ChunkedArray) -> None:
        """See more of the column."""
        import pyarrow.compute as pc

        self.kind = self.kind or _kind_of(part)
        missing = part.null_count
        if self.kind == "number":  # what is no number is missing too
            missing = pc.sum(pc.is_null(part, nan_is_null=True)).as_py() or 0
        self.missing += missing
        if self.kind not in ("number", "whole number"):
            self._levels |= set(map(str, part.unique().drop_null().to_pandas()))
        elif missing < len(part):
            seen = pc.min_max(part).as_py()
            ends = [*self._ends, seen["min"], seen["max"]]
            self._ends = [min(ends), max(ends)]

    @property
    def values(self) -> str:
        """Return in words which values there are."""
        if self._ends:
            low, high = self._ends
            return f"{low:g}" if low == high else f"{low:g} to {high:g}"
        named = sorted(self._levels)
        if len(named) > MOST_LEVELS:
            return f"{len(named)} different, from {named[0][:40]} to {named[-1][:40]}"
        return ", ".join(named)


def _seen_in(table: pd.DataFrame | Path) -> dict[str, _Seen]:
    """Return what there is in each column of a table, by its name; of a Parquet file some rows are read at a time."""
    import pyarrow.parquet as pq

    seen: dict[str, _Seen] = {}

    def see(part: pa.Table | pa.RecordBatch) -> None:
        for name in part.column_names:
            seen.setdefault(name, _Seen()).add(part[name])

    if isinstance(table, Path) and table.suffix != ".csv":
        with pq.ParquetFile(table, pre_buffer=False) as stored:  # or all of the file would be in memory at last
            see(stored.schema_arrow.empty_table())
            for rows in stored.iter_batches(batch_size=_ROWS_AT_ONCE):
                see(rows)
        return seen
    frame = pd.read_csv(table) if isinstance(table, Path) else table
    for name in frame:
        seen.setdefault(str(name), _Seen()).add(_array_of(frame[name]))
    return seen


def _array_of(column: pd.Series) -> pa.Array | pa.ChunkedArray:
    """Return the column of a table in memory as those of files are; where kinds are mixed, as text."""
    import pyarrow as pa

    try:
        return pa.array(column, from_pandas=True)
    except pa.ArrowException:
        return pa.array(column.map(str, na_action="ignore"), from_pandas=True)


def _kind_of(part: pa.Array | pa.ChunkedArray) -> str:
    import pyarrow as pa

    if pa.types.is_boolean(part.type):
        return "yes or no"
    if pa.types.is_integer(part.type):
        return "whole number"
    return "number" if pa.types.is_floating(part.type) else "text"


def _range(word: Word, month: Month) -> str:
    if word.kind in ("lever", "parameter"):
        return month.parameters[word.name].range_text
    if word.kind != "measure":
        return ""
    measure = month.measures[word.name]
    if math.isinf(measure.low) and math.isinf(measure.high):
        return ""
    low, high = (f"{end:g}" if math.isfinite(end) else "" for end in (measure.low, measure.high))
    return f"{low} to {high}" if low and high else f"{low} and more" if low else f"up to {high}"


def _of_outcome(column: str) -> Described | None:
    try:
        outcome = outcome_of(column)
    except ValueError:
        return None
    of = _words(MONTH).get(outcome.column)
    says = f"{of.definition} " if of is not None and of.kind == "measure" else ""
    return Described(outcome.label, outcome.unit, f"{says}{outcome.label}.")


def _end_of(column: str, file: str, month: Month) -> Described | None:
    """Return what a column such as ``trust_low`` is: an end of the interval of another one."""
    name, _, end = column.rpartition("_")
    of = described(name, file, month) if end in ("low", "high") and name else None
    if of is None:
        return None
    return dataclasses.replace(of, label=f"{of.label}: {end} end", definition=f"{end.title()} end of its interval.")


@cache
def _words(month: Month) -> Mapping[str, Word]:
    return vocabulary_of(month.measures, month.parameters, month.terms)


@cache
def _table() -> tuple[tuple[str, str, Described], ...]:
    with Path(__file__).with_name("columns.csv").open(encoding="utf-8", newline="") as rows:
        return tuple(
            (row["files"], row["column"], Described(row["label"], row["unit"], row["definition"]))
            for row in csv.DictReader(rows)
        )


def _declared(column: str, file: str) -> tuple[str, Described] | None:
    """Return for which files, and as what, a column is declared: the first row that fits."""
    for files, pattern, what in _table():
        is_pattern = "?" in pattern or "*" in pattern  # of a few alone, and looking is quicker than matching
        if (column == pattern or (is_pattern and fnmatchcase(column, pattern))) and fnmatchcase(file, files):
            named = "".join(column[place] for place, sign in enumerate(pattern) if sign == "?")
            return files, dataclasses.replace(what, label=f"{what.label} {named}".strip())
    return None
