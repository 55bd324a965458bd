"""Tables, sentences and progress for a person at a terminal."""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from experiments.surroundings import memory_left, writes_any_sign

WIDTH = 100
"""Columns of text when the output goes to a file or a pipe, and at most on a terminal."""

COMPILING = "compiling the engine, once on this machine: a minute or less"

_QUIET_SECONDS = 2.0
_SECONDS_BETWEEN_LINES = 15.0


class _Answers(Console):
    def on_broken_pipe(self) -> None:
        """Let the command end as it does wherever a reader has seen enough."""
        raise BrokenPipeError


def console() -> Console:
    """Return where answers are printed: standard output, plain text unless it is a terminal."""
    terminal = Console(file=sys.stdout, highlight=False, soft_wrap=False)
    width = min(WIDTH, terminal.width) if terminal.is_terminal else WIDTH
    return _Answers(file=sys.stdout, highlight=False, width=width, markup=False, emoji=False)


def print_json(what: Any) -> None:
    """Print something for programs, every sign of it intact whatever standard output can write."""
    print(json.dumps(what, indent=2, ensure_ascii=not writes_any_sign()))


def plain_table(title: str = "") -> Table:
    """Return an empty table in the look that all verbs share."""
    return Table(
        title=title or None,
        title_justify="left",
        box=SIMPLE,
        pad_edge=False,
        padding=(0, 1),
        show_edge=False,
        collapse_padding=True,
    )


def filled_table(
    title: str, headings: Sequence[str], rows: Iterable[Sequence[str]], *, right: Collection[str] = ()
) -> Table:
    """Return a table of text; the columns headed by one of ``right`` are flush right."""
    table = plain_table(title)
    for heading in headings:
        table.add_column(heading, justify="right" if heading in right else "left")
    for row in rows:
        table.add_row(*row)
    return table


@contextmanager
def progress_bar(what: str, *, total: int, done: int = 0) -> Iterator[Callable[[int], None]]:
    """Give a function to call with the number of ``what`` (say, runs) that were just done.

    ``done`` were done before. How far things are is told on standard error, and only once it takes a
    while: as a bar on a terminal, as a line now and then elsewhere.
    """
    screen = Console(file=sys.stderr)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=screen, transient=True)
    task = bar.add_task(what, total=total, completed=done)
    started = last_line = time.monotonic()

    def advance(count: int) -> None:
        nonlocal last_line
        bar.advance(task, count)
        now = time.monotonic()
        if screen.is_terminal and now - started > _QUIET_SECONDS:
            bar.start()
        if not screen.is_terminal and now - last_line > _SECONDS_BETWEEN_LINES:
            last_line = now
            print(f"{what}: {bar.tasks[0].completed:.0f} of {total}", file=sys.stderr)

    try:
        yield advance
    finally:
        if bar.live.is_started:
            bar.stop()


@contextmanager
def compiling_shown() -> Iterator[None]:
    """Say when the engine has to be compiled, and how far that is; say warnings, as that it is not kept, in a line."""
    from sim.compiled import NOT_KEPT, helped_within, watching_compiler

    @contextmanager
    def watched(parts: int) -> Iterator[Callable[[int], None]]:
        print(COMPILING, file=sys.stderr, flush=True)
        with progress_bar("compiling", total=parts) as advance:
            yield advance

    left = memory_left()
    within: AbstractContextManager[None] = nullcontext() if left is None else helped_within(left)
    with warnings.catch_warnings(), watching_compiler(watched), within:
        warnings.filterwarnings("once", NOT_KEPT)
        warnings.showwarning = lambda message, *_: print(message, file=sys.stderr)
        yield
