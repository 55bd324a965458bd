"""One vocabulary: labels and definitions stand where they are declared and nowhere else; documents spell well."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.shared.words import titled
from sim import MEASURES, MONTH, PARAMETERS
from sim.population import ARCHETYPES
from sim.regimes import DECLARED_REGIMES

ROOT = Path(__file__).parents[1]
DECLARED = (
    *((titled(name), measure.says) for name, measure in MEASURES.items()),
    *((titled(name), parameter.says) for name, parameter in PARAMETERS.items()),
    *((term.label, term.says) for term in MONTH.terms.values()),
    *((regime.says, regime.fate) for regime in DECLARED_REGIMES),
    *((kind.label, "") for kind in ARCHETYPES.values()),
)
SAID = {text.lower() for texts in DECLARED for text in texts if " " in text}
"""Labels and definitions of more than one word: a single word may be a name in code."""

MEANT_OTHERWISE = {
    "analysis/comparison/resources.py": "parts of senior time, below a title that says so",
    "experiments/cases/writing.py": "bodies of an example place",
    "experiments/documents/submodels.py": "headings of the protocol",
    "experiments/documents/without_one.py": "names of mechanisms, which are taken out by them",
}
SOURCES = sorted(path for room in ("analysis", "experiments") for path in ROOT.joinpath(room).rglob("*.py"))
SCRIPTS = sorted(ROOT.joinpath("experiments/page").glob("*.js"))
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(ROOT.joinpath("docs").rglob("*.md"))]


def texts_in(path: Path) -> Iterator[str]:
    """Give the texts that a source has, without what explains code."""
    if path.suffix == ".js":
        script = re.sub(r"/\*\*.*?\*/", "", path.read_text("utf-8"), flags=re.S)
        yield from re.findall(r'"([^"\n]+)"', script)
        return
    tree = ast.parse(path.read_text("utf-8"))
    explain = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in explain:
            yield node.value


@pytest.mark.parametrize("path", [*SOURCES, *SCRIPTS], ids=lambda path: str(path.relative_to(ROOT)))
def test_no_label_or_definition_is_written_a_second_time(path: Path) -> None:
    again = sorted({text for text in texts_in(path) if text.strip().lower() in SAID})
    assert again == [] or str(path.relative_to(ROOT)) in MEANT_OTHERWISE


def test_those_that_mean_it_otherwise_still_do() -> None:
    for path in MEANT_OTHERWISE:
        assert any(text.strip().lower() in SAID for text in texts_in(ROOT / path)), path


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_documents_have_no_negative_nothing_and_no_single_many(path: Path) -> None:
    text = re.sub(r"```.*?```|`[^`]*`", "", path.read_text("utf-8"), flags=re.S)
    assert re.findall(r"[-−]0(?:\.0+)?(?![\d.])(?!\s*%? to)[^\n]{0,20}", text) == []
    assert re.findall(r"(?<![\d.])1 (?:became|were|runs|bodies|partnerships|months|years)\b[^\n]{0,20}", text) == []
