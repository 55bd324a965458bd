"""What the runs say about the claims of the scenarios: effects, intervals and verdicts.

The tests are declared in the YAML of scenarios (see ``analysis.claims.declared``). A table of *readings* has one
row a number that was read from a run: batch, reading (their labels), replicate, parameter_set, value. Replicates of
different batches with the same number share their parameter set and every draw, so differences are paired.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.claims.declared import REGIME, Claim, Part, Reading, RunsRead
from analysis.shared.parameter_sets import middle_of_sets, over_runs
from sim.regimes import REGIMES

SUPPORTED, CONTRADICTED, MIXED, UNTESTABLE = "supported", "contradicted", "mixed", "not testable here"
VERDICTS = (SUPPORTED, MIXED, CONTRADICTED, UNTESTABLE)

# ---------------------------------------------------------------------------- readings


def reading_values(reading: Reading, values: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return what ``reading`` reads from each run.

    ``values`` maps measures to arrays (runs, months) that begin with month 0; ``"regime"`` holds positions in
    ``sim.REGIMES``. Raises KeyError for a measure that is not there, ValueError for runs that are too short.

    >>> trust = {"trust": np.array([[0.2, 0.4, 0.6], [0.2, 0.2, 0.1]])}
    >>> reading_values(Reading("trust", 1, 2), trust)
    array([0.5 , 0.15])
    >>> reading_values(Reading("trust", 2, 2, since=(0, 0), above=0.0), trust)
    array([1., 0.])
    """
    monthly = np.asarray(values[reading.measure], dtype=np.float64)
    if monthly.shape[1] <= reading.last:
        raise ValueError(f"{reading.label}: the runs have months 0 to {monthly.shape[1] - 1} only")
    if reading.measure == REGIME:
        monthly = np.isin(monthly, [REGIMES.index(name) for name in reading.regimes]).astype(np.float64)
    read = monthly[:, reading.first : reading.last + 1].mean(axis=1)
    if reading.since is not None:
        first, last = reading.since
        read = read - monthly[:, first : last + 1].mean(axis=1)
    return np.asarray(read if reading.above is None else (read > reading.above).astype(np.float64))


def readings_of(claims: Sequence[Claim]) -> dict[RunsRead, tuple[Reading, ...]]:
    """Return every batch that the claims read, with what is read from it.

    >>> claim = Claim("a", (Part("more", Reading("trust", 0, 0), "higher", RunsRead("a", ("levers.staff_team=0",))),))
    >>> [(runs.label, len(readings)) for runs, readings in readings_of([claim]).items()]
    [('a', 1), ('a levers.staff_team=0', 1)]
    """
    asked: dict[RunsRead, dict[Reading, None]] = {}
    for claim in claims:
        for part in claim.parts:
            for batch, reading in _pairs(claim, part):
                asked.setdefault(batch, {})[reading] = None
    return {batch: tuple(readings) for batch, readings in asked.items()}


def _pairs(claim: Claim, part: Part) -> Iterator[tuple[RunsRead, Reading]]:
    tested, extra = _tested(claim, part), [part.than] if part.than else []
    for reading in [part.reading, *extra]:
        yield tested, reading
    if isinstance(part.reference, RunsRead):
        among = [part.among] if part.among else []
        for reading in [part.reference_reading or part.reading, *extra, *among]:
            yield part.reference, reading


def _tested(claim: Claim, part: Part) -> RunsRead:
    return part.runs or RunsRead(claim.scenario)


# ----------------------------------------------------------------------------- effects


@dataclasses.dataclass(frozen=True)
class _Readings:
    """The table of readings, ready to be looked up: one row a replicate, one column a batch and reading."""

    values: pd.DataFrame
    sets: pd.Series

    @classmethod
    def of(cls, readings: pd.DataFrame) -> _Readings:
        wide = readings.pivot(index="replicate", columns=["batch", "reading"], values="value")
        return cls(wide, readings.drop_duplicates("replicate").set_index("replicate")["parameter_set"].loc[wide.index])

    def get(self, batch: RunsRead, reading: Reading) -> pd.Series:
        found: pd.Series = self.values[(batch.label, reading.label)]
        return found


