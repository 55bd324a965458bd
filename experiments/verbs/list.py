"""Print what there is to ask: scenarios, experiments, levers, parameters, places, measures and more.

Topics:
  scenarios    the questions that ship with the model, each with the claim it tests
  experiments  questions that state scenarios, levers and doses at once: partnerships sweep +experiment=NAME
  levers       what government or a partnership can choose, with default, range and source
  parameters   every number of the model: levers, uncertain and structural parameters
  places       the 354 districts of 2004 and two places made up: fund, population, tiers, county, need; some of them:
               places all, places funded, places recorded (the fund is on record), places county:Kent
  measures     what a run reports every month
  boards       who sits at the table
  types        kinds of bodies, with their sector and budget: what a case names or bases its own on
  words        what everything is called in plain words, with unit and meaning
  acronyms     what is shortened, and what it stands for
  steps        what happens in a month, step by step, and who takes each

For example:
  partnerships list scenarios
  partnerships list levers
  partnerships list places county:Durham
  partnerships list measures --json
"""

from __future__ import annotations

import argparse
import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.table import Table

from experiments.compose import load_scenario, scenario_descriptions
from experiments.errors import CommandError, WordParser
from experiments.options import EXPERIMENT, find, option_names
from experiments.own_yaml import read_yaml
from experiments.terminal import console, plain_table, print_json
from sim import ARCHETYPES, MEASURES, MONTH, PARAMETERS, Measure, Parameter, find_place, place_names
from sim.population import place_records
from sim.scenario import nearest
from sim.spelling import ACRONYMS
from sim.vocabulary import VOCABULARY

Rows = list[dict[str, Any]]


def scenarios() -> Rows:
    """Return the scenarios with description, claim and seed document."""
    return [dict(described) for described in scenario_descriptions()]


def experiments() -> Rows:
    """Return the experiments with what each says of itself, in the first comment of its file, and its levers."""
    return [_experiment(name) for name in option_names(EXPERIMENT)]


def _experiment(name: str) -> dict[str, Any]:
    path = find(EXPERIMENT, f"{name}.yaml")
    assert path is not None
    text = path.read_text("utf-8")
    comments = [line.removeprefix("#").strip() for line in text.splitlines() if line.startswith("# ")]
    doses: Any = read_yaml(path).get("doses") or {}
    levers = {lever: list(its) for lever, its in doses.items()}
    return {"name": name, "description": comments[1], "levers": levers}


def levers() -> Rows:
    """Return the parameters that can be chosen."""
    return [_declared(parameter) for parameter in PARAMETERS.values() if parameter.role == "lever"]


def parameters() -> Rows:
    """Return every parameter of the model."""
    return [_declared(parameter) for parameter in PARAMETERS.values()]


def places(group: str = "") -> Rows:
    """Return the places, or a group of districts, with their codes, county, and the basis of their figures."""
    beside = (
        "code",
        "ons_code",
        "county",
        "ends",
        "fund_basis",
        "population_basis",
        "successor_basis",
        "agreement_basis",
        "chair_basis",
    )
    return [
        dataclasses.asdict(find_place(name)) | {field: place_records()[name][field] for field in beside}
        for name in place_names(group)
    ]


def measures() -> Rows:
    """Return the measures; a bound of None is open."""
    stated = [field.name for field in dataclasses.fields(Measure) if field.name not in ("formula", "names_regimes")]
    return [
        {name: getattr(measure, name) for name in stated} | {"low": _finite(measure.low), "high": _finite(measure.high)}
        for measure in MEASURES.values()
    ]


def boards() -> Rows:
    """Return the boards with their seats by archetype."""
    boards = {name: load_scenario("baseline_lsp", [f"board={name}"]).board for name in option_names("board")}
    return [
        {"name": name, "seats": sum(board.members.values()), **dataclasses.asdict(board)}
        for name, board in boards.items()
    ]


def types() -> Rows:
    """Return the archetypes with all their columns."""
    return [dataclasses.asdict(kind) for kind in ARCHETYPES.values()]


def words() -> Rows:
    """Return the plain words of measures, levers, parameters, terms, sectors and regimes."""
    return [dataclasses.asdict(word) for word in VOCABULARY.values()]


def acronyms() -> Rows:
    """Return what labels, texts and documents shorten."""
    return [{"name": name, "says": says} for name, says in ACRONYMS.items()]


def steps() -> Rows:
    """Return the steps of a month in their order."""
    return MONTH.schedule


TOPICS: Mapping[str, Callable[..., Rows]] = {
    "scenarios": scenarios,
    "experiments": experiments,
    "levers": levers,
    "parameters": parameters,
    "places": places,
    "measures": measures,
    "boards": boards,
    "types": types,
    "words": words,
    "acronyms": acronyms,
    "steps": steps,
}


def main(arguments: Sequence[str]) -> None:
    """Print the topic that ``arguments`` name, as a table or with ``--json`` as JSON."""
    asked = _parsed(arguments)
    rows = places(asked.group) if asked.topic == "places" else TOPICS[asked.topic]()
    if asked.json:
        print_json(rows)
    else:
        console().print(_TABLES[asked.topic](rows))


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = WordParser("list")
    parser.add_argument("topic", nargs="?")
    parser.add_argument("group", nargs="?", default="")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    known = ", ".join(TOPICS)
    if asked.topic is None:
        raise CommandError(f"list what? partnerships list TOPIC, with one of {known}")
    if asked.topic not in TOPICS:
        raise CommandError(f"unknown topic {asked.topic!r}{nearest(asked.topic, TOPICS)}; known: {known}")
    if asked.group and asked.topic != "places":
        raise CommandError(
            f"{asked.group!r} is not allowed: {asked.topic} are listed as a whole; see: partnerships list --help"
        )
    return asked


