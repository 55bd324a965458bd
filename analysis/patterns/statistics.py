"""What a statistic of a finding means: what each run contributes, and what comes of the runs together."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.patterns.criteria import (
    ALIVE_BY,
    Condition,
    Experiments,
    Finding,
    Level,
    Numbers,
    PatternError,
    StatisticName,
    Window,
    added,
)
from sim.measures import MEASURES
from sim.rules.structure import at_the_end
from sim.scenario import nearest

LAST_YEAR = 12
_HALF_LIFE_WINDOW = 6
_ROUNDING = 1e-12
_NEWTON_STEPS = 30
_SLOPE_PRIOR_SD = 10.0


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
    """Months (or windows) in ``at``; below 0 any number of them, at least one."""
    several: Literal["averaged", "ordered", "pair", "none"] = "averaged"
    """What several measures mean; none if the measures are those in ``where``."""


def _series(experiments: Experiments, experiment: str, measure: str) -> Numbers:
    first, *others = (experiments[experiment][part] for part in added(measure))
    for other in others:
        first = first + other
    return first


def _window(experiments: Experiments, experiment: str, measure: str, months: Window, over: str = "mean") -> Numbers:
    """Return each run's mean or total (…, runs) over a window of months."""
    series = _series(experiments, experiment, measure)
    if months == "at_the_end":
        lived = 1.0 - experiments[experiment][ALIVE_BY]
        rows = zip(series.reshape(-1, series.shape[-1]), lived.reshape(-1, series.shape[-1]), strict=True)
        ends = [at_the_end(series=one.tolist(), lived=alive.tolist()) for one, alive in rows]
        return np.array(ends).reshape(series.shape[:-1])
    if months == "last_year":
        chosen = series[..., -LAST_YEAR:]
    elif months == "all":
        chosen = series
    else:
        chosen = series[..., months[0] : months[1] + 1]
    return np.asarray(chosen.sum(axis=-1) if over == "total" else chosen.mean(axis=-1))


def _point(series: Numbers, at: int | tuple[int, int]) -> Numbers:
    """Return each run's number (…, runs) in a month, or its mean over a window."""
    return np.asarray(series[..., at] if isinstance(at, int) else series[..., at[0] : at[1] + 1].mean(axis=-1))


def _over_window(finding: Finding, experiments: Experiments, measure: str) -> list[Numbers]:
    return [_window(experiments, finding.experiment, measure, finding.months, finding.over)]


def _in_both(finding: Finding, experiments: Experiments, measure: str) -> list[Numbers]:
    named = (finding.experiment, finding.against)
    return [_window(experiments, str(name), measure, finding.months, finding.over) for name in named]


def _in_three(finding: Finding, experiments: Experiments, measure: str) -> list[Numbers]:
    spread = str(finding.sd_of or finding.against)
    third = _window(experiments, spread, measure, finding.months, finding.over)
    return [*_in_both(finding, experiments, measure), third]


def _at_points(finding: Finding, experiments: Experiments, measure: str) -> list[Numbers]:
    series = _series(experiments, finding.experiment, measure)
    return [_point(series, at) for at in finding.at]


def _one_point_each(finding: Finding, experiments: Experiments, measure: str) -> list[Numbers]:
    at = finding.at[finding.measure.index(measure)]
    return [_point(_series(experiments, finding.experiment, measure), at)]


def _change_and_cause(finding: Finding, experiments: Experiments, measure: str) -> list[Numbers]:
    series = _series(experiments, finding.experiment, measure)
    late, early, cause = (_point(series, at) for at in finding.at)
    return [late - early] if measure == finding.measure[0] else [cause]


def _meets_at_points(finding: Finding, experiments: Experiments, measure: str) -> list[Numbers]:
    met = []
    for at in finding.at:
        each = [(_point(_series(experiments, finding.experiment, one.measure), at), one) for one in finding.where]
        met.append(np.logical_and.reduce([_lies_in(value, one) for value, one in each]).astype(np.float64))
    return met


def _lies_in(value: Numbers, level: Level) -> NDArray[np.bool_]:
    low = -np.inf if level.low is None else level.low
    high = np.inf if level.high is None else level.high
    return np.asarray((value >= low) & (value <= high))


def meets(condition: Condition, finding: Finding, experiments: Experiments) -> NDArray[np.bool_]:
    """Return which runs meet a condition.

    >>> experiments = {"base": {"trust": np.array([[0.2, 0.4], [0.6, 0.8]])}}
    >>> finding = Finding("trust", "mean", "base", "trust", low=0.4)
    >>> meets(Condition("trust", low=0.5), finding, experiments)
    array([False,  True])
    """
    experiment = condition.experiment or finding.experiment
    return _lies_in(_window(experiments, experiment, condition.measure, condition.months), condition)


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


