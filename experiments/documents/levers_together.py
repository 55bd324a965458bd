"""What levers come to alone and in pairs: ``python -m experiments.documents.levers_together``.

The experiment that ships is run as it stands, and once more with many more replicates, since differences of differences
are small. Nothing here is evidence about real partnerships: the numbers of the model are set by hand.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import pandas as pd

from experiments.console import main as partnerships
from experiments.documents.evidence import EVIDENCE
from experiments.output.folder import DOCS

TABLES = ("main_effects", "sectors", "pair_interactions")
FIGURES = ("main_effects", "who_gains_year_12", "pair_interactions_year_12")
MANY = 1_000
"""Replicates at which pairs are told apart."""

_KEPT = (
    *("measure", "sector", "year", "lever", "dose", "other", "other_dose"),
    *("effect", "interaction", "ci_low", "ci_high", "clear", "verdict", "replicates"),
)


def main() -> int:
    """Run the experiment twice, write down what the documents show of it, and return the exit code."""
    folder = EVIDENCE / "levers_together"
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        usual, many = Path(scratch) / "usual", Path(scratch) / "many"
        for study, overrides in ((usual, []), (many, [f"replicates={MANY}"])):
            if code := partnerships(["sweep", "+experiment=levers_together", f"study={study}", *overrides]):
                return code
        for name in TABLES:
            _write(usual / f"{name}.csv", folder / f"{name}.csv")
        _write(many / "pair_interactions.csv", folder / "pair_interactions_many.csv")
        for name in FIGURES:
            study = many if name.startswith("pair") else usual
            shutil.copyfile(study / "figures" / f"{name}.png", DOCS / "figures" / f"levers_together_{name}.png")
    print(f"written: {folder}; then: python -m experiments.documents.tables")
    return 0


def _write(found: Path, target: Path) -> None:
    table = pd.read_csv(found)
    table[[name for name in _KEPT if name in table]].to_csv(target, index=False, float_format="%.4g")


if __name__ == "__main__":
    sys.exit(main())
