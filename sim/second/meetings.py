"""Tables and their meetings: who comes and in what rank, who proposes, who supports, what is adopted.

One board and four thematic groups meet one after another; ``model.table`` says which is at hand (0 the board), and
``model.item`` which of its items. Every table goes by the same rules. A junior hears and cannot commit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sim.choices import Choices
from sim.jit import rule
from sim.population import SECTORS, THEMES
from sim.rules.mathematics import exponential, logistic, saturation, total
from sim.terms import Term

N_THEMES, N_SECTORS = len(THEMES), len(SECTORS)
COUNCIL = SECTORS.index("council")

BLOCKS: tuple[str, ...] = (
    "children and young people",
    "safer and stronger",
    "healthier and older",
    "economic development",
)
BLOCK_OF: tuple[int, ...] = (0, 3, 1, 1, 2)
"""The block that each theme belongs to."""

N_TABLES = 1 + len(BLOCKS)
CHOICES = Choices(tables=("board", *BLOCKS), ranks=("absent", "junior", "senior"))
"""What bodies choose at which tables."""

MOST_ITEMS = 3
"""Items that a meeting of the board has at most; a group has one."""

N_SLOTS = MOST_ITEMS + len(BLOCKS)
N_PROJECTS = 16
PROJECT_MONTHS = 18.0
"""A project is planned and done in a year and a half."""

NEEDED: tuple[tuple[float, ...], ...] = (
    (1.0, 1.0, 0.0, 1.0),
    (1.0, 1.0, 1.0, 0.0),
    (1.0, 1.0, 0.0, 1.0),
    (1.0, 1.0, 0.0, 1.0),
    (1.0, 1.0, 0.0, 1.0),
)
"""Sectors whose work a project of each theme needs: council, agencies, and business for the economy, else the
voluntary sector."""

GROUP_PRIORITY = 0.28
"""A body sits in a group if so much of its plan lies in the group's block; councils sit in all."""

ENOUGH_FOR_A_MEETING, ENOUGH_FOR_A_TEAM = 3.0, 2.0
"""Bodies present, and team mates in person, without which nothing is decided; fewer at a table that has no more."""

HALF_OF_MANY = 6.0
"""So many others that are expected draw half as much as very many."""

HALF_OF_PARTNERS = 2.0
HALF_OF_FUND_GBP_M = 2.0
LOUDEST = 10.0
"""Being heard is full from a tenth of the influence."""

RIVAL_COST = 0.5
JUNIORS_TIME = 0.25
"""What a junior's time costs, where a senior's costs 1."""

JUNIOR_PRESENCE, ABSENT_PRESENCE = 0.4, 0.02
FIT_WEIGHT = 2.0
LEAST_FIT = 0.1


# ---------------------------------------------------------------------- rules


@rule
def is_dealt_with(theme: int, table: int) -> bool:
    """Return whether a table deals with a theme: the board with all, a group with those of its block."""
    return table == 0 or BLOCK_OF[theme] == table - 1


@rule
def slot_of(item: int, table: int) -> int:
    """Return which of the month's draws an item takes: the board has several items, a group one."""
    return item if table == 0 else MOST_ITEMS - 1 + table


@rule
def presence_of(came: float, in_person: float) -> float:
    """Return how far a body is there: a junior counts in part."""
    return in_person + JUNIOR_PRESENCE * (came - in_person)


@rule
def items_of(hours: float, item_hours: float, speaker_hours: float, present: float) -> float:
    """Return for how many items a meeting has time: each takes some, and each body present speaks to it."""
    return hours / (item_hours + speaker_hours * present)


@rule
def standing_of(resources: float, presence: float) -> float:
    """Return what a body weighs at the table: its resources, as far as it is there."""
    return resources * (presence + ABSENT_PRESENCE)


@rule
def support_of(
    base: float, weight_trust: float, trust: float, weight_ties: float, tied_share: float, priority: float
) -> float:
    """Return the chance that a body supports a proposal in whose team it is not.

    It rests on trust in the proposer, on ties to the team, and on what the theme is to the body itself.
    """
    own_interest = FIT_WEIGHT * (priority - 1.0 / N_THEMES)
    return logistic(base + weight_trust * (trust - 0.5) + weight_ties * tied_share + own_interest)


