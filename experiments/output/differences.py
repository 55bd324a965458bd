"""How two folders of results differ: which file, which column, and by how much."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.files import PARTIAL, read_parquet

COLUMNS = ("file", "column", "differs", "largest_difference")
"""Columns of a table of differences."""

TABLES = (".csv", ".parquet")
PICTURES = (".png", ".svg", ".pdf")
NETCDF = ".nc"
NOTES = (".json",)
"""Files that say when and with what something was done."""
ON_THE_WAY = ("case", "chunks", "draws", "generations", "waves")
"""Folders of a study of which its results are put together."""

PICTURE_ONLY = "bytes of the picture"
"""What is said of a picture that is not the same, byte by byte: what it shows is in the tables."""


OF_A_CRATE = ("own", "README.md", "ro-crate-preview.html")
"""What an archive has beside the results."""


def results_in(folder: Path) -> list[str]:
    """Return the files of a folder that hold results, by their path in it: no notes, nothing from on the way."""
    paths = (path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file())
    beside = (*ON_THE_WAY, *OF_A_CRATE)
    return [
        path.as_posix()
        for path in paths
        if path.suffix not in (*NOTES, PARTIAL) and path.parts[0] not in beside and not path.name.startswith(".")
    ]


def differences_between(before: Path, now: Path) -> pd.DataFrame:
    """Return what differs between the results in two folders, a row a column (of other files: a row a file).

    Columns: ``COLUMNS``. ``differs`` says how many rows or lines do, or what else is different; the largest
    difference is that of numbers, in the unit of the column, and NaN elsewhere. Without a difference there is no row.
    """
    old, new = results_in(before), results_in(now)
    rows = [(name, "", "is not there any more", np.nan) for name in old if name not in new]
    rows += [(name, "", "is new", np.nan) for name in new if name not in old]
    for name in old:
        if name in new and (before / name).read_bytes() != (now / name).read_bytes():
            rows += _in_a_file(before / name, now / name, name)
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"largest_difference": float})


def _in_a_file(before: Path, now: Path, name: str) -> Iterator[tuple[str, str, str, float]]:
    if before.suffix in TABLES:
        for column, differs, largest in table_differences(_table(before), _table(now)):
            yield name, column, differs, largest
    elif before.suffix in PICTURES:
        yield name, "", PICTURE_ONLY, np.nan
    elif before.suffix == NETCDF:
        for variable, differs in _in_netcdf(before, now):
            yield name, variable, differs, np.nan
    else:
        old, new = (path.read_text(encoding="utf-8", errors="replace").splitlines() for path in (before, now))
        number = sum(one != other for one, other in zip(old, new, strict=False)) + abs(len(old) - len(new))
        yield name, "", f"{number} of {max(len(old), len(new))} lines", np.nan


def _in_netcdf(before: Path, now: Path) -> Iterator[tuple[str, str]]:
    """Give the variables that differ: when and by what the file was written, which it notes too, is no result."""
    try:
        import h5py
    except ModuleNotFoundError:
        yield "", "bytes of the file"
        return
    try:
        old, new = (_arrays(h5py, path) for path in (before, now))
    except OSError:
        yield "", "cannot be read"
        return
    for name in sorted(old.keys() | new.keys()):
        if name not in old or name not in new:
            yield name, "is not there any more" if name in old else "is new"
        elif _content(old[name]) != _content(new[name]):
            yield name, "other values"


def _content(array: Any) -> tuple[Any, ...]:
    """Return what an array holds, to be compared bit by bit: NaN is NaN."""
    return array.dtype, array.shape, array.tolist() if array.dtype == object else array.tobytes()


def _arrays(h5py: Any, path: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with h5py.File(path) as file:
        file.visititems(
            lambda name, held: found.update({name: np.asarray(held[()])}) if isinstance(held, h5py.Dataset) else None
        )
    return found


def table_differences(before: pd.DataFrame, now: pd.DataFrame) -> Iterator[tuple[str, str, float]]:
    """Give column, what differs and the largest difference, for each column of two tables that differs.

    >>> one = pd.DataFrame({"scenario": ["a", "b"], "trust": [0.5, 0.25]})
    >>> list(table_differences(one, one.assign(trust=[0.5, 0.5])))
    [('trust', '1 of 2 rows', 0.25)]
    >>> list(table_differences(one, one.head(1)))
    [('', '2 rows, now 1', nan)]
    """
    for name in before.columns.symmetric_difference(now.columns):
        yield name, "is not there any more" if name in before else "is new", np.nan
    if len(before) != len(now):
        yield "", f"{len(before)} rows, now {len(now)}", np.nan
        return
    for name in before.columns.intersection(now.columns, sort=False):
        old, new = before[name], now[name]
        numbers = all(pd.api.types.is_numeric_dtype(one) and not pd.api.types.is_bool_dtype(one) for one in (old, new))
        unequal = ((old != new) & ~(old.isna() & new.isna())).to_numpy(dtype=bool)
        if unequal.any():
            apart = np.abs(old.to_numpy(float) - new.to_numpy(float))[unequal] if numbers else np.array([np.nan])
            # What is a number in one table alone has no distance; that it is missing is said by the rows.
            largest = float(np.nanmax(apart)) if np.isfinite(apart).any() else np.nan
            yield name, f"{int(unequal.sum())} of {len(old)} rows", largest


def _table(path: Path) -> pd.DataFrame:
    if path.suffix == ".parquet":
        return read_parquet(path)
    try:
        text = pd.read_csv(path, dtype=str, keep_default_na=False)
    except pd.errors.EmptyDataError:
        return pd.DataFrame()
    return text.apply(_numbers_of)


def _numbers_of(text: pd.Series) -> pd.Series:
    """Return a column of text as numbers if it is one, exactly as they are written, whatever the version of pandas."""
    try:
        return text.map(lambda cell: float(cell) if cell else np.nan)
    except ValueError:
        return text
