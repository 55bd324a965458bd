"""The brief: four pages at most, every word from the numbers, behaviour in its intervals, and readable by anybody."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import math
import re
import shutil
import sys
import tomllib
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from commands import refused_line
from matplotlib.colors import to_rgb

from analysis.brief import words
from analysis.brief.contents import MOST, Evidence, Provenance, brief_of
from analysis.brief.document import Brief, render
from analysis.brief.figures import brief_figure
from analysis.brief.tables import QUANTITIES, Effect, effects, rank_correlations, title_quantity
from analysis.shared.parameter_sets import LEAST_SETS
from analysis.shared.plotting import GREY, REGIME_COLOURS
from analysis.shared.summaries import WORKING_REGIMES
from experiments import load_scenario
from experiments.compose import scenario_names
from experiments.console import main
from experiments.errors import CommandError
from experiments.output.evidence import VERDICTS, evidence_in
from experiments.output.finished import read_all, read_finished
from sim import PARAMETERS

REPOSITORY = Path(__file__).parents[3]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DATED = (
    "calendar=[{from: 2001-10, note: the fund ends, levers: {flexible_fund_gbp_m: 0}},"
    "{from: 2002-01, levers: {staff_team: 1}}]"
)
SHORT = ["board=small_executive", "months=14", "figures=false"]
SETS = 31

needs_browser = pytest.mark.skipif(
    CHROMIUM is None or importlib.util.find_spec("axe_playwright_python") is None,
    reason="needs chromium and axe-playwright-python",
)
needs_pdf = pytest.mark.skipif(importlib.util.find_spec("weasyprint") is None, reason="needs weasyprint")


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Comparisons, studies, an explanation and a plain run, all tiny."""
    folder = tmp_path_factory.mktemp("answers")
    pair = "scenarios=[growth_coalition,talking_shop,baseline_lsp]"
    compare, sweep = ["compare", *SHORT, "engine=mesa"], ["sweep", *SHORT[:2], "draws=5"]
    asked = [
        [*compare, pair, DATED, "replicates=4", f"output={folder}/compare"],
        [*compare, "scenarios=[sigoma_stick,baseline_lsp]", "replicates=2", "place=hackney", "behaviour=best",
         f"output={folder}/best"],
        [*sweep, "vary=[levers.duty]", "scenarios=[growth_coalition,baseline_lsp]", "replicates=2",
         f"study={folder}/study"],
        [*sweep, "vary=[behaviour.time_cost]", "scenarios=[baseline_lsp]", "replicates=2", f"study={folder}/world"],
        ["explain", *SHORT, "partner=police", "scenario=sigoma_stick", f"output={folder}/explain"],
        ["run", *SHORT, f"output={folder}/run"],
    ]  # fmt: skip
    for arguments in asked:
        assert main(arguments) == 0
    return folder


@pytest.fixture(scope="module")
def page(answers: Path) -> str:
    """The brief of the comparison."""
    assert main(["report", f"from={answers}/compare", f"output={answers}/brief"]) == 0
    return (answers / "brief" / "brief.html").read_text("utf-8")


def brief_in(*folders: Path) -> Brief:
    """Return the brief of finished results."""
    return brief_of(evidence_in(read_all(list(folders)), reference=None))


def made_up(
    works: Mapping[str, float], engagement: Mapping[str, float], *, seed: int = 1, sets: int = SETS, runs: int = 10,
    spread: float = 0.05, chance: float = 0.1,
) -> Evidence:  # fmt: skip
    """Return evidence in which scenarios work together and engage so much on average, the last the reference.

    Effects differ between sets by ``spread``, those of one run beside by ``chance``.
    """
    draw = np.random.default_rng(seed)
    of_sets = np.random.default_rng(0).normal(
        0.0, spread, (len(works), sets)
    )  # the world is the same whatever the seed
    replicates = np.arange(sets * runs)
    tables = []
    for place, name in enumerate(works):
        shares = np.clip(works[name] + of_sets[place, replicates % sets], 0.0, 1.0)
        worked = draw.random(len(replicates)) < shares
        noise = draw.normal(0.0, chance, len(replicates))
        columns = {
            "replicate": replicates,
            "unit": replicates % sets,
            "regime": np.where(worked, WORKING_REGIMES[1], "hollow"),
            "works": worked.astype(float),
            "engagement": engagement[name] + of_sets[place, replicates % sets] + noise,
        }
        tables.append(pd.DataFrame(columns).assign(scenario=name))
    scenario = load_scenario("baseline_lsp")
    return Evidence(
        scenarios=dict.fromkeys(works, scenario),
        reference=list(works)[-1],
        runs=pd.concat(tables, ignore_index=True),
        provenance=Provenance(["partnerships compare"], seed=seed, versions={}, commit=None),
        sets=sets if sets > 1 else 0,
    )


