"""Studies from the command line: stopped and gone on with, they come to what an undisturbed one comes to."""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from commands import refused_line, wait_for

from experiments import files, load_scenario
from experiments.console import main
from experiments.output import studies
from experiments.runs.pairs import final_values
from experiments.study import chunks, designs, executors, identity, plans, store
from experiments.values import with_values
from sim import MEASURES, simulate

SMALL = ["months=3", "board=small_executive", "vary=[levers.duty,levers.purse]"]
QUICK = [*SMALL, "draws=8", "replicates=2", "runs_per_chunk=4"]
RESULTS = ("runs.parquet", "summary.csv", "failures.csv")


pytestmark = pytest.mark.usefixtures("empty_folder")


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the chunks that are computed."""
    ids: list[str] = []

    def counted(folder: str, chunk_id: str, *, threads: int | None) -> str:
        ids.append(chunk_id)
        return run_chunk(folder, chunk_id, threads=threads)

    run_chunk = executors.run_chunk
    monkeypatch.setattr(executors, "run_chunk", counted)
    return ids


def results(folder: str) -> dict[str, bytes]:
    return {name: Path(folder, name).read_bytes() for name in RESULTS}


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one line that a refused command says."""
    return refused_line(["sweep", *arguments], capsys, alone=False)


# ---------------------------------------------------------------------------- results


@pytest.mark.slow
def test_a_row_is_the_run_of_that_scenario_draw_and_replicate() -> None:
    """And every scenario and draw has the same replicates of the same seed: that is what pairs them."""
    pair = ["talking_shop", "growth_coalition"]
    asked = ["board=small_executive", "months=14", "draws=3", "replicates=2", "seed=6", "trajectories=true"]
    assert main(["sweep", "study=s", f"scenarios=[{','.join(pair)}]", "vary=[levers.duty,leadership]", *asked]) == 0
    runs, draws = pd.read_parquet("s/runs.parquet"), pd.read_parquet("s/draws.parquet").set_index("draw")
    assert runs.groupby(["scenario", "draw"])["replicate"].apply(list).tolist() == [[0, 1]] * 6
    trajectories = pd.read_parquet("s/trajectories.parquet")
    assert len(trajectories) == 2 * 3 * 2 * 14
    for name, draw, replicate in (("talking_shop", 0, 1), ("growth_coalition", 2, 0)):
        scenario = with_values(load_scenario(name, asked[:2]), dict(draws.loc[draw]))
        history = simulate(scenario, seed=6, replicate=replicate).measures
        row = runs.query("scenario == @name and draw == @draw and replicate == @replicate").iloc[0]
        expected = final_values(history.assign(scenario=name, replicate=replicate), seed=6).iloc[0]
        assert row["regime"] == expected["regime"]
        for measure in MEASURES:
            assert row[measure] == pytest.approx(expected[measure], rel=1e-12), measure
        assert row["mean_trust"] == pytest.approx(history["trust"].mean(), rel=1e-12)
        assert row["months_talking_shop"] == (history["regime"] == "talking shop").sum()
        assert dict(row[draws.columns]) == dict(draws.loc[draw])
        months = trajectories.query("scenario == @name and draw == @draw and replicate == @replicate")
        assert months["trust"].tolist() == history["trust"].tolist()
        assert months["date"].tolist() == history["date"].tolist()
        assert months["regime"].tolist() == history["regime"].tolist()


@pytest.mark.slow
def test_a_finished_study_says_what_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "study=s", *QUICK, "place=birmingham"]) == 0
    said = capsys.readouterr()
    assert "16 runs, 0 of them failed" in said.out
    assert " a second" in said.out
    record = json.loads(Path("s/manifest.json").read_text())
    assert {"runs.parquet", "summary.csv", "failures.csv", "plan.json"} <= {file["path"] for file in record["files"]}
    assert record["scenarios"]["baseline_lsp"]["place"]["name"] == "birmingham"
    assert record["replicates"] == {"first": 0, "count": 2}
    assert pd.read_csv("s/failures.csv").empty
    assert main(["sweep", "study=s", "status=true"]) == 0
    assert "done 4 16" in " ".join(capsys.readouterr().out.split())


