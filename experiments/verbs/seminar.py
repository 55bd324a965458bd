"""Write a whole seminar into one folder: the page, lessons with their sheets, and a role-play.

The lessons ask for a prediction, show what the runs say, ask why, and ask for another. For each there is a sheet for
whoever leads (aims, minutes, answers, what people are likely to get wrong) and a hand-out, each one page of A4. The
role-play takes 90 minutes: roles from the model's own bodies, a script, forms, a debrief and slides.

Writes into the output folder: index.html (start here), explorer.html (the page, for any browser, without a network),
lesson_N_facilitator, lesson_N_handout, role_play, role_play_roles, role_play_forms, role_play_debrief (html, or with
format=pdf pdf), role_play_slides.html and manifest.json. Numbers on the sheets are those that the page shows: 100
paired runs of each side, seed 1, which take turns with the accepted sets of numbers.

Needs extras: pip install 'local-partnerships[report]', and for format=pdf 'local-partnerships[pdf]'.

For example:
  partnerships seminar
  partnerships seminar people=32 format=pdf output=outputs/seminar
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from analysis.seminar.document import of_lesson, render
from analysis.seminar.roles import FEWEST, MOST, cast_of
from analysis.seminar.script import role_play
from analysis.seminar.words import handout_words
from analysis.shared.libraries import library
from experiments.behaviours import on_turns
from experiments.command import Command
from experiments.compose import load_scenario
from experiments.output.frame import Results
from experiments.output.printing import printed, refuse_without_printer
from experiments.page.catalogue import lessons
from experiments.page.html import page_html
from experiments.page.options import accepted_sets, preset_scenarios
from experiments.runs.lessons import REPLICATES, SEED, answer_to
from experiments.settings import checked
from sim.parameters import Whole
from sim.population import seats_of

PAGE = "explorer.html"


@checked
class SeminarSettings:
    """What can be set for a seminar; the defaults are in configs/seminar.yaml."""

    people: Annotated[Whole, Field(ge=FEWEST, le=MOST)]
    format: Literal["html", "pdf"]
    output: str | None
    overwrite: bool


def work(settings: SeminarSettings, command: Command) -> Results:
    """Run the lessons and write everything."""
    library("jinja2", purpose="seminar", extra="report")
    if settings.format == "pdf":
        refuse_without_printer()
    page = page_html()
    # A link in a PDF needs a whole address, which nobody knows before the folder is where it will be used.
    link = PAGE if settings.format == "html" else ""
    sheets = _lesson_sheets(link) | _role_play_sheets(settings.people, link)
    slides = sheets.pop("role_play_slides")
    index = render("index.html", lessons=lessons(), people=settings.people, ending=settings.format)
    finished: Mapping[str, str | bytes] = (
        sheets if settings.format == "html" else {k: printed(v) for k, v in sheets.items()}
    )
    texts = {f"{name}.{settings.format}": text for name, text in finished.items()}
    return Results(
        scenarios={side: preset_scenarios()[side] for side in _scenarios()},
        seed=SEED,
        replicates=range(REPLICATES),
        texts={"index.html": index, PAGE: page, "role_play_slides.html": slides, **texts},
        words=[f"Four lessons, and a role-play for {settings.people} people: begin with index.html."],
        numbers=on_turns(sets=len(accepted_sets()), replicates=REPLICATES),
    )


def _scenarios() -> list[str]:
    sides = (side for lesson in lessons() for each in lesson.rounds for side in (each.left, each.right))
    return list(dict.fromkeys(side.preset for side in sides))


def _lesson_sheets(link: str) -> dict[str, str]:
    """Return the sheets of all lessons by name, filled with the numbers of their runs."""
    sheets = {}
    for number, lesson in enumerate(lessons(), 1):
        told: dict[str, Any] = of_lesson(lesson, [answer_to(each) for each in lesson.rounds], number=number, page=link)
        sheets[f"lesson_{number}_facilitator"] = render("facilitator.html", **told)
        sheets[f"lesson_{number}_handout"] = render("handout.html", words=handout_words(), **told)
    return sheets


def _role_play_sheets(people: int, link: str) -> dict[str, str]:
    """Return the sheets of the role-play by name."""
    scenario = load_scenario("baseline_lsp")
    cast = cast_of(seats_of(scenario), scenario.place, people)
    told = role_play(cast, population=scenario.place.population, link=f"{link}#lesson={lessons()[0].id}")
    templates = {"role_play": "role_play"} | {
        f"role_play_{name}": name for name in ("roles", "forms", "debrief", "slides")
    }
    return {name: render(f"{template}.html", **told) for name, template in templates.items()}
