"""A month of one's own on the page: what there is no room for, and that it takes a linker."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from commands import refused_line
from numba.core import config

from experiments.page.catalogue import catalogue
from experiments.page.engine import build
from experiments.page.engine.build import linked, machine_code
from experiments.page.interventions import interventions
from experiments.page.options import choices_of_extension
from sim import ScenarioError
from sim.lanes.keeping import KeptCode

NO_RANGE = """
from pydantic.dataclasses import dataclass
from sim import MONTH
from sim.parameters import Real, lever

@dataclass(frozen=True)
class Settings:
    mood: Real = lever(0.1, unit="mood", source="assumed", says="A mood.")

month = MONTH.setting(Settings)
"""
OWN_NAMES = """
import dataclasses
from sim import MONTH

month = dataclasses.replace(MONTH, naming=dataclasses.replace(MONTH.naming))
"""
NEVER_BUILT = """
from sim import MONTH

month = MONTH.holding(never_held="partner")
"""


@pytest.mark.slow
@pytest.mark.usefixtures("empty_folder")
@pytest.mark.parametrize(
    ("verb", "text", "words"),
    [
        ("app", NO_RANGE, ["own.mood", "no range", "low= and high=", "compare extension=mine.py"]),
        ("app", OWN_NAMES, ["names months by a rule of its own", "compare extension=mine.py"]),
        ("explorer", NEVER_BUILT, ["needs ziglang", "pip install 'local-partnerships[engine]'"]),
    ],
)
def test_what_a_page_has_no_room_for_is_refused_in_one_line(
    verb: str, text: str, words: list[str], capfd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A setting without a range, other names for months, and any month where there is no linker."""
    monkeypatch.setitem(sys.modules, "ziglang", None)
    Path("mine.py").write_text(text, "utf-8")
    line = refused_line([verb, "extension=mine.py"], capfd)
    for word in words:
        assert word in line
    assert [path.name for path in Path().iterdir() if path.suffix != ".py" and path.name != "__pycache__"] == []


USES_EXP = """
target datalayout = ""
target triple = ""
declare double @llvm.exp.f64(double)
define double @run(double %x) {
  %y = call double @llvm.exp.f64(double %x)
  ret double %y
}
"""


def test_a_function_that_no_page_has_is_told_with_the_cure(tmp_path: Path) -> None:
    """A step that calls ``math.exp`` runs in Python, but browsers have no such function in the engine's reach."""
    pytest.importorskip("ziglang", reason="no linker is installed")
    with pytest.raises(ScenarioError, match=r"needs exp, which no page has: take what is in sim\.rules\.mathematics"):
        linked(machine_code(USES_EXP), tmp_path)


LEVERS = """
from pydantic.dataclasses import dataclass
from sim import MONTH
from sim.parameters import Real, lever

@dataclass(frozen=True)
class Settings:
    warmth: Real = lever(0.2, low=0.0, high=1.0, unit="share", source="assumed", says="How warm it is.")

month = MONTH.setting(Settings)
"""


@pytest.mark.slow
@pytest.mark.usefixtures("empty_folder")
def test_own_levers_have_dates_and_doses_at_both_ends_and_half_way() -> None:
    Path("mine.py").write_text(LEVERS, "utf-8")
    known = choices_of_extension("mine.py")
    one, *others = catalogue(known)["interventions"]
    assert (one["name"], one["label"], one["is_lever"]) == ("own.warmth", "Warmth", True)
    assert one["doses"] == {f"at_{value}": {"own": {"own.warmth": value}} for value in (0, 0.5, 1)}
    assert others == interventions()


@pytest.mark.usefixtures("empty_folder")
def test_engines_of_pages_that_were_not_used_for_longest_go(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("kept").mkdir()
    monkeypatch.setattr(config, "CACHE_DIR", str(Path("kept").absolute()))
    monkeypatch.setattr(KeptCode, "most", 2)
    monkeypatch.setattr(build, "_linker", lambda: None)
    monkeypatch.setattr(build, "built", lambda extension, done: extension.encode())
    for number, name in enumerate(("first.py", "second.py", "third.py")):
        Path(name).write_text(LEVERS.replace("0.2", f"0.{number + 1}"), "utf-8")
    kept = []
    for number, name in enumerate(("first.py", "second.py", "first.py", "third.py")):
        build.engine_of(name)
        for file in Path("kept").glob("page-*.wasm.gz"):
            if file not in kept:
                kept.append(file)
        newest = max(Path("kept").glob("page-*.wasm.gz"), key=lambda file: file.stat().st_mtime_ns)
        os.utime(newest, (number, number))
    first, second, third = kept
    assert [file.exists() for file in (first, second, third)] == [True, False, True]
