"""What a run comes to, asked for by name: a measure at the end, over the run or in a month, or a regime.

Names are those of a command line:

* ``trust``: the final value of a measure, as the table of runs has it;
* ``mean_trust``: its mean over all months;
* ``trust@2006-04``: its value in that month;
* ``talking_shop``: 1 if the run ends in that regime, else 0, so that a mean over runs is a share of runs;
* ``talking_shop@2006-04``: the same for a month;
* ``months_talking_shop``: the months spent in it.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Literal

import pandas as pd

from analysis.shared.words import is_share, titled, unit_of, written_months
from sim.measures import MEASURES
from sim.regimes import REGIMES
from sim.scenario import nearest
from sim.vocabulary import label_of

REGIME_NAMES = {re.sub(r"[^a-z]", "_", regime): regime for regime in REGIMES}
"""Every regime by the name that it has on a command line."""

OUTCOME_KEYS = ("scenario", "draw", "replicate", "measure", "value")
"""Columns of a table of outcomes."""

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_RUN = ["scenario", "draw", "replicate"]


@dataclasses.dataclass(frozen=True)
class Outcome:
    """One number that a run comes to."""

    name: str
    """As it was asked for."""
    column: str
    """The measure, or the regime by its full name."""
    read: Literal["final", "mean", "month", "regime", "months_in"]
    month: str = ""
    """YYYY-MM, if a month is named."""

    @property
    def is_regime(self) -> bool:
        """Return whether it is about a regime, 0 or 1 in each run."""
        return self.column in REGIMES and self.read != "months_in"

    @property
    def label(self) -> str:
        """Return what it is, as figures and words say it."""
        when = f" in {self.month}" if self.month else ""
        if self.is_regime:
            return f"{titled(self.column)}{when or ' at the end'}"
        if self.read == "months_in":
            return f"Months as {label_of(self.column)}"
        if self.read == "mean":
            return f"{titled(self.column)}, mean over the run"
        return f"{titled(self.column)}{when or ' at the end'}"

    @property
    def unit(self) -> str:
        """Return its unit; shares and 0/1 outcomes are given as shares, not in per cent."""
        if self.is_regime:
            return "share of runs"
        return "months" if self.read == "months_in" else MEASURES[self.column].unit


def outcome_of(name: str) -> Outcome:
    """Return what a name asks for; raise ValueError with the nearest name if there is no such thing.

    >>> outcome_of("trust@2006-04").label
    'Trust in 2006-04'
    >>> outcome_of("talking_shop").unit
    'share of runs'
    >>> outcome_of("trsut")
    Traceback (most recent call last):
    ValueError: unknown measure or regime 'trsut'; did you mean trust?; see: partnerships list measures
    """
    asked, at, month = name.partition("@")
    if at and not _MONTH.fullmatch(month):
        raise ValueError(f"{name!r} is not allowed: after @ comes a month as YYYY-MM, for example trust@2006-04")
    if asked in REGIME_NAMES:
        return Outcome(name, REGIME_NAMES[asked], "regime", month)
    if asked in MEASURES:
        return Outcome(name, asked, "month" if at else "final", month)
    kind, _, rest = asked.partition("_")
    if not at and kind == "mean" and rest in MEASURES:
        return Outcome(name, rest, "mean")
    if not at and kind == "months" and rest in REGIME_NAMES:
        return Outcome(name, REGIME_NAMES[rest], "months_in")
    known = [*MEASURES, *REGIME_NAMES, *(f"mean_{measure}" for measure in MEASURES)]
    known += [f"months_{regime}" for regime in REGIME_NAMES]
    raise ValueError(f"unknown measure or regime {asked!r}{nearest(asked, known)}; see: partnerships list measures")


def months_needed(names: Iterable[str], *, means_kept: Collection[str]) -> list[str]:
    """Return the measures of which every month must be kept to tell what ``names`` ask for.

    ``means_kept`` are the measures of which the table of runs has the mean over the run. A month of a regime
    needs months too, of whatever measure.

    >>> months_needed(["trust", "mean_trust", "mean_coherence", "outcome@2006-04"], means_kept=["trust"])
    ['coherence', 'outcome']
    """
    asked = [outcome_of(name) for name in names]
    needed = [each.column for each in asked if each.read == "month"]
    needed += [each.column for each in asked if each.read == "mean" and each.column not in means_kept]
    if not needed and any(each.is_regime and each.month for each in asked):
        needed = ["engagement"]
    return [name for name in MEASURES if name in needed]


def outcomes(runs: pd.DataFrame, names: Sequence[str], *, trajectories: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return what each run comes to: one row a run and name, with the columns ``OUTCOME_KEYS``.

    ``runs`` has one row a run: scenario, draw, replicate, regime, measures; ``trajectories`` one row a run and
    month with date (YYYY-MM), regime and measures, for names that need months. Raises ValueError for an unknown
    name, for months that were not kept and for one that lies outside the run.

    >>> runs = pd.DataFrame({"scenario": "a", "draw": [0, 0], "replicate": [0, 1],
    ...                      "regime": ["talking shop", "hollow"], "trust": [0.5, 0.25]})
    >>> outcomes(runs, ["trust", "talking_shop"])["value"].tolist()
    [0.5, 0.25, 1.0, 0.0]
    """
    keys = runs[_RUN].reset_index(drop=True)
    tables = []
    for name in names:
        asked = outcome_of(name)
        stored = _stored(runs, asked)
        if stored is not None:
            tables.append(keys.assign(measure=name, value=stored.to_numpy(dtype=float)))
            continue
        if trajectories is None or (not asked.is_regime and asked.column not in trajectories):
            raise ValueError(
                f"{name} needs every month of {asked.column}, which this study did not keep: begin one in another "
                f"folder with it among the measures"
            )
        found = keys.merge(_of_months(trajectories, asked), on=_RUN, how="left", validate="one_to_one")
        tables.append(found.assign(measure=name)[list(OUTCOME_KEYS)])
    return pd.concat(tables, ignore_index=True)


