"""The engine of the page: the same bytes go in and the same bits come out as in Python, in a real browser."""

from __future__ import annotations

import base64
import dataclasses
import json
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.comparison.uncertainty import contrasts_by_set, shares_by_set
from analysis.comparison.words import contrast_rows, is_clear
from analysis.shared.parameter_sets import OVER_SETS
from analysis.shared.paths import nested
from analysis.shared.summaries import t_interval
from experiments import load_scenario
from experiments.behaviours import ACCEPTED, BY_HAND, USUAL
from experiments.compose import load_place, scenario_names
from experiments.page.catalogue import PAGE_MEASURES, QUANTILES, catalogue
from experiments.page.engine.build import engine_of
from experiments.page.engine.module import Engine, built_from, hash_of_sources, module_bytes, shipped
from experiments.page.html import MOST_REPLICATES, chart_library, limits, own_script
from experiments.page.interventions import interventions
from experiments.page.options import Choices, accepted_sets, choices_of_extension, choices_with, preset_scenarios
from experiments.page.roles import played_of
from experiments.page.tables import engine_tables
from experiments.values import with_values
from sim import MONTH, Scenario, meetings, simulate, simulate_ensemble, with_changes
from sim.block import Keeping, plans_of
from sim.choices import given_choices
from sim.compiled import compiled_month, put_together
from sim.month import PLACE, item_is_open
from sim.own import month_of
from sim.population import seats_of
from sim.portable import slots_of
from sim.randomness import PLAYED
from sim.records import Recorder
from sim.scenario import CalendarEntry
from sim.steps import Step

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
in_a_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")

RUNS = 5
PLACES = [None, "hackney", "adur", "kerrier", "westminster"]
UNSET = {"request.addresses", "kept.kept", "kept.for_regimes"} | {
    f"kept.held.{name}" for name in ("things", "whole", "matrices")
}
"""Arguments that name places in memory, or rooms for what is kept, which hold nothing yet."""


def test_the_module_is_as_old_as_the_model():
    """A page must not hold another model than the package: build it anew after a change in ``sim/``."""
    assert built_from() == hash_of_sources(), "python -m experiments.page.engine.build"


def test_the_module_imports_nothing():
    """After the head, sections are a number and a length: there is no section of imports (2)."""
    module = module_bytes()
    assert module[:8] == b"\0asm\1\0\0\0"
    sections, at = [], 8
    while at < len(module):
        sections.append(module[at])
        length = shift = 0
        at += 1
        while True:
            length |= (module[at] & 0x7F) << shift
            shift += 7
            at += 1
            if module[at - 1] < 0x80:
                break
        at += length
    assert 2 not in sections


# ---------------------------------------------------------------------- in a browser


@pytest.fixture(scope="module")
def lab(browser: Any, case: Path) -> Iterator[Any]:
    with lab_of(browser, choices_with(str(case)), shipped()) as page:
        yield page


@pytest.fixture(scope="module")
def lab_of_extension(browser: Any, grudges: Path) -> Iterator[Any]:
    with lab_of(browser, choices_of_extension(str(grudges)), engine_of(str(grudges))) as page:
        yield page


@contextmanager
def lab_of(browser: Any, known: Choices, of_month: Engine) -> Iterator[Any]:
    """Give a page that has the scripts of the explorer without its looks, and the engine as ``engine``."""
    told = catalogue(known) | {"limits": limits()}
    tables = engine_tables(known, of_month, most_replicates=MOST_REPLICATES)
    texts = {"catalogue": json.dumps(told), "engine": json.dumps(tables), "module": of_month.as_text()}
    elements = "".join(
        f'<script type="text/plain" id="{name}">{text.replace("<", chr(92) + "u003c")}</script>'
        for name, text in texts.items()
    )
    page = browser.new_page()
    page.set_content(elements)
    page.add_script_tag(content=chart_library())
    page.add_script_tag(
        content=own_script(("arrays", "state", "words", "plan", "engine", "answers", "minutes", "play"))
    )
    page.add_script_tag(content="var engine = null; const lines = [];" + _HELP)
    page.evaluate(
        "async () => { const module = await unzipped(bytesOf(document.getElementById('module').textContent));"
        "engine = new Engine((await WebAssembly.instantiate(module, {})).instance, ENGINE.table); }"
    )
    yield page
    page.close()


