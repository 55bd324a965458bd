"""Write the explorer as one HTML file that works without a server and without a network.

Runs every combination of some levers, chosen by vary=, and further scenarios as they are, all with the
same replicates; packs the results; and writes into the output folder: explorer.html (the page with its
charts and all results in it, to be opened in a browser or sent by mail), points.csv (every setting with
its final means and regime shares) and manifest.json.

Between the levels of a lever the file has nothing: partnerships app serves the same page with every
lever live.

For example:
  partnerships explorer
  partnerships explorer vary=[leadership.attention,leadership.direction,levers.staff_team] levels=4
  partnerships explorer base=talking_shop presets=[growth_coalition] replicates=50 output=outputs/seminar
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from experiments.command import Command
from experiments.compose import load_place
from experiments.errors import CommandError
from experiments.output.frame import Results
from experiments.page.catalogue import PAGE_MEASURES
from experiments.page.grid import (
    Grid,
    axes_of,
    examples_wanted,
    grid_runs,
    packed_grid,
    points_table,
    presets_for,
    stored_examples,
    stored_months,
)
from experiments.page.html import chart_library, page_html
from experiments.page.request import preset_scenarios
from experiments.settings import Names, Seed, Workers, checked
from experiments.terminal import progress_bar
from sim import Scenario, with_changes
from sim.parameters import Whole
from sim.scenario import nearest

MOST_POINTS = 20_000
MOST_BYTES = 60_000_000
"""Of packed values before compression: beyond that the file would be too large to mail, and slow to open."""

USUAL_RANGES = {"levers.pooling_rate": [0.01, 0.41]}
"""In practice one to two per cent were pooled, 5 to 15 was ambitious (S0): steps over all of it would miss that."""

_NEEDED = ("engagement", "outcome")
"""Measures by which a typical run is found."""


@checked
class ExplorerSettings:
    """What can be set for the page; the defaults are in configs/explorer.yaml."""

    base: str
    vary: Names
    levels: Annotated[Whole, Field(ge=2, le=25)]
    ranges: dict[str, Any] | None
    presets: Names | None
    where: str | None
    replicates: Annotated[Whole, Field(ge=2, le=1_000)]
    months_between: Annotated[Whole, Field(ge=1, le=12)]
    measures: Names
    seed: Seed
    workers: Workers | None
    output: str | None
    overwrite: bool


def work(settings: ExplorerSettings, command: Command) -> Results:
    """Compute the grid and put it into a page."""
    grid = _grid(settings)
    chart_library()  # say at once if it is missing
    with progress_bar("runs", total=grid.n_points * grid.replicates) as advance:
        runs = grid_runs(grid, threads=settings.workers, advance=advance)
    with progress_bar("examples", total=len(examples_wanted(grid))) as advance:
        examples = stored_examples(grid, runs, advance=advance)
    page = page_html(packed_grid(grid, runs, examples))
    points = points_table(grid, runs).to_csv(index=False, float_format="%.6g")
    return Results(
        scenarios={grid.base.name: grid.base, **grid.presets},
        seed=grid.seed,
        replicates=range(grid.replicates),
        texts={"explorer.html": page, "points.csv": points},
        words=[
            f"{grid.n_points:,} settings × {grid.replicates} runs in one page of {len(page.encode()) / 1e6:.1f} MB: "
            "open explorer.html in a browser."
        ],
    )


def _grid(settings: ExplorerSettings) -> Grid:
    """Return the grid that the settings describe; raise CommandError in one line if there is no such grid."""
    base = _scenario(settings.base, setting="base")
    _refuse_measures(settings.measures)
    if settings.presets is None:
        presets = presets_for(base, preset_scenarios())
    else:
        named = {name: _scenario(name, setting="presets") for name in settings.presets}
        presets = presets_for(base, named)
        if late := [name for name in named if name not in presets and name != base.name]:
            raise CommandError(f"presets: {late[0]} starts in another month than {base.name}: leave it out")
    if settings.where is not None:
        place = load_place(settings.where)
        base = with_changes(base, place=place)
        presets = {name: with_changes(preset, place=place) for name, preset in presets.items()}
    grid = Grid(
        base=base,
        axes=axes_of(settings.vary, levels=settings.levels, ranges=USUAL_RANGES | (settings.ranges or {}), base=base),
        presets=presets,
        replicates=settings.replicates,
        seed=settings.seed,
        months_at=stored_months(base.months, settings.months_between),
        replicated=settings.measures,
    )
    _refuse_size(grid)
    return grid


def _scenario(name: str, *, setting: str) -> Scenario:
    known = preset_scenarios()
    if name not in known:
        raise CommandError(
            f"{setting}: unknown scenario {name!r}{nearest(name, known)}; see: partnerships list scenarios"
        )
    return known[name]


def _refuse_measures(measures: tuple[str, ...]) -> None:
    for name in measures:
        if name not in PAGE_MEASURES:
            raise CommandError(
                f"measures: {name!r} is not on the page{nearest(name, PAGE_MEASURES)}; "
                f"it has {', '.join(PAGE_MEASURES)}"
            )
    if missing := [name for name in _NEEDED if name not in measures]:
        raise CommandError(f"measures: {missing[0]} has to be among them, for a typical run is found by it")
    if len(set(measures)) < len(measures):
        raise CommandError(f"measures = [{','.join(measures)}] is not allowed: name each once")


def _refuse_size(grid: Grid) -> None:
    if len({path for axis in grid.axes for path in axis.paths}) < sum(len(axis.paths) for axis in grid.axes):
        raise CommandError("vary names a lever twice: name each once")
    stored = grid.n_points * len(grid.months_at)
    stored *= grid.replicates * (len(grid.replicated) + 1) + 6 * len(grid.banded)
    if grid.n_points > MOST_POINTS or stored > MOST_BYTES:
        raise CommandError(
            f"{grid.n_points:,} settings × {grid.replicates} runs come to {stored / 1e6:.0f} MB before compression, "
            f"and at most {MOST_BYTES / 1e6:.0f} fit a page: fewer levers, levels, replicates or measures, or "
            "months_between=6"
        )
