"""Whether two ways of sorting the same things agree, such as clusters found without labels and names by thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


def adjusted_rand(one: Sequence[Any], other: Sequence[Any]) -> float:
    """Return the adjusted Rand index of two ways to sort the same things: 1 the same, about 0 if by chance, or below.

    Share of pairs that both put together or both apart, corrected for what chance would give with groups of these
    sizes (Hubert and Arabie 1985). Names of groups do not matter. 1 where both put all together, or all apart. Raises
    ValueError if they do not sort equally many things, or none.

    >>> adjusted_rand(["talks", "talks", "works", "works"], [2, 2, 1, 1])
    1.0
    >>> round(adjusted_rand([0, 0, 1, 1], [0, 0, 1, 2]), 3)
    0.571
    """
    if len(one) != len(other) or not len(one):
        raise ValueError(f"{len(one)} and {len(other)} things are sorted: both have to sort the same, and some")
    _, rows = np.unique(np.asarray(one), return_inverse=True)
    _, columns = np.unique(np.asarray(other), return_inverse=True)
    table = np.zeros((rows.max() + 1, columns.max() + 1))
    np.add.at(table, (rows, columns), 1.0)
    both, in_one, in_other = (_pairs(counts) for counts in (table, table.sum(axis=1), table.sum(axis=0)))
    by_chance = in_one * in_other / max(1.0, _pairs(np.array([float(len(one))])))
    most = 0.5 * (in_one + in_other)
    return 1.0 if most == by_chance else float((both - by_chance) / (most - by_chance))


def _pairs(counts: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    return float((counts * (counts - 1.0) / 2.0).sum())
