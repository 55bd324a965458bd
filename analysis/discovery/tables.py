"""Which conditions lead to a regime: a box in the space of parameters (PRIM), and a decision tree as a check.

A *case* is a draw: its parameters, and whether what its replicates come to is of interest. Draws and not runs are
counted, because the replicates of a draw share its parameters and are no separate evidence on them.

Coverage is the share of the cases of interest that lie in the box, density the share of the draws in the box that
are of interest (Bryant and Lempert 2010). The peeling is that of the EMA Workbench (Kwakkel 2017).
"""

from __future__ import annotations

import dataclasses
import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import joblib
import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from analysis.shared.libraries import library
from analysis.shared.outcomes import value_matrix
from analysis.shared.summaries import wilson_interval

FEWEST = 5
"""Cases of interest, and others, without which there is nothing to separate."""

SIGNIFICANT = 0.05
"""Quasi-p-value up to which a limit of the box is kept."""

Limit = tuple[float, float] | frozenset[str]
"""The lowest and highest value in the box, or the names in it."""


@dataclasses.dataclass(frozen=True)
class Box:
    """Limits on some of the parameters, and what lies within them."""

    limits: Mapping[str, Limit]
    """Restricted parameters only; an end that is not restricted is infinite."""
    trajectory: pd.DataFrame
    """One row a box on the way: coverage, density, mass, restricted (parameters), chosen."""


@dataclasses.dataclass(frozen=True)
class Tree:
    """A decision tree that separates the same cases, and how good it is on draws that it has not seen."""

    classifier: Any
    features: tuple[str, ...]
    accuracy: float
    """Balanced accuracy in cross-validation: 0.5 is guessing."""
    accuracy_low: float
    accuracy_high: float
    predicted: NDArray[np.bool_]
    wanted_share: float
    """Of all draws that the tree was grown on."""


def interesting(
    outcomes: pd.DataFrame, *, above: float | None = None, below: float | None = None
) -> tuple[pd.Series, pd.Series]:
    """Return the mean over replicates of one outcome of one scenario, by draw, and whether it is of interest.

    It is, from ``above`` on and up to ``below``, both included; one of them has to be given. Draws without a run are
    left out.

    >>> table = pd.DataFrame({"scenario": "a", "measure": "talking_shop", "draw": [0, 0, 1, 1],
    ...                       "replicate": [0, 1, 0, 1], "value": [1.0, 0.0, 0.0, 0.0]})
    >>> interesting(table, above=0.5)[1].tolist()
    [True, False]
    """
    if above is None and below is None:
        raise ValueError("give a threshold: above=, below=, or both")
    mean = value_matrix(outcomes).mean(axis=1).dropna()
    low, high = -np.inf if above is None else above, np.inf if below is None else below
    return mean, mean.between(low, high)


def refuse_too_few(wanted: pd.Series) -> None:
    """Raise ValueError if there are too few cases of interest, or of the others, to tell them apart.

    >>> refuse_too_few(pd.Series([False] * 20 + [True]))
    Traceback (most recent call last):
    ValueError: 1 of 21 draws is of interest: at least 5 are needed to find out what they have in common
    """
    count, total = int(wanted.sum()), len(wanted)
    verb = "is" if count == 1 else "are"
    if count < FEWEST:
        raise ValueError(
            f"{count} of {total} draws {verb} of interest: at least {FEWEST} are needed to find out what they have in "
            f"common"
        )
    if total - count < FEWEST:
        raise ValueError(
            f"{count} of {total} draws {verb} of interest: with fewer than {FEWEST} others there is nothing to tell "
            f"them from"
        )


# ------------------------------------------------------------------------------- PRIM


def inside(draws: pd.DataFrame, limits: Mapping[str, Limit]) -> NDArray[np.bool_]:
    """Return which draws lie in a box.

    >>> draws = pd.DataFrame({"x": [0.1, 0.6], "purse": ["need", "influence"]})
    >>> inside(draws, {"x": (0.5, np.inf), "purse": frozenset({"need", "influence"})}).tolist()
    [False, True]
    """
    found = np.ones(len(draws), dtype=bool)
    for name, limit in limits.items():
        values = draws[name]
        within = values.isin(limit) if isinstance(limit, frozenset) else values.between(*limit)
        found &= within.to_numpy(dtype=bool)
    return found


