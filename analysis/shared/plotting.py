"""What the figures share: looks, calendar axes, fans of runs, labels at line ends, notes, saving.

Figures are made with matplotlib's objects, not with pyplot: nothing is left open and no global
setting changes. In a notebook a returned figure shows itself.
"""

from __future__ import annotations

import dataclasses
import functools
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import matplotlib
import numpy as np
import pandas as pd
import scipy
from matplotlib import dates as calendar
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.textpath import text_to_path
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from analysis.shared.summaries import bands, scenarios_of
from analysis.shared.words import is_share, readable, titled, with_unit
from sim.measures import MEASURES
from sim.population import SECTORS
from sim.regimes import REGIMES

_STYLE: Any = {
    "font.size": 11,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.labelsize": 10,
    "axes.labelcolor": "0.25",
    "axes.edgecolor": "0.6",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "0.92",
    "xtick.color": "0.35",
    "ytick.color": "0.35",
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "legend.frameon": False,
    "figure.constrained_layout.wspace": 0.04,
    "figure.constrained_layout.hspace": 0.04,
    "figure.titlesize": 13,
    "figure.titleweight": "bold",
    "pdf.fonttype": 42,  # letters stay letters, as journals ask
    "svg.hashsalt": "local-partnerships",
}
GREY = "0.45"
DPI = 150
WIDTH = 8.5
"""Inches across a figure, unless what it shows needs more."""
PRINT_WIDTH = 6.85
"""Inches across the text of an A4 page with margins of 18 mm, to which figures are printed."""
COLUMN_WIDTH = 3.35
"""Inches across one of two columns of a journal (85 mm), where the whole has ``PRINT_WIDTH`` (174 mm)."""
SMALLEST = 7.0
"""Points of the smallest text at that width."""

# Seaborn's "colorblind" colours without the yellow and the pale pink, which vanish on white. They are written out, for
# a command that draws nothing, or nothing with seaborn, starts a second earlier without it.
LINE_COLOURS = ("#0173b2", "#de8f05", "#029e73", "#cc78bc", "#d55e00", "#56b4e9", "#ca9161", "#949494")
BLUE, RED = LINE_COLOURS[0], LINE_COLOURS[4]
"""What is shown, and what stands out from it: out of bounds, chosen, observed."""

_DASHES = ("-", "--", "-.", ":")

SECTOR_COLOURS: Mapping[str, str] = dict(zip(SECTORS, LINE_COLOURS, strict=False))

# In the manner of Paul Tol's "muted" scheme: safe for colour-blind readers, and each lighter or darker than all others.
_REGIME_FILLS = ("#262626", "#A6A6A6", "#882255", "#117733", "#B8860B", "#8CCBED", "#F0F0F0")
REGIME_COLOURS: Mapping[str, str] = dict(zip(REGIMES, _REGIME_FILLS, strict=True))


P = ParamSpec("P")
R = TypeVar("R")


def in_house_style(draw: Callable[P, R]) -> Callable[P, R]:
    """Return ``draw`` with the settings of this module, which hold inside it and nowhere else."""

    @functools.wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> R:
        with house_style():
            return draw(*args, **kwargs)

    return drawn


_columns: ContextVar[int] = ContextVar("columns", default=2)


@contextmanager
def house_style(*, columns: int | None = None) -> Iterator[None]:
    """Let figures have the look of this module until the end of the block, whatever a matplotlibrc says.

    With ``columns`` 1 they are made for one column of a journal (``COLUMN_WIDTH``) instead of two (``PRINT_WIDTH``).
    """
    outer = _columns.set(columns or _columns.get())
    try:
        with matplotlib.rc_context():
            matplotlib.rcdefaults()
            matplotlib.rcParams.update(_STYLE)
            yield
    finally:
        _columns.reset(outer)


def _across(width: float) -> float:
    """Return the inches across a figure that has ``width`` where two columns are to be had."""
    return width if _columns.get() == 2 else min(width, WIDTH * COLUMN_WIDTH / PRINT_WIDTH)


ORDINARY = "baseline_lsp"
"""The scenario that others are seen against: always grey."""


@dataclasses.dataclass(frozen=True)
class Look:
    """How the line of one scenario is drawn."""

    colour: str
    dashes: str