@dataclasses.dataclass
class Reader(HTMLParser):
    """Collects what a test asks of a page: tags with their attributes, headings, and text."""

    page: dataclasses.InitVar[str]

    def __post_init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[int] = []
        self.texts: list[str] = []
        self.hidden = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.hidden = tag == "style"
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_endtag(self, tag: str) -> None:
        self.hidden = False

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).replace("\N{NO-BREAK SPACE}", " ").split())


def number_in(text: str) -> float:
    """Return the first number of a text."""
    found = re.search(r"[−+]?\d[\d,]*\.?\d*", text)
    assert found, text
    return float(found.group().replace("−", "-").replace(",", ""))


# ---------------------------------------------------------------------------- words and numbers


@pytest.mark.slow
def test_the_table_has_the_numbers_of_the_runs(answers: Path) -> None:
    """Each level and difference, worked out here from the files of the comparison by other means."""
    brief = brief_in(answers / "compare")
    runs = pd.read_parquet(answers / "compare" / "runs.parquet").set_index(["scenario", "replicate"])
    months = pd.read_parquet(answers / "compare" / "trajectories.parquet")
    means = months.groupby(["scenario", "replicate"]).mean(numeric_only=True)
    own_time = months["time_meetings"] + months["time_projects"] + months["time_ties"]
    expected = {
        "Working together": 100 * runs["regime"].isin(["working partnership", "growth coalition"]),
        "Added value": 100 * runs["added_value"],
        "Outcome": 100 * runs["outcome"],
        "Engagement": runs["engagement"],
        "Fund spent": 12 * (means["fund_spent_gbp_m"] + means["fund_posts_gbp_m"]),
        "Own money pooled": 12 * means["contribution_pooled_gbp_m"],
        "Senior time here": (own_time * months["n_members"]).groupby([months["scenario"], months["replicate"]]).mean(),
    }
    names = {
        "Growth coalition": "growth_coalition",
        "Talking shop": "talking_shop",
        "Baseline partnership": "baseline_lsp",
    }
    assert [option.name for option in brief.options] == list(names)
    for option in brief.options:
        told = {label: line for label in expected for line in (*option.costs, *option.brings)
                if line.level.startswith(label)}  # fmt: skip
        assert set(told) == set(expected)
        for label, line in told.items():
            here, reference = (expected[label].loc[name] for name in (names[option.name], "baseline_lsp"))
            shown = number_in(line.level.removeprefix(label))
            assert shown == pytest.approx(here.mean(), abs=0.51 if "in 100" in line.level else 0.06), line
            if option.name != "Baseline partnership":
                difference = (here - reference).mean()
                assert number_in(line.change) == pytest.approx(difference, abs=0.51 if "in 100" in line.level else 0.06)


@pytest.mark.parametrize("seed", range(6))
def test_the_title_tells_what_is_clear_and_nothing_else(seed: int) -> None:
    """Its numbers are those of the runs, and a scenario is told as different only where its interval leaves out 0."""
    draw = np.random.default_rng(seed)
    works = dict(zip(("a_fund", "a_duty", "nothing"), draw.uniform(0.2, 0.9, 3), strict=True))
    evidence = made_up(works, dict(zip(works, draw.uniform(0.3, 0.6, 3), strict=True)), seed=seed)
    found = effects(evidence.runs, "nothing")
    title = brief_of(evidence).title
    told = title_quantity(found)
    mine = {row.scenario: row for row in found if row.quantity == told}
    first, _, unclear = title.partition("no clear difference")
    for name, called in (("a_fund", "a fund"), ("a_duty", "a duty")):
        row = mine[name]
        if title.startswith("No clear"):
            assert not any(other.clear for other in found if other.scenario != "nothing" and other.quantity in
                           ("works", "engagement"))  # fmt: skip
            continue
        assert (called in first) == row.clear
        assert (called in unclear) == (not row.clear)
        if not row.clear:
            continue
        if told == "works":
            share = evidence.runs[evidence.runs["scenario"] == name]["works"].mean()
            assert re.search(rf"\b{100 * share:.0f} (works? together )?under {called}", title), title
        else:
            direction = "higher" if row.difference > 0 else "lower"
            assert re.search(rf"(\d\.\d+) {direction} under {called}", title), title


