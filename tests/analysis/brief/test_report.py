"""The brief: everything of the answer is in it, it needs no network, anybody can read it, and it is always the same."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import re
import shutil
import sys
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from commands import refused_line

from analysis.brief import figures as brief_figures
from analysis.brief import sections as brief_sections
from analysis.brief.background import LIMITS, rank_correlations, sensitivity
from analysis.brief.contents import brief_of
from analysis.brief.document import Code, Prose, Table, render
from analysis.shared.words import with_unit
from experiments import load_scenario
from experiments.console import main
from experiments.errors import CommandError
from experiments.output.evidence import evidence_in
from experiments.output.finished import read_all, read_finished
from sim import PARAMETERS

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DATED = (
    "calendar=[{from: 2001-10, note: the fund ends, levers: {flexible_fund_gbp_m: 0}},"
    "{from: 2002-01, levers: {staff_team: 1}}]"
)
SHORT = ["board=small_executive", "months=14", "figures=false"]

needs_browser = pytest.mark.skipif(
    CHROMIUM is None or importlib.util.find_spec("axe_playwright_python") is None,
    reason="needs chromium and axe-playwright-python",
)
needs_pdf = pytest.mark.skipif(importlib.util.find_spec("weasyprint") is None, reason="needs weasyprint")


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A comparison, a study, an explanation and a plain run, all tiny."""
    folder = tmp_path_factory.mktemp("answers")
    pair = "scenarios=[growth_coalition,talking_shop,baseline_lsp]"
    compare, sweep = ["compare", *SHORT, "engine=mesa"], ["sweep", *SHORT[:2], "vary=[levers.duty]", "draws=5"]
    asked = [
        [*compare, pair, DATED, "replicates=4", f"output={folder}/compare"],
        [*compare, "scenarios=[sigoma_stick,baseline_lsp]", "replicates=2", "place=hackney", f"output={folder}/other"],
        [*sweep, "scenarios=[growth_coalition,baseline_lsp]", "replicates=2", f"study={folder}/study"],
        ["explain", *SHORT, "partner=police", "scenario=sigoma_stick", f"output={folder}/explain"],
        ["run", *SHORT, f"output={folder}/run"],
    ]
    for arguments in asked:
        assert main(arguments) == 0
    return folder


@pytest.fixture(scope="module")
def page(answers: Path) -> str:
    """The brief of the comparison."""
    assert main(["report", f"from={answers}/compare", f"output={answers}/brief"]) == 0
    return (answers / "brief" / "brief.html").read_text("utf-8")


@dataclasses.dataclass
class FoundTable:
    caption: str = ""
    rows: list[list[str]] = dataclasses.field(default_factory=list)
    scopes: list[str | None] = dataclasses.field(default_factory=list)


