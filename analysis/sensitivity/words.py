"""What a sensitivity analysis shows, in plain sentences that claim no more than its intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.sensitivity.tables import MAIN_INDEX, OF_CHANCE, ranked
from analysis.shared.outcomes import Outcome, outcome_of
from analysis.shared.words import is_share, mid_sentence, titled

NAMED = 5
"""Parameters that are named in words; the others are in the table."""

MOST_TOLD = 1_000_000
"""Replicates that are told as a number: nobody makes more."""

SCOPE = (
    "All draws share their replicates, so what chance does to all of them alike cancels out in differences. Indices "
    "are about this model, these ranges and these scenarios: another range gives another ranking. Intervals do not "
    "cover what is not varied here."
)

_METHODS = {
    "one_at_a_time": "One parameter is changed at a time; effects that need two changes at once do not show.",
    "morris": "Morris screening: effects are scaled to a parameter's whole range and averaged over its surroundings.",
    "sobol": "Sobol indices: shares of the variance between draws of the mean over replicates.",
    "sobol_pairs": "Sobol indices, of pairs too: shares of the variance between draws of the mean over replicates.",
    "shapley": "Shapley effects: shares of the variance between draws of the mean over replicates, which add up to "
    "100 %; an interaction is shared out equally among those that take part.",
    "pawn": "PAWN: how far a parameter moves the whole distribution of single runs, 0 not at all to 1.",
}


def sensitivity_words(
    indices: pd.DataFrame, noise: pd.DataFrame, *, method: str, precision: float, pairs: pd.DataFrame | None = None
) -> str:
    """Return what the tables of a sensitivity analysis show, one sentence a line.

    ``indices`` has scenario and measure beside the columns of ``analysis.sensitivity.tables``; ``noise`` is the result
    of ``analysis.sensitivity.noise.noise`` for the same outcomes, made for ``precision``; ``pairs`` has the indices of
    pairs, if there are any.

    >>> indices = pd.DataFrame({"scenario": "a", "measure": "trust", "parameter": ["x", "y"], "index": "ST",
    ...                         "value": [0.9, 0.0], "ci_low": [0.8, -0.1], "ci_high": [1.0, 0.1]})
    >>> noise = pd.DataFrame({"scenario": ["a"], "measure": "trust", "replicates": 1, "within_share": math.nan})
    >>> print(sensitivity_words(indices, noise, method="sobol", precision=0.2).splitlines()[2])
    - Largest total indices: X 0.90 (0.80 to 1.00).
    """
    lines = [_METHODS[method]]
    for (scenario, measure), rows in indices.groupby(["scenario", "measure"], sort=False):
        outcome = outcome_of(str(measure))
        lines.append(f"{outcome.label}, {mid_sentence(str(scenario))}:")
        lines += [f"- {line}" for line in _FINDINGS[method](rows, outcome)]
        if pairs is not None:
            lines.append(f"- {_pairs(_of(pairs, scenario, measure))}")
        lines += [f"- {line}" for line in _chance(_of(noise, scenario, measure).iloc[0], precision=precision)]
    return "\n".join([*lines, "", SCOPE])


def _of(table: pd.DataFrame, scenario: object, measure: object) -> pd.DataFrame:
    return table.loc[(table["scenario"] == scenario) & (table["measure"] == measure)]


def _main(rows: pd.DataFrame, method: str) -> pd.DataFrame:
    main = rows[rows["index"] == MAIN_INDEX[method]].set_index("parameter")
    return main.loc[ranked(rows, method)]


def _clear(main: pd.DataFrame) -> pd.DataFrame:
    """Return the parameters whose interval leaves out 0, in their order."""
    return main[(main["ci_low"] > 0.0) | (main["ci_high"] < 0.0)]


def _named(main: pd.DataFrame, number: Outcome | None) -> str:
    shown = main.head(NAMED)
    parts = []
    for name, row in zip(shown.index, shown.to_dict("records"), strict=True):
        value, low, high = (_number(row[column], number) for column in ("value", "ci_low", "ci_high"))
        label = pair_label(row) if "other" in row else titled(str(name))
        parts.append(f"{label} {value} ({low} to {high})")
    return ", ".join(parts)


def _number(value: float, outcome: Outcome | None) -> str:
    """Return a number; with an outcome that is a share, in points."""
    if outcome is None:
        return f"{value:.2f}".replace("-", "−")
    in_points = outcome.is_regime or (outcome.read != "months_in" and is_share(outcome.column))
    return f"{100 * value:.1f}".replace("-", "−") if in_points else f"{value:.3g}".replace("-", "−")


def _unit(outcome: Outcome) -> str:
    in_points = outcome.is_regime or (outcome.read != "months_in" and is_share(outcome.column))
    return "percentage points" if in_points else outcome.unit


def _one_at_a_time(rows: pd.DataFrame, outcome: Outcome) -> list[str]:
    main = _main(rows, "one_at_a_time")
    clear = _clear(main)
    if clear.empty:
        return [f"No parameter alone changes it clearly: all {len(main)} intervals cover 0."]
    return [
        f"Largest changes from the low to the high end, in {_unit(outcome)}: {_named(clear, outcome)}.",
        f"{len(clear)} of {len(main)} parameters change it clearly on their own (95 % interval without 0, one by one).",
    ]


def _morris(rows: pd.DataFrame, outcome: Outcome) -> list[str]:
    main = _main(rows, "morris")
    if not main["value"].max() > 0.0:
        return ["No parameter changes it at all."]
    sigma = rows[rows["index"] == "sigma"].set_index("parameter")["value"]
    lines = [f"Largest effects (mu*), in {_unit(outcome)}: {_named(main, outcome)}.", _overlap(main)]
    curved = [titled(str(name)) for name in main.index[:NAMED] if sigma[name] > main.loc[name, "value"]]
    if curved:
        lines.append(
            f"The effect of {_listed(curved)} depends more on the other parameters than it is large on average."
        )
    return lines


def _sobol(rows: pd.DataFrame, outcome: Outcome) -> list[str]:
    main = _main(rows, "sobol")
    if main["value"].isna().all():
        return [_nothing_varies(outcome)]
    clear = _clear(main)
    first = rows.loc[rows["index"] == "S1", "value"].sum()
    lines = [f"Largest total indices: {_named(clear, None)}." if len(clear) else "No total index is clearly above 0."]
    lines += [_overlap(main)] if len(clear) > 1 else []
    rest = (
        "what is missing to 100 % is interaction"
        if first < 1.0
        else "no interaction shows beyond the error of estimates"
    )
    return [*lines, f"First-order indices add up to {100 * first:.0f} % of the variance: {rest}."]


def pair_label(row: Mapping[Any, Any]) -> str:
    """Return the name of a pair of parameters.

    >>> pair_label({"parameter": "levers.duty.attend", "other": "levers.staff_team"})
    'Duty: attend and Staff team'
    """
    return f"{titled(str(row['parameter']))} and {titled(str(row['other']))}"


def _pairs(rows: pd.DataFrame) -> str:
    clear = _clear(rows.sort_values("value", ascending=False, kind="stable"))
    clear = clear[clear["value"] > 0.0]
    if clear.empty:
        return f"No pair is clearly above 0 ({len(rows)} pairs, one by one)."
    return f"Largest indices of pairs: {_named(clear, None)}; {len(clear)} of {len(rows)} are clearly above 0."


def _shapley(rows: pd.DataFrame, outcome: Outcome) -> list[str]:
    main = _main(rows, "shapley")
    if main["value"].isna().all():
        return [_nothing_varies(outcome)]
    clear = _clear(main)
    if clear.empty:
        return ["No effect is clearly above 0."]
    return [f"Largest effects: {_named(clear, None)}.", *([_overlap(main)] if len(main) > 1 else [])]


def _nothing_varies(outcome: Outcome) -> str:
    every = " (no run, or every run)" if outcome.is_regime else ""
    return f"It is the same in all draws{every}: there is no variance to share out."


def _pawn(rows: pd.DataFrame, outcome: Outcome) -> list[str]:
    main = _main(rows, "pawn")
    by_chance = rows[rows["index"] == OF_CHANCE].set_index("parameter")["ci_high"]
    clear = main[main["ci_low"] > by_chance[main.index]]
    if clear.empty:
        return [f"None of {len(main)} parameters moves it clearly more than one that does nothing would."]
    return [
        f"Largest indices: {_named(clear, None)}; by chance alone it is up to {by_chance.max():.2f} (97.5 %).",
        f"{len(clear)} of {len(main)} parameters move it clearly more than that, one by one.",
    ]


def failures_in_words(runs: int, failed: int, *, method: str) -> str:
    """Return how many runs failed and what was done with them; nothing if none did.

    >>> failures_in_words(1000, 3, method="pawn")
    '3 of 1,000 runs failed (failures.csv in the study): these runs are left out, and nothing takes their place.'
    """
    left_out = {"pawn": "these runs", "one_at_a_time": "these pairs of runs"}.get(
        method, "whole sets of draws with one"
    )
    if not failed:
        return ""
    return (
        f"{failed:,} of {runs:,} runs failed (failures.csv in the study): {left_out} are left out, and nothing "
        "takes their place."
    )


def _overlap(main: pd.DataFrame) -> str:
    """Return whether the first place is certain."""
    first = main.iloc[0]
    near = [titled(str(name)) for name in main.index[1:] if main.loc[name, "ci_high"] >= first["ci_low"]]
    name = titled(str(main.index[0]))
    if not near:
        return f"{name} is clearly first: no other interval reaches into its own."
    return f"The interval of {name} overlaps with that of {_listed(near[:NAMED])}, so their order is not certain."


_FINDINGS = {
    "one_at_a_time": _one_at_a_time,
    "morris": _morris,
    "sobol": _sobol,
    "sobol_pairs": _sobol,
    "shapley": _shapley,
    "pawn": _pawn,
}


def _chance(row: pd.Series, *, precision: float) -> list[str]:
    """Return how much of it is chance, and how many replicates that asks for."""
    if math.isnan(row["within_share"]):
        few = row["replicates"] < 2
        return [
            "One replicate does not show the part of chance." if few else "Nothing varies, so no part of it is chance."
        ]
    replicates = int(row["replicates"])
    share = (
        f"Of the variance of single runs {100 * row['within_share']:.0f} % ({100 * row['ci_low']:.0f} to "
        f"{100 * row['ci_high']:.0f} %) is chance between replicates"
    )
    if not row["sd_between_draws"] > 0.0:
        return [f"{share}: draws do not differ beyond it."]
    lines = [
        f"{share}; of the variance of means over {replicates} replicates it is "
        f"{100 * row['noise_in_draw_means']:.1f} %."
    ]
    if not math.isnan(row["replicates_for_mean"]):
        lines.append(
            f"For 95 % intervals of ± {precision:g} standard deviations between draws, a draw's mean needs "
            f"{_capped(row['replicates_for_mean'])} replicates and the paired difference of two draws "
            f"{_capped(row['replicates_for_difference'])}; there are {replicates}."
        )
    return lines


def _capped(replicates: float) -> str:
    return f"{replicates:,.0f}" if replicates <= MOST_TOLD else "more than a million"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