_HELP = """
const textOf = (buffer, at, bytes) => {
  let text = "";
  const all = new Uint8Array(buffer, at, bytes);
  for (let k = 0; k < all.length; k += 32768) text += String.fromCharCode(...all.subarray(k, k + 32768));
  return btoa(text);
};
const askedOf = ({ side, shared, behaviour, runs, every, role }) => {
  const scenario = scenarioOf(side, shared);
  const sets = behavioursOf(scenario, behaviour);
  const replicates = Array.from({ length: runs }, (_, r) => r);
  const months = Array.from({ length: scenario.months }, (_, month) => month).filter((month) => month % every === 0);
  const measures = SHOWN_MEASURES.map((name) => ENGINE.table.measures.indexOf(name));
  const plan = planOf(scenario);
  const { body, years } = roleOf(role ?? "", []);
  const asked = {
    plan, seed: shared.seed, replicates, behaviours: replicates.map((r) => sets[r % sets.length]),
    keep: { measures, months, bodies: true, held: HELD },
    given: ranksGiven({ years }, plan.bodies.findIndex(({ name }) => name === body), scenario.months),
  };
  return { scenario, asked };
};
const laidOutOf = (question) => {
  const { asked } = askedOf(question);
  const spare = (8 - (asked.replicates.length % 8)) % 8;
  const filled = (list) => [...list, ...new Array(spare).fill(list.at(-1))];
  const { replicates, behaviours } = asked;
  const parts = engine.laidOut({ ...asked, replicates: filled(replicates), behaviours: filled(behaviours) });
  return Object.fromEntries(ENGINE.table.slots.map(([name, axes]) => {
    const part = parts.get(name);
    return [name, axes ? [part.shape, textOf(engine.memory.buffer, part.at, product(part.shape) * 8)] : part];
  }));
};
const livedOf = (question) => {
  const { scenario, asked } = askedOf(question);
  const result = engine.live(asked);
  const bits = ({ shape, values }) => [shape, textOf(values.buffer, values.byteOffset, values.byteLength)];
  const runs = runsOf(result, thresholdsOf(scenario));
  return {
    measures: bits(result.measures), columns: bits(result.columns), partner: bits(result.held.partner),
    matrix: bits(result.held.matrix), regimes: runs.map((run) => [...run.regimes]),
  };
};
const exampleAsked = (question) => {
  const { scenario, asked } = askedOf({ ...question, runs: 1, every: 1 });
  const keep = { ...asked.keep, measures: [], bodies: false, held: LUCK, luck: true };
  const chance = engine.live({ ...asked, keep });
  const launch = engine.launch({ ...asked, replicate: 0, matrices: HELD.matrix });
  const lived = engine.live(asked);
  return exampleOf(asked.plan, { lived, chance, launch }, 0, thresholdsOf(scenario), asked.behaviours[0]);
};
const minutesAsked = (question) => {
  const example = exampleAsked(question);
  return overMonths(example.months, (month) => example.minutes(month));
};
"""


@dataclasses.dataclass(frozen=True)
class Question:
    """A side of the page, and the same scenario in Python."""

    preset: str
    changes: dict[str, Any] = dataclasses.field(default_factory=dict)
    place: str | None = None
    months: int | None = None
    seed: int = 3

    @property
    def scenario(self) -> Scenario:
        named = [f"{name}={self.changes[name]}" for name in ("board", "calendar") if name in self.changes]
        scenario = self.loaded([BY_HAND, *named])
        settings = {
            path: v for path, v in self.changes.items() if path not in ("board", "calendar") and "@" not in path
        }
        scenario = with_values(scenario, settings)
        dated = [dated_entry(path, dose) for path, dose in self.changes.items() if "@" in path]
        scenario = dataclasses.replace(scenario, calendar=(*scenario.calendar, *dated))
        if self.place is not None:
            scenario = dataclasses.replace(scenario, place=load_place(self.place))
        return scenario if self.months is None else with_changes(scenario, months=self.months)

    def loaded(self, overrides: list[str]) -> Scenario:
        return load_scenario(self.preset, overrides)

    def asked(self, **more: Any) -> dict[str, Any]:
        shared = {"place": self.place, "months": self.months, "seed": self.seed}
        side = {"preset": self.preset, "changes": self.changes}
        return {"side": side, "shared": shared, "behaviour": USUAL, "runs": RUNS, "every": 7} | more


