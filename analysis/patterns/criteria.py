"""Patterns of real partnerships as declared criteria on simulated ones, and how to test them.

A pattern has findings. A finding is a statistic of one measure of one experiment (a named batch of runs)
and the band that it has to lie in. Patterns are data, declared in YAML and checked here; what a statistic
means is code, and is declared here once. An answer is a value, an interval for chance, and a margin: at
least 0 where the value lies inside its band, the shortfall where it does not.

Months are counted from 0, the first, as in the column ``month`` of every table.
"""

from __future__ import annotations

import dataclasses
import itertools
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass
from scipy.stats import DegenerateDataWarning, bootstrap

from sim.measures import MEASURES
from sim.parameters import Real, Whole
from sim.scenario import nearest

Numbers = NDArray[np.float64]

Runs = Mapping[str, Numbers]
"""One experiment: measure -> (…, runs, months), with an axis for parameter sets in front where there are many."""

Experiments = Mapping[str, Runs]
"""What patterns read: experiment -> runs."""

_FORBID = ConfigDict(extra="forbid", allow_inf_nan=False)
LAST_YEAR = 12
_HALF_LIFE_WINDOW = 6
_MOST_MARGIN = 10.0

StatisticName = Literal[
    "mean",
    "sd",
    "share_below",
    "share_above",
    "share_at_both_ends",
    "share_ordered",
    "correlation",
    "ratio_of_months",
    "share_of_gain",
    "half_life",
    "effect",
]

Month = Annotated[Whole, Field(ge=0, le=599)]


class PatternError(ValueError):
    """A declared pattern that cannot be tested. One line."""


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


@dataclass(frozen=True, config=_FORBID)
class Other:
    """What is replaced to get the second value that is subtracted from the first."""

    experiment: str | None = None
    measure: Annotated[tuple[str, ...], BeforeValidator(_as_tuple)] | None = None
    against: str | None = None


@dataclass(frozen=True, config=_FORBID)
class Finding:
    """A criterion: a statistic of a measure in an experiment, and the band [low, high] it has to lie in.

    ``measure`` may add measures up ("voice_business + voice_voluntary"); of several measures the statistic
    is averaged, unless it says otherwise. ``months`` is a window: all, last_year, or [first, last].
    """

    what: str
    statistic: StatisticName
    experiment: str
    measure: Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]
    months: Literal["all", "last_year"] | tuple[Month, Month] = "all"
    at: tuple[Month, ...] = ()
    below: Real | None = None
    above: Real | None = None
    against: str | None = None
    minus: Other | None = None
    low: Real | None = None
    high: Real | None = None

    @property
    def measures(self) -> tuple[str, ...]:
        """Return every measure that is read, of the second value too.

        >>> Finding("a sum", "mean", "base", "voice_business + voice_voluntary", low=0.2).measures
        ('voice_business', 'voice_voluntary')
        """
        named = self.measure + ((self.minus.measure or ()) if self.minus else ())
        return tuple(dict.fromkeys(part for name in named for part in _added(name)))

    @property
    def experiments(self) -> tuple[str, ...]:
        """Return every experiment that is read.

        >>> Finding("a gap", "effect", "treated", "trust", against="base", low=0.2).experiments
        ('treated', 'base')
        """
        named = (self.experiment, self.against, *((self.minus.experiment, self.minus.against) if self.minus else ()))
        return tuple(dict.fromkeys(name for name in named if name is not None))

    @property
    def second(self) -> Finding | None:
        """Return the finding whose value is subtracted, if there is one.

        >>> gap = Finding("a gap", "mean", "treated", "trust", minus=Other(experiment="base"), low=0.0)
        >>> (gap.second.experiment, gap.second.measure), gap.second.second
        (('base', ('trust',)), None)
        """
        if self.minus is None:
            return None
        named = {name: value for name, value in vars(self.minus).items() if value is not None}
        return dataclasses.replace(self, minus=None, **named)


