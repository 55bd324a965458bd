"""Results by place: what is known of each, the means of its runs with their intervals, and how its runs end.

A table of *runs* has one row a run: its scenario, its place by name, its regime at the end, and a column a measure.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.shared.parameter_sets import OVER_RUNS, OVER_SETS, means_over_sets
from analysis.shared.summaries import HEADLINE, scenarios_of
from sim.population import THEMES, find_place, place_records
from sim.regimes import REGIMES

CONDITION = "conditional on the record; no assessment of any authority"
"""What goes with every figure by place."""

DRAWN = {"chair": "the chair", "agreement": "the round of agreements"}
"""What the record does not have of every place and is drawn, by the column whose basis says so, and what it is."""

_OF_RECORDS = (
    *("code", "county", "population_basis", "fund_basis", "successor", "successor_basis"),
    *("agreement_round", "agreement_basis", "chair", "chair_basis"),
)


def by_place(runs: pd.DataFrame, measures: Sequence[str] = HEADLINE, *, sets: int = 1) -> pd.DataFrame:
    """Return a row a scenario and place, in the order of ``runs``.

    Columns: scenario, place, label, code, county, tiers, population and fund of 2003-04, what followed the fund, round
    of agreements and chair with their basis, need (mean of the themes, 0 least to 1 most), runs; of each measure its
    mean and 95 % Student t interval (NaN for one run); the share of runs that end in each regime; interval_over; and
    what all of that is conditional on.

    If replicates took turns with more than one of ``sets``, intervals hold the middle 95 % of those that the runs of a
    place had, each with the mean of its runs; interval_over says which it is.

    >>> runs = pd.DataFrame({"scenario": "a", "place": ["adur", "adur", "hackney"], "regime": "hollow",
    ...                      "trust": [0.1, 0.3, 0.5]})
    >>> table = by_place(runs, ["trust"])
    >>> table[["label", "tiers", "runs", "trust", "share_hollow"]].to_numpy().tolist()
    [['Adur', 2, 2, 0.2, 1.0], ['Hackney', 1, 1, 0.5, 1.0]]
    """
    rows = []
    for scenario in scenarios_of(runs):
        of_scenario = runs[runs["scenario"] == scenario]
        place_of, places = pd.factorize(of_scenario["place"])
        values, regimes = of_scenario[list(measures)].to_numpy(), of_scenario["regime"].astype(object).to_numpy()
        ended = of_scenario["regime"].notna().to_numpy()
        for number, place in enumerate(places):
            mine = place_of == number
            of_sets = of_scenario["replicate"].to_numpy()[mine] % sets if sets > 1 else np.zeros(mine.sum(), dtype=int)
            mean, low, high = means_over_sets(pd.DataFrame(values[mine]), of_sets)
            row = {"scenario": scenario, **_facts_of(str(place)), "runs": int(mine.sum())}
            for column, name in enumerate(measures):
                row |= {name: mean[column], f"{name}_low": low[column], f"{name}_high": high[column]}
            row |= {
                f"share_{name.replace(' ', '_')}": float(np.mean(regimes[mine & ended] == name)) for name in REGIMES
            }
            over = OVER_SETS if len(np.unique(of_sets)) > 1 else OVER_RUNS
            rows.append(row | {"interval_over": over, "condition": CONDITION})
    return pd.DataFrame(rows)


def _facts_of(name: str) -> dict[str, object]:
    place, record = find_place(name), place_records()[name]
    facts: dict[str, object] = {"place": name, "label": place.label}
    facts |= {column: record[column] for column in _OF_RECORDS}
    facts |= {"tiers": place.tiers, "population": place.population, "fund_2003_04_gbp_m": place.fund_2003_04_gbp_m}
    return facts | {"need": float(np.mean([place.need.by_theme[theme] for theme in range(len(THEMES))]))}
