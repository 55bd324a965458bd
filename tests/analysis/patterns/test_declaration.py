"""The declared patterns: all are read, each can be passed and failed, and what is misspelt is refused."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from analysis.patterns.criteria import PatternError
from analysis.patterns.declaration import declaration_from, is_evidence
from analysis.patterns.scoreboard import scoreboard
from experiments.compose import load_scenario
from experiments.errors import CommandError
from experiments.options import option_names, shipped_folder
from experiments.runs.declared_patterns import FILES, declared_patterns
from sim.parameters import RegimeThresholds
from sim.regimes import READ, REGIMES, name_regimes

pytestmark = pytest.mark.usefixtures("empty_folder")

FOLDER = shipped_folder() / "pattern" / "declared"
CONTENT: dict[str, Any] = {}
for _name in FILES:
    CONTENT |= yaml.safe_load((FOLDER / f"{_name}.yaml").read_text("utf-8"))
DECLARED = declaration_from(CONTENT)
BY_ID = {pattern.id: pattern for pattern in DECLARED.patterns}

ROLES = {
    "fit": "P2 P3 P6 P8 P10 P14 P15 N1 N2 N3 N7 N8 N10 N17",
    "held_out": "P1 P5 P7 P12 P17 N2b N5 N6 N9 N11 N12 N13 N14 N15",
    "input": "N4",
    "open": "N16",
}
"""What each pattern is for, as it was fixed before the model was begun."""


def test_every_pattern_asked_for_is_declared_in_its_role():
    """What is fitted and what is held out may not be told apart after the fact."""
    assert {id: role for role, ids in ROLES.items() for id in ids.split()} == {p.id: p.role for p in DECLARED.patterns}


def test_the_files_are_read_as_they_stand_here():
    """The way that commands read them gives the same."""
    assert declared_patterns() == DECLARED
    assert sorted(path.stem for path in FOLDER.glob("*")) == sorted(FILES)


BANDS = {
    ("N1", 0): (None, 0.05),
    ("N1", 1): (None, 0.05),
    ("N2", 0): (0.5, 0.75),
    ("N2", 1): (0.02, 0.2),
    ("N3", 0): (0.6, None),
    ("N3", 1): (0.6, None),
    ("N7", 0): (0.2, None),
    ("N7", 1): (None, 0.18),
    ("N8", 0): (0.25, 0.5),
    ("N10", 0): (0.0, 0.02),
    ("N4", 0): (1.7, 2.7),
    ("N4", 1): (-1.5, 0.3),
    ("N6", 0): (-0.5 - 1.7, -0.5 + 1.7),
    ("N9", 0): (None, 0.5),
    ("N11", 0): (0.7, None),
    ("N15", 0): (None, 0.5),
    ("N15", 1): (0.05, None),
}


@pytest.mark.parametrize(("id", "place"), BANDS)
def test_bands_are_those_of_the_contract(id, place):
    """A number mistyped here would be fitted to."""
    finding = BY_ID[id].findings[place]
    assert (finding.low, finding.high) == pytest.approx(BANDS[id, place])


@pytest.mark.slow
def test_every_scenario_is_there_and_every_lever_has_a_name():
    """The settings can be composed; months and the launch are as declared."""
    for name, planned in DECLARED.experiments.items():
        assert planned.scenario in option_names("scenario"), name
        scenario = load_scenario(planned.scenario, list(planned.overrides))
        assert (scenario.start, scenario.months) == (planned.start, planned.months), name


def test_places_and_runs_are_as_asked():
    """354 districts five times, those with the fund ten times, pairs 400 times."""
    assert DECLARED.runs_of("england") == 354 * 5
    assert DECLARED.runs_of("england_fund") == 88 * 10
    assert {DECLARED.runs_of(name) for id in ("N12", "N13", "N14") for name in BY_ID[id].experiments} == {400}


def test_what_stands_in_two_files_is_the_same():
    """The talking shop of N3 is that of the regimes; the shares of N9 are those of the pounds in its source."""
    shop, levels = BY_ID["N3"].findings[0], RegimeThresholds()
    assert {one.measure: one.low or one.high for one in shop.where} == {
        "attendance": levels.talking_attendance,
        "decision_rate": levels.talking_decisions,
    }
    pounds = np.array([90.0, 85.5, 67.5, 54.0, 54.0])
    assert BY_ID["N9"].findings[0].record == pytest.approx(pounds / pounds.sum(), abs=5e-5)


def test_the_thresholds_name_months():
    """They are read as they stand, and every word can be given."""
    ordinary = {"attendance": 0.6, "attendance_senior": 0.4, "decision_rate": 0.6, "top_share": 0.2, "ties_used": 5.0}
    months = [
        {"is_dissolved": 1.0},
        {"attendance_senior": 0.14},
        {"top_share": 0.4},
        {"core_share": 0.6, "core_sectors": 3.0, "added_value": 0.01},
        {"decision_rate": 0.2},
        {},
        {"ties_used": 0.0},
    ]
    table = {name: np.array([(ordinary | month).get(name, 0.0) for month in months]) for name in READ}
    assert [REGIMES[code] for code in name_regimes(table, RegimeThresholds())] == list(REGIMES)


@pytest.mark.parametrize(
    ("id", "prior_share", "lost_by", "counts"),
    [
        ("N2", 0.5, ["no_trust"], True),
        ("N2", 0.8, ["no_trust"], False),
        ("N2", 0.5, [], False),
        ("N14", 0.5, ["no_trust"], False),
        ("N4", 0.1, ["no_trust"], False),
        ("N16", 0.1, ["no_trust"], False),
    ],
)
def test_evidence_is_what_was_hard_to_pass_and_is_lost_by_a_null(id, prior_share, lost_by, counts):
    """Passed by fewer than 80 % of draws and lost by a null at least; inputs, forecasts and what was seen never."""
    assert is_evidence(BY_ID[id], DECLARED.evidence, prior_share=prior_share, lost_by=lost_by) == counts


# ------------------------------------------------------------------------------ refusals


def changed(path: str, value: Any) -> dict[str, Any]:
    """Return the content with one value changed (None takes it out)."""
    content = copy.deepcopy(CONTENT)
    *way, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    place: Any = content
    for step in way:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return content


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("pattern", [], ["'pattern'", "did you mean patterns?"]),
        ("nulls", None, ["nulls = None"]),
        ("patterns/0/rule", "fit", ["P1.rule", "did you mean role?"]),
        ("patterns/0/role", "held out", ["P1.role", "'held out'", "held_out"]),
        ("patterns/0/source", None, ["P1.source is missing"]),
        ("patterns/0/lost_by", ["no_turst"], ["P1.lost_by", "did you mean no_trust?"]),
        ("patterns/0/findings/0/measure", "engagment", ["P1.findings.0", "did you mean engagement?"]),
        ("patterns/0/findings/0/measure", "seniority", ["P1.findings.0", "unknown measure 'seniority'"]),
        ("patterns/0/findings/0/statistic", "sdd", ["P1.findings.0.statistic", "'sdd'"]),
        ("patterns/0/findings/0/mesure", "trust", ["P1.findings.0.mesure", "did you mean measure?"]),
        ("patterns/0/findings/0/low", None, ["P1.findings.0", "both missing"]),
        ("patterns/0/findings/0/reported", True, ["P1.findings.0"]),
        ("patterns/0/findings", [], ["P1"]),
        ("patterns/0/findings", {}, ["P1.findings", "a list"]),
        ("patterns/0", "P1", ["patterns.0"]),
        ("patterns/0/id", "P2", ["P2 more than once"]),
        ("patterns/12/findings/0/months", "2013-04", ["N1.findings.0", "month 144"]),
        ("patterns/12/findings/0/months", "2010-13", ["N1.findings.0.months"]),
        ("patterns/12/findings/0/among/0/measure", "has_funds", ["N1.findings.0", "did you mean has_fund?"]),
        ("patterns/29/role", "held_out", ["N16: no finding decides"]),
        ("patterns/12/role", "open", ["N1: no finding may decide"]),
        ("experiments/baseline/scenaro", "x", ["experiments.baseline.scenaro", "did you mean scenario?"]),
        ("experiments/baseline/places", "real", ["experiments.baseline.places", "did you mean real_39?"]),
        ("experiments/typical_reshuffled/null_model", "shuffled", ["did you mean reshuffled?"]),
        ("experiments/baseline/runs_a_place", 0, ["experiments.baseline.runs_a_place", "from 1"]),
        ("experiments/more", {"says": "x", "scenario": "y", "runs_a_place": 1}, ["'more'", "no pattern reads it"]),
        ("measures/more", {"says": "x", "unit": "y"}, ["'more'", "no pattern reads it"]),
        ("measures/trust", {"says": "x", "unit": "y"}, ["trust more than once"]),
        ("measures/decisions", "many", ["measures.decisions", "'many'"]),
        ("kept/0", "trsut", ["kept", "did you mean trust?"]),
        ("nulls/no_trust/kepes", "x", ["nulls.no_trust.kepes", "did you mean keeps?"]),
        ("evidence/prior_share_below", 2, ["evidence.prior_share_below"]),
        ("regimes/order", ["hollow"], ["regimes.order"]),
    ],
)
def test_what_is_wrong_is_refused_in_one_line(path, value, told):
    """The line names the place, the value and what was probably meant."""
    if path.endswith("reported"):
        # Reported alone would leave nothing that decides.
        content = changed(path, value)
        content["patterns"][0]["findings"] = content["patterns"][0]["findings"][:1]
        told = ["P1: no finding decides"]
    else:
        content = changed(path, value)
    with pytest.raises(PatternError) as refused:
        declaration_from(content)
    line = str(refused.value)
    assert "\n" not in line
    assert all(part in line for part in told), line


@pytest.mark.slow
def test_a_file_of_ones_own_that_is_wrong_is_refused_by_name(tmp_path: Path, capsys):
    """As everywhere a file of one's own stands in for ours, and its fault is told in one line."""
    folder = tmp_path / "mine" / "pattern" / "declared"
    folder.mkdir(parents=True)
    (folder / "nulls.yaml").write_text("nulls: {}\nevidence: {}\nmore: {}\n", "utf-8")
    from experiments.options import files_of_ones_own

    with (
        files_of_ones_own(tmp_path / "mine"),
        pytest.raises(CommandError, match="declared: unknown part 'more'"),
    ):
        declared_patterns()


