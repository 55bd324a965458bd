"""Reading the declared patterns, and simulating their experiments with any of the model's free numbers.

``configs/pattern/declared/experiments.yaml`` says what is to be simulated. Runs of different experiments with the same
place and replicate share every draw. What cannot be simulated yet is told with its reason: an experiment that is to
come, a null model that is not built, a word that the month does not have.
"""

from __future__ import annotations

import copy
import dataclasses
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from analysis.patterns.criteria import Experiments, Finding, Numbers, Pattern, PatternError, Role
from analysis.patterns.declaration import Declaration, declaration_from
from analysis.patterns.derived import OF_MATRICES, Kept, missing_of, of_matrix, reads_of, words_from
from analysis.patterns.judging import Docket
from analysis.patterns.scoreboard import value_of
from experiments.behaviours import BY_HAND, NumberSet, split
from experiments.compose import load_place, load_scenario
from experiments.errors import CommandError
from experiments.options import find, kept_for_a_folder
from experiments.own_yaml import read_yaml
from experiments.runs.own_patterns import FOLDER, REPLICATES_APART
from experiments.runs.ties import MEETINGS, record_of
from experiments.surroundings import cores
from sim import (
    Month,
    Record,
    Scenario,
    ScenarioError,
    month_of,
    place_names,
    prepare_engine,
    simulate_ensemble,
    with_changes,
)
from sim.nulls import NULLS

DECLARED = "declared"
"""Folder, in the group of patterns, of those that are declared for the model."""

FILES = ("measures", "experiments", "nulls", "regimes", "patterns")

FITTED: tuple[Role, ...] = ("fit",)
"""Roles of the patterns that numbers may be fitted to."""

NOT_HELD_OUT: tuple[Role, ...] = ("fit", "input", "open")
"""Roles of patterns that may be looked at."""

REFOUNDED = "times_refounded"

DECLARED_RUNS = 400
"""Setting of a number of runs at which experiments have those that are declared for them."""

SETS_IN_A_TASK = 32
"""Sets of free numbers that a thread takes at a time: few enough that all have work, enough to fill the lanes."""

NUMBERS_DRAWN = (BY_HAND,)
"""Changes of experiments whose free numbers are all drawn: what ships as fitted must not decide what a fit is."""

OF_AN_EXTENSION = re.compile(r"[+~]*(extension=|own\.)")
"""An override that gives a month of one's own, or sets something in it."""

GROUPS: Mapping[str, str] = {"real_39": "recorded", "fund_88": "funded", "all_354": "all"}
"""Declared names for several places, and those under which the model knows them."""


@kept_for_a_folder
def declared_patterns() -> Declaration:
    """Return the patterns that the model has to show, and all that is declared with them.

    The parts stand in the files of ``configs/pattern/declared``. Raises CommandError, in one line.
    """
    content: dict[str, Any] = {}
    for name in FILES:
        path = find(FOLDER, f"{DECLARED}/{name}.yaml")
        if path is None:
            raise CommandError(f"{DECLARED}/{name}.yaml of the group {FOLDER} is missing")
        parts = read_yaml(path)
        if set(parts) & set(content):
            raise CommandError(f"{path} is not allowed: it takes parts with names that no other file has")
        content |= parts
    try:
        return declaration_from(content)
    except PatternError as error:
        raise CommandError(f"{FOLDER}/{DECLARED}: {error}") from None


def null_month(name: str) -> Month | None:
    """Return the month of a null model by the name that is declared, None if it is not built."""
    return NULLS.get(name)


# ------------------------------------------------------------------- what is simulated


@dataclasses.dataclass(frozen=True)
class Part:
    """Runs of an experiment in one place: its scenario, and the replicates."""

    scenario: Scenario
    replicates: tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class Prepared:
    """An experiment made ready: its parts, the words that are read of it, and the month that is lived."""

    name: str
    parts: tuple[Part, ...]
    words: tuple[str, ...]
    month: Month

    @property
    def runs(self) -> int:
        """Return the number of runs for one set of free numbers."""
        return sum(len(part.replicates) for part in self.parts)


@dataclasses.dataclass(frozen=True)
class Lived:
    """What an experiment shows of sets of free numbers, its runs ordered by place, then replicate."""

    words: Mapping[str, Numbers]
    """Word -> (sets, runs, months)."""
    months_named: Numbers
    """(sets, regimes): the share of all months of all runs that have each name, in the order of the month's naming."""
    refounded: Numbers
    """(sets,): the share of runs that were founded again."""