def _spread(column: Numbers) -> Numbers:
    """Return the standard deviation over runs, exactly 0 where runs differ in their last bits only."""
    sd = column.std(axis=-1)
    return np.where(sd > _ROUNDING * np.abs(column).max(axis=-1), sd, 0.0)


def _paired_effect(finding: Finding, columns: Sequence[Numbers]) -> Numbers:
    treated, control, spread = columns
    return _quotient(treated.mean(axis=-1) - control.mean(axis=-1), _spread(spread))


def _change(finding: Finding, columns: Sequence[Numbers]) -> Numbers:
    return np.asarray(columns[0].mean(axis=-1) - columns[1].mean(axis=-1))


def _sd_of_change(finding: Finding, columns: Sequence[Numbers]) -> Numbers:
    return np.asarray((columns[0] - columns[1]).std(axis=-1))


def _slope(finding: Finding, columns: Sequence[Numbers]) -> Numbers:
    change, cause = (column - column.mean(axis=-1, keepdims=True) for column in columns)
    return _quotient((change * cause).mean(axis=-1), _spread(columns[1]) ** 2)


def _share_rising(finding: Finding, columns: Sequence[Numbers]) -> Numbers:
    return np.asarray((columns[0] > columns[1]).mean(axis=-1))


def _least_share(finding: Finding, columns: Sequence[Numbers]) -> Numbers:
    return np.asarray(np.min([column.mean(axis=-1) for column in columns], axis=0))


def _odds_slope(finding: Finding, columns: Sequence[Numbers]) -> Numbers:
    return log_odds_slope(*columns)


def log_odds_slope(outcome: Numbers, cause: Numbers) -> Numbers:
    """Return by how much the log odds (…) of an outcome (…, runs; 1 or 0) rise with a unit of a cause (…, runs).

    Logistic regression by Newton's method; NaN where either is the same in all runs. Where a cause separates outcomes
    altogether the slope has no bound: a weak prior on it (normal, SD 10 for a standard deviation of the cause) holds it.

    >>> outcome, cause = np.array([0.0, 0.0, 1.0, 1.0, 0.0, 1.0]), np.array([1.0, 2.0, 3.0, 4.0, 3.0, 2.0])
    >>> bool(log_odds_slope(outcome, cause) > 0.0), bool(np.isnan(log_odds_slope(np.ones(6), cause)))
    (True, True)
    """
    sd = _spread(cause)
    told = (sd > 0.0) & (_spread(outcome) > 0.0)
    unit = np.where(told, sd, 1.0)
    z = (cause - cause.mean(axis=-1, keepdims=True)) / unit[..., None]
    level, slope = np.zeros(sd.shape), np.zeros(sd.shape)
    for _ in range(_NEWTON_STEPS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(level[..., None] + slope[..., None] * z, -30.0, 30.0)))
        weight = chance * (1.0 - chance) + 1e-9
        up_level = (outcome - chance).sum(axis=-1)
        up_slope = ((outcome - chance) * z).sum(axis=-1) - slope / _SLOPE_PRIOR_SD**2
        a, b, c = weight.sum(axis=-1), (weight * z).sum(axis=-1), (weight * z * z).sum(axis=-1) + _SLOPE_PRIOR_SD**-2
        room = a * c - b * b
        level = level + np.clip((c * up_level - b * up_slope) / room, -3.0, 3.0)
        slope = slope + np.clip((a * up_slope - b * up_level) / room, -3.0, 3.0)
    return np.where(told, slope / unit, np.nan)


