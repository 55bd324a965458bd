"""A case: a folder about one place, which runs in every verb and tells everything that is wrong with it at once."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from experiments import load_scenario
from experiments.cases.reading import checked_case, read_case
from experiments.cases.sheets import PLACE_FILE, PLACE_SAYS, SHEETS
from experiments.cases.writing import case_of, write_case
from experiments.console import main
from experiments.errors import CommandError
from experiments.study import plans
from sim.levers import policy_calendar
from sim.population import seats_of

pytestmark = pytest.mark.usefixtures("empty_folder")

CITY = {
    "place.yaml": """\
label: Hill City
population: 240000
tiers: 1
need: {education: 0.7, economy: 0.9, housing: 0.4, crime: 0.6, health: 0.8}
prices: 2006-07
start: 2001-04
months: 30
leader: committed
""",
    "partners.csv": """\
name,type,budget_gbp_m,economy,housing,senior_half_days,groups,chairs
Hill Council,unitary_council,310.5,,,,,yes
North Police,police,44,,,,,
South Police,police,21,,,30,safer economic,
Primary Care Trust,primary_care_trust,,,,,,
Hill Airport,airport,95,3,1,,,
Credit Union,credit_union,,,,,,
Chamber,chamber_of_commerce,,,,,economic,
Tenants,residents_network,,,,,,
""",
    "types.csv": """\
type,based_on,label,sector,is_publicly_funded
airport,large_employer,Airport,,
credit_union,vcs_service_provider,Credit union,voluntary,0
""",
    "trust.csv": "giver,receiver,trust\nTenants,Hill Council,0.1\nHill Council,Tenants,0.7\n",
    "ties.csv": "one,other,tied\nHill Council,Hill Airport,yes\nNorth Police,South Police,no\n",
    "series.csv": """\
month,fund_gbp_m_a_year,need_crime,prices,price_index
2001-04,2.0,,2006-07,
2001-06,3.3,0.7,2001-02,110
2002-01,0,,2006-07,
""",
    "events.csv": """\
