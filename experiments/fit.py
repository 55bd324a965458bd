"""Choose behaviour parameters by a documented search over their priors.

A Latin hypercube of draws from the priors (the declared ranges of the uncertain parameters; the values
in force are one of the draws) is set against the declared patterns. From the best of them differential
evolution (Storn and Price 1997, SciPy) goes on to reduce the sum of shortfalls. The chosen set is run
again on seeds that the search never saw, and that scoreboard is what is reported, passed or failed.
No criterion is changed by the search.

Writes prior_draws.csv, prior_shares.csv, chosen.yaml (for the behaviour group of configs), scoreboard.csv,
patterns.md and manifest.json.

For example:
  partnerships fit
  partnerships fit draws=1000 generations=60 runs=80 output=outputs/fit_large
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Annotated

import numpy as np
import pandas as pd
from hydra.core.hydra_config import HydraConfig
from numpy.typing import NDArray
from omegaconf import DictConfig, OmegaConf
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass
from scipy import optimize
from scipy.stats import qmc

from analysis.patterns import MEASURES_READ, PATTERNS, Experiments, margins, scoreboard
from experiments.answers import answer_folder, output_folder
from experiments.compose import verb_settings_of
from experiments.manifest import Question, write_manifest
from experiments.pattern_runs import Batch, pattern_batches
from experiments.printing import console, plain_table, progress_bar
from sim import PARAMETERS, Parameter, Scenario, simulate_ensemble
from sim.parameters import Whole

SAFETY = 0.05
"""How far inside its band a pattern has to lie, as a share of the bound, to count as nothing to improve."""

REPLICATES_APART = 1000
"""Places of one batch take replicates this far apart, so that they do not share their luck."""


def uncertain_parameters() -> list[Parameter]:
    """Return the parameters that are searched, in the order of declaration."""
    return [parameter for parameter in PARAMETERS.values() if parameter.role == "uncertain"]


def prior_draws(n: int, *, seed: int) -> NDArray[np.float64]:
    """Return a Latin hypercube of ``n`` draws (n, parameters) from the priors, uniform on each range."""
    searched = uncertain_parameters()
    unit = qmc.LatinHypercube(d=len(searched), rng=seed).random(n)
    return np.asarray(qmc.scale(unit, [p.low for p in searched], [p.high for p in searched]))


def experiments_of(
    draws: NDArray[np.float64], batches: Sequence[Batch], *, seed: int, threads: int | None = None
) -> list[Experiments]:
    """Return what the patterns read, for each row of ``draws`` (draws, parameters)."""
    gathered: list[dict[str, dict[str, NDArray[np.float64]]]] = [{} for _ in draws]
    for batch in batches:
        # (draws, replicates, months, measures), place after place
        places = [
            simulate_ensemble(
                [_with_behaviour(scenario, row) for row in draws],
                replicates=[REPLICATES_APART * number + r for r in range(batch.replicates)],
                seed=seed,
                measures=MEASURES_READ,
                threads=threads,
            ).measures
            for number, scenario in enumerate(batch.scenarios)
        ]
        runs = np.concatenate(places, axis=1)
        for found, of_draw in zip(gathered, runs, strict=True):
            found[batch.name] = {name: of_draw[:, :, k] for k, name in enumerate(MEASURES_READ)}
    return list(gathered)


def _with_behaviour(scenario: Scenario, row: NDArray[np.float64]) -> Scenario:
    names = [parameter.path.removeprefix("behaviour.") for parameter in uncertain_parameters()]
    values = {name: float(value) for name, value in zip(names, row, strict=True)}
    return dataclasses.replace(scenario, behaviour=dataclasses.replace(scenario.behaviour, **values))


def shortfall(found: Mapping[str, float]) -> float:
    """Return how much the patterns miss in all: 0 when each lies inside its band by ``SAFETY``."""
    return float(sum(min(1.0 + SAFETY, max(0.0, SAFETY - margin)) for margin in found.values()))


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class FitSettings:
    """What can be set for a search; the defaults are in configs/fit.yaml."""

    draws: Annotated[Whole, Field(ge=8, le=100_000)]
    population: Annotated[Whole, Field(ge=8, le=1_000)]
    generations: Annotated[Whole, Field(ge=0, le=10_000)]
    runs: Annotated[Whole, Field(ge=4, le=10_000)]
    confirming_runs: Annotated[Whole, Field(ge=4, le=10_000)]
    seed: Annotated[Whole, Field(ge=0)]
    threads: Annotated[Whole, Field(ge=1, le=1_024)] | None
    output: str | None
    overwrite: bool


@dataclasses.dataclass(frozen=True)
class Fit:
    """What a search comes to."""

    prior: pd.DataFrame
    """One row a prior draw: its parameters, the margin of each pattern as ``margin_P1`` …, the shortfall."""
    chosen: dict[str, float]
    """The chosen value of every uncertain parameter."""
    scoreboard: pd.DataFrame
    """The patterns on the chosen set, on seeds that the search never saw."""


def task(config: DictConfig) -> None:
    """Search as ``config`` says, print the scoreboard and write the answers."""
    settings = verb_settings_of(config, FitSettings)
    target = output_folder(settings.output, verb="fit")
    question = Question(
        command=["partnerships", "fit", *HydraConfig.get().overrides.task],
        scenarios={batch.name: batch.scenarios[0] for batch in pattern_batches(runs=settings.runs)},
        seed=settings.seed,
        replicates=range(settings.runs),
    )
    with answer_folder(target, overwrite=settings.overwrite) as folder:
        fit = search(settings)
        shares = prior_shares(fit.prior)
        fit.prior.to_csv(folder / "prior_draws.csv", index=False)
        shares.to_csv(folder / "prior_shares.csv", index=False)
        fit.scoreboard.to_csv(folder / "scoreboard.csv", index=False)
        (folder / "patterns.md").write_text(patterns_page(fit.scoreboard, shares, settings), encoding="utf-8")
        (folder / "chosen.yaml").write_text(OmegaConf.to_yaml(OmegaConf.create(fit.chosen)), encoding="utf-8")
        write_manifest(folder, question, settings=dataclasses.asdict(settings))
    _print(fit.scoreboard)
    console().print(f"Answers are in {target}")


def search(settings: FitSettings) -> Fit:
    """Return the outcome of a search: prior draws, evolution from the best, confirmation on new seeds."""
    batches = pattern_batches(runs=settings.runs)
    names = [parameter.path.removeprefix("behaviour.") for parameter in uncertain_parameters()]
    drawn = prior_draws(settings.draws, seed=settings.seed)
    drawn[0] = [parameter.default for parameter in uncertain_parameters()]
    steps = settings.draws // settings.population + 1 + settings.generations
    with progress_bar("searching", total=steps) as advance:

        def judged(draws: NDArray[np.float64]) -> list[dict[str, float]]:
            found = [
                margins(experiments)
                for part in np.array_split(draws, max(1, len(draws) // settings.population))
                for experiments in experiments_of(part, batches, seed=settings.seed, threads=settings.threads)
            ]
            advance(max(1, len(draws) // settings.population))
            return found

        of_prior = judged(drawn)
        shortfalls = np.array([shortfall(found) for found in of_prior])
        best = drawn[np.argsort(shortfalls, kind="stable")[: settings.population]]
        evolved = optimize.differential_evolution(
            lambda columns: np.array([shortfall(found) for found in judged(np.atleast_2d(columns.T))]),
            bounds=[(p.low, p.high) for p in uncertain_parameters()],
            init=best,
            maxiter=settings.generations,
            mutation=(0.3, 0.8),
            recombination=0.5,
            rng=settings.seed,
            polish=False,
            tol=0.0,
            vectorized=True,
            updating="deferred",
        )
    rounded = np.array([float(f"{value:.4g}") for value in evolved.x])
    confirming = pattern_batches(runs=settings.confirming_runs)
    confirmed = experiments_of(rounded[None, :], confirming, seed=settings.seed + 1, threads=settings.threads)[0]
    prior = pd.DataFrame(drawn, columns=names)
    for pattern in PATTERNS:
        prior[f"margin_{pattern.id}"] = [found[pattern.id] for found in of_prior]
    prior["shortfall"] = shortfalls
    return Fit(prior=prior, chosen=dict(zip(names, rounded.tolist(), strict=True)), scoreboard=scoreboard(confirmed))


def prior_shares(prior: pd.DataFrame) -> pd.DataFrame:
    """Return the share of prior draws that pass each pattern, and all of them (id ``all``)."""
    passed = pd.DataFrame({pattern.id: prior[f"margin_{pattern.id}"] >= 0.0 for pattern in PATTERNS})
    passed["all"] = passed.all(axis=1)
    return passed.mean().rename_axis("id").reset_index(name="share_of_prior_draws")


def _print(board: pd.DataFrame) -> None:
    table = plain_table("The patterns on the chosen set, on new seeds")
    for column in ("id", "what", "value", "band", "pattern"):
        table.add_column(column, justify="right" if column == "value" else "left")
    for row in board.to_dict("records"):
        verdict = "passed" if row["passed"] else "FAILED"
        table.add_row(row["id"], row["what"], f"{row['value']:.3f}", _band(row["low"], row["high"]), verdict)
    console().print(table)


def _band(low: float, high: float) -> str:
    """Return a band in words: 'at most 2', '0.2 to 0.6', '4 or more'."""
    if np.isinf(low):
        return f"at most {high:g}"
    return f"{low:g} or more" if np.isinf(high) else f"{low:g} to {high:g}"


def patterns_page(board: pd.DataFrame, shares: pd.DataFrame, settings: FitSettings) -> str:
    """Return the page on what the chosen set reproduces and what it misses, in Markdown."""
    by_id = shares.set_index("id")["share_of_prior_draws"]
    patterns = board.drop_duplicates("id")
    failed = patterns.loc[~patterns["passed"], "id"].tolist()
    verdict = "All of them pass." if not failed else f"**Not reproduced: {', '.join(failed)}.**"
    lines = [
        "# Patterns of real partnerships, and whether the model shows them",
        "",
        f"{len(patterns)} patterns were declared, with their criteria, before any parameter was fitted. {verdict}",
        f"Of the prior draws {by_id['all']:.1%} pass all.",
        "",
        "The behaviour parameters were chosen once by the search that this command repeats:",
        "",
        "```sh",
        f"partnerships fit draws={settings.draws} population={settings.population} generations={settings.generations} "
        f"runs={settings.runs} confirming_runs={settings.confirming_runs} seed={settings.seed}",
        "```",
        "",
        *(__doc__ or "").partition("\n\n")[2].partition("\n\nWrites")[0].splitlines(),
        "",
        f"Values below are from {settings.confirming_runs} runs of each experiment on seed {settings.seed + 1}",
        "(a third of them for large boards). P are patterns of the literature, C are what the scenarios' names claim.",
        "What simulates them is declared in `experiments/pattern_runs.py`, the criteria in `analysis/patterns.py`.",
        "",
        "| id | pattern | source | what is measured | value | must be | verdict | prior draws that pass |",
        "| --- | --- | --- | --- | ---: | --- | --- | ---: |",
    ]
    for row in board.to_dict("records"):
        verdict = "passed" if row["passed"] else "**failed**"
        lines.append(
            f"| {row['id']} | {row['statement']} | {row['source']} | {row['what']} | {row['value']:.3f} "
            f"| {_band(row['low'], row['high'])} | {verdict} | {by_id[row['id']]:.0%} |"
        )
    return "\n".join(lines) + "\n"
