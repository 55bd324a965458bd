"""Calibrate the uncertain parameters against the patterns of real partnerships.

Approximate Bayesian computation: what is known of a parameter beforehand is its prior, uniform on its
declared range; what is learnt is which parameter sets show the declared patterns. The distance of a set is
the sum of its misses, 0 for a pattern that lies inside its band by 5 % of the bound. Stages:

1. Prior: a Latin hypercube of draws from the priors is judged. The share that passes each pattern is told.
2. Population: the best of them are moved to ever lower tolerances (experiments/search/sequential_abc.py: adaptive
   sequential Monte Carlo), all weights equal. A set is given up as soon as it misses too much even
   without its worst pattern, which changes no answer.
3. Second judgement: up to here all sets were judged on one seed with few runs, so some of them were lucky. The
   population is judged again, on a new seed with more runs, and moved on in the same way. Its last members
   are the accepted sets.
4. Chosen set: the accepted one that misses least; of several, the one nearest their mean. It is run once more,
   on seeds that nothing was judged on before, and that scoreboard is what is reported, passed or failed.
   So are the accepted sets, on other new seeds.
5. Each pattern left out: sets that were judged on the way are chosen again by all other patterns.

No criterion is changed by the calibration. Libraries were tried:
pyABC 0.13 simulates one set at a time, three times the work of sets side by side in the ensemble; ELFI
0.8 takes many, but demands matplotlib below 3.9; both weight sets by importance, and with 85 parameters 200
sets are worth 11 after one such generation. SciPy does the designs, the tests and the search.

Generations are stored as they finish: the same command goes on with a calibration that was stopped.

Writes into the study folder: calibration.json and generations/ on the way; prior_shares.csv,
generations.csv, posterior.csv, parameters.csv, leave_one_out.csv, scoreboard.csv (chosen set),
scoreboard_accepted.csv, patterns.md, summary.txt, figures/ and manifest.json at the end; and
configs/behaviour/ with chosen.yaml and accepted.yaml, which other verbs take from there.

For example:
  partnerships calibrate
  partnerships calibrate prior_draws=4096 particles=512 study=studies/large
  partnerships calibrate leave_out=[P6] study=studies/without_p6
  partnerships compare --config-dir studies/calibration/configs behaviour=accepted
"""

from __future__ import annotations

import dataclasses
import hashlib
import math
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
from hydra.core.hydra_config import HydraConfig
from numpy.typing import NDArray
from omegaconf import DictConfig
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from analysis.patterns.calibration import (
    DUMMY,
    SAFETY,
    contraction_figure,
    contractions,
    left_out,
    misses_of,
    prior_against_posterior,
    prior_shares,
    tolerance_figure,
)
from analysis.patterns.criteria import scoreboard, scoreboard_of_sets
from analysis.patterns.figures import scoreboard_figure
from analysis.patterns.words import patterns_page, verdicts
from analysis.shared.plotting import save
from experiments.behaviours import SAMPLE
from experiments.compose import Names, verb_settings_of
from experiments.errors import CommandError
from experiments.files import replacing
from experiments.output.manifest import Question, write_manifest
from experiments.runs.patterns import (
    SETS_AT_ONCE,
    Declared,
    declared_patterns,
    judged,
    of_one,
    of_sets,
    pattern_batches,
)
from experiments.search.checkpoints import Store, begun
from experiments.search.sequential_abc import Course, Generation, after, from_prior, is_last, rng_of
from experiments.terminal import console, progress_bar
from experiments.verbs.patterns import LEFT_OUT, PRIOR_SHARES, print_scoreboard
from sim import PARAMETERS, Parameter
from sim.parameters import Behaviour, Real, Whole
from sim.scenario import nearest

Numbers = NDArray[np.float64]

DUMMIES = 10
"""Coordinates that nothing depends on, as a yardstick for what is learnt of the others."""

DIGITS = 4
"""Significant digits of accepted and chosen values: as they are written, so they are confirmed."""