def part_effects(readings: pd.DataFrame, claims: Sequence[Claim]) -> pd.DataFrame:
    """Return one row a part of a claim: its effect, the interval and the verdict.

    The effect is the mean over parameter sets of the mean difference of paired runs (for a level: of the
    difference from it). With several sets ``low`` to ``high`` holds the middle 95 % of them, each averaged
    over its runs, so it covers what is not known about the parameters, and what chance is left in those
    means; with one set it is the 95 % Student t interval of chance alone.

    Columns: scenario, part, statement, reading, tested, reference, reference_reading (if another), level (if that is
    the reference), expected, smallest (effect that counts), effect, low, high, standing, standing_low, standing_high
    (the effect where 1 is what the claim needs and a step of 1 is the smallest effect), verdict, finding (why),
    holds_in (share of sets that reach what is needed), sets, runs, either, by_rule.

    >>> claim = Claim("a", (Part("more", Reading("trust", 0, 0), "higher", RunsRead("b")),))
    >>> rows = [(s, "trust [0]", r, r, v) for s, v in (("a", 0.5), ("b", 0.4)) for r in (0, 1)]
    >>> readings = pd.DataFrame(rows, columns=["batch", "reading", "replicate", "parameter_set", "value"])
    >>> part_effects(readings, [claim])[["effect", "standing", "verdict", "holds_in"]].round(3).to_dict("records")
    [{'effect': 0.1, 'standing': 5.0, 'verdict': 'supported', 'holds_in': 1.0}]
    """
    table = _Readings.of(readings)
    rows = [_part_row(table, claim, part, number) for claim in claims for number, part in enumerate(claim.parts, 1)]
    return pd.DataFrame(rows)


def standings_by_set(readings: pd.DataFrame, claims: Sequence[Claim]) -> pd.DataFrame:
    """Return how each part of each claim stands in each parameter set: 1 and more is what the claim needs.

    Columns: scenario, part, either, parameter_set, standing. With one set its mean effect counts.

    >>> claim = Claim("a", (Part("more", Reading("trust", 0, 0), "higher", RunsRead("b")),))
    >>> rows = [(s, "trust [0]", r, r, v) for s, v in (("a", 0.5), ("b", 0.4)) for r in (0, 1)]
    >>> readings = pd.DataFrame(rows, columns=["batch", "reading", "replicate", "parameter_set", "value"])
    >>> standings_by_set(readings, [claim])["standing"].round(3).tolist()
    [5.0, 5.0]
    """
    table, tables = _Readings.of(readings), []
    for claim in claims:
        for number, part in enumerate(claim.parts, 1):
            effects = _effects_by_set(table, claim, part).values
            if table.sets.nunique() == 1:
                effects = effects.groupby(table.sets.loc[effects.index]).mean()
            standing = np.array([_standing(part, effect) for effect in effects])
            columns = {
                "scenario": claim.scenario,
                "part": number,
                "either": part.either,
                "parameter_set": effects.index,
            }
            tables.append(pd.DataFrame(columns | {"standing": standing}))
    return pd.concat(tables, ignore_index=True)


def claims_hold_in(standings: pd.DataFrame) -> pd.Series:
    """Return the share of parameter sets in which all parts of a claim hold at once, by scenario.

    Of alternatives one is enough. A set in which a part cannot be read is judged by the others.

    >>> standings = pd.DataFrame({"scenario": "a", "part": [1, 2, 1, 2], "either": "", "parameter_set": [0, 0, 1, 1],
    ...                           "standing": [2.0, 1.5, 2.0, 0.5]})
    >>> claims_hold_in(standings).to_dict()
    {'a': 0.5}
    """
    counted = standings["either"].where(standings["either"] != "", standings["part"].astype(str))
    best = standings.groupby(["scenario", "parameter_set", counted.rename("counted")], sort=False)["standing"].max()
    worst = best.groupby(["scenario", "parameter_set"], sort=False).min()
    held = (worst >= 1.0).groupby("scenario", sort=False).mean()
    return held.rename("holds_in")