@dataclass(frozen=True, config=_FORBID)
class Pattern:
    """One empirical regularity: passed when all its findings (or, if ``any_of``, one) lie in their bands."""

    id: str
    statement: str
    criterion: str
    source: str
    findings: Annotated[tuple[Finding, ...], Field(min_length=1)]
    any_of: bool = False

    @property
    def experiments(self) -> tuple[str, ...]:
        """Return every experiment that the pattern reads.

        >>> findings = [Finding("trust", "mean", name, "trust", low=0.5) for name in ("base", "treated", "base")]
        >>> Pattern("P1", "Trust is high.", "At least one half.", "made up", findings).experiments
        ('base', 'treated')
        """
        return tuple(dict.fromkeys(name for finding in self.findings for name in finding.experiments))


def _added(measure: str) -> list[str]:
    return [part.strip() for part in measure.split("+")]


# ------------------------------------------------------------------------- statistics


@dataclasses.dataclass(frozen=True)
class Statistic:
    """A statistic over runs: what each run contributes, and what comes of the runs together.

    ``each`` makes arrays (…, runs) of a run's measures (…, runs, months); ``together`` takes them, whichever
    runs they hold, and gives the value (…). So runs can be drawn again without reading months again.
    """

    says: str
    together: Callable[[Finding, Sequence[Numbers]], Numbers]
    each: Callable[[Finding, Experiments, str], list[Numbers]]
    needs: tuple[str, ...] = ()
    points: int = 0
    """Months in ``at``."""
    several: Literal["averaged", "ordered", "pair"] = "averaged"
    """What several measures mean."""


def _series(experiments: Experiments, experiment: str, measure: str) -> Numbers:
    first, *others = (experiments[experiment][part] for part in _added(measure))
    for other in others:
        first = first + other
    return first


def _window(finding: Finding, series: Numbers) -> Numbers:
    """Return each run's mean (…, runs) over the window of months."""
    if finding.months == "all":
        return np.asarray(series.mean(axis=-1))
    if finding.months == "last_year":
        return np.asarray(series[..., -LAST_YEAR:].mean(axis=-1))
    first, last = finding.months
    return np.asarray(series[..., first : last + 1].mean(axis=-1))


def _over_window(finding: Finding, experiments: Experiments, measure: str) -> list[Numbers]:
    return [_window(finding, _series(experiments, finding.experiment, measure))]


def _in_both(finding: Finding, experiments: Experiments, measure: str) -> list[Numbers]:
    return [_window(finding, _series(experiments, str(e), measure)) for e in (finding.experiment, finding.against)]


def _at_points(finding: Finding, experiments: Experiments, measure: str) -> list[Numbers]:
    series = _series(experiments, finding.experiment, measure)
    return [np.asarray(series[..., month]) for month in finding.at]


def _half_lives(finding: Finding, experiments: Experiments, measure: str) -> list[Numbers]:
    return [half_life(_series(experiments, finding.experiment, measure))]


def half_life(series: Numbers) -> Numbers:
    """Return the months (…, runs) until a series (…, runs, months) is half its launch level; all months if never.

    The launch level is the mean of the first half-year; levels are means of half a year.

    >>> half_life(np.array([[1.0] * 6 + [0.0] * 6, [1.0] * 12])).tolist()
    [9.0, 12.0]
    """
    levels: Numbers = np.lib.stride_tricks.sliding_window_view(series, _HALF_LIFE_WINDOW, axis=-1).mean(axis=-1)
    below = levels < 0.5 * levels[..., :1]
    first = below.argmax(axis=-1) + _HALF_LIFE_WINDOW - 1
    return np.asarray(np.where(below.any(axis=-1), first, series.shape[-1]), dtype=np.float64)


def _quotient(over: Numbers, under: Numbers) -> Numbers:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(under > 0.0, np.divide(over, under), np.nan)


def _ratio(finding: Finding, columns: Sequence[Numbers]) -> Numbers:
    one, other = (column.mean(axis=-1) for column in columns)
    return _quotient(one, other)


def _share_of_gain(finding: Finding, columns: Sequence[Numbers]) -> Numbers:
    start, early, late = (column.mean(axis=-1) for column in columns)
    return _quotient(early - start, late - start)


def _given(bound: float | None) -> float:
    return np.nan if bound is None else bound