AGAIN = "again"
"""Folder of the second judgement in the study."""

HOW_IT_IS_DONE = ("study", "threads", "figures", "second_runs", "confirming_runs", "sample")
"""Settings that do not change a generation."""


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class CalibrateSettings:
    """What can be set for a calibration; the defaults are in configs/calibrate.yaml."""

    study: str
    vary: Names
    leave_out: Names
    prior_draws: Annotated[Whole, Field(ge=8, le=1_000_000)]
    particles: Annotated[Whole, Field(ge=8, le=100_000)]
    tolerance: Annotated[Real, Field(ge=0.0, le=100.0)]
    generations: Annotated[Whole, Field(ge=0, le=990)]
    runs: Annotated[Whole, Field(ge=4, le=10_000)]
    second_runs: Annotated[Whole, Field(ge=4, le=10_000)]
    confirming_runs: Annotated[Whole, Field(ge=4, le=10_000)]
    sample: Annotated[Whole, Field(ge=1, le=10_000)]
    seed: Annotated[Whole, Field(ge=0)]
    threads: Annotated[Whole, Field(ge=1, le=1_024)] | None
    figures: bool


@dataclasses.dataclass(frozen=True)
class Judge:
    """Judges parameter sets by the patterns; the simulator of a calibration."""

    parameters: tuple[Parameter, ...]
    declared: Declared
    counted: NDArray[np.bool_]
    """Which patterns count."""
    runs: int
    seed: int
    threads: int | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the parameters that are varied."""
        return tuple(parameter.path.removeprefix("behaviour.") for parameter in self.parameters)

    @property
    def coordinates(self) -> tuple[str, ...]:
        """Return the names of all coordinates: the parameters, then dummies that the model never sees.

        How far the dummies stray from their prior is what a population of this size shows by chance.
        """
        return (*self.names, *(f"{DUMMY}{k}" for k in range(1, DUMMIES + 1)))

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the ids of the patterns."""
        return tuple(pattern.id for pattern in self.declared.patterns)

    def values(self, draws: Numbers) -> Numbers:
        """Return draws from the unit cube as values of the parameters, rounded to ``DIGITS``."""
        low, high = (np.array([getattr(p, end) for p in self.parameters], dtype=float) for end in ("low", "high"))
        exact = low + (high - low) * draws[:, : len(self.parameters)]
        rounded = np.array([[float(f"{value:.{DIGITS}g}") for value in row] for row in exact])
        return np.asarray(np.clip(rounded, low, high), dtype=np.float64)

    def behaviours(self, draws: Numbers) -> list[Behaviour]:
        """Return the behaviours that draws (n, parameters) from the unit cube stand for."""
        return [Behaviour(**dict(zip(self.names, map(float, row), strict=True))) for row in self.values(draws)]

    def distance(self, misses: Numbers) -> Numbers:
        """Return the sum of the misses of the patterns that count."""
        return np.asarray(misses[..., self.counted].sum(axis=-1))

    def __call__(self, draws: Numbers, limit: float) -> Numbers:
        """Return the misses (n, patterns) of draws; NaN for those given up because they exceed ``limit``."""

        def hopeless(margins: Numbers) -> NDArray[np.bool_]:
            missed = np.nan_to_num(misses_of(margins[:, self.counted]), nan=0.0)
            return np.asarray(missed.sum(axis=1) - missed.max(axis=1, initial=0.0) > limit)

        batches = pattern_batches(self.declared, runs=self.runs)
        found = []
        for first in range(0, len(draws), SETS_AT_ONCE):
            some = self.behaviours(draws[first : first + SETS_AT_ONCE])
            found.append(
                judged(
                    self.declared,
                    batches,
                    some,
                    seed=self.seed,
                    threads=self.threads,
                    hopeless=hopeless if math.isfinite(limit) else None,
                )
            )
        misses = misses_of(np.concatenate(found))
        misses[np.isnan(misses).any(axis=1)] = np.nan
        return misses


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a calibration comes to."""

    judge: Judge
    generations: list[Generation]
    again: list[Generation]
    """Those of the second judgement."""
    runs_again: int
    """Runs of the baseline at the second judgement."""
    chosen: Numbers
    """(parameters,) in the unit cube."""
    chosen_distance: float
    sample: Numbers
    """(sets, parameters) in the unit cube."""

    @property
    def judgements(self) -> tuple[list[Generation], list[Generation]]:
        """Return the generations of both judgements."""
        return self.generations, self.again

    @property
    def last(self) -> Generation:
        """Return the accepted population: the last generation of the second judgement."""
        return self.again[-1]

    @property
    def chosen_values(self) -> dict[str, float]:
        """Return the chosen value of every parameter that was varied."""
        return dict(zip(self.judge.names, map(float, self.judge.values(self.chosen[None, :])[0]), strict=True))


def task(config: DictConfig) -> None:
    """Calibrate as ``config`` says, or go on with it, print what came out and write the answers."""
    settings = verb_settings_of(config, CalibrateSettings)
    judge = _judge(settings)
    folder = Path(settings.study).expanduser().resolve()
    store = begun(folder, _asked(settings, judge), names=judge.coordinates, ids=judge.ids)
    question = Question(
        command=["partnerships", "calibrate", *HydraConfig.get().overrides.task],
        scenarios={b.name: b.scenarios[0] for b in pattern_batches(judge.declared, runs=settings.runs)},
        seed=settings.seed,
        replicates=range(settings.runs),
    )
    outcome = calibrated(judge, course_of(settings), settings, store)
    text = _write(outcome, settings, folder)
    write_manifest(folder, question, settings=dataclasses.asdict(settings))
    console().print(text)
    console().print(f"Answers are in {folder}", soft_wrap=True)


def _judge(settings: CalibrateSettings) -> Judge:
    declared = declared_patterns()
    ids = [pattern.id for pattern in declared.patterns]
    for id in settings.leave_out:
        if id not in ids:
            raise CommandError(f"leave_out: unknown pattern {id!r}{nearest(id, ids)}; known: {', '.join(ids)}")
    if set(settings.leave_out) >= set(ids):
        raise CommandError("leave_out leaves no pattern to calibrate against")
    return Judge(
        parameters=varied(settings.vary),
        declared=declared,
        counted=np.array([id not in settings.leave_out for id in ids]),
        runs=settings.runs,
        seed=settings.seed,
        threads=settings.threads,
    )


def varied(names: Sequence[str]) -> tuple[Parameter, ...]:
    """Return the uncertain parameters that are named, ``behaviour`` for all, in the order of declaration."""
    known = {name: p for name, p in PARAMETERS.items() if p.role == "uncertain" and name.startswith("behaviour.")}
    short = {name.removeprefix("behaviour."): name for name in known}
    asked = set()
    for name in names:
        full = short.get(name, name)
        if full not in known and name != "behaviour":
            raise CommandError(
                f"vary: unknown uncertain parameter {name!r}{nearest(name, short)}; see: partnerships list parameters"
            )
        asked |= set(known) if name == "behaviour" else {full}
    if not asked:
        raise CommandError("vary is empty: name behaviour, or some of its parameters")
    return tuple(p for name, p in known.items() if name in asked)


def _asked(settings: CalibrateSettings, judge: Judge) -> dict[str, Any]:
    """Return everything that decides the generations, beside the code of the model."""
    told = {name: value for name, value in dataclasses.asdict(settings).items() if name not in HOW_IT_IS_DONE}
    ranges = {name: [p.low, p.high, p.default] for name, p in zip(judge.names, judge.parameters, strict=True)}
    # Written out, dataclasses name every value that a pattern or an experiment declares.
    experiments = {name: repr(one) for name, one in judge.declared.experiments.items()}
    declared = hashlib.sha256(repr((experiments, judge.declared.patterns)).encode()).hexdigest()
    return {**told, "parameters": ranges, "declared_patterns": declared}


def course_of(settings: CalibrateSettings) -> Course:
    """Return how the population is moved."""
    return Course(
        prior_draws=max(settings.prior_draws, settings.particles),
        particles=settings.particles,
        tolerance=settings.tolerance,
        most_generations=settings.generations,
    )


def calibrated(judge: Judge, course: Course, settings: CalibrateSettings, store: Store) -> Outcome:
    """Return the outcome of a calibration, going on with the generations in ``store``."""

    def drawn() -> Generation:
        return from_prior(judge, course, dimensions=len(judge.coordinates), seed=judge.seed, distance=judge.distance)

    first = _moved(drawn, judge, course, store, "generations")
    finer = dataclasses.replace(judge, seed=judge.seed + 1, runs=settings.second_runs)
    asked = {"runs": finer.runs, "after": first[-1].number}
    finer_store = begun(store.folder / AGAIN, asked, names=judge.coordinates, ids=judge.ids)
    finer_course = dataclasses.replace(course, last_rounds=1)
    second = _moved(lambda: _judged_again(first[-1], finer), finer, finer_course, finer_store, "second judgement")
    last = second[-1]
    chosen, distance = _best(last, judge)
    _, firsts = np.unique(judge.values(last.draws), axis=0, return_index=True)
    distinct = last.draws[firsts]
    kept = rng_of(judge.seed, 10_000).permutation(len(distinct))[: settings.sample]
    return Outcome(
        judge, first, second, runs_again=finer.runs, chosen=chosen, chosen_distance=distance, sample=distinct[kept]
    )


def _moved(begin: Callable[[], Generation], judge: Judge, course: Course, store: Store, title: str) -> list[Generation]:
    """Return all generations of a population, from the stored ones on or from what ``begin`` returns."""
    generations = store.finished()
    with progress_bar(title, total=course.most_generations + course.last_rounds + 1) as advance:
        advance(len(generations))
        while not generations or not is_last(generations[-1], course):
            generations.append(
                after(generations[-1], judge, course, seed=judge.seed, distance=judge.distance)
                if generations
                else begin()
            )
            store.save(generations[-1])
            advance(1)
    return generations


def _judged_again(generation: Generation, judge: Judge) -> Generation:
    """Return a population as the first generation of another judge."""
    misses = judge(generation.draws, math.inf)
    return Generation(
        number=0,
        tolerance=float(judge.distance(misses).max()),
        draws=generation.draws,
        misses=misses,
        tried=generation.draws,
        tried_misses=misses,
        accepted=1.0,
        moves=0,
    )


def _passes(misses: Numbers, judge: Judge) -> NDArray[np.bool_]:
    """Return which sets (n, patterns) pass every pattern that counts."""
    return np.asarray((misses[:, judge.counted] <= SAFETY).all(axis=1))


def _best(generation: Generation, judge: Judge) -> tuple[Numbers, float]:
    """Return the best member of a population, and of several the one nearest its mean; and its distance."""
    distances = judge.distance(generation.misses)
    best = np.flatnonzero(distances <= distances.min())
    apart = ((generation.draws[best] - generation.draws.mean(axis=0)) ** 2).sum(axis=1)
    return generation.draws[best[int(apart.argmin())]], float(distances.min())


# ---------------------------------------------------------------------------- writing


def _write(outcome: Outcome, settings: CalibrateSettings, folder: Path) -> str:
    """Confirm the chosen set and the sample on new seeds, write every table, page and figure, return the summary."""
    judge, last = outcome.judge, outcome.last
    shares = prior_shares(outcome.generations[0].tried_misses, judge.ids)
    judged_in_full = np.concatenate([generation.tried_misses for generation in outcome.generations])
    counted = [id for id, counts in zip(judge.ids, judge.counted, strict=True) if counts]
    out = left_out(judged_in_full, judge.ids, tolerance=last.tolerance, counted=counted)
    parameters = contractions(last.draws, judge.coordinates, outcome.chosen_values)
    course = pd.concat(
        [course_table(moved, judge.distance).assign(judgement=k + 1) for k, moved in enumerate(outcome.judgements)],
        ignore_index=True,
    )
    course["generation"] = range(len(course))
    board, of_sample = _confirmed(outcome, settings)
    tables = {
        PRIOR_SHARES: shares,
        LEFT_OUT: out,
        "generations.csv": course,
        "parameters.csv": parameters,
        "posterior.csv": posterior_table(last, judge),
        "scoreboard.csv": board,
        "scoreboard_accepted.csv": of_sample,
    }
    for name, table in tables.items():
        with replacing(folder / name) as path:
            table.to_csv(path, index=False)
    _write_configs(outcome, folder / "configs" / "behaviour", settings)
    text = summary(outcome, board, of_sample, shares, parameters, course)
    (folder / "summary.txt").write_text(text + "\n", encoding="utf-8")
    page = patterns_page(
        board,
        command=_command(),
        says=[_how(), text],
        remarks=judge.declared.remarks,
        prior_shares=shares,
        left_out=out,
    )
    (folder / "patterns.md").write_text(page, encoding="utf-8")
    if settings.figures:
        _draw(outcome, board, of_sample, parameters, course, folder / "figures")
    print_scoreboard(board, title="Patterns, chosen set, on new seeds")
    return text


def _confirmed(outcome: Outcome, settings: CalibrateSettings) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the scoreboards of the chosen set and of the sample, on seeds that nothing was judged on before."""
    judge = outcome.judge
    chosen = judge.behaviours(outcome.chosen[None, :])[0]
    many = pattern_batches(judge.declared, runs=settings.confirming_runs)
    few = pattern_batches(judge.declared, runs=settings.runs)
    with_chosen = [
        dataclasses.replace(b, scenarios=tuple(dataclasses.replace(s, behaviour=chosen) for s in b.scenarios))
        for b in many
    ]
    sets = judge.behaviours(outcome.sample)
    total = sum(batch.runs for batch in many) + len(sets) * sum(batch.runs for batch in few)
    with progress_bar("confirming runs", total=total) as advance:
        found = of_one(with_chosen, seed=settings.seed + 2, threads=settings.threads, advance=advance)
        values = of_sets(judge.declared, few, sets, seed=settings.seed + 3, threads=settings.threads, advance=advance)
    board = scoreboard(judge.declared.patterns, found, seed=settings.seed)
    return board, scoreboard_of_sets(judge.declared.patterns, values)


