"""Settings in a folder of one's own, looked at before Hydra reads them: they say what a run is, and nothing else.

Such folders are passed from hand to hand. Hydra would let a file of one set up Hydra itself, which starts whatever is
named there, read the environment, and follow files that name each other for as long as there is memory.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from experiments.files import Refused
from experiments.own_yaml import read_yaml

MOST_INTERPOLATIONS = 16
"""In all files together: each may stand for others, so that what they come to doubles and doubles."""
MOST_FILES = 200
"""That a file names by its defaults, and those that these name."""

_INTERPOLATION = re.compile(r"\$\{(?!(hydra:)?[\w.\[\]/]+\})[^}]*\}")
"""One that is not just the name of a setting."""
_FOR_HYDRA = ("hydra", "_target_")


def refuse_unfit_settings(
    held: Mapping[str, Any], file: Path, package: str | None, find: Callable[[str], Path | None]
) -> None:
    """Raise Refused if what a file of one's own holds is no settings of a run; its defaults are followed.

    ``package`` is where its first line says that its settings go. ``find`` returns the file that defaults name by its
    path from the folder.
    """
    if not isinstance(held.get("defaults", []), list):
        raise Refused(f"{file}: defaults is no list: it takes a list, [/board: growth]; or leave it out")
    named = [key for key in _keys(held) if key in _FOR_HYDRA]
    named += [entry for entry in (str(package), *map(str, _defaults(held))) if "hydra" in entry]
    if named:
        raise Refused(f"{file} sets up Hydra itself ({named[0]}), which files may not: take it out")
    if _INTERPOLATION.search(str(held)):
        raise Refused(f"{file}: ${{...}} takes the name of a setting here, as ${{place.population}}, and nothing else")
    refuse_many_interpolations(held, str(file))
    _refuse_circle(held, file, find)


def refuse_many_interpolations(held: Any, where: str) -> None:
    """Raise Refused for settings that are made of others, and these of others, more often than anybody needs."""
    if (count := str(held).count("${")) > MOST_INTERPOLATIONS:
        raise Refused(f"{where} has {count} values written ${{...}}: at most {MOST_INTERPOLATIONS}, write out others")


def _defaults(held: Mapping[str, Any]) -> list[Any]:
    stated = held.get("defaults")
    return stated if isinstance(stated, list) else []


def _keys(held: Any) -> Iterator[str]:
    if isinstance(held, Mapping):
        for key, value in held.items():
            yield str(key)
            yield from _keys(value)
    elif isinstance(held, list):
        for value in held:
            yield from _keys(value)


# ---------------------------------------------------------------------- files that name each other


def _refuse_circle(held: Mapping[str, Any], file: Path, find: Callable[[str], Path | None]) -> None:
    """Raise Refused if the defaults of a file lead back to a file on the way, or to more files than anybody needs."""
    sizes: dict[Path, int] = {}

    def size(path: Path, group: str, above: tuple[Path, ...], held: Mapping[str, Any] | None = None) -> int:
        if path in above:
            way = " -> ".join(one.name for one in (*above[above.index(path) :], path))
            raise Refused(f"{file}: its defaults go round in a circle ({way}): take one of them out")
        if path not in sizes:
            try:
                names = _named_by(read_yaml(path) if held is None else held, group)
                named = [(name, there) for name in names if (there := find(name)) is not None]
            except Refused as error:
                raise Refused(f"{path}, defaults: {error}") from None
            sizes[path] = 1 + sum(size(there, name.rpartition("/")[0], (*above, path)) for name, there in named)
        if sizes[path] > MOST_FILES or len(above) > MOST_FILES:
            raise Refused(f"{file}: its defaults name more than {MOST_FILES} files: name fewer")
        return sizes[path]

    size(file, file.parent.name, (), held)


def _named_by(held: Mapping[str, Any], group: str) -> Iterator[str]:
    """Give the files that the defaults of a file in a group name, by their path from the folder, without ending."""
    for entry in _defaults(held):
        of_group, names = next(iter(entry.items()), ("", None)) if isinstance(entry, Mapping) else ("", entry)
        of_group = str(of_group).removeprefix("optional ").partition("@")[0].strip()
        if of_group.startswith("override "):
            continue
        for name in names if isinstance(names, list) else [names]:
            if isinstance(name, str) and name != "_self_":
                asked = "/".join(filter(None, (of_group, name.partition("@")[0])))
                yield asked.removeprefix("/") if asked.startswith("/") else "/".join(filter(None, (group, asked)))
