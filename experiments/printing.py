"""Tables and sentences for a person at a terminal."""

from __future__ import annotations

import sys

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

WIDTH = 100
"""Columns of text when the output goes to a file or a pipe, and at most on a terminal."""


def console() -> Console:
    """Return where answers are printed: standard output, plain text unless it is a terminal."""
    terminal = Console(file=sys.stdout, highlight=False, soft_wrap=False)
    width = min(WIDTH, terminal.width) if terminal.is_terminal else WIDTH
    return Console(file=sys.stdout, highlight=False, width=width, markup=False, emoji=False)


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
