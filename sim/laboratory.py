"""The model as a laboratory has it: everybody is tied to everybody, and all work on one project that never ends.

What a body keeps of its promises there is what a member of a group gives in a public-goods or minimum-effort game. What
claims its time, what it trusts others with and how it learns of them is as in the model. ``own.informed`` is how much a
newcomer knows of what those who are there have kept so far.
"""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from sim.jit import rule
from sim.measures import Measure
from sim.month import EVERYBODY, MEMBERS, MONTH, PLACE
from sim.nulls.changes import in_the_launch
from sim.parameters import Real, lever
from sim.rules.mathematics import mean_or_zero, saturation
from sim.steps import PairStep, Step
from sim.tables import DELIVERY_MONTHS, ECONOMY, N_PROJECTS


@dataclass(frozen=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))
class Laboratory:
    """What newcomers are told."""

    informed: Real = lever(
        0.0,
        unit="0 nothing to 1 all",
        low=0.0,
        high=1.0,
        source="an arm of the experiment in Weber 2006",
        says="How much newcomers know of what others have kept.",
    )


@rule
def tied_to_all() -> float:
    """Return that two bodies are tied."""
    return 1.0


@rule
def tied_from_the_first(is_member: float, other_is_member: float) -> float:
    """Return whether one is tied to another who is there at the launch."""
    return is_member * other_is_member


@rule
def begin_in_the_laboratory(self: Any) -> None:
    """Begin with the project at hand."""
    self.own_projects = 1.0


@rule
def keep_one_project(self: Any) -> None:
    """Keep one project, and no other: it is past its planning, and as far from its end as ever."""
    for p in range(N_PROJECTS):
        self.months_left[p] = DELIVERY_MONTHS if p == 0 else 0.0
        self.planning_left[p] = 0.0
        self.theme_of[p] = ECONOMY
    self.all_given = 0.0
    self.least_given = 1.0


@rule
def work_on_it(self: Any) -> None:
    """Work on that project."""
    self.months_here += 1.0
    for p in range(N_PROJECTS):
        self.in_team[p] = 1.0 if p == 0 else 0.0
        self.pools_in[p] = 0.0


@rule
def work_with_all() -> float:
    """Return for how many more months two bodies work together."""
    return 2.0


@rule
def hear_of_the_record(
    trust: float,
    months_here: float,
    other_months_here: float,
    other_effort: float,
    informed: float,
    effort_half: float,
) -> float:
    """Return trust in another: a newcomer who is told of the record trusts those who were there by what they kept."""
    told = informed if months_here == 1.0 and other_months_here > 1.0 else 0.0
    return trust + told * (saturation(amount=other_effort, half=effort_half) - trust)


@rule
def show_what_is_given(self: Any) -> None:
    """Show what one gives, all in all and if it is the least."""
    self.model.all_given += self.effort
    self.model.least_given = min(self.model.least_given, self.effort)


month = in_the_launch(
    MONTH.holding(months_here="partner", all_given="partnership", least_given="partnership")
    .setting(Laboratory)
    .without("made_or_lost")
    .before(
        "begin_to_count",
        Step(keep_one_project, PLACE, "There is one project,"),
        Step(work_on_it, MEMBERS, "and all work on it"),
        PairStep(work_with_all, "with one another.", writes="joint", once=True),
        PairStep(hear_of_the_record, "Newcomers may know what others kept.", writes="trust"),
    )
    .after("keep_promises", Step(show_what_is_given, MEMBERS, "What they give is seen."))
    .measuring(
        Measure(
            "given", "share", 0.0, 1.0, "What members give of what they could, mean over members.",
            lambda m: mean_or_zero(total=m.all_given, count=m.n_counted),
        ),
        Measure("least_given", "share", 0.0, 1.0, "What the member gives that gives least.", "least_given"),
    ),
    lambda launch: launch.replacing(first_tie=tied_to_all).after(
        "tied_to_all",
        PairStep(tied_from_the_first, "who are there;", adds=("degree",), among="everybody"),
        Step(begin_in_the_laboratory, EVERYBODY, "work has begun."),
    ),
)  # fmt: skip