def test_a_title_can_tell_every_kind_of_finding() -> None:
    """Clear shares, a clear measure, nothing clear, too few runs, and one scenario alone, each as a sentence."""
    same = {"a_fund": 0.5, "nothing": 0.5}
    cases = {
        "Of 100 simulated partnerships": made_up({"a_fund": 0.95, "nothing": 0.2}, same),
        "Engagement ends 0.": made_up(same, {"a_fund": 0.9, "nothing": 0.2}),
        "No clear gain or loss beside nothing: of 100": made_up(same, same),
        "Too few runs to tell: of 100": made_up({"a_fund": 0.95, "nothing": 0.2}, same, sets=4),
    }
    for beginning, evidence in cases.items():
        assert brief_of(evidence).title.startswith(beginning), brief_of(evidence).title
    alone = made_up({"nothing": 0.5}, {"nothing": 0.5})
    assert re.fullmatch(r"Of 100 simulated partnerships \d+ work together under nothing \(\d+ to \d+\)",
                        brief_of(alone).title)  # fmt: skip


def test_the_gloss_of_the_figure_says_what_is_clear() -> None:
    """Every clear difference is in it with its direction, and no other."""
    evidence = made_up(
        {"a_fund": 0.95, "a_duty": 0.2, "nothing": 0.2}, dict.fromkeys(["a_fund", "a_duty", "nothing"], 0.5)
    )
    found = effects(evidence.runs, "nothing")
    assert [row.quantity for row in found if row.clear] == ["works"]
    assert words.caption(found, "nothing") == (
        "Beside nothing, a fund is clearly higher in working together; the rest is not clear."
    )
    none = [row._replace(low=-1.0, high=1.0) for row in found]
    assert words.caption(none, "nothing") == "Beside nothing, nothing is clear."


@pytest.mark.slow
def test_numbers_are_written_as_people_write_them(page: str) -> None:
    """A minus is a minus, 0 has none, and no line ends between a number and its unit."""
    shown = " ".join(Reader(page).texts)
    assert not re.search(r"−0(\.0+)?(?![\d.])", shown)
    assert not re.search(r"[\s(]-\d", shown.replace("-04", ""))
    assert not re.search(r"\d (%|points|half-days|in 100)", shown)
    assert not re.search(r"\b1 (work together|scenarios|runs)\b", shown)


# ---------------------------------------------------------------------------- how sure


def test_intervals_carry_behaviour_and_do_not_shrink_with_runs() -> None:
    """Ten times the runs take chance out, but not what sets differ by; an average of runs would pretend otherwise."""
    same = {"a_fund": 0.5, "nothing": 0.5}
    widths = {}
    for runs in (10, 100):
        evidence = made_up(same, same, runs=runs)
        row = next(row for row in effects(evidence.runs, "nothing") if row.quantity == "engagement")
        widths[runs] = row.high - row.low
        paired = evidence.runs.pivot(index="replicate", columns="scenario", values="engagement")
        error = (paired["a_fund"] - paired["nothing"]).sem()
        assert widths[runs] > 3 * 2 * 1.96 * error
    # Two scenarios, each with sets of spread 0.05: the middle 95 % of differences are some 0.28 wide.
    assert 0.2 < widths[100] < widths[10] < 0.4


@pytest.mark.parametrize("runs", [2, 5])
def test_how_many_work_together_is_told_by_set_with_runs_enough(runs: int) -> None:
    """Half of the sets work together and half do not: chance alone would say some 50, more or less ten."""
    evidence = made_up({"nothing": 0.5}, {"nothing": 0.5}, runs=runs)
    works = evidence.runs["unit"] % 2 == 0
    told = evidence.runs.assign(works=works.astype(float), regime=np.where(works, WORKING_REGIMES[1], "hollow"))
    (row, *_) = effects(told, "nothing")
    assert row.level == pytest.approx(16 / 31)
    assert row.is_of_chance == (runs == 2)
    assert ((row.level_low, row.level_high) == (0.0, 1.0)) == (runs == 5)
    brief = brief_of(dataclasses.replace(evidence, runs=told))
    text = Reader(render(brief)).text
    assert ("of chance alone)" in brief.title) == (runs == 2)
    assert ("with fewer it is Wilson’s" in text) == (runs == 2)


