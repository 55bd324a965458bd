"""A folder of one's own with the name of a package of ours is told by one sentence, not by a riddle."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import sim
from experiments.console import main

ROOT = str(Path(sim.__file__).parents[1])


def ran(code: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run Python in a folder, which it searches first, as a notebook and ``python -m`` do."""
    return subprocess.run(
        [sys.executable, *code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", ["sim", "analysis", "configs"])
@pytest.mark.parametrize("kind", ["folder", "file"])
def test_a_namesake_is_named_with_the_cure(name: str, kind: str, tmp_path: Path) -> None:
    if kind == "file":
        own = tmp_path / f"{name}.py"
    else:
        (tmp_path / name).mkdir()
        own = tmp_path / name / "__init__.py"
    own.write_text("")
    for code in (["-m", "experiments.console", "list", "scenarios"], ["-c", "from experiments import load_scenario"]):
        told = ran(code, tmp_path)
        assert told.returncode == 1
        last = told.stderr.strip().splitlines()[-1]
        assert str(own.parent if kind == "folder" else own) in last
        assert last.endswith("give it another name, or start Python in another folder")


@pytest.mark.slow
def test_a_folder_that_is_no_package_does_no_harm(tmp_path: Path) -> None:
    """Python takes a package that is installed before a plain folder."""
    (tmp_path / "sim").mkdir()
    assert ran(["-c", "from experiments import load_scenario"], tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("typed", "cure"),
    [
        ("hydra.run.dir=elsewhere", "Hydra writes no folders here; say output=FOLDER"),
        ("hydra.mode=MULTIRUN", "say --multirun, or leave it out for a single run"),
    ],
)
def test_what_hydra_alone_would_do_is_refused(typed: str, cure: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It would be passed over in silence."""
    assert main(["run", typed]) == 2
    assert capsys.readouterr().err.strip() == f"error: {typed!r} is not allowed: {cure}"
