"""What there is to choose from: files of ``configs``, and of a folder of one's own that comes before it.

One rule for every group and verb: a file of one's own is used, also under a name that ships with the model. Then
one line on standard error says so, and the manifest records what was read.
"""

from __future__ import annotations

import dataclasses
import hashlib
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from experiments.files import inside

CONFIGS = "configs"
PLACE = "place"
"""The group whose options come from the data of the model, not from a folder."""

CASE = "case"
"""What files of a case are recorded under: a folder of one's own about one place."""

EXPERIMENT = "experiment"
"""The group of files that state settings of a verb and of its scenarios at once."""

GROUPS = ("scenario", PLACE, "board", "leadership", "levers", "calendar", "behaviour")
"""What a scenario is composed of."""

_YAML, _YML = ".yaml", ".yml"
_MOST_KEPT = 256

Function = TypeVar("Function", bound=Callable[..., Any])

_caches: list[Any] = []


@dataclasses.dataclass
class _OwnFiles:
    """The folder of one's own, and the sha256 of what was read of it by path below it."""

    folder: Path | None = None
    used: dict[str, str] = dataclasses.field(default_factory=dict)
    cases: dict[Path, dict[str, str]] = dataclasses.field(default_factory=dict)
    """Of each case, the sha256 of its files by name."""


_here = _OwnFiles()


def shipped_folder() -> Path:
    """Return the folder ``configs``."""
    return Path(str(files(CONFIGS)))


def own_folder() -> Path | None:
    """Return the folder of one's own, if there is one."""
    return _here.folder


@contextmanager
def files_of_ones_own(folder: Path | None) -> Iterator[None]:
    """Let the files in ``folder`` come before those of ``configs`` until the end of the block."""
    outer = dataclasses.replace(_here)
    _enter(_OwnFiles(folder))
    try:
        yield
    finally:
        _enter(outer)


def _enter(files: _OwnFiles) -> None:
    if files.folder is not None or _here.folder is not None:
        for kept in _caches:
            kept.cache_clear()
    _here.folder, _here.used, _here.cases = files.folder, files.used, files.cases


def kept_for_a_folder(read: Function) -> Function:
    """Return ``read`` with its last results kept until another folder of one's own is in force."""
    kept = lru_cache(maxsize=_MOST_KEPT)(read)
    _caches.append(kept)
    return kept  # type: ignore[return-value]


def option_names(group: str) -> list[str]:
    """Return the options of a group, for example the boards: those that ship and those of one's own."""
    return sorted({*_shipped(group), *(_names_in(_here.folder / group) if _here.folder else ())})


def find(group: str, name: str) -> Path | None:
    """Return the file ``name`` (with its ending) of a group: one's own, else the one that ships, if there is one."""
    found = located(f"{group}/{name}")
    if found is not None and _here.folder is not None and found.is_relative_to(_here.folder):
        record_use(found)
    return found


def located(path: str) -> Path | None:
    """Return the file at a path in the folder of one's own, else in that which ships, if there is one."""
    folders = (_here.folder, shipped_folder()) if _here.folder else (shipped_folder(),)
    files = (inside(folder, *with_ending(folder, path).split("/"), what="file") for folder in folders)
    return next((file for file in files if file.is_file()), None)


def is_own(group: str, name: str) -> bool:
    """Return whether an option of a group is a file of one's own."""
    if _here.folder is None:
        return False
    return inside(_here.folder, group, with_ending(_here.folder / group, f"{name}{_YAML}"), what=group).is_file()


def with_ending(folder: Path, file: str) -> str:
    """Return the path of a file below a folder of one's own, which may end in .yml where ``file`` ends in .yaml."""
    other = f"{file.removesuffix(_YAML)}{_YML}"
    return other if file.endswith(_YAML) and not (folder / file).is_file() and (folder / other).is_file() else file


def record_use(own: Path) -> None:
    """Keep in mind that a file of one's own was read, and say so if it stands in for one that ships."""
    assert _here.folder is not None
    path = own.relative_to(_here.folder).as_posix()
    if path in _here.used:
        return
    _here.used[path] = hashlib.sha256(own.read_bytes()).hexdigest()
    group, _, name = path.partition("/")
    if name.removesuffix(_YAML).removesuffix(_YML) in _shipped(group) or (shipped_folder() / path).is_file():
        print(f"{own} is used instead of the {group} of that name that ships with the model", file=sys.stderr)


def record_files(case: Path, files: Mapping[str, str]) -> None:
    """Keep in mind that files of a case were read, with their sha256 by name."""
    _here.cases[case] = dict(files)


def cases_used() -> Mapping[Path, Mapping[str, str]]:
    """Return the folders of cases that were read, with the sha256 of their files by name."""
    return dict(_here.cases)


def own_files_used() -> list[dict[str, str]]:
    """Return path and sha256 of the files of one's own that were read: below their folder, or that of the case."""
    of_cases = {f"{CASE}/{name}": sha for files in _here.cases.values() for name, sha in files.items()}
    return [{"path": path, "sha256": sha256} for path, sha256 in sorted({**_here.used, **of_cases}.items())]


def _shipped(group: str) -> list[str]:
    if group == PLACE:
        from sim.population import place_names

        return list(place_names())
    return _names_in(shipped_folder() / group)


def _names_in(folder: Path) -> list[str]:
    return sorted({path.stem for path in folder.glob("*") if path.suffix in (_YAML, _YML)})
