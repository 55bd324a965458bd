"""Sentences of the documents that hold numbers: made of what ``docs/evidence/`` keeps, as its tables are.

So a number in prose is the number that a command left, and a stale one is found. Nothing is simulated here.
"""

from __future__ import annotations

import textwrap
from typing import Any

import pandas as pd

from analysis.shared.words import capital, mid_sentence
from analysis.together.words import change, with_interval
from experiments.documents.evidence import FITTED, table_of
from experiments.runs.declared_patterns import declared_patterns

SPEED, SCAN, NULLS_OF_SETS = "speed", "scan", "nulls_of_sets"
HEADLINE, LEVERS = "headline", "levers_together"
GROWTH, TALK, ORDINARY = "growth_coalition", "talking_shop", "baseline_lsp"
LAST_YEAR, AMBITIOUS = 12, "ambitious"

STICK_AND_CARROT = ("duty_to_cooperate", "inspection_relief")
MONEY_AND_LEADER = ("pooled_funding", "facilitating_leadership")


def paragraph(*sentences: str) -> str:
    """Return sentences as lines of a page.

    >>> paragraph("One.", "", "Two.")
    'One. Two.'
    """
    text = " ".join(filter(None, sentences)).replace(" %", "\u00a0%")
    return textwrap.fill(text, 132, break_long_words=False, break_on_hyphens=False)


# ------------------------------------------------------------------ the headline comparison


def headline_words() -> str:
    """Return how the three scenarios of the headline end, and what their differences are made of."""
    regimes, runs = table_of(f"{HEADLINE}/regimes"), int(table_of(f"{HEADLINE}/summary")["replicates"].iloc[0])
    sets = int(table_of(f"{HEADLINE}/contrasts")["sets"].iloc[0])
    ends = {scenario: _ends(regimes[regimes["scenario"] == scenario]) for scenario in (GROWTH, TALK, ORDINARY)}
    return paragraph(
        f"{runs} runs each, {runs // sets} with each of the {sets} sets of numbers that [the fit](docs/fit.md) "
        "accepted; brackets hold the middle 95 % of the sets.",
        f"The scenario called growth coalition ends as {ends[GROWTH]};",
        f"the talking shop as {ends[TALK]}; the ordinary partnership as {ends[ORDINARY]}.",
        f"Engagement of the growth coalition ends {_beside(GROWTH, 'engagement')}, of the talking shop "
        f"{_beside(TALK, 'engagement')}; added value {_beside(GROWTH, 'added_value')} and "
        f"{_beside(TALK, 'added_value')}, both beside the ordinary partnership. "
        "So what a scenario ends as hangs on numbers that nobody knows more than on chance.",
        f"Of what differs between single pairs of growth coalition and ordinary partnership, what is not known of "
        f"behaviour makes {_of_sets('engagement')} and {_of_sets('added_value')}; the rest is chance.",
    )


def _ends(shares: pd.DataFrame) -> str:
    """Return the names of ends that a twentieth of the runs or more have, the most frequent first."""
    most = shares[shares["share"] >= 0.05].sort_values("share", ascending=False, kind="stable")
    told = [
        f"{row['regime']} ({100 * row['share']:.0f} %; {100 * row['ci_low']:.0f} to {100 * row['ci_high']:.0f} %)"
        for row in most.to_dict("records")
    ]
    return " or ".join([", ".join(told[:-1]), told[-1]]) if len(told) > 1 else told[0]


def _beside(scenario: str, measure: str) -> str:
    row = _row("contrasts", scenario, measure)
    unit = " points of the gap" if measure == "added_value" else ""
    low, high = (change(row[end], measure).removeprefix("+") for end in ("ci_low", "ci_high"))
    return f"{change(row['difference'], measure)}{unit} ({low} to {high})"


def _of_sets(measure: str) -> str:
    """Return what part of a difference is what is not known of behaviour, and in how many sets it is above 0."""
    row = _row("contrasts", GROWTH, measure)
    part, above = (f"{100 * row[name]:.0f} %" for name in ("share_of_sets", "share_above_0"))
    return f"{part} in {mid_sentence(measure)} (higher in {above} of the sets)"