@pytest.mark.slow
def test_a_table_of_draws_may_set_place_and_board(capsys: pytest.CaptureFixture[str]) -> None:
    Path("points.csv").write_text(
        "draw,place,board.members.large_employer,board.executive,levers.purse\n"
        "5,birmingham,2,everyone,need\n9,barnsley,0,public_only,influence\n"
    )
    assert main(["sweep", "study=s", "design=points.csv", "months=3", "replicates=2"]) == 0
    runs = pd.read_parquet("s/runs.parquet")
    assert runs[["draw", "place"]].to_numpy().tolist() == [[5, "birmingham"]] * 2 + [[9, "barnsley"]] * 2
    assert runs["n_members"].iloc[0] == runs["n_members"].iloc[2] + 2
    Path("points.csv").write_text("draw,place\n5,birmingham\n")
    assert "was begun with table_sha256" in refused(
        ["study=s", "design=points.csv", "months=3", "replicates=2"], capsys
    )


# --------------------------------------------------------------------------- resuming


@pytest.mark.slow
def test_a_study_goes_on_where_it_stopped(
    computed: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Interrupted after each chunk in turn, it comes to the same bytes, and computes nothing twice."""
    assert main(["sweep", "study=whole", *QUICK]) == 0
    once, computed[:] = list(computed), []

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    for _ in once[:-1]:
        with monkeypatch.context() as patch:
            patch.setattr(store, "failures_of", interrupted)  # asked after each chunk by stop_on_error=true
            assert main(["sweep", "study=s", *QUICK, "stop_on_error=true"]) == 130
        assert not Path("s/runs.parquet").exists()
    assert capsys.readouterr().err.count("interrupted") == len(once) - 1
    assert main(["sweep", "study=s"]) == 0
    assert computed == once
    assert results("s") == results("whole")


@pytest.mark.slow
def test_damaged_chunks_are_named_and_computed_again(computed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "study=s", *QUICK]) == 0
    before = results("s")
    first, second, *_ = plans.open_study(Path("s")).chunks
    for chunk, content in ((first, b""), (second, None)):
        path = Path("s/chunks", f"{chunk.id}.runs.parquet")
        path.write_bytes(path.read_bytes()[:-1] + b"x" if content is None else content)
    computed.clear()
    capsys.readouterr()
    assert main(["sweep", "study=s", "status=true"]) == 0
    assert "left 2 8" in " ".join(capsys.readouterr().out.split())
    assert main(["sweep", "study=s"]) == 0
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert first.id[:12] in said[0]
    assert "altered or cut short" in said[0]
    assert sorted(computed) == sorted([first.id, second.id])
    assert results("s") == before


@pytest.mark.slow
def test_results_of_other_code_or_settings_are_not_mixed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sweep", "study=s", *QUICK]) == 0
    before = results("s")
    assert "draws = 8, now it is 9" in refused(["study=s", *QUICK[:-3], "draws=9", *QUICK[-2:]], capsys)
    assert "levers.initiatives = 3.0, now it is 5" in refused(["study=s", *QUICK, "levers.initiatives=5.0"], capsys)
    now = identity.made_by()
    monkeypatch.setattr(identity, "made_by", lambda scenarios=(): now | {"experiments": "edited"})
    assert "experiments was edited" in refused(["study=s"], capsys)
    assert results("s") == before


@pytest.mark.slow
def test_code_that_changes_half_way_ends_the_study(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What keeps a row may change as well as what computes it: two definitions never stand in one table."""
    now, computed = identity.made_by(), []

    def edited_after_two(folder: str, chunk_id: str, *, threads: int | None) -> str:
        if len(computed) == 2:
            monkeypatch.setattr(identity, "made_by", lambda scenarios=(): now | {"experiments": "edited"})
            chunks._study.cache_clear()
        computed.append(chunk_id)
        return run_chunk(folder, chunk_id, threads=threads)

    run_chunk = executors.run_chunk
    with monkeypatch.context() as patch:
        patch.setattr(executors, "run_chunk", edited_after_two)
        assert "experiments was edited" in refused(["study=s", *QUICK], capsys)
    assert len(receipts(Path("s"))) == 2
    assert "results are not mixed" in refused(["study=s"], capsys)
    monkeypatch.setattr(identity, "made_by", lambda scenarios=(): now)
    assert main(["sweep", "study=s"]) == 0
    assert main(["sweep", "study=whole", *QUICK]) == 0
    assert results("s") == results("whole")


@pytest.mark.slow
@pytest.mark.parametrize("part", ["seed", "replicates", "scenarios"])
def test_a_plan_changed_by_hand_is_not_gone_on_with(part: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "study=s", *QUICK]) == 0
    plan = json.loads(Path("s/plan.json").read_text("utf-8"))
    if part == "scenarios":
        plan["settings"]["scenarios"]["baseline_lsp"]["levers"]["staff_team"] = 1.0
    else:
        plan["settings"][part] += 1
    Path("s/plan.json").write_text(json.dumps(plan), "utf-8")
    for asked in (["study=s"], ["study=s", *QUICK], ["study=s", "status=true"]):
        line = refused(asked, capsys)
        assert f"{part} in its plan was changed by hand" in line


