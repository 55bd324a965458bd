"""Why bodies came or stayed away: the recorded terms of their decisions, set side by side.

``partners`` is the table of a run's history with recorded terms: one row a month and body, with the terms of the
utility of going to the board in person as ``term_*``. Bodies choose among staying away, sending a junior and going in
person. Terms add up to that utility, so changes of terms add up to its change: nothing is estimated here.
"""

from __future__ import annotations

from collections.abc import Container, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.shared.parameter_sets import OVER_RUNS, OVER_SETS, are_told_by_set, means_over_sets, share_over_sets
from sim.vocabulary import label_of

TERM = "term_"
"""What the column of a term begins with in a table of partners."""

UTILITY = "utility"

IN_PERSON, BY_JUNIOR = "chance_in_person", "chance_of_a_junior"
"""Columns of chances of the choice."""

POINTS = "points_"
"""What the column begins with of what a term does to the chance of going in person."""

_BESIDE_TERMS = ("month", "date", "bodies", "attendance", UTILITY, IN_PERSON, BY_JUNIOR)

_NEGLIGIBLE = 1e-9
"""Changes of utility below this are rounding: the terms are of order 0.01 to 4."""


def deciding(partners: pd.DataFrame, months: Container[int] | None = None) -> pd.DataFrame:
    """Return the rows of bodies that decided whether to come: members, in ``months`` in which there was a table.

    A body that begins takes its seat before the month's meetings, and one that ends leaves before them.

    >>> seats = pd.DataFrame({"month": [0, 1, 2], "partner": "police_1", "is_member": [0.0, 1.0, 1.0]})
    >>> deciding(seats)["month"].tolist(), deciding(seats, range(2))["month"].tolist()
    ([1, 2], [1])
    """
    rows = partners[partners["is_member"] > 0]
    return rows if months is None else rows[[month in months for month in rows["month"]]]


def chances_in_person(rows: pd.DataFrame, on_junior: Mapping[str, float]) -> pd.DataFrame:
    """Return of each row the chances of going in person and of sending a junior, and what each term does to the first.

    One choice by one draw: staying away weighs 1, a junior exp(``junior_utility``), going in person exp(sum of the
    terms), and who has no half-day left (``free_half_days``) sends a junior instead. ``points_TERM`` is by how many
    percentage points the chance of going in person would be lower if the term were left out: of what draws in person,
    and of what speaks for a junior as far as ``on_junior`` says that it does so too. They do not add up.

    >>> row = {"term_ties": 1.0, "term_duty": 0.5, "junior_utility": 0.5, "free_half_days": 3.0}
    >>> chances_in_person(pd.DataFrame([row]), {"ties": 0.0, "duty": 1.0}).round(2).to_dict("records")
    [{'chance_in_person': 0.63, 'chance_of_a_junior': 0.23, 'points_ties': 24.49, 'points_duty': 5.24}]
    """
    terms = rows[[f"{TERM}{name}" for name in on_junior]]
    in_person, junior = terms.sum(axis=1).to_numpy(), rows["junior_utility"].to_numpy()
    free = rows["free_half_days"].to_numpy() >= 1.0
    chance, by_junior = _of_three(in_person, junior)
    table = {IN_PERSON: chance * free, BY_JUNIOR: by_junior + chance * ~free}
    for name, share in on_junior.items():
        term = rows[f"{TERM}{name}"].to_numpy()
        left_out, _ = _of_three(in_person - term, junior - share * term)
        table[f"{POINTS}{name}"] = 100 * free * (chance - left_out)
    return pd.DataFrame(table, index=rows.index)


