"""Districts from their own record, 2001 to 2008: ``python -m experiments.documents.hindcast``.

Asks ``partnerships hindcast`` and keeps what the page shows of it. Patterns N5 and N6 are held out and are looked at
here: nothing may be fitted afterwards. The forecast is kept as it is made, before anybody compares it. Overrides, such
as ``behaviour=NAME``, are handed on.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from experiments.console import main as partnerships
from experiments.documents.evidence import EVIDENCE, HINDCAST
from experiments.output.folder import DOCS

TABLES = ("hindcast", "summary", "forecast")
FIGURE = "model_and_record"


def main(overrides: Sequence[str] = ()) -> int:
    """Ask, write down what the documents show of it, and return the exit code."""
    with tempfile.TemporaryDirectory() as scratch:
        output = Path(scratch) / "hindcast"
        if code := partnerships(["hindcast", "held_out=true", *overrides, f"output={output}"]):
            return code
        folder = EVIDENCE / HINDCAST
        folder.mkdir(exist_ok=True)
        for name in TABLES:
            table = pd.read_csv(output / f"{name}.csv", keep_default_na=False, na_values=[""])
            table.to_csv(folder / f"{name}.csv", index=False, float_format="%.4g")
        shutil.copyfile(output / "figures" / f"{FIGURE}.png", DOCS / "figures" / f"hindcast_{FIGURE}.png")
    print(f"written: {folder}; then: python -m experiments.documents.tables")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
