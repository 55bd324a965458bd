"""Several processes on one study: each chunk is computed once, whoever joins or dies, and bytes are those of one."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from commands import refused_line, wait_for

from experiments import load_scenario
from experiments.console import main
from experiments.output import studies
from experiments.study import claims, designs, plans, store

QUICK = ["months=3", "board=small_executive", "vary=[levers.duty]", "draws=8", "replicates=2", "runs_per_chunk=4"]
RESULTS = ("runs.parquet", "summary.csv", "failures.csv")
CLAIM = {"process": "0123456789ab-77", "words": "process 77 on NEXT", "id": "0"}

pytestmark = pytest.mark.usefixtures("empty_folder")


def results(folder: str) -> dict[str, bytes]:
    return {name: Path(folder, name).read_bytes() for name in RESULTS}


@pytest.fixture
def whole() -> dict[str, bytes]:
    """The results of a study that one process did alone, in the folder ``whole``."""
    assert main(["sweep", "study=whole", *QUICK]) == 0
    return results("whole")


def left_to_one_chunk(folder: Path) -> plans.Study:
    """Copy the finished study, without results, with one chunk left that another machine is computing."""
    study = plans.open_study(Path("whole"))
    shutil.copytree("whole", folder, ignore=shutil.ignore_patterns("runs.parquet", "manifest.json"))
    store.set_aside(plans.open_study(folder), study.chunks[1])
    Path(folder, "chunks", f".{study.chunks[1].id}.0.claim").write_text(json.dumps(CLAIM))
    return study


# ------------------------------------------------------------------------------ starts


def test_of_all_that_begin_a_study_at_once_one_writes_its_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    scenarios = {"talking_shop": load_scenario("talking_shop", ["months=2"])}
    written = []
    write = plans._planned

    def counted(*asked: object, **settings: object) -> plans.Study:
        written.append(1)
        time.sleep(0.05)
        return write(*asked, **settings)

    monkeypatch.setattr(plans, "_planned", counted)
    monkeypatch.setattr(claims, "SECONDS_BETWEEN_LOOKS", 0.01)
    begin = threading.Barrier(4)

    def plan(_: int) -> str:
        begin.wait()
        settings = {"seed": 4, "replicates": 3, "trajectories": None}
        drawn = designs.points("one_at_a_time", designs.DesignRequest(factors=(), draws=1, levels=2, seed=4))
        planned = plans.plan_study(
            Path("s"), settings=settings, scenarios=scenarios, draws=drawn, sizes={"talking_shop": 3}
        )
        return str(planned.chunks)

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(plan, range(4)))) == 1
    assert written == [1]
    assert sorted(path.name for path in Path("s").rglob("*")) == ["chunks", "draws.parquet", "plan.json"]


@pytest.mark.parametrize("seed", [0, 9])
def test_whoever_begins_second_joins_in_or_is_refused(
    seed: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Although no study was there when it looked."""
    assert main(["sweep", "study=first", *QUICK, f"seed={seed}"]) == 0
    monkeypatch.setattr(studies, "prepare_engine", lambda _: shutil.copytree("first", "s"))
    if seed:
        line = refused_line(["sweep", "study=s", *QUICK, "seed=0"], capsys, alone=False)
        assert f"was begun with seed = {seed}, now it is 0" in line
    else:
        assert main(["sweep", "study=s", *QUICK, "seed=0"]) == 0
        assert results("s") == results("first")


# ----------------------------------------------------------------------------- sharing