def docket_of(
    declared: Declaration, month: Month, *, roles: Collection[Role] = NOT_HELD_OUT, matrices: bool = True
) -> Docket:
    """Return the patterns in some roles, and why findings cannot be judged; those held out only if asked for.

    Without ``matrices`` words made of who trusts whom and who is tied to whom are not looked at.
    """
    patterns = tuple(pattern for pattern in declared.patterns if pattern.role in roles)
    reasons = {
        (pattern.id, number): reason
        for pattern in patterns
        for number, finding in enumerate(pattern.findings)
        if (reason := _reason(finding, declared, month, matrices=matrices))
    }
    return Docket(patterns, reasons)


def _reason(finding: Finding, declared: Declaration, month: Month, *, matrices: bool) -> str:
    """Return why a finding cannot be judged, '' if it can."""
    for name in finding.experiments:
        planned = declared.experiments[name]
        if planned.null_model and null_month(planned.null_model) is None:
            return f"the null model {planned.null_model} is not built"
    for word in finding.measures:
        if missing := missing_of(word, month.measures):
            return missing
        if word in OF_MATRICES and not matrices:
            return f"{word} needs the ties and trust of single runs, which are not looked at here"
    return ""


def stand_ins(declared: Declaration, names: Iterable[str]) -> list[str]:
    """Return what stands in for what was wanted in the named experiments, a sentence each."""
    told: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        if says := declared.experiments[name].stands_in:
            told.setdefault(says, []).append(name)
    return [f"{', '.join(of)}: {says}." for says, of in told.items()]


def declared_share(declared: Declaration, runs: int) -> Callable[[str], int]:
    """Return how many runs an experiment has, at least one, where ``DECLARED_RUNS`` stand for those declared for it."""
    return lambda name: max(1, round(runs / DECLARED_RUNS * declared.runs_of(name)))


def prepared(
    declared: Declaration,
    docket: Docket,
    *,
    changes: Sequence[str] = (),
    runs_of: Callable[[str], int],
    most_places: int | None = None,
    for_names: bool = False,
) -> tuple[Prepared, ...]:
    """Return the experiments that judged patterns read, made ready, and with ``for_names`` those that none reads.

    ``changes`` are overrides that hold in all. ``runs_of`` says about how many runs an experiment has, which places
    share evenly, at least one each; ``most_places`` spreads them over so many places at most.
    """
    findings = [finding for pattern in docket.judged for finding in pattern.findings]
    made = []
    for name, planned in declared.experiments.items():
        words = dict.fromkeys(word for f in findings if name in f.experiments for word in f.measures)
        if not words and not (for_names and planned.for_names):
            continue
        # An experiment about a null model is in that one, whatever else is tried.
        here = [change for change in changes if not (planned.null_model and OF_AN_EXTENSION.match(change))]
        scenario = load_scenario(planned.scenario, [*planned.overrides, *here])
        if (scenario.start, scenario.months) != (planned.start, planned.months):
            raise ScenarioError(
                f"experiment {name!r} has {scenario.months} months from {scenario.start}, but {planned.months} from "
                f"{planned.start} are declared: change experiments.yaml or the scenario"
            )
        null = null_month(planned.null_model) if planned.null_model else None
        parts = _parts(scenario, planned.places, runs=runs_of(name), most_places=most_places)
        made.append(Prepared(name, parts, tuple(words), null or month_of(scenario)))
    return tuple(made)


def _parts(scenario: Scenario, places: str, *, runs: int, most_places: int | None) -> tuple[Part, ...]:
    if places == "own":
        return (Part(scenario, tuple(range(runs))),)
    return _over_places(scenario, _places(places, most_places), runs=runs)


def _places(group: str, most: int | None) -> list[str]:
    """Return the places of a declared group, or so many of them, evenly spaced in their order."""
    names = place_names(GROUPS[group])
    if most is None or most >= len(names):
        return names
    return [names[int(number)] for number in np.linspace(0, len(names) - 1, most).round()]


def _over_places(scenario: Scenario, names: Sequence[str], *, runs: int) -> tuple[Part, ...]:
    each = max(1, round(runs / len(names)))
    return tuple(
        Part(with_changes(scenario, place=load_place(name)), _replicates(number, each))
        for number, name in enumerate(names)
    )


def _replicates(place: int, count: int) -> tuple[int, ...]:
    """Return the replicates of the place of that number, which share their luck with those of no other place."""
    return tuple(range(REPLICATES_APART * place, REPLICATES_APART * place + count))


# ------------------------------------------------------------------------- simulating


