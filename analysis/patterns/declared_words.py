"""A declaration of patterns as people read it: rows of tables, a criterion in words, what has to be simulated."""

from __future__ import annotations

import numpy as np

from analysis.patterns.criteria import Condition, Finding, Level, Pattern, Window
from analysis.patterns.declaration import Declaration
from analysis.patterns.statistics import STATISTICS
from analysis.patterns.words import band_in_words
from sim.scenario import month_name, month_number

Rows = list[list[object]]


def date_of(at: int | tuple[int, int], start: str) -> str:
    """Return a month, or a window of months, counted from a start, as dates.

    >>> date_of(109, "2001-04"), date_of((24, 143), "2001-04"), date_of((0, 0), "2013-04")
    ('2010-05', '2003-04 to 2013-03', '2013-04')
    """
    first, last = (at, at) if isinstance(at, int) else at
    names = [month_name(month_number(start) + month) for month in (first, last)]
    return names[0] if first == last else " to ".join(names)


def window_in_words(months: Window, start: str) -> str:
    """Return a window of months in words.

    >>> window_in_words("at_the_end", "2001-04"), window_in_words((143, 143), "2001-04")
    ('last twelve months lived', '2013-03')
    """
    if isinstance(months, str):
        return {"all": "all months", "last_year": "last year", "at_the_end": "last twelve months lived"}[months]
    return date_of(months, start)


def must_be(finding: Finding) -> str:
    """Return what has to lie where for a finding to be inside its band.

    >>> must_be(Finding("a gap", "mean", "base", "trust", low=0.0, holds_for="interval"))
    'whole interval above 0'
    >>> must_be(Finding("a gap", "mean", "base", "trust", reported=True))
    'reported, decides nothing'
    """
    if finding.reported:
        return "reported, decides nothing"
    low = -np.inf if finding.low is None else finding.low
    high = np.inf if finding.high is None else finding.high
    if finding.holds_for == "value":
        return band_in_words(low, high)
    if finding.holds_for == "some_of_interval":
        return f"interval reaches {band_in_words(low, high)}"
    return f"whole interval {_strictly(low, high)}"


def _strictly(low: float, high: float) -> str:
    if np.isinf(low):
        return f"below {high:g}"
    return f"above {low:g}" if np.isinf(high) else f"between {low:g} and {high:g}"


def level_in_words(level: Level) -> str:
    """Return where a measure has to lie in a run.

    >>> level_in_words(Level("attendance", low=0.4)), level_in_words(Level("is_dissolved", low=0.0, high=0.0))
    ('attendance 0.4 or more', 'is_dissolved 0')
    """
    if level.low is not None and level.low == level.high:
        return f"{level.measure} {level.low:g}"
    low = -np.inf if level.low is None else level.low
    return f"{level.measure} {band_in_words(low, np.inf if level.high is None else level.high)}"


def reading_in_words(finding: Finding, declared: Declaration) -> str:
    """Return what is read of which runs, and when.

    >>> from types import SimpleNamespace as Made
    >>> runs = Made(experiments={"base": Made(start="2001-04")})
    >>> reading_in_words(Finding("trust", "mean", "base", "trust", months=(109, 109), low=0.5), runs)
    'mean over runs and months: trust; base; 2010-05'
    """
    start = declared.experiments[finding.experiment].start
    parts = [STATISTICS[finding.statistic].says]
    read = ", ".join(level_in_words(level) for level in finding.where) or ", ".join(finding.measure)
    read += f" against {', '.join(f'{share:g}' for share in finding.record)}" if finding.record else ""
    when = ", ".join(date_of(at, start) for at in finding.at) or window_in_words(finding.months, start)
    when += ", total" if finding.over == "total" else ""
    where = finding.experiment + (f" against {finding.against}" if finding.against else "")
    where += f", SD of {finding.sd_of}" if finding.sd_of else ""
    text = f"{parts[0]}: {read}; {where}; {when}"
    bounds = [f"{name} {value:g}" for name, value in (("below", finding.below), ("above", finding.above)) if value]
    text += f"; bounds: {', '.join(bounds)}" if bounds else ""
    if finding.minus:
        others = ", ".join(finding.minus.measure or ()) or finding.minus.experiment or str(finding.minus.against)
        text += f"; minus the same of {others}"
    if finding.among:
        text += f"; among runs with {' and '.join(_condition(one, finding, declared) for one in finding.among)}"
    return text


def _condition(condition: Condition, finding: Finding, declared: Declaration) -> str:
    name = condition.experiment or finding.experiment
    when = window_in_words(condition.months, declared.experiments[name].start)
    of = f" in {name}" if condition.experiment else ""
    return f"{level_in_words(condition)} ({when}{of})"


# ------------------------------------------------------------------------------ tables


def role_told(pattern: Pattern) -> str:
    """Return what a pattern is for, and until when it was held out if it was seen.

    >>> from types import SimpleNamespace as Made
    >>> role_told(Made(role="held_out", seen="2026-11-27"))
    'held out until 2026-11-27'
    """
    return pattern.role.replace("_", " ") + (f" until {pattern.seen}" if pattern.seen else "")


