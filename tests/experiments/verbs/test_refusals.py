"""What a verb refuses, it refuses in one line that helps, before anything is computed or written."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import refused_line

from experiments.registry import verbs

REFUSED: dict[str, list[tuple[list[str], list[str]]]] = {
    "app": [
        (["port=70000"], ["0 to 65535"]),
        (["browsr=false"], ["did you mean browser?"]),
        (["extension=mine.py"], ["'mine.py'", "neither a module that can be imported nor a file"]),
        (["case=nowhere"], ["'nowhere'", "is no folder", "partnerships new case=nowhere"]),
        (["scenario=talking_shop"], ["scenario"]),
    ],
    "archive": [
        (["nothing_here"], ["nothing_here'", "is not a folder"]),
        ([], ["folder"]),
    ],
    "calibrate": [
        (["vary=[junior_bse]"], ["'junior_bse'", "did you mean junior_base?"]),
        (["vary=[]"], ["vary is empty"]),
        (["leave_out=[X11]"], ["'X11'", "did you mean X1?"]),
        (["of=exampel"], ["'exampel'", "did you mean example?"]),
        (["particles=2"], ["particles", "2", "8"]),
        (["behaviour=by_hand"], ["behaviour"]),
        (["vary=[own.grudge_rate]"], ["'own.grudge_rate' goes with case= and extension="]),
    ],
    "claims": [
        (["levers.duty.attend=1"], ["only behaviour= and the settings of the verb"]),
        (["place=birmingham"], ["only behaviour= and the settings of the verb"]),
        (["case=mycity"], ["claims takes no case", "compare"]),
        (["replicates=1"], ["replicates", "1", "2"]),
        (["replicates=many"], ["replicates = 'many'"]),
    ],
    "compare": [
        (["+experiment=levers_together"], ["states design, years, doses", "it is for sweep"]),
        (["replicates=0"], ["replicates", "0", "1"]),
        (["places=all"], ["155", "multiple of 354", "replicates=354"]),
        (["places=county:Kentt"], ["'Kentt'", "Kent"]),
        (["places=all", "place=hackney"], ["place and places"]),
        (["precision={engagment:0.01}"], ["precision", "'engagment'", "did you mean engagement?"]),
        (["precision={engagement:0}"], ["precision", "0"]),
        (["precision={engagement:0.1}", "replicates=9", "most_replicates=8"], ["most_replicates = 8", "9"]),
        (["replicats=9"], ["replicats", "did you mean replicates?"]),
        (["workers=0"], ["workers", "0", "1"]),
        (["scenarios=[talkng_shop,baseline_lsp]"], ["'talkng_shop'", "did you mean talking_shop?"]),
        (["scenarios=[baseline_lsp]"], ["scenarios", "two"]),
        (["scenario=talking_shop"], ["scenarios=["]),
        (["reference=talkingshop"], ["'talkingshop'", "did you mean talking_shop?", "growth_coalition"]),
        (["++measures=[trsut]"], ["'trsut'", "did you mean trust?"]),
        (["levers.dutty.attend=1"], ["levers.dutty.attend", "did you mean levers.duty.attend?"]),
        (["place.population=12"], ["place.population", "12", "1000"]),
        (["output=/proc/answers"], ["/proc/answers", "cannot be written"]),
    ],
    "diff": [
        ([], ["with is missing", "with={levers.duty.attend:1}"]),
        (["with={levers.dutty.attend:1}"], ["levers.dutty.attend", "did you mean levers.duty.attend?"]),
        (["with={board.members.fire:1}"], ["'fire'", "did you mean fire_service?"]),
        (["runs=[here]"], ["runs", "two output folders"]),
        (["runs=[here,there]"], ["'here'", "no output folder of run"]),
        (["runs=[here,there]", "months=12"], ["'months=12'", "cannot both be given"]),
    ],
    "discover": [
        (["regime=talking_shop"], ["study is missing"]),
        (["study=nowhere", "regime=talking_shop"], ["holds no study", "partnerships sweep study=nowhere"]),
    ],
    "doctor": [
        (["--jsno"], ["--jsno", "partnerships doctor --help"]),
        (["engine"], ["engine"]),
    ],
    "explain": [
        (["partner=polise"], ["'polise'", "did you mean police", "police_1"]),
        (["partner=residents_network", "board=typical"], ["2 seats", "residents_network_1, residents_network_2"]),
        (["sector=busines"], ["'busines'", "did you mean business?"]),
        (["sector=business", "partner=police"], ["ask for one"]),
        (["around=2030-01", "months=18"], ["around", "2030-01", "2001-05", "2002-09", "YYYY-MM"]),
        (["without=levers.staff_tem"], ["'levers.staff_tem'", "did you mean levers.staff_team?"]),
        (["at=0.5"], ["without="]),
        (["replicates=1"], ["replicates", "2"]),
        (["months=1"], ["fewer than two months"]),
    ],
    "explorer": [
        (["outptu=here"], ["did you mean output?"]),
        (["extension=mine.py"], ["'mine.py'", "neither a module that can be imported nor a file"]),
        (["case=nowhere"], ["'nowhere'", "is no folder", "partnerships new case=nowhere"]),
        (["place=hackney"], ["place"]),
        (["overwrite=perhaps"], ["overwrite"]),
    ],
    "hindcast": [
        (["places=fundde"], ["'fundde'", "funded", "county:NAME"]),
        (["places=counties"], ["'counties'", "of districts", "all, funded, recorded"]),
        (["places=county:Surrey"], ["'county:Surrey'", "0 of its 11 districts", "5 points", "at least 4"]),
        (["place=hackney"], ["place=hackney", "places="]),
        (["place.population=90000"], ["place.population=90000", "places="]),
        (["months=60"], ["months", "2001 and 2005"]),
        (["start=2002-04", "calendar=none"], ["2002-04", "2001-06", "scenario=england_2001_2013"]),
        (["replicates=2"], ["replicates", "2", "3 to 1000"]),
        (["held_out=perhaps"], ["held_out", "'perhaps'"]),
        (["replicats=9"], ["did you mean replicates?"]),
    ],
    "list": [
        ([], ["scenarios", "levers"]),
        (["levres"], ["'levres'", "did you mean levers?"]),
        (["levers", "--jsno"], ["--jsno"]),
    ],
    "new": [
        ([], ["case is missing", "case=mycity"]),
        (["case=nowhere", "check=true"], ["'nowhere'", "is no folder", "partnerships new case=nowhere"]),
        (["case=here", "chek=true"], ["chek", "did you mean check?"]),
        (["case=here", "place=hackny"], ["'hackny'", "hackney"]),
    ],
    "optimise": [
        (["avoid=[talkingshop]"], ["did you mean talking_shop"]),
        (["avoid=[]"], ["avoid = [] is not allowed"]),
        (["places=[gotham]"], ["gotham"]),
        (["bound=1.5"], ["bound = 1.5 is not allowed"]),
        (["objectives=nowhere.yaml"], ["objectives = 'nowhere.yaml' was not found"]),
        (["prices={levers.duty.atend:1}"], ["did you mean levers.duty.attend"]),
        (["place=birmingham"], ["places=[birmingham]"]),
    ],
    "patterns": [
        (["levers.staff_team=1"], ["levers.staff_team=1", "behaviour.trust_rate=0.05"]),
        (["runs=2"], ["runs", "2", "4"]),
        (["of=exampel"], ["'exampel'", "did you mean example?"]),
        (["held_out=true", "of=example"], ["held_out = true", "leave it out"]),
        (["behaviour.trust_rat=0.1"], ["behaviour.trust_rat", "did you mean trust_rate?"]),
    ],
    "phase": [
        (["study=s", "vary=[levers.staff_team]"], ["name two parameters"]),
        (["study=s", "vary=[levers.duty,leadership.attention]"], ["'levers.duty' is no single parameter"]),
        (["study=s", "vary=[levers.purse,leadership.attention]"], ["levers.purse takes names"]),
        (["study=s", "measure=trsut"], ["did you mean trust?"]),
        (["study=s", "points=1"], ["points"]),
        ([], ["study is missing"]),
    ],
    "report": [
        ([], ["from is missing", "from=outputs/headline"]),
        (["from=nowhere"], ["nowhere", "is not a folder"]),
    ],
    "run": [
        (["+experiment=levers_together"], ["experiment levers_together states scenarios", "it is for sweep"]),
        (["scenario=growth_coaliton"], ["'growth_coaliton'", "did you mean growth_coalition?"]),
        (["place=birmingam"], ["'birmingam'", "did you mean birmingham"]),
        (["place=newcastle"], ["newcastle_upon_tyne", "newcastle_under_lyme"]),
        (["place=county:Kent"], ["one place", "places=county:Kent"]),
        (["place=3"], ["place", "'3'", "a name"]),
        (["pairs=[2030-01]", "months=18"], ["pairs", "'2030-01'", "2001-04 to 2002-09", "YYYY-MM"]),
        (["levers.dutty.attend=1"], ["levers.dutty.attend", "did you mean levers.duty.attend?"]),
        (["levers.duty.atend=1"], ["levers.duty.atend", "did you mean attend?"]),
        (["+levers.staff_tame=1"], ["levers.staff_tame", "did you mean staff_team?"]),
        (["levers.duty.attend=1.5"], ["levers.duty.attend", "1.5", "0 to 1"]),
        (["levers.duty.attend=nan"], ["levers.duty.attend", "nan", "0 to 1"]),
        (["levers.purse=ned"], ["levers.purse", "'ned'", "did you mean need?"]),
        (["levers=null"], ["levers", "null", "talking_shop"]),
        (["monhts=6"], ["monhts", "did you mean months?"]),
        (["record=meeting"], ["'meeting'", "did you mean meetings?"]),
        (["sede=6"], ["sede", "did you mean seed?"]),
        (["+sede=6"], ["sede", "did you mean seed?"]),
        (["months=0"], ["months", "0", "1 to 600"]),
        (["start=2001"], ["start", "2001", "YYYY-MM"]),
        (["board.chair=mayor"], ["board.chair", "mayor", "council", "nobody"]),
        (["board.members={}"], ["board.members={}", "one by one"]),
        (["board.members={polic:1}"], ["polic", "one by one"]),
        (["calendar=[{from:2003-13,levers:{pooling_rate:0.2}}]"], ["2003-13", "YYYY-MM"]),
        (["calendar=[{from:1999-01}]"], ["1999-01", "before the run"]),
        (["calendar=[{from:2003-01,levers:{pooling_rat:0.2}}]"], ["2003-01", "did you mean pooling_rate?"]),
        (["calendar=[{from:2003-01,levers:{pooling_rate:3}}]"], ["levers.pooling_rate = 3", "0 to 1"]),
        (["months=long"], ["months", "'long'"]),
        (["months=6,8"], ["months=6,8 --multirun", "one whole number"]),
        (["start=2001-13"], ["start", "'2001-13'", "YYYY-MM"]),
        (["calendar=nrf_cliff_2008", "start=2009-01"], ["2008-04", "before the run", "2009-01"]),
        (["+calendar.0=4"], ["calendar.0"]),
        (["~board.members"], ["board.members"]),
        (["board.members.polise=1"], ["'polise'", "did you mean police?"]),
        (["board.members.county_council=1"], ["+board.members.county_council=1"]),
        (["seed=-1"], ["seed", "-1", "0"]),
        (["figures=perhaps"], ["figures", "'perhaps'"]),
        (["months=[6"], ["'months=[6'", "name=value"]),
        (["months"], ["'months'", "name=value"]),
        (["--quick"], ["--quick", "--multirun"]),
        (["--cfg", "jbo"], ["'jbo'", "job"]),
        (["--config-dir", "nowhere"], ["'nowhere'"]),
        (["--multirun", "levers.dutty=1,2"], ["levers.dutty", "did you mean duty?"]),
        (["output=/proc/answers"], ["/proc/answers", "cannot be written"]),
        (["output=."], ["output", "where you are"]),
    ],
    "fit": [
        (["behaviour.trust_rate=0.1"], ["behaviour.trust_rate=0.1", "draws all free numbers"]),
        (["leave_out=[P66]"], ["unknown pattern 'P66'", "did you mean P6?"]),
        (["draws=1"], ["draws", "1", "64"]),
        (["chances=[]"], ["chances"]),
        (["known=nowhere.parquet"], ["known = 'nowhere.parquet'", "cannot be read"]),
        (["wave=2"], ["wave", "2", "8"]),
        (["calibration=quik"], ["'quik'", "did you mean quick?"]),
        (["wav=3"], ["did you mean wave?"]),
    ],
    "scan": [
        (["behaviour.trust_rate=0.1"], ["behaviour.trust_rate=0.1", "draws all free numbers"]),
        (["runs_of={typicl: 3}"], ["'typicl'", "did you mean typical?"]),
        (["runs_of={typical: 0}"], ["runs_of.typical", "0"]),
        (["draws=1"], ["draws", "1", "2"]),
        (["draws_at_onc=1"], ["did you mean draws_at_once?"]),
    ],
    "seminar": [
        (["people=3"], ["people = 3 is not allowed", "from 4 to 40"]),
        (["people=41"], ["people = 41 is not allowed", "from 4 to 40"]),
        (["format=docx"], ["'docx'", "html", "pdf"]),
        (["poeple=20"], ["did you mean people?"]),
    ],
    "sensitivity": [
        ([], ["study is missing"]),
        (["study=s", "measures=[trsut]"], ["'trsut'", "did you mean trust?"]),
        (["study=s", "measures=[talkng_shop]"], ["'talkng_shop'", "did you mean talking_shop?"]),
        (["study=s", "measures=[trust@2006]"], ["YYYY-MM"]),
        (["study=s", "measures=[trust,trust]"], ["each once"]),
        (["study=s", "method=sobol", "draws=100"], ["power of two", "draws=64 or draws=128"]),
        (["study=s", "method=sobol", "draws=8"], ["draws = 8 is too few for sobol", "at least 16"]),
        (["study=s", "method=morris", "levels=5"], ["even number of levels"]),
        (["study=s", "method=mooris"], ["method", "'mooris'"]),
        (["study=s", "vary=[levers.dutty]"], ["did you mean levers.duty?"]),
        (["study=s", "precision=0"], ["precision"]),
        (["study=s", "scenario=talking_shop"], ["not a setting of sensitivity"]),
        (["study=s", "mesures=[trust]"], ["did you mean measures?"]),
    ],
    "sweep": [
        ([], ["study is missing"]),
        (["study=s", "vary=[levers.dutty]"], ["'levers.dutty'", "did you mean levers.duty?"]),
        (["study=s", "ranges={levers.duty.attend:[0.5,0.1]}"], ["levers.duty.attend = [0.5,0.1] is reversed"]),
        (["study=s", "+ranges.levers.duty.attend=[0,2]"], ["levers.duty.attend", "0 to 1"]),
        (["study=s", "precision={engagment:0.01}"], ["precision", "'engagment'", "did you mean engagement?"]),
        (["study=s", "precision={engagement:0}"], ["precision", "0"]),
        (["study=s", "precision={engagement:0.1}", "replicates=1"], ["replicates = 1", "from 2 to", "5000"]),
        (
            ["study=s", "precision={trust:1}", "draws=100000", "vary=[levers.duty]"],
            ["500,000,000 runs with most_replicates = 5000", "100,000,000"],
        ),
        (["study=s", "design=sobl"], ["'sobl'", "did you mean sobol?"]),
        (["study=s", "design=sobol", "draws=100"], ["power of two"]),
        (["study=s", "design=grid"], ["draws of", "at most 2,000,000"]),
        (["study=s", "design=nowhere.csv"], ["nowhere.csv", "was not found"]),
        (["study=s", "scenarios=[]"], ["at least one"]),
        (["study=s", "scenarios=[talkng_shop]"], ["did you mean talking_shop?"]),
        (["study=s", "scenario=talking_shop"], ["scenarios=["]),
        (["study=s", "trajectories=true", "measures=[trsut]"], ["'trsut'", "did you mean trust?"]),
        (["study=s", "replicates=0"], ["replicates", "0"]),
        (["study=s", "executor=ray"], ["executor", "'ray'"]),
        (["study=s", "replicats=3"], ["did you mean replicates?"]),
        (["study=s", "design=togeter"], ["did you mean together?"]),
        (["study=s", "design=together"], ["doses = None", "at least two levers"]),
        (["study=s", "doses={a:{x:{levers.pooling_rate:0.1}}}"], ["design=together"]),
        (["study=s", "years=[1]"], ["trajectories=true"]),
        (["study=s", "+experiment=levers_togther"], ["'levers_togther'", "did you mean levers_together?"]),
        (["study=s", "+experiment=levers_together", "years=[1,13]"], ["13", "144 months, 12 full years"]),
        (["study=s", "+experiment=levers_together", "years=[1,1]"], ["each once"]),
        (["study=s", "+experiment=levers_together", "places=all"], ["places", "one place"]),
        (["study=s", "+experiment=levers_together", "vary=[levers]"], ["vary", "doses"]),
        (["study=s", "status=true"], ["holds no study"]),
        (["study=/proc/s"], ["/proc/s", "cannot be written"]),
    ],
    "dock": [
        (["scenario=talking_shop"], ["scenario=talking_shop", "change behaviour alone"]),
        (["levers.duty.attend=1"], ["levers.duty.attend=1", "change behaviour alone"]),
        (["case=mycity"], ["dock takes no case", "compare"]),
        (["replicates=10"], ["replicates = 10", "each of"]),
        (["behaviour=best", "replicates=1"], ["replicates", "1", "10"]),
    ],
    "methods": [
        ([], ["from is missing", "from=outputs/headline"]),
        (["from=nothing_here"], ["nothing_here", "is not a folder"]),
    ],
    "compile": [
        (["grudges.py"], ["'grudges.py'", "extension=MODULE"]),
        (["extension=nowhere"], ["'nowhere'", "neither a module"]),
    ],
    "rerun": [
        (["nothing_here"], ["nothing_here'", "is not a folder"]),
        ([], ["folder"]),
    ],
    "regimes": [
        (["scenario=talking_shop"], ["scenario", "scenarios=[talking_shop]"]),
        (["scenarios=[talking_shp]"], ["talking_shp", "talking_shop"]),
        (["months=6"], ["months", "at least 12"]),
        (["replicates=1"], ["replicates", "1", "10"]),
        (["clusters=1"], ["clusters", "1", "2"]),
    ],
    "tipping": [
        ([], ["lever is missing", "lever=levers.staff_team"]),
        (["lever=levers.staff_tem"], ["'levers.staff_tem'", "did you mean levers.staff_team?"]),
        (["lever=staff_team"], ["'staff_team'", "did you mean levers.staff_team?"]),
        (["lever=levers.duty"], ["'levers.duty'", "no single lever"]),
        (["lever=levers.purse"], ["levers.purse", "takes names", "need, influence, alignment"]),
        (["lever=[levers.staff_team,levers.staff_team]"], ["one lever or two different ones"]),
        (["lever=levers.staff_team", "high=1.5"], ["high = 1.5", "levers.staff_team", "0 to 1"]),
        (["lever=levers.staff_team", "low=0.9", "high=0.5"], ["low = 0.9", "high = 0.5", "in order"]),
        (["lever=levers.staff_team", "high=[1,0.5]"], ["high = [1,0.5]", "1 in all"]),
        (["lever=levers.staff_team", "high=much"], ["high", "'much'"]),
        (["lever=levers.staff_team", "doses=1"], ["doses", "1", "2 to 21"]),
        (["lever=levers.staff_team", "at_months=[144,601]"], ["at_months", "601", "600"]),
        (["lever=levers.staff_team", "at_months=[]"], ["at_months = []", "at least one"]),
        (["lever=levers.staff_team", "at_months=[600,144]"], ["at_months = [600,144]", "in order"]),
        (["lever=levers.staff_team", "hold_years=6"], ["hold_years = 6", "54 years", "at most 5 years"]),
        (["lever=levers.staff_team", "ailing_in=3"], ["turn_years begin with 1", "ailing_in = 3"]),
        (["lever=levers.staff_team", "within=45"], ["within = 45", "55 years", "50"]),
        (["lever=levers.staff_team", "months=60"], ["months", "at_months="]),
        (["lever=levers.staff_team", "replicates=1"], ["replicates", "1", "2"]),
        (["lever=levers.staff_team", "turn_yeers=[1]"], ["did you mean turn_years?"]),
    ],
}
"""By verb: what is given, and what the one line must hold."""

CASES = [
    pytest.param(verb, arguments, parts, id=" ".join([verb, *arguments]))
    for verb, cases in REFUSED.items()
    for arguments, parts in cases
]


def test_every_verb_refuses_something():
    assert set(REFUSED) == set(verbs())


@pytest.mark.slow
@pytest.mark.parametrize(("verb", "arguments", "parts"), CASES)
def test_bad_input_ends_with_one_line_that_helps(verb, arguments, parts, empty_folder: Path, capsys):
    """A person who mistypes gets the name, the value and the way out; never a trace, never half a result."""
    line = refused_line([verb, *arguments], capsys)
    assert all(part in line for part in parts), line
    assert list(empty_folder.iterdir()) == []


def test_an_unknown_verb_is_refused(capsys):
    line = refused_line(["rnu"], capsys)
    assert all(part in line for part in ("'rnu'", "did you mean run?", "compare"))
