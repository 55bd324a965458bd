"""What a methods section says of runs is true of every verb: how many there were, of what, and how they were drawn."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from analysis.methods.runs import runs_in_words, what_was_run
from analysis.methods.tables import result_table
from analysis.methods.words import paragraphs

WAVES = pd.DataFrame({"wave": [0, 1, 2], "draws": [512, 256, 256], "share_left": [1.0, 0.8, 0.6]})
TARGETS = pd.DataFrame(
    {"target": ["trust@2003-03"], "label": ["Trust, 2003-03"], "measure": ["trust"], "value": [0.48],
     "standard_error": [0.03], "low": [0.4], "high": [0.6], "inside": [True]}
)  # fmt: skip
PARAMETERS = pd.DataFrame(
    {"parameter": [f"number_{k}" for k in range(45)], "low": 0.0, "high": 1.0, "q05": 0.1, "q50": 0.5, "q95": 0.9,
     "contraction": 0.2, "learnt": True, "identified": [k < 2 for k in range(45)], "identified_by": ""}
)  # fmt: skip
FIT = {
    "waves.csv": WAVES,
    "targets.csv": TARGETS,
    "parameters.csv": PARAMETERS,
    "posterior.csv": pd.DataFrame({"number_0": [0.5] * 31}),
    "bands.csv": pd.DataFrame({"date": [f"month {k}" for k in range(24)] * 2}),
}


def manifest(verb: str, *words: str, count: int, scenarios: int = 1, **settings: Any) -> dict[str, Any]:
    """Return what is read of a manifest."""
    one = {"start": "2001-04", "months": 24, "place": {"label": "Leeds"}, "board": {"members": {"council": 1}}}
    return {
        "command": ["partnerships", verb, *words],
        "scenarios": {f"s{k}": one for k in range(scenarios)},
        "settings": settings,
        "seed": 7,
        "replicates": {"first": 0, "count": count},
        "versions": {"local-partnerships": "not installed", "python": "3.12.1"},
        "git_commit": "239f16ae4e3dc2ba",
    }


VARIED = {"levers.pooling_rate": [0.0, 1.0]}
SEARCH = {"levers": VARIED, "generations": 16, "population": 32, "replicates": 25, "places": ["typical"]}


@pytest.mark.parametrize(
    ("asked", "tables", "parts"),
    [
        (manifest("run", count=1), {}, ["It was run once, with seed 7 and replicate 0"]),
        (manifest("diff", count=1, scenarios=2), {}, ["Each was run once", "within pairs"]),
        (manifest("compare", count=62, scenarios=2), {}, ["Each has 62 runs, with seed 7", "within pairs"]),
        (manifest("compare", count=880, scenarios=2, places="funded"), {}, ["take turns with the districts"]),
        (
            manifest("sensitivity", count=4, method="sobol_pairs", parameters=VARIED, runs=1024),
            {},
            ["1 setting was varied by a Sobol design", "pooling of budgets (0 to 1)", "256 draws", "1,024 runs"],
        ),
        (
            manifest("sensitivity", count=4, method="sobol", parameters=VARIED),
            {"noise.csv": pd.DataFrame({"draws": [256]})},
            ["256 draws, each run with 4 replicates, make 1,024 runs"],
        ),
        (
            manifest("sweep", count=10, scenarios=2, design="latin_hypercube", parameters=VARIED, runs=1280),
            {},
            ["64 draws, each run with 10 replicates in every scenario, make 1,280 runs"],
        ),
        (
            manifest("sweep", count=60, design="grid", parameters={"place": ["adur", "dover"]}, runs=120),
            {},
            ["Each of 2 districts has 60 runs: 120 runs, with seed 7"],
        ),
        (
            manifest("hindcast", count=200, places="funded"),
            {},
            ["Every district has 200 runs, and as many without the trend of its place"],
        ),
        (manifest("tipping", count=60), {}, ["Every launch, loop and turn has 60 runs"]),
        (
            manifest("phase", count=30, parameters=VARIED, runs=630),
            {},
            ["1 setting was varied: pooling of budgets (0 to 1)", "21 draws, each run with 30 replicates"],
        ),
        (
            manifest("scan", count=10, draws=20_032, runs=10),
            {},
            ["20,032 draws of all free numbers", "each 10 times in an ordinary experiment"],
        ),
        (
            manifest("fit", count=100, draws=2048, runs=4, wave=256, judging_runs=100),
            {"accepted.csv": FIT["posterior.csv"]},
            ["2,048 draws from the priors, each run 4 times", "waves of 256", "judged by 100 runs", "31 sets were"],
        ),
        (
            manifest("patterns", "case=leeds", count=13, scenarios=2, behaviours={"sets": 31}),
            {},
            ["Each has 403 runs, 13 with each of 31 sets"],
        ),
        (manifest("patterns", count=400), {}, ["An ordinary experiment has 400 runs"]),
        (
            manifest("calibrate", "case=leeds", count=1, accepted=320),
            FIT,
            ["1 target of Leeds (trust)", "45 uncertain numbers", "512 draws", "2 waves", "1,024 runs of 24 months",
             "The 320 runs nearest", "31 accepted sets", "identify 2 of the 45 numbers"],
        ),
        (
            manifest("optimise", count=200, scenarios=19, confirming_replicates=200, **SEARCH),
            {},
            ["1 lever was varied", "16 generations of 32 mixes", "25 runs of a mix", "200 runs in each place"],
        ),
    ],
)  # fmt: skip
def test_runs_are_told_as_the_verb_made_them(asked, tables, parts):
    told = runs_in_words(asked, tables)
    assert all(part in told for part in parts), told


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        (manifest("hindcast", count=200, places="funded"), "in the districts of places=funded, with"),
        (manifest("patterns", count=400, scenarios=2, districts={"s1": 88}), "in Leeds and in 88 districts, with"),
        (manifest("scan", count=10, draws=64, runs=10, places=10, districts={"s0": 10}), "in 10 districts, with"),
        (manifest("sweep", count=9, parameters={"place": ["adur", "dover"]}), "in 2 districts, with"),
        (manifest("optimise", count=200, confirming_replicates=9, **SEARCH), "in Leeds, with"),
    ],
)
def test_districts_are_told_where_runs_are_spread_over_them(asked, where):
    """A scenario whose runs go through districts has the first of them, or a place that no run is in."""
    assert where in paragraphs(asked, done="Do it")[1]


def test_models_are_no_scenarios_and_a_checkout_is_named_by_its_commit():
    asked = manifest("patterns", "case=leeds", count=13, scenarios=2)
    assert what_was_run(asked) == "model"
    told = paragraphs(asked, done="Test patterns")
    assert told[1].startswith("2 models were run")
    assert "local-partnerships at commit 239f16ae4e3d, an agent-based" in told[0]


def test_what_was_learnt_and_observed_fits_the_page():
    """Of many numbers those that the targets identify are printed, and ends of ranges share a cell."""
    numbers, targets = (result_table(name, FIT[name]) for name in ("parameters.csv", "targets.csv"))
    assert numbers is not None
    assert targets is not None
    assert numbers.caption.startswith("Numbers that the targets identify: 2 of 45")
    assert numbers.cells["Setting"].tolist() == ["Number 0", "Number 1"]
    assert targets.cells.iloc[0].tolist() == ["Trust, 2003-03", "0.48 ± 0.03", "0.4 to 0.6", "yes"]