def test_a_chunk_that_another_is_computing_is_waited_for(
    whole: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    study = left_to_one_chunk(Path("s"))
    assert main(["sweep", "study=s", "status=true"]) == 0
    assert "left 1 4 with process 77 on NEXT 1" in " ".join(capsys.readouterr().out.split())
    receipt, claim = Path("chunks", f"{study.chunks[1].id}.json"), Path("s/chunks", f".{study.chunks[1].id}.0.claim")
    look_again = claims.Waiting.look_again

    def finish_meanwhile(waiting: claims.Waiting, why: str) -> None:
        look_again(waiting, why)
        shutil.copyfile("whole" / receipt, "s" / receipt)
        claim.unlink()

    monkeypatch.setattr(claims, "_PATIENCE", 0.0)
    monkeypatch.setattr(claims.Waiting, "look_again", finish_meanwhile)
    assert main(["sweep", "study=s"]) == 0
    said = capsys.readouterr()
    assert "waiting: 1 of 4 chunks with process 77 on NEXT" in said.err
    assert "4 runs were computed by other processes meanwhile" in said.out
    assert results("s") == whole


def test_the_chunk_of_a_machine_that_is_silent_is_taken_over(
    whole: dict[str, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    study = left_to_one_chunk(Path("s"))
    os.utime(Path("s/chunks", f".{study.chunks[1].id}.0.claim"), (0, 0))
    assert main(["sweep", "study=s"]) == 0
    assert "4 runs were computed now" in capsys.readouterr().out
    assert results("s") == whole
    assert not list(Path("s").rglob(".*"))


def test_results_that_another_put_together_meanwhile_are_not_written_again(
    whole: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def by_another(*_: object, **__: object) -> tuple[int, int]:
        Path("whole/manifest.json").touch()
        return 0, 16

    monkeypatch.setattr(studies, "work_off", by_another)
    before = {path: path.stat().st_mtime_ns for path in Path("whole").iterdir() if path.name != "manifest.json"}
    capsys.readouterr()
    assert main(["sweep", "study=whole"]) == 0
    assert "Results are in" in capsys.readouterr().out
    now = {path: path.stat().st_mtime_ns for path in Path("whole").iterdir() if path.name != "manifest.json"}
    assert {path for path in now if now[path] != before[path]} == set()
    assert results("whole") == whole


# ------------------------------------------------------------------------------- kills

LONGER = ["months=36", "vary=[levers]", "draws=72", "replicates=4", "runs_per_chunk=4", "seed=3", "figures=false"]

LOGGED = textwrap.dedent("""
    import os, sys, time
    from pathlib import Path
    from experiments.console import main
    from experiments.output import studies
    from experiments.study import chunks, store

    file, processes = Path(sys.argv[1]), int(sys.argv[2])

    def logged(module, name, word):
        inner = getattr(module, name)
        def outer(study, *asked, **settings):
            what = asked[0].id if asked else "results"
            os.write(log, f"{os.getpid()} {word} {what}\\n".encode())
            while len({line.split()[0] for line in file.read_text().splitlines()}) < processes:
                time.sleep(0.01)
            return inner(study, *asked, **settings)
        setattr(module, name, outer)

    log = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    logged(chunks, "_tables", "computes")
    logged(store, "assemble", "assembles")
    sys.exit(main(sys.argv[3:]))
""")
"""The command, which logs what it computes before it does, and waits until so many processes have begun to."""


@pytest.mark.slow
def test_four_processes_of_which_two_are_killed_do_each_chunk_once(tmp_path: Path) -> None:
    """All begin at once; two die of SIGKILL at moments of chance; what they were at is done by others."""
    assert main(["sweep", "study=whole", *LONGER]) == 0
    folder, log, moments = tmp_path / "s", tmp_path / "log", random.Random(1)
    command = [sys.executable, "-c", LOGGED, str(log), "4", "sweep", f"study={folder}", *LONGER, "workers=1"]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    killed: list[subprocess.Popen[str]] = []
    for enough in (moments.randint(1, 30), moments.randint(31, 60)):
        wait_for(lambda enough=enough: len(list(folder.glob("chunks/*.json"))) >= enough)
        at_work = {line.split()[0] for line in log.read_text().splitlines()}
        process = moments.choice([one for one in processes if one not in killed and str(one.pid) in at_work])
        time.sleep(moments.uniform(0.0, 0.05))
        assert process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait()
        killed.append(process)
    said = {process.pid: process.communicate(timeout=120) for process in processes}
    left = [process for process in processes if process not in killed]
    assert [process.returncode for process in left] == [0, 0], said
    assert results(str(folder)) == results("whole")
    assert not list(folder.rglob(".*"))

    lines = [line.split() for line in log.read_text().splitlines()]
    begun = [(int(pid), id) for pid, word, id in lines if word == "computes"]
    times = Counter(id for _, id in begun)
    assert set(times) == {chunk.id for chunk in plans.open_study(folder).chunks}
    last_of_the_killed = {dict(begun)[process.pid] for process in killed}
    assert {id for id, n in times.items() if n > 1} <= last_of_the_killed
    assert len({pid for pid, _ in begun}) == 4
    assert [word for _, word, _ in lines].count("assembles") == 1
    assert all("Results are in" in said[process.pid][0] for process in left)
    assert all("other processes meanwhile" in said[process.pid][0] for process in left)
