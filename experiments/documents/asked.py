"""What documents show of one command: ``python -m experiments.documents.asked NAME``.

``headline``: the comparison that the README shows, with thirty runs of each accepted set. ``claims``: docs/claims.md.
``dock``: the model beside laboratory experiments. ``regimes``: what hangs on the words for months.
``levers_together``: what levers come to alone and in pairs. ``hindcast``: districts from their own record, and a
forecast that is kept as it is made; patterns N5 and N6, which are held out, are looked at there, and nothing may be
fitted afterwards. ``hindcast_best``: the same under the best set. ``scan``: what the priors allow.

The command is asked, and of what it wrote the documents' part is kept. Overrides, such as ``behaviour=best``, are
handed on.
"""

from __future__ import annotations

import dataclasses
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from experiments.console import main as partnerships
from experiments.documents.evidence import EVIDENCE
from experiments.output.folder import DOCS


@dataclasses.dataclass(frozen=True)
class Asked:
    """A command, and what is kept of what it writes."""

    words: tuple[str, ...]
    tables: tuple[str, ...] = ()
    """Kept in a folder of docs/evidence/ that has the name of what is asked."""
    columns: frozenset[str] | None = None
    """Of these tables; None: all."""
    figures: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Figure -> its name in docs/figures/."""
    page: str | None = None
    """A page of docs/, kept as it is written."""
    output: str = "output"
    """Setting that names the folder of results."""


LEVERS_TOGETHER = frozenset(
    {
        *("measure", "sector", "year", "lever", "dose", "other", "other_dose"),
        *("effect", "interaction", "ci_low", "ci_high", "clear", "verdict", "replicates"),
        *("middle_low", "middle_high", "share_above_0"),
    }
)

ASKED = {
    "claims": Asked(
        ("claims",),
        tables=("claims",),
        figures={"claims": "claims", "claims_parts": "claims_parts"},
        page="claims.md",
    ),
    "headline": Asked(
        ("compare", "replicates=930"),
        tables=("regimes", "summary", "contrasts"),
        figures={"headline": "headline"},
    ),
    "dock": Asked(
        ("dock",),
        tables=("docking", "criteria", "coordination"),
        figures={"docking": "docking", "coordination": "coordination"},
    ),
    "regimes": Asked(
        ("regimes",),
        tables=("thresholds", "agreement", "clusters"),
        figures={"thresholds": "regimes_thresholds", "clusters": "regimes_clusters"},
    ),
    "levers_together": Asked(
        ("sweep", "+experiment=levers_together"),
        tables=("main_effects", "sectors", "pair_interactions"),
        columns=LEVERS_TOGETHER,
        figures={
            name: f"levers_together_{name}"
            for name in ("main_effects", "who_gains_year_12", "pair_interactions_year_12")
        },
        output="study",
    ),
    "scan": Asked(
        (
            *("scan", "draws=20032", "runs=4", "places=24", "runs_of={talking_shop: 4, size_60: 2, size_100: 1}"),
            *("confirm=12", "confirm_runs=200"),
        ),
        tables=("patterns", "counts", "pairs", "regimes", "decides", "confirmed"),
        figures={"shares": "prior_shares", "decides": "prior_decides"},
        output="study",
    ),
    "hindcast_best": Asked(("hindcast", "behaviour=best", "figures=false"), tables=("summary",)),
    "hindcast": Asked(
        ("hindcast", "held_out=true"),
        tables=("hindcast", "summary", "forecast"),
        figures={"model_and_record": "hindcast_model_and_record"},
    ),
}


def keep(name: str, output: Path) -> None:
    """Keep what the documents show of the results in a folder, tables and figures."""
    asked, kept = ASKED[name], EVIDENCE / name
    for table in asked.tables:
        kept.mkdir(exist_ok=True)
        # Words of a table, such as "None", are words.
        found = pd.read_csv(output / f"{table}.csv", keep_default_na=False, na_values=[""])
        columns = [column for column in found if asked.columns is None or column in asked.columns]
        found[columns].to_csv(kept / f"{table}.csv", index=False, float_format="%.4g")
    for figure, target in asked.figures.items():
        shutil.copyfile(output / "figures" / f"{figure}.png", DOCS / "figures" / f"{target}.png")
    if asked.page:
        shutil.copyfile(output / asked.page, DOCS / asked.page)


def main(name: str, overrides: Sequence[str] = ()) -> int:
    """Ask, keep what the documents show of it, and return the exit code."""
    asked = ASKED[name]
    with tempfile.TemporaryDirectory() as scratch:
        output = Path(scratch) / name
        if code := partnerships([*asked.words, *overrides, f"{asked.output}={output}"]):
            return code
        keep(name, output)
    print("written; then: python -m experiments.documents.tables")
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in ASKED:
        sys.exit(main(sys.argv[1], sys.argv[2:]))
    sys.exit(f"name one of {', '.join(ASKED)}, then overrides of its command")
