"""A thing has one plain name, one unit and one meaning, declared where it is and nowhere else."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import sim
from analysis.shared.words import titled
from sim import MEASURES, MONTH, PARAMETERS, REGIMES, SECTORS, Measure
from sim.meetings import TERMS
from sim.population import ARCHETYPES
from sim.regimes import DECLARED_REGIMES
from sim.terms import Term
from sim.vocabulary import VOCABULARY, label_of, vocabulary_of

ROOT = Path(sim.__file__).parents[1]
REASONS = ROOT / "experiments" / "documents" / "odd_tables.py"
"""Says of levers that do nothing why that is so, which is no label."""

MODULES = [path for room in ("sim", "analysis", "experiments") for path in sorted((ROOT / room).rglob("*.py"))]
MODULES.remove(REASONS)
SCRIPTS = sorted((ROOT / "experiments").rglob("*.js"))
SAYING = [*(path for path in MODULES if path.relative_to(ROOT).parts[0] != "sim"), *SCRIPTS]
"""What tells people things, beside what declares them."""
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(ROOT.joinpath("docs").rglob("*.md"))]
NAMES = {*VOCABULARY, *(re.sub(r"\W", "_", regime) for regime in REGIMES)}
NO_IDENTIFIER = re.compile(r"[ A-Z£]")

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


def labels_in(tree: ast.AST) -> list[int]:
    """Return the lines of mappings that give texts for people to two names of the vocabulary or more."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Dict):
            continue
        named = [
            key.value
            for key, value in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Constant) and key.value in NAMES and is_for_people(value)
        ]
        found += [node.lineno] if len(named) > 1 else []
    return found


def is_for_people(value: ast.expr) -> bool:
    """Return whether an expression is a text that is no mere identifier."""
    if isinstance(value, ast.Constant):
        return isinstance(value.value, str) and bool(NO_IDENTIFIER.search(value.value))
    return isinstance(value, ast.JoinedStr)


def labels_in_script(text: str) -> list[list[str]]:
    """Return the names of objects that give texts for people to two names of the vocabulary or more."""
    found = []
    for inside in re.findall(r"\{([^{}]*)\}", text):
        entries = re.findall(r"""["']?([\w.][\w. -]*?)["']?\s*:\s*["'`]([^"'`]*)["'`]""", inside)
        named = [name for name, value in entries if name in NAMES and NO_IDENTIFIER.search(value)]
        found += [named] if len(named) > 1 else []
    return found


def test_everything_has_its_word() -> None:
    """In the order of the declarations, and of no other kind."""
    names = {
        "measure": list(MEASURES),
        "lever": [path for path, parameter in PARAMETERS.items() if parameter.role == "lever"],
        "parameter": [path for path, parameter in PARAMETERS.items() if parameter.role != "lever"],
        "term": [f"term_{name}" for name in TERMS],
        "sector": list(SECTORS),
        "regime": list(REGIMES),
    }
    assert names == {
        kind: [name for name, word in VOCABULARY.items() if word.kind == kind]
        for kind in dict.fromkeys(word.kind for word in VOCABULARY.values())
    }


@pytest.mark.parametrize("name", VOCABULARY)
def test_every_word_is_complete(name: str) -> None:
    """A reader gets a name without underscores, a unit and a sentence."""
    word = VOCABULARY[name]
    assert word.name == name
    assert re.fullmatch(r"[a-zA-Z][\w ':,-]*", word.label), word.label
    assert "_" not in word.label
    assert word.unit
    assert re.fullmatch(r"[A-Z].*\.", word.definition), word.definition


def test_no_two_things_of_a_kind_share_a_label() -> None:
    labels = Counter((word.kind, word.label) for word in VOCABULARY.values())
    assert [label for label, count in labels.items() if count > 1] == []


def test_what_an_extension_brings_has_words_too() -> None:
    """A label that is given, and a name spelt out where none is."""
    month = MONTH.measuring(
        Measure("rumours_heard", "rumours", 0.0, 1.0, "Rumours.", "raised"),
        Measure("rumours_told", "rumours", 0.0, 1.0, "Rumours.", "raised", label="gossip"),
    ).pulling(Term("mood", "mood", "How it feels.", function=lambda self: 0.0))
    words = vocabulary_of(month.measures, month.parameters, month.terms)
    assert [words[name].label for name in ("rumours_heard", "rumours_told", "term_mood")] == [
        "rumours heard",
        "gossip",
        "mood",
    ]


def test_what_has_no_word_is_spelt_out() -> None:
    assert [label_of(name) for name in ("board.chair", "levers.joint", "own.grudge_rate")] == [
        "board: chair",
        "joint",
        "grudge rate",
    ]


def test_a_dictionary_of_labels_would_be_seen() -> None:
    """A scan that can find nothing proves nothing."""
    assert labels_in(ast.parse("titles = {'dominance': 'Who dominates', 'trust': 'Trust between members'}")) == [1]
    assert labels_in(ast.parse("titles = {'council': 'Councils', 'talking_shop': f'{1} talk'}")) == [1]
    assert labels_in(ast.parse("columns = {'attendance': 'attended', 'influence': 'influence'}")) == []
    fate = 'const FATE = {\n  "talking shop": "became talking shops",\n  dissolved: "were dissolved",\n};'
    assert labels_in_script(fate) == [["talking shop", "dissolved"]]
    assert labels_in_script('const SHAPE = { council: "square" };') == []


@pytest.mark.slow
@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_keeps_labels_of_its_own(path: Path) -> None:
    assert labels_in(ast.parse(path.read_text("utf-8"))) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_script_of_the_page_keeps_labels_of_its_own(path: Path) -> None:
    """They come with the page's catalogue."""
    assert labels_in_script(path.read_text("utf-8")) == []


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


@pytest.mark.parametrize("path", SAYING, ids=lambda path: str(path.relative_to(ROOT)))
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
