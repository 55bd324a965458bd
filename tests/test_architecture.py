"""What holds the house up: which room may know which, and what no rule may do."""

from __future__ import annotations

import ast
import dataclasses
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

import sim
from sim import MONTH

ROOT = Path(sim.__file__).parents[1]
SIM = sorted((ROOT / "sim").rglob("*.py"))
ANALYSIS = sorted((ROOT / "analysis").rglob("*.py"))
EXPERIMENTS = sorted((ROOT / "experiments").rglob("*.py"))
RULES = [path for path in sorted((ROOT / "sim" / "rules").glob("*.py")) if path.stem != "__init__"]
OF_A_MONTH = ("policy", "obligations", "meetings", "projects", "ties", "accountability", "life", "measures")
STEPS = [ROOT / "sim" / f"{name}.py" for name in (*OF_A_MONTH, "partners", "partnership", "month", "terms", "dealing")]
STEPS += sorted((ROOT / "sim" / "nulls").glob("*.py"))
COMPILED = [*RULES, *STEPS]
SCENARIOS = sorted((ROOT / "configs" / "scenario").glob("*.yaml"))
GLOBAL_RANDOM = {"SeedSequence", "Generator", "Philox"}

# A number travels one way. Each room, and the rooms above it that it may know; a folder is a room, and so is a module
# that is named here. What stands alone in a package's folder belongs to the package. Outside the model, "sim" stands
# for its door and for what is OPEN of it: engines are reached by the door alone.
ROOMS: dict[str, str] = {
    # ---------------------------------------------------------- the model: what the world is, and what may happen in it
    "sim.jit": "",
    "sim.sources": "",
    "sim.events": "",
    "sim.spelling": "",
    "sim.records": "",
    "sim.terms": "",
    "sim.rules.mathematics": "sim.jit",
    "sim.rules": "sim.jit sim.rules.mathematics",
    "sim.parameters": "sim.spelling",
    "sim.regimes": "sim.parameters",
    "sim.scenario": "sim.parameters",
    "sim.population": "sim.scenario",
    "sim.tables": "sim.jit sim.population",
    "sim.levers": "sim.rules sim.parameters sim.scenario sim.population",
    "sim.dealing": "sim.jit",
    "sim.steps": "sim.scenario sim.dealing",
    "sim.own": "sim.jit sim.scenario",
    "sim.checking": "sim.scenario sim.population sim.levers sim.own",
    "sim.randomness": "sim.scenario sim.population sim.tables",
    "sim.asking": "sim.scenario sim.randomness",
    "sim.choices": "sim.scenario sim.randomness",
    "sim.state": "sim.population sim.tables",
    # ------------------------------------------------------------- the model: its rules, each step of a month once
    "sim.policy": "sim.jit sim.rules.mathematics sim.rules sim.events sim.randomness",
    "sim.obligations": "sim.jit sim.rules.mathematics sim.tables",
    "sim.meetings": "sim.jit sim.rules.mathematics sim.rules sim.tables sim.terms",
    "sim.projects": "sim.jit sim.rules.mathematics sim.rules sim.tables sim.meetings",
    "sim.ties": "sim.jit sim.rules.mathematics",
    "sim.accountability": "sim.jit sim.rules.mathematics sim.tables sim.meetings",
    "sim.life": "sim.jit sim.rules.mathematics sim.rules sim.events sim.randomness sim.tables sim.obligations"
    " sim.meetings",
    "sim.measures": "sim.jit sim.rules.mathematics sim.rules sim.population sim.spelling sim.tables sim.meetings",
    "sim.labelled": "sim.scenario sim.measures",
    "sim.vocabulary": "sim.spelling sim.parameters sim.regimes sim.population sim.terms sim.measures sim.meetings",
    # ------------------------------------------ the model: a month, as a list of steps, and Mesa, which goes through it
    "sim.pairs": "sim.steps",
    "sim.partners": "sim.scenario sim.events sim.rules.mathematics sim.population sim.state",
    "sim.partnership": "sim.asking sim.choices sim.events sim.parameters sim.scenario sim.population sim.levers"
    " sim.randomness sim.records sim.own sim.partners sim.state",
    "sim.month": "sim.spelling sim.parameters sim.regimes sim.scenario sim.population sim.tables sim.randomness"
    " sim.choices sim.records sim.state sim.own sim.terms sim.steps sim.pairs sim.policy sim.obligations sim.meetings"
    " sim.projects sim.ties sim.accountability sim.life sim.measures sim.partners sim.partnership",
    "sim.history": "sim.labelled sim.choices sim.scenario sim.randomness sim.records sim.partnership sim.month",
    # what is left of the model without one thing; no rule knows of these
    "sim.nulls": "sim.jit sim.rules.mathematics sim.parameters sim.tables sim.steps sim.meetings sim.ties sim.life"
    " sim.month",
    "sim.laboratory": "sim.jit sim.rules.mathematics sim.parameters sim.tables sim.steps sim.measures sim.month"
    " sim.nulls",
    # --------------------- the compiler of steps: knows what steps and draws are, but no single step, rule or parameter
    "sim.lanes": "",
    "sim.lanes.libraries": "",
    "sim.lanes.lowering": "sim.lanes.libraries",
    "sim.lanes.compiling": "sim.lanes.lowering",
    "sim.lanes.keeping": "sim.lanes.libraries",
    "sim.lanes.views": "",
    "sim.lanes.draws": "sim.randomness sim.lanes.compiling sim.lanes.views",
    "sim.lanes.pairs": "sim.lanes.compiling sim.lanes.views",
    "sim.lanes.dealing": "sim.dealing sim.lanes.compiling sim.lanes.views sim.lanes.pairs",
    "sim.lanes.engine": "sim.jit sim.steps sim.randomness sim.lanes.compiling sim.lanes.views sim.lanes.draws"
    " sim.lanes.pairs sim.lanes.dealing",
    "sim.lanes.refusals": "sim.scenario sim.lanes.compiling sim.lanes.views",
    # ------------------------------------------------------------------------ the month compiled by it, over many runs
    "sim.block": "sim.jit sim.parameters sim.scenario sim.population sim.tables sim.levers sim.state sim.records"
    " sim.partners sim.partnership sim.randomness sim.month sim.lanes.compiling sim.lanes.views sim.lanes.draws"
    " sim.lanes.pairs sim.lanes.engine",
    "sim.compiled": "sim.sources sim.randomness sim.scenario sim.steps sim.own sim.partners sim.partnership sim.month"
    " sim.lanes.compiling sim.lanes.draws sim.lanes.keeping"
    " sim.lanes.views sim.lanes.pairs sim.lanes.engine sim.lanes.refusals sim.block",
    "sim.portable": "sim.parameters sim.population sim.randomness sim.rules sim.tables sim.month sim.lanes.views"
    " sim.lanes.draws sim.lanes.pairs sim.block sim.compiled",
    "sim.ensemble": "sim.measures sim.labelled sim.choices sim.scenario sim.randomness sim.records sim.own sim.month"
    " sim.lanes.engine sim.lanes.pairs"
    " sim.block sim.compiled",
    "sim": "sim.parameters sim.regimes sim.scenario sim.population sim.checking sim.records sim.measures sim.own"
    " sim.partnership"
    " sim.month sim.history sim.compiled sim.ensemble",
    # ------------------------------------------------------------- reading results: tables in, tables or figures out
    "analysis": "",
    "analysis.shared": "sim",
    "analysis.run": "sim analysis.shared",
    "analysis.comparison": "sim analysis.shared",
    "analysis.explanation": "sim analysis.shared analysis.run",
    "analysis.parting": "sim analysis.shared analysis.explanation",
    "analysis.sensitivity": "sim analysis.shared",
    "analysis.discovery": "sim analysis.shared",
    "analysis.policy": "sim analysis.shared",
    "analysis.together": "sim analysis.shared",
    "analysis.tipping": "sim analysis.shared",
    "analysis.regimes": "sim analysis.shared",
    "analysis.docking": "analysis.shared",
    "analysis.patterns": "sim sim.rules analysis.shared",
    "analysis.calibration": "sim analysis.shared analysis.patterns",
    "analysis.nulls": "sim analysis.shared",
    "analysis.claims": "sim analysis.shared",
    "analysis.places": "sim analysis.shared",
    "analysis.hindcast": "sim analysis.shared analysis.places",
    "analysis.seminar": "sim analysis.shared",
    "analysis.methods": "sim analysis.shared",
    "analysis.brief": "sim analysis.shared analysis.run analysis.policy",
    # ------------------------------------------------------------------------ asking: from a name to a checked scenario
    "experiments.files": "",
    "experiments.extensions": "sim experiments.files",
    "experiments.surroundings": "",
    "experiments.versions": "",
    "experiments.terminal": "sim experiments.surroundings",
    "experiments.options": "sim experiments.files",
    "experiments.registry": "experiments.options",
    "experiments.errors": "sim analysis.shared experiments.files experiments.surroundings experiments.options",
    "experiments.memory": "experiments.surroundings experiments.errors",
    "experiments.settings": "sim",
    "experiments.values": "sim experiments.extensions experiments.errors",
    "experiments.own_yaml": "experiments.files experiments.errors",
    "experiments.behaviours": "sim experiments.options experiments.errors experiments.own_yaml",
    "experiments.typed": "sim experiments.options experiments.errors",
    "experiments.cases": "sim experiments.files experiments.extensions experiments.options experiments.errors"
    " experiments.own_yaml",
    "experiments.own_files": "experiments.files experiments.own_yaml",
    "experiments.compose": "sim experiments.files experiments.extensions experiments.options experiments.registry"
    " experiments.errors experiments.own_yaml experiments.own_files experiments.typed experiments.behaviours"
    " experiments.cases",
    "experiments": "experiments.compose",
    "experiments.command": "sim experiments.files experiments.extensions experiments.options experiments.registry"
    " experiments.errors experiments.own_yaml experiments.typed experiments.behaviours experiments.cases"
    " experiments.compose",
    "experiments.completion": "sim analysis.shared experiments.options experiments.registry experiments.errors",
    # -------------------------------------------------------------------- running: in memory, on disk, again and again
    "experiments.runs": "sim analysis.shared analysis.run analysis.explanation analysis.patterns analysis.policy"
    " analysis.claims analysis.tipping analysis.hindcast analysis.docking analysis.seminar experiments.files"
    " experiments.surroundings experiments.memory"
    " experiments.extensions experiments.terminal experiments.options experiments.own_yaml"
    " experiments.errors experiments.values experiments.behaviours experiments.compose",
    "experiments.study": "sim analysis.shared experiments.files experiments.extensions experiments.surroundings"
    " experiments.memory"
    " experiments.terminal"
    " experiments.options"
    " experiments.errors experiments.settings experiments.values experiments.behaviours",
    "experiments.search": "sim analysis.shared analysis.patterns analysis.calibration analysis.policy experiments.files"
    " experiments.surroundings experiments.terminal experiments.errors experiments.values experiments.behaviours"
    " experiments.runs experiments.study",
    # --------------------------------------------------------------------------------------- leaving something behind
    "experiments.output": "sim analysis.shared analysis.places analysis.comparison analysis.together analysis.brief"
    " experiments.files experiments.extensions experiments.versions experiments.surroundings experiments.terminal"
    " experiments.options experiments.registry"
    " experiments.errors experiments.values experiments.behaviours experiments.command"
    " experiments.study",
    "experiments.page.engine": "sim analysis.shared experiments.files",
    # The page goes through meetings again, for what an engine forgets of them: it reads what they go by.
    "experiments.page": "sim sim.tables sim.meetings sim.rules sim.rules.mathematics"
    " analysis.shared analysis.seminar experiments.versions experiments.files experiments.extensions"
    " experiments.options experiments.errors experiments.behaviours experiments.cases"
    " experiments.compose experiments.study experiments.page.engine",
    "experiments.console": "sim experiments.surroundings experiments.terminal experiments.options experiments.registry"
    " experiments.errors experiments.typed experiments.command experiments.completion experiments.output",
    # ----------------------------------------------------------------------------- everything together: what is asked
    "experiments.verbs": "sim analysis.shared analysis.run analysis.comparison analysis.explanation analysis.parting"
    " analysis.sensitivity analysis.discovery analysis.policy analysis.patterns analysis.calibration analysis.nulls"
    " analysis.claims"
    " analysis.tipping analysis.hindcast analysis.regimes analysis.docking analysis.methods analysis.brief"
    " analysis.seminar experiments.files experiments.surroundings experiments.versions experiments.terminal"
    " experiments.memory experiments.own_yaml"
    " experiments.options experiments.registry experiments.errors experiments.settings experiments.values"
    " experiments.behaviours experiments.cases experiments.compose experiments.command"
    " experiments.runs experiments.study experiments.search experiments.output experiments.page"
    " experiments.page.engine",
    "experiments.documents": "sim analysis.shared analysis.seminar analysis.patterns analysis.together analysis.tipping"
    " analysis.places"
    " analysis.hindcast"
    " experiments.options experiments.behaviours experiments.cases experiments.compose experiments.files"
    " experiments.surroundings experiments.terminal experiments.runs"
    " experiments.search experiments.output experiments.page"
    " experiments.console",
}

