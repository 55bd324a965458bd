"""Whether the texts of a figure can be read: none cut off, none over another."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox, BboxBase

TOUCH = 1.0
"""Pixels at the project's resolution by which boxes may meet: the box of a text is a little larger than its letters."""


def is_legible(figure: Figure) -> bool:
    """Return whether no text is cut off and none lies over another.

    >>> figure = Figure()
    >>> _ = figure.text(0.1, 0.5, "one")
    >>> is_legible(figure)
    True
    >>> _ = figure.text(0.11, 0.5, "another")
    >>> is_legible(figure)
    False
    """
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    texts = boxed_texts(figure, canvas)
    return not cut_off(texts, figure.bbox) and not overlapping(texts)


def boxed_texts(figure: Figure, canvas: FigureCanvasAgg) -> dict[Text, Bbox]:
    """Return all texts that are drawn with the box of each, in pixels; the canvas has been drawn.

    >>> figure = Figure()
    >>> _ = figure.text(0.5, 0.5, "trust")
    >>> canvas = FigureCanvasAgg(figure)
    >>> canvas.draw()
    >>> [text.get_text() for text in boxed_texts(figure, canvas)]
    ['trust']
    """
    return {text: box for text in texts_of(figure) if (box := _boxed(text, canvas)).width > 0}


def texts_of(figure: Figure) -> Iterator[Text]:
    """Yield all texts that are drawn, without labels of ticks outside of their axes.

    >>> figure = Figure()
    >>> _ = figure.text(0.5, 0.5, "trust")
    >>> [text.get_text() for text in texts_of(figure)]
    ['trust']
    """
    of_ticks: dict[Text, bool] = {}
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            room = 1e-6 * (high - low)
            for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
                within = low - room <= tick.get_loc() <= high + room
                of_ticks |= {text: within and axis.get_visible() and ax.axison for text in (tick.label1, tick.label2)}
    for text in figure.findobj(Text):
        if text.get_visible() and text.get_text().strip() and of_ticks.get(text, True):
            yield text


def _boxed(text: Text, canvas: FigureCanvasAgg) -> Bbox:
    """Return the box of what is written of a text, without the empty lines below it that hold a place for something."""
    # The box of an annotation alone would have its arrow in it.
    renderer: Any = canvas.get_renderer()  # type: ignore[no-untyped-call]
    box, lines = Text.get_window_extent(text, renderer), text.get_text().split("\n")
    empty = len(lines) - len(text.get_text().rstrip().split("\n"))
    return Bbox.from_extents(box.x0, box.y0 + box.height * empty / len(lines), box.x1, box.y1)


def cut_off(texts: Mapping[Text, Bbox], canvas: BboxBase) -> list[str]:
    """Return the texts that leave the canvas.

    >>> cut_off({Text(text="trust"): Bbox([[-9, 0], [9, 9]])}, Bbox([[0, 0], [99, 99]]))
    ["'trust' leaves the canvas"]
    """
    return [
        f"{shortened(text)} leaves the canvas"
        for text, box in texts.items()
        if box.x0 < -TOUCH or box.y0 < -TOUCH or box.x1 > canvas.x1 + TOUCH or box.y1 > canvas.y1 + TOUCH
    ]


def overlapping(texts: Mapping[Text, Bbox]) -> list[str]:
    """Return the pairs of texts that lie over one another.

    >>> boxes = [Bbox([[0, 0], [9, 9]]), Bbox([[4, 4], [20, 20]])]
    >>> overlapping(dict(zip([Text(text="a"), Text(text="b")], boxes, strict=True)))
    ["'a' overlaps 'b'"]
    """
    return [
        f"{shortened(one)} overlaps {shortened(other)}"
        for (one, here), (other, there) in itertools.combinations(texts.items(), 2)
        if meet(here, there)
    ]


def meet(one: Bbox, other: Bbox) -> bool:
    """Return whether two boxes lie over one another by more than ``TOUCH``.

    >>> meet(Bbox([[0, 0], [9, 9]]), Bbox([[4, 4], [20, 20]])), meet(Bbox([[0, 0], [9, 9]]), Bbox([[20, 20], [30, 30]]))
    (True, False)
    """
    wide = min(one.x1, other.x1) - max(one.x0, other.x0)
    high = min(one.y1, other.y1) - max(one.y0, other.y0)
    return bool(wide > TOUCH and high > TOUCH)


def shortened(text: Text) -> str:
    """Return what is written of a text, at most 40 letters of it.

    >>> shortened(Text(text="trust"))
    "'trust'"
    """
    words = " ".join(text.get_text().split())
    return repr(words if len(words) < 40 else f"{words[:37]}…")
