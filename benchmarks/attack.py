"""Attacks that take too long for every change: random worlds in both engines, and kills at moments of chance.

Usage: python benchmarks/attack.py engines [--worlds 10000] [--longest 60] [--seed 0]
       python benchmarks/attack.py kills [--kills 100] [--seed 0]
       python benchmarks/attack.py libraries [--pythons 3.11 3.12 3.13]

Each adds what it found, with processor and date, to ``docs/evidence/attack.json``, one entry an attack (``--output``
names another file), and exits with 1 if anything was lost or differed.

``engines`` draws worlds as the tests do (any place, board, levers, calendar, behaviour and seed) and compares every
measure, body, tie, project and regime of both engines bit by bit. ``kills`` ends a command and all its workers by
SIGKILL at a moment of chance, up to five times in a row, gives the same command again, and compares what it comes to
with what it writes when left alone: file by file, byte by byte but for notes on when and with what something was done.
Chunks of a study that were finished before the kill must not be computed again, and nothing half-written may be left.
``libraries`` installs the checkout with each Python that pyenv has, with the oldest and the newest libraries that
``pyproject.toml`` allows (by ``uv``, which has to be installed: pip install uv), and compares fingerprints of results
(``benchmarks/outputs.json``).
"""

# ruff: noqa: E402 - the tests' worlds are drawn here too: their folder has to be put on the path first

from __future__ import annotations

import argparse
import concurrent.futures
import contextlib
import dataclasses
import datetime
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(HERE), str(HERE / "tests"), str(HERE / "tests" / "sim")]

from measuring import machine

from experiments.output.differences import differences_between
from experiments.terminal import progress_bar

KEPT = HERE / "docs" / "evidence" / "attack.json"
CONSOLE = (sys.executable, "-m", "experiments.console")
A_BATCH = 50
"""Worlds that a worker looks at before it says how far it is."""


# ---------------------------------------------------------------------------- two engines


