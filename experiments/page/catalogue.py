"""What the explorer page can set and show: controls, presets, boards, calendars, places, measures and words.

Everything is read from where it is declared (``sim.vocabulary``, ``sim/parameters.py``, ``configs/``); only what
a page adds is stated here: which levers come first, and the assumptions that a reader should know.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from analysis.seminar.lesson import Lesson, lessons_of
from analysis.shared.paths import flat
from analysis.shared.plotting import REGIME_COLOURS, SECTOR_COLOURS
from analysis.shared.summaries import WORKING_REGIMES
from analysis.shared.words import capital, readable, titled
from experiments.behaviours import ACCEPTED, BEST, OF_BEST, OF_BY_HAND, USUAL
from experiments.compose import scenario_descriptions
from experiments.page.interventions import interventions, of_own, read_declared
from experiments.page.options import Choices, accepted_sets, choices
from experiments.page.roles import role_play
from experiments.study.designs import MEMBERS
from sim import ARCHETYPES, MEASURES, MONTH, PARAMETERS, SECTORS, Measure, Parameter, Scenario, place_names
from sim.parameters import TOPICS
from sim.population import THEMES, archetype_of
from sim.regimes import DECLARED_REGIMES, REGIMES, WORKING
from sim.scenario import Board, CalendarEntry, Place

QUANTILES: tuple[float, ...] = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
"""The lines of a fan of runs: the median, and the ends of the middle 50, 80 and 95 %."""

PAGE_MEASURES: tuple[str, ...] = (
    "engagement",
    *(f"engagement_{sector}" for sector in SECTORS),
    "attendance",
    *(f"attendance_{sector}" for sector in SECTORS),
    "attendance_senior",
    *(f"attendance_senior_{sector}" for sector in SECTORS),
    "tie_density",
    "core_share",
    "ties_used",
    "trust",
    "trust_within",
    "trust_across",
    "dominance",
    "top_share",
    "voice_business",
    "voice_voluntary",
    "decision_rate",
    "projects",
    "project_yield",
    "coherence",
    "belief",
    "outcome",
    *(f"outcome_{theme}" for theme in THEMES),
    "added_value",
    "contribution_pooled_gbp_m",
    "private_gbp_m",
    "fund_spent_gbp_m",
    "scarcity",
    "time_meetings",
    "time_inspection",
    "time_reporting",
    "public_standing",
    "n_members",
)
"""The measures that the page can draw."""

START: Mapping[str, Any] = {
    "left": {"preset": "talking_shop", "changes": {}},
    "right": {
        "preset": "talking_shop",
        "changes": {
            "board": "small_executive",
            "leadership.attention": 0.9,
            "leadership.facilitation": 0.8,
            "levers.staff_team": 0.8,
        },
    },
}
"""What a newcomer sees first: a large forum, and the same people with a small table, staff and a leader in person."""

ORDINARY = "baseline_lsp"
"""Where a page begins that is about a place or a month of one's own."""

DUTY = ("attend", "share_data", "support_costs", "service_plans", "report", "regard")

_COMPOSITES: tuple[dict[str, Any], ...] = (
    {
        "path": "duty",
        "paths": [f"levers.duty.{name}" for name in DUTY],
        "label": "Duty to cooperate",
        "says": "A legal duty on the bodies it names to attend, share data, bear costs, plan, report and have regard: "
        "all six at once. Each stands alone under “Duty to cooperate”.",
    },
)

HEADLINES: tuple[str, ...] = (
    "leadership.attention",
    "leadership.facilitation",
    "leadership.direction",
    "levers.staff_team",
    "levers.flexible_fund_gbp_m",
    "levers.pooling_rate",
    "duty",
    "levers.inspection.relief",
    "levers.outside_option",
)
"""The levers that are shown first."""

_GROUPS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("board.",), "The table", "Who sits at it, who chairs, who decides."),
    (("leadership.",), "Leadership", "How the chair leads."),
    (("levers.duty.",), "Duty to cooperate", "Each part of the duty, and whom it reaches."),
    (("levers.inspection.",), "Inspection and relief", "The weight of external inspection, and when it is lifted."),
    (("levers.joint.",), "Joint arrangements", "Staff, training, data and monitoring shared between bodies."),
    (("levers.",), "Money, rules and ways of working", "All other levers of government and partnership."),
    (
        ("behaviour.",),
        "What the world may be",
        "How people decide, learn and trust. Nobody chooses these, and they are uncertain.",
    ),
    (("regimes.",), "Where one regime ends", "The thresholds by which a partnership is called one thing or another."),
)
"""Groups of settings in their order: how their paths begin, a name, and what it holds."""

