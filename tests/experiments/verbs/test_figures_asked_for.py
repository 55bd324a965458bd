"""What figures= asks for: a format, a width, and that nothing else on the machine decides how they look."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from commands import refused_line
from matplotlib.figure import Figure

import sim
from analysis.shared.plotting import COLUMN_WIDTH, PRINT_WIDTH, WIDTH
from experiments.console import main
from experiments.output import frame

RUN = ["run", "months=8"]

pytestmark = pytest.mark.usefixtures("empty_folder")


def figures_in(folder: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(Path(folder, "manifest.json").read_text("utf-8"))["figures"]
    return found


@pytest.mark.long
def test_a_matplotlibrc_decides_nothing() -> None:
    """Neither TeX, which few have, nor a backend that is not there, nor large type."""
    Path("matplotlibrc").write_text("text.usetex: True\nbackend: module://nowhere\nfont.size: 40\naxes.grid: False\n")
    assert main([*RUN, "output=usual"]) == 0
    words = [sys.executable, "-m", "experiments.console", *RUN, "output=foreign"]
    env = {**os.environ, "MATPLOTLIBRC": str(Path("matplotlibrc").resolve())}
    env["PYTHONPATH"] = str(Path(sim.__file__).parents[1])
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=True)
    assert "could not be drawn" not in done.stderr
    usual = {path.name: path.read_bytes() for path in Path("usual/figures").iterdir()}
    assert usual
    assert {path.name: path.read_bytes() for path in Path("foreign/figures").iterdir()} == usual


@pytest.mark.long
@pytest.mark.parametrize("kind", ["svg", "pdf", "png"])
def test_figures_come_in_the_format_that_is_asked_for(kind: str) -> None:
    """The same bytes twice; of vector figures title and note are in the manifest, for the caption."""
    for folder in ("one", "two"):
        assert main([*RUN, f"figures={kind}", f"output={folder}"]) == 0
    files = sorted(Path("one/figures").iterdir())
    assert files
    assert {path.suffix for path in files} == {f".{kind}"}
    assert all(path.read_bytes() == Path("two/figures", path.name).read_bytes() for path in files)
    captions = figures_in("one")
    assert {each["path"] for each in captions} == {f"figures/{path.name}" for path in files}
    assert all(each["title"] and each["note"] for each in captions)


@pytest.mark.long
def test_one_column_is_narrow_or_said_to_be_too_narrow(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: dict[str, tuple[float, str]] = {}
    usual = frame.save

    def noted(figure: Figure, path: Path) -> Path:
        seen[path.stem] = (float(figure.get_size_inches()[0]), figure.get_suptitle())
        return usual(figure, path)

    monkeypatch.setattr(frame, "save", noted)
    assert main([*RUN, "figures=svg_one", "output=one"]) == 0
    said = capsys.readouterr().err
    columns = {Path(each["path"]).stem: each["columns"] for each in figures_in("one")}
    assert set(columns.values()) <= {1, 2}
    for name, (width, title) in seen.items():
        assert title == ""
        assert (width <= WIDTH * COLUMN_WIDTH / PRINT_WIDTH + 1e-9) == (columns[name] == 1)
        assert (f"figure {name} needs two columns" in said) == (columns[name] == 2)


@pytest.mark.slow
def test_tables_are_kept_where_a_figure_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    usual = frame.save
    errors = {"ranks": ValueError("no ink"), "money": ValueError(), "projects": MemoryError()}

    def fails(figure: Figure, path: Path) -> Path:
        if path.stem in errors:
            raise errors[path.stem]
        return usual(figure, path)

    monkeypatch.setattr(frame, "save", fails)
    assert main([*RUN, "output=one"]) == 0
    said = capsys.readouterr().err
    assert "figure ranks could not be drawn (no ink): tables and texts are kept" in said
    assert "figure money could not be drawn: tables and texts are kept" in said
    assert re.search("figures from projects on are not drawn, .*no more memory.*: tables and texts are kept", said)
    assert Path("one/trajectories.csv").is_file()
    assert "figures/ranks.png" not in {each["path"] for each in figures_in("one")}
    assert len(figures_in("one")) > 2


@pytest.mark.slow
def test_figures_that_do_not_fit_into_memory_are_not_begun(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Libraries that find no memory in the middle of a figure end the command, and with it the tables."""
    monkeypatch.setattr(frame, "memory_left", lambda: 1_000_000)
    monkeypatch.setattr(frame, "save", pytest.fail)
    assert main([*RUN, "output=one"]) == 0
    assert capsys.readouterr().err.count("are not drawn, this process may take no more memory") == 1
    assert Path("one/trajectories.csv").is_file()
    assert figures_in("one") == []


def test_another_format_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    line = refused_line([*RUN, "figures=jpeg"], capsys)
    for part in ("figures", "jpeg", "pdf_one"):
        assert part in line