def _stored(runs: pd.DataFrame, asked: Outcome) -> pd.Series | None:
    """Return the values if the table of runs has them."""
    if asked.read == "regime" and not asked.month:
        return (runs["regime"] == asked.column).astype(float)
    column = asked.column if asked.read == "final" else asked.name
    return runs[column] if asked.read in ("final", "mean", "months_in") and column in runs else None


def _of_months(trajectories: pd.DataFrame, asked: Outcome) -> pd.DataFrame:
    if asked.read == "mean":
        return trajectories.groupby(_RUN, sort=False)[asked.column].mean().rename("value").reset_index()
    dates = pd.to_datetime(trajectories["date"])
    rows = trajectories[dates == pd.Timestamp(asked.month)]
    if rows.empty:
        first, last = written_months(pd.Series([dates.min(), dates.max()]))
        raise ValueError(f"{asked.name} is not allowed: the months of this study are {first} to {last}")
    value = (rows["regime"] == asked.column).astype(float) if asked.is_regime else rows[asked.column]
    return rows[_RUN].assign(value=value)


def is_told_in_percent(outcome: Outcome) -> bool:
    """Return whether figures and words give it a hundred times as large: a share, in per cent or in points.

    >>> is_told_in_percent(outcome_of("talking_shop")), is_told_in_percent(outcome_of("trust"))
    (True, False)
    """
    return outcome.is_regime or is_share(outcome.column)


def percent_if_share(outcome: Outcome) -> str:
    """Return the unit as figures show it: shares in per cent, those of a gap in points.

    >>> percent_if_share(outcome_of("talking_shop")), percent_if_share(outcome_of("top_share"))
    ('% of runs', '%')
    """
    return "% of runs" if outcome.is_regime else unit_of(outcome.column) if outcome.column in MEASURES else outcome.unit


def value_matrix(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Return one outcome of one scenario with one row a draw and one column a replicate.

    Raises ValueError if ``outcomes`` holds several measures or scenarios. Runs that failed are NaN.

    >>> table = pd.DataFrame({"scenario": "a", "measure": "trust", "draw": [0, 1], "replicate": [0, 0],
    ...                       "value": [0.5, 0.25]})
    >>> value_matrix(table)[0].tolist()
    [0.5, 0.25]
    """
    for column in ("scenario", "measure"):
        if outcomes[column].nunique() > 1:
            raise ValueError(f"outcomes hold several {column}s: take one after the other")
    return outcomes.pivot(index="draw", columns="replicate", values="value")
