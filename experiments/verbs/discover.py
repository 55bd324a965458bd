"""Find the conditions that lead to a regime, or to a high or low measure, in a finished study.

Looks for a box: limits on a few parameters within which most draws are of interest (PRIM), tries it on
random halves of the draws, and grows a decision tree as a check. A study with many draws all over the
ranges serves best: partnerships sweep with design=latin_hypercube (the default), random or sobol.

Writes into the output folder: box.csv (limits, quasi-p-values, how often found again), quality.csv
(coverage, density and mass with intervals, and on draws that were not seen), peeling.csv, resamples.csv,
cases.csv (each draw: value, of interest, in the box, what the tree says), tree.txt, figures/, words.txt
and manifest.json. Needs: pip install 'local-partnerships[explore]'.

For example:
  partnerships sweep study=studies/levers draws=512
  partnerships discover study=studies/levers regime=single_agency_domination
  partnerships discover study=studies/levers regime=single_agency_domination share=0.8 density=0.9
  partnerships discover study=studies/levers measure=outcome above=0.2 vary=[levers.duty,leadership]
  partnerships discover study=studies/levers measure=months_talking_shop above=36
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, Any

import pandas as pd
from matplotlib.figure import Figure
from pydantic import Field

from analysis.discovery.figures import box_limits, trade_off, tree_figure
from analysis.discovery.tables import (
    Box,
    Tree,
    agreement,
    box_summary,
    box_table,
    find_box,
    found_again,
    grow_tree,
    inside,
    interesting,
    refuse_too_few,
    resampled_boxes,
    tree_rules,
)
from analysis.discovery.words import discovery_words
from analysis.shared.libraries import library
from analysis.shared.outcomes import REGIME_NAMES, Outcome, outcome_of
from experiments.command import Command
from experiments.errors import CommandError
from experiments.files import read_parquet, typed_path
from experiments.output.frame import Results
from experiments.settings import Figures, Names, Seed, checked
from experiments.study import plans, store
from experiments.study.designs import DRAW
from experiments.study.outcomes import study_outcomes
from experiments.study.plans import Study
from experiments.study.standing import runs_left
from experiments.surroundings import cores
from experiments.terminal import progress_bar
from sim.parameters import Whole
from sim.scenario import nearest

CELLS_WORTH_PROCESSES = 20_000
"""Draws times parameters above which a box takes longer to find than a process to start."""

Share = Annotated[float, Field(gt=0.0, le=1.0)]


@checked
class DiscoverSettings:
    """What can be set; the defaults are in configs/discover.yaml."""

    study: str | None
    regime: str | None
    share: Share
    measure: str | None
    above: float | None
    below: float | None
    in_scenario: str | None
    vary: Names | None
    density: Share | None
    resamples: Annotated[Whole, Field(ge=0, le=1_000)]
    depth: Annotated[Whole, Field(ge=1, le=8)]
    seed: Seed
    figures: Figures
    output: str | None
    overwrite: bool


@dataclasses.dataclass(frozen=True)
class Interest:
    """Which draws are of interest."""

    outcome: Outcome
    above: float | None
    below: float | None

    @property
    def label(self) -> str:
        """Return it in words."""
        ends = [("at least", self.above), ("at most", self.below)]
        if self.outcome.is_regime:
            shares = " and ".join(f"{word} {100 * end:g} %" for word, end in ends if end is not None)
            return f"{self.outcome.label} in {shares} of the runs"
        amounts = " and ".join(f"{word} {end:g}" for word, end in ends if end is not None)
        return f"{self.outcome.label} {amounts}".replace("-", "−")


@dataclasses.dataclass(frozen=True)
class Discovery:
    """What scenario discovery comes to."""

    draws: pd.DataFrame
    value: pd.Series
    wanted: pd.Series
    box: Box
    table: pd.DataFrame
    summary: pd.DataFrame
    resampled: pd.DataFrame
    tree: Tree


def work(settings: DiscoverSettings, command: Command) -> Results:
    """Look for the conditions that the settings ask about."""
    interest = _interest(settings)
    study = _finished_study(settings.study)
    scenario = _scenario(study, settings.in_scenario)
    for name in ("ema_workbench", "sklearn"):  # say at once if one is missing
        library(name, purpose="discover", extra="explore")
    try:
        found = _discovered(study, scenario, interest, settings)
    except ValueError as error:
        raise CommandError(f"{interest.label}: {error}") from None
    within = inside(found.draws, found.box.limits)
    words = discovery_words(
        f"{interest.label} ({scenario})",
        found.wanted,
        found.table,
        found.summary,
        tree=found.tree,
        alike=agreement(found.tree, within),
        resamples=len(found.resampled),
    )
    cases = found.draws.assign(value=found.value, of_interest=found.wanted, in_box=within, in_tree=found.tree.predicted)
    return Results(
        scenarios={scenario: study.scenarios[scenario]},
        seed=study.settings["seed"],
        replicates=range(study.settings["replicates"]),
        tables={
            "box.csv": found.table,
            "quality.csv": found.summary,
            "peeling.csv": found.box.trajectory,
            "resamples.csv": found.resampled,
            "cases.csv": cases.reset_index(),
        },
        texts={"tree.txt": tree_rules(found.tree), "words.txt": words.rstrip()},
        figures=_figures(found, title=interest.label),
        words=[words],
        record=plans.drawn(study) | {plans.ASKED: study.asked},
    )


def _figures(found: Discovery, *, title: str) -> dict[str, Callable[[], Figure]]:
    figures: dict[str, Callable[[], Figure]] = {
        "coverage_density": partial(trade_off, found.box, found.summary, title=title),
        "tree": partial(tree_figure, found.tree, title=title),
    }
    if not found.table.empty:
        figures["box"] = partial(box_limits, found.table, found.draws, found.wanted, title=title)
    return figures


def _interest(settings: DiscoverSettings) -> Interest:
    """Return what makes a draw interesting; raise CommandError if that is not clear."""
    if (settings.regime is None) == (settings.measure is None):
        raise CommandError("say what is of interest: regime=talking_shop, or measure=outcome with above= or below=")
    if settings.regime is not None:
        name = settings.regime.replace(" ", "_").replace("-", "_")
        if name not in REGIME_NAMES:
            known = ", ".join(REGIME_NAMES)
            raise CommandError(f"regime = {settings.regime!r} is unknown{nearest(name, REGIME_NAMES)}; known: {known}")
        if settings.above is not None or settings.below is not None:
            raise CommandError("above and below go with measure=; for a regime set share=, between 0 and 1")
        return Interest(outcome_of(name), above=settings.share, below=None)
    try:
        outcome = outcome_of(str(settings.measure))
    except ValueError as error:
        raise CommandError(f"measure: {error}") from None
    low, high = settings.above, settings.below
    if low is None and high is None:
        raise CommandError(f"measure={settings.measure} needs a threshold: above=, below=, or both")
    if low is not None and high is not None and low > high:
        raise CommandError(f"above = {low:g} and below = {high:g} leave nothing between them")
    return Interest(outcome, above=low, below=high)


def _finished_study(name: str | None) -> Study:
    """Return the study in a folder; raise CommandError if there is none or it is not finished."""
    if name is None:
        raise CommandError("study is missing: name the folder of a finished study, for example study=studies/levers")
    folder = typed_path(name).resolve()
    if not plans.is_study(folder):
        raise CommandError(
            f"study = {name!r} holds no study (no {plans.PLAN}); make one: partnerships sweep study={name}"
        )
    study = plans.open_study(folder)
    left = runs_left(study)
    if left or not store.is_assembled(study):
        what = f"{left:,} of {study.runs:,} runs are left" if left else "its results are not put together"
        raise CommandError(
            f"study = {name!r} is not finished ({what}): go on with it first: partnerships sweep study={name}"
        )
    plans.announce_other_code(study)
    return study


def _scenario(study: Study, name: str | None) -> str:
    """Return the scenario of a study that is meant; raise CommandError if that is not clear."""
    known = list(study.scenarios)
    if name is None and len(known) == 1:
        return known[0]
    if name not in known:
        asked = "is missing" if name is None else f"= {name!r} is not in this study{nearest(name, known)}"
        raise CommandError(f"in_scenario {asked}: choose one of {', '.join(known)}")
    return name


# -------------------------------------------------------------------------- discovering


def _discovered(study: Study, scenario: str, interest: Interest, settings: DiscoverSettings) -> Discovery:
    """Return box, tree and what they rest on; raise ValueError if the draws cannot be told apart."""
    drawn = _parameters(study, settings.vary)
    table = study_outcomes(study, [interest.outcome.name])
    value, wanted = interesting(table[table["scenario"] == scenario], above=interest.above, below=interest.below)
    refuse_too_few(wanted)
    draws = drawn.loc[wanted.index]
    with progress_bar("boxes", total=1 + settings.resamples) as advance:
        box = find_box(draws, wanted, density=settings.density)
        advance(1)
        resampled = resampled_boxes(
            draws,
            wanted,
            resamples=settings.resamples,
            density=settings.density,
            seed=settings.seed,
            workers=cores() if draws.size >= CELLS_WORTH_PROCESSES else 1,
            advance=advance,
        )
    ranges = _ranges(study, draws)
    return Discovery(
        draws=draws,
        value=value,
        wanted=wanted,
        box=box,
        table=box_table(draws, wanted, box, ranges, kept=found_again(resampled)),
        summary=box_summary(draws, wanted, box, resampled),
        resampled=resampled,
        tree=grow_tree(draws, wanted, depth=settings.depth, seed=settings.seed),
    )


def _parameters(study: Study, vary: Sequence[str] | None) -> pd.DataFrame:
    """Return the draws of a study by number, with the parameters that are looked at."""
    draws = read_parquet(study.folder / plans.DRAWS).set_index(DRAW)
    if draws.isna().to_numpy().any():
        raise CommandError(
            f"study = {str(study.folder)!r} changes one parameter at a time: it takes draws all over the ranges, for "
            f"example design=latin_hypercube"
        )
    if vary is None:
        return draws
    chosen = []
    for name in vary:
        inside_group = [path for path in draws if path == name or str(path).startswith(f"{name}.")]
        if not inside_group:
            raise CommandError(
                f"vary: {name} was not varied in this study{nearest(name, [str(path) for path in draws])}"
            )
        chosen += inside_group
    return draws[list(dict.fromkeys(chosen))]


def _ranges(study: Study, draws: pd.DataFrame) -> dict[str, Sequence[Any]]:
    """Return the range of each parameter: as it was asked for, or that of the draws of a table."""
    asked = study.settings.get("parameters", {})
    found: dict[str, Sequence[Any]] = {}
    for name in map(str, draws):
        values = draws[name]
        numeric = pd.api.types.is_numeric_dtype(values)
        seen = [float(values.min()), float(values.max())] if numeric else sorted(map(str, values.unique()))
        found[name] = asked.get(name, seen)
    return found
