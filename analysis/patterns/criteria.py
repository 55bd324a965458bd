"""Patterns of real partnerships as declared criteria on simulated ones: their form.

A pattern has findings. A finding is a statistic of one measure of one experiment (a named batch of runs)
and the band that it has to lie in. Patterns are data, declared in YAML; what a statistic means is code
(``analysis.patterns.statistics``). What is only reported decides nothing. How a pattern fares is worked out
in ``analysis.patterns.scoreboard``.

Months are counted from 0, the first, as in the column ``month`` of every table.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass

from sim.parameters import Real, Whole

Numbers = NDArray[np.float64]

Runs = Mapping[str, Numbers]
"""One experiment: measure -> (…, runs, months), with an axis for parameter sets in front where there are many."""

Experiments = Mapping[str, Runs]
"""What patterns read: experiment -> runs."""

_FORBID = ConfigDict(extra="forbid", allow_inf_nan=False)

ALIVE_BY = "is_dissolved"
"""The measure that tells how long a partnership lived."""

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
        return tuple(dict.fromkeys(part for name in named for part in added(name)))

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


def added(measure: str) -> list[str]:
    """Return the measures that one with plus signs is the sum of.

    >>> added("voice_business + voice_voluntary")
    ['voice_business', 'voice_voluntary']
    """
    return [part.strip() for part in measure.split("+")]
