"""Fill the generated tables of the documents from the declarations they describe.

    python -m experiments.documents.tables           rewrite the tables that have changed
    python -m experiments.documents.tables --check   change nothing; exit 1 if a table is out of date

A table stands between ``<!-- generated: NAME -->`` and ``<!-- end -->``; what is written there by hand is lost.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from analysis.patterns import declared_words
from analysis.places.tables import CONDITION
from analysis.shared.markdown import markdown_table
from analysis.shared.words import capital
from experiments.cases.sheets import PLACE_FILE, PLACE_SAYS, SHEETS
from experiments.compose import load_scenario, scenario_descriptions
from experiments.documents import evidence, prose
from experiments.documents.odd_tables import ODD_TABLES
from experiments.documents.places import BASES, NEEDS, RECORDED
from experiments.options import option_names
from experiments.output.folder import DOCS
from experiments.runs.declared_patterns import declared_patterns
from sim import ARCHETYPES, MEASURES, PARAMETERS, THEMES, find_place, place_names
from sim.parameters import Role
from sim.population import place_records
from sim.spelling import ACRONYMS
from sim.vocabulary import VOCABULARY, Kind, label_of

DOCUMENTS = (
    "odd.md",
    "reference.md",
    "trace.md",
    "patterns.md",
    "places.md",
    "cases.md",
    "results.md",
    "levers_together.md",
    "tipping.md",
    "hindcast.md",
    "docking.md",
    "fit.md",
    "limits.md",
    "promises.md",
    "performance.md",
    "../README.md",
)

_BLOCK = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def _code(name: object) -> str:
    return f"`{name}`"


# ------------------------------------------------------------------------------ tables


def _parameters(role: Role, range_heading: str) -> str:
    headings = ("path", "plain name", "default", range_heading, "unit", "meaning", "source")
    declared = [p for p in PARAMETERS.values() if p.role == role]
    return markdown_table(
        headings, ([_code(p.path), p.label, p.default, p.range_text, p.unit, p.says, p.source] for p in declared)
    )


def levers() -> str:
    """Return what can be chosen, with default and allowed range."""
    return _parameters("lever", "allowed")


def uncertain() -> str:
    """Return what the world may be, with default and prior."""
    return _parameters("uncertain", "prior range")


def structural() -> str:
    """Return the settings that say which world is looked at."""
    return _parameters("structural", "allowed")


def archetypes() -> str:
    """Return the kinds of bodies with their resources and incentives."""
    columns = (
        "budget_gbp_per_head", "discretionary_share", "regeneration_share", "senior_half_days", "rigidity",
        "participation_cost", "outside_exposure", "silos", "reorganisation_exposure",
    )  # fmt: skip
    return _archetype_columns(("sector", *columns))


def case_files() -> str:
    """Return the files of a case with what each of their columns takes."""
    place = [f"- {_code(name)}: {says}" for name, says in PLACE_SAYS.items()]
    parts = [f"### `{PLACE_FILE}`", "The place, one setting a line. Population alone must be there.", "\n".join(place)]
    for file, sheet in SHEETS.items():
        columns = [(_code(one.name), "yes" if one.required else "", one.says) for one in sheet.columns]
        parts += [f"### `{file}`", sheet.says, markdown_table(("column", "needed", "what it takes"), columns)]
    return "\n\n".join(parts)


def priorities() -> str:
    """Return the weights that each kind of body gives to the themes."""
    return _archetype_columns(THEMES)


def exposures() -> str:
    """Return what reaches which kind of body: duty, inspection, executive, sector offers."""
    columns = (
        "named_in_duty", "is_regional", "has_education_form", "is_inspected", "is_assessed_as_council",
        "is_publicly_funded", "sits_in_public_executive", "one_stop_shop_gain", "capacity_building_gain",
        "neighbourhood_gain", "contracting_gain",
    )  # fmt: skip
    return _archetype_columns(columns)


def archetype_sources() -> str:
    """Return where the figures of each kind of body come from."""
    return _archetype_columns(("label", "basis", "source"))


def _archetype_columns(columns: Sequence[str]) -> str:
    rows = ([_code(name), *(getattr(kind, column) for column in columns)] for name, kind in ARCHETYPES.items())
    return markdown_table(["archetype", *columns], rows)


FOLLOWED_BY = {"full": "successor", "transition": "transition", "none": "nothing"}
AGREED_IN = {0: "never", 1: "2005", 2: "2006", 3: "2007"}


def places() -> str:
    """Return the places with what is known of them; what is not recorded is marked."""
    figures = ("population", "fund 2003-04, £m", "followed by", "agreements", "chair", *(f"need: {t}" for t in THEMES))
    headings = ("place", "code", "county", "tiers", "ends", *figures)
    return markdown_table(headings, (_place_row(name) for name in place_names()))


def _place_row(name: str) -> list[object]:
    place, record = find_place(name), place_records()[name]
    return [
        _code(name),
        record["code"],
        record["county"],
        place.tiers,
        place.ends or "",
        f"{place.population:,}{_mark(record['population_basis'])}",
        f"{place.fund_2003_04_gbp_m:.2f}{_mark(record['fund_basis'])}",
        f"{FOLLOWED_BY[place.successor]}{_mark(record['successor_basis'])}",
        f"{AGREED_IN[place.agreement_round]}{_mark(record['agreement_basis'])}",
        f"{place.chair}{_mark(record['chair_basis'])}",
        *(f"{rank:.2f}" for rank in place.need.by_theme),
    ]


def _mark(basis: str) -> str:
    return "" if basis.startswith("recorded") else f" ({basis.partition(':')[0]})"


def places_known() -> str:
    """Return how many places have a figure that is recorded, ruled (by which rule), drawn or assumed."""
    rows: list[list[object]] = [
        [what, basis, count]
        for column, what in BASES.items()
        for basis, count in Counter(record[column] for record in place_records().values()).items()
    ]
    districts = len(place_names("all"))
    rows += [[f"need: {theme}", basis, districts] for theme, (_, basis) in NEEDS.items()]
    ended = sum(find_place(name).ends is not None for name in place_names("all"))
    rows += [["ended in April 2009", RECORDED, ended]]
    return markdown_table(("figure", "basis", "places"), rows)


def boards() -> str:
    """Return who sits at the table, board by board."""
    rows = []
    for name in option_names("board"):
        board = load_scenario("baseline_lsp", [f"board={name}"]).board
        seats = ", ".join(f"{count} {body}" for body, count in board.members.items())
        rows.append([_code(name), sum(board.members.values()), board.executive, board.chair, seats])
    return markdown_table(("board", "seats", "executive", "chair", "members"), rows)


def measures() -> str:
    """Return what a run reports every month."""
    rows = ([_code(m.name), m.label, m.unit, f"{_bound(m.low)} to {_bound(m.high)}", m.says] for m in MEASURES.values())
    return markdown_table(("measure", "plain name", "unit", "range", "meaning"), rows)


def _bound(value: float) -> str:
    return "open" if value in (float("inf"), float("-inf")) else f"{value:g}"


def terms() -> str:
    """Return what speaks to a body for coming, and against it."""
    return _words("term")


def sectors() -> str:
    """Return the parts of the local public realm that bodies belong to."""
    return _words("sector")


def regimes() -> str:
    """Return what a partnership may come to."""
    rows = ([word.label, word.definition] for word in VOCABULARY.values() if word.kind == "regime")
    return markdown_table(("regime", "what it looks like"), rows)


def acronyms() -> str:
    """Return what is shortened in labels, texts and documents."""
    return markdown_table(("acronym", "what it stands for"), ACRONYMS.items())


def _words(kind: Kind) -> str:
    rows = ([_code(word.name), word.label, word.definition] for word in VOCABULARY.values() if word.kind == kind)
    return markdown_table((kind, "plain name", "meaning"), rows)


def scenarios() -> str:
    """Return the questions that ship with the model and the claims they test."""
    described = scenario_descriptions()
    rows = ([_code(s["name"]), s["description"], s["claim"], s["seed_document"]] for s in described)
    return markdown_table(("scenario", "what it is", "claim it tests", "source"), rows)


def patterns() -> str:
    """Return the patterns that the model has to show."""
    return markdown_table(*declared_words.pattern_rows(declared_patterns()))


def pattern_findings() -> str:
    """Return how each of their criteria is computed."""
    return markdown_table(*declared_words.finding_rows(declared_patterns()))


def pattern_experiments() -> str:
    """Return what has to be simulated for them."""
    return markdown_table(*declared_words.experiment_rows(declared_patterns()))


def pattern_nulls() -> str:
    """Return the null models that they are set against."""
    return markdown_table(*declared_words.null_rows(declared_patterns()))


def pattern_regimes() -> str:
    """Return where one word for a month ends and the next begins."""
    rows = ([p.says, p.default, p.unit, p.source] for path, p in PARAMETERS.items() if path.startswith("regimes."))
    return markdown_table(("word and condition", "level", "unit", "source"), rows)


def pattern_words() -> str:
    """Return the words that their criteria read, those that were measures already as the model reports them now."""
    headings, rows = declared_words.word_rows(declared_patterns())
    kept = set(declared_patterns().kept)
    return markdown_table(headings, (_of_the_model(str(row[0])) if row[0] in kept else row for row in rows))


def _of_the_model(name: str) -> list[object]:
    measure = MEASURES[name]
    return [name, measure.unit, f"{_bound(measure.low)} to {_bound(measure.high)}", measure.says]


def names_come_true() -> str:
    """Return in what share of their months scenarios are what they are called."""
    return markdown_table(*evidence.name_rows())


def nulls_seen() -> str:
    """Return what the ordinary partnership comes to as it is and without one thing."""
    headings = (
        "model", label_of("tie_density"), "decisions a month", "in person", "trust", "mean yield",
        "added value at month 84, points", "change of it",
    )  # fmt: skip
    return markdown_table(headings, evidence.null_rows())


def growth_coalitions() -> str:
    """Return how often a growth coalition is one at the end, with and without ties."""
    return markdown_table(("model", "growth_coalition: growth coalition at the end"), evidence.growth_rows())


def matched() -> str:
    """Return what it took to have as many ties and decisions as the model with ties reshuffled."""
    headings = (
        "a month, years 5 to 12", "model", "reshuffled", "matched", "matched over model", "in other runs", "factor",
    )  # fmt: skip
    said = evidence.not_matched()
    return markdown_table(headings, evidence.matched_rows()) + (f"\n\n{said}" if said else "")


def prior_shares() -> str:
    """Return what share of draws from the priors meets each pattern."""
    return markdown_table(("pattern", "draws that meet it", "95 % interval"), evidence.scan_rows())


def prior_counts() -> str:
    """Return how many patterns draws from the priors meet at once."""
    return markdown_table(("patterns met, of 13", "draws"), evidence.scan_counts())


def prior_pairs() -> str:
    """Return what share of draws from the priors meets two patterns at once."""
    return markdown_table(*evidence.scan_pairs())


def prior_names() -> str:
    """Return in what share of draws from the priors each name of months occurs."""
    return markdown_table(("name", "draws in which it occurs", "most in"), evidence.scan_names())


def without_one() -> str:
    """Return what is lost of the patterns when one mechanism is taken out."""
    return markdown_table(*evidence.without_one_rows())


def levers_alone() -> str:
    """Return what each lever at each dose changes on its own."""
    return markdown_table(*evidence.levers_alone_rows())


def levers_headline() -> str:
    """Return what each lever, ambitiously, changes alone by the last year."""
    return markdown_table(*evidence.levers_headline_rows())


def levers_by_sector() -> str:
    """Return who gains and who loses by each lever at its larger dose."""
    return markdown_table(*evidence.levers_by_sector_rows())


def levers_in_pairs() -> str:
    """Return which pairs of levers come to more or less than the sum of each alone."""
    return markdown_table(*evidence.levers_in_pairs_rows())


def levers_in_pairs_counted() -> str:
    """Return how many interactions are clear."""
    headings = ("of", "interactions", "away from 0 one by one", "clear after correction", "none beyond")
    return markdown_table(headings, evidence.levers_in_pairs_counts())


def tipping_history() -> str:
    """Return what is left of a launch after fifty years."""
    return markdown_table(*evidence.tipping_history_rows())


def tipping_loops() -> str:
    """Return the areas of loops."""
    return markdown_table(*evidence.tipping_loop_rows())


def tipping_late() -> str:
    """Return which share of ailing partnerships is turned, and until when."""
    return markdown_table(*evidence.tipping_late_rows())


def fit_board() -> str:
    """Return which patterns are met by the best set, accepted ones and prior draws, and lost by which null."""
    return markdown_table(*evidence.fit_board_rows())


def round_back() -> str:
    """Return which patterns that had been held out were met before and after mechanisms were changed."""
    return markdown_table(*evidence.round_back_rows())


def fit_findings() -> str:
    """Return what is found of all patterns under the best set."""
    return markdown_table(*evidence.fit_finding_rows())


def fit_of_sets() -> str:
    """Return what is found of all patterns over the accepted sets."""
    return markdown_table(*evidence.fit_of_sets_rows())


def fit_numbers() -> str:
    """Return what the fit says of each free number."""
    return markdown_table(*evidence.fit_number_rows())


def fit_waves() -> str:
    """Return what the fit did, wave by wave."""
    headings = ("wave", "chance that walks climb to", "sets screened", "met all there", "accepted on many runs")
    return markdown_table(headings, evidence.fit_wave_rows())


def regimes_renamed() -> str:
    """Return how many months each threshold renames."""
    return markdown_table(*evidence.regime_rows())


def regimes_clustered() -> str:
    """Return how well clusters found without words agree with them."""
    headings = ("clusters by", "clusters", "silhouette", "adjusted Rand index with the words")
    return markdown_table(headings, evidence.agreement_rows())


def docking_criteria() -> str:
    """Return the criteria of the public-goods game, and what came out."""
    return markdown_table(("id", "what", "must be", "model", "verdict"), evidence.docking_rows())


def docking_coordination() -> str:
    """Return what coordination experiments found, and what the model does."""
    headings = ("id", "compared", "experiments", "difference of least effort (95 % interval)", "")
    return markdown_table(headings, evidence.coordination_rows())


def attacks() -> str:
    """Return what attacks by hand found."""
    return markdown_table(("attack", "tried on", "went wrong", "machine"), evidence.attack_rows())


def hindcast_summary() -> str:
    """Return model and record over districts."""
    return markdown_table(*evidence.hindcast_summary_rows())


def hindcast_places() -> str:
    """Return model and record by district."""
    return _by_district(evidence.hindcast_place_rows)


def hindcast_forecast() -> str:
    """Return what the model says of 2005 to 2008 by district."""
    return _by_district(evidence.hindcast_forecast_rows)


def _by_district(rows: Callable[[], tuple[list[str], list[list[object]]]]) -> str:
    return f"{capital(CONDITION)}.\n\n{markdown_table(*rows())}"


_MAKERS: dict[str, Callable[[], str]] = {
    maker.__name__: maker
    for maker in (
        case_files,
        levers, uncertain, structural, archetypes, priorities, exposures, archetype_sources, places, places_known,
        boards, measures, terms, sectors, regimes, acronyms, scenarios, patterns, pattern_findings, pattern_experiments,
        pattern_nulls, pattern_regimes, pattern_words, names_come_true, nulls_seen, growth_coalitions, matched,
        prior_shares, prior_counts, prior_pairs, prior_names, without_one,
        levers_alone, levers_by_sector, levers_in_pairs, levers_in_pairs_counted,
        tipping_history, tipping_loops, tipping_late,
        fit_board, round_back, fit_findings, fit_of_sets, fit_numbers, fit_waves,
        regimes_renamed, regimes_clustered,
        levers_headline, prose.headline_words, prose.levers_words, prose.rests_on_words,
        prose.fit_words, prose.speed_words, prose.fit_left_out_words, prose.fit_coverage_words, prose.fits_words,
        prose.prior_words, prose.who_with_whom_words, prose.nulls_of_sets_words, prose.spread_words,
        attacks, docking_criteria, docking_coordination, hindcast_summary, hindcast_places, hindcast_forecast,
    )
}  # fmt: skip
TABLES: Mapping[str, Callable[[], str]] = {**_MAKERS, **ODD_TABLES}
"""Every generated table by the name in its marker."""


# ---------------------------------------------------------------------------- documents


def filled(text: str) -> str:
    """Return ``text`` with every generated table made anew.

    Raises ValueError for a marker that names no table or is not closed.
    """

    def made_anew(block: re.Match[str]) -> str:
        opening, name, closing = block.groups()
        if name not in TABLES:
            raise ValueError(f"unknown table {name!r} in a marker; known: {', '.join(TABLES)}")
        return f"{opening}\n{TABLES[name]()}\n{closing}"

    if text.count("<!-- generated:") != len(_BLOCK.findall(text)):
        raise ValueError("a marker '<!-- generated: NAME -->' is misspelt or has no '<!-- end -->'")
    return _BLOCK.sub(made_anew, text)


def out_of_date(folder: Path = DOCS) -> list[Path]:
    """Return the documents in ``folder`` whose generated tables do not say what the code says."""
    files = [folder / name for name in DOCUMENTS]
    return [file for file in files if filled(file.read_text("utf-8")) != file.read_text("utf-8")]


def main(arguments: Sequence[str] | None = None) -> int:
    """Rewrite what is out of date, or with ``--check`` only name it; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m experiments.documents.tables", description="Fill generated tables."
    )
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if a table is out of date")
    only_check = parser.parse_args(arguments).check
    stale = out_of_date()
    for file in stale:
        if only_check:
            print(f"out of date: {file}; run: python -m experiments.documents.tables", file=sys.stderr)
        else:
            file.write_text(filled(file.read_text("utf-8")), "utf-8")
            print(f"rewritten: {file}")
    return int(only_check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
