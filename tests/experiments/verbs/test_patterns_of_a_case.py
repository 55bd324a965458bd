"""What was observed of a case beside the model and its nulls: what is shown is found, what is refused helps."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from commands import refused_line

from experiments import load_scenario
from experiments.cases.writing import example, write_case
from experiments.console import main
from sim import simulate_ensemble

OWN = """\
experiments:
  theirs: {scenario: talking_shop, places: PLACES}
patterns:
  - {id: X1, statement: Eight bodies sit there., criterion: eight, source: the case, findings: [
      {what: members, statistic: mean, experiment: theirs, measure: n_members, months: [0, 0], low: 8, high: 8}]}
"""

QUICK = ["runs=30", "figures=false", "output=found"]


@pytest.fixture
def mycity(empty_folder: Path) -> Path:
    """Return a case with a target that one run showed, one that no run shows, and patterns of one's own."""
    case = empty_folder / "mycity"
    write_case(case, *example())
    scenario = load_scenario("baseline_lsp", ["months=13"], case=case)
    seen = float(simulate_ensemble([scenario], replicates=[99], seed=7).array_of("trust")[0, 0, 12])
    rows = [("trust", scenario.month_label(12), seen, 0.05), ("trust", scenario.month_label(6), 0.999, 0.001)]
    table = pd.DataFrame(rows, columns=["measure", "month", "value", "standard_error"])
    table.to_csv(case / "targets.csv", index=False)
    Path("mine.yaml").write_text(OWN.replace("PLACES", "own"), encoding="utf-8")
    return case


def test_what_was_observed_and_patterns_are_asked_of_the_case(mycity, capsys):
    """A target from a run of the model lies inside, an impossible one does not, and patterns see the case's bodies."""
    assert main(["patterns", "case=mycity", "of=mine.yaml", "nulls=[]", *QUICK]) == 0
    assert "model 1 of 2" in " ".join(capsys.readouterr().out.split())
    found = pd.read_csv("found/observed.csv")
    assert found["inside"].tolist() == [True, False]
    assert (found["low"] < found["mean"]).all()
    assert (found["mean"] < found["high"]).all()
    assert found["deviations"].iloc[1] > 3.0
    board = pd.read_csv("found/scoreboard.csv")
    assert board[["model", "value", "passed"]].to_numpy().tolist() == [["model", 8.0, True]]
    book = pd.read_csv("found/codebook.csv", keep_default_na=False)
    assert (book.loc[book["file"] == "observed.csv", "definition"] != "").all()


@pytest.mark.long
def test_a_null_model_stands_beside_the_model(mycity):
    """Both face the same targets with the same errors, and what the null lacks shows in what it comes to."""
    assert main(["patterns", "case=mycity", "nulls=[reshuffled]", *QUICK]) == 0
    found = pd.read_csv("found/observed.csv")
    assert found["model"].tolist() == ["model"] * 2 + ["reshuffled"] * 2
    of_model, of_null = (rows.reset_index(drop=True) for _, rows in found.groupby("model", sort=False))
    assert of_model["value"].equals(of_null["value"])
    assert not of_model["mean"].equals(of_null["mean"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nulls=[no_tie]"], ["'no_tie'", "did you mean no_ties?"]),
        (["nulls=[]", "leave_out=[trust@1999-01]"], ["'trust@1999-01'", "trust@2002-04"]),
        (["held_out=true"], ["held_out", "case="]),
        (["nulls=[]", "months=6"], ["lies outside the run"]),
        (["nulls=[]", "of=real.yaml"], ["experiments.theirs", "places: own"]),
    ],
)
def test_what_cannot_be_asked_of_a_case_is_refused(mycity, capsys, words, said):
    Path("real.yaml").write_text(OWN.replace("PLACES", "real"), encoding="utf-8")
    line = refused_line(["patterns", "case=mycity", *words], capsys)
    assert all(part in line for part in said), line


def test_nulls_go_with_a_case(capsys, empty_folder):
    assert "case=FOLDER" in refused_line(["patterns", "nulls=[no_ties]"], capsys)
