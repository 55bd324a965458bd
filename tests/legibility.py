"""What makes a figure hard to read: texts cut off or over one another, tiny type, colours that look alike."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import numpy as np
from colorspacious import cspace_convert
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from analysis.shared.legibility import boxed_texts, cut_off, meet, overlapping, shortened
from analysis.shared.plotting import PRINT_WIDTH, SMALLEST

APART = 10.0
"""Least distance of two colours (CAM02-UCS) with and without each kind of colour blindness."""
LIGHTER = 7.0
"""Least difference in lightness (J' of CAM02-UCS, 0 to 100) of two colours in grey."""
SIGHTS = ("sRGB1", *({"name": "sRGB1+CVD", "cvd_type": kind, "severity": 100}
                     for kind in ("deuteranomaly", "protanomaly", "tritanomaly")))  # fmt: skip


def faults(figure: Figure) -> list[str]:
    """Return what is hard to read in a figure, a line each; none if all is well."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    texts = boxed_texts(figure, canvas)
    found = [*cut_off(texts, figure.bbox), *overlapping(texts), *too_small(texts, figure)]
    for ax in figure.axes:
        found += [f"{shortened(text)} lies on a marker" for text in texts if _on_a_marker(texts[text], ax)]
        if not (_drawn(ax) or ax.texts or ax.images or ax.collections or ax.patches):
            found.append("there is an empty panel")
        found += alike(ax)
    return found


def _drawn(ax: Axes) -> bool:
    """Return whether a panel has lines of data, not of reference alone."""
    return any(line.get_transform() == ax.transData for line in ax.get_lines())


def too_small(texts: Iterable[Text], figure: Figure) -> list[str]:
    """Return the texts that are smaller in print than the smallest that is allowed."""
    scale = min(1.0, PRINT_WIDTH / figure.get_size_inches()[0])
    sizes = {text: scale * text.get_fontsize() for text in texts}
    return [
        f"{shortened(text)} has {size:.1f} points in print" for text, size in sizes.items() if size < SMALLEST - 0.05
    ]


def alike(ax: Axes) -> list[str]:
    """Return the pairs of colours of lines and filled areas on a panel that look alike to somebody, or in grey.

    In grey, lines may be told apart by their dashes and markers, or by a name beside them in their colour.
    """
    named = {text.get_color() for text in [*ax.texts, *ax.get_yticklabels()]}
    series = {}
    for line in ax.get_lines():
        if len(line.get_xdata()) > 1 and _is_colour(line.get_color()):
            marks = (line.get_linestyle(), line.get_marker(), line.get_color() in named and line.get_color())
            series.setdefault(to_rgb(line.get_color()), marks)
    return [
        f"colours {one} and {other} look alike {how}"
        for (one, its), (other, others) in itertools.combinations(series.items(), 2)
        if (how := look_alike(one, other, told_otherwise=its != others))
    ]


def look_alike(one: object, other: object, *, told_otherwise: bool = False) -> str:
    """Return to whom two colours look alike; empty if to nobody."""
    for sight in SIGHTS:
        seen = [cspace_convert(np.clip(cspace_convert(to_rgb(c), sight, "sRGB1"), 0, 1), "sRGB1", "CAM02-UCS")
                for c in (one, other)]  # fmt: skip
        if np.linalg.norm(seen[0] - seen[1]) < APART:
            return "" if told_otherwise else f"({sight if isinstance(sight, str) else sight['cvd_type']})"
        if sight == "sRGB1" and abs(seen[0][0] - seen[1][0]) < LIGHTER and not told_otherwise:
            return "in grey"
    return ""


def _is_colour(colour: object) -> bool:
    return max(to_rgb(colour)) - min(to_rgb(colour)) > 0.02


def _on_a_marker(box: Bbox, ax: Axes) -> bool:
    """Return whether a text covers a marker, other than as a name within it."""
    return any(meet(box, mark) and not _within(box, mark) for mark in _markers(ax))


def _within(box: Bbox, mark: Bbox) -> bool:
    return (
        mark.x0 <= (box.x0 + box.x1) / 2 <= mark.x1
        and box.width <= 1.6 * mark.width
        and mark.contains((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)
    )


def _markers(ax: Axes) -> list[Bbox]:
    """Return the boxes of the markers on a panel."""
    points: list[tuple[np.ndarray, float]] = []
    per_point = ax.figure.dpi / 72
    for line in ax.get_lines():
        if line.get_marker() not in ("None", "none", " ", "", None) and line.get_visible():
            points.append((_shown(line), line.get_markersize() * per_point))
    for marks in (child for child in ax.collections if isinstance(child, PathCollection)):
        places = marks.get_offset_transform().transform(np.ma.filled(marks.get_offsets(), np.nan))
        size = float(np.sqrt(np.max(marks.get_sizes(), initial=0.0))) * per_point
        points.append((places, size))
    return [
        Bbox.from_bounds(x - size / 2, y - size / 2, size, size)
        for places, size in points
        for x, y in places
        if np.isfinite(x) and np.isfinite(y)
    ]


def _shown(line: Line2D) -> np.ndarray:
    return line.get_transform().transform(line.get_xydata())
