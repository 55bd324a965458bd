"""The lessons run as they are printed, and their numbers are those that come out."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qsl, urlparse

import pandas as pd
import pytest
import yaml

from experiments import load_scenario
from experiments.behaviours import OF_BY_HAND
from experiments.documents import lessons
from experiments.documents import tables as documents
from sim import PARAMETERS, simulate_ensemble

DECLARED = yaml.safe_load((documents.DOCS.parent / "experiments/page/lessons.yaml").read_text("utf-8"))
PAGES = lessons.lesson_pages()
TEXTS = {page.name: page.read_text("utf-8") for page in [*PAGES, lessons.LESSONS / "README.md"]}
SECTIONS = (
    "Aim",
    "Prediction sheet",
    "Run",
    "What to look at",
    "Reveal",
    "Discuss",
    "What the model does not say",
    "Sources",
)
LONGEST_WORDS = 1150
"""About two printed pages with their tables."""

both = pytest.mark.parametrize(
    ("page", "declared"), list(zip(PAGES, DECLARED, strict=True)), ids=lambda x: getattr(x, "stem", "")
)


def plain(text: str) -> str:
    """Return a text without line breaks and emphasis, so that wording can be compared."""
    return re.sub(r"\s+", " ", text.replace("*", ""))


# ------------------------------------------------------------------ the texts


@both
def test_a_lesson_has_the_name_and_the_title_of_the_page(page: Path, declared: dict) -> None:
    """Who comes from the explorer must find the same lesson here."""
    text = TEXTS[page.name]
    number = PAGES.index(page) + 1
    assert page.stem == f"{number}_{declared['id']}"
    assert text.startswith(f"# Lesson {number}. {declared['title']}\n")
    assert f"({page.name})" in TEXTS["README.md"]


@both
def test_a_lesson_asks_what_the_page_asks(page: Path, declared: dict) -> None:
    """Prediction, answers and questions to discuss are the same in both, word for word."""
    text = plain(TEXTS[page.name])
    asked = [
        declared["before"],
        declared["question"],
        *(choice["text"] for choice in declared["choices"]),
        *declared["discuss"],
    ]
    assert [one for one in asked if plain(one).strip() not in text] == []


@both
def test_the_link_opens_the_page_with_both_sides_of_the_lesson(page: Path, declared: dict) -> None:
    """A teacher who clicks must see these settings and no others."""
    (link,) = re.findall(r"\]\((http://127\.0\.0\.1:8484/#[^)]+)\)", TEXTS[page.name])
    expected = {"behaviour": "by_hand"} | ({"measure": declared["measure"]} if "measure" in declared else {})
    for name in ("left", "right"):
        side = declared[name]
        expected |= {name: side["preset"]} | {
            f"{name[0]}.{path}": f"{value}" for path, value in side["changes"].items()
        }
    assert dict(parse_qsl(urlparse(link).fragment)) == expected


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_lesson_is_complete_and_fits_two_pages(page: Path) -> None:
    """All parts a teacher needs, in the same order, short enough to print."""
    text = TEXTS[page.name]
    assert tuple(re.findall(r"^## (.+)$", text, re.MULTILINE)) == SECTIONS
    assert len(text.split()) < LONGEST_WORDS
    assert re.search(r"\bS[0-4]\b", text.split("## Sources")[1])
    for minutes in (60, 90):
        column = {60: -3, 90: -2}[minutes]
        plan = [
            row.split("|")
            for row in text.split("## Prediction sheet")[0].splitlines()
            if re.match(r"\| .* \d+ \|$", row)
        ]
        assert plan[0][column].strip() == str(minutes)
        assert sum(int(row[column]) for row in plan[1:] if row[column].strip()) == minutes


def test_prediction_sheets_are_those_of_the_lessons() -> None:
    """People must not get the answers in hand; if this fails, run: python -m experiments.documents.lessons."""
    sheets = lessons.SHEETS.read_text("utf-8")
    assert sheets == lessons.prediction_sheets([TEXTS[page.name] for page in PAGES])
    assert re.findall(r"^## (.+)$", sheets, re.MULTILINE) == [TEXTS[page.name].splitlines()[0][2:] for page in PAGES]
    assert not re.search(r"^#+ (Aim|Run|Reveal)", sheets, re.MULTILINE)


@pytest.mark.parametrize("name", TEXTS)
def test_links_and_files_of_the_lessons_exist(name: str) -> None:
    """A dead link in a seminar costs five minutes."""
    text = TEXTS[name]
    for target, anchor in re.findall(r"\]\((?!http)([^)#]*)(?:#([^)]+))?\)", text):
        page = (lessons.LESSONS / target).resolve() if target else lessons.LESSONS / name
        assert page.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in headings}, anchor
    for path in re.findall(r"`(configs/[\w./]+)`", text):
        assert (documents.DOCS.parent / path).exists(), path


def test_settings_quoted_in_the_lessons_are_those_in_force() -> None:
    """Numbers that no run gives are read off the configuration; if this fails, mend the text."""
    dominated, ordinary = load_scenario("single_agency_domination"), load_scenario("baseline_lsp")
    assert (dominated.leadership.attention, ordinary.leadership.attention) == (0.8, 0.5)
    assert dominated.leadership.facilitation < 0.9
    assert load_scenario("growth_coalition").levers.pooling_rate == 0.5
    assert load_scenario("sigoma_carrot").levers.inspection.relief == 0.5
    assert PARAMETERS["regimes.domination_top_share"].default == 0.33


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_lesson_says_that_numbers_are_set_by_hand(page: Path) -> None:
    """Whoever reads what came out reads that too."""
    assert OF_BY_HAND.removesuffix(".") in TEXTS[page.name]


# ------------------------------------------------------------------ the commands


@pytest.fixture(scope="module")
def _compiled() -> None:
    """Have the fast engine ready: before it is, small comparisons go the slow way."""
    simulate_ensemble([load_scenario("baseline_lsp", ["months=1"])], replicates=1)


@pytest.fixture(scope="module", params=PAGES, ids=lambda page: page.stem)
def lesson(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, _compiled: None
) -> tuple[str, Path]:
    """Return the text of a lesson and the folder in which its commands were run as printed."""
    text = TEXTS[request.param.name]
    folder = tmp_path_factory.mktemp("lesson")
    lessons.run(text, folder)
    return text, folder


@pytest.mark.slow
def test_the_printed_numbers_of_a_lesson_came_out(lesson: tuple[str, Path]) -> None:
    """A teacher sees what is printed; if this fails, run: python -m experiments.documents.lessons."""
    text, folder = lesson
    found = {number.what: lessons.shown(lessons.value_of(number, folder)) for number in lessons.numbers(text)}
    assert len(found) >= 5
    assert {number.what: number.came_out for number in lessons.numbers(text)} == found


@pytest.mark.slow
def test_the_figures_that_a_lesson_names_were_drawn(lesson: tuple[str, Path]) -> None:
    """A class that is told to look at a figure must find it."""
    text, folder = lesson
    named = re.findall(r"(lesson_\w+/figures/\w+\.png)", text)
    assert named
    assert [name for name in named if not (folder / lessons.OUTPUTS / name).exists()] == []


# ------------------------------------------------------------------ reading them

PRINTED = """
```sh
partnerships compare "scenarios=[a,b]" \\
    output=outputs/x  # 90 minutes
```