def test_two_briefs_of_one_question_agree() -> None:
    """Other chance in the same world: each brief's finding lies within the other's interval."""
    levels = {"a_fund": 0.52, "nothing": 0.5}
    rows = [effects(made_up(levels, levels, seed=seed).runs, "nothing") for seed in range(8)]
    for mine in rows:
        for other in rows:
            for one, two in zip(mine, other, strict=True):
                assert math.isnan(one.difference) or two.low <= one.difference <= two.high


def test_a_difference_is_clear_only_with_sets_enough() -> None:
    """A few sets can agree by chance: with fewer than twenty nothing is called clear, however large."""
    levels = {"a_fund": 0.9, "nothing": 0.1}
    for sets, clear in ((LEAST_SETS - 1, False), (LEAST_SETS, True)):
        evidence = made_up(levels, levels, sets=sets)
        found = [row for row in effects(evidence.runs, "nothing") if row.scenario == "a_fund"]
        assert all(row.leaves_out_zero for row in found)
        assert all(row.clear == clear for row in found)
        said = {words.sureness(row, "sets") for row in found}
        assert said == {f"clear: higher in all {sets} sets" if clear else f"too few to tell: {sets} sets"}


def test_one_pair_in_forty_is_not_clear() -> None:
    """With one set, a single pair that ends otherwise is chance, though shares alone could not be 0 by Wilson's."""
    evidence = made_up({"a_fund": 1.0, "nothing": 1.0}, {"a_fund": 0.5, "nothing": 0.5}, sets=1, runs=40, spread=0.0)
    runs = evidence.runs
    runs.loc[(runs["scenario"] == "nothing") & (runs["replicate"] == 0), "works"] = 0.0
    row = next(row for row in effects(runs, "nothing") if row.quantity == "works")
    assert row.difference == 0.025
    assert not row.clear


def test_one_set_is_said_to_leave_behaviour_out(answers: Path, page: str) -> None:
    """In the first lines, in the box and beside each number; with accepted sets, or draws of behaviour, nowhere."""
    told = Reader(render(brief_in(answers / "best"))).text
    assert told.count("Behaviour uncertainty is left out") == 2
    assert "of chance, behaviour left out" in told
    for carrying in (page, render(brief_in(answers / "world"))):
        assert "left out" not in Reader(carrying).text
    assert "Hackney: conditional on the record; no assessment of any authority." in told
    assert "no assessment" not in page


def test_a_study_is_told_by_its_draws(answers: Path) -> None:
    """Runs of one draw share its settings: intervals are over draws, and what was varied is named with its range."""
    brief = brief_in(answers / "study")
    told = Reader(render(brief)).text
    assert "over 5 draws of settings" in told
    assert "Varied in all scenarios: duty: attend (" in told
    assert "rank correlation" in told
    assert "meet the same chance in every draw" in told
    assert "Behaviour uncertainty is left out" in told


# ---------------------------------------------------------------------------- contents


def test_a_claim_has_its_verdict(answers: Path) -> None:
    """As docs/claims.md has it; a claim in other words was not judged there, and the brief says so."""
    judged = pd.read_csv(REPOSITORY / "docs" / "evidence" / "claims" / "claims.csv", index_col="scenario")
    evidence = evidence_in(read_all([answers / "compare"]), reference=None)
    told = Reader(render(brief_of(evidence))).text
    for name in evidence.scenarios:
        assert f"“{judged['claim'][name]}” Verdict: {judged['verdict'][name]}" in told
    scenario = dataclasses.replace(evidence.scenarios["talking_shop"], claim="Talk is cheap.")
    assert "Not judged" in words.claim_in_words(scenario, None)


