"""Docking: the model as a public-goods experiment, set against what was seen in sixteen cities.

``observed`` reads the published series, ``docking_table`` sets simulated groups against it, ``verdicts``
judges it by criteria that were declared before anything was fitted, ``docking_figure`` draws it.
"""

from __future__ import annotations

import math
from importlib.resources import files

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.shared.plotting import (
    GREY,
    LineEnd,
    add_note,
    add_title,
    in_house_style,
    label_line_ends,
    new_figure,
    own_axes,
)

ENDOWMENT_TOKENS = 20
GROUPS_OBSERVED = 280
"""Groups of four in the experiment: 1,120 people (Herrmann, Thöni and Gächter 2008)."""

WITHOUT, WITH = "without sanctions", "with sanctions"
ARMS: dict[str, str] = {WITHOUT: "no_punishment", WITH: "punishment"}
"""Both arms of the experiment, and the column of the published series that holds each."""

CLOSE_TOKENS = 0.8
JUDGED_PERIODS = range(1, 10)
PLATEAU_PERIODS = range(5, 10)
PLATEAU_TOKENS = (13.0, 14.0)
RISING_PERIODS = range(1, 6)

_COLOURS = {WITHOUT: "#0173b2", WITH: "#de8f05"}
_MIDDLE = (0.1, 0.9)
_Z = 1.96


def observed() -> pd.DataFrame:
    """Return the published series: arm, period (1 to 10), observed (tokens of 20, mean of 16 cities).

    >>> seen = observed()
    >>> seen.columns.tolist(), len(seen), bool(seen["observed"].between(0, ENDOWMENT_TOKENS).all())
    (['period', 'arm', 'observed'], 20, True)
    """
    with files("analysis").joinpath("docking/public_goods_16_cities.csv").open(encoding="utf-8") as lines:
        wide = pd.read_csv(lines, comment="#")
    named = wide.rename(columns={column: arm for arm, column in ARMS.items()})
    return named.melt(id_vars="period", value_vars=list(ARMS), var_name="arm", value_name="observed")


def docking_table(groups: pd.DataFrame) -> pd.DataFrame:
    """Return one row an arm and period that sets simulated groups against the published series.

    ``groups`` has one row a group and period: arm, replicate, period, tokens (mean contribution of 20).
    Columns: arm, period, simulated (mean over groups), ci_low and ci_high (95 % interval of the mean of
    as many groups as were observed), group_low and group_high (middle 80 % of groups), observed, difference.

    >>> groups = pd.DataFrame({"arm": WITH, "replicate": [0, 1], "period": 1, "tokens": [8.0, 12.0]})
    >>> docking_table(groups)[["simulated", "group_low", "group_high"]].round(1).to_numpy().tolist()
    [[10.0, 8.4, 11.6]]
    """
    by_period = groups.groupby(["arm", "period"], sort=False)["tokens"]
    table = by_period.agg(simulated="mean", sd="std").reset_index()
    half = _Z * table.pop("sd") / math.sqrt(GROUPS_OBSERVED)
    table["ci_low"], table["ci_high"] = table["simulated"] - half, table["simulated"] + half
    for column, share in zip(("group_low", "group_high"), _MIDDLE, strict=True):
        table[column] = by_period.quantile(share).to_numpy()
    table = table.merge(observed(), on=["arm", "period"], validate="one_to_one")
    table["difference"] = table["simulated"] - table["observed"]
    return table


def rmse(table: pd.DataFrame) -> pd.DataFrame:
    """Return the root mean square of the differences in tokens, by arm: over periods 1 to 9, and over all ten.

    >>> table = observed().assign(difference=0.5)
    >>> table.loc[table["period"] == 10, "difference"] = 2.0
    >>> rmse(table).round(2).to_numpy().tolist()
    [['without sanctions', 0.5, 0.79], ['with sanctions', 0.5, 0.79]]
    """
    judged = table[table["period"].isin(JUDGED_PERIODS)]
    return pd.DataFrame(
        {
            "arm": list(ARMS),
            "rmse_1_to_9": [_root_mean_square(judged, arm) for arm in ARMS],
            "rmse_1_to_10": [_root_mean_square(table, arm) for arm in ARMS],
        }
    )


def _root_mean_square(table: pd.DataFrame, arm: str) -> float:
    differences = table.loc[table["arm"] == arm, "difference"].to_numpy()
    return float(np.sqrt(np.mean(differences**2)))


def verdicts(table: pd.DataFrame) -> pd.DataFrame:
    """Return the criteria, fixed before the fit, and whether they are met: id, what, value, low, high, passed.

    >>> seen = observed()
    >>> close, far = (seen.assign(simulated=seen["observed"] + off, difference=off) for off in (0.5, 2.0))
    >>> [verdicts(table)[["id", "value", "passed"]].to_numpy().tolist()[0] for table in (close, far)]
    [['D1', 0.5, True], ['D1', 2.0, False]]
    """
    fall = _series(table, WITHOUT, JUDGED_PERIODS)
    plateau = _series(table, WITH, PLATEAU_PERIODS)
    closeness = rmse(table).set_index("arm")["rmse_1_to_9"]
    bends = np.diff(fall, n=2)
    rows = [
        ("D1", f"{WITHOUT}: RMSE over periods 1 to 9, tokens", closeness[WITHOUT], 0.0, CLOSE_TOKENS),
        ("D2", f"{WITHOUT}: largest change from one period to the next, tokens", np.diff(fall).max(), -np.inf, 0.0),
        ("D3", f"{WITHOUT}: largest second difference, tokens (concave below 0)", bends.max(), -np.inf, 0.0),
        ("D4", f"{WITH}: least change from period to period up to the fifth, tokens",
         np.diff(_series(table, WITH, RISING_PERIODS)).min(), 0.0, np.inf),
        ("D5", f"{WITH}: lowest of the plateau, periods 5 to 9, tokens", plateau.min(), *PLATEAU_TOKENS),
        ("D6", f"{WITH}: highest of the plateau, periods 5 to 9, tokens", plateau.max(), *PLATEAU_TOKENS),
    ]  # fmt: skip
    judged = pd.DataFrame(rows, columns=["id", "what", "value", "low", "high"])
    judged["passed"] = (judged["value"] >= judged["low"]) & (judged["value"] <= judged["high"])
    return judged


