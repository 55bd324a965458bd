"""What levers come to alone and in pairs: ``python -m experiments.documents.levers_together``.

The experiment that ships is run as it stands: replicates take turns with the accepted sets. Overrides are handed on.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from experiments.console import main as partnerships
from experiments.documents.evidence import EVIDENCE
from experiments.output.folder import DOCS

TABLES = ("main_effects", "sectors", "pair_interactions")
FIGURES = ("main_effects", "who_gains_year_12", "pair_interactions_year_12")

_KEPT = (
    *("measure", "sector", "year", "lever", "dose", "other", "other_dose"),
    *("effect", "interaction", "ci_low", "ci_high", "clear", "verdict", "share_above_0", "replicates"),
)


def main(overrides: Sequence[str] = ()) -> int:
    """Run the experiment, write down what the documents show of it, and return the exit code."""
    folder = EVIDENCE / "levers_together"
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        study = Path(scratch) / "study"
        if code := partnerships(["sweep", "+experiment=levers_together", f"study={study}", *overrides]):
            return code
        for name in TABLES:
            _write(study / f"{name}.csv", folder / f"{name}.csv")
        for name in FIGURES:
            shutil.copyfile(study / "figures" / f"{name}.png", DOCS / "figures" / f"levers_together_{name}.png")
    print(f"written: {folder}; then: python -m experiments.documents.tables")
    return 0


def _write(found: Path, target: Path) -> None:
    table = pd.read_csv(found)
    table[[name for name in _KEPT if name in table]].to_csv(target, index=False, float_format="%.4g")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
