"""Each lesson says what the runs say: those that a class sees, and those of other seeds."""

from __future__ import annotations

import contextlib
import re
import shlex
from pathlib import Path
from urllib.parse import parse_qsl, urlparse

import pytest

from analysis.seminar.answer import Answer
from analysis.seminar.lesson import PLAN, Lesson, Round
from experiments import load_scenario
from experiments.console import main
from experiments.documents import lessons as documents
from experiments.page.catalogue import lessons
from experiments.runs.lessons import answer_to

PAGES = documents.lesson_pages()
ROUNDS = [pytest.param(each, id=f"{lesson.id}-{i}") for lesson in lessons() for i, each in enumerate(lesson.rounds, 1)]
by_lesson = pytest.mark.parametrize(("page", "lesson"), PAGES.items(), ids=[page.stem for page in PAGES])

OTHER_SEEDS = (2, 3, 4)


@pytest.fixture(scope="module")
def answers() -> dict[str, list[Answer]]:
    """Give what the runs of a class say to every round: 100 pairs, seed 1."""
    return {lesson.id: [answer_to(each) for each in lesson.rounds] for lesson in lessons()}


# ------------------------------------------------------------------ what comes out


@pytest.mark.long
@by_lesson
def test_the_runs_of_a_class_give_the_expected_answer_and_the_printed_numbers(
    page: Path, lesson: Lesson, answers: dict[str, list[Answer]]
) -> None:
    """Another answer: rewrite the lesson. Other numbers: python -m experiments.documents.lessons."""
    found = answers[lesson.id]
    for asked, answer in zip(lesson.rounds, found, strict=True):
        assert answer.right_choices(asked) == [asked.answer], asked.question
    assert page.read_text("utf-8") == documents.lesson_page(lesson, found, number=list(PAGES).index(page) + 1)


@pytest.mark.long
@pytest.mark.parametrize("seed", OTHER_SEEDS)
@pytest.mark.parametrize("asked", ROUNDS)
def test_other_seeds_give_the_same_answer(asked: Round, seed: int) -> None:
    """What hangs on the luck of a seed is no lesson."""
    assert answer_to(asked, seed=seed).right_choices(asked) == [asked.answer]


@pytest.mark.long
def test_what_hints_and_reasons_say_beyond_their_sides_comes_out() -> None:
    """Sentences without numbers are held to runs too: leaders equally present, no pooling, relief in advance."""

    def against(lesson: int, side: str, **changes: float) -> Answer:
        asked = lessons()[lesson - 1].rounds[0]
        preset = side.partition(" ")[0]
        kept = vars(asked) | {
            "left": type(asked.left)(preset, {}),
            "right": type(asked.left)(side.partition(" ")[2] or preset, dict(changes)),
        }
        return answer_to(Round(**kept))

    alike = against(3, "baseline_lsp single_agency_domination", **{"leadership.attention": 0.5})
    assert alike.final["D"]["engagement"] < -0.02
    unpooled = against(1, "growth_coalition", **{"levers.pooling_rate": 0.0})
    assert abs(unpooled.count["B"]["growth coalition"] - unpooled.count["A"]["growth coalition"]) < 10
    ahead = against(2, "sigoma_carrot", **{"levers.inspection.conditional": 0.0})
    assert 0 < ahead.final["D"]["attendance_senior_agency"] < 0.05
    both = against(2, "sigoma_carrot sigoma_stick_and_carrot")
    assert abs(both.final["D"]["engagement"]) < 0.02


# ------------------------------------------------------------------ the texts


@by_lesson
def test_the_link_opens_the_prediction_and_nothing_else(page: Path, lesson: Lesson) -> None:
    """A class that follows the link must not see the answer, nor other settings than the page's own."""
    (link,) = re.findall(r"\[open the prediction\]\((http://127\.0\.0\.1:8484/#[^)]+)\)", page.read_text("utf-8"))
    assert dict(parse_qsl(urlparse(link).fragment)) == {"lesson": lesson.id}


@pytest.mark.parametrize("asked", ROUNDS)
def test_a_round_changes_something_and_offers_answers_that_exclude_each_other(asked: Round) -> None:
    """The number that is expected is one of the choices, and they are told apart."""
    assert 1 <= asked.answer <= len(asked.choices)
    assert len({choice.text for choice in asked.choices}) == len(asked.choices) >= 3
    sides = [
        load_scenario(side.preset, [f"{k}={v}" for k, v in side.changes.items()]) for side in (asked.left, asked.right)
    ]
    assert sides[0] != sides[1]


def test_the_plan_adds_up_to_its_minutes() -> None:
    assert [sum(row[column] for row in PLAN) for column in (1, 2)] == [60, 90]


@pytest.mark.long
@by_lesson
def test_the_command_for_a_longer_lesson_runs(page: Path, lesson: Lesson, tmp_path: Path) -> None:
    """A command that is refused in class costs five minutes."""
    program, *words = shlex.split(lesson.longer.command)
    assert program == "partnerships"
    with contextlib.chdir(tmp_path):
        assert main([*words, "figures=false"]) == 0
    assert list((tmp_path / "outputs").rglob("manifest.json"))


def test_links_of_the_lessons_exist() -> None:
    """A dead link in a seminar costs five minutes."""
    for page in [*PAGES, documents.LESSONS / "README.md"]:
        for target in re.findall(r"\]\((?!http)([^)#]+)(?:#[^)]+)?\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_readme_names_every_lesson() -> None:
    text = (documents.LESSONS / "README.md").read_text("utf-8")
    assert re.findall(r"\((\d_\w+\.md)\)", text) == [page.name for page in PAGES]
