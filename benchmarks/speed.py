"""How fast the model is: against Mesa, against peers, against its own floor, and as it grows.

Usage: python benchmarks/speed.py [--quick] [--output FOLDER] [--keep]

Everything that is compared is measured in one run of this command, in turns; figures are medians.
Writes speed.csv and speed.md to the folder; --keep also renews the tables and sentences in docs/performance.md, and
what they are made of, docs/evidence/speed.csv.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import floor
import reduced_model
import whole_model
from measuring import Finding, as_markdown, shown, write_csv

from experiments.documents.tables import filled

KEPT = Path(__file__).resolve().parents[1] / "docs" / "performance.md"
EVIDENCE = KEPT.parent / "evidence" / "speed.csv"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def measure(*, quick: bool) -> tuple[list[Finding], list[str]]:
    """Return all findings, and notes on what was left out."""
    notes: list[str] = []
    found = [
        *whole_model.compare_engines(quick=quick),
        *reduced_model.compare_peers(notes, quick=quick),
        *floor.measure_floor(quick=quick),
        *whole_model.measure_growth(quick=quick),
        *whole_model.measure_start(quick=quick),
    ]
    missed = [f"{one.what}: {shown(one.value)}, wanted {one.target}" for one in found if one.verdict == "MISSED"]
    notes.append(f"Targets missed: {'; '.join(missed)}." if missed else "All targets met.")
    return found, notes


def keep(table: str, path: Path = KEPT) -> None:
    """Put ``table`` between the marks in a document."""
    text = path.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    path.write_text(f"{before}{BEGIN}\n{table}{END}{after}", encoding="utf-8")


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a rough look: few repeats, small sizes")
    parser.add_argument("--output", type=Path, default=Path("outputs/benchmarks"), metavar="FOLDER")
    parser.add_argument("--keep", action="store_true", help=f"renew the table in docs/{KEPT.name}")
    asked = parser.parse_args()
    found, notes = measure(quick=asked.quick)
    table = as_markdown(found, notes)
    asked.output.mkdir(parents=True, exist_ok=True)
    write_csv(asked.output / "speed.csv", found)
    (asked.output / "speed.md").write_text(table, encoding="utf-8")
    if asked.keep:
        write_csv(EVIDENCE, found)
        keep(table)
        KEPT.write_text(filled(KEPT.read_text("utf-8")), "utf-8")
    print(table)


if __name__ == "__main__":
    try:
        main()
    except reduced_model.NumbersDifferError as wrong:
        raise SystemExit(f"error: {wrong}") from wrong