def test_verdicts_are_installed_with_the_package() -> None:
    """A wheel has no documents: the table is copied to where the brief looks first."""
    with (REPOSITORY / "pyproject.toml").open("rb") as file:
        included = tomllib.load(file)["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    copied = {REPOSITORY / target: REPOSITORY / source for source, target in included.items()}
    assert copied[VERDICTS[0]] == VERDICTS[1]
    assert VERDICTS[1].is_file()


def test_the_brief_tells_what_it_must(page: str) -> None:
    """The table and box, what a scenario sets otherwise and on which dates, what it rests on, and how to repeat it."""
    told = Reader(page).text
    for part in (
        "What to do", "What it costs", "What it brings, and how sure", "What must not be concluded", "How it was done",
        "Set otherwise (baseline partnership in brackets): rule for the pooled fund “alignment” (“need”)", "Seed 1:",
        "numpy", "partnerships compare", "S4 SIGOMA (2006)",
        "SIGOMA: Special Interest Group of Municipal Authorities",
    ):  # fmt: skip
        assert part in told
    for what, _ in words.LIMITS:
        assert what in told
    assert "beyond what the same pounds would have closed, spent by each body alone" in told
    assert "partnerships list" not in told


def test_a_colour_of_the_figure_means_one_thing(answers: Path) -> None:
    """Some regimes are called as a scenario: bars have colours of regimes, what is below them has none."""
    evidence = evidence_in(read_all([answers / "compare"]), reference=None)
    found = effects(evidence.runs, evidence.reference)
    names = list(evidence.scenarios)
    figure = brief_figure(pd.DataFrame({"hollow": 1.0}, index=names), found, evidence.reference)
    bars, *below = figure.axes
    assert {tuple(bar.get_facecolor()[:3]) for bar in bars.patches} == {to_rgb(REGIME_COLOURS["hollow"])}
    assert {to_rgb(line.get_color()) for ax in below for line in ax.lines} <= {to_rgb("0.2"), to_rgb(GREY)}
    labels = {ax.get_title(loc="left"): ax.get_xlabel() for ax in below}
    assert labels["Engagement"] == "change of the index"
    assert labels["Added value"] == "points of the gap"


def test_dated_changes_are_told_where_they_differ() -> None:
    """Those of the reference as well are nobody's policy."""
    plain, dated = load_scenario("baseline_lsp"), load_scenario("baseline_lsp", [DATED])
    told = words.what_to_do("dated", {"dated": dated, "plain": plain}, "plain")
    assert "From 2001-10: the fund ends." in told
    assert not any("2001-10" in line for line in words.what_to_do("dated", {"dated": dated, "plain": dated}, "plain"))


def test_only_what_differs_is_listed() -> None:
    """A scenario's row names each lever in which it departs from the reference, with both values, and no other."""
    pair = {
        "other": load_scenario("baseline_lsp", ["levers.scrutiny=0.7"]),
        "baseline_lsp": load_scenario("baseline_lsp"),
    }
    (said,) = (line for line in words.what_to_do("other", pair, "baseline_lsp") if line.startswith("Set otherwise"))
    assert said == f"Set otherwise (baseline partnership in brackets): {PARAMETERS['levers.scrutiny'].label} 0.7 (0)."


def test_the_limits_are_those_of_the_description_of_the_model() -> None:
    """What must not be concluded is said in two places; they may not drift apart."""
    described = (REPOSITORY / "docs" / "odd.md").read_text("utf-8")
    for what, _ in words.LIMITS:
        assert f"*{what}*" in described


def test_what_stands_beside_is_told_too(answers: Path) -> None:
    """The first sentences of an explanation are on the last page, and where the rest is."""
    told = Reader(render(brief_in(answers / "explain", answers / "compare"))).text
    lines = (answers / "explain" / "explanation.txt").read_text("utf-8").splitlines()
    assert " ".join(lines[0].split()) in told
    assert "The rest is in explain/explanation.txt." in told
    assert "partnerships explain" in told


def test_rank_correlations_find_the_setting_that_matters() -> None:
    """Of two settings, the one that drives the measure has an interval clear of zero; the other's holds zero."""
    draws = pd.DataFrame({"scenario": "a", "levers.staff_team": range(40), "trust": range(40)})
    draws["levers.scrutiny"] = [(7 * draw) % 40 % 9 for draw in range(40)]
    table = rank_correlations(draws, ["levers.staff_team", "levers.scrutiny"], ["trust"]).set_index("parameter")
    assert table.loc["levers.staff_team", "ci_low"] > 0.9
    assert table.loc["levers.scrutiny", "ci_low"] < 0 < table.loc["levers.scrutiny", "ci_high"]


def test_of_many_scenarios_those_that_differ_most_are_told() -> None:
    """Four pages hold so many; the others are counted, and the title knows all of them."""
    levels = {f"way_{place}": 0.1 + 0.1 * place for place in range(8)} | {"nothing": 0.1}
    brief = brief_of(made_up(levels, levels))
    assert [option.name for option in brief.options] == [*(f"Way {place}" for place in range(8 - MOST, 8)), "Nothing"]
    assert f"Not shown: {8 - MOST} that differ less" in brief.caption


def test_every_quantity_is_defined_and_told() -> None:
    """One table of quantities: each has a label, a definition, and a size that can be written with its unit."""
    for each in QUANTITIES:
        row = Effect("a", each.name, 0.5, 0.4, 0.6, 0.1, 0.05, 0.15, 31, 0, 31, 90)
        assert words.told_level(row).startswith(each.label)
        assert each.definition.lower()[:12] in words.definitions([row]).lower()


# ----------------------------------------------------------------------------- form


def test_the_page_needs_no_network(page: str) -> None:
    """It opens on a train: no script, no style sheet, no font and no picture from elsewhere."""
    tags = Reader(page).tags
    assert not {tag for tag, _ in tags} & {"script", "link", "iframe", "object", "base"}
    for tag, attributes in tags:
        for name in ("src", "href", "srcset"):
            if name in attributes:
                assert str(attributes[name]).startswith(("data:image/svg+xml;base64,", "#")), (tag, attributes[name])
    assert "http" not in re.sub(r"base64,[A-Za-z0-9+/=]+", "", page)
    assert "@import" not in page
    assert "url(" not in page


def test_the_page_is_made_for_everybody(page: str) -> None:
    """Language, one title, headings in order, one captioned table with scopes, and one figure told in words."""
    read = Reader(page)
    assert ("html", {"lang": "en-GB"}) in read.tags
    assert read.headings.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in zip(read.headings, read.headings[1:], strict=False))
    kinds = [tag for tag, _ in read.tags]
    assert kinds.count("table") == kinds.count("caption") == kinds.count("img") == 1
    assert all(attributes.get("scope") in ("col", "row") for tag, attributes in read.tags if tag == "th")
    (picture,) = (attributes for tag, attributes in read.tags if tag == "img")
    assert "Of 100 work together" in str(picture["alt"]).replace("\N{NO-BREAK SPACE}", " ")


