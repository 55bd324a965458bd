"""The reduced model in C (``reduced.c``), compiled here and now if there is a compiler."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from peers.reduced import MEASURES, Peer, Rates, World
from sim.lanes.views import room_for

SOURCE = Path(__file__).with_name("reduced.c")
STRICT = ("-O3", "-march=native", "-fopenmp-simd")
WIDE = (*STRICT, "-freciprocal-math", "-fno-math-errno", "-fno-trapping-math", "-mprefer-vector-width=512")
LOOSE = (
    *STRICT,
    *("-fno-math-errno", "-ffinite-math-only", "-fno-trapping-math"),
    *("-fno-signed-zeros", "-fassociative-math", "-freciprocal-math"),
)
"""Fast for a run at a time; over lanes it keeps GCC 12 from vectorising. What -ffast-math means, but for
the name: linked under that, a library switches off subnormal numbers for the whole process."""
LAYOUTS = tuple((lanes, flags) for lanes in (16, 64) for flags in (STRICT, WIDE))
"""Runs side by side and flags that are tried; the fastest counts."""


class NoCompilerError(ImportError):
    """Raised where there is no C compiler."""


def compiler() -> str:
    """Return the path of a C compiler."""
    found = shutil.which("gcc") or shutil.which("cc") or shutil.which("clang")
    if found is None:
        raise NoCompilerError("no C compiler")
    return found


def library(partners: int, lanes: int, flags: tuple[str, ...]) -> Any:
    """Return the compiled source, made in a folder that is deleted once it is loaded."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "reduced.so"
        sizes = f"-DPARTNERS={partners}", f"-DLANES={lanes}"
        command = [compiler(), *flags, *sizes, "-shared", "-fPIC", "-o", str(made), str(SOURCE)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise NoCompilerError(f"{compiler()} does not compile {SOURCE.name} with {' '.join(flags)}: {done.stderr}")
        return ctypes.CDLL(str(made))


def _pointer(array: NDArray[np.float64]) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def _rates(rates: Rates) -> NDArray[np.float64]:
    return np.array(rates, dtype=np.float64)


def prepare_plain(world: World, *, flags: tuple[str, ...] = STRICT) -> Peer:
    """Return the runs of ``world`` to be timed, one after the other."""
    runs, months, partners = world.shape
    compiled = library(partners, 8, flags)
    rates, traits, draws = _rates(world.rates), np.ascontiguousarray(world.traits), np.ascontiguousarray(world.draws)
    measured = np.empty((runs, months, len(MEASURES)))

    def run_all() -> NDArray[np.float64]:
        compiled.run_plain(_pointer(rates), _pointer(traits), _pointer(draws), _pointer(measured), runs, months)
        return measured

    return run_all


def _in_lanes(of_runs: NDArray[np.float64], lanes: int) -> NDArray[np.float64]:
    """Return (blocks, ..., lanes) of (runs, ...); missing runs of the last block repeat the last run."""
    blocks = -(-len(of_runs) // lanes)
    chosen = np.minimum(np.arange(blocks * lanes), len(of_runs) - 1)
    laid_out = np.moveaxis(of_runs[chosen].reshape(blocks, lanes, *of_runs.shape[1:]), 1, -1)
    room = room_for(laid_out.shape)
    room[:] = laid_out
    return room


def prepare_lanes(world: World, *, lanes: int = 8, flags: tuple[str, ...] = STRICT, threads: int = 1) -> Peer:
    """Return the runs of ``world`` to be timed, ``lanes`` of them side by side."""
    runs, months, partners = world.shape
    compiled = library(partners, lanes, flags)
    rates, traits, draws = _rates(world.rates), _in_lanes(world.traits, lanes), _in_lanes(world.draws, lanes)
    measured = room_for((len(draws), months, len(MEASURES), lanes))
    parts = [part for part in np.array_split(np.arange(len(draws)), threads) if len(part)]

    def run_part(part: NDArray[np.int64]) -> None:
        first, n = int(part[0]), len(part)
        given = _pointer(traits[first:]), _pointer(draws[first:]), _pointer(measured[first:])
        compiled.run_lanes(_pointer(rates), *given, n, months)

    def run_all() -> NDArray[np.float64]:
        if threads == 1:
            run_part(parts[0])
        else:
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(run_part, parts))
        by_run = np.moveaxis(measured, -1, 1).reshape(-1, months, len(MEASURES))
        return by_run[:runs]

    return run_all
