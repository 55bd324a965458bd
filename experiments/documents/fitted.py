"""What the fit showed: ``python -m experiments.documents.fitted STUDY [held_out=true] [prior=true]``.

Without a study the figures are drawn anew of the tables that are kept.

Takes a finished ``partnerships fit`` and makes its accepted sets and the best of them those that ship
(``configs/behaviour``). Judges the fitted patterns on new runs, under the best set and every accepted one. With
``held_out=true`` all patterns, and under the best set also in every null model that a pattern is declared to be lost
by, which are compiled first, for a quarter of an hour: patterns that are held out are looked at then, and nothing may
be fitted afterwards. With ``prior=true`` draws of the priors too, for the share of them that shows a pattern; of fitted
ones the fit knows it. What was judged stays in the study, so that the same command goes on after a stop.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pandas as pd

from analysis.patterns.calibration import contraction_figure
from analysis.patterns.figures import scoreboard_figure
from analysis.places.tables import CONDITION
from experiments.behaviours import ACCEPTED, BEST, GROUP, SAMPLE
from experiments.console import main as partnerships
from experiments.documents.evidence import EVIDENCE, FITTED, PRIOR
from experiments.options import shipped_folder
from experiments.output.folder import DOCS
from experiments.output.frame import draw_all
from experiments.runs.declared_patterns import declared_patterns, null_month
from experiments.search.prior_scan import BEHAVIOUR, CHUNKS
from experiments.surroundings import cores
from sim.sources import source_hash

TABLES = ("waves", "parameters", "coverage", "emulators", "patterns")
NULL_MODELS = "sim.nulls"
SIMULATED = "simulated.parquet"
SEED = 11
"""On which patterns are judged here: no fit has seen it."""

RUNS: Mapping[str, int] = {ACCEPTED: 100, PRIOR: 40}
"""Runs of each set; 400 are those that are declared, which the best set has."""

RUNS_OF_NULLS = 100
PRIOR_DRAWS = 128
"""Draws of the priors that are judged on all patterns, for the share that shows each."""


def shipped(study: Path) -> None:
    """Make the sets of a study those that ship."""
    source, target = study / "configs" / GROUP, shipped_folder() / GROUP
    for name in (f"{BEST}.yaml", f"{ACCEPTED}.yaml", f"{ACCEPTED}.csv"):
        shutil.copyfile(source / name, target / name)


def kept(study: Path, folder: Path) -> None:
    """Write down what the documents show of a study, and what was asked."""
    for name in TABLES:
        pd.read_csv(study / f"{name}.csv").to_csv(folder / f"{name}.csv", index=False, float_format="%.4g")
    shutil.copyfile(study / SIMULATED, folder / SIMULATED)
    asked = json.loads((study / "manifest.json").read_text("utf-8"))
    (folder / "command.txt").write_text(" ".join(asked["command"]) + "\n", "utf-8")


def judged(study: Path, folder: Path, *, held_out: bool, prior: bool) -> int:
    """Judge patterns under the best and the accepted sets, in null models and under priors; return the exit code."""
    nulls = sorted({null for pattern in declared_patterns().patterns for null in pattern.lost_by if null_month(null)})
    also = [f"held_out={str(held_out).lower()}", f"seed={SEED}", "figures=false", "threads=1", "overwrite=true"]
    done = study / f"judged_{source_hash('sim', 'configs')[:12]}"
    with (
        tempfile.TemporaryDirectory() as scratch,
        ProcessPoolExecutor(cores(), mp_context=get_context("spawn")) as pool,
    ):
        own = prior_as_behaviour(study, Path(scratch) / "own")
        asked = {BEST: [f"behaviour={BEST}"], ACCEPTED: [f"behaviour={ACCEPTED}", f"runs={RUNS[ACCEPTED]}"]}
        if prior:
            # Who is tied to whom in single runs would take most of the time.
            asked[PRIOR] = ["--config-dir", str(own), f"behaviour={PRIOR}", f"runs={RUNS[PRIOR]}", "matrix_runs=0"]
        if held_out:
            asked |= {
                null: [f"behaviour={BEST}", f"extension={NULL_MODELS}.{null}", f"runs={RUNS_OF_NULLS}"]
                for null in nulls
            }
        outputs = {name: done / f"{name}_{'all' if held_out else 'fit'}" for name in asked}
        left = [name for name, output in outputs.items() if not (output / "manifest.json").is_file()]
        codes = list(pool.map(partnerships, [["patterns", *asked[k], *also, f"output={outputs[k]}"] for k in left]))
        if any(codes):
            return max(codes)
    boards_kept({name: pd.read_csv(output / "scoreboard.csv") for name, output in outputs.items()}, folder)
    return 0


def boards_kept(boards: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write down scoreboards by what was judged: sets, draws of the priors, null models."""
    together = pd.concat([board.assign(of=name) for name, board in boards.items()], ignore_index=True)
    columns = ["of", "id", "role", "what", "value", "ci_low", "ci_high", "low", "high", "decides", "inside", "verdict"]
    columns += ["not_judged", "share_of_sets", "share_together"]
    for name in [name for name in (BEST, ACCEPTED, PRIOR) if name in boards]:
        mine = together[together["of"] == name]
        mine[columns[1:]].to_csv(folder / f"{name}.csv", index=False, float_format="%.4g")
    lost = together[~together["of"].isin([BEST, ACCEPTED, PRIOR])].drop_duplicates(["of", "id"])
    if len(lost):
        lost[["of", "id", "verdict"]].rename(columns={"of": "null"}).to_csv(folder / "nulls.csv", index=False)