_OWN_GROUPS: Mapping[bool, tuple[str, str]] = {
    True: ("Levers of the extension", "What may be chosen in the month that this page lives by."),
    False: ("What the world may be, in the extension", "Settings of its month that nobody chooses."),
}
"""Groups of settings of one's own, of levers and of all else: a name, and what it holds."""


def catalogue(known: Choices | None = None) -> dict[str, Any]:
    """Return all that the page needs to know before any run, ready for JSON; by default without a case."""
    known = known or choices()
    return {
        "controls": controls(known),
        "groups": _groups(known),
        "composites": list(_COMPOSITES),
        "headlines": [*(one.path for one in _own_levers(known)), *HEADLINES],
        "presets": presets(known),
        "boards": [_board(name, board, known) for name, board in known.boards.items()],
        "calendars": [_calendar(name, entries, known) for name, entries in known.calendars.items()],
        "interventions": [*of_own(_own_levers(known)), *interventions()],
        "places": [_place(name, place, known) for name, place in known.places.items()],
        "case": {"name": known.case, "folder": known.folder} if known.case else None,
        "extension": known.extension or None,
        "quantiles": list(QUANTILES),
        "measures": [_measure(measure) for measure in _measures(known)],
        "terms": [
            {
                "name": name,
                "label": term.label,
                "says": capital(term.says.removeprefix("Return ")),
                "pushes": term.only_pushes,
            }
            for name, term in known.month.terms.items()
        ],
        "sectors": [{"name": name, "label": titled(name), "colour": SECTOR_COLOURS[name]} for name in SECTORS],
        "tables": list(MONTH.choices.tables),
        "topics": list(MONTH.records["meetings"].called["theme_of"]),
        "regimes": [
            dataclasses.asdict(regime)
            | {"colour": REGIME_COLOURS[regime.name], "works": regime.name in WORKING_REGIMES}
            | ({"fate": "became working partnerships"} if regime.name == REGIMES[WORKING] else {})
            for regime in DECLARED_REGIMES
        ],
        "archetypes": {name: kind.label for name, kind in ARCHETYPES.items()} | _own_types(known),
        "lessons": [_lesson(lesson) for lesson in lessons()],
        "assumptions": _assumptions(),
        "behaviours": _behaviours(),
        "start": _as_it_is(known.case or ORDINARY) if known.case or known.extension else START,
        "play": role_play(known.case or ORDINARY),
    }


def _own_settings(known: Choices) -> list[Parameter]:
    """Return the settings of one's own, levers first."""
    own = [parameter for path, parameter in known.month.parameters.items() if path not in PARAMETERS]
    return sorted(own, key=lambda parameter: parameter.role != "lever")


def _own_levers(known: Choices) -> list[Parameter]:
    return [parameter for parameter in _own_settings(known) if parameter.role == "lever"]


def _groups(known: Choices) -> list[dict[str, str]]:
    """Return the groups of settings in their order, those of one's own first."""
    own = dict.fromkeys(_OWN_GROUPS[one.role == "lever"] for one in _own_settings(known))
    return [{"name": name, "says": says} for name, says in (*own, *((name, says) for _, name, says in _GROUPS))]


def _measures(known: Choices) -> list[Measure]:
    """Return the measures that the page can draw, those of one's own last."""
    measures = known.month.measures
    own = [measure for name, measure in measures.items() if name not in MEASURES]
    return [*(measures[name] for name in PAGE_MEASURES), *own]


def _measure(measure: Measure) -> dict[str, Any]:
    return {
        "name": measure.name,
        "label": capital(measure.label),
        "unit": measure.unit,
        "low": measure.low if abs(measure.low) < 1e9 else None,
        "high": measure.high if abs(measure.high) < 1e9 else None,
        "says": measure.says,
        "final": measure.at_the_end,
    }


def _as_it_is(preset: str) -> dict[str, Any]:
    """Return a scenario on both sides: what side B does otherwise is then all that differs."""
    return {side: {"preset": preset, "changes": {}} for side in ("left", "right")}