def _declared(parameter: Parameter) -> dict[str, Any]:
    return dataclasses.asdict(parameter) | {"range": parameter.range_text}


def _finite(bound: float) -> float | None:
    return bound if math.isfinite(bound) else None


# ------------------------------------------------------------------------------ tables


def _scenario_table(rows: Rows) -> Table:
    table = plain_table()
    table.add_column("scenario", no_wrap=True)
    table.add_column("what it is, and the claim it tests", ratio=1)
    table.add_column("source")
    for row in rows:
        table.add_row(row["name"], f"{row['description']} Claim: {row['claim']}", row["seed_document"])
    return table


def _experiment_table(rows: Rows) -> Table:
    table = plain_table()
    table.add_column("experiment", no_wrap=True)
    table.add_column("what it asks", ratio=1)
    table.add_column("levers, with their doses", ratio=1)
    for row in rows:
        levers = (f"{lever}: {', '.join(doses)}" for lever, doses in row["levers"].items())
        table.add_row(row["name"], row["description"], "\n".join(levers))
    return table


def _parameter_table(rows: Rows) -> Table:
    table = plain_table()
    table.add_column("path", no_wrap=True)
    table.add_column("default", justify="right")
    table.add_column("range\nunit", width=18)
    table.add_column("meaning", ratio=3)
    table.add_column("source", ratio=2)
    for row in rows:
        allowed = f"{row['range']}\n{row['unit']}"
        table.add_row(_breakable(row["path"]), str(row["default"]), allowed, row["says"], row["source"])
    return table


def _breakable(path: str) -> str:
    """Return a long path over two lines: the group, and the name in it."""
    group, _, name = path.rpartition(".")
    return path if len(path) <= 24 else f"{group}.\n  {name}"


def _place_table(rows: Rows) -> Table:
    table = plain_table()
    table.add_column("place", no_wrap=True)
    table.add_column("code")
    table.add_column("county", ratio=1, overflow="fold")
    for heading in ("tiers", "population", "fund 2003-04\n£m", "need\n0 to 1"):
        table.add_column(heading, justify="right")
    table.add_column("fund is", no_wrap=True)
    for row in rows:
        need = sum(row["need"].values()) / len(row["need"])
        figures = (str(row["tiers"]), f"{row['population']:,}", f"{row['fund_2003_04_gbp_m']:.2f}", f"{need:.2f}")
        table.add_row(row["name"], row["code"], row["county"], *figures, row["fund_basis"].partition(":")[0])
    table.caption = "Need is the mean over five themes. Conditional on the record; no assessment of any authority."
    return table


def _measure_table(rows: Rows) -> Table:
    table = plain_table()
    table.add_column("measure", no_wrap=True)
    table.add_column("unit", max_width=18)
    table.add_column("range", no_wrap=True)
    table.add_column("meaning", ratio=1)
    for row in rows:
        low, high = ("open" if bound is None else f"{bound:g}" for bound in (row["low"], row["high"]))
        table.add_row(row["name"], row["unit"], f"{low} to {high}", row["says"])
    return table


def _board_table(rows: Rows) -> Table:
    table = plain_table()
    table.add_column("board", no_wrap=True)
    table.add_column("seats", justify="right")
    table.add_column("executive", no_wrap=True)
    table.add_column("members", ratio=1)
    for row in rows:
        members = ", ".join(f"{count} {name}" for name, count in row["members"].items())
        table.add_row(row["name"], str(row["seats"]), row["executive"], members)
    return table


def _type_table(rows: Rows) -> Table:
    table = plain_table()
    table.add_column("type", no_wrap=True)
    table.add_column("what it is", ratio=1)
    table.add_column("sector")
    for heading in ("budget\n£ a head", "discretionary\nshare", "senior\nhalf-days"):
        table.add_column(heading, justify="right")
    for row in rows:
        figures = (f"{row['budget_gbp_per_head']:g}", f"{row['discretionary_share']:g}", f"{row['senior_half_days']:g}")
        table.add_row(row["archetype"], row["label"], row["sector"], *figures)
    return table


def _word_table(rows: Rows) -> Table:
    table = plain_table()
    table.add_column("name", no_wrap=True)
    table.add_column("kind", no_wrap=True)
    table.add_column("plain name\nunit", ratio=2)
    table.add_column("meaning", ratio=3)
    for row in rows:
        table.add_row(_breakable(row["name"]), row["kind"], f"{row['label']}\n{row['unit']}", row["definition"])
    return table


def _acronym_table(rows: Rows) -> Table:
    table = plain_table()
    table.add_column("acronym", no_wrap=True)
    table.add_column("what it stands for", ratio=1)
    for row in rows:
        table.add_row(row["name"], row["says"])
    return table


def _step_table(rows: Rows) -> Table:
    table = plain_table()
    table.add_column("", justify="right")
    table.add_column("what happens", ratio=3)
    table.add_column("taken by", ratio=2)
    table.add_column("step", no_wrap=True)
    for row in rows:
        takers = f"{row['taken_by']}, if {row['when']}" if row["when"] else row["taken_by"]
        table.add_row(str(row["number"]), row["says"], takers, row["step"])
    return table


_TABLES: Mapping[str, Callable[[Rows], Table]] = {
    "scenarios": _scenario_table,
    "experiments": _experiment_table,
    "levers": _parameter_table,
    "parameters": _parameter_table,
    "places": _place_table,
    "measures": _measure_table,
    "boards": _board_table,
    "types": _type_table,
    "words": _word_table,
    "acronyms": _acronym_table,
    "steps": _step_table,
}
