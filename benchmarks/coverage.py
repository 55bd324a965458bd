"""Whether intervals of a calibration to targets cover what is true: ``python benchmarks/coverage.py [--keep]``.

Numbers of the made-up city that ``partnerships new`` writes are drawn from their priors, a run with them stands for
what was observed, with measurement error, and sets are accepted as ``partnerships calibrate case=`` does, without
waves, from all other runs of one table of prior draws. A hundred such trials share the table, which is stored in the
folder of --table and read where it is there. --keep writes the trials, with date and processor, into
docs/evidence/coverage, and figure and numbers into docs/cases.md.
"""

from __future__ import annotations

import argparse
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
from measuring import machine

from analysis.calibration.figures import coverage_figure
from analysis.calibration.tables import coverage_of, told
from analysis.patterns.fitted import LEVEL
from analysis.shared.plotting import save
from analysis.shared.words import titled
from experiments import load_scenario
from experiments.cases.writing import example, write_case
from experiments.search.prior_scan import free_numbers
from experiments.search.targets import TargetRuns, prior_runs, targets_of

DOCS = Path(__file__).resolve().parents[1] / "docs"
BEGIN, END = "<!-- coverage: begin -->", "<!-- coverage: end -->"
DRAWS, TRIALS, SEED = 16_384, 100, 1
ERRORS = {
    "attendance": 0.03,
    "attendance_senior": 0.03,
    "trust": 0.05,
    "decision_rate": 0.1,
    "engagement_voluntary": 0.05,
}
"""Measures that are observed each March of five years, and their standard errors."""
YEARS = range(2002, 2007)


def city() -> TargetRuns:
    """Return the made-up city, and targets whose values nobody reads: each trial has its own."""
    rows = [(measure, f"{year}-03", 0.0, error) for measure, error in ERRORS.items() for year in YEARS]
    table = pd.DataFrame(rows, columns=["measure", "month", "value", "standard_error"])
    with tempfile.TemporaryDirectory() as folder:
        case = Path(folder) / "city"
        write_case(case, *example())
        scenario = load_scenario("baseline_lsp", case=case)
    return TargetRuns(scenario, targets_of(table.assign(to=table["month"]), scenario), free_numbers(), seed=SEED)


def measured(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return coverage by number, and a row a trial and number, from the table of a folder, made if it is not there."""
    runs = city()
    prior = prior_runs(runs, folder, draws=DRAWS)
    found = told(runs.points_in(prior), runs.measured(prior))
    return coverage_of(found, found.identified, list(runs.names), planted=TRIALS, seed=SEED)


def in_words(covered: pd.DataFrame, trials: pd.DataFrame) -> str:
    """Return what came of it, in markdown."""
    inside = (trials["rank"] - 0.5).abs() <= LEVEL / 2.0
    by_trial = inside.groupby(trials["trial"]).mean()
    off = 196.0 * float(by_trial.std()) / np.sqrt(len(by_trial))
    share, level = 100.0 * float(inside.mean()), 100.0 * LEVEL
    by_number = covered.set_index("parameter")["covered"]
    width = (trials["high"] - trials["low"]).groupby(trials["parameter"]).mean()
    wrong = [titled(f"behaviour.{name}") for name in by_number[~by_number.between(0.80, 0.97)].index]
    verdict = "too few: intervals are somewhat too narrow" if share + off < level else "as they should"
    return "\n".join(
        [
            f"Of the made-up city, {len(ERRORS) * len(YEARS)} targets, {TRIALS} trials on one table of {DRAWS:,} runs:",
            f"{level:.0f} % intervals of the {len(covered)} numbers that are identified cover {share:.0f} % of planted",
            f"truths (± {off:.0f}; {verdict}), by number {_ends(by_number)};",
            f"outside 80 to 97 %: {', '.join(wrong) or 'none'}. On average they are as wide as {_ends(width)} of the",
            f"prior's range. Measured {datetime.now(UTC):%Y-%m-%d} on {dict(machine())['processor']}, by",
            "`python benchmarks/coverage.py --keep`.",
            "",
            "![Share of planted truths within 90 % intervals, by number](figures/coverage.png)",
            "",
        ]
    )


def _ends(shares: pd.Series) -> str:
    """Return the least and the largest of shares, with the numbers that they are of."""
    told = [
        f"{100 * shares[name]:.0f} % ({titled(f'behaviour.{name}')})" for name in (shares.idxmin(), shares.idxmax())
    ]
    return " to ".join(told)


def main() -> None:
    """Measure, print and, if asked, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", type=Path, default=Path("outputs/coverage"), metavar="FOLDER")
    parser.add_argument("--keep", action="store_true", help="renew docs/evidence/coverage and docs/cases.md")
    asked = parser.parse_args()
    covered, trials = measured(asked.table)
    words = in_words(covered, trials)
    print(words)
    if not asked.keep:
        return
    folder = DOCS / "evidence" / "coverage"
    folder.mkdir(parents=True, exist_ok=True)
    covered.to_csv(folder / "coverage.csv", index=False, float_format="%.4g")
    made = {"date": f"{datetime.now(UTC):%Y-%m-%d}", "processor": dict(machine())["processor"]}
    trials.assign(**made).to_csv(folder / "trials.csv", index=False, float_format="%.4g")
    title = f"Intervals cover {100 * covered['covered'].mean():.0f} % of planted truths"
    save(coverage_figure(covered, trials=TRIALS, title=title), DOCS / "figures" / "coverage.png")
    page = DOCS / "cases.md"
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    page.write_text(f"{before}{BEGIN}\n{words}{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
