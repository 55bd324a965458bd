"""Write the explorer as one HTML file on which every lever moves, without server or network.

The engine of the model is in the file, which computes by itself: two scenarios side by side on the same draws, with any
board, place, calendar and setting, and the numbers that partnerships compare gives. Writes into the output folder:
explorer.html, to be opened in a browser, sent by mail or put on any web server, and manifest.json.

Scenarios, boards, calendars and places of your own come in with --config-dir. With case=FOLDER (docs/cases.md) your own
place with its bodies is among what can be chosen, and both sides begin with it. With extension=FILE (docs/extending.md)
both sides live by a month of your own, with its levers, settings and measures. Its engine is built once, in two minutes
or three, by the linker of the extra engine.

For example:
  partnerships explorer
  partnerships explorer output=outputs/seminar
  partnerships explorer case=mycity
  partnerships explorer extension=grudges.py
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from experiments.behaviours import on_turns
from experiments.cases.reading import read_case
from experiments.command import Command
from experiments.options import record_files
from experiments.output.frame import Results
from experiments.page.engine.build import STEPS, engine_of
from experiments.page.engine.module import shipped
from experiments.page.html import FIRST_REPLICATES, page_html
from experiments.page.options import Choices, accepted_sets, choices, choices_of_extension, choices_with
from experiments.settings import checked
from experiments.terminal import progress_bar

BUILDING = "building the engine of the page for this month, once on this machine: two minutes or three"


@checked
class ExplorerSettings:
    """What can be set for the page; the defaults are in configs/explorer.yaml."""

    case: str | None
    extension: str | None
    output: str | None
    overwrite: bool


def page_of(case: str | None, extension: str | None) -> tuple[Choices, str]:
    """Return what a page can name, with a case and an extension if they are asked for, and the page.

    Raises CommandError for what a page has no room for, and MissingLibrary without a linker for an extension.
    """
    named = extension or ""
    known = choices_with(case, named) if case else choices_of_extension(named) if named else choices()
    return known, page_html(known, engine_of(named, _building) if named else shipped())


@contextmanager
def _building() -> Iterator[Callable[[int], None]]:
    print(BUILDING, file=sys.stderr, flush=True)
    with progress_bar("building the engine of the page", total=STEPS) as done:
        yield done


def work(settings: ExplorerSettings, command: Command) -> Results:
    """Put the page together."""
    known, page = page_of(settings.case, settings.extension)
    if settings.case:
        case = read_case(settings.case)
        record_files(case.folder, case.files)
    return Results(
        scenarios=dict(known.scenarios),
        seed=0,
        replicates=range(0),
        texts={"explorer.html": page},
        words=[f"One page of {len(page.encode()) / 1e6:.1f} MB: open explorer.html in a browser."],
        numbers=on_turns(sets=len(accepted_sets()), replicates=FIRST_REPLICATES),
    )
