"""Whom bodies met and what they promised each other, by name, from one run with its meetings written down.

Trust and ties are as they stand at the end of a month. So who decides in a month does so with those of the month
before, and what happened in it shows in the difference.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.shared.words import written_months
from experiments.runs.ties import TiedRun, record_of
from sim import History, month_of

_OF_PARTNERS = ["month", "date", "partner", "rank", "tied_to", "in_person_before", "came_in_person", "expected"]
_OF_PROMISES = [
    "month",
    "date",
    "project",
    "theme",
    "partner",
    "effort",
    "mates",
    "trust_before",
    "trust_after",
    "trust_change",
]
_OF_PAIRS = [
    "project",
    "theme",
    "began",
    "ended",
    "team",
    "giver",
    "receiver",
    "kept",
    "least_kept",
    "least_in",
    "trust_before",
    "trust_after",
    "trust_change",
    "beyond_tolerated",
    "reorganised_in",
]


@dataclasses.dataclass(frozen=True)
class Named:
    """What is told by name.

    ``partners`` has one row a month and body that decided about the board: its rank there, to how many it was tied, to
    whom, with the record that each of them has of going in person (those first who have most), which of them were there
    in person now, and the sum of the records, on which the term rests. A record is the share of the last year's
    meetings, and until there was a year of them in part what was expected at the launch. The ties of the launch
    are not written down, so the first month has none. ``promises`` has
    one row a month, project and body in its team: what share of its promises it kept (one share for all its projects in
    a month) and how far its team mates' trust in it moved in that month, their mean. ``by_project`` has one row a
    project and ordered pair in its team, over its life: what the receiver kept, how the giver's trust in it moved, in
    what share of its months it had more influence than others accept, and when one of the two was reorganised.
    """

    partners: pd.DataFrame
    promises: pd.DataFrame
    by_project: pd.DataFrame


def named(tied: TiedRun) -> Named:
    """Return who met and promised what by name."""
    teams = [_Team(tied.history, row) for row in tied.projects.to_dict("records")]
    return Named(
        partners=_partners(tied.history),
        promises=pd.DataFrame([row for team in teams for row in team.months()], columns=_OF_PROMISES),
        by_project=pd.DataFrame([row for team in teams for row in team.pairs()], columns=_OF_PAIRS),
    )


def _by_month(history: History, column: str) -> NDArray[np.float64]:
    """Return a column of the table of bodies as (month, body)."""
    return history.partners[column].to_numpy().reshape(history.scenario.months, -1)


def _partners(history: History) -> pd.DataFrame:
    record, choices = record_of(history), month_of(history.scenario).choices
    names = list(dict.fromkeys(history.partners["partner"]))
    rank, member = record["rank_at"][:, :, 0], record["is_member"] > 0.0
    goes = _by_month(history, "person_record")
    rows = []
    for month in range(history.scenario.months):
        tied = (record["tie"][month - 1] > 0.0) & member[month - 1] & (month > 0)
        for body in np.flatnonzero(rank[month] >= 0.0):
            others = np.flatnonzero(tied[body])
            others = others[np.argsort(-goes[month - 1, others], kind="stable")]
            now = [names[other] for other in others if rank[month, other] == len(choices.ranks) - 1.0]
            before = [f"{names[other]} {goes[month - 1, other]:.2f}" for other in others]
            rows.append(
                (
                    month,
                    history.scenario.month_label(month),
                    names[body],
                    choices.ranks[int(rank[month, body])],
                    float(len(others)) if month else np.nan,
                    ", ".join(before),
                    ", ".join(now),
                    float(goes[month - 1, others].sum()) if month else np.nan,
                )
            )
    return pd.DataFrame(rows, columns=_OF_PARTNERS)


class _Team:
    """Who carries a project, month by month."""

    def __init__(self, history: History, project: dict[Any, Any]) -> None:
        self.history, self.project = history, project
        self.names = list(dict.fromkeys(history.partners["partner"]))
        self.bodies = [self.names.index(name) for name in project["team"].split(", ") if name]
        self.trust, self.member = record_of(history)["trust"], record_of(history)["is_member"] > 0.0
        self.effort, self.influence = _by_month(history, "effort"), _by_month(history, "influence")

    def months(self) -> Iterable[tuple[Any, ...]]:
        """Give one row a month and body that is still a member."""
        for month in range(self.project["first_month"], self.project["last_month"] + 1):
            there = [body for body in self.bodies if self.member[month, body]]
            for body in there:
                mates = [mate for mate in there if mate != body]
                known = month > 0 and mates
                before, after = (
                    float(self.trust[when, mates, body].mean()) if known else np.nan for when in (month - 1, month)
                )
                yield (
                    month,
                    self.history.scenario.month_label(month),
                    self.project["project"],
                    self.project["theme"],
                    self.names[body],
                    float(self.effort[month, body]),
                    ", ".join(self.names[mate] for mate in mates),
                    before,
                    after,
                    after - before,
                )

    def pairs(self) -> Iterable[tuple[Any, ...]]:
        """Give one row an ordered pair, from before the project was adopted to its last month with both."""
        first = self.project["first_month"]
        scenario = self.history.scenario
        tolerated = scenario.behaviour.tolerated
        for giver in self.bodies:
            for receiver in self.bodies:
                both = self.member[first : self.project["last_month"] + 1][:, [giver, receiver]].all(axis=1)
                months = first + np.flatnonzero(both)
                if giver == receiver or not len(months) or first == 0:
                    continue
                kept, last = self.effort[months, receiver], months[-1]
                before, after = float(self.trust[first - 1, giver, receiver]), float(self.trust[last, giver, receiver])
                yield (
                    *(self.project[name] for name in ("project", "theme", "began", "ended", "team")),
                    self.names[giver],
                    self.names[receiver],
                    float(kept.mean()),
                    float(kept.min()),
                    scenario.month_label(int(months[kept.argmin()])),
                    before,
                    after,
                    after - before,
                    float((self.influence[months, receiver] > tolerated).mean()),
                    self._reorganised({self.names[giver], self.names[receiver]}, set(months.tolist())),
                )

    def _reorganised(self, bodies: set[str], months: set[int]) -> str:
        """Return when one of them was first reorganised in these months, which makes strangers of two; else ''."""
        events = self.history.events
        ended = events[(events["event"] == "reorganised") & events["partner"].isin(bodies)]
        dates = written_months(ended.loc[ended["month"].isin(months), "date"])
        return str(dates.iloc[0]) if len(dates) else ""