def _row(table: str, scenario: str, measure: str) -> dict[str, Any]:
    """Return the row of a scenario beside the ordinary partnership."""
    rows = table_of(f"{HEADLINE}/{table}")
    of = (rows["scenario"] == scenario) & (rows["reference"] == ORDINARY) & (rows["measure"] == measure)
    return {str(name): value for name, value in rows[of].iloc[0].items()}


# --------------------------------------------------------------------------- levers together


def levers_words() -> str:
    """Return where stick and carrot, pooling and facilitation help or hinder each other in the last year."""
    pairs = table_of(f"{LEVERS}/pair_interactions")
    last = pairs[pairs["year"] == LAST_YEAR]
    clear = int(pairs["clear"].sum())
    return paragraph(
        _together(last, STICK_AND_CARROT, "Stick and carrot (a duty to cooperate and relief from inspection)"),
        _together(last, MONEY_AND_LEADER, "Pooling and a facilitating leader"),
        f"Of {len(pairs)} interactions over years, measures and doses {clear} {'is' if clear == 1 else 'are'} clear "
        "after Holm's correction.",
    )


def _together(pairs: pd.DataFrame, levers: tuple[str, str], named: str) -> str:
    told = []
    for measure in ("engagement", "added_value"):
        of = pairs[(pairs["measure"] == measure) & (pairs["dose"] == AMBITIOUS) & (pairs["other_dose"] == AMBITIOUS)]
        (row,) = of[of["lever"].isin(levers) & of["other"].isin(levers)].to_dict("records")
        unit = " points" if measure == "added_value" else ""
        amount = with_interval(row["interaction"], row["ci_low"], row["ci_high"], measure)
        word = "" if row["clear"] else ", too small to tell"
        told.append(f"{amount}{unit} of {mid_sentence(measure)}{word}")
    return f"{named} come to {' and '.join(told)} beyond the sum of what each does alone, after twelve years."


# ------------------------------------------------------------------------------------- the fit


def rests_on_words() -> str:
    """Return how many patterns the best set shows, fitted and once held out, and what comes of claims."""
    before = table_of(f"{FITTED}/before")
    best = table_of(f"{FITTED}/best").drop_duplicates("id")
    claims = table_of("claims/claims")["verdict"].value_counts()
    fitted, held_out = (best[best["role"] == role] for role in ("fit", "held_out"))
    missed = [", ".join(of.loc[of["verdict"] == "missed", "id"]) or "none" for of in (fitted, held_out)]
    return paragraph(
        f"The numbers were fitted to {len(fitted)} patterns of real partnerships that were declared before the "
        f"model was built; {_sets()} sets were accepted. On fresh runs the best of them [shows "
        f"{_met(fitted)}](docs/fit.md) (not {missed[0]}).",
        f"Of {len(before[before['best'] != 'not judged'])} patterns that had been *held out* an earlier model showed "
        f"{int((before['best'] == 'met').sum())} when they were looked at. Mechanisms were changed then, [once, in the "
        f"open](docs/limits.md#one-round-back-at-the-mechanism), and numbers fitted anew: it shows {_met(held_out)} of "
        f"{_judged(held_out)} (not {missed[1]}).",
        f"Of {int(claims.sum())} claims of its scenarios the model [supports {int(claims.get('supported', 0))}, leaves "
        f"{int(claims.get('mixed', 0))} mixed and contradicts {int(claims.get('contradicted', 0))}](docs/claims.md).",
    )