# --------------------------------------------------------------------------- failures

ONE_BAD_DRAW = "levers.staff_team,board.members.council\n0.1,1\n0.2,0\n0.3,1\n"


@pytest.mark.slow
def test_a_failed_draw_is_recorded_and_the_study_goes_on(
    computed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A board without the council that chairs it is a failed draw, not a crash."""
    Path("points.csv").write_text(ONE_BAD_DRAW)
    asked = ["study=s", "design=points.csv", "months=3", "replicates=2"]
    assert main(["sweep", *asked]) == 0
    assert "6 runs, 2 of them failed (see failures.csv" in capsys.readouterr().out
    failures = pd.read_csv("s/failures.csv")
    assert failures.drop(columns="error").to_numpy().tolist() == [["baseline_lsp", 1, 0], ["baseline_lsp", 1, 1]]
    assert failures["error"].str.contains("board.chair").all()
    assert pd.read_parquet("s/runs.parquet")["draw"].tolist() == [0, 0, 2, 2]
    computed.clear()
    assert main(["sweep", *asked]) == 0
    assert computed == []
    assert main(["sweep", *asked, "retry=true"]) == 0
    assert len(computed) == 1
    line = refused([*asked, "retry=true", "stop_on_error=true"], capsys)
    assert "baseline_lsp, draw 1, replicate 0 failed: board.chair" in line


@pytest.mark.slow
def test_a_study_of_failures_alone_still_ends(capsys: pytest.CaptureFixture[str]) -> None:
    Path("points.csv").write_text("board.members.council\n0\n")
    assert main(["sweep", "study=s", "design=points.csv", "months=3", "replicates=2"]) == 0
    assert len(pd.read_csv("s/failures.csv")) == 2
    assert pd.read_parquet("s/runs.parquet").empty
    capsys.readouterr()


@pytest.mark.slow
def test_chunks_that_cannot_be_computed_are_named_and_the_others_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Too little memory is nobody's draw: the chunk stays open, and the next command computes it."""

    def sometimes(folder: str, chunk_id: str, *, threads: int | None) -> str:
        calls.append(chunk_id)
        if len(calls) in (2, 5):
            raise MemoryError("too little of it")
        return run_chunk(folder, chunk_id, threads=threads)

    def never(*_: object, **__: object) -> None:
        raise MemoryError("none at all")

    calls: list[str] = []
    run_chunk = executors.run_chunk
    with monkeypatch.context() as patch:
        patch.setattr(executors, "run_chunk", sometimes)
        line = refused(["study=s", *QUICK], capsys)
        assert "1 of 4 chunks could not be computed" in line
        assert f"chunk {calls[1][:12]} (baseline_lsp, draws 2 to 3): this process may take no more memory)" in line
        assert line.endswith("what was finished is kept: go on with fewer workers, workers=1, or allow more memory")
        line = refused(["study=s", "workers=1"], capsys)  # for which there are fewer chunks: a smaller one is named
        assert line.endswith("begin in another folder with smaller chunks, runs_per_chunk=1")
        assert "the same command" not in line
        patch.setattr(executors, "run_chunk", never)
        assert "10 of 16 chunks" in refused(["study=t", *SMALL, "draws=16", "replicates=1", "runs_per_chunk=1"], capsys)
    assert len(receipts(Path("s"))) == 3
    assert main(["sweep", "study=s"]) == 0
    assert len(pd.read_parquet("s/runs.parquet")) == 16


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[str], bool]]:
    """A disk in memory of 256 kB under ``disk``, and a way to change its size."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def mount(*options: str) -> bool:
        return subprocess.run(["mount", *options, folder], capture_output=True, check=False).returncode == 0

    if not mount("-t", "tmpfs", "-o", "size=256k", "tmpfs"):
        pytest.skip("mounting a small disk takes the rights of root")
    yield lambda size: mount("-o", f"remount,size={size}")
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.mark.slow
def test_a_full_disk_is_said_and_nothing_is_lost(
    small_disk: Callable[[str], bool], computed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    asked = [*SMALL, "draws=16", "replicates=1", "runs_per_chunk=1"]
    assert main(["sweep", "study=whole", *asked]) == 0
    computed.clear()
    line = refused(["study=disk/s", *asked], capsys)
    assert "No space left on device" in line
    assert "what was finished is kept" in line
    finished = len(receipts(Path("disk/s")))
    assert 0 < finished < 16
    assert not list(Path("disk/s").rglob(".*"))
    computed.clear()
    assert small_disk("64m")
    assert main(["sweep", "study=disk/s"]) == 0
    assert len(computed) == 16 - finished
    assert results("disk/s") == results("whole")


@pytest.mark.slow
def test_a_disk_that_fills_up_while_results_are_put_together(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(store, "_write_table", full)
        assert "No space left" in refused(["study=s", *QUICK], capsys)
    assert not Path("s/runs.parquet").exists()
    assert main(["sweep", "study=s"]) == 0
    assert len(pd.read_parquet("s/runs.parquet")) == 16


def locked(*_: object, **__: object) -> None:
    raise OSError(errno.EROFS, "Read-only file system")


def test_a_finished_study_that_can_only_be_read_is_told_as_it_stands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a disk of archives, or in a colleague's folder: nothing is left to do, so nothing has to be written."""
    assert main(["sweep", "study=s", *QUICK]) == 0
    before = {path: path.stat().st_mtime_ns for path in Path("s").rglob("*")}
    monkeypatch.setattr(studies.os, "access", lambda path, mode: False)
    monkeypatch.setattr(files, "TemporaryFile", locked)
    capsys.readouterr()
    assert main(["sweep", "study=s"]) == 0
    said = capsys.readouterr()
    assert "16 runs" in said.out
    assert "s' can only be read: its files stay as they are" in said.err
    assert {path: path.stat().st_mtime_ns for path in Path("s").rglob("*")} == before


