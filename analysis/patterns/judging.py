"""Judging declared patterns of which some findings cannot be judged: these are said to be so, and never met."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from analysis.patterns.criteria import Experiments, Numbers, Pattern
from analysis.patterns.scoreboard import HALF, margins_from, scoreboard, scoreboard_of_sets
from analysis.patterns.words import band_in_words, misses_in_words, value_in_words, verdict_of

Verdict = Literal["met", "missed", "not judged", "reported"]

NOT_JUDGED = "not_judged"
"""Column of a scoreboard: why a finding is not judged, '' if it is."""

Place = tuple[str, int]
"""A finding: the id of its pattern, and its place there from 0."""


@dataclasses.dataclass(frozen=True)
class Docket:
    """Patterns that are to be judged, and why some of their findings cannot be."""

    patterns: tuple[Pattern, ...]
    reasons: Mapping[Place, str]

    def places_of(self, pattern: Pattern) -> list[Place]:
        """Return the findings of a pattern that can be judged."""
        places = [(pattern.id, number) for number in range(len(pattern.findings))]
        return [place for place in places if place not in self.reasons]

    @property
    def judged(self) -> tuple[Pattern, ...]:
        """Return the patterns, each with the findings that can be judged; without those that have none."""
        return tuple(
            dataclasses.replace(pattern, findings=tuple(pattern.findings[number] for _, number in places))
            for pattern in self.patterns
            if (places := self.places_of(pattern))
        )

    @property
    def whole(self) -> tuple[Pattern, ...]:
        """Return the patterns that decide something and of which all that decides can be judged, as in ``judged``."""
        return tuple(pattern for pattern in self.judged if any(pattern.decides) and not self.lacking(pattern.id))

    def lacking(self, id: str) -> list[str]:
        """Return why findings that decide a pattern are not judged, each reason once."""
        pattern = next(one for one in self.patterns if one.id == id)
        decides = [(id, number) for number, decides in enumerate(pattern.decides) if decides]
        return list(dict.fromkeys(self.reasons[place] for place in decides if place in self.reasons))

    def verdict(self, pattern: Pattern, *, passed: bool, decided: bool) -> Verdict:
        """Return the verdict on a pattern: ``passed`` by what was judged of it, if that ``decided`` anything.

        One finding is enough to miss a pattern that takes all, or to meet one that takes any.
        """
        if not any(pattern.decides):
            return "reported"
        settled = decided and (not self.lacking(pattern.id) or passed == pattern.any_of)
        return "not judged" if not settled else "met" if passed else "missed"


def judged_scoreboard(docket: Docket, seen: Mapping[str, Experiments], *, resamples: int, seed: int) -> pd.DataFrame:
    """Return the scoreboard of a docket: columns of ``scoreboard``, and verdict (of the pattern) and not_judged (why).

    ``seen`` has for every pattern by its id what it reads. ``passed`` is true of what is met and of nothing else.

    >>> from analysis.patterns.criteria import Finding
    >>> found = [Finding("trust", "mean", "base", "trust", low=0.1), Finding("ties", "mean", "base", "ties", low=0.1)]
    >>> docket = Docket((Pattern("P1", "High.", "Both.", "made up", found),), {("P1", 1): "ties are not reported"})
    >>> seen = {"P1": {"base": {"trust": np.array([[0.2, 0.4], [0.6, 0.8]])}}}
    >>> board = judged_scoreboard(docket, seen, resamples=99, seed=1)
    >>> board[["what", "value", "passed", "verdict", "not_judged"]].to_numpy().tolist()
    [['trust', 0.5, False, 'not judged', ''], ['ties', nan, False, 'not judged', 'ties are not reported']]
    """
    judged = {pattern.id: pattern for pattern in docket.judged}
    boards = []
    for pattern in docket.patterns:
        found, passed, decided = pd.DataFrame(), False, False
        if pattern.id in judged:
            decided = any(judged[pattern.id].decides)
            found = scoreboard([judged[pattern.id]], seen[pattern.id], resamples=resamples, seed=seed)
            passed = bool(found["passed"].iloc[0])
        boards += _rows_with_verdict(docket, pattern, found, passed=passed, decided=decided)
    return pd.DataFrame(boards)


def judged_scoreboard_of_sets(docket: Docket, values: Numbers) -> pd.DataFrame:
    """Return the scoreboard of a docket over sets, from the ``values`` (sets, findings) of all judged findings.

    Columns of ``scoreboard_of_sets``, verdict and not_judged, as in ``judged_scoreboard``; share_together, of the sets
    that meet all patterns of that role at once, those left aside that no set meets.

    >>> from analysis.patterns.criteria import Finding
    >>> found = [Finding("trust", "mean", "base", "trust", low=0.1), Finding("ties", "mean", "base", "ties", low=0.1)]
    >>> docket = Docket((Pattern("P1", "High.", "Any.", "made up", found, any_of=True),), {("P1", 1): "not reported"})
    >>> board = judged_scoreboard_of_sets(docket, np.array([[0.5], [0.05], [0.3]]))
    >>> board[["what", "value", "verdict", "share_of_sets", "share_together"]].round(2).to_numpy().tolist()
    [['trust', 0.3, 'met', 0.67, 0.67], ['ties', nan, 'met', 0.67, 0.67]]
    """
    found = scoreboard_of_sets(docket.judged, values)
    together = _met_together(docket.judged, values)
    boards = []
    for pattern in docket.patterns:
        mine = found[found["id"] == pattern.id]
        share = float(mine["share_of_sets"].iloc[0]) if len(mine) else np.nan
        rows = _rows_with_verdict(docket, pattern, mine, passed=share >= HALF, decided=bool(np.isfinite(share)))
        shares = {"share_of_sets": share, "share_together": together.get(pattern.role, np.nan)}
        boards += [row | shares for row in rows]
    return pd.DataFrame(boards)


def _met_together(patterns: Sequence[Pattern], values: Numbers) -> dict[str, float]:
    """Return by role the share of sets that meet all of its patterns at once, those left aside that no set meets."""
    met = margins_from(patterns, values) >= 0.0
    roles = np.array([one.role for one in patterns])
    counted = {role: (roles == role) & met.any(axis=0) for role in set(roles)}
    return {role: float(met[:, mine].all(axis=1).mean()) for role, mine in counted.items() if mine.any()}


def _rows_with_verdict(
    docket: Docket, pattern: Pattern, found: pd.DataFrame, *, passed: bool, decided: bool
) -> list[dict[str, object]]:
    """Return a row for every finding of a pattern: what was ``found`` of those that can be judged, and the verdict."""
    rows = _blank_rows(pattern)
    for (_, number), (_, row) in zip(docket.places_of(pattern), found.iterrows(), strict=True):
        rows[number] = {str(name): value for name, value in row.items()}
    verdict = docket.verdict(pattern, passed=passed, decided=decided)
    return [
        row | {"passed": verdict == "met", "verdict": verdict, NOT_JUDGED: docket.reasons.get((pattern.id, n), "")}
        for n, row in enumerate(rows)
    ]


def _blank_rows(pattern: Pattern) -> list[dict[str, object]]:
    """Return a row for every finding of a pattern, as of a scoreboard on which nothing was measured."""
    of_pattern = {name: getattr(pattern, name) for name in ("id", "statement", "criterion", "source", "role")}
    unknown = dict.fromkeys(("value", "ci_low", "ci_high"), np.nan)
    return [
        {
            **of_pattern,
            "what": finding.what,
            "statistic": finding.statistic,
            **unknown,
            "low": -np.inf if finding.low is None else finding.low,
            "high": np.inf if finding.high is None else finding.high,
            "margin": np.nan,
            "inside": False,
            "clear": False,
            "decides": not finding.reported,
        }
        for finding in pattern.findings
    ]


# ------------------------------------------------------------------------------- words


def finding_verdict(row: pd.Series) -> str:
    """Return the verdict on a finding, where its pattern may not be judged.

    >>> row = {"verdict": "not judged", "decides": True, "inside": True}
    >>> [finding_verdict(pd.Series(row | {"not_judged": why})) for why in ("", "ties are not reported")]
    ['inside; the pattern is not judged', 'not judged']
    """
    if row[NOT_JUDGED]:
        return "not judged"
    if row["verdict"] == "not judged" and row["decides"]:
        return "inside; the pattern is not judged" if row["inside"] else "outside; the pattern is not judged"
    return verdict_of(row)


def judged_rows(board: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Return headings and cells of a scoreboard as people read it, a finding a row.

    >>> row = {"id": "P1", "what": "ties", "low": 0.5, "high": np.inf, "not_judged": "ties are not reported"}
    >>> judged_rows(pd.DataFrame([row]))[1]
    [['P1', 'ties', '', '0.5 or more', 'not judged']]
    """
    rows = [
        [
            row["id"],
            row["what"],
            "" if row[NOT_JUDGED] else value_in_words(row),
            band_in_words(row["low"], row["high"]),
            finding_verdict(row),
        ]
        for _, row in board.iterrows()
    ]
    return ["id", "what", "value (95 % interval)", "must be", "pattern"], rows