def fit_words() -> str:
    """Return what the fit came to."""
    waves = table_of(f"{FITTED}/waves")
    screened, met, accepted = (int(waves[name].sum()) for name in ("screened", "met_screening", "accepted"))
    numbers = table_of(f"{FITTED}/parameters")
    best, sets = (table_of(f"{FITTED}/{of}").drop_duplicates("id") for of in ("best", "accepted"))
    fitted = best[best["role"] == "fit"]
    together = float(sets.loc[sets["role"] == "fit", "share_together"].iloc[0])
    return paragraph(
        f"{len(waves)} waves of {screened // len(waves)} sets: {met} met everything on few runs, {accepted} on many "
        f"and were accepted, each a family of its own. On a seed that no fit has seen the best set shows "
        f"{_met(fitted)} of {len(fitted)} fitted patterns; {together * accepted:.0f} of the {accepted} sets show all "
        "but P6 at once, by value.",
        f"{int(numbers['learnt'].sum())} of {len(numbers)} numbers are learnt; {int(numbers['at_edge'].sum())} sit at "
        "an edge of their range.",
    )


def fit_left_out_words() -> str:
    """Return why P6 does not count in the fit: how many draws of the priors met it, there and in the scan."""
    shares = {of: table_of(f"{of}/patterns").set_index("id") for of in (FITTED, SCAN)}
    draws = {
        FITTED: round(shares[FITTED]["draws"]["P2"] / shares[FITTED]["share"]["P2"]),
        SCAN: int(table_of(f"{SCAN}/counts")["draws"].sum()),
    }
    told = [f"{shares[of]['draws']['P6']} of {draws[of]:,}" for of in (FITTED, SCAN)]
    return paragraph(
        "P6 does not count in the fit, because next to no draw of the priors meets it: "
        f"{told[0]} in the table that the fit began with, {told[1]} in [the scan](results.md#what-the-priors-allow). "
        "It is reported as missed all the same ([out of reach](limits.md#out-of-reach)).",
    )


def prior_words() -> str:
    """Return what the scan of the priors comes to: what is met by few, never together, and most at once."""
    patterns = table_of(f"{SCAN}/patterns").set_index("id")["draws"]
    counts, confirmed = table_of(f"{SCAN}/counts"), table_of(f"{SCAN}/confirmed")
    draws, reached = int(counts["draws"].sum()), counts[counts["draws"] > 0].astype(int).iloc[-1]
    pairs = table_of(f"{SCAN}/pairs").set_index(["id", "other"])["share"]
    together = round(pairs["P15", "N3"] * draws)
    again = table_of(f"{SCAN}/regimes").set_index("regime")["share"]["founded again"]
    best = int(confirmed["met"].max())
    few = [fails.replace(", ", " and ") for fails in sorted(confirmed.loc[confirmed["met"] == best, "fails"])]
    return "\n".join(
        f"- {paragraph(told)}"
        for told in (
            f"**P6 is met by {patterns['P6']} of {draws:,} draws**, and by next to none of the fit's own table "
            "([limits](limits.md#out-of-reach)).",
            f"**N2 and N3 are the narrow gates** ({patterns['N2']:,} and {patterns['N3']:,} draws): that many but not "
            "all partnerships go after 2010, and that a talking shop talks on for ten years without being abolished. "
            "Both turn on how much holds a partnership (`hold_needed`), in opposite directions.",
            f"**P15 and N3 were met together in {together} draws of so few runs**, though accepted sets meet both. A "
            "staff team can only lengthen the life of engagement (P15) where partnerships end often, which talking "
            "shops of N3 must not.",
            f"**The most that a draw meets is {reached['met']} of the {counts['met'].iloc[-1]}** "
            f"({reached['draws']:,} draws). Of the {len(confirmed)} best, run again on new seeds with 200 runs, "
            f"{len(few)} meet {best} of {confirmed['judged'].iloc[0]}: all but {', or but '.join(few)}.",
            f"Every name of months occurs; second beginnings do in {100 * again:.0f} % of draws.",
        )
    )


def fits_words() -> str:
    """Return what two ways to fit found in as many core-hours."""
    ways = {row["way"]: row for row in table_of("fits").to_dict("records")}
    told = (
        f"{capital(way)} simulated {row['simulated']:,.0f} sets in {row['core_hours']:.1f} core-hours: "
        f"{row['met_screening']:.0f} met everything on few runs, {row['accepted']:.0f} were accepted, "
        f"{row['families']:.0f} families in effect or {row['families_per_core_hour']:.1f} a core-hour."
        for way, row in ways.items()
    )
    best = max(ways, key=lambda way: float(ways[way]["families_per_core_hour"]))
    return paragraph(*told, f"More families for the same work has {best}.")