def pattern_rows(declared: Declaration) -> tuple[list[str], Rows]:
    """Return headings and a row a pattern: what, for what, by which criterion, from where, and what should lose it.

    >>> from types import SimpleNamespace as Made
    >>> high = Made(id="P1", role="fit", statement="Trust is high.", criterion="½", source="S3", seen="", lost_by=(),
    ...             remark="")
    >>> pattern_rows(Made(patterns=[high]))[1]
    [['P1', 'fit', 'Trust is high.', '½', 'S3', 'none', '']]
    """
    headings = ["id", "role", "pattern", "criterion", "source", "nulls that should lose it", "remark"]
    rows: Rows = []
    for one in declared.patterns:
        lost = ", ".join(one.lost_by).replace("_", " ") or "none"
        rows.append([one.id, role_told(one), one.statement, one.criterion, one.source, lost, one.remark])
    return headings, rows


def finding_rows(declared: Declaration) -> tuple[list[str], Rows]:
    """Return headings and a row a finding: how a criterion is computed, to the month.

    >>> from types import SimpleNamespace as Made
    >>> trust = Finding("trust in the end", "mean", "base", "trust", months="last_year", low=0.5)
    >>> pattern, runs = Made(id="P1", any_of=False, findings=[trust]), {"base": Made(start="2001-04")}
    >>> finding_rows(Made(patterns=[pattern], experiments=runs))[1]
    [['P1', 'trust in the end', 'mean over runs and months: trust; base; last year', '0.5 or more']]
    """
    rows: Rows = [
        [
            f"{pattern.id}, any" if pattern.any_of else pattern.id,
            finding.what,
            reading_in_words(finding, declared),
            must_be(finding),
        ]
        for pattern in declared.patterns
        for finding in pattern.findings
    ]
    return ["id", "what", "read how: statistic: measure; experiment; months", "must be"], rows


def experiment_rows(declared: Declaration) -> tuple[list[str], Rows]:
    """Return headings and a row an experiment: scenario, what is changed in it, places, runs, null model.

    >>> from analysis.patterns.declaration import Places, PlannedRuns
    >>> from types import SimpleNamespace as Made
    >>> planned = PlannedRuns(says="ordinary", scenario="baseline_lsp", runs_a_place=5, places="two")
    >>> both = {"two": Places(says="both", count=2)}
    >>> experiment_rows(Made(experiments={"base": planned}, places=both, runs_of=lambda name: 10))[1]
    [['base', 'ordinary', 'baseline_lsp', '2001-04 to 2013-03', 'both: 2 × 5 = 10', '', '']]
    """
    headings = [
        "experiment",
        "what",
        "scenario and settings",
        "months",
        "places × runs",
        "null model",
        "what stands in for what was wanted",
    ]
    rows: Rows = []
    for name, planned in declared.experiments.items():
        places = declared.places[planned.places]
        rows.append(
            [
                name,
                planned.says,
                " ".join((planned.scenario, *planned.overrides)),
                date_of((0, planned.months - 1), planned.start),
                f"{places.says}: {places.count} × {planned.runs_a_place} = {declared.runs_of(name):,}",
                planned.null_model or "",
                planned.stands_in,
            ]
        )
    return headings, rows


def null_rows(declared: Declaration) -> tuple[list[str], Rows]:
    """Return headings and a row a null model: what it takes away, what it keeps, and what should be lost by it.

    >>> from types import SimpleNamespace as Made
    >>> nulls = {"no_trust": Made(says="None.", keeps="ties")}
    >>> null_rows(Made(nulls=nulls, patterns=[Made(id="P1", lost_by=["no_trust"])]))[1]
    [['no_trust', 'None.', 'ties', 'P1']]
    """
    rows: Rows = [
        [
            name,
            null.says,
            null.keeps,
            ", ".join(pattern.id for pattern in declared.patterns if name in pattern.lost_by) or "none",
        ]
        for name, null in declared.nulls.items()
    ]
    return ["null model", "what it is", "what it keeps", "patterns that it should lose"], rows


def word_rows(declared: Declaration) -> tuple[list[str], Rows]:
    """Return headings and a row a measure that criteria read, those that the list of measures defines last.

    >>> from analysis.patterns.declaration import Word
    >>> from types import SimpleNamespace as Made
    >>> word_rows(Made(measures={"ties_used": Word(says="Ties.", unit="ties", low=0.0)}, kept=["trust"]))[1]
    [['ties_used', 'ties', '0 to open', 'Ties.'], ['trust', '', '', 'As in the list of measures.']]
    """
    rows: Rows = [
        [name, word.unit, f"{_or_open(word.low)} to {_or_open(word.high)}", word.says]
        for name, word in declared.measures.items()
    ]
    rows += [[name, "", "", "As in the list of measures."] for name in declared.kept]
    return ["measure", "unit", "range", "meaning"], rows


def _or_open(bound: float | None) -> str:
    return "open" if bound is None else f"{bound:g}"
