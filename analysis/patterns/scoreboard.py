"""How patterns fare, for one set of parameters or many.

An answer is a value, an interval for chance, and a margin: at least 0 where the value lies inside its band,
the shortfall where it does not. Where a finding says so, the whole interval has to lie in the band, or some
of it.
"""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from analysis.patterns.criteria import Experiments, Finding, Numbers, Pattern, PatternError
from analysis.patterns.statistics import STATISTICS, meets

_MOST_MARGIN = 10.0
_TOUCHES = np.finfo(np.float64).tiny


def _parts(finding: Finding) -> list[tuple[Finding, str, float]]:
    """Return what a value is the sum of: findings of one measure each, with their weights."""
    parts = []
    for one, sign in ((finding, 1.0), (finding.second, -1.0)):
        if one is not None:
            alone = STATISTICS[one.statistic].several == "averaged"
            names = one.measure if alone else ("",)
            parts += [(one, name, sign / len(names)) for name in names]
    return parts


def _columns(finding: Finding, experiments: Experiments, measure: str) -> list[Numbers]:
    statistic = STATISTICS[finding.statistic]
    names = (measure,) if measure or statistic.several == "none" else finding.measure
    columns = [column for name in names for column in statistic.each(finding, experiments, name)]
    if not finding.among:
        return columns
    chosen = np.logical_and.reduce([meets(one, finding, experiments) for one in finding.among])
    if any(column.shape != chosen.shape for column in columns):
        raise PatternError("among asks another experiment, which has another number of runs")
    return [column[chosen] for column in columns]


def _together(finding: Finding, columns: Sequence[Numbers]) -> Numbers:
    """Return the value (…) of one part of a finding, NaN where no run is left to look at."""
    if min(column.shape[-1] for column in columns) == 0:
        return np.full(columns[0].shape[:-1], np.nan)
    return STATISTICS[finding.statistic].together(finding, columns)


def value_of(finding: Finding, experiments: Experiments) -> Numbers:
    """Return the value (…) of a finding, NaN where it cannot be measured (a correlation of constants, say).

    >>> experiments = {"base": {"trust": np.array([[0.2, 0.4], [0.6, 0.8]])}}
    >>> float(value_of(Finding("trust", "mean", "base", "trust", low=0.4), experiments))
    0.5
    """
    sets = next(iter(experiments[finding.experiment].values())).shape[:-2]
    if finding.among and sets:
        # Each parameter set has other runs that meet the conditions.
        each = [
            value_of(finding, {e: {m: values[k] for m, values in of.items()} for e, of in experiments.items()})
            for k in np.ndindex(sets)
        ]
        return np.array(each).reshape(sets)
    values = [weight * _together(one, _columns(one, experiments, measure)) for one, measure, weight in _parts(finding)]
    return np.asarray(np.sum(values, axis=0), dtype=np.float64)


def interval_of(
    finding: Finding, experiments: Experiments, *, resamples: int, seed: int, level: float = 0.95
) -> tuple[float, float]:
    """Return the bootstrap interval (percentile) of a finding over runs, NaN if there is a single run.

    ``experiments`` hold one parameter set: (runs, months). Experiments with the same number of runs share
    their replicates, so the same runs are drawn again in each of them: pairs stay pairs.

    >>> experiments = {"base": {"trust": np.array([[0.2, 0.2], [0.6, 0.6]])}}
    >>> interval_of(Finding("trust", "mean", "base", "trust", low=0.4), experiments, resamples=99, seed=1)
    (0.2, 0.6)
    """
    read = [(one, weight, _columns(one, experiments, measure)) for one, measure, weight in _parts(finding)]
    sizes = sorted({column.shape[-1] for _, _, columns in read for column in columns})
    if min(sizes) < 2:
        return np.nan, np.nan

    def again(*drawn: NDArray[np.int64], axis: int = -1) -> Numbers:
        place = dict(zip(sizes, drawn, strict=True))
        values = [
            weight * _together(one, [column[place[column.shape[-1]]] for column in columns])
            for one, weight, columns in read
        ]
        return np.asarray(np.sum(values, axis=0))

    everyone = tuple(np.arange(size) for size in sizes)
    with warnings.catch_warnings():
        # Where all runs are alike there is no chance to tell: the interval is a point, or NaN like the value.
        warnings.simplefilter("ignore", scipy.stats.DegenerateDataWarning)
        found = scipy.stats.bootstrap(
            everyone,
            again,
            n_resamples=resamples,
            vectorized=True,
            method="percentile",
            confidence_level=level,
            rng=seed,
        )
    return float(found.confidence_interval.low), float(found.confidence_interval.high)


