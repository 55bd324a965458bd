"""What scenario discovery shows, in plain sentences that claim no more than its numbers."""

from __future__ import annotations

import pandas as pd

from analysis.discovery.tables import FEWEST, Tree
from analysis.shared.words import titled

RARE = 20
"""Cases of interest below which limits are called uncertain."""

GUESSING = 0.5

SCOPE = (
    "The box describes draws of this study: these parameters, over these ranges, all equally likely. It is a region in "
    "which the model does this often, not a cause and not a forecast."
)


def discovery_words(
    subject: str,
    wanted: pd.Series,
    table: pd.DataFrame,
    summary: pd.DataFrame,
    *,
    tree: Tree,
    alike: tuple[float, float],
    resamples: int,
) -> str:
    """Return what box and tree show, one sentence a line.

    ``subject`` says which draws are of interest; ``table`` and ``summary`` are those of the box; ``alike`` is the
    result of ``analysis.discovery.tables.agreement``; ``resamples`` how many halves gave a box.

    >>> wanted = pd.Series([True] * 30 + [False] * 30)
    >>> table = pd.DataFrame({"parameter": ["levers.purse"], "names": "need", "found_again": 0.9})
    >>> summary = pd.DataFrame({"quantity": ["coverage", "density", "mass"], "value": [0.8, 0.9, 0.4], "ci_low": 0.3,
    ...                         "ci_high": 0.95, "unseen": 0.7, "unseen_low": 0.6, "unseen_high": 0.8})
    >>> tree = Tree(None, (), 0.8, 0.7, 0.9, wanted.to_numpy(), 0.5)
    >>> print(discovery_words("Trust at the end at least 0.5", wanted, table, summary, tree=tree, alike=(0.9, 0.8),
    ...                       resamples=10).splitlines()[2])
    - Rule for the pooled fund is need
    """
    count, total = int(wanted.sum()), len(wanted)
    lines = [f"{subject}: {count} of {total} draws ({100 * count / total:.0f} %)."]
    if min(count, total - count) < RARE:
        fewer = "of interest" if count <= total - count else "of the others"
        lines.append(f"Only {min(count, total - count)} draws are {fewer}: limits rest on few cases and are uncertain.")
    if table.empty:
        lines.append(
            "No condition tells them from the others: no limit of the chosen box is significant (quasi-p up to 0.05)."
        )
    else:
        lines += ["They are more frequent where all of this holds:", *map(_condition, table.to_dict("records"))]
        lines += _quality(summary.set_index("quantity"), resamples=resamples)
        if min(count, total - count) // 2 < FEWEST:
            lines.append("Halves of the draws hold too few of them to look for the box again.")
        lines += _instability(table)
    lines += ["", *_tree(tree, alike, has_box=not table.empty)]
    return "\n".join([*lines, "", SCOPE])


def _condition(row: dict[object, object]) -> str:
    name = titled(str(row["parameter"]))
    if row["names"]:
        return f"- {name} is {str(row['names']).replace(' ', ' or ')}"
    parts = []
    if row["low"] != row["range_low"]:
        parts.append(f"at least {row['low']:.3g}")
    if row["high"] != row["range_high"]:
        parts.append(f"at most {row['high']:.3g}")
    return f"- {name} {' and '.join(parts)} (varied from {row['range_low']:g} to {row['range_high']:g})"


def _quality(quality: pd.DataFrame, *, resamples: int) -> list[str]:
    coverage, density, mass = (quality.loc[name] for name in ("coverage", "density", "mass"))
    lines = [
        f"The box holds {100 * coverage['value']:.0f} % ({100 * coverage['ci_low']:.0f} to "
        f"{100 * coverage['ci_high']:.0f} %) of these draws; of the draws in it {100 * density['value']:.0f} % "
        f"({100 * density['ci_low']:.0f} to {100 * density['ci_high']:.0f} %) are of interest. It takes up "
        f"{100 * mass['value']:.0f} % of all draws."
    ]
    if resamples:
        lines.append(
            f"Boxes found on {resamples} random halves and tested on the other halves hold "
            f"{100 * coverage['unseen']:.0f} % on average ({100 * coverage['unseen_low']:.0f} to "
            f"{100 * coverage['unseen_high']:.0f} %), with a density of {100 * density['unseen']:.0f} % "
            f"({100 * density['unseen_low']:.0f} to {100 * density['unseen_high']:.0f} %)."
        )
    return lines


def _instability(table: pd.DataFrame) -> list[str]:
    shaky = table[table["found_again"] < 0.5]
    if shaky.empty:
        return []
    names = ", ".join(titled(str(name)) for name in shaky["parameter"])
    return [f"Less than half of these boxes restrict: {names}. Do not rely on that."]


def _tree(tree: Tree, alike: tuple[float, float], *, has_box: bool) -> list[str]:
    text = (
        f"A decision tree reaches a balanced accuracy of {100 * tree.accuracy:.0f} % on unseen draws "
        f"({100 * tree.accuracy_low:.0f} to {100 * tree.accuracy_high:.0f} %; 50 % is guessing)."
    )
    if tree.accuracy_low <= GUESSING:
        text += " That is no better than guessing: it has found no rule."
    if not has_box:
        return [text]
    return [text, f"Tree and box judge {100 * alike[0]:.0f} % of the draws alike (Cohen's kappa {alike[1]:.2f})."]
