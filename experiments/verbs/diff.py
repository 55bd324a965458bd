"""Show where two runs first part: month, step, body, and the terms of its choice.

Two runs with one seed and replicate share all chance and are the same, to the last bit, until what
was changed makes them part. One run is the scenario, the other the same with=, or both are output
folders of run (runs=), which are lived again by what their manifests say. Two names alone will do:
A B are two scenarios, or two folders.

Tells which settings differ; whether whoever is in both runs has the same luck in both; after which
step of which month something differs for the first time, and in what; which body chooses otherwise
first, and by which term; and how far it reaches from there. See docs/pairing.md.

Writes into the output folder: diff.txt, settings.csv (setting, one, other), chance.csv (a row a
stream of chance and whose it is: how many draws were compared, how many differ), split.csv (every
number that differs after the step in which the runs part), bodies.csv (a row a body: when it first
differs, in what, its first other choice and the term behind it), measures.csv (a row a measure: when
it first differs, and what it ends at), figures/ and manifest.json.

One more body leaves the others' luck as it is if it sits at the end of the table: a kind that the
board does not have yet, or an entry of board.entries. Elsewhere those after it move on by a seat,
and have another's luck; the output says so.

For example:
  partnerships diff scenario=growth_coalition 'with={levers.pooling_rate:0.2}'
  partnerships diff 'with={levers.duty.attend:1}' replicate=3 months=60
  partnerships diff 'with={board.members.police_and_crime_commissioner:1}'
  partnerships diff baseline_lsp talking_shop
  partnerships diff outputs/a outputs/b
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from analysis.parting import words
from analysis.parting.figures import SHOWN, two_runs
from analysis.parting.tables import Told, bodies_parted, measures_parted, reach
from analysis.run.figures import short_names
from analysis.shared.words import mid_sentence, readable
from experiments.cases.sheets import PLACE_FILE
from experiments.command import Command
from experiments.errors import CommandError
from experiments.files import read_parquet, typed_path
from experiments.options import CASE
from experiments.output.folder import MANIFEST
from experiments.output.frame import Results
from experiments.output.manifest import read_manifest
from experiments.runs.explained import labels_of
from experiments.runs.parting import (
    AT_LAUNCH,
    Side,
    bodies_of_one_only,
    chance_of,
    first_split,
    settings_that_differ,
)
from experiments.runs.ties import tied_run
from experiments.settings import Figures, Names, Seed, checked
from experiments.values import recorded_scenarios

ONE, OTHER = "one run", "the other"


@checked
class DiffSettings:
    """What can be set for a pair of runs beside its scenario; the defaults are in configs/diff.yaml."""

    with_: dict[str, Any] | None
    runs: Names
    seed: Seed
    replicate: Seed
    output: str | None
    overwrite: bool
    figures: Figures


def put_in_settings(words: Sequence[str]) -> list[str]:
    """Return the words of a command, which are no flags, with two bare names as settings; raise CommandError.

    >>> put_in_settings(["baseline_lsp", "talking_shop", "months=36"])
    ['months=36', 'scenario=baseline_lsp', 'with={scenario:talking_shop}']
    """
    bare = [word for word in words if "=" not in word]
    if not bare:
        return list(words)
    if len(bare) != 2:
        raise CommandError(
            f"{' '.join(bare)}: diff takes two names, of scenarios or of output folders of run, for example "
            "partnerships diff baseline_lsp talking_shop"
        )
    one, other = bare
    settings = [word for word in words if word not in bare]
    folders = [typed_path(name).is_dir() for name in bare]
    if all(folders):
        listed = ",".join(f"'{name}'" if "," in name else name for name in bare)
        return [*settings, f"runs=[{listed}]"]
    if any(folders):
        raise CommandError(f"{one} and {other} are not of one kind: name two scenarios, or two output folders of run")
    return [*settings, f"scenario={one}", f"with={{scenario:{other}}}"]


def subject(settings: DiffSettings, command: Command) -> str:
    """Return the name of the scenario, or nothing if the runs are those of two folders."""
    return "" if settings.runs else command.scenario().name


def work(settings: DiffSettings, command: Command) -> Results:
    """Live both runs, find where they part, and tell it."""
    one, other = _folders(settings, command) if settings.runs else _scenarios(settings, command)
    told = {side.name: _told(side) for side in (one, other)}
    ours, theirs = told.values()
    alone, labels = bodies_of_one_only(one.scenario, other.scenario), _labels(ours, theirs)
    changed, chance = settings_that_differ(one.scenario, other.scenario), chance_of(one, other)
    split = first_split(one, other)
    lines = [*_stale(one, ours, settings.runs), *_stale(other, theirs, settings.runs[1:])]
    lines += [words.settings_in_words(changed), words.chance_in_words(chance, alone, labels)]
    tables = {"settings.csv": changed, "chance.csv": chance}
    month, bodies = None, None
    if split is None:
        lines.append("They never part: whoever is in both holds the same in every month that both have.")
    else:
        month = "" if split.month == AT_LAUNCH else one.scenario.month_label(split.month)
        lines.append(words.split_in_words(month, split.step, split.says, split.differences, labels))
        bodies, measures = bodies_parted(ours, theirs), measures_parted(ours, theirs)
        lines += words.bodies_in_words(bodies, labels, labels_of(one.scenario) | labels_of(other.scenario))
        lines.append(words.measures_in_words(measures, SHOWN))
        tables |= {"split.csv": split.differences, "bodies.csv": bodies, "measures.csv": measures}
    names, states = reach(ours, theirs)
    name = " and ".join(dict.fromkeys(readable(side.scenario.name) for side in (one, other)))
    return Results(
        scenarios={side.name: side.scenario for side in (one, other)},
        seed=one.seed,
        replicates=range(one.replicate, one.replicate + 1),
        tables=tables,
        texts={"diff.txt": "\n".join(lines)},
        figures={
            "two_runs": partial(
                two_runs,
                {name: table.measures for name, table in told.items()},
                [labels[name] for name in names],
                states,
                parted=month or "",
                title=words.title_in_words(name, month, bodies),
            )
        },
        words=["\n".join(lines)],
    )


def _told(side: Side) -> Told:
    tied = tied_run(side.scenario, seed=side.seed, replicate=side.replicate)
    return Told(tied.history.measures, tied.history.partners, tied.choices)


def _labels(one: Told, other: Told) -> dict[str, str]:
    return short_names(list(dict.fromkeys([*one.partners["partner"], *other.partners["partner"]])))


# ------------------------------------------------------------------------ two scenarios


def _scenarios(settings: DiffSettings, command: Command) -> tuple[Side, Side]:
    """Return the scenario that is asked for, and the same with what else is."""
    if not settings.with_:
        raise CommandError(
            "with is missing: say what the other run has besides, for example 'with={levers.duty.attend:1}', "
            "or name two output folders of run with runs=[FOLDER,FOLDER]"
        )
    if command.case is not None and CASE in settings.with_:
        raise CommandError(
            "with: both runs are of one case; of two: "
            f"partnerships run case={settings.with_[CASE]} output=B, the other with output=A, then "
            "partnerships diff A B"
        )
    more = dict(settings.with_)
    name = more.pop("scenario", None)
    overrides = [_override(path, value) for path, value in more.items()]
    scenarios = [command.scenario(), command.scenario_with(overrides, name=name)]
    if command.sample is not None:
        scenarios = [command.sample.in_replicate(scenario, settings.replicate) for scenario in scenarios]
    one, other = (
        Side(name, scenario, settings.seed, settings.replicate)
        for name, scenario in zip((ONE, OTHER), scenarios, strict=True)
    )
    return one, other


def _override(path: str, value: Any) -> str:
    """Return a setting of with= as it is typed alone; seats that a board does not have are new to it."""
    return f"{'++' if path.startswith('board.members.') else ''}{path}={_typed(value)}"


def _typed(value: Any) -> str:
    """Return a value in the notation of the command line.

    >>> _typed([{"from": "2004-04", "levers": {"pooling_rate": 0.2}}])
    '[{from:2004-04,levers:{pooling_rate:0.2}}]'
    """
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{name}:{_typed(part)}" for name, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_typed, value)) + "]"
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


# -------------------------------------------------------------------------- two folders


def _folders(settings: DiffSettings, command: Command) -> tuple[Side, Side]:
    """Return the two runs whose output folders are named."""
    if len(settings.runs) != 2:
        raise CommandError(f"runs = [{','.join(settings.runs)}] is not allowed: name two output folders of run")
    if given := [*command.of_the_scenario, *(["with="] if settings.with_ else [])]:
        raise CommandError(f"{given[0]!r} and runs= cannot both be given: the folders say what their runs had")
    one, other = (_side(folder, name) for folder, name in zip(settings.runs, (ONE, OTHER), strict=True))
    return one, other


def _side(named: str, name: str) -> Side:
    """Return the run whose output is in a folder."""
    folder = typed_path(named)
    if (folder / PLACE_FILE).is_file() and not (folder / MANIFEST).is_file():
        raise CommandError(
            f"{named} is a case: partnerships run case={named} output=A, and so on, then partnerships diff A B"
        )
    unfit = CommandError(f"runs: {named!r} is no output folder of run: make one with partnerships run output={named}")
    try:
        record = read_manifest(folder)
    except CommandError:
        raise unfit from None
    if record["command"][1] != "run" or len(record["scenarios"]) != 1:
        raise unfit
    (scenario,) = recorded_scenarios(record["scenarios"], f"runs: {named!r}").values()
    return Side(name, scenario, record["seed"], record["replicates"]["first"])


def _stale(side: Side, told: Told, folders: tuple[str, ...]) -> list[str]:
    """Return a line if a run that is lived again is not what its folder holds: its code or files were others."""
    if not folders:
        return []
    kept = read_parquet(typed_path(folders[0]) / "trajectories.parquet")
    if kept.equals(told.measures.reset_index(drop=True)):
        return []
    return [
        f"{mid_sentence(side.name).capitalize()}, {folders[0]}, was made by another state of the code or of files of "
        "one's own: what follows is of both runs as they are lived now."
    ]