def margin_of(finding: Finding, value: Numbers, ends: Numbers | None = None) -> Numbers:
    """Return how far inside (≥ 0) or outside (< 0) the band values lie, in units of the bound; −1 if not measured.

    ``ends`` (…, 2) of the interval for chance count where the finding holds for it; without them the value stands for
    the interval.

    >>> margin_of(Finding("trust", "mean", "base", "trust", low=0.5), np.array([0.75, 0.25, np.nan])).tolist()
    [0.5, -0.5, -1.0]
    >>> sure = Finding("trust", "mean", "base", "trust", low=0.5, holds_for="interval")
    >>> float(margin_of(sure, np.array(0.75), np.array([0.25, 1.0])))
    -0.5
    """
    scale = scale_of(finding)
    low = -np.inf if finding.low is None else finding.low
    high = np.inf if finding.high is None else finding.high
    least, most = (value, value) if ends is None or finding.holds_for == "value" else (ends[..., 0], ends[..., 1])
    if finding.holds_for == "some_of_interval":
        least, most = most, least
    inside = np.minimum(np.minimum(least - low, high - most), _MOST_MARGIN * scale) / scale
    if finding.holds_for == "interval":
        inside = np.where(inside == 0.0, -_TOUCHES, inside)
    return np.where(np.isfinite(value) & np.isfinite(inside), inside, -1.0)


def scale_of(finding: Finding) -> float:
    """Return the unit in which it is told how far inside or outside its band a finding lies: its larger bound.

    >>> scale_of(Finding("trust", "mean", "base", "trust", low=0.25, high=0.5))
    0.5
    """
    limits = [limit for limit in (finding.low, finding.high) if limit is not None]
    return max((abs(limit) if limit else 1.0 for limit in limits), default=1.0)


def _deciding(pattern: Pattern, margins: Sequence[Numbers]) -> Numbers:
    """Return the margin (…) that decides a pattern, NaN if all is only reported."""
    deciding = [margin for margin, decides in zip(margins, pattern.decides, strict=True) if decides]
    if not deciding:
        return np.full(np.shape(margins[0]), np.nan)
    return np.asarray((np.max if pattern.any_of else np.min)(deciding, axis=0))


def pattern_margin(pattern: Pattern, experiments: Experiments) -> Numbers:
    """Return the deciding margin (…) of a pattern: at least 0 means passed.

    Values alone are looked at, no intervals: for those see ``scoreboard``.

    >>> experiments = {"base": {"trust": np.array([[0.2, 0.4], [0.6, 0.8]])}}
    >>> findings = [Finding("trust", "mean", "base", "trust", low=low) for low in (0.25, 1.0)]
    >>> all_of = Pattern("P1", "Trust is high.", "Both hold.", "made up", findings)
    >>> one_of = dataclasses.replace(all_of, any_of=True)
    >>> float(pattern_margin(all_of, experiments)), float(pattern_margin(one_of, experiments))
    (-0.5, 1.0)
    """
    return _deciding(pattern, [margin_of(finding, value_of(finding, experiments)) for finding in pattern.findings])


def margins(patterns: Sequence[Pattern], experiments: Experiments) -> dict[str, Numbers]:
    """Return the deciding margin (…) of each pattern by its id.

    >>> experiments = {"base": {"trust": np.array([[0.2, 0.4], [0.6, 0.8]])}}
    >>> high = Finding("trust", "mean", "base", "trust", low=0.25)
    >>> {id: float(margin) for id, margin in margins([Pattern("P1", "High.", "", "", [high])], experiments).items()}
    {'P1': 1.0}
    """
    return {pattern.id: pattern_margin(pattern, experiments) for pattern in patterns}


def scoreboard(
    patterns: Sequence[Pattern], experiments: Experiments, *, resamples: int = 999, seed: int = 0
) -> pd.DataFrame:
    """Return one row a finding, from experiments of one parameter set.

    Columns: id, statement, criterion, source, role, what, statistic, value, ci_low, ci_high (95 %, bootstrap over
    runs), low, high (the band; infinite where open), margin, inside (of the band, what has to be there), clear (value
    and whole interval are on the same side of the band's limits), decides (or is only reported), passed (the pattern;
    not where nothing decides).

    >>> experiments = {"base": {"trust": np.array([[0.2, 0.4], [0.6, 0.8]])}}
    >>> finding = Finding("trust", "mean", "base", "trust", low=0.4)
    >>> high = Pattern("P1", "Trust is high.", "At least 0.4.", "made up", [finding])
    >>> board = scoreboard([high], experiments, resamples=99)
    >>> board[["id", "value", "inside", "clear", "passed"]].to_numpy().tolist()
    [['P1', 0.5, True, False, True]]
    """
    findings = [finding for pattern in patterns for finding in pattern.findings]
    values = np.array([float(value_of(finding, experiments)) for finding in findings])
    intervals = [interval_of(finding, experiments, resamples=resamples, seed=seed) for finding in findings]
    return _board(patterns, values, np.array(intervals))


