"""The store of a calibration: what was asked, and each generation as it is finished.

A generation is two tables and, written last, a note; so a calibration that was killed goes on after the
last complete generation, to the same numbers.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from experiments.errors import CommandError
from experiments.files import inside, read_json, read_parquet, replacing
from experiments.search.sequential_abc import Generation
from experiments.study.identity import differences, differing_code, made_by
from experiments.study.store import parquet_writer

PLAN = "calibration.json"
GENERATIONS = "generations"

_MISS, _ANCESTOR = "miss_", "ancestor"


@dataclasses.dataclass(frozen=True)
class Checkpoints:
    """A calibration folder: generations of parameters ``names`` judged by patterns ``ids``."""

    folder: Path
    names: tuple[str, ...]
    ids: tuple[str, ...]

    def save(self, generation: Generation) -> None:
        """Checkpoints a generation, its note last."""
        for kind, draws, misses in (
            ("population", generation.draws, generation.misses),
            ("tried", generation.tried, generation.tried_misses),
        ):
            columns = dict(zip([*self.names, *(f"{_MISS}{id}" for id in self.ids)], [*draws.T, *misses.T], strict=True))
            columns |= {_ANCESTOR: generation.ancestors} if kind == "population" else {}
            table = pa.table({name: np.ascontiguousarray(values) for name, values in columns.items()})
            with (
                replacing(self._path(generation.number, f"{kind}.parquet")) as path,
                path.open("wb") as target,
                parquet_writer(target, table.schema) as writer,
            ):
                writer.write_table(table)
        scalars = {
            field.name: value
            for field in dataclasses.fields(generation)
            if not isinstance(value := getattr(generation, field.name), np.ndarray)
        }
        with replacing(self._path(generation.number, "json")) as path:
            path.write_text(json.dumps(scalars) + "\n", encoding="utf-8")

    def finished(self) -> list[Generation]:
        """Return the generations that are complete, in order."""
        found: list[Generation] = []
        while self._path(len(found), "json").is_file():
            found.append(self._load(len(found)))
        return found

    def _load(self, number: int) -> Generation:
        try:
            scalars = read_json(self._path(number, "json"))
            (draws, misses, kept), (tried, tried_misses, _) = (
                self._arrays(number, kind) for kind in ("population", "tried")
            )
            ancestors = kept[_ANCESTOR].to_numpy(np.intp)
            return Generation(
                draws=draws, misses=misses, tried=tried, tried_misses=tried_misses, ancestors=ancestors, **scalars
            )
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise CommandError(
                f"study = {str(self.folder)!r}: generation {number} is damaged ({error}): remove the files of it and "
                "of those after it, and give the same command again"
            ) from None

    def _arrays(self, number: int, kind: str) -> tuple[NDArray[np.float64], NDArray[np.float64], pd.DataFrame]:
        table = read_parquet(self._path(number, f"{kind}.parquet"))
        draws, misses = table[list(self.names)], table[[f"{_MISS}{id}" for id in self.ids]]
        return draws.to_numpy(float), misses.to_numpy(float), table

    def _path(self, number: int, ending: str) -> Path:
        return inside(self.folder, GENERATIONS, f"{number:03d}.{ending}")


def begun(folder: Path, settings: Mapping[str, Any], *, names: Sequence[str], ids: Sequence[str]) -> Checkpoints:
    """Return the store in ``folder``, made now or found there with the same question and the same code.

    Raises CommandError if the folder holds something else, or a calibration of other settings.
    """
    begin(folder, settings, plan=PLAN, parts=GENERATIONS, what="calibration")
    return Checkpoints(folder=folder, names=tuple(names), ids=tuple(ids))


def begin(folder: Path, settings: Mapping[str, Any], *, plan: str, parts: str, what: str) -> None:
    """Write what is asked into the file ``plan`` of a folder, or see that the same was asked there before.

    ``parts`` is what is stored there on the way, in a folder of that name; ``what`` says what is begun. Raises
    CommandError if the folder holds something else, or was begun with other settings or other code.
    """
    file = inside(folder, plan)
    now = json.loads(json.dumps({"settings": settings, "made_by": made_by()}))
    if file.is_file():
        _refuse_other(folder, read_json(file, _Begun), now, parts=parts)
        (folder / parts).mkdir(exist_ok=True)
        return
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CommandError(f"study = {str(folder)!r} holds something else than a {what}: choose another folder")
    try:
        (folder / parts).mkdir(parents=True)
    except OSError as error:
        raise CommandError(f"study = {str(folder)!r} cannot be written: {error.strerror}") from None
    with replacing(file) as path:
        path.write_text(json.dumps(now, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


@dataclasses.dataclass
class _Begun:
    settings: dict[str, Any]
    made_by: dict[str, str]


def _refuse_other(folder: Path, before: Mapping[str, Any], now: Mapping[str, Any], *, parts: str) -> None:
    where = f"study = {str(folder)!r} was begun with"
    for name, old, new in differences(before["settings"], now["settings"]):
        raise CommandError(
            f"{where} {name} = {str(old)[:40]}, now it is {str(new)[:40]}: {parts} are not mixed; give the old "
            "settings, or begin in another folder"
        )
    if differs := differing_code(before["made_by"]):
        raise CommandError(
            f"{where} other code ({differs}): {parts} are not mixed; go back to that code, or begin in another folder"
        )
