"""What hangs on the words for months: ``python -m experiments.documents.regimes``.

Asks ``partnerships regimes`` with the accepted sets and keeps what docs/patterns.md shows of it. Overrides are handed
on.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from experiments.console import main as partnerships
from experiments.documents.evidence import EVIDENCE, WORDS_FOR_MONTHS
from experiments.output.folder import DOCS

TABLES = ("thresholds", "agreement", "clusters")
FIGURES = ("thresholds", "clusters")


def main(overrides: Sequence[str] = ()) -> int:
    """Ask, write down what the documents show of it, and return the exit code."""
    with tempfile.TemporaryDirectory() as scratch:
        output = Path(scratch) / "regimes"
        if code := partnerships(["regimes", *overrides, f"output={output}"]):
            return code
        folder = EVIDENCE / WORDS_FOR_MONTHS
        folder.mkdir(exist_ok=True)
        for name in TABLES:
            pd.read_csv(output / f"{name}.csv").to_csv(folder / f"{name}.csv", index=False, float_format="%.4g")
        for name in FIGURES:
            shutil.copyfile(output / "figures" / f"{name}.png", DOCS / "figures" / f"regimes_{name}.png")
    print(f"written: {folder}; then: python -m experiments.documents.tables")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
