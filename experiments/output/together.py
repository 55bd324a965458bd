"""What a study of levers together leaves: tables, figures and words of effects alone and in pairs."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from analysis.together.figures import main_effects_over_years, pair_interactions_in_year, who_gains_in_year
from analysis.together.tables import Together, by_set, levers_together
from analysis.together.words import together_in_words
from experiments.errors import CommandError
from experiments.output.frame import Results
from experiments.study import plans, store
from experiments.study.designs import DRAW
from experiments.study.doses import DOSES, arms
from experiments.study.plans import Study


def with_levers_together(results: Results, study: Study) -> Results:
    """Return the results of a finished study with what its levers come to alone and in pairs."""
    readings = _readings(study)
    if readings.empty:
        raise CommandError(f"study = {str(study.folder)!r}: every run failed, see {store.FAILURES}")
    sets = len(study.number_sets)
    found = levers_together(by_set(readings, sets) if sets else readings, arms(study.settings[DOSES]))
    words = together_in_words(found, sets=sets)
    tables = {"main_effects.csv": found.main, "pair_interactions.csv": found.pairs, "sectors.csv": found.sectors}
    return dataclasses.replace(
        results,
        tables={**results.tables, **tables},
        texts={"words.txt": words},
        figures=_figures(found, study.scenarios),
        words=[words],
    )


def _readings(study: Study) -> pd.DataFrame:
    """Return the measures that were kept at the end of each year that was asked for, or of the run."""
    kept = study.settings[plans.TRAJECTORIES]
    columns = ["scenario", DRAW, "replicate", "month", *kept]
    months = store.result(study, plans.TRAJECTORIES, columns)
    if plans.YEARS not in study.settings:
        months = months[months["month"] == months.groupby("scenario")["month"].transform("max")]
    return months.assign(month=(months["month"] + 1) / 12).rename(columns={"month": "year"})


def _figures(found: Together, scenarios: Iterable[str]) -> dict[str, Callable[[], Figure]]:
    figures: dict[str, Callable[[], Figure]] = {}
    names = list(scenarios)
    for scenario in names:
        of = f"_{scenario}" if len(names) > 1 else ""
        main, pairs, sectors = (
            table[table["scenario"] == scenario] for table in (found.main, found.pairs, found.sectors)
        )
        if len(main):
            figures[f"main_effects{of}"] = partial(main_effects_over_years, main)
        for year in pairs["year"].unique():
            figures[f"pair_interactions_year_{year:g}{of}"] = partial(pair_interactions_in_year, pairs, year=year)
        for year in sectors["year"].unique():
            figures[f"who_gains_year_{year:g}{of}"] = partial(who_gains_in_year, sectors, year=year)
    return figures
