"""What steps of a month read and write, found in their text: nothing is run.

A *place* is what a number stands in: of a body, of the table, between two bodies, a lever, a draw, a parameter, a
column of the archetypes. A *flow* says that a step writes one place and from which others. A condition counts as read
by all that is written under it.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from sim import Month
from sim.partners import Partner

Place = tuple[str, str]
"""Of what, and its name: ("partner", "scarcity"), ("levers", "duty.attend")."""

Reads = frozenset[Place]
NOTHING: Reads = frozenset()
BODY, TABLE, PAIR = "partner", "partnership", "matrix"

_LEADS_TO = {
    (BODY, "model"): TABLE,
    (BODY, "kind"): "kind",
    (BODY, "seat"): "seat",
    (BODY, "luck"): "luck",
    (TABLE, "luck"): "luck",
    (TABLE, "own"): "own",
    (TABLE, "levers"): "levers",
    (TABLE, "leadership"): "leadership",
    (TABLE, "policy"): "policy",
    (TABLE, "place"): "place",
    (TABLE, "behaviour"): "behaviour",
}
_OF_A_PAIR = {
    "pair": PAIR, "returned": PAIR, "own": BODY, "other": BODY, "own seat": "seat", "other seat": "seat",
    "table": TABLE, "behaviour": "behaviour", "settings": "own",
}  # fmt: skip

SET_IN_THE_CALENDAR = {
    ("policy", "fund_gbp_m_a_year"): ("levers", "flexible_fund_gbp_m"),
    ("policy", "purse"): ("levers", "purse"),
}
"""Levers that the calendar has worked out already when a month begins."""


@dataclasses.dataclass(frozen=True)
class Flow:
    """One place that a step writes, and those it is made of; a reset makes it zero whatever it was."""

    step: str
    written: Place
    read: Reads
    resets: bool


@dataclasses.dataclass(frozen=True)
class _Thing:
    """What a name in the text stands for: a holder, and the way to a number of it."""

    holder: str
    path: str = ""

    @property
    def place(self) -> Place:
        return SET_IN_THE_CALENDAR.get((self.holder, self.path), (self.holder, self.path))


@cache
def text_of(function: Callable[..., Any]) -> ast.FunctionDef:
    """Return the text of a function, parsed."""
    found = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(found, ast.FunctionDef)
    return found


class _Reader:
    """Goes through the text of one step, and of what it calls."""

    def __init__(self, step: str, month: Month) -> None:
        self.step, self.month = step, month
        self.flows: list[Flow] = []
        self.called: set[str] = set()
        self.checked: set[Place] = set()

    # -------------------------------------------------------------- statements

    def go_through(
        self, function: Callable[..., Any], names: dict[str, _Thing | Reads], under: Reads
    ) -> tuple[Reads, tuple[Reads, ...]]:
        """Return what is read for what a function gives, altogether and one by one if it gives several."""
        self.called.add(f"{function.__module__}.{function.__qualname__}")
        known = getattr(function, "__globals__", {})
        given: list[tuple[Reads, tuple[Reads, ...]]] = []
        self._block(text_of(function).body, names, under, known, given)
        together = frozenset().union(*(whole for whole, _ in given))
        several = [parts for _, parts in given if parts]
        return together, tuple(frozenset().union(*parts) for parts in zip(*several, strict=True)) if several else ()

    def _block(self, lines: Iterable[ast.stmt], names: Any, under: Reads, known: Any, given: list[Any]) -> None:
        for line in lines:
            self._line(line, names, under, known, given)

    def _line(self, line: ast.stmt, names: Any, under: Reads, known: Any, given: list[Any]) -> None:
        match line:
            case ast.Assign(targets=[target], value=value):
                self._assign(target, value, names, under, known)
            case ast.AugAssign(target=ast.Name(id=name), value=value):
                before = names.get(name, NOTHING)
                names[name] = self._plain(before) | self._read(value, names, under, known) | under
            case ast.AugAssign(target=target, value=value):
                self._write(target, self._read(value, names, under, known), names, under, known, resets=False)
            case ast.If(test=test, body=body, orelse=orelse):
                deeper = under | self._read(test, names, under, known)
                self._block(body, names, deeper, known, given)
                self._block(orelse, names, deeper, known, given)
            case ast.For(target=target, iter=over, body=body):
                names.update({node.id: NOTHING for node in ast.walk(target) if isinstance(node, ast.Name)})
                self._block(body, names, under | self._read(over, names, under, known), known, given)
            case ast.Return(value=ast.Tuple(elts=parts)):
                each = tuple(self._read(part, names, under, known) | under for part in parts)
                given.append((frozenset().union(*each), each))
            case ast.Return(value=value) if value is not None:
                given.append((self._read(value, names, under, known) | under, ()))
            case ast.Expr(value=value) if not isinstance(value, ast.Constant):
                self._read(value, names, under, known)

    def _assign(self, target: ast.expr, value: ast.expr, names: Any, under: Reads, known: Any) -> None:
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for one, its_value in zip(target.elts, value.elts, strict=True):
                self._assign(one, its_value, names, under, known)
        elif isinstance(target, ast.Name):
            thing = self._thing(value, names)
            inside = names.get(target.id, NOTHING) if under else NOTHING
            named = thing if thing is not None else self._read(value, names, under, known) | under
            names[target.id] = named if not inside else self._plain(named) | self._plain(inside)
        else:
            resets = isinstance(value, ast.Constant) and not under
            self._write(target, self._read(value, names, under, known), names, under, known, resets=resets)

    def _write(self, target: ast.expr, read: Reads, names: Any, under: Reads, known: Any, *, resets: bool) -> None:
        while isinstance(target, ast.Subscript):
            read = read | self._read(target.slice, names, under, known)
            target = target.value
        thing = self._thing(target, names)
        assert thing is not None, ast.dump(target)
        self.flows.append(Flow(self.step, thing.place, self._held(read | under), resets))

    # ------------------------------------------------------------- expressions

    def _thing(self, text: ast.expr, names: Mapping[str, _Thing | Reads]) -> _Thing | None:
        if isinstance(text, ast.Name):
            found = names.get(text.id)
            return found if isinstance(found, _Thing) else None
        if not isinstance(text, ast.Attribute):
            return None
        of = self._thing(text.value, names)
        if of is None:
            return None
        if not of.path and (of.holder, text.attr) in _LEADS_TO:
            return _Thing(_LEADS_TO[of.holder, text.attr])
        if of == _Thing("seat") and text.attr == "kind":
            return _Thing("kind")
        return _Thing(of.holder, f"{of.path}.{text.attr}" if of.path else text.attr)

    def _plain(self, found: _Thing | Reads) -> Reads:
        if isinstance(found, _Thing):
            return frozenset({found.place}) if found.path else NOTHING
        return found

    def _held(self, read: Reads) -> Reads:
        """Return what of ``read`` is a number that is held, set or drawn; not methods or months."""
        return frozenset(p for p in read if p[0] not in (BODY, TABLE) or p[1] in self.month.known[p[0]])

    def _read(self, text: ast.expr, names: Any, under: Reads, known: Any) -> Reads:
        thing = self._thing(text, names)
        if thing is not None:
            return self._held(self._plain(thing))
        if isinstance(text, ast.Name):
            return self._plain(names.get(text.id, NOTHING))
        if isinstance(text, ast.Call):
            return self._called(text, names, under, known)
        parts = (part for part in ast.iter_child_nodes(text) if isinstance(part, ast.expr))
        return frozenset().union(*(self._read(part, names, under, known) for part in parts))

    def _called(self, call: ast.Call, names: Any, under: Reads, known: Any) -> Reads:
        keywords = {word.arg: word.value for word in call.keywords if word.arg}
        given = [*call.args, *keywords.values()]
        read = frozenset().union(*(self._read(value, names, under, known) for value in given))
        function, first = _function(call.func, known), list(call.args)
        if isinstance(call.func, ast.Attribute):
            of = self._thing(call.func.value, names)
            if of == _Thing(BODY) and call.func.attr == "utility":
                terms = (self.go_through(term, {"self": _Thing(BODY)}, under)[0] for term in self.month.term_functions)
                return frozenset().union(*terms)
            if of == _Thing(BODY) and inspect.isfunction(getattr(Partner, call.func.attr, None)):
                function, first = getattr(Partner, call.func.attr), [call.func.value, *first]
        if function is None or not function.__module__.startswith("sim."):
            return read
        named = inspect.signature(function).parameters
        values = dict(zip(named, first, strict=False)) | keywords
        inner: dict[str, _Thing | Reads] = {}
        for name, value in values.items():
            thing = self._thing(value, names)
            inner[name] = thing if thing is not None else self._read(value, names, under, known)
        if function.__name__ in ("note", "keep_terms"):
            return read
        return self.go_through(function, inner, under)[0]


def _function(named: ast.expr, known: Mapping[str, Any]) -> Callable[..., Any] | None:
    if isinstance(named, ast.Name):
        found = known.get(named.id)
    elif isinstance(named, ast.Attribute) and isinstance(named.value, ast.Name):
        found = getattr(known.get(named.value.id), named.attr, None)
    else:
        found = None
    return found if inspect.isfunction(found) else None


# ------------------------------------------------------------------------------ months


@dataclasses.dataclass(frozen=True)
class Dataflow:
    """All flows of a month, with what is reported, and the functions that each step goes through."""

    flows: tuple[Flow, ...]
    reported: Reads
    called: Mapping[str, frozenset[str]]

    @property
    def live(self) -> Reads:
        """Return every place from which something that is reported follows, however far."""
        live: set[Place] = set(self.reported)
        while True:
            more = {place for flow in self.flows if flow.written in live for place in flow.read} - live
            if not more:
                return frozenset(live)
            live |= more

    def telling(self) -> Iterator[Flow]:
        """Give the flows that bear on something that is reported."""
        live = self.live
        return (flow for flow in self.flows if flow.written in live)


def flat(steps: Iterable[Any]) -> Iterator[Any]:
    """Give all steps in their order, those of rounds once."""
    for step in steps:
        if hasattr(step, "counter"):
            yield from flat(step.steps)
        else:
            yield step


def dataflow_of(month: Month) -> Dataflow:
    """Return what flows in a month, its launch first."""
    flows: list[Flow] = []
    called: dict[str, frozenset[str]] = {}
    for step in flat((*month.launch_steps, *month.steps)):
        reader = _Reader(step.name, month)
        under = NOTHING
        if step.when is not None:
            under = reader._held(reader.go_through(step.when, {"model": _Thing(TABLE)}, NOTHING)[0])
        reader.called.clear()
        if hasattr(step, "takers"):
            reader.go_through(step.function, {"self": _Thing(step.takers.among)}, under)
        else:
            _between_two(step, reader, month, under)
        flows += reader.flows
        called[step.name] = frozenset(reader.called) | called.get(step.name, frozenset())
    return Dataflow(tuple(flows), reported_in(month), called)


def _between_two(step: Any, reader: _Reader, month: Month, under: Reads) -> None:
    sources = zip(step.arguments, month.sources[step], strict=True)
    given: dict[str, _Thing | Reads] = {name: frozenset({(_OF_A_PAIR[of], held)}) for name, (of, held) in sources}
    together, each = reader.go_through(step.rule, given, under)
    names = (step.writes,) if step.writes else step.adds
    kind = PAIR if step.writes else (TABLE if step.to == "table" else BODY)
    for number, name in enumerate(names):
        read = each[number] if len(each) == len(names) else together
        reader.flows.append(Flow(step.name, (kind, name), reader._held(read | under), resets=False))


def reported_in(month: Month) -> Reads:
    """Return what measures and the table of bodies are made of."""
    found = {(BODY, name) for name in month.columns.values()}
    for measure in month.measures.values():
        if isinstance(measure.formula, str):
            found.add((TABLE, measure.formula.partition("[")[0]))
        else:
            found |= {(TABLE, name) for name in _names_in(measure.formula) if name in month.known[TABLE]}
    return frozenset(found)


def _names_in(formula: Any) -> Iterator[str]:
    for name in formula.__code__.co_names:
        yield name
        found = formula.__globals__.get(name)
        if inspect.isfunction(found):
            yield from _names_in(found)
