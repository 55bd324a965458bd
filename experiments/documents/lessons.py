"""Write docs/lessons/N_NAME.md from the declared lessons and from the runs that a class sees.

python -m experiments.documents.lessons           run all lessons and renew their pages
python -m experiments.documents.lessons --check   change nothing; exit 1 if a page is out of date
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from analysis.seminar.answer import Answer
from analysis.seminar.document import of_lesson, render
from analysis.seminar.lesson import Lesson
from experiments.output.folder import DOCS
from experiments.page.catalogue import lessons
from experiments.runs.lessons import answer_to

LESSONS = DOCS / "lessons"

SERVED = "http://127.0.0.1:8484/"
"""Where ``partnerships app`` shows the page."""


def lesson_pages() -> dict[Path, Lesson]:
    """Return the lessons, each by the page that tells it, in their order."""
    return {LESSONS / f"{number}_{lesson.id}.md": lesson for number, lesson in enumerate(lessons(), 1)}


def lesson_page(lesson: Lesson, answers: list[Answer], *, number: int) -> str:
    """Return the page of a lesson in Markdown."""
    text = render("lesson.md", **of_lesson(lesson, answers, number=number, page=SERVED))
    return re.sub(r"\n{3,}", "\n\n", text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Renew or check the pages of all lessons and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m experiments.documents.lessons", description=__doc__.split("\n\n")[0]
    )
    parser.add_argument("--check", action="store_true", help="change nothing")
    check: bool = parser.parse_args(arguments).check
    stale = []
    for number, (page, lesson) in enumerate(lesson_pages().items(), 1):
        fresh = lesson_page(lesson, [answer_to(each) for each in lesson.rounds], number=number)
        if not page.exists() or page.read_text("utf-8") != fresh:
            stale.append(page)
            print(f"{page.name}: {'out of date' if check else 'renewed'}", file=sys.stderr)
            if not check:
                page.write_text(fresh, "utf-8")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
