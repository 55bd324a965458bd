"""The bodies at the table, as Mesa agents: what each holds.

What a body does in a month are plain functions of one body (``sim/meetings.py``, ``sim/projects.py`` and others). Mesa
calls them as they stand; the compiled engine compiles them as they stand, and then ``self`` is a row of many runs (see
``sim/lanes/views.py``). So a step reads and writes numbers, calls rules by the names of their arguments, and leaves
sums over members to an attribute of the partnership.

A body knows the others by what rules between two bodies are given (``sim/pairs.py``). Sectors differ by the attributes
of their archetypes (data).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from sim.events import ABOLISHED, EVENTS
from sim.population import Archetype, Seat
from sim.rules.mathematics import total
from sim.scenario import ScenarioError
from sim.state import ByClaim, ByMonth, ByProject, ByTable, ByTerm, ByTopic, Towards, set_to_zero

if TYPE_CHECKING:
    from sim.partnership import Luck, PartnershipModel


class Partner(mesa.Agent):
    """One body. ``position`` is its number at the table and in every table of results; ``seat`` is its chair, as data.

    What follows is all that it holds; flags are 0 or 1.
    """

    model: PartnershipModel
    luck: Luck
    seat: Seat
    kind: Archetype
    position: int

    # fmt: off
    # whether it sits
    is_member: float; is_abolished: float
    abolished_at: float  # month in which its kind is abolished, −1 if never
    is_reorganised: float

    # what it is like, and what the levers in force make of it
    trustfulness: float; repute: float; rigidity: float
    full_budget_gbp_m: float  # a year, before cuts
    budget_gbp_m: float; regeneration_gbp_m: float; flexible_gbp_m: float; resources: float; unity: float
    duty_reach: float; attend_pressure: float; data_pressure: float; support_pressure: float; report_pressure: float
    regard_pressure: float

    # time and plans
    half_days: float; claimed_half_days: float; seats_left: float; scarcity: float; ease: float
    n_elsewhere: float; at_county: float; at_initiatives: float; at_outside: float  # other tables it goes to
    free_half_days: float  # at the start of the month, for meetings in person
    claims: ByClaim; spared_half_days: float  # what claims it, and what staff took over
    plan: ByTopic; acts_as_one: float
    can_change: float  # how far joint work has made it able to change
    education_plan: float; economy_plan: float; housing_plan: float; crime_plan: float; health_plan: float

    # at the table at hand
    sits: float; came: float; in_person: float
    on_executive: float  # it decides, where an executive does
    junior_utility: float  # of sending a junior to the board, beside which going in person and staying away stand
    rank_at: ByTable  # this month: 0 absent, 1 a junior, 2 in person; −1 where it does not sit or the table not meet

    # at any table this month, at the board, and over the year
    there: ByTable  # how far it was there this month
    at_board: float; in_young_people: float; in_safer: float; in_healthier: float; in_economic: float
    best_in_person: float; came_to_board: float; came_in: ByMonth; person_in: ByMonth
    came_share: float; person_share: float  # of the year's meetings
    came_record: float; person_record: float  # the same, as others expect it
    expected_presence: float  # how often it is expected to come before a year of meetings shows
    partners_coming: float
    presence_now: float
    excess: float  # of influence, beyond what others accept

    # an item
    proposes: float; tied_to_proposer: float; trust_in_proposer: float; trusted_by_proposer: float
    worth_as_mate: float  # to the proposer
    joins_team: float; tied_to_team: float; trust_in_team: float; takes_on: float

    # work
    in_team: ByProject; pools_in: ByProject; own_projects: float; pooled_in: float; trusted_mates: float; mates: float
    effort: float; effort_seen: float; due_in: ByMonth; kept_in: ByMonth
    pooled_now_gbp_m: float; pooled_recently: float

    # what it makes of it, and what becomes of it
    yield_remembered: float; pay: float; aspires: float; belief: float; alignment: float
    standing: float; influence: float; engagement: float

    # ties and trust
    tie: Towards; trust: Towards; joint: Towards; met: Towards; complement: Towards; degree: float; in_core: float
    within: float  # ties to others in the core
    chance_of_ties: float
    # why it comes
    terms: ByTerm
    # fmt: on
    __slots__ = tuple(__annotations__)  # so many numbers are found sooner in slots than in a dictionary

    def __init__(self, model: PartnershipModel, position: int, seat: Seat) -> None:
        super().__init__(model)
        self.position, self.seat, self.kind = position, seat, seat.kind
        self.name = seat.name
        set_to_zero(self, model.plan.known["partner"])
        for matrix in model.plan.known["matrix"]:
            setattr(self, matrix, [0.0] * model.n_seats)
        self.abolished_at = float(model.abolished_at(seat))
        self.full_budget_gbp_m = seat.budget_gbp_m
        self.is_member = 1.0 if seat.joins_at == 0 else 0.0

    def __repr__(self) -> str:
        """Return who it is, in one line."""
        sits = "member" if self.is_member > 0.0 else "no member"
        return f"{type(self).__name__}({self.name!r}, {self.kind.archetype}, {sits})"

    def step(self) -> None:
        """Raise :class:`sim.ScenarioError`: bodies take no months of their own."""
        raise ScenarioError(
            "a body takes no step alone: a month is a list of steps that all take together, in the order of "
            "sim/month.py; call model.step(), or change the list, see docs/extending.md"
        )

    def remove(self) -> None:
        """Leave the table for good, as if the calendar abolished it now."""
        self.is_member, self.is_abolished = 0.0, 1.0
        self.note(ABOLISHED)
        self.model.seat_members()
        super().remove()

    def utility(self) -> float:
        """Return the utility of going in person: the sum of its terms."""
        return total([term(self) for term in self.model.plan.term_functions])

    def keep_terms(self) -> None:
        """Keep the terms of the decision."""
        for number, term in enumerate(self.model.plan.term_functions):
            self.terms[number] = term(self)

    def note(self, event: int) -> None:
        """Note in the run's events what happens to the body this month."""
        self.model.events.append((self.model.month, EVENTS[event], self.name))


class Council(Partner):
    """A council: it convened the partnership, and alone can end it. District and county are two."""


class Agency(Partner):
    """A public agency: police, health, skills, jobs, housing, education or regional development."""


class Business(Partner):
    """A business or a body that speaks for business."""


class VoluntaryBody(Partner):
    """A voluntary, community, faith or residents' body."""


KIND_OF_PARTNER: tuple[type[Partner], ...] = (Council, Agency, Business, VoluntaryBody)
"""The class of a partner, by the position of its sector in ``SECTORS``."""
