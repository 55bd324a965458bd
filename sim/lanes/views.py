"""One run's view of rows of runs: what things that hold numbers are to compiled code.

A step of the month is written for one run: ``self.attended`` is a number, ``self.model.behaviour.weight_fund``
another. Plain Python gives it the agent itself. Compiled code gives it a *view*: where the record of that thing
begins, which run is at hand, and whether what is written counts. Reading an attribute reads the row of that name at
that run; writing one keeps the old number where it does not count. So the loop over runs can stand round a step that
knows nothing of it, and the compiler works on several runs at once.

What there is to see is told by a :class:`Layout`, a few records of numbers and how they hang together. Nothing here
knows what the numbers mean.
"""

from __future__ import annotations

import dataclasses
import hashlib
import operator
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.datamodel import models
from numba.core.errors import TypingError
from numba.core.imputils import lower_builtin, lower_getattr_generic, lower_setattr_generic
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_getattr, signature
from numba.extending import intrinsic, register_model, type_callable
from numpy.typing import NDArray

CACHE_LINE = 64

MEMORY_AT_ONCE = 4 * 2**20
"""Bytes that a thread takes at once: the system hands out few large pages sooner than many small ones."""

ROOM_FOR_OWN = 8
"""Rows of a record that are left for what a month adds, at least; and how many places of a world are left."""

_F8 = types.float64
_I8 = types.int64


# ---------------------------------------------------------------------- what there is to see


@dataclasses.dataclass(frozen=True)
class To:
    """A link to a thing of another kind: the one at one's own position, or the first (the only) one.

    ``prefix`` is how the names of its rows begin, for a part of it.
    """

    kind: str
    prefix: str = ""
    same_position: bool = False


@dataclasses.dataclass(frozen=True)
class Each:
    """A link to all things of a kind, to be read by a position: ``self.projects[k]``."""

    kind: str


@dataclasses.dataclass(frozen=True)
class Number:
    """A whole number that is the same for all runs and changes with the month, such as its position."""

    name: str


Link = To | Each | Number


@dataclasses.dataclass(frozen=True)
class Kind:
    """One kind of thing, as a record of numbers.

    ``rows`` gives by name how many rows of runs a number takes (0: it is one number, ``n``: it is read by a
    position below ``n``). With ``by_run=False`` all runs share the numbers; then ``whole`` names those that are
    whole. What is ``read_only`` is given, and no step may write to it. ``methods`` are functions of such a thing.
    ``own`` are rows, the last ones, that a month of one's own adds or makes longer.
    """

    name: str
    rows: Mapping[str, int]
    links: Mapping[str, Link] = dataclasses.field(default_factory=dict)
    by_run: bool = True
    whole: frozenset[str] = frozenset()
    read_only: bool = False
    methods: Mapping[str, Callable[..., Any]] = dataclasses.field(default_factory=dict)
    own: frozenset[str] = frozenset()


