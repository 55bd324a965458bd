"""Write the explorer as one HTML file on which every lever moves, without server or network.

The engine of the model is in the file, which computes by itself: two scenarios side by side on the same draws, with any
board, place, calendar and setting, and the numbers that partnerships compare gives. Writes into the output folder:
explorer.html, to be opened in a browser, sent by mail or put on any web server, and manifest.json.

Scenarios, boards, calendars and places of your own come in with --config-dir. With case=FOLDER (docs/cases.md) your own
place with its bodies is among what can be chosen, and both sides begin with it.

For example:
  partnerships explorer
  partnerships explorer output=outputs/seminar
  partnerships explorer case=mycity
"""

from __future__ import annotations

from experiments.cases.reading import read_case
from experiments.command import Command
from experiments.options import record_files
from experiments.output.frame import Results
from experiments.page.html import page_html
from experiments.page.options import choices, choices_with
from experiments.settings import checked


@checked
class ExplorerSettings:
    """What can be set for the page; the defaults are in configs/explorer.yaml."""

    case: str | None
    output: str | None
    overwrite: bool


def work(settings: ExplorerSettings, command: Command) -> Results:
    """Put the page together."""
    known = choices_with(settings.case) if settings.case else choices()
    if settings.case:
        case = read_case(settings.case)
        record_files(case.folder, case.files)
    page = page_html(known)
    return Results(
        scenarios=dict(known.scenarios),
        seed=0,
        replicates=range(0),
        texts={"explorer.html": page},
        words=[f"One page of {len(page.encode()) / 1e6:.1f} MB: open explorer.html in a browser."],
    )