OPEN = (
    "sim.sources sim.parameters sim.regimes sim.scenario sim.population sim.levers sim.state"
    " sim.spelling sim.vocabulary"
    " sim.measures sim.labelled sim.own sim.partners sim.compiled sim.nulls sim.portable"
)
"""What rooms outside the model may know of it beside its door, ``sim``."""

AHEAD: dict[str, str] = {
    "sim.checking": "sim.month",
    "sim.steps": "sim.partnership",
    "sim.terms": "sim.partners",
    "sim.measures": "sim.partnership",
    "sim.own": "sim.month",
    "sim.partners": "sim.partnership",
    "sim.partnership": "sim.month",
}
"""Rooms that name one after them, but not while they are read: for the type checker, or in a function, for the month of
the model is what is run where no other is given, and is made of all the rest."""

LIBRARIES: dict[str, str] = {
    "numba": "sim.lanes sim.compiled sim.portable",
    "llvmlite": "sim.lanes experiments.page",
    "mesa": "sim.partners sim.partnership",
    "numpy": "sim.regimes sim.randomness sim.asking sim.choices sim.labelled sim.records sim.history"
    " sim.lanes sim.block sim.ensemble sim.portable analysis experiments",
    "pandas": "sim.labelled sim.history sim.ensemble analysis experiments",
    "pydantic": "sim.parameters sim.scenario sim.checking sim.nulls sim.laboratory analysis.patterns experiments",
    "hydra": "experiments.errors experiments.typed experiments.compose experiments.command",
    "omegaconf": "experiments.errors experiments.own_yaml experiments.compose experiments.command",
    "xarray": "sim.labelled sim.ensemble",
    "rich": "experiments.terminal experiments.output experiments.verbs",
    "joblib": "experiments.surroundings experiments.runs analysis.discovery",
}
"""Libraries that only some rooms may know; a folder stands for all rooms in it."""

