"""Results packed for a repository read back, say what they are, and can be done again from there."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from commands import refused_line

from experiments.console import main
from sim import MEASURES

pytestmark = pytest.mark.usefixtures("empty_folder")


@pytest.mark.long
def test_an_archive_reads_back_and_can_be_done_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also on a machine that has none of the files of one's own."""
    rocrate = pytest.importorskip("rocrate.rocrate")
    (tmp_path / "mine" / "levers").mkdir(parents=True)
    (tmp_path / "mine" / "levers" / "own.yaml").write_text("initiatives: 7.0\n")
    (tmp_path / "steps.py").write_text("from sim import MONTH\n\nmonth = MONTH\n")
    assert main(["new", "case=mycity"]) == 0
    asked = ["months=6", "figures=svg", "case=mycity", "levers=own", "extension=steps.py", "--config-dir", "mine"]
    assert main(["run", *asked, "output=first"]) == 0
    assert main(["archive", "first", "--licence", "CC0-1.0"]) == 0
    with zipfile.ZipFile("first.zip") as packed:
        assert packed.testzip() is None
        packed.extractall("elsewhere")
    crate = rocrate.ROCrate("elsewhere")
    manifest = json.loads(Path("first/manifest.json").read_text("utf-8"))
    assert crate.root_dataset["license"].id == "https://spdx.org/licenses/CC0-1.0"
    assert crate.datePublished.isoformat() == manifest["finished"]
    for file in manifest["files"]:
        assert crate.dereference(file["path"])["sha256"] == file["sha256"], file["path"]
        assert Path("elsewhere", file["path"]).read_bytes() == Path("first", file["path"]).read_bytes()
    run = crate.dereference("#run")
    assert run["instrument"]["softwareVersion"] == manifest["versions"]["local-partnerships"]
    assert run["name"].startswith("partnerships run ")
    own = {entity.id for entity in run["object"]}
    assert {"own/config/levers/own.yaml", "own/files/steps.py", "own/case/place.yaml"} <= own
    columns = crate.dereference("trajectories.csv")["variableMeasured"]
    assert [one["name"] for one in columns] == list(pd.read_csv("first/trajectories.csv", nrows=0).columns)
    (trust,) = (one for one in columns if one["name"] == "trust")
    assert (trust["unitText"], trust["description"]) == (MEASURES["trust"].unit, MEASURES["trust"].says)
    for gone in ("mine", "mycity", "first"):
        shutil.rmtree(gone)
    Path("steps.py").unlink()
    capsys.readouterr()
    steps = Path("elsewhere", "own", "files", "steps.py").resolve()
    assert f"rerun --extension {steps}" in refused_line(["rerun", "elsewhere"], capsys)
    assert main(["rerun", "elsewhere", "--extension", str(steps)]) == 0
    assert "identical" in capsys.readouterr().out


def test_what_has_changed_since_is_left_out_and_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("rocrate")
    (tmp_path / "mine" / "levers").mkdir(parents=True)
    mine = tmp_path / "mine" / "levers" / "own.yaml"
    mine.write_text("initiatives: 7.0\n")
    assert main(["run", "months=6", "figures=false", "levers=own", "--config-dir", "mine", "output=first"]) == 0
    mine.write_text("initiatives: 3.0\n")
    capsys.readouterr()
    assert main(["archive", "first"]) == 0
    assert f"left out, because changed since or gone: {mine}" in capsys.readouterr().err
    with zipfile.ZipFile("first.zip") as packed:
        assert not [name for name in packed.namelist() if name.startswith("own/")]
        told = packed.read("README.md").decode()
        assert "changed since or are gone: mine/levers/own.yaml." in told
        assert "--config-dir mine" in told
        assert str(tmp_path) not in told
    assert "is there already" in refused_line(["archive", "first"], capsys)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "archive what?"),
        (["nowhere"], "is not a folder"),
        (["."], "no manifest.json"),
        ([".", "--licence", "my own"], "SPDX name"),
        ([".", "--zip"], "see: partnerships archive --help"),
    ],
)
def test_what_cannot_be_packed_is_refused(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert said in refused_line(["archive", *words], capsys)
