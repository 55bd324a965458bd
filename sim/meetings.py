"""Tables and their meetings: who comes and in what rank, who proposes, who supports, what is adopted.

One board and four thematic groups meet one after another; ``model.table`` says which is at hand (0 the board), and
``model.item`` which of its items. Every table goes by the same rules. A junior hears and cannot commit.

Steps read first and choose by a number that is 1 or 0: what is read only if something is so is read in one run after
another by many processors (docs/performance.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sim.jit import rule
from sim.rules.fund import BY_INFLUENCE
from sim.rules.mathematics import MEMORY_OF_A_YEAR, exponential, logistic, mean_or_zero, saturation, total
from sim.rules.structure import JUNIOR_WEIGHT
from sim.tables import (
    BLOCK_OF,
    BOARD,
    BUSINESS,
    COUNCIL,
    DELIVERY_MONTHS,
    ECONOMIC,
    ECONOMY,
    HEALTHIER,
    MOST_ITEMS,
    N_PROJECTS,
    N_SECTORS,
    N_TABLES,
    N_THEMES,
    N_TOPICS,
    OF_THE_CHAIR,
    OF_VOICE,
    OF_WARDS,
    ORDINARY,
    PLANNING_MONTHS,
    SAFER,
    SAVING_TIME,
    VOLUNTARY,
    YOUNG_PEOPLE,
    slot_of,
)
from sim.terms import Term

GROWTH_PRIORITIES: tuple[float, ...] = (0.20, 0.55, 0.25, 0.0, 0.0)
"""Theme weights of a strategy for local growth: the economy, then the places and skills it needs (S0)."""


# ---------------------------------------------------------------------- rules


@rule
def is_dealt_with(theme: int, table: int) -> bool:
    """Return whether a table deals with a theme: the board with all, a group with those of its block."""
    if theme == SAVING_TIME:
        return table == 0
    return table == 0 or BLOCK_OF[theme] == table - 1


@rule
def is_needed(sector: int, theme: float) -> bool:
    """Return whether a project on a theme needs a sector's work.

    It needs council and agencies, and business for the economy, else the voluntary sector; to save time the first two.
    """
    if sector == BUSINESS:
        return theme == ECONOMY
    if sector == VOLUNTARY:
        return theme != ECONOMY and theme != SAVING_TIME
    return True


@rule
def presence_of(in_person: float, by_junior: float) -> float:
    """Return how far a body is there: a junior counts a quarter."""
    return in_person + JUNIOR_WEIGHT * by_junior


@rule
def items_of(hours: float, item_hours: float, speaker_hours: float, present: float) -> float:
    """Return for how many items a meeting has time: each takes some, and each body that speaks to it."""
    return hours / (item_hours + speaker_hours * present)


@rule
def support_of(
    base: float,
    weight_trust: float,
    trust: float,
    weight_ties: float,
    tied_share: float,
    own_interest: float,
    fit: float,
    error: float,
) -> float:
    """Return the chance that a body supports a proposal in whose team it is not.

    It rests on trust in the proposer, on ties to the team, on what the theme is to the body itself (a share of its plan
    beyond a fifth) and on how far it fits the strategy (the same of the strategy). ``error`` is 1 if nobody shares
    data, and less the more is shared: then what is expected decides more, and chance less.
    """
    return logistic(
        (base + weight_trust * (trust - 0.5) + weight_ties * tied_share + 2.0 * (own_interest + fit)) / error
    )


@rule
def strategic_fit(aims: float, growth_priority: float, growth_focus: float) -> float:
    """Return what weight a theme has beyond a fifth in the strategy, as far as that is directed at growth (S0)."""
    return aims + growth_focus * (growth_priority - aims) - 1.0 / N_THEMES


# ---------------------------------------------------------------------- the month begins


@rule
def share_to_come(announced_end_months: float, month: int) -> float:
    """Return the share of a project proposed now that would be paid before the announced end: 1 if none is announced.

    A project takes its months of planning and of delivery.
    """
    if announced_end_months == 0.0:
        return 1.0
    left = max(0.0, announced_end_months - month)
    return min(1.0, left / (PLANNING_MONTHS + DELIVERY_MONTHS))


@rule
def open_the_month(self: Any) -> None:
    """Clear the table's counts, and see what money is in sight: fund, routed budgets, a reward that is promised.

    Of money whose end is announced there is less in sight the less of a project it could still pay for (S4: clarity
    before it ends).
    """
    self.raised = 0.0
    self.adopted_now = 0.0
    routed = self.levers.pooling_rate * self.regenerating_gbp_m
    promised = self.policy.fund_gbp_m_a_year + routed + self.levers.reward_grant_gbp_m
    half = self.behaviour.much_money * self.size
    to_come = share_to_come(announced_end_months=self.levers.announced_end_months, month=self.month)
    self.money_in_sight = saturation(amount=promised * to_come, half=half)
    self.private_in_sight = saturation(amount=12.0 * self.private_gbp_m, half=half)


@rule
def begin_the_month(self: Any) -> None:
    """Clear what the body does this month."""
    self.best_in_person = 0.0
    for t in range(N_TABLES):
        self.there[t] = 0.0
        self.rank_at[t] = -1.0
    self.came_to_board = 0.0
    self.on_executive = self.kind.sits_in_public_executive if self.model.policy.public_only_executive > 0.0 else 1.0
    self.chance_of_ties = self.luck.ties


@rule
def partners_who_come(tie: float, other_person_record: float) -> float:
    """Return how often somebody one is tied to comes in person."""
    return tie * other_person_record


# ---------------------------------------------------------------------- what draws somebody in person


@rule
def base_term(self: Any) -> float:
    """Return what is left when nothing draws and time is free."""
    return self.model.behaviour.senior_base


@rule
def information_term(self: Any) -> float:
    """Return the pull of hearing those who are expected."""
    others = max(0.0, self.model.expected_others - self.came_record)
    return self.model.behaviour.information_pull * saturation(amount=others, half=self.model.behaviour.many_others)


@rule
def money_term(self: Any) -> float:
    """Return the pull of the money in sight, as far as the body believes that the table makes something of it.

    It draws who may be paid out of it: public bodies, and voluntary ones as far as they live on grants.
    """
    may_be_paid = max(self.kind.is_publicly_funded, self.kind.capacity_building_gain)
    return self.model.behaviour.money_pull * self.belief * self.model.money_in_sight * may_be_paid


@rule
def private_term(self: Any) -> float:
    """Return the pull of the private money that economic projects bring, on who is not publicly funded."""
    share = (1.0 - self.kind.is_publicly_funded) * self.kind.economy
    return self.model.behaviour.money_pull * share * self.model.private_in_sight


@rule
def ties_term(self: Any) -> float:
    """Return the pull of partners who come in person."""
    return self.model.behaviour.ties_pull * saturation(amount=self.partners_coming, half=2.0)


@rule
def heard_term(self: Any) -> float:
    """Return the pull of being heard: half of what it can be at an equal share of influence."""
    return self.model.behaviour.heard_pull * saturation(amount=self.influence * self.model.n_counted, half=1.0)


@rule
def leader_term(self: Any) -> float:
    """Return the pull of a leader who chairs in person."""
    return self.model.behaviour.leader_pull * self.model.attention


@rule
def duty_term(self: Any) -> float:
    """Return the pull of a duty that names the body, the same on whoever is sent."""
    return self.model.behaviour.duty_pull * self.attend_pressure


@rule
def assessed_term(self: Any) -> float:
    """Return the pull of being assessed on partnership working: councils are, other inspected bodies if all are."""
    levers = self.model.levers
    assessed = max(self.kind.is_assessed_as_council, levers.inspection.assess_all * self.kind.is_inspected)
    return self.model.behaviour.duty_pull * assessed * levers.inspection.burden


@rule
def scrutiny_term(self: Any) -> float:
    """Return the pull of being called by scrutiny, on who is publicly funded."""
    return self.model.behaviour.duty_pull * self.model.levers.scrutiny * self.kind.is_publicly_funded


@rule
def habit_term(self: Any) -> float:
    """Return the pull of having come in person in the last year."""
    return self.model.behaviour.habit_pull * self.person_record


@rule
def time_term(self: Any) -> float:
    """Return the push of senior time that is scarce, at most 0."""
    return -self.model.behaviour.time_cost * self.scarcity


def _term(
    name: str, label: str, function: Callable[[Any], float], *, pushes: bool = False, on_junior: float = 0.0
) -> Term:
    says = (function.__doc__ or "").partition(".")[0].replace("Return the ", "").capitalize() + "."
    return Term(name, label, says, only_pushes=pushes, on_junior=on_junior, function=function)


TERMS: Mapping[str, Term] = {
    term.name: term
    for term in (
        _term("base", "own inclination", base_term),
        _term("information", "hearing the others", information_term, on_junior=1.0),
        _term("money", "money in sight", money_term),
        _term("private", "private money", private_term),
        _term("ties", "partners who come", ties_term),
        _term("heard", "being heard", heard_term),
        _term("leader", "leadership in person", leader_term),
        _term("duty", "duty to attend", duty_term, on_junior=1.0),
        _term("assessed", "being assessed", assessed_term, on_junior=1.0),
        _term("scrutiny", "being called by scrutiny", scrutiny_term, on_junior=1.0),
        _term("habit", "habit", habit_term),
        _term("time", "scarce time", time_term, pushes=True, on_junior=JUNIOR_WEIGHT),
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
    self.n_speaking = 0.0
    self.influence_present = 0.0
    for kind in range(len(self.say_of)):
        self.say_of[kind] = 0.0
    self.meeting_items = 0.0


@rule
def weight_of_theme(self: Any, theme: int) -> float:
    """Return how likely the body proposes a theme: as its plan has it, and at random as far as it works in silos.

    What the table at hand does not deal with it does not propose there.
    """
    may = 1.0 if is_dealt_with(theme=theme, table=self.model.table) else 0.0
    if theme == SAVING_TIME:
        return self.plan[SAVING_TIME] * may
    return (self.acts_as_one * self.plan[theme] + (1.0 - self.acts_as_one) / N_THEMES) * may


@rule
def sit_down(self: Any) -> None:
    """See whether the body sits at the table at hand."""
    model = self.model
    cares = 0.0
    for k in range(N_TOPICS):
        cares += self.plan[k] * (1.0 if is_dealt_with(theme=k, table=model.table) else 0.0)
    belongs = 1.0 if cares > model.behaviour.group_priority else 0.0
    belongs = 1.0 if self.seat.sector == COUNCIL or model.table == 0 else belongs
    stated = self.seat.sits_at[model.table]
    belongs = belongs if stated < 0.0 else stated
    self.sits = model.meets * self.is_member * belongs
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
    """Decide whether to stay away, send a junior, or go in person: one choice by one draw, if none is given.

    Who has no half-day left goes nowhere in person, and sends a junior instead, unless that choice is given.
    """
    model, behaviour = self.model, self.model.behaviour
    in_common = information_term(self) + duty_term(self) + assessed_term(self) + scrutiny_term(self)
    habit = behaviour.habit_pull * (self.came_record - self.person_record)
    utility = behaviour.junior_base + in_common + habit + JUNIOR_WEIGHT * time_term(self)
    self.junior_utility = utility if model.table == 0 else self.junior_utility
    junior = exponential(utility)
    senior = exponential(self.utility())
    draw = self.luck.rank[model.table] * (1.0 + junior + senior)
    rank = 2.0 if draw < senior else (1.0 if draw < senior + junior else 0.0)
    rank = min(rank, 1.0) if self.seats_left < 1.0 else rank
    played = self.luck.played[model.table]
    rank = played if played >= 0.0 else rank
    be_there(self, rank=rank)


@rule
def be_there(self: Any, rank: float) -> None:
    """Be at the table at hand in a rank: 0 not at all, 1 by a junior, 2 in person; and be counted there."""
    model = self.model
    self.in_person = 1.0 if rank == 2.0 else 0.0
    self.came = 1.0 if rank >= 1.0 else 0.0
    self.rank_at[model.table] = rank
    self.seats_left = max(0.0, self.seats_left - self.in_person)
    presence = presence_of(in_person=self.in_person, by_junior=self.came - self.in_person)
    self.there[model.table] = presence
    self.best_in_person = max(self.best_in_person, self.in_person)
    model.n_present += self.came
    decides = self.on_executive
    model.n_speaking += self.came * decides
    model.influence_present += self.influence * presence * decides
    for kind in range(len(model.say_of)):
        model.say_of[kind] += say_in(self, kind=float(kind))


@rule
def say_in(self: Any, kind: float) -> float:
    """Return the body's say in who brings an item of a kind: its influence, if it is there in person and decides."""
    may = 1.0 if kind == ORDINARY else 0.0
    may += self.seat.is_chair * (1.0 if kind == OF_THE_CHAIR else 0.0)
    may += (1.0 - self.kind.is_publicly_funded) * (1.0 if kind == OF_VOICE else 0.0)
    may += self.kind.neighbourhood_gain * (1.0 if kind == OF_WARDS else 0.0)
    return self.influence * self.in_person * self.on_executive * may


