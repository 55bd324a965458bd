"""Patterns of real partnerships as declared criteria on simulated ones, and how to test them.

A pattern has findings. A finding is a statistic of one measure of one experiment (a named batch of runs)
and the band that it has to lie in. Patterns are data, declared in YAML and checked here; what a statistic
means is code, and is declared here once. An answer is a value, an interval for chance, and a margin: at
least 0 where the value lies inside its band, the shortfall where it does not. Where a finding says so, the
whole interval has to lie in the band, or some of it. What is only reported decides nothing.

Months are counted from 0, the first, as in the column ``month`` of every table.
"""

from __future__ import annotations

import dataclasses
import itertools
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass
from scipy.stats import DegenerateDataWarning, bootstrap

from sim.measures import MEASURES
from sim.parameters import Real, Whole
from sim.rules.structure import at_the_end
from sim.scenario import nearest

Numbers = NDArray[np.float64]

Runs = Mapping[str, Numbers]
"""One experiment: measure -> (…, runs, months), with an axis for parameter sets in front where there are many."""

Experiments = Mapping[str, Runs]
"""What patterns read: experiment -> runs."""

_FORBID = ConfigDict(extra="forbid", allow_inf_nan=False)
LAST_YEAR = 12
ALIVE_BY = "is_dissolved"
"""The measure that tells how long a partnership lived."""

_HALF_LIFE_WINDOW = 6
_MOST_MARGIN = 10.0
_TOUCHES = np.finfo(np.float64).tiny
_ROUNDING = 1e-12
_NEWTON_STEPS = 30
_SLOPE_PRIOR_SD = 10.0

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
    "paired_effect",
    "change",
    "sd_of_change",
    "slope_of_change",
    "share_rising",
    "share_meeting",
    "odds_slope",
    "error_over_uniform",
]

Month = Annotated[Whole, Field(ge=0, le=599)]
Window = Literal["all", "last_year", "at_the_end"] | tuple[Month, Month]
Role = Literal["fit", "held_out", "input", "open"]


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
class Level:
    """A measure, and where it has to lie in a run."""

    measure: str
    low: Real | None = None
    high: Real | None = None


@dataclass(frozen=True, config=_FORBID)
class Condition(Level):
    """Which runs are looked at: those whose mean over months lies there, in this or in another experiment.

    Of another experiment the run of the same place and replicate is asked, so both have to have equally many.
    """

    months: Window = "all"
    experiment: str | None = None


