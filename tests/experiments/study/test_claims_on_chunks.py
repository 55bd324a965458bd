"""Claims: of all who want to do the same, on whatever machine, one does, and the dead hold nothing up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from experiments.files import has_ended, is_whole, sweep_up, this_process
from experiments.study import claims
from experiments.study.claims import claimed, holder, in_turn, sweep_claims

ELSEWHERE = "0123456789ab-77"
"""A process on another machine."""
MANY = 8


@pytest.fixture(scope="module")
def ended() -> str:
    """A process on this machine that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return this_process().replace(str(os.getpid()), str(process.pid))


@pytest.fixture
def alive() -> str:
    """Another process on this machine that has not."""
    return this_process().replace(str(os.getpid()), str(os.getppid()))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "SECONDS_BETWEEN_LOOKS", 0.01)


def claim_of(process: str, folder: Path, *, turn: int = 0, seconds_ago: float = 0.0) -> Path:
    """Write the claim of another process, which last touched it so long ago."""
    path = folder / f".this.{turn}.claim"
    path.write_text(json.dumps({"process": process, "words": "process 77 on NEXT", "id": str(turn)}))
    then = path.stat().st_mtime - seconds_ago
    os.utime(path, (then, then))
    return path


def could_be_claimed(folder: Path) -> bool:
    with claimed(folder, "this") as mine:
        return mine


def claims_made_by_many(folder: Path) -> int:
    """Return how many of many threads that want the same at once hold a claim to it at the same time."""
    begin, end = threading.Barrier(MANY), threading.Barrier(MANY)

    def one(_: int) -> bool:
        begin.wait()
        with claimed(folder, "this") as mine:
            end.wait()
            return mine

    with ThreadPoolExecutor(MANY) as pool:
        return sum(pool.map(one, range(MANY)))


def test_one_alone_of_many_gets_a_claim_and_leaves_nothing(tmp_path: Path) -> None:
    for _ in range(20):
        assert claims_made_by_many(tmp_path) == 1
        assert list(tmp_path.iterdir()) == []


def test_one_alone_of_many_takes_over_from_the_dead(tmp_path: Path, ended: str) -> None:
    for turns in (1, 2, 3):
        for turn in range(turns):
            claim_of(ended, tmp_path, turn=turn)
        assert claims_made_by_many(tmp_path) == 1
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("seconds_ago", "free"), [(0.0, False), (claims.SECONDS_TILL_VOID - 5, False), (claims.SECONDS_TILL_VOID + 5, True)]
)
def test_a_claim_from_another_machine_is_void_when_it_is_not_touched_any_more(
    tmp_path: Path, seconds_ago: float, *, free: bool
) -> None:
    claim_of(ELSEWHERE, tmp_path, seconds_ago=seconds_ago)
    assert holder(tmp_path, "this") == (None if free else "process 77 on NEXT")
    assert could_be_claimed(tmp_path) is free


def test_the_clock_of_the_machine_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be an hour ahead of the disk's, and of that of another machine."""
    claim_of(ELSEWHERE, tmp_path)
    ahead = time.time() + 3600
    monkeypatch.setattr(time, "time", lambda: ahead)
    monkeypatch.setattr(time, "monotonic", lambda: ahead)
    assert not could_be_claimed(tmp_path)


def test_a_process_on_this_machine_is_known_to_live_or_to_have_ended(tmp_path: Path, ended: str, alive: str) -> None:
    assert [has_ended(process) for process in (this_process(), alive, ELSEWHERE, ended)] == [False, False, False, True]
    claim_of(alive, tmp_path)
    assert not could_be_claimed(tmp_path)
    claim_of(ended, tmp_path)
    assert could_be_claimed(tmp_path)


def test_a_claim_that_is_being_written_counts(tmp_path: Path) -> None:
    (tmp_path / ".this.0.claim").touch()
    assert holder(tmp_path, "this") == "another process"
    assert not could_be_claimed(tmp_path)


def test_a_holder_keeps_its_claim_fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "SECONDS_BETWEEN_TOUCHES", 0.01)
    with claimed(tmp_path, "this"):
        (path,) = tmp_path.iterdir()
        os.utime(path, (0, 0))
        stop = time.monotonic() + 5
        while path.stat().st_mtime == 0:
            assert time.monotonic() < stop
        assert not could_be_claimed(tmp_path)


def test_a_sleeper_that_wakes_leaves_the_claim_of_its_successor_alone(tmp_path: Path) -> None:
    with claimed(tmp_path, "this") as first:
        (path,) = tmp_path.iterdir()
        os.utime(path, (0, 0))
        successor = claimed(tmp_path, "this")
        assert (first, successor.__enter__()) == (True, True)
    assert not could_be_claimed(tmp_path)
    successor.__exit__(None, None, None)
    assert list(tmp_path.iterdir()) == []


def test_whoever_waits_is_told_for_whom_and_has_the_next_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(claims, "_PATIENCE", 0.02)
    path = claim_of(ELSEWHERE, tmp_path)
    threading.Timer(0.1, path.unlink).start()
    with in_turn(tmp_path, "this", doing="putting the results together"):
        assert not could_be_claimed(tmp_path)
    assert capsys.readouterr().err == "waiting: process 77 on NEXT is putting the results together\n"


def test_only_what_the_dead_left_is_swept(tmp_path: Path, ended: str, alive: str) -> None:
    names = {process: tmp_path / f".runs.parquet.{process}.0123.partial" for process in (ended, alive, ELSEWHERE)}
    for path in names.values():
        path.touch()
    sweep_up(tmp_path, "**/.*.partial")
    assert sorted(tmp_path.iterdir()) == sorted([names[alive], names[ELSEWHERE]])
    os.utime(names[ELSEWHERE], (0, 0))  # for which no writer is still at it
    sweep_up(tmp_path, "**/.*.partial")
    assert list(tmp_path.iterdir()) == [names[alive]]
    assert not is_whole(names[alive])
    for process, left in ((alive, 2), (ended, 1)):
        claim_of(process, tmp_path)
        sweep_claims(tmp_path)
        assert len(list(tmp_path.iterdir())) == left
