"""Where two runs part, and that nobody else's luck changes: what docs/pairing.md shows, and diff tells."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from commands import refused_line

from analysis.parting.tables import CHOICE, Told, bodies_parted, reach
from analysis.parting.words import measures_in_words
from analysis.shared.words import written_months
from experiments import load_scenario
from experiments.console import main
from experiments.output.folder import DOCS
from experiments.runs.parting import Side, first_split, settings_that_differ
from experiments.runs.ties import tied_run
from experiments.verbs.diff import put_in_settings

pytestmark = pytest.mark.usefixtures("empty_folder")


@pytest.mark.long
def test_the_page_of_pairing_is_true_as_it_stands():
    """A page that proves something by code proves nothing if the code is not run."""
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / "pairing.md").read_text("utf-8"), re.DOTALL)
    assert sum("assert" in block for block in blocks) >= 5
    names: dict[str, object] = {}
    for block in blocks:
        if file := re.match(r"# (\w+\.py)\n", block):
            Path(file[1]).write_text(block, "utf-8")
        else:
            exec(compile(block, "docs/pairing.md", "exec"), names)


def sides(*changed: str, months: int = 24) -> tuple[Side, Side]:
    one, other = (load_scenario("growth_coalition", [f"months={months}", *more]) for more in ((), changed))
    return Side("one", one, 3, 1), Side("other", other, 3, 1)


@pytest.mark.slow
def test_a_run_never_parts_from_itself():
    assert first_split(*sides()) is None


@pytest.mark.slow
def test_runs_part_where_their_tables_first_differ():
    """The step is found in the month in which what is kept of bodies and pairs differs first, and not before."""
    one, other = sides("calendar=[{from: 2001-11, levers: {pooling_rate: 0}}]")
    split = first_split(one, other)
    assert split is not None
    told = [tied_run(side.scenario, seed=3, replicate=1) for side in (one, other)]
    trust = [run.history.record["trust"] for run in told]
    kept = [run.history.partners for run in told]
    tables = (kept[0].drop(columns="month") != kept[1].drop(columns="month")).any(axis=1)
    assert one.scenario.month_label(split.month) == "2001-11"
    assert kept[0]["month"][tables].min() >= split.month
    assert (trust[0][: split.month] == trust[1][: split.month]).all()
    assert (split.differences["one"] != split.differences["other"]).all()
    assert list(settings_that_differ(one.scenario, other.scenario)["setting"]) == ["calendar"]


@pytest.mark.slow
def test_a_choice_that_differs_is_that_of_the_table_of_choices():
    """The month and ranks of the first other choice, and the sums of its terms, are those that both runs recorded."""
    told = []
    for side in sides("levers.duty.attend=1", months=36):
        run = tied_run(side.scenario, seed=3, replicate=1)
        told.append(Told(run.history.measures, run.history.partners, run.choices))
    bodies = bodies_parted(*told)
    names, states = reach(*told)
    chose = bodies[bodies["choice_differs"].notna()]
    assert len(chose)
    for row in chose.itertuples():
        ranks = []
        for run in told:
            at_board = run.choices[(run.choices["table"] == "board") & (run.choices["partner"] == row.partner)]
            ranks.append(at_board.set_index("date")["rank"])
        both = pd.concat(ranks, axis=1, keys=["one", "other"])
        both = both[both["one"] != both["other"]]
        assert tuple(both.iloc[0]) == (row.chose_one, row.chose_other)
        assert both.index[0] == row.choice_differs
        assert (states[names.index(row.partner)] == CHOICE).sum() == len(both)
        here = told[0].partners.query("partner == @row.partner").set_index("month")
        measures = told[0].measures
        month = int(measures.loc[written_months(measures["date"]) == row.choice_differs, "month"].iloc[0])
        terms = [name for name in here if name.startswith("term_")]
        assert here.loc[month, terms].sum() == pytest.approx(row.utility_one)


def test_two_names_alone_are_scenarios_or_folders(capsys):
    """Both have to be of one kind, and there have to be two."""
    assert put_in_settings(["growth_coalition", "seed=2", "talking_shop"]) == [
        "seed=2",
        "scenario=growth_coalition",
        "with={scenario:talking_shop}",
    ]
    Path("a").mkdir()
    for words in (["a", "talking_shop"], ["talking_shop"], ["a", "b", "c"]):
        assert main(["diff", *words]) == 2
        assert capsys.readouterr().err.count("\n") == 1
    folder = ["--config-dir", "a"]  # the folder of a flag is no name
    assert (
        main(["diff", *folder, "growth_coalition", "talking_shop", "months=6", "figures=false", "output=of_names"]) == 0
    )
    assert "growth_coalition" in Path("of_names/manifest.json").read_text()


@pytest.mark.slow
def test_diff_tells_the_same_of_folders_and_of_settings(capsys):
    """Runs are lived again by what their manifests say, whatever they were asked for by."""
    common = ["months=12", "replicate=2", "figures=false"]
    assert main(["run", *common, "output=a"]) == 0
    assert main(["run", *common, "levers.duty.attend=1", "output=b"]) == 0
    assert main(["diff", "a", "b", "figures=false", "output=of_folders"]) == 0
    assert main(["diff", *common, "with={levers.duty.attend:1}", "output=of_settings"]) == 0
    for name in ("diff.txt", "settings.csv", "chance.csv", "split.csv", "bodies.csv", "measures.csv"):
        assert Path("of_folders", name).read_text() == Path("of_settings", name).read_text(), name
    said = Path("of_folders/diff.txt").read_text()
    assert "levers.duty.attend (0.0, 1.0)" in said
    assert "another state" not in said
    kept = pd.read_parquet("a/trajectories.parquet")
    kept.assign(trust=kept["trust"] + 1e-9).to_parquet("a/trajectories.parquet")
    assert main(["diff", "runs=[a,b]", "figures=false", "output=of_stale"]) == 0
    assert "another state of the code" in Path("of_stale/diff.txt").read_text()
    capsys.readouterr()


@pytest.mark.parametrize(
    ("words", "cure"),
    [
        (["here", "there"], "here is a case: partnerships run case=here output=A"),
        (["case=here", "with={case:there}"], "partnerships run case=there output=B"),
    ],
)
def test_two_cases_are_set_beside_each_other_by_their_runs(words, cure, capsys):
    """Advice to write results into the folder of a case would spoil the case."""
    for name in ("here", "there"):
        assert main(["new", f"case={name}"]) == 0
    assert cure in refused_line(["diff", *words], capsys)


def test_what_differs_is_told_whatever_it_is():
    """Figures show two measures; a difference in others alone is one too, and a small one has its size."""
    parted = pd.DataFrame(
        [("trust", "2001-04", 0.5, 0.4, 0.52017, 0.51999), ("top_share", "2001-04", 0.3, 0.3, 0.17101, 0.17099)],
        columns=["measure", "date", "one", "other", "end_one", "end_other"],
    )
    told = measures_in_words(parted, ["engagement", "outcome"])
    assert told.startswith("Engagement and outcome never differ. Trust differs from 2001-04 on")
    assert "0.520 and 0.520, a difference of −0.00018. 2 measures differ in all" in told
    assert "17.1 % and 17.1 %, a difference of −0.002 percentage points" in measures_in_words(parted, ["top_share"])