def _share_below(finding: Finding, columns: Sequence[Numbers]) -> Numbers:
    return np.asarray(np.less(columns[0], _given(finding.below)).mean(axis=-1))


def _share_above(finding: Finding, columns: Sequence[Numbers]) -> Numbers:
    return np.asarray(np.greater(columns[0], _given(finding.above)).mean(axis=-1))


def _both_ends(finding: Finding, columns: Sequence[Numbers]) -> Numbers:
    return np.minimum(_share_below(finding, columns), _share_above(finding, columns))


def _ordered(finding: Finding, columns: Sequence[Numbers]) -> Numbers:
    falls = [one > other for one, other in itertools.pairwise(columns)]
    return np.asarray(np.logical_and.reduce(falls).mean(axis=-1))


def _correlation(finding: Finding, columns: Sequence[Numbers]) -> Numbers:
    one, other = (column - column.mean(axis=-1, keepdims=True) for column in columns)
    return _quotient((one * other).mean(axis=-1), np.sqrt((one**2).mean(axis=-1) * (other**2).mean(axis=-1)))


def _effect(finding: Finding, columns: Sequence[Numbers]) -> Numbers:
    return standardised_effect(*columns)


def standardised_effect(treated: Numbers, control: Numbers) -> Numbers:
    """Return the difference of means (over the last axis) in units of the pooled standard deviation over runs.

    >>> float(standardised_effect(np.array([2.0, 4.0]), np.array([1.0, 3.0])))
    1.0
    """
    pooled = np.sqrt(0.5 * (treated.var(axis=-1) + control.var(axis=-1)))
    return _quotient(treated.mean(axis=-1) - control.mean(axis=-1), pooled)


STATISTICS: Mapping[StatisticName, Statistic] = {
    "mean": Statistic("mean over runs and months", lambda f, c: c[0].mean(axis=-1), _over_window),
    "sd": Statistic("standard deviation over runs", lambda f, c: c[0].std(axis=-1), _over_window),
    "share_below": Statistic("share of runs below a bound", _share_below, _over_window, ("below",)),
    "share_above": Statistic("share of runs above a bound", _share_above, _over_window, ("above",)),
    "share_at_both_ends": Statistic("smaller of the shares of runs below and above bounds", _both_ends, _over_window, ("below", "above")),
    "share_ordered": Statistic("share of runs in which the measures fall in the order given", _ordered, _over_window, several="ordered"),
    "correlation": Statistic("correlation of two measures over runs", _correlation, _over_window, several="pair"),
    "ratio_of_months": Statistic("mean in the first of two months over that in the second", _ratio, _at_points, points=2),
    "share_of_gain": Statistic("gain from the first of three months to the second, over that to the third", _share_of_gain, _at_points, points=3),
    "half_life": Statistic("months until the level is half that of the launch, mean over runs", lambda f, c: c[0].mean(axis=-1), _half_lives),
    "effect": Statistic("difference from the experiment named against, in standard deviations", _effect, _in_both, ("against",)),
}  # fmt: skip
"""What a finding may ask for."""


def refuse_untestable(finding: Finding, experiments: Mapping[str, int]) -> None:
    """Raise PatternError, in one line, if a finding cannot be tested on ``experiments`` (name -> months).

    >>> refuse_untestable(Finding("trust", "mean", "bass", "trust", low=0.5), {"base": 24})
    Traceback (most recent call last):
    analysis.patterns.criteria.PatternError: unknown experiment 'bass'; did you mean base?; known: base
    """
    statistic = STATISTICS[finding.statistic]
    for name in finding.measures:
        if name not in MEASURES:
            raise PatternError(f"unknown measure {name!r}{nearest(name, MEASURES)}; see: partnerships list measures")
    for name in finding.experiments:
        if name not in experiments:
            known = ", ".join(experiments)
            raise PatternError(f"unknown experiment {name!r}{nearest(name, experiments)}; known: {known}")
    for name in ("below", "above", "against"):
        if (getattr(finding, name) is None) == (name in statistic.needs):
            wants = f"needs {name}" if name in statistic.needs else f"takes no {name}"
            raise PatternError(f"{finding.statistic} {wants}")
    if len(finding.at) != statistic.points:
        raise PatternError(
            f"at = {list(finding.at)} is not allowed: {finding.statistic} takes {statistic.points} months"
        )
    few, many = {"averaged": (1, 99), "ordered": (2, 99), "pair": (2, 2)}[statistic.several]
    if not few <= len(finding.measure) <= many:
        wanted = "two measures" if statistic.several != "averaged" else "a measure"
        raise PatternError(f"measure = {list(finding.measure)} is not allowed: {finding.statistic} takes {wanted}")
    _refuse_months(finding, experiments)
    if finding.low is None and finding.high is None:
        raise PatternError("low and high are both missing: the band needs at least one of them")
    if finding.low is not None and finding.high is not None and finding.low > finding.high:
        raise PatternError(f"low = {finding.low:g} is above high = {finding.high:g}")


