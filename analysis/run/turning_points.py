"""The turning points of a run: policies, first results, leaders, stages, exits, and regimes that last."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.shared.paths import flat
from analysis.shared.words import titled, written_months
from sim.parameters import PARAMETERS
from sim.scenario import CalendarEntry, Scenario, month_number
from sim.vocabulary import label_of

KINDS: tuple[str, ...] = ("policy", "leader", "result", "stage", "seat", "end", "regime")
"""What a turning point can be, in the order in which a timeline shows them."""

LASTING_MONTHS = 6
"""A regime must hold for so long before its beginning counts: thresholds are crossed back and forth."""

COLUMNS = ("month", "date", "kind", "what", "partner")

_KIND_OF_EVENT = {"new leader": "leader", "dissolved": "end"}
FIRSTS = ("months_to_first_decision", "months_to_first_delivery")
"""Measures of when something came for the first time."""


def turning_points(measures: pd.DataFrame, events: pd.DataFrame, policies: pd.DataFrame) -> pd.DataFrame:
    """Return what turned in a run, in the order of time: month, date, kind, what and partner.

    ``measures`` and ``events`` are tables of a run's history, ``policies`` comes from :func:`policy_dates`.
    ``partner`` is empty for what befell the whole partnership.

    >>> firsts = {"months_to_first_decision": [1.0, 1.0], "months_to_first_delivery": [1.0, 2.0]}
    >>> months = pd.DataFrame({"month": [0, 1], "date": ["2001-04", "2001-05"], "regime": "talking shop", **firsts})
    >>> nothing = pd.DataFrame(columns=["month", "date", "event", "partner"])
    >>> turned = turning_points(months, nothing, pd.DataFrame(columns=["month", "what"]))
    >>> turned[["date", "what"]].to_numpy().tolist()
    [['2001-04', 'talking shop'], ['2001-05', 'first decision']]
    """
    rows: list[tuple[int, str, str, str]] = [
        (int(month), "policy", str(what), "") for month, what in zip(policies["month"], policies["what"], strict=True)
    ]
    for name in FIRSTS:
        month = first_time(measures, name)
        if month is not None:
            rows.append((month, "result", first_of(name), ""))
    for month, event, partner in zip(events["month"], events["event"], events["partner"], strict=True):
        kind = "stage" if str(event).startswith("stage") else _KIND_OF_EVENT.get(str(event), "seat")
        rows.append((int(month), kind, str(event), str(partner)))
    regimes = measures["regime"].tolist()
    rows.append((0, "regime", regimes[0], ""))
    rows += [(month, "regime", regimes[month], "") for month in lasting_changes(measures["regime"])]
    rows.sort(key=lambda row: (row[0], KINDS.index(row[1])))
    dates = dict(zip(measures["month"], written_months(measures["date"]), strict=True))
    turned = [(month, dates[month], kind, what, partner) for month, kind, what, partner in rows if month in dates]
    return pd.DataFrame(turned, columns=list(COLUMNS))


def first_of(name: str) -> str:
    """Return what comes for the first time, in words.

    >>> first_of("months_to_first_decision")
    'first decision'
    """
    return label_of(name).removeprefix("months to ")


def first_time(measures: pd.DataFrame, name: str) -> int | None:
    """Return the month of a first event, None if it never came.

    The measures ``months_to_...`` count the months without it, so it happens when they stop counting.

    >>> first_time(pd.DataFrame({"months_to_first_decision": [1.0, 2.0, 2.0]}), "months_to_first_decision")
    2
    """
    values = measures[name].to_numpy()
    happened = values < np.arange(1, len(values) + 1)
    return int(happened.argmax()) if happened.any() else None


def lasting_changes(regimes: pd.Series) -> list[int]:
    """Return the months in which a regime begins that then holds for ``LASTING_MONTHS``.

    >>> lasting_changes(pd.Series(["talking shop"] * 3 + ["hollow"] * 6))
    [3]
    """
    names = regimes.tolist()
    current, months = names[0], []
    for month, name in enumerate(names):
        ahead = names[month : month + LASTING_MONTHS]
        if name != current and len(ahead) == LASTING_MONTHS and set(ahead) == {name}:
            months.append(month)
            current = name
    return months


def policy_dates(scenario: Scenario) -> pd.DataFrame:
    """Return the dated policies and newcomers of a scenario: month, date, what (its note) and changes.

    ``changes`` says each setting that changes, with its unit. The months are counted from the start; what is for other
    places, or after the last month, is left away.

    >>> entry = CalendarEntry("2008-04", levers={"flexible_fund_gbp_m": 0})
    >>> from sim import scenario_from
    >>> scenario = scenario_from({"board": {"members": {"council": 1}}, "calendar": [
    ...     {"from": "2008-04", "note": "the fund ends", "levers": {"flexible_fund_gbp_m": 0}}]})
    >>> policy_dates(scenario)[["month", "date", "what"]].to_numpy().tolist()
    [[84, '2008-04', 'the fund ends']]
    >>> policy_dates(scenario)["changes"].iloc[0]
    'Flexible fund 0 £m a year'
    """
    start = month_number(scenario.start)
    rows = []
    for entry in scenario.calendar_here:
        changes = ", ".join(_changes(entry)) or "nothing changes"
        rows.append((month_number(entry.from_month) - start, entry.from_month, entry.note or changes, changes))
    for newcomer in scenario.board.entries:
        what = f"{newcomer.count} × {newcomer.archetype.replace('_', ' ')} joins"
        rows.append((month_number(newcomer.month) - start, newcomer.month, what, what))
    for body in scenario.board.bodies:
        if body.joins is not None:
            what = f"{body.name} joins"
            rows.append((month_number(body.joins) - start, body.joins, what, what))
    reached = sorted((row for row in rows if row[0] < scenario.months), key=lambda row: row[0])
    return pd.DataFrame(reached, columns=["month", "date", "what", "changes"])


def setting_in_words(path: str, value: Any) -> str:
    """Return a setting and its value as people write them, with the unit where it is more than a scale.

    >>> setting_in_words("levers.duty.attend", 0.6)
    'Duty: attend 0.6'
    >>> setting_in_words("levers.initiatives", 8)
    'Initiatives 8'
    """
    shown = f"{value:g}" if isinstance(value, int | float) else str(value)
    unit = PARAMETERS[path].unit if path in PARAMETERS else ""
    has_unit = unit.startswith("£") and isinstance(value, int | float)
    return f"{titled(path)} {shown}" + (f" {unit.split(',')[0]}" if has_unit else "")


def _changes(entry: CalendarEntry) -> list[str]:
    changes = [setting_in_words(path, value) for path, value in flat_settings(entry).items()]
    changes += [f"{body.replace('_', ' ')} abolished" for body in entry.abolish]
    changes += [f"{count} × {body.replace('_', ' ')} joins" for body, count in entry.creates.items()]
    return changes + ([f"executive: {entry.executive.replace('_', ' ')}"] if entry.executive else [])


def flat_settings(entry: CalendarEntry) -> dict[str, Any]:
    """Return every setting that a calendar entry changes, by path.

    >>> flat_settings(CalendarEntry("2008-04", levers={"duty": {"attend": 1.0}}, leadership={"direction": 0.9}))
    {'levers.duty.attend': 1.0, 'leadership.direction': 0.9}
    """
    return flat({"levers": entry.levers, "leadership": entry.leadership, "own": entry.own})


def regime_spells(measures: pd.DataFrame) -> pd.DataFrame:
    """Return the spells of regimes that last: regime, first and last month; together they cover the run.

    >>> run = pd.DataFrame({"month": range(9), "regime": ["talking shop"] * 3 + ["hollow"] * 6})
    >>> regime_spells(run).to_numpy().tolist()
    [['talking shop', 0, 2], ['hollow', 3, 8]]
    """
    starts = [0, *lasting_changes(measures["regime"])]
    names = measures["regime"].tolist()
    ends = [*(start - 1 for start in starts[1:]), len(names) - 1]
    rows = [(names[start], start, end) for start, end in zip(starts, ends, strict=True)]
    return pd.DataFrame(rows, columns=["regime", "first", "last"])
