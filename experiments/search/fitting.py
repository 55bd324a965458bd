"""Fitting the free numbers to the declared patterns: prior draws, waves of history matching, fresh judgement.

Everything is stored as it is done: prior draws in chunks, of each wave its draws, then what they show on few runs, then
what those that met everything show on many. So a fit that was killed goes on, to the same numbers.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.patterns.criteria import Pattern
from analysis.patterns.judging import Docket
from analysis.patterns.scan import DRAW, VALUE, value_of_finding
from analysis.patterns.scoreboard import scoreboard
from experiments.errors import CommandError
from experiments.files import Refused, inside, read_json, read_parquet, replacing
from experiments.runs.declared_patterns import Prepared, seen_of
from experiments.search.history_matching import Emulator, Judge, emulator, walked
from experiments.search.objective import values_in
from experiments.search.prior_scan import BEHAVIOUR, Scan, scanned
from experiments.surroundings import cores
from experiments.terminal import progress_bar

WAVES = "waves"

MET = "met"
"""Column: the set missed no pattern that counts."""

WAVE = "wave"

RESAMPLES = 499
"""Bootstrap samples behind an interval that has to lie in a band."""

_JUDGED_TOGETHER = 64
"""Sets that are judged on many runs and stored together; so many fill the lanes of the engine."""


@dataclasses.dataclass(frozen=True)
class Fit:
    """What is drawn, how it is judged, and when enough is found."""

    prior: Scan
    draws: int
    """Of the table of prior draws."""
    screening: Judge
    """On few runs, without what is dear."""
    judging: Judge
    """On many runs and a seed of its own: all patterns but those that read who is tied to whom."""
    closely: Docket
    """Patterns that take more than values: an interval that has to lie in a band, or who is tied to whom."""
    close_experiments: tuple[Prepared, ...]
    """What they read, with runs of their own: intervals of few are wide."""
    matrix_runs: int
    """Runs of them of which ties and trust between bodies are looked at."""
    chances: tuple[float, ...]
    """Chance to show everything, by the emulators, to which walks climb, wave by wave; the last holds on."""
    a_wave: int
    """Walks of a wave."""
    most_waves: int
    steps: int
    """Of each walk on the emulators."""
    wanted: int
    """Accepted sets with which a fit ends."""
    known: pd.DataFrame
    """Sets that were simulated before, as rows of ``Fitted.simulated``: emulators are trained on them too."""
    seed: int


@dataclasses.dataclass(frozen=True)
class Fitted:
    """What a fit comes to."""

    prior: pd.DataFrame
    """A row a prior draw, as of a scan."""
    screened: pd.DataFrame
    """A row a draw of the waves: draw, wave, numbers, values of findings on few runs, met."""
    judged: pd.DataFrame
    """The same of those that met everything there, on many runs."""
    waves: pd.DataFrame
    """A row a wave: wave, chance, screened, met_screening, accepted."""
    emulators: pd.DataFrame
    """A row an emulator and wave: wave, id, what, share_told, spread."""

    @property
    def simulated(self) -> pd.DataFrame:
        """Return all sets of the waves, screened and judged: their numbers, and what was found of them."""
        together = pd.concat([self.screened, self.judged], ignore_index=True)
        return together[[name for name in together if str(name).startswith((BEHAVIOUR, VALUE))]].astype(np.float32)

    @property
    def accepted(self) -> pd.DataFrame:
        """Return the rows of the sets that met every pattern that counts on many runs."""
        return self.judged[self.judged[MET]].reset_index(drop=True)


def fitted(fit: Fit, folder: Path) -> Fitted:
    """Return what a fit comes to, going on with what the folder holds."""
    prior = scanned(fit.prior, folder, draws=fit.draws)
    screened: list[pd.DataFrame] = []
    judged: list[pd.DataFrame] = []
    rows: list[dict[str, float]] = []
    told: list[pd.DataFrame] = []
    while len(rows) < fit.most_waves and sum(row["accepted"] for row in rows) < fit.wanted:
        wave = len(rows) + 1
        known = pd.concat([prior, fit.known, *screened, *judged], ignore_index=True)
        drawn, note, emulators = _drawn(fit, folder, wave, known)
        met = stored(folder, f"{wave:02d}_screened", partial(_screened, fit, drawn))
        again = _judged(fit, folder, wave, met[met[MET]])
        screened.append(met)
        judged.append(again)
        told.append(emulators)
        rows.append(
            {
                WAVE: wave,
                **note,
                "screened": len(met),
                "met_screening": int(met[MET].sum()),
                "accepted": int(again[MET].sum()) if len(again) else 0,
            }
        )
    return Fitted(
        prior,
        pd.concat(screened, ignore_index=True),
        pd.concat(judged, ignore_index=True),
        pd.DataFrame(rows),
        pd.concat(told, ignore_index=True),
    )


# ------------------------------------------------------------------------------ steps


@dataclasses.dataclass
class _Note:
    chance: float
    emulators: list[dict[str, Any]]


def _drawn(
    fit: Fit, folder: Path, wave: int, known: pd.DataFrame
) -> tuple[pd.DataFrame, dict[str, float], pd.DataFrame]:
    """Return the draws of a wave, what is noted of it, and how good the emulators were."""
    note = inside(folder, WAVES, f"{wave:02d}_emulators.json")
    chance = fit.chances[min(wave, len(fit.chances)) - 1]

    def draw() -> pd.DataFrame:
        emulators = _emulators(fit, known, wave)
        with progress_bar(f"walks of wave {wave}", total=fit.steps) as advance:
            points = walked(
                emulators,
                numbers=len(fit.prior.parameters),
                count=fit.a_wave,
                chance=chance,
                steps=fit.steps,
                seed=[fit.seed, wave],
                advance=advance,
            )
        told = [
            {WAVE: wave, "id": one.id, "what": one.finding.what, "share_told": one.share_told, "spread": one.spread}
            for one in emulators
        ]
        with replacing(note) as path:
            path.write_text(json.dumps({"chance": chance, "emulators": told}), encoding="utf-8")
        first = fit.draws + (wave - 1) * fit.a_wave
        columns = fit.prior.columns(values_in(points, fit.prior.parameters))
        return pd.DataFrame({DRAW: np.arange(first, first + len(points)), WAVE: wave, **columns})

    table = stored(folder, f"{wave:02d}_drawn", draw)
    said = read_json(note, _Note)
    emulators = pd.DataFrame(said.pop("emulators"))
    return table, said, emulators


def _emulators(fit: Fit, known: pd.DataFrame, wave: int) -> list[Emulator]:
    """Return the emulators of all findings that decide a pattern that counts, as far as they were simulated."""
    points = fit.prior.points_in(known)
    asked = [
        (pattern.id, finding, column)
        for pattern in fit.judging.patterns
        if pattern.id in fit.judging.counted
        for finding, decides, column in zip(pattern.findings, pattern.decides, columns_of(pattern), strict=True)
        if decides and column in known
    ]
    made = []
    with (
        progress_bar(f"emulators of wave {wave}", total=len(asked)) as advance,
        ThreadPoolExecutor(fit.prior.threads or cores()) as pool,
    ):
        for one in pool.map(lambda a: emulator(a[0], a[1], points, known[a[2]].to_numpy(float)), asked):
            made.append(one)
            advance(1)
    return [one for one in made if one is not None]


def columns_of(pattern: Pattern) -> list[str]:
    """Return the columns of a pattern's findings in tables of sets."""
    return [value_of_finding(pattern.id, number) for number in range(len(pattern.findings))]