@rule
def remember_why(self: Any) -> None:
    """Keep the terms of the decision to go to the board in person."""
    self.keep_terms()


@rule
def keep_the_record(self: Any) -> None:
    """Remember the year's meetings of the board, month by month."""
    month = self.model.month % 12
    self.came_in[month] = self.came
    self.person_in[month] = self.in_person
    self.came_to_board = self.came


@rule
def look_back(self: Any) -> None:
    """See how often one came in the last year, and what others will expect: for a year that also rests on the launch.

    Whoever is new, or begins anew, is expected as often as ``expected_presence``, until a year of meetings shows.
    """
    model = self.model
    self.at_board = self.there[BOARD]
    self.in_young_people = self.there[YOUNG_PEOPLE]
    self.in_safer = self.there[SAFER]
    self.in_healthier = self.there[HEALTHIER]
    self.in_economic = self.there[ECONOMIC]
    came, in_person = total(tuple(self.came_in)), total(tuple(self.person_in))
    self.came_share = mean_or_zero(total=came, count=model.meetings_year)
    self.person_share = mean_or_zero(total=in_person, count=model.meetings_year)
    unseen = max(0.0, 12.0 - model.meetings_year) * self.expected_presence
    self.came_record = (came + unseen) / 12.0
    self.person_record = (in_person + 0.5 * unseen) / 12.0


