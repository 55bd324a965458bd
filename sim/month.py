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

from sim.choices import Choices
from sim.measures import COLUMNS, MEASURES, Measure, reader_of
from sim.own import own_key, remember_as_read
from sim.pairs import pair_loop
from sim.parameters import PARAMETERS, Behaviour, Delivery, Mechanisms, Parameter, declared
from sim.partners import Council, Partner
from sim.partnership import PartnershipModel
from sim.population import SECTORS, Seat
from sim.randomness import OWN_STREAMS, STREAMS, Stream
from sim.records import Recorder, write_down
from sim.regimes import FIRST_NAMING, Naming
from sim.rules import trust
from sim.scenario import ScenarioError, nearest
from sim.spelling import spelt_out
from sim.state import matrices_of, rows_of
from sim.steps import AnyStep, Deal, PairStep, Repeat, Step, Takers, flat, place_of
from sim.terms import TERMS, Term

COUNCIL = SECTORS.index("council")

# ---------------------------------------------------------------------- who takes a step

TABLE = Takers(
    "the table",
    "partnership",
    lambda model: () if model.is_dissolved else (model,),
    lambda model: model.is_dissolved == 0.0,
)
PLACE = Takers("the place", "partnership", lambda model: (model,), lambda model: True)
MEMBERS = Takers("every member", "partner", lambda model: model.members, lambda partner: partner.is_member > 0.0)
COUNCILS = Takers(
    "every council",
    "partner",
    lambda model: [partner for partner in model.members if isinstance(partner, Council)],
    lambda partner: partner.is_member > 0.0,
    sectors=frozenset({COUNCIL}),
)
OTHERS = Takers(
    "every member but councils",
    "partner",
    lambda model: [partner for partner in model.members if not isinstance(partner, Council)],
    lambda partner: partner.is_member > 0.0,
    sectors=frozenset(range(len(SECTORS))) - {COUNCIL},
)
EVERYBODY = Takers("every body", "partner", lambda model: model.partners, lambda partner: True)
WHILE_IT_STANDS = Takers(
    "every body, while there is a table",
    "partner",
    lambda model: () if model.is_dissolved else model.partners,
    lambda partner: partner.model.is_dissolved == 0.0,
)
OUTSIDE = Takers(
    "every body without a seat, while there is a table",
    "partner",
    lambda model: [] if model.is_dissolved else [p for p in model.partners if not (p.is_member or p.is_abolished)],
    lambda p: p.model.is_dissolved == 0.0 and p.is_member == 0.0 and p.is_abolished == 0.0,
)
NEWCOMERS = Takers(
    "every newcomer",
    "partner",
    lambda model: [partner for partner in model.partners if partner.joins],
    lambda partner: partner.joins > 0.0,
    are_few=True,
)


# ---------------------------------------------------------------------- in which months


def policy_changes(model: PartnershipModel) -> bool:
    """Return whether other levers come into force this month."""
    return model.policy.is_new > 0.0


def bodies_end(model: PartnershipModel) -> bool:
    """Return whether the calendar abolishes bodies this month."""
    return model.policy.abolishes > 0.0


def somebody_joins(model: PartnershipModel) -> bool:
    """Return whether anybody takes a seat this month."""
    return model.newcomers > 0.0


def somebody_is_reorganised(model: PartnershipModel) -> bool:
    """Return whether any member goes through a reorganisation this month."""
    return model.reorganisations > 0.0


def it_is_over(model: PartnershipModel) -> bool:
    """Return whether the partnership has been dissolved."""
    return model.is_dissolved > 0.0


def terms_are_kept(model: PartnershipModel) -> bool:
    """Return whether the terms of decisions are kept."""
    return model.keeps_terms > 0


def month_is_kept(model: PartnershipModel) -> bool:
    """Return whether the measures of this month are kept."""
    return model.is_kept > 0


# ---------------------------------------------------------------------- the steps