HALF = 0.5
"""Share of sets from which on a pattern counts as met by them."""


def scoreboard_of_sets(patterns: Sequence[Pattern], values: Numbers) -> pd.DataFrame:
    """Return the scoreboard of many parameter sets from the ``values`` (sets, findings) of their findings.

    Columns as in ``scoreboard``: the value is the median over the sets, the interval holds the middle 95 %
    of them that it can be measured of (chance and parameters), and a pattern has passed if at least half of the
    sets pass it; ``share_of_sets`` says how many do.

    >>> finding = Finding("trust", "mean", "base", "trust", low=0.4)
    >>> high = Pattern("P1", "Trust is high.", "At least 0.4.", "made up", [finding])
    >>> board = scoreboard_of_sets([high], np.array([[0.5], [0.6], [0.7], [0.1]]))
    >>> board[["id", "value", "share_of_sets", "passed"]].round(2).to_numpy().tolist()
    [['P1', 0.55, 0.75, True]]
    """
    unmeasured = np.isnan(values).all(axis=0)
    known = np.where(unmeasured, 0.0, values)
    middle, ends = np.nanmedian(known, axis=0), np.nanquantile(known, [0.025, 0.975], axis=0)
    board = _board(patterns, np.where(unmeasured, np.nan, middle), np.where(unmeasured, np.nan, ends).T)
    shares = dict(zip((p.id for p in patterns), (margins_from(patterns, values) >= 0.0).mean(axis=0), strict=True))
    board["share_of_sets"] = board["id"].map(shares)
    board["passed"] = board["share_of_sets"] >= HALF
    return board


def margins_from(patterns: Sequence[Pattern], values: Numbers, ends: Numbers | None = None) -> Numbers:
    """Return the deciding margins (…, patterns) from the values (…, findings) of all findings in their order.

    ``ends`` (…, findings, 2) are those of their intervals. NaN for a pattern in which nothing decides.

    >>> findings = [Finding("trust", "mean", "base", "trust", low=low) for low in (0.25, 1.0)]
    >>> both = Pattern("P1", "Trust is high.", "Both hold.", "made up", findings)
    >>> margins_from([both], np.array([[0.5, 0.5], [2.0, 2.0]])).tolist()
    [[-0.5], [1.0]]
    """
    found, first = [], 0
    for pattern in patterns:
        places = range(first, first + len(pattern.findings))
        of_pattern = [
            margin_of(one, values[..., k], None if ends is None else ends[..., k, :])
            for k, one in zip(places, pattern.findings, strict=True)
        ]
        found.append(_deciding(pattern, of_pattern))
        first += len(pattern.findings)
    return np.stack(found, axis=-1)


def _board(patterns: Sequence[Pattern], values: Numbers, intervals: Numbers) -> pd.DataFrame:
    rows: list[dict[str, object]] = []
    for pattern, margin in zip(patterns, margins_from(patterns, values, intervals), strict=True):
        for finding in pattern.findings:
            value, (ci_low, ci_high) = values[len(rows)], intervals[len(rows)]
            alone = dataclasses.replace(finding, holds_for="value")
            sides = [bool(margin_of(alone, np.array(at)) >= 0.0) for at in (value, ci_low, ci_high)]
            own = float(margin_of(finding, np.array(value), np.array([ci_low, ci_high])))
            rows.append(
                {
                    **{name: getattr(pattern, name) for name in ("id", "statement", "criterion", "source", "role")},
                    "what": finding.what,
                    "statistic": finding.statistic,
                    "value": value,
                    "ci_low": ci_low,
                    "ci_high": ci_high,
                    "low": -np.inf if finding.low is None else finding.low,
                    "high": np.inf if finding.high is None else finding.high,
                    "margin": own,
                    "inside": own >= 0.0,
                    "clear": len(set(sides)) == 1 and bool(np.isfinite(ci_low)),
                    "decides": not finding.reported,
                    "passed": bool(margin >= 0.0),
                }
            )
    return pd.DataFrame(rows)
