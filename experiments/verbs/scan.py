"""Scan the priors: which patterns can be met, and what decides it.

Draws all free numbers from their priors and simulates with each draw the experiments of the patterns that
numbers may be fitted to; patterns that are held out are neither simulated nor shown. With few runs a draw
the verdict on a single draw is rough; over thousands of them it is told which patterns are easy, which are
met together more or less often than chance would have it, which names of months occur at all, and which
numbers decide each pattern (rank correlation with its margin). Verdicts go by values, without intervals.
What cannot be judged is left out and said; ties and trust between bodies are not looked at.

Draws are points of a Sobol sequence, each known by its number. They are stored as they are done: the same
command goes on with a scan that was stopped, to the same tables, and with more draws adds to it. 20,000 draws
take about an hour on two cores. All draws share the luck of their runs, so some look good by it. So the best
draws (most patterns met, then smallest sum of misses) are run again with more runs on a new seed, ties and
trust between bodies included, and judged as by partnerships patterns: that is what is reported of them.

Writes into the study folder: scan.json and draws/ on the way; draws.parquet (a row a draw: numbers, value of
each finding, margin of each pattern, share of months by name and of runs founded again by experiment),
patterns.csv, pairs.csv, regimes.csv, counts.csv (how many draws meet how many), best.csv, decides.csv,
confirmed.csv, confirmed_findings.csv, summary.txt, figures/ and manifest.json at the end.

For example:
  partnerships scan
  partnerships scan study=studies/prior draws=20000
  partnerships scan study=studies/quick draws=256 runs=8 confirm=0
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

import pandas as pd
from pydantic import Field

from analysis.patterns.declaration import Declaration
from analysis.patterns.judging import Docket, ids_of, judged_scoreboard
from analysis.patterns.scan import (
    DRAW,
    best_draws,
    confirmed_words,
    counts_met,
    nothing_to_read,
    pattern_pairs,
    pattern_shares,
    regimes_occurring,
    scan_words,
    what_decides,
)
from analysis.patterns.scan_figures import decides_figure, shares_figure
from experiments.command import Command
from experiments.errors import CommandError
from experiments.output.frame import Results, study_folder
from experiments.runs.declared_patterns import (
    FITTED,
    NUMBERS_DRAWN,
    declared_patterns,
    declared_share,
    docket_of,
    prepared,
    seen_of,
    stand_ins,
)
from experiments.search.checkpoints import begin
from experiments.search.prior_scan import BEHAVIOUR, CHUNKS, PLAN, Scan, free_numbers, scanned
from experiments.settings import Figures, Seed, Workers, checked
from experiments.terminal import filled_table, progress_bar
from sim import MONTH
from sim.parameters import Whole
from sim.scenario import nearest

USUAL_SHARES: Mapping[str, float] = {
    "baseline": 3.0,
    "england": 4.0,
    "growth_coalition": 0.5,
    "domination": 0.5,
    "talking_shop": 2.0 / 3.0,
    "size_30": 0.5,
    "size_60": 0.5,
    "size_100": 1.0 / 3.0,
}
"""Runs of experiments as multiples of runs=: more where places differ, fewer where boards are large and runs slow."""

RESAMPLES = 499
KEPT_BEST = 100
"""Draws in the table of the best."""

NOT_IN_PLAN = ("study", "draws", "confirm", "confirm_runs", "matrix_runs", "threads", "figures")
"""Settings that change no stored draw."""


@checked
class ScanSettings:
    """What can be set for a scan; the defaults are in configs/scan.yaml."""

    study: str
    draws: Annotated[Whole, Field(ge=2, le=10_000_000)]
    runs: Annotated[Whole, Field(ge=2, le=10_000)]
    runs_of: dict[str, Annotated[Whole, Field(ge=1, le=10_000)]] | None
    places: Annotated[Whole, Field(ge=1, le=1_000)]
    draws_at_once: Annotated[Whole, Field(ge=1, le=4_096)]
    confirm: Annotated[Whole, Field(ge=0, le=1_000)]
    confirm_runs: Annotated[Whole, Field(ge=4, le=100_000)]
    matrix_runs: Annotated[Whole, Field(ge=0, le=10_000)]
    seed: Seed
    threads: Workers | None
    figures: Figures


def work(settings: ScanSettings, command: Command) -> Results:
    """Scan, or go on with it, and run the best draws again."""
    _refuse_changes(settings, command)
    declared = declared_patterns()
    scan = _scan(settings, declared)
    folder = study_folder(settings)
    begin(folder, _deciding(settings, scan), plan=PLAN, parts=CHUNKS, what="scan")
    draws = scanned(scan, folder, draws=settings.draws)
    shares, counts, regimes, decides = (
        pattern_shares(draws),
        counts_met(draws),
        regimes_occurring(draws),
        what_decides(draws),
    )
    best = best_draws(draws, most=max(KEPT_BEST, settings.confirm))
    confirmed, findings = _confirmed(best.head(settings.confirm), scan, settings, declared)
    again = {} if confirmed.empty else {"confirmed.csv": confirmed, "confirmed_findings.csv": findings}
    text = "\n".join(
        [scan_words(draws, runs=scan.runs), *_nothing_to_read(draws), *_left_out(scan.docket), *_on_best(confirmed)]
    )
    return Results(
        scenarios={one.name: one.parts[0].scenario for one in scan.experiments},
        districts={one.name: len(one.parts) for one in scan.experiments},
        seed=settings.seed,
        replicates=range(settings.runs),
        tables={
            "draws.parquet": draws,
            "patterns.csv": shares,
            "pairs.csv": pattern_pairs(draws),
            "regimes.csv": regimes,
            "counts.csv": counts,
            "best.csv": best,
            "decides.csv": decides,
            **again,
        },
        texts={"summary.txt": text},
        figures={
            "shares": partial(shares_figure, shares, counts, regimes, draws=len(draws)),
            "decides": partial(decides_figure, decides),
        },
        words=[filled_table("Draws from the priors that meet each pattern", *_rows(shares)), text],
        numbers="",
    )


def _refuse_changes(settings: ScanSettings, command: Command) -> None:
    """Refuse what would hold in all draws."""
    if given := command.beside(*vars(settings)):
        raise CommandError(
            f"{given[0]!r} is not allowed: a scan draws all free numbers, in experiments of its own; to test one set "
            "of them use partnerships patterns"
        )


def _scan(settings: ScanSettings, declared: Declaration) -> Scan:
    given = settings.runs_of or {}
    for name in given:
        if name not in declared.experiments:
            raise CommandError(f"runs_of: unknown experiment {name!r}{nearest(name, declared.experiments)}")
    docket = docket_of(declared, MONTH, roles=FITTED, matrices=False)
    experiments = prepared(
        declared,
        docket,
        changes=NUMBERS_DRAWN,
        runs_of=lambda name: given.get(name, max(1, round(USUAL_SHARES.get(name, 1.0) * settings.runs))),
        most_places=settings.places,
        for_names=True,
    )
    return Scan(
        parameters=free_numbers(),
        docket=docket,
        experiments=experiments,
        seed=settings.seed,
        at_once=settings.draws_at_once,
        threads=settings.threads,
    )


def _deciding(settings: ScanSettings, scan: Scan) -> dict[str, Any]:
    """Return everything that decides the draws, beside the code of the model."""
    asked = {name: value for name, value in dataclasses.asdict(settings).items() if name not in NOT_IN_PLAN}
    priors = {name: [p.low, p.high] for name, p in zip(scan.names, scan.parameters, strict=True)}
    # Written out, dataclasses name every value that a pattern or a scenario declares.
    patterns = (scan.docket.patterns, sorted(scan.docket.reasons.items()))
    parts = [(one.name, one.words, one.month.own_key, one.parts) for one in scan.experiments]
    return {
        **asked,
        "priors": priors,
        "declared": hashlib.sha256(repr((patterns, parts)).encode()).hexdigest(),
    }


def _confirmed(
    best: pd.DataFrame, scan: Scan, settings: ScanSettings, declared: Declaration
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a row for each of the best draws, and one for each finding of theirs, from runs on a seed of their own."""
    docket = docket_of(declared, MONTH, roles=FITTED, matrices=settings.matrix_runs > 0)
    experiments = prepared(
        declared,
        docket,
        runs_of=declared_share(declared, settings.confirm_runs),
    )
    rows, boards = [], []
    with progress_bar("runs of the best draws", total=len(best) * sum(one.runs for one in experiments)) as advance:
        for rank, (_, draw) in enumerate(best.iterrows(), 1):
            (seen,) = seen_of(
                docket,
                experiments,
                [{name: float(draw[f"{BEHAVIOUR}{name}"]) for name in scan.names}],
                seed=settings.seed + 1,
                matrix_runs=settings.matrix_runs,
                threads=settings.threads,
                advance=advance,
            )
            board = judged_scoreboard(docket, seen, resamples=RESAMPLES, seed=settings.seed)
            met, missed, left = (ids_of(board, verdict) for verdict in ("met", "missed", "not judged"))
            rows.append(
                {
                    "rank": rank,
                    DRAW: int(draw[DRAW]),
                    "met": len(met),
                    "judged": len(met) + len(missed),
                    "fails": ", ".join(missed),
                    "not_judged": ", ".join(left),
                    "met_before": int(draw["met"]),
                    "judged_before": len(scan.patterns),
                }
            )
            board.insert(0, DRAW, int(draw[DRAW]))
            boards.append(board)
    return pd.DataFrame(rows), pd.concat(boards, ignore_index=True) if boards else pd.DataFrame()