LAUNCH: tuple[AnyStep, ...] = (
    Step(PartnershipModel.found_partnership, PLACE, "A place founds a partnership: its leader, staff, goodwill."),
    Step(Partner.come_as_one_is, EVERYBODY, "Bodies bring their own traits."),
    Step(Partner.begin, EVERYBODY, "They begin with the views of somebody new."),
    PairStep(trust.first_trust, "They make each other's acquaintance.", writes="trust", among="everybody"),
    Step(Partner.be_counted, MEMBERS, "Those who sit from the launch are counted."),
)
"""What happens before the first month."""

POLICY: tuple[AnyStep, ...] = (
    Step(Partner.face_levers, EVERYBODY, "Bodies take in levers that come into force.", when=policy_changes),
    Step(PartnershipModel.begin_to_add_pressure, PLACE, "Pressure by duties is added up", when=policy_changes),
    Step(Partner.add_pressure, EVERYBODY, "over all publicly funded bodies.", when=policy_changes),
    Step(PartnershipModel.prepare_working, PLACE, "What depends on levers alone is worked out.", when=policy_changes),
    Step(PartnershipModel.hold_election, PLACE, "A May election may bring a new leader."),
    Step(PartnershipModel.be_led, PLACE, "The leader's style, the staff in place and relief are what they are."),
)
"""How policy and the leader come into a month."""

