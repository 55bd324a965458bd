"""Tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def markdown_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    r"""Return a Markdown table; ``|`` inside a cell is escaped.

    >>> print(markdown_table(["lever", "default"], [["a|b", 0.5]]), end="")
    | lever | default |
    | --- | --- |
    | a\|b | 0.5 |
    """
    lines = [headings, ["---"] * len(headings), *rows]
    return "".join(f"| {' | '.join(_cell(value) for value in line)} |\n" for line in lines)


def _cell(value: object) -> str:
    shown = f"{value:g}" if isinstance(value, float) else str(value)
    return shown.replace("|", r"\|").replace("\n", " ")
