"""The reduced model, peer by peer: the same draws, the same numbers, and how long each takes."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from measuring import Case, Finding, Seconds, finding, in_turns, on_one_core
from numpy.typing import NDArray
from peers import reduced, with_c, with_lanes, with_mesa, with_numpy
from peers.reduced import Peer, World

from experiments.terminal import progress_bar

PART = "Reduced model: peers"
CLOSE_TO_C = 1.5
SAME = 1e-12
RUNS_COMPARED = 3
MESA, LANES = "Mesa", "Numba, 64 runs as lanes (this project's style)"

Prepare = Callable[[World], Peer]


class NumbersDifferError(Exception):
    """Raised when two peers that should give the same numbers do not."""


def _module(name: str) -> Any:
    return importlib.import_module(f"peers.{name}")


def peers_here(notes: list[str]) -> dict[str, tuple[Prepare, bool]]:
    """Return the peers that this machine has, and whether each is slow; say in ``notes`` which are missing."""
    peers: dict[str, tuple[Prepare, bool]] = {MESA: (with_mesa.prepare, True)}
    for name, module, slow in (("AgentPy", "with_agentpy", True), ("JAX, double precision", "with_jax", False)):
        try:
            peers[name] = (_module(module).prepare, slow)
        except ImportError:
            notes.append(f"{name} left out: not installed.")
    peers["NumPy over runs"] = (with_numpy.prepare, False)
    peers[LANES] = (with_lanes.prepare, False)
    try:
        with_c.compiler()
    except with_c.NoCompilerError:
        notes.append("C left out: no compiler.")
        return peers
    for flags, kind in ((with_c.STRICT, "plain"), (with_c.LOOSE, "plain, fast-math")):
        peers[f"C, {kind}"] = (partial(with_c.prepare_plain, flags=flags), False)
    for lanes, flags in with_c.LAYOUTS:
        kind = "" if flags is with_c.STRICT else ", looser flags"
        peers[f"C, {lanes} runs as lanes{kind}"] = (partial(with_c.prepare_lanes, lanes=lanes, flags=flags), False)
    return peers


def difference(measured: NDArray[np.float64], reference: NDArray[np.float64]) -> float:
    """Return the largest difference between the runs of two peers that both have."""
    runs = min(len(measured), len(reference))
    return float(np.max(np.abs(measured[:runs] - reference[:runs])))


def check_numbers(ready: dict[str, Peer]) -> list[Finding]:
    """Return how far each peer is from Mesa; raise if that is more than rounding, or anything for lanes."""
    reference = ready[MESA]()
    found = []
    for name, peer in ready.items():
        apart, allowed = difference(peer(), reference), 0.0 if name in (MESA, LANES) else SAME
        if not apart <= allowed:
            raise NumbersDifferError(f"{name} differs from Mesa by {apart:g}; allowed: {allowed:g}")
        if name != MESA:
            found.append(finding(PART, f"largest difference of {name} from Mesa", apart, "", at_most=allowed))
    return found


def compare_peers(notes: list[str], *, quick: bool) -> list[Finding]:
    """Return milliseconds a run of each peer on one core, and ratios."""
    world = reduced.make_world(runs=128 if quick else 1024)
    slow_world = world.first(RUNS_COMPARED)
    repeats = 3 if quick else 9
    with on_one_core(), progress_bar("rounds of the reduced model", total=repeats) as advance:
        peers = peers_here(notes)
        ready = {name: prepare(slow_world if slow else world) for name, (prepare, slow) in peers.items()}
        found = check_numbers(ready)
        cases = {
            name: Case(peer, slow_world.shape[0] if peers[name][1] else world.shape[0]) for name, peer in ready.items()
        }
        seconds = in_turns(cases, repeats=repeats, advance=advance)
    return [
        *(finding(PART, name, 1e3 * times, "ms a run") for name, times in seconds.items()),
        *ratios(seconds),
        *two_threads(world, seconds, repeats=repeats),
        *found,
    ]


def best_c(seconds: dict[str, Seconds]) -> str | None:
    """Return the name of the fastest C, by medians."""
    in_c = {name: float(np.median(times)) for name, times in seconds.items() if name.startswith("C,")}
    return min(in_c, key=lambda name: in_c[name]) if in_c else None


def ratios(seconds: dict[str, Seconds]) -> list[Finding]:
    """Return how the lanes compare with every other peer, and with the fastest C."""
    found = [
        finding(PART, f"{name} / lanes", times / seconds[LANES], "times")
        for name, times in seconds.items()
        if name != LANES and not name.startswith("C,")
    ]
    best = best_c(seconds)
    if best is not None:
        ratio = seconds[LANES] / seconds[best]
        found.append(finding(PART, f"lanes / fastest C ({best})", ratio, "times", at_most=CLOSE_TO_C))
    return found


def two_threads(world: World, alone: dict[str, Seconds], *, repeats: int) -> list[Finding]:
    """Return milliseconds a run of lanes and of the fastest C over lanes, on two threads."""
    cases = {f"{LANES}, 2 threads": Case(with_lanes.prepare(world, threads=2), world.shape[0])}
    in_lanes = {name: times for name, times in alone.items() if name.startswith("C,") and "lanes" in name}
    best = best_c(in_lanes)
    if best is not None:
        lanes, flags = with_c.LAYOUTS[list(in_lanes).index(best)]
        prepared = with_c.prepare_lanes(world, lanes=lanes, flags=flags, threads=2)
        cases[f"{best}, 2 threads"] = Case(prepared, world.shape[0])
    with progress_bar("rounds on two threads", total=repeats) as advance:
        seconds = in_turns(cases, repeats=repeats, advance=advance)
    return [finding(PART, name, 1e3 * times, "ms a run") for name, times in seconds.items()]