@dataclasses.dataclass(frozen=True)
class QuestionOfCase(Question):
    """The same of the case on the page."""

    preset: str = "case:hackney_example"
    case: Path = Path()

    def loaded(self, overrides: list[str]) -> Scenario:
        return load_scenario("baseline_lsp", overrides, case=self.case)


@dataclasses.dataclass(frozen=True)
class QuestionOfExtension(Question):
    """The same of a month of one's own."""

    preset: str = "talking_shop"
    extension: str = ""

    def loaded(self, overrides: list[str]) -> Scenario:
        return load_scenario(self.preset, [*overrides, f"extension={self.extension}"])


def dated_entry(path: str, dose: str) -> CalendarEntry:
    """Return what a dated change of a side does, as an entry of a calendar."""
    name, month = path.split("@")
    if name.startswith("own."):
        return CalendarEntry(from_month=month, own={name.removeprefix("own."): float(dose.removeprefix("at_"))})
    does = next(one for one in interventions() if one["name"] == name)["doses"][dose]
    return CalendarEntry(from_month=month, **does | nested(does.get("levers", {}) | does.get("leadership", {})))


def random_question(number: int) -> Question:
    """Return a scenario with a dozen settings moved, a board, a calendar and a place, by chance."""
    luck = random.Random(number)
    moved = [control for control in catalogue()["controls"] if control["kind"] in ("number", "count", "choice")]
    changes: dict[str, Any] = {}
    for control in luck.sample(moved, 12):
        if control["kind"] == "choice":
            changes[control["path"]] = luck.choice(control["choices"])
        elif control["whole"]:
            changes[control["path"]] = luck.randint(control["low"], min(control["high"], 3))
        else:
            changes[control["path"]] = round(luck.uniform(control["low"], control["high"]), 3)
    if "board.chair" in changes:
        changes["board.chair"] = luck.choice(["council", "nobody"])
    changes["calendar"] = luck.choice(["none", "abolition_2010", "nrf_cliff_2008", "england_2001_2013"])
    for one in luck.sample(interventions(), 3):
        month = f"{luck.randint(2001, 2012)}-{luck.randint(4, 12):02d}"
        changes[f"{one['name']}@{month}"] = luck.choice(list(one["doses"]))
    # The order of dates is that of the page, which tells them apart by month, then by name.
    changes = dict(sorted(changes.items(), key=lambda change: change[0].split("@")[::-1]))
    preset = luck.choice([name for name, scenario in preset_scenarios().items() if scenario.start == "2001-04"])
    return Question(preset, changes, luck.choice(PLACES), luck.choice([None, 60, 130]), seed=luck.getrandbits(32))


QUESTIONS: dict[str, Callable[[], Question]] = {
    **{name: partial(Question, name, place=PLACES[n % len(PLACES)]) for n, name in enumerate(scenario_names())},
    "few bodies": partial(
        Question, "baseline_lsp", {"board": "small_executive", "levers.flexible_fund_gbp_m": 3.5}, months=30,
        seed=2**32 - 1,
    ),
    **{f"by chance {number}": partial(random_question, number) for number in range(12)},
    **{
        f"{one['name']} {dose}": partial(Question, "two_tier_confusion", {f"{one['name']}@2006-05": dose})
        for one in interventions()
        for dose in one["doses"]
    },
}  # fmt: skip
"""By name, each put together by the test that asks it: collecting tests composes no scenario."""