def prior_as_behaviour(study: Path, folder: Path) -> Path:
    """Write the first draws of a fit's prior as a sample, and return the folder that --config-dir names."""
    first = sorted((study / CHUNKS).glob("*.parquet"))
    draws = pd.concat([pd.read_parquet(file) for file in first[:2]], ignore_index=True).head(PRIOR_DRAWS)
    numbers = draws.filter(regex=f"^{BEHAVIOUR}").rename(columns=lambda name: name.removeprefix(BEHAVIOUR))
    (folder / GROUP).mkdir(parents=True)
    numbers.to_csv(folder / GROUP / f"{PRIOR}.csv", index=False)
    (folder / GROUP / f"{PRIOR}.yaml").write_text(f"{SAMPLE}: {PRIOR}.csv\n", "utf-8")
    return folder


def drawn(folder: Path) -> None:
    """Draw what the accepted sets show of the fitted patterns, and what was learnt of each number."""
    board = pd.read_csv(folder / f"{ACCEPTED}.csv")
    board = board[(board["role"] == "fit") & board["not_judged"].isna()]
    board = board.assign(passed=board["verdict"] == "met")
    met = int(board.drop_duplicates("id")["passed"].sum())
    title = f"Means over the accepted sets meet {met} of {board['id'].nunique()} fitted patterns"
    figures = {
        "fit_parameters": partial(contraction_figure, pd.read_csv(folder / "parameters.csv")),
        "fit_scoreboard_accepted": partial(scoreboard_figure, board, title=title),
    }
    draw_all(figures, DOCS, True, [f"Districts: {CONDITION}."])


def main(arguments: Sequence[str] | None = None) -> int:
    """Ship the sets, judge them, write down what the documents show of it, and return the exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    folder = EVIDENCE / FITTED
    folder.mkdir(exist_ok=True)
    if not words:
        drawn(folder)
        return 0
    study, *also = words
    shipped(Path(study))
    kept(Path(study), folder)
    if code := judged(Path(study), folder, held_out="held_out=true" in also, prior="prior=true" in also):
        return code
    drawn(folder)
    print(f"written: {folder} and configs/{GROUP}; then: python -m experiments.documents.tables")
    return 0


if __name__ == "__main__":
    sys.exit(main())