# ---------------------------------------------------------------------- the month begins


@rule
def open_the_month(self: Any) -> None:
    """Clear the table's counts."""
    self.raised = 0.0
    self.adopted_now = 0.0
    self.money_in_sight = saturation(amount=self.policy.fund_gbp_m_a_year, half=HALF_OF_FUND_GBP_M)


@rule
def begin_the_month(self: Any) -> None:
    """Clear what the body does this month."""
    self.best_came = 0.0
    self.best_in_person = 0.0
    self.chance_of_ties = self.luck.ties
    self.chance_of_trust = self.luck.trust


@rule
def partners_who_come(tie: float, other_person_record: float) -> float:
    """Return how often somebody one is tied to comes in person."""
    return tie * other_person_record


# ---------------------------------------------------------------------- what draws somebody in person


@rule
def base_term(self: Any) -> float:
    """Return what is left when nothing draws and time is free."""
    return self.model.own.senior_base


@rule
def information_term(self: Any) -> float:
    """Return the pull of hearing those who are expected."""
    others = max(0.0, self.model.expected_others - self.came_record)
    return self.model.own.information_pull * saturation(amount=others, half=HALF_OF_MANY)


@rule
def money_term(self: Any) -> float:
    """Return the pull of the money in sight, as far as the body believes that the table makes something of it."""
    return self.model.own.money_pull * self.belief * self.model.money_in_sight


@rule
def ties_term(self: Any) -> float:
    """Return the pull of partners who come in person."""
    return self.model.own.ties_pull * saturation(amount=self.partners_coming, half=HALF_OF_PARTNERS)


@rule
def heard_term(self: Any) -> float:
    """Return the pull of being heard."""
    return self.model.own.heard_pull * min(1.0, LOUDEST * self.influence)


@rule
def leader_term(self: Any) -> float:
    """Return the pull of a leader who chairs in person."""
    return self.model.own.leader_pull * self.model.attention


@rule
def duty_term(self: Any) -> float:
    """Return the pull of a duty that names the body, the same on whoever is sent."""
    return self.model.own.duty_pull * self.attend_pressure


@rule
def rival_term(self: Any) -> float:
    """Return the push of other tables, at most 0."""
    return -RIVAL_COST * self.model.levers.outside_option * self.kind.outside_exposure


@rule
def time_term(self: Any) -> float:
    """Return the push of senior time that is scarce, at most 0."""
    return -self.model.own.time_cost * self.scarcity


def _term(name: str, label: str, function: Callable[[Any], float], *, pushes: bool = False) -> Term:
    says = (function.__doc__ or "").partition(".")[0].replace("Return the ", "").capitalize() + "."
    return Term(name, label, says, only_pushes=pushes, function=function)


RANK_TERMS: Mapping[str, Term] = {
    term.name: term
    for term in (
        _term("base", "own inclination", base_term),
        _term("information", "hearing the others", information_term),
        _term("money", "money in sight", money_term),
        _term("ties", "partners who come", ties_term),
        _term("heard", "being heard", heard_term),
        _term("leader", "leadership in person", leader_term),
        _term("duty", "duty to attend", duty_term),
        _term("rival", "other tables", rival_term, pushes=True),
        _term("time", "scarce time", time_term, pushes=True),
    )
}
"""The terms of the utility of going in person; their sum is what the choice rests on."""


# ---------------------------------------------------------------------- a table meets


@rule
def open_table(self: Any) -> None:
    """See whether this table meets this month: the board does, a group as often as there are groups."""
    share = self.levers.thematic_groups
    if self.table == 0:
        self.meets = self.stands
    else:
        # So many meetings a year as the share says, evenly.
        turn = (self.month + 1.0) * share
        before = self.month * share
        self.meets = self.stands if int(turn) > int(before) else 0.0
    self.expected_others = 0.0
    self.n_sitting = 0.0
    self.n_present = 0.0
    self.influence_in_person = 0.0
    self.influence_present = 0.0
    self.meeting_items = 0.0