def _error_over_uniform(finding: Finding, columns: Sequence[Numbers]) -> Numbers:
    found = np.stack([column.mean(axis=-1) for column in columns], axis=-1)
    record = np.asarray(finding.record)
    uniform = np.full(len(record), record.mean())
    return _quotient(
        np.sqrt(((found - record) ** 2).mean(axis=-1)), np.asarray(np.sqrt(((uniform - record) ** 2).mean()))
    )


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
    "paired_effect": Statistic("difference from the experiment named against, in standard deviations over its runs (or those of sd_of)", _paired_effect, _in_three, ("against",)),
    "change": Statistic("mean in the first of two months minus that in the second", _change, _at_points, points=2),
    "sd_of_change": Statistic("standard deviation over runs of the first of two months minus the second", _sd_of_change, _at_points, points=2),
    "slope_of_change": Statistic("slope over runs: first measure, first of three months minus second, on second measure in the third", _slope, _change_and_cause, points=3, several="pair"),
    "share_rising": Statistic("share of runs in which the first of two months is above the second", _share_rising, _at_points, points=2),
    "share_meeting": Statistic("share of runs that meet every level in where, the smallest over the months in at", _least_share, _meets_at_points, ("where",), points=-1, several="none"),
    "odds_slope": Statistic("log odds over runs of the first measure (1 or 0, first of two months) for a unit of the second (second month)", _odds_slope, _one_point_each, points=2, several="pair"),
    "error_over_uniform": Statistic("root mean square distance of means of measures from record, over that of equal shares", _error_over_uniform, _over_window, ("record",), several="ordered"),
}  # fmt: skip
"""What a finding may ask for."""


def refuse_untestable(finding: Finding, experiments: Mapping[str, int], *, measures: Iterable[str] = MEASURES) -> None:
    """Raise PatternError, in one line, if a finding cannot be tested on ``experiments`` (name -> months).

    ``measures`` are those that can be read, by default all that the model reports.

    >>> refuse_untestable(Finding("trust", "mean", "bass", "trust", low=0.5), {"base": 24})
    Traceback (most recent call last):
    analysis.patterns.criteria.PatternError: unknown experiment 'bass'; did you mean base?; known: base
    """
    statistic = STATISTICS[finding.statistic]
    known_measures = list(measures)
    for name in finding.measures:
        if name not in known_measures:
            see = "; see: partnerships list measures" if measures is MEASURES else ""
            raise PatternError(f"unknown measure {name!r}{nearest(name, known_measures)}{see}")
    for name in finding.experiments:
        if name not in experiments:
            known = ", ".join(experiments)
            raise PatternError(f"unknown experiment {name!r}{nearest(name, experiments)}; known: {known}")
    for name in ("below", "above", "against", "where", "record"):
        if (getattr(finding, name) in (None, ())) == (name in statistic.needs):
            wants = f"needs {name}" if name in statistic.needs else f"takes no {name}"
            raise PatternError(f"{finding.statistic} {wants}")
    if finding.sd_of is not None and finding.statistic != "paired_effect":
        raise PatternError(f"{finding.statistic} takes no sd_of")
    if len(finding.at) != statistic.points and not (statistic.points < 0 < len(finding.at)):
        wanted = f"{statistic.points} months" if statistic.points >= 0 else "a month or more"
        raise PatternError(f"at = {list(finding.at)} is not allowed: {finding.statistic} takes {wanted}")
    few, many = {"averaged": (1, 99), "ordered": (2, 99), "pair": (2, 2), "none": (0, 0)}[statistic.several]
    if not few <= len(finding.measure) <= many:
        wanted = {"averaged": "a measure", "none": "none but those in where"}.get(statistic.several, "two measures")
        raise PatternError(f"measure = {list(finding.measure)} is not allowed: {finding.statistic} takes {wanted}")
    if finding.over == "total" and (finding.months == "at_the_end" or statistic.points):
        raise PatternError("over = 'total' is not allowed: it takes a window of months of the calendar")
    if finding.record and len(finding.record) != len(finding.measure):
        raise PatternError(f"record has {len(finding.record)} numbers for {len(finding.measure)} measures")
    _refuse_months(finding, experiments)
    for level in (*finding.where, *finding.among):
        _refuse_band(level.low, level.high, f"{level.measure}: ")
    if not finding.reported:
        _refuse_band(finding.low, finding.high)


def _refuse_band(low: float | None, high: float | None, where: str = "") -> None:
    if low is None and high is None:
        raise PatternError(f"{where}low and high are both missing: the band needs at least one of them")
    if low is not None and high is not None and low > high:
        raise PatternError(f"{where}low = {low:g} is above high = {high:g}")


def _refuse_months(finding: Finding, experiments: Mapping[str, int]) -> None:
    windows = [(finding.months, finding.experiments), *((at, finding.experiments) for at in finding.at)]
    windows += [(one.months, (one.experiment or finding.experiment,)) for one in finding.among]
    for window, named in windows:
        if isinstance(window, str):
            continue
        first, last = (window, window) if isinstance(window, int) else window
        if first > last:
            raise PatternError(f"months = {[first, last]} is not allowed: the first comes after the last")
        for name in named:
            if last >= experiments[name]:
                raise PatternError(
                    f"month {last} is outside experiment {name!r}: it has months 0 to {experiments[name] - 1}"
                )