# --------------------------------------------------- every criterion can be passed, and failed

RUNS = 60
HALF = np.tile([0.0, 1.0], RUNS // 2)
EVEN = np.linspace(-1.0, 1.0, RUNS) / np.linspace(-1.0, 1.0, RUNS).std()
Made = float | np.ndarray
Worlds = tuple[dict[tuple[str, str], Made], list[dict[tuple[str, str], Made]]]


def luck(seed: int) -> np.ndarray:
    """Return a number a run, of mean 0 and standard deviation 1, in an order of its own."""
    return np.random.Generator(np.random.Philox(seed)).permutation(EVEN)


def spread(mean: float, sd: float, seed: int = 1) -> np.ndarray:
    return mean + sd * luck(seed)


def over_time(f: Callable[[np.ndarray], np.ndarray], months: int = 144, sd: float = 0.01) -> np.ndarray:
    """Return runs that follow a course over months, each somewhat above or below it."""
    return f(np.arange(months, dtype=float)) + sd * luck(2)[:, None]


def flags(share: float) -> np.ndarray:
    """Return 1 in a share of runs, the first."""
    return (np.arange(RUNS) < round(share * RUNS)).astype(float)


SIGNS, OTHER_SIGNS = np.repeat([-1.0, 1.0], RUNS // 2), np.tile([-1.0, 1.0], RUNS // 2)
YEARS = np.arange(144.0) / 12.0
CORE = np.tile(np.arange(1.0, 13.0), 5)
HOLDS = (CORE + 2.0 * luck(5) > 6.5).astype(float)
RETURNS = (CORE + luck(6) > 3.0).astype(float) * (1.0 - HOLDS)
UNRELATED = np.tile([0.0, 1.0, 1.0, 0.0], RUNS // 4)
EVERY_EIGHTH = np.isin(np.arange(RUNS) % 8, (0, 7)).astype(float)
"""Half of those of whom UNRELATED does not hold."""
GAP = np.full(RUNS, 12.0)


def index(mean: float, sd: float, seed: int = 3) -> np.ndarray:
    """Return the index of places that move at once in 2003."""
    return GAP[:, None] + np.where(np.arange(144) < 24, 0.0, 1.0) * (mean + sd * luck(seed))[:, None]


def cores(experiment: str, survived: np.ndarray, refounded: np.ndarray) -> dict[tuple[str, str], Made]:
    return {
        (experiment, "core_size"): CORE,
        (experiment, "has_survived"): np.where(np.arange(144) < 110, 1.0, survived[:, None]),
        (experiment, "was_abolished"): 1.0 - survived,
        (experiment, "was_refounded"): refounded,
    }


def cliff(after_6: float, after_24: float) -> np.ndarray:
    def course(t: np.ndarray) -> np.ndarray:
        return np.where(t <= 83, 0.4, np.where(t <= 95, after_6, after_24))

    return over_time(course, 120, sd=0.0)


def fading(month: int) -> np.ndarray:
    return over_time(lambda t: np.where(t < month, 0.5, 0.1), sd=0.0)


def fund(**shares: float) -> dict[tuple[str, str], Made]:
    went = {"crime": 0.26, "education": 0.24, "health": 0.19, "housing": 0.16, "economy": 0.15} | shares
    return {("england_fund", f"fund_share_{theme}"): share for theme, share in went.items()}


def each(experiment: str, measures: str, *levels: Made) -> dict[tuple[str, str], Made]:
    """Return several measures of one experiment, each with its level; {} in a name stands for the words after it."""
    name, _, words = measures.partition(": ")
    return {(experiment, name.format(word)): level for word, level in zip(words.split(), levels, strict=True)}


def both_ways(measure: str, *levels: float) -> dict[tuple[str, str], Made]:
    """Return a measure in experiments named before it ("treated control measure"), each with its level."""
    *experiments, name = measure.split()
    return {(one, name): spread(level, 0.1) for one, level in zip(experiments, levels, strict=True)}


N14 = {
    ("typical", "engagement"): spread(0.3, 0.1),
    ("stick", "engagement"): spread(0.35, 0.1),
    ("carrot", "engagement"): spread(0.36, 0.1),
    ("stick_and_carrot", "engagement"): spread(0.4, 0.1),
    ("typical", "attendance"): spread(0.6, 0.1),
    ("stick", "attendance"): spread(0.7, 0.1),
    ("typical", "contribution_share"): spread(0.01, 0.002),
    ("stick", "contribution_share"): spread(0.0101, 0.002),
}

WORLDS: dict[str, Worlds] = {
    "P1": ({("baseline", "engagement"): spread(0.3, 0.2)}, [{("baseline", "engagement"): spread(0.3, 0.05)}] * 2),
    "P2": (
        each("baseline", "engagement_{}: council agency business voluntary", 0.5, 0.4, 0.2, 0.25),
        [{("baseline", "engagement_agency"): 0.1}, {("baseline", "engagement_voluntary"): 0.1}],
    ),
    "P3": (
        {("baseline", "contribution_share"): 0.01, ("baseline", "attendance"): 0.6},
        [{("baseline", "contribution_share"): 0.05}, {("baseline", "attendance"): 0.2}],
    ),
    "P5": (
        {("baseline", "added_value"): over_time(lambda t: 0.02 * (t / 95.0) ** 3, sd=0.0)},
        [{("baseline", "added_value"): spread(0.02, 0.001)}],
    ),
    "P6": (
        {
            ("baseline", "trust"): 0.4 + 0.05 * SIGNS[:, None] + 0.02 * YEARS,
            ("baseline", "outcome"): 0.4 * SIGNS + 0.9 * OTHER_SIGNS,
        },
        [
            {("baseline", "outcome"): OTHER_SIGNS},
            {("baseline", "trust"): 0.4 + 0.05 * SIGNS[:, None] + 0.2 * np.minimum(YEARS, 0.9)},
        ],
    ),
    "P7": (
        both_ways("growth_coalition typical coherence", 0.5, 0.3)
        | both_ways("growth_coalition typical trust", 0.5, 0.3)
        | both_ways("growth_coalition typical decision_rate", 0.5, 0.3)
        | both_ways("growth_coalition typical outcome", 0.31, 0.3),
        [{("growth_coalition", "outcome"): spread(0.9, 0.1)}],
    ),
    "P8": ({("baseline", "is_accredited"): flags(0.97)}, [{("baseline", "is_accredited"): flags(0.9)}]),
    "P10": (
        {(f"size_{n}", "decision_rate"): rate for n, rate in ((30, 0.5), (60, 0.3), (100, 0.1))},
        [{("size_30", "decision_rate"): 0.2}, {("size_100", "decision_rate"): 0.4}],
    ),
    "P12": (
        {("public_only", f"voice_{who}"): 0.1 for who in ("business", "voluntary")},
        [{("public_only", f"voice_{who}"): 0.4 for who in ("business", "voluntary")}],
    ),
    "P14": (
        {("cliff", "engagement"): cliff(0.36, 0.2)},
        [{("cliff", "engagement"): cliff(0.2, 0.2)}, {("cliff", "engagement"): cliff(0.36, 0.5)}],
    ),
    "P15": (
        {("staffed", "engagement"): fading(90), ("unstaffed", "engagement"): fading(30)},
        [{("staffed", "engagement"): fading(20)}],
    ),
    "P17": (
        both_ways("duty typical attendance_agency", 0.6, 0.4)
        | both_ways("duty typical contribution_gbp_m_agency", 0.3, 0.29),
        [{("duty", "attendance_agency"): spread(0.3, 0.1)}, {("duty", "contribution_gbp_m_agency"): spread(0.9, 0.1)}],
    ),
    "N1": (
        {("england", "has_fund"): HALF, ("england", "was_abolished"): 0.0},
        [{("england", "was_abolished"): HALF}, {("england", "was_abolished"): 1.0 - HALF}],
    ),
    "N2": (
        {
            ("england", "is_dissolved"): flags(0.6),
            ("england", "is_hollow"): 0.0,
            ("england", "engagement"): np.where(flags(0.1) > 0.0, 0.1, -0.1)[:, None] * (YEARS > 9.0) + 0.3,
        },
        [
            {("england", "is_dissolved"): flags(0.9)},
            {("england", "engagement"): 0.3 - 0.1 * (YEARS > 9.0) + np.zeros((RUNS, 1))},
        ],
    ),
    "N3": (
        each("talking_shop", "{}: attendance decision_rate decisions", spread(0.6, 0.1), 0.1, 0.1),
        [
            {("talking_shop", "attendance"): 0.6 - 0.3 * (YEARS > 11.0) + np.zeros((RUNS, 1))},
            {("talking_shop", "decisions"): 1.0 / 120.0},
        ],
    ),
    "N7": (
        {
            ("typical", "trust_dyadic_share"): 0.15 + 0.01 * YEARS + np.zeros((RUNS, 1)),
            ("typical", "tie_transitivity_excess"): spread(0.1, 0.1),
        },
        [
            {("typical", "trust_dyadic_share"): 0.15},
            {("typical", "trust_dyadic_share"): 0.3},
            {("typical", "tie_transitivity_excess"): spread(0.01, 0.1)},
        ],
    ),
    "N8": ({("england", "share_members_giving"): 0.35}, [{("england", "share_members_giving"): 0.6}]),
    "N10": ({("typical", "added_value"): spread(0.01, 0.01)}, [{("typical", "added_value"): spread(-0.01, 0.01)}]),
    "N17": (
        {
            ("typical", "added_value"): spread(0.01, 0.01),
            ("typical_reshuffled", "added_value"): spread(-0.01, 0.01, 4),
            ("growth_without_ties", "is_growth_coalition"): flags(0.1),
        },
        [
            {("typical_reshuffled", "added_value"): spread(0.0099, 0.01, 4)},
            {("growth_without_ties", "is_growth_coalition"): flags(0.2)},
        ],
    ),
    "N2b": (
        cores("england", HOLDS, RETURNS) | cores("england_reshuffled", UNRELATED, EVERY_EIGHTH),
        [
            cores("england", UNRELATED, RETURNS),
            {("england", "was_refounded"): UNRELATED},
            cores("england_reshuffled", HOLDS, RETURNS),
            cores("england_reshuffled", HOLDS, RETURNS),
        ],
    ),
    "N4": (
        {("england_fund", "index_points"): index(-0.6, 2.2)},
        [{("england_fund", "index_points"): index(-0.6, 1.1)}, {("england_fund", "index_points"): index(2.0, 2.2)}],
    ),
    "N5": (
        each("england_fund", "outcome_{}: education housing health", 0.1, 0.02, -0.02),
        [{("england_fund", "outcome_housing"): 0.1}, {("england_fund", "outcome_health"): 0.02}],
    ),
    "N6": (
        each("england_fund", "{}: index_points fund_ten_gbp_per_head", index(-0.6, 2.2), spread(2.0, 1.0, 7)),
        [{("england_fund", "fund_ten_gbp_per_head"): spread(2.0, 0.5, 3)}],
    ),
    "N9": (
        fund(),
        [
            fund(crime=0.2, education=0.2, health=0.2, housing=0.2, economy=0.2),
            fund(housing=0.27), fund(economy=0.27), fund(housing=0.25), fund(economy=0.25),
        ],
    ),
    "N11": (
        {("pathfinders", "stage"): 3.0, ("pathfinders", "projects_delivered"): 0.0},
        [{("pathfinders", "stage"): 2.0 + 3.0 * HALF}, {("pathfinders", "projects_delivered"): HALF}],
    ),
    "N12": (
        both_ways("smart smart_in_silos typical alignment_partners", 0.5, 0.45, 0.4)
        | both_ways("public_board public_board_of_all typical decision_rate", 0.5, 0.45, 0.4)
        | both_ways("voice voice_without typical voice_voluntary", 0.3, 0.25, 0.2),
        [
            {("smart", "alignment_partners"): spread(0.455, 0.1)},
            {("public_board", "decision_rate"): spread(0.4, 0.1)},
            {("voice", "voice_voluntary"): spread(0.255, 0.1)},
        ],
    ),
    "N13": (
        {("typical", "is_successful"): HALF} | both_ways("carrot typical trust", 0.5, 0.45)
        | both_ways("carrot typical attendance_senior_agency", 0.5, 0.45),
        [{("carrot", "trust"): spread(0.455, 0.1)}, {("carrot", "attendance_senior_agency"): spread(0.45, 0.1)}],
    ),
    "N14": (
        N14,
        [
            {("stick_and_carrot", "engagement"): spread(0.355, 0.1), ("carrot", "engagement"): spread(0.3, 0.1)},
            {("stick_and_carrot", "engagement"): spread(0.365, 0.1), ("stick", "engagement"): spread(0.3, 0.1)},
            {("stick", "contribution_share"): spread(0.02, 0.002)},
        ],
    ),
    "N15": (
        {("place_first", "is_dissolved"): flags(0.3), ("place_first_directive", "is_dissolved"): flags(0.4)},
        [{("place_first", "is_dissolved"): flags(0.6)}, {("place_first_directive", "is_dissolved"): flags(0.33)}],
    ),
}  # fmt: skip
"""Tables that pass each pattern, and for each finding that decides a change with which it does not."""


def made_up(id: str, *changes: dict[tuple[str, str], Made]) -> dict[str, dict[str, np.ndarray]]:
    """Return tables of runs for all that a pattern reads: flags down, all else about 0.3, and what is changed."""
    tables: dict[str, dict[str, np.ndarray]] = {}
    given = {place: value for change in changes for place, value in change.items()}
    for name in BY_ID[id].experiments:
        months = DECLARED.experiments[name].months
        tables[name] = {}
        for measure in DECLARED.measures_of(name):
            usual = 0.0 if measure.startswith(("is_", "was_", "has_")) else spread(0.3, 0.02, seed=len(measure))
            value = np.asarray(given.pop((name, measure), usual), dtype=float)
            runs = value if value.ndim == 2 else value.reshape(-1, 1)
            tables[name][measure] = np.broadcast_to(runs, (RUNS, months))
    assert not given, f"{id} does not read {list(given)}"
    return tables


def board_of(id: str, *changes: dict[tuple[str, str], Made]):
    board = scoreboard([BY_ID[id]], made_up(id, *changes), resamples=199)
    return board[board["decides"]].reset_index(drop=True)


def test_every_pattern_has_made_up_worlds():
    """But the forecast, in which nothing decides."""
    assert set(WORLDS) == set(BY_ID) - {"N16"}
    for id, (_, breaks) in WORLDS.items():
        assert len(breaks) == sum(BY_ID[id].decides), id


@pytest.mark.parametrize("id", WORLDS)
def test_every_criterion_can_be_passed(id):
    """A pattern that nothing could show would be no test of a model."""
    board = board_of(id, WORLDS[id][0])
    assert board["inside"].all(), board[["what", "value", "ci_low", "ci_high"]]
    assert board["passed"].all()


@pytest.mark.parametrize(("id", "place"), [(id, k) for id, (_, breaks) in WORLDS.items() for k in range(len(breaks))])
def test_every_criterion_can_be_failed(id, place):
    """Finding by finding: one that everything shows would be none either."""
    world, breaks = WORLDS[id]
    board = board_of(id, world, breaks[place])
    assert not board["inside"][place], board[["what", "value", "ci_low", "ci_high"]]
    assert not board["passed"].any()


def test_what_cannot_be_measured_fails():
    """Runs that are all alike, or of which none meets a condition, pass no criterion that compares them."""
    for id, level in (("P6", 0.25), ("P7", 0.25), ("N2b", 0.25), ("N12", 0.25), ("N12", 0.3)):
        tables = {
            name: {m: np.full((RUNS, DECLARED.experiments[name].months), level) for m in DECLARED.measures_of(name)}
            for name in BY_ID[id].experiments
        }
        assert not scoreboard([BY_ID[id]], tables, resamples=99)["passed"].any(), id
    everybody_comes = {("typical", "attendance"): 0.9}
    assert not board_of("N14", N14, everybody_comes)["passed"].any()


def test_a_forecast_is_reported_and_never_passed():
    """N16 has numbers and no verdict."""
    gone = {("england_to_2018", "was_abolished"): flags(0.6), ("england_to_2018", "was_refounded"): flags(0.2)}
    board = scoreboard([BY_ID["N16"]], made_up("N16", gone), resamples=99)
    assert not board["decides"].any()
    assert not board["passed"].any()
    assert board["value"][0] == pytest.approx(1 / 3)