@dataclass(frozen=True, config=_FORBID)
class Finding:
    """A criterion: a statistic of a measure in an experiment, and the band [low, high] it has to lie in.

    ``measure`` may add measures up ("voice_business + voice_voluntary"); of several measures the statistic
    is averaged, unless it says otherwise. ``months`` is a window: all, last_year, at_the_end (the last twelve
    months that a partnership lived), or [first, last]; a run counts with its mean ``over`` the window, or its
    total. ``at`` lists months, or windows of them. With ``among`` only runs that meet all its conditions are
    looked at. ``holds_for`` says what has to lie in the band: the value, the whole ``interval`` for chance (and
    it may not touch the bounds), or ``some_of_interval``. What is only ``reported`` needs no band.
    """

    what: str
    statistic: StatisticName
    experiment: str
    measure: Annotated[tuple[str, ...], BeforeValidator(_as_tuple)] = ()
    months: Window = "all"
    over: Literal["mean", "total"] = "mean"
    at: tuple[Month | tuple[Month, Month], ...] = ()
    below: Real | None = None
    above: Real | None = None
    against: str | None = None
    sd_of: str | None = None
    where: tuple[Level, ...] = ()
    record: tuple[Real, ...] = ()
    among: tuple[Condition, ...] = ()
    minus: Other | None = None
    low: Real | None = None
    high: Real | None = None
    holds_for: Literal["value", "interval", "some_of_interval"] = "value"
    reported: bool = False

    @property
    def measures(self) -> tuple[str, ...]:
        """Return every measure that is read, of the second value too.

        >>> Finding("a sum", "mean", "base", "voice_business + voice_voluntary", low=0.2).measures
        ('voice_business', 'voice_voluntary')
        """
        named = self.measure + ((self.minus.measure or ()) if self.minus else ())
        named += tuple(one.measure for one in (*self.where, *self.among))
        named += (ALIVE_BY,) if "at_the_end" in (self.months, *(one.months for one in self.among)) else ()
        return tuple(dict.fromkeys(part for name in named for part in _added(name)))

    @property
    def experiments(self) -> tuple[str, ...]:
        """Return every experiment that is read.

        >>> Finding("a gap", "effect", "treated", "trust", against="base", low=0.2).experiments
        ('treated', 'base')
        """
        named = (self.experiment, self.against, *((self.minus.experiment, self.minus.against) if self.minus else ()))
        named += (self.sd_of, *(one.experiment for one in self.among))
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
    """One empirical regularity: passed when all its findings (or, if ``any_of``, one) lie in their bands.

    ``role`` says what it is for: parameters are fitted to it, or it is held out, or it checks an input and says
    nothing of the model, or nobody knows the answer. ``lost_by`` names the null models that should lose it. ``seen`` is
    when a pattern that was held out was looked at, before a mechanism was changed or numbers fitted anew.
    """

    id: str
    statement: str
    criterion: str
    source: str
    findings: Annotated[tuple[Finding, ...], Field(min_length=1)]
    any_of: bool = False
    role: Role = "fit"
    lost_by: tuple[str, ...] = ()
    seen: str = ""
    remark: str = ""

    @property
    def experiments(self) -> tuple[str, ...]:
        """Return every experiment that the pattern reads.

        >>> findings = [Finding("trust", "mean", name, "trust", low=0.5) for name in ("base", "treated", "base")]
        >>> Pattern("P1", "Trust is high.", "At least one half.", "made up", findings).experiments
        ('base', 'treated')
        """
        return tuple(dict.fromkeys(name for finding in self.findings for name in finding.experiments))

    @property
    def decides(self) -> tuple[bool, ...]:
        """Return which findings decide whether the pattern is passed: those that are not only reported.

        >>> shown = Finding("trust", "mean", "base", "trust", reported=True)
        >>> Pattern("P1", "Trust is high.", "Nobody knows.", "made up", [shown]).decides
        (False,)
        """
        return tuple(not finding.reported for finding in self.findings)


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
    """Months (or windows) in ``at``; below 0 any number of them, at least one."""
    several: Literal["averaged", "ordered", "pair", "none"] = "averaged"
    """What several measures mean; none if the measures are those in ``where``."""


def _series(experiments: Experiments, experiment: str, measure: str) -> Numbers:
    first, *others = (experiments[experiment][part] for part in _added(measure))
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
    names = (measure,) if measure or statistic.several == "none" else finding.measure
    columns = [column for name in names for column in statistic.each(finding, experiments, name)]
    if not finding.among:
        return columns
    chosen = np.logical_and.reduce([_meets(one, finding, experiments) for one in finding.among])
    if any(column.shape != chosen.shape for column in columns):
        raise PatternError("among asks another experiment, which has another number of runs")
    return [column[chosen] for column in columns]


def _meets(condition: Condition, finding: Finding, experiments: Experiments) -> NDArray[np.bool_]:
    """Return which runs meet a condition."""
    experiment = condition.experiment or finding.experiment
    return _lies_in(_window(experiments, experiment, condition.measure, condition.months), condition)


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
    >>> float(pattern_margin(all_of, experiments)), float(pattern_margin(dataclasses.replace(all_of, any_of=True), experiments))
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
    >>> high = Pattern("P1", "Trust is high.", "At least 0.4.", "made up", [Finding("trust", "mean", "base", "trust", low=0.4)])
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
