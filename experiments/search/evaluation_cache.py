"""What a search of mixes has judged so far, kept in a file so that the same command can go on after a stop.

A search is a function of its settings. So nothing of its inner state is kept: when it is begun again, it asks
for the same mixes in the same order, and those that were judged before are read instead of simulated.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.errors import CommandError
from experiments.files import Refused, read_parquet, replacing
from experiments.study.identity import made_by

SHARE = "share_"
"""Before the number of a lever: where a mix lies in its range, from 0 to 1."""

_HASH = "hash"


class EvaluationCache:
    """What was found for each mix that was evaluated, in the order asked for; see the module."""

    def __init__(self, file: Path | None, settings: Mapping[str, Any]) -> None:
        """Read what ``file`` holds, if there is one. Raises CommandError if it is of other settings or code."""
        self._hash = hashlib.sha256(json.dumps([settings, made_by()], sort_keys=True, default=str).encode()).hexdigest()
        self._file = file
        self._read = self._earlier()
        self._tables: list[pd.DataFrame] = []

    def _earlier(self) -> pd.DataFrame:
        if self._file is None or not self._file.exists():
            return pd.DataFrame()
        try:
            earlier = read_parquet(self._file)
            same = set(earlier.pop(_HASH)) == {self._hash}
        except (Refused, KeyError, TypeError) as error:
            raise CommandError(f"progress = {str(self._file)!r} cannot be read ({error}): give another file") from None
        if not same:
            raise CommandError(
                f"progress = {str(self._file)!r} was begun with other settings or other code: give those settings, or "
                f"another file"
            )
        return earlier

    def recalled(self, mixes: NDArray[np.float64]) -> pd.DataFrame | None:
        """Return what was found before for these ``mixes`` (mixes, levers), or None if they are new."""
        first = sum(map(len, self._tables))
        earlier = self._read.iloc[first : first + len(mixes)]
        if len(earlier) < len(mixes):
            return None
        shares = earlier[[name for name in earlier.columns if str(name).startswith(SHARE)]].to_numpy()
        if not np.array_equal(shares, mixes):
            raise CommandError(f"progress = {str(self._file)!r} holds another search: give another file")
        found = earlier.reset_index(drop=True)
        self._tables.append(found)
        return found

    def keep(self, found: pd.DataFrame) -> None:
        """Add what was just found, in memory and, if there is one, in the file."""
        self._tables.append(found)
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with replacing(self._file) as path:
                self.table().assign(**{_HASH: self._hash}).to_parquet(path, index=False)

    def table(self) -> pd.DataFrame:
        """Return all mixes judged since the search was begun, a row each."""
        return pd.concat(self._tables, ignore_index=True)

    def __len__(self) -> int:
        """Return how many mixes were judged since the search was begun."""
        return sum(map(len, self._tables))