@rule
def sit_down(self: Any) -> None:
    """See whether the body sits at the table at hand."""
    model = self.model
    self.plan_here = 0.0
    for k in range(N_THEMES):
        if is_dealt_with(theme=k, table=model.table):
            self.plan_here += self.plan[k]
    belongs = self.plan_here > GROUP_PRIORITY or self.seat.sector == COUNCIL
    self.sits = model.meets * self.is_member if belongs else 0.0
    self.rank_at[model.table] = 0.0 if self.sits > 0.0 else -1.0
    # Nothing of another table is taken here.
    self.came = 0.0
    self.in_person = 0.0
    self.proposes = 0.0
    self.joins_team = 0.0
    self.takes_on = 0.0
    model.expected_others += self.sits * self.came_record
    model.n_sitting += self.sits


@rule
def choose_rank(self: Any) -> None:
    """Decide whether to stay away, send a junior, or go in person: one choice by one draw, if none is given."""
    model, own = self.model, self.model.own
    in_common = information_term(self) + duty_term(self)
    junior = exponential(own.junior_base + in_common + JUNIORS_TIME * time_term(self))
    senior = exponential(self.own_terms())
    draw = self.luck.rank[model.table] * (1.0 + junior + senior)
    rank = 2.0 if draw < senior else (1.0 if draw < senior + junior else 0.0)
    played = self.luck.played[model.table]
    rank = played if played >= 0.0 else rank
    self.in_person = 1.0 if rank == 2.0 else 0.0
    self.came = 1.0 if rank >= 1.0 else 0.0
    self.rank_at[model.table] = rank
    self.best_came = max(self.best_came, self.came)
    self.best_in_person = max(self.best_in_person, self.in_person)
    model.n_present += self.came
    model.influence_in_person += self.influence * self.in_person
    model.influence_present += self.influence * presence_of(came=self.came, in_person=self.in_person)


@rule
def remember_why(self: Any) -> None:
    """Keep the terms of the decision to go to the board in person."""
    self.keep_own_terms()


@rule
def keep_the_record(self: Any) -> None:
    """Remember the year's meetings of the board, month by month."""
    month = self.model.month % 12
    if self.model.table == 0:
        self.came_in[month] = self.came
        self.person_in[month] = self.in_person
        self.came_to_board = self.came
        self.in_person_at_board = self.in_person
        met = max(1.0, self.model.meetings_year)
        self.came_record = total(tuple(self.came_in)) / met
        self.person_record = total(tuple(self.person_in)) / met


@rule
def count_meetings(self: Any) -> None:
    """Count the board's meetings of the year."""
    month = self.month % 12
    if self.table == 0:
        self.meetings_year += self.meets - self.meetings_in[month]
        self.meetings_in[month] = self.meets


@rule
def set_the_agenda(self: Any) -> None:
    """See for how many items there is time; without seniors there is nobody to propose."""
    own = self.own
    hours = own.meeting_hours if self.table == 0 else 0.5 * own.meeting_hours
    most = MOST_ITEMS if self.table == 0 else 1
    items = items_of(hours=hours, item_hours=own.item_hours, speaker_hours=own.speaker_hours, present=self.n_present)
    enough = self.n_present >= min(ENOUGH_FOR_A_MEETING, self.n_sitting) and self.influence_in_person > 0.0
    self.meeting_items = min(float(most), items + self.luck.agenda[self.table]) if enough else 0.0


# ---------------------------------------------------------------------- an item


@rule
def open_item(self: Any) -> None:
    """Open the next item, if there is time for it."""
    slot = slot_of(item=self.item, table=self.table)
    self.is_open = 1.0 if self.item + 1.0 <= self.meeting_items else 0.0
    self.aim = self.luck.proposer[slot] * self.influence_in_person
    self.weighed = 0.0
    self.is_found = 0.0
    self.theme = 0.0
    self.team_size = 0.0
    self.team_in_person = 0.0
    self.votes = 0.0
    self.is_adopted = 0.0
    for s in range(N_SECTORS):
        self.best_of[s] = 0.0
    self.raised += self.is_open


