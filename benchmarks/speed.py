"""How fast the model is: against Mesa, against peers, against its own floor, and as it grows.

Usage: python benchmarks/speed.py [--quick] [--only PART ...] [--output FOLDER] [--keep]

Everything that is compared is measured in one run of this command, in turns; figures are medians.
Writes speed.csv and speed.md to the folder; --keep also renews the tables and sentences in docs/performance.md, and
what they are made of, docs/evidence/speed.csv. --only measures some parts (engines, peers, floor, growth, start) and
takes the others from there.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import floor
import reduced_model
import whole_model
from measuring import Finding, as_markdown, read_csv, shown, write_csv

from experiments.documents.tables import filled

KEPT = Path(__file__).resolve().parents[1] / "docs" / "performance.md"
EVIDENCE = KEPT.parent / "evidence" / "speed.csv"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


PARTS: Mapping[str, str] = {
    "engines": whole_model.ENGINES,
    "peers": reduced_model.PART,
    "floor": floor.PART,
    "growth": whole_model.GROWTH,
    "start": whole_model.START,
}
"""The parts of the table by the word that asks for them."""


def measure(only: Collection[str] = tuple(PARTS), *, quick: bool) -> tuple[list[Finding], list[str]]:
    """Return all findings, those of parts that are not asked for as they were kept, and notes on what was left out."""
    notes: list[str] = []
    makers: Mapping[str, Callable[[], list[Finding]]] = {
        "engines": lambda: whole_model.compare_engines(quick=quick),
        "peers": lambda: reduced_model.compare_peers(notes, quick=quick),
        "floor": lambda: floor.measure_floor(quick=quick),
        "growth": lambda: whole_model.measure_growth(quick=quick),
        "start": lambda: whole_model.measure_start(quick=quick),
    }
    kept = read_csv(EVIDENCE) if EVIDENCE.exists() else []
    found = [
        one
        for name, part in PARTS.items()
        for one in (makers[name]() if name in only else [one for one in kept if one.part == part])
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
    parser.add_argument("--only", nargs="+", choices=PARTS, default=tuple(PARTS), metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--output", type=Path, default=Path("outputs/benchmarks"), metavar="FOLDER")
    parser.add_argument("--keep", action="store_true", help=f"renew the table in docs/{KEPT.name}")
    asked = parser.parse_args()
    found, notes = measure(asked.only, quick=asked.quick)
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