month,setting,value,note
2002-04,levers.staff_team,0.6,a team
2002-04,levers.duty.attend,0.4,a duty
2002-10,abolish,South Police,merger
2002-10,create,fire_service,a service
2004-04,levers.initiatives,3,too late for this run
""",
    "targets.csv": "measure,month,to,value,standard_error\nengagement,2002-04,2003-03,0.4,0.1\n",
}
"""A made-up city: two forces that differ, a type of its own, an airport, a fund by month, some pairs that are known."""


OPTIMISE = ["vary=[levers.staff_team]", "population=8", "generations=1", "replicates=2", "confirming_replicates=2"]


def city(folder: str = "city", **changed: str | bytes) -> Path:
    """Write the city, with files changed by name (without ending), and return its folder."""
    path = Path(folder)
    path.mkdir()
    files = {file: text.encode() for file, text in CITY.items()}
    for name, text in changed.items():
        file = next(file for file in CITY if file.startswith(name))
        files[file] = text if isinstance(text, bytes) else text.encode()
    for file, content in files.items():
        (path / file).write_bytes(content)
    return path


def refused(arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(list(arguments)) == 2
    said = capsys.readouterr().err.strip()
    assert said.count("error:") == 1
    return said.splitlines()[-1]


# ---------------------------------------------------------------------- what a case is


def test_a_case_is_what_its_files_say():
    """Every file has a part in it."""
    scenario = load_scenario("baseline_lsp", case=city())
    seats = {seat.name: seat for seat in seats_of(scenario)}
    assert list(seats) == [*(line.split(",")[0] for line in CITY["partners.csv"].splitlines()[1:]), "fire_service_1"]
    assert seats["fire_service_1"].joins_at == 18
    assert seats["South Police"].kind.senior_half_days == 30.0
    assert seats["Credit Union"].kind.is_publicly_funded == 0.0
    assert seats["Hill Airport"].kind.economy == pytest.approx(0.75)
    assert [seat.name for seat in seats.values() if seat.is_chair] == ["Hill Council"]
    assert scenario.leadership == load_scenario("baseline_lsp", ["leadership=committed"]).leadership
    policies = policy_calendar(scenario)
    assert [policies[month].fund_gbp_m_a_year for month in (0, 1, 2, 8, 9)] == pytest.approx([2.0, 2.0, 3.0, 3.0, 0.0])
    assert [policies[month].need[3] for month in (0, 2)] == [0.6, 0.7]
    assert [policies[month].levers.staff_team for month in (11, 12)] == [scenario.levers.staff_team, 0.6]
    assert policies[18].abolished == ("South Police",)


def test_what_a_case_leaves_open_stays_with_the_scenario():
    """So one city can be set under several regimes of policy."""
    folder = city(events="month,setting,value\n", place=CITY["place.yaml"].replace("leader: committed\n", ""))
    for name in ("talking_shop", "england_2001_2013"):
        plain, own = load_scenario(name), load_scenario(name, case=folder)
        assert (own.levers, own.leadership, own.calendar) == (plain.levers, plain.leadership, plain.calendar)
        assert own.place.label == "Hill City"


def test_the_command_line_comes_last():
    """Single settings of a case can be changed for a run."""
    scenario = load_scenario("baseline_lsp", ["place.population=99000", "months=12"], case=city())
    assert (scenario.place.population, scenario.months) == (99_000, 12)


@pytest.mark.slow
@pytest.mark.parametrize(
    "asked",
    [
        [],
        ["place=hackney"],
        ["scenario=england_2001_2013", "place=easington"],
        ["place=adur", "scenario=growth_coalition"],
        ["board=forum_30", "place=two_tier_county"],
    ],
)
def test_places_that_ship_are_cases_too(asked, monkeypatch):
    """Written out as a case, a place and its board give the same numbers, bit for bit."""
    name = next((word.partition("=")[2] for word in asked if word.startswith("scenario=")), "baseline_lsp")
    plain = load_scenario(name, [word for word in asked if not word.startswith("scenario=")])
    write_case(Path("copy"), *case_of(plain))
    own = load_scenario(name, case="copy")
    assert [seat.name for seat in seats_of(own)] == [seat.name for seat in seats_of(plain)]
    months = 130 if plain.calendar else 18
    measures = [sim.simulate(sim.with_changes(one, months=months), seed=3).measures for one in (plain, own)]
    pd.testing.assert_frame_equal(*measures, check_exact=True)


@pytest.mark.slow
def test_the_example_runs_and_says_what_its_columns_are(capsys):
    """It is what a newcomer begins with."""
    assert main(["new", "case=mine"]) == 0
    assert main(["new", "case=mine", "check=true"]) == 0
    assert "nothing is wrong" in capsys.readouterr().out
    assert main(["run", "case=mine", "months=12", "figures=false", "output=out"]) == 0
    partners = pd.read_csv("out/partners.csv")
    assert list(partners["partner"])[:2] == ["Borough council", "Police in the borough"]
    for file, sheet in SHEETS.items():
        text = Path("mine", file).read_text("utf-8")
        assert all(f"# {column.name}: " in text for column in sheet.columns), file
    assert all(f"{name}:" in Path("mine", PLACE_FILE).read_text("utf-8") for name in PLACE_SAYS)
    assert "has files in it" in refused(["new", "case=mine"], capsys)


# ---------------------------------------------------------------------- the same everywhere


@pytest.mark.long
@pytest.mark.filterwarnings("default")
def test_a_city_gives_the_same_bits_wherever_it_runs(monkeypatch):
    """In both engines, in a study, and on workers with another working folder that never saw the case."""
    pytest.importorskip("distributed")
    from distributed import LocalCluster

    folder = city()
    scenario = load_scenario("talking_shop", case=folder)
    history = sim.simulate(scenario, seed=1, replicate=1).measures
    both = sim.simulate_ensemble([scenario], replicates=2, seed=1)
    for measure in sim.MEASURES:
        assert np.array_equal(both[measure][0, 1], history[measure]), measure

    asked = [f"case={folder}", "scenarios=[talking_shop]", "design=grid", "vary=[levers.initiatives]", "levels=2"]
    asked += ["replicates=2", "seed=1"]
    assert main(["sweep", "study=here", *asked]) == 0
    Path("elsewhere").mkdir()
    with ExitStack() as stack:
        with contextlib.chdir("elsewhere"):
            cluster = stack.enter_context(LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None))
        assert main(["sweep", "study=there", *asked, "executor=dask", f"scheduler={cluster.scheduler_address}"]) == 0
    here, there = (pd.read_parquet(f"{name}/runs.parquet") for name in ("here", "there"))
    pd.testing.assert_frame_equal(here, there, check_exact=True)


@pytest.mark.slow
def test_a_study_keeps_a_copy_and_needs_the_case_no_more():
    """A study is passed on as one folder; files in it that were changed are noticed."""
    folder = city()
    asked = [f"case={folder}", "design=grid", "vary=[levers.initiatives]", "levels=2", "replicates=1"]
    assert main(["sweep", "study=s", *asked, "months=6"]) == 0
    for file in CITY:
        assert (Path("s/case") / file).read_bytes() == (folder / file).read_bytes()
    shutil.rmtree(folder)
    study = plans.open_study(Path("s"))
    assert next(iter(study.scenarios.values())).place.label == "Hill City"
    assert main(["sweep", "study=s", "status=true"]) == 0
    (Path("s/case") / "partners.csv").write_text("", "utf-8")
    with pytest.raises(CommandError, match=r"case/partners\.csv"):
        plans.open_study(Path("s"))


def test_the_manifest_has_the_hash_of_every_file():
    """Whoever has the files can tell whether they are those."""
    folder = city()
    assert main(["run", f"case={folder}", "months=6", "figures=false", "output=out"]) == 0
    manifest = json.loads(Path("out/manifest.json").read_text("utf-8"))
    assert [one["path"] for one in manifest["own_files"]] == sorted(f"case/{file}" for file in CITY)
    assert {one["sha256"] for one in manifest["own_files"]} == set(read_case(folder).files.values())
    assert f"case={folder.resolve()}" in manifest["command"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("verb", "more"),
    [
        ("compare", ["scenarios=[talking_shop,baseline_lsp]", "replicates=2", "output=out"]),
        ("explain", ["replicates=2", "output=out"]),
        pytest.param("optimise", [*OPTIMISE, "output=out"], marks=pytest.mark.long),
        ("phase", ["replicates=1", "study=s", "points=2", "output=out"]),
    ],
)
def test_verbs_take_a_case(verb, more):
    """All that take a scenario do."""
    figures = [] if verb == "optimise" else ["figures=false"]
    assert main([verb, f"case={city()}", "months=12", *figures, *more]) == 0
    manifest = json.loads(Path("out/manifest.json").read_text("utf-8"))
    assert {scenario["place"]["label"] for scenario in manifest["scenarios"].values()} == {"Hill City"}


def test_what_a_case_has_itself_is_not_given_beside_it(capsys):
    """Which of the two counts would be a guess."""
    folder = city()
    for other in ("place=hackney", "board=growth", "leadership=directive", "calendar=none"):
        said = refused(["run", f"case={folder}", other], capsys)
        assert other in said
        assert "the case states its own" in said
    assert "takes no case" in refused(["report", f"case={folder}", "from=x"], capsys)
    assert "is no folder" in refused(["run", "case=nowhere"], capsys)
    assert "case is given twice" in refused(["run", f"case={folder}", f"case={folder}"], capsys)


def test_dates_after_the_last_month_are_said_in_one_line(capsys):
    """They are kept, and reached by a longer run."""
    assert main(["run", f"case={city()}", "figures=false", "output=out"]) == 0
    assert (
        "calendar: 1 dated after the last month, 2003-09 (from 2004-04 on), are not reached" in capsys.readouterr().err
    )


# ---------------------------------------------------------------------- how tables are written


def partners_as(text: str, encoding: str = "utf-8") -> list[str]:
    folder = city(partners=text.encode(encoding), trust="", ties="", events="")
    case, problems = checked_case(folder)
    assert not problems, [str(problem) for problem in problems]
    assert case is not None
    budgets = [body.get("budget_gbp_m") for body in case.board["bodies"]]
    assert budgets == [310.5, None]
    return [body["name"] for body in case.board["bodies"]]


PLAIN = "name,type,budget_gbp_m\nHall of Würzburg,unitary_council,310.5\nNorth Police,police,\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_encodings_of_spreadsheets_are_understood(encoding):
    """Excel saves CSV in whatever the machine has."""
    assert partners_as(PLAIN, encoding)[0] == "Hall of Würzburg"


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_semicolons_and_tabs_come_with_decimal_commas(delimiter):
    """As a European spreadsheet saves them."""
    assert len(partners_as(PLAIN.replace(",", delimiter).replace("310.5", "310,5"))) == 2


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
def test_lines_may_end_in_any_way(ending):
    """As Windows, old Macs and the rest end them; empty columns and rows beside the table are no trouble."""
    assert len(partners_as(PLAIN.replace("\n", ",,\n" if ending == "\n" else "\n").replace("\n", ending))) == 2


@pytest.mark.parametrize(
    "written", ["2002-01", "2002/1", "2002-01-01", "Jan-02", "Jan 2002", "01/01/2002", "13.1.2002"]
)
def test_months_are_understood_as_excel_shows_them(written):
    """Excel makes a date of 2002-01 whenever it can."""
    folder = city(
        partners=f"name,type,joins\nHill Council,unitary_council,\nA,police,{written}\n", trust="", ties="", events=""
    )
    case = read_case(folder)
    assert case.board["bodies"][1]["joins"] == "2002-01"


# ---------------------------------------------------------------------- what is wrong

WRONG_CELLS = [
    ("partners", "name,type,budget_gbp_m\nA,police,12m\n", 2, "budget_gbp_m", "a number from 0 to 100000"),
    ("partners", "name,type,budget_gbp_m\nA,police,-1\n", 2, "budget_gbp_m", "a number from 0 to 100000"),
    ("partners", "name,type,budget_gbp_m\nA,police,nan\n", 2, "budget_gbp_m", "a number"),
    ("partners", 'name,type,budget_gbp_m\nA,police,"1,234"\n', 2, "budget_gbp_m", "write 1234"),
    ("partners", 'name,type,budget_gbp_m\nA,police,"12,5"\n', 2, "budget_gbp_m", "write 12.5"),
    ("partners", "name,type,discretionary_share\nA,police,1.5\n", 2, "discretionary_share", "from 0 to 1"),
    ("partners", "name,type\nA,polise\n", 2, "type", "did you mean police?"),
    ("partners", "name,type\nA,\n", 2, "type", "it is empty"),
    ("partners", "name,type\n,police\n", 2, "name", "it is empty"),
    ("partners", "name,type\nA,police\n# so\n\nA,police\n", 5, "name", "line 2 already"),
    ("partners", "name,type\nA|B,police\n", 2, "name", "no comma"),
    ("partners", "name,type,sector\nA,police,busines\n", 2, "sector", "did you mean business?"),
    ("partners", "name,type,groups\nA,police,safe\n", 2, "groups", "did you mean safer?"),
    ("partners", "name,type,chairs\nA,police,perhaps\n", 2, "chairs", "yes or no"),
    ("partners", "name,type,joins\nA,police,03/04/2001\n", 2, "joins", "2001-04 or 2001-03"),
    ("partners", "name,type,joins\nA,police,36982\n", 2, "joins", "format the column as text"),
    ("partners", "name,type,joins\nA,police,2001-13\n", 2, "joins", "is no month"),
    ("partners", "name,type,joins\nA,police,1999-01\n", 2, "joins", "before the run, which begins in 2001-04"),
    ("partners", "name,type,chairs\nA,police,yes\nB,police,yes\n", 3, "chairs", "one at most"),
    ("partners", "name,type,economy,health\nA,police,0,0\n", 2, "education", "all priorities are 0"),
    ("partners", "name,type,budjet_gbp_m\nA,police,1\n", 1, "budjet_gbp_m", "did you mean budget_gbp_m?"),
    ("partners", "name,type,name\nA,police,B\n", 1, "name", "twice"),
    ("partners", "name\nA\n", 1, "type", "missing"),
    ("partners", "name,type\nA,police,x,y\n", 2, "", "2 more cells"),
    ("types", "type,based_on\nairport,larg_employer\n", 2, "based_on", "did you mean large_employer?"),
    ("types", "type,based_on\npolice,fire_service\n", 2, "type", "ships with the model"),
    ("types", "type,based_on\na,police\na,police\n", 3, "type", "twice"),
    ("types", "type,based_on\nan airport!,police\n", 2, "type", "letters and underscores"),
    ("trust", "giver,receiver,trust\nTenant,Hill Council,0.5\n", 2, "giver", "did you mean Tenants?"),
    ("trust", "giver,receiver,trust\nTenants,Hill Council,2\n", 2, "trust", "from 0 to 1"),
    ("trust", "giver,receiver,trust\nTenants,Tenants,1\n", 2, "receiver", "both sides"),
    ("trust", "giver,receiver,trust\nTenants,Chamber,1\nTenants,Chamber,0\n", 3, "receiver", "line 2 already"),
    ("ties", "one,other\nTenants,Chamber\nChamber,Tenants\n", 3, "other", "line 2 already"),
    ("ties", "one,other,tied\nTenants,Chamber,7\n", 2, "tied", "yes or no"),
    ("series", "financial_year,fund_gbp_m_a_year\nFeb-01,1\n", 2, "financial_year", "format the column as text"),
    ("series", "financial_year,fund_gbp_m_a_year\n2001-03,1\n", 2, "financial_year", "2001-02"),
    ("series", "month,fund_gbp_m_a_year\n2002-04,1\n2001-04,1\n", 3, "month", "rows go by date"),
    ("series", "month,fund_gbp_m_a_year,prices\n2002-04,1,2010-11\n", 2, "price_index", "give price_index"),
    ("series", "month,financial_year,fund_gbp_m_a_year\n,,1\n", 2, "month", "either a month or a financial year"),
    ("series", "month,need_crime\n2002-04,1.2\n", 2, "need_crime", "from 0 to 1"),
    ("events", "month,setting,value\n1999-04,levers.staff_team,1\n", 2, "month", "before the run"),
    ("events", "month,setting,value\n2002-04,levers.staf_team,1\n", 2, "setting", "did you mean levers.staff_team"),
    ("events", "month,setting,value\n2002-04,levers.staff_team,2\n", 2, "value", "0 to 1"),
    ("events", "month,setting,value\n2002-04,levers.purse,all\n", 2, "value", "need"),
    ("events", "month,setting,value\n2002-04,behaviour.tie_rate,1\n", 2, "setting", "a lever"),
    ("events", "month,setting,value\n2002-04,abolish,Tenant\n", 2, "value", "did you mean Tenants?"),
    ("events", "month,setting,value\n2002-04,create,polise\n", 2, "value", "did you mean police?"),
    ("events", "month,setting,value\n2002-04,executive,nobody\n", 2, "value", "public_only"),
    ("events", "month,setting,value\n" + "2002-04,levers.staff_team,1\n" * 2, 3, "setting", "set twice"),
    ("targets", "measure,month,value,standard_error\nengagment,2002-04,1,1\n", 2, "measure", "engagement"),
    ("targets", "measure,month,to,value,standard_error\ntrust,2002-04,2001-04,1,1\n", 2, "to", "comes before"),
    ("targets", "measure,month,value,standard_error\ntrust,2002-04,1,-1\n", 2, "standard_error", "from 0"),
    ("targets", "measure,month,value,standard_error\ntrust,2002-04,1.4,1\n", 2, "value", "trust goes from 0 to 1"),
    ("targets", "measure,month,value,standard_error\ntrust,2024-03,1,1\n", 2, "month", "ends in 2003-09"),
    ("place", "population: 240000\nmonths: 0\n", 2, "months", "from 1 to 600"),
    ("place", "population: 240000\nstart: April\n", 2, "start", "YYYY-MM"),
    ("place", "population: 240000\npopulation: 1\n", 2, "population", "second time"),
    ("place", "population: 12\n", 1, "population", "1000"),
    ("place", "population: lots\n", 1, "population", "a whole number"),
    ("place", "tiers: 1\n", None, "population", "missing"),
    ("place", "population: 240000\ntiers: 3\n", 2, "tiers", "1, 2"),
    ("place", "population: 240000\nneed: {crime: 2}\n", 2, "need", "from 0"),
    ("place", "population: 240000\nneed: {crimes: 0.2}\n", 2, "need", "crime"),
    ("place", "population: 240000\nleader: comitted\n", 2, "leader", "did you mean committed?"),
    ("place", "population: 240000\nleader: {attention: 3}\n", 2, "leader", "0 to 1"),
    ("place", "population: 240000\nlevers: {staff_teem: 1}\n", 2, "levers", "staff_team"),
    ("place", "population: 240000\ncalendar: englan\n", 2, "calendar", "england_2001_2013"),
    ("place", "population: 240000\nchair: mayor\n", 2, "chair", "council"),
    ("place", "populace: 240000\n", 1, "populace", "did you mean population?"),
    ("place", "population: [\n", 2, "", "no YAML"),
    ("place", "- 1\n", None, "", "settings"),
]
"""A file, its text, and where it is wrong: the line, the column, and a part of what is said."""


@pytest.mark.parametrize(("file", "text", "line", "column", "says"), WRONG_CELLS)
def test_a_wrong_cell_is_told_by_file_line_and_column(file, text, line, column, says):
    """A person finds it at once, and is told what is allowed."""
    where = next(name for name in CITY if name.startswith(file))
    told = checked_case(city(**{file: text}))[1]
    found = [problem for problem in told if problem.file == where and says in problem.says]
    assert found, [str(problem) for problem in told]
    assert (found[0].line, found[0].column) == (line, column)
    assert "\n" not in str(found[0])


def test_nobody_is_tied_to_a_body_that_joins_later():
    folder = city(partners=CITY["partners.csv"].replace("chairs", "joins").replace(",yes", ",2002-01"))
    told = [str(problem) for problem in checked_case(folder)[1]]
    assert told == ["ties.csv, line 2, column one: 'Hill Council' joins in 2002-01: nobody is tied to it before"]


def test_a_file_that_is_nearly_called_as_one_that_is_read_is_told():
    folder = city()
    (folder / "tie.csv").write_text("one,other\nTenants,Chamber\n")
    (folder / "survey.csv").write_text("what,else\n1,2\n")
    assert [str(problem) for problem in checked_case(folder)[1]] == [
        "tie.csv: nothing reads it: call it ties.csv, or keep it elsewhere"
    ]


def test_everything_wrong_is_told_at_once(capsys):
    """Nobody wants to be told one thing a time."""
    folder = city(
        trust="giver,receiver,trust\nX,Y,9\n", targets="measure,month,value,standard_error\n,,,\nq,2001,a,b\n"
    )
    told = [str(problem) for problem in checked_case(folder)[1]]
    assert len(told) == 7
    assert main(["new", f"case={folder}", "check=true"]) == 2
    shown = capsys.readouterr()
    assert shown.out.splitlines() == told
    assert "7 to put right" in shown.err
    said = refused(["run", f"case={folder}"], capsys)
    assert told[0] in said
    assert "and 6 more: partnerships new case=" in said


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02", b"\xff\xfe\x00", b"{}", b"# only a comment\n", b"a,b\n1,2\n"]
)
@pytest.mark.parametrize("file", sorted(CITY))
def test_any_file_may_be_damaged(file, content):
    """Whatever stands in a file, a case is read or refused in lines."""
    folder = city()
    (folder / file).write_bytes(content)
    case, problems = checked_case(folder)
    assert (case is None) == bool(problems)
    assert all("\n" not in str(problem) for problem in problems)


def test_a_case_does_not_depend_on_the_working_folder(monkeypatch):
    """A path is read where it is typed."""
    folder = city().resolve()
    before = load_scenario("baseline_lsp", case=folder)
    other = Path("other")
    other.mkdir()
    monkeypatch.chdir(other)
    assert load_scenario("baseline_lsp", case=os.path.relpath(folder)) == before