def _refuse_months(finding: Finding, experiments: Mapping[str, int]) -> None:
    months = (*finding.at, *(finding.months if isinstance(finding.months, tuple) else ()))
    if isinstance(finding.months, tuple) and finding.months[0] > finding.months[1]:
        raise PatternError(f"months = {list(finding.months)} is not allowed: the first comes after the last")
    for name in finding.experiments:
        for month in months:
            if month >= experiments[name]:
                raise PatternError(
                    f"month {month} is outside experiment {name!r}: it has months 0 to {experiments[name] - 1}"
                )


# ----------------------------------------------------------------------------- values


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
    names = (measure,) if measure else finding.measure
    return [column for name in names for column in statistic.each(finding, experiments, name)]


def value_of(finding: Finding, experiments: Experiments) -> Numbers:
    """Return the value (…) of a finding, NaN where it cannot be measured (a correlation of constants, say).

    >>> experiments = {"base": {"trust": np.array([[0.2, 0.4], [0.6, 0.8]])}}
    >>> float(value_of(Finding("trust", "mean", "base", "trust", low=0.4), experiments))
    0.5
    """
    values = [
        weight * STATISTICS[one.statistic].together(one, _columns(one, experiments, measure))
        for one, measure, weight in _parts(finding)
    ]
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
            weight * STATISTICS[one.statistic].together(one, [column[place[column.shape[-1]]] for column in columns])
            for one, weight, columns in read
        ]
        return np.asarray(np.sum(values, axis=0))

    everyone = tuple(np.arange(size) for size in sizes)
    with warnings.catch_warnings():
        # Where all runs are alike there is no chance to tell: the interval is a point, or NaN like the value.
        warnings.simplefilter("ignore", DegenerateDataWarning)
        found = bootstrap(
            everyone,
            again,
            n_resamples=resamples,
            vectorized=True,
            method="percentile",
            confidence_level=level,
            rng=seed,
        )
    return float(found.confidence_interval.low), float(found.confidence_interval.high)


def margin_of(finding: Finding, value: Numbers) -> Numbers:
    """Return how far inside (≥ 0) or outside (< 0) the band values lie, in units of the bound; −1 if not measured.

    >>> margin_of(Finding("trust", "mean", "base", "trust", low=0.5), np.array([0.75, 0.25, np.nan])).tolist()
    [0.5, -0.5, -1.0]
    """
    limits = [limit for limit in (finding.low, finding.high) if limit is not None]
    scale = max(abs(limit) if limit else 1.0 for limit in limits)
    low = -np.inf if finding.low is None else finding.low
    high = np.inf if finding.high is None else finding.high
    inside = np.minimum(np.minimum(value - low, high - value), _MOST_MARGIN * scale) / scale
    return np.where(np.isfinite(value), inside, -1.0)