class Layout:
    """What compiled code can see: kinds of things, and numbers of the month.

    ``lanes`` is the most runs that a block has. ``matrices`` name what is held between every two things of one
    kind (see ``sim/lanes/pairs.py``). ``key`` tells apart layouts that look alike and compile to something else.
    ``own`` are numbers and matrices that a month of one's own adds.

    ``shape`` says what code depends on that reads nothing of one's own: two layouts of one shape can share it. A record
    and a world have room for a few things more, so that most months of one's own have the shape of the model's.
    """

    def __init__(
        self,
        kinds: Iterable[Kind],
        *,
        lanes: int,
        key: str = "",
        numbers: tuple[str, ...] = (),
        matrices: tuple[str, ...] = (),
        own: frozenset[str] = frozenset(),
    ) -> None:
        self.kinds = {kind.name: kind for kind in kinds}
        self.lanes, self.numbers, self.matrices, self.own = lanes, numbers, matrices, own
        self.places = (*self.kinds, *matrices, "scratch", "keys")
        self.dtypes = {name: _record(kind, lanes) for name, kind in self.kinds.items()}
        told = [
            (kind.name, sorted(kind.rows.items()), repr(sorted(kind.links.items(), key=str)), kind.by_run)
            for kind in self.kinds.values()
        ]
        self.name = f"layout_{_digest(told, lanes, key, numbers, matrices)}"
        self.world = World(self)
        self.shape = _digest(
            lanes,
            self.world.shared,
            [str(kind) for _, kind in self.world.members],
            [self._told_of_record(kind) for kind in self.kinds.values()],
        )

    def _told_of_record(self, kind: Kind) -> tuple[Any, ...]:
        record: Any = self.dtypes[kind.name]
        rows = [(name, n, record.fields[name][1]) for name, n in kind.rows.items() if name not in kind.own]
        links = {name: link for name, link in kind.links.items() if name not in self.own}
        return kind.name, rows, record.itemsize, repr(links), kind.by_run, kind.read_only, sorted(kind.whole)

    def holds(self, what: str) -> tuple[str, ...]:
        """Return the names of what is where ("at"), or of what is counted ("n"), in the order of a block's arrays."""
        return self.places if what == "at" else (*self.kinds, *self.numbers)

    def view(self, kind: str) -> Callable[..., Any]:
        """Return the function of compiled code ``at(world, position, run, counts)`` that gives a view."""
        return _viewer(self, kind)

    def reader(self, name: str) -> Callable[..., Any]:
        """Return the function of compiled code that reads how many of a kind there are, or a number of the month."""
        return _reader(self, f"n_{name}", _I8)

    def place(self, name: str) -> Callable[..., Any]:
        """Return the function of compiled code that tells where a kind, a matrix, the scratch or the keys begin."""
        return _reader(self, f"at_{name}", types.voidptr)

    def room(self, kind: str, number: int) -> NDArray[Any]:
        """Return ``number`` records of a kind, all numbers 0, at the beginning of a line of the cache."""
        return room_for(number, self.dtypes[kind])


def _digest(*told: Any) -> str:
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def _record(kind: Kind, lanes: int) -> np.dtype[Any]:
    """Return the record of one thing. Rows begin with a line of the cache.

    An odd number of rows: with an even one things would crowd a part of the cache.
    """
    if not kind.by_run:
        return np.dtype(
            [(name, np.int64 if name in kind.whole else np.float64, (n,) if n else ()) for name, n in kind.rows.items()]
        )
    fields: list[Any] = [(name, np.float64, (n, lanes) if n else (lanes,)) for name, n in kind.rows.items()]
    used = sum(max(1, n) for n in kind.rows.values())
    unused = ROOM_FOR_OWN + -(used + 1) % ROOM_FOR_OWN
    return np.dtype([*fields, ("unused_rows", np.float64, (unused, lanes))])


