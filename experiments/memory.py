"""Refusing beforehand what does not fit into memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from experiments.errors import CommandError
from experiments.surroundings import memory_left


def refuse_too_many(name: str, number: int, *, bytes_each: int, otherwise: str) -> None:
    """Raise CommandError if so many do not fit into memory, with the most that do; ``otherwise`` says what else helps.

    >>> refuse_too_many("replicates", 20, bytes_each=4_500, otherwise="")
    """
    left = memory_left()
    if left is None or number * bytes_each <= left:
        return
    fits = f"at most {name}={left // bytes_each} fits here{otherwise}" if left >= bytes_each else "allow it more"
    raise CommandError(
        f"{name} = {number:,} takes about {number * bytes_each / 1e9:,.2g} GB of memory, and this process may take "
        f"{left / 1e9:,.2g} GB more: {fits}"
    )


def size_of(kept: Any) -> int:
    """Return the bytes that arrays and tables take, also several of them; texts in tables count as what points to them.

    >>> size_of([{"a": np.zeros(3)}, pd.DataFrame({"b": [1.0, 2.0]}, index=[0, 1])])
    56
    """
    if isinstance(kept, np.ndarray):
        return kept.nbytes
    if isinstance(kept, pd.DataFrame):
        return int(kept.memory_usage().sum())
    if isinstance(kept, Mapping | Sequence) and not isinstance(kept, str | bytes):
        return sum(map(size_of, kept.values() if isinstance(kept, Mapping) else kept))
    raise TypeError(f"{type(kept)} has no size that is known")
