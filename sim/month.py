"""The month: who takes which step, in order.

Both engines go through this list, and the schedule in ``docs/odd.md`` is generated from it. An extension changes it
by :meth:`Month.replacing` and its like, see ``docs/extending.md``.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, cached_property
from operator import attrgetter
from typing import Any

from sim import accountability, life, measures, meetings, obligations, policy, projects, ties
from sim.choices import Choices
from sim.measures import COLUMNS, MEASURES, Measure, reader_of
from sim.meetings import TERMS
from sim.own import names_used, own_key, remember_as_read
from sim.pairs import pair_loop
from sim.parameters import PARAMETERS, Behaviour, Parameter, declared, undeclared
from sim.partners import Partner
from sim.partnership import PartnershipModel
from sim.population import Seat
from sim.randomness import OWN_STREAMS, STREAMS, Stream
from sim.records import Recorder, write_down
from sim.regimes import NAMING, Naming
from sim.scenario import MAX_PARTNERS, ScenarioError, nearest
from sim.spelling import spelt_out
from sim.state import matrices_of, rows_of
from sim.steps import AnyStep, Deal, PairStep, Repeat, Step, Takers, flat, place_of, with_rounds
from sim.tables import BLOCKS, MOST_ITEMS, N_TABLES, TOPICS
from sim.terms import Term

# ---------------------------------------------------------------------- who takes a step

PLACE = Takers("the table", "partnership", lambda model: (model,), lambda model: True)
MEMBERS = Takers(
    "every member",
    "partner",
    lambda model: model.members,
    lambda partner: partner.is_member > 0.0,
)
EVERYBODY = Takers("every body", "partner", lambda model: model.partners, lambda partner: True)


def _some(says: str, where: Callable[[Any], bool]) -> Takers:
    """Return bodies of whom something holds now, often of few."""
    return Takers(says, "partner", lambda model: filter(where, model.partners), where, are_some=True)


AT_THE_TABLE = _some("every member of the table", lambda partner: partner.sits > 0.0 and partner.model.meets > 0.0)
WHO_PROPOSES = _some("who proposes", lambda partner: partner.proposes > 0.0)
THE_TEAM = _some("every member of the team", lambda partner: partner.joins_team > 0.0)


# ---------------------------------------------------------------------- in which months


def table_may_meet(model: PartnershipModel) -> bool:
    """Return whether the board is at hand, or a group that meets this month."""
    return bool(model.table == 0 or model.meets > 0.0)


def board_is_at_hand(model: PartnershipModel) -> bool:
    """Return whether the board is at hand."""
    return bool(model.table == 0)


def item_is_open(model: PartnershipModel) -> bool:
    """Return whether there is time for the item."""
    return bool(model.is_open > 0.0)


def item_may_be_open(model: PartnershipModel) -> bool:
    """Return whether there is time for the item, before it is opened."""
    return bool(model.item + 1.0 <= model.meeting_items)


def something_is_adopted(model: PartnershipModel) -> bool:
    """Return whether the item is carried."""
    return bool(model.is_adopted > 0.0)


def policy_changes(model: PartnershipModel) -> bool:
    """Return whether other levers come into force this month."""
    return model.policy.is_new > 0.0


def bodies_end(model: PartnershipModel) -> bool:
    """Return whether the calendar abolishes bodies this month."""
    return model.policy.abolishes > 0.0


def year_ends(model: PartnershipModel) -> bool:
    """Return whether a year of the run ends."""
    return bool(model.month % 12 == 11)


def core_is_peeled(model: PartnershipModel) -> bool:
    """Return whether somebody may have to leave the core."""
    return bool(model.month % 12 == 11 and model.is_peeling > 0.0)


def terms_of_board_are_kept(model: PartnershipModel) -> bool:
    """Return whether the board is at hand, and the terms of decisions are kept."""
    return bool(model.table == 0 and model.keeps_terms > 0)


# ---------------------------------------------------------------------- the steps

LAUNCH: tuple[AnyStep, ...] = (
    Step(policy.find_leader, PLACE, "A place founds a partnership: its leader, its staff,"),
    Step(life.found_table, PLACE, "its trend; a table that stands."),
    Step(life.come_with_plans, EVERYBODY, "Bodies bring plans, trust, views."),
    PairStep(
        ties.first_complement, "What they could give each other is what it is.", writes="complement", among="everybody"
    ),
    PairStep(ties.first_trust, "They know each other somewhat;", writes="trust", among="everybody"),
    PairStep(ties.first_tie, "some are tied.", writes="tie", once=True, among="everybody"),
)

AN_ITEM: tuple[AnyStep, ...] = (
    Step(meetings.open_item, PLACE, "The item is opened, if there is time."),
    Step(
        meetings.take_turn, AT_THE_TABLE, "Somebody there in person proposes, as influence has it,", when=item_is_open
    ),
    Step(meetings.propose, WHO_PROPOSES, "on a theme, as its plan has it.", when=item_is_open),
    PairStep(
        meetings.look_at_proposer,
        "All look at who proposes.",
        adds=("tied_to_proposer", "trust_in_proposer", "trusted_by_proposer"),
        towards="proposes",
        when=item_is_open,
    ),
    Step(meetings.offer_oneself, AT_THE_TABLE, "Of those the proposer is tied to", when=item_is_open),
    Step(meetings.join_team, AT_THE_TABLE, "the best in each needed sector join the team.", when=item_is_open),
    PairStep(
        meetings.look_at_team,
        "All look at the team.",
        adds=("tied_to_team", "trust_in_team"),
        towards="joins_team",
        when=item_is_open,
    ),
    Step(meetings.vote, AT_THE_TABLE, "Who is there in person supports it, or not;", when=item_is_open),
    Step(meetings.decide, PLACE, "it is adopted, or not.", when=item_is_open),
    Step(projects.take_on, THE_TEAM, "Its team commit themselves, and pool money or not;", when=something_is_adopted),
    PairStep(
        projects.months_together,
        "they work together from now on.",
        writes="joint",
        once=True,
        towards="takes_on",
        when=something_is_adopted,
    ),
)

A_TABLE: tuple[AnyStep, ...] = (
    Step(meetings.open_table, PLACE, "It is seen whether the table meets,"),
    Step(meetings.sit_down, EVERYBODY, "and who sits there.", when=table_may_meet),
    Step(
        meetings.choose_rank,
        AT_THE_TABLE,
        "Each stays away, sends a junior, or goes in person.",
        when=table_may_meet,
    ),
    Step(meetings.remember_why, AT_THE_TABLE, "Why is kept, if asked for.", when=terms_of_board_are_kept),
    Step(meetings.count_meetings, PLACE, "The year's meetings are counted;", when=board_is_at_hand),
    Step(meetings.keep_the_record, EVERYBODY, "who came is remembered.", when=board_is_at_hand),
    Step(meetings.set_the_agenda, PLACE, "There is time for so many items."),
    Repeat("item", MOST_ITEMS, "One after another:", AN_ITEM, when=item_may_be_open),
)


STEPS: tuple[AnyStep, ...] = (
    # 1 policy and events
    Step(policy.face_levers, EVERYBODY, "Bodies take in levers that come into force.", when=policy_changes),
    Step(policy.begin_to_add_pressure, PLACE, "Pressure by duties is added up", when=policy_changes),
    Step(policy.add_pressure, EVERYBODY, "over all publicly funded bodies.", when=policy_changes),
    Step(policy.prepare_working, PLACE, "What depends on levers alone is worked out.", when=policy_changes),
    Step(policy.hold_election, PLACE, "A May election may bring a new leader."),
    Step(policy.be_led, PLACE, "The leader's style, the staff in place and relief are what they are."),
    Step(policy.be_abolished, EVERYBODY, "Bodies that end this month leave for good.", when=bodies_end),
    Step(policy.be_reorganised, EVERYBODY, "Bodies go through a reorganisation, or not."),
    Step(life.sit_at_date, EVERYBODY, "Bodies that begin take their seats."),
    Step(life.see_leader, PLACE, "It is seen whether the leader is new."),
    Step(meetings.begin_to_align, PLACE, "Councils act as one,"),
    Step(meetings.come_together_inside, EVERYBODY, "or in silos."),
    # 2 senior time
    Step(obligations.look_at_other_tables, PLACE, "Other tables want seniors too:"),
    Step(obligations.go_elsewhere, EVERYBODY, "bodies go there, or not."),
    Step(meetings.open_the_month, PLACE, "The month begins."),
    Step(meetings.begin_the_month, EVERYBODY, "Everybody has a clean desk,"),
    Step(obligations.claim_time, EVERYBODY, "and so much time that is claimed already."),
    PairStep(meetings.partners_who_come, "Bodies look at partners that come.", adds=("partners_coming",)),
    # 3 to 5 meetings
    Repeat("table", N_TABLES, "The board and its groups meet, one after another:", A_TABLE),
    Step(meetings.look_back, EVERYBODY, "Everybody looks back on the year's meetings."),
    Step(life.clear_influence, PLACE, "Influence is shared out for the next month:"),
    Step(life.take_stand, MEMBERS, "by what bodies bring, as far as they were there;"),
    Step(life.take_influence, MEMBERS, "the chair evens it out, or takes more;"),
    Step(life.share_influence, MEMBERS, "each has its share."),
    # 7 to 11 work
    Step(projects.begin_to_count, PLACE, "Promises are counted:"),
    Step(projects.count_own_projects, MEMBERS, "everybody sees what is promised."),
    PairStep(projects.trust_in_mates, "They look at their team mates,", adds=("trusted_mates", "mates")),
    Step(projects.clear_the_work, PLACE, "and projects are worked on:"),
    Step(projects.keep_promises, MEMBERS, "promises are kept, or broken."),
    Step(accountability.ask_for_freedoms, PLACE, "Once a year freedoms are asked for."),
    Step(projects.take_money_in, PLACE, "Money comes in, and posts are paid;"),
    Step(projects.share_out, PLACE, "projects past planning get what there is, by the rule for the purse,"),
    Step(projects.deliver, PLACE, "and yield what their weakest needed sector puts in."),
    Step(projects.close_books, PLACE, "What is left waits, or goes back."),
    Step(projects.close_gaps, PLACE, "Outcomes move, with and without the table."),
    Step(projects.see_results, MEMBERS, "Teams see results, and believe more or less."),
    Step(meetings.move_plans, MEMBERS, "Plans move to the strategy, or home."),
    # 6 and 12 ties and trust
    Step(ties.show_effort, MEMBERS, "What each kept of its promises is seen;"),
    PairStep(ties.trust_a_month_later, "trust follows what team mates kept.", writes="trust"),
    PairStep(ties.met_at_tables, "Who met this month is seen.", writes="met", once=True),
    PairStep(ties.made_or_lost, "Ties are made and lost.", writes="tie", once=True),
    PairStep(ties.months_left_together, "Joint work comes nearer to its end.", writes="joint", once=True),
    PairStep(ties.is_tied, "Ties are counted.", adds=("degree",)),
    # the core, once a year
    Step(life.begin_the_core, PLACE, "Once a year the core is looked for:", when=year_ends),
    Step(life.stand_in_core, MEMBERS, "all who have a tie,", when=year_ends),
    Repeat(
        "peeled",
        MAX_PARTNERS,
        "less, one by one, who has fewest ties there, until all are tied to half of the others.",
        (
            PairStep(life.tied_in_core, "Ties within are counted,", adds=("within",), when=core_is_peeled),
            Step(life.look_for_fewest, PLACE, "the fewest", when=core_is_peeled),
            Step(life.show_ties_in_core, MEMBERS, "are found,", when=core_is_peeled),
            Step(life.see_core, PLACE, "and if they are too few", when=core_is_peeled),
            Step(life.drop_out, MEMBERS, "that body drops out.", when=core_is_peeled),
        ),
        when=core_is_peeled,
    ),
    Step(life.bid_together, PLACE, "A core may win a bid.", when=year_ends),
    # 13 accountability
    Step(accountability.be_assessed, PLACE, "Once a year the partnership is judged."),
    Step(accountability.begin_to_propose, PLACE, "Targets are agreed, or met:"),
    Step(accountability.believe_in_teams, MEMBERS, "councils promise what they believe in."),
    Step(accountability.make_agreement, PLACE, "The centre accepts, counters, or refuses."),
    Step(accountability.give_account, PLACE, "The public hears of it."),
    # 14 whether it lasts
    Step(life.begin_to_engage, PLACE, "Engagement is added up,"),
    Step(life.engage, MEMBERS, "of all members;"),
    Step(life.consider_abolition, PLACE, "the table goes on, is abolished, or is founded again,"),
    Step(life.begin_anew, MEMBERS, "by those who are left."),
    # measures
    Step(measures.begin_to_show, PLACE, "The month is measured:"),
    Step(measures.show_oneself, MEMBERS, "what measures are made of,"),
    PairStep(
        measures.tie_and_trust,
        "ties and trust among members.",
        adds=("ties", "ties_across", "ties_in_use", "trust_within", "trust_across", "trust_difference"),
        to="table",
        once=True,
    ),
)
"""The steps of a month, in order, a sentence each."""

CHOICES = Choices(tables=("board", *BLOCKS), ranks=("absent", "junior", "senior"))
"""What bodies choose at which tables."""

RECORDS = {
    "meetings": Recorder(
        "Who sends whom to which table, who is tied to and works with whom, and the projects.",
        partner=("is_member", "rank_at", "influence", "in_core", "in_team", "pools_in"),
        partnership=(
            "stands",
            "months_left",
            "planning_left",
            "theme_of",
            "yield_of",
            "paid_gbp_m_in",
            "pooled_gbp_m_in",
        ),
        matrix=("tie", "joint", "trust"),
        called={"theme_of": TOPICS},
    )
}
"""What can be kept of a run on request."""


@dataclasses.dataclass(frozen=True, eq=False)
class Month:
    """A list of steps, and what goes with it: terms of decisions, measures, columns of bodies, chance.

    Never changed, but copied with changes: :meth:`replacing`, :meth:`after`, :meth:`before`, :meth:`without` for the
    steps, and :meth:`holding`, :meth:`setting`, :meth:`pulling`, :meth:`measuring`, :meth:`drawing`,
    :meth:`recording` for what they need.
    Both engines take such a copy as ``month=``.
    """

    launch_steps: tuple[AnyStep, ...] = LAUNCH
    steps: tuple[AnyStep, ...] = STEPS
    terms: Mapping[str, Term] = dataclasses.field(default_factory=lambda: TERMS)
    measures: Mapping[str, Measure] = dataclasses.field(default_factory=lambda: MEASURES)
    columns: Mapping[str, str] = dataclasses.field(default_factory=lambda: COLUMNS)
    streams: tuple[Stream, ...] = STREAMS
    naming: Naming = NAMING
    own_state: Mapping[str, Mapping[str, int]] = dataclasses.field(default_factory=dict)
    own_settings: type | None = None
    """A frozen dataclass of parameters and levers, declared like those of the model."""
    records: Mapping[str, Recorder] = dataclasses.field(default_factory=lambda: RECORDS)
    """What can be kept on request of bodies, pairs and the table, by the name under which it is asked for."""
    choices: Choices = CHOICES
    """What bodies choose at which tables."""

    # ------------------------------------------------------------ copies with changes

    def replacing(self, **functions: Callable[..., Any]) -> Month:
        """Return a month in which the named steps do something else: ``MONTH.replacing(vote=my_vote)``.

        Who takes the step, and when, stays. Raises :class:`sim.ScenarioError` for a step that there is not.
        """
        month = self
        for name, function in functions.items():
            month = month._rewritten(name, lambda step, *_, new=function: (_doing(step, new),))
        return month

    def after(self, name: str, *steps: AnyStep) -> Month:
        """Return a month with steps put in after the (last) step of that name."""
        return self._rewritten(name, lambda step, number, of: (step, *steps) if number == of else (step,))

    def before(self, name: str, *steps: AnyStep) -> Month:
        """Return a month with steps put in before the (first) step of that name."""
        return self._rewritten(name, lambda step, number, of: (*steps, step) if number == 1 else (step,))

    def without(self, *names: str) -> Month:
        """Return a month in which the named steps are not taken."""
        month = self
        for name in names:
            month = month._rewritten(name, lambda step, number, of: ())
        return month

    def holding(self, **numbers: str) -> Month:
        """Return a month in which more numbers are held, each 0 before the launch.

        ``grudge="partner"``: by every body; ``="partnership"``: by the table; ``="matrix"``: by every body towards
        every other.
        """
        own = {kind: dict(self.own_state.get(kind, {})) for kind in ("partner", "partnership", "matrix")}
        for name, kind in numbers.items():
            if kind not in own:
                raise ScenarioError(f"{name} = {kind!r} is not allowed: it takes {', '.join(own)}")
            if any(name in self.known[place] for place in own):
                raise ScenarioError(f"{name!r} is held already: take another name")
            own[kind][name] = 0
        return dataclasses.replace(self, own_state=own)

    def setting(self, settings: type) -> Month:
        """Return a month with parameters and levers of one's own, which steps read as ``self.model.own.name``.

        ``settings`` is a frozen dataclass declared like those in ``sim/parameters.py``. A scenario sets them as
        ``own.name``, also on a date.
        """
        if name := undeclared(settings):
            raise ScenarioError(
                f"the setting own.{name} is not declared: write {name}: Real = uncertain(...), lever(...) or "
                "structural(...), with its unit, source and what it says"
            )
        for one in declared(settings, "own"):
            if one.choices:
                raise ScenarioError(f"{one.path} takes names, and steps read numbers: declare it as Whole or Real")
        return dataclasses.replace(self, own_settings=settings)

    def pulling(self, *terms: Term) -> Month:
        """Return a month with more terms in the utility of going to a meeting, each with a function of a body."""
        for term in terms:
            if term.function is None:
                raise ScenarioError(f"the term {term.name!r} has no function of a body that gives it")
            _refuse_twin("term", term.name, self.terms)
        return dataclasses.replace(self, terms={**self.terms, **{term.name: term for term in terms}})

    def measuring(self, *measures: Measure) -> Month:
        """Return a month with more measures, in columns after those of the model."""
        for measure in measures:
            _refuse_twin("measure", measure.name, self.measures)
        own = {measure.name: measure for measure in measures}
        return dataclasses.replace(self, measures={**self.measures, **own})

    def drawing(self, *names: str, each: bool = True) -> Month:
        """Return a month with more chance: ``self.luck.name``, uniform on [0, 1), for every body or for the table."""
        streams = list(self.streams)
        for name in names:
            _refuse_twin("stream", name, [stream.name for stream in streams])
            own = len([stream for stream in streams if stream.number >= OWN_STREAMS])
            streams.append(Stream(name, OWN_STREAMS + own, each=each))
        return dataclasses.replace(self, streams=tuple(streams))

    def recording(self, **records: Recorder) -> Month:
        """Return a month of which more can be kept on request: ``record="name"`` of a run."""
        for name in records:
            _refuse_twin("record", name, self.records)
        month = dataclasses.replace(self, records={**self.records, **records})
        for name in records:
            month.recorder(name)
        return month

    def _rewritten(self, name: str, new: Callable[..., Iterable[AnyStep]]) -> Month:
        """Return a month with ``new(step, number, of)`` in the place of each step of that name, from 1 to ``of``."""
        names = [step.name for step in with_rounds(self.steps)]
        if name not in names:
            known = list(dict.fromkeys(names))
            raise ScenarioError(f"unknown step {name!r}{nearest(name, known)}; steps: {', '.join(known)}")
        number = itertools.count(1)

        def rewritten(steps: Iterable[AnyStep]) -> Iterator[AnyStep]:
            for step in steps:
                if step.name == name:
                    yield from new(step, next(number), names.count(name))
                elif isinstance(step, Repeat):
                    yield dataclasses.replace(step, steps=tuple(rewritten(step.steps)))
                else:
                    yield step

        return dataclasses.replace(self, steps=tuple(rewritten(self.steps)))

    # ------------------------------------------------------------ what there is

    @property
    def regime_measures(self) -> tuple[str, ...]:
        """Return the measures that regimes are named from."""
        return tuple(name for name, measure in self.measures.items() if measure.names_regimes)

    @property
    def schedule(self) -> list[dict[str, Any]]:
        """Return the steps as a table: number, name, what happens, who takes it, in which months, where it stands."""
        return list(_scheduled(self.steps))

    @cached_property
    def term_functions(self) -> tuple[Callable[[Partner], float], ...]:
        """Return the functions of the terms of the utility of going to a meeting."""
        return tuple(term.function for term in self.terms.values() if term.function is not None)

    @cached_property
    def parameters(self) -> Mapping[str, Parameter]:
        """Return every parameter by its path, one's own as ``own.name``."""
        own = {} if self.own_settings is None else {p.path: p for p in declared(self.own_settings, "own")}
        return {**PARAMETERS, **own}

    @cached_property
    def known(self) -> dict[str, dict[str, int]]:
        """Return what there is: the numbers of a body, of a seat, of the table, between bodies, of behaviour."""
        own = dataclasses.fields(self.own_settings) if self.own_settings is not None else ()
        return {
            "partner": rows_of(Partner, terms=len(self.terms)) | dict(self.own_state.get("partner", {})),
            "partnership": rows_of(PartnershipModel) | dict(self.own_state.get("partnership", {})),
            "matrix": dict.fromkeys(matrices_of(Partner), 0) | dict(self.own_state.get("matrix", {})),
            "seat": dict.fromkeys(Seat.numbers(), 0),
            "behaviour": {field.name: 0 for field in dataclasses.fields(Behaviour)},
            "own": {field.name: 0 for field in own},
        }

    @cached_property
    def sources(self) -> dict[AnyStep, Any]:
        """Return, for every step between bodies, whose numbers its rule is given; and what chance a step alone takes."""
        steps = flat((*self.launch_steps, *self.steps))
        between: dict[AnyStep, Any] = {step: step.sources(self.known) for step in steps if not isinstance(step, Step)}
        return {**between, **self._draws_of_steps()}

    def _draws_of_steps(self) -> dict[AnyStep, tuple[Stream, ...]]:
        """Return the streams of which one step alone takes one draw at a time: it may draw when it is taken."""
        methods = vars(PartnershipModel) | vars(Partner)
        steps = list(flat((*self.launch_steps, *self.steps)))
        names = {step: names_used(step, methods) for step in steps}
        elsewhere = names_used([self.measures, self.records, self.terms], methods)
        found: dict[AnyStep, tuple[Stream, ...]] = {}
        for stream in (stream for stream in self.streams if stream.at is not None):
            taken_by = [step for step in steps if stream.name in names[step]]
            if len(taken_by) == 1 and isinstance(taken_by[0], Step) and stream.name not in elsewhere:
                found[taken_by[0]] = (*found.get(taken_by[0], ()), stream)
        return found

    @cached_property
    def drawn_by_steps(self) -> frozenset[str]:
        """Return the names of streams that compiled code draws when a step is taken, not as the month begins."""
        return frozenset(
            stream.name for step, each in self.sources.items() if isinstance(step, Step) for stream in each
        )

    @cached_property
    def counters(self) -> tuple[str, ...]:
        """Return the names of the whole numbers that count rounds."""
        return tuple(dict.fromkeys(_counters((*self.launch_steps, *self.steps))))

    def partner_columns(self, *, with_terms: bool) -> tuple[str, ...]:
        """Return the names of what is kept of a member a month, with the terms of its decision if they are."""
        return (*self.columns, *(f"term_{name}" for name in self.terms if with_terms))

    def recorder(self, name: str) -> Recorder:
        """Return what is kept under a name; raise :class:`sim.ScenarioError` if it is none, or nothing holds it."""
        if not self.records:
            raise ScenarioError(f"record = {name!r} is not allowed: this month keeps no records; leave it out")
        if name not in self.records:
            known = ", ".join(self.records)
            raise ScenarioError(f"unknown record {name!r}{nearest(name, self.records)}; records: {known}")
        recorder = self.records[name]
        asked = [(kind, number) for kind in ("partner", "partnership", "matrix") for number in getattr(recorder, kind)]
        for kind, number in asked:
            if number not in self.known[kind]:
                raise ScenarioError(f"record {name!r}: {number!r} is no number of {kind!r}: declare it by holding()")
        numbers = [number for _, number in asked]
        for number in numbers:
            if numbers.count(number) > 1:
                raise ScenarioError(f"record {name!r} names {number!r} twice: name it once")
        return recorder

    @cached_property
    def own_key(self) -> str:
        """Return a text that changes with what is not of the package: own functions, states, settings, measures."""
        return own_key(self)

    # ------------------------------------------------------------ in Mesa

    @cached_property
    def loops(self) -> dict[PairStep, Any]:
        """Return, for every step between two bodies, its loop in Mesa."""
        return {step: pair_loop(step, self.sources[step]) for step in self.sources if isinstance(step, PairStep)}

    @cached_property
    def kinds_of_luck(self) -> tuple[Any, Any]:
        """Return the named tuples of a month's draws of the table, and of a body."""
        return tuple(_kind_of_luck(tuple(s.name for s in self.streams if s.each is each)) for each in (False, True))

    @cached_property
    def read_columns(self) -> Callable[[Partner], tuple[float, ...]]:
        """Return the function that reads what is kept of a body."""
        return attrgetter(*self.columns.values())

    @cached_property
    def read_measures(self) -> Callable[[PartnershipModel], list[float]]:
        """Return the function that reads what is kept of the partnership."""
        return reader_of(tuple(self.measures.values()))

    def launch(self, model: PartnershipModel) -> None:
        """Let a partnership begin."""
        model.enter_month()
        for step in self.launch_steps:
            step.take(model)

    def live(self, model: PartnershipModel) -> None:
        """Let a partnership live through a month, and write down what it shows."""
        model.enter_month()
        for step in self.steps:
            step.take(model)
        model.measures[model.month] = self.read_measures(model)
        rows, read = model.partner_rows[model.month], self.read_columns
        rows[:] = 0.0  # of bodies that are no members
        for partner in model.members:
            values = read(partner)
            rows[partner.position] = (*values, *partner.terms) if model.keeps_terms else values
        if model.record is not None:
            write_down(model.record, model)

    def __reduce__(self) -> Any:
        """Return the name of the model's own month, which every process has; another goes by its parts."""
        if self is MONTH:
            return "MONTH"
        return Month, tuple(getattr(self, field.name) for field in dataclasses.fields(self))