def _series(table: pd.DataFrame, arm: str, periods: range) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    rows = table[(table["arm"] == arm) & table["period"].isin(periods)].sort_values("period")
    return rows["simulated"].to_numpy(dtype=np.float64)


def docking_words(table: pd.DataFrame) -> str:
    """Return what the docking comes to, in plain words.

    >>> seen = observed()
    >>> exact = seen.assign(difference=0.0, **dict.fromkeys(["simulated", "ci_low", "ci_high"], seen["observed"]))
    >>> print(docking_words(exact).splitlines()[2])
    Of 20 published means 20 lie in the 95 % interval of the model's mean of 280 groups.
    """
    errors = dict(zip(ARMS, rmse(table)["rmse_1_to_9"], strict=True))
    judged = verdicts(table)
    failed = judged.loc[~judged["passed"], "what"].tolist()
    worst = table.iloc[int(table["difference"].abs().to_numpy().argmax())].to_dict()
    inside = int(((table["observed"] >= table["ci_low"]) & (table["observed"] <= table["ci_high"])).sum())
    sentences = [
        f"Without sanctions the model misses the published series by {errors[WITHOUT]:.2f} tokens "
        f"of {ENDOWMENT_TOKENS} (root mean square over periods 1 to 9; at most {CLOSE_TOKENS:g} was asked for), "
        f"with sanctions by {errors[WITH]:.2f}.",
        f"The largest difference is {worst['difference']:+.2f} tokens, {worst['arm']}, in period {worst['period']}.",
        f"Of {len(table)} published means {inside} lie in the 95 % interval of the model's mean of "
        f"{GROUPS_OBSERVED} groups.",
        "All criteria are met." if not failed else f"Not met: {'; '.join(failed)}.",
        "The series was used for the fit, so this shows what the rules can do, not that they predict.",
    ]
    return "\n".join(sentences)


@in_house_style
def docking_figure(table: pd.DataFrame) -> Figure:
    """Return the figure of both arms: points are observed, lines and bands are simulated.

    >>> groups = observed().rename(columns={"observed": "tokens"})
    >>> two = pd.concat([groups.assign(replicate=0), groups.assign(replicate=1, tokens=groups["tokens"] + 1.0)])
    >>> docking_figure(docking_table(two)).axes[0].get_xlabel()
    'period'
    """
    figure, (ax, *_) = new_figure(1, 1, width=7.0, height=4.8)
    docking_axes(table, ax=ax)
    add_title(figure, "Giving in a public-goods experiment, seen and simulated")
    add_note(
        figure,
        "Points: mean of 16 cities (Herrmann, Thöni and Gächter 2008). Lines: mean of simulated groups of four; "
        f"dark band: 95 % interval of the mean of {GROUPS_OBSERVED} groups, as many as were observed; light band: "
        "middle 80 % of groups.",
    )
    label_line_ends(ax, _line_ends(table))
    return figure


def docking_axes(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw both arms of ``table`` (see ``docking_table``) and return the panel.

    >>> groups = observed().rename(columns={"observed": "tokens"})
    >>> two = pd.concat([groups.assign(replicate=0), groups.assign(replicate=1, tokens=groups["tokens"] + 1.0)])
    >>> docking_axes(docking_table(two)).get_ylabel()
    'contribution, tokens of 20'
    """
    ax = own_axes(ax)
    for arm, rows in table.groupby("arm", sort=False):
        colour, periods = _COLOURS[str(arm)], rows["period"]
        for low, high, alpha in (("group_low", "group_high", 0.12), ("ci_low", "ci_high", 0.35)):
            ax.fill_between(periods, rows[low], rows[high], color=colour, alpha=alpha, linewidth=0)
        ax.plot(periods, rows["simulated"], color=colour, linewidth=1.8)
        ax.plot(
            periods, rows["observed"], "o", color=colour, markersize=6, markeredgecolor="white", markeredgewidth=0.8
        )
    ax.set(xlabel="period", ylabel=f"contribution, tokens of {ENDOWMENT_TOKENS}", ylim=(0, ENDOWMENT_TOKENS))
    ax.set_xticks(sorted(table["period"].unique()))
    ax.set_yticks(range(0, ENDOWMENT_TOKENS + 1, 5))
    ax.axhline(0.0, color=GREY, linewidth=0.8)
    return ax


def _line_ends(table: pd.DataFrame) -> list[LineEnd]:
    last = table[table["period"] == table["period"].max()]
    return [LineEnd(row["arm"], float(row["simulated"]), _COLOURS[row["arm"]]) for row in last.to_dict("records")]
