"""All figures of a comparison or of a run, written to a folder; and every figure by name, for notebooks.

``from analysis.comparison.all_figures import dominance`` gives a function that takes a tidy frame and returns a figure.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.comparison.figures import (
    dominance,
    engagement_by_sector,
    final_regime_bars,
    final_regimes,
    headline,
    measure_over_time,
    outcome,
    paired_contrasts,
    regime_shares_over_time,
    trust,
)
from analysis.run.figures import attendance_map, influence, money, outcomes_by_theme, presence_by_sector
from analysis.shared.plotting import save
from analysis.shared.summaries import scenarios_of

__all__ = [
    "attendance_map",
    "comparison_figures",
    "dominance",
    "engagement_by_sector",
    "final_regime_bars",
    "final_regimes",
    "headline",
    "influence",
    "measure_over_time",
    "money",
    "outcome",
    "outcomes_by_theme",
    "paired_contrasts",
    "presence_by_sector",
    "regime_shares_over_time",
    "run_figures",
    "trust",
]


def comparison_figures(
    trajectories: pd.DataFrame, runs: pd.DataFrame, folder: Path, *, reference: str | None = None
) -> list[Path]:
    """Write the figures of a comparison of scenarios as PNG files and return their paths.

    ``trajectories`` has one row a run and month, ``runs`` one row a run (see ``analysis.shared.summaries``).
    ``reference`` is the scenario that others are contrasted with, by default the last one; a single
    scenario has no contrast, so that file is left out then. The folder is made if it does not exist.

    >>> import tempfile
    >>> from sim.measures import MEASURES
    >>> run = pd.DataFrame({"scenario": "baseline", "replicate": 0, "month": [0, 1], "date": ["2001-04", "2001-05"],
    ...                     "regime": "talking shop", **dict.fromkeys(MEASURES, 0.5)})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     paths = comparison_figures(run, run[run["month"] == 1], Path(folder) / "figures")
    >>> [path.name for path in paths[:3]]
    ['headline.png', 'engagement_by_sector.png', 'dominance.png']
    """
    scenarios = scenarios_of(runs)
    figures = {
        "headline": headline(trajectories, runs),
        "engagement_by_sector": engagement_by_sector(trajectories),
        "dominance": dominance(trajectories),
        "outcome": outcome(trajectories),
        "trust": trust(trajectories),
        "regime_shares": regime_shares_over_time(trajectories),
        "regimes_final": final_regimes(runs),
    }
    if len(scenarios) > 1:
        figures["contrasts"] = paired_contrasts(runs, reference=scenarios[-1] if reference is None else reference)
    return [save(figure, Path(folder) / f"{name}.png") for name, figure in figures.items()]


def run_figures(measures: pd.DataFrame, partners: pd.DataFrame, folder: Path) -> list[Path]:
    """Write the figures of a single run as PNG files and return their paths.

    ``measures`` and ``partners`` are the tables of its history: a row a month, and a row a month and partner.

    >>> import tempfile
    >>> from sim.measures import MEASURES
    >>> months = pd.DataFrame({"month": [0, 1], "date": ["2001-04", "2001-05"], **dict.fromkeys(MEASURES, 0.5)})
    >>> seats = pd.DataFrame({"month": [0, 1], "partner": "police_1", "sector": "agency", "is_member": 1.0,
    ...                       "influence": 1.0, "attendance": 1.0})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     paths = run_figures(months, seats, Path(folder))
    >>> [path.name for path in paths]
    ['presence_by_sector.png', 'influence.png', 'money.png', 'outcomes.png', 'attendance.png']
    """
    figures = {
        "presence_by_sector": presence_by_sector(measures, partners),
        "influence": influence(measures, partners),
        "money": money(measures),
        "outcomes": outcomes_by_theme(measures),
        "attendance": attendance_map(measures, partners),
    }
    return [save(figure, Path(folder) / f"{name}.png") for name, figure in figures.items()]
