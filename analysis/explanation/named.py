"""Partners, projects and promises by name: who came because of whom, and who kept what for whom.

Bodies choose among staying away, sending a junior and going in person, and work on projects in teams. Every sentence
says what tables say; where the choice was a draw, its chance is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.explanation.tables import IN_PERSON, TERM, summed
from analysis.shared.words import capital, listed, mid_sentence

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DID = {"senior": "came in person", "junior": "sent a junior", "absent": "stayed away"}
_USUALLY = 0.5
_MOST_NAMED = 3
_MOVED = 0.02
"""Changes of trust below this are not told."""
_SMALL = 0.05
"""Terms smaller than this, in utility, are told with all others."""
_FRACTIONS = (
    (0.05, "next to nothing"),
    (0.17, "about a tenth"),
    (0.29, "about a quarter"),
    (0.41, "about a third"),
    (0.58, "about half"),
    (0.7, "about two thirds"),
    (0.8, "about three quarters"),
    (0.9, "most"),
    (0.98, "nearly all"),
    (1.01, "all"),
)


def month_in_words(date: str) -> str:
    """Return a month as a sentence has it.

    >>> month_in_words("2004-05")
    'May 2004'
    """
    year, number = date.split("-")
    return f"{_MONTHS[int(number) - 1]} {year}"


def the(label: str) -> str:
    """Return a body as it stands within a sentence; of several of a kind it has a number and no article.

    >>> the("Police force"), the("School 2"), the("Learning and Skills Council")
    ('the police force', 'school 2', 'the Learning and Skills Council')
    """
    is_name = any(word[:1].isupper() for word in label.split()[1:])
    body = label if is_name else mid_sentence(label)
    return body if label[-1].isdigit() else f"the {body}"


def fraction_in_words(share: float) -> str:
    """Return a share as people say it.

    >>> fraction_in_words(0.34), fraction_in_words(1.0), fraction_in_words(0.01)
    ('about a third', 'all', 'next to nothing')
    """
    return next(words for most, words in _FRACTIONS if share < most)


def in_ranks(partners: pd.DataFrame, spans: Sequence[range]) -> pd.DataFrame:
    """Return of each body to what share of meetings it went in person, and sent a junior, in two spans of months.

    Columns: partner, in_person_before, in_person_after, junior_before, junior_after, change (of going in person); only
    bodies that sat at the table in both.

    >>> rows = [(0, "police_1", "absent"), (1, "police_1", "senior")]
    >>> in_ranks(pd.DataFrame(rows, columns=["month", "partner", "rank"]), [range(1), range(1, 2)])["change"].tolist()
    [1.0]
    """
    table = {}
    for name, span in zip(("before", "after"), spans, strict=True):
        rows = partners[partners["month"].isin(span)]
        for column, rank in (("in_person", "senior"), ("junior", "junior")):
            table[f"{column}_{name}"] = (rows["rank"] == rank).groupby(rows["partner"], sort=False).mean()
    found = pd.DataFrame(table).dropna().rename_axis("partner").reset_index()
    return found.assign(change=found["in_person_after"] - found["in_person_before"])


def told_bodies(ranks: pd.DataFrame) -> list[str]:
    """Return whose decisions are told of several: who came in person more often than before, and who less, most so.

    >>> told_bodies(pd.DataFrame({"partner": ["a", "b", "c"], "change": [0.1, -0.4, 0.6]}))
    ['c', 'b']
    """
    if len(ranks) < 2:
        return list(ranks["partner"])
    order = ranks.sort_values("change", kind="stable")
    last, first = order.iloc[0], order.iloc[-1]
    return [str(row["partner"]) for row, moved in ((first, first["change"] > 0), (last, last["change"] < 0)) if moved]


def ranks_in_words(ranks: pd.DataFrame, bodies: Iterable[str], labels: Mapping[str, str]) -> list[str]:
    """Return how often bodies went in person, and sent a junior, before and after.

    >>> row = {"partner": "police_1", "in_person_before": 0.25, "in_person_after": 0.75, "junior_before": 0.5,
    ...        "junior_after": 0.25}
    >>> ranks_in_words(pd.DataFrame([row]), ["police_1"], {"police_1": "Police force"})
    ['The police force went to 25 % of meetings in person before and to 75 % after, and sent juniors to 50 % and 25 %.']
    """
    by_body = {row["partner"]: row for row in ranks.to_dict("records")}
    lines = []
    for body in bodies:
        if body in by_body:
            shares = {name: _percent(share) for name, share in by_body[body].items() if "_" in str(name)}
            lines.append(
                f"{capital(the(labels[body]))} went to {shares['in_person_before']} of meetings in person before and "
                f"to {shares['in_person_after']} after, and sent juniors to {shares['junior_before']} and "
                f"{shares['junior_after']}."
            )
    return lines


def came_in_words(row: pd.Series, choice: pd.Series, labels: Mapping[str, str], meanings: Mapping[str, str]) -> str:
    """Return what a body did about the board in a month, with which partners, and the terms of its choice, summed.

    ``row`` is one of the table of partners (date, partner, rank, tied_to, in_person_before), ``choice`` its chance of
    going in person and the terms of that choice, ``meanings`` what terms are called.

    >>> row = pd.Series({"date": "2004-05", "partner": "school_1", "rank": "senior", "tied_to": 3.0,
    ...                  "in_person_before": "police_1 0.92, fire_1 0.50, bank_1 0.10"})
    >>> choice = pd.Series({"chance_in_person": 0.62, "term_ties": 1.2, "term_time": -0.4, "term_duty": 0.01})
    >>> labels = {"school_1": "School", "police_1": "Police force", "fire_1": "Fire service", "bank_1": "Bank"}
    >>> meanings = {"ties": "partners who come", "time": "scarce time", "duty": "duty"}
    >>> print(came_in_words(row, choice, labels, meanings).replace(". ", "." + chr(10)))
    In May 2004 the school came in person, with a chance of 62 %.
    Of the 3 bodies it was tied to, 2 had a record of going in person to half or more of a year's meetings: the police force (92 %) and the fire service (50 %).
    The terms of that choice came to +0.81: partners who come +1.20, scarce time −0.40, all others +0.01.
    """  # noqa: E501
    body, chance = the(labels[row["partner"]]), choice[IN_PERSON]
    told = f"In {month_in_words(row['date'])} {body} {_DID[row['rank']]}, with a chance of {_percent(chance)}"
    told += "." if row["rank"] == "senior" else " of coming in person."
    return " ".join(part for part in (told, _ties(row, labels), _summed(choice, meanings)) if part)


def _ties(row: pd.Series, labels: Mapping[str, str]) -> str:
    if not row["tied_to"] > 0:
        return "It was tied to nobody." if row["tied_to"] == 0 else ""
    of = f"Of the {row['tied_to']:.0f} bodies it was tied to," if row["tied_to"] > 1 else "Of the one body tied to it,"
    shares = [entry.rpartition(" ") for entry in row["in_person_before"].split(", ")]
    usual = [f"{the(labels[name])} ({_percent(float(share))})" for name, _, share in shares if float(share) >= _USUALLY]
    meetings = "had a record of going in person to half or more of a year's meetings"
    if not usual:
        return f"{of} none {meetings}."
    named = usual if len(usual) <= 2 * _MOST_NAMED else [*usual[: 2 * _MOST_NAMED], "others"]
    return f"{of} {len(usual)} {meetings}: {listed(named)}."


def _summed(choice: pd.Series, meanings: Mapping[str, str]) -> str:
    """Return the largest terms of a choice, the rest as one, and their sum."""
    terms = {meaning: float(choice[f"{TERM}{name}"]) for name, meaning in meanings.items() if f"{TERM}{name}" in choice}
    if not terms:
        return ""
    parts = summed(terms, named=_MOST_NAMED + 1, least=_SMALL)
    named = ", ".join(f"{name} {_signed(size)}" for name, size in parts.items())
    return f"The terms of that choice came to {_signed(sum(parts.values()))}: {named}."


def _signed(value: float) -> str:
    return f"{round(value, 2) + 0.0:+.2f}".replace("-", "−")


def promises_in_words(
    promises: pd.DataFrame, by_project: pd.DataFrame, bodies: Sequence[str], labels: Mapping[str, str]
) -> list[str]:
    """Return what bodies kept of what they promised in projects, and where trust moved most with it.

    ``promises`` has one row a month, project and body (project, month, partner, effort), ``by_project`` one a project
    and ordered pair in its team. Told are pairs of which one is among ``bodies``: where trust fell most, and rose most.

    >>> promises = pd.DataFrame({"project": 1, "month": [0, 1], "partner": "trust_1", "effort": [0.2, 0.48]})
    >>> pair = {"project": 1, "theme": "crime", "began": "2003-06", "ended": "2005-05", "team": "school_1, trust_1",
    ...         "giver": "school_1", "receiver": "trust_1", "kept": 0.34, "least_kept": 0.2, "least_in": "2004-05",
    ...         "trust_before": 0.5, "trust_after": 0.4, "trust_change": -0.1, "beyond_tolerated": 0.0, "reorganised_in": ""}
    >>> labels = {"school_1": "College", "trust_1": "Trust"}
    >>> for line in promises_in_words(promises, pd.DataFrame([pair]), ["trust_1"], labels):
    ...     print(line)
    The trust took part in 1 project and kept 34 % of what it promised.
    In the crime project of June 2003 to May 2005 the trust kept about a third of what it promised (34 %; in May 2004 20 %), and the college's trust in it fell from 0.50 to 0.40.
    """  # noqa: E501
    mine = promises[promises["partner"].isin(bodies)]
    if mine.empty:
        return ["Nobody of them was in the team of a project, so there was no promise to keep."]
    lines = [_kept(mine, labels)]
    pairs = by_project[by_project["giver"].isin(bodies) | by_project["receiver"].isin(bodies)]
    pairs = pairs.sort_values("trust_change", kind="stable")
    falls, rises = pairs[pairs["trust_change"] <= -_MOVED], pairs[pairs["trust_change"] >= _MOVED].iloc[::-1]
    for some in (falls, rises):
        # What a promise did shows best where nothing else befell the two.
        alone = some[(some["reorganised_in"] == "") & (some["beyond_tolerated"] == 0.0)]
        lines.extend(_pair(pair, labels) for _, pair in (some if alone.empty else alone).head(1).iterrows())
    return lines


def _kept(mine: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """Return how much of what was promised was kept, by whom most and least; a month counts once a body."""
    months = mine.drop_duplicates(["month", "partner"])
    by_body = months.groupby("partner", sort=False)["effort"].mean().sort_values(kind="stable")
    count = mine["project"].nunique()
    projects = f"{count} project{'' if count == 1 else 's'}"
    if len(by_body) == 1:
        body = capital(the(labels[str(by_body.index[0])]))
        return f"{body} took part in {projects} and kept {_percent(by_body.iloc[0])} of what it promised."
    least, most = (the(labels[str(by_body.index[place])]) for place in (0, -1))
    return (
        f"They took part in {projects} and kept {_percent(float(months['effort'].mean()))} of what they promised: most "
        f"{most} ({_percent(by_body.iloc[-1])}), least {least} ({_percent(by_body.iloc[0])})."
    )


def _pair(pair: pd.Series, labels: Mapping[str, str]) -> str:
    giver, receiver = (the(labels[pair[name]]) for name in ("giver", "receiver"))
    way = "fell" if pair["trust_change"] < 0 else "rose"
    least = "" if pair["kept"] - pair["least_kept"] < 0.05 else (
        f"; in {month_in_words(pair['least_in'])} {_percent(pair['least_kept'])}"
    )  # fmt: skip
    upheaval = pair["reorganised_in"]
    strangers = f"; a reorganisation in {month_in_words(upheaval)} made strangers of the two" if upheaval else ""
    beyond = ", which also had more influence than others accept," if pair["beyond_tolerated"] >= _USUALLY else ""
    theme = f"the {pair['theme']} project" if " " not in pair["theme"] else f"the project for {pair['theme']}"
    return (
        f"In {theme} of {month_in_words(pair['began'])} to {month_in_words(pair['ended'])} {receiver} "
        f"kept {fraction_in_words(pair['kept'])} of what it promised ({_percent(pair['kept'])}{least}), and "
        f"{giver}'s trust in it{beyond} {way} from {pair['trust_before']:.2f} to {pair['trust_after']:.2f}{strangers}."
    )


def _percent(share: float) -> str:
    return "unknown" if np.isnan(share) else f"{100 * share:.0f} %"
