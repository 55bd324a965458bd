"""The claims of scenarios as tests, declared in the scenario's own YAML before any of them was run.

Each claim falls into parts. A part says what is read from which runs over which months, what that is set
against, in which direction it should differ, and by how much at least. Where a scenario changes several
things at once and the claim is about one of them, the reference is a twin: the same scenario without that
one thing. Nothing in a declaration may be changed because of a result.

Two limits are told with every part: ``by_rule`` names the rule if the direction follows from it without any
interaction (the part then shows the rule, it is no evidence for the claim), and ``untestable`` lists what
the model has no words for.

In YAML a part takes statement, measure (or regimes) and months, with since and above as in a reading; expected; and
against (a scenario with overrides, by default the baseline), or level. Further: of, against_reading, more_than,
among, either, by_rule.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal, get_args

from sim.measures import MEASURES
from sim.regimes import REGIMES
from sim.scenario import nearest

REGIME = "regime"
"""Read instead of a measure: whether the run is in one of the regimes named."""

Expected = Literal["higher", "lower", "not higher", "not lower"]


@dataclasses.dataclass(frozen=True)
class Reading:
    """One number a run: the mean of a measure over the months ``first`` to ``last`` (both included, from 0).

    With ``since`` it is the change from the mean over those earlier months; with ``above`` it is 1 if that
    number is greater, otherwise 0; with ``regimes`` it is the share of the months spent in one of them.
    """

    measure: str
    first: int
    last: int
    since: tuple[int, int] | None = None
    above: float | None = None
    regimes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.measure not in MEASURES and self.measure != REGIME:
            raise ValueError(f"unknown measure {self.measure!r}; see sim.MEASURES")
        if (self.measure == REGIME) != bool(self.regimes) or set(self.regimes) - set(REGIMES):
            raise ValueError(f"regimes = {self.regimes!r}: name some of {', '.join(REGIMES)} with measure 'regime'")
        for first, last in ((self.first, self.last), *([self.since] if self.since else [])):
            if not 0 <= first <= last:
                raise ValueError(
                    f"months {first} to {last} are not allowed: the first is 0 or later, the last not before"
                )

    @property
    def is_share_of_runs(self) -> bool:
        """Return whether its mean over runs is a share of runs."""
        return self.above is not None or self.measure == REGIME

    @property
    def label(self) -> str:
        """Return a name for the reading, the same for equal readings."""
        what = " or ".join(self.regimes) or self.measure
        text = f"{what} {_months(self.first, self.last)}"
        if self.since is not None:
            text += f" since {_months(*self.since)}"
        return text if self.above is None else f"{text} above {self.above:g}"


def _months(first: int, last: int) -> str:
    return f"[{first}]" if first == last else f"[{first}-{last}]"


@dataclasses.dataclass(frozen=True)
class RunsRead:
    """Runs that a part reads: a scenario with settings changed, such as ``levers.staff_team=0``."""

    scenario: str
    overrides: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Return the scenario and what is changed in it."""
        return " ".join((self.scenario, *self.overrides))


BASELINE = RunsRead("baseline_lsp")


@dataclasses.dataclass(frozen=True)
class Part:
    """One testable part of a claim."""

    statement: str
    reading: Reading
    expected: Expected
    reference: RunsRead | float = BASELINE
    """Other runs, or a level that the mean has to reach (or must not reach)."""
    runs: RunsRead | None = None
    """What is tested, if not the scenario of the claim itself."""
    reference_reading: Reading | None = None
    """What is read from the reference, if not the same."""
    than: Reading | None = None
    """The effect on this is taken off the effect on ``reading``, both in standard deviations over runs."""
    among: Reading | None = None
    """Only replicates for which this is above ½ in the reference."""
    either: str = ""
    """Parts with the same word here are alternatives: the best of them counts."""
    by_rule: str = ""
    """The rule that gives the direction by itself."""

    @property
    def smallest(self) -> float:
        """Return the smallest effect that counts, in units of the reading (or standard deviations)."""
        if self.than is not None:
            return SMALLEST_IN_SD
        return SMALLEST_SHARE_OF_RUNS if self.reading.is_share_of_runs else SMALLEST[self.reading.measure]


@dataclasses.dataclass(frozen=True)
class Claim:
    """What a scenario claims, as parts, and what of it the model cannot say."""

    scenario: str
    parts: tuple[Part, ...]
    untestable: tuple[str, ...] = ()