class Reader(HTMLParser):
    """Collects what a test asks of a page: tags with their attributes, headings and tables."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[int] = []
        self.tables: list[FoundTable] = []
        self.inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "table":
            self.tables.append(FoundTable())
        if tag == "tr":
            self.tables[-1].rows.append([])
        if tag in ("th", "td"):
            self.tables[-1].rows[-1].append("")
            if tag == "th":
                self.tables[-1].scopes.append(dict(attrs).get("scope"))
        if tag in ("caption", "th", "td", "small"):
            self.inside = tag

    def handle_endtag(self, tag: str) -> None:
        if tag in ("caption", "th", "td", "small"):
            self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside == "caption":
            self.tables[-1].caption += data
        elif self.inside in ("th", "td"):
            self.tables[-1].rows[-1][-1] += data


def value_of(cell: str) -> tuple[float, float]:
    """Return the number in a cell and half of its last decimal."""
    text = cell.replace("−", "-")
    decimals = len(text.partition(".")[2])
    return float(text), 0.5 * 10.0**-decimals + 1e-9


# ------------------------------------------------------------------------------- contents


def test_every_contrast_of_the_answer_is_in_the_brief(page: str, answers: Path) -> None:
    """Nothing is left out because it does not please: every measure of every pair, with the same number."""
    contrasts = pd.read_csv(answers / "compare" / "contrasts.csv")
    tables = {table.caption.split(".", 1)[1].strip(): table for table in Reader(page).tables}
    names = {"growth_coalition": "Growth coalition", "talking_shop": "Talking shop", "baseline_lsp": "Baseline LSP"}
    told = 0
    for (scenario, reference), rows in contrasts.groupby(["scenario", "reference"]):
        there = names[reference] if reference == "baseline_lsp" else names[reference].lower()
        pair = f"{names[scenario]} against {there[:1].lower() + there[1:]}"
        full = max((t for c, t in tables.items() if c.startswith(pair)), key=lambda table: len(table.rows))
        cells = {row[0]: row for row in full.rows[1:]}
        for _, row in rows.iterrows():
            found = cells[with_unit(row["measure"])]
            scale = 100 if "%" in found[0] else 1
            shown, half = value_of(found[3])
            assert abs(shown - scale * row["difference"]) <= half, found
            clear = row["ci_low"] > 0 or row["ci_high"] < 0
            assert found[5].endswith(", clear") == clear, found
            told += 1
    assert told == len(contrasts) > 150


def test_the_brief_tells_what_it_must(page: str) -> None:
    """Question, settings, endings, sectors, policies, costs, what would change it, limits, and how to repeat it."""
    for heading in (
        "In short", "The question", "What is different between the scenarios", "How it ends",
        "What differs, and by how much", "Who comes, and who has the say", "When policy changes", "What it costs",
        "What would change the answer", "What it rests on", "What must not be concluded",
        "How to get the same numbers again", "Annex A. All measures", "Annex B. Assumptions, one by one",
    ):  # fmt: skip
        assert f">{heading}</h2>" in page
    for part in ("2001-10", "The fund ends", "partnerships compare", "partnerships sensitivity", "Seed 1.", "numpy"):
        assert part in page
    assert "Pooled funds and a growth focus" in page  # a claim
    for what, _ in LIMITS:
        assert what in page


def test_the_brief_says_what_its_numbers_rest_on(answers: Path, page: str) -> None:
    """That replicates took turns with accepted sets, and of a district that it is no assessment of any authority."""
    of_hackney = brief_of(evidence_in(read_all([answers / "other"]), reference=None))
    told = " ".join(of_hackney.in_short)
    assert "accepted sets of numbers" in told
    assert "Hackney: conditional on the record; no assessment of any authority." in told
    assert "accepted sets of numbers" in page
    assert "no assessment" not in page


def test_a_brief_is_not_said_to_rest_on_other_numbers(
    answers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says what it is made from itself; the scenarios in its manifest are not how runs with a sample were run."""
    capsys.readouterr()
    assert main(["report", f"from={answers}/other", f"output={tmp_path}/brief"]) == 0
    assert "set by hand" not in capsys.readouterr().out
    assert "accepted sets of numbers" in (tmp_path / "brief" / "brief.html").read_text("utf-8")


def test_only_what_differs_is_listed() -> None:
    """The table of settings names each lever in which a scenario departs, and no other."""
    pair = {
        "baseline_lsp": load_scenario("baseline_lsp"),
        "other": load_scenario("baseline_lsp", ["levers.scrutiny=0.7"]),
    }
    table = brief_sections.setting_differences(pair, "baseline_lsp")
    assert table[["path", "unit", "baseline_lsp", "other"]].to_numpy().tolist() == [
        ["levers.scrutiny", PARAMETERS["levers.scrutiny"].unit, "0", "0.7"]
    ]


def test_the_limits_are_those_of_the_description_of_the_model() -> None:
    """What must not be concluded is said in two places; they may not drift apart."""
    described = (Path(__file__).parents[3] / "docs" / "odd.md").read_text("utf-8")
    for what, _ in LIMITS:
        assert f"*{what}*" in described


def test_a_study_is_told_by_its_draws(answers: Path) -> None:
    """Runs of one draw share its settings: intervals are over draws, and what was varied is named with its range."""
    evidence = evidence_in(read_all([answers / "study"]), reference=None)
    assert evidence.summary["replicates"].unique().tolist() == [5]
    told = render(brief_of(evidence))
    assert "of the runs in 5 draws" in told
    assert "Settings that were varied" in told
    assert "Duty: attend" in told
    assert "rank correlation" in told


def test_what_stands_beside_is_told_too(answers: Path) -> None:
    """An explanation that is given becomes a section, with its sentences."""
    evidence = evidence_in(read_all([answers / "explain", answers / "compare"]), reference=None)
    (section,) = evidence.extra
    told = [line for block in section.blocks if isinstance(block, Prose) for line in block.lines]
    for line in (answers / "explain" / "explanation.txt").read_text("utf-8").splitlines():
        assert any(line.removeprefix("- ") in found for found in told), line
    assert [command.split()[1] for command in evidence.provenance.commands] == ["compare", "explain"]


