"""A brief as a document of at most four pages, rendered to one HTML file.

The file needs nothing else: no script, no font, no address. The figure is SVG inside it. The same brief gives the
same bytes. The look, on a screen, a telephone and A4 paper, is in ``brief.html.j2``.
"""

from __future__ import annotations

import base64
import dataclasses
import io
import re
from typing import Any

import matplotlib
from matplotlib.figure import Figure

TEMPLATE = "brief.html.j2"

_BEFORE_UNIT = re.compile(r"(?<=\d) (?=%|in 100\b|(?:points|half-days|runs|sets|draws|months|people|seats)\b)")


@dataclasses.dataclass(frozen=True)
class Line:
    """One number in words: the level, how far it is from the reference, and how sure that is."""

    level: str
    change: str = ""
    sure: str = ""
    is_clear: bool = False


@dataclasses.dataclass(frozen=True)
class Option:
    """A row of the table: what to do, what it costs, what it brings and how sure that is."""

    name: str
    what: tuple[str, ...]
    costs: tuple[Line, ...]
    brings: tuple[Line, ...]


@dataclasses.dataclass(frozen=True)
class Part:
    """A heading of the last page and what stands under it: paragraphs, points, or commands."""

    heading: str
    lines: tuple[str, ...]
    kind: str = "prose"


@dataclasses.dataclass(frozen=True)
class Brief:
    """A whole brief: a finding, a figure, a table, limits, and how it was done."""

    title: str
    subtitle: str
    picture: str
    """A data address that holds the figure."""
    picture_in_words: str
    caption: str
    table_caption: str
    options: tuple[Option, ...]
    note: str
    limits: tuple[tuple[str, str], ...]
    """Each in a few words, which may be none, and why."""
    method: tuple[Part, ...]


def render(brief: Brief) -> str:
    r"""Return the brief as one HTML page that needs no network.

    Raises ModuleNotFoundError without Jinja2.

    >>> page = render(Brief("A & B", "", "data:,", "Bars.", "", "", (), "", (("", "40 % of runs."),), ()))
    >>> "<h1>A &amp; B</h1>" in page, "40\N{NO-BREAK SPACE}% of runs" in page, "http" in page
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
        finalize=_with_unit_beside,
    )
    return environment.get_template(TEMPLATE).render(brief=brief)


def _with_unit_beside(value: Any) -> Any:
    """Return a text in which no line ends between a number and its unit."""
    return _BEFORE_UNIT.sub("\N{NO-BREAK SPACE}", value) if type(value) is str else value


def data_address(figure: Figure) -> str:
    """Return a figure as SVG inside a data address: the same figure, the same bytes.

    >>> data_address(Figure())[:26], data_address(Figure()) == data_address(Figure())
    ('data:image/svg+xml;base64,', True)
    """
    content = io.BytesIO()
    # Without a salt the ids in the SVG, and with a date its head, would differ from run to run.
    with matplotlib.rc_context({"svg.hashsalt": "brief", "svg.fonttype": "path"}):
        figure.savefig(content, format="svg", metadata={"Date": None, "Creator": None})
    return f"data:image/svg+xml;base64,{base64.b64encode(content.getvalue()).decode('ascii')}"