@needs_browser
@pytest.mark.slow
def test_axe_finds_nothing_to_object_to(page: str, answers: Path) -> None:
    """The rules of axe-core, on a screen and on a telephone; nothing is fetched and nothing sticks out."""
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for width in (1100, 390):
            sheet = browser.new_page(viewport={"width": width, "height": 900})
            asked: list[str] = []
            sheet.on("request", lambda request, asked=asked: asked.append(request.url))
            sheet.goto((answers / "brief" / "brief.html").as_uri())
            assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
            assert sheet.evaluate("document.documentElement.scrollWidth") <= width
            violations = Axe().run(sheet).response["violations"]
            assert [(rule["id"], rule["help"]) for rule in violations] == []
        browser.close()


@pytest.mark.slow
def test_the_same_answer_gives_the_same_bytes(page: str, answers: Path, tmp_path: Path) -> None:
    """A brief can be checked by making it again."""
    assert main(["report", f"from={answers}/compare", f"output={tmp_path}/again"]) == 0
    assert (tmp_path / "again" / "brief.html").read_text("utf-8") == page


def pages_of(page: str) -> list[str]:
    """Return the text of each A4 page on which a brief is printed."""
    from weasyprint import HTML

    printed = []
    for sheet in HTML(string=page).render().pages:
        assert (round(sheet.width), round(sheet.height)) == (794, 1123)  # A4 in CSS pixels
        texts = [box.text for box in sheet._page_box.descendants() if hasattr(box, "text")]
        printed.append(" ".join(texts))
    return printed


@needs_pdf
@pytest.mark.long
@pytest.mark.filterwarnings("default")  # what WeasyPrint's libraries deprecate is theirs
@pytest.mark.parametrize(
    "scenarios",
    [
        ["growth_coalition", "talking_shop", "baseline_lsp"],
        ["sigoma_stick", "sigoma_carrot", "sigoma_stick_and_carrot", "baseline_lsp"],
        [],
    ],
    ids=["the README's", "four", "all"],
)
def test_a_brief_has_four_pages_at_most(scenarios: list[str], answers: Path, tmp_path: Path) -> None:
    """Also of every scenario that ships, with an explanation beside; how it was done fills the last page alone."""
    names = scenarios or scenario_names()
    asked = ["compare", "figures=false", "months=24", "replicates=20", f"scenarios=[{','.join(names)}]"]
    assert main([*asked, f"output={tmp_path}/compare"]) == 0
    printed = pages_of(render(brief_in(tmp_path / "compare", answers / "explain")))
    assert 2 <= len(printed) <= 4
    assert [("How it was done" in text) for text in printed] == [False] * (len(printed) - 1) + [True]


