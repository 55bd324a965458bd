"""partnerships seminar leaves a folder from which a class can be held: sheets of one A4 page, links that open."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analysis.seminar.document import of_lesson, render
from analysis.seminar.words import handout_words
from experiments.console import main
from experiments.page.catalogue import lessons
from experiments.runs.lessons import answer_to
from experiments.verbs import seminar

ONE_PAGE = ("facilitator", "handout", "role_play", "role_play_debrief", "role_play_forms")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give what the verb writes."""
    target = tmp_path_factory.mktemp("seminar") / "out"
    assert main(["seminar", "people=24", f"output={target}"]) == 0
    return target


@pytest.mark.long
def test_every_link_leads_to_a_file_in_the_folder(folder: Path) -> None:
    """It is copied to a stick: nothing may point out of it."""
    pages = [page for page in folder.glob("*.html") if page.name != seminar.PAGE]
    assert len(pages) == 14
    for page in pages:
        for target, _, lesson in (
            link.partition("#lesson=") for link in re.findall(r'href="([^"]+)"', page.read_text())
        ):
            assert (folder / target).exists(), f"{page.name}: {target}"
            assert lesson in {"", *(each.id for each in lessons())}


@pytest.mark.long
def test_sheets_print_on_one_page_of_a4(folder: Path) -> None:
    """A facilitator has one sheet in hand, a student another."""
    weasyprint = pytest.importorskip("weasyprint", reason="weasyprint is not installed")
    sheets = [page for page in sorted(folder.glob("*.html")) if page.stem.endswith(ONE_PAGE)]
    assert len(sheets) == 11
    for sheet in sheets:
        pages = weasyprint.HTML(filename=sheet).render().pages
        assert len(pages) == 1, sheet.name
        assert (round(pages[0].width), round(pages[0].height)) == (794, 1123), "A4 in CSS pixels"


@pytest.mark.slow
@pytest.mark.parametrize("people", [4, 19, 40])
def test_role_sheets_have_two_cards_a_page(people: int) -> None:
    weasyprint = pytest.importorskip("weasyprint", reason="weasyprint is not installed")
    sheets = seminar._role_play_sheets(people, "")
    pages = weasyprint.HTML(string=sheets["role_play_roles"]).render().pages
    cards = min(people, 19)
    assert len(pages) == 1 + -(-cards // 2)
    for name in ("role_play", "role_play_forms", "role_play_debrief"):
        assert len(weasyprint.HTML(string=sheets[name]).render().pages) == 1, name


@pytest.mark.long
def test_a_hand_out_does_not_give_the_answer_away(folder: Path) -> None:
    for number, lesson in enumerate(lessons(), 1):
        handout = (folder / f"lesson_{number}_handout.html").read_text("utf-8")
        assert lesson.rounds[0].question in handout.replace("&#39;", "'")
        for asked in lesson.rounds:
            assert asked.slip[:30] not in handout
            assert asked.because[:30] not in handout


@pytest.mark.long
def test_a_pdf_is_the_same_twice_and_names_no_address(tmp_path: Path) -> None:
    """A link in a PDF would need an address that nobody knows: it says where to find the lesson."""
    pytest.importorskip("weasyprint", reason="weasyprint is not installed")
    lesson = lessons()[0]
    told = of_lesson(lesson, [answer_to(each, replicates=31) for each in lesson.rounds], number=1, page="")
    for name in ("facilitator.html", "handout.html"):
        page = render(name, words=handout_words(), **told)
        assert "href" not in page
        assert seminar.printed(page) == seminar.printed(page)
