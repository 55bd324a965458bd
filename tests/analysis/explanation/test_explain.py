"""Explanations: terms add up to the decision, the pair differs in the lever alone, and the verb says what it finds."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from analysis.explanation import figures as explanation_figures
from analysis.explanation import tables as explanation
from analysis.explanation.tables import UTILITY
from analysis.run import turning_points
from experiments import load_scenario
from experiments.console import main
from experiments.errors import CommandError
from experiments.runs.counterfactual import without
from experiments.runs.explained import many_runs, months_met, on_junior
from sim import MONTH, PARAMETERS, History, simulate
from sim.meetings import TERMS

SHORT = ["board=small_executive", "months=18"]


@pytest.fixture(scope="module")
def history() -> History:
    """Three eventful years: dated policies, a newcomer, and bodies that are abolished."""
    calendar = (
        "calendar=[{from: 2002-04, note: a duty, levers: {duty: {attend: 1.0}}},"
        "{from: 2003-01, abolish: [learning_skills_council], levers: {flexible_fund_gbp_m: 0}}]"
    )
    newcomer = "board.entries=[{archetype: large_employer, month: 2002-09, count: 1}]"
    scenario = load_scenario("talking_shop", [calendar, newcomer, "months=36", "place=hackney"])
    return simulate(scenario, seed=5, replicate=1, record_terms=True, record="meetings")


def told_by_month(history: History, partners: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the terms of some bodies, or of all, month by month."""
    rows = history.partners if partners is None else partners
    return explanation.monthly_terms(rows, on_junior(history.scenario), months=months_met(history.measures))


pytestmark = pytest.mark.usefixtures("empty_folder")


# ------------------------------------------------------------------------------ exactness


def test_who_decides_sits_at_the_board(history: History) -> None:
    """Newcomers decide in the month in which they sit down, and who is abolished in none any more."""
    record = history.record
    assert record is not None
    decided = explanation.deciding(history.partners, months_met(history.measures))
    names = list(history.partners["partner"].unique())
    sat = {(int(month), names[body]) for month, body in np.argwhere(record["rank_at"][:, :, 0] >= 0.0)}
    assert set(zip(decided["month"], decided["partner"], strict=True)) == sat
    events = history.events.set_index("event")
    assert (int(events.at["takes a seat", "month"]), events.at["takes a seat", "partner"]) in sat
    assert (int(events.at["abolished", "month"]), events.at["abolished", "partner"]) not in sat


def test_means_of_terms_add_up_to_the_mean_utility(history: History) -> None:
    """What is said of a sector is exact too, up to the rounding of a mean."""
    agencies = history.partners[history.partners["sector"] == "agency"]
    each = explanation.deciding(agencies, months_met(history.measures))
    summed = each[[f"term_{name}" for name in TERMS]].sum(axis=1).groupby(each["month"]).mean()
    monthly = told_by_month(history, agencies).set_index("month")
    np.testing.assert_allclose(monthly[UTILITY], summed, rtol=0, atol=1e-12)


def test_changes_add_up_to_the_change_of_utility(history: History) -> None:
    """The parts make the whole: nothing is left over or counted twice; the chance is that of all members."""
    monthly = told_by_month(history)
    spans = explanation.first_and_last(monthly)
    changes = explanation.term_changes(monthly, *spans).set_index("term")
    parts, whole = changes.drop(UTILITY), changes.loc[UTILITY]
    for column in ("before", "after", "change", "total"):
        assert parts[column].sum() == pytest.approx(whole[column], abs=1e-9)
    chances = [monthly.loc[monthly["month"].isin(span), explanation.IN_PERSON].mean() for span in spans]
    assert whole["chance_points"] == pytest.approx(100 * (chances[1] - chances[0]), abs=1e-9)
    assert abs(whole["change"]) > 0.01


def test_the_duty_term_moves_when_the_duty_comes(history: History) -> None:
    """The break in a term that a policy switches on is the very month of the policy."""
    monthly = told_by_month(history, history.partners[history.partners["partner"] == "police_1"])
    changes = explanation.term_changes(monthly, *explanation.first_and_last(monthly)).set_index("term")
    assert changes.loc["duty", "since"] == 12
    assert changes.loc["duty", "change"] > 0
    before, after = explanation.around(monthly, 12) or (None, None)
    assert (before, after) == (range(12), range(12, 24))