def coverage_and_density(within: NDArray[np.bool_], wanted: NDArray[np.bool_]) -> tuple[float, float]:
    """Return which share of the wanted draws lies within, and which share of those within is wanted.

    >>> coverage_and_density(np.array([True, True, False]), np.array([True, False, True]))
    (0.5, 0.5)
    """
    both = int((within & wanted).sum())
    return both / max(1, int(wanted.sum())), both / max(1, int(within.sum()))


def find_box(draws: pd.DataFrame, wanted: pd.Series, *, density: float | None = None) -> Box:
    """Return the box that PRIM finds for the ``wanted`` draws.

    ``draws`` has one column a parameter and the index of ``wanted``. Of the boxes on the peeling trajectory that with
    the highest harmonic mean of coverage and gain in density is taken, gain being 0 at the density of all draws and 1
    at a density of 1; with ``density`` that with the highest coverage among those which have it. Then limits whose
    quasi-p-value is above 0.05 are taken away, the least significant first.
    Raises ValueError if no box has that density, and for too few cases.

    >>> grid = pd.DataFrame([(x / 9, y / 9) for x in range(10) for y in range(10)], columns=["x", "y"])
    >>> box = find_box(grid, (grid["x"] > 0.5) & (grid["y"] < 0.5))
    >>> sorted(box.limits), bool(0.4 < box.limits["x"][0] < 0.6)
    (['x', 'y'], True)
    """
    refuse_too_few(wanted)
    truth = wanted.to_numpy(dtype=bool)
    trajectory, boxes = _peeled(draws.reset_index(drop=True), truth)
    coverage, dense = trajectory["coverage"], trajectory["density"]
    # Density as a gain: 0 as in all draws, 1 when nothing else is in the box, however frequent the wanted draws are.
    gain = ((dense - truth.mean()) / (1.0 - truth.mean())).clip(lower=0.0)
    score = 2.0 * coverage * gain / (coverage + gain)
    if density is not None:
        if not (dense >= density).any():
            raise ValueError(f"no box has a density of {density:g}: the highest is {dense.max():.3g}")
        score = coverage.where(dense >= density, -1.0)
    chosen = int(score.to_numpy().argmax())
    limits = _significant(draws, truth, _limits(boxes[chosen], boxes[0]))
    return Box(limits=limits, trajectory=trajectory.assign(chosen=np.arange(len(trajectory)) == chosen))


def _peeled(draws: pd.DataFrame, truth: NDArray[np.bool_]) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Return the peeling trajectory and the limits of each box on it, from the EMA Workbench."""
    least = max(FEWEST, min(0.05 * len(truth), truth.sum() / 2.0))
    with warnings.catch_warnings():
        # Of what pandas will change.
        warnings.simplefilter("ignore")
        prim = library("ema_workbench.analysis.prim", purpose="finding boxes", extra="explore")
        # Until 3.0 a threshold has to be given, which then also tells which cases are of interest.
        old = {"threshold": 1e-9} if "threshold" in inspect.signature(prim.Prim).parameters else {}
        found = prim.Prim(_peelable(draws), truth.astype(np.int64), mass_min=least / len(truth), **old).find_box()
    path = found.peeling_trajectory
    columns = {name: path[name].astype(float) for name in ("coverage", "density", "mass")}
    return pd.DataFrame(columns | {"restricted": path["res_dim"].astype(int)}), list(found.box_lims)


def _peelable(draws: pd.DataFrame) -> pd.DataFrame:
    """Return draws with whole numbers as floats: limits lie half-way between them."""
    whole = [name for name in draws if pd.api.types.is_integer_dtype(draws[name])]
    return draws.astype(dict.fromkeys(whole, float))


def _limits(box: pd.DataFrame, everything: pd.DataFrame) -> dict[str, Limit]:
    """Return the limits that a box has beyond those of all draws."""
    found: dict[str, Limit] = {}
    for name in box.columns:
        (low, high), (lowest, highest) = box[name], everything[name]
        if isinstance(low, set | frozenset):
            if low != lowest:
                found[str(name)] = frozenset(low)
        elif low > lowest or high < highest:
            found[str(name)] = (float(low) if low > lowest else -np.inf, float(high) if high < highest else np.inf)
    return found


def _ends(limits: Mapping[str, Limit]) -> list[tuple[str, str]]:
    """Return every limit that can be taken away on its own: a parameter's ``low``, ``high`` or ``names``."""
    ends = []
    for name, limit in limits.items():
        if isinstance(limit, frozenset):
            ends.append((name, "names"))
        else:
            ends += [(name, end) for end, value in zip(("low", "high"), limit, strict=True) if np.isfinite(value)]
    return ends


