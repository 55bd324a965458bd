"""Compiled code on disk: found again by its name, checked before it is trusted, and never needed."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import numpy as np
import pytest
from numba import njit, types
from numba.core import config
from numba.core.bytecode import FunctionIdentity

from sim.lanes import keeping
from sim.lanes.compiling import stage, whole, written_out
from sim.lanes.keeping import MOST_KEPT, KeptCode, KeptPart


def doubled(x):
    return 2.0 * x


@pytest.fixture
def make(tmp_path, monkeypatch):
    """Return a function that makes a compiled function anew, as another process would, kept under a key."""
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path / "kept"))

    def made(key="text"):
        function = njit(doubled)
        function._cache = KeptCode(doubled, key)
        return function

    return made


def compiled(function):
    function.compile((types.float64,))
    assert function(3.0) == 6.0
    return function


def test_what_was_compiled_once_is_found_again(make):
    first = compiled(make())
    assert first._cache.path.is_file()
    loaded = make()._cache.load_overload(None, first.targetctx)
    assert loaded is not None


def test_another_text_is_another_file(make):
    """Code made from something else must never be taken for this."""
    first = compiled(make())
    other = make("another text")
    assert other._cache.path != first._cache.path
    assert other._cache.load_overload(None, first.targetctx) is None


@pytest.mark.parametrize(
    "damage", [lambda content: content[:-7], lambda content: content[:40] + b"x" + content[41:], lambda content: b""]
)
def test_a_damaged_file_is_taken_away_and_compiled_again(make, damage):
    """A full disk or a killed process must not make a wrong engine."""
    first = compiled(make())
    path = first._cache.path
    path.write_bytes(damage(path.read_bytes()))
    assert make()._cache.load_overload(None, first.targetctx) is None
    assert not path.exists()
    compiled(make())
    assert path.is_file()


@pytest.mark.slow
def test_some_versions_are_kept_and_the_oldest_go(make):
    """Every change of the text makes a file of some megabytes."""
    paths = []
    for number in range(MOST_KEPT + 2):
        paths.append(compiled(make(f"text {number}"))._cache.path)
        os.utime(paths[-1], (number, number))
    compiled(make("the last text"))
    assert [path.exists() for path in paths] == [False] * 3 + [True] * (MOST_KEPT - 1)
    assert not list(paths[0].parent.glob("*.partial"))


@pytest.mark.slow
def test_a_version_that_is_used_stays(make):
    """The month itself is compiled before its null models, and used more often than any."""
    first = compiled(make())
    os.utime(first._cache.path, (1, 1))
    make()._cache.load_overload(None, first.targetctx)
    for number in range(MOST_KEPT - 1):
        compiled(make(f"text {number}"))
    assert first._cache.path.is_file()


def test_without_a_folder_everything_works_and_nothing_is_kept(make, monkeypatch):
    """An installation that nobody may write to compiles every time."""

    def no_folder(self, function):
        raise RuntimeError("cannot cache function: no locator available")

    monkeypatch.setattr(config, "CACHE_DIR", "")
    monkeypatch.setattr(keeping.CompileResultCacheImpl, "__init__", no_folder)
    function = compiled(make())
    assert function._cache.folder is None
    assert function._cache.path is None
    assert function._cache.load_overload(None, function.targetctx) is None


def test_a_folder_that_is_lost_is_no_error(make):
    """What cannot be kept is used all the same, and is known not to be kept."""
    function = make()
    folder = function._cache.folder
    folder.rmdir()
    folder.write_text("a file where the folder was", encoding="utf-8")
    compiled(function)
    assert function._cache.folder is None


def test_a_damaged_file_that_cannot_be_taken_away_is_no_error(make, monkeypatch):
    """A cache that others made and nobody may write to is passed over."""
    first = compiled(make())
    first._cache.path.write_bytes(b"damaged")

    def forbidden(path, missing_ok=False):
        raise PermissionError(path)

    monkeypatch.setattr(Path, "unlink", forbidden)
    assert make()._cache.load_overload(None, first.targetctx) is None


def test_what_others_kept_is_found_where_it_can_only_be_read(make, monkeypatch):
    """An image is built by one user and used by another."""
    first = compiled(make())
    monkeypatch.setattr(KeptCode, "_folder", lambda self: None)
    reader = make()
    assert reader._cache.folder is None
    assert reader._cache.path == first._cache.path
    assert reader._cache.load_overload(None, first.targetctx) is not None


# ---------------------------------------------------------------------- parts of months

NUMBERS = types.float64[::1]


@pytest.fixture
def put(make):
    """Return a function that makes, as another process would, what calls a kept part; and the part."""

    def made(key="part", number=2.0):
        part = stage(written_out(["def part(numbers):", f"    numbers[0] = {number}"], {}, "part"))
        part._cache = KeptPart(doubled, key)
        caller = whole(written_out(["def caller(numbers):", "    part(numbers)"], {"part": part}, "caller"))
        return caller, part

    return made


def given_by(caller):
    numbers = np.zeros(1)
    caller(numbers)
    return numbers[0]


def test_a_part_is_compiled_once_for_all_that_are_put_together_of_it(put):
    caller, part = put()
    assert given_by(caller) == 2.0
    assert part.stats.cache_hits == {}
    other, kept = put()
    assert given_by(other) == 2.0
    assert list(kept.stats.cache_hits.values()) == [1]


def test_the_key_alone_tells_parts_apart(put):
    """So the key has to name all that they are made of: this one does not, and the first is taken for the second."""
    assert given_by(put("a key", 2.0)[0]) == 2.0
    assert given_by(put("a key", 3.0)[0]) == 2.0
    assert given_by(put("another key", 3.0)[0]) == 3.0


def test_a_damaged_part_is_compiled_again(put):
    caller, part = put()
    given_by(caller)
    path = part._cache.path
    path.write_bytes(path.read_bytes()[:-5])
    other, again = put()
    assert given_by(other) == 2.0
    assert again.stats.cache_hits == {}
    assert path.is_file()


def test_no_function_is_taken_for_another(monkeypatch):
    """The compiler tells functions of one name apart by a counter, and every process has its own."""

    def symbol(number, what):
        monkeypatch.setattr(FunctionIdentity, "_unique_ids", itertools.count(10**9))
        function = stage(written_out(["def inner(x):", f"    return {number} * x"], {}, what))
        function.compile((types.float64,))
        return function.overloads[(types.float64,)].fndesc.mangled_name

    symbols = [symbol(2.0, "a loop"), symbol(3.0, "a loop"), symbol(2.0, "a loop of another layout")]
    assert len(set(symbols)) == 3
    assert symbol(2.0, "a loop") == symbols[0]