@rule
def count_meetings(self: Any) -> None:
    """Count the board's meetings of the year."""
    month = self.month % 12
    self.meetings_year += self.meets - self.meetings_in[month]
    self.meetings_in[month] = self.meets


@rule
def set_the_agenda(self: Any) -> None:
    """See for how many items there is time; without seniors there is nobody to propose.

    What the centre prescribes is dealt with first, and takes up to half of the board's time.
    """
    behaviour = self.behaviour
    hours = (
        behaviour.meeting_hours * (1.0 - 0.5 * self.levers.prescription)
        if self.table == 0
        else 0.5 * behaviour.meeting_hours
    )
    most = MOST_ITEMS if self.table == 0 else 1
    items = items_of(
        hours=hours, item_hours=behaviour.item_hours, speaker_hours=behaviour.speaker_hours, present=self.n_speaking
    )
    enough = self.n_present >= min(2.0, self.n_sitting) and self.say_of[ORDINARY] > 0.0
    self.meeting_items = min(float(most), items + self.luck.agenda[self.table]) if enough else 0.0


# ---------------------------------------------------------------------- an item


@rule
def open_item(self: Any) -> None:
    """Open the next item, if there is time for it, and see who may bring it.

    The first is the chair's as far as the chair directs; on the board the second is kept for voice, as far as there is
    support for it, and the third for neighbourhoods, as far as ward councillors are listened to.
    """
    levers = self.levers
    slot = slot_of(item=self.item, table=self.table)
    self.is_open = 1.0 if self.item + 1.0 <= self.meeting_items else 0.0
    drawn = self.luck.whose[slot]
    whose = ORDINARY
    if self.item == 0 and drawn < self.direction * (1.0 - self.facilitation):
        whose = OF_THE_CHAIR
    if self.item == 1 and drawn < levers.vcs_capacity_building:
        whose = OF_VOICE
    if self.item == 2 and drawn < levers.neighbourhood_engagement:
        whose = OF_WARDS
    self.whose = float(whose) if self.say_of[whose] > 0.0 else float(ORDINARY)
    self.aim = self.luck.proposer[slot] * self.say_of[int(self.whose)]
    self.weighed = 0.0
    self.is_found = 0.0
    self.theme = 0.0
    self.fit = 0.0
    self.is_public_proposal = 0.0
    self.influence_of_proposer = 0.0
    self.team_size = 0.0
    self.votes = 0.0
    self.is_adopted = 0.0
    for s in range(N_SECTORS):
        self.best_of[s] = 0.0
    self.raised += self.is_open


