"""Words for months of a case of one's own, beside scenarios of one's own."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from experiments.console import main

pytestmark = pytest.mark.usefixtures("empty_folder")


@pytest.mark.slow
def test_months_of_a_case_and_a_scenario_of_ones_own_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Its place and board are in force in every scenario, that of one's own too; thresholds are those of the model."""
    pytest.importorskip("sklearn")
    assert main(["new", "case=mycity"]) == 0
    Path("own/scenario").mkdir(parents=True)
    mine = "# @package _global_\nname: mine\nleadership: {attention: 1.0}\n"
    Path("own/scenario/mine.yaml").write_text(mine, "utf-8")
    asked = ["scenarios=[baseline_lsp,mine]", "behaviour=best", "replicates=10", "months=24", "figures=false"]
    assert main(["regimes", "case=mycity", *asked, "output=out", "--config-dir", "own"]) == 0
    found = pd.read_csv("out/thresholds.csv")
    assert set(found["scenario"]) == {"baseline_lsp", "mine"}
    as_named = found[found["factor"] == 1.0]
    assert (as_named["renamed"] == 0.0).all()
    shares = as_named.groupby(["scenario", "threshold"])["share_of_months"].sum()
    assert shares.to_numpy() == pytest.approx(1.0)
    used = json.loads(Path("out/manifest.json").read_text("utf-8"))["scenarios"]
    assert used["mine"]["leadership"]["attention"] == 1.0
    assert used["mine"]["place"] == used["baseline_lsp"]["place"]
    assert used["mine"]["board"] == used["baseline_lsp"]["board"]
    assert "Mine:" in capsys.readouterr().out
