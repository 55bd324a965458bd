"""What a scoreboard of patterns says: in plain words, as a page, and against null models."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.shared.markdown import markdown_table

BEHAVIOUR = "behaviour"
"""Column of a scoreboard that says which behaviour was tested."""


def band_in_words(low: float, high: float) -> str:
    """Return a band in words: 'at most 2', '0.2 to 0.6', '4 or more'.

    >>> band_in_words(-np.inf, 2.0), band_in_words(0.2, 0.6), band_in_words(4.0, np.inf), band_in_words(-np.inf, np.inf)
    ('at most 2', '0.2 to 0.6', '4 or more', 'anything')
    """
    if np.isinf(low) and np.isinf(high):
        return "anything"
    if np.isinf(low):
        return f"at most {high:g}"
    return f"{low:g} or more" if np.isinf(high) else f"{low:g} to {high:g}"


def value_in_words(row: pd.Series) -> str:
    """Return the value of a finding with its interval: '0.71 (0.68 to 0.73)'; without one if there is none.

    >>> row = pd.Series({"value": 0.714, "ci_low": 0.68, "ci_high": 0.73, "low": 0.5, "high": np.inf})
    >>> value_in_words(row)
    '0.714 (0.680 to 0.730)'
    """
    if not np.isfinite(row["value"]):
        return "not measurable"
    digits = _digits(row)
    interval = f" ({row['ci_low']:.{digits}f} to {row['ci_high']:.{digits}f})" if np.isfinite(row["ci_low"]) else ""
    return f"{row['value']:.{digits}f}{interval}"


def _digits(row: pd.Series) -> int:
    """Return how many decimals tell the value, its interval and its bounds apart."""
    sizes = [abs(row[name]) for name in ("value", "low", "high") if np.isfinite(row[name]) and row[name] != 0.0]
    width = row["ci_high"] - row["ci_low"]
    sizes += [width] if np.isfinite(width) and width > 0.0 else []
    return int(np.clip(np.ceil(1.0 - np.log10(min(sizes, default=1.0))), 1, 4))


def verdict_of(row: pd.Series) -> str:
    """Return the verdict on a finding's pattern, and where the finding decides otherwise by itself.

    >>> rows = [{"passed": passed, "inside": inside} for passed in (True, False) for inside in (True, False)]
    >>> [verdict_of(pd.Series(row)) for row in rows]
    ['passed', 'passed (not by this)', 'FAILED (not by this)', 'FAILED']
    >>> verdict_of(pd.Series({"passed": True, "inside": True, "decides": False}))
    'reported'
    """
    if not row.get("decides", True):
        return "reported"
    if row["passed"]:
        return "passed" if row["inside"] or "share_of_sets" in row else "passed (not by this)"
    return "FAILED" if not row["inside"] or "share_of_sets" in row else "FAILED (not by this)"


def verdicts(board: pd.DataFrame, *, behaviour: str) -> str:
    """Return what a scoreboard of one behaviour shows, in plain sentences, every miss among them.

    Takes the result of ``analysis.patterns.scoreboard.scoreboard`` or ``scoreboard_of_sets``.

    >>> row = {"id": "P1", "statement": "Trust is high.", "what": "trust", "value": 0.3, "ci_low": 0.25}
    >>> row |= {"ci_high": 0.35, "low": 0.5, "high": np.inf, "inside": False, "clear": True, "passed": False}
    >>> for line in verdicts(pd.DataFrame([row]), behaviour="fitted").splitlines()[:2]:
    ...     print(line)
    Behaviour fitted: 0 of 1 patterns are reproduced.
    Not reproduced: P1, Trust is high. trust is 0.30 (0.25 to 0.35), must be 0.5 or more.
    """
    patterns = _deciding(board).drop_duplicates("id")
    by = " by at least half of the accepted sets" if "share_of_sets" in board else ""
    counted = f"{int(patterns['passed'].sum())} of {len(patterns)} patterns are reproduced{by}"
    return "\n".join([f"Behaviour {behaviour}: {counted}.", *misses_in_words(board)])


def misses_in_words(board: pd.DataFrame) -> list[str]:
    """Return sentences on a scoreboard: every miss, what is passed but not clearly, and what its intervals are.

    >>> row = {"id": "P1", "what": "trust", "value": 0.7, "ci_low": 0.45, "ci_high": 0.95, "low": 0.5, "high": np.inf}
    >>> misses_in_words(pd.DataFrame([row | {"inside": True, "clear": False, "passed": True}]))[0]
    'Passed, but with an interval that reaches out of the band: P1 (trust: 0.70 (0.45 to 0.95), must be 0.5 or more).'
    """
    board = _deciding(board)
    patterns = board.drop_duplicates("id")
    lines = [_miss(board[board["id"] == id]) for id in patterns.loc[~patterns["passed"], "id"]]
    unclear = board[board["passed"] & board["inside"] & ~board["clear"] & np.isfinite(board["ci_low"])]
    if len(unclear):
        text = "; ".join(f"{row['id']} ({row['what']}: {_against(row)})" for _, row in unclear.iterrows())
        lines.append(f"Passed, but with an interval that reaches out of the band: {text}.")
    what = (
        "Intervals hold the middle 95 % of the accepted parameter sets, chance included."
        if "share_of_sets" in board
        else "Intervals are 95 % bootstrap intervals over runs: they cover chance, not what is unknown of parameters."
    )
    return [*lines, what]


def _deciding(board: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a scoreboard that decide something; what is only reported neither passes nor fails."""
    return board[board["decides"]] if "decides" in board else board


