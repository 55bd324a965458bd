"""Write a case, a folder of plain files about one place and its bodies, or check one.

A case is what a place of your own is made of: place.yaml (population, need, leader, calendar), partners.csv
(bodies by name), types.csv (types of your own), trust.csv and ties.csv (what is known of pairs; the rest is
drawn), series.csv (fund and need by date), events.csv (dated policies) and targets.csv (what was
observed). All but the first two may be left out. Comments in each file say what its columns take.

Without other settings a small example is written. With a place, a board or a scenario the case is that one,
and runs with it have the same numbers as without: begin with what is nearest to yours and change it.

Where a verb takes scenarios, case=FOLDER gives them the place, the board and whatever else the case states;
levers and leader stay those of the scenario, unless the case has its own. Single settings of the command
line come last. A case is read from CSV with commas, semicolons or tabs, in UTF-8 or as Excel saves it.

For example:
  partnerships new case=mycity
  partnerships new case=mycity check=true
  partnerships run case=mycity
  partnerships compare case=mycity scenarios=[talking_shop,growth_coalition,baseline_lsp]
  partnerships new case=leeds place=leeds board=typical
"""

from __future__ import annotations

from pathlib import Path

from experiments.cases.reading import checked_case
from experiments.cases.writing import case_of, example, write_case
from experiments.command import Command
from experiments.errors import CommandError
from experiments.files import typed_path
from experiments.settings import checked
from experiments.terminal import console


@checked
class NewSettings:
    """What can be set for a new case beside its scenario; the defaults are in configs/new.yaml."""

    case: str | None
    check: bool


def work(settings: NewSettings, command: Command) -> None:
    """Write a case, or say what is wrong with one."""
    if settings.case is None:
        raise CommandError("case is missing: name a folder, for example case=mycity")
    folder = typed_path(settings.case)
    if settings.check:
        _check(folder)
        return
    asked = command.beside("case", "check")
    write_case(folder, *(case_of(command.scenario()) if asked else example()))
    console().print(
        f"A case is in {folder}: change its files, then partnerships new case={folder} check=true "
        f"and partnerships run case={folder}",
        soft_wrap=True,
    )


def _check(folder: Path) -> None:
    """Print everything that is wrong, or what there is."""
    case, problems = checked_case(folder)
    for problem in problems:
        print(problem)
    if case is None:
        raise CommandError(f"case = {str(folder)!r}: {len(problems)} to put right")
    bodies, targets = len(case.board["bodies"]), len(case.targets)
    known = len(case.board["trust"]), len(case.board["ties"])
    console().print(
        f"{case.place['label']}: nothing is wrong. Bodies: {bodies}; pairs with known trust: {known[0]}, with known "
        f"ties: {known[1]}; targets: {targets}. To run it: partnerships run case={folder}",
        soft_wrap=True,
    )
