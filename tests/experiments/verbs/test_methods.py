"""The methods section of a paper: made from what was recorded, whole as LaTeX, and without running anything."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from commands import refused_line

from analysis.methods.words import escaped
from analysis.shared.words import version_in_words
from experiments.console import main
from experiments.files import sha256_of_file
from experiments.output.manifest import read_manifest
from experiments.verbs.methods import numbers_from

pytestmark = pytest.mark.usefixtures("empty_folder")

COMPARE = ["scenarios=[talking_shop,baseline_lsp]", "board=small_executive", "replicates=3", "months=14"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a small comparison and the texts on it."""
    folder = tmp_path_factory.mktemp("methods")
    with contextlib.chdir(folder):
        assert main(["compare", *COMPARE, "figures=pdf", "output=found"]) == 0
        assert main(["methods", "from=found", "output=paper"]) == 0
    return folder


@pytest.fixture
def written(empty_folder: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return the texts on a small comparison, by file, in the folder where they are."""
    monkeypatch.chdir(folder)
    return {name: Path("paper", name).read_text("utf-8") for name in ("methods.md", "methods.tex", "odd.html")}


@pytest.mark.slow
def test_every_number_in_it_is_on_record(written: dict[str, str]) -> None:
    manifest: dict[str, Any] = json.loads(Path("found/manifest.json").read_text("utf-8"))
    text = written["methods.md"]
    for part in (
        version_in_words(manifest["versions"]["local-partnerships"], manifest["git_commit"][:12]),
        "2 scenarios were run (talking shop and baseline partnership), 14 months from 2001-04",
        "Each has 3 runs, with seed 1",
        "partnerships compare 'scenarios=[talking_shop,baseline_lsp]'",
        *manifest["settings"]["remarks"],
    ):
        assert part in text
    levers = {name: scenario["levers"]["initiatives"] for name, scenario in manifest["scenarios"].items()}
    row = next(line for line in text.splitlines() if line.startswith("| Initiatives |"))
    assert [cell.strip() for cell in row.split("|")[3:5]] == [f"{levers[name]:g}" for name in manifest["scenarios"]]
    contrasts = pd.read_csv("found/contrasts.csv").set_index(["measure", "scenario"])["difference"]
    assert f"| {contrasts['engagement', 'talking_shop']:.3g} |".replace("-", "−") in text


@pytest.mark.slow
def test_captions_are_those_of_the_figures(written: dict[str, str]) -> None:
    figures = json.loads(Path("found/manifest.json").read_text("utf-8"))["figures"]
    assert figures
    for one in figures:
        assert one["title"].rstrip(".") in written["methods.md"]
        assert f"{{{one['path']}}}" in written["methods.tex"]
        assert Path("found", one["path"]).is_file()


@pytest.mark.slow
def test_the_latex_is_whole(written: dict[str, str]) -> None:
    """Every environment that begins ends, braces match, and no sign is left that LaTeX reads as its own."""
    text = written["methods.tex"]
    begun, ended = (re.findall(rf"\\{word}{{(\w+\*?)}}", text) for word in ("begin", "end"))
    assert sorted(begun) == sorted(ended)
    assert {"table*", "tabularx"} <= set(begun)
    bare = text.replace(r"\{", "").replace(r"\}", "")
    assert bare.count("{") == bare.count("}")
    prose = "\n".join(line for line in text.splitlines() if not re.match(r"%|\\(label|includegraphics)", line))
    columns = re.compile(r"\\begin\{tabularx\}.*")
    assert not re.search(r"(?<!\\)[%#_~^]", columns.sub("", prose))
    assert not set(re.findall(r"[^\x00-\x7f]", text)) & set("−±£≥≤×–")


@pytest.mark.long
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="LaTeX is not installed")
def test_latex_sets_it_and_tables_fit_the_page(written: dict[str, str]) -> None:
    """With the packages that its first line names, in a plain article; a word may stand out by some points."""
    needed = re.findall(r"\\usepackage{.*?}", written["methods.tex"].splitlines()[0])
    head = [r"\documentclass{article}", *needed, r"\usepackage[T1]{fontenc}", r"\graphicspath{{found/}}"]
    body = [r"\begin{document}", r"\input{paper/methods.tex}", r"\end{document}"]
    Path("whole.tex").write_text("\n".join([*head, *body]), "utf-8")
    done = subprocess.run(["pdflatex", "-interaction=nonstopmode", "whole.tex"], capture_output=True, check=False)
    said = done.stdout.decode("utf-8", "replace")
    assert done.returncode == 0, said[-2000:]
    assert not re.findall(r"^! .*", said, re.M)
    assert all(float(wide) < 10 for wide in re.findall(r"Overfull \\hbox \(([\d.]+)pt", said))


@pytest.mark.slow
def test_odd_goes_with_it_as_one_page(written: dict[str, str]) -> None:
    page = written["odd.html"]
    assert page.count("<svg") == 3
    assert "mermaid" not in page
    assert not re.findall(r'(?:src|href)="(?!#|https?:)', page)
    anchors = set(re.findall(r' id="([^"]+)"', page))
    assert set(re.findall(r'<a href="#([^"]+)"', page)) <= anchors


def test_signs_of_latex_are_written_out() -> None:
    assert escaped("a_b & 5 % − {x}") == r"a\_b \& 5 \% $-$ \{x\}"


@pytest.mark.parametrize(("words", "said"), [([], "from is missing"), (["from=nowhere"], "is not a folder")])
def test_what_cannot_be_told_is_refused(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert said in refused_line(["methods", *words], capsys)


@pytest.mark.slow
def test_it_is_told_by_what_sets_of_numbers_were_accepted(empty_folder: Path) -> None:
    """The manifest of a fit lies beside its folder configs; sets that it did not leave are of a folder of one's own."""
    behaviour = empty_folder / "fit" / "configs" / "behaviour" / "mine.yaml"
    behaviour.parent.mkdir(parents=True)
    behaviour.write_text("trust_rate: 0.1\n", "utf-8")
    of_fit = {
        "command": ["partnerships", "calibrate", "case=leeds"],
        "scenarios": {"a": {"place": {"label": "Leeds"}}},
        "settings": {},
        "seed": 3,
        "replicates": {"first": 0, "count": 1},
        "versions": {"local-partnerships": "0.3.0", "python": "3.12.1"},
        "started": "",
        "finished": "",
        "files": [{"path": "configs/behaviour/mine.yaml", "sha256": sha256_of_file(behaviour)}],
    }
    Path("fit/manifest.json").write_text(json.dumps(of_fit), "utf-8")
    Path("fit/targets.csv").write_text("target\na\nb\n", "utf-8")
    run = ["run", "months=1", "behaviour=mine", "--config-dir", "fit/configs", "figures=false"]
    assert main([*run, "output=one"]) == 0
    told = numbers_from(read_manifest(Path("one")))
    assert told == "They were accepted by calibration to 2 targets of Leeds (seed 3)."
    behaviour.write_text("trust_rate: 0.2\n", "utf-8")
    assert main([*run, "output=other"]) == 0
    assert numbers_from(read_manifest(Path("other"))) == "They come from a folder of our own (fit/configs)."
    assert main(["run", "months=1", "figures=false", "output=third"]) == 0
    assert numbers_from(read_manifest(Path("third"))) == ""