ASKED_FOR = [
    "baseline_lsp",
    "growth_coalition",
    "talking_shop",
    "single_agency_domination",
    "ncr_pathfinder",
    "sigoma_stick",
    "sigoma_carrot",
    "sigoma_stick_and_carrot",
    "statutory_prescription",
    "public_service_board",
    "community_budget_vcs_voice",
    "smart_council",
    "delegating_leader",
    "initiative_overload",
    "two_tier_confusion",
    "nrf_cliff_2008",
    "abolition_2010",
    "place_first_2013",
    "england_2001_2013",
]


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@dataclasses.dataclass(frozen=True)
class Import:
    """A statement that imports, and where it stands."""

    statement: ast.Import | ast.ImportFrom
    for_types: bool
    """For the eyes of a type checker alone."""
    late: bool
    """In a function."""

    @property
    def names(self) -> list[str]:
        """Return what it imports, by whole names; a name out of a module as MODULE.NAME."""
        if isinstance(self.statement, ast.Import):
            return [alias.name for alias in self.statement.names]
        return [f"{self.statement.module or ''}.{alias.name}" for alias in self.statement.names]


def imports_in(node: ast.AST, *, for_types: bool = False, late: bool = False) -> Iterator[Import]:
    """Give what is imported, wherever in a file: statements stand in statements alone."""
    for inner in (
        one for field in ("body", "orelse", "finalbody", "handlers", "cases") for one in getattr(node, field, ())
    ):
        if isinstance(inner, ast.Import | ast.ImportFrom):
            yield Import(inner, for_types, late)
        else:
            checked = (
                isinstance(inner, ast.If) and isinstance(inner.test, ast.Name) and inner.test.id == "TYPE_CHECKING"
            )
            yield from imports_in(
                inner, for_types=for_types or checked, late=late or isinstance(inner, ast.FunctionDef)
            )


