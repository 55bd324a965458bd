"""Finished results done again from their manifest: identical, or what differs and by how much."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from commands import refused_line

from experiments.console import main
from experiments.output.again import commands_again
from experiments.output.differences import COLUMNS, PICTURE_ONLY, differences_between
from experiments.output.manifest import code_of

SHORT = ["months=6", "figures=false"]

pytestmark = pytest.mark.usefixtures("empty_folder")


def manifest_of(folder: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(folder, "manifest.json").read_text("utf-8"))
    return found


def differs_from(folder: str, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, dict[str, Any], str]:
    capsys.readouterr()
    code = main(["rerun", folder, "--json", *more])
    said = capsys.readouterr()
    return code, json.loads(said.out), said.err


@pytest.mark.slow
def test_results_are_identical_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A case, a scenario and steps of one's own, named by relative paths, are found from another folder too."""
    (tmp_path / "own" / "levers").mkdir(parents=True)
    (tmp_path / "own" / "levers" / "mine.yaml").write_text("initiatives: 7.0\n")
    (tmp_path / "mine.py").write_text("from sim import MONTH\n\nmonth = MONTH\n")
    assert main(["new", "case=mycity"]) == 0
    asked = ["run", *SHORT, "case=mycity", "levers=mine", "extension=mine.py", "--config-dir", "own", "output=first"]
    assert main(asked) == 0
    monkeypatch.chdir("/")
    first = tmp_path / "first"
    before = {path: path.read_bytes() for path in first.rglob("*") if path.is_file()}
    assert f"rerun --extension {tmp_path / 'mine.py'}" in refused_line(["rerun", str(first)], capsys)
    code, found, said = differs_from(str(first), capsys, "--extension", str(tmp_path / "mine.py"))
    assert (code, found["identical"], found["differences"], said) == (0, True, [], "")
    assert found["compared"] == len(before) - 1
    assert {path: path.read_bytes() for path in first.rglob("*") if path.is_file()} == before
    assert {path.name for path in tmp_path.iterdir()} == {"own", "mine.py", "mycity", "first"}


@pytest.mark.slow
def test_what_differs_is_told_with_its_size(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that was altered, code that was another and a file of one's own that has changed are all named."""
    (tmp_path / "own" / "leadership").mkdir(parents=True)
    mine = tmp_path / "own" / "leadership" / "mine.yaml"
    mine.write_text("attention: 0.5\n")
    assert main(["run", *SHORT, "leadership=mine", "--config-dir", "own", "output=first"]) == 0
    table = pd.read_csv("first/trajectories.csv", dtype=str, keep_default_na=False)
    table.loc[2, "trust"] = repr(float(table.loc[2, "trust"]) + 0.25)
    table.to_csv("first/trajectories.csv", index=False)
    manifest = manifest_of("first")
    manifest["made_by"]["analysis"] = "0" * 64
    Path("first/manifest.json").write_text(json.dumps(manifest))
    code, found, said = differs_from("first", capsys)
    assert code == 1
    (row,) = found["differences"]
    assert (row["file"], row["column"]) == ("trajectories.csv", "trust")
    assert row["differs"] == "1 of 6 rows"
    assert row["largest_difference"] == pytest.approx(0.25)
    assert "other code (analysis was edited)" in said
    assert "changed in first since it was written: trajectories.csv" in said
    mine.write_text("attention: 0.9\n")
    code, found, said = differs_from("first", capsys)
    assert len(found["differences"]) > 10
    assert "files of your own that have changed since: leadership/mine.yaml" in said


@pytest.mark.long
def test_the_second_results_can_be_kept(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", *SHORT, "output=first"]) == 0
    Path("first/extra.txt").write_text("mine\n")
    capsys.readouterr()
    assert main(["rerun", "first", "--keep", "second"]) == 1
    assert "is not there any more" in capsys.readouterr().out
    assert manifest_of("second")["files"] == manifest_of("first")["files"]
    assert pd.read_csv("second_differences.csv")["file"].tolist() == ["extra.txt"]
    assert "name another folder" in refused_line(["rerun", "first", "--keep", "first/in"], capsys)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "rerun what?"),
        (["nowhere"], "is not a folder"),
        (["."], "no manifest.json"),
        ([".", "--fast"], "see: partnerships rerun --help"),
    ],
)
def test_what_cannot_be_done_again_is_refused(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert said in refused_line(["rerun", *words], capsys)


def test_a_manifest_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "manifest.json").write_text('{"command": []}')
    assert "cannot be read" in refused_line(["rerun", "."], capsys)