@rule
def take_turn(self: Any) -> None:
    """Propose, if it is the body's turn: those who may bring the item do by their say."""
    model = self.model
    model.weighed += say_in(self, kind=model.whose)
    is_reached = model.weighed > model.aim
    turn = model.is_found == 0.0 and is_reached
    self.proposes = 1.0 if turn else 0.0
    model.is_found = max(model.is_found, self.proposes)
    self.takes_on = 0.0


@rule
def propose(self: Any) -> None:
    """Propose something on a theme, as the body's plan has it, and as well as it fits the strategy."""
    model, levers = self.model, self.model.levers
    whole = 0.0
    for k in range(N_TOPICS):
        whole += weight_of_theme(self, theme=k)
    drawn = model.luck.theme[slot_of(item=model.item, table=model.table)] * whole
    theme = -1
    passed = 0.0
    for k in range(N_TOPICS):
        passed += weight_of_theme(self, theme=k)
        theme = k if theme < 0 and passed > drawn else theme
    model.theme = float(max(0, theme))
    model.is_public_proposal = self.kind.is_publicly_funded
    model.influence_of_proposer = self.influence
    fit = 0.0
    for k in range(N_THEMES):
        of_theme = strategic_fit(
            aims=model.aims[k], growth_priority=GROWTH_PRIORITIES[k], growth_focus=levers.growth_focus
        )
        fit += of_theme * (1.0 if model.theme == k else 0.0)
    model.fit = fit


