"""What is declared of patterns, checked: the patterns themselves and, for a model to come, all that they rest on.

A *declaration* is plain content as YAML gives it, in parts: ``measures`` and ``kept`` (the words that criteria read),
``places`` and ``experiments`` (what has to be simulated), ``nulls`` and ``evidence``, ``regimes``, and ``patterns``. It
is checked to the last word before anything is run, and refused in one line. Months may be written as dates; they
become months counted from the start of the experiment that they are read of.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from analysis.patterns.criteria import Finding, Pattern, PatternError
from analysis.patterns.statistics import refuse_untestable
from sim.measures import MEASURES
from sim.parameters import Real, Whole
from sim.regimes import READ, REGIMES
from sim.scenario import Month, ScenarioError, month_number, nearest, validated

_FORBID = ConfigDict(extra="forbid", allow_inf_nan=False)
_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_NUMBERS = ("low", "high", "below", "above", "value")
LAUNCH = "2001-04"

PARTS: Mapping[str, type] = {
    "measures": dict,
    "kept": list,
    "places": dict,
    "experiments": dict,
    "nulls": dict,
    "evidence": dict,
    "regimes": dict,
    "patterns": list,
}
"""The parts of a declaration, and how each is written."""


@dataclass(frozen=True, config=_FORBID)
class Word:
    """A measure as it will have to be reported."""

    says: str
    unit: str
    low: Real | None = None
    high: Real | None = None


@dataclass(frozen=True, config=_FORBID)
class Places:
    """A set of places, and how many there are."""

    says: str
    count: Annotated[Whole, Field(ge=1, le=1000)]


@dataclass(frozen=True, config=_FORBID)
class PlannedRuns:
    """What has to be simulated. ``null_model`` takes something away; ``stands_in``: for what was wanted.

    ``for_names``: no pattern reads it, but a scan counts what its months are called.
    """

    says: str
    scenario: str
    runs_a_place: Annotated[Whole, Field(ge=1, le=100_000)]
    places: str = "own"
    overrides: tuple[str, ...] = ()
    start: Month = LAUNCH
    months: Annotated[Whole, Field(ge=1, le=600)] = 144
    null_model: str | None = None
    stands_in: str = ""
    for_names: bool = False


@dataclass(frozen=True, config=_FORBID)
class NullModel:
    """The model without one thing: what is taken away, and what stays as it is."""

    says: str
    keeps: str


@dataclass(frozen=True, config=_FORBID)
class EvidenceRule:
    """When a pattern that is passed is evidence: few prior draws pass it, and enough null models lose it."""

    prior_share_below: Annotated[Real, Field(gt=0.0, le=1.0)]
    lost_by_at_least: Annotated[Whole, Field(ge=1)]


@dataclass(frozen=True, config=_FORBID)
class Regimes:
    """What a month may be called, in order, and what is asked of the words themselves."""

    order: tuple[str, ...]
    unsettled_at_most: Real
    adjusted_rand_at_least: Real


@dataclasses.dataclass(frozen=True)
class Declaration:
    """A declaration that has been checked."""

    measures: Mapping[str, Word]
    kept: tuple[str, ...]
    places: Mapping[str, Places]
    experiments: Mapping[str, PlannedRuns]
    nulls: Mapping[str, NullModel]
    evidence: EvidenceRule
    regimes: Regimes
    patterns: tuple[Pattern, ...]

    def measures_of(self, experiment: str) -> tuple[str, ...]:
        """Return the measures that some pattern reads of an experiment or together with it."""
        findings = (finding for pattern in self.patterns for finding in pattern.findings)
        return tuple(dict.fromkeys(name for f in findings if experiment in f.experiments for name in f.measures))

    def runs_of(self, experiment: str) -> int:
        """Return how many runs an experiment takes."""
        planned = self.experiments[experiment]
        return planned.runs_a_place * self.places[planned.places].count


# ---------------------------------------------------------------------------- patterns


def pattern_from(
    stated: Any,
    number: int,
    *,
    months: Mapping[str, int],
    starts: Mapping[str, str] | None = None,
    measures: Iterable[str] = MEASURES,
) -> Pattern:
    """Return the pattern that is stated in plain content, the ``number``-th of its list.

    ``months`` and ``starts`` say of every experiment how long it is and when it begins; ``measures`` can be read.
    Raises PatternError, whose one line names the pattern, the value and what is allowed.

    >>> told = {"id": "P1", "statement": "Trust is high.", "criterion": "At least ½.", "source": "made up"}
    >>> finding = {"what": "trust", "statistic": "mean", "experiment": "base", "measure": "trust", "low": 0.5}
    >>> found = pattern_from(told | {"findings": [finding | {"months": "2001-06"}]}, 0, months={"base": 24}, starts={})
    >>> found.findings[0].months
    (2, 2)
    """
    if not isinstance(stated, Mapping):
        raise PatternError(
            f"patterns.{number} = {stated!r} is not allowed: it takes id, statement, criterion and so on"
        )
    name = str(stated.get("id", "")) or f"patterns.{number}"
    findings = stated.get("findings")
    if not isinstance(findings, list):
        raise PatternError(f"{name}.findings = {findings!r} is not allowed: it takes a list")
    made = []
    for place, one in enumerate(findings):
        where = f"{name}.findings.{place}"
        if not isinstance(one, Mapping):
            raise PatternError(f"{where} = {one!r} is not allowed: it takes what, statistic and so on")
        try:
            finding: Finding = validated(Finding, _dated(_with_numbers(one), starts or {}), f"{where}.")
            refuse_untestable(finding, months, measures=measures)
        except ScenarioError as error:
            raise PatternError(str(error)) from None
        except PatternError as error:
            raise PatternError(f"{where}: {error}") from None
        made.append(finding)
    pattern: Pattern = _made(Pattern, {**stated, "findings": tuple(made)}, f"{name}.")
    return pattern


def _made(kind: Any, stated: Any, where: str) -> Any:
    if not isinstance(stated, Mapping):
        raise PatternError(f"{where.rstrip('.')} = {stated!r} is not allowed: it takes names with values")
    try:
        return validated(kind, stated, where)
    except ScenarioError as error:
        raise PatternError(str(error)) from None


def _with_numbers(stated: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is stated with numbers as the strict types of the model want them: bounds may be whole numbers."""
    return {str(name): _number(value, name in (*_NUMBERS, "record")) for name, value in stated.items()}


