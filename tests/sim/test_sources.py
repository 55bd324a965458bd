"""Compiled code and results are named after the text that they were made by."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import sim
from sim import compiled, sources
from sim.month import MONTH, Month

PACKAGE = Path(sim.__file__).parent


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """Give a copy of the package whose text may be changed, and the hash over it."""
    folder = tmp_path / "sim"
    shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(sources, "files", lambda package: tmp_path / package)
    return folder, lambda: sources.source_hash.__wrapped__("sim")


def test_a_copy_has_the_hash_of_the_package(copied):
    """The hash is over names and contents, so that another machine finds it again."""
    _, hashed = copied
    assert hashed() == sources.source_hash("sim")


@pytest.mark.parametrize("file", ["rules/policy.py", "meetings.py", "lanes/pairs.py", "data/archetypes.csv"])
def test_one_letter_changed_anywhere_changes_the_hash(copied, file):
    """Numba's own cache does not see that a rule in another file has changed: a stale engine would run on."""
    folder, hashed = copied
    before = hashed()
    path = folder / file
    path.write_bytes(path.read_bytes() + b"\n")
    assert hashed() != before


def test_a_file_that_is_added_renamed_or_taken_away_changes_the_hash(copied):
    """Contents alone would miss a table that has moved."""
    folder, hashed = copied
    found = [hashed()]
    (folder / "more.py").write_text("", encoding="utf-8")
    found.append(hashed())
    (folder / "more.py").rename(folder / "other.py")
    found.append(hashed())
    (folder / "regimes.py").unlink()
    found.append(hashed())
    assert len(set(found)) == 4


def test_what_python_leaves_behind_changes_nothing(copied):
    """A folder of compiled files comes and goes."""
    folder, hashed = copied
    before = hashed()
    (folder / "rules" / "__pycache__").mkdir()
    (folder / "rules" / "__pycache__" / "policy.pyc").write_bytes(b"1")
    assert hashed() == before


def path_of(month):
    return compiled.put_together(month).kept.path


def test_compiled_code_is_looked_up_by_the_text_of_the_package(monkeypatch):
    """Another text is another file, for the month of the model and any other."""
    monkeypatch.setattr(compiled, "_made", {})
    before = path_of(MONTH)
    assert path_of(Month()) == before
    monkeypatch.setattr(compiled, "source_hash", lambda package: "0" * 64)
    assert path_of(Month()) != before


def of_half(self):
    self.votes = 0.5


def of_a_third(self):
    self.votes = 1.0 / 3.0


def test_compiled_code_is_looked_up_by_steps_of_ones_own_too(monkeypatch):
    """One changed number in a step of one's own, or one step fewer, is another engine."""
    monkeypatch.setattr(compiled, "_made", {})
    months = [MONTH, MONTH.replacing(vote=of_half), MONTH.replacing(vote=of_a_third), MONTH.without("vote")]
    assert len({path_of(month) for month in months}) == len(months)
    assert path_of(MONTH.replacing(vote=of_half)) == path_of(months[1])