def test_an_unfinished_study_that_can_only_be_read_is_refused_with_the_cure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(chunks, "write_chunk", locked)
        line = refused(["study=s", *QUICK], capsys)
    assert "Read-only file system; what was finished is kept: make it writable" in line


# --------------------------------------------------------------------------- refusals


def test_a_scheduler_needs_dask(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert "goes with executor=dask" in refused(["study=s", *QUICK, "scheduler=tcp://127.0.0.1:1"], capsys)
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert "pip install 'local-partnerships[cluster]'" in refused(["study=s", "executor=dask"], capsys)


def test_help_states_the_designs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "--help"]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in designs.DESIGNS)
    assert max(map(len, said.splitlines())) <= 100


# ------------------------------------------------------------------- sudden deaths

LONGER = ["months=36", "vary=[levers]", "draws=64", "replicates=4", "runs_per_chunk=4"]


def receipts(folder: Path) -> dict[str, tuple[int, int]]:
    """Return inode and time of each receipt: a chunk that is computed again gets another one."""
    return {path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.glob("chunks/*.json")}


@pytest.mark.slow
def test_killed_three_times_it_comes_to_the_same(tmp_path: Path) -> None:
    """kill -9 of the whole process group at moments of chance: same bytes, finished chunks untouched."""
    chance, folder = random.Random(5), tmp_path / "killed"
    command = [sys.executable, "-m", "experiments.console", "sweep", f"study={folder}", *LONGER]
    kept: dict[str, tuple[int, int]] = {}
    for _ in range(3):
        process = subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)
        enough = len(kept) + chance.randint(1, 8)
        wait_for(lambda enough=enough: len(receipts(folder)) >= enough)
        time.sleep(chance.uniform(0.0, 0.05))
        assert process.poll() is None
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        now = receipts(folder)
        assert kept.items() <= now.items()
        kept = now
    assert 3 <= len(kept) < 64
    assert not (folder / "runs.parquet").exists()
    subprocess.run(command, check=True, capture_output=True)
    assert kept.items() <= receipts(folder).items()
    assert not list(folder.rglob("*.partial"))
    assert main(["sweep", "study=whole", *LONGER]) == 0
    assert results(str(folder)) == results("whole")


