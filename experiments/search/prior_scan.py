"""A scan of priors: draws of all free numbers, and what the experiments of the fitted patterns show of each.

A draw is known by its number: it is a point of a scrambled Sobol sequence that the seed names, so that draws can be
added, and what was stopped goes on to the same numbers. All draws share their runs' luck. Draws are done and stored
in chunks of a size that fills the lanes of the compiled engine.
"""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import scipy

from analysis.patterns.criteria import Numbers, Pattern
from analysis.patterns.judging import Docket
from analysis.patterns.scan import DRAW, margin_of_pattern, months_named, refounded_in, value_of_finding
from analysis.patterns.scoreboard import margins_from, value_of
from experiments.errors import CommandError
from experiments.files import Refused, inside, read_parquet, replacing
from experiments.runs.declared_patterns import Prepared, lived
from experiments.search.objective import values_in
from experiments.terminal import progress_bar
from sim import PARAMETERS, Parameter

PLAN = "scan.json"
CHUNKS = "draws"

BEHAVIOUR = "behaviour."
"""How paths of free numbers begin."""


def free_numbers() -> tuple[Parameter, ...]:
    """Return the free numbers of the model: all of behaviour that are uncertain, each with its prior."""
    return tuple(p for path, p in PARAMETERS.items() if path.startswith(BEHAVIOUR) and p.role == "uncertain")


@dataclasses.dataclass(frozen=True)
class Scan:
    """What is drawn, what is simulated with each draw, and what is kept of it."""

    parameters: tuple[Parameter, ...]
    docket: Docket
    experiments: tuple[Prepared, ...]
    seed: int
    at_once: int
    """Draws that are simulated and stored together."""
    threads: int | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Return the free numbers by name."""
        return tuple(parameter.path.removeprefix(BEHAVIOUR) for parameter in self.parameters)

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        """Return the patterns of which all that decides is judged."""
        return self.docket.whole

    @property
    def runs(self) -> int:
        """Return the number of runs of a draw."""
        return sum(one.runs for one in self.experiments)

    def drawn(self, first: int, count: int) -> Numbers:
        """Return draws (count, numbers) from the number ``first`` on."""
        sequence = scipy.stats.qmc.Sobol(d=len(self.parameters), scramble=True, rng=self.seed)
        with warnings.catch_warnings():
            # That only powers of two are balanced matters little among thousands.
            warnings.simplefilter("ignore", UserWarning)
            if first:
                sequence.fast_forward(first)
            return values_in(sequence.random(count), self.parameters)

    def sets(self, draws: Numbers) -> list[dict[str, float]]:
        """Return draws as numbers of behaviour."""
        return [dict(zip(self.names, map(float, row), strict=True)) for row in draws]

    def sets_in(self, table: pd.DataFrame) -> list[dict[str, float]]:
        """Return the rows of a table with a column ``behaviour.…`` a number as numbers of behaviour."""
        return self.sets(self._numbers_in(table))

    def points_in(self, table: pd.DataFrame) -> Numbers:
        """Return such rows (n, numbers) as shares of the way through the priors' ranges."""
        low, high = (np.array([getattr(p, end) for p in self.parameters], dtype=float) for end in ("low", "high"))
        return np.asarray((self._numbers_in(table) - low) / (high - low))

    def columns(self, draws: Numbers) -> dict[str, Numbers]:
        """Return draws (n, numbers) as the columns of such a table."""
        return {f"{BEHAVIOUR}{name}": draws[:, k] for k, name in enumerate(self.names)}

    def _numbers_in(self, table: pd.DataFrame) -> Numbers:
        return table[[f"{BEHAVIOUR}{name}" for name in self.names]].to_numpy(float)

    def chunk(self, first: int) -> pd.DataFrame:
        """Return a row a draw, from the number ``first`` on: its numbers and what they come to."""
        draws = self.drawn(first, self.at_once)
        found = lived(self.experiments, self.sets(draws), seed=self.seed, threads=self.threads)
        seen = {name: one.words for name, one in found.items()}
        columns = self.columns(draws)
        for pattern in self.docket.patterns:
            for id, number in self.docket.places_of(pattern):
                columns[value_of_finding(id, number)] = value_of(pattern.findings[number], seen)
        columns |= self._margins(columns)
        for name, one in found.items():
            naming = next(e for e in self.experiments if e.name == name).month.naming
            columns |= {months_named(name, word): one.months_named[:, k] for k, word in enumerate(naming.names)}
            columns[refounded_in(name)] = one.refounded
        return pd.DataFrame({DRAW: np.arange(first, first + self.at_once), **columns})

    def _margins(self, values: Mapping[str, Numbers]) -> dict[str, Numbers]:
        """Return the margins of the patterns that are judged as a whole."""
        margins = {}
        for pattern in self.patterns:
            of_pattern = [values[value_of_finding(*place)] for place in self.docket.places_of(pattern)]
            margins[margin_of_pattern(pattern.id)] = margins_from([pattern], np.stack(of_pattern, axis=-1))[..., 0]
        return margins


def scanned(scan: Scan, folder: Path, *, draws: int) -> pd.DataFrame:
    """Return a row a draw, as many as asked for, simulating those that the folder does not hold yet."""
    firsts = range(0, draws, scan.at_once)
    with progress_bar("draws", total=len(firsts) * scan.at_once) as advance:
        for first in firsts:
            path = _chunk_path(folder, first)
            if not path.is_file():
                table = scan.chunk(first)
                path.parent.mkdir(exist_ok=True)
                with replacing(path) as partial:
                    table.to_parquet(partial, index=False, compression="zstd")
            advance(scan.at_once)
    return pd.concat([_read(folder, first) for first in firsts], ignore_index=True).iloc[:draws]


def _chunk_path(folder: Path, first: int) -> Path:
    return inside(folder, CHUNKS, f"{first:07d}.parquet")


def _read(folder: Path, first: int) -> pd.DataFrame:
    path = _chunk_path(folder, first)
    try:
        return read_parquet(path)
    except Refused as error:
        raise CommandError(f"{path} is damaged ({error}): remove it, and give the same command again") from None