def fit_coverage_words() -> str:
    """Return what simulation-based calibration of the fit's first table came to, and that it is not of the fit."""
    table = table_of(f"{FITTED}/coverage")
    uneven = int((table["p_even"] < 0.05).sum())
    return paragraph(
        f"Of planted truths {100 * table['covered'].mean():.0f} % lie in 90 % intervals "
        f"({100 * table['covered'].min():.0f} to {100 * table['covered'].max():.0f} % by number); ranks of {uneven} of "
        f"{len(table)} numbers are not even at 5 %, where two or so would not be by chance. That is a test of what a "
        "table of prior draws tells by its nearest hundredth, and **not of this fit**, whose walks on emulators, bands "
        "and judgements no planted truth went through.",
    )


def _sets() -> int:
    return int(table_of(f"{FITTED}/waves")["accepted"].sum())


def _met(board: pd.DataFrame) -> int:
    return int((board["verdict"] == "met").sum())


def _judged(board: pd.DataFrame) -> int:
    return int(board["verdict"].isin(["met", "missed"]).sum())


# ------------------------------------------------------------------------- who works with whom


def who_with_whom_words() -> str:
    """Return how far who works with whom decides what a table adds, and whether it decides which tables last."""
    survival = table_of(f"{FITTED}/accepted")
    (core,) = survival[survival["what"].str.startswith("log odds of surviving to March 2013")].to_dict("records")
    return paragraph(
        "So *who works with whom* decides much of what a table adds: with ties dealt to others the best set of numbers "
        f"adds [{_left_of_best()}](docs/results.md#without-one-thing) of it, the accepted sets {_left_of_sets()}. It "
        "does not decide, as the record would have it, which tables last: in the best set larger cores outlast others "
        "as much with ties dealt to others (N2b), and over the accepted sets a body more in the core changes the log "
        f"odds of lasting by {_told(core['value'], core['ci_low'], core['ci_high'])}, so that in many larger cores do "
        "not outlast others at all.",
    )


def nulls_of_sets_words() -> str:
    """Return what is left of the added value with ties dealt to others, set by set, and how well that is matched."""
    table = table_of(NULLS_OF_SETS)
    as_it_is, dealt, ties, decisions = (
        _told(*table[name].quantile([0.5, 0.025, 0.975]))
        for name in ("as_it_is", "reshuffled_matched", "ties_ratio", "decisions_ratio")
    )
    less = int((table["reshuffled_matched"] < table["as_it_is"]).sum())
    return paragraph(
        f"The same for each of the {len(table)} accepted sets, {table['runs'].iloc[0]} runs each, with factors of its "
        f"own: in {int(table['is_reached'].sum())} of them the null comes within 5 % of the model, over all it has "
        f"{ties} times as many ties and {decisions} times as many decisions (medians, with the middle 95 % of them). "
        f"The table adds {as_it_is} points as it is and {dealt} with ties dealt to others, less in {less} of "
        f"{len(table)} sets: what is left is {_left_of_sets()}.",
    )


def _left_of_best() -> str:
    found = table_of("nulls").set_index(["null", "measure"])["value"]
    added = [found[null, "added_value_points_month_84"] for null in ("as it is", "reshuffled_matched")]
    return f"{100.0 * added[1] / added[0]:.0f} %"


def _left_of_sets() -> str:
    table = table_of(NULLS_OF_SETS)
    low, middle, high = (100.0 * table["reshuffled_matched"] / table["as_it_is"]).quantile([0.025, 0.5, 0.975])
    return f"a median of {middle:.0f} % ({low:.0f} to {high:.0f} % in the middle 95 % of them)".replace("(-", "(−")