def test_a_sensitivity_analysis_names_the_strongest() -> None:
    """With indices, the brief ranks parameters by them, in the units of the measure; without, it says how."""
    rows = [
        ("morris", "baseline_lsp", "outcome", "levers.duty.attend", "mu_star", 0.2, 0.1, 0.3),
        ("morris", "baseline_lsp", "outcome", "levers.staff_team", "mu_star", 0.4, 0.3, 0.5),
        ("morris", "baseline_lsp", "outcome", "levers.staff_team", "sigma", 9.0, 9.0, 9.0),
    ]
    columns = ["method", "scenario", "measure", "parameter", "index", "value", "ci_low", "ci_high"]
    given = sensitivity(pd.DataFrame(rows, columns=columns), ["A sentence."], how_to=["partnerships sensitivity"])
    prose, table = given.blocks
    assert isinstance(prose, Prose)
    assert isinstance(table, Table)
    assert prose.lines == ("A sentence.",)
    assert table.rows == (("Staff team", "40", "30 to 50"), ("Duty: attend", "20", "10 to 30"))
    missing = sensitivity(None, [], how_to=["partnerships sensitivity"])
    assert missing.blocks[-1] == Code("partnerships sensitivity")


def test_rank_correlations_find_the_setting_that_matters() -> None:
    """Of two settings, the one that drives the measure has an interval clear of zero; the other's holds zero."""
    draws = pd.DataFrame({"scenario": "a", "levers.staff_team": range(40), "trust": range(40)})
    draws["levers.scrutiny"] = [(7 * draw) % 40 % 9 for draw in range(40)]
    table = rank_correlations(draws, ["levers.staff_team", "levers.scrutiny"], ["trust"]).set_index("parameter")
    assert table.loc["levers.staff_team", "ci_low"] > 0.9
    assert table.loc["levers.scrutiny", "ci_low"] < 0 < table.loc["levers.scrutiny", "ci_high"]


def test_shares_of_influence_add_up(answers: Path) -> None:
    """A point of the triangle is a share of each of three groups."""
    shares = brief_figures.influence_shares(pd.read_parquet(answers / "compare" / "runs.parquet"))
    assert (shares.sum(axis=1) - 1).abs().max() < 1e-12
    assert (shares >= -1e-12).all().all()


def test_a_ragged_table_is_refused() -> None:
    """A row that is too short would shift numbers under the wrong heading."""
    with pytest.raises(ValueError, match="rows of another length"):
        Table("Ragged", ("a", "b"), (("1",),))


# ----------------------------------------------------------------------------- form


def test_the_page_needs_no_network(page: str) -> None:
    """It opens on a train: no script, no style sheet, no font and no picture from elsewhere."""
    tags = Reader(page).tags
    assert not {tag for tag, _ in tags} & {"script", "link", "iframe", "object", "base"}
    for tag, attributes in tags:
        for name in ("src", "href", "srcset"):
            if name in attributes:
                assert str(attributes[name]).startswith(("data:image/svg+xml;base64,", "#")), (tag, attributes[name])
    assert "http" not in re.sub(r"base64,[A-Za-z0-9+/=]+", "", page)
    assert "@import" not in page
    assert "url(" not in page


def test_the_page_is_made_for_everybody(page: str) -> None:
    """Language, one first heading, headings in order, captions, scopes, and words for every picture."""
    read = Reader(page)
    assert ("html", {"lang": "en-GB"}) in read.tags
    assert read.headings.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in zip(read.headings, read.headings[1:], strict=False))
    assert len(read.tables) > 8
    for table in read.tables:
        assert re.match(r"Table \d+\.", table.caption.strip())
        assert set(table.scopes) == {"col", "row"}
        assert len({len(row) for row in table.rows}) == 1
    pictures = [attributes for tag, attributes in read.tags if tag == "img"]
    assert len(pictures) >= 6
    assert all(len(str(attributes["alt"])) > 40 for attributes in pictures)


