"""Generated parts of the page that describes the model: made from its steps, its numbers and the text of its rules."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache, partial
from typing import Any

from analysis.patterns import declared_words
from analysis.shared.markdown import markdown_table
from experiments.documents.dataflow import BODY, PAIR, TABLE, Dataflow, Flow, Place, dataflow_of, flat, text_of
from experiments.documents.forms import form_of
from experiments.documents.seed_claims import CLAIMS, Claim
from experiments.documents.submodels import LAUNCH, MEASURING, SUBMODELS
from experiments.runs.declared_patterns import declared_patterns
from sim import MONTH, THEMES, Parameter, PartnershipModel
from sim.partners import Partner

DOES_NOTHING: Mapping[str, str] = {
    "levers.joint.co_location": "sharing a place has no rule",
    "levers.joint.training": "there is no skill or capacity that it could add to",
    "levers.duty.service_plans": "no rule reads its pressure",
    "levers.duty.parent_departments": "rigidity falls by joint work alone",
}
"""Levers that change no number of the model, and why."""

COLUMNS: Mapping[str, str] = {
    "sector": "one of four sectors",
    "budget_gbp_per_head": "mainstream budget, £ a year for each resident",
    "discretionary_share": "share of that budget which could go to other ends",
    "regeneration_share": "share that is regeneration money",
    "senior_half_days": "half-days a month of those who can commit it",
    **dict.fromkeys(THEMES, "priority; the five sum to 1"),
    "rigidity": "how far national targets bind it",
    "participation_cost": "what an initiative takes of it, relative to others",
    "named_in_duty": "the duty to cooperate names it",
    "is_regional": "it is regional: the duty reaches it as far as it is made to",
    "has_education_form": "it falls under the lighter form of the duty",
    "is_inspected": "it is inspected",
    "is_assessed_as_council": "its partnership working is assessed already",
    "is_publicly_funded": "cuts and scrutiny reach it",
    "sits_in_public_executive": "it keeps its vote when the executive is public-only",
    "outside_exposure": "how attractive later and bilateral tables are to it",
    "one_stop_shop_gain": "how far a one-stop shop spares it time",
    "capacity_building_gain": "how far capacity building adds to its time; how far it lives on grants",
    "neighbourhood_gain": "how far it speaks for neighbourhoods",
    "contracting_gain": "how far contracts keep it from opposing",
    "silos": "how far its departments plan apart",
    "reorganisation_exposure": "how exposed it is to reorganisation",
}
"""What the columns of the archetypes mean that are numbers of a body."""

GROUPS = (
    ("Time and meetings", (2, 3, 4, 5)),
    ("Ties, promises and trust", (6, 7, 12)),
    ("Money, work and results", (8, 9, 10, 11)),
    ("Policy, accounts, and whether it lasts", (1, 13, 14)),
)
"""Submodels that share a diagram of what they read."""

EVERYWHERE = "stands"
"""Whether the table stands: read nearly everywhere, so that no diagram shows it."""


def _code(name: object) -> str:
    return f"`{name}`"


# ---------------------------------------------------------------------- what is read of the text


@cache
def flows() -> Dataflow:
    """Return what flows in the month."""
    return dataflow_of(MONTH)


@cache
def submodel_of() -> Mapping[str, int]:
    """Return the number of the submodel that a step belongs to; 0 for the launch and for measuring."""
    named = {step: submodel.number for submodel in SUBMODELS for step in submodel.steps.split()}
    return named | dict.fromkeys((*LAUNCH.split(), *MEASURING.split()), 0)


def _numbers(steps: Iterable[str]) -> str:
    found = {submodel_of()[step] for step in steps}
    return ", ".join(str(number) for number in sorted(found - {0})) or ("launch" if found else "")


def readers_of(place: Place) -> list[Flow]:
    """Return the flows that read a place and bear on something reported."""
    return [flow for flow in flows().telling() if place in flow.read]


def place_of(path: str) -> Place:
    """Return the place in which a lever or a number stands, by its path."""
    topic, _, name = path.partition(".")
    return topic, name


def _read_in(place: Place) -> str:
    """Return the submodels that read a place; of the first, those that read what it makes of it, in brackets."""
    first = {flow.written for flow in readers_of(place) if submodel_of()[flow.step] == 1}
    direct = {flow.step for flow in readers_of(place) if submodel_of()[flow.step] != 1}
    through: set[str] = set()
    later_on: set[str] = set()
    seen: set[Place] = set()
    while first:
        made = min(first)
        first.remove(made)
        seen.add(made)
        later = readers_of(made)
        elsewhere = {flow.step for flow in later if submodel_of()[flow.step] not in (0, 1)}
        if elsewhere:
            through.add(made[1])
            later_on |= elsewhere
        first |= {flow.written for flow in later if submodel_of()[flow.step] == 1} - seen
    parts = [_numbers(direct)] if direct else []
    if later_on:
        parts.append(f"{_numbers(later_on)} (as {', '.join(map(_code, sorted(through)))})")
    return "; ".join(parts)


# ---------------------------------------------------------------------- overview


def purpose_patterns() -> str:
    """Return the patterns by which the model is judged, in short."""
    headings, rows = declared_words.pattern_rows(declared_patterns())
    return markdown_table(headings[:4], (row[:4] for row in rows))


def state() -> str:
    """Return all that bodies, pairs and the table hold, group by group as it is declared."""
    rows: list[list[object]] = []
    for of, holder, whole in (("body", BODY, Partner), ("table", TABLE, PartnershipModel)):
        for group, names in _groups(whole, {*MONTH.known[holder], *MONTH.known[PAIR]}):
            rows += _state_rows(of, holder, group, names)
    return markdown_table(("of", "what", "numbers", "written in", "read in"), rows)


def _groups(whole: type, held: Collection[str]) -> Iterator[tuple[str, list[str]]]:
    """Give the groups of what a class holds: a comment on a line of its own, and the names under it."""
    group, names = "", list[str]()
    for line in inspect.getsource(whole).partition("__slots__")[0].splitlines():
        text = line.strip()
        if text.startswith("# ") and not text.startswith("# fmt"):
            if names:
                yield group, names
            group, names = text[2:], []
        names += [name for name in re.findall(r"(\w+): \w+", text.partition("#")[0]) if name in held]
    yield group, names


def _state_rows(of: str, holder: str, group: str, names: list[str]) -> Iterator[list[object]]:
    known = MONTH.known
    pairs = [name for name in names if name in known[PAIR]]
    for kind, held in ((holder, [name for name in names if name not in pairs]), (PAIR, pairs)):
        if held:
            written = (flow.step for flow in flows().flows for name in held if flow.written == (kind, name))
            read = (flow.step for flow in flows().flows for name in held if (kind, name) in flow.read)
            counts = (f"{_code(name)}{f' ({known[kind][name]})' if known[kind][name] else ''}" for name in held)
            yield ["pair" if kind == PAIR else of, group, ", ".join(counts), _numbers(written), _numbers(read)]


def launch() -> str:
    """Return what happens before the first month."""
    rows = ([step.says, step.taken_by, _code(_where(step))] for step in flat(MONTH.launch_steps))
    return markdown_table(("what happens", "taken by", "in"), rows)


def _where(step: Any) -> str:
    function = step.function if hasattr(step, "takers") else step.rule
    return f"{function.__module__}.{function.__qualname__}"


def schedule() -> str:
    """Return what happens in a month, step by step, by whom, when, and the submodel and function that do it."""
    rows = (
        [
            step["number"],
            step["says"],
            step["taken_by"],
            step["when"],
            submodel_of().get(step["step"], "") or "",
            _code(step["place"]) if step["place"] else "",
        ]
        for step in MONTH.schedule
    )
    return markdown_table(("no.", "what happens", "taken by", "only if", "submodel", "in"), rows)


def chance() -> str:
    """Return the streams of chance that bear on the model, and where each is read."""
    made = ("uniform on [0, 1)", "mean 0, SD 1, bounded at 2.45 SD", "uniform on [−1, 1)", "given from outside")
    rows = []
    for stream in MONTH.streams:
        read = readers_of(("luck", stream.name))
        if read:
            when = "at the launch" if stream.at_launch else "every month"
            who = "each body" if stream.each else "the table"
            rows.append(
                [_code(stream.name), when, who, stream.count, made[stream.made], _numbers(flow.step for flow in read)]
            )
    return markdown_table(("stream", "drawn", "for", "numbers", "how", "read in"), rows)


# ---------------------------------------------------------------------- who reads what of whom


def links() -> dict[tuple[int, int], list[str]]:
    """Return for every two submodels what the second reads that the first writes."""
    writers: dict[Place, set[int]] = {}
    for flow in flows().flows:
        if not flow.resets:
            writers.setdefault(flow.written, set()).add(submodel_of()[flow.step])
    found: dict[tuple[int, int], set[str]] = {}
    for flow in flows().telling():
        reader = submodel_of()[flow.step]
        for place in flow.read:
            for writer in writers.get(place, set()) - {0, reader} if reader else ():
                found.setdefault((writer, reader), set()).add(place[1])
    return {pair: sorted(found[pair]) for pair in sorted(found)}


def diagrams() -> str:
    """Return four diagrams of which submodel reads what another writes."""
    titles = {submodel.number: submodel.title for submodel in SUBMODELS}
    drawn = []
    for says, readers in GROUPS:
        arrows = [pair for pair, what in links().items() if pair[1] in readers and what != [EVERYWHERE]]
        nodes = sorted({number for pair in arrows for number in pair} | set(readers))
        lines = [f'  s{number}["{number} {titles[number]}"]' for number in nodes]
        lines += [f"  s{writer} --> s{reader}" for writer, reader in arrows]
        lines += [f"  style s{number} stroke-width:3px" for number in readers]
        drawn.append("\n".join([f"*{says}: what is read there*\n", "```mermaid", "flowchart LR", *lines, "```\n"]))
    return "\n".join(drawn)


def arrows() -> str:
    """Return what each arrow of the diagrams carries."""
    titles = {submodel.number: submodel.title for submodel in SUBMODELS}
    rows = (
        [f"{reader} {titles[reader]}", f"{writer} {titles[writer]}", ", ".join(map(_code, what))]
        for (writer, reader), what in sorted(links().items(), key=lambda link: link[0][::-1])
    )
    return markdown_table(("submodel", "reads of", "what"), rows)


# ---------------------------------------------------------------------- numbers


def _numbers_of(role: str) -> list[Parameter]:
    return [p for p in MONTH.parameters.values() if p.path.startswith("behaviour.") and p.role == role]


def _told_of(p: Parameter) -> list[object]:
    source = p.source.removeprefix("convention: ")
    return [_code(p.path), p.default, p.range_text, p.unit, p.says, source, _read_in(place_of(p.path))]


def free_numbers() -> str:
    """Return the numbers that nobody knows, each with its prior and its source."""
    rows = map(_told_of, _numbers_of("uncertain"))
    return markdown_table(("number", "default", "prior", "unit", "meaning", "source of the prior", "read in"), rows)


def conventions() -> str:
    """Return the numbers that were agreed on, each with its reason."""
    rows = map(_told_of, _numbers_of("structural"))
    return markdown_table(("number", "value", "may be set", "unit", "meaning", "reason", "read in"), rows)


def constants() -> str:
    """Return numbers that stand beside rules as data, with what is said of them there."""
    rows = []
    for module in sorted({path.rpartition(".")[0] for path in _functions()}):
        for name, value, says in _constants_of(module):
            rows.append([_code(f"{module}.{name}"), value, says])
    return markdown_table(("name", "value", "what it is"), rows)


def _functions() -> set[str]:
    """Return the rules that the month goes through, but those of plain arithmetic."""
    found = {path for called in flows().called.values() for path in called}
    return {path for path in found if not path.startswith("sim.rules.mathematics") and ".Partner" not in path}


def _constants_of(module: str) -> Iterator[tuple[str, str, str]]:
    if "PartnershipModel" in module:
        return
    loaded = importlib.import_module(module)
    used = {name for path in _functions() if path.rpartition(".")[0].startswith("sim.") for name in _called_names(path)}
    lines = ast.parse(inspect.getsource(loaded)).body
    for line, after in zip(lines, [*lines[1:], ast.Pass()], strict=True):
        said = after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else ""
        for name in _assigned(line):
            value = getattr(loaded, name)
            if name in used and said and not isinstance(value, str) and not _is_position(line):
                yield name, _shown(value), " ".join(str(said).split())


def _called_names(path: str) -> tuple[str, ...]:
    module, _, name = path.rpartition(".")
    return tuple(getattr(importlib.import_module(module), name).__code__.co_names) if "Partner" not in module else ()


def _assigned(line: ast.stmt) -> list[str]:
    targets = line.targets if isinstance(line, ast.Assign) else [line.target] if isinstance(line, ast.AnnAssign) else []
    return [
        node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name) and node.id.isupper()
    ]


def _is_position(line: ast.stmt) -> bool:
    """Return whether names stand for positions: ``A, B = range(2)``."""
    return "range(" in ast.unparse(line)


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return (
            "; ".join(_shown(one) for one in value)
            if value and isinstance(value[0], tuple)
            else ", ".join(map(_shown, value))
        )
    return f"{value:g}" if isinstance(value, float) else str(value)


def bare_numbers() -> dict[str, list[float]]:
    """Return the numbers that stand in rules, other than 0, ½, 1, 2, 12 and a million."""
    found = {}
    for path in sorted(_functions()):
        if "Partner" in path:
            continue
        module, _, name = path.rpartition(".")
        numbers = [
            node.value
            for node in ast.walk(text_of(getattr(importlib.import_module(module), name)))
            if isinstance(node, ast.Constant)
            and isinstance(node.value, int | float)
            and not isinstance(node.value, bool)
        ]
        bare = [number for number in numbers if number not in (0.0, 0.5, 1.0, 2.0, 12.0, 1e6)]
        if bare:
            found[path] = bare
    return found


def bare() -> str:
    """Return the same as a table."""
    rows = ([_code(path), ", ".join(f"{number:g}" for number in numbers)] for path, numbers in bare_numbers().items())
    return markdown_table(("rule", "numbers in it"), rows)


def levers() -> list[Parameter]:
    """Return everything that can be chosen."""
    return [p for p in MONTH.parameters.values() if p.role == "lever"]


def levers_read() -> str:
    """Return what can be chosen, and the submodels that read it."""
    rows = (
        [
            _code(p.path),
            p.label,
            p.default,
            p.range_text,
            _read_in(place_of(p.path)) or f"**nothing**: {DOES_NOTHING[p.path]}",
        ]
        for p in levers()
    )
    return markdown_table(("lever", "plain name", "default", "allowed", "read in"), rows)


def columns_read() -> str:
    """Return what each column of the archetypes means, and where it is read."""
    reads = {name: _read_in(("kind", name)) for name in COLUMNS}
    by_priorities = _read_in(("kind", "priorities"))
    for theme in THEMES:
        reads[theme] = f"{reads[theme] or 'launch'}; as priorities in {by_priorities}"
    reads["sector"] = _read_in(("seat", "sector"))
    reads["budget_gbp_per_head"] = f"{_read_in(('seat', 'budget_gbp_m'))}, times population"
    rows = ([_code(name), says, reads[name] or "**nothing**"] for name, says in COLUMNS.items())
    return markdown_table(("column", "meaning", "read in"), rows)


# ---------------------------------------------------------------------- what the documents say


def documents_answered() -> str:
    """Return what the five documents say, and the model's own answer."""
    rows = ([claim.seeds, claim.says, claim.submodels, _answer(claim), claim.but] for claim in CLAIMS)
    headings = ("source", "what it says", "submodels", "where it is", "what is not there, and why")
    return markdown_table(headings, rows)


def _answer(claim: Claim) -> str:
    parts = [", ".join(map(_code, (*claim.where, *claim.data)))] if claim.where or claim.data else []
    return "; ".join([*parts, *([f"seen in {claim.seen_in}"] if claim.seen_in else [])])


# ---------------------------------------------------------------------- forms


def forms_of(number: int) -> str:
    """Return the forms of a submodel as its code has them."""
    shown = SUBMODELS[number - 1].forms
    return "\n".join(["```text", "\n\n".join(form_of(path) for path in shown), "```\n"])


ODD_TABLES: Mapping[str, Callable[[], str]] = {
    maker.__name__: maker
    for maker in (
        purpose_patterns, state, launch, schedule, chance, diagrams, arrows, free_numbers, conventions, constants, bare,
        levers_read, columns_read, documents_answered,
    )
} | {f"forms_{submodel.number}": partial(forms_of, submodel.number) for submodel in SUBMODELS}  # fmt: skip
"""Every generated part by the name in its marker."""
