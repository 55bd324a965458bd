"""The documents must say what the code does: a rule, parameter or table cannot change behind their back."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
import shutil
from pathlib import Path

import pytest

from analysis.shared.markdown import markdown_table
from experiments.documents import tables as documents
from sim import MONTH, PARAMETERS
from sim.population import Archetype

ROOT = documents.DOCS.parent
PAGES = sorted(documents.DOCS.glob("*.md"))
ODD = (documents.DOCS / "odd.md").read_text("utf-8")
NOT_SUBMODELS = {"__init__", "mathematics"}
RULE_FILES = sorted(file.stem for file in (ROOT / "sim/rules").glob("*.py") if file.stem not in NOT_SUBMODELS)
TOPICS = {path.split(".")[0] for path in PARAMETERS}

PRESCRIBED = (
    "## I. Overview",
    "### I.i Purpose",
    "### I.ii Entities, state variables and scales",
    "### I.iii Process overview and scheduling",
    "## II. Design concepts",
    "### II.i Theoretical and empirical background",
    "### II.ii Individual decision-making",
    "### II.iii Learning",
    "### II.iv Individual sensing",
    "### II.v Individual prediction",
    "### II.vi Interaction",
    "### II.vii Collectives",
    "### II.viii Heterogeneity",
    "### II.ix Stochasticity",
    "### II.x Observation",
    "## III. Details",
    "### III.i Implementation details",
    "### III.ii Initialisation",
    "### III.iii Input data",
    "### III.iv Submodels",
)
"""The elements of ODD+D in the order of Müller et al. (2013)."""

SUBMODELS = (
    "Policy and events", "Influence", "Attendance", "Seniority", "Deliberation", "Contribution", "Fund allocation",
    "Delivery", "Outcomes", "Learning", "Trust", "Accountability", "Membership",
)  # fmt: skip


def in_code(text: str, pattern: str) -> list[str]:
    """Return what stands in backticks and matches ``pattern`` as a whole."""
    return sorted(set(re.findall(rf"`({pattern})`", text)))


def headings(*levels: int) -> list[str]:
    found = re.findall(r"^(#+) (.+)$", ODD, re.MULTILINE)
    return [f"{marks} {words}" for marks, words in found if len(marks) in levels]


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
        resolved("sim.rules.trust.no_such_rule")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_parameter_in_the_documents_exists(page: Path):
    """A renamed parameter must be renamed in the documents too."""
    paths = in_code(page.read_text("utf-8"), rf"(?:{'|'.join(sorted(TOPICS))})(?:\.\w+)+")
    assert [path for path in paths if path not in PARAMETERS] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_in_the_documents_exists(page: Path):
    """Data and code that a page points to must be there."""
    assert [p for p in in_code(page.read_text("utf-8"), r"(?:sim|configs)/[\w./]*") if not (ROOT / p).exists()] == []


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
    assert [name for name in rules if f"`sim.rules.{file}.{name}`" not in ODD] == []


def test_every_parameter_is_described():
    """Each lever and each uncertain parameter is named by a submodel that it acts in."""
    assert [path for path in PARAMETERS if f"`{path}`" not in ODD] == []


def test_every_column_of_the_archetypes_is_described():
    """A number in the data that nobody explains cannot be judged."""
    assert [field.name for field in dataclasses.fields(Archetype) if f"`{field.name}`" not in ODD] == []


def test_headings_come_in_the_prescribed_order():
    """A reader of ODD+D finds each element where the protocol puts it."""
    assert headings(2, 3) == [*PRESCRIBED, "## References"]


def test_submodels_come_in_schedule_order():
    """The list of submodels reads like a month of the model."""
    assert headings(4) == [f"#### {number}. {name}" for number, name in enumerate(SUBMODELS, start=1)]


def test_the_schedule_is_the_one_that_runs():
    """The order of steps decides who knows what; text and code must agree on it."""
    told = re.findall(r"`sim\.[\w.]+\.(\w+)` \|", ODD.split("### I.iii")[1].split("## II.")[0])
    assert told == [step.name for step in MONTH.steps]


def test_generated_tables_are_up_to_date():
    """Facts are stated once; if this fails, run: python -m experiments.documents.tables."""
    assert documents.out_of_date() == []


def test_every_table_has_a_place():
    """A table that no document shows is dead code."""
    shown = "".join((documents.DOCS / name).read_text("utf-8") for name in documents.DOCUMENTS)
    assert [name for name in documents.TABLES if f"<!-- generated: {name} -->" not in shown] == []


def test_a_stale_table_is_found_and_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    """--check names the file and fails; a plain call rewrites it; prose is left alone."""
    for name in documents.DOCUMENTS:
        shutil.copy(documents.DOCS / name, tmp_path)
    page = tmp_path / "reference.md"
    good = page.read_text("utf-8")
    page.write_text(good.replace("`levers.staff_team` | ", "`levers.staff_team` | 99"), "utf-8")
    monkeypatch.setattr(documents, "out_of_date", lambda: _out_of_date_in(tmp_path))

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