def _number(value: Any, is_number: bool) -> Any:
    if isinstance(value, Mapping):
        return _with_numbers(value)
    if isinstance(value, list):
        return [_number(one, is_number) for one in value]
    return float(value) if is_number and type(value) is int else value


def _dated(stated: Mapping[str, Any], starts: Mapping[str, str]) -> dict[str, Any]:
    """Return a finding with dates as months of the experiment that it reads them of."""

    def months(value: Any, experiment: Any, *, as_window: bool) -> Any:
        start = month_number(starts.get(str(experiment), LAUNCH))
        if isinstance(value, list):
            return [months(one, experiment, as_window=False) for one in value]
        if isinstance(value, str) and _DATE.fullmatch(value):
            number = month_number(value) - start
            return [number, number] if as_window else number
        return value

    own = stated.get("experiment")
    dated = {name: months(stated[name], own, as_window=name == "months") for name in ("months", "at") if name in stated}
    if isinstance(stated.get("among"), list):
        dated["among"] = [
            {**one, "months": months(one["months"], one.get("experiment") or own, as_window=True)}
            if isinstance(one, Mapping) and "months" in one
            else one
            for one in stated["among"]
        ]
    return {**stated, **dated}


# ------------------------------------------------------------------------- declaration


def declaration_from(content: Mapping[str, Any]) -> Declaration:
    """Return a declaration of all that patterns of a model to come rest on, checked.

    Raises PatternError, in one line: an unknown part, field, measure, place, experiment or null model, a pattern that
    cannot be tested or in which nothing decides, and what is declared and never used.

    >>> declaration_from({"patterns": [], "pattern": []})
    Traceback (most recent call last):
    analysis.patterns.criteria.PatternError: unknown part 'pattern'; did you mean patterns?
    """
    for part in content:
        if part not in PARTS:
            raise PatternError(f"unknown part {part!r}{nearest(part, PARTS)}")
    for part, kind in PARTS.items():
        if not isinstance(content.get(part), kind):
            written = "names with values" if kind is dict else "a list"
            raise PatternError(f"{part} = {content.get(part)!r} is not allowed: it takes {written}")
    measures = _named(Word, content, "measures")
    places = _named(Places, content, "places")
    experiments = _named(PlannedRuns, content, "experiments")
    nulls = _named(NullModel, content, "nulls")
    kept = tuple(map(str, content["kept"]))
    _refuse_unknown("kept", kept, MEASURES)
    _refuse_twice("measures and kept", (*measures, *kept))
    for name, planned in experiments.items():
        _refuse_unknown(f"experiments.{name}.places", [planned.places], places)
        _refuse_unknown(f"experiments.{name}.null_model", [planned.null_model] if planned.null_model else [], nulls)
    patterns = tuple(
        pattern_from(
            stated,
            number,
            months={name: planned.months for name, planned in experiments.items()},
            starts={name: planned.start for name, planned in experiments.items()},
            measures=(*measures, *kept),
        )
        for number, stated in enumerate(content["patterns"])
    )
    _refuse_twice("patterns", [pattern.id for pattern in patterns])
    for pattern in patterns:
        _refuse_unknown(f"{pattern.id}.lost_by", pattern.lost_by, nulls)
        if any(pattern.decides) == (pattern.role == "open"):
            rule = "may decide" if pattern.role == "open" else "decides"
            raise PatternError(f"{pattern.id}: no finding {rule} where role = {pattern.role}")
    declared = Declaration(
        measures=measures,
        kept=kept,
        places=places,
        experiments=experiments,
        nulls=nulls,
        evidence=_made(EvidenceRule, _with_numbers(content["evidence"]), "evidence."),
        regimes=_regimes(content["regimes"]),
        patterns=patterns,
    )
    _refuse_idle(declared)
    return declared