@needs_browser
@pytest.mark.slow
def test_axe_finds_nothing_to_object_to(page: str, answers: Path) -> None:
    """The rules of axe-core, on a screen and on a telephone; nothing is fetched and nothing sticks out."""
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for width in (1100, 390):
            sheet = browser.new_page(viewport={"width": width, "height": 900})
            asked: list[str] = []
            sheet.on("request", lambda request, asked=asked: asked.append(request.url))
            sheet.goto((answers / "brief" / "brief.html").as_uri())
            assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
            assert sheet.evaluate("document.documentElement.scrollWidth") <= width
            violations = Axe().run(sheet).response["violations"]
            assert [(rule["id"], rule["help"]) for rule in violations] == []
        browser.close()


@pytest.mark.slow
def test_the_same_answer_gives_the_same_bytes(page: str, answers: Path, tmp_path: Path) -> None:
    """A brief can be checked by making it again."""
    assert main(["report", f"from={answers}/compare", f"output={tmp_path}/again"]) == 0
    assert (tmp_path / "again" / "brief.html").read_text("utf-8") == page


@needs_pdf
@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # what WeasyPrint's libraries deprecate is theirs
def test_print_keeps_captions_with_their_tables(page: str) -> None:
    """On A4 no caption stands at the foot of a page with its table on the next, and the bytes are always the same."""
    from weasyprint import HTML

    document = HTML(string=page).render()
    captions = 0
    for sheet in document.pages:
        found = [box.element_tag for box in sheet._page_box.descendants() if box.element_tag in ("caption", "td")]
        captions += found.count("caption")
        for place, tag in enumerate(found):
            assert tag != "caption" or "td" in found[place : place + 2], found
    assert captions == len(Reader(page).tables)
    files = [document.write_pdf(pdf_identifier=b"x") for _ in range(2)]
    assert files[0] == files[1]


# ----------------------------------------------------------------------------- refusals


@pytest.fixture
def copied(answers: Path, tmp_path: Path) -> Path:
    """A comparison to be spoilt."""
    return Path(shutil.copytree(answers / "compare", tmp_path / "copied"))


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one line with which the command ends."""
    return refused_line(["report", *arguments], capsys)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["from={answers}"], ["no finished answer", "manifest.json"]),
        (["from={answers}/run"], ["partnerships run", "compare, sweep"]),
        (["from={answers}/explain"], ["exactly one", "explain: explain"]),
        (["from=[{answers}/compare,{answers}/other]"], ["exactly one", "not 2"]),
        (["from={answers}/compare", "reference=talkingshop"], ["'talkingshop'", "did you mean talking_shop?"]),
        (["from={answers}/compare", "format=docx"], ["format", "'docx'", "html"]),
        (["form={answers}/compare"], ["form", "did you mean"]),
    ],
)
def test_bad_questions_end_with_one_line(
    given: list[str], told: list[str], answers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The value, what is wrong with it, and what to give instead; nothing is written."""
    said = refused([*(text.format(answers=answers) for text in given), f"output={tmp_path}/out"], capsys)
    for part in told:
        assert part in said
    assert not (tmp_path / "out").exists()


def test_an_answer_that_was_changed_is_refused(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A brief tells what was computed, not what somebody typed into a table afterwards."""
    with (copied / "runs.parquet").open("ab") as file:
        file.write(b"x")
    assert "runs.parquet was changed" in refused([f"from={copied}"], capsys)
    (copied / "runs.parquet").unlink()
    assert "has lost its runs.parquet" in refused([f"from={copied}"], capsys)


def test_an_answer_of_another_version_is_refused(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Numbers of other code are not told in the words of this one."""
    path = copied / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["versions"]["local-partnerships"] = "0.0.1"
    path.write_text(json.dumps(manifest), "utf-8")
    assert "was made by version 0.0.1" in refused([f"from={copied}"], capsys)
    path.write_text("{", "utf-8")
    assert "cannot be read" in refused([f"from={copied}"], capsys)


def test_an_unfinished_study_is_refused(answers: Path, tmp_path: Path) -> None:
    """It says how to go on."""
    study = Path(shutil.copytree(answers / "study", tmp_path / "study"))
    (study / "manifest.json").unlink()
    with pytest.raises(CommandError, match="not finished: partnerships sweep study="):
        read_finished(study)


@pytest.mark.parametrize(("library", "extra"), [("jinja2", "report"), ("weasyprint", "pdf")])
def test_a_missing_library_names_its_extra(
    library: str, extra: str, answers: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line with what to install."""
    monkeypatch.setitem(sys.modules, library, None)
    said = refused([f"from={answers}/compare", "format=pdf"], capsys)
    assert f"pip install 'local-partnerships[{extra}]'" in said
