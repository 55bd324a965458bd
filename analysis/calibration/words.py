"""What a calibration to targets came to, in plain sentences that are made of its numbers."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.patterns.calibration import path_of
from analysis.shared.words import listed
from sim.vocabulary import label_of

_MOST_NAMED = 5


def identified_words(numbers: pd.DataFrame) -> str:
    """Return how many numbers the targets identify, and which target is behind each.

    ``numbers`` has a row a number: parameter, identified, identified_by (label of a target; '' for several).

    >>> numbers = pd.DataFrame({"parameter": ["tie_rate", "trust_rate"], "identified": [True, False],
    ...                         "identified_by": ["Trust, 2003-04", ""]})
    >>> identified_words(numbers)
    'The targets identify 1 of 2 numbers: tie rate (Trust, 2003-04). The others are carried as uncertainty.'
    """
    known = numbers[numbers["identified"]]
    if known.empty:
        return f"The targets identify none of {len(numbers)} numbers: all are carried as uncertainty."
    named = [f"{_label(row['parameter'])} ({row['identified_by'] or 'several targets'})" for _, row in known.iterrows()]
    rest = " The others are carried as uncertainty." if len(known) < len(numbers) else ""
    return f"The targets identify {len(known)} of {len(numbers)} numbers: {'; '.join(named)}.{rest}"


def identified_title(numbers: pd.DataFrame) -> str:
    """Return the same as a title, which names the number that contracts most.

    >>> numbers = {"parameter": ["tie_rate", "trust_rate"], "identified": True, "contraction": [0.3, 0.5]}
    >>> identified_title(pd.DataFrame(numbers))
    'The targets identify 2 of 2 numbers, most of all trust rate'
    """
    known = numbers[numbers["identified"]].sort_values("contraction", ascending=False, kind="stable")
    most = f", most of all {_label(known['parameter'].iloc[0])}" if len(known) else ""
    return f"The targets identify {len(known)} of {len(numbers)} numbers{most}"


def left_words(waves: pd.DataFrame) -> str:
    """Return what history matching ruled out.

    >>> waves = pd.DataFrame({"wave": [0, 1], "draws": [1000, 500], "share_left": [1.0, 0.031]})
    >>> left_words(waves)
    'History matching: after 1 wave 3.1 % of the prior is not implausible; 1,500 runs were simulated.'
    """
    last, runs = waves.iloc[-1], int(waves["draws"].sum())
    count = len(waves) - 1
    if not count:
        return f"No wave of history matching: {runs:,} runs of the prior."
    waves_done = f"{count} wave{'s' if count > 1 else ''}"
    return (
        f"History matching: after {waves_done} {_percent(last['share_left'])} % of the prior is not implausible; "
        f"{runs:,} runs were simulated."
    )


def predicted_words(targets: pd.DataFrame) -> str:
    """Return how many targets lie where runs of the accepted sets do, and which do not.

    ``targets`` has a row a target: label, value, low, high (the middle 90 % of what would be measured) and inside.

    >>> targets = pd.DataFrame({"label": ["Trust, 2003-04", "Trust, 2004-04"], "value": [0.5, 0.9],
    ...                         "low": [0.4, 0.4], "high": [0.6, 0.6], "inside": [True, False]})
    >>> predicted_words(targets).partition(": ")[2]
    'Trust, 2004-04 is 0.9, and they show 0.4 to 0.6.'
    """
    missed = targets[~targets["inside"]]
    line = (
        f"{int(targets['inside'].sum())} of {len(targets)} targets lie within the middle 90 % of what runs of the "
        "accepted sets show, measurement error included"
    )
    if missed.empty:
        return f"{line}."
    told = [
        f"{row['label']} is {row['value']:.3g}, and they show {row['low']:.3g} to {row['high']:.3g}"
        for _, row in missed.head(_MOST_NAMED).iterrows()
    ]
    return f"{line}; outside: {'; '.join(told)}{'; …' if len(missed) > _MOST_NAMED else ''}."


def left_out_words(ranges: pd.DataFrame, labels: Sequence[str]) -> str:
    """Return how many targets the others predict.

    >>> ranges = pd.DataFrame({"target": ["a", "b"], "predicted": [True, False]})
    >>> left_out_words(ranges, ["Trust, 2003-04", "Attendance, 2003-04"])
    'Left out one by one, 1 of 2 targets lies within the 90 % range that the others predict; not Attendance, 2003-04.'
    """
    count = int(ranges["predicted"].sum())
    missed = [label for label, inside in zip(labels, ranges["predicted"], strict=True) if not inside]
    named = f"; not {listed(missed[:_MOST_NAMED])}" if missed else ""
    verb = "lies" if count == 1 else "lie"
    return (
        f"Left out one by one, {count} of {len(ranges)} targets {verb} within the 90 % range that the others "
        f"predict{named}."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f}" if share >= 0.1 else f"{100 * share:.2g}"


def _label(name: str) -> str:
    return label_of(path_of(name))
