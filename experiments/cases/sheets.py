"""The files of a case: what each is, and what its columns take. What is written, read and documented goes by this."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from experiments.cases.cells import financial_year_in, month_in, number_in, yes_or_no
from experiments.files import Unreadable
from sim import ARCHETYPES, SECTORS, THEMES
from sim.population import GROUPS, RANGE_OF_COLUMN
from sim.scenario import nearest

Read = Callable[[str, bool], Any]
"""How a cell is read, given whether a comma in it is a decimal one; raises Unreadable."""

MOST_LETTERS = 60


@dataclasses.dataclass(frozen=True)
class Column:
    """A column of a file: its name, how a cell of it is read, and what it means."""

    name: str
    read: Read
    says: str
    required: bool = False


@dataclasses.dataclass(frozen=True)
class Sheet:
    """A file of a case."""

    file: str
    says: str
    columns: tuple[Column, ...]
    more: tuple[Column, ...] = ()
    """Columns that may be there too, and are not written."""
    required: bool = False

    @property
    def by_name(self) -> Mapping[str, Column]:
        """Return all columns by name."""
        return {column.name: column for column in (*self.columns, *self.more)}


# ---------------------------------------------------------------------- how cells are read


def text(cell: str, _comma: bool) -> str:
    """Return a cell as it stands."""
    return cell


def name(cell: str, _comma: bool) -> str:
    """Return the name of a body, which stands in tables beside others."""
    if len(cell) > MOST_LETTERS or any(letter in cell for letter in ",;|\n\t\"'") or cell.startswith("#"):
        raise Unreadable(
            f"{cell[:MOST_LETTERS]!r} is not allowed: a name has at most {MOST_LETTERS} letters, "
            "and no comma, semicolon, bar or quotation mark"
        )
    return cell


def word(cell: str, _comma: bool) -> str:
    """Return the name of a type, which is written in lower case with underscores."""
    made = cell.casefold().replace(" ", "_").replace("-", "_")
    if not made.isidentifier():
        raise Unreadable(
            f"{cell!r} is not allowed: a type is named by letters and underscores, for example credit_union"
        )
    return made


def month(cell: str, _comma: bool) -> str:
    """Return a month."""
    return month_in(cell)


def financial_year(cell: str, _comma: bool) -> str:
    """Return the first month of a financial year."""
    return financial_year_in(cell)


def flag(cell: str, _comma: bool) -> bool:
    """Return yes or no."""
    return yes_or_no(cell)


def within(low: float, high: float) -> Read:
    """Return how a number in a range is read."""
    return lambda cell, comma: number_in(cell, low=low, high=high, decimal_comma=comma)


def one_of(*names: str) -> Read:
    """Return how one of some names is read."""

    def read(cell: str, _comma: bool) -> str:
        if cell.casefold() not in names:
            raise Unreadable(f"{cell!r} is not allowed: it takes {', '.join(names)}{nearest(cell.casefold(), names)}")
        return cell.casefold()

    return read


def several_of(*names: str) -> Read:
    """Return how some of some names are read, with blanks between; ``none`` is none of them."""

    def read(cell: str, comma: bool) -> list[str]:
        found = cell.replace(",", " ").replace(";", " ").split()
        return [] if found == ["none"] else [one_of(*names)(one, comma) for one in dict.fromkeys(found)]

    return read


# ---------------------------------------------------------------------- the files

SHARE = within(0.0, 1.0)
PRIORITY = within(0.0, 100.0)
MONEY = within(0.0, 100_000.0)
_STATED = ("budget_gbp_per_head", "discretionary_share", "senior_half_days", *THEMES, "named_in_duty", "is_inspected")

NOTE = Column("note", text, "anything; read by nobody")
SOURCE = Column("source", text, "where it is from; read by nobody")
PRIORITIES = tuple(
    Column(theme, PRIORITY, f"weight of {theme}: where one of the five is given, blank ones count 0")
    for theme in THEMES
)


def _of_archetypes(*without: str) -> tuple[Column, ...]:
    """Return the other columns of archetypes, which may be given too."""
    return tuple(
        Column(column, within(*limits), "as in the table of archetypes, docs/odd.md")
        for column, limits in RANGE_OF_COLUMN.items()
        if column not in without
    )


_TIME_AND_DUTIES = (
    Column("discretionary_share", SHARE, "share of its budget that it may use as it likes, 0 to 1"),
    Column("senior_half_days", within(1.0, 1_000.0), "half-days a month that its leading people have"),
    *PRIORITIES,
    Column("named_in_duty", SHARE, "1 if a duty to cooperate names it, else 0"),
    Column("is_inspected", SHARE, "1 if it is inspected, else 0"),
)

PARTNERS = Sheet(
    "partners.csv",
    "The bodies at the table, one a row; blank cells are as in its type.",
    (
        Column("name", name, "what it is called, in every table and figure", required=True),
        Column("type", word, "an archetype (see: partnerships list types) or a type in types.csv", required=True),
        Column("sector", one_of(*SECTORS), f"{', '.join(SECTORS)}"),
        Column("budget_gbp_m", MONEY, "£m a year that it spends in the place, in the prices of place.yaml"),
        *_TIME_AND_DUTIES,
        Column("groups", several_of(*GROUPS), f"where it sits beside the board: {' '.join(GROUPS)}, or none"),
        Column("joins", month, "month in which it takes its seat; blank: at the launch"),
        Column("chairs", flag, "yes for the one that chairs; blank: as place.yaml says"),
    ),
    more=(*_of_archetypes(*_STATED), NOTE, SOURCE),
    required=True,
)
TYPES = Sheet(
    "types.csv",
    "Types of your own; blank cells are as in the archetype it is based on.",
    (
        Column("type", word, "its name", required=True),
        Column("based_on", one_of(*ARCHETYPES), "an archetype; see: partnerships list types", required=True),
        Column("label", text, "what it is called in figures"),
        Column("sector", one_of(*SECTORS), f"{', '.join(SECTORS)}"),
        Column("budget_gbp_per_head", MONEY, "£ a year and head of population"),
        *_TIME_AND_DUTIES,
    ),
    more=(*_of_archetypes(*_STATED), NOTE, SOURCE),
)
TRUST = Sheet(
    "trust.csv",
    "Trust at the launch where you know it; all other trust is drawn.",
    (
        Column("giver", name, "who trusts", required=True),
        Column("receiver", name, "whom", required=True),
        Column("trust", SHARE, "0 none to 1 full", required=True),
    ),
    more=(NOTE, SOURCE),
)
TIES = Sheet(
    "ties.csv",
    "Pairs of which you know whether they worked together before the launch; all others are drawn.",
    (
        Column("one", name, "a body", required=True),
        Column("other", name, "another", required=True),
        Column("tied", flag, "yes (also if blank) or no"),
    ),
    more=(NOTE, SOURCE),
)
SERIES = Sheet(
    "series.csv",
    "Fund and need from dates on; what a row leaves blank goes on as before.",
    (
        Column("month", month, "from this month on, YYYY-MM; or"),
        Column("financial_year", financial_year, "from April of this year on, 2001-02"),
        Column("fund_gbp_m_a_year", within(0.0, 1_000.0), "flexible fund, £m a year; none before the first row"),
        *(
            Column(f"need_{theme}", SHARE, f"need in {theme}: rank among small areas, 0 least to 1 most")
            for theme in THEMES
        ),
        Column("prices", text, "of which prices the money is: those of place.yaml, or others with price_index"),
        Column("price_index", within(0.01, 10_000.0), "of these prices, if those of place.yaml are 100"),
    ),
    more=(NOTE, SOURCE),
)
EVENTS = Sheet(
    "events.csv",
    "What changes on a date and stays so; rows of one month go together.",
    (
        Column("month", month, "YYYY-MM", required=True),
        Column(
            "setting", text, "a lever (levers.staff_team), leadership.NAME, executive, abolish or create", required=True
        ),
        Column("value", text, "its value from then on; a body or a type to abolish, a type to create", required=True),
        Column("note", text, "what happened, for figures"),
    ),
    more=(SOURCE,),
)
TARGETS = Sheet(
    "targets.csv",
    "What was observed, to set beside the model. No run reads it.",
    (
        Column("measure", text, "see: partnerships list measures", required=True),
        Column("month", month, "YYYY-MM", required=True),
        Column("to", month, "last month, if it is a mean over several"),
        Column("value", within(-1e9, 1e9), "in the unit of the measure", required=True),
        Column("standard_error", within(0.0, 1e9), "how far it may be off", required=True),
    ),
    more=(NOTE, SOURCE),
)

SHEETS: Mapping[str, Sheet] = {sheet.file: sheet for sheet in (PARTNERS, TYPES, TRUST, TIES, SERIES, EVENTS, TARGETS)}
PLACE_FILE = "place.yaml"

PLACE_SAYS: Mapping[str, str] = {
    "name": "one word, for tables",
    "label": "what it is called in figures",
    "population": "1,000 to 10,000,000",
    "tiers": "1, or 2 for a district within a county",
    "need": "by theme: mean rank of its small areas in England, 0 least to 1 most deprived",
    "fund_2003_04_gbp_m": "fund of 2003-04, £m, moved with England's; series.csv replaces it",
    "agreement_round": "which of three rounds of area agreements it had (2005, 2006, 2007): 1 to 3, or 0 for none",
    "successor": "what followed the fund in 2008: full, transition or none",
    "ends": "month in which its councils are replaced, YYYY-MM",
    "prices": "of which prices all money in the case is",
    "start": "first month, YYYY-MM",
    "months": "how many months",
    "chair": "council, agency, business, voluntary or nobody; a body that chairs is marked in partners.csv",
    "executive": "everyone, or public_only",
    "leader": "a leadership by name (committed, delegating, directive, facilitating, typical), or its settings",
    "levers": "levers from the start on, where they are not those of the scenario",
    "calendar": "a calendar of the model by name; events.csv adds to it; left out: that of the scenario",
}
"""What the settings in place.yaml mean."""