@needs_pdf
@pytest.mark.long
@pytest.mark.filterwarnings("default")
def test_the_same_answer_gives_the_same_pdf(answers: Path, tmp_path: Path) -> None:
    """A PDF that can be checked by making it again, with the figure inside."""
    for name in ("one", "two"):
        assert main(["report", f"from={answers}/compare", "format=pdf", f"output={tmp_path}/{name}"]) == 0
    files = [(tmp_path / name / "brief.pdf").read_bytes() for name in ("one", "two")]
    assert files[0] == files[1]
    assert files[0].startswith(b"%PDF-")


# ----------------------------------------------------------------------------- refusals


@pytest.fixture
def copied(answers: Path, tmp_path: Path) -> Path:
    """A comparison to be spoilt."""
    return Path(shutil.copytree(answers / "compare", tmp_path / "copied"))


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one line with which the command ends."""
    return refused_line(["report", *arguments], capsys)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["from={answers}"], ["no finished answer", "manifest.json"]),
        (["from={answers}/run"], ["partnerships run", "compare, sweep"]),
        (["from={answers}/explain"], ["exactly one", "explain: explain"]),
        (["from=[{answers}/compare,{answers}/best]"], ["exactly one", "not 2"]),
        (["from=[{answers}/compare,{answers}/explain,{answers}/explain/]"], ["2 folders of explain", "name one"]),
        (["from=[{answers}/compare,{answers}/compare]"], ["error: from = ", "name each once"]),
        (["from={answers}/compare", "reference=talkingshop"], ["'talkingshop'", "did you mean talking_shop?"]),
        (["from={answers}/compare", "format=docx"], ["format", "'docx'", "html"]),
        (["form={answers}/compare"], ["form", "did you mean"]),
    ],
)
def test_bad_questions_end_with_one_line(
    given: list[str], told: list[str], answers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The value, what is wrong with it, and what to give instead; nothing is written."""
    said = refused([*(text.format(answers=answers) for text in given), f"output={tmp_path}/out"], capsys)
    for part in told:
        assert part in said
    assert not (tmp_path / "out").exists()


def test_an_answer_that_was_changed_is_refused(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A brief tells what was computed, not what somebody typed into a table afterwards."""
    with (copied / "runs.parquet").open("ab") as file:
        file.write(b"x")
    assert "runs.parquet was changed" in refused([f"from={copied}"], capsys)
    (copied / "runs.parquet").unlink()
    assert "has lost its runs.parquet" in refused([f"from={copied}"], capsys)


def test_an_answer_of_another_version_is_refused(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Numbers of other code are not told in the words of this one."""
    path = copied / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["versions"]["local-partnerships"] = "0.0.1"
    path.write_text(json.dumps(manifest), "utf-8")
    assert "was made by version 0.0.1" in refused([f"from={copied}"], capsys)
    path.write_text("{", "utf-8")
    assert "cannot be read" in refused([f"from={copied}"], capsys)


def test_an_unfinished_study_is_refused(answers: Path, tmp_path: Path) -> None:
    """It says how to go on."""
    study = Path(shutil.copytree(answers / "study", tmp_path / "study"))
    (study / "manifest.json").unlink()
    with pytest.raises(CommandError, match="not finished: partnerships sweep study="):
        read_finished(study)


@pytest.mark.parametrize(("library", "extra"), [("jinja2", "report"), ("weasyprint", "pdf")])
def test_a_missing_library_names_its_extra(
    library: str, extra: str, answers: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line with what to install."""
    monkeypatch.setitem(sys.modules, library, None)
    said = refused([f"from={answers}/compare", "format=pdf"], capsys)
    assert f"pip install 'local-partnerships[{extra}]'" in said


def test_a_system_without_pango_is_told_what_to_install(
    answers: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """WeasyPrint is installed and the library below it is not: one line, with what to install or do instead."""

    def cannot_load(*_: object, **__: object) -> None:
        raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setattr("experiments.output.printing.library", cannot_load)
    said = refused([f"from={answers}/compare", "format=pdf"], capsys)
    assert "Pango" in said
    assert "apt install libpango-1.0-0" in said
    assert "format=html" in said
