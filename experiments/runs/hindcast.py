"""Runs of districts from their own record, with the trend of their place and without it.

All are runs of the compiled engine. Places share no luck; a run without the trend shares all other chance with that of
the same number.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd

from analysis.hindcast.tables import DATES, DRAWN, NONE, OF_THEMES, OUTCOMES, THEME_DATE
from experiments.behaviours import NumberSet
from experiments.errors import CommandError
from experiments.runs.declared_patterns import with_numbers
from experiments.runs.own_patterns import REPLICATES_APART
from experiments.surroundings import cores
from experiments.terminal import progress_bar
from sim import Scenario, find_place, month_of, place_names, prepare_engine, simulate_ensemble, with_changes
from sim.scenario import month_number

OUTCOME = "outcome"
WITHOUT_TREND = {"trend_spread": 0.0}
"""No trend of places, below what its prior allows: the model without one thing."""

MOST_RUNS = REPLICATES_APART
"""Runs of a district beyond which two would have the luck of one."""


def up_to_the_last_date(scenario: Scenario) -> Scenario:
    """Return a scenario that ends with the last month that is read; raise CommandError if it begins after the first."""
    before = month_number(DATES[0]) - month_number(scenario.start)
    if before < 0:
        raise CommandError(
            f"scenario {scenario.name!r} begins in {scenario.start}, after {DATES[0]}, from which the record is read: "
            "take one that begins by then, for example scenario=england_2001_2013"
        )
    return with_changes(scenario, months=before + month_number(DATES[-1]) - month_number(DATES[0]) + 1)


def districts_lived(
    scenario: Scenario,
    places: Sequence[str],
    *,
    seed: int,
    replicates: int,
    workers: int | None = None,
    sets: Sequence[NumberSet] = (),
    with_themes: bool = False,
) -> pd.DataFrame:
    """Return a table of runs as ``analysis.hindcast.tables`` reads it, districts in the order of ``places``.

    A district's runs are the same whichever others are asked for. With ``sets`` run r of every district takes
    number r mod n of them. ``with_themes`` adds what is closed in the themes of ``OF_THEMES``.
    """
    ending = up_to_the_last_date(scenario)
    numbered = {name: number for number, name in enumerate(place_names("all"))}
    turns = min(len(sets), replicates) or 1
    tasks = [(place, range(first, replicates, turns)) for place in places for first in range(turns)]

    def lived(task: tuple[str, range]) -> pd.DataFrame:
        place, englands = task
        numbers = sets[englands.start].values if sets else {}
        own = with_numbers(with_changes(ending, place=find_place(place)), numbers)
        return _lived_in(own, englands, first=REPLICATES_APART * numbered[place], seed=seed, with_themes=with_themes)

    prepare_engine(month_of(scenario))
    found: list[pd.DataFrame] = []
    with (
        progress_bar("runs of districts", total=2 * len(places) * replicates) as tell,
        ThreadPoolExecutor(workers or cores()) as pool,
    ):
        for table in pool.map(lived, tasks):
            found.append(table)
            tell(len(table))
    return pd.concat(found, ignore_index=True)


def _lived_in(scenario: Scenario, englands: range, *, first: int, seed: int, with_themes: bool) -> pd.DataFrame:
    """Return the runs of a district, each with the number of its England; their luck is numbered from ``first``."""
    themes = OF_THEMES if with_themes else {}
    measures = (OUTCOME, *(f"{OUTCOME}_{theme}" for theme in themes))
    steps = {date: month_number(date) - month_number(scenario.start) for date in (*DATES, THEME_DATE)}
    months = sorted(steps.values())
    ensemble = simulate_ensemble(
        [scenario, with_numbers(scenario, WITHOUT_TREND)],
        replicates=[first + england for england in englands],
        seed=seed,
        measures=measures,
        months=months,
        threads=1,
    )
    columns = [(OUTCOME, date, name) for date, name in zip(DATES, OUTCOMES, strict=True)]
    columns += [(f"{OUTCOME}_{theme}", THEME_DATE, column) for theme, column in themes.items()]
    values = {
        name: ensemble.array_of(measure)[..., months.index(steps[date])].ravel() for measure, date, name in columns
    }
    named = {
        "place": scenario.place.name,
        "england": np.tile(englands, 2),
        "trend": np.repeat([DRAWN, NONE], len(englands)),
    }
    return pd.DataFrame(named | values)
