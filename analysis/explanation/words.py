"""An explanation in plain sentences, which say only what its tables show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.explanation.tables import UTILITY, summed
from analysis.shared.parameter_sets import OVER_SETS
from analysis.shared.words import capital, is_share, listed, titled, unit_of

_NAMED = 3
_SMALL = 0.05
"""Changes of utility below this are not named: they move a chance by about one point at most."""


def changes_in_words(
    changes: pd.DataFrame,
    attendance: tuple[float, float],
    dates: Mapping[int, str],
    *,
    subject: str,
    spans: list[range],
) -> list[str]:
    """Return how often a subject came before and after, and which terms changed most.

    ``changes`` is the result of ``analysis.explanation.tables.term_changes`` for the two ``spans``, ``attendance``
    the share of meetings attended in each, ``dates`` the YYYY-MM by month.

    >>> rows = [("time", -0.2, -1.1, -0.9, -4.0, -21.0, 5), ("duty", 0.7, 0.7, 0.0, 9.0, 9.0, 5),
    ...         ("utility", 0.5, -0.4, -0.9, 58.0, 38.0, 5)]
    >>> columns = ["term", "before", "after", "change", "points_before", "points_after", "since"]
    >>> table = pd.DataFrame(rows, columns=columns).assign(meaning=["scarce time", "duty", "sum of the terms"])
    >>> dates = {month: f"2001-{month + 1:02d}" for month in range(12)}
    >>> for line in changes_in_words(table, (0.62, 0.14), dates, subject="Police", spans=[range(6), range(6, 12)]):
    ...     print(line)
    Police: somebody came to 62 % of meetings from 2001-01 to 2001-06, and to 14 % from 2001-07 to 2001-12.
    The sum of the terms of its choice fell by 0.90, from 0.50 to −0.40; the chance to go in person fell from 58 to 38 %.
    That is scarce time −0.90 (since 2001-06), all others +0.00.
    """  # noqa: E501
    before, after = (f"from {dates[span[0]]} to {dates[span[-1]]}" for span in spans)
    first, last = (_percent(share) for share in attendance)
    lines = [f"{subject}: somebody came to {first} of meetings {before}, and to {last} {after}."]
    utility = changes[changes["term"] == UTILITY].iloc[0]
    terms = changes[changes["term"] != UTILITY]
    largest = terms.loc[terms["change"].abs().sort_values(ascending=False, kind="stable").index]
    largest = largest[largest["change"].abs() >= _SMALL]
    if largest.empty:
        return [*lines, f"No term of its decisions changed by {_SMALL} or more."]
    change, chances = utility["change"], [round(utility[name]) for name in ("points_before", "points_after")]
    if abs(change) < _SMALL:
        lines.append(
            "The sum of the terms of its choice hardly changed "
            f"({_signed(utility['before'])} to {_signed(utility['after'])})."
        )
    else:
        way = "rose" if change > 0 else "fell"
        lines.append(
            f"The sum of the terms of its choice {way} by {abs(change):.2f}, from {_plain(utility['before'])} to "
            f"{_plain(utility['after'])}; the chance to go in person {_moved(*chances)}."
        )
    since = {row["meaning"]: row["since"] for _, row in largest.iterrows()}
    parts = summed(dict(zip(terms["meaning"], terms["change"], strict=True)), named=_NAMED, least=_SMALL)
    named = [_term(name, size, since.get(name), dates) for name, size in parts.items()]
    return [*lines, f"That is {', '.join(named)}."]


def _moved(before: int, after: int) -> str:
    """Return how a chance moved, in whole per cent."""
    if before == after:
        return f"stayed at {after} %"
    return f"{'rose' if after > before else 'fell'} from {before} to {after} %"


def _term(name: str, change: float, since: float | None, dates: Mapping[int, str]) -> str:
    when = "" if since is None or pd.isna(since) else f" (since {dates[int(since)]})"
    return f"{name} {_signed(change)}{when}"


def decision_in_words(steps: pd.DataFrame) -> list[str]:
    """Return when in a month bodies decide whether to come; nothing if another step stands for the model's own.

    ``steps`` is ``sim.month.Month.schedule`` as a table.

    >>> decision_in_words(pd.DataFrame({"number": ["1", "2", "2.1"], "step": ["open_month", "table", "choose_rank"]}))
    ['Bodies decide in step 2.1 of a month, by what they know then (steps.csv).']
    """
    decided = steps.loc[steps["step"] == "choose_rank", "number"]
    return [f"Bodies decide in step {n} of a month, by what they know then (steps.csv)." for n in decided]


def course_in_words(points: pd.DataFrame) -> list[str]:
    """Return the course of a run: its first results, bodies that policy ended, and its regimes.

    ``points`` is the result of ``analysis.run.turning_points.turning_points``.

    >>> rows = [(0, "2001-04", "regime", "talking shop", ""), (9, "2002-01", "result", "first decision", ""),
    ...         (20, "2002-12", "seat", "abolished", "police_1"), (30, "2003-10", "regime", "hollow", "")]
    >>> for line in course_in_words(pd.DataFrame(rows, columns=["month", "date", "kind", "what", "partner"])):
    ...     print(line)
    First decision in 2002-01; no first delivery.
    One body was abolished (2002-12).
    Regimes that lasted: talking shop from the start, hollow from 2003-10.
    """
    firsts = dict(zip(points["what"], points["date"], strict=True))
    phrases = [
        f"{name} in {firsts[name]}" if name in firsts else f"no {name}" for name in ("first decision", "first delivery")
    ]
    lines = [f"{capital('; '.join(phrases))}."]
    left = points.loc[points["what"] == "abolished", "date"]
    if len(left):
        bodies = "One body was" if len(left) == 1 else f"{len(left)} bodies were"
        lines.append(f"{bodies} abolished ({listed(list(left.unique()))}).")
    leaders = points.loc[points["kind"] == "leader", "date"]
    if len(leaders):
        lines.append(f"A new leader came in {listed(list(leaders))}.")
    for event in ("dissolved", "founded again"):
        dates = points.loc[(points["what"] == event) & (points["kind"] != "regime"), "date"]
        if len(dates):
            lines.append(f"The partnership was {event} in {listed(list(dates))}.")
    regimes = points[points["kind"] == "regime"]
    spells = [
        f"{what} {'from the start' if month == 0 else f'from {date}'}"
        for month, date, what in zip(regimes["month"], regimes["date"], regimes["what"], strict=True)
    ]
    return [*lines, f"Regimes that lasted: {', '.join(spells)}."]


def pairs_in_words(
    table: pd.DataFrame,
    regimes: pd.DataFrame,
    *,
    label: str,
    instead: str,
    parted: str | None,
    since: Sequence[tuple[str, str]],
    subject: str,
) -> list[str]:
    """Return what a scenario beside the same without a lever (``label``) shows.

    ``table`` has a row a measure: measure, as_is, without, difference, ci_low, ci_high, replicates;
    ``regimes`` the columns scenario, regime and share at the end, the scenario as it is first. ``instead``
    says what the lever is set to instead. Of the named pair, ``parted`` is the month in which the two
    first differ and ``since`` the last regime of each and when it began.

    >>> row = ("attendance", 0.8, 0.7, 0.1, float("nan"), float("nan"), 1)
    >>> columns = ["measure", "as_is", "without", "difference", "ci_low", "ci_high", "replicates"]
    >>> ends = pd.DataFrame({"scenario": ["a", "b"], "regime": "talking shop", "share": 1.0})
    >>> for line in pairs_in_words(pd.DataFrame([row], columns=columns), ends, label="without fund",
    ...                            instead="set to 0 £m a year", parted="2001-05", subject="Police",
    ...                            since=[("talking shop", "2001-04"), ("talking shop", "2003-01")]):
    ...     print(line)
    Without fund (set to 0 £m a year), on the same draws: the two runs differ from 2001-05 on and are identical before.
    At the end (mean of the last year, or the last month for results that add up):
    - Attendance: 80.0 % as it is, 70.0 % without fund (difference +10.0 points).
    As it is, the run ends as talking shop (from 2001-04); without fund, as talking shop (from 2003-01).
    One pair of runs does not show the part of chance: add replicates=100.
    """
    pairs = int(table["replicates"].iloc[0])
    where = "are identical throughout" if parted is None else f"differ from {parted} on and are identical before"
    lines = [
        f"{capital(label)} ({instead}), on the same draws: the two runs {where}.",
        "At the end (mean of the last year, or the last month for results that add up):",
        *(f"- {_pair(row, label=label, subject=subject)}" for _, row in table.iterrows()),
    ]
    if pairs == 1:
        (first, begun), (second, begun_there) = since
        end = f"As it is, the run ends as {first} (from {begun}); {label}, as {second} (from {begun_there})."
        return [*lines, end, "One pair of runs does not show the part of chance: add replicates=100."]
    shares = []
    for _, rows in regimes[regimes["share"] > 0].groupby("scenario", sort=False):
        common = rows.sort_values("share", ascending=False, kind="stable")
        told_shares = zip(common["share"], common["regime"], strict=True)
        shares.append(listed([f"{_percent(share)} {regime}" for share, regime in told_shares]))
    return [*lines, f"Regimes at the end of {pairs} runs, as it is: {shares[0]}; {label}: {shares[1]}."]


def _pair(row: pd.Series, *, label: str, subject: str) -> str:
    of_partner = row["measure"] == "attendance_of_partner"
    measure = "attendance" if of_partner else str(row["measure"])
    scale, decimals = (100.0, 1) if is_share(measure) else (1.0, 4 if measure.endswith("gbp_m") else 3)
    unit = f" {unit_of(measure)}" if is_share(measure) or measure.endswith("gbp_m") else ""
    before, after = (_plain(scale * row[name], decimals) + unit for name in ("as_is", "without"))
    change = _signed(scale * row["difference"], decimals) + (" points" if is_share(measure) else "")
    interval = ""
    if row["replicates"] > 1:
        low, high = (_signed(scale * row[name], decimals) for name in ("ci_low", "ci_high"))
        interval = f", 95 % interval {low} to {high}"
    name = f"Attendance of {subject}" if of_partner else titled(measure)
    return f"{name}: {before} as it is, {after} {label} (difference {change}{interval})."


def movers_in_words(shares: pd.DataFrame, *, subject: str) -> str:
    """Return in how many runs the commonest largest mover is the one that changed most.

    >>> rows = [("time", "scarce time", 37, 40, 0.925, 0.80, 0.97, -0.9, -1.0, -0.8)]
    >>> columns = ["term", "meaning", "runs", "of", "share", "ci_low", "ci_high", "change", "change_low", "change_high"]
    >>> movers_in_words(pd.DataFrame(rows, columns=columns), subject="Police").partition(") ")[2]
    'the term that changed most is scarce time (mean change −0.90).'
    """
    top = shares.iloc[0]
    interval = "middle 95 % of sets:" if top.get("interval_over") == OVER_SETS else "95 % interval of chance"
    share = f"{_percent(top['share'])}, {interval} {100 * top['ci_low']:.0f} to {100 * top['ci_high']:.0f} %"
    return (
        f"{subject}: in {top['runs']} of {top['of']} runs ({share}) the term that changed most is {top['meaning']} "
        f"(mean change {_signed(top['change'])})."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _plain(value: float, decimals: int = 2) -> str:
    shown = round(value, decimals) + 0.0  # no negative zero
    return f"{shown:.{decimals}f}".replace("-", "−")


def _signed(value: float, decimals: int = 2) -> str:
    shown = round(value, decimals) + 0.0  # no negative zero
    return f"{shown:+.{decimals}f}".replace("-", "−")


def subject_in_words(partner: str | None, sector: str | None, labels: Mapping[str, str]) -> str:
    """Return what is explained, as it stands at the start of a sentence.

    >>> subject_in_words(None, "business", {}), subject_in_words("police_1", None, {"police_1": "Police"})
    ('Businesses', 'Police')
    >>> subject_in_words(None, None, {})
    'All members'
    """
    if partner is not None:
        return labels[partner]
    return "All members" if sector is None else titled(sector)