def engines(asked: argparse.Namespace) -> dict[str, Any]:
    """Return how many random worlds gave the same bits in both engines, and the seeds of batches that did not."""
    batches = range(-(-asked.worlds // A_BATCH))
    faults: list[str] = []
    with concurrent.futures.ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        jobs = {pool.submit(differing, asked.seed * 10**6 + batch, asked.longest): batch for batch in batches}
        with progress_bar("worlds", total=len(batches) * A_BATCH) as advance:
            for job in concurrent.futures.as_completed(jobs):
                if message := job.result():
                    faults.append(f"batch {jobs[job]}: {message}")
                advance(A_BATCH)
    return {"tried": len(batches) * A_BATCH, "of": {"random worlds": len(batches) * A_BATCH}, "faults": faults}


def differing(seed: int, longest: int) -> str:
    """Return in what a batch of random worlds differs between the engines; nothing if in nothing."""
    import hypothesis
    from hypothesis import strategies as st
    from strategies import scenario_settings
    from test_engines_agree import assert_same_bits

    from sim import scenario_from

    seen: set[str] = set()

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=A_BATCH,
        deadline=None,
        database=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(scenario_settings(longest=longest), st.integers(0, 2**70), st.integers(0, 2**32 - 1))
    def same(plain: Mapping[str, Any], seed: int, replicate: int) -> None:
        assert_same_bits([scenario_from(plain)], seed, [replicate])

    try:
        same()
    except Exception as wrong:  # whatever it is, the batch has to be named and the next one looked at
        seen.add(f"{type(wrong).__name__}: {str(wrong).splitlines()[0] if str(wrong) else ''}"[:300])
    return "; ".join(sorted(seen))


# ---------------------------------------------------------------------------- kills


@dataclasses.dataclass(frozen=True)
class Job:
    """A command that is killed."""

    words: Sequence[str]
    folder: str
    """What it writes."""
    before: Sequence[Sequence[str]] = ()
    """Commands that make what it reads, once."""


JOBS: Mapping[str, Job] = {
    "kills of a study": Job(
        ("sweep", "study=it", "months=36", "vary=[levers]", "draws=64", "replicates=4", "runs_per_chunk=4"), "it"
    ),
    "of a comparison": Job(("compare", "replicates=8", "months=36", "output=it"), "it"),
    "of a run": Job(("run", "months=60", "record=meetings", "output=it"), "it"),
    "of the explorer": Job(("explorer", "output=it"), "it"),
    "of a calibration": Job(
        (
            *("calibrate", "case=mine", "study=it", "vary=[trust_launch,junior_base,tie_rate]", "prior_draws=512"),
            *("wave=256", "waves=1", "confirming_runs=20", "sample=10", "figures=false"),
        ),
        "it",
        before=(("new", "case=mine"),),
    ),
    "of a case that is written": Job(("new", "case=it"), "it"),
}
"""What is killed in turn, by name."""

MOST_IN_A_ROW = 5
"""Kills of one job before it is left to its end."""

IT_IS_THERE = ("overwrite=true", "has files in it")
"""How a command says that what it would write is there."""

TARGETS = "measure,month,value,standard_error\ntrust,2001-10,0.4,0.05\nattendance,2001-10,0.7,0.05\n"


def kills(asked: argparse.Namespace) -> dict[str, Any]:
    """Return how many kills hit each kind of job before its end, and what was lost or done twice."""
    shares = {job: len(range(number, asked.kills, len(JOBS))) for number, job in enumerate(JOBS)}
    with (
        tempfile.TemporaryDirectory(prefix="attack_") as name,
        progress_bar("kills", total=asked.kills) as advance,
        concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool,
    ):
        jobs = {
            job: pool.submit(kills_of, Path(name, job.replace(" ", "_")), job, n, seed=asked.seed, advance=advance)
            for job, n in shares.items()
        }
        found = {job: each.result() for job, each in jobs.items()}
    late = sum(late for late, _ in found.values())
    faults = [fault for _, of_job in found.values() for fault in of_job]
    return {"tried": asked.kills, "of": shares, "too late": late, "faults": faults}


def kills_of(folder: Path, job: str, kills: int, *, seed: int, advance: Callable[[int], None]) -> tuple[int, list[str]]:
    """Kill one kind of job so often before its end, a few times in a row before it is left to it.

    Returns how many kills besides came too late, and faults.
    """
    chance, faults, late = random.Random(f"{seed} {job}"), [], 0
    took = left_alone(folder, JOBS[job])
    while kills:
        in_a_row = min(kills, chance.randint(1, MOST_IN_A_ROW))
        moments = [chance.uniform(0.0, 1.05) * took for _ in range(in_a_row)]
        found, hits = killed(folder, JOBS[job], moments)
        when = ", ".join(f"{moment:.2f}" for moment in moments)
        faults += [f"{job}, killed after {when} of {took:.2f} s: {fault}" for fault in found]
        late += hits < in_a_row
        kills -= hits
        advance(hits)
    return late, faults


def left_alone(folder: Path, job: Job) -> float:
    """Do a job undisturbed, keep what it writes as ``whole``, and return how long it took in seconds."""
    folder.mkdir()
    for words in job.before:
        ask(folder, words)
        for case in folder.iterdir():
            (case / "targets.csv").write_text(TARGETS, encoding="utf-8")
    ask(folder, job.words)  # what is compiled is compiled now
    (folder / job.folder).rename(folder / "whole")
    began = time.monotonic()
    ask(folder, job.words)
    shutil.rmtree(folder / job.folder)
    return time.monotonic() - began


def ask(folder: Path, words: Sequence[str]) -> None:
    """Give a command in a folder; raise CalledProcessError with what it said if it fails."""
    subprocess.run([*CONSOLE, *words], cwd=folder, check=True, capture_output=True, env=environment())


def environment() -> dict[str, str]:
    """Return the environment of a command that is to find this checkout."""
    return os.environ | {"PYTHONPATH": str(HERE)}


def without_path() -> dict[str, str]:
    """Return the environment of a Python that is to find what is installed for it."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def killed(folder: Path, job: Job, moments: Sequence[float]) -> tuple[list[str], int]:
    """Kill a job after so many seconds, again and again until it was done before, and let it end.

    Returns what is wrong, and how many kills hit.
    """
    faults, hits, kept = [], 0, {}
    for after in moments:
        was_at_work = is_killed(folder, job, after)
        faults += repeated(folder / job.folder, kept)
        kept = receipts(folder / job.folder)
        if not was_at_work:
            break
        hits += 1
    again = subprocess.run([*CONSOLE, *job.words], cwd=folder, capture_output=True, text=True, env=environment())
    faults += [*repeated(folder / job.folder, kept), *wrong_in(folder, job)]
    # What was whole already is not overwritten, which is said; everything else ends well.
    if again.returncode and not any(words in again.stderr for words in IT_IS_THERE):
        faults.append(f"exit {again.returncode}: {again.stderr.strip().splitlines()[-1:]}")
    for path in folder.iterdir():
        if path.name not in ("whole", "mine"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return faults, hits


def is_killed(folder: Path, job: Job, after: float) -> bool:
    """Begin a job, kill it and all its workers after so many seconds, and return whether it was still at work."""
    process = subprocess.Popen(
        [*CONSOLE, *job.words],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(),
        start_new_session=True,
    )
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(after)
    was_at_work = process.poll() is None
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return was_at_work


def receipts(study: Path) -> dict[str, tuple[int, int]]:
    """Return inode and time of each finished chunk: one that is computed again gets others."""
    return {path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in study.glob("chunks/*.json")}


def repeated(study: Path, kept: Mapping[str, tuple[int, int]]) -> list[str]:
    """Return, in words, how many of the chunks that were finished have been computed again."""
    now = receipts(study)
    again = [name for name, made in kept.items() if now.get(name) != made]
    return [f"{len(again)} finished chunks were computed again"] if again else []


def wrong_in(folder: Path, job: Job) -> Iterator[str]:
    """Give what is not as it is when the job is left alone."""
    for row in differences_between(folder / "whole", folder / job.folder).itertuples():
        yield f"{row.file} {row.column} {row.differs}"
    beside = {path.name for path in folder.iterdir()} - {"whole", "mine", job.folder}
    inside = {str(path.relative_to(folder)) for path in (folder / job.folder).rglob("*.partial*")}
    if left := sorted(beside | inside):
        yield f"left behind: {', '.join(left)}"


# ---------------------------------------------------------------------------- Pythons and libraries


UV = (sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python")
BINARY = [
    word
    for package in ("contourpy", "kiwisolver", "matplotlib", "numba", "numpy", "pandas", "pillow", "pyarrow", "scipy")
    for word in ("--only-binary", package)
]
"""The oldest version is the oldest that has a wheel for the Python."""

AGES = {"oldest": "lowest-direct", "newest": "highest"}
FINGERPRINTS = ("england_2001_2013", "growth_coalition", "two_tier_confusion")


def libraries(asked: argparse.Namespace) -> dict[str, Any]:
    """Return with which Pythons and libraries results are those whose fingerprints are kept, and with which not."""
    wanted = [(python, age) for python in asked.pythons for age in AGES]
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        jobs = {words: pool.submit(wrong_with, *words) for words in wanted}
        with progress_bar("Pythons and libraries", total=len(jobs)) as advance:
            for job in concurrent.futures.as_completed(jobs.values()):
                job.result()
                advance(1)
    named = {f"Python {python}, {age} libraries": job.result() for (python, age), job in jobs.items()}
    faults = [f"{name}: {wrong}" for name, wrong in named.items() if wrong]
    return {"tried": len(named), "of": {name: int(not wrong) for name, wrong in named.items()}, "faults": faults}


def wrong_with(python: str, age: str) -> str:
    """Install with a Python and oldest or newest libraries, check fingerprints, and return what is wrong."""
    version = min(Path.home().glob(f".pyenv/versions/{python}*"), default=None)
    if version is None:
        return "this Python is not here"
    with tempfile.TemporaryDirectory(prefix="attack_") as name:
        folder = Path(name)
        inside = folder / "venv" / "bin" / "python"
        steps = [
            [version / "bin" / "python", "-m", "venv", folder / "venv"],
            [
                *UV,
                folder / "venv" / "bin" / "python",
                *BINARY,
                "--resolution",
                AGES[age],
                "-r",
                HERE / "pyproject.toml",
            ],
            [*UV, inside, "--no-deps", HERE],
            [inside, HERE / "benchmarks" / "outputs.py", "--check", *FINGERPRINTS],
        ]
        for step in steps:
            done = subprocess.run(step, capture_output=True, text=True, cwd=folder, env=without_path())
            if done.returncode:
                return (done.stdout + done.stderr).strip().splitlines()[-1][:200]
    return ""


# ---------------------------------------------------------------------------- what was found


def keep(attack: str, found: Mapping[str, Any], path: Path) -> None:
    """Put what an attack found into the file, with machine and date, in place of what it found before."""
    kept = json.loads(path.read_text("utf-8")) if path.exists() else {}
    kept[attack] = {"date": datetime.date.today().isoformat(), "machine": dict(machine()), **found}
    path.write_text(json.dumps(kept, indent=2, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


def main() -> int:
    """Attack, tell and keep what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("attack", choices=("engines", "kills", "libraries"))
    parser.add_argument("--worlds", type=int, default=10_000)
    parser.add_argument("--longest", type=int, default=60, help="months of the longest world")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--pythons", nargs="+", default=["3.11", "3.12", "3.13"])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, default=KEPT, metavar="FILE")
    asked = parser.parse_args()
    found = {"engines": engines, "kills": kills, "libraries": libraries}[asked.attack](asked)
    keep(asked.attack, found, asked.output)
    print(json.dumps(found, indent=2, ensure_ascii=False))
    return 1 if found["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
