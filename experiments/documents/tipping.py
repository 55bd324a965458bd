"""Whether partnerships tip: ``python -m experiments.documents.tipping``.

Asks ``partnerships tipping`` of two scenarios and a few levers, with the best of the accepted sets of numbers, and
keeps what the page shows of it.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from analysis.tipping.tables import ALL, levers_of
from analysis.tipping.words import dose_told, levers_told
from experiments.behaviours import BEST, GROUP
from experiments.console import main as partnerships
from experiments.documents.evidence import EVIDENCE
from experiments.output.folder import DOCS

SCENARIOS = ("talking_shop", "baseline_lsp")

STAFF, GROUPS, ATTENTION = ("levers.staff_team",), ("levers.thematic_groups",), ("leadership.attention",)

ASKED: Mapping[tuple[str, ...], Sequence[str]] = {
    STAFF: [],
    ("leadership.facilitation",): [],
    ("levers.pooling_rate",): ["high=0.15"],
    GROUPS: [],
    GROUPS + ATTENTION: [],
}
"""The levers, and what else is set. Of budgets 15 % are pooled at most, the upper end of what is ambitious.
Thematic groups and chairing in person were chosen after a look at all levers, as those that turn most talking shops."""

TABLES = ("gaps", "areas", "turned", "last_years")
FIGURES = {"history": STAFF, "loops": STAFF, "how_late": GROUPS + ATTENTION}
"""What the page shows of each scenario, and of which levers."""


def main() -> int:
    """Ask of every scenario and lever, write down what the documents show of it, and return the exit code."""
    folder = EVIDENCE / "tipping"
    folder.mkdir(exist_ok=True)
    found: dict[str, list[pd.DataFrame]] = {name: [] for name in TABLES}
    with tempfile.TemporaryDirectory() as scratch:
        for scenario in SCENARIOS:
            for asked, overrides in ASKED.items():
                output = _output(scratch, scenario, asked)
                words = [f"{GROUP}={BEST}", f"scenario={scenario}", f"lever=[{','.join(asked)}]", *overrides]
                if code := partnerships(["tipping", *words, f"output={output}"]):
                    return code
                for name in TABLES:
                    found[name].append(_kept(output / f"{name}.csv", scenario=scenario, asked=asked))
            for figure, asked in FIGURES.items():
                drawn = _output(scratch, scenario, asked) / "figures" / f"{figure}.png"
                shutil.copyfile(drawn, DOCS / "figures" / f"tipping_{figure}_{scenario}.png")
    for name, tables in found.items():
        pd.concat(tables, ignore_index=True).to_csv(folder / f"{name}.csv", index=False, float_format="%.4g")
    print(f"written: {folder}; then: python -m experiments.documents.tables")
    return 0


def _output(scratch: str, scenario: str, asked: Sequence[str]) -> Path:
    return Path(scratch) / scenario / "_and_".join(asked)


def _kept(file: Path, *, scenario: str, asked: Sequence[str]) -> pd.DataFrame:
    """Return a table with what was asked before it, and doses as words tell them; of turns those of all that ailed."""
    table = pd.read_csv(file)
    levers = levers_of(table)
    table = table[table["of"] == ALL] if "year" in table else table
    if levers:
        told = [dose_told(row, levers) for row in table.to_dict("records")]
        table.insert(list(table).index("dose") + 1, "told", told)
    table.insert(0, "asked", levers_told(" + ".join(asked)))
    table.insert(0, "scenario", scenario)
    return table.drop(columns=levers)


if __name__ == "__main__":
    sys.exit(main())