SMALLEST_SHARE_OF_RUNS = 0.05
"""One partnership in twenty."""

SMALLEST_IN_SD = 0.2
"""Cohen's (1988) small effect."""

SMALLEST: Mapping[str, float] = {
    **dict.fromkeys((name for name in MEASURES if name.startswith("attendance")), 0.05),  # one seat in twenty
    **dict.fromkeys((name for name in MEASURES if name.startswith("engagement")), 0.03),  # a tenth of a coalition's 0.3
    "voice_business": 0.02,  # two points of influence
    "voice_voluntary": 0.02,
    "dominance": 0.01,
    "trust": 0.02,
    "coherence": 0.03,
    "alignment_partners": 0.03,
    "decision_rate": 0.04,  # one decision in two years
    "outcome": 0.01,  # a point of the gap
    "added_value": 0.01,
}
"""The smallest difference that counts, by measure."""

_READING = {"measure", "months", "since", "above", "regimes"}
_BESIDE = {
    "statement",
    "expected",
    "against",
    "level",
    "of",
    "against_reading",
    "more_than",
    "among",
    "either",
    "by_rule",
}


def claim_of(scenario: str, stated: Mapping[str, Any]) -> Claim:
    """Return the claim that the YAML of a scenario states in ``tests`` and ``untestable``.

    Raises ValueError, in one line that names the scenario and the part, for what makes no sense.

    >>> part = {"statement": "more come", "measure": "attendance", "months": [12, 143], "expected": "higher"}
    >>> claim = claim_of("sigoma_stick", {"tests": [part | {"against": "sigoma_stick levers.duty.attend=0"}]})
    >>> claim.parts[0].reading.label, claim.parts[0].reference.label
    ('attendance [12-143]', 'sigoma_stick levers.duty.attend=0')
    """
    tests, untestable = stated.get("tests") or [], stated.get("untestable") or []
    parts = []
    for number, part in enumerate(tests, 1):
        try:
            parts.append(_part(part))
        except (KeyError, TypeError, ValueError) as error:
            reason = f"{error} is missing" if isinstance(error, KeyError) else str(error)
            raise ValueError(f"scenario {scenario}, test {number}: {reason}") from None
    return Claim(scenario, tuple(parts), tuple(map(str, untestable)))


def _part(stated: Mapping[str, Any]) -> Part:
    _refuse_unknown(stated, _READING | _BESIDE)
    if stated["expected"] not in get_args(Expected):
        raise ValueError(f"expected = {stated['expected']!r} is not allowed: it takes {', '.join(get_args(Expected))}")
    if "level" in stated and "against" in stated:
        raise ValueError("level and against: name one of them")
    further = {
        "runs": _runs(stated.get("of")),
        "reference_reading": _reading_inside(stated.get("against_reading")),
        "than": _reading_inside(stated.get("more_than")),
        "among": _reading_inside(stated.get("among")),
    }
    return Part(
        statement=str(stated["statement"]),
        reading=_reading(stated),
        expected=stated["expected"],
        reference=float(stated["level"]) if "level" in stated else _runs(stated.get("against")) or BASELINE,
        either=str(stated.get("either", "")),
        by_rule=str(stated.get("by_rule", "")),
        **further,  # type: ignore[arg-type]
    )


def _runs(named: str | None) -> RunsRead | None:
    if named is None:
        return None
    scenario, *overrides = str(named).split()
    return RunsRead(scenario, tuple(overrides))


def _reading_inside(stated: Mapping[str, Any] | None) -> Reading | None:
    if stated is None:
        return None
    _refuse_unknown(stated, _READING)
    return _reading(stated)


def _reading(stated: Mapping[str, Any]) -> Reading:
    first, last = stated["months"]
    since = tuple(stated["since"]) if "since" in stated else None
    regimes = tuple(stated.get("regimes", ()))
    measure = stated.get("measure", REGIME) if regimes else stated["measure"]
    return Reading(measure, first, last, since=since, above=stated.get("above"), regimes=regimes)


def _refuse_unknown(stated: Mapping[str, Any], known: set[str]) -> None:
    if unknown := [name for name in stated if name not in known]:
        raise ValueError(
            f"unknown {unknown[0]!r}{nearest(unknown[0], sorted(known))}; known: {', '.join(sorted(known))}"
        )