def test_where_results_go_is_all_that_changes(tmp_path: Path) -> None:
    """Folders, workers and where a search is kept change no number; everything else stays as it was typed."""
    target = tmp_path / "t"

    def again(*words: str, is_study: bool = False, **settings: Any) -> list[list[str]]:
        manifest = {"command": ["partnerships", *words], "settings": settings, "working_folder": str(tmp_path)}
        return [words[1:] for words, _ in commands_again(manifest, target, is_study=is_study)]

    assert again("optimise", "bound=0.2", "progress=kept.parquet", "output=o", "--config-dir", "/own") == [
        ["optimise", "bound=0.2", "--config-dir", "/own", f"output={target}"]
    ]
    assert again("sweep", "study=s", "draws=4", "workers=9") == [["sweep", "draws=4", f"study={target}"]]
    asked = {"command": ["partnerships", "phase", "study=s", "points=3", "output=o"]}
    beside = f"study={target}_study"
    assert again("phase", "study=s", "points=3", "output=o", study_asked=asked) == [
        ["phase", "points=3", f"output={target}", beside]
    ]
    swept = {"command": ["partnerships", "sweep", "study=s", "draws=9"]}
    assert again("discover", "study=s", "measure=trust", "output=o", study_asked=swept) == [
        ["sweep", "draws=9", beside],
        ["discover", "measure=trust", f"output={target}", beside],
    ]
    assert again("discover", "study=s", "output=o") == [["discover", "study=s", f"output={target}"]]
    assert again("phase", "study=s", study_asked=asked) == [
        ["phase", "points=3", f"output={target}_first", beside],
        ["phase", f"output={target}", beside],
    ]
    assert again("sweep", "study=s", "draws=4", is_study=True) == [["sweep", "draws=4", f"study={target}"]]
    assert again("phase", "study=s", "points=3", "output=o", is_study=True) == [
        ["phase", "points=3", f"output={target}_first", f"study={target}"]
    ]


@pytest.mark.long
def test_studies_and_what_is_read_off_them_are_done_again(capsys: pytest.CaptureFixture[str]) -> None:
    """Also when the study was gone on with by its folder alone, and is gone."""
    planned = ["vary=[levers.duty]", "design=random", "draws=12", "replicates=2", "months=6"]
    assert main(["sweep", "study=s", *planned]) == 0
    assert main(["sweep", "study=s"]) == 0
    assert "draws=12" in manifest_of("s")["command"]
    assert (
        main(["sensitivity", "study=m", "draws=4", "replicates=2", "vary=[levers.duty]", "months=6", "output=m1"]) == 0
    )
    assert main(["sensitivity", "study=m", "measures=[trust]", "output=m2"]) == 0
    code, found, _ = differs_from("m", capsys)
    assert (code, found["differences"]) == (0, []), "a study that a verb made which also leaves results of its own"
    shutil.rmtree("m")
    for folder in ("s", "m1", "m2"):
        code, found, _ = differs_from(folder, capsys)
        assert (code, found["differences"]) == (0, []), folder


