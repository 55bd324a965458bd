"""The whole model: both engines, and what runs cost as they grow in number, at the table and in time."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from measuring import Case, Finding, Seconds, finding, in_turns

from experiments import load_scenario
from experiments.terminal import progress_bar
from sim import MONTH, Month, Scenario, simulate, simulate_ensemble

ENGINES = "Whole model: compiled engine against Mesa"
GROWTH = "Whole model: cost as it grows"
START = "Whole model: start and memory"
LOADED_SECOND = "another month's engine, loaded second, 1 thread"
"""A month of one's own in the process that has the model's: the same steps, and a number that none reads."""
SCENARIO = "baseline_lsp"
WANTED_TIMES_FASTER = 500.0
FLAT_ENOUGH = 1.1
USUAL_TABLE, LARGE_TABLE = 24, 400
WANTED_OF_LARGE_TABLES = 3.0
"""Largest ratio of what a pair of bodies costs a month at a large table to what it costs at a usual one."""
MOST_MEMORY_RUNS = 100_000

_FIRST_RUNS = """
import time
began = time.perf_counter()
from experiments import load_scenario
from sim import simulate_ensemble
scenario = load_scenario("baseline_lsp")
ready = time.perf_counter()
simulate_ensemble([scenario], replicates=64, threads=1)
print(ready - began, time.perf_counter() - ready)
"""

_MANY_RUNS = """
import pathlib, resource, sys
from experiments import load_scenario
from sim import simulate_ensemble

def peak_mib():
    # getrusage also counts what the parent held when it started this process; Linux knows better.
    status = pathlib.Path("/proc/self/status")
    for line in status.read_text().splitlines() if status.exists() else ():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)