@pytest.fixture
def question(request: pytest.FixtureRequest) -> Question:
    """Return the question of that name."""
    return QUESTIONS[request.param]()


def _room(question: Question, held: dict[str, list[str]], every: int = 7) -> Any:
    scenario = question.scenario
    month = month_of(scenario)
    measures = [*PAGE_MEASURES, *(name for name in month.measures if name not in MONTH.measures)]
    record = Recorder("what the page keeps of a run", **{kind: tuple(names) for kind, names in held.items()})
    keeping = Keeping(list(range(0, scenario.months, every)), measures, partners=True, terms=True, record=record)
    made = put_together(month)
    plans = plans_of([scenario], made.layout, month) * 8
    replicates = [*range(RUNS), *[RUNS - 1] * (8 - RUNS)]
    return made.room_of(plans, seed=question.seed, replicates=replicates, keeping=keeping)


@pytest.mark.long
@in_a_browser
@pytest.mark.parametrize("question", QUESTIONS, indirect=True)
def test_a_block_is_packed_into_the_same_bytes(lab, question):
    """Board, place, behaviour, levers by month and chance, of every scenario and of settings moved by chance."""
    packed = lab.evaluate("laidOutOf", question.asked())
    for slot, value in slots_of(_room(question, lab.evaluate("HELD"))):
        if slot.axes == 0:
            assert packed[slot.name] == int(value), slot.name
        elif slot.name not in UNSET:
            shape, content = packed[slot.name]
            assert tuple(shape) == value.shape, slot.name
            assert base64.b64decode(content) == np.ascontiguousarray(value).tobytes(), slot.name


@in_a_browser
@pytest.mark.slow
@pytest.mark.parametrize("question", list(QUESTIONS)[::4], indirect=True)
def test_the_browser_lives_through_the_same_months(lab, question):
    """Measures, bodies with terms, events, ties and trust to the last bit, and the regime of every month."""
    lived = lab.evaluate("livedOf", question.asked(every=1))
    room = _room(question, lab.evaluate("HELD"), every=1)
    compiled_month(month_of(question.scenario)).run_block(room.request, room.draws, room.kept, 8)
    kept = room.kept
    of_runs = {
        "measures": kept.kept, "columns": kept.partner_rows, "partner": kept.held.things, "matrix": kept.held.matrices
    }  # fmt: skip
    for name, values in of_runs.items():
        expected = np.ascontiguousarray(values[..., :RUNS])
        shape, content = lived[name]
        assert tuple(shape) == expected.shape
        assert base64.b64decode(content) == expected.tobytes(), name
    ensemble = simulate_ensemble([question.scenario], replicates=RUNS, seed=question.seed, measures=["trust"])
    assert lived["regimes"] == ensemble.regimes[0].tolist()


@in_a_browser
@pytest.mark.slow
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {
            "levers.staff_team": 0.9,
            "board.members.police": 2,
            "cuts@2005-01": "mild",
            "reorganisation@2004-03": "one_new_council",
        },
    ],
)
def test_a_case_has_the_same_bits(lab, case, changes):
    """Own types and bodies that come and go, ties, trust, series, dates and levers of a case, as they are and moved."""
    question = QuestionOfCase(changes=changes, case=case)
    test_a_block_is_packed_into_the_same_bytes(lab, question)
    test_the_browser_lives_through_the_same_months(lab, question)


@pytest.mark.long
@in_a_browser
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {
            "own.apology": 0.7,
            "own.grudge_rate": 0.31,
            "levers.duty.attend": 0.5,
            "cuts@2005-01": "mild",
            "own.apology@2006-05": "at_0.5",
        },
    ],
)
def test_a_month_of_ones_own_has_the_same_bits(lab_of_extension, grudges, changes):
    """The example of docs/extending.md: its state, term, measure, settings and replaced rule."""
    question = QuestionOfExtension(changes=changes, extension=str(grudges))
    test_a_block_is_packed_into_the_same_bytes(lab_of_extension, question)
    test_the_browser_lives_through_the_same_months(lab_of_extension, question)