def _without(limits: Mapping[str, Limit], name: str, end: str) -> dict[str, Limit]:
    limit = limits[name]
    rest = {other: value for other, value in limits.items() if other != name}
    if isinstance(limit, frozenset):
        return rest
    wider = (-np.inf, limit[1]) if end == "low" else (limit[0], np.inf)
    return (
        {other: value if other != name else wider for other, value in limits.items()}
        if np.isfinite(wider).any()
        else rest
    )


def quasi_p_values(
    draws: pd.DataFrame, wanted: NDArray[np.bool_], limits: Mapping[str, Limit]
) -> dict[tuple[str, str], float]:
    """Return for each limit how likely chance alone would make the box as dense as it is with that limit.

    One-sided binomial test against the density of the box without the limit (Bryant and Lempert 2010). "Quasi",
    because the limits were chosen on the same draws, so that the values are too small.

    >>> draws = pd.DataFrame({"x": np.arange(10.0)})
    >>> found = quasi_p_values(draws, np.arange(10) >= 5, {"x": (4.5, np.inf)})
    >>> round(found["x", "low"], 5)  # half of all draws are wanted, so 0.5 to the power of 5
    0.03125
    """
    box = inside(draws, limits)
    total, hits = int(box.sum()), int((box & wanted).sum())
    found = {}
    for name, end in _ends(limits):
        wider = inside(draws, _without(limits, name, end))
        expected = float((wider & wanted).sum() / max(1, wider.sum()))
        found[name, end] = float(scipy.stats.binomtest(hits, total, expected, alternative="greater").pvalue)
    return found


def _significant(draws: pd.DataFrame, wanted: NDArray[np.bool_], limits: dict[str, Limit]) -> dict[str, Limit]:
    while limits:
        found = quasi_p_values(draws, wanted, limits)
        worst = max(found, key=lambda end: found[end])
        if found[worst] <= SIGNIFICANT:
            break
        limits = _without(limits, *worst)
    return limits


def box_table(
    draws: pd.DataFrame, wanted: pd.Series, box: Box, ranges: Mapping[str, Sequence[Any]], *, kept: Mapping[str, float]
) -> pd.DataFrame:
    """Return the limits of a box, one row a restricted parameter, the most often found first.

    Columns: parameter, low, high (the end of the range where there is no limit), names, range_low, range_high,
    quasi_p_low, quasi_p_high, quasi_p_names, found_again (the share of resamples whose box restricts the parameter,
    from ``kept``).

    >>> grid = pd.DataFrame({"x": np.arange(10.0)})
    >>> box = Box(limits={"x": (4.5, np.inf)}, trajectory=pd.DataFrame())
    >>> table = box_table(grid, grid["x"] > 4.5, box, {"x": [0.0, 9.0]}, kept={"x": 1.0})
    >>> table[["low", "high", "found_again"]].to_numpy().tolist()
    [[4.5, 9.0, 1.0]]
    """
    chances = quasi_p_values(draws, wanted.to_numpy(dtype=bool), box.limits)
    rows = []
    for name, limit in box.limits.items():
        row: dict[str, Any] = {"parameter": name, "low": np.nan, "high": np.nan, "names": "", "range_low": np.nan}
        row |= {"range_high": np.nan}
        if isinstance(limit, frozenset):
            row["names"] = " ".join(each for each in ranges[name] if each in limit)
        else:
            row["range_low"], row["range_high"] = ranges[name]
            row["low"], row["high"] = max(limit[0], row["range_low"]), min(limit[1], row["range_high"])
        row |= {f"quasi_p_{end}": chances.get((name, end), np.nan) for end in ("low", "high", "names")}
        rows.append(row | {"found_again": kept.get(name, np.nan)})
    columns = ["parameter", "low", "high", "names", "range_low", "range_high", "quasi_p_low", "quasi_p_high",
               "quasi_p_names", "found_again"]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values("found_again", ascending=False, kind="stable").reset_index(drop=True)