def _nothing_to_read(draws: pd.DataFrame) -> list[str]:
    """Return which patterns no draw could meet with these runs, in plain sentences."""
    return [
        f"{id} counts as missed in every draw: what it reads, such as districts of a kind, occurs in none of these "
        "runs. Give more places= or runs=."
        for id in nothing_to_read(draws)
    ]


def _left_out(docket: Docket) -> list[str]:
    """Return what a scan does not judge and what it stands on, in plain sentences."""
    whole = {pattern.id for pattern in docket.whole}
    lines = [
        f"Not judged: {pattern.id}, because {'; and because '.join(docket.lacking(pattern.id))}."
        for pattern in docket.patterns
        if pattern.id not in whole
    ]
    read = {name for pattern in docket.judged for name in pattern.experiments}
    return lines + stand_ins(declared_patterns(), sorted(read))


def _on_best(confirmed: pd.DataFrame) -> list[str]:
    return [] if confirmed.empty else [confirmed_words(confirmed)]


def _rows(shares: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    cells = [
        [str(row["id"]), f"{100 * row['share']:.1f} %", f"{100 * row['ci_low']:.1f} to {100 * row['ci_high']:.1f} %"]
        for _, row in shares.iterrows()
    ]
    return ["pattern", "draws that meet it", "95 % interval"], cells