def imports_of(tree: ast.AST) -> set[str]:
    """Return the top-level packages that a file imports, wherever in the file."""
    absolute = [one for one in imports_in(tree) if getattr(one.statement, "level", 0) == 0]
    return {name.split(".")[0] for one in absolute for name in one.names}


MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in (*SIM, *ANALYSIS, *EXPERIMENTS)
}


def room_of(module: str) -> str:
    """Return the room of a module: itself if it is named, else the package that it stands in."""
    if module in ROOMS or MODULES[module].stem == "__init__":
        return module
    return module.rpartition(".")[0]


def ours_imported(tree: ast.AST, *, for_types: bool = True, in_functions: bool = True) -> set[str]:
    """Return our own modules that a file imports, also for the eyes of a type checker alone, and late, or without."""
    some = [one for one in imports_in(tree) if (for_types or not one.for_types) and (in_functions or not one.late)]
    names = {name for one in some for name in one.names}
    from_packages = {name.rpartition(".")[0] for name in names if name not in MODULES}
    return {name for name in names | from_packages if name in MODULES}


def known_to(room: str) -> set[str]:
    """Return the rooms that the modules of a room may know, its own with them."""
    known = {room, *ROOMS.get(room, "").split()}
    return known | set(OPEN.split()) if "sim" in known and room != "sim" else known