def _minutes_in_mesa(question: Question) -> list[list[dict[str, Any]]]:
    """Return every item of every month as Mesa lives through it, by a month that watches its votes."""
    items: list[list[dict[str, Any]]] = [[] for _ in range(question.scenario.months)]

    def watch(self: Any) -> None:
        sitting = [body for body in self.partners if body.sits > 0.0]
        votes = {body.position: body.supports_it for body in sitting if body.in_person * body.on_executive > 0.0}
        proposer = next((body.position for body in sitting if body.proposes > 0.0), -1)
        items[self.month].append(
            {
                "table": self.table,
                "theme": int(self.theme),
                "proposer": proposer,
                "team": [body.position for body in sitting if body.joins_team > 0.0],
                "supporters": [position for position, supports in votes.items() if supports > 0.0],
                "voting": list(votes),
                "isAdopted": self.is_adopted > 0.0,
                "project": int(self.place_of_project) if self.is_adopted > 0.0 else -1,
            }
        )

    def watched_vote(self: Any) -> None:
        before = self.model.votes
        meetings.vote(self)
        self.supports_it = 1.0 if self.model.votes > before else 0.0

    month = MONTH.holding(supports_it="partner").replacing(vote=watched_vote)
    month = month.after("decide", Step(watch, PLACE, "It is minuted.", when=item_is_open))
    simulate(question.scenario, seed=question.seed, replicate=0, month=month)
    return items


@in_a_browser
@pytest.mark.slow
@pytest.mark.parametrize("question", list(QUESTIONS)[::5], indirect=True)
def test_minutes_are_those_of_the_meetings(lab, question):
    """Every item of every table and month: theme, who proposed, the team, who supported it, whether it passed."""
    told, expected = lab.evaluate("minutesAsked", question.asked()), _minutes_in_mesa(question)
    assert any(item["isAdopted"] for items in expected for item in items)
    for month, items in enumerate(expected):
        assert [{k: v for k, v in item.items() if k != "support"} for item in told[month]] == items, month


@in_a_browser
@pytest.mark.slow
def test_replicates_take_turns_with_the_accepted_sets(lab):
    """As in ``partnerships compare``: replicate r has set r mod n, and what a side sets holds for all."""
    question = Question("baseline_lsp", {"behaviour.trust_rate": 0.11}, months=24)
    lived = lab.evaluate("livedOf", question.asked(behaviour=ACCEPTED, every=1))
    shape, content = lived["measures"]
    values = np.frombuffer(base64.b64decode(content)).reshape(shape)
    for replicate in range(RUNS):
        behaviour = dataclasses.replace(accepted_sets()[replicate], trust_rate=0.11)
        scenario = dataclasses.replace(question.scenario, behaviour=behaviour)
        alone = simulate_ensemble([scenario], replicates=[replicate], seed=question.seed, measures=PAGE_MEASURES)
        assert np.array_equal(values[..., replicate], alone.measures[0, 0])


@pytest.mark.slow
@in_a_browser
def test_a_role_gives_the_same_ranks(lab):
    """Every choice of every question, in a last year that has five months."""
    question = Question("baseline_lsp", months=41)
    role = "police_1.100.271.362.053"
    shape, content = lab.evaluate("laidOutOf", question.asked(role=role))["draws.given"]
    bodies = [seat.name for seat in seats_of(question.scenario)]
    given = given_choices(played_of([role], months=41), MONTH.choices, bodies=bodies, months=41)[PLAYED]
    assert (given >= 0.0).any(axis=(0, 1)).all()
    assert np.array_equal(np.frombuffer(base64.b64decode(content)).reshape(shape)[:, : len(bodies)], given)


