"""What scenarios are made of, as tables from which a page makes rows of numbers (``plan.js``)."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import scipy

from analysis.shared.parameter_sets import LEAST_RUNS, LEAST_SETS
from analysis.shared.paths import flat
from analysis.shared.summaries import CONFIDENCE
from experiments.behaviours import ACCEPTED, BEST, USUAL
from experiments.page.engine.module import Engine
from experiments.page.options import Choices, accepted_sets, best_behaviour
from sim import ARCHETYPES, SECTORS
from sim.levers import FUND_BASE_YEAR, LAST_OF_THE_FUND, national_fund_totals, successor_years
from sim.measures import FINAL_MONTHS
from sim.meetings import GROWTH_PRIORITIES, is_needed
from sim.parameters import Behaviour
from sim.population import GROUPS, Archetype, archetype_of, changed_archetype
from sim.portable import memory_table, numbers_of_kind
from sim.rules.mathematics import MEMORY_OF_A_YEAR
from sim.rules.structure import JUNIOR_WEIGHT
from sim.scenario import Board, CalendarEntry, Place, month_number
from sim.tables import BLOCK_OF, MOST_ITEMS, N_PROJECTS, N_SECTORS, N_THEMES, SAVING_TIME, TOPICS


def engine_tables(known: Choices, engine: Engine, *, most_replicates: int) -> dict[str, Any]:
    """Return all that the engine of the page needs to know, ready for JSON."""
    upper = 0.5 + CONFIDENCE / 2
    table = memory_table(known.month)
    table["names"]["levers"] += [f"own.{name}" for name in known.month.known["own"]]
    return {
        "source": engine.source,
        "table": table,
        "scenario": scenario_table(known),
        "places": [{"name": name, **place_row(place)} for name, place in known.places.items()],
        "groups": list(GROUPS),
        "behaviours": {
            ACCEPTED: _rows(accepted_sets()),
            BEST: _rows([best_behaviour()]),
            USUAL: _rows([Behaviour()]),
        },
        "final_months": FINAL_MONTHS,
        "meeting": meeting_table(),
        "statistics": {
            "t": [float(scipy.stats.t.ppf(upper, n - 1)) for n in range(2, most_replicates + 1)],
            "z": float(scipy.stats.norm.ppf(upper)),
            "tail": (1 - CONFIDENCE) / 2,
            "least_sets": LEAST_SETS,
            "least_runs": LEAST_RUNS,
        },
    }


def meeting_table() -> dict[str, Any]:
    """Return what meetings go by besides what is set, for the minutes that a page makes of them (``minutes.js``)."""
    themes = range(len(TOPICS))
    return {
        "themes": N_THEMES,
        "saving_time": SAVING_TIME,
        "projects": N_PROJECTS,
        "most_items": MOST_ITEMS,
        "block_of": list(BLOCK_OF),
        "needed": [[s for s in range(N_SECTORS) if is_needed(sector=s, theme=theme)] for theme in themes],
        "brought_by": ["all", "the chair", "voice", "wards"],
        "growth_priorities": list(GROWTH_PRIORITIES),
        "junior_weight": JUNIOR_WEIGHT,
        "memory": MEMORY_OF_A_YEAR,
    }


def _rows(sets: Sequence[Behaviour]) -> list[list[float]]:
    """Return sets of numbers, one a row, in the order of the names of the memory table."""
    names = [field.name for field in dataclasses.fields(Behaviour)]
    return [[float(getattr(one, name)) for name in names] for one in sets]


def scenario_table(known: Choices) -> dict[str, Any]:
    """Return what the page needs to make rows of numbers of a scenario, ready for JSON."""
    return {
        "sectors": list(SECTORS),
        "archetypes": {name: _kind(kind) for name, kind in ARCHETYPES.items()},
        "fund": {
            "base": FUND_BASE_YEAR[:4],
            "england": {year[:4]: total for year, total in national_fund_totals().items()},
            "last_month": month_number(LAST_OF_THE_FUND),
            "successor": {str(year): [of.transition_share, of.of_2003_04] for year, of in successor_years().items()},
        },
        "boards": {name: _board(board) for name, board in known.boards.items()},
        "calendars": {name: [_entry(entry) for entry in entries] for name, entries in known.calendars.items()},
        "presets": {name: _preset(name, known) for name in known.scenarios},
    }


def _kind(kind: Archetype) -> dict[str, Any]:
    return {
        "archetype": kind.archetype,
        "numbers": numbers_of_kind(kind),
        "priorities": list(kind.priorities),
        "sector": SECTORS.index(kind.sector),
    }


def _board(board: Board) -> dict[str, Any]:
    own = {name: archetype_of(name, board, "board.types") for name in board.types}
    return {
        "members": dict(board.members),
        "executive": board.executive,
        "chair": board.chair,
        "entries": [[entry.month, entry.archetype, entry.count] for entry in board.entries],
        "types": {name: _kind(kind) for name, kind in own.items()},
        "bodies": [
            {
                "name": body.name,
                "kind": _kind(changed_archetype(archetype_of(body.type, board, "board.bodies"), body, "board.bodies")),
                "budget_gbp_m": body.budget_gbp_m,
                "joins": body.joins,
                "chairs": int(body.chairs),
                "groups": None if body.groups is None else list(body.groups),
            }
            for body in board.bodies
        ],
        "trust": [[known.giver, known.receiver, known.trust] for known in board.trust],
        "ties": [[known.one, known.other, int(known.tied)] for known in board.ties],
    }


def _entry(entry: CalendarEntry) -> dict[str, Any]:
    """Return what an entry of a calendar does; what it leaves as it is is left out."""
    told = {
        "from": entry.from_month,
        "note": entry.note,
        "levers": flat(entry.levers, "levers."),
        "leadership": flat(entry.leadership, "leadership."),
        "own": flat(entry.own, "own."),
        "abolish": list(entry.abolish),
        "executive": entry.executive,
        "where": dict(entry.where),
        "creates": dict(entry.creates),
    }
    return {name: value for name, value in told.items() if value or name == "note"}


def _preset(name: str, known: Choices) -> dict[str, Any]:
    """Return what a scenario has besides settings by path; board and calendar by name if they have one."""
    scenario = known.scenarios[name]
    board = next((name for name, board in known.boards.items() if board == scenario.board), None)
    calendar = next((name for name, entries in known.calendars.items() if entries == scenario.calendar), None)
    return {
        "start": scenario.start,
        "months": scenario.months,
        "place": known.place_of(name),
        "board": board or _board(scenario.board),
        "calendar": calendar or [_entry(entry) for entry in scenario.calendar],
    }


def place_row(place: Place) -> dict[str, Any]:
    """Return what the engine and calendars read of a place."""
    return {
        "population": place.population,
        "fund_2003_04_gbp_m": place.fund_2003_04_gbp_m,
        "tiers": place.tiers,
        "need": list(place.need.by_theme),
        "agreement_round": place.agreement_round,
        "successor": place.successor,
        "chair": place.chair,
        "ends": place.ends,
        "fund_series": [[at.month, at.gbp_m_a_year] for at in place.fund_series],
        "need_series": [[at.month, list(at.need.by_theme)] for at in place.need_series],
    }
