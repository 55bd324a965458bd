"""What targets say of the model and its nulls, in plain sentences that are made of the table."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.nulls.tables import MODEL, counts, telling
from analysis.shared.words import listed

_MOST_NAMED = 5


def shown_title(table: pd.DataFrame) -> str:
    """Return how many targets the first model shows, and how many the others do, as a title.

    >>> rows = {"model": ["model", "no_ties"], "target": "trust@2003-04", "inside": [True, False]}
    >>> shown_title(pd.DataFrame(rows))
    'The model shows 1 of 1 targets; no_ties 0'
    """
    each, targets = counts(table), table["target"].nunique()
    first, *others = ((str(name), int(count)) for name, count in each.items())
    start = f"{_named(first[0])} shows {first[1]} of {targets} targets"
    if len(others) <= 2:
        return "; ".join([start, *(f"{name} {count}" for name, count in others)])
    numbers = [count for _, count in others]
    span = f"{min(numbers)}" if min(numbers) == max(numbers) else f"{min(numbers)} to {max(numbers)}"
    return f"{start}; {len(others)} others show {span}"


def shown_words(table: pd.DataFrame) -> str:
    """Return who shows how many targets, what the first model misses, and which targets tell models apart.

    ``table`` is that of ``against_targets``, with the ``label`` of each target.

    >>> rows = {"model": ["model", "no_ties"], "target": "trust@2003-04", "label": "Trust, 2003-04", "value": 0.5,
    ...         "low": [0.4, 0.7], "high": [0.6, 0.9], "inside": [True, False]}
    >>> print(shown_words(pd.DataFrame(rows)))
    Targets within the middle 90 % of what runs show, measurement error included: model 1 of 1, no_ties 0 of 1.
    Told apart by 1 of 1 targets. Lost by no_ties, and not by the model: Trust, 2003-04.
    """
    each, targets = counts(table), table["target"].nunique()
    by_model = ", ".join(f"{name} {count} of {targets}" for name, count in each.items())
    lines = [f"Targets within the middle 90 % of what runs show, measurement error included: {by_model}."]
    first = str(table["model"].iloc[0])
    own = table[table["model"] == first]
    if len(missed := own[~own["inside"]]):
        told = [
            f"{row['label']} is {row['value']:.3g}, and it {'has' if np.isnan(row['low']) else 'shows'} {_shown(row)}"
            for _, row in missed.head(_MOST_NAMED).iterrows()
        ]
        more = f"; and {len(missed) - _MOST_NAMED} more" if len(missed) > _MOST_NAMED else ""
        lines.append(f"{_named(first)} misses {len(missed)}: {'; '.join(told)}{more}.")
    if len(each) > 1:
        lines.append(_apart(table, set(own.loc[own["inside"], "target"])))
    return "\n".join(lines)


def _apart(table: pd.DataFrame, shown: set[str]) -> str:
    """Return which targets tell models apart, and which model loses what the first one shows."""
    targets, found = table["target"].nunique(), telling(table)
    if not found:
        return (
            f"None of {targets} targets tells these models apart: they are no evidence for what null models lack. A "
            "smaller standard error or other measures may be."
        )
    lost = table[table["target"].isin(shown) & ~table["inside"]]
    told = []
    for model, rows in lost.groupby("model", sort=False):
        labels = list(rows["label"])
        more = len(labels) - _MOST_NAMED
        told.append(f"{model}: {'; '.join(labels[:_MOST_NAMED])}{f'; and {more} more' if more > 0 else ''}")
    first = str(table["model"].iloc[0])
    start = f"Told apart by {len(found)} of {targets} targets."
    if not told:
        return f"{start} No other model loses what {_named(first).lower()} shows."
    if len(told) == 1:
        name, _, what = told[0].partition(": ")
        return f"{start} Lost by {name}, and not by {_in_sentence(first)}: {what}."
    return "\n".join([f"{start} Lost by others, and not by {_in_sentence(first)}:", *(f"- {line}" for line in told)])


def patterns_words(board: pd.DataFrame) -> str:
    """Return which patterns each model reproduces, and which ones null models lose that the first one has.

    ``board`` has a row a finding: model, id, passed (the pattern as a whole).

    >>> print(patterns_words(pd.DataFrame({"model": ["model", "no_ties"], "id": "X1", "passed": [True, False]})))
    Patterns reproduced: model 1 of 1, no_ties 0 of 1.
    X1 is lost by no_ties.
    """
    passed = board.drop_duplicates(["model", "id"]).pivot(index="id", columns="model", values="passed")
    models = list(dict.fromkeys(board["model"]))
    passed = passed.loc[list(dict.fromkeys(board["id"])), models].astype(bool)
    by_model = ", ".join(f"{name} {int(passed[name].sum())} of {len(passed)}" for name in models)
    lines = [f"Patterns reproduced: {by_model}."]
    for id, row in passed.iterrows():
        losers = [name for name in models[1:] if row[models[0]] and not row[name]]
        if losers:
            lines.append(f"{id} is lost by {listed(losers)}.")
    return "\n".join(lines)


def table_rows(table: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Return headings and cells to print: a row a target, what was observed, what the first model shows, who misses it.

    >>> rows = {"model": ["model", "no_ties"], "target": "trust@2003-04", "label": "Trust, 2003-04", "value": 0.5,
    ...         "standard_error": 0.02, "low": [0.4, 0.2], "high": [0.6, 0.45], "inside": [True, False]}
    >>> table_rows(pd.DataFrame(rows))[1]
    [['Trust, 2003-04', '0.5 ± 0.02', '0.4 to 0.6', 'no_ties']]
    >>> own = {"model": "model", "target": "x@2003-04", "label": "X", "value": 1.0, "standard_error": 0.1}
    >>> table_rows(pd.DataFrame([own | {"low": np.nan, "high": np.nan, "inside": False}]))[1]
    [['X', '1 ± 0.1', 'no such measure', 'all']]
    """
    models = list(dict.fromkeys(table["model"]))
    cells = []
    for _, rows in table.groupby("target", sort=False):
        first, missing = rows.iloc[0], list(rows.loc[~rows["inside"], "model"])
        lost = "all" if len(missing) == len(models) else ", ".join(missing)
        observed = f"{first['value']:.3g} ± {first['standard_error']:.2g}"
        cells.append([str(first["label"]), observed, _shown(first), lost])
    return ["target", "observed", models[0], "missed by"], cells


def _shown(row: pd.Series) -> str:
    """Return what runs of a model show of a target, if they have its measure."""
    return "no such measure" if np.isnan(row["low"]) else f"{row['low']:.3g} to {row['high']:.3g}"


def _named(model: str) -> str:
    return "The model" if model == MODEL else model


def _in_sentence(model: str) -> str:
    return "the model" if model == MODEL else model
