"""Ask what hangs on the words: months named by other thresholds, and clusters found without names.

Months are named by published thresholds (see: partnerships list regimes). Two questions of that:

1. Thresholds: each is moved from half to one and a half times what it is, the others as they are. How many
   months have another name then, and how many runs end under which?
2. Clusters: runs of all scenarios together are sorted by K-means into clusters that know no names, by the
   measures that names are made of: over the whole run, and in the last year. Do they agree with the names
   of the last months (adjusted Rand index, 0.5 or more is called agreement)?

Where behaviour names a sample of parameter sets, replicates take turns with them.

Needs scikit-learn: pip install 'local-partnerships[explore]'. Writes thresholds.csv, agreement.csv,
clusters.csv, words.txt, figures/ and manifest.json.

For example:
  partnerships regimes
  partnerships regimes scenarios=[baseline_lsp,statutory_prescription] replicates=1000
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from analysis.regimes.figures import clusters_beside_words, renamed_by_threshold
from analysis.regimes.tables import clusters, shares_by_threshold
from analysis.regimes.words import regimes_in_words
from analysis.shared.libraries import library
from experiments.behaviours import in_turn
from experiments.command import Command
from experiments.errors import CommandError
from experiments.output.frame import Results
from experiments.runs.declared_patterns import declared_patterns
from experiments.runs.turns import taking_turns
from experiments.settings import Figures, Seed, SomeNames, Workers, checked
from experiments.terminal import progress_bar
from sim import Scenario, month_of, simulate_ensemble
from sim.parameters import Whole
from sim.regimes import NAMING, READ


@checked
class RegimesSettings:
    """What can be set beside the scenarios; the defaults are in configs/regimes.yaml."""

    scenarios: SomeNames
    replicates: Annotated[Whole, Field(ge=10, le=100_000)]
    clusters: Annotated[Whole, Field(ge=2, le=50)]
    seed: Seed
    workers: Workers | None
    output: str | None
    overwrite: bool
    figures: Figures


def work(settings: RegimesSettings, command: Command) -> Results:
    """Run the scenarios, name their months again and again, and cluster their runs."""
    library("sklearn.cluster", purpose="clusters of runs", extra="explore")
    scenarios = _scenarios(settings, command)
    values = _lived(scenarios, settings, command)
    levels = {name: scenario.regimes for name, scenario in scenarios.items()}
    shares = shares_by_threshold(values, levels)
    found = clusters(values, levels, seed=settings.seed, most=settings.clusters)
    text = regimes_in_words(shares, found.agreement, agrees=declared_patterns().regimes.adjusted_rand_at_least)
    return Results(
        scenarios=scenarios,
        seed=settings.seed,
        replicates=range(settings.replicates),
        tables={"thresholds.csv": shares, "agreement.csv": found.agreement, "clusters.csv": found.members},
        texts={"words.txt": text},
        figures={
            "thresholds": partial(renamed_by_threshold, shares),
            "clusters": partial(clusters_beside_words, found.members, found.agreement),
        },
        words=[text],
    )


def _scenarios(settings: RegimesSettings, command: Command) -> dict[str, Scenario]:
    if command.sets("scenario"):
        raise CommandError("scenario is not a setting of regimes: name one or more with scenarios=[talking_shop]")
    scenarios = command.scenarios(settings.scenarios)
    if any(month_of(scenario).naming is not NAMING for scenario in scenarios.values()):
        raise CommandError("extension names months itself: leave it out, thresholds are those of the model")
    months = {scenario.months for scenario in scenarios.values()}
    if len(months) > 1 or min(months) < 12:  # a cluster of runs needs equally many years, one at least
        raise CommandError(
            f"scenarios have {', '.join(map(str, sorted(months)))} months: runs are clustered year by year, so all "
            "need as many, at least 12; set months=144"
        )
    return scenarios


def _lived(
    scenarios: Mapping[str, Scenario], settings: RegimesSettings, command: Command
) -> dict[str, dict[str, NDArray[np.float64]]]:
    """Return what names are made of: scenario -> measure -> (runs, months)."""
    sets = command.number_sets

    def of_set(number: int, some: range) -> list[dict[str, NDArray[np.float64]]]:
        mine = {name: in_turn(scenario, number, sets) for name, scenario in scenarios.items()}
        ensemble = simulate_ensemble(mine, replicates=some, seed=settings.seed, measures=READ, threads=1)
        return [{name: ensemble.array_of(name)[place] for name in READ} for place in range(len(mine))]

    parts = []
    with progress_bar("runs", total=len(scenarios) * settings.replicates) as advance:
        turns = taking_turns(of_set, sets=max(1, len(sets)), replicates=settings.replicates, workers=settings.workers)
        for some, part in turns:
            parts.append(part)
            advance(len(scenarios) * len(some))
    return {
        name: {measure: np.concatenate([part[place][measure] for part in parts]) for measure in READ}
        for place, name in enumerate(scenarios)
    }