def posterior_table(generation: Generation, judge: Judge) -> pd.DataFrame:
    """Return the accepted population: the values of its members, their weight, distance and miss of each pattern."""
    table = pd.DataFrame(judge.values(generation.draws), columns=list(judge.names))
    table.insert(0, "distance", judge.distance(generation.misses))
    table.insert(0, "weight", 1.0 / len(table))
    for id, column in zip(judge.ids, generation.misses.T, strict=True):
        table[f"miss_{id}"] = column
    return table


def course_table(generations: Sequence[Generation], distance: Callable[[Numbers], Numbers]) -> pd.DataFrame:
    """Return one row a generation: tolerance, best distance, steps accepted, sets simulated, given up, distinct."""
    return pd.DataFrame(
        {
            "generation": generation.number,
            "tolerance": generation.tolerance,
            "best": float(distance(generation.misses).min()),
            "simulated": len(generation.tried),
            "given_up": int(np.isnan(generation.tried_misses).any(axis=1).sum()),
            "accepted": generation.accepted,
            "moves": generation.moves,
            "distinct": generation.distinct,
        }
        for generation in generations
    )


def _write_configs(outcome: Outcome, folder: Path, settings: CalibrateSettings) -> None:
    """Write the chosen set and the sample as behaviours that other verbs take with --config-dir."""
    folder.mkdir(parents=True, exist_ok=True)
    made_by = f"# Chosen by: {_command()}\n"
    lines = [f"{name}: {value!r}\n" for name, value in outcome.chosen_values.items()]
    (folder / "chosen.yaml").write_text(made_by + "".join(lines), encoding="utf-8")
    values = outcome.judge.values(outcome.sample)
    pd.DataFrame(values, columns=list(outcome.judge.names)).to_csv(folder / "accepted.csv", index=False)
    told = (
        f"# {len(values)} parameter sets of equal weight, one a row; replicate r takes row r mod {len(values)}.\n"
        f"# Accepted by: {_command()}\n"
    )
    (folder / "accepted.yaml").write_text(f"{told}{SAMPLE}: accepted.csv\n", encoding="utf-8")