def pattern_margin(pattern: Pattern, experiments: Experiments) -> Numbers:
    """Return the deciding margin (…) of a pattern: at least 0 means passed.

    >>> experiments = {"base": {"trust": np.array([[0.2, 0.4], [0.6, 0.8]])}}
    >>> findings = [Finding("trust", "mean", "base", "trust", low=low) for low in (0.25, 1.0)]
    >>> all_of = Pattern("P1", "Trust is high.", "Both hold.", "made up", findings)
    >>> float(pattern_margin(all_of, experiments)), float(pattern_margin(dataclasses.replace(all_of, any_of=True), experiments))
    (-0.5, 1.0)
    """
    found = [margin_of(finding, value_of(finding, experiments)) for finding in pattern.findings]
    return np.asarray((np.max if pattern.any_of else np.min)(found, axis=0))


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

    Columns: id, statement, criterion, source, what, statistic, value, ci_low, ci_high (95 %, bootstrap over
    runs), low, high (the band; infinite where open), margin, inside (of the band), clear (value and whole
    interval are on the same side of the band's limits), passed (the pattern).

    >>> experiments = {"base": {"trust": np.array([[0.2, 0.4], [0.6, 0.8]])}}
    >>> high = Pattern("P1", "Trust is high.", "At least 0.4.", "made up", [Finding("trust", "mean", "base", "trust", low=0.4)])
    >>> board = scoreboard([high], experiments, resamples=99)
    >>> board[["id", "value", "inside", "clear", "passed"]].to_numpy().tolist()
    [['P1', 0.5, True, False, True]]
    """
    findings = [finding for pattern in patterns for finding in pattern.findings]
    values = np.array([float(value_of(finding, experiments)) for finding in findings])
    intervals = [interval_of(finding, experiments, resamples=resamples, seed=seed) for finding in findings]
    return _board(patterns, values, np.array(intervals))


def scoreboard_of_sets(patterns: Sequence[Pattern], values: Numbers) -> pd.DataFrame:
    """Return the scoreboard of many parameter sets from the ``values`` (sets, findings) of their findings.

    Columns as in ``scoreboard``: the value is the median over the sets, the interval holds the middle 95 %
    of them that it can be measured of (chance and parameters), and a pattern has passed if at least half of the
    sets pass it; ``share_of_sets`` says how many do.

    >>> high = Pattern("P1", "Trust is high.", "At least 0.4.", "made up", [Finding("trust", "mean", "base", "trust", low=0.4)])
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
    board["passed"] = board["share_of_sets"] >= 0.5
    return board


def margins_from(patterns: Sequence[Pattern], values: Numbers) -> Numbers:
    """Return the deciding margins (…, patterns) from the values (…, findings) of all findings in their order.

    >>> findings = [Finding("trust", "mean", "base", "trust", low=low) for low in (0.25, 1.0)]
    >>> both = Pattern("P1", "Trust is high.", "Both hold.", "made up", findings)
    >>> margins_from([both], np.array([[0.5, 0.5], [2.0, 2.0]])).tolist()
    [[-0.5], [1.0]]
    """
    found, first = [], 0
    for pattern in patterns:
        of_pattern = [margin_of(one, values[..., first + k]) for k, one in enumerate(pattern.findings)]
        found.append((np.max if pattern.any_of else np.min)(of_pattern, axis=0))
        first += len(pattern.findings)
    return np.stack(found, axis=-1)


def _board(patterns: Sequence[Pattern], values: Numbers, intervals: Numbers) -> pd.DataFrame:
    rows: list[dict[str, object]] = []
    for pattern, margin in zip(patterns, margins_from(patterns, values), strict=True):
        for finding in pattern.findings:
            value, (ci_low, ci_high) = values[len(rows)], intervals[len(rows)]
            inside = [bool(margin_of(finding, np.array(at)) >= 0.0) for at in (value, ci_low, ci_high)]
            rows.append(
                {
                    **{name: getattr(pattern, name) for name in ("id", "statement", "criterion", "source")},
                    "what": finding.what,
                    "statistic": finding.statistic,
                    "value": value,
                    "ci_low": ci_low,
                    "ci_high": ci_high,
                    "low": -np.inf if finding.low is None else finding.low,
                    "high": np.inf if finding.high is None else finding.high,
                    "margin": float(margin_of(finding, np.array(value))),
                    "inside": inside[0],
                    "clear": len(set(inside)) == 1 and bool(np.isfinite(ci_low)),
                    "passed": bool(margin >= 0.0),
                }
            )
    return pd.DataFrame(rows)
