"""All figures can be read: of the examples in the code at once, of every verb from small runs (slow)."""

from __future__ import annotations

import contextlib
import doctest
import functools
import importlib
import io
import sys
from pathlib import Path

import matplotlib
import pytest
import seaborn
from legibility import APART, LIGHTER, faults, look_alike
from matplotlib.figure import Figure
from test_examples import MODULES, functions_of

from analysis.shared.plotting import LINE_COLOURS, REGIME_COLOURS, WIDTH, add_title, new_figure
from experiments.output import frame
from sim.regimes import REGIMES

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from contact_sheet import COMMANDS, drawn, sheet

WITH_FIGURES = [
    name for name in MODULES if "figures" in name or name in
    ("comparison.resources", "run.ranks", "run.ties", "discovery.phase", "shared.survival", "docking.coordination",
     "docking.public_goods", "patterns.calibration")
]  # fmt: skip


BEFORE = {"discover": "drawn"}
"""The study that draws nothing itself, by what reads it."""


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """Return a list into which goes every figure that is made."""
    matplotlib.use("Agg")
    made: list[Figure] = []
    usual = Figure.__init__

    @functools.wraps(usual)
    def noted(self: Figure, *args: object, **kwargs: object) -> None:
        usual(self, *args, **kwargs)  # type: ignore[arg-type]
        made.append(self)

    monkeypatch.setattr(Figure, "__init__", noted)
    return made


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in WITH_FIGURES if not name.startswith("brief")])
def test_the_figures_of_examples_can_be_read(name: str, figures: list[Figure]) -> None:
    """Examples are as small as can be: one scenario, one run, one row; figures hold for these too."""
    module = importlib.import_module(f"analysis.{name}")
    finder, runner = doctest.DocTestFinder(), doctest.DocTestRunner(verbose=False)
    with contextlib.redirect_stdout(io.StringIO()):
        for key, function in functions_of(name).items():
            for example in finder.find(function, key, module=False, globs=dict(vars(module))):
                runner.run(example, out=lambda _: None)
    assert figures, "the module draws nothing"
    found = {str(figure.get_suptitle()): faults(figure) for figure in figures if figure.get_suptitle()}
    assert not any(found.values()), found


@pytest.mark.long
@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in BEFORE.values()])
def test_the_figures_of_every_verb_can_be_read(
    name: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is cut off, lies over something, is too small, or looks like something else to anybody."""
    found: dict[str, list[str]] = {}
    usual = frame.save

    def judged(figure: Figure, path: Path) -> Path:
        found[path.stem] = faults(figure)
        return usual(figure, path)

    monkeypatch.setattr(frame, "save", judged)
    folder = tmp_path_factory.getbasetemp() / "figures"
    asked = [BEFORE[name], name] if name in BEFORE else [name]
    paths = drawn(folder, asked)
    assert {path.stem for path in paths} <= set(found)
    assert found, "the command draws nothing"
    assert sheet(paths).axes
    assert not any(found.values()), found


def test_regimes_are_told_apart_by_everybody_and_in_grey() -> None:
    """Areas of regimes lie side by side in any order: each has a lightness of its own."""
    pairs = [(one, other) for place, one in enumerate(REGIMES) for other in REGIMES[place + 1 :]]
    alike = {pair: how for pair in pairs if (how := look_alike(*(REGIME_COLOURS[name] for name in pair)))}
    assert not alike, f"nearer than {APART} or {LIGHTER} in lightness: {alike}"


def test_the_colours_of_lines_are_those_of_seaborn() -> None:
    assert set(LINE_COLOURS) < set(seaborn.color_palette("colorblind").as_hex())


def test_faults_are_found() -> None:
    """A test of figures that finds nothing is worth nothing: here is one of each fault."""
    figure, (left, right, empty) = new_figure(1, 3, width=WIDTH, height=2.0)
    add_title(figure, "Faults")
    left.plot([0, 1], [0, 1], color="#ff0000")
    left.plot([0, 1], [1, 0], color="#d02000")
    left.text(0.5, 0.5, "over another")
    left.text(0.52, 0.5, "text")
    right.plot([0.5], [0.5], "o", markersize=20)
    right.text(0.5, 0.5, "on a mark", fontsize=5)
    figure.text(0.99, 0.5, "cut off at the side")
    found = "; ".join(faults(figure))
    for fault in (
        "overlaps 'text'",
        "lies on a marker",
        "leaves the canvas",
        "points in print",
        "empty panel",
        "alike",
    ):
        assert fault in found, f"{fault}: {found}"
    assert not empty.has_data()