def _own_types(known: Choices) -> dict[str, str]:
    """Return what the types of the case's own are called."""
    board = known.boards[known.case] if known.case else Board()
    return {name: archetype_of(name, board, "board.types").label for name in board.types}


def _of_case(known: Choices) -> str:
    """Return what the case is called in lists."""
    assert known.case is not None
    return f"{known.places[known.case].label}, the case"


def lessons() -> tuple[Lesson, ...]:
    """Return the guided lessons."""
    return lessons_of(read_declared("experiments", "page/lessons.yaml"))


def _lesson(lesson: Lesson) -> dict[str, Any]:
    """Return what the page tells of a lesson: neither what is expected to come out nor what helps whoever leads."""
    rounds = [
        {name: value for name, value in dataclasses.asdict(each).items() if name not in ("answer", "slip")}
        for each in lesson.rounds
    ]
    told = {"id": lesson.id, "title": lesson.title, "summary": lesson.summary}
    return told | {"rounds": rounds, "discuss": [each.ask for each in lesson.discuss]}


def _behaviours() -> list[dict[str, str | None]]:
    """Return the numbers that behaviour may have: a name, what it is called, what it says and what results say.

    Of sets in turn the page itself says what its intervals hold, by the number of sets that its runs took.
    """
    sets = len(accepted_sets())
    return [
        {
            "name": ACCEPTED,
            "label": f"{sets} accepted sets in turn",
            "says": "Each run has the numbers of one of the sets that the fit accepted. "
            "A slider of behaviour shows that of the best, and sets it for all.",
            "remark": None,
        },
        {
            "name": BEST,
            "label": "the best accepted set",
            "says": "All runs have the numbers of the set that the fit found best.",
            "remark": OF_BEST,
        },
        {
            "name": USUAL,
            "label": "set by hand",
            "says": "All runs have numbers that were set by hand before any fit.",
            "remark": OF_BY_HAND,
        },
    ]


def controls(known: Choices) -> list[dict[str, Any]]:
    """Return a control for everything that a side may set, in the order in which groups are shown."""
    own = [_control(one, _OWN_GROUPS[one.role == "lever"][0]) for one in _own_settings(known)]
    shipped = sorted(PARAMETERS.values(), key=lambda parameter: _group_order(parameter.path))
    return [*_board_controls(known), *own, *(_control(one, _GROUPS[_group_order(one.path)][1]) for one in shipped)]


def _group_order(path: str) -> int:
    return next(place for place, (beginnings, _, _) in enumerate(_GROUPS) if path.startswith(beginnings))


def _control(parameter: Parameter, group: str) -> dict[str, Any]:
    has_number = parameter.low is not None
    return {
        "path": parameter.path,
        "label": titled(parameter.path) if parameter.path in PARAMETERS else capital(parameter.label),
        "group": group,
        "kind": "number_or_choice" if has_number and parameter.choices else "number" if has_number else "choice",
        "unit": parameter.unit,
        "low": parameter.low,
        "high": parameter.high,
        "default": parameter.default,
        "choices": list(parameter.choices),
        "whole": isinstance(parameter.default, int),
        "role": parameter.role,
        "says": parameter.says,
        "source": parameter.source,
    }


def _board_controls(known: Choices) -> list[dict[str, Any]]:
    group = _GROUPS[0][1]
    shared: dict[str, Any] = {
        "group": group,
        "unit": "",
        "low": None,
        "high": None,
        "whole": False,
        "role": "structural",
        "choices": [],
    }
    named = [
        {**shared, "path": "board", "label": "Board", "kind": "board", "default": "typical", "source": "configs/board",
         "choices": list(known.boards), "says": "A whole board: who sits at the table, who chairs, who decides."},
        {**shared, "path": "calendar", "label": "Policy calendar", "kind": "calendar", "default": "none",
         "source": "configs/calendar", "choices": list(known.calendars),
         "says": "Dated changes of policy. What the calendar sets on a date overrides the lever from then on."},
    ]  # fmt: skip
    asked = (
        ("executive", "Who sits in the executive", ["everyone", "public_only"],
         "Whether everyone decides or an executive of public bodies only (S2)."),
        ("chair", "Who chairs", [*SECTORS, "nobody"], "The sector from which the chair comes."),
    )  # fmt: skip
    board = known.scenarios[ORDINARY].board
    chosen = [
        {**shared, "path": f"board.{name}", "label": label, "kind": "choice", "choices": options,
         "default": getattr(board, name), "says": says, "source": "S2, S3"}
        for name, label, options, says in asked
    ]  # fmt: skip
    labels = {"council": "Councils of the place"} | {
        name: kind.label for name, kind in ARCHETYPES.items() if kind.sector != "council"
    }
    seats = [
        {**shared, "path": f"{MEMBERS}{name}", "label": f"Seats: {label}", "kind": "count", "unit": "seats", "low": 0,
         "high": 10, "whole": True, "default": board.members.get(name, 0), "says": f"Number of seats: {label.lower()}.",
         "source": "assumed after the national evaluation of partnerships"}
        for name, label in labels.items()
    ]  # fmt: skip
    return [*named, *chosen, *seats]