STEPS: tuple[AnyStep, ...] = (
    # 1 policy and events
    *POLICY,
    Step(Partner.be_abolished, WHILE_IT_STANDS, "Bodies that end this month leave for good.", when=bodies_end),
    Step(PartnershipModel.begin_to_count, TABLE, "Members are counted anew", when=bodies_end),
    Step(Partner.be_counted, MEMBERS, "if any body ended,", when=bodies_end),
    Step(PartnershipModel.end_or_go_on, TABLE, "and without any the partnership ends.", when=bodies_end),
    Step(PartnershipModel.begin_to_reorganise, TABLE, "It is seen who is reorganised:"),
    Step(Partner.be_reorganised, WHILE_IT_STANDS, "bodies go through a reorganisation,"),
    PairStep(
        trust.trust_after_reorganisation,
        "which breaks links both ways.",
        writes="trust",
        only="is_reorganised",
        when=somebody_is_reorganised,
    ),
    # 2 influence
    Step(PartnershipModel.clear_the_scales, TABLE, "Influence is weighed:"),
    Step(Partner.take_standing, MEMBERS, "by resources, statutory weight, presence and the chair;"),
    Step(Partner.take_influence, MEMBERS, "each has its share."),
    # 3 attendance
    Step(PartnershipModel.call_meeting, TABLE, "A meeting is called; money is in sight, the forum has a load."),
    PairStep(
        trust.seen_with_trust,
        "Members look at what others did so far, weighed by trust,",
        adds=("trusted", "participation", "giving"),
    ),
    Step(Partner.judge_the_others, MEMBERS, "and judge by it."),
    Step(Partner.remember_terms, MEMBERS, "The terms of the decision are kept, if asked for.", when=terms_are_kept),
    Step(Partner.decide_attendance, MEMBERS, "Each decides, by itself, whether to come,"),
    Step(Partner.remember_attendance, MEMBERS, "and its record moves."),
    # 4 seniority
    Step(Partner.choose_seniority, MEMBERS, "Each chooses how senior a person to send from now on."),
    # 5 deliberation
    Step(PartnershipModel.open_meeting, TABLE, "The meeting opens:"),
    Step(Partner.voice_priorities, MEMBERS, "members say what they care for, as loudly as they have influence;"),
    Step(PartnershipModel.move_strategy, TABLE, "the strategy moves;"),
    Step(Partner.align_plans, MEMBERS, "their plans move to it, or drift home;"),
    Step(PartnershipModel.take_decision, TABLE, "something is decided, or nothing."),
    # 6 contribution
    Step(PartnershipModel.look_ahead, TABLE, "Sanctions and an announced end are in view."),
    Step(Partner.contribute, MEMBERS, "Each decides what money to bend and to pool."),
    # 7 fund
    Step(PartnershipModel.take_money_in, TABLE, "Money comes in;"),
    Step(Partner.claim_money, MEMBERS, "members lay claims to it,"),
    Step(Partner.get_paid, MEMBERS, "and are paid if they came;"),
    Step(PartnershipModel.close_books, TABLE, "the rest is held or lost."),
    # 8 delivery
    Step(PartnershipModel.begin_work, PLACE, "Joint work begins:"),
    Step(Partner.bring_in, MEMBERS, "members bring people, capacity and money,"),
    Step(PartnershipModel.convert_money, TABLE, "of which a part works,"),
    Step(PartnershipModel.join_up, TABLE, "as far as sectors work together;"),
    Step(PartnershipModel.move_work_on, PLACE, "work moves through planning and delivery to results."),
    Step(PartnershipModel.move_stage, TABLE, "The table enters a stage, stays, or slips back."),
    # 9 outcomes
    Step(PartnershipModel.close_gaps, PLACE, "Outcomes move, with and without a partnership."),
    # 10 learning
    Step(PartnershipModel.take_stock, TABLE, "There is something to learn from:"),
    Step(Partner.learn, MEMBERS, "members bring their beliefs up to date."),
    # 11 trust
    Step(PartnershipModel.weigh_contact, TABLE, "Contact, brokerage and time weigh on trust;"),
    PairStep(
        trust.trust_step, "everybody compares what others put in with what trust led one to expect.", writes="trust"
    ),
    # 12 accountability
    Step(PartnershipModel.give_account, TABLE, "Once a year the partnership is assessed."),
    # 13 membership
    Step(PartnershipModel.open_the_list, TABLE, "Who comes and goes?"),
    Step(Partner.consider_leaving, OTHERS, "Members leave after long absence;"),
    Step(Partner.consider_joining, OUTSIDE, "empty seats are filled, on their date or by invitation."),
    Step(Partner.be_asked, MEMBERS, "Newcomers ask what members believe and give,", when=somebody_joins),
    PairStep(trust.trust_in_member, "and whom they trust;", adds=("record",), to="other", when=somebody_joins),
    Step(Partner.take_seat, NEWCOMERS, "they begin from that as far as they know it,", when=somebody_joins),
    PairStep(trust.trust_with_newcomer, "meet everybody,", writes="trust", only="joins", when=somebody_joins),
    Step(Partner.sit_down, NEWCOMERS, "and sit down.", when=somebody_joins),
    Step(PartnershipModel.close_the_list, TABLE, "The list is closed;"),
    Step(Partner.be_engaged, MEMBERS, "members and their engagement are counted."),
    Step(PartnershipModel.see_engagement, TABLE, "The table is as engaged as its members;"),
    Step(Council.consider_ending, COUNCILS, "councils consider abolishing it;"),
    Step(PartnershipModel.end_or_go_on, TABLE, "it ends or goes on,"),
    Step(PartnershipModel.close_the_list, PLACE, "and if it is over the list is empty", when=it_is_over),
    Step(Partner.go_home, EVERYBODY, "and everybody goes home.", when=it_is_over),
    # costs
    Step(PartnershipModel.open_the_bill, PLACE, "Costs are counted:"),
    Step(Partner.cost_time, EVERYBODY, "time and inspection;"),
    Step(PartnershipModel.settle_the_bill, PLACE, "days are turned into money."),
    # measures
    Step(PartnershipModel.begin_to_show, PLACE, "A month that is kept is measured:", when=month_is_kept),
    Step(Partner.show_oneself, MEMBERS, "what measures are made of,", when=month_is_kept),
    Step(PartnershipModel.work_out_means, PLACE, "means by sector,", when=month_is_kept),
    PairStep(
        trust.trust_given_and_returned,
        "trust among them.",
        adds=("trust_difference", "trust_within", "trust_across"),
        to="table",
        once=True,
        when=month_is_kept,
    ),
)
"""The steps of a month, in order, a sentence each."""


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
    naming: Naming = FIRST_NAMING
    own_state: Mapping[str, Mapping[str, int]] = dataclasses.field(default_factory=dict)
    own_settings: type | None = None
    """A frozen dataclass of parameters and levers, declared like those of the model."""
    records: Mapping[str, Recorder] = dataclasses.field(default_factory=dict)
    """What can be kept on request of bodies, pairs and the table, by the name under which it is asked for."""
    choices: Choices | None = None
    """What bodies choose at which tables, if the month knows such."""
    remark: str = ""
    """What has to be said wherever somebody reads a result of it."""

    # ------------------------------------------------------------ copies with changes

    def replacing(self, **functions: Callable[..., Any]) -> Month:
        """Return a month in which the named steps do something else: ``MONTH.replacing(learn=my_learn)``.

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
        return dataclasses.replace(self, own_settings=settings)

    def pulling(self, *terms: Term) -> Month:
        """Return a month with more terms in the utility of attending, each with a function of a body."""
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
        names = [step.name for step in _with_rounds(self.steps)]
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
    def own_terms(self) -> tuple[Callable[[Partner], float], ...]:
        """Return the functions of the terms that an extension adds to the utility of attending."""
        return tuple(term.function for term in self.terms.values() if term.function is not None)

    @cached_property
    def parameters(self) -> Mapping[str, Parameter]:
        """Return every parameter by its path, one's own as ``own.name``."""
        own = {} if self.own_settings is None else {p.path: p for p in declared(self.own_settings, "own")}
        return {**PARAMETERS, **own}

    @cached_property
    def known(self) -> dict[str, dict[str, int]]:
        """Return what there is: the numbers of a body, of a seat, of the table, between bodies, of behaviour."""
        topics = (Behaviour, Mechanisms, Delivery)
        own = dataclasses.fields(self.own_settings) if self.own_settings is not None else ()
        return {
            "partner": rows_of(Partner, terms=len(self.terms)) | dict(self.own_state.get("partner", {})),
            "partnership": rows_of(PartnershipModel) | dict(self.own_state.get("partnership", {})),
            "matrix": dict.fromkeys(matrices_of(Partner), 0) | dict(self.own_state.get("matrix", {})),
            "seat": dict.fromkeys(Seat.numbers(), 0),
            "behaviour": {field.name: 0 for topic in topics for field in dataclasses.fields(topic)},
            "own": {field.name: 0 for field in own},
        }

    @cached_property
    def sources(self) -> dict[AnyStep, Any]:
        """Return, for every step between bodies, whose numbers its rule is given."""
        steps = flat((*self.launch_steps, *self.steps))
        return {step: step.sources(self.known) for step in steps if not isinstance(step, Step)}

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
            raise ScenarioError(
                f"record = {name!r} is not allowed: this month keeps no records; leave it out, or ask for "
                f"extension=sim.second"
            )
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

    @cached_property
    def spelt_out(self) -> list[tuple[Takers | None, Any]]:
        """Return the steps, with takers and function of those that members or the table take every month: most."""
        return [
            (step.takers, step.function)
            if isinstance(step, Step) and step.takers in (MEMBERS, TABLE) and not (step.when or step.seats_change)
            else (None, step)
            for step in self.steps
        ]

    def launch(self, model: PartnershipModel) -> None:
        """Let a partnership begin."""
        model.enter_month()
        for step in self.launch_steps:
            step.take(model)

    def live(self, model: PartnershipModel) -> None:
        """Let a partnership live through a month, and write down what it shows."""
        model.enter_month()
        for takers, step in self.spelt_out:
            if takers is None:
                step.take(model)
            elif takers is MEMBERS:
                for member in model.members:
                    step(member)
            elif not model.is_dissolved:
                step(model)
        model.measures[model.month] = self.read_measures(model)
        rows, read = model.partner_rows[model.month], self.read_columns
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


def _with_rounds(steps: Iterable[AnyStep]) -> Iterator[AnyStep]:
    """Give all steps in their order, rounds before what is in them."""
    for step in steps:
        yield step
        if isinstance(step, Repeat):
            yield from _with_rounds(step.steps)


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
