"""Tell on one screen what there is to work with here, and what is wrong, with the cure.

Looks at versions (of the code with its commit, of Python, of the libraries that results depend on), the extras that are
installed and how to get the others, the compiled engine (whether it is kept for this machine, and where), where
Matplotlib keeps its fonts, the cores and the memory that may be used, what the terminal can write, and the folder that
it is asked in. Nothing is computed or compiled.

Exit code 0 if nothing is wrong, else 1. With --json for programs: a list of rows, each with about, what, found and
wrong, which is null or says what is wrong and how it is cured.

For example:
  partnerships doctor
  partnerships doctor --json
"""

from __future__ import annotations

import dataclasses
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from importlib.metadata import PackageNotFoundError, metadata, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from experiments.files import without_number
from experiments.surroundings import (
    cores,
    memory_left,
    memory_limit,
    unreadable_matplotlibrc,
    working_folder,
    writes_any_sign,
)
from experiments.terminal import console, plain_table, print_json
from experiments.versions import HOME, LIBRARIES, PACKAGE, commit, installed_version

# What may itself be broken, down to a library that is missing, is imported where it is looked at.

ALWAYS = ""
"""Stands for no extra, among extras."""
IN_A_CHECKOUT = ("test", "engine")
"""Extras for work on the package itself."""
OURS = ("sim", "analysis", "configs", "experiments")
KEPT_WHERE = "NUMBA_CACHE_DIR"
LITTLE_MEMORY = 1 << 30
"""Bytes that compiling the engine, and a study on a few cores, can do with."""
LITTLE_DISK = 200 << 20
SECONDS_TO_ANSWER = 60

_ERROR = re.compile(r"^[\w.]+(Error|Exception): ")

ENGINE = """
import json
from sim.compiled import MONTH, NOT_KEPT, is_compiled, put_together
kept = put_together(MONTH).kept
folder = kept.path.parent if kept.is_kept else kept.folder
print(json.dumps({"kept": folder and str(folder), "is_kept": is_compiled(), "wrong": None if folder else NOT_KEPT}))
"""
"""What is asked of the engine in a process of its own: so that one which cannot even start is told of."""


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    about: str
    what: str
    found: str
    wrong: str | None = None
    """What is wrong with it, and the cure."""


Findings = Iterator[Finding]


def main(arguments: Sequence[str]) -> int:
    """Print what is found, as a table or with ``--json`` for programs; return 1 if anything is wrong."""
    as_json = _parsed(arguments)
    with ThreadPoolExecutor(1) as meanwhile:
        answer = meanwhile.submit(_answer_of_the_engine)
        looks = (code, libraries, extras, partial(engine, answer), figures, machine, terminal, folder)
        found = [one for look in looks for one in _looked(look)]
    if as_json:
        print_json([dataclasses.asdict(one) for one in found])
    else:
        _say(found)
    return 1 if any(one.wrong for one in found) else 0


def _looked(look: Callable[[], Findings]) -> Findings:
    """Give what a look finds; one that fails is a finding too."""
    try:
        yield from look()
    except Exception as error:
        about = getattr(look, "__name__", "engine")
        yield Finding(about, "", "cannot be looked at", f"{about} cannot be looked at: {without_number(str(error))}")


def _parsed(arguments: Sequence[str]) -> bool:
    if not arguments:
        return False
    from experiments.errors import WordParser

    parser = WordParser("doctor")
    parser.add_argument("--json", action="store_true")
    return bool(parser.parse_args(arguments).json)


def _say(found: Sequence[Finding]) -> None:
    table = plain_table()
    table.add_column("about", no_wrap=True)
    table.add_column("what", no_wrap=True)
    table.add_column("found", ratio=1, overflow="fold")
    about = ""
    for one in found:
        table.add_row(one.about if one.about != about else "", one.what, one.found)
        about = one.about
    out = console()
    out.print(table)
    wrong = [one.wrong for one in found if one.wrong]
    out.print()
    out.print("What is wrong, and the cure:" if wrong else "Nothing is wrong.")
    for number, line in enumerate(wrong, 1):
        out.print(f"{number}. {line}", soft_wrap=True)


# -------------------------------------------------------------------------- programs


def code() -> Findings:
    """Look at the package and at Python."""
    made_of = commit()
    of_commit = f", commit {made_of[:12]}{made_of[40:]}" if made_of else ""
    yield Finding("code", PACKAGE, f"{installed_version(PACKAGE)}{of_commit}, in {HOME}")
    yield Finding("code", "Python", f"{platform.python_version()}, {sys.executable}")


