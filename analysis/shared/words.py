"""Words that several rooms put together alike: labels with their units, names spelt out, lists."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.measures import MEASURES
from sim.spelling import ACRONYMS, PROPER_NAMES, spelt_out
from sim.vocabulary import label_of

SPACE = "\N{NO-BREAK SPACE}"


NOT_INSTALLED = "not installed"
"""What stands for the version of a package that runs from where it lies."""


def titled(name: str) -> str:
    """Return the label of a measure, setting, term, sector or regime as a title or a sentence begins with it.

    >>> titled("top_share"), titled("behaviour.tie_rate"), titled("voluntary")
    ('Top share of influence', 'Tie rate', 'Voluntary bodies')
    """
    return capital(label_of(name))


def with_unit(measure: str, title: str | None = None) -> str:
    """Return a measure (its label, or another ``title``) with its unit, shares in per cent.

    >>> with_unit("attendance"), with_unit("fund_posts_gbp_m"), with_unit("top_share", "")
    ('Attendance, %', 'Fund spent on posts, £m a month', '%')
    """
    return ", ".join(part for part in (titled(measure) if title is None else title, unit_of(measure)) if part)


def is_share(measure: str) -> bool:
    """Return whether a measure is a share, which figures and words give in per cent.

    >>> is_share("attendance"), is_share("trust")
    (True, False)
    """
    return measure in MEASURES and MEASURES[measure].unit.split()[0] == "share"


def unit_of(measure: str) -> str:
    """Return the unit of a measure as figures show it, with shares in per cent, those of a gap in points; else empty.

    >>> unit_of("added_value"), unit_of("top_share"), unit_of("fund_held_gbp_m")
    ('points of the gap', '%', '£m')
    """
    unit = MEASURES[measure].unit if measure in MEASURES else ""
    return unit.replace("share", "points" if unit.endswith("gap") else "%", 1) if is_share(measure) else unit


def readable(name: str) -> str:
    """Return a name that a person gave, such as a scenario's, as people write it.

    >>> readable("talking_shop")
    'Talking shop'
    """
    return capital(spelt_out(name))


def mid_sentence(name: str) -> str:
    """Return such a name, or a title, as it stands within a sentence.

    >>> mid_sentence("baseline_lsp"), mid_sentence("SIGOMA stick"), mid_sentence("Trust at the end")
    ('baseline partnership', 'SIGOMA stick', 'trust at the end')
    """
    words = readable(name)
    first = words.partition(" ")[0]
    is_name = (first.isupper() and len(first) > 1) or words.startswith(PROPER_NAMES)
    return words if is_name else words[:1].lower() + words[1:]


def acronyms_told(text: str) -> str:
    """Return what the acronyms in a text stand for, for readers who have no reference at hand; empty without any.

    >>> acronyms_told("the future of LSPs, with an SD of 0.1"), acronyms_told("trust")
    ('LSP: local strategic partnership; SD: standard deviation.', '')
    """
    told = [f"{name}: {says}" for name, says in ACRONYMS.items() if re.search(rf"\b{name}s?\b", text)]
    return f"{'; '.join(told)}." if told else ""


def capital(text: str) -> str:
    """Return a text with its first letter as a capital.

    >>> capital("the fund ends")
    'The fund ends'
    """
    return text[:1].upper() + text[1:]


def written_months(dates: pd.Series) -> pd.Series:
    """Return months as people write them, YYYY-MM.

    >>> written_months(pd.Series(pd.to_datetime(["2001-04-01", "2001-05-01"]))).tolist()
    ['2001-04', '2001-05']
    """
    return pd.to_datetime(dates).dt.strftime("%Y-%m")


def listed(names: Sequence[str], *, word: str = "and") -> str:
    """Return names as a list within a sentence: "a, b and c".

    >>> listed(["trust"]), listed(["trust", "engagement", "dominance"]), listed(["hollow", "unsettled"], word="or")
    ('trust', 'trust, engagement and dominance', 'hollow or unsettled')
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"


def two_digits(value: float) -> str:
    """Return a number with its first two digits, written out however large.

    >>> two_digits(113.0), two_digits(7.26), two_digits(0.1), two_digits(float("nan"))
    ('110', '7.3', '0.1', 'nan')
    """
    return np.format_float_positional(value, precision=2, fractional=False, trim="-")


def decimals(value: float, places: int) -> str:
    """Return a number with so many decimals, and zero without a sign.

    >>> decimals(-0.0004, 3), decimals(-0.5, 2)
    ('0.000', '-0.50')
    """
    return f"{round(value, places) + 0.0:.{places}f}"


def version_in_words(version: str, commit: str | None) -> str:
    """Return of which version a program is, as a sentence goes on behind its name.

    >>> version_in_words("0.3.0", "239f16ae"), version_in_words("not installed", "239f16ae")
    ('0.3.0, commit 239f16ae', 'at commit 239f16ae')
    """
    if version == NOT_INSTALLED:
        return f"at commit {commit}" if commit else "of an unknown version"
    return f"{version}, commit {commit}" if commit else version


def number(measure: str, value: float, *, digits: int | None = None) -> str:
    """Return a number with that many decimals; shares in points.

    >>> number("trust", -0.123), number("fund_posts_gbp_m", 1.5, digits=1)
    ('−0.12', '1.5')
    """
    places = fewest_digits(measure) if digits is None else digits
    return decimals(100 * value if is_share(measure) else value, places).replace("-", "−")


def fewest_digits(measure: str) -> int:
    """Return how many decimals a value of a measure has at least, as people are told it.

    >>> fewest_digits("trust"), fewest_digits("top_share")
    (2, 1)
    """
    return 1 if is_share(measure) else 2


def told(measure: str, value: float) -> str:
    """Return a value with its unit, as a title has it.

    >>> told("trust", 0.5), told("top_share", 0.21).replace(SPACE, " ")
    ('0.50', '21.0 %')
    """
    return f"{number(measure, value)}{SPACE}{unit_of(measure)}" if is_share(measure) else number(measure, value)
