"""Where two runs with one course of chance part, body by body and measure by measure.

*Measures* have one row a month (month, date, every measure), *partners* one a month and body (month, partner, sector,
what is kept of it, and the terms of its choice as ``term_*``), *choices* one a meeting and body that sits there (month,
table, partner, rank), each of the table of one run. Values are compared to the last bit.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.explanation.tables import TERM, first_difference
from analysis.shared.words import written_months

BOARD = "board"
SAME, NUMBERS, CHOICE = range(3)
"""What a month of a body is in the other run: the same, other numbers with the same choice, or another choice."""

_OF_BODIES = [
    *("partner", "sector", "first_differs", "number", "choice_differs", "chose_one", "chose_other"),
    *("term", "term_one", "term_other", "utility_one", "utility_other"),
]


@dataclasses.dataclass(frozen=True)
class Told:
    """What a run leaves, as far as it is set beside another."""

    measures: pd.DataFrame
    partners: pd.DataFrame
    choices: pd.DataFrame


def measures_parted(one: Told, other: Told) -> pd.DataFrame:
    """Return every measure that ever differs, the earliest first: measure, date, one, other, end_one, end_other.

    ``one`` and ``other`` are its values in the first month that differs, the last two those of the last month that both
    runs have. Measures that only one run has are left out.

    >>> months = pd.DataFrame({"month": [0, 1], "date": ["2001-04", "2001-05"], "trust": [0.5, 0.6]})
    >>> both = (months, months.assign(trust=[0.5, 0.7]))
    >>> one, other = (Told(table, pd.DataFrame(), pd.DataFrame()) for table in both)
    >>> measures_parted(one, other)[["measure", "date", "one", "other"]].to_numpy().tolist()
    [['trust', '2001-05', 0.6, 0.7]]
    """
    ours, theirs = _common_months(one.measures, other.measures)
    shared = [name for name in ours if name in theirs]
    first = first_difference(ours[shared], theirs[shared])
    rows = []
    for measure, month in first.itertuples(index=False):
        here, there = (table.set_index("month")[measure] for table in (ours, theirs))
        date = written_months(ours.set_index("month")["date"])[month]
        rows.append((measure, date, here[month], there[month], here.iloc[-1], there.iloc[-1]))
    return pd.DataFrame(rows, columns=["measure", "date", "one", "other", "end_one", "end_other"])


def bodies_parted(one: Told, other: Told) -> pd.DataFrame:
    """Return one row a body that both runs have, in the order of those that differ first; who never does comes last.

    Columns: partner, sector, first_differs (YYYY-MM, empty if never), number (the first of what is kept of it that
    differs then), choice_differs (the first month in which it is at the board in another rank), chose_one,
    chose_other, the term of that choice that differs most in that month with its value in both runs, and the sums of
    all terms (utility of going in person).

    >>> def told(trust, rank, term):
    ...     months = pd.DataFrame({"month": [0, 1], "date": ["2001-04", "2001-05"], "trust": [0.5, trust]})
    ...     seats = pd.DataFrame({"month": [0, 1], "partner": "police_1", "sector": "agency", "is_member": 1.0})
    ...     choices = pd.DataFrame({"month": [0, 1], "table": "board", "partner": "police_1", "rank": ["junior", rank]})
    ...     return Told(months, seats.assign(term_duty=[0.0, term]), choices)
    >>> row = bodies_parted(told(0.5, "junior", 0.0), told(0.5, "senior", 1.5)).iloc[0]
    >>> row[["number", "choice_differs", "chose_one", "chose_other", "term"]].to_list()
    ['term_duty', '2001-05', 'junior', 'senior', 'duty']
    """
    dates = written_months(one.measures.set_index("month")["date"])
    columns = _kept(one.partners, other.partners)
    rows = []
    for partner, (ours, theirs) in _by_body(one.partners, other.partners).items():
        differs = _differs(ours[columns], theirs[columns])
        places = np.flatnonzero(differs.any(axis=1))
        ranks = _ranks(one.choices, other.choices, partner)
        chosen = ranks.index[ranks["one"] != ranks["other"]]
        row: dict[str, object] = {"partner": partner, "sector": ours["sector"].iloc[0]}
        if len(places):
            number = columns[int(differs[places[0]].argmax())]
            row |= {"first_differs": dates[int(ours.index[places[0]])], "number": number}
        if len(chosen):
            row |= {
                "choice_differs": dates[chosen[0]],
                "chose_one": ranks["one"][chosen[0]],
                "chose_other": ranks["other"][chosen[0]],
                **_terms(ours.loc[chosen[0]], theirs.loc[chosen[0]]),
            }
        rows.append(row)
    table = pd.DataFrame(rows, columns=_OF_BODIES)
    order = table["first_differs"].sort_values(kind="stable", na_position="last").index
    return table.loc[order].reset_index(drop=True)


def reach(one: Told, other: Told) -> tuple[list[str], NDArray[np.float64]]:
    """Return bodies that both runs have, and of each and every month SAME, NUMBERS or CHOICE.

    Bodies are in the order of the seats, one row each; NaN stands where a body sits in neither run.

    >>> def told(trust, rank, term):
    ...     months = pd.DataFrame({"month": [0, 1], "date": ["2001-04", "2001-05"], "trust": [0.5, trust]})
    ...     seats = pd.DataFrame({"month": [0, 1], "partner": "police_1", "sector": "agency", "is_member": 1.0})
    ...     choices = pd.DataFrame({"month": [0, 1], "table": "board", "partner": "police_1", "rank": ["junior", rank]})
    ...     return Told(months, seats.assign(term_duty=[0.0, term]), choices)
    >>> names, states = reach(told(0.5, "junior", 0.0), told(0.5, "senior", 1.5))
    >>> names, states.tolist()
    (['police_1'], [[0.0, 2.0]])
    """
    columns = _kept(one.partners, other.partners)
    names, rows = [], []
    for partner, (ours, theirs) in _by_body(one.partners, other.partners).items():
        states = np.where(_differs(ours[columns], theirs[columns]).any(axis=1), float(NUMBERS), float(SAME))
        ranks = _ranks(one.choices, other.choices, partner)
        states[ours.index.isin(ranks.index[ranks["one"] != ranks["other"]])] = CHOICE
        sits = (ours["is_member"] > 0).to_numpy() | (theirs["is_member"] > 0).to_numpy()
        names.append(partner)
        rows.append(np.where(sits, states, np.nan))
    return names, np.array(rows)


def _kept(one: pd.DataFrame, other: pd.DataFrame) -> list[str]:
    """Return what is kept of bodies in both runs."""
    return [str(name) for name in one if name in other and name not in ("month", "partner", "sector", "archetype")]


def _by_body(one: pd.DataFrame, other: pd.DataFrame) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    """Return the rows of every body that both runs have, by month, of the months that both have."""
    theirs = {str(name): rows.set_index("month") for name, rows in other.groupby("partner", sort=False)}
    found = {}
    for name, rows in one.groupby("partner", sort=False):
        if name in theirs:
            ours = rows.set_index("month")
            months = ours.index.intersection(theirs[str(name)].index)
            found[str(name)] = (ours.loc[months], theirs[str(name)].loc[months])
    return found


def _common_months(one: pd.DataFrame, other: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    months = min(len(one), len(other))
    return one.iloc[:months], other.iloc[:months]


def _differs(one: pd.DataFrame, other: pd.DataFrame) -> NDArray[np.bool_]:
    ours, theirs = one.to_numpy(dtype=float), other.to_numpy(dtype=float)
    return np.asarray((ours != theirs) & ~(np.isnan(ours) & np.isnan(theirs)))


def _ranks(one: pd.DataFrame, other: pd.DataFrame, partner: str) -> pd.DataFrame:
    """Return the rank of a body at the board by month, in the months in which it sits there in both runs."""
    ranks = [
        table[(table["table"] == BOARD) & (table["partner"] == partner)].set_index("month")["rank"]
        for table in (one, other)
    ]
    return pd.concat(ranks, axis="columns", join="inner", keys=["one", "other"])


def _terms(one: pd.Series, other: pd.Series) -> dict[str, object]:
    """Return which term of a choice differs most between two runs, and the sums of all."""
    terms = [str(name) for name in one.index if str(name).startswith(TERM) and name in other.index]
    ours, theirs = ({name: float(run[name]) for name in terms} for run in (one, other))
    sums: dict[str, object] = {"utility_one": sum(ours.values()), "utility_other": sum(theirs.values())}
    most = max(terms, key=lambda name: abs(ours[name] - theirs[name]))
    if ours[most] == theirs[most]:
        return sums
    return {"term": most.removeprefix(TERM), "term_one": ours[most], "term_other": theirs[most], **sums}
