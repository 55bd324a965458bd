"""The documents must say what the code does: a rule, parameter or table cannot change behind their back."""

from __future__ import annotations

import importlib
import inspect
import re
import shutil
from pathlib import Path

import pytest

from analysis.shared.markdown import markdown_table
from experiments.documents import tables as documents
from sim import PARAMETERS

ROOT = documents.DOCS.parent
PAGES = sorted(documents.DOCS.glob("*.md"))
ODD = (documents.DOCS / "odd.md").read_text("utf-8")
RULE_FILES = sorted(
    file.stem for file in (ROOT / "sim/rules").glob("*.py") if file.stem not in ("__init__", "mathematics")
)
TOPICS = {path.split(".")[0] for path in PARAMETERS}


def in_code(text: str, pattern: str) -> list[str]:
    """Return what stands in backticks and matches ``pattern`` as a whole."""
    return sorted(set(re.findall(rf"`({pattern})`", text)))


def resolved(name: str) -> object:
    """Return the module, class or function of a dotted name; raise if there is none."""
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            found = getattr(found, part)
        return found
    raise ModuleNotFoundError(name)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_name_of_code_in_the_documents_exists(page: Path):
    """A reader who searches for a name that a page mentions must find it."""
    for name in in_code(page.read_text("utf-8"), r"(?:sim|experiments|analysis)(?:\.\w+)+"):
        assert resolved(name) is not None, f"{page.name} names {name}"


def test_a_name_that_does_not_exist_is_noticed():
    """The test above would be worthless if anything resolved."""
    with pytest.raises(AttributeError):
        resolved("sim.rules.policy.no_such_rule")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_parameter_in_the_documents_exists(page: Path):
    """A renamed parameter must be renamed in the documents too."""
    paths = in_code(page.read_text("utf-8"), rf"(?:{'|'.join(sorted(TOPICS))})(?:\.\w+)+")
    assert [path for path in paths if path not in PARAMETERS and not path.endswith(".NAME")] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_in_the_documents_exists(page: Path):
    """Data and code that a page points to must be there."""
    named = in_code(page.read_text("utf-8"), r"(?:sim|configs|experiments|analysis|tests|benchmarks|docs)/[\w./]*")
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_links_between_headings_lead_somewhere():
    """A renamed heading breaks links without a word."""
    for page in PAGES:
        for name, anchor in re.findall(r"\]\(([\w.]*)#([\w-]+)\)", page.read_text("utf-8")):
            target = (documents.DOCS / (name or page.name)).read_text("utf-8")
            lines = re.findall(r"^#+ (.+)$", target, re.MULTILINE)
            anchors = {re.sub(r"[^\w -]", "", line).lower().replace(" ", "-") for line in lines}
            assert anchor in anchors, f"{page.name} links to {name}#{anchor}"


@pytest.mark.parametrize("file", RULE_FILES)
def test_every_rule_is_described(file: str):
    """A new rule must not go undocumented."""
    module = importlib.import_module(f"sim.rules.{file}")
    rules = [
        name
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    ]
    assert rules
    assert [name for name in rules if not re.search(rf"\b{name}\b", ODD)] == []


def test_every_parameter_is_described():
    """Each lever and each number of behaviour is in a table that says where it is read."""
    told = [path for path in PARAMETERS if not path.startswith("regimes.")]
    assert [path for path in told if f"`{path}`" not in ODD] == []


@pytest.mark.slow
def test_generated_tables_are_up_to_date():
    """Facts are stated once; if this fails, run: python -m experiments.documents.tables."""
    assert documents.out_of_date() == []


def test_every_table_has_a_place():
    """A table that no document shows is dead code."""
    shown = "".join((documents.DOCS / name).read_text("utf-8") for name in documents.DOCUMENTS)
    assert [name for name in documents.TABLES if f"<!-- generated: {name} -->" not in shown] == []


@pytest.mark.slow
def test_a_stale_table_is_found_and_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    """--check names the file and fails; a plain call rewrites it; prose is left alone."""
    folder = tmp_path / "docs"
    folder.mkdir()
    for name in documents.DOCUMENTS:
        shutil.copy(documents.DOCS / name, folder / name)
    page = folder / "reference.md"
    good = page.read_text("utf-8")
    page.write_text(good.replace("`levers.staff_team` | ", "`levers.staff_team` | 99"), "utf-8")
    monkeypatch.setattr(documents, "out_of_date", lambda: _out_of_date_in(folder))

    assert documents.main(["--check"]) == 1
    assert "reference.md" in capsys.readouterr().err
    assert documents.main([]) == 0
    assert page.read_text("utf-8") == good
    assert documents.main(["--check"]) == 0


_out_of_date_in = documents.out_of_date


@pytest.mark.parametrize(
    "text",
    ["<!-- generated: nothing -->\n<!-- end -->", "<!-- generated: levers -->\n", "<!-- generated: two words -->"],
)
def test_a_wrong_marker_is_refused(text: str):
    """A misspelt marker would otherwise leave its table unfilled for good."""
    with pytest.raises(ValueError, match="marker"):
        documents.filled(text)


def test_a_bar_in_a_cell_does_not_break_the_table():
    """A unit such as a|b must not add a column."""
    assert markdown_table(["x"], [["a|b"]]).splitlines()[-1] == r"| a\|b |"