def libraries() -> Findings:
    """Look at the libraries that every command needs; those that results depend on are named with their versions."""
    yield Finding("code", "libraries", ", ".join(f"{name} {installed_version(name)}" for name in LIBRARIES))
    for name, versions in _needed()[ALWAYS].items():
        if not _is_there(name, versions):
            wrong = (
                f"{name} is {installed_version(name)}, and {versions or 'it'} is needed: pip install '{name}{versions}'"
            )
            yield Finding("code", name, installed_version(name), wrong)


def extras() -> Findings:
    """Look at what some verbs need beside; that it is missing is no fault."""
    needed = {name: some for name, some in _needed().items() if name not in (ALWAYS, *IN_A_CHECKOUT)}
    there = [name for name, some in needed.items() if all(_is_there(*one) for one in some.items())]
    missing = [name for name in needed if name not in there]
    yield Finding("extras", "installed", ", ".join(there) or "none")
    if missing:
        said = f"{', '.join(missing)}; to get them: pip install '{PACKAGE}[{','.join(missing)}]'"
        yield Finding("extras", "not installed", said)


def _needed() -> dict[str, dict[str, str]]:
    """Return the libraries that are needed, always and by extra, each with the versions that will do."""
    if (stated := HOME / "pyproject.toml").is_file():  # a checkout, whatever may be installed beside it
        project = tomllib.loads(stated.read_text(encoding="utf-8"))["project"]
        lines, names = list(project["dependencies"]), list(project["optional-dependencies"])
        lines += [f"{one}; extra == '{name}'" for name in names for one in project["optional-dependencies"][name]]
    else:
        installed = metadata(PACKAGE)
        lines, names = installed.get_all("Requires-Dist") or [], installed.get_all("Provides-Extra") or []
    asked = [Requirement(line) for line in lines]
    needed: dict[str, dict[str, str]] = {}
    for extra in (ALWAYS, *names):
        of_extra = [one for one in asked if _is_of(one, extra)]
        others = [other for one in of_extra if one.name == PACKAGE for other in one.extras]
        of_extra += [one for other in others for one in asked if _is_of(one, other)]
        needed[extra] = {one.name: str(one.specifier) for one in of_extra if one.name != PACKAGE}
    return needed


def _is_of(one: Requirement, extra: str) -> bool:
    """Return whether something is needed for an extra, or for ``ALWAYS``, and not without it."""
    if one.marker is None:
        return extra == ALWAYS
    return one.marker.evaluate({"extra": extra}) and (extra == ALWAYS or not one.marker.evaluate({"extra": ALWAYS}))


def _is_there(name: str, versions: str) -> bool:
    try:
        return SpecifierSet(versions).contains(version(name), prereleases=True)
    except PackageNotFoundError:
        return False


# ---------------------------------------------------------------------------- engine


def _answer_of_the_engine() -> subprocess.CompletedProcess[str]:
    paths = [str(HOME), *filter(None, [os.environ.get("PYTHONPATH")])]
    command = [sys.executable, "-P", "-W", "ignore", "-c", ENGINE]
    surroundings = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    return subprocess.run(
        command, env=surroundings, capture_output=True, text=True, timeout=SECONDS_TO_ANSWER, check=False
    )


def engine(answer: Future[subprocess.CompletedProcess[str]]) -> Findings:
    """Look at the compiled engine: whether it starts, and where it is kept."""
    told = answer.result()
    if told.returncode:
        last = _ERROR.sub("", told.stderr.strip().rpartition("\n")[2]) or f"it ends with code {told.returncode}"
        yield Finding("engine", "compiled", "cannot start", f"the compiled engine cannot start: {last}")
        return
    said = json.loads(told.stdout)
    if said["wrong"]:
        yield Finding("engine", "kept in", "no folder: compiled at every start, in a minute or less", said["wrong"])
        return
    kept = said["kept"]
    files = sorted(Path(kept).glob("month-*.compiled"))
    size = sum(file.stat().st_size for file in files)
    found = f"{Path(kept).absolute()} ({len(files)} kept, {_bytes(size)})"
    yield Finding("engine", "kept in", found, _wrong_with(os.environ.get(KEPT_WHERE), Path(kept)))
    later = "not yet: the first command with many runs compiles it, once, in a minute or less"
    yield Finding("engine", "compiled", "yes: it starts at once" if said["is_kept"] else later)