def strangers(module: str, tree: ast.AST) -> set[str]:
    """Return the modules that a module imports and its room may not know."""
    room = room_of(module)
    ahead = ours_imported(tree) - ours_imported(tree, for_types=False, in_functions=False)
    ahead = {name for name in ahead if room_of(name) in AHEAD.get(room, "").split()}
    return {name for name in ours_imported(tree) - ahead if room_of(name) not in known_to(room)}


def libraries_known(module: str) -> set[str]:
    """Return the libraries of ``LIBRARIES`` that a module may know."""
    room = f"{room_of(module)}."
    return {name for name, rooms in LIBRARIES.items() if any(room.startswith(f"{known}.") for known in rooms.split())}


def calls_of(tree: ast.AST, name: str) -> list[int]:
    """Return the lines on which a bare name is called."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    ]


def sets_looped_over(tree: ast.AST) -> list[int]:
    """Return the lines of loops and comprehensions over a set literal, a set comprehension or set(...)."""
    sources = [node.iter for node in ast.walk(tree) if isinstance(node, (ast.For, ast.comprehension))]
    return [
        source.lineno
        for source in sources
        for node in ast.walk(source)
        if isinstance(node, (ast.Set, ast.SetComp))
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("set", "frozenset"))
    ]


def spoken_strings(tree: ast.AST) -> list[str]:
    """Return the string constants that code works with: not docstrings, nor strings after attributes."""
    silent = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent
    ]


def global_random_uses(tree: ast.AST) -> list[str]:
    """Return uses of numpy's module functions for chance, such as np.random.rand."""
    return [
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "random"
        and isinstance(node.value.value, ast.Name)
        and node.value.value.id in ("np", "numpy")
        and node.attr not in GLOBAL_RANDOM
    ]