@rule
def look_at_proposer(tie: float, trust: float, returned_trust: float) -> tuple[float, float, float]:
    """Return whether one is tied to the proposer, trusts it, and is trusted by it."""
    return tie, trust, returned_trust


@rule
def offer_oneself(self: Any) -> None:
    """See how good a team mate the proposer has in this body.

    Only those it is tied to come into question, if they are there in person: a junior cannot commit.
    """
    model = self.model
    theme = int(model.theme)
    worth = self.tied_to_proposer * self.trusted_by_proposer * self.plan[theme] * self.in_person
    needed = is_needed(sector=self.seat.sector, theme=model.theme)
    comes_into_question = self.proposes == 0.0 and needed
    self.worth_as_mate = worth if comes_into_question else 0.0
    model.best_of[self.seat.sector] = max(model.best_of[self.seat.sector], self.worth_as_mate)


@rule
def join_team(self: Any) -> None:
    """Join the team, as its proposer or as its best partner in a sector that the project needs."""
    model = self.model
    is_best = self.worth_as_mate == model.best_of[self.seat.sector]
    chosen = self.worth_as_mate > 0.0 and is_best
    self.joins_team = 1.0 if self.proposes > 0.0 or chosen else 0.0
    model.team_size += self.joins_team


@rule
def look_at_team(tie: float, trust: float) -> tuple[float, float]:
    """Return whether one is tied to a member of the team, and trust in it."""
    return tie, trust


@rule
def vote(self: Any) -> None:
    """Support the proposal or not; those in its team do, and who is paid by public bodies opposes none of theirs."""
    model, behaviour, levers = self.model, self.model.behaviour, self.model.levers
    slot = slot_of(item=model.item, table=model.table)
    chance = support_of(
        base=behaviour.support_base,
        weight_trust=behaviour.support_trust,
        trust=self.trust_in_proposer,
        weight_ties=behaviour.support_ties,
        tied_share=self.tied_to_team / max(1.0, model.team_size),
        own_interest=self.plan[int(model.theme)] - 1.0 / N_THEMES,
        fit=model.fit,
        error=1.0 - 0.5 * model.information,
    )
    contracted = levers.vcs_as_contractor * self.kind.contracting_gain * model.is_public_proposal
    supports = 1.0 if self.luck.support[slot] < max(chance, contracted) else self.joins_team
    model.votes += self.influence * self.in_person * self.on_executive * supports


