"""Sheets, cards and slides of a seminar as HTML pages that need nothing else, to be read or printed on A4."""

from __future__ import annotations

from typing import Any

from analysis.seminar.answer import Answer
from analysis.seminar.lesson import PLAN, Lesson


def render(template: str, **told: Any) -> str:
    """Return the page that ``template`` makes of what is told. Raises ModuleNotFoundError without Jinja2.

    >>> page = render("index.html", lessons=[], people=24, ending="html")
    >>> "Role-play for 24 people" in page, "http" in page
    (True, False)
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("analysis.seminar", package_path="templates"),
        autoescape=lambda name: name is not None and ".html" in name,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(f"{template}.j2").render(**told)


def of_lesson(lesson: Lesson, answers: list[Answer], *, number: int, page: str) -> dict[str, Any]:
    """Return what the sheets of a lesson tell: its texts with the numbers of its runs, and where ``page`` opens it.

    >>> from analysis.seminar.lesson import Longer
    >>> lesson = Lesson("a", "A", "", (), (), (), Longer("", ""), "", "")
    >>> of_lesson(lesson, [], number=1, page="explorer.html")["link"]
    'explorer.html#lesson=a'
    """
    rounds = [
        {
            "before": asked.before,
            "question": asked.question,
            "choices": [choice.text for choice in asked.choices],
            "right": [asked.choices[choice - 1].text for choice in answer.right_choices(asked)],
            "reveal": answer.filled(asked.reveal),
            "because": answer.filled(asked.because),
            "slip": asked.slip,
        }
        for asked, answer in zip(lesson.rounds, answers, strict=True)
    ]
    return {
        "lesson": lesson,
        "number": number,
        "rounds": rounds,
        "plan": [(what, short or None, long or None) for what, short, long in PLAN],
        "link": f"{page}#lesson={lesson.id}",
        "replicates": answers[0].replicates if answers else 0,
    }