def _miss(rows: pd.DataFrame) -> str:
    first = rows.iloc[0]
    outside = "; ".join(f"{row['what']} is {_against(row)}" for _, row in rows[~rows["inside"]].iterrows())
    shared = f" It is passed by {first['share_of_sets']:.0%} of the sets." if "share_of_sets" in rows else ""
    return f"Not reproduced: {first['id']}, {first['statement']} {outside or 'the median lies in the band'}.{shared}"


def _against(row: pd.Series) -> str:
    return f"{value_in_words(row)}, must be {band_in_words(row['low'], row['high'])}"


def scoreboard_rows(board: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Return headings and cells of a scoreboard as people read it, a finding a row.

    >>> row = {"id": "P1", "what": "trust", "value": 0.3, "ci_low": 0.25, "ci_high": 0.35, "low": 0.5, "high": np.inf}
    >>> scoreboard_rows(pd.DataFrame([row | {"inside": False, "clear": True, "passed": False}]))[1]
    [['P1', 'trust', '0.30 (0.25 to 0.35)', '0.5 or more', 'FAILED']]
    """
    of_sets = "share_of_sets" in board
    rows = [
        [row["id"], row["what"], value_in_words(row), band_in_words(row["low"], row["high"]), verdict_of(row)]
        + ([f"{row['share_of_sets']:.0%}"] if of_sets else [])
        for _, row in board.iterrows()
    ]
    return ["id", "what", "value (95 % interval)", "must be", "pattern", *(["sets"] if of_sets else [])], rows


# -------------------------------------------------------------------------------- page


def patterns_page(
    board: pd.DataFrame,
    *,
    command: str,
    says: Sequence[str],
    remarks: Sequence[str] = (),
    prior_shares: pd.DataFrame | None = None,
    left_out: pd.DataFrame | None = None,
) -> str:
    """Return the page on what a behaviour reproduces and what it misses, in Markdown.

    ``board`` is the scoreboard of one behaviour, ``command`` what made it, ``says`` paragraphs on how. The
    optional tables are those of a calibration: shares of prior draws that pass, patterns left out.

    >>> row = {"id": "P1", "statement": "Trust is high.", "source": "made up", "what": "trust", "value": 0.7}
    >>> row |= {"ci_low": 0.6, "ci_high": 0.8, "low": 0.5, "high": np.inf, "inside": True, "passed": True}
    >>> page = patterns_page(pd.DataFrame([row]), command="partnerships patterns", says=["Made of five runs."])
    >>> print(page.splitlines()[-1])
    | P1 | Trust is high. | made up | trust | 0.70 (0.60 to 0.80) | 0.5 or more | passed |
    """
    patterns = _deciding(board).drop_duplicates("id")
    failed = patterns.loc[~patterns["passed"], "id"].tolist()
    verdict = "All of them pass." if not failed else f"**Not reproduced: {', '.join(failed)}.**"
    lines = [
        "# Patterns of real partnerships, and whether the model shows them",
        "",
        f"{len(patterns)} patterns were declared, with their criteria, before any parameter was fitted. {verdict}",
        *_shares_in_words(prior_shares),
        "",
        "```sh",
        command,
        "```",
        "",
    ]
    for paragraph in says:
        lines += [paragraph, ""]
    lines += ["## Scoreboard", "", *_board_table(board, prior_shares), ""]
    if left_out is not None:
        lines += ["## Each pattern left out of the calibration", "", _LEFT_OUT, "", *_left_out_table(left_out), ""]
    if remarks:
        lines += ["## What to make of it", "", *(f"- {remark}" for remark in remarks), ""]
    return "\n".join(lines).rstrip() + "\n"


_LEFT_OUT = (
    "Parameter sets that were judged during the calibration are chosen again, by all patterns but one. The pattern "
    "left out is predicted if most of them pass it all the same. The sets were proposed while every pattern counted, "
    "which favours the one left out; the share among all sets that were judged in full shows how easy it is. "
    "`partnerships calibrate leave_out=[P6]` calibrates without a pattern from the start."
)


def _shares_in_words(shares: pd.DataFrame | None) -> list[str]:
    if shares is None:
        return []
    return [f"Of the prior draws {shares.set_index('id')['share_of_prior_draws']['all']:.1%} pass all."]


def _board_table(board: pd.DataFrame, shares: pd.DataFrame | None) -> list[str]:
    of_sets = "share_of_sets" in board
    heads = ["id", "pattern", "source", "what is measured", "value (95 % interval)", "must be", "verdict"]
    heads += ["accepted sets that pass"] if of_sets else []
    heads += ["prior draws that pass"] if shares is not None else []
    by_id = None if shares is None else shares.set_index("id")["share_of_prior_draws"]
    rows = []
    for _, row in board.iterrows():
        cells = [row["id"], row["statement"], row["source"], row["what"], value_in_words(row)]
        cells += [band_in_words(row["low"], row["high"]), verdict_of(row).replace("FAILED", "**failed**")]
        cells += [f"{row['share_of_sets']:.0%}"] if of_sets else []
        cells += [f"{by_id.get(row['id'], np.nan):.0%}"] if by_id is not None else []
        rows.append(cells)
    return markdown_table(heads, rows).splitlines()


def _left_out_table(left_out: pd.DataFrame) -> list[str]:
    heads = [
        "pattern left out",
        "sets accepted by the others",
        "of these pass it",
        "of all judged pass it",
        "predicted",
    ]
    rows = [
        [
            row["id"],
            f"{row['sets']:.0f}",
            "–" if row["sets"] == 0 else f"{row['share_passing']:.0%}",
            f"{row['share_of_all']:.0%}",
            row["verdict"],
        ]
        for _, row in left_out.iterrows()
    ]
    return markdown_table(heads, rows).splitlines()
