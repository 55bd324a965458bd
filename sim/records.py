"""What bodies, pairs and the table hold, kept month by month on request, by both engines in one form."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclasses.dataclass(frozen=True)
class Recorder:
    """Which numbers a record keeps: of every body, of the table, and of every body towards every other."""

    says: str
    partner: tuple[str, ...] = ()
    partnership: tuple[str, ...] = ()
    matrix: tuple[str, ...] = ()
    called: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    """Of numbers that stand for something, what each value of it is called."""


@dataclasses.dataclass(frozen=True)
class Record:
    """What was held at the end of the months that were kept: ``record["tie"]`` is an array.

    A number of bodies has the axes (month, partner), one of the table (month), what is between bodies (month, partner,
    other); a number that is several has these last. In an ensemble (scenario, replicate) come first, and what a run
    does not have is NaN. Bodies are in the order of the seats, also those that are no members.
    """

    recorder: Recorder
    months: tuple[int, ...]
    counts: Mapping[str, Mapping[str, int]]
    """How many values each number has, by whose it is: 0 for a plain number."""
    partner: NDArray[np.float64]
    """(…, month, partner, column)"""
    partnership: NDArray[np.float64]
    """(…, month, column)"""
    matrix: NDArray[np.float64]
    """(…, month, number, partner, other)"""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of all that is kept."""
        return (*self.recorder.partner, *self.recorder.partnership, *self.recorder.matrix)

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        """Return what was kept of one number."""
        if name in self.recorder.matrix:
            return self.matrix[..., self.recorder.matrix.index(name), :, :]
        for kind, values in (("partner", self.partner), ("partnership", self.partnership)):
            columns = columns_of(getattr(self.recorder, kind), self.counts[kind])
            if name in columns:
                return values[..., columns[name]]
        raise KeyError(f"{name!r} was not kept; kept: {', '.join(self.names)}")


def not_lived(*shape: int) -> NDArray[np.float64]:
    """Return a table of what is still to be lived: all NaN."""
    return np.full(shape, np.nan)


def kept_months(months: Sequence[int] | None, *, longest: int) -> tuple[int, ...]:
    """Return the months that are kept, in their order: those asked for, or with None all of a run."""
    if months is None:
        return tuple(range(longest))
    kept = tuple(sorted({int(number) for number in months}))
    for number in kept:
        if not 0 <= number < longest:
            raise ValueError(f"month {number} lies outside the runs, which have months 0 to {longest - 1}")
    return kept


def columns_of(names: Sequence[str], counts: Mapping[str, int]) -> dict[str, int | slice]:
    """Return in which column, or columns, of a table each number stands."""
    columns: dict[str, int | slice] = {}
    first = 0
    for name in names:
        count = counts[name]
        columns[name] = slice(first, first + count) if count else first
        first += max(1, count)
    return columns


def width_of(names: Sequence[str], counts: Mapping[str, int]) -> int:
    """Return how many columns numbers take."""
    widths = [max(1, counts[name]) for name in names]
    return int(np.sum(widths, dtype=int))


def empty_record(
    recorder: Recorder,
    counts: Mapping[str, Mapping[str, int]],
    *,
    months: Sequence[int],
    partners: int,
    runs: tuple[int, ...] = (),
) -> Record:
    """Return a record to be filled, all NaN; the axes ``runs`` come last in its tables."""
    kept = (len(months),)
    shapes: dict[str, tuple[int, ...]] = {
        "partner": (*kept, partners, width_of(recorder.partner, counts["partner"]), *runs),
        "partnership": (*kept, width_of(recorder.partnership, counts["partnership"]), *runs),
        "matrix": (*kept, len(recorder.matrix), partners, partners, *runs),
    }
    tables = {kind: np.full(shape, np.nan) for kind, shape in shapes.items()}
    return Record(recorder, tuple(months), counts, **tables)


def write_down(record: Record, model: Any) -> None:
    """Enter into the record of a run in Mesa what its bodies and the table hold now, if the month is kept."""
    if model.month not in record.months:
        return
    row, recorder = record.months.index(model.month), record.recorder
    record.partnership[row] = _values(model, recorder.partnership)
    for body in model.partners:
        record.partner[row, body.position] = _values(body, recorder.partner)
        for number, name in enumerate(recorder.matrix):
            record.matrix[row, number, body.position] = getattr(body, name)


def _values(thing: Any, names: Sequence[str]) -> list[float]:
    """Return numbers of a body or of the table, one after another."""
    values: list[float] = []
    for name in names:
        value = getattr(thing, name)
        values += value if isinstance(value, list) else [value]
    return values