@pytest.mark.parametrize("place", [1, 7, 19])
def test_a_single_jump_is_found_where_it_is(place: int) -> None:
    """Least squares with two levels is exact for a step."""
    assert explanation.break_in(np.where(np.arange(20) < place, 0.3, -1.0)) == place


# ------------------------------------------------------------------------- turning points


def test_turning_points_tell_all_that_the_run_records(history: History) -> None:
    """Nothing of the events is lost, nothing is told twice, and all is in the order of time."""
    policies = turning_points.policy_dates(history.scenario)
    points = turning_points.turning_points(history.measures, history.events, policies)
    assert points["month"].is_monotonic_increasing
    assert not points.duplicated().any()
    from_events = points[points["kind"].isin(["leader", "seat", "end"])]
    key = ["month", "event", "partner"]
    told = from_events.rename(columns={"what": "event"})[key].sort_values(key).to_numpy().tolist()
    assert told == history.events[key].sort_values(key).to_numpy().tolist()
    assert policies["what"].tolist() == [
        "a duty",
        "1 × large employer joins",
        "Flexible fund 0 £m a year, learning skills council abolished",
    ]
    spells = turning_points.regime_spells(history.measures)
    assert spells["first"].tolist()[1:] == (spells["last"] + 1).tolist()[:-1]
    assert spells["last"].iloc[-1] == 35


# --------------------------------------------------------------------------- the pair


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", [path for path, one in PARAMETERS.items() if one.role == "lever" and one.low is not None]
)
def test_any_lever_can_be_taken_out(path: str) -> None:
    """Off is the lower end of the declared range, at the start and in every dated policy; nothing else changes."""
    name = path.split(".")[-1]
    topic, _, inner = path.rpartition(".")[0].partition(".")
    here = {inner: {name: 0.01}} if inner else {name: 0.01}
    group = "leadership" if topic == "leadership" else "levers"
    scenario = load_scenario(
        "baseline_lsp", [f"calendar=[{{from: 2003-04, {group}: {json.dumps(here).replace(chr(34), '')}}}]"]
    )
    other = without(scenario, path).scenario
    value = other
    for part in path.split("."):
        value = getattr(value, part)
    assert value == PARAMETERS[path].low == 0
    assert turning_points.flat_settings(other.calendar[0]) == {}
    assert other.board == scenario.board
    assert other.behaviour == scenario.behaviour


def test_the_pair_is_identical_until_the_lever_bites() -> None:
    """Same people, same luck: before the policy comes, in the tenth month, not a bit differs; then something does."""
    scenario = load_scenario("sigoma_stick", [*SHORT, "calendar=[{from: 2002-01, levers: {scrutiny: 1}}]"])
    pair = [simulate(each, seed=3).measures for each in (scenario, without(scenario, "scrutiny").scenario)]
    parted = explanation.first_difference(*pair)
    assert parted["month"].iloc[0] >= 9


@pytest.mark.parametrize(
    ("asked", "at", "told"),
    [
        ("levers.dutty", None, "did you mean"),
        ("behaviour.tie_rate", None, "is no lever"),
        ("levers", None, "is no lever"),
        ("purse", None, "at= one of need, influence, alignment"),
        ("duty", 0.5, "needs a single lever"),
        ("staff_team", 3.0, "0 to 1"),
        ("scrutiny", None, "nothing would change"),
        ("calendar", 0.5, "leave out at="),
        ("calendar", None, "no dated policies"),
    ],
)
def test_what_cannot_be_taken_out_is_refused(asked: str, at: float | None, told: str) -> None:
    """One line that says why, and the nearest name."""
    with pytest.raises(CommandError, match=told):
        without(load_scenario("baseline_lsp"), asked, at=at)


# -------------------------------------------------------------------------- many runs


@pytest.mark.slow
def test_both_engines_explain_alike() -> None:
    """The compiled engine keeps the same terms, bit for bit, so it can count largest movers."""
    scenario = load_scenario("talking_shop", SHORT)
    for one, other in zip(
        many_runs(scenario, seed=2, replicates=2, engine="mesa"),
        many_runs(scenario, seed=2, replicates=2, engine="ensemble"),
        strict=True,
    ):
        assert one.replicate == other.replicate
        pd.testing.assert_frame_equal(one.partners, other.partners, check_exact=True, check_dtype=False)
        pd.testing.assert_frame_equal(one.measures, other.measures, check_exact=True, check_dtype=False)


