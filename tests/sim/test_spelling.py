"""What is shortened is told to the reader: an acronym stands in the one glossary, or is not used."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import sim
from analysis.shared.words import mid_sentence, readable
from experiments.compose import scenario_names
from sim import ARCHETYPES
from sim.spelling import ACRONYMS, spelt_out
from sim.vocabulary import VOCABULARY

ROOT = Path(sim.__file__).parents[1]
PAGES = sorted([ROOT / "README.md", *ROOT.joinpath("docs").rglob("*.md")])
WORDS_OF_THE_PAGE = sorted(ROOT.joinpath("experiments", "page").glob("*.yaml"))
DECLARED = sorted(ROOT.joinpath("configs").rglob("*.yaml"))
WORDING = sorted(ROOT.joinpath("analysis").rglob("*.py"))

COMPUTING = {
    "AMD", "AVX", "CSV", "EPYC", "GPU", "HTML", "JAX", "JSON", "LLVM", "MB", "MIT", "MPI", "NSGA", "PDF", "PNG",
    "SHA", "SQL", "SVG", "UTF", "YAML", "ZIP",
}  # fmt: skip
"""Formats, units and products that go by their letters."""

TITLES = {
    "ABMs", "CHANGELOG", "CITATION", "CLG", "CONTRIBUTING", "DETR", "EMA", "ICB", "IEEE", "IMD", "LICENSE", "MJ",
    "ODPM", "ONS", "PNAS",
}  # fmt: skip
"""Names of journals, tools, bodies and files, as they call themselves."""

SHOUTED = {
    "DISAGREES", "FAILED", "FILE", "FOLDER", "MISSED", "NAME", "YYYY",
}  # fmt: skip
"""Plain words in capitals, and places to be filled in."""

SYMBOLS = {
    "III", "RO", "ST", "TARP",
}  # fmt: skip
"""Numbers in letters, indices of Sobol, parts of a longer name that is explained where it stands."""

OTHERS = COMPUTING | TITLES | SHOUTED | SYMBOLS
ACRONYM = re.compile(r"(?<![\w.#-])[A-Z]{2,}s?(?![\w(])")


def not_explained(text: str) -> set[str]:
    """Return the acronyms of a text that no reader is told of."""
    return {found for found in ACRONYM.findall(text) if found not in OTHERS and found.removesuffix("s") not in ACRONYMS}


def prose(page: Path) -> str:
    """Return a document without what is code or an address."""
    return re.sub(r"```.*?```|`[^`]*`|\]\([^)]*\)|https?://\S+|<!--.*?-->", "", page.read_text("utf-8"), flags=re.S)


def texts(module: Path) -> Iterator[str]:
    """Give the texts of a module that are not about its code."""
    tree = ast.parse(module.read_text("utf-8"))
    explain = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in explain:
            yield node.value


def test_an_acronym_that_nobody_explains_is_seen() -> None:
    """A scan that can find nothing proves nothing."""
    assert not_explained("The LAA of 2006, and two LSPs with an SD of 0.1.") == {"LAA"}
    assert not_explained("P1 and N2b hold; S4 says so.") == set()


def test_no_label_hides_behind_an_unknown_acronym() -> None:
    for word in VOCABULARY.values():
        assert not_explained(f"{word.label} {word.unit} {word.definition}") == set(), word.name
    for kind in ARCHETYPES.values():
        assert not_explained(kind.label) == set(), kind.archetype


@pytest.mark.parametrize("name", scenario_names())
def test_a_scenario_is_called_in_words(name: str) -> None:
    """SIGOMA is a body's name; the rest is spelt out, and alike within a sentence."""
    assert set(ACRONYM.findall(readable(name))) <= {"SIGOMA"}
    assert mid_sentence(name) == spelt_out(name)
    assert mid_sentence(readable(name)) == mid_sentence(name)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_documents_use_known_acronyms(page: Path) -> None:
    assert not_explained(prose(page)) == set()


@pytest.mark.parametrize("file", [*WORDS_OF_THE_PAGE, *DECLARED], ids=lambda file: str(file.relative_to(ROOT)))
def test_what_is_declared_uses_known_acronyms(file: Path) -> None:
    assert not_explained(file.read_text("utf-8")) == set()


@pytest.mark.parametrize("module", WORDING, ids=lambda module: str(module.relative_to(ROOT)))
def test_generated_words_use_known_acronyms(module: Path) -> None:
    for text in texts(module):
        assert not_explained(text) == set(), text


def test_no_acronym_is_explained_that_nobody_uses() -> None:
    said = " ".join(prose(page).partition("## Acronyms")[0] for page in PAGES)
    assert [name for name in ACRONYMS if not re.search(rf"\b{name}s?\b", said)] == []