def ids_of(board: pd.DataFrame, verdict: Verdict) -> list[str]:
    """Return the patterns of a scoreboard that have a verdict.

    >>> ids_of(pd.DataFrame({"id": ["P1", "P1", "P2"], "verdict": ["met", "met", "missed"]}), "met")
    ['P1']
    """
    return [str(id) for id in board.loc[board["verdict"] == verdict, "id"].unique()]


def judged_words(board: pd.DataFrame, *, model: str) -> str:
    """Return what a scoreboard shows, in plain sentences: what is met, what is missed, what is not judged and why.

    >>> row = {"id": "P1", "verdict": "not judged", "decides": True, "not_judged": "ties are not reported"}
    >>> print(judged_words(pd.DataFrame([row]), model="Second model"))
    Second model: of 1 patterns 0 are met, 0 are missed, and 1 are not judged (P1).
    Not judged: P1, because ties are not reported.
    """
    met, missed, open_ = (ids_of(board, verdict) for verdict in ("met", "missed", "not judged"))
    lines = [
        f"{model}: of {len(met) + len(missed) + len(open_)} patterns {len(met)} are met{_listed(met)}, "
        f"{len(missed)} are missed{_listed(missed)}, and {len(open_)} are not judged{_listed(open_)}."
    ]
    judged = board[(board[NOT_JUDGED] == "") & board["id"].isin([*met, *missed])]
    if len(judged):
        lines += misses_in_words(judged)
    for id in open_:
        reasons = board.loc[(board["id"] == id) & board["decides"] & (board[NOT_JUDGED] != ""), NOT_JUDGED].unique()
        lines.append(f"Not judged: {id}, because {'; and because '.join(map(str, reasons))}.")
    return "\n".join(lines)


def _listed(ids: Sequence[str]) -> str:
    return f" ({', '.join(ids)})" if ids else ""