@pytest.mark.parametrize(("sets", "over"), [(1, "runs"), (2, "sets"), (3, "runs")])
def test_movers_are_told_by_set_with_runs_enough(sets: int, over: str) -> None:
    """Ten runs: of two sets one moves by one term and one by another; three sets have fewer than five each."""
    rows = [
        (replicate, term, 1.0 + (term == ("duty", "time")[replicate % 2])) for replicate in range(10) for term in
        ("duty", "time")
    ]  # fmt: skip
    shares = explanation.mover_shares(pd.DataFrame(rows, columns=["replicate", "term", "change"]), sets=sets)
    first = shares.iloc[0]
    assert (first["share"], first["interval_over"]) == (0.5, over)
    if sets == 2:
        assert (first["ci_low"], first["ci_high"]) == pytest.approx((0.025, 0.975))
        assert (first["change_low"], first["change_high"]) == pytest.approx((1.025, 1.975))
    note = explanation_figures.mover_bars(shares, subject="Police", sets=sets).get_supxlabel()
    assert ("left over sets" in note, "right over sets" in note) == (sets == 2, sets > 1)


def test_every_figure_is_drawn(history: History) -> None:
    """From the tables of a real run, without a warning."""
    points = turning_points.turning_points(
        history.measures, history.events, turning_points.policy_dates(history.scenario)
    )
    dates = history.measures.set_index("month")["date"]
    monthly = told_by_month(history)
    changes = explanation.term_changes(monthly, *explanation.first_and_last(monthly))
    shares = explanation.mover_shares(pd.concat([changes.assign(replicate=one) for one in range(2)]))
    figures = [
        explanation_figures.terms_over_time(monthly, dates, subject="All members", points=points),
        explanation_figures.timeline(points, turning_points.regime_spells(history.measures), dates, title="A run"),
        explanation_figures.mover_bars(shares, subject="All members"),
    ]
    assert all(isinstance(figure, Figure) for figure in figures)


@pytest.mark.slow
def test_the_verb_writes_what_it_promises(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tables, figures, sentences and a manifest; the same command gives the same tables."""
    asked = ["explain", "scenario=sigoma_stick", *SHORT, "partner=police", "without=duty.attend", "replicates=2"]
    asked += ["engine=mesa"]
    assert main([*asked, "output=one"]) == 0
    said = capsys.readouterr().out
    assert main([*asked, "output=two", "figures=false"]) == 0
    tables = {path.name: path.read_bytes() for path in Path("one").glob("*.csv")}
    assert tables == {path.name: path.read_bytes() for path in Path("two").glob("*.csv")}
    named = ("terms", "terms_by_month", "terms_around", "turning_points", "trust_links", "steps", "movers")
    named += ("partners", "promises", "promises_by_project", "paired", "paired_regimes", "paired_by_month")
    assert set(tables) - {"codebook.csv"} == {f"{name}.csv" for name in named}
    figures = {path.stem for path in Path("one/figures").iterdir()}
    assert figures == {"terms", "timeline", "ties", "movers", "paired"}
    text = Path("one/explanation.txt").read_text("utf-8")
    assert text.startswith("Police force: ")
    assert "Without duty: attend (set to 0), on the same draws: the two runs differ from 2001-04 on" in text
    assert "(set to 0)" in said
    steps = pd.read_csv("one/steps.csv", dtype=str).set_index("step")
    assert f"Bodies decide in step {steps.at['choose_rank', 'number']} of a month" in text
    assert steps["says"].tolist() == [step["says"] for step in MONTH.schedule]
    terms = pd.read_csv("one/terms.csv").set_index("term")
    assert terms.at["ties", "meaning"] == "partners who come"
    assert terms.loc[UTILITY, "change"] == pytest.approx(terms.drop(UTILITY)["change"].sum(), abs=1e-9)
    paired = pd.read_csv("one/paired.csv").set_index("measure")
    assert paired.loc["attendance_of_partner", "replicates"] == 2
    row = paired.loc["attendance"]
    assert row["difference"] == pytest.approx(row["as_is"] - row["without"])
    assert json.loads(Path("one/manifest.json").read_text())["settings"]["without"] == "duty.attend"