@in_a_browser
@pytest.mark.slow
def test_the_browser_takes_choices_as_the_engine_does(lab):
    question = Question("baseline_lsp", months=36)
    role = "primary_care_trust_1.110.361.203"
    shape, content = lab.evaluate("livedOf", question.asked(role=role, every=1))["measures"]
    options = {"replicates": RUNS, "seed": question.seed, "measures": PAGE_MEASURES}
    usual, played = (
        simulate_ensemble([question.scenario], played=given, **options).measures[0]
        for given in (None, played_of([role], months=36))
    )
    lived = np.moveaxis(np.frombuffer(base64.b64decode(content)).reshape(shape), -1, 0)
    assert np.array_equal(lived, played)
    assert not np.array_equal(usual, played)


@in_a_browser
def test_the_page_counts_as_the_library_does(lab):
    luck = np.random.default_rng(4)
    numbers = luck.normal(size=37)
    mean, low, high = (float(end[0]) for end in t_interval(numbers[:, None]))
    told = lab.evaluate("meanInterval", numbers.tolist())
    assert [told["mean"], told["low"], told["high"]] == pytest.approx([mean, low, high], abs=1e-12)
    for runs, sets in ((62, 31), (100, 31), (20, 31), (10, 31), (37, 1)):
        values = luck.normal(0.3, 1.0, size=runs)
        rows = pd.DataFrame({"scenario": "a", "replicate": range(runs), "trust": values})
        table = contrasts_by_set(pd.concat([rows, rows.assign(scenario="b", trust=0.0)]), "b", sets=sets)
        (row,) = contrast_rows(table)
        told = lab.evaluate("([all, n]) => overSets(all, n)", [values.tolist(), sets])
        expected = [row.difference, row.ci_low, row.ci_high]
        assert [told["mean"], told["low"], told["high"]] == pytest.approx(expected, abs=1e-12)
        assert lab.evaluate("isClear", told) == is_clear(row)
    quantiles = [*np.quantile(numbers, QUANTILES), numbers.mean()]
    assert lab.evaluate("band", numbers.tolist()) == pytest.approx(quantiles, abs=1e-12)
    sets = np.repeat([[0.0, 3.0, 6.0]], 40, axis=0).ravel()
    shares = [
        lab.evaluate("([all, n]) => shareBetween(all, n)", [(sets * w + luck.normal(size=120)).tolist(), 3])
        for w in (0, 1, 9)
    ]
    assert shares[0] < 0.1
    assert shares[1] == pytest.approx(9.0 / 10.0, abs=0.06)  # variance of 0, 3, 6 is 9, of luck 1
    assert shares[2] > 0.98
    for count, total, sets in ((0, 20, 31), (7, 37, 1), (20, 20, 31), (90, 160, 31), (3, 155, 31), (400, 400, 31)):
        flags = luck.permutation([1] * count + [0] * (total - count))
        regimes = np.where(flags, "hollow", "dissolved")
        table = shares_by_set(pd.DataFrame({"scenario": "a", "replicate": range(total), "regime": regimes}), sets=sets)
        row = table.set_index("regime").loc["hollow"]
        told = lab.evaluate("([flags, sets]) => shareOfRuns(flags, sets)", [flags.tolist(), sets])
        assert told["count"] == count
        assert [told[name] for name in ("share", "low", "high")] == pytest.approx(
            [row["share"], row["ci_low"], row["ci_high"]], abs=1e-12
        )
        assert (told["sets"] > 1) == (row["interval_over"] == OVER_SETS)


@pytest.mark.long
@in_a_browser
@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({f"board.members.{name}": 0 for name in load_scenario("baseline_lsp").board.members}, "Nobody sits"),
        ({"board.members.police": 10, "board": "forum_100", "board.members.fire_service": 20}, "at most 120"),
        ({"board.chair": "business", "board": "public_only_executive", "board.members.large_employer": 0,
          "board.members.chamber_of_commerce": 0, "board.members.small_business_federation": 0}, "has a seat"),
    ],
)  # fmt: skip
def test_a_board_that_cannot_be_is_refused_in_one_line(lab, changes, told):
    said = lab.evaluate(
        "(question) => { try { laidOutOf(question); return ''; } catch (error) { return error.message; } }",
        Question("baseline_lsp", changes).asked(),
    )
    assert told in said
    assert "\n" not in said
