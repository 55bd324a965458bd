"""One screen about what there is to work with, and what is wrong, with the cure."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from experiments.console import main
from experiments.verbs import doctor
from sim.compiled import NOT_KEPT

pytestmark = pytest.mark.usefixtures("empty_folder")


def kept_in(folder: str | None, *, is_kept: bool) -> str:
    """Return what the engine answers of where it is kept."""
    return json.dumps({"kept": folder, "is_kept": is_kept, "wrong": None if folder else NOT_KEPT})


@pytest.fixture
def engine_says(monkeypatch):
    """Return a function that sets what the engine answers, and at first an engine that is kept."""

    def says(text: str, *, code: int = 0, errors: str = "") -> None:
        answer = subprocess.CompletedProcess([], code, text, errors)
        monkeypatch.setattr(doctor, "_answer_of_the_engine", lambda: answer)

    monkeypatch.delenv(doctor.KEPT_WHERE, raising=False)
    monkeypatch.setattr(doctor, "memory_left", lambda: 8 << 30)
    says(kept_in("/kept", is_kept=True))
    return says


def wrong(capsys) -> str:
    """Return what is wrong, of which there is one thing."""
    assert main(["doctor"]) == 1
    told, _, wrongs = capsys.readouterr().out.partition("What is wrong, and the cure:\n")
    assert told
    assert wrongs.count("\n") == 1
    return wrongs


def test_a_healthy_machine_is_told_so_on_one_screen(engine_says, capsys):
    assert main(["doctor"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[-1] == "Nothing is wrong."
    assert len(told) < 40
    assert max(map(len, told)) <= 100
    whole = "\n".join(told)
    for what in ("commit", "Python", "numpy", "numba", "installed", "/kept", "at once", "cores", "memory", "encoding"):
        assert what in whole, what


def test_a_program_reads_the_same(engine_says, capsys):
    assert main(["doctor", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["about"] for row in rows} == {"code", "extras", "engine", "figures", "machine", "terminal", "folder"}
    assert all(row["wrong"] is None for row in rows)


@pytest.mark.slow
def test_the_engine_itself_answers(capsys):
    main(["doctor", "--json"])
    about = {row["what"]: row for row in json.loads(capsys.readouterr().out) if row["about"] == "engine"}
    assert Path(about["kept in"]["found"].partition(" (")[0]).is_absolute()
    assert about["compiled"]["found"].startswith(("yes", "not yet"))


def test_an_engine_that_does_not_start_is_told_in_its_own_words(engine_says, capsys):
    engine_says("", code=1, errors="Traceback\nsim.scenario.ScenarioError: NUMBA_DISABLE_JIT is set: unset it")
    assert wrong(capsys) == "1. the compiled engine cannot start: NUMBA_DISABLE_JIT is set: unset it\n"


@pytest.mark.parametrize(
    ("named", "kept", "part"),
    [
        (None, None, "set NUMBA_CACHE_DIR to one"),
        ("/locked", "/elsewhere/lanes", "/locked cannot be written to"),
        ("here", "here/lanes", "give its whole path"),
    ],
)
def test_an_engine_without_its_folder_is_told_with_the_cure(named, kept, part, engine_says, monkeypatch, capsys):
    if named:
        monkeypatch.setenv(doctor.KEPT_WHERE, named)
    engine_says(kept_in(kept, is_kept=False))
    assert part in wrong(capsys)


def test_a_library_that_is_missing_or_too_old_is_told_with_the_cure(engine_says, monkeypatch, capsys):
    versions = {"numba": "0.1", "seaborn": None}
    known = doctor.version

    def version(name: str) -> str:
        if versions.get(name, "") is None:
            raise doctor.PackageNotFoundError(name)
        return versions.get(name) or known(name)

    monkeypatch.setattr(doctor, "version", version)
    assert main(["doctor"]) == 1
    told = capsys.readouterr().out
    assert "pip install 'numba>=0.61'" in told
    assert "pip install 'seaborn>=0.13.2'" in told


def test_an_extra_that_is_missing_is_no_fault_and_can_be_had(engine_says, monkeypatch, capsys):
    known = doctor.version

    def version(name: str) -> str:
        if name in ("SALib", "jinja2"):
            raise doctor.PackageNotFoundError(name)
        return known(name)

    monkeypatch.setattr(doctor, "version", version)
    assert main(["doctor"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "not installed study, report, pdf" in told  # pdf needs what report needs
    assert "pip install 'local-partnerships[study,report,pdf]'" in told


def test_files_in_the_way_are_named(engine_says, capsys):
    Path("numpy.py").touch()
    Path("analysis").mkdir()
    assert "numpy.py has the name of a module that is needed" in wrong(capsys)


def test_a_checkout_is_in_nobodys_way(engine_says, capsys):
    """As the README installs it: from the folder in which it is given then."""
    Path("sim").mkdir()
    Path("sim", "__init__.py").touch()
    assert "sim has the name of a module that is needed" in wrong(capsys)
    Path("pyproject.toml").write_text('[project]\nname = "local-partnerships"\n')
    assert main(["doctor"]) == 0


def test_little_memory_and_a_locked_folder_are_told(engine_says, monkeypatch, capsys):
    monkeypatch.setattr(doctor, "memory_left", lambda: 300 << 20)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert main(["doctor"]) == 1
    told = capsys.readouterr().out
    assert "1. only 314.6 MB of memory is left" in told
    assert "cannot be written to: go to another folder, or say output=FOLDER" in told


def test_settings_that_matplotlib_cannot_read_are_told(engine_says, capsys):
    Path("matplotlibrc").write_bytes(b"\xff\xfe")
    assert "matplotlibrc cannot be read as UTF-8 text" in wrong(capsys)


def test_a_folder_that_is_gone_is_told(engine_says, tmp_path, monkeypatch, capsys):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert wrong(capsys) == "1. the folder that you are in is gone: cd to another\n"


def test_a_look_that_fails_is_told_and_the_others_are_not_lost(engine_says, monkeypatch, capsys):
    monkeypatch.setattr(doctor, "cores", lambda: 1 / 0)
    assert wrong(capsys) == "1. machine cannot be looked at: division by zero\n"
