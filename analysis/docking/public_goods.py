"""Docking: the model as a public-goods experiment, set beside what was seen in sixteen cities.

``observed`` reads the published series, ``docking_table`` sets simulated groups beside it, ``verdicts`` judges it by
criteria that were declared for an earlier model and are kept, ``docking_figure`` draws it. Nothing is fitted.
"""

from __future__ import annotations

import math
from importlib.resources import files

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from analysis.shared.plotting import GREY, LineEnd, add_note, add_title, in_house_style, label_line_ends, new_figure

ENDOWMENT_TOKENS = 20
GROUPS_OBSERVED = 280
"""Groups of four in the experiment: 1,120 people (Herrmann, Thöni and Gächter 2008)."""

WITHOUT, WITH = "without sanctions", "with sanctions"
ARMS: dict[str, str] = {WITHOUT: "no_punishment", WITH: "punishment"}
"""Both arms of the experiment, and the column of the published series that holds each."""

MODEL = "the model"

CLOSE_TOKENS = 0.8
JUDGED_PERIODS = range(1, 10)
PLATEAU_PERIODS = range(5, 10)
PLATEAU_TOKENS = (13.0, 14.0)
RISING_PERIODS = range(1, 6)

_COLOURS = {WITHOUT: "#0173b2", WITH: "#de8f05", MODEL: "#333333"}
_MIDDLE = (0.1, 0.9)
_Z = 1.96


def observed() -> pd.DataFrame:
    """Return the published series: period (1 to 10), and tokens of 20 in each arm, mean of 16 cities.

    >>> seen = observed()
    >>> seen.columns.tolist(), len(seen), float(seen.loc[0, WITH])
    (['period', 'without sanctions', 'with sanctions'], 10, 10.64)
    """
    with files("analysis").joinpath("docking/public_goods_16_cities.csv").open(encoding="utf-8") as lines:
        wide = pd.read_csv(lines, comment="#")
    return wide.rename(columns={column: arm for arm, column in ARMS.items()})


def docking_table(groups: pd.DataFrame) -> pd.DataFrame:
    """Return one row a period that sets simulated groups beside the published series.

    ``groups`` has one row a group and period: set (of numbers), replicate, month (from 0), mean (share given). Columns:
    period, simulated (tokens, mean over groups), ci_low and ci_high (95 % interval of chance of the mean of as many
    groups as were observed), sets_low and sets_high (middle 80 % of the means of sets), and both observed arms.

    >>> groups = pd.DataFrame({"set": [0, 0, 1, 1], "replicate": range(4), "month": 0, "mean": [0.4, 0.5, 0.6, 0.7]})
    >>> docking_table(groups)[["simulated", "sets_low", "sets_high"]].round(1).to_numpy().tolist()
    [[11.0, 9.4, 12.6]]
    """
    tokens = groups.assign(period=groups["month"] + 1, tokens=ENDOWMENT_TOKENS * groups["mean"])
    by_set = tokens.groupby(["set", "period"])["tokens"]
    means, spread = by_set.mean().unstack("set"), by_set.std().unstack("set").mean(axis="columns")
    half = _Z * spread / math.sqrt(GROUPS_OBSERVED)
    simulated = means.mean(axis="columns")
    table = pd.DataFrame({"simulated": simulated, "ci_low": simulated - half, "ci_high": simulated + half})
    for column, share in zip(("sets_low", "sets_high"), _MIDDLE, strict=True):
        table[column] = means.quantile(share, axis="columns")
    return table.reset_index().merge(observed(), on="period", validate="one_to_one")


def verdicts(table: pd.DataFrame) -> pd.DataFrame:
    """Return the criteria, and whether they are met: id, what, value, low, high, passed.

    The model has one series, as bodies cannot punish one another: it is judged by the criteria of both arms.

    >>> flat = observed().assign(simulated=13.5)
    >>> verdicts(flat).set_index("id")["passed"].tolist()
    [False, False, False, False, True, True]
    """
    series = table.set_index("period")["simulated"]

    def within(periods: range) -> NDArray[np.float64]:
        return series.loc[list(periods)].to_numpy(dtype=np.float64)

    judged, plateau = within(JUDGED_PERIODS), within(PLATEAU_PERIODS)
    rows = [
        ("D1", f"{WITHOUT}: RMSE over periods 1 to 9, tokens", rmse(table, WITHOUT), 0.0, CLOSE_TOKENS),
        ("D2", f"{WITHOUT}: largest change from one period to the next, tokens", np.diff(judged).max(), -np.inf, 0.0),
        ("D3", f"{WITHOUT}: largest second difference, tokens (concave below 0)", np.diff(judged, n=2).max(), -np.inf,
         0.0),
        ("D4", f"{WITH}: least change from period to period up to the fifth, tokens",
         np.diff(within(RISING_PERIODS)).min(), 0.0, np.inf),
        ("D5", f"{WITH}: lowest of the plateau, periods 5 to 9, tokens", plateau.min(), *PLATEAU_TOKENS),
        ("D6", f"{WITH}: highest of the plateau, periods 5 to 9, tokens", plateau.max(), *PLATEAU_TOKENS),
    ]  # fmt: skip
    told = pd.DataFrame(rows, columns=["id", "what", "value", "low", "high"])
    # The two that ask for a change ask for more than none.
    strictly = told["id"].isin(["D2", "D3", "D4"]) & (told["value"] == 0.0)
    told["passed"] = (told["value"] >= told["low"]) & (told["value"] <= told["high"]) & ~strictly
    return told


