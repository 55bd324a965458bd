"""One Mesa run of the default board: seconds, and where they go.

Usage: python benchmarks/mesa_run.py [--repeats 7] [--profile]
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import statistics
import time

from experiments import load_scenario
from sim import Scenario, simulate


def seconds_of_a_run(scenario: Scenario, *, repeats: int) -> list[float]:
    """Return the wall time of each of several runs."""
    times = []
    for replicate in range(repeats):
        began = time.perf_counter()
        simulate(scenario, seed=1, replicate=replicate)
        times.append(time.perf_counter() - began)
    return times


def main() -> None:
    """Print the median, the fastest and the slowest, and on request a profile."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--profile", action="store_true")
    asked = parser.parse_args()
    scenario = load_scenario("baseline_lsp")
    seats = sum(scenario.board.members.values())
    simulate(scenario, seed=1, replicate=0)
    times = seconds_of_a_run(scenario, repeats=asked.repeats)
    dyads = seats * (seats - 1) * scenario.months
    print(f"{seats} seats, {scenario.months} months, {dyads:,} trust updates and as many glances at others")
    print(f"seconds a run: median {statistics.median(times):.3f}, {min(times):.3f} to {max(times):.3f}")
    if asked.profile:
        profile = cProfile.Profile()
        profile.runcall(simulate, scenario, seed=1, replicate=0)
        pstats.Stats(profile).sort_stats("tottime").print_stats(15)


if __name__ == "__main__":
    main()