def library_arithmetic(tree: ast.AST) -> list[str]:
    """Return powers and library exponentials, whose last bit depends on the platform."""
    found = [
        "**" for node in ast.walk(tree) if isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, ast.Pow)
    ]
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in ("math", "np", "numpy")
        ):
            found += [node.attr] if node.attr not in ("sqrt", "inf", "floor", "ceil", "zeros") else []
        found += [node.id] if isinstance(node, ast.Name) and node.id == "pow" else []
    return found


def test_the_detectors_detect():
    """A scan that can find nothing proves nothing."""
    guilty = ast.parse(
        "import hydra\nfrom analysis.shared.plotting import x\nimport numpy as np\nimport math\n"
        "a = np.random.rand()\nb = sum([1.0])\nfor k in {1, 2}: pass\nc = [k for k in set((1, 2))]\n"
        "d = math.exp(1.0) + 2.0 ** 3.0\nname = 'council'\n'a docstring on council'\n"
    )
    assert {"hydra", "analysis"} <= imports_of(guilty)
    assert global_random_uses(guilty) == ["rand"]
    assert calls_of(guilty, "sum") == [6]
    assert sets_looped_over(guilty) == [7, 8]
    assert library_arithmetic(guilty) == ["**", "random", "exp"]
    assert spoken_strings(guilty) == ["council"]


def test_the_scans_have_something_to_scan():
    """Moved folders must not turn the tests below into no-ops."""
    assert len(RULES) >= 4
    assert len(SIM) >= 48
    assert all(path.exists() for path in COMPILED)


@pytest.mark.parametrize("path", SIM, ids=named)
def test_the_model_knows_no_room_to_its_right(path):
    """sim knows nothing of Hydra, files, plots, progress bars or clocks."""
    forbidden = {"experiments", "analysis", "configs", "tests", "hydra", "omegaconf", "matplotlib", "seaborn", "rich"}
    forbidden |= {"time", "datetime", "random", "secrets", "uuid", "joblib"}
    if path.stem == "keeping":  # files that no other process writes to
        forbidden -= {"uuid"}
    assert not imports_of(parsed(path)) & forbidden


@pytest.mark.parametrize("path", SIM, ids=named)
def test_the_model_needs_few_libraries(path):
    """Those of the table above, each in its place."""
    allowed = {"sim", "numpy", "numba", "llvmlite", "mesa", "pandas", "pydantic", "xarray"}
    assert imports_of(parsed(path)) - set(sys.stdlib_module_names) <= allowed


@pytest.mark.parametrize("path", RULES, ids=named)
def test_rules_need_no_library(path):
    """State, levers and draws in, new values out."""
    assert imports_of(parsed(path)) <= {"__future__", "collections", "math", "sim"}


def test_every_module_is_in_a_room_and_every_room_is_used():
    """A folder or a module that nobody thought of would be free to know anything."""
    assert {room_of(module) for module in MODULES} == set(ROOMS)
    for door in ("sim", "sim.lanes", "analysis", "experiments"):
        assert [module for module in MODULES if room_of(module) == door] == [door]


def test_rooms_know_only_rooms_before_them():
    """So no number flows back."""
    order = list(ROOMS)
    for room, known in ROOMS.items():
        for other in known.split():
            assert other in ROOMS, f"{room} may know {other}, which is no room"
            assert order.index(other) < order.index(room), f"{room} may know {other}, which comes after it"


@pytest.mark.slow
@pytest.mark.parametrize("module", MODULES)
def test_a_module_knows_only_what_its_room_may_know(module):
    assert strangers(module, parsed(MODULES[module])) == set()