def _named(kind: Any, content: Mapping[str, Any], part: str) -> dict[str, Any]:
    return {
        str(name): _made(kind, _with_numbers(stated) if isinstance(stated, Mapping) else stated, f"{part}.{name}.")
        for name, stated in content[part].items()
    }


def _regimes(stated: Mapping[str, Any]) -> Regimes:
    found: Regimes = _made(Regimes, _with_numbers(stated), "regimes.")
    if found.order != REGIMES:
        raise PatternError(f"regimes.order = {list(found.order)} is not the order in which they are asked: {REGIMES}")
    return found


def _refuse_unknown(where: str, names: Iterable[str], known: Iterable[str]) -> None:
    allowed = list(known)
    for name in names:
        if name not in allowed:
            raise PatternError(f"{where}: unknown name {name!r}{nearest(name, allowed)}")


def _refuse_twice(where: str, names: Sequence[str]) -> None:
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise PatternError(f"{where}: {', '.join(twice)} more than once")


def _refuse_idle(declared: Declaration) -> None:
    """Refuse what nobody reads: a word or a run too many says of the criteria what is not so."""
    findings = [finding for pattern in declared.patterns for finding in pattern.findings]
    read = {name for finding in findings for name in finding.measures} | set(READ)
    run = {name for finding in findings for name in finding.experiments}
    run |= {name for name, planned in declared.experiments.items() if planned.for_names}
    been = {planned.places for planned in declared.experiments.values()}
    for what, names, used in (
        ("measure", (*declared.measures, *declared.kept), read),
        ("experiment", declared.experiments, run),
        ("set of places", declared.places, been),
    ):
        idle = [name for name in names if name not in used]
        if idle:
            raise PatternError(f"{what} {idle[0]!r} is declared, and no pattern reads it")


def is_evidence(pattern: Pattern, rule: EvidenceRule, *, prior_share: float, lost_by: Sequence[str]) -> bool:
    """Return whether passing a pattern counts, given the share of prior draws that pass it and the nulls that lose it.

    What checks an input, or is a forecast, never does, nor what was seen before the model became what it is.

    >>> shown = Finding("trust", "mean", "base", "trust", low=0.5)
    >>> held_out = Pattern("P1", "Trust is high.", "At least ½.", "made up", [shown], role="held_out")
    >>> rule = EvidenceRule(prior_share_below=0.8, lost_by_at_least=1)
    >>> [is_evidence(held_out, rule, prior_share=share, lost_by=["no_trust"]) for share in (0.5, 0.9)]
    [True, False]
    """
    counts = pattern.role in ("fit", "held_out") and not pattern.seen
    return counts and prior_share < rule.prior_share_below and len(lost_by) >= rule.lost_by_at_least
