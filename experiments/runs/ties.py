"""One run with its ties and projects written down: who works with whom, on what, and for how long."""

from __future__ import annotations

import dataclasses
from typing import Any

import pandas as pd

from sim import THEMES, History, PartnershipModel, Scenario, month_of
from sim.history import history_of

TIES = "tie"
MOMENTS = 6
"""Moments at which ties are written down, evenly over the run."""

_OF_TIES = ["month", "date", "one", "other"]
_OF_BODIES = ["month", "date", "partner", "sector", "influence", "in_core"]
_OF_PROJECTS = [
    "project",
    "theme",
    "first_month",
    "last_month",
    "began",
    "ended",
    "team",
    "sectors",
    "pooling",
    "yield",
]


@dataclasses.dataclass(frozen=True)
class TiedRun:
    """A run, its ties at a few moments, and its projects.

    ``ties`` has one row a moment and tied pair (one, other), ``bodies`` one a moment and body, ``projects`` one a
    project, in the order in which they were adopted: its team (names with commas between them), how many sectors are
    in it, how many members pooled money, and the mean of its monthly yields.
    """

    history: History
    ties: pd.DataFrame
    bodies: pd.DataFrame
    projects: pd.DataFrame


def has_ties(scenario: Scenario) -> bool:
    """Return whether bodies hold ties in the month that a scenario lives."""
    return TIES in month_of(scenario).known["matrix"]


def tied_run(scenario: Scenario, *, seed: int, replicate: int) -> TiedRun:
    """Run a scenario once on the Mesa engine, with the terms of decisions, and write its ties and projects down."""
    model: Any = PartnershipModel(scenario, seed=seed, replicate=replicate, record_terms=True)
    shown = {round((number + 1) * scenario.months / MOMENTS) - 1 for number in range(MOMENTS)}
    ties: list[tuple[Any, ...]] = []
    bodies: list[tuple[Any, ...]] = []
    running: dict[int, dict[str, Any]] = {}
    projects: list[dict[str, Any]] = []
    left_before = list(model.months_left)
    for month in range(scenario.months):
        model.step()
        for place, left in enumerate(model.months_left):
            if left > 0.0 and left >= left_before[place]:
                running[place] = _begun(model, place, number=len(projects) + len(running) + 1, month=month)
            if place in running:
                running[place]["yields"].append(model.yield_of[place])
                if left <= 0.0:
                    projects.append(_ended(running.pop(place), scenario, month))
        left_before = list(model.months_left)
        if month in shown:
            here = (month, scenario.month_label(month))
            ties += [(*here, one.name, other.name) for one, other in _tied(model)]
            bodies += [(*here, p.name, p.kind.sector, p.influence, p.in_core > 0.0) for p in model.members]
    projects += [_ended(project, scenario, scenario.months - 1) for project in running.values()]
    table = pd.DataFrame(projects, columns=_OF_PROJECTS).sort_values(["first_month", "project"], ignore_index=True)
    return TiedRun(
        history=history_of(model, seed=seed, replicate=replicate),
        ties=pd.DataFrame(ties, columns=_OF_TIES),
        bodies=pd.DataFrame(bodies, columns=_OF_BODIES),
        projects=table.assign(project=range(1, len(table) + 1)),
    )


def _tied(model: Any) -> list[tuple[Any, Any]]:
    return [
        (one, other) for one in model.members for other in model.members[one.position + 1 :] if one.tie[other.position]
    ]


def _begun(model: Any, place: int, *, number: int, month: int) -> dict[str, Any]:
    team = [body for body in model.members if body.in_team[place] > 0.0]
    return {
        "project": number,
        "theme": THEMES[int(model.theme_of[place])],
        "first_month": month,
        "team": ", ".join(body.name for body in team),
        "sectors": len({body.kind.sector for body in team}),
        "pooling": sum(body.pools_in[place] > 0.0 for body in team),
        "yields": [],
    }


def _ended(project: dict[str, Any], scenario: Scenario, month: int) -> dict[str, Any]:
    yields = project.pop("yields")
    return project | {
        "last_month": month,
        "began": scenario.month_label(project["first_month"]),
        "ended": scenario.month_label(month),
        "yield": sum(yields) / len(yields),
    }