def resampled_boxes(
    draws: pd.DataFrame,
    wanted: pd.Series,
    *,
    resamples: int,
    density: float | None = None,
    seed: int = 1,
    workers: int = 1,
    advance: Callable[[int], None] = lambda count: None,
) -> pd.DataFrame:
    """Return what PRIM finds on random halves of the draws, tested on the other halves.

    One row a resample: parameters (those restricted, with spaces between), coverage and density of the box on the
    half that it was not found on. Halves have the same share of wanted draws. A half with too few cases is left out,
    and so is one without a box of the asked ``density``. They are gone through in ``workers`` processes, whose number
    changes nothing; ``advance`` is called with 1 after each.

    >>> grid = pd.DataFrame([(x / 9, y / 9) for x in range(10) for y in range(10)], columns=["x", "y"])
    >>> found = resampled_boxes(grid, grid["x"] > 0.5, resamples=3)
    >>> found["parameters"].tolist(), bool(found["density"].min() > 0.7)
    (['x', 'x', 'x'], True)
    """
    generator = np.random.default_rng(seed)
    truth = wanted.to_numpy(dtype=bool)
    halves = np.zeros((resamples, len(truth)), dtype=bool)
    for half in halves:
        for group in (np.flatnonzero(truth), np.flatnonzero(~truth)):
            half[generator.permutation(group)[: len(group) // 2]] = True
    rows = []
    running = joblib.Parallel(n_jobs=workers, return_as="generator")
    for row in running(joblib.delayed(_of_half)(draws, wanted, half, density) for half in halves):
        rows += [row] if row else []
        advance(1)
    return pd.DataFrame(rows, columns=["parameters", "coverage", "density"])


def _of_half(
    draws: pd.DataFrame, wanted: pd.Series, half: NDArray[np.bool_], density: float | None
) -> dict[str, Any] | None:
    try:
        box = find_box(draws[half], wanted[half], density=density)
    except ValueError:
        return None
    truth = wanted.to_numpy(dtype=bool)
    coverage, dense = coverage_and_density(inside(draws[~half], box.limits), truth[~half])
    return {"parameters": " ".join(box.limits), "coverage": coverage, "density": dense}


def found_again(resampled: pd.DataFrame) -> dict[str, float]:
    """Return in which share of resamples each parameter was restricted.

    >>> found_again(pd.DataFrame({"parameters": ["x y", "x"]}))
    {'x': 1.0, 'y': 0.5}
    """
    names = resampled["parameters"].str.split().explode().dropna()
    return {str(name): count / len(resampled) for name, count in names.value_counts().items()}


def box_summary(draws: pd.DataFrame, wanted: pd.Series, box: Box, resampled: pd.DataFrame) -> pd.DataFrame:
    """Return how good a box is: one row each for coverage, density and mass.

    Columns: quantity, value, ci_low, ci_high (95 % Wilson intervals), unseen, unseen_low, unseen_high (mean and
    extremes of the same on halves of the draws that the box was not found on; not for mass).

    >>> grid = pd.DataFrame({"x": np.arange(10.0)})
    >>> box = Box(limits={"x": (2.5, np.inf)}, trajectory=pd.DataFrame())
    >>> nothing = pd.DataFrame({"parameters": [], "coverage": [], "density": []})
    >>> box_summary(grid, grid["x"] > 4.5, box, nothing)["value"].round(2).tolist()
    [1.0, 0.71, 0.7]
    """
    within, truth = inside(draws, box.limits), wanted.to_numpy(dtype=bool)
    both, counts = int((within & truth).sum()), {"coverage": int(truth.sum()), "density": int(within.sum())}
    rows = []
    for quantity, total in counts.items():
        low, high = wilson_interval(both, total=total)
        unseen = resampled[quantity].astype(float)
        rows.append((quantity, both / total, low, high, unseen.mean(), unseen.min(), unseen.max()))
    low, high = wilson_interval(int(within.sum()), total=len(within))
    rows.append(("mass", float(within.mean()), low, high, np.nan, np.nan, np.nan))
    columns = ["quantity", "value", "ci_low", "ci_high", "unseen", "unseen_low", "unseen_high"]
    return pd.DataFrame(rows, columns=columns)


# ------------------------------------------------------------------------------- tree


def grow_tree(draws: pd.DataFrame, wanted: pd.Series, *, depth: int = 3, seed: int = 1) -> Tree:
    """Return a decision tree (Breiman et al. 1984, scikit-learn) that tells wanted draws from the others.

    Both kinds weigh the same, and no leaf has less than 2 % of the draws. Accuracy is balanced, from five-fold
    cross-validation repeated ten times: the mean, and the 5 and 95 % quantiles over repetitions.

    >>> grid = pd.DataFrame([(x / 9, y / 9) for x in range(10) for y in range(10)], columns=["x", "y"])
    >>> found = grow_tree(grid, grid["x"] > 0.5, depth=2)
    >>> found.accuracy > 0.95, found.features
    (True, ('x', 'y'))
    """
    of_trees = library("sklearn.tree", purpose="a decision tree", extra="explore")
    selection = library("sklearn.model_selection", purpose="a decision tree", extra="explore")
    refuse_too_few(wanted)
    table = _encoded(draws)
    truth = wanted.to_numpy(dtype=bool)
    leaf = max(2, round(0.02 * len(truth)))
    classifier = of_trees.DecisionTreeClassifier(
        max_depth=depth, min_samples_leaf=leaf, class_weight="balanced", random_state=seed
    )
    folds = selection.RepeatedStratifiedKFold(n_splits=5, n_repeats=10, random_state=seed)
    scores = selection.cross_val_score(classifier, table.to_numpy(), truth, cv=folds, scoring="balanced_accuracy")
    repeated = scores.reshape(10, 5).mean(axis=1)
    classifier.fit(table.to_numpy(), truth)
    return Tree(
        classifier=classifier,
        features=tuple(map(str, table.columns)),
        accuracy=float(scores.mean()),
        accuracy_low=float(np.quantile(repeated, 0.05)),
        accuracy_high=float(np.quantile(repeated, 0.95)),
        predicted=np.asarray(classifier.predict(table.to_numpy()), dtype=bool),
        wanted_share=float(truth.mean()),
    )


def _encoded(draws: pd.DataFrame) -> pd.DataFrame:
    """Return draws as numbers, with a column ``parameter = name`` for each name."""
    named = [name for name in draws if not pd.api.types.is_numeric_dtype(draws[name])]
    return pd.get_dummies(draws, columns=named, prefix_sep=" = ", dtype=float)


def tree_rules(tree: Tree) -> str:
    """Return the tree as indented rules.

    >>> grid = pd.DataFrame({"x": np.arange(20.0)})
    >>> print(tree_rules(grow_tree(grid, grid["x"] > 9, depth=1)))
    |--- x <= 9.50
    |   |--- class: False
    |--- x >  9.50
    |   |--- class: True
    <BLANKLINE>
    """
    text: str = library("sklearn.tree", purpose="a decision tree", extra="explore").export_text(
        tree.classifier, feature_names=list(tree.features)
    )
    return text


def agreement(tree: Tree, within: NDArray[np.bool_]) -> tuple[float, float]:
    """Return which share of the draws tree and box judge alike, and Cohen's kappa (0: no more than chance would).

    >>> grid = pd.DataFrame({"x": np.arange(20.0)})
    >>> agreement(grow_tree(grid, grid["x"] > 9, depth=1), (grid["x"] > 9).to_numpy())
    (1.0, 1.0)
    """
    metrics = library("sklearn.metrics", purpose="a decision tree", extra="explore")
    alike = float((tree.predicted == within).mean())
    if tree.predicted.all() == within.all() and len(set(tree.predicted) | set(within)) == 1:
        return alike, float("nan")
    return alike, float(metrics.cohen_kappa_score(tree.predicted, within))