def _screened(fit: Fit, drawn: pd.DataFrame) -> pd.DataFrame:
    tables = []
    with progress_bar("draws screened", total=len(drawn)) as advance:
        for first in range(0, len(drawn), 2 * _JUDGED_TOGETHER):
            some = drawn.iloc[first : first + 2 * _JUDGED_TOGETHER]
            tables.append(_judged_by(fit, fit.screening, some))
            advance(len(some))
    return pd.concat(tables, ignore_index=True)


def _judged_by(fit: Fit, judge: Judge, table: pd.DataFrame) -> pd.DataFrame:
    values = judge.values(fit.prior.sets_in(table))
    columns = {
        column: of[:, number]
        for pattern, of in zip(judge.patterns, values, strict=True)
        for number, column in enumerate(columns_of(pattern))
    }
    return table.assign(**columns, **{MET: judge.meets(values)})


def _judged(fit: Fit, folder: Path, wave: int, table: pd.DataFrame) -> pd.DataFrame:
    """Return what sets that met all on few runs show on many: a row each."""
    firsts = range(0, len(table), _JUDGED_TOGETHER)
    tables = [table.iloc[:0]]
    with progress_bar("sets judged on many runs", total=len(table)) as advance:
        for first in firsts:
            some = table.iloc[first : first + _JUDGED_TOGETHER]
            base = some[[DRAW, WAVE, *(str(name) for name in some if str(name).startswith(BEHAVIOUR))]]
            tables.append(stored(folder, f"{wave:02d}_judged_{first:04d}", partial(judged_anew, fit, base)))
            advance(len(some))
    return pd.concat(tables, ignore_index=True)


def judged_anew(fit: Fit, table: pd.DataFrame) -> pd.DataFrame:
    """Return what sets show on many runs: values of all, then those that pass so far looked at closely."""
    table = _judged_by(fit, fit.judging, table.reset_index(drop=True))
    for pattern in fit.closely.judged:
        table = table.assign(**{column: np.nan for column in columns_of(pattern) if column not in table})
    sets = fit.prior.sets_in(table)
    for row in np.flatnonzero(table[MET]):
        values, met = _looked_at_closely(fit, sets[int(row)])
        table.loc[row, list(values)] = list(values.values())
        table.loc[row, MET] = met
    return table


def _looked_at_closely(fit: Fit, numbers: Mapping[str, float]) -> tuple[dict[str, float], bool]:
    """Return what a set shows of the patterns in ``closely``, and whether all that count are met, by interval too."""
    (seen,) = seen_of(
        fit.closely,
        fit.close_experiments,
        [numbers],
        seed=fit.judging.seed,
        matrix_runs=fit.matrix_runs,
        threads=fit.judging.threads,
    )
    values: dict[str, float] = {}
    met = True
    for pattern in fit.closely.judged:
        board = scoreboard([pattern], seen[pattern.id], resamples=RESAMPLES, seed=fit.seed)
        values |= dict(zip(columns_of(pattern), map(float, board["value"]), strict=True))
        met &= bool(board["passed"].all()) or pattern.id not in fit.judging.counted
    return values, met


def stored(folder: Path, name: str, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    """Return a table of the waves, made now or read where it was made before."""
    path = inside(folder, WAVES, f"{name}.parquet")
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        table = make()
        with replacing(path) as file:
            table.to_parquet(file, index=False, compression="zstd")
    try:
        return read_parquet(path)
    except Refused as error:
        raise CommandError(f"{path} is damaged ({error}): remove it, and give the same command again") from None
