"""Reading a calibration: what the patterns say about the parameters, and whether they predict each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import scipy
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from analysis.shared.plotting import (
    BLUE,
    GREY,
    RED,
    WIDTH,
    add_note,
    add_title,
    grid_shape,
    hide_unused,
    in_house_style,
    new_figure,
)
from analysis.shared.words import titled
from sim.parameters import PARAMETERS, Parameter

Numbers = NDArray[np.float64]

SAFETY = 0.05
"""How far inside its band a pattern has to lie, as a share of the bound, to count as nothing to improve."""

PREDICTED = 0.5
"""Share of sets, accepted by all other patterns, that has to pass a pattern for it to count as predicted."""

FEWEST_SETS = 20
"""Fewer sets than this say nothing about a pattern that was left out."""

PRIOR_SHARES = "prior_shares.csv"
LEFT_OUT = "leave_one_out.csv"
"""Files of a calibration that the page on patterns shows."""

DUMMY = "dummy_"
"""How coordinates are named that the model never sees."""

DUMMIES = 10
"""How many of them there are, as a yardstick for what is learnt of the others."""

FALSE_ALARM = 0.01
"""Share of numbers of which nothing is told that pass by chance for ones that were learnt."""

_UNSEEN = 10_000
_BINS = 10


def misses_of(margins: Numbers) -> Numbers:
    """Return by how much patterns are missed, from their margins: 0 well inside the band, at most 1 + SAFETY.

    A pattern is passed where its miss is at most ``SAFETY``. NaN stays NaN.

    >>> misses_of(np.array([0.5, 0.0, -0.25, -9.0])).round(2).tolist()
    [0.0, 0.05, 0.3, 1.05]
    """
    return np.clip(SAFETY - margins, 0.0, 1.0 + SAFETY)


def prior_shares(misses: Numbers, ids: Sequence[str]) -> pd.DataFrame:
    """Return the share of prior draws that pass each pattern, and all of them (id ``all``).

    ``misses`` (draws, patterns) are those of the prior draws.

    >>> misses = np.array([[0.0, 0.5], [0.0, 0.0], [0.3, 0.0], [0.0, 0.2]])
    >>> prior_shares(misses, ["F1", "F2"]).to_numpy().tolist()
    [['F1', 0.75], ['F2', 0.5], ['all', 0.25]]
    """
    passed = pd.DataFrame(misses <= SAFETY, columns=list(ids))
    passed["all"] = passed.all(axis=1)
    return passed.mean().rename_axis("id").reset_index(name="share_of_prior_draws")


def path_of(name: str) -> str:
    """Return the path of a number that may be varied by the name that tables have for it.

    >>> path_of("tie_rate"), path_of("own.grudge_rate")
    ('behaviour.tie_rate', 'own.grudge_rate')
    """
    return name if name.startswith("own.") else f"behaviour.{name}"


def contractions(
    draws: Numbers,
    names: Sequence[str],
    chosen: Mapping[str, float],
    *,
    declared: Mapping[str, Parameter] = PARAMETERS,
) -> pd.DataFrame:
    """Return how far each parameter moved from its prior, those that moved most first.

    ``draws`` (sets, parameters) are accepted sets as shares of the way through the prior's range; dummies are
    named ``dummy_…``; ``declared`` has the ranges of all others by path. Columns: parameter, low, high (the prior),
    mean, sd, q05, q50, q95, chosen, contraction (1 − variance over prior variance: 0 nothing learnt, 1 all; negative
    if sets pile up at both ends), overlap (of histograms of prior and posterior, 1 the same), ks (Kolmogorov-Smirnov
    distance from the prior) and learnt (ks or contraction above those ``by_chance``, and above those of every dummy:
    sets of one population are more alike than chance would have them).

    >>> narrow, flat = np.linspace(0.4, 0.6, 50), np.linspace(0.0, 1.0, 50)
    >>> table = contractions(np.column_stack([flat, narrow]), ["dummy_1", "trust_launch"], {"trust_launch": 0.3})
    >>> table[["parameter", "contraction", "learnt"]].round(2).to_numpy().tolist()
    [['trust_launch', 0.96, True], ['dummy_1', -0.04, False]]
    """
    named = zip(names, draws.T, strict=True)
    table = pd.DataFrame([_contraction(name, column, chosen, declared.get(path_of(name))) for name, column in named])
    dummies = table["parameter"].str.startswith(DUMMY)
    of_dummies = table.loc[dummies, ["ks", "contraction"]].max().fillna(-np.inf)
    most = np.maximum(of_dummies.to_numpy(float), by_chance(len(draws)))
    table["learnt"] = ~dummies & (table[["ks", "contraction"]].to_numpy() > most).any(axis=1)
    return table.sort_values("ks", ascending=False, kind="stable").reset_index(drop=True)


def by_chance(sets: int) -> tuple[float, float]:
    """Return what one in a hundred numbers passes of which nothing is told: distance from the prior, and contraction.

    Of so many ``sets``, each drawn by itself from a flat prior: Kolmogorov-Smirnov distance and contraction as in
    ``contractions``. So one or two in a hundred count as learnt by chance.

    >>> [round(most, 2) for most in by_chance(31)]
    [0.29, 0.39]
    """
    unseen = np.random.default_rng(1).random((_UNSEEN, sets))
    contracted = 1.0 - 12.0 * unseen.var(axis=1)
    return float(scipy.stats.kstwo.isf(FALSE_ALARM, sets)), float(np.quantile(contracted, 1.0 - FALSE_ALARM))


def _contraction(
    name: str, column: Numbers, chosen: Mapping[str, float], declared: Parameter | None
) -> dict[str, object]:
    low, high = (0.0, 1.0) if declared is None else (float(declared.low or 0.0), float(declared.high or 0.0))
    values = low + (high - low) * column
    counts = np.histogram(column, bins=_BINS, range=(0.0, 1.0))[0] / len(column)
    return {
        "parameter": name,
        "low": low,
        "high": high,
        "mean": values.mean(),
        "sd": values.std(),
        **dict(zip(("q05", "q50", "q95"), np.quantile(values, [0.05, 0.5, 0.95]), strict=True)),
        "chosen": chosen.get(name, np.nan),
        "contraction": 1.0 - 12.0 * column.var(),
        "overlap": np.minimum(counts, 1.0 / _BINS).sum(),
        "ks": scipy.stats.kstest(column, "uniform").statistic,
    }


def left_out(misses: Numbers, ids: Sequence[str], *, tolerance: float, counted: Sequence[str]) -> pd.DataFrame:
    """Return, for each pattern, whether sets that are accepted by all the others pass it.

    ``misses`` (sets, patterns) are those of every set that was judged in full, ``tolerance`` is the last one,
    ``counted`` the patterns that count. Columns: id, sets (accepted by the others), share_passing (of them),
    share_of_all (of all sets), verdict (predicted, not predicted, or too few sets).

    >>> misses = np.array([[0.0, 0.0]] * 20 + [[0.0, 0.5]] * 5 + [[0.5, 0.0]] * 25)
    >>> table = left_out(misses, ["F1", "F2"], tolerance=0.0, counted=["F1", "F2"])
    >>> table[["id", "sets", "share_passing", "verdict"]].round(2).to_numpy().tolist()
    [['F1', 45, 0.44, 'not predicted'], ['F2', 25, 0.8, 'predicted']]
    """
    table = pd.DataFrame(misses, columns=list(ids)).dropna()
    rows = []
    for id in ids:
        others = [name for name in counted if name != id]
        fits = table[others].sum(axis=1) <= tolerance
        passes = table[id] <= SAFETY
        share = float(passes[fits].mean()) if fits.any() else np.nan
        verdict = "predicted" if share >= PREDICTED else "not predicted"
        rows.append(
            {
                "id": id,
                "sets": int(fits.sum()),
                "share_passing": share,
                "share_of_all": float(passes.mean()),
                "verdict": verdict if fits.sum() >= FEWEST_SETS else "too few sets",
            }
        )
    return pd.DataFrame(rows)


# ----------------------------------------------------------------------------- figures


@in_house_style
def prior_against_posterior(
    draws: Numbers,
    names: Sequence[str],
    table: pd.DataFrame,
    *,
    most: int = 16,
    title: str = "What the patterns say about the parameters that moved most",
) -> Figure:
    """Return small multiples of the parameters that moved most: the accepted sets against the flat prior.

    ``draws`` (sets, parameters) are shares of the way through the prior's range, ``table`` the result of
    ``contractions``.

    >>> names, draws = ["dummy_1", "trust_launch"], np.linspace([0.0, 0.4], [1.0, 0.6], 50)
    >>> figure = prior_against_posterior(draws, names, contractions(draws, names, {"trust_launch": 0.3}))
    >>> [ax.get_title(loc="left") for ax in figure.axes]
    ['Trust launch']
    """
    rows = table[~table["parameter"].str.startswith(DUMMY)].head(most)
    shape = grid_shape(len(rows), most_columns=4)
    figure, panels = new_figure(*shape, width=WIDTH, height=0.9 + 2.0 * shape[0])
    for ax, (_, row) in zip(panels, rows.iterrows(), strict=False):
        column = draws[:, list(names).index(row["parameter"])]
        values = row["low"] + (row["high"] - row["low"]) * column
        height = 1.0 / (row["high"] - row["low"])
        ax.fill_between([row["low"], row["high"]], height, color="0.85", linewidth=0)
        sns.histplot(
            x=values, bins=_BINS, binrange=(row["low"], row["high"]), stat="density",
            element="step", color=BLUE, alpha=0.35, ax=ax,
        )  # fmt: skip
        if np.isfinite(row["chosen"]):
            ax.axvline(row["chosen"], color=RED, linewidth=1.8, linestyle="--")
        ax.set(ylabel="", yticks=[], xlim=(row["low"], row["high"]))
        of_model = PARAMETERS.get(path_of(row["parameter"]))
        ax.set_xlabel(of_model.unit if of_model else "", fontsize=9)
        ax.set_title(titled(path_of(row["parameter"])), fontsize=10)
        ax.locator_params(axis="x", nbins=4)
        ax.spines["left"].set_visible(False)
        ax.grid(visible=False)
    hide_unused(panels, len(rows))
    add_title(figure, title)
    add_note(figure, f"Grey: the prior. Blue: {len(draws)} accepted parameter sets. Dashed: the chosen set.")
    return figure


@in_house_style
def contraction_figure(table: pd.DataFrame) -> Figure:
    """Return the accepted range of every parameter within its prior, in the order of the table.

    >>> draws = np.linspace([0.0, 0.4], [1.0, 0.6], 50)
    >>> figure = contraction_figure(contractions(draws, ["dummy_1", "trust_launch"], {"trust_launch": 0.3}))
    >>> [ax.get_yticklabels()[0].get_text() for ax in figure.axes]
    ['Trust launch', 'Dummy 1']
    """
    columns = 2
    height = -(-len(table) // columns)
    figure, panels = new_figure(1, columns, width=WIDTH, height=1.4 + 0.19 * height)
    for number, ax in enumerate(panels):
        rows = table.iloc[number * height : (number + 1) * height].reset_index(drop=True)
        width = rows["high"] - rows["low"]
        low, middle, high = ((rows[name] - rows["low"]) / width for name in ("q05", "q50", "q95"))
        ax.hlines(rows.index, low, high, color=BLUE, linewidth=3, alpha=0.6)
        ax.plot(middle, rows.index, "o", color=BLUE, markersize=4)
        ax.plot(
            (rows["chosen"] - rows["low"]) / width,
            rows.index,
            "D",
            color=RED,
            markersize=4,
            markerfacecolor="white",
        )
        ax.set(
            xlim=(-0.02, 1.02),
            ylim=(height - 0.5, -0.7),
            xticks=[0.0, 0.5, 1.0],
            xticklabels=["lowest", "middle", "highest"],
        )
        ax.set_yticks(range(len(rows)), [titled(path_of(name)) for name in rows["parameter"]], fontsize=9)
        ax.tick_params(axis="y", length=0)
    add_title(figure, "Accepted values of every parameter, within its prior range")
    of_dummies = (
        " Parameters below the first dummy, which the model never sees, are ones that the patterns say nothing about."
        if table["parameter"].str.startswith(DUMMY).any()
        else ""
    )
    add_note(
        figure,
        "Bar: middle 90 % of the accepted sets; dot: median; hollow diamond: the chosen set. "
        f"{'Those that the targets identify' if 'identified' in table else 'Those that moved most'} come first, left "
        f"column before right.{of_dummies}",
    )
    return figure


@in_house_style
def tolerance_figure(generations: pd.DataFrame) -> Figure:
    """Return how the tolerance fell and how often steps were accepted, a generation at a time.

    >>> fall = pd.DataFrame({"generation": [0, 1, 2], "tolerance": [3.0, 2.0, 1.5], "best": [1.0, 0.9, 0.9],
    ...                      "moves": [0, 100, 100], "accepted": [0.0, 0.3, 0.2]})
    >>> figure = tolerance_figure(fall)
    >>> len(figure.axes), figure.axes[1].get_ylabel()
    (2, 'Steps accepted, %')
    """
    figure, (ax, below) = new_figure(2, 1, width=6.5, height=5.0, sharex=True)
    stepped = generations[generations["moves"] > 0]
    ax.plot(generations["generation"], generations["tolerance"], "o-", color=BLUE, markersize=4)
    ax.plot(generations["generation"], generations["best"], color=GREY, linestyle="--")
    last = generations.iloc[-1]
    ax.annotate(
        "best set",
        (last["generation"], last["best"]),
        xytext=(-4, 6),
        textcoords="offset points",
        ha="right",
        color=GREY,
    )
    ax.set_ylabel("Tolerance:\nsum of misses")
    ax.set_ylim(bottom=0.0)
    below.plot(stepped["generation"], 100.0 * stepped["accepted"], "o-", color=BLUE, markersize=4)
    below.set_ylabel("Steps accepted, %")
    below.set_xlabel("Generation (0: best of the prior draws)")
    below.set_ylim(bottom=0.0)
    below.xaxis.set_major_locator(MaxNLocator(integer=True))
    add_title(figure, "The tolerance of the calibration, generation by generation")
    return figure