@rule
def decide(self: Any) -> None:
    """Adopt what is carried by enough influence and by two bodies that can commit themselves, if there is room.

    A table agrees on a strategy first, which takes as long as planning does; what is adopted before it waits for it. A
    protocol or a shared post that leads shortens planning, to half at most (S3).
    """
    levers = self.levers
    self.place_of_project = -1.0
    for p in range(N_PROJECTS):
        if self.place_of_project < 0.0 and self.months_left[p] <= 0.0:
            self.place_of_project = float(p)
    committed = self.team_size >= min(2.0, self.n_sitting)
    carried = self.votes >= self.behaviour.quorum * self.influence_present and committed
    adopted = self.is_open > 0.0 and carried and self.place_of_project >= 0.0
    self.is_adopted = 1.0 if adopted else 0.0
    self.adopted_now += self.is_adopted
    if adopted:
        planning = float(int(PLANNING_MONTHS * (1.0 - 0.5 * max(levers.protocols, levers.joint.appointments))))
        planning += max(0.0, PLANNING_MONTHS - self.months_standing)
        self.months_of_new = planning + DELIVERY_MONTHS
        for p in range(N_PROJECTS):
            if self.place_of_project == p:
                self.planning_left[p] = planning
                self.months_left[p] = self.months_of_new
                self.theme_of[p] = self.theme
                self.rank_of[p] = rank_in_purse(self)
        if self.theme < SAVING_TIME:
            for k in range(N_THEMES):
                self.aims[k] += MEMORY_OF_A_YEAR * ((1.0 if self.theme == k else 0.0) - self.aims[k])


@rule
def rank_in_purse(self: Any) -> float:
    """Return what a purse by influence or by alignment ranks by: the proposer's say, or the fit."""
    return self.influence_of_proposer if self.policy.purse == BY_INFLUENCE else self.fit


@rule
def closed_in(self: Any, theme: int) -> float:
    """Return the share of the gap that is closed in a theme (negative: it grew)."""
    return self.gained[theme] + self.alone[theme] + self.shocks[theme]


# ---------------------------------------------------------------------- strategy and plans


@rule
def begin_to_align(self: Any) -> None:
    """Begin to see how far councils act as one."""
    self.n_councils = 0.0
    self.councils_as_one = 0.0


@rule
def come_together_inside(self: Any) -> None:
    """Act as one, as far as the council has one plan and its leader attends to it; others always do.

    A new leader, or a reorganisation, undoes half of it (S0, S1: a stocktake takes a committed leader's time).
    """
    model = self.model
    if self.seat.sector != COUNCIL:
        self.acts_as_one = 1.0
    elif model.month == 0:
        self.acts_as_one = self.unity
    else:
        undone = 0.5 if model.has_new_leader > 0.0 or self.is_reorganised > 0.0 else 1.0
        as_one = self.acts_as_one * undone
        self.acts_as_one = as_one + MEMORY_OF_A_YEAR * model.attention * (self.unity - as_one)
    if self.seat.sector == COUNCIL and self.is_member > 0.0:
        model.n_councils += 1.0
        model.councils_as_one += self.acts_as_one


@rule
def move_plans(self: Any) -> None:
    """Move the plan to the strategy, or home.

    It moves with projects of one's own or if a duty asks to have regard to the strategy, as far as councils act as one;
    it drifts home by the rigidity of main programmes, which falls as joint work makes a body able to change (S3).
    """
    model, behaviour = self.model, self.model.behaviour
    works = 1.0 if self.own_projects > 0.0 else 0.0
    as_one = mean_or_zero(total=model.councils_as_one, count=model.n_councils) if model.n_councils > 0.0 else 1.0
    follows = behaviour.plan_rate * max(works, self.regard_pressure) * as_one * model.stands
    self.can_change += behaviour.plan_rate * (self.effort * works - self.can_change)
    rigid = self.kind.rigidity * (1.0 - 0.5 * self.can_change)
    self.rigidity = rigid
    apart = 0.0
    for k in range(N_THEMES):
        aim = strategic_fit(
            aims=model.aims[k], growth_priority=GROWTH_PRIORITIES[k], growth_focus=model.levers.growth_focus
        )
        wanted = aim + 1.0 / N_THEMES
        home = behaviour.plan_rate * rigid * (self.kind.priorities[k] - self.plan[k])
        self.plan[k] += follows * (wanted - self.plan[k]) + home
        apart += abs(wanted - self.plan[k])
    self.alignment = 1.0 - 0.5 * apart
