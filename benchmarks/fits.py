"""Two ways to fit, compared by what they find for the same work: ``python benchmarks/fits.py STUDY core_hours [way]``.

STUDY is the folder of a ``partnerships fit`` whose table of prior draws (draws/) both ways begin with. Then each has so
many core-hours, hours of processor time, in which to go on; ``abc`` or ``history_matching`` asks one of them alone:

- *history matching*, as ``partnerships fit`` does it: waves of walks on emulators
- *sequential ABC*, as ``partnerships calibrate`` does it: a population that is moved through falling tolerances, on the
  runs with which draws of a wave are screened

What either ends with is judged by the same judge, on many runs of another seed. Written into fits.csv beside STUDY:
sets that were simulated, that met all on few runs, that were accepted, families in effect (1 / the sum of squared
shares of accepted sets by prior ancestor), core-hours (without the table of prior draws), families per core-hour.
"""

from __future__ import annotations

import dataclasses
import math
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from omegaconf import OmegaConf

from analysis.patterns.calibration import misses_of
from analysis.patterns.scoreboard import margins_from
from experiments.options import shipped_folder
from experiments.runs.declared_patterns import declared_patterns
from experiments.search.fitting import MET, WAVE, Fit, columns_of, fitted, judged_anew
from experiments.search.objective import values_in
from experiments.search.prior_scan import CHUNKS, DRAW, scanned
from experiments.search.sequential_abc import Generation, SMCSettings, after, effective_families, total
from experiments.verbs.fit import FitSettings, fit_of

Numbers = NDArray[np.float64]

PARTICLES = 256
"""Members of the population, as many as a wave has walks."""


@dataclasses.dataclass(frozen=True)
class Found:
    """What a way to fit came to."""

    way: str
    simulated: int
    met_screening: int
    accepted: int
    families: float
    core_hours: float

    @property
    def row(self) -> dict[str, Any]:
        """Return it as a row of the table."""
        return {**dataclasses.asdict(self), "families_per_core_hour": self.families / self.core_hours}


def usual_fit() -> Fit:
    """Return the fit of the settings that ship."""
    settings: Any = OmegaConf.to_container(OmegaConf.load(shipped_folder() / "fit.yaml"))
    del settings["defaults"]
    names = ("leave_out", "chances")
    return fit_of(FitSettings(**{**settings, **{name: tuple(settings[name]) for name in names}}), declared_patterns())


def history_matching(fit: Fit, folder: Path, core_hours: float) -> Found:
    """Do wave after wave until the core-hours are used."""
    began = time.process_time()
    found, waves = None, 0
    while found is None or _core_hours(began) < core_hours:
        waves += 1
        found = fitted(dataclasses.replace(fit, most_waves=waves, wanted=1_000_000), folder)
    accepted = len(found.accepted)
    met = int(found.screened[MET].sum())
    # Every accepted set has a fresh draw of the prior for an ancestor.
    return Found("history matching", len(found.screened), met, accepted, float(accepted), _core_hours(began))


def sequential_abc(fit: Fit, folder: Path, core_hours: float) -> Found:
    """Move a population through falling tolerances until the core-hours are used or nothing moves any more."""
    table = scanned(fit.prior, folder, draws=fit.draws)
    misses = _misses(fit, [table[columns_of(pattern)].to_numpy(float) for pattern in _screened(fit)])
    best = np.argsort(total(misses), kind="stable")[:PARTICLES]
    began = time.process_time()
    simulate = _simulator(fit)
    draws = fit.prior.points_in(table)[best]
    first = simulate(draws, math.inf)
    settings = SMCSettings(prior_draws=fit.draws, particles=PARTICLES, tolerance=0.0, most_generations=1_000)
    generation = Generation(
        number=0, tolerance=float(total(first).max()), draws=draws, misses=first, tried=draws, tried_misses=first,
        accepted=1.0, moves=0, ancestors=best,
    )  # fmt: skip
    simulated = len(draws)
    while _core_hours(began) < core_hours and generation.rounds < settings.last_rounds:
        generation = after(generation, simulate, settings, seed=fit.seed)
        simulated += len(generation.tried)
        print(
            f"generation {generation.number}: tolerance {generation.tolerance:.4f}, "
            f"{generation.families:.1f} families, {_core_hours(began):.2f} core-hours",
            flush=True,
        )
    there = np.flatnonzero(total(generation.misses) <= 0.0)
    _, firsts = np.unique(generation.draws[there], axis=0, return_index=True)
    there = there[firsts]
    accepted = np.zeros(len(there), dtype=np.bool_)
    if len(there):
        sets = values_in(generation.draws[there], fit.prior.parameters)
        asked = pd.DataFrame({DRAW: there, WAVE: 0, **fit.prior.columns(sets)})
        accepted = judged_anew(fit, asked)[MET].to_numpy(bool)
    families = effective_families(generation.ancestors[there[accepted]])
    return Found("sequential ABC", simulated, len(there), int(accepted.sum()), families, _core_hours(began))


def _core_hours(began: float) -> float:
    return (time.process_time() - began) / 3600.0


def _screened(fit: Fit) -> list[Any]:
    """Return the patterns that count and can be judged on few runs, that read what is rare included."""
    return [pattern for pattern in fit.screening.patterns if pattern.id in fit.judging.counted]


def _misses(fit: Fit, values: list[Numbers]) -> Numbers:
    """Return how far sets miss each of these patterns, (sets, patterns), from the values of their findings."""
    margins = [margins_from([pattern], of)[..., 0] for pattern, of in zip(_screened(fit), values, strict=True)]
    return np.nan_to_num(np.asarray(misses_of(np.stack(margins, axis=-1))), nan=1.0)


def _simulator(fit: Fit) -> Callable[[Numbers, float], Numbers]:
    judge = dataclasses.replace(fit.screening, patterns=tuple(_screened(fit)))

    def simulate(draws: Numbers, limit: float) -> Numbers:
        return _misses(fit, judge.values(fit.prior.sets(values_in(draws, fit.prior.parameters))))

    return simulate


WAYS: dict[str, Callable[[Fit, Path, float], Found]] = {
    "abc": sequential_abc,
    "history_matching": history_matching,
}


def main(arguments: list[str]) -> int:
    """Compare both ways, write down and print what they found, and return the exit code."""
    if len(arguments) not in (2, 3) or not set(arguments[2:]) <= set(WAYS):
        print(f"usage: python benchmarks/fits.py STUDY core_hours [{' or '.join(WAYS)}]", file=sys.stderr)
        return 2
    study, core_hours, fit = Path(arguments[0]), float(arguments[1]), usual_fit()
    found = []
    for name in arguments[2:] or WAYS:
        with tempfile.TemporaryDirectory() as scratch:
            shutil.copytree(study / CHUNKS, Path(scratch) / CHUNKS)
            found.append(WAYS[name](fit, Path(scratch), core_hours))
    table = pd.DataFrame([one.row for one in found])
    table.to_csv(study.parent / "fits.csv", index=False, float_format="%.4g")
    print(table.to_string(index=False))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