def _told(middle: float, low: float, high: float) -> str:
    return f"{middle:.2f} ({low:.2f} to {high:.2f})".replace("-", "−")


# ----------------------------------------------------------------------------------- the hindcast


def spread_words() -> str:
    """Return whether places differ as much in how their gap moves as the record has it, which is N4."""
    (pattern,) = (one for one in declared_patterns().patterns if one.id == "N4")
    band = next(finding for finding in pattern.findings if finding.what.startswith("SD"))
    assert band.low is not None
    assert band.high is not None
    over_sets, best = (
        table_of(f"{of}/summary").set_index(["statistic", "of"])["value"]["SD of the change"]
        for of in ("hindcast", "hindcast_best")
    )
    found = [over_sets["model"], best["model"]]
    met = [band.low <= value <= band.high for value in found]
    verdict = "N4 is missed" if not any(met) else "N4 holds" if all(met) else "N4 holds in part"
    return paragraph(
        f"**{verdict}.** That places differ in how their gap moves was declared an input, to be as in the record: "
        f"an SD of the change of {band.low:g} to {band.high:g} points (the record has {over_sets['record']:.2f}). But "
        "the number that makes it, `behaviour.trend_spread`, was left free in the fit, where no fitted pattern asks "
        f"for its width, and the accepted sets are nearly as wide as its prior: {found[0]:.2f} points over them, "
        f"{found[1]:.2f} under the best set.",
    )


# ------------------------------------------------------------------ how fast it is


def speed_words() -> str:
    """Return what the measured figures say, one bullet a subject."""
    # Of one name in two parts the first counts: that of the whole model.
    found = {row["what"]: row for row in reversed(table_of(SPEED).to_dict("records"))}

    def told(what: str, digits: int = 2) -> str:
        return f"{found[what]['value']:,.{digits}f}"

    def asked(what: str) -> str:
        verdict = "which is met" if found[what]["verdict"] == "met" else "which is **missed**"
        return f"({found[what]['target']} is asked, {verdict})"

    last, first = "1 thread, last month kept", "first 64 runs, "
    second = "another month's engine, loaded second, 1 thread / the first"
    faster, floor, large = (
        f"Mesa / compiled, {last}",
        "a compiled run / floor",
        "a pair and month at 400 / at 24 partners",
    )
    flat = "a run of 1,000,000 / a run of 1,000, 12 months"
    beside = [what for what in reversed(found) if what.endswith(" / lanes")]
    subjects = (
        [
            f"A run of 19 bodies and 144 months takes {told(f'compiled, {last}')} ms on one thread,",
            f"{told('compiled, 2 threads, last month kept')} ms on two, and {told('Mesa', 0)} ms in Mesa: the compiled",
            f"engine is {told(faster, 0)} times as fast on one thread {asked(faster)}.",
        ],
        [
            f"It takes {told(floor)} times its operation floor {asked(floor)}. The floor is what exponentials, rules",
            f"between two bodies and draws take by themselves, {told('operation floor: their sum')} ms a run.",
        ],
        [
            f"The engine of another month, loaded second into one process, takes {told(second)} times as long as the",
            "first.",
        ],
        [
            f"Where nothing is compiled yet the first 64 runs take {told(f'{first}nothing compiled yet', 0)} s,",
            f"afterwards {told(f'{first}compiled before', 1)} s.",
        ],
        [
            f"100,000 runs take {told('peak memory after 100,000 runs, last month kept', 0)} MiB at most, one block of",
            f"them {told('peak memory once imported and compiled', 0)} MiB.",
        ],
        [
            f"A run among a million costs {told(flat)} times one among a thousand {asked(flat)}, and a pair of bodies",
            f"and month at a table of 400 {told(large)} times one at a table of 24.",
        ],
        [
            "On the reduced model, in times of this project's style:",
            ", ".join(f"{what.removesuffix(' / lanes')} {told(what, 1)}" for what in beside) + ".",
        ],
    )
    return "\n".join(f"- {paragraph(*sentences)}" for sentences in subjects)
