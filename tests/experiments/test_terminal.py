"""What a person at a terminal is told of the compiler."""

from __future__ import annotations

import pytest

import sim
from experiments.terminal import COMPILING, compiling_shown
from sim import compiled

pytestmark = pytest.mark.slow


@pytest.fixture
def hardly_a_month(monkeypatch: pytest.MonkeyPatch) -> sim.Month:
    """Return a month without steps, as if this machine had not seen it."""
    monkeypatch.setattr(compiled, "is_compiled", lambda month: False)
    return sim.Month(launch_steps=(), steps=sim.MONTH.steps[:1])


def test_waiting_for_the_compiler_is_announced_once(hardly_a_month, capsys):
    """A minute of silence looks like a program that hangs."""
    with compiling_shown():
        sim.prepare_engine(hardly_a_month)
        sim.prepare_engine(hardly_a_month)
    assert capsys.readouterr().err.count(COMPILING) == 1


def test_the_parts_are_counted(hardly_a_month):
    """The bar ends where it said it would."""
    seen: list[int] = []

    class Watched:
        def __init__(self, parts: int) -> None:
            seen.append(-parts)

        def __enter__(self):
            return seen.append

        def __exit__(self, *_: object) -> None:
            seen.append(0)

    with compiled.watching_compiler(Watched):
        sim.prepare_engine(hardly_a_month)
    assert sum(seen) == 0 == seen[-1]
    assert len(seen) > 2


def test_an_engine_that_is_not_kept_says_so_in_a_line(hardly_a_month, monkeypatch, capsys):
    """A read-only installation compiles at every start, and who waits may mend it."""
    monkeypatch.setattr(compiled.KeptCode, "_folder", lambda self: None)
    monkeypatch.setattr(compiled.KeptCode, "_elsewhere", lambda self, name: iter(()))
    with compiling_shown():
        sim.prepare_engine(hardly_a_month)
        sim.prepare_engine(hardly_a_month)
    assert capsys.readouterr().err.splitlines().count(compiled.NOT_KEPT) == 1