def _doing(step: AnyStep, function: Callable[..., Any]) -> AnyStep:
    """Return a step that does something else."""
    if isinstance(step, Step):
        return dataclasses.replace(step, function=function)
    if isinstance(step, Repeat):
        raise ScenarioError(f"{step.name!r} are rounds of steps: replace one of these, or leave it out")
    if isinstance(step, Deal):
        raise ScenarioError(f"{step.name!r} deals by chance, by no function: leave it out")
    return dataclasses.replace(step, rule=function)


def _scheduled(steps: Iterable[AnyStep], before: str = "") -> Iterator[dict[str, Any]]:
    for number, step in enumerate(steps, start=1):
        yield {
            "number": f"{before}{number}",
            "step": step.name,
            "says": step.says,
            "taken_by": step.taken_by,
            "when": "" if step.when is None else spelt_out(step.when.__name__),
            "place": "" if isinstance(step, Repeat) else place_of(step),
        }
        if isinstance(step, Repeat):
            yield from _scheduled(step.steps, f"{before}{number}.")


def _counters(steps: Iterable[AnyStep]) -> Iterator[str]:
    for step in steps:
        if isinstance(step, Repeat):
            yield step.counter
            yield from _counters(step.steps)


@cache
def _kind_of_luck(names: tuple[str, ...]) -> Any:
    """Return the class of draws of these names; a model that is kept and taken up again finds it by them."""
    kind = namedtuple("Luck", names)  # type: ignore[misc]

    def found_by_its_names(luck: Any) -> Any:
        return _luck, (names, tuple(luck))

    setattr(kind, "__reduce__", found_by_its_names)  # noqa: B010
    return kind


def _luck(names: tuple[str, ...], values: tuple[Any, ...]) -> Any:
    return _kind_of_luck(names)._make(values)


def _refuse_twin(what: str, name: str, known: Iterable[str]) -> None:
    if name in known:
        raise ScenarioError(f"there is a {what} {name!r} already: take another name")


MONTH = Month()
"""The month of the model as it is."""

remember_as_read()