@rule
def propose(self: Any) -> None:
    """Propose, if it is the body's turn: those there in person propose by their influence, a theme by their plan."""
    model = self.model
    slot = slot_of(item=model.item, table=model.table)
    model.weighed += self.influence * self.in_person
    turn = model.is_found == 0.0 and self.in_person > 0.0 and model.weighed > model.aim
    self.proposes = 1.0 if turn else 0.0
    drawn = self.luck.theme[slot] * self.plan_here
    theme = -1.0
    passed = 0.0
    for k in range(N_THEMES):
        if is_dealt_with(theme=k, table=model.table):
            passed += self.plan[k]
            if theme < 0.0 and passed > drawn:
                theme = float(k)
    if turn:
        model.is_found = 1.0
        model.theme = max(0.0, theme)


@rule
def look_at_proposer(
    tie: float, trust: float, returned_trust: float, other_proposes: float
) -> tuple[float, float, float]:
    """Return whether one is tied to the proposer, trusts it, and is trusted by it."""
    return tie * other_proposes, trust * other_proposes, returned_trust * other_proposes


@rule
def offer_oneself(self: Any) -> None:
    """See how good a team mate the proposer has in this body: only those it is tied to come into question."""
    model = self.model
    theme = int(model.theme)
    fit = LEAST_FIT + self.plan[theme]
    worth = NEEDED[theme][self.seat.sector] * self.tied_to_proposer * self.trusted_by_proposer * fit
    self.value = 0.0 if self.proposes > 0.0 else worth
    model.best_of[self.seat.sector] = max(model.best_of[self.seat.sector], self.value)


@rule
def join_team(self: Any) -> None:
    """Join the team, as its proposer or as its best partner in a sector that the project needs."""
    model = self.model
    chosen = self.value > 0.0 and self.value == model.best_of[self.seat.sector]
    self.joins_team = 1.0 if self.proposes > 0.0 or chosen else 0.0
    model.team_size += self.joins_team
    model.team_in_person += self.joins_team * self.in_person


@rule
def look_at_team(tie: float, trust: float, other_joins_team: float) -> tuple[float, float]:
    """Return whether one is tied to a member of the team, and trust in it."""
    return tie * other_joins_team, trust * other_joins_team


@rule
def vote(self: Any) -> None:
    """Support the proposal or not; those in its team do."""
    model, own = self.model, self.model.own
    slot = slot_of(item=model.item, table=model.table)
    chance = support_of(
        base=own.support_base,
        weight_trust=own.support_trust,
        trust=self.trust_in_proposer,
        weight_ties=own.support_ties,
        tied_share=self.tied_to_team / max(1.0, model.team_size),
        priority=self.plan[int(model.theme)],
    )
    supports = self.joins_team > 0.0 or self.luck.support[slot] < chance
    model.votes += self.influence * self.in_person if supports else 0.0


@rule
def decide(self: Any) -> None:
    """Adopt what is carried by enough influence and by two bodies that can commit themselves, if there is room."""
    self.place_of_project = -1.0
    for p in range(N_PROJECTS):
        if self.place_of_project < 0.0 and self.months_left[p] <= 0.0:
            self.place_of_project = float(p)
    committed = self.team_in_person >= min(ENOUGH_FOR_A_TEAM, self.n_sitting)
    carried = self.votes >= self.own.quorum * self.influence_present and committed
    adopted = self.is_open > 0.0 and carried and self.place_of_project >= 0.0
    self.is_adopted = 1.0 if adopted else 0.0
    self.adopted_now += self.is_adopted
    for p in range(N_PROJECTS):
        if self.is_adopted > 0.0 and self.place_of_project == p:
            self.months_left[p] = PROJECT_MONTHS
            self.theme_of[p] = self.theme