```text
partnerships app
```

| what | file | rows | column | came out |
| --- | --- | --- | --- | ---: |
| half | `x/runs.csv` | side=B | `share` | ? |
| odds | `x/runs.csv` | side=B, year=2 / side=A | `share` | 9 |
| talk | `x/runs.csv` | side=A | `regime is talking shop` | 9 |
"""


def test_commands_are_read_as_a_shell_reads_them() -> None:
    """Quotes, comments and continued lines; other blocks are not commands to run."""
    assert lessons.commands(PRINTED) == [["partnerships", "compare", "scenarios=[a,b]", "output=outputs/x"]]
    with pytest.raises(ValueError, match="'rm'"):
        lessons.run("```sh\nrm -r outputs\n```\n", Path())


def test_numbers_are_means_ratios_and_shares_of_rows(tmp_path: Path) -> None:
    """Checked on a table small enough to reckon in the head."""
    rows = [
        ("A", 1, 0.1, "talking shop"),
        ("A", 2, 0.2, "dissolved"),
        ("B", 1, 0.3, "dissolved"),
        ("B", 2, 0.5, "dissolved"),
    ]
    (tmp_path / "outputs/x").mkdir(parents=True)
    table = pd.DataFrame(rows, columns=["side", "year", "share", "regime"])
    table.to_csv(tmp_path / "outputs/x/runs.csv", index=False)
    numbers = lessons.numbers(PRINTED)
    values = [lessons.value_of(number, tmp_path) for number in numbers]
    assert values == pytest.approx([0.4, 2.5, 0.5])
    assert [number.came_out for number in lessons.numbers(lessons.renewed(PRINTED, values))] == ["0.40", "2.50", "0.50"]


@pytest.mark.parametrize(("rows", "told"), [("side=C", "no row"), ("town=A", "no column town")])
def test_a_number_that_is_nowhere_is_refused(rows: str, told: str, tmp_path: Path) -> None:
    """A misspelt row must not pass for a mean of nothing."""
    (tmp_path / "outputs").mkdir()
    pd.DataFrame({"side": ["A"], "share": [0.1]}).to_csv(tmp_path / "outputs/runs.csv", index=False)
    with pytest.raises(ValueError, match=told):
        lessons.value_of(lessons.Number("n", "runs.csv", rows, "share", ""), tmp_path)


def test_small_and_negative_numbers_are_printed_readably() -> None:
    """Two decimals, or two digits that count; a minus that is a minus."""
    assert [lessons.shown(value) for value in (0.0, 0.328, -0.0234, 12.87)] == ["0.00", "0.33", "−0.023", "12.87"]