scenario = load_scenario("baseline_lsp")
simulate_ensemble([scenario], replicates=64, threads=1)
before = peak_mib()
simulate_ensemble([scenario], replicates=int(sys.argv[1]), months=[scenario.months - 1])
print(before, peak_mib())
"""


def mesa_case(scenario: Scenario, *, runs: int) -> Case:
    """Return runs on the Mesa engine."""

    def call() -> None:
        for replicate in range(runs):
            simulate(scenario, seed=1, replicate=replicate)

    return Case(call, runs)


def ensemble_case(
    scenario: Scenario, *, runs: int, threads: int = 1, last_month_only: bool = True, month: Month = MONTH
) -> Case:
    """Return runs on the compiled engine, which keeps all measures of the last month, or of every month."""
    asked: dict[str, Any] = {"months": [scenario.months - 1] if last_month_only else None, "month": month}
    return Case(lambda: simulate_ensemble([scenario], replicates=runs, seed=1, threads=threads, **asked), runs)


def compare_engines(*, quick: bool) -> list[Finding]:
    """Return what a run costs on both engines, and how many times faster the compiled one is."""
    scenario = load_scenario(SCENARIO)
    runs, repeats = (256, 3) if quick else (2048, 9)
    cases = {
        "Mesa": mesa_case(scenario, runs=2 if quick else 5),
        "compiled, 1 thread, last month kept": ensemble_case(scenario, runs=runs),
        "compiled, 1 thread, every month kept": ensemble_case(scenario, runs=runs, last_month_only=False),
        "compiled, 2 threads, last month kept": ensemble_case(scenario, runs=runs, threads=2),
        "compiled, 2 threads, every month kept": ensemble_case(scenario, runs=runs, threads=2, last_month_only=False),
        LOADED_SECOND: ensemble_case(scenario, runs=runs, month=MONTH.holding(spare="partner")),
    }
    with progress_bar("rounds of both engines", total=repeats) as advance:
        seconds = in_turns(cases, repeats=repeats, advance=advance)
    found = [finding(ENGINES, name, 1e3 * times, "ms a run") for name, times in seconds.items()]
    for name in [name for name in cases if name.startswith("compiled")]:
        ratios = seconds["Mesa"] / seconds[name]
        target = WANTED_TIMES_FASTER if "1 thread" in name else None
        found.append(finding(ENGINES, f"Mesa / {name}", ratios, "times", at_least=target))
    of_second = seconds[LOADED_SECOND] / seconds["compiled, 1 thread, last month kept"]
    found.append(finding(ENGINES, f"{LOADED_SECOND} / the first", of_second, "times"))
    return found


def with_partners(seats: int) -> Scenario:
    """Return the default scenario with about its own mix of bodies in a table of ``seats``."""
    scenario = load_scenario(SCENARIO)
    members = scenario.board.members
    factor = (seats - 1) / (sum(members.values()) - 1)
    scaled = {name: 1 if name == "council" else int(count * factor) for name, count in members.items()}
    kinds = [name for name in members if name != "council"]
    for missing in range(seats - sum(scaled.values())):
        scaled[kinds[missing % len(kinds)]] += 1
    return load_scenario(SCENARIO, [f"board.members.{name}={count}" for name, count in scaled.items()])


def measure_growth(*, quick: bool) -> list[Finding]:
    """Return what a run costs in small and large ensembles, at small and large tables, over short and long spans."""
    numbers = (100, 1_000) if quick else (100, 1_000, 10_000, 100_000)
    tables = (8, USUAL_TABLE, LARGE_TABLE) if quick else (8, 19, USUAL_TABLE, 50, 100, 200, LARGE_TABLE)
    spans = (60, 144) if quick else (12, 60, 144, 300, 600)
    repeats, of_tables = (2, 3) if quick else (3, 5)
    with progress_bar("rounds of growing runs", total=2 * repeats + of_tables) as advance:
        scenario = load_scenario(SCENARIO)
        by_number = in_turns(
            {f"{n:,} runs": ensemble_case(scenario, runs=n) for n in numbers},
            repeats=repeats,
            advance=advance,
            warm_up=False,
        )
        by_table = in_turns(
            {f"{n} partners": ensemble_case(with_partners(n), runs=_runs_at(n)) for n in tables},
            repeats=of_tables,
            advance=advance,
            warm_up=False,
        )
        by_span = in_turns(
            {f"{n} months": ensemble_case(load_scenario(SCENARIO, [f"months={n}"]), runs=512) for n in spans},
            repeats=repeats,
            advance=advance,
            warm_up=False,
        )
    found = [
        finding(GROWTH, name, 1e3 * times, "ms a run")
        for group in (by_number, by_table, by_span)
        for name, times in group.items()
    ]
    found += _by_pair(by_table, scenario.months)
    if not quick:
        found.append(_many_runs())
    return found


def _many_runs() -> Finding:
    """Return what a run among a million costs beside one among a thousand, of a year each."""
    year = load_scenario(SCENARIO, ["months=12"])
    few, many = 1_000, 1_000_000
    with progress_bar("rounds of very many runs", total=3) as advance:
        costs = in_turns(
            {str(n): ensemble_case(year, runs=n) for n in (few, many)}, repeats=3, advance=advance, warm_up=False
        )
    what = f"a run of {many:,} / a run of {few:,}, 12 months"
    return finding(GROWTH, what, costs[str(many)] / costs[str(few)], "times", at_most=FLAT_ENOUGH)


def _runs_at(table: int) -> int:
    """Return a number of runs that fills blocks and takes about as long at every table."""
    return 512 if table <= 100 else 96 if table <= 200 else 16


def _by_pair(by_table: Mapping[str, Seconds], months: int) -> list[Finding]:
    """Return what a pair of bodies, one way, costs a month at every table, and what large ones have to pay more."""
    costs = {table: times / (int(table.split()[0]) ** 2 * months) for table, times in by_table.items()}
    found = [finding(GROWTH, f"a pair and month at {table}", 1e9 * cost, "ns a run") for table, cost in costs.items()]
    ratio = costs[f"{LARGE_TABLE} partners"] / costs[f"{USUAL_TABLE} partners"]
    what = f"a pair and month at {LARGE_TABLE} / at {USUAL_TABLE} partners"
    return [*found, finding(GROWTH, what, ratio, "times", at_most=WANTED_OF_LARGE_TABLES)]


def _answers(program: str, *arguments: str, cache: Path | None = None) -> list[float]:
    """Run a program in a new interpreter and return the numbers that it prints."""
    folders = os.pathsep.join((str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")))
    environment = os.environ | {"PYTHONPATH": folders} | ({"NUMBA_CACHE_DIR": str(cache)} if cache else {})
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return [float(number) for number in done.stdout.split()]


def measure_start(*, quick: bool) -> list[Finding]:
    """Return what the first runs of a process cost, on a new machine and on one that knows the model, and memory."""
    runs = 1_000 if quick else MOST_MEMORY_RUNS
    with (
        tempfile.TemporaryDirectory() as folder,
        progress_bar("starts", total=5) as advance,
    ):
        cache = Path(folder)
        imported, compiled = _first_runs(cache, advance)
        found = [
            finding(START, "imports and composing the scenario", imported, "s"),
            finding(START, "first 64 runs, nothing compiled yet", compiled, "s"),
        ]
        again = [_first_runs(cache, advance)[1] for _ in range(3)]
        found.append(finding(START, "first 64 runs, compiled before", sum(again) / len(again), "s"))
        before, after = _answers(_MANY_RUNS, str(runs), cache=cache)
        advance(1)
    found.append(finding(START, "peak memory once imported and compiled", before, "MiB"))
    found.append(finding(START, f"peak memory after {runs:,} runs, last month kept", after, "MiB"))
    return found


def _first_runs(cache: Path, advance: Callable[[int], None]) -> tuple[float, float]:
    imported, first = _answers(_FIRST_RUNS, cache=cache)
    advance(1)
    return imported, first
