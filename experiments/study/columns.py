"""What the columns of a study's tables are: types of dates and regimes, and words that Parquet files carry.

``pandas.read_parquet`` gives the words as ``table.attrs["columns"]``; other programs find them in the metadata of each
field (``label``, ``unit``, ``definition``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from analysis.shared import codebook
from sim import Month
from sim.labelled import COLUMNS, NO_REGIME, REGIMES

REGIME_TYPE = pa.dictionary(pa.int8(), pa.string(), ordered=True)
DATE_TYPE = pa.timestamp("us")
"""The first day of a month."""

MEAN_OVER_RUN = ("attendance", "engagement", "trust", "top_share", "decision_rate")
"""Measures of which runs.parquet has the mean over all months too, as ``mean_…``."""

_PANDAS = b"PANDAS_ATTRS"
"""Where pandas looks for what it gives as ``attrs``."""


def months_in(regimes: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of runs.parquet with the number of months spent in each regime."""
    return tuple(f"months_{re.sub('[^a-z]', '_', regime)}" for regime in regimes)


def regime_column(codes: NDArray[np.int8], names: Sequence[str]) -> pa.DictionaryArray:
    """Return regimes by their positions in ``names`` as a column of ordered categories."""
    flat = codes.ravel()
    return pa.DictionaryArray.from_arrays(
        pa.array(flat, pa.int8(), mask=flat == NO_REGIME), pa.array(names, pa.string()), ordered=True
    )


def as_written(table: pd.DataFrame, month: Month, file: str) -> pa.Table:
    """Return a table as a Parquet file has it: regimes in their order, and words of all columns."""
    if "regime" in table and pd.api.types.is_string_dtype(table["regime"]):
        table = table.assign(regime=pd.Categorical(table["regime"], categories=month.naming.names, ordered=True))
    written = pa.Table.from_pandas(table, preserve_index=False)
    return written.cast(described(written.schema, month, file))


def described(schema: pa.Schema, month: Month, file: str = "") -> pa.Schema:
    """Return the schema with label, unit and definition of every column that has them, and the order of regimes."""
    words = words_of_columns(schema.names, month, file)
    fields = [field.with_metadata(words[field.name]) if field.name in words else field for field in schema]
    attributes = {COLUMNS: words, REGIMES: list(month.naming.names)}
    return pa.schema(fields, metadata={**(schema.metadata or {}), _PANDAS: json.dumps(attributes)})


def words_of_columns(names: Sequence[str], month: Month, file: str = "") -> dict[str, dict[str, str]]:
    """Return label, unit and definition by column, as codebooks have them; with one row a run, measures as they end."""
    ends = "month" not in names
    told = {name: what for name in names if (what := codebook.described(name, file, month)) is not None}
    words = {name: {"label": it.label, "unit": it.unit, "definition": it.definition} for name, it in told.items()}
    for name, measure in month.measures.items():
        if name in words and ends:
            words[name]["definition"] = f"{measure.says} At the end: {measure.at_the_end}."
    for name, regime in zip(months_in(month.naming.names), month.naming.names, strict=True):
        if name in names:
            words[name] = {"label": f"months as {regime}", "unit": "months", "definition": f"Months that are {regime}."}
    return words
