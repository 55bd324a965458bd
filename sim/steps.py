"""What a month is made of: steps, who takes them, and the list that puts them in order.

Both engines go through one list. Here is how Mesa takes a step: a plain call for every taker, in the order of the
seats. ``sim/lanes/engine.py`` compiles the same functions over many runs.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from sim.dealing import deal_pairs, deal_places
from sim.scenario import ScenarioError

if TYPE_CHECKING:
    from sim.partnership import PartnershipModel

Condition = Callable[["PartnershipModel"], bool]


@dataclasses.dataclass(frozen=True)
class Takers:
    """Who takes a step: in Mesa a list, compiled a condition on each of a kind of things, or on the table itself."""

    says: str
    among: str
    """The kind: "partnership" is the table, "partner" the bodies."""
    listed: Callable[[PartnershipModel], Iterable[Any]]
    where: Callable[[Any], bool]
    are_some: bool = False
    """Often nobody takes it in any of several runs, so compiled code passes over these."""


@dataclasses.dataclass(frozen=True)
class Step:
    """One step: a function of whoever takes it, and a sentence that says what it does.

    Without ``when`` it is taken every month; with it, in the months in which it holds of the table.
    """

    function: Callable[..., None]
    takers: Takers
    says: str
    when: Condition | None = None

    @property
    def name(self) -> str:
        """Return the name by which the step is replaced or left out."""
        return self.function.__name__

    @property
    def taken_by(self) -> str:
        """Return who takes the step, in words."""
        return self.takers.says

    @cached_property
    def seats_change(self) -> bool:
        """Return whether the step may change who is a member."""
        return "is_member" in self.function.__code__.co_names

    def take(self, model: PartnershipModel) -> None:
        """Let everybody take the step who does."""
        if self.when is not None and not self.when(model):
            return
        function = self.function
        for taker in self.takers.listed(model):
            function(taker)
        if self.seats_change:
            model.seat_members()


# ---------------------------------------------------------------------- between two bodies

Whose = Literal["pair", "returned", "own", "other", "own seat", "other seat", "table", "behaviour", "settings"]

_WHERE: tuple[tuple[str, Whose], ...] = (
    ("matrix", "pair"),
    ("partner", "own"),
    ("seat", "own seat"),
    ("partnership", "table"),
    ("behaviour", "behaviour"),
    ("own", "settings"),
)
_OTHERS: tuple[tuple[str, str, Whose], ...] = (
    ("other_", "partner", "other"),
    ("other_", "seat", "other seat"),
    ("returned_", "matrix", "returned"),
)


@dataclasses.dataclass(frozen=True)
class PairStep:
    """A rule taken from every member to every other, or ``among`` everybody.

    The rule is a function of numbers that it names: the body's own (``attended``), the other's
    (``other_attended``), what the body holds towards the other (``trust``) or the other towards it
    (``returned_trust``), the table's, or a parameter. What it gives is written to ``writes``,
    which bodies hold towards others, or ``adds`` are the sums of it: numbers of the body itself, of the other, or
    of the table. Of numbers that are added up, the rule is given what they were before the step.

    ``once`` takes every two bodies once, the earlier seat first; what is written then holds both ways.
    With ``towards`` the rule is asked only of others of whom that number is above 0: ``towards="proposes"``.
    The rule may be asked about a body and itself; that answer is not used.
    """

    rule: Callable[..., Any]
    says: str
    writes: str = ""
    adds: tuple[str, ...] = ()
    to: Literal["own", "other", "table"] = "own"
    once: bool = False
    among: Literal["members", "everybody"] = "members"
    towards: str = ""
    when: Condition | None = None

    def __post_init__(self) -> None:
        if bool(self.writes) == bool(self.adds):
            raise ScenarioError(f"step {self.name!r}: what its rule gives is either written, writes=, or added, adds=")
        if self.towards and self.adds and (self.to != "own" or self.once):
            raise ScenarioError(f"step {self.name!r}: with towards= sums are the body's own, of all others, not once")

    @property
    def name(self) -> str:
        """Return the name by which the step is replaced or left out."""
        return self.rule.__name__

    @property
    def taken_by(self) -> str:
        """Return who takes the step, in words."""
        who = "every two members" if self.once else "every member, of every other"
        who += f" ({self.towards})" if self.towards else ""
        return who.replace("member", "body").replace("bodys", "bodies") if self.among == "everybody" else who

    @cached_property
    def arguments(self) -> tuple[str, ...]:
        """Return the names of what the rule is given, in its order."""
        return tuple(inspect.signature(self.rule).parameters)

    def sources(self, known: Mapping[str, Iterable[str]]) -> tuple[tuple[Whose, str], ...]:
        """Return whose number each argument is, and its name there, given what bodies and the table hold."""
        if self.towards and self.towards not in known["partner"]:
            raise ScenarioError(f"step {self.name!r}: towards={self.towards!r} names no number of a body")
        return tuple(_source(self.name, argument, known) for argument in self.arguments)

    def take(self, model: PartnershipModel) -> None:
        """Take the rule between all who take it."""
        if self.when is not None and not self.when(model):
            return
        bodies = model.members if self.among == "members" else model.partners
        model.plan.loops[self](model, bodies, self.rule)


@dataclasses.dataclass(frozen=True)
class Deal:
    """What members hold towards one another goes to others by chance: nothing is added and nothing lost.

    ``of`` pairs, what two members hold towards each other goes to two others, whoever they are. ``of`` places, members
    are given one another's, with what is held towards and by each, and with the ``numbers`` of bodies that belong to a
    place; ``within`` names a number of the seat that is then the same. ``chance`` names a draw of the table.
    """

    name: str
    says: str
    chance: str
    matrices: tuple[str, ...]
    of: Literal["pairs", "places"] = "pairs"
    within: str = ""
    numbers: tuple[str, ...] = ()
    when: Condition | None = None

    @property
    def rule(self) -> Callable[..., Any]:
        """Return the function that deals in Mesa."""
        return deal_pairs if self.of == "pairs" else deal_places

    @property
    def taken_by(self) -> str:
        """Return who takes the step, in words."""
        return "the members, by chance"

    def sources(self, known: Mapping[str, Iterable[str]]) -> tuple[()]:
        """Return nothing, as no rule is given numbers; raise :class:`sim.ScenarioError` for what is not held."""
        for kind, names in (("matrix", self.matrices), ("partner", self.numbers)):
            for name in names:
                if name not in known[kind]:
                    raise ScenarioError(f"step {self.name!r}: there is no {name!r} to deal")
        return ()

    def take(self, model: PartnershipModel) -> None:
        """Deal among all members."""
        if self.when is not None and not self.when(model):
            return
        draw = getattr(model.luck, self.chance)
        if self.of == "pairs":
            deal_pairs(model.members, self.matrices, draw)
        else:
            deal_places(model.partners, self.matrices, self.numbers, self.within, draw)


@dataclasses.dataclass(frozen=True)
class Repeat:
    """Steps that are taken in rounds, such as once for every item of a meeting.

    ``counter`` is the name of a whole number of the partnership (``self.item``) that says which round it is, from 0.
    With ``when`` rounds end as soon as it does not hold; who takes part in a round, the steps themselves say. Once it
    does not hold it must not hold again in the month: compiled, rounds go on until it holds in no run of a block.
    """

    counter: str
    rounds: int
    says: str
    steps: tuple[AnyStep, ...]
    when: Condition | None = None

    @property
    def name(self) -> str:
        """Return the name by which the rounds are left out."""
        return f"every_{self.counter}"

    @property
    def taken_by(self) -> str:
        """Return how often the steps are taken, in words."""
        return f"up to {self.rounds} times"

    def take(self, model: PartnershipModel) -> None:
        """Go through the rounds."""
        for number in range(self.rounds):
            setattr(model, self.counter, number)
            if self.when is not None and not self.when(model):
                break
            for step in self.steps:
                step.take(model)
        setattr(model, self.counter, 0)


def _source(step: str, argument: str, known: Mapping[str, Iterable[str]]) -> tuple[Whose, str]:
    for beginning, place, whose in _OTHERS:
        name = argument.removeprefix(beginning)
        if name != argument and name in known[place]:
            return whose, name
    found = [whose for place, whose in _WHERE if argument in known[place]]
    if len(found) == 1:
        return found[0], argument
    if not found:
        raise ScenarioError(f"step {step!r}: {argument!r} names no number of a body, of a pair or of the table")
    raise ScenarioError(f"step {step!r}: its argument {argument!r} could be of {' or of '.join(found)}: rename one")


AnyStep = Step | PairStep | Deal | Repeat


def flat(steps: Iterable[AnyStep]) -> Iterator[Step | PairStep | Deal]:
    """Give all steps in their order, those of rounds once."""
    for step in steps:
        if isinstance(step, Repeat):
            yield from flat(step.steps)
        else:
            yield step


def with_rounds(steps: Iterable[AnyStep]) -> Iterator[AnyStep]:
    """Give all steps in their order, rounds before what is in them."""
    for step in steps:
        yield step
        if isinstance(step, Repeat):
            yield from with_rounds(step.steps)


def place_of(step: Step | PairStep | Deal) -> str:
    """Return where the text of a step stands: its module and name."""
    function = step.function if isinstance(step, Step) else step.rule
    return f"{function.__module__}.{function.__qualname__}"
