"""The store of studies: what stands in a folder is whole, or it does not count."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from experiments import files, load_scenario
from experiments.errors import CommandError
from experiments.study import identity, plans, store
from experiments.study.chunks import run_chunk
from experiments.study.plans import Study
from experiments.study.store import DamagedChunk
from sim import MEASURES, REGIMES, Scenario

SETTINGS = {"seed": 4, "replicates": 3, "trajectories": None}


@pytest.fixture(scope="module")
def scenarios() -> dict[str, Scenario]:
    short = ["months=2", "board=small_executive"]
    return {name: load_scenario(name, short) for name in ("talking_shop", "growth_coalition")}


def draws(count: int = 5) -> pa.Table:
    return pa.table({"draw": np.arange(count), "levers.duty.attend": np.linspace(0.0, 1.0, count)})


def planned(folder: Path, scenarios: dict[str, Scenario], *, size: int = 6, **asked: Any) -> Study:
    sizes = dict.fromkeys(scenarios, size)
    return plans.plan_study(folder, settings={**SETTINGS, **asked}, scenarios=scenarios, draws=draws(), sizes=sizes)


@pytest.fixture
def done(tmp_path: Path, scenarios: dict[str, Scenario]) -> Study:
    """A study of two chunks of scenarios, computed but not assembled."""
    made = planned(tmp_path / "study", scenarios)
    for chunk in reversed(made.chunks):
        run_chunk(str(made.folder), chunk.id, threads=1)
    return made


# ------------------------------------------------------------------------------- plan


@pytest.mark.slow
def test_the_plan_is_enough_to_go_on_from(tmp_path: Path, scenarios: dict[str, Scenario]) -> None:
    made = planned(tmp_path, scenarios)
    found = plans.open_study(tmp_path)
    assert dataclasses.asdict(found) == dataclasses.asdict(made)
    assert found.scenarios == scenarios
    assert found.runs == 2 * 5 * 3
    assert {"numpy", "numba", "llvmlite", "sim", "experiments", "configs"} == set(found.made_by)
    assert [found.draws_of(chunk)["draw"].to_pylist() for chunk in found.chunks] == [[0, 1], [2, 3], [4]] * 2


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_chunks_cover_every_run_once_in_the_order_of_the_table(
    size: int, tmp_path: Path, scenarios: dict[str, Scenario]
) -> None:
    made = planned(tmp_path, scenarios, size=size)
    runs = [
        (chunk.scenario, draw, replicate)
        for chunk in made.chunks
        for draw in range(chunk.first_draw, chunk.first_draw + chunk.draws)
        for replicate in range(chunk.first_replicate, chunk.first_replicate + chunk.replicates)
    ]
    assert runs == [(name, draw, replicate) for name in scenarios for draw in range(5) for replicate in range(3)]
    assert all(chunk.runs <= max(size, 1) for chunk in made.chunks)


def test_a_chunk_is_named_by_what_it_computes(tmp_path: Path, scenarios: dict[str, Scenario]) -> None:
    def ids(name: str, **asked: Any) -> set[str]:
        return {chunk.id for chunk in planned(tmp_path / name, scenarios, **asked).chunks}

    once = ids("once")
    assert len(once) == 6
    assert ids("again") == once
    assert not ids("another seed", seed=5) & once
    assert not ids("with months", trajectories=["trust"]) & once


def test_other_code_is_named(tmp_path: Path, scenarios: dict[str, Scenario], monkeypatch: pytest.MonkeyPatch) -> None:
    made = planned(tmp_path, scenarios)
    plans.refuse_other_code(made)
    now = identity.made_by()
    for change, said in (
        ({"experiments": "edited"}, "experiments was edited"),
        ({"sim": "edited", "configs": "edited"}, "sim and configs were edited"),
        ({"numpy": "9.9", "sim": "other for that"}, f"numpy {now['numpy']}, now 9.9"),
    ):
        monkeypatch.setattr(identity, "made_by", lambda scenarios=(), change=change: now | change)
        with pytest.raises(CommandError, match="other code") as refused:
            plans.refuse_other_code(made)
        assert said in str(refused.value)
        assert "begin in another folder" in str(refused.value)


def _change(plan: dict[str, Any], path: str, value: Any) -> None:
    *way, last = path.split("/")
    for name in way:
        plan = plan[int(name) if isinstance(plan, list) else name]
    plan[last] = value


@pytest.mark.parametrize(
    ("path", "value", "part"),
    [
        ("settings/seed", 99, "seed"),
        ("settings/replicates", 99, "replicates"),
        ("settings/scenarios/talking_shop/levers/duty/attend", 0.9, "scenarios"),
        ("settings/trajectories", ["trust"], "trajectories"),
        ("chunks/0/replicates", 1, "chunks"),
        ("made_by/numpy", "1.0", "made_by"),
        ("files/draws.parquet", "0" * 64, "files"),
        ("hash", "0" * 64, "hash"),
    ],
)
def test_a_plan_changed_by_hand_is_refused_and_the_part_named(
    tmp_path: Path, scenarios: dict[str, Scenario], path: str, value: Any, part: str
) -> None:
    """Else a table would be taken for that of another plan than it was computed from."""
    planned(tmp_path, scenarios)
    plan = json.loads((tmp_path / "plan.json").read_text("utf-8"))
    _change(plan, path, value)
    (tmp_path / "plan.json").write_text(json.dumps(plan), "utf-8")
    with pytest.raises(
        CommandError, match=rf"{part}\b.* changed by hand since the study was begun: put back"
    ) as refused:
        plans.open_study(tmp_path)
    assert "\n" not in str(refused.value)


def test_a_plan_that_was_only_laid_out_anew_is_taken(tmp_path: Path, scenarios: dict[str, Scenario]) -> None:
    made = planned(tmp_path, scenarios)
    plan = json.loads((tmp_path / "plan.json").read_text("utf-8"))
    (tmp_path / "plan.json").write_text(json.dumps(plan, sort_keys=True), "utf-8")
    assert plans.open_study(tmp_path).chunks == made.chunks


def test_another_question_is_named(tmp_path: Path, scenarios: dict[str, Scenario]) -> None:
    made = planned(tmp_path, scenarios)
    plans.refuse_other_settings(made, SETTINGS, scenarios)
    with pytest.raises(CommandError, match="seed = 4, now it is 5"):
        plans.refuse_other_settings(made, {**SETTINGS, "seed": 5}, scenarios)
    longer = {name: dataclasses.replace(scenario, months=3) for name, scenario in scenarios.items()}
    with pytest.raises(CommandError, match=r"scenarios\.talking_shop\.months = 2, now it is 3 \(and 1 more"):
        plans.refuse_other_settings(made, SETTINGS, longer)
    with pytest.raises(CommandError, match=r"scenarios = \['talking_shop', 'growth_coalition'\], now it is"):
        plans.refuse_other_settings(made, SETTINGS, dict(list(longer.items())[:1]))


def test_an_altered_plan_is_refused(tmp_path: Path, scenarios: dict[str, Scenario]) -> None:
    planned(tmp_path, scenarios)
    pq.write_table(draws(6), tmp_path / "draws.parquet")
    with pytest.raises(CommandError, match=r"draws\.parquet in its plan was changed by hand"):
        plans.open_study(tmp_path)
    (tmp_path / "plan.json").write_text('{"chunks": [')
    with pytest.raises(CommandError, match="no readable plan"):
        plans.open_study(tmp_path)


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path, scenarios: dict[str, Scenario]) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    for folder, told in ((tmp_path / "thesis", "something else"), (tmp_path / "thesis" / "chapter.txt", "is a file")):
        with pytest.raises(CommandError, match=told):
            planned(folder, scenarios)
    assert [path.name for path in tmp_path.rglob("*")] == ["thesis", "chapter.txt"]


def test_a_study_killed_before_its_plan_stood_can_begin_again(tmp_path: Path, scenarios: dict[str, Scenario]) -> None:
    (tmp_path / "chunks").mkdir()
    (tmp_path / "draws.parquet").write_bytes(b"PAR1 half of")
    (tmp_path / ".plan.json.0123.partial").write_text("{")
    made = planned(tmp_path, scenarios)
    assert dataclasses.asdict(plans.open_study(tmp_path)) == dataclasses.asdict(made)


def test_a_study_too_large_to_plan_is_refused(tmp_path: Path, scenarios: dict[str, Scenario]) -> None:
    with pytest.raises(CommandError, match="at most 100,000,000"):
        planned(tmp_path / "study", scenarios, replicates=100_000_000)
    assert not (tmp_path / "study").exists()


# ----------------------------------------------------------------------------- chunks


def test_only_whole_chunks_count(done: Study) -> None:
    first, *others = done.chunks
    path, pristine = done.path(first, "runs"), done.path(first, "runs").read_bytes()
    assert store.finished(done, first) == store.receipt(done, first)
    altered = bytearray(pristine)
    altered[len(altered) // 2] ^= 1
    for content in (pristine[:-100], b"", bytes(altered)):
        path.write_bytes(content)
        with pytest.raises(DamagedChunk, match=rf"{first.id[:12]} \(talking_shop, draws 0 to 1\) was altered or cut"):
            store.finished(done, first)
        with pytest.raises(DamagedChunk):
            store.assemble(done)
    path.unlink()
    with pytest.raises(DamagedChunk, match="lost its runs"):
        store.finished(done, first)
    receipt = path.with_name(f"{first.id}.json")
    receipt.write_text('{"sha256"')
    with pytest.raises(DamagedChunk, match="damaged receipt"):
        store.finished(done, first)
    receipt.unlink()
    assert store.finished(done, first) is None
    assert all(store.finished(done, chunk) for chunk in others)


def test_computing_a_chunk_again_gives_the_same_file(done: Study) -> None:
    for chunk in done.chunks[:2]:
        before = done.path(chunk, "runs").read_bytes()
        store.set_aside(done, chunk)
        assert run_chunk(str(done.folder), chunk.id, threads=2) == "computed"
        assert done.path(chunk, "runs").read_bytes() == before


def test_a_full_disk_leaves_no_half_file(done: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither when writing fails nor when the disk says so only at fsync."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    store.set_aside(done, done.chunks[0])
    before = {path: path.read_bytes() for path in done.folder.rglob("*") if path.is_file()}
    for place, name in ((files.os, "fsync"), (Path, "write_bytes")):
        with monkeypatch.context() as patch:
            patch.setattr(place, name, full)
            with pytest.raises(OSError, match="No space"):
                run_chunk(str(done.folder), done.chunks[0].id, threads=1)
    assert {path: path.read_bytes() for path in done.folder.rglob("*") if path.is_file()} == before


# ---------------------------------------------------------------------------- results


def test_results_are_sorted_and_do_not_depend_on_the_chunks(
    done: Study, tmp_path: Path, scenarios: dict[str, Scenario]
) -> None:
    store.assemble(done)
    runs = pq.read_table(done.folder / "runs.parquet").to_pandas()
    keys = [tuple(row) for row in runs[["scenario", "draw", "replicate"]].to_numpy()]
    assert keys == [(name, draw, replicate) for name in scenarios for draw in range(5) for replicate in range(3)]
    assert runs["levers.duty.attend"].tolist() == np.repeat(np.linspace(0.0, 1.0, 5), 3).tolist() * 2
    other = planned(tmp_path / "other", scenarios, size=2)
    for chunk in other.chunks:
        run_chunk(str(other.folder), chunk.id, threads=1)
    store.assemble(other)
    for name in ("runs.parquet", "failures.csv"):
        assert (other.folder / name).read_bytes() == (done.folder / name).read_bytes()


def test_the_summary_is_that_of_all_runs(done: Study) -> None:
    store.assemble(done)
    runs = pq.read_table(done.folder / "runs.parquet").to_pandas()
    summary = store.summary(done).set_index(["scenario", "measure"])
    assert list(summary.index.get_level_values("scenario").unique()) == list(done.scenarios)
    trust = runs.loc[runs["scenario"] == "growth_coalition", "trust"]
    row = summary.loc[("growth_coalition", "trust")]
    expected = [trust.mean(), trust.std(), trust.min(), *trust.quantile([0.05, 0.5, 0.95]), trust.max(), 15]
    assert row.tolist() == pytest.approx(expected)
    assert "levers.duty.attend" not in summary.index.get_level_values("measure")


def test_leftovers_of_killed_processes_go_when_the_study_is_done(done: Study) -> None:
    leftover = done.folder / "chunks" / ".half.runs.parquet.0123456789ab-77.0123.partial"
    leftover.write_bytes(b"half")
    os.utime(leftover, (0, 0))
    store.assemble(done)
    assert not leftover.exists()


def test_the_store_is_plain_parquet(done: Study) -> None:
    """Compressed and split by byte, and readable by whatever reads Parquet."""
    store.assemble(done)
    with pq.ParquetFile(done.folder / "runs.parquet") as stored:
        group = stored.metadata.row_group(0)
        columns = {group.column(at).path_in_schema: group.column(at) for at in range(group.num_columns)}
    assert columns["trust"].compression == "ZSTD"
    assert "BYTE_STREAM_SPLIT" in columns["trust"].encodings
    for library in ("polars", "duckdb"):
        reader = pytest.importorskip(library)
        path = done.folder / "runs.parquet"
        table = reader.read_parquet(path if library == "polars" else str(path))
        assert len(table) == done.runs
    assert json.loads((done.folder / "plan.json").read_text())["settings"]["seed"] == 4


def test_columns_say_what_they_are(tmp_path: Path, scenarios: dict[str, Scenario]) -> None:
    """In the metadata that any reader of Parquet finds, and as pandas gives it."""
    made = planned(tmp_path / "study", scenarios, trajectories=["trust"])
    for chunk in made.chunks:
        run_chunk(str(made.folder), chunk.id, threads=1)
    store.assemble(made)
    for name, own in ((plans.RUNS, ["mean_trust", "months_hollow", "levers.duty.attend"]), (plans.TRAJECTORIES, [])):
        path = made.folder / f"{name}.parquet"
        schema, table = pq.read_schema(path), pd.read_parquet(path)
        for column in ("scenario", "draw", "replicate", "regime", "trust", *own):
            words = {word.decode(): text.decode() for word, text in schema.field(column).metadata.items()}
            assert {"label", "unit", "definition"} <= set(words), column
            assert table.attrs["columns"][column] == {word: words[word] for word in ("label", "unit", "definition")}
        assert set(table.attrs["columns"]) == set(table.columns)
        assert table["regime"].dtype == pd.CategoricalDtype(list(REGIMES), ordered=True)
        assert table.attrs["regimes"] == list(REGIMES)
    assert table["date"].unique().tolist() == [pd.Timestamp("2001-04"), pd.Timestamp("2001-05")]
    assert MEASURES["trust"].says in table.attrs["columns"]["trust"]["definition"]


def test_a_study_in_which_runs_failed_keeps_the_order_of_regimes(
    tmp_path: Path, scenarios: dict[str, Scenario]
) -> None:
    """A draw that is refused has no regime, and must not bring categories of its own."""
    drawn = pa.table({"draw": np.arange(3), "levers.duty.attend": [0.0, 7.0, 1.0]})
    asked = SETTINGS | {"trajectories": ["trust"]}
    made = plans.plan_study(
        tmp_path / "s", settings=asked, scenarios=scenarios, draws=drawn, sizes=dict.fromkeys(scenarios, 3)
    )
    for chunk in made.chunks:
        run_chunk(str(made.folder), chunk.id, threads=1)
    store.assemble(made)
    table = pd.read_parquet(made.folder / "runs.parquet")
    assert sorted(table["draw"].unique()) == [0, 2]
    assert table["regime"].dtype == pd.CategoricalDtype(list(REGIMES), ordered=True)
