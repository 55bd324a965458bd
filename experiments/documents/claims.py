"""What comes of the claims of scenarios: ``python -m experiments.documents.claims``.

Asks ``partnerships claims`` and keeps its page and figures as docs/claims.md. Overrides, such as ``behaviour=best``,
are handed on.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from experiments.console import main as partnerships
from experiments.output.folder import DOCS

PAGE, FIGURES = "claims.md", ("claims", "claims_parts")


def main(overrides: Sequence[str] = ()) -> int:
    """Ask, keep the page and its figures, and return the exit code."""
    with tempfile.TemporaryDirectory() as scratch:
        output = Path(scratch) / "claims"
        if code := partnerships(["claims", *overrides, f"output={output}"]):
            return code
        shutil.copyfile(output / PAGE, DOCS / PAGE)
        for name in FIGURES:
            shutil.copyfile(output / "figures" / f"{name}.png", DOCS / "figures" / f"{name}.png")
    print(f"written: {DOCS / PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