@pytest.mark.slow
@pytest.mark.parametrize("module", MODULES)
def test_any_stranger_would_be_seen_in_every_module(module):
    """A check that cannot fail for a module protects nothing in it."""
    text = MODULES[module].read_text(encoding="utf-8")
    unknown = {name for name in MODULES if room_of(name) not in known_to(room_of(module))}
    ahead = {name for name in unknown if room_of(name) in AHEAD.get(room_of(module), "").split()}
    early, late = [text], [text]
    for stranger in sorted(unknown):
        folder, _, name = stranger.rpartition(".")
        early.append(f"import {stranger}")
        late.append(f"def late():\n    from {folder or stranger} import {name if folder else 'anything'}")
    assert unknown
    assert strangers(module, ast.parse("\n".join(early))) == unknown
    assert strangers(module, ast.parse("\n".join(late))) == unknown - ahead
    assert libraries_known(module) < set(LIBRARIES)


@pytest.mark.slow
def test_no_room_may_know_more_than_it_does():
    """What is allowed and not needed is taken out, or the table says nothing."""
    used = {room: set() for room in ROOMS}
    brought = {room: set() for room in ROOMS}
    for module, path in MODULES.items():
        used[room_of(module)] |= {room_of(name) for name in ours_imported(parsed(path))} - {room_of(module)}
        brought[room_of(module)] |= imports_of(parsed(path))
    unused = {room: set(known.split()) - used[room] - {"sim"} for room, known in ROOMS.items()}
    unused |= {f"{room}, ahead": set(known.split()) - used[room] for room, known in AHEAD.items()}
    unused["open"] = set(OPEN.split()) - {
        name for room in ROOMS if room.partition(".")[0] != "sim" for name in used[room]
    }
    for library, rooms in LIBRARIES.items():
        below = {known: [room for room in ROOMS if f"{room}.".startswith(f"{known}.")] for known in rooms.split()}
        unused[library] = {known for known, rooms in below.items() if not any(library in brought[r] for r in rooms)}
    assert {what: rooms for what, rooms in unused.items() if rooms} == {}


OTHER_WORDS = {"load", "within", "sits", "base"}
"""LLVM loads from memory; what is dealt by chance may be dealt within likes; of pairs it is asked who sits; what a
view stands on is its base."""


def test_the_compiler_of_steps_knows_no_social_science():
    """It knows neither rules nor agents nor parameters, and of all their names that for a seat."""
    world = MONTH.known | {"terms": MONTH.terms, "measures": MONTH.measures, "steps": {s.name for s in MONTH.steps}}
    names = {name for names in world.values() for name in names} | {*sim.SECTORS, *sim.THEMES, *sim.ARCHETYPES}
    for module in (name for name in MODULES if name.startswith("sim.lanes")):
        assert known_to(module) <= {"sim.jit", "sim.scenario", "sim.randomness", "sim.steps", "sim.dealing"} | {
            room for room in ROOMS if room.startswith("sim.lanes")
        }
        tree = parsed(MODULES[module])
        read = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        met = {"is_member"} if module == "sim.lanes.engine" else set()
        assert (read | set(spoken_strings(tree))) & names - OTHER_WORDS == met


@pytest.mark.slow
def test_no_modules_import_each_other_in_a_circle():
    """Also within a room, and also where an import waits in a function."""
    graph = {}
    for module, path in MODULES.items():
        late = {name for name in MODULES if room_of(name) in AHEAD.get(room_of(module), "").split()}
        late -= ours_imported(parsed(path), for_types=False, in_functions=False)
        graph[module] = ours_imported(parsed(path), for_types=False) - {module} - late
    while leaves := [module for module, imported in graph.items() if not imported & set(graph)]:
        for module in leaves:
            del graph[module]
    assert not graph, f"a circle among {', '.join(sorted(graph))}"


@pytest.mark.parametrize("module", MODULES)
def test_libraries_are_known_where_they_are_needed(module):
    """Hydra behind one door, the terminal in its place, no server but behind the page, no compiler but in its rooms."""
    assert imports_of(parsed(MODULES[module])) & set(LIBRARIES) <= libraries_known(module)


def test_tests_mirror_the_rooms():
    folders = {
        f"{package}.{folder.name}"
        for package in ("sim", "experiments", "analysis")
        for folder in (ROOT / "tests" / package).iterdir()
        if folder.is_dir() and folder.name != "__pycache__"
    }
    assert folders <= set(ROOMS)


