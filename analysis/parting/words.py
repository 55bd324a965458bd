"""Where two runs part, in plain sentences, which say only what the tables show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.shared.words import capital, decimals, is_share, listed, mid_sentence, number, titled, two_digits

_MOST_NAMED = 4
_DID = {"senior": "came in person", "junior": "sent a junior", "absent": "stayed away"}


def settings_in_words(settings: pd.DataFrame) -> str:
    """Return which settings differ.

    >>> settings_in_words(pd.DataFrame([("levers.duty.attend", "0.0", "1.0")], columns=["setting", "one", "other"]))
    'Settings that differ: levers.duty.attend (0.0, 1.0).'
    """
    if settings.empty:
        return "No setting differs."
    rows = list(settings.itertuples(index=False))
    told = [f"{path} ({_short(one)}, {_short(other)})" for path, one, other in rows[:_MOST_NAMED]]
    more = f", and {len(rows) - _MOST_NAMED} more" if len(rows) > _MOST_NAMED else ""
    return f"Settings that differ: {listed(told) if not more else ', '.join(told)}{more}."


def _short(value: str, most: int = 40) -> str:
    return (value if len(value) <= most else f"{value[: most - 1]}…") or "not there"


def chance_in_words(chance: pd.DataFrame, alone: tuple[Sequence[str], Sequence[str]], labels: Mapping[str, str]) -> str:
    """Return whether whoever is in both runs has the same luck in both; ``alone`` are the bodies of one run only.

    >>> chance = pd.DataFrame([("rank", "police_1", 60, 0)], columns=["stream", "whose", "draws", "differ"])
    >>> chance_in_words(chance, ([], ["faith_1"]), {"police_1": "Police", "faith_1": "Faith network"})
    'Luck: all 60 draws that both runs have are the same. Only in the other run: Faith network.'
    """
    total, differ = int(chance["draws"].sum()), chance[chance["differ"] > 0]
    extra = [
        f" Only in {which} run: {_named(names, labels, 'bodies')}."
        for which, names in zip(("one", "the other"), alone, strict=True)
        if names
    ]
    if differ.empty:
        return f"Luck: all {total:,} draws that both runs have are the same.{''.join(extra)}"
    return (
        f"Luck: {int(differ['differ'].sum()):,} of {total:,} draws that both runs have differ, of "
        f"{_named(list(dict.fromkeys(differ['whose'])), labels, 'bodies')}. A seat has its luck by its place at the "
        "table: where a body is put in or taken out before others, these have another's, and what follows is not due "
        f"to the settings alone.{''.join(extra)}"
    )


def _named(names: Sequence[str], labels: Mapping[str, str], many: str) -> str:
    """Return names in words, or how many there are if they are many."""
    if len(names) > _MOST_NAMED:
        return f"{len(names)} {many}"
    return listed([labels.get(name, name) for name in names])


def split_in_words(month: str, step: str, says: str, differences: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """Return after which step of which ``month`` (YYYY-MM, or empty for the launch) the runs part, and in what.

    >>> rows = pd.DataFrame([("police_1", "", "belief", 0.5, 0.4)],
    ...                     columns=["whose", "towards", "number", "one", "other"])
    >>> split_in_words("2001-04", "learn", "Bodies learn.", rows, {"police_1": "Police"})
    'They part in 2001-04, in the step learn ("Bodies learn"). 1 number differs after it, first belief of Police: 0.5 and 0.4.'
    """  # noqa: E501
    first = differences.iloc[0]
    whose = labels.get(first["whose"], first["whose"])
    towards = f" towards {labels.get(first['towards'], first['towards'])}" if first["towards"] else ""
    count = len(differences)
    step_of_it = f'in {month}, in the step {step} ("{says.rstrip(".;:, ")}")'
    where = step_of_it if month else "at the launch, before the first month"
    one, other = (f"{first[run] + 0.0:.6g}" for run in ("one", "other"))  # no negative zero
    return (
        f"They part {where}. {count:,} number{'s differ' if count > 1 else ' differs'} after it, first "
        f"{first['number'].replace('_', ' ')} of {whose}{towards}: {one} and {other}."
    )


def bodies_in_words(bodies: pd.DataFrame, labels: Mapping[str, str], terms: Mapping[str, str]) -> list[str]:
    """Return how many bodies come to differ, and which chose otherwise first, and why.

    ``bodies`` is the result of ``analysis.parting.tables.bodies_parted``, ``terms`` are the words for terms.

    >>> row = {"partner": "police_1", "first_differs": "2001-04", "choice_differs": None}
    >>> len(bodies_in_words(pd.DataFrame([row]), {}, {}))  # nobody chose otherwise
    1
    """
    touched = bodies["first_differs"].notna()
    chose = bodies[bodies["choice_differs"].notna()].sort_values("choice_differs", kind="stable")
    lines = [
        f"Of {len(bodies)} bodies that both runs have, {int(touched.sum())} at some time hold other numbers of their "
        f"own (what they hold towards others, such as trust, is not counted), and {len(chose)} at some time choose "
        "otherwise at the board."
    ]
    if chose.empty:
        return lines
    first = chose.iloc[0]
    line = (
        f"The first choice that differs: in {first['choice_differs']} {labels.get(first['partner'], first['partner'])} "
        f"{_DID[first['chose_one']]} in one run and {_DID[first['chose_other']]} in the other."
    )
    if isinstance(first["term"], str):
        columns = ("term_one", "term_other", "utility_one", "utility_other")
        one, other, all_one, all_other = (decimals(first[name], 3) for name in columns)
        line += (
            f" The term that differs most is {terms.get(first['term'], first['term'])}: {one} and {other}; all terms "
            f"come to {all_one} and {all_other}."
        )
    return [*lines, line]


def measures_in_words(measures: pd.DataFrame, asked: Sequence[str]) -> str:
    """Return when measures first differ and by how much in the end: those that are ``asked`` for, else the first.

    >>> rows = [("trust", "2001-05", 0.4, 0.5, 0.6, 0.7)]
    >>> table = pd.DataFrame(rows, columns=["measure", "date", "one", "other", "end_one", "end_other"])
    >>> measures_in_words(table, ["trust"])
    'Trust differs from 2001-05 on, and ends at 0.600 and 0.700, a difference of 0.1.'
    >>> measures_in_words(table, ["outcome"])
    'Outcome never differs. Trust differs from 2001-05 on, and ends at 0.600 and 0.700, a difference of 0.1.'
    """
    if measures.empty:
        return "No measure ever differs."
    rows = {row["measure"]: row for row in measures.to_dict("records")}
    shown = [name for name in asked if name in rows] or list(rows)[:1]
    same = [mid_sentence(titled(name)) for name in asked if name not in rows]
    never = f"{capital(listed(same))} never differ{'s' if len(same) == 1 else ''}. " if same else ""
    told = "; ".join(
        f"{titled(name)} differs from {rows[name]['date']} on, and ends at {_value(name, rows[name]['end_one'])} and "
        f"{_value(name, rows[name]['end_other'])}, a difference of "
        f"{_difference(name, rows[name]['end_other'] - rows[name]['end_one'])}"
        for name in shown
    )
    more = f" {len(rows)} measures differ in all (measures.csv)." if len(rows) > len(shown) else ""
    return f"{never}{told}.{more}"


def title_in_words(name: str, parted: str | None, bodies: pd.DataFrame | None) -> str:
    """Return what a figure of two runs shows; ``parted`` is the month, empty for the launch, or None if they never do.

    >>> title_in_words("Talking shop", None, None)
    'Talking shop: the two runs never part'
    """
    if parted is None or bodies is None:
        return f"{name}: the two runs never part"
    chose = int(bodies["choice_differs"].notna().sum())
    when = f"in {parted}" if parted else "at the launch"
    return f"{name}: the runs part {when}, and {chose} of {len(bodies)} bodies come to choose otherwise"


def _value(measure: str, value: float) -> str:
    return f"{number(measure, value, digits=1)} %" if is_share(measure) else number(measure, value, digits=3)


def _difference(measure: str, value: float) -> str:
    told = two_digits((100 * value if is_share(measure) else value) + 0.0).replace("-", "−")
    return f"{told} percentage points" if is_share(measure) else told
