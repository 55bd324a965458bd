"""Every figure of every verb, from small runs, on one sheet to be looked at.

Usage: python benchmarks/contact_sheet.py FOLDER [NAME ...]

Each of ``COMMANDS`` is asked (or those named alone) and writes into ``FOLDER/NAME``; ``FOLDER/sheet.png`` holds their
figures side by side. What already is in the folder is kept: remove FOLDER/NAME to draw it anew. Numbers are of few
runs: look at how figures are drawn, not at what they find.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.image import imread

from experiments.console import main as partnerships

COMMANDS: Mapping[str, Sequence[str]] = {
    "run": ("run", "scenario=england_2001_2013", "record=meetings", "output=run"),
    "run_short": ("run", "months=6", "output=run_short"),
    "compare": ("compare", "replicates=12", "output=compare"),
    "compare_few": (
        "compare", "scenarios=[talking_shop,baseline_lsp]", "replicates=2", "months=24", "output=compare_few",
    ),
    "compare_many": (
        "compare", "scenarios=[growth_coalition,talking_shop,single_agency_domination,sigoma_stick_and_carrot,"
        "community_budget_vcs_voice,england_2001_2013,baseline_lsp]", "replicates=8", "output=compare_many",
    ),
    "explain": (
        "explain", "scenario=england_2001_2013", "partner=chamber_of_commerce", "without=levers.staff_team",
        "replicates=6", "output=explain",
    ),
    "claims": ("claims", "behaviour=best", "replicates=12", "output=claims"),
    "patterns": ("patterns", "runs=4", "matrix_runs=2", "resamples=99", "output=patterns"),
    "dock": ("dock", "behaviour=best", "replicates=24", "output=dock"),
    "hindcast": ("hindcast", "places=county:Durham", "replicates=4", "output=hindcast"),
    "regimes": ("regimes", "replicates=12", "output=regimes"),
    "tipping": (
        "tipping", "lever=levers.staff_team", "at_months=[24,60]", "hold_years=[1,2]", "turn_years=[1,2,3]", "within=2",
        "doses=4", "replicates=12", "output=tipping",
    ),
    "tipping_two": (
        "tipping", "lever=[levers.staff_team,leadership.facilitation]", "at_months=[24]", "hold_years=[1]",
        "turn_years=[1,2]", "within=1", "doses=3", "replicates=8", "output=tipping_two",
    ),
    "together": (
        "sweep", "+experiment=levers_together", "behaviour=best", "replicates=12", "months=36", "years=[1,2,3]",
        "study=together",
    ),
    "places": ("sweep", "places=county:Durham", "replicates=3", "months=24", "study=places"),
    "places_many": ("sweep", "places=funded", "replicates=2", "months=24", "study=places_many"),
    "morris": ("sensitivity", "draws=4", "replicates=4", "months=24", "study=morris_study", "output=morris"),
    "sobol": (
        "sensitivity", "method=sobol", "vary=[leadership]", "draws=16", "replicates=4", "months=24",
        "study=sobol_study", "output=sobol",
    ),
    "sobol_pairs": (
        "sensitivity", "method=sobol_pairs", "vary=[leadership]", "draws=16", "replicates=4", "months=24",
        "study=sobol_pairs_study", "output=sobol_pairs",
    ),
    "shapley": (
        "sensitivity", "method=shapley", "vary=[leadership]", "draws=50", "replicates=4", "months=24",
        "study=shapley_study", "output=shapley",
    ),
    "tornado": (
        "sensitivity", "method=one_at_a_time", "replicates=6", "months=24", "study=tornado_study", "output=tornado",
    ),
    "drawn": ("sweep", "draws=96", "replicates=2", "months=36", "study=drawn"),
    "discover": ("discover", "study=drawn", "measure=attendance", "above=0.7", "resamples=4", "output=discover"),
    "phase": (
        "phase", "study=plane", "scenarios=[talking_shop,baseline_lsp]", "points=5", "replicates=6", "months=36",
        "output=phase",
    ),
    "optimise": (
        "optimise", "places=[typical,hackney]", "behaviour=by_hand", "population=12", "generations=2", "replicates=1",
        "confirming_replicates=2", "output=optimise",
    ),
    "scan": (
        "scan", "study=scan", "runs=2", "places=2", "draws_at_once=8", "draws=16", "confirm=0",
    ),
    "calibrate": (
        "calibrate", "study=calibrate", "vary=[junior_base,trust_launch]", "prior_draws=10", "particles=8",
        "generations=2", "runs=4", "second_runs=4", "confirming_runs=4", "sample=3",
    ),
}  # fmt: skip
"""What is asked, by the folder that it writes into. Commands stand before those that read what they wrote."""

COLUMNS = 4
WIDE, HIGH = 900, 700
"""Pixels of a figure on the sheet, at most."""


@contextmanager
def inside(folder: Path) -> Iterator[None]:
    """Work in a folder, and come back."""
    before = Path.cwd()
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def drawn(folder: Path, names: Sequence[str] = ()) -> list[Path]:
    """Ask what is not there yet and return all figures; raise RuntimeError for a command that fails."""
    with inside(folder):
        for name, words in COMMANDS.items():
            if name in (names or COMMANDS) and not Path(name, "manifest.json").is_file():
                print(name, flush=True)
                if partnerships(list(words)):
                    raise RuntimeError(f"partnerships {' '.join(words)} failed")
    chosen = names or COMMANDS
    return [path for name in chosen for path in sorted((folder / name / "figures").glob("*.png"))]


def sheet(paths: Sequence[Path], *, columns: int = COLUMNS) -> Figure:
    """Return a figure with every picture under its folder's and its own name."""
    rows = max(1, -(-len(paths) // columns))
    figure = Figure(figsize=(columns * WIDE / 100, rows * HIGH / 100), dpi=100, layout="constrained")
    panels = np.ravel(figure.subplots(rows, columns, squeeze=False))
    for ax, path in zip(panels, paths, strict=False):
        ax.imshow(imread(path))
        ax.set_title(f"{path.parents[1].name} / {path.stem}", fontsize=14)
    for ax in panels:
        ax.set_axis_off()
    return figure


def main() -> int:
    """Draw what is asked and put it on the sheet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", choices=[[], *COMMANDS], metavar="NAME")
    asked = parser.parse_args()
    paths = drawn(asked.folder.resolve(), asked.names)
    sheet(paths).savefig(asked.folder / "sheet.png")
    print(f"{len(paths)} figures: {asked.folder / 'sheet.png'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