def rmse(table: pd.DataFrame, arm: str) -> float:
    """Return the root mean square of the differences from an arm over periods 1 to 9, in tokens.

    >>> rmse(observed().assign(simulated=observed()[WITH] + 0.5), WITH)
    0.5
    """
    judged = table[table["period"].isin(JUDGED_PERIODS)]
    return float(np.sqrt(np.mean((judged["simulated"] - judged[arm]).to_numpy(dtype=np.float64) ** 2)))


def docking_words(table: pd.DataFrame) -> str:
    """Return what the docking comes to, in plain words.

    >>> print(docking_words(observed().assign(simulated=13.5)).splitlines()[0])
    The model gives 13.5 tokens of 20 in the first period and 13.5 in the ninth.
    """
    series = table.set_index("period")["simulated"]
    judged = verdicts(table)
    failed = judged.loc[~judged["passed"], "what"].tolist()
    return "\n".join(
        [
            f"The model gives {series[1]:.1f} tokens of {ENDOWMENT_TOKENS} in the first period and {series[9]:.1f} in "
            "the ninth.",
            f"It misses what was seen without sanctions by {rmse(table, WITHOUT):.1f} tokens, and with them by "
            f"{rmse(table, WITH):.1f} (root mean square over periods 1 to 9).",
            "All criteria are met." if not failed else f"Not met: {'; '.join(failed)}.",
            "Nothing was fitted to these series, and bodies of the model have no sanctions against one another.",
        ]
    )


@in_house_style
def docking_figure(table: pd.DataFrame) -> Figure:
    """Return the figure of both arms as seen (points) and of the model (line).

    >>> bands = {"ci_low": 8.0, "ci_high": 10.0, "sets_low": 7.0, "sets_high": 11.0}
    >>> docking_figure(observed().assign(simulated=9.0, **bands)).axes[0].get_xlabel()
    'period'
    """
    figure, (ax, *_) = new_figure(1, 1, width=7.0, height=4.8)
    periods = table["period"]
    ends = [LineEnd(MODEL, float(table["simulated"].iloc[-1]), _COLOURS[MODEL])]
    for low, high, alpha in (("sets_low", "sets_high", 0.12), ("ci_low", "ci_high", 0.35)):
        ax.fill_between(periods, table[low], table[high], color=_COLOURS[MODEL], alpha=alpha, linewidth=0)
    ax.plot(periods, table["simulated"], color=_COLOURS[MODEL], linewidth=1.8)
    for arm in ARMS:
        ax.plot(periods, table[arm], "o", color=_COLOURS[arm], markersize=6, markeredgecolor="white")
        ends.append(LineEnd(arm, float(table[arm].iloc[-1]), _COLOURS[arm]))
    ax.set(xlabel="period", ylabel=f"contribution, tokens of {ENDOWMENT_TOKENS}", ylim=(0, ENDOWMENT_TOKENS))
    ax.set_xticks(sorted(periods.unique()))
    ax.set_yticks(range(0, ENDOWMENT_TOKENS + 1, 5))
    ax.axhline(0.0, color=GREY, linewidth=0.8)
    first, last = (float(table["simulated"].iloc[end]) for end in (0, -1))
    add_title(figure, "Giving rises in the model, as with sanctions" if last > first else "Giving falls in the model")
    add_note(
        figure,
        "Points: mean of 16 cities (Herrmann, Thöni and Gächter 2008). Line: mean of simulated groups of four over "
        f"sets of numbers; dark band: 95 % interval of the mean of {GROUPS_OBSERVED} groups, as many as were observed; "
        "light band: middle 80 % of sets.",
    )
    label_line_ends(ax, ends)
    return figure
