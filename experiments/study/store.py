"""The store of a study: chunks that are complete or not there, and the tables made of them.

Files of a chunk are written under another name first, so a study that was killed goes on where it stopped,
whoever goes on with it. Its receipt, written last, holds the hash of each of its files. Several processes may
do all this at once: see ``experiments.study.claims``.
"""

from __future__ import annotations

import csv
import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from experiments.errors import CommandError
from experiments.files import (
    PARTIAL,
    Refused,
    inside,
    read_json,
    read_parquet,
    replacing,
    sha256,
    sweep_up,
)
from experiments.study.claims import sweep_claims
from experiments.study.columns import described
from experiments.study.designs import DRAW
from experiments.study.plans import CHUNKS, DRAWS, RUNS, TRAJECTORIES, Chunk, Study
from sim import Month

FAILURES = "failures.csv"
ERROR = "error"
"""Column of a chunk's runs that says why a run failed (null if it did not)."""

_ROWS_A_GROUP = 65_536


class DamagedChunk(Exception):
    """A stored chunk that is not what was written."""


@dataclasses.dataclass(frozen=True)
class Receipt:
    """What a finished chunk came to: the sha256 of its files by table, and how many of its runs failed."""

    sha256: dict[str, str]
    failed: int
    chunk: str = ""
    """The id of the chunk, so that its files can stand in for no other; an earlier version did not note it."""


# ----------------------------------------------------------------------------- chunks


def write_chunk(study: Study, chunk: Chunk, tables: Mapping[str, pa.Table]) -> None:
    """Store the tables of a chunk, and last its receipt."""
    hashes = {}
    for name, table in tables.items():
        # Through memory, so that the hash is of what was meant and not of what reached the disk.
        content = pa.BufferOutputStream()
        with parquet_writer(content, table.schema) as writer:
            writer.write_table(table)
        buffer = content.getvalue()
        hashes[name] = sha256(buffer)
        with replacing(study.path(chunk, name)) as path:
            path.write_bytes(buffer)
    failed = tables[RUNS].num_rows - tables[RUNS][ERROR].null_count
    with replacing(_receipt_path(study, chunk)) as path:
        path.write_text(json.dumps({"chunk": chunk.id, "sha256": hashes, "failed": failed}), encoding="utf-8")


def set_aside(study: Study, chunk: Chunk) -> None:
    """Count a finished chunk as left, so that it is computed again."""
    _receipt_path(study, chunk).unlink(missing_ok=True)


def receipt(study: Study, chunk: Chunk) -> Receipt | None:
    """Return the receipt of a finished chunk, or None; raise DamagedChunk if it cannot be read."""
    path = _receipt_path(study, chunk)
    if not path.exists():
        return None
    try:
        found = Receipt(**read_json(path, Receipt))
    except (Refused, TypeError):
        raise DamagedChunk(f"{chunk} has a damaged receipt") from None
    if found.chunk not in ("", chunk.id) or set(found.sha256) != set(study.tables):
        raise DamagedChunk(f"{chunk} has the receipt of another chunk")
    return found


def read_chunk(study: Study, chunk: Chunk, table: str) -> pa.Table:
    """Return a table of a finished chunk; raise DamagedChunk if it is not what was written."""
    read = pq.read_table(pa.BufferReader(_verified(study, chunk, table)))
    if table == RUNS and not _is_of(study, chunk, read):
        _receipt_path(study, chunk).unlink()  # or it would count as done
        raise DamagedChunk(f"{chunk} holds the runs of another chunk")
    return read


def _is_of(study: Study, chunk: Chunk, runs: pa.Table) -> bool:
    """Return whether a table has a row for each draw and replicate of a chunk, in their order, and no other."""
    draws = np.asarray(study.draws_of(chunk)[DRAW])
    replicates = np.arange(chunk.first_replicate, chunk.first_replicate + chunk.replicates)
    keys = ((DRAW, np.repeat(draws, chunk.replicates)), ("replicate", np.tile(replicates, chunk.draws)))
    return all(name in runs.column_names and np.array_equal(runs[name], expected) for name, expected in keys)


def failures_of(study: Study, chunk: Chunk) -> list[dict[str, Any]]:
    """Return draw, replicate and error of each failed run of a finished chunk; raise DamagedChunk."""
    runs = read_chunk(study, chunk, RUNS).select([DRAW, "replicate", ERROR])
    return list(runs.filter(pc.is_valid(runs[ERROR])).to_pylist())


def finished(study: Study, chunk: Chunk) -> Receipt | None:
    """Return the receipt of a finished chunk whose files are all as they were written, or None.

    Raises DamagedChunk if one of them was altered, cut short or removed.
    """
    found = receipt(study, chunk)
    for table in found.sha256 if found else ():
        _verified(study, chunk, table)
    return found


def is_finished(study: Study, chunk: Chunk) -> bool:
    """Return whether a chunk need not be computed: all its files are there as they were written."""
    try:
        return finished(study, chunk) is not None
    except DamagedChunk:
        return False


def _verified(study: Study, chunk: Chunk, table: str) -> bytes:
    found = receipt(study, chunk)
    path = study.path(chunk, table)
    try:
        content = path.read_bytes()
    except OSError:
        if path.is_file():
            raise
        raise DamagedChunk(f"{chunk} has lost its {table}") from None
    if found is None or found.sha256.get(table) != sha256(content):
        raise DamagedChunk(f"{chunk} was altered or cut short")
    return content


def _receipt_path(study: Study, chunk: Chunk) -> Path:
    return inside(study.folder, CHUNKS, f"{chunk.id}.json", what="chunk")