def test_analysis_never_runs_a_simulation():
    """Stored tables in; tidy tables or an Axes out."""
    runners = {"simulate", "simulate_ensemble", "PartnershipModel"}
    for path in ANALYSIS:
        used = {node.id for node in ast.walk(parsed(path)) if isinstance(node, ast.Name)}
        brought = {a.name for n in ast.walk(parsed(path)) if isinstance(n, ast.ImportFrom) for a in n.names}
        assert not (used | brought) & runners, named(path)


def test_configs_are_composed_in_one_place():
    """compose.py alone makes scenarios of configs; the verbs may read where Hydra runs them, no more."""
    composing = {
        "compose",
        "initialize",
        "initialize_config_module",
        "initialize_config_dir",
        "ConfigStore",
        "GlobalHydra",
    }
    for path in EXPERIMENTS:
        brought = {
            alias.name
            for node in ast.walk(parsed(path))
            if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "hydra"
            for alias in node.names
        }
        assert bool(brought & composing) == (path.stem == "compose"), named(path)


@pytest.mark.parametrize("path", SIM, ids=named)
def test_no_global_chance(path):
    """Every draw has a name: study seed, replicate, stream, month and partner."""
    assert global_random_uses(parsed(path)) == []


@pytest.mark.parametrize("path", SIM, ids=named)
def test_no_loop_over_a_set(path):
    """The order of a set depends on the process."""
    assert sets_looped_over(parsed(path)) == []


@pytest.mark.parametrize("path", COMPILED, ids=named)
def test_sums_are_plain(path):
    """Python's own sum compensates from 3.12 on; compiled code and 3.11 do not."""
    assert calls_of(parsed(path), "sum") == []
    assert "fsum" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", COMPILED, ids=named)
def test_what_is_compiled_uses_portable_arithmetic(path):
    """Exponentials of a C library differ between platforms in the last bit, and one bit decides a draw."""
    assert library_arithmetic(parsed(path)) == []


@pytest.mark.parametrize("path", RULES, ids=named)
def test_no_rule_names_a_scenario_a_regime_or_a_sector(path):
    """Emergence: what comes out must not be written in."""
    names = {path.stem for path in SCENARIOS} | set(sim.REGIMES) | set(sim.SECTORS) | set(sim.ARCHETYPES)
    for text in spoken_strings(parsed(path)):
        words = {text.lower(), *re.findall(r"[a-z_]+", text.lower())}
        assert not words & names, text


@pytest.mark.parametrize("path", RULES, ids=named)
def test_every_rule_is_marked_and_documented(path):
    """An unmarked rule would run on agents and fail in the compiled engine."""
    functions = [node for node in parsed(path).body if isinstance(node, ast.FunctionDef)]
    assert functions
    for node in functions:
        assert [mark.id for mark in node.decorator_list if isinstance(mark, ast.Name)] == ["rule"], node.name
        assert (ast.get_docstring(node) or "").startswith("Return "), node.name
        assert all(argument.annotation is not None for argument in node.args.args), node.name


def test_fast_mathematics_is_nowhere_switched_on():
    """fastmath reorders sums, and the engines would part in the last bit."""
    for path in SIM:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.keyword) and node.arg == "fastmath":
                assert isinstance(node.value, ast.Constant), named(path)
                assert node.value.value is False, named(path)


def test_every_scenario_asked_for_is_there():
    """The list of questions is part of the contract."""
    assert {path.stem for path in SCENARIOS} >= set(ASKED_FOR)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_scenario_says_what_it_claims(path):
    """A scenario without a claim and a source is a set of numbers."""
    scenario = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert scenario["name"] == path.stem
    for field in ("description", "claim"):
        assert len(scenario[field].strip()) > 20, field
        assert scenario[field].strip().endswith("."), field
    assert re.fullmatch(r"S[0-4](, S[0-4])*", scenario["seed_document"])


def test_configs_hold_no_logic():
    """Plain YAML that anybody can read: no _target_ and no Python tags."""
    for path in sorted((ROOT / "configs").rglob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        assert "_target_" not in text, named(path)
        assert "!!python" not in text, named(path)