def _part_row(table: _Readings, claim: Claim, part: Part, number: int) -> dict[str, object]:
    found = _effects_by_set(table, claim, part)
    effects = found.values
    several = table.sets.nunique() > 1
    effect, low, high = _with_interval(effects, several=several)
    per_set = effects.to_numpy() if several else np.array([effect])
    standing = sorted(_standing(part, value) for value in (low, high)) if len(effects) else [np.nan, np.nan]
    return {
        "scenario": claim.scenario,
        "part": number,
        "statement": part.statement,
        "reading": _read_in_words(part),
        "tested": _tested(claim, part).label,
        "reference": part.reference.label if isinstance(part.reference, RunsRead) else "a level",
        "reference_reading": part.reference_reading.label if part.reference_reading else "",
        "level": np.nan if isinstance(part.reference, RunsRead) else part.reference,
        "expected": part.expected,
        "smallest": part.smallest,
        "effect": effect,
        "low": low,
        "high": high,
        "standing": _standing(part, effect),
        "standing_low": standing[0],
        "standing_high": standing[1],
        "verdict": _verdict(part, *standing),
        "finding": _finding(part, *standing, mostly_chance=not several or found.mostly_chance),
        "holds_in": float(np.mean([_standing(part, value) >= 1.0 for value in per_set])) if len(effects) else np.nan,
        "sets": int(table.sets.nunique()),
        "runs": found.runs,
        "either": part.either,
        "by_rule": part.by_rule,
    }


def _read_in_words(part: Part) -> str:
    text = part.reading.label
    if part.than is not None:
        text += f" minus {part.than.label}, in SD"
    return f"{text} where {part.among.label} is 1 in the reference" if part.among is not None else text


@dataclasses.dataclass(frozen=True)
class _Effects:
    """The effect in each parameter set (with one set: in each run)."""

    values: pd.Series
    runs: int
    """How many runs they rest on."""
    chance: float = 0.0
    """Variance that chance alone gives the effect in a set: the mean squared standard error."""

    @property
    def mostly_chance(self) -> bool:
        """Return whether chance gives half or more of the variance between sets."""
        return self.chance >= 0.5 * float(self.values.var()) if len(self.values) > 1 else True


def _effects_by_set(table: _Readings, claim: Claim, part: Part) -> _Effects:
    ours = table.get(_tested(claim, part), part.reading)
    if not isinstance(part.reference, RunsRead):
        differences = ours - part.reference
    elif part.than is not None:
        return _standardised(table, claim, part)
    else:
        differences = ours - table.get(part.reference, part.reference_reading or part.reading)
        if part.among is not None:
            differences = differences[table.get(part.reference, part.among) > 0.5]
    if table.sets.nunique() == 1:
        return _Effects(differences, len(differences))
    by_set = differences.groupby(table.sets.loc[differences.index])
    return _Effects(by_set.mean(), len(differences), float((by_set.var() / by_set.size()).mean()))


def _standardised(table: _Readings, claim: Claim, part: Part) -> _Effects:
    """Return, set by set, the effect on the reading minus that on the other, in standard deviations over runs.

    The standard deviation is that between runs of one set and side, the same for all sets. Chance is that of four
    means of independent runs.
    """
    assert isinstance(part.reference, RunsRead)
    assert part.than is not None
    tested, sizes = _tested(claim, part), []
    for reading in (part.reading, part.than):
        sides = [table.get(batch, reading).groupby(table.sets) for batch in (tested, part.reference)]
        within_sets = np.sqrt(sum(side.var().mean() for side in sides) / 2)
        sizes.append((sides[0].mean() - sides[1].mean()) / (within_sets if within_sets > 0 else np.nan))
    runs = len(table.sets)
    return _Effects((sizes[0] - sizes[1]).dropna(), runs, 4.0 * table.sets.nunique() / runs)


def _with_interval(effects: pd.Series, *, several: bool) -> tuple[float, float, float]:
    if len(effects) == 0:
        return np.nan, np.nan, np.nan
    return middle_of_sets(effects) if several else over_runs(effects)