@pytest.mark.long
@pytest.mark.filterwarnings("default")  # what Dask says about a worker that dies
def test_a_dask_worker_killed_in_mid_study_costs_nothing_but_time() -> None:
    distributed = pytest.importorskip("distributed", reason="needs the extra 'cluster'")
    assert main(["sweep", "study=whole", *LONGER]) == 0
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        victim = next(iter(cluster.workers.values())).pid
        killed: list[int] = []

        def kill() -> None:
            wait_for(lambda: len(receipts(Path("s"))) >= 3)
            killed.append(len(receipts(Path("s"))))
            os.kill(victim, signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        assert main(["sweep", "study=s", *LONGER, "executor=dask", f"scheduler={cluster.scheduler_address}"]) == 0
        killer.join()
    assert killed[0] < 64
    assert results("s") == results("whole")


@pytest.mark.long
@pytest.mark.filterwarnings("default")
def test_dask_on_this_machine_gives_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("distributed", reason="needs the extra 'cluster'")
    assert main(["sweep", "study=whole", *QUICK]) == 0
    assert main(["sweep", "study=s", *QUICK, "executor=dask", "workers=2"]) == 0
    assert results("s") == results("whole")
    assert "cannot be reached" in refused(["study=t", *QUICK, "executor=dask", "scheduler=tcp://127.0.0.1:9"], capsys)


@pytest.mark.slow
def test_every_district_of_a_group_is_a_draw(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "study=s", "months=3", "places=county:Kent", "replicates=2"]) == 0
    runs = pd.read_parquet("s/runs.parquet")
    assert runs["place"].nunique() == 12
    assert (runs["place"].value_counts() == 2).all()
    table = pd.read_csv("s/places.csv")
    assert (len(table), set(table["county"]), set(table["runs"])) == (12, {"Kent"}, {2})
    assert Path("s/figures/places.png").is_file()
    assert "no assessment of any authority" in capsys.readouterr().out
    assert "nothing else is varied" in refused(["study=t", "places=all", "vary=[levers]"], capsys)
    assert "did you mean Kent?" in refused(["study=t", "places=county:Knt"], capsys)
