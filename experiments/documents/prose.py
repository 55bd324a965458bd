"""Sentences of the documents that hold numbers: made of what ``docs/evidence/`` keeps, as its tables are.

So a number in prose is the number that a command left, and a stale one is found. Nothing is simulated here.
"""

from __future__ import annotations

import textwrap
from typing import Any

import pandas as pd

from analysis.shared.words import mid_sentence
from analysis.together.words import change, with_interval
from experiments.documents.evidence import FITTED, table_of

SPEED = "speed"
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
        f"{runs} runs each, which take turns with the {sets} sets of numbers that [the fit](docs/fit.md) accepted.",
        f"The scenario called growth coalition ends as {ends[GROWTH]};",
        f"the talking shop as {ends[TALK]}; the ordinary partnership as {ends[ORDINARY]}.",
        f"Engagement of the growth coalition ends {_beside(GROWTH, 'engagement')}, of the talking shop "
        f"{_beside(TALK, 'engagement')}; added value {_beside(GROWTH, 'added_value')} and "
        f"{_beside(TALK, 'added_value')}, both beside the ordinary partnership; "
        "brackets hold the middle 95 % of the sets.",
        f"Of what differs between single pairs of growth coalition and ordinary partnership, what is not known of "
        f"behaviour makes {_of_sets('engagement')} and {_of_sets('added_value')}; the rest is chance.",
    )


def _ends(shares: pd.DataFrame) -> str:
    """Return the names of ends that a twentieth of the runs or more have, the most frequent first."""
    most = shares[shares["share"] >= 0.05].sort_values("share", ascending=False, kind="stable")
    told = [f"{row['regime']} ({100 * row['share']:.0f} %)" for row in most.to_dict("records")]
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
    covered = table_of(f"{FITTED}/coverage")
    best = table_of(f"{FITTED}/best").drop_duplicates("id")
    fitted = best[best["role"] == "fit"]
    return paragraph(
        f"{len(waves)} waves of {screened // len(waves)} sets: {met} met everything on few runs, {accepted} on many "
        f"and were accepted, each a family of its own. On a seed that no fit has seen the best set shows "
        f"{_met(fitted)} of {len(fitted)} fitted patterns.",
        f"{int(numbers['learnt'].sum())} of {len(numbers)} numbers are learnt; {int(numbers['at_edge'].sum())} sit at "
        "an edge of their range.",
        f"Of planted truths {100 * covered['covered'].mean():.0f} % lie in 90 % intervals.",
    )


def _sets() -> int:
    return int(table_of(f"{FITTED}/waves")["accepted"].sum())


def _met(board: pd.DataFrame) -> int:
    return int((board["verdict"] == "met").sum())


def _judged(board: pd.DataFrame) -> int:
    return int(board["verdict"].isin(["met", "missed"]).sum())


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