def lived(
    experiments: Sequence[Prepared],
    sets: Sequence[Mapping[str, float]],
    *,
    seed: int,
    threads: int | None = None,
    advance: Callable[[int], None] = lambda _: None,
) -> dict[str, Lived]:
    """Return what experiments show of sets of free numbers, each set replacing numbers of the scenarios' own.

    Places are worked off side by side, which changes no answer.
    """
    slices = [sets[first : first + SETS_IN_A_TASK] for first in range(0, len(sets), SETS_IN_A_TASK)]
    tasks = [(one, part, some) for one in experiments for part in one.parts for some in slices]

    def done(task: tuple[Prepared, Part, Sequence[Mapping[str, float]]]) -> Lived:
        return _lived_in(*task, seed=seed)

    for month in dict.fromkeys(one.month for one in experiments):
        prepare_engine(month)
    found: dict[str, list[Lived]] = {one.name: [] for one in experiments}
    with ThreadPoolExecutor(threads or cores()) as pool:
        answers = tuple(pool.map(done, tasks))
    for (one, part, some), answer in zip(tasks, answers, strict=True):
        found[one.name].append(answer)
        advance(len(part.replicates) * len(some))
    return {one.name: _together(one, found[one.name], slices=len(slices)) for one in experiments}


def with_numbers(scenario: Scenario, numbers: Mapping[str, float]) -> Scenario:
    """Return a scenario with other numbers by name, an extension's as ``own.name``.

    Those of behaviour may lie outside their priors, as where a mechanism is taken out.
    """
    others, own = split(numbers)
    behaviour = copy.copy(scenario.behaviour)
    for name, number in others.items():
        object.__setattr__(behaviour, name, number)
    return NumberSet(behaviour, own).of(scenario)


def _lived_in(one: Prepared, part: Part, sets: Sequence[Mapping[str, float]], *, seed: int) -> Lived:
    measures = tuple(dict.fromkeys((*reads_of(one.words, one.month.measures), REFOUNDED)))
    ensemble = simulate_ensemble(
        [with_numbers(part.scenario, numbers) for numbers in sets],
        replicates=part.replicates,
        seed=seed,
        measures=measures,
        threads=1,
        month=one.month,
    )
    kept = Kept(
        part.scenario,
        {name: ensemble.measures[..., number] for number, name in enumerate(measures)},
        ensemble.regimes,
        ensemble.regime_names,
    )
    named = [(ensemble.regimes == number).mean(axis=(1, 2)) for number in range(len(ensemble.regime_names))]
    refounded = (kept.measures[REFOUNDED][..., -1] > 0.0).mean(axis=1)
    return Lived(words_from(one.words, kept), np.stack(named, axis=-1), refounded)


def _together(one: Prepared, answers: Sequence[Lived], *, slices: int) -> Lived:
    """Return what the parts of an experiment show together; of each part there are ``slices`` answers, in turn."""
    parts = [_of_all_sets(answers[first : first + slices]) for first in range(0, len(answers), slices)]
    weights = [len(part.replicates) for part in one.parts]
    return Lived(
        {word: np.concatenate([part.words[word] for part in parts], axis=1) for word in parts[0].words},
        np.average([part.months_named for part in parts], axis=0, weights=weights),
        np.average([part.refounded for part in parts], axis=0, weights=weights),
    )


def _of_all_sets(slices: Sequence[Lived]) -> Lived:
    if len(slices) == 1:
        return slices[0]
    return Lived(
        {word: np.concatenate([one.words[word] for one in slices]) for word in slices[0].words},
        np.concatenate([one.months_named for one in slices]),
        np.concatenate([one.refounded for one in slices]),
    )


# ------------------------------------------------------- who trusts and is tied to whom


def with_matrices(
    pattern: Pattern,
    experiments: Sequence[Prepared],
    found: Mapping[str, Mapping[str, Numbers]],
    *,
    runs: int,
    seed: int,
) -> Experiments:
    """Return what a pattern reads of the first ``runs`` runs, words made of matrices among it."""
    seen: dict[str, dict[str, Numbers]] = {}
    for one in experiments:
        if one.name not in pattern.experiments:
            continue
        few = {word: values[:runs] for word, values in found[one.name].items()}
        asked = [word for word in one.words if word in OF_MATRICES]
        if asked:
            months = _months_read([f for f in pattern.findings if one.name in f.experiments])
            few |= _words_of_matrices(one, asked, months=months, runs=runs, seed=seed)
        seen[one.name] = few
    return seen


