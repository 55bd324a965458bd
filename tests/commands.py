"""Giving commands in tests."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from experiments.console import main


def with_settings(words: list[str], settings: list[str]) -> list[str]:
    """Return a command with settings in place of what it says of them: what is given twice is refused."""
    instead = tuple(f"{setting.partition('=')[0]}=" for setting in settings)
    return [*(word for word in words if not word.startswith(instead)), *settings] if settings else words


def wait_for(condition: Callable[[], bool], *, seconds: float = 120.0) -> None:
    """Return once a condition holds; fail if it does not in time."""
    stop = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < stop, "nothing happened in time"
        time.sleep(0.002)


def refused_line(words: list[str], capsys: pytest.CaptureFixture[str], *, alone: bool = True) -> str:
    """Return the one line with which a command is refused; ``alone`` if nothing else is said before it.

    Where the engine was compiled on the way, how far that is is told beside it.
    """
    capsys.readouterr()
    assert main(words) == 2
    said = capsys.readouterr()
    if alone:
        assert said.out == ""
        assert len([line for line in said.err.splitlines() if not line.startswith("compiling")]) == 1
    assert "Traceback" not in said.err
    line = said.err.splitlines()[-1]
    assert line.startswith("error: ")
    return line