def room_for(shape: int | tuple[int, ...], kind: Any = np.float64) -> NDArray[Any]:
    """Return zeros that begin at a line of the cache; loads that straddle two lines take twice as long.

    They are cut from a large piece of memory, of which no part is given twice.
    """
    n_bytes = int(np.prod(shape)) * np.dtype(kind).itemsize
    taken = -(-n_bytes // CACHE_LINE) * CACHE_LINE
    left = getattr(_memory, "left", None)
    if left is None or len(left) < taken:
        left = np.zeros(max(taken, MEMORY_AT_ONCE) + CACHE_LINE, dtype=np.uint8)
        left = left[-left.ctypes.data % CACHE_LINE :]
    _memory.left = left[taken:]
    room: NDArray[Any] = left[:n_bytes].view(kind).reshape(shape)
    return room


_memory = threading.local()
"""What is left to a thread of the memory that it took."""


# ---------------------------------------------------------------------- types of compiled code


class World(types.Type):
    """Where the records of all kinds begin, how many there are, and the numbers of the month."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        super().__init__(name=f"World({layout.name})")

    @property
    def members(self) -> list[tuple[str, types.Type]]:
        """Return what the structure holds, in order: last what a month adds, and room for more."""
        kinds = {"at": types.voidptr, "n": _I8}
        own = {what: [name for name in self.layout.holds(what) if name in self.layout.own] for what in kinds}
        room = {what: [*names, *map(str, range(ROOM_FOR_OWN - len(names)))] for what, names in own.items()}
        return [
            *((name, kinds[name.split("_")[0]]) for name in self.shared),
            *((f"{what}_{name}", kinds[what]) for what, names in room.items() for name in names),
        ]

    @property
    def shared(self) -> list[str]:
        """Return the names of what it holds in every month: where kinds and matrices begin, and what is counted."""
        holds, own = self.layout.holds, self.layout.own
        return [f"{what}_{name}" for what in ("at", "n") for name in holds(what) if name not in own]


class View(types.Type):
    """One run's view of a record."""

    def __init__(self, layout: Layout, kind: str, prefix: str = "") -> None:
        self.layout, self.kind, self.prefix = layout, layout.kinds[kind], prefix
        self.dtype = layout.dtypes[kind]
        super().__init__(name=f"View({layout.name}, {kind}, {prefix})")

    def resolve(self, attr: str) -> Any:
        """Return the type of an attribute, or None if there is none."""
        rows = self.kind.rows.get(self.prefix + attr)
        if rows is not None:
            if rows:
                return Row(self.layout, self.kind.name, self.prefix + attr)
            return _I8 if self.prefix + attr in self.kind.whole else _F8
        if not self.prefix and attr in self.kind.links:
            link = self.kind.links[attr]
            if isinstance(link, To):
                return View(self.layout, link.kind, link.prefix)
            return Many(self.layout, link.kind) if isinstance(link, Each) else _I8
        part = f"{self.prefix}{attr}_"
        if any(name.startswith(part) for name in self.kind.rows):
            return View(self.layout, self.kind.name, part)
        return None

    def known(self) -> list[str]:
        """Return the names that can be read."""
        named = [name[len(self.prefix) :] for name in self.kind.rows if name.startswith(self.prefix)]
        return named if self.prefix else [*named, *self.kind.links, *self.kind.methods]


class Row(types.Type):
    """One run's view of several rows: ``row[k]`` is a number."""

    def __init__(self, layout: Layout, kind: str, name: str) -> None:
        self.layout, self.kind, self.field = layout, layout.kinds[kind], name
        self.count, self.read_only = self.kind.rows[name], self.kind.read_only
        self.lanes = layout.lanes if self.kind.by_run else 1
        super().__init__(name=f"Row({layout.name}, {kind}, {name})")


class Many(types.Type):
    """One run's view of all things of a kind: ``many[k]`` is a view of one, whatever k is in that run."""

    def __init__(self, layout: Layout, kind: str) -> None:
        self.layout, self.kind = layout, kind
        super().__init__(name=f"Many({layout.name}, {kind})")


@register_model(World)
class _WorldModel(models.StructModel):
    def __init__(self, dmm: Any, fe_type: World) -> None:
        super().__init__(dmm, fe_type, fe_type.members)


@register_model(View)
class _ViewModel(models.StructModel):
    def __init__(self, dmm: Any, fe_type: View) -> None:
        members = [
            ("world", fe_type.layout.world),
            ("base", types.voidptr),
            ("position", _I8),
            ("run", _I8),
            ("counts", types.boolean),
        ]
        super().__init__(dmm, fe_type, members)


@register_model(Row)
class _RowModel(models.StructModel):
    def __init__(self, dmm: Any, fe_type: Row) -> None:
        super().__init__(dmm, fe_type, [("base", types.voidptr), ("counts", types.boolean)])


@register_model(Many)
class _ManyModel(models.StructModel):
    def __init__(self, dmm: Any, fe_type: Many) -> None:
        members = [("world", fe_type.layout.world), ("run", _I8), ("counts", types.boolean)]
        super().__init__(dmm, fe_type, members)


# ---------------------------------------------------------------------- reading and writing attributes


@infer_getattr
class _ViewAttributes(AttributeTemplate):
    key = View

    def generic_resolve(self, view: View, attr: str) -> Any:
        found = view.resolve(attr)
        if found is None and not view.prefix and attr in view.kind.methods:
            return types.BoundFunction(_method(view, attr), view)
        return found


_METHODS: dict[tuple[str, str], Any] = {}


def _method(view: View, attr: str) -> Any:
    """Return the template of a method: the compiled function of that name, given the view."""
    if (view.name, attr) in _METHODS:
        return _METHODS[view.name, attr]
    dispatcher = types.Dispatcher(view.kind.methods[attr])

    class Method(AbstractTemplate):
        key = (view.name, attr)

        def generic(self, args: Any, kws: Any) -> Any:
            called = dispatcher.get_call_type(self.context, (self.this, *args), kws)
            names = list(called.pysig.parameters.values())[1:]
            return signature(called.return_type, *called.args[1:], recvr=self.this).replace(
                pysig=called.pysig.replace(parameters=names)
            )

    @lower_builtin((view.name, attr), View, types.VarArg(types.Any))
    def call(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        called = dispatcher.get_call_type(context.typing_context, sig.args, {})
        function = context.get_function(dispatcher, called)
        context.add_linking_libs(getattr(function, "libs", ()))
        return function(builder, args)

    _METHODS[view.name, attr] = Method
    return Method


def _told_apart(builder: Any, instruction: Any, layout: Layout, kind: Kind, name: str) -> Any:
    """Return a load or store of which the compiler knows that no other field of its kind is touched."""
    module = builder.module
    known = module.__dict__.setdefault("_fields_told_apart", {})
    if (kind.name, name) not in known:
        domain = module.add_metadata([f"{layout.name}.{kind.name}"])
        scopes = {field: module.add_metadata([field, domain]) for field in kind.rows}
        others = module.add_metadata([scope for field, scope in scopes.items() if field != name])
        known[kind.name, name] = module.add_metadata([scopes[name]]), others
    here, elsewhere = known[kind.name, name]
    instruction.set_metadata("alias.scope", here)
    instruction.set_metadata("noalias", elsewhere)
    return instruction


def _place(builder: Any, base: Any, offset: int, run: Any | None) -> Any:
    """Return the address of a row at a run (of what all runs share, without one)."""
    begin = builder.gep(base, [ir.Constant(ir.IntType(64), offset)], inbounds=True)
    row = builder.bitcast(begin, ir.DoubleType().as_pointer())
    return row if run is None else builder.gep(row, [run], inbounds=True)


def _beyond(builder: Any, base: Any, position: Any, dtype: np.dtype[Any]) -> Any:
    """Return where the record at a position begins."""
    return builder.gep(base, [builder.mul(position, ir.Constant(ir.IntType(64), dtype.itemsize))], inbounds=True)


def _view_value(context: Any, builder: Any, kind: View, **parts: Any) -> Any:
    view = cgutils.create_struct_proxy(kind)(context, builder)
    for name, value in parts.items():
        setattr(view, name, value)
    return view._getvalue()


@lower_getattr_generic(View)
def _read(context: Any, builder: Any, kind: View, value: Any, attr: str) -> Any:
    view = cgutils.create_struct_proxy(kind)(context, builder, value=value)
    name, found = kind.prefix + attr, kind.resolve(attr)
    if name in kind.kind.rows:
        place = _place(builder, view.base, kind.dtype.fields[name][1], view.run if kind.kind.by_run else None)
        if isinstance(found, Row):
            row = cgutils.create_struct_proxy(found)(context, builder)
            row.base, row.counts = builder.bitcast(place, cgutils.voidptr_t), view.counts
            return row._getvalue()
        if found is _I8:
            place = builder.bitcast(place, ir.IntType(64).as_pointer())
        return _told_apart(builder, builder.load(place, align=8), kind.layout, kind.kind, name)
    common: dict[str, Any] = {"run": view.run, "counts": view.counts}
    if attr not in kind.kind.links:
        return _view_value(context, builder, found, world=view.world, base=view.base, position=view.position, **common)
    link = kind.kind.links[attr]
    world = cgutils.create_struct_proxy(kind.layout.world)(context, builder, value=view.world)
    if isinstance(link, Number):
        return getattr(world, f"n_{link.name}")
    if isinstance(link, Each):
        many = cgutils.create_struct_proxy(found)(context, builder)
        many.world, many.run, many.counts = view.world, view.run, view.counts
        return many._getvalue()
    base, position = getattr(world, f"at_{link.kind}"), ir.Constant(ir.IntType(64), 0)
    if link.same_position:
        position = view.position
        base = _beyond(builder, base, position, found.dtype)
    return _view_value(context, builder, found, world=view.world, base=base, position=position, **common)


def _write(builder: Any, place: Any, value: Any, counts: Any, *field: Any) -> None:
    old = _told_apart(builder, builder.load(place, align=8), *field)
    _told_apart(builder, builder.store(builder.select(counts, value, old), place, align=8), *field)


@lower_setattr_generic(View)
def _assign(context: Any, builder: Any, sig: Any, args: Any, attr: str) -> None:
    kind = sig.args[0]
    name = kind.prefix + attr
    if kind.kind.read_only or name not in kind.kind.rows or kind.kind.rows[name]:
        raise TypingError(f"{attr!r} of {kind.kind.name} cannot be written to")
    view = cgutils.create_struct_proxy(kind)(context, builder, value=args[0])
    place = _place(builder, view.base, kind.dtype.fields[name][1], view.run)
    _write(builder, place, args[1], view.counts, kind.layout, kind.kind, name)


# ---------------------------------------------------------------------- by a position


@type_callable(operator.getitem)
def _type_getitem(context: Any) -> Any:
    def typer(holder: Any, k: Any) -> Any:
        if isinstance(holder, Row) and isinstance(k, types.Integer):
            return _F8
        if isinstance(holder, Many) and isinstance(k, types.Integer):
            return View(holder.layout, holder.kind)
        return None

    return typer


@type_callable(operator.setitem)
def _type_setitem(context: Any) -> Any:
    def typer(row: Any, k: Any, value: Any) -> Any:
        writable = isinstance(row, Row) and not row.read_only
        return types.none if writable and isinstance(k, types.Integer) else None

    return typer


def _element(builder: Any, row: Any, kind: Row, k: Any) -> Any:
    place = builder.mul(k, ir.Constant(k.type, kind.lanes))
    return builder.gep(builder.bitcast(row.base, ir.DoubleType().as_pointer()), [place], inbounds=True)


@lower_builtin(operator.getitem, Row, types.Integer)
def _get(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    row = cgutils.create_struct_proxy(sig.args[0])(context, builder, value=args[0])
    k = context.cast(builder, args[1], sig.args[1], _I8)
    kind = sig.args[0]
    loaded = builder.load(_element(builder, row, kind, k), align=8)
    return _told_apart(builder, loaded, kind.layout, kind.kind, kind.field)


@lower_builtin(operator.setitem, Row, types.Integer, types.Any)
def _set(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    row = cgutils.create_struct_proxy(sig.args[0])(context, builder, value=args[0])
    k = context.cast(builder, args[1], sig.args[1], _I8)
    value = context.cast(builder, args[2], sig.args[2], _F8)
    kind = sig.args[0]
    _write(builder, _element(builder, row, kind, k), value, row.counts, kind.layout, kind.kind, kind.field)
    return context.get_dummy_value()


@lower_builtin(operator.getitem, Many, types.Integer)
def _one_of(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    many = cgutils.create_struct_proxy(sig.args[0])(context, builder, value=args[0])
    world = cgutils.create_struct_proxy(sig.args[0].layout.world)(context, builder, value=many.world)
    position = context.cast(builder, args[1], sig.args[1], _I8)
    found = sig.return_type
    base = _beyond(builder, getattr(world, f"at_{found.kind.name}"), position, found.dtype)
    return _view_value(
        context, builder, found, world=many.world, base=base, position=position, run=many.run, counts=many.counts
    )


@type_callable(tuple)
def _type_tuple(context: Any) -> Any:
    return lambda row: types.UniTuple(_F8, row.count) if isinstance(row, Row) else None


@lower_builtin(tuple, Row)
def _all_of(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    row, kind = cgutils.create_struct_proxy(sig.args[0])(context, builder, value=args[0]), sig.args[0]
    places = [_element(builder, row, kind, ir.Constant(ir.IntType(64), k)) for k in range(kind.count)]
    return context.make_tuple(builder, sig.return_type, [builder.load(place, align=8) for place in places])


@type_callable(len)
def _type_length(context: Any) -> Any:
    return lambda holder: types.intp if isinstance(holder, Row | Many) else None


@lower_builtin(len, Row)
def _length(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return ir.Constant(ir.IntType(64), sig.args[0].count)


@lower_builtin(len, Many)
def _how_many(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    many = cgutils.create_struct_proxy(sig.args[0])(context, builder, value=args[0])
    world = cgutils.create_struct_proxy(sig.args[0].layout.world)(context, builder, value=many.world)
    return getattr(world, f"n_{sig.args[0].kind}")


# ---------------------------------------------------------------------- making worlds and views


def _viewer(layout: Layout, kind: str) -> Any:
    found = View(layout, kind)

    @intrinsic
    def at(typingctx: Any, world: Any, position: Any, run: Any, counts: Any) -> Any:
        """Return one run's view of the thing at a position."""

        def make(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            whole, place, lane, does_count = args
            base = cgutils.create_struct_proxy(layout.world)(context, builder, value=whole)
            begin = _beyond(builder, getattr(base, f"at_{kind}"), place, found.dtype)
            return _view_value(
                context, builder, found, world=whole, base=begin, position=place, run=lane, counts=does_count
            )

        return found(layout.world, _I8, _I8, types.boolean), make

    return at


def world_maker(layout: Layout) -> Any:
    """Return the function of compiled code ``make(addresses, counts)`` that gives a world.

    ``addresses`` are those of ``layout.places``, ``counts`` how many records of every kind there are and the numbers
    of the month, both in the order of the layout.
    """

    def value_of(context: Any, builder: Any, array: Any, kind: Any, k: int) -> Any:
        holder = context.make_array(kind)(context, builder, value=array)
        return builder.load(builder.gep(holder.data, [ir.Constant(ir.IntType(64), k)], inbounds=True))

    @intrinsic
    def make(typingctx: Any, addresses: Any, counts: Any) -> Any:
        def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            world = cgutils.create_struct_proxy(layout.world)(context, builder)
            for k, name in enumerate(layout.holds("at")):
                begin = value_of(context, builder, args[0], sig.args[0], k)
                setattr(world, f"at_{name}", builder.inttoptr(begin, cgutils.voidptr_t))
            for k, name in enumerate(layout.holds("n")):
                setattr(world, f"n_{name}", value_of(context, builder, args[1], sig.args[1], k))
            return world._getvalue()

        return layout.world(addresses, counts), build

    return make


def with_number(layout: Layout, name: str) -> Any:
    """Return the function of compiled code ``changed(world, value)`` that gives a world with another number."""

    @intrinsic
    def changed(typingctx: Any, world: Any, value: Any) -> Any:
        def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            other = cgutils.create_struct_proxy(layout.world)(context, builder, value=args[0])
            setattr(other, f"n_{name}", args[1])
            return other._getvalue()

        return layout.world(layout.world, _I8), build

    return changed


def _reader(layout: Layout, name: str, gives: types.Type) -> Any:
    @intrinsic
    def read(typingctx: Any, world: Any) -> Any:
        def load(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            whole = cgutils.create_struct_proxy(layout.world)(context, builder, value=args[0])
            return getattr(whole, name)

        return gives(layout.world), load

    return read


def addresses_of(arrays: Iterable[NDArray[Any]]) -> NDArray[np.int64]:
    """Return where arrays begin. Who calls keeps the arrays until the compiled code has returned."""
    return np.array([array.ctypes.data for array in arrays], dtype=np.int64)