def _standing(part: Part, effect: float) -> float:
    """Return an effect on the scale on which 1 is what the claim needs and a step is the smallest effect."""
    upward = part.expected in ("higher", "not lower")
    steps = (effect if upward else -effect) / part.smallest
    if not isinstance(part.reference, RunsRead):
        return 1.0 + steps
    return steps if part.expected in ("higher", "lower") else 2.0 + steps


def _verdict(part: Part, low: float, high: float) -> str:
    """Return the verdict on a part from the ends of its interval on the scale of ``_standing``."""
    if not np.isfinite(low):
        return UNTESTABLE
    if low >= 1.0:
        return SUPPORTED
    opposite = 0.0 if isinstance(part.reference, RunsRead) and part.expected in ("higher", "lower") else 1.0
    return CONTRADICTED if high < opposite else MIXED


AS_CLAIMED, OPPOSITE, NO_RUNS = "as claimed", "the opposite", "no runs to read it from"
TOO_SMALL, TOO_FEW, DEPENDS = "too small to matter", "too few runs", "depends on the parameters"


def _finding(part: Part, low: float, high: float, *, mostly_chance: bool) -> str:
    """Return why the verdict is what it is.

    Of a mixed verdict: an effect is too small to matter if its whole interval is smaller than the smallest that counts,
    in either direction. Else the interval is wide, because runs are too few if chance gives half or more of the
    variance between sets, otherwise because sets differ.
    """
    named = {SUPPORTED: AS_CLAIMED, CONTRADICTED: OPPOSITE, UNTESTABLE: NO_RUNS}
    verdict = _verdict(part, low, high)
    if verdict in named:
        return named[verdict]
    if part.expected in ("higher", "lower") and low > -1.0 and high < 1.0:
        return TOO_SMALL
    return TOO_FEW if mostly_chance else DEPENDS


# ---------------------------------------------------------------------------- verdicts


def claim_verdicts(parts: pd.DataFrame) -> pd.DataFrame:
    """Return one row a claim: scenario, verdict, reason, parts, and how many of them got which verdict.

    A claim is supported if all its parts are, contradicted if all are, otherwise mixed; of alternatives
    (parts with the same ``either``) the best counts. Parts that cannot be tested are left out.
    The reason of one that is not supported is what was found of the parts that count against it.

    >>> parts = pd.DataFrame({"scenario": ["a", "a", "b"], "verdict": ["supported", "mixed", "supported"],
    ...                       "finding": ["as claimed", "too few runs", "as claimed"], "either": ["", "", ""]})
    >>> claim_verdicts(parts)[["scenario", "verdict", "reason"]].values.tolist()
    [['a', 'mixed', 'too few runs'], ['b', 'supported', '']]
    """
    rows = []
    for scenario, mine in parts.groupby("scenario", sort=False):
        counts = {verdict: int((mine["verdict"] == verdict).sum()) for verdict in VERDICTS}
        counted = _counted(mine)
        reason = "; ".join(dict.fromkeys(counted.loc[counted["verdict"] != SUPPORTED, "finding"]))
        rows.append(
            {
                "scenario": scenario,
                "verdict": _together(list(counted["verdict"])),
                "reason": reason,
                "parts": len(mine),
                **counts,
            }
        )
    return pd.DataFrame(rows)


def _counted(parts: pd.DataFrame) -> pd.DataFrame:
    """Return the parts that decide on a claim: of alternatives the best, none that cannot be tested."""
    rank = parts["verdict"].map(VERDICTS.index)
    best = rank.where(parts["either"] == "", rank.groupby(parts["either"]).transform("min"))
    counted = parts[(rank == best) & (parts["verdict"] != UNTESTABLE)]
    again = (counted["either"] != "") & counted["either"].duplicated()
    return counted[~again]


def _together(verdicts: Sequence[str]) -> str:
    if not verdicts:
        return UNTESTABLE
    return verdicts[0] if len(set(verdicts)) == 1 else MIXED


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as mappings from column to value.

    >>> records(pd.DataFrame({"a": [1, 2]}))
    [{'a': 1}, {'a': 2}]
    """
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