def summary(
    outcome: Outcome,
    board: pd.DataFrame,
    of_sample: pd.DataFrame,
    shares: pd.DataFrame,
    parameters: pd.DataFrame,
    course: pd.DataFrame,
) -> str:
    """Return what a calibration came to, in plain sentences, misses first of all."""
    last, judge = outcome.last, outcome.judge
    first = outcome.generations[-1]
    lucky = outcome.again[0]
    known = parameters[~parameters["parameter"].str.startswith(DUMMY)]
    moved = known[known["learnt"]]
    simulated = int(course["simulated"].sum())
    of_prior = shares.set_index("id")["share_of_prior_draws"]["all"]
    lines = [
        verdicts(board, behaviour="chosen"),
        f"{of_prior:.1%} of {len(outcome.generations[0].tried)} prior draws pass all patterns. The tolerance fell to "
        f"{first.tolerance:.3g} in {first.number} generations on the first seed. Judged again on a second one with "
        f"{outcome.runs_again} runs, {_passes(lucky.misses, judge).mean():.0%} of the population still pass them all. "
        f"There the tolerance fell to {last.tolerance:.3g} in {last.number} generations, and {last.distinct} of "
        f"{len(last.draws)} sets differ. {simulated:,} sets were simulated in all; the chosen one misses "
        f"{outcome.chosen_distance:.3g}.",
        f"The patterns say something about {len(moved)} of {len(known)} parameters: these strayed farther from their "
        f"priors than any of {DUMMIES} dummies that the model never sees{_named(moved)}.",
        verdicts(of_sample, behaviour="accepted"),
    ]
    return "\n\n".join(lines)