def looks_of(scenarios: Sequence[str]) -> dict[str, Look]:
    """Return a look for each scenario, by its place in the order; dashes change when colours repeat.

    The ordinary partnership is grey and takes no colour from others.
    """
    others = [scenario for scenario in scenarios if scenario != ORDINARY]
    looks = {
        scenario: Look(LINE_COLOURS[place % len(LINE_COLOURS)], _DASHES[(place // len(LINE_COLOURS)) % len(_DASHES)])
        for place, scenario in enumerate(others)
    }
    return {scenario: looks.get(scenario, Look(GREY, "-")) for scenario in scenarios}


def label_value_axis(ax: Axes, measure: str, *, name: str | None = None, axis: str = "y") -> None:
    """Name the measure and its unit on the ``axis`` ("x" or "y") and show shares in per cent."""
    which = ax.yaxis if axis == "y" else ax.xaxis
    which.set_label_text(textwrap.fill(with_unit(measure, name), 26 if axis == "y" else 20))
    which.set_major_locator(MaxNLocator(nbins=5 if axis == "y" else 4, steps=[1, 2, 2.5, 5, 10]))
    if is_share(measure):
        which.set_major_formatter(FuncFormatter(_per_cent))


def _per_cent(share: float, _: object) -> str:
    return np.format_float_positional(100 * share, precision=6, trim="-").replace("-", "−")


def moments(dates: pd.Series) -> NDArray[np.datetime64]:
    """Return months, dates or written as YYYY-MM, as moments on a calendar axis."""
    return np.asarray(pd.to_datetime(dates), dtype="datetime64[D]")


class _RememberedDates(calendar.AutoDateLocator):
    """Ticks at round dates, worked out once for what is in view: a figure asks for them a hundred times."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)  # type: ignore[no-untyped-call]
        self._in_view: dict[tuple[float, ...], Any] = {}

    def __call__(self) -> Any:
        """Return the ticks."""
        assert self.axis is not None
        view = tuple(map(float, self.axis.get_view_interval()))
        if view not in self._in_view:
            self._in_view[view] = super().__call__()  # type: ignore[no-untyped-call]
        return self._in_view[view]


def calendar_axis(ax: Axes, *, most_ticks: int = 7, span: NDArray[np.datetime64] | None = None) -> None:
    """Show calendar years (months in short runs) on the x axis; with ``span``, from its first to its last moment."""
    locator = _RememberedDates(minticks=3, maxticks=most_ticks)
    # Of a little less than three years half-years are too many for few ticks, and years are too few by its own rule.
    locator.intervald[calendar.MONTHLY] = [*locator.intervald[calendar.MONTHLY], 12]
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(
        calendar.ConciseDateFormatter(locator, show_offset=False)  # type: ignore[no-untyped-call]
    )
    ax.margins(x=0)
    if span is not None and len(span) > 1:
        ax.set_xlim(span[0], span[-1])
    ax.grid(visible=False, axis="x")


def new_figure(rows: int, columns: int, *, width: float, height: float, **subplots: Any) -> tuple[Figure, list[Axes]]:
    """Return an empty figure of ``width`` × ``height`` inches and its panels, row by row."""
    figure = Figure(figsize=(_across(width), height), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False, **subplots)
    return figure, list(panels.flat)


def own_axes(ax: Axes | None, *, width: float = 7.0, height: float = 4.5) -> Axes:
    """Return ``ax``, or the panel of a new figure if there is none."""
    return new_figure(1, 1, width=width, height=height)[1][0] if ax is None else ax


def grid_shape(panels: int, *, most_columns: int) -> tuple[int, int]:
    """Return rows and columns that hold ``panels`` small multiples."""
    columns = min(panels, most_columns)
    return -(-panels // columns), columns


def hide_unused(panels: Sequence[Axes], used: int) -> None:
    """Take the panels after the first ``used`` out of the figure."""
    for ax in panels[used:]:
        ax.remove()


def add_title(figure: Figure, title: str) -> None:
    """Put a title over the whole figure, flush left."""
    figure.suptitle(_wrapped(figure, title, points=13, bold=True), x=0.01, ha="left")


def add_note(figure: Figure, note: str, *, empty_lines: int = 0) -> None:
    """Put a small grey note under the whole figure, flush left, with ``empty_lines`` below it."""
    text = _wrapped(figure, note, points=9) + "\n " * empty_lines
    figure.supxlabel(text, x=0.01, ha="left", fontsize=9, color=GREY, linespacing=1.3)


def add_remarks(figure: Figure, remarks: Iterable[str]) -> None:
    """Put remarks, a line each, above the note under the whole figure."""
    lines = [_wrapped(figure, remark, points=9) for remark in remarks]
    if lines:
        text = "\n".join([*lines, *filter(None, [figure.get_supxlabel()])])
        figure.supxlabel(text, x=0.01, ha="left", fontsize=9, color=GREY, linespacing=1.3)


def add_note_and_regime_key(figure: Figure, note: str, regimes: Iterable[str] = ()) -> None:
    """Put a note under the whole figure, and below it what the colours of these regimes mean, or of all."""
    named = set(regimes) or set(REGIMES)
    patches = [Patch(color=REGIME_COLOURS[name], label=titled(name)) for name in REGIMES if name in named]
    add_note_and_key(figure, note, patches)


def add_note_and_key(figure: Figure, note: str, handles: Sequence[Patch | Line2D]) -> None:
    """Put a note under the whole figure, and below it what colours and signs mean, in as many rows as it needs."""
    font = FontProperties(size=9)
    widths = [text_to_path.get_text_width_height_descent(str(h.get_label()), font, ismath=False)[0] for h in handles]
    # Columns are as wide as the longest name in them, with the sign before it and a gap behind.
    columns = max(1, min(len(handles), int(72 * 0.97 * figure.get_size_inches()[0] / (max(widths) + 36))))
    rows = -(-len(handles) // columns)
    # The layout makes room for the taller of note and key, not for both: the note's empty lines hold the key.
    add_note(figure, note, empty_lines=rows + 1)
    figure.legend(
        handles=handles, loc="outside lower left", ncols=-(-len(handles) // rows), fontsize=9, handlelength=1.2,
        columnspacing=1.2,
    )  # fmt: skip


def add_sector_key(figure: Figure, sectors: Iterable[str]) -> None:
    """Say at the top right of a figure what the colours of those sectors mean."""
    there = set(sectors)
    key = [
        Line2D([], [], marker="o", linestyle="", color=colour, label=titled(sector))
        for sector, colour in SECTOR_COLOURS.items()
        if sector in there
    ]
    figure.legend(handles=key, loc="outside upper right", ncols=len(key), fontsize=9, handletextpad=0.1)


def _wrapped(figure: Figure, text: str, *, points: float, bold: bool = False) -> str:
    """Return a text in lines that fit across the figure, as wide as they come out in the default typeface."""
    font = FontProperties(size=points, weight="bold" if bold else "normal")
    room = 72 * (0.95 * figure.get_size_inches()[0])
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_to_path.get_text_width_height_descent(longer, font, ismath=False)[0] <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return "\n".join(lines)


def runs_of(table: pd.DataFrame) -> pd.Series:
    """Return the number of runs of each scenario."""
    return table.groupby("scenario", observed=True)["replicate"].nunique()


def counted(counts: pd.Series, thing: str) -> str:
    """Return counts in words, such as "1 run", "60 runs" or "40 to 60 runs"."""
    fewest, most = int(counts.min()), int(counts.max())
    if most == 1:
        return f"1 {thing}"
    return f"{most} {thing}s" if fewest == most else f"{fewest} to {most} {thing}s"


def fan_note(trajectories: pd.DataFrame) -> str:
    """Return the note that says what lines and bands of a fan are."""
    counts = runs_of(trajectories)
    if counts.max() == 1:
        return "Line: one run of each scenario. One run has no band; more replicates show the part of chance."
    bands_note = "Dark band: middle 50 % of runs; light band: middle 90 %."
    return f"Line: median of {counted(counts, 'run')} of each scenario. {bands_note}"


def fan_grid(
    trajectories: pd.DataFrame, panels: Mapping[str, str], *, title: str, note: str, more_columns: int = 0
) -> tuple[Figure, NDArray[Any]]:
    """Return a figure of fans, a row a scenario and a column a measure, and its panels, rows first.

    ``panels`` are the measures and what stands above the column of each. Behind the fan of a scenario are the medians
    of the others, in pale grey, so that each is read by itself and against all. A column has one scale.
    ``more_columns`` are left empty at the right.
    """
    scenarios = scenarios_of(trajectories)
    looks = looks_of(scenarios)
    columns = len(panels) + more_columns
    height = 1.75 + (1.25 if len(scenarios) > 1 else 2.0) * len(scenarios)
    figure = Figure(figsize=(_across(WIDTH), height), layout="constrained")
    axes = figure.subplots(len(scenarios), columns, squeeze=False, sharex=False)
    add_title(figure, title)
    others = "" if len(scenarios) == 1 else " Thin grey: medians of the others."
    add_note(figure, f"{fan_note(trajectories)}{others} {note}".strip())
    span = moments(trajectories["date"].drop_duplicates().sort_values())
    for column, (measure, heading) in enumerate(panels.items()):
        found = dict(iter(bands(trajectories, measure).groupby("scenario", sort=False, observed=True)))
        low, high = _limits(pd.concat(found.values()), measure)
        for ax, scenario in zip(axes[:, column], scenarios, strict=True):
            for other in (other for other in scenarios if other != scenario):
                ax.plot(moments(found[other]["date"]), found[other]["q50"], color="0.75", linewidth=0.8, zorder=1.5)
            _fan(ax, found[scenario], looks[scenario].colour)
            ax.set_ylim(low, high)
            value_ticks(ax, measure, nbins=4)
            calendar_axis(ax, most_ticks=max(4, 9 // columns), span=span)
            ax.tick_params(labelbottom=scenario == scenarios[-1], labelsize=9)
        axes[0, column].set_title(heading)
    if len(scenarios) > 1:
        for ax, scenario in zip(axes[:, 0], scenarios, strict=True):
            ax.set_ylabel(
                textwrap.fill(readable(scenario), 13), rotation=0, ha="right", va="center", labelpad=6,
                color=looks[scenario].colour, fontweight="bold", fontsize=9.5,
            )  # fmt: skip
    return figure, axes


def headed(measure: str, *, wrap: int = 24) -> str:
    """Return the name of a measure with its unit, as it stands above a panel."""
    return textwrap.fill(with_unit(measure), wrap)


def value_ticks(ax: Axes, measure: str, *, axis: str = "y", nbins: int = 5) -> None:
    """Show few round values of a measure on an axis, shares in per cent."""
    which = ax.yaxis if axis == "y" else ax.xaxis
    which.set_major_locator(MaxNLocator(nbins=nbins, steps=[1, 2, 2.5, 5, 10]))
    if is_share(measure):
        which.set_major_formatter(FuncFormatter(_per_cent))
    else:
        which.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}".replace("-", "−")))


def _limits(found: pd.DataFrame, measure: str) -> tuple[float, float]:
    """Return limits that hold all bands, with a little room, but go no further than values can."""
    low, high = float(found["q5"].min()), float(found["q95"].max())
    room = 0.06 * (high - low) or 0.05 * max(abs(high), 1e-3)
    least, most = (MEASURES[measure].low, MEASURES[measure].high) if measure in MEASURES else (-np.inf, np.inf)
    # What cannot be below 0 starts there, so that heights can be compared, unless all of it lies far above.
    bottom = 0.0 if least == 0.0 and low < high / 2 else max(least, low - room)
    return bottom, min(most, high + room)


def _fan(ax: Axes, rows: pd.DataFrame, colour: str, dashes: str = "-") -> None:
    """Draw the median and the 50 and 90 % bands of one scenario."""
    when = moments(rows["date"])
    for low, high, alpha in (("q5", "q95", 0.15), ("q25", "q75", 0.3)):
        ax.fill_between(when, rows[low], rows[high], color=colour, alpha=alpha, linewidth=0)
    ax.plot(when, rows["q50"], color=colour, linestyle=dashes, linewidth=2)


def draw_fans(ax: Axes, trajectories: pd.DataFrame, measure: str) -> list[LineEnd]:
    """Draw the median and the 50 and 90 % bands of each scenario on one panel; return where the lines end.

    For two scenarios, or one; of more see :func:`fan_grid`.
    """
    looks = looks_of(scenarios_of(trajectories))
    ends = []
    for name, rows in bands(trajectories, measure).groupby("scenario", sort=False, observed=True):
        look = looks[str(name)]
        _fan(ax, rows, look.colour, look.dashes)
        ends.append(LineEnd(readable(str(name)), float(rows["q50"].iloc[-1]), look.colour))
    calendar_axis(ax)
    return ends


@dataclasses.dataclass(frozen=True)
class LineEnd:
    """Where a line ends, and what to write there."""

    text: str
    height: float
    colour: str


def label_line_ends(ax: Axes, ends: Sequence[LineEnd], *, points: float = 10, wrap: int = 15) -> None:
    """Write the name of each line at its right end, moved apart where names would overlap.

    Call it when everything else is drawn: the names need the final limits and height of the panel.
    """
    if not ends:
        return
    figure = ax.figure
    assert isinstance(figure, Figure), "labels need a panel of a whole figure"
    ax.set_ylim(ax.get_ylim())
    layout = figure.get_layout_engine()
    if layout is not None:
        layout.execute(figure)
    texts, room = _room_for(ax, ends, points=points, wrap=wrap)
    if room.sum() > 1.0:
        points = 9
        texts, room = _room_for(ax, ends, points=points, wrap=40)
    low, high = ax.get_ylim()
    wanted = np.array([(end.height - low) / (high - low) for end in ends])
    for end, text, height in zip(ends, texts, spread_apart(wanted, room), strict=True):
        ax.annotate(
            text, (1.0, height), xycoords="axes fraction", xytext=(5, 0), textcoords="offset points",
            color=end.colour, fontsize=points, va="center", linespacing=1.0, annotation_clip=False,
        )  # fmt: skip


def _room_for(ax: Axes, ends: Sequence[LineEnd], *, points: float, wrap: int) -> tuple[list[str], NDArray[np.float64]]:
    """Return the wrapped names and the share of the panel's height that each needs."""
    line_height = 1.25 * points * ax.figure.dpi / 72 / ax.get_window_extent().height
    texts = [textwrap.fill(end.text, wrap) for end in ends]
    return texts, np.array([line_height * (text.count("\n") + 1.15) for text in texts])


def spread_apart(wanted: NDArray[np.float64], room: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return heights near ``wanted`` (0 bottom to 1 top) at which labels of height ``room`` do not overlap.

    The heights keep their order and move as little as possible in the sense of least squares: an isotonic
    regression once the room that labels need is taken out. Labels that need more than there is share it evenly.
    """
    order = np.argsort(wanted, kind="stable")
    sizes = room[order] * min(1.0, 1.0 / room.sum())
    offsets = np.cumsum(sizes) - sizes / 2
    base = scipy.optimize.isotonic_regression(wanted[order] - offsets).x
    base = np.clip(base, 0.0, max(0.0, 1.0 - sizes.sum()))
    heights = np.empty_like(wanted)
    heights[order] = base + offsets
    return heights


_NO_DATES: Mapping[str, dict[str, Any]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
"""What is left out of a file, by its ending, so that the same figure is the same bytes."""


def save(figure: Figure, path: Path) -> Path:
    """Write the figure as PNG, SVG or PDF, by the ending of ``path``: the same bytes for the same figure."""
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=DPI, metadata=_NO_DATES[path.suffix])
    return path


@dataclasses.dataclass(frozen=True)
class Caption:
    """What stands in words over and under a figure."""

    title: str
    note: str


def caption_of(figure: Figure) -> Caption:
    """Return the words over and under a figure, in one line each.

    >>> figure = Figure()
    >>> add_title(figure, "Trust rises")
    >>> caption_of(figure)
    Caption(title='Trust rises', note='')
    """
    return Caption(*(" ".join(text.split()) for text in (figure.get_suptitle(), figure.get_supxlabel())))


def without_caption(figure: Figure) -> Figure:
    """Return the figure with nothing written over and under it, as journals want it; its key stays."""
    for text in (figure._suptitle, figure._supxlabel):  # type: ignore[attr-defined]
        if text is not None:
            text.set_text("")
            text.set_in_layout(False)
    return figure
