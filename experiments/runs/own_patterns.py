"""Reading patterns of one's own, and simulating what they read.

They are declared in one YAML file with two parts. ``experiments`` names what is simulated: a scenario, Hydra
overrides, whether over the 39 real places or in the scenario's own, and the share of the runs asked for
that is enough. ``patterns`` are as ``analysis.patterns.criteria`` describes them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from analysis.patterns.criteria import Experiments, Pattern, PatternError
from analysis.patterns.declaration import pattern_from
from analysis.patterns.scoreboard import pattern_margin, value_of
from experiments.behaviours import NumberSet
from experiments.compose import load_place, load_scenario
from experiments.errors import CommandError
from experiments.extensions import called_from_python, named_in, refuse_unnamed
from experiments.files import typed_path
from experiments.options import find, kept_for_a_folder, option_names
from experiments.own_yaml import read_yaml
from sim import Scenario, ScenarioError, place_names, simulate_ensemble, with_changes
from sim.parameters import Real
from sim.scenario import nearest, validated

FOLDER = "pattern"

_PARTS: Mapping[str, type] = {"experiments": dict, "patterns": list, "remarks": list}
_WRITTEN: Mapping[type, str] = {dict: "table with a name for each", list: "list"}

SETS_AT_ONCE = 32
"""Parameter sets that are simulated together: enough to fill the lanes of the compiled engine, and not the memory."""

REPLICATES_APART = 1000
"""Places of one experiment take replicates this far apart, so that they do not share their luck."""


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Experiment:
    """What is simulated for patterns."""

    scenario: str
    says: str = ""
    overrides: tuple[str, ...] = ()
    places: Literal["own", "real"] = "own"
    share_of_runs: Annotated[Real, Field(gt=0.0, le=1.0)] = 1.0


@dataclasses.dataclass(frozen=True)
class OwnPatterns:
    """Patterns and the experiments that they read, in the order in which they are worked off."""

    experiments: Mapping[str, Experiment]
    patterns: tuple[Pattern, ...]
    remarks: tuple[str, ...] = ()
    """What the page on patterns says about them."""

    def measures_of(self, experiment: str) -> tuple[str, ...]:
        """Return the measures that some pattern reads of an experiment or together with it."""
        findings = (finding for pattern in self.patterns for finding in pattern.findings)
        return tuple(dict.fromkeys(name for f in findings if experiment in f.experiments for name in f.measures))


@dataclasses.dataclass(frozen=True)
class Batch:
    """One experiment made ready: its scenarios (one a place), how many replicates each needs, what is read."""

    name: str
    scenarios: tuple[Scenario, ...]
    replicates: int
    measures: tuple[str, ...]

    @property
    def runs(self) -> int:
        """Return the number of runs for one parameter set."""
        return self.replicates * len(self.scenarios)


# ---------------------------------------------------------------------------- reading


@kept_for_a_folder
def own_patterns(of: str, changes: tuple[str, ...] = ()) -> OwnPatterns:
    """Return patterns of one's own: those of a YAML file, or of the name of one in ``configs/pattern``.

    ``changes`` are overrides that hold in every experiment, such as a case: months are checked against those it has.
    Raises CommandError, whose one line names the pattern, the value and what is allowed.
    """
    return _checked(_read(_path_of(of)), of=of, changes=changes)


def _path_of(of: str) -> Path:
    path = typed_path(of)
    if path.is_file():
        return path
    named = find(FOLDER, f"{of}.yaml")
    if named is not None:
        return named
    known = option_names(FOLDER)
    raise CommandError(f"of = {of!r} is neither a file nor one of {', '.join(known)}{nearest(of, known)}")


def _read(path: Path) -> dict[str, Any]:
    content = read_yaml(path)
    if set(content) - set(_PARTS):
        raise CommandError(f"of = {str(path)!r} is not allowed: it takes the parts {', '.join(_PARTS)}")
    read = {part: content.get(part) or kind() for part, kind in _PARTS.items()}
    for part, kind in _PARTS.items():
        if not isinstance(read[part], kind):
            raise CommandError(f"of = {str(path)!r}: {part} are not written as a {_WRITTEN[kind]}")
    return read


def _checked(content: Mapping[str, Any], *, of: str, changes: tuple[str, ...]) -> OwnPatterns:
    try:
        experiments = {
            str(name): validated(Experiment, dict(stated or {}), f"experiments.{name}.")
            for name, stated in content["experiments"].items()
        }
        scenarios = {name: scenario_of_experiment(one, changes) for name, one in experiments.items()}
        months = {name: scenario.months for name, scenario in scenarios.items()}
        starts = {name: scenario.start for name, scenario in scenarios.items()}
        patterns = tuple(
            pattern_from(stated, number, months=months, starts=starts)
            for number, stated in enumerate(content["patterns"])
        )
    except (ScenarioError, PatternError) as error:
        raise CommandError(f"of = {of!r}: {error}") from None
    read = {name for pattern in patterns for name in pattern.experiments}
    used = {name: one for name, one in experiments.items() if name in read}
    return OwnPatterns(used, patterns, tuple(map(str, content["remarks"])))


# -------------------------------------------------------------------------- simulating


@kept_for_a_folder
def scenario_of_experiment(experiment: Experiment, changes: tuple[str, ...] = ()) -> Scenario:
    """Return the scenario of an experiment, with overrides that hold for all (say, of the behaviour).

    Steps of one's own that the experiment itself names are code, and have to be among those overrides too.
    """
    with called_from_python(named_in(changes)):
        for extension in named_in(experiment.overrides):
            refuse_unnamed(extension, f"an experiment of {experiment.scenario}")
    return load_scenario(experiment.scenario, [*experiment.overrides, *changes])


def pattern_batches(declared: OwnPatterns, *, runs: int, changes: Sequence[str] = ()) -> tuple[Batch, ...]:
    """Return the experiments made ready, each with its share of ``runs`` runs over its places (at least one each)."""
    batches = []
    for name, experiment in declared.experiments.items():
        base = scenario_of_experiment(experiment, tuple(changes))
        over = _over_real_places(base) if experiment.places == "real" else (base,)
        replicates = max(1, round(experiment.share_of_runs * runs / len(over)))
        batches.append(Batch(name, over, replicates, declared.measures_of(name)))
    return tuple(batches)


def _over_real_places(scenario: Scenario) -> tuple[Scenario, ...]:
    real = place_names("recorded")
    return tuple(with_changes(scenario, place=load_place(name)) for name in real)


def simulated(
    batch: Batch, sets: Sequence[NumberSet], *, seed: int, threads: int | None = None
) -> dict[str, NDArray[np.float64]]:
    """Return what an experiment shows for each set of numbers: measure -> (sets, runs, months).

    Runs are ordered by place, then replicate.
    """
    places = [
        simulate_ensemble(
            [numbers.of(scenario) for numbers in sets],
            replicates=[REPLICATES_APART * number + r for r in range(batch.replicates)],
            seed=seed,
            measures=batch.measures,
            threads=threads,
        ).measures
        for number, scenario in enumerate(batch.scenarios)
    ]
    runs = np.concatenate(places, axis=1)
    return {name: runs[..., k] for k, name in enumerate(batch.measures)}


def judged(
    declared: OwnPatterns,
    batches: Sequence[Batch],
    sets: Sequence[NumberSet],
    *,
    seed: int,
    threads: int | None = None,
    hopeless: Callable[[NDArray[np.float64]], NDArray[np.bool_]] | None = None,
) -> NDArray[np.float64]:
    """Return the margins (sets, patterns) of sets of numbers, NaN where a set was given up before.

    Experiments are worked off one by one. After each of them ``hopeless``, if given, sees the margins so far
    (NaN where not known yet) and says which sets need not be simulated any further.
    """
    found = np.full((len(sets), len(declared.patterns)), np.nan)
    left = np.arange(len(sets))
    seen: dict[str, dict[str, NDArray[np.float64]]] = {}
    waiting = dict(enumerate(declared.patterns))
    for batch in batches:
        seen[batch.name] = simulated(batch, [sets[int(k)] for k in left], seed=seed, threads=threads)
        for k in [k for k, pattern in waiting.items() if set(pattern.experiments) <= set(seen)]:
            found[left, k] = pattern_margin(waiting.pop(k), seen)
        stays = np.ones(len(left), dtype=np.bool_) if hopeless is None else ~hopeless(found[left])
        left = left[stays]
        if not len(left):
            break
        wanted = {name for pattern in waiting.values() for name in pattern.experiments}
        seen = {name: {m: values[stays] for m, values in of.items()} for name, of in seen.items() if name in wanted}
    return found


def of_one(
    batches: Sequence[Batch], *, seed: int, threads: int | None = None, advance: Callable[[int], None]
) -> Experiments:
    """Return what patterns read of the behaviour that the batches' scenarios have, (runs, months) each."""
    gathered: dict[str, dict[str, NDArray[np.float64]]] = {}
    for batch in batches:
        found = simulated(batch, [NumberSet(batch.scenarios[0].behaviour)], seed=seed, threads=threads)
        gathered[batch.name] = {measure: values[0] for measure, values in found.items()}
        advance(batch.runs)
    return gathered


def of_sets(
    declared: OwnPatterns,
    batches: Sequence[Batch],
    sets: Sequence[NumberSet],
    *,
    seed: int,
    threads: int | None = None,
    advance: Callable[[int], None],
) -> NDArray[np.float64]:
    """Return the values (sets, findings) of all findings in the order of declaration, for each set of numbers."""
    findings = [finding for pattern in declared.patterns for finding in pattern.findings]
    values = np.full((len(sets), len(findings)), np.nan)
    for first in range(0, len(sets), SETS_AT_ONCE):
        some = slice(first, first + SETS_AT_ONCE)
        seen = {}
        for batch in batches:
            seen[batch.name] = simulated(batch, sets[some], seed=seed, threads=threads)
            advance(batch.runs * len(sets[some]))
        for k, finding in enumerate(findings):
            values[some, k] = value_of(finding, seen)
    return values
