"""Tables of the documents that rest on results: what ``docs/evidence/make.sh`` found, as it was found.

Each function reads files of ``docs/evidence/`` and returns rows ready to print. Nothing is simulated here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import pandas as pd

from analysis.hindcast.tables import BOTH, RANKS
from analysis.hindcast.words import NIL, points, verdict_on_order
from analysis.hindcast.words import with_interval as hindcast_interval
from analysis.patterns.declaration import is_evidence
from analysis.patterns.declared_words import role_told
from analysis.patterns.judging import NOT_JUDGED, judged_rows
from analysis.shared.words import mid_sentence, titled
from analysis.tipping.tables import AS_IT_IS as USUAL
from analysis.tipping.tables import HALF, HIGH, LOW, PAIRS
from analysis.tipping.words import in_points, last_year_told, levers_told
from analysis.tipping.words import with_interval as tipping_interval
from analysis.together.words import pair_named, unit_of_change, with_dose, with_interval
from experiments.runs.declared_patterns import declared_patterns
from sim import PARAMETERS
from sim.vocabulary import label_of

EVIDENCE = Path(__file__).resolve().parents[2] / "docs" / "evidence"

Row = dict[str, Any]

AS_IT_IS = "as it is"
"""What stands for the model itself, beside what is left without something."""


def table_of(name: str) -> pd.DataFrame:
    """Return a table of ``docs/evidence/`` by its path without ending."""
    return pd.read_csv(EVIDENCE / f"{name}.csv")


def _rows(table: pd.DataFrame) -> list[Row]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


OF_NULLS = (
    ("tie_density", "{:.2f}"),
    ("decisions_a_month", "{:.2f}"),
    ("in_person_share", "{:.2f}"),
    ("trust", "{:.2f}"),
    ("mean_yield", "{:.3f}"),
    ("added_value_points_month_84", "{:.2f}"),
)
"""What is shown of null models, and how many digits of it."""


def null_rows() -> list[list[object]]:
    """Return one row a null model: what the ordinary partnership comes to, and what of the added value is lost."""
    seen = {(row["null"], row["measure"]): row for row in _rows(table_of("nulls"))}
    nulls = dict.fromkeys(null for null, measure in seen if measure == OF_NULLS[0][0])
    return [
        [
            null.replace("_", " "),
            *(_interval(seen[null, measure], digits) for measure, digits in OF_NULLS),
            _lost(seen, null),
        ]
        for null in nulls
    ]


def growth_rows() -> list[list[object]]:
    """Return one row a null model: how often a growth coalition is called one at the end."""
    rows = _rows(table_of("nulls"))
    shares = [row for row in rows if row["measure"] == "growth_coalition_at_the_end"]
    return [[row["null"].replace("_", " "), _interval(row, "{:.2f}")] for row in shares]


def matched_rows() -> list[list[object]]:
    """Return ties and decisions in the model, reshuffled and matched, their ratio, and the factor that it took."""
    return [
        [
            row["amount"],
            *(f"{row[name]:.3g}" for name in ("model", "reshuffled", "matched")),
            *(f"{row[name]:.2f} ± {1.96 * row[name + '_error']:.2f}" for name in ("ratio", "ratio_elsewhere")),
            f"{row['factor']:.3g}",
        ]
        for row in _rows(table_of("nulls_matched"))
    ]


def not_matched() -> str:
    """Return that ties and decisions could not be matched as nearly as was declared; '' if they were."""
    rows = _rows(table_of("nulls_matched"))
    off = " and ".join(f"{row['amount']} {row['ratio']:.2f} times as many" for row in rows)
    return "" if all(row["is_reached"] for row in rows) else f"**They could not be matched within 5 %**: {off}."


def scan_rows() -> list[list[object]]:
    """Return one row a pattern: the share of prior draws that meet it, with its 95 % interval."""
    return [
        [row["id"], f"{row['share']:.1%}", f"{row['ci_low']:.1%} to {row['ci_high']:.1%}"]
        for row in _rows(table_of("scan/patterns"))
    ]


def scan_counts() -> list[list[object]]:
    """Return how many prior draws meet so many patterns."""
    return [[row["met"], f"{row['draws']:,}"] for row in _rows(table_of("scan/counts")) if row["draws"]]


def scan_pairs() -> tuple[list[str], list[list[object]]]:
    """Return headings and cells of the share of prior draws that meet two patterns at once, beside each alone."""
    alone = {row["id"]: row["share"] for row in _rows(table_of("scan/patterns")) if row["id"] != "all"}
    both = {frozenset((row["id"], row["other"])): row["share"] for row in _rows(table_of("scan/pairs"))}
    names = list(alone)
    cells: list[list[object]] = [
        [one, *(f"{100 * (alone[one] if one == two else both[frozenset((one, two))]):.1f}" for two in names[: k + 1])]
        for k, one in enumerate(names)
    ]
    return ["%", *names], [[*row, *[""] * (len(names) + 1 - len(row))] for row in cells]


def scan_names() -> list[list[object]]:
    """Return one row a name of months: the share of draws in which it occurs, and where it occurs most."""
    return [[row["regime"], f"{row['share']:.0%}", f"`{row['where']}`"] for row in _rows(table_of("scan/regimes"))]


def without_one_rows() -> tuple[list[str], list[list[object]]]:
    """Return headings and a row a mechanism: the patterns that are lost without it, set by set; '' for none."""
    table = table_of("without_one").fillna("")
    met = {(row["without"], row["set"]): set(row["met"].split()) for row in _rows(table)}
    named_by = dict(zip(table["without"], table["named_by"], strict=True))
    of_sets = list(dict.fromkeys(one for _, one in met))
    mechanisms = list(dict.fromkeys(without for without, _ in met if without != AS_IT_IS))
    lost = {
        without: [", ".join(sorted(met[AS_IT_IS, one] - met[without, one], key=_in_order)) for one in of_sets]
        for without in mechanisms
    }
    rows: list[list[object]] = [[without, named_by[without], *lost[without]] for without in mechanisms]
    return ["without", "named by", *(f"{one}, lost" for one in of_sets)], rows


def levers_alone_rows() -> tuple[list[str], list[list[object]]]:
    """Return headings and a row a measure and dose of a lever: what it changes alone, year by year."""
    table = table_of("levers_together/main_effects")
    return _by_year(
        table, keys=["measure", "lever", "dose"], headings=["change of", "lever"], column="effect",
        told=lambda key: [_of_change(key[0]), with_dose(key[1], key[2])],
    )  # fmt: skip


def levers_headline_rows() -> tuple[list[str], list[list[object]]]:
    """Return headings and a row a lever at its last dose: what it changes alone by the last year, over the sets."""
    table = table_of("levers_together/main_effects")
    last = table[(table["year"] == table["year"].max()) & (table["dose"] == table["dose"].iloc[-1])]
    measures = list(dict.fromkeys(last["measure"]))
    rows: list[list[object]] = []
    for lever, its in last.groupby("lever", sort=False):
        at = {row["measure"]: row for row in _rows(its)}
        told = [with_interval(at[m]["effect"], at[m]["middle_low"], at[m]["middle_high"], m) for m in measures]
        cells = [f"**{one}**" if at[m]["clear"] else one for m, one in zip(measures, told, strict=True)]
        rows.append([with_dose(str(lever), its["dose"].iloc[0]), *cells])
    return ["after twelve years, change of", *(_of_change(m) for m in measures)], rows


def levers_by_sector_rows() -> tuple[list[str], list[list[object]]]:
    """Return headings and a row a lever at its last dose, measure and sector: who gains and who loses."""
    table = table_of("levers_together/sectors")
    table = table[table["dose"] == table.groupby("lever")["dose"].transform("last")]
    order = {lever: place for place, lever in enumerate(table["lever"].unique())}
    table = table.sort_values("lever", key=lambda levers: levers.map(order), kind="stable")
    return _by_year(
        table, keys=["lever", "dose", "measure", "sector"], headings=["lever", "change of", "sector"], column="effect",
        told=lambda key: [with_dose(key[0], key[1]), _of_change(f"{key[2]}_{key[3]}", key[2]), label_of(key[3])],
    )  # fmt: skip


def levers_in_pairs_rows() -> tuple[list[str], list[list[object]]]:
    """Return headings and a row a measure and pair of doses that is clear in some year."""
    table = table_of("levers_together/pair_interactions")
    keys = ["measure", "lever", "dose", "other", "other_dose"]
    table = table[table.groupby(keys)["clear"].transform("any")]
    return _by_year(
        table, keys=keys, headings=["beyond the sum, in", "pair"], column="interaction",
        told=lambda key: [_of_change(key[0]), pair_named(*key[1:])],
    )  # fmt: skip


def levers_in_pairs_counts() -> list[list[object]]:
    """Return a row a measure: how many interactions are clear, and how large they may be."""
    rows: list[list[object]] = []
    for measure, its in table_of("levers_together/pair_interactions").groupby("measure", sort=False):
        away = int(((its["ci_low"] > 0.0) | (its["ci_high"] < 0.0)).sum())
        scale = 100.0 if "percentage" in unit_of_change(str(measure)) else 1.0
        most = scale * float(its[["ci_low", "ci_high"]].abs().to_numpy().max())
        of_all = (len(its), away, int(its["clear"].sum()))
        rows.append([_of_change(str(measure)), *(f"{number:,}" for number in of_all), f"± {most:.2g}"])
    return rows


def tipping_history_rows() -> tuple[list[str], list[list[object]]]:
    """Return headings and a row a scenario, levers and end of them: what is left of the launch at the last month."""
    table = table_of("tipping/gaps")
    table = table[(table["month"] == table["month"].max()) & table["dose"].isin((0.0, 1.0))]
    rows: list[list[object]] = []
    for key, its in table.groupby(["scenario", "asked", "dose", "told"], sort=False):
        at = {(row["launch"], row["other"]): row for row in _rows(its)}
        gaps = [tipping_interval(at[pair]["gap"], at[pair]["ci_low"], at[pair]["ci_high"]) for pair in PAIRS]
        told = [f"{gap}, {at[pair]['verdict']}" for gap, pair in zip(gaps, PAIRS, strict=True)]
        gone = (at[HIGH, LOW]["other_dissolved"], at[USUAL, LOW]["dissolved"], at[HIGH, LOW]["dissolved"])
        scenario, asked, _, dose = (str(part) for part in cast(tuple[Any, ...], key))
        shown = [f"{100 * share:.0f}" for share in gone]
        rows.append([mid_sentence(scenario), asked, dose, *told, " / ".join(shown)])
    pairs = [f"{one} less {other}".replace(USUAL, "usual") for one, other in PAIRS]
    return ["scenario", "levers", "at", *pairs, "dissolved after low / usual / high launch, %"], rows


def tipping_loop_rows() -> tuple[list[str], list[list[object]]]:
    """Return headings and a row a scenario and levers: the area of loops at each pace, as seen and beyond age."""
    table = table_of("tipping/areas")
    rows: list[list[object]] = []
    headings: list[str] = []
    for key, its in table.groupby(["scenario", "asked"], sort=False):
        records = _rows(its)
        headings = [_pace(row) for row in records]
        scenario, asked = (str(part) for part in cast(tuple[Any, ...], key))
        areas = [tipping_interval(row["area"], row["ci_low"], row["ci_high"]) for row in records]
        rows.append([mid_sentence(scenario), asked, *areas])
    return ["scenario", "levers", *headings], rows


def tipping_late_rows() -> tuple[list[str], list[list[object]]]:
    """Return headings and a row a scenario, arm and dose from half on: what is turned, and until which year."""
    turned, last = table_of("tipping/turned"), table_of("tipping/last_years")
    years = sorted(turned["year"].unique())
    shown = [years[0], years[len(years) // 2], years[-1]]
    rows: list[list[object]] = []
    for row in _rows(last[last["dose"] >= HALF].drop_duplicates(["scenario", "levers", "dose"])):
        its = turned[(turned[["scenario", "asked", "levers", "dose"]] == pd.Series(row)[_OF_TURNS]).all(axis="columns")]
        at = {one["year"]: one for one in _rows(its)}
        gains = [in_points(at[year]["gain"], at[year]["ci_low"], at[year]["ci_high"]) for year in shown]
        left = f"{100 * its['left'].min():.0f} to {100 * its['left'].max():.0f}"
        levers = levers_told(str(row["levers"]))
        first = [at[years[0]][f"engagement_{name}"] for name in ("gain", "low", "high")]
        cells = [left, *gains, last_year_told(row), tipping_interval(*first)]
        rows.append([mid_sentence(str(row["scenario"])), levers, row["told"], *cells])
    moved = [f"moved after year {year:g}" for year in shown]
    engagement = f"engagement, moved after year {years[0]:g}"
    return ["scenario", "levers", "to", "work left alone, %", *moved, "last year that turns half", engagement], rows


FITTED = "fit"
"""Folder of what the fit showed."""

PRIOR = "prior"
"""What stands for draws of the priors, beside the sets that were accepted."""


def fit_board_rows() -> tuple[list[str], list[list[object]]]:
    """Return headings and a row a pattern: met by the best set, by how many accepted sets, by how many prior draws.

    Beside them the null models that lose it (met by the best set as it is, and not there), and whether all this makes
    it evidence.
    """
    declared = declared_patterns()
    best, sets = table_of(f"{FITTED}/best"), table_of(f"{FITTED}/accepted")
    verdicts = best.drop_duplicates("id").set_index("id")["verdict"]
    of_sets = sets.drop_duplicates("id").set_index("id")["share_of_sets"]
    # Of fitted patterns the table that the fit began with knows more draws.
    prior = dict(zip(table_of(f"{FITTED}/patterns")["id"], table_of(f"{FITTED}/patterns")["share"], strict=True))
    if (EVIDENCE / FITTED / f"{PRIOR}.csv").is_file():
        others = table_of(f"{FITTED}/{PRIOR}").drop_duplicates("id").set_index("id")["share_of_sets"]
        prior = {**others.to_dict(), **prior}
    asked_nulls = (EVIDENCE / FITTED / "nulls.csv").is_file()
    nulls = table_of(f"{FITTED}/nulls") if asked_nulls else pd.DataFrame(columns=["null", "id", "verdict"])
    in_null = {(row["null"], row["id"]): row["verdict"] for row in _rows(nulls)}
    rows: list[list[object]] = []
    for pattern in declared.patterns:
        if pattern.id not in verdicts:
            continue
        met = verdicts[pattern.id] == "met"
        lost = [null for null in pattern.lost_by if met and in_null.get((null, pattern.id)) == "missed"]
        shares = of_sets[pattern.id], prior.get(pattern.id, float("nan"))
        counts = is_evidence(pattern, declared.evidence, prior_share=shares[1], lost_by=lost)
        rows.append(
            [
                pattern.id,
                role_told(pattern),
                pattern.statement,
                verdicts[pattern.id],
                *("" if pd.isna(share) else f"{share:.0%}" for share in shares),
                (", ".join(lost).replace("_", " ") or "none") if asked_nulls else "not asked yet",
                "yes" if met and counts else "",
            ]
        )
    return ["id", "role", "pattern", "best set", "accepted sets", "prior draws", "lost by", "evidence"], rows


def round_back_rows() -> tuple[list[str], list[list[object]]]:
    """Return headings and a row a pattern that was held out: met when it was looked at, and with what changed then."""
    board = table_of(f"{FITTED}/before")
    for name, column in (("best", "verdict"), ("accepted", "share_of_sets")):
        of_now = table_of(f"{FITTED}/{name}").drop_duplicates("id")[["id", column]]
        board = board.merge(of_now.rename(columns={column: f"{name}_now"}), on="id", how="left")
    statements = {pattern.id: pattern.statement for pattern in declared_patterns().patterns}
    verdicts = board[["best", "best_now"]].fillna("not judged yet")
    shares = board[["share_of_sets", "accepted_now"]].map(lambda share: "" if pd.isna(share) else f"{share:.0%}")
    rows: list[list[object]] = [
        [id, statements[id], then, share_then, now, share_now]
        for id, (then, now), (share_then, share_now) in zip(board["id"], verdicts.values, shares.values, strict=True)
    ]
    return ["id", "pattern", "best set, then", "accepted sets, then", "best set, now", "accepted sets, now"], rows


def fit_finding_rows() -> tuple[list[str], list[list[str]]]:
    """Return headings and a row a finding under the best set, with its 95 % interval of chance."""
    return judged_rows(_fit_findings("best"))


def fit_of_sets_rows() -> tuple[list[str], list[list[str]]]:
    """Return headings and a row a finding over accepted sets, with the middle 95 % of them."""
    headings, rows = judged_rows(_fit_findings("accepted"))
    return [heading.replace("value (95 % interval)", "median (middle 95 % of sets)") for heading in headings], rows


def _fit_findings(of: str) -> pd.DataFrame:
    table = table_of(f"{FITTED}/{of}").astype({NOT_JUDGED: object}).fillna({NOT_JUDGED: ""})
    return table.dropna(axis="columns", how="all").assign(passed=table["verdict"] == "met")


def fit_number_rows() -> tuple[list[str], list[list[object]]]:
    """Return headings and a row a free number: prior, accepted sets, the best, which pattern identifies it."""
    rows: list[list[object]] = []
    for row in _rows(table_of(f"{FITTED}/parameters").fillna({"identified_by": ""})):
        declared = PARAMETERS[f"behaviour.{row['parameter']}"]
        told = row["identified_by"] or ("no single pattern" if row["learnt"] else "none: uncertain")
        rows.append(
            [
                f"`{row['parameter']}`",
                declared.range_text,
                f"{row['q50']:.3g} ({row['q05']:.3g} to {row['q95']:.3g})",
                f"{row['chosen']:.3g}",
                f"{row['contraction']:.2f}",
                told,
                "at the edge" if row["at_edge"] else "",
            ]
        )
    headings = ["number", "prior", "accepted sets: median (middle 90 %)", "best set", "contraction", "told by", ""]
    return headings, rows


def fit_wave_rows() -> list[list[object]]:
    """Return a row a wave of the fit."""
    columns = ("wave", "chance", "screened", "met_screening", "accepted")
    return [[f"{row[name]:g}" for name in columns] for row in _rows(table_of(f"{FITTED}/waves"))]


WORDS_FOR_MONTHS = "regimes"
"""Folder of what hangs on the words for months."""


def regime_rows() -> tuple[list[str], list[list[object]]]:
    """Return headings and a row a threshold: the share of months that half and one and a half of it rename."""
    table = table_of(f"{WORDS_FOR_MONTHS}/thresholds").drop_duplicates(["scenario", "threshold", "factor"])
    ends = (table["factor"].min(), table["factor"].max())
    at = table.set_index(["threshold", "scenario", "factor"])["renamed"]
    scenarios = list(dict.fromkeys(table["scenario"]))
    rows: list[list[object]] = [
        [
            PARAMETERS[f"regimes.{one}"].label,
            *(" / ".join(f"{at[one, name, end]:.0%}" for end in ends) for name in scenarios),
        ]
        for one in dict.fromkeys(table["threshold"])
    ]
    return ["threshold", *(f"{mid_sentence(name)}, at {ends[0]:g} / {ends[1]:g} times" for name in scenarios)], rows


def name_rows() -> tuple[list[str], list[list[object]]]:
    """Return headings and a row a scenario: the share of its months, and of its runs at the end, with each name."""
    table = table_of(f"{WORDS_FOR_MONTHS}/thresholds")
    table = table[table["factor"] == 1.0].drop_duplicates(["scenario", "regime"])
    at = table.set_index(["scenario", "regime"])
    names = list(dict.fromkeys(table["regime"]))
    rows: list[list[object]] = []
    for scenario in dict.fromkeys(table["scenario"]):
        of = [at.loc[(scenario, name)] for name in names]
        rows.append([f"`{scenario}`", *(f"{one['share_of_months']:.0%} / {one['share_at_end']:.0%}" for one in of)])
    return ["scenario, months / ends", *names], rows


def agreement_rows() -> list[list[object]]:
    """Return a row a way to cluster: the number of clusters, their silhouette, and the agreement with the words."""
    table = table_of(f"{WORDS_FOR_MONTHS}/agreement")
    return [
        [row["of"], row["clusters"], f"{row['silhouette']:.2f}", f"{row['adjusted_rand']:.2f}"]
        for row in _rows(table[table["best"]])
    ]


def docking_rows() -> list[list[object]]:
    """Return a row a criterion of the public-goods game: what was asked, what came out."""
    rows: list[list[object]] = []
    for row in _rows(table_of("dock/criteria")):
        ends = [f"{row[name]:g}" for name in ("low", "high") if abs(row[name]) < float("inf")]
        asked = " to ".join(ends) if len(ends) == 2 else f"above {ends[0]}" if row["id"] == "D4" else f"below {ends[0]}"
        rows.append([row["id"], row["what"], asked, f"{row['value']:.2f}", "passed" if row["passed"] else "**failed**"])
    return rows


def coordination_rows() -> list[list[object]]:
    """Return a row a finding of coordination experiments: what they found, and what the model does."""
    table = table_of("dock/coordination")
    return [
        [
            row["id"],
            row["compared"],
            f"{row['experiments']} ({row['source']})",
            f"{row['difference']:+.3f} ({row['ci_low']:+.3f} to {row['ci_high']:+.3f})".replace("-", "−"),
            "agrees" if row["agrees"] else "**disagrees**",
        ]
        for row in _rows(table[table["measure"] == "minimum"])
    ]


HINDCAST = "hindcast"
"""Folder of what the hindcast came to."""


def hindcast_summary_rows() -> tuple[list[str], list[list[object]]]:
    """Return headings and a row a statistic over districts: of the record, of the model, with intervals."""
    rows: list[list[object]] = []
    for row in _rows(table_of(f"{HINDCAST}/summary").astype({"interval": object}).fillna({"interval": ""})):
        shown = hindcast_interval(row, 3 if "share of the gap" in row["unit"] else 2)
        is_nil = (row["statistic"], row["of"]) == (RANKS, BOTH) and verdict_on_order(row) == NIL
        value = f"{shown}, {NIL}" if is_nil else shown
        rows.append([row["statistic"], row["of"], row["districts"], value, row["interval"], row["unit"]])
    return ["what", "of", "districts", "value (interval)", "interval", "unit"], rows


def hindcast_place_rows() -> tuple[list[str], list[list[object]]]:
    """Return headings and a row a district: its fund and gap, the record, and the model with its interval."""
    rows: list[list[object]] = [
        [
            row["label"],
            f"{row['fund_gbp_per_head']:.0f}{'' if row['fund_basis'].startswith('recorded') else ' (ruled)'}",
            *(points(row[name]) for name in ("gap", "record")),
            _model(row),
            "yes" if row["inside"] else "no",
        ]
        for row in _rows(table_of(f"{HINDCAST}/hindcast"))
    ]
    change = "change 2001 to 2005"
    headings = ["district", "fund, £ a head", "gap 2001", f"record, {change}", f"model, {change} (90 %)", "inside"]
    return headings, rows


def hindcast_forecast_rows() -> tuple[list[str], list[list[object]]]:
    """Return headings and a row a district: the model's change from 2005 to 2008 with its interval."""
    rows = [[row["label"], row["code"], _model(row)] for row in _rows(table_of(f"{HINDCAST}/forecast"))]
    return ["district", "code of 2004", "model, change 2005 to 2008 (90 %)"], rows