def parquet_writer(target: Any, schema: pa.Schema) -> pq.ParquetWriter:
    """Return a writer with the encoding that is quickest for simulated numbers: byte streams split, zstd 1."""
    floats = [field.name for field in schema if pa.types.is_floating(field.type)]
    return pq.ParquetWriter(
        target,
        schema,
        compression="zstd",
        compression_level=1,
        use_dictionary=[field.name for field in schema if field.name not in floats],
        column_encoding=dict.fromkeys(floats, "BYTE_STREAM_SPLIT") or None,
    )


# ---------------------------------------------------------------------------- results


def assemble(study: Study) -> None:
    """Write ``runs.parquet``, ``failures.csv`` and, if kept, ``trajectories.parquet`` from all chunks.

    Rows are sorted by scenario (in the order named), draw and replicate. The chunks are read one after the
    other, so memory does not grow with the study. Raises DamagedChunk.
    """
    with replacing(study.folder / FAILURES) as path, path.open("w", newline="", encoding="utf-8") as failures:
        rows = csv.writer(failures, lineterminator="\n")
        rows.writerow(["scenario", DRAW, "replicate", ERROR])
        _write_table(study.folder / f"{RUNS}.parquet", _succeeded(study, rows), study.month)
    if study.settings[TRAJECTORIES]:
        tables = (_led_by(chunk, read_chunk(study, chunk, TRAJECTORIES)) for chunk in study.chunks)
        _write_table(study.folder / f"{TRAJECTORIES}.parquet", tables, study.month)
    sweep_up(study.folder, f"**/.*{PARTIAL}")
    sweep_claims(study.claims)


def _succeeded(study: Study, failures: Any) -> Iterator[pa.Table]:
    """Give the runs that succeeded, chunk by chunk, with the values drawn; write the others to ``failures``."""
    for chunk in study.chunks:
        runs = read_chunk(study, chunk, RUNS)
        for row in failures_of(study, chunk):
            failures.writerow([chunk.scenario, *row.values()])
        runs = runs.filter(pc.is_null(runs[ERROR])).drop_columns([ERROR])
        draws = study.draws_of(chunk)
        drawn = draws.take(np.searchsorted(draws[DRAW].to_numpy(), runs[DRAW].to_numpy()))
        names = _columns(runs.select([DRAW, "replicate"]))
        yield _led_by(chunk, pa.table(names | _columns(drawn) | _columns(runs)))


def _columns(table: pa.Table) -> dict[str, pa.ChunkedArray]:
    return dict(zip(table.column_names, table.columns, strict=True))


def _led_by(chunk: Chunk, table: pa.Table) -> pa.Table:
    return table.add_column(0, "scenario", pa.array([chunk.scenario] * table.num_rows, pa.string()))


def _write_table(path: Path, tables: Iterator[pa.Table], month: Month) -> None:
    """Write tables after one another into one Parquet file, a large group of rows at a time, with words of columns."""
    first = next(tables)
    schema = described(first.schema, month)
    with replacing(path) as partial, partial.open("wb") as target, parquet_writer(target, schema) as writer:
        waiting, rows = [first], first.num_rows
        for table in tables:
            waiting.append(table)
            rows += table.num_rows
            if rows >= _ROWS_A_GROUP:
                writer.write_table(pa.concat_tables(waiting), row_group_size=rows)
                waiting, rows = [first.slice(0, 0)], 0
        if rows:
            writer.write_table(pa.concat_tables(waiting))


def is_assembled(study: Study) -> bool:
    """Return whether the results of a study were put together."""
    return (study.folder / f"{RUNS}.parquet").exists()


def result(
    study: Study, name: str, columns: Sequence[str] | None = None, *, if_there: Sequence[str] = ()
) -> pd.DataFrame:
    """Return a table of a finished study, or some of its columns; raise CommandError if it is not as it was written."""
    path = inside(study.folder, f"{name}.parquet")
    try:
        return read_parquet(path, columns, if_there=if_there)
    except Refused as error:
        first = "take it away, and " if path.is_dir() else ""
        raise CommandError(f"{error}; {first}partnerships sweep study={study.folder} makes it again") from None


def summary(study: Study) -> pd.DataFrame:
    """Return how each measure is spread over all runs of each scenario, whatever the draw.

    Columns: scenario, measure, mean, sd, min, q05, q50, q95, max, runs. One measure is read at a time.
    """
    rows = []
    with pq.ParquetFile(study.folder / f"{RUNS}.parquet") as stored:
        drawn = pq.read_schema(study.folder / DRAWS).names
        kept = [field.name for field in stored.schema_arrow if pa.types.is_floating(field.type)]
        scenario_of_run = np.array(stored.read(["scenario"])["scenario"])
        scenarios = [name for name in study.scenarios if name in scenario_of_run]
        starts = [int(np.argmax(scenario_of_run == name)) for name in scenarios]
        for measure in (name for name in kept if name not in drawn):
            values = stored.read([measure])[measure].to_numpy()
            for name, found in zip(scenarios, np.split(values, starts[1:]), strict=False):
                rows.append((name, measure, *_spread(found)))
    columns = ["scenario", "measure", "mean", "sd", "min", "q05", "q50", "q95", "max", "runs"]
    together = pd.DataFrame(rows, columns=columns)
    order = together["scenario"].map(scenarios.index)
    return together.loc[order.sort_values(kind="stable").index].reset_index(drop=True)


def _spread(values: NDArray[np.float64]) -> tuple[float, ...]:
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
    sd = values.std(ddof=1) if len(values) > 1 else np.nan
    return values.mean(), sd, values.min(), low, middle, high, values.max(), len(values)
