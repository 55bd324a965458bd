"""The numbers of a brief: what each scenario comes to and costs, how far that is from the reference, and how sure.

Runs fall into *units*, each of which may be the true one: the accepted sets of numbers that replicates took turns
with, the draws of a study, or both. An interval holds the middle 95 % of the units, each with the mean of its runs:
it carries what is not known about behaviour and does not shrink with more runs. With a single unit it carries chance
alone, and so does that of a share of runs where units have too few (``analysis.shared.parameter_sets.LEAST_RUNS``).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import scipy

from analysis.policy.tables import COSTS
from analysis.shared.parameter_sets import LEAST_SETS, are_told_by_set, over_sets, share_over_sets
from analysis.shared.summaries import WORKING_REGIMES, scenarios_of, t_interval
from analysis.shared.words import titled
from sim.parameters import PARAMETERS
from sim.scenario import Scenario
from sim.vocabulary import VOCABULARY

_TIME = ("time_meetings", "time_projects", "time_ties")
"""Senior time of a member that this table takes."""

_NONE = 1e-12


@dataclasses.dataclass(frozen=True)
class Quantity:
    """One number that a brief tells of each scenario."""

    name: str
    label: str
    """As a line of a table begins with it."""
    definition: str
    pattern: str = "{}"
    """How a size stands with its unit."""
    scale: float = 1.0
    digits: tuple[int, int] = (2, 4)
    """Fewest and most decimals."""
    is_cost: bool = False


def _of_measure(name: str, definition: str = "", **how: Any) -> Quantity:
    return Quantity(name, titled(name), definition or VOCABULARY[name].definition, **how)


_ADDED = "Outcome beyond what the same pounds would have closed, spent by each body alone under the same shocks."


WORKS = Quantity(
    "works", "Working together", f"Ends as {' or '.join(WORKING_REGIMES)}.", "{} in 100", scale=100.0, digits=(0, 0)
)
_GAP: Mapping[str, Any] = {"pattern": "{} points of the gap", "scale": 100.0, "digits": (1, 4)}
_POUNDS: Mapping[str, Any] = {"pattern": "£{}m a year", "scale": 12.0, "digits": (1, 2), "is_cost": True}

QUANTITIES: tuple[Quantity, ...] = (
    WORKS,
    _of_measure("added_value", _ADDED, **_GAP),
    _of_measure("outcome", **_GAP),
    _of_measure("engagement"),
    Quantity("fund", "Fund spent", "Money of the fund that went into projects, posts and capacity.", **_POUNDS),
    _of_measure("contribution_pooled_gbp_m", **_POUNDS),
    Quantity(
        "senior_time",
        "Senior time here",
        "Senior time of all members that meetings, projects and ties here take.",
        "{} half-days a month",
        digits=(0, 1),
        is_cost=True,
    ),
)
"""In the order in which they are told: what a scenario brings, then what it costs."""

TITLE = ("works", "added_value", "engagement", "outcome")
"""Quantities that a title may tell. Outcome comes last: it knows nothing of what the fund costs."""


class Effect(NamedTuple):
    """What a scenario comes to in one quantity; differences from the reference are NaN for the reference itself."""

    scenario: str
    quantity: str
    level: float
    level_low: float
    level_high: float
    difference: float
    low: float
    high: float
    higher: int
    """Units whose own difference is above 0."""
    lower: int
    units: int
    runs: int
    digits: int = 2
    """Decimals that tell the differences in this quantity, the same for all scenarios."""

    @property
    def leaves_out_zero(self) -> bool:
        """Return whether the interval of the difference leaves out zero."""
        return self.low > _NONE or self.high < -_NONE

    @property
    def enough(self) -> bool:
        """Return whether there are runs and units enough to call a difference clear."""
        return self.runs > 1 and (self.units == 1 or self.units >= LEAST_SETS)

    @property
    def is_of_chance(self) -> bool:
        """Return whether the interval of the level is of chance alone, though there are units that may be true."""
        few = self.quantity == WORKS.name and not are_told_by_set(runs=self.runs, sets=self.units)
        return few and self.units > 1

    @property
    def clear(self) -> bool:
        """Return whether the difference is clear."""
        return self.enough and self.leaves_out_zero


def quantities_of(runs: pd.DataFrame, months: pd.DataFrame | None) -> pd.DataFrame:
    """Return the quantities of a brief, one row a run, beside its ``scenario`` and ``replicate``.

    What is brought is as it stands at the end of a run. What is spent is a mean over the run where ``months`` (one row
    a run and month) are given, otherwise that of the last year. What the runs do not have is left out.

    >>> run = pd.DataFrame({"scenario": "a", "replicate": [0], "regime": "working partnership", "engagement": 0.5})
    >>> quantities_of(run, None)[["works", "engagement"]].to_numpy().tolist()
    [[1.0, 0.5]]
    """
    keys = ["scenario", "replicate"]
    table = runs[keys].copy()
    table[WORKS.name] = runs["regime"].isin(WORKING_REGIMES).astype(float)
    brought = [each.name for each in QUANTITIES if each.name in VOCABULARY and not each.is_cost]
    table[[name for name in brought if name in runs]] = runs[[name for name in brought if name in runs]]
    spent = _spent(runs if months is None else months)
    by_run = spent if months is None else spent.groupby([months[key] for key in keys], sort=False).mean()
    costs = by_run if months is None else by_run.loc[pd.MultiIndex.from_frame(runs[keys])]
    table[[*costs.columns]] = costs.to_numpy()
    return table


def _spent(table: pd.DataFrame) -> pd.DataFrame:
    found: dict[str, pd.Series] = {}
    if set(COSTS) <= set(table):
        found["fund"] = table[list(COSTS)].sum(axis=1)
    if "contribution_pooled_gbp_m" in table:
        found["contribution_pooled_gbp_m"] = table["contribution_pooled_gbp_m"]
    if {*_TIME, "n_members"} <= set(table):
        found["senior_time"] = table[list(_TIME)].sum(axis=1) * table["n_members"]
    return pd.DataFrame(found, index=table.index)


def effects(runs: pd.DataFrame, reference: str) -> list[Effect]:
    """Return what every scenario comes to, and how far that is from the ``reference`` in runs with the same chance.

    ``runs`` has one row a run: scenario, replicate (pairs the runs of two scenarios), unit, and the quantities.

    >>> runs = pd.DataFrame({"scenario": ["a", "a", "b", "b"], "replicate": [0, 1] * 2, "unit": [0, 1] * 2,
    ...                      "engagement": [0.5, 0.7, 0.4, 0.4]})
    >>> found = effects(runs, "b")[0]
    >>> round(found.difference, 3), round(found.low, 3), found.higher, found.units, found.clear
    (0.2, 0.105, 2, 2, False)
    """
    rows = [
        _effect(runs, scenario, reference, each.name)
        for scenario in scenarios_of(runs)
        for each in QUANTITIES
        if each.name in runs
    ]
    digits = {each.name: max((_decimals(row, each) for row in rows if row.quantity == each.name), default=0)
              for each in QUANTITIES}  # fmt: skip
    return [row._replace(digits=digits[row.quantity]) for row in rows]


def _effect(runs: pd.DataFrame, scenario: str, reference: str, name: str) -> Effect:
    here, there = (runs[runs["scenario"] == one].set_index("replicate") for one in (scenario, reference))
    level = _level(here[name], here["unit"], share=name == WORKS.name)
    paired = (here[name] - there[name]).dropna()
    units = here["unit"].loc[paired.index]
    means = paired.groupby(units.to_numpy()).mean()
    found = (math.nan,) * 3 if scenario == reference else _difference(paired, units)
    signs = int((means > _NONE).sum()), int((means < -_NONE).sum())
    return Effect(scenario, name, *level, *found, *signs, len(means), len(paired))


def _level(values: pd.Series, units: pd.Series, *, share: bool) -> tuple[float, float, float]:
    if len(values) == 1:
        return float(values.iloc[0]), math.nan, math.nan
    return share_over_sets(values, units) if share else over_sets(values, units)


def _difference(values: pd.Series, units: pd.Series) -> tuple[float, float, float]:
    if units.nunique() > 1:
        return over_sets(values, units)
    # Differences of zeros and ones are no shares, so Wilson's interval is not theirs.
    mean, low, high = (float(end[0]) for end in t_interval(values.to_numpy(dtype=float)[:, None]))
    return mean, low, high


def _decimals(row: Effect, quantity: Quantity) -> int:
    """Return how many decimals tell a difference and its interval in two figures, and keep a clear end from 0."""
    fewest, most = quantity.digits
    sizes = [quantity.scale * abs(end) for end in (row.difference, row.low, row.high) if not math.isnan(end)]
    needed = 1 - math.floor(math.log10(max(sizes))) if sizes and max(sizes) > _NONE else fewest
    if row.leaves_out_zero:
        nearest = quantity.scale * min(abs(row.low), abs(row.high))
        needed = max(needed, math.ceil(-math.log10(2 * nearest) + 1e-9))
    return min(most, max(fewest, needed))


def title_quantity(found: Sequence[Effect]) -> str:
    """Return the quantity that the title tells: that in which most scenarios differ clearly, the first of equals.

    Outcome is told if nothing else is clear.

    >>> row = Effect("a", "works", 0.9, 0.8, 1.0, 0.1, -0.1, 0.2, 20, 10, 31, 90)
    >>> title_quantity([row, row._replace(quantity="engagement", low=0.05)])
    'engagement'
    """
    clear = {name: sum(row.clear for row in found if row.quantity == name) for name in TITLE}
    *first, last = TITLE
    told = max(first, key=lambda name: clear[name])
    return told if clear[told] or not clear[last] else last


# ------------------------------------------------------------------------------ settings


def settings_of(scenario: Scenario) -> dict[str, Any]:
    """Return what a scenario sets, by path: every declared setting, and its board and place.

    >>> from sim import scenario_from
    >>> settings_of(scenario_from({"board": {"members": {"council": 1}}, "months": 24}))["seats"]
    1
    """
    found: dict[str, Any] = {"place": scenario.place.label, "start": scenario.start, "months": scenario.months}
    found["seats"] = sum(scenario.board.members.values()) + len(scenario.board.bodies)
    found |= {"executive": scenario.board.executive.replace("_", " "), "chair": scenario.board.chair}
    for path in PARAMETERS:
        value: Any = scenario
        for part in path.split("."):
            value = getattr(value, part)
        found[path] = value
    return found


def setting_differences(scenario: Scenario, reference: Scenario) -> list[tuple[str, Any, Any]]:
    """Return every setting that a scenario has otherwise than the reference: path, its value, that of the reference.

    The largest come first: words, then numbers by their distance as a share of the allowed range.

    >>> from sim import scenario_from
    >>> board = {"board": {"members": {"council": 1}}}
    >>> setting_differences(scenario_from(board | {"levers": {"staff_team": 1.0}}), scenario_from(board))
    [('levers.staff_team', 1.0, 0.3)]
    """
    ours, theirs = settings_of(scenario), settings_of(reference)
    found = [(path, ours[path], theirs[path]) for path in ours if ours[path] != theirs[path]]
    return sorted(found, key=lambda row: -_distance(*row))


def _distance(path: str, ours: Any, theirs: Any) -> float:
    declared = PARAMETERS.get(path)
    if declared is None or declared.low is None or declared.high is None or isinstance(ours, str | bool):
        return math.inf
    return math.inf if isinstance(theirs, str) else abs(ours - theirs) / (declared.high - declared.low)


# --------------------------------------------------------------------------- rank correlations


def rank_correlations(runs: pd.DataFrame, varied: Sequence[str], measures: Sequence[str]) -> pd.DataFrame:
    """Return how each varied setting goes with each measure over the draws of a study: Spearman's rank correlation.

    ``runs`` has one row a scenario and draw. Columns: scenario, measure, parameter, value, ci_low and ci_high (Fisher's
    z with the variance of Bonett and Wright 2000). Settings that are names, or that do not vary, are left out.

    >>> runs = pd.DataFrame({"scenario": "a", "levers.staff_team": range(9), "trust": range(9)})
    >>> rank_correlations(runs, ["levers.staff_team"], ["trust"])[["parameter", "value"]].to_numpy().tolist()
    [['levers.staff_team', 1.0]]
    """
    rows = []
    for scenario in scenarios_of(runs):
        here = runs[runs["scenario"] == scenario]
        numbers = [path for path in varied if pd.api.types.is_numeric_dtype(here[path]) and here[path].nunique() > 1]
        for measure in (measure for measure in measures if here[measure].nunique() > 1):
            for path in numbers:
                value = float(scipy.stats.spearmanr(here[path], here[measure]).statistic)
                half = 1.96 * np.sqrt((1 + value**2 / 2) / (len(here) - 3)) if len(here) > 3 else np.nan
                clipped = np.arctanh(np.clip(value, -1 + 1e-12, 1 - 1e-12))
                rows.append((scenario, measure, path, value, *map(float, np.tanh([clipped - half, clipped + half]))))
    return pd.DataFrame(rows, columns=["scenario", "measure", "parameter", "value", "ci_low", "ci_high"])
