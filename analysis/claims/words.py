"""What the claims come to in words: sentences, and the page that has every part."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.claims.tables import CONTRADICTED, MIXED, SUPPORTED, TOO_SMALL, VERDICTS, records
from analysis.shared.markdown import markdown_table
from analysis.shared.words import mid_sentence, readable


def claims_in_words(claims: pd.DataFrame, parts: pd.DataFrame) -> str:
    """Return in plain sentences how many claims hold, which do not, and what the intervals cover.

    >>> from analysis.claims.tables import claim_verdicts
    >>> parts = pd.DataFrame({"scenario": ["a"], "verdict": ["contradicted"], "statement": ["more come"],
    ...                       "either": [""], "finding": ["the opposite"], "by_rule": [""], "holds_in": [0.0],
    ...                       "sets": [9], "runs": [90]})
    >>> print(claims_in_words(claim_verdicts(parts), parts).splitlines()[0])
    Of 1 claim 0 are supported, 0 mixed, 1 contradicted, 0 not testable here.
    """
    counts = ", ".join(
        f"{(claims['verdict'] == verdict).sum()} {'are ' * (verdict == SUPPORTED)}{verdict}" for verdict in VERDICTS
    )
    lines = [f"Of {len(claims)} claim{'s' * (len(claims) > 1)} {counts}.", ""]
    for verdict in (CONTRADICTED, MIXED, SUPPORTED):
        for scenario, reason in claims.loc[claims["verdict"] == verdict, ["scenario", "reason"]].to_numpy():
            mine = parts[(parts["scenario"] == scenario) & (parts["verdict"] != SUPPORTED)]
            said = "; ".join(f"{row['statement']} ({row['finding']}{_held(row['holds_in'])})" for row in records(mine))
            if said:  # a claim of alternatives can be supported with parts that are not
                named = f"{verdict} ({reason})" if verdict == MIXED else verdict
                lines.append(f"- {readable(str(scenario))}, {named}. Not supported: {said}.")
    rules = int((parts["by_rule"] != "").sum())
    lines += [
        "",
        null_effects_in_words(parts),
        "",
        f"{rules} of {len(parts)} parts follow from one rule of the model and are no evidence.",
        _scope(parts),
    ]
    return "\n".join(lines)


def null_effects_in_words(parts: pd.DataFrame) -> str:
    """Return which effects that a document names are too small to matter, by their whole interval: findings too.

    >>> parts = pd.DataFrame({"scenario": ["a"], "statement": ["more come"], "finding": ["too small to matter"]})
    >>> null_effects_in_words(parts)
    'Named by a document and too small to matter, by the whole interval, here: more come (a).'
    """
    named = [
        f"{row['statement']} ({mid_sentence(str(row['scenario']))})"
        for row in records(parts[parts["finding"] == TOO_SMALL])
    ]
    if not named:
        return "No effect that a document names is, by its whole interval, too small to matter."
    return f"Named by a document and too small to matter, by the whole interval, here: {'; '.join(named)}."


def _held(share: float) -> str:
    return "" if np.isnan(share) else f", holds in {100 * share:.0f} % of sets"


def _scope(parts: pd.DataFrame) -> str:
    sets, runs = int(parts["sets"].max()), int(parts["runs"].max())
    if sets == 1:
        return (
            f"One parameter set, {runs} runs a scenario: the intervals cover chance only, not what is unknown about "
            "the parameters."
        )
    few = " They are few: take the interval as their range." if sets < 40 else ""
    return (
        f"{sets} accepted parameter sets, {runs} runs a scenario: the intervals hold the middle 95 % of the sets, each "
        f"averaged over {runs // sets} runs.{few} None of this says what happens in a real authority."
    )


def claims_page(claims: pd.DataFrame, parts: pd.DataFrame, text: str, *, command: Sequence[str], method: str) -> str:
    """Return the page on the claims, in Markdown: verdicts, then every part with its effect and interval.

    ``claims`` has the columns claim, seed_document and not_testable too. ``command`` is what makes the page again
    and ``method`` how it is tested, in words.

    >>> claims = pd.DataFrame(columns=["scenario"])
    >>> page = claims_page(claims, pd.DataFrame(), "None.", command=["partnerships", "claims"], method="By tests.")
    >>> "partnerships claims" in page.splitlines(), "By tests." in page
    (True, True)
    """
    shown = [word for word in command if not word.startswith(("output=", "overwrite="))]
    verdicts = (
        [
            f"`{row['scenario']}`",
            row["claim"],
            row["seed_document"],
            verdict_in_words(row["verdict"], row["reason"]),
            f"{row['supported']} of {row['parts']}",
            share_in_words(row["holds_in"]),
        ]
        for row in claims.to_dict("records")
    )
    return "\n".join(
        [
            "# What the scenarios claim, and whether the model agrees",
            "",
            "Each scenario carries a claim from one of the documents that the model is drawn from. This page is",
            "generated; to make it again:",
            "",
            "```sh",
            " ".join(shown),
            "```",
            "",
            text,
            "",
            "![Every part of every claim: how far its effect goes against what the claim needs](figures/claims.png)",
            "",
            "*All hold in*: the share of parameter sets in which all parts hold at once (of alternatives one).",
            "",
            markdown_table(("scenario", "claim", "source", "verdict", "parts supported", "all hold in"), verdicts),
            "## How it is tested",
            "",
            method,
            "",
            "S0 to S4 are the documents behind the model (docs/odd.md, III).",
            "",
            "## Part by part",
            "",
            "Months count from 0, April 2001 (place_first_2013: April 2013). *Needed* is the smallest effect that",
            "counts, or the level. *Holds in* is the share of parameter sets whose own mean reaches it. *By rule*",
            "names the rule from which a direction follows alone: such a part shows the rule and is no evidence.",
            "",
            *_sections(claims, parts),
            "![Every part with its name](figures/claims_parts.png)",
            "",
        ]
    )


def _sections(claims: pd.DataFrame, parts: pd.DataFrame) -> list[str]:
    lines = []
    headings = (
        "part",
        "read",
        "against",
        "expected",
        "needed",
        "effect",
        "95 % interval",
        "holds in",
        "by rule",
        "verdict",
    )
    for claim in claims.to_dict("records"):
        mine = parts[parts["scenario"] == claim["scenario"]]
        lines += [f"### {claim['scenario']}: {claim['verdict']}", ""]
        lines += [f"*{claim['claim']}* ({claim['seed_document']})", ""]
        lines += [markdown_table(headings, (_part_cells(row) for row in mine.to_dict("records")))]
        if claim["not_testable"]:
            lines += [f"Not testable here: {claim['not_testable']}.", ""]
    return lines


def _part_cells(row: Mapping[Hashable, Any]) -> list[str]:
    numbers = {name: float(str(row[name])) for name in ("smallest", "effect", "low", "high", "holds_in")}
    is_level = not np.isnan(row["level"])
    needed = f"level {row['level']:.3g}" if is_level else f"{numbers['smallest']:g}"
    level = row["level"] if is_level else 0.0
    effect, low, high = (_number(numbers[name] + level) for name in ("effect", "low", "high"))
    tested = str(row["tested"])
    read = f"{row['reading']}" + (f" in `{tested}`" if tested != row["scenario"] else "")
    held = share_in_words(numbers["holds_in"])
    statement = f"{row['statement']}" + (" (or)" if row["either"] else "")
    against = "a level" if is_level else f"`{row['reference']}` {row['reference_reading']}".strip()
    verdict, rule = str(row["verdict"]), f"`{row['by_rule']}`" if row["by_rule"] else ""
    verdict = verdict_in_words(verdict, str(row["finding"]))
    return [statement, read, against, str(row["expected"]), needed, effect, f"{low} to {high}", held, rule, verdict]


def share_in_words(share: float) -> str:
    """Return a share in per cent; nothing for one that is not known.

    >>> share_in_words(0.25), share_in_words(float("nan"))
    ('25 %', '')
    """
    return "" if np.isnan(share) else f"{100 * share:.0f} %"


def _number(value: float) -> str:
    return f"{round(value, 3) + 0.0:.3f}".replace("-", "−")  # no negative zero


def verdict_in_words(verdict: str, reason: str) -> str:
    """Return a verdict for a table in Markdown, one that is mixed with its reason.

    >>> verdict_in_words("mixed", "too few runs"), verdict_in_words("supported", "")
    ('**mixed**: too few runs', 'supported')
    """
    if verdict == MIXED:
        return f"**{verdict}**: {reason}"
    return verdict if verdict == SUPPORTED else f"**{verdict}**"