def _model(row: Row) -> str:
    return hindcast_interval({"value": row["model"], "low": row["model_low"], "high": row["model_high"]})


_OF_TURNS = ["scenario", "asked", "levers", "dose"]


def _pace(row: Row) -> str:
    return row["of"] if pd.isna(row["hold_years"]) else f"{row['hold_years']:g} years a dose, {row['of']}"


def _by_year(
    table: pd.DataFrame,
    *,
    keys: Sequence[str],
    headings: Sequence[str],
    column: str,
    told: Callable[[Sequence[str]], list[object]],
) -> tuple[list[str], list[list[object]]]:
    """Return a row a key and a column a year; what is clear after correction is bold."""
    years = sorted(table["year"].unique())
    rows = []
    for key, its in table.groupby(list(keys), sort=False):
        at = {row["year"]: row for row in _rows(its)}
        names = [str(name) for name in key] if isinstance(key, tuple) else [str(key)]
        measure = names[keys.index("measure")]
        measure = f"{measure}_{names[keys.index('sector')]}" if "sector" in keys else measure
        rows.append([*told(names), *(_cell(at[year], column, measure) for year in years)])
    return [*headings, *(f"year {year:g}" for year in years)], rows


def attack_rows() -> list[list[object]]:
    """Return one row an attack by hand: how often it was tried on what, what went wrong, on which machine and when."""
    kept = json.loads((EVIDENCE / "attack.json").read_text("utf-8"))
    return [
        [
            f"`python benchmarks/attack.py {name}`",
            "; ".join(what if count == 1 else f"{count:,} {what}" for what, count in found["of"].items()),
            "; ".join(found["faults"]) or "nothing",
            ", ".join([found["machine"]["processor"], f"Python {found['machine']['Python']}", found["date"]]),
        ]
        for name, found in sorted(kept.items())
    ]


def _cell(row: Row, column: str, measure: str) -> str:
    shown = with_interval(row[column], row["ci_low"], row["ci_high"], measure)
    return f"**{shown}**" if row["clear"] else shown


def _of_change(measure: str, name: str = "") -> str:
    return f"{titled(name or measure)}, {unit_of_change(measure)}"


def _in_order(id: str) -> tuple[str, int]:
    return id[0], int(id[1:])


def _lost(seen: dict[tuple[str, str], Row], null: str) -> str:
    row = seen[null, OF_NULLS[-1][0]]
    if row["change"] == row["change_low"] == 0.0:
        return ""
    return f"{row['change']:+.2f} ({row['change_low']:+.2f} to {row['change_high']:+.2f})"


def _interval(row: Row, digits: str) -> str:
    value, low, high = (digits.format(row[name]) for name in ("value", "low", "high"))
    return f"{value} ({low} to {high})"