def presets(known: Choices) -> list[dict[str, Any]]:
    """Return the case and the scenarios that ship, each with what it sets otherwise than the defaults."""
    defaults = {control["path"]: control["default"] for control in controls(known)}
    described = [{**one, "label": readable(one["name"])} for one in scenario_descriptions()]
    if known.case:
        claim = "The case as its files state it; what they leave open is as in the ordinary partnership."
        described.insert(0, {"name": known.case, "label": _of_case(known), "claim": claim})
    return [_preset(one, defaults, known) for one in described]


def _preset(described: Mapping[str, str], defaults: Mapping[str, Any], known: Choices) -> dict[str, Any]:
    scenario = known.scenarios[described["name"]]
    values = settings_of(scenario)
    return {
        **described,
        "place": known.place_of(described["name"]),
        "board": _named(known.boards, scenario.board),
        "calendar": _named(known.calendars, scenario.calendar),
        "months": scenario.months,
        "start": scenario.start,
        "settings": {path: value for path, value in values.items() if value != defaults.get(path)},
    }


def settings_of(scenario: Scenario) -> dict[str, Any]:
    """Return the value of every control but the named ones, by path, as a scenario has it at its start."""
    topics = {topic: dataclasses.asdict(getattr(scenario, topic)) for topic in TOPICS}
    return flat(topics) | flat(scenario.own, "own.") | _board_settings(scenario.board)


def _board_settings(board: Any) -> dict[str, Any]:
    seats = {f"{MEMBERS}{name}": board.members.get(name, 0) for name in ("council", *ARCHETYPES)}
    councils = {f"{MEMBERS}{name}" for name, kind in ARCHETYPES.items() if kind.sector == "council"}
    return {"board.executive": board.executive, "board.chair": board.chair} | {
        path: count for path, count in seats.items() if path not in councils
    }


def _named(options: Mapping[str, Any], value: Any) -> str:
    """Return the name of the option that is ``value``, or nothing if none is."""
    return next((name for name, option in options.items() if option == value), "")


def _board(name: str, board: Board, known: Choices) -> dict[str, Any]:
    seats = sum(board.members.values()) + len(board.bodies)
    label = _of_case(known) if name == known.case else readable(name)
    return {"name": name, "label": f"{label} ({seats} seats)", "settings": _board_settings(board)}


def _calendar(name: str, entries: Sequence[CalendarEntry], known: Choices) -> dict[str, Any]:
    label = _of_case(known) if name == known.case else "No change" if name == "none" else readable(name)
    return {"name": name, "label": label, "entries": [{"date": one.from_month, "note": one.note} for one in entries]}


def _place(name: str, place: Place, known: Choices) -> dict[str, Any]:
    return {
        "name": name,
        "label": _of_case(known) if name == known.case else place.label,
        "fund_gbp_m": None if place.fund_series else place.fund_2003_04_gbp_m,
        "population": place.population,
        "tiers": place.tiers,
    }


def _assumptions() -> dict[str, Any]:
    """Return what a reader should know, with the counts taken from the declared parameters."""
    uncertain = [parameter for parameter in PARAMETERS.values() if parameter.role == "uncertain"]
    levers = [parameter for parameter in PARAMETERS.values() if parameter.role == "lever"]
    counts = {
        "n_levers": len(levers),
        "n_uncertain": len(uncertain),
        "n_assumed": sum(parameter.source.startswith("assumed") for parameter in uncertain),
        "n_places": len(place_names()),
    }
    texts: dict[str, Any] = read_declared("experiments", "page/assumptions.yaml")
    return texts | {"rests_on": [sentence.format(**counts) for sentence in texts["rests_on"]]}