def _of_three(
    in_person: NDArray[np.float64], junior: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the chances of going in person and of a junior from their utilities; that of staying away is 0."""
    weights = np.exp(in_person), np.exp(junior)
    every = 1.0 + weights[0] + weights[1]
    return weights[0] / every, weights[1] / every


def monthly_terms(
    partners: pd.DataFrame, on_junior: Mapping[str, float], *, months: Container[int] | None = None
) -> pd.DataFrame:
    """Return one row a month in which any of these bodies decided: month, bodies, attendance, terms, utility, chances.

    All are means over the bodies; ``utility`` is the sum of the terms in the order in which the model adds them, so
    for a single body it is the very number that its choice rested on. The chances, and what each term does to them,
    are those of :func:`chances_in_person`. With ``months``, only those in which the table met.

    >>> row = {"month": 0, "partner": "police_1", "is_member": 1.0, "attendance": 1.0, "junior_utility": 0.0}
    >>> terms = {"term_habit": 0.0, "term_duty": 1.5, "term_time": -0.5, "free_half_days": 2.0}
    >>> table = monthly_terms(pd.DataFrame([row | terms]), {"habit": 0.0, "duty": 1.0, "time": 0.25})
    >>> table[["utility", "chance_in_person"]].round(2).to_numpy().tolist()
    [[1.0, 0.58]]
    """
    rows = deciding(partners, months)
    by_month = rows.groupby("month")
    table = by_month[[column for column in partners if str(column).startswith(TERM)]].mean()
    table.columns = table.columns.str.removeprefix(TERM)
    table[UTILITY] = utility_of(table)
    table.insert(0, "attendance", by_month["attendance"].mean())
    table.insert(0, "bodies", by_month.size())
    return table.join(chances_in_person(rows, on_junior).groupby(rows["month"]).mean()).reset_index()


def terms_in(monthly: pd.DataFrame) -> list[str]:
    """Return the terms in a table by month, in the order of the model: its own, then those of an extension.

    >>> terms_in(pd.DataFrame(columns=["month", "attendance", "habit", "grudge", "utility", "points_habit"]))
    ['habit', 'grudge']
    """
    return [str(name) for name in monthly if name not in _BESIDE_TERMS and not str(name).startswith(POINTS)]


def utility_of(terms: pd.DataFrame) -> NDArray[np.float64]:
    """Return the sum of the term columns of each row, added in the order of the model.

    >>> utility_of(pd.DataFrame([{"habit": 0.25, "duty": 0.5}])).tolist()
    [0.75]
    """
    utility = np.zeros(len(terms))
    for term in terms_in(terms):
        utility = utility + terms[term].to_numpy()
    return utility


def summed(values: Mapping[str, float], *, named: int, least: float) -> dict[str, float]:
    """Return the largest of these values, and the rest as one, to two decimals that add up to the sum of all.

    At most ``named`` are returned by name, none smaller than ``least``; the rest is "all others", and takes what
    rounding leaves.

    >>> summed({"time": -0.912, "ties": 1.104, "duty": 0.031, "habit": 0.02}, named=3, least=0.05)
    {'ties': 1.1, 'time': -0.91, 'all others': 0.05}
    """
    largest = sorted(values, key=lambda name: -abs(values[name]))[:named]
    shown = {name: round(values[name], 2) for name in largest if abs(values[name]) >= least}
    rest = round(round(sum(values.values()), 2) - sum(shown.values()), 2) + 0.0
    return shown if len(shown) == len(values) and not rest else shown | {"all others": rest}


def first_and_last(monthly: pd.DataFrame, *, window: int = 12) -> tuple[range, range]:
    """Return the first and the last ``window`` months of a table by month; halves of it if it is short.

    >>> first_and_last(pd.DataFrame({"month": range(30)}))
    (range(0, 12), range(18, 30))

    Raises ValueError if there are fewer than two months to compare.
    """
    months = monthly["month"].to_numpy()
    if len(months) < 2:
        raise ValueError("there are fewer than two months to compare")
    length = min(window, len(months) // 2)
    first, last = months[:length], months[-length:]
    return range(int(first[0]), int(first[-1]) + 1), range(int(last[0]), int(last[-1]) + 1)


def around(monthly: pd.DataFrame, month: int, *, window: int = 12) -> tuple[range, range] | None:
    """Return up to ``window`` months before ``month`` and as many from it on; None if a side is empty.

    >>> around(pd.DataFrame({"month": range(30)}), 6)
    (range(0, 6), range(6, 18))
    """
    months = monthly["month"]
    before = months[(months >= month - window) & (months < month)]
    after = months[(months >= month) & (months < month + window)]
    if before.empty or after.empty:
        return None
    return range(int(before.min()), month), range(month, int(after.max()) + 1)


def term_changes(
    monthly: pd.DataFrame, before: range, after: range, *, labels: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Return how each term changed between two spans of months; the last row is their sum, the utility.

    Columns: term, meaning, before, after and change (utility units, means over the months), ``points_before`` and
    ``points_after`` (by how many percentage points the chance of going in person would be lower without the term; they
    do not add up, and the last row has that chance itself), ``chance_points`` (their difference), since (the month that
    best splits the term's course in two levels) and total (sum over all months). ``labels`` are the meanings of
    terms that the vocabulary does not have.

    >>> table = pd.DataFrame({"month": [0, 1], "habit": 0.0, "duty": [0.0, 2.0], "utility": [0.0, 2.0],
    ...                       "chance_in_person": [0.4, 0.6], "points_habit": 0.0, "points_duty": [0.0, 12.0]})
    >>> changes = term_changes(table, range(1), range(1, 2)).set_index("term")
    >>> changes.loc[["duty", "utility"], ["change", "chance_points", "since"]].round(2).to_numpy().tolist()
    [[2.0, 12.0, 1.0], [2.0, 20.0, 1.0]]
    """
    terms = terms_in(monthly)
    names, columns = [*terms, UTILITY], [*(f"{POINTS}{name}" for name in terms), IN_PERSON]
    scale = np.array([*(1.0 for _ in terms), 100.0])
    in_spans = [monthly[monthly["month"].isin(span)] for span in (before, after)]
    means = [rows[names].mean() for rows in in_spans]
    points = [scale * rows[columns].mean().to_numpy() for rows in in_spans]
    change, months = means[1] - means[0], monthly["month"].to_numpy()
    return pd.DataFrame(
        {
            "term": names,
            "meaning": [*(_meaning(name, labels or {}) for name in terms), "sum of the terms"],
            "before": means[0].to_numpy(),
            "after": means[1].to_numpy(),
            "change": change.to_numpy(),
            "points_before": points[0],
            "points_after": points[1],
            "chance_points": points[1] - points[0],
            "since": [_since(months, monthly[name].to_numpy(), float(change[name])) for name in names],
            "total": monthly[names].sum().to_numpy(),
        }
    )


def _meaning(term: str, labels: Mapping[str, str]) -> str:
    """Return what people call a term: as ``labels`` have it, else as the vocabulary has."""
    return labels[term] if term in labels else label_of(f"{TERM}{term}")


def _since(months: NDArray[np.int64], values: NDArray[np.float64], change: float) -> int | None:
    """Return the month of the break in a term that changed, None where no break goes that way."""
    place = break_in(values)
    if place is None or abs(change) < _NEGLIGIBLE:
        return None
    jump = values[place:].mean() - values[:place].mean()
    return int(months[place]) if jump * change > 0 else None


def break_in(values: NDArray[np.float64]) -> int | None:
    """Return where a course is best split in two levels, by least squares; None if it is flat.

    The place is that of the first value of the second level. A single jump is found exactly; of a
    steady drift it is the middle.

    >>> break_in(np.array([0.0, 0.1, 0.0, 2.0, 2.1]))
    3
    """
    if len(values) < 2 or np.ptp(values) < _NEGLIGIBLE:
        return None
    counts = np.arange(1, len(values))
    sums = np.cumsum(values)[:-1]
    rest = values.sum() - sums
    # The squares that two levels explain; what they leave unexplained is smallest where this is largest.
    explained = sums**2 / counts + rest**2 / (len(values) - counts)
    return int(np.argmax(explained)) + 1


def largest_mover(changes: pd.DataFrame) -> str | None:
    """Return the term that changed most, in either direction; None if nothing changed.

    >>> largest_mover(pd.DataFrame({"term": ["duty", "time", "utility"], "change": [0.2, -0.5, -0.3]}))
    'time'
    """
    terms = changes[changes["term"] != UTILITY]
    sizes = terms["change"].abs().to_numpy()
    return str(terms["term"].iloc[int(sizes.argmax())]) if len(sizes) and sizes.max() > _NEGLIGIBLE else None


def mover_shares(changes: pd.DataFrame, *, labels: Mapping[str, str] | None = None, sets: int = 1) -> pd.DataFrame:
    """Return in how many runs each term is the one that changed most, the commonest first.

    ``changes`` has one row a replicate and term: replicate, term, change. Columns of the result: term,
    meaning, runs (in which it changed most), of, share with its 95 % Wilson interval (ci_low, ci_high),
    and the mean change over all runs with its 95 % t interval (change, change_low, change_high). If replicates took
    turns with more than one of ``sets``, the mean change has an interval over these, and so has the share with runs
    enough; ``interval_over`` says what that of the share is over (see ``analysis.shared.parameter_sets``).

    >>> runs = pd.DataFrame({"replicate": [0, 0, 1, 1], "term": ["duty", "time"] * 2, "change": [2, 1, 3, -4.0]})
    >>> mover_shares(runs)[["term", "runs", "of", "change"]].to_numpy().tolist()
    [['duty', 1, 2, 2.5], ['time', 1, 2, -1.5]]
    """
    table = changes[changes["term"] != UTILITY].pivot(index="replicate", columns="term", values="change")
    table = table[[term for term in changes["term"].unique() if term != UTILITY]]
    movers = pd.Series([largest_mover(rows) for _, rows in changes.groupby("replicate", sort=True)], dtype=object)
    of_sets = table.index.to_numpy() % sets
    mean, low, high = means_over_sets(table, of_sets)
    by_set = are_told_by_set(runs=len(table), sets=len(np.unique(of_sets)))
    rows = []
    for place, term in enumerate(table.columns):
        moved = (movers == term).astype(float)
        row = (term, _meaning(str(term), labels or {}), int(moved.sum()), len(movers))
        share = share_over_sets(moved, pd.Series(of_sets))
        rows.append((*row, *share, mean[place], low[place], high[place]))
    columns = ["term", "meaning", "runs", "of", "share", "ci_low", "ci_high", "change", "change_low", "change_high"]
    found = pd.DataFrame(rows, columns=columns).assign(interval_over=OVER_SETS if by_set else OVER_RUNS)
    return found.sort_values("runs", ascending=False, kind="stable", ignore_index=True)


def first_difference(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Return the first month in which two runs with the same chance differ, for each measure that ever does.

    Both are tables of measures by month. Columns: measure, month; by month, then in the order of the
    columns. Compared to the last bit, because runs are identical until something in them differs.

    >>> month, trust = range(3), [0.5, 0.5, 0.6]
    >>> other = pd.DataFrame({"month": month, "trust": [0.5, 0.4, 0.6], "outcome": 0.0})
    >>> first_difference(pd.DataFrame({"month": month, "trust": trust, "outcome": 0.0}), other).to_numpy().tolist()
    [['trust', 1]]
    """
    measures = [name for name in one.columns if name not in ("month", "date", "regime")]
    differs = (one[measures].to_numpy() != other[measures].to_numpy()).T
    months = one["month"].to_numpy()
    rows = [(name, int(months[row.argmax()])) for name, row in zip(measures, differs, strict=True) if row.any()]
    return pd.DataFrame(rows, columns=["measure", "month"]).sort_values("month", kind="stable", ignore_index=True)
