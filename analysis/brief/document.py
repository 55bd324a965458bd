"""A policy brief as a document: sections of prose, tables and pictures, rendered to one HTML file.

The file needs nothing else: no script, no font, no address. Pictures are SVG inside it. The same
document gives the same bytes. The look, on a screen, a telephone and A4 paper, is in
``brief.html.j2``.
"""

from __future__ import annotations

import base64
import dataclasses
import io
from typing import ClassVar

import matplotlib
from matplotlib.figure import Figure

TEMPLATE = "brief.html.j2"

_LONG_TABLE = 14
"""Rows from which a table may break between pages, with its headings repeated."""


_TALL = 1.05


@dataclasses.dataclass(frozen=True)
class Prose:
    """Paragraphs, or the points of a list."""

    kind: ClassVar[str] = "prose"
    lines: tuple[str, ...]
    is_list: bool = False


@dataclasses.dataclass(frozen=True)
class Table:
    """A table: its first column names the rows. ``small`` holds a line of explanation below each name."""

    kind: ClassVar[str] = "table"
    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    text_columns: tuple[int, ...] = (0,)
    """Columns of words; the others are numbers, flush right."""
    small: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        ragged = [row for row in self.rows if len(row) != len(self.headings)]
        if ragged or (self.small and len(self.small) != len(self.rows)):
            raise ValueError(f"table {self.caption!r} has rows of another length than its headings")

    @property
    def is_long(self) -> bool:
        """Return whether the table may break between pages."""
        return len(self.rows) > _LONG_TABLE


@dataclasses.dataclass(frozen=True)
class Picture:
    """A figure with its caption; ``alt`` says in words what it shows."""

    kind: ClassVar[str] = "picture"
    caption: str
    alt: str
    source: str
    """A data address that holds the picture."""
    is_tall: bool = False
    """Higher than wide, so that it needs a page of its own to be read."""


@dataclasses.dataclass(frozen=True)
class Code:
    """What can be typed at a command line."""

    kind: ClassVar[str] = "code"
    text: str


Block = Prose | Table | Picture | Code


@dataclasses.dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    id: str
    heading: str
    blocks: tuple[Block, ...]


@dataclasses.dataclass(frozen=True)
class Brief:
    """A whole brief. ``annexes`` begin on pages of their own."""

    title: str
    subtitle: str
    in_short: tuple[str, ...]
    sections: tuple[Section, ...]
    annexes: tuple[Section, ...] = ()


def render(brief: Brief) -> str:
    """Return the brief as one HTML page that needs no network.

    Raises ModuleNotFoundError without Jinja2.

    >>> page = render(Brief("Title", "Below", ("One finding.",), (Section("a", "A & B", (Prose(("Words.",)),)),)))
    >>> "<h1>Title</h1>" in page, "A &amp; B" in page, "http" in page
    (True, True, False)
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("analysis.brief", package_path=""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(TEMPLATE).render(brief=brief)


def picture(figure: Figure, *, caption: str, alt: str) -> Picture:
    """Return a figure as SVG inside a data address: the same figure, the same bytes.

    >>> drawn = picture(Figure(), caption="Nothing", alt="An empty figure.")
    >>> drawn.source[:26], drawn == picture(Figure(), caption="Nothing", alt="An empty figure.")
    ('data:image/svg+xml;base64,', True)
    """
    content = io.BytesIO()
    # Without a salt the ids in the SVG, and with a date its head, would differ from run to run.
    with matplotlib.rc_context({"svg.hashsalt": "brief", "svg.fonttype": "path"}):
        figure.savefig(content, format="svg", metadata={"Date": None, "Creator": None})
    width, height = figure.get_size_inches()
    source = f"data:image/svg+xml;base64,{base64.b64encode(content.getvalue()).decode('ascii')}"
    return Picture(caption, alt, source, is_tall=bool(height > _TALL * width))