def _wrong_with(named: str | None, kept: Path) -> str | None:
    """Return what is wrong with the folder that a person named, if anything."""
    if not named:
        return None
    if not Path(named).is_absolute():
        return f"{KEPT_WHERE}={named} is another folder wherever you are: give its whole path"
    return None if kept.is_relative_to(named) else f"{KEPT_WHERE}={named} cannot be written to: name a folder that can"


# ------------------------------------------------------------------------- matplotlib


def figures() -> Findings:
    """Look at where Matplotlib keeps which fonts there are, and at its settings, which figures do without."""
    if (settings := unreadable_matplotlibrc()) is not None:
        wrong = f"{settings} cannot be read as UTF-8 text, and Matplotlib does not start: mend it, or take it away"
        yield Finding("figures", "settings", str(settings), wrong)
        return
    import matplotlib

    kept = Path(str(matplotlib.get_cachedir()))
    lost = kept.parent == Path(tempfile.gettempdir()).resolve() and kept.name.startswith("matplotlib-")
    fonts = "known" if any(kept.glob("fontlist-*.json")) else "found at the first figure, in some seconds"
    yield Finding(
        "figures",
        "fonts",
        "found anew at every start, in some seconds" if lost else f"{fonts}; kept in {kept}",
        "Matplotlib has no folder to keep fonts in: set MPLCONFIGDIR to one that can be written to" if lost else None,
    )


# --------------------------------------------------------------------------- machine


def machine() -> Findings:
    """Look at how many cores and how much memory may be used."""
    usable, there = cores(), os.cpu_count() or 1
    yield Finding(
        "machine", "cores", f"{usable}" + ("" if usable == there else f" of the {there} there are may be used")
    )
    left, limit = memory_left(), memory_limit()
    if left is None:
        yield Finding("machine", "memory", "not told by this system")
        return
    of_limit = f", of {_bytes(limit[0])} that this container or group may have" if limit else ""
    wrong = f"only {_bytes(left)} of memory is left: end something, or ask for more, and give workers=1"
    yield Finding("machine", "memory", f"{_bytes(left)} left{of_limit}", wrong if left < LITTLE_MEMORY else None)


def terminal() -> Findings:
    """Look at the signs that output can have."""
    encoding = getattr(sys.stdout, "encoding", None) or "none"
    lacks = (
        "" if writes_any_sign() else ": signs it lacks are written as near as can be (PYTHONIOENCODING=utf-8 has all)"
    )
    yield Finding("terminal", "encoding", f"{encoding}{lacks}")


def folder() -> Findings:
    """Look at the folder that the command was given in, and at files in it that stand in the way of ours."""
    here = working_folder()
    if here is None:
        yield Finding(
            "folder", "working in", "a folder that is gone", "the folder that you are in is gone: cd to another"
        )
        return
    wrong = None
    if not os.access(here, os.W_OK):
        wrong = f"{here} cannot be written to: go to another folder, or say output=FOLDER"
    elif (free := shutil.disk_usage(here).free) < LITTLE_DISK:
        wrong = f"{here} has only {_bytes(free)} left: make room there, or say output=FOLDER"
    yield Finding("folder", "working in", str(here), wrong)
    for own in _namesakes(here):
        wrong = (
            f"{own} has the name of a module that is needed, and Python may find it before that: give it another name"
        )
        yield Finding("folder", "in the way", own.name, wrong)


def _is_checkout(here: Path) -> bool:
    """Return whether a folder is a checkout of this project, which may be installed from there or beside it."""
    try:
        return bool(tomllib.loads((here / "pyproject.toml").read_text(encoding="utf-8"))["project"]["name"] == PACKAGE)
    except (OSError, KeyError, ValueError):
        return False


def _namesakes(here: Path) -> list[Path]:
    """Return files and packages in a folder that have the name of one of ours, of a library or of Python's own."""
    if here.resolve() == HOME or _is_checkout(here):
        return []
    names = {*OURS, *(name.replace("-", "_") for name in _needed()[ALWAYS])}
    names |= {name for name in sys.stdlib_module_names if name in sys.modules}
    found = (path for name in sorted(names) for path in (here / f"{name}.py", here / name / "__init__.py"))
    return [path.parent if path.name == "__init__.py" else path for path in found if path.is_file()]


def _bytes(number: float) -> str:
    return f"{number / 1e9:.1f} GB" if number >= 1e9 else f"{number / 1e6:.1f} MB"
