"""The script of the role-play and its slides: 90 minutes in three meetings."""

from __future__ import annotations

import dataclasses
from typing import Any

from analysis.seminar.roles import HALF_DAYS_A_TOKEN, MEETING_MINUTES, Cast, items_that_fit
from sim import THEMES
from sim.regimes import DECLARED_REGIMES
from sim.vocabulary import label_of

MEETINGS = 3


@dataclasses.dataclass(frozen=True)
class Part:
    """A part of the 90 minutes: how long, what, and what whoever leads says and does."""

    minutes: int
    what: str
    how: str


@dataclasses.dataclass(frozen=True)
class Slide:
    """A slide: a title and its lines."""

    title: str
    lines: tuple[str, ...]


SCRIPT: tuple[Part, ...] = (
    Part(8, "Welcome", "Slides 1 to 3. Say that nobody has to convince anybody: play your card."),
    Part(10, "Cards", "Deal out the cards; read alone, then talk in private with whom you like. Nothing is binding."),
    Part(
        2,
        "Predict",
        "Write down: how many projects will be delivered, and how many will come in person at the last meeting?",
    ),
    Part(15, "Meeting 1", "Slips, meeting, promises. Read out what was delivered, not who gave what."),
    Part(
        15,
        "Meeting 2",
        "Inspectors call and initiatives arrive: who is inspected loses a time token, the chair two.",
    ),
    Part(
        15,
        "Meeting 3",
        "The fund has ended: no money tokens from it. Its loss is announced after the slips are written.",
    ),
    Part(5, "Score", "Everybody adds up their points and says them; the tally is read out beside the predictions."),
    Part(20, "Debrief", "Out of roles first. The debrief sheet has the questions; keep five minutes for the model."),
)


def role_play(cast: Cast, *, population: int, link: str) -> dict[str, Any]:
    """Return what the sheets and slides of the role-play tell for a room of people.

    >>> told = role_play(Cast(0, (), 0, 0, fund=3), population=200_000, link="")
    >>> told["population"], told["slides"][1].lines[1]
    ('200,000', 'A fund of 3 money tokens a meeting, for projects of two bodies or more.')
    """
    bodies = len(cast.roles)
    forms = 2 * MEETINGS * items_that_fit(min(bodies, 4))
    fits = dict.fromkeys(sorted({present for present in (4, 8, 12, 19) if present < bodies} | {bodies}))
    return {
        "cast": cast,
        "script": SCRIPT,
        "minutes": MEETING_MINUTES,
        "times": sum(role.time for role in cast.roles),
        "moneys": sum(role.money for role in cast.roles),
        "forms": forms,
        "sheets": -(-forms // 2),
        "fits": [(present, items_that_fit(present)) for present in fits],
        "a_token": HALF_DAYS_A_TOKEN,
        "population": f"{population:,}",
        "themes": [label_of(theme) for theme in THEMES],
        "regimes": [(regime.name, regime.says) for regime in DECLARED_REGIMES],
        "link": link,
        "slides": _slides(cast),
    }


def _slides(cast: Cast) -> list[Slide]:
    return [
        Slide(
            "Round the table",
            (f"{len(cast.roles)} bodies, one place, three meetings. Will you deliver, or only talk?",),
        ),
        Slide(
            "The place",
            (
                f"Themes: {', '.join(label_of(theme) for theme in THEMES)}, all of them urgent to somebody.",
                f"A fund of {cast.fund} money tokens a meeting, for projects of two bodies or more.",
                "Everybody has people of their own to answer to.",
            ),
        ),
        Slide(
            "Each meeting",
            (
                "Slip, in secret: in person (1 time token), junior (free, cannot vote or promise), or away.",
                f"{MEETING_MINUTES} minutes by the clock. The more are in the room, the fewer items fit.",
                "Projects: two bodies, 4 time and 2 money tokens; more than half of those in person are for it.",
                "Afterwards, in secret: how much of your promise do you give?",
            ),
        ),
        Slide(
            "Points",
            (
                "A project that is delivered: your stars of its theme, whoever did it.",
                "A time token kept for your own business: 1 point.",
                "Your score is yours. There is no prize for the table.",
            ),
        ),
        Slide(
            "Predict",
            ("How many projects will be delivered in all? How many will come in person at the last meeting?",),
        ),
        Slide("Meeting 1", ("Slips. Meeting. Promises.",)),
        Slide(
            "Meeting 2",
            ("Inspectors call, initiatives arrive: who is inspected loses a time token, the chair two.",),
        ),
        Slide("Meeting 3", ("Write your slips. Then the next slide.",)),
        Slide("News", ("The fund has ended. There is no money from it any more.",)),
        Slide("Score", ("Add up, and say it. What did you predict?",)),
        Slide(
            "Debrief",
            (
                "Out of roles.",
                "Who came three times, who stopped, and what was then left to come for?",
                "What was promised, what was given?",
                "What were you: a talking shop, hollow, one body’s show, or a partnership that works?",
            ),
        ),
        Slide("The model", ("Now predict what a model of such tables does: lesson 1.",)),
    ]