def reads_matrices(pattern: Pattern) -> bool:
    """Return whether a pattern reads who trusts or is tied to whom."""
    return any(word in OF_MATRICES for finding in pattern.findings for word in finding.measures)


def _months_read(findings: Iterable[Finding]) -> tuple[int, ...]:
    """Return the months of which matrices are read."""
    months: set[int] = set()
    for finding in findings:
        windows = [finding.months, *finding.at]
        for window in windows:
            if not isinstance(window, str):
                first, last = (window, window) if isinstance(window, int) else window
                months |= set(range(first, last + 1))
    return tuple(sorted(months))


def _words_of_matrices(
    one: Prepared, asked: Sequence[str], *, months: Sequence[int], runs: int, seed: int
) -> dict[str, Numbers]:
    """Return word -> (runs, months), NaN in all but the months asked for."""
    length = one.parts[0].scenario.months
    rows: dict[str, list[Numbers]] = {word: [] for word in asked}
    for part in one.parts:
        chosen = part.replicates[: max(0, runs - len(rows[asked[0]]))]
        if chosen:
            seen = simulate_ensemble(
                [part.scenario], replicates=chosen, seed=seed, record=MEETINGS, months=months, month=one.month
            )
            for number, replicate in enumerate(chosen):
                for word in asked:
                    rows[word].append(_of_a_run(word, record_of(seen), number, months, length, seed=replicate))
    return {word: np.stack(found) for word, found in rows.items()}


def _of_a_run(word: str, record: Record, run: int, months: Sequence[int], length: int, *, seed: int) -> Numbers:
    """Return a word of one run of the first scenario, month by month, NaN in all but the months that were kept."""
    values = np.full(length, np.nan)
    for place, month in enumerate(months):
        there = record["is_member"][0, run, place] > 0.0
        values[month] = of_matrix(word, record[OF_MATRICES[word]][0, run, place][np.ix_(there, there)], seed=seed)
    return values


# ---------------------------------------------------------------------------- judging


def seen_of(
    docket: Docket,
    experiments: Sequence[Prepared],
    sets: Sequence[Mapping[str, float]],
    *,
    seed: int,
    matrix_runs: int,
    threads: int | None = None,
    advance: Callable[[int], None] = lambda _: None,
) -> list[dict[str, Experiments]]:
    """Return what each judged pattern reads of sets of free numbers: id -> experiment -> word -> (runs, months).

    A pattern that reads who trusts or is tied to whom reads the first ``matrix_runs`` runs of its experiments.
    """
    found = lived(experiments, sets, seed=seed, threads=threads, advance=advance)
    return [
        _seen_of_set(docket, experiments, numbers, _of_set(found, number), matrix_runs=matrix_runs, seed=seed)
        for number, numbers in enumerate(sets)
    ]


def values_of_sets(
    docket: Docket,
    experiments: Sequence[Prepared],
    sets: Sequence[Mapping[str, float]],
    *,
    seed: int,
    matrix_runs: int,
    threads: int | None = None,
    advance: Callable[[int], None] = lambda _: None,
) -> Numbers:
    """Return the values (sets, findings) of all judged findings in order, as ``scoreboard_of_sets`` takes them."""
    values = []
    for first in range(0, len(sets), SETS_IN_A_TASK):
        some = sets[first : first + SETS_IN_A_TASK]
        for seen in seen_of(
            docket, experiments, some, seed=seed, matrix_runs=matrix_runs, threads=threads, advance=advance
        ):
            values.append([float(value_of(f, seen[p.id])) for p in docket.judged for f in p.findings])
    return np.array(values)


def _of_set(found: Mapping[str, Lived], number: int) -> Mapping[str, Mapping[str, Numbers]]:
    return {name: {word: values[number] for word, values in one.words.items()} for name, one in found.items()}


def _seen_of_set(
    docket: Docket,
    experiments: Sequence[Prepared],
    numbers: Mapping[str, float],
    found: Mapping[str, Mapping[str, Numbers]],
    *,
    matrix_runs: int,
    seed: int,
) -> dict[str, Experiments]:
    changed = [dataclasses.replace(one, parts=tuple(_with(part, numbers) for part in one.parts)) for one in experiments]
    return {
        pattern.id: with_matrices(pattern, changed, found, runs=matrix_runs, seed=seed)
        if reads_matrices(pattern)
        else found
        for pattern in docket.judged
    }


def _with(part: Part, numbers: Mapping[str, float]) -> Part:
    return dataclasses.replace(part, scenario=with_numbers(part.scenario, numbers))