def test_pictures_texts_and_tables_are_compared_each_in_its_way(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder, byte, word, value in ((one, b"a", "yes", 0.5), (other, b"b", "no", float("nan"))):
        (folder / "chunks").mkdir(parents=True)
        (folder / "chunks" / "c.parquet").write_bytes(byte)
        (folder / "plan.json").write_bytes(byte)
        (folder / "figure.png").write_bytes(byte)
        (folder / "words.txt").write_text(f"same\n{word}\n")
        pd.DataFrame({"name": ["x", "x"], "value": [value, 0.1 + 0.2]}).to_csv(folder / "table.csv", index=False)
    found = differences_between(one, other)
    assert list(found.columns) == list(COLUMNS)
    assert found.fillna(-1.0).to_numpy().tolist() == [
        ["figure.png", "", PICTURE_ONLY, -1.0],
        ["table.csv", "value", "1 of 2 rows", -1.0],
        ["words.txt", "", "1 of 2 lines", -1.0],
    ]
    assert differences_between(one, one).empty


def test_the_manifest_knows_all_code() -> None:
    assert {"sim", "experiments", "analysis", "configs", "numpy"} <= set(code_of())


def test_netcdf_is_told_apart_by_its_values_alone(tmp_path):
    """When and with what it was written, which it notes too, is no result."""
    h5py = pytest.importorskip("h5py")
    for folder, value, when in (("before", 0.5, "noon"), ("later", 0.5, "night"), ("other", 0.25, "noon")):
        (tmp_path / folder).mkdir()
        with h5py.File(tmp_path / folder / "posterior.nc", "w") as file:
            file["posterior/trust"] = np.array([value, 0.75])
            file["posterior/name"] = ["a", "b"]
            file.attrs["created_at"] = when
    assert differences_between(tmp_path / "before", tmp_path / "later").empty
    differs = differences_between(tmp_path / "before", tmp_path / "other")
    assert differs[["file", "column", "differs"]].to_numpy().tolist() == [
        ["posterior.nc", "posterior/trust", "other values"]
    ]
    (tmp_path / "other" / "posterior.nc").write_bytes(b"\x89HDF, cut")
    assert "cannot be read" in set(differences_between(tmp_path / "before", tmp_path / "other")["differs"])


AGAIN: dict[str, list[str]] = {
    "dock": ["replicates=62"],
    "tipping": ["lever=levers.staff_team", "doses=2", "at_months=[12]", "hold_years=[1]", "turn_years=[1]", "within=1",
                "replicates=8"],
    "regimes": ["replicates=31"],
    "claims": ["replicates=2", "behaviour=best"],
    "hindcast": ["replicates=3"],
    "patterns": ["runs=4", "matrix_runs=0", "resamples=100"],
    "optimise": ["population=8", "generations=2", "replicates=2", "confirming_replicates=4", "places=[typical]",
                 "months=24"],
    "phase": ["study=s", "points=3", "replicates=2", "months=12"],
    "sweep": ["vary=[levers.duty]", "draws=3", "replicates=4", "months=6", "precision={engagement:0.05}"],
    "compare": ["scenarios=[baseline_lsp,talking_shop]", "months=6", "replicates=5", "pairs=[2001-05]"],
    "scan": ["draws=4", "runs=2", "places=2", "confirm=0", "draws_at_once=4"],
    "calibrate": ["particles=8", "generations=2", "runs=4", "second_runs=4", "confirming_runs=8", "sample=4",
                  "prior_draws=16"],
}  # fmt: skip
"""Small settings of verbs; those of sensitivity and of a sweep gone on with are above."""

QUICK = ("sweep",)  # a run and a study gone on with are above


@pytest.mark.parametrize(
    "verb", [pytest.param(verb, marks=pytest.mark.slow if verb in QUICK else pytest.mark.long) for verb in AGAIN]
)
def test_results_of_every_verb_are_done_again(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    where = "study=out" if verb in ("sweep", "scan", "calibrate") else "output=out"
    assert main([verb, *AGAIN[verb], "figures=false", where]) == 0
    code, found, _ = differs_from("out", capsys)
    assert (code, found["identical"]) == (0, True), found["differences"]
