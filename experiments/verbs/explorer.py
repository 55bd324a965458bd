"""Write the explorer as one HTML file on which every lever moves, without server or network.

The engine of the model is in the file, which computes by itself: two scenarios side by side on the same draws, with any
board, place, calendar and setting, and the numbers that partnerships compare gives. Writes into the output folder:
explorer.html, to be opened in a browser, sent by mail or put on any web server, and manifest.json.

Scenarios, boards, calendars and places of your own come in with --config-dir.

For example:
  partnerships explorer
  partnerships explorer output=outputs/seminar
"""

from __future__ import annotations

from experiments.command import Command
from experiments.output.frame import Results
from experiments.page.html import page_html
from experiments.page.options import preset_scenarios
from experiments.settings import checked


@checked
class ExplorerSettings:
    """What can be set for the page; the defaults are in configs/explorer.yaml."""

    output: str | None
    overwrite: bool


def work(settings: ExplorerSettings, command: Command) -> Results:
    """Put the page together."""
    page = page_html()
    return Results(
        scenarios=dict(preset_scenarios()),
        seed=0,
        replicates=range(0),
        texts={"explorer.html": page},
        words=[f"One page of {len(page.encode()) / 1e6:.1f} MB: open explorer.html in a browser."],
    )