def _named(moved: pd.DataFrame) -> str:
    return f", most of all {', '.join(moved['parameter'].head(5))}" if len(moved) else ""


def _command() -> str:
    overrides = HydraConfig.get().overrides.task
    return " ".join(["partnerships calibrate", *(o for o in overrides if not re.match(r"(study|threads|figures)=", o))])


def _how() -> str:
    return (__doc__ or "").partition("\n\n")[2].partition("\n\nGenerations are stored")[0]


def _draw(
    outcome: Outcome,
    board: pd.DataFrame,
    of_sample: pd.DataFrame,
    parameters: pd.DataFrame,
    course: pd.DataFrame,
    folder: Path,
) -> None:
    draws, names = outcome.last.draws, outcome.judge.coordinates
    passed = board.drop_duplicates("id")["passed"]
    figures = {
        "prior_against_posterior": prior_against_posterior(draws, names, parameters),
        "parameters": contraction_figure(parameters),
        "tolerance": tolerance_figure(course),
        "scoreboard_chosen": scoreboard_figure(
            board, title=f"{passed.sum()} of {len(passed)} patterns, chosen set, new seeds"
        ),
        "scoreboard_accepted": scoreboard_figure(
            of_sample, title=f"Patterns over {len(outcome.sample)} accepted sets, new seeds"
        ),
    }
    for name, figure in figures.items():
        save(figure, folder / f"{name}.png")
