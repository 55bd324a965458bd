"""What there is at a table: blocks and groups, items, projects, other tables, and what claims senior time."""

from __future__ import annotations

from sim.jit import rule
from sim.population import SECTORS, THEMES

N_THEMES, N_SECTORS = len(THEMES), len(SECTORS)
COUNCIL, BUSINESS, VOLUNTARY = (SECTORS.index(sector) for sector in ("council", "business", "voluntary"))
EDUCATION, ECONOMY = THEMES.index("education"), THEMES.index("economy")
TOPICS = (*THEMES, "saving time")
"""What projects may be about."""

N_TOPICS = len(TOPICS)
SAVING_TIME = len(THEMES)
"""What a project may be about beside the themes: merging initiatives and plans, which frees time (S4)."""

BLOCKS: tuple[str, ...] = (
    "children and young people",
    "safer and stronger",
    "healthier and older",
    "economic development",
)
BLOCK_OF: tuple[int, ...] = (0, 3, 1, 1, 2)
"""The block that each theme belongs to."""

N_TABLES = 1 + len(BLOCKS)
BOARD, YOUNG_PEOPLE, SAFER, HEALTHIER, ECONOMIC = range(N_TABLES)
MOST_ITEMS = 3
"""Items that a meeting of the board has at most; a group has one."""

N_SLOTS = MOST_ITEMS + len(BLOCKS)


@rule
def slot_of(item: int, table: int) -> int:
    """Return which of the month's draws an item takes: the board has several items, a group one."""
    return item if table == 0 else MOST_ITEMS - 1 + table


N_PROJECTS = 16
PLANNING_MONTHS, DELIVERY_MONTHS = 8.0, 16.0
"""About two years from a decision to results, a third of it planning (S3: recorded)."""

ORDINARY, OF_THE_CHAIR, OF_VOICE, OF_WARDS = range(4)
"""Who may bring an item: all who are there in person; the chair; who is not publicly funded; who speaks for
neighbourhoods."""

OTHER_TABLES: tuple[str, ...] = ("county partnership", "boards of initiatives", "bilateral and later tables")
"""Tables that want the same seniors: that of the county in two tiers; those of special initiatives; from 2011
enterprise partnerships, health boards and deals between two (S2)."""

COUNTY, INITIATIVES, OUTSIDE = range(len(OTHER_TABLES))
N_OTHER_TABLES = len(OTHER_TABLES)

CLAIMS: tuple[str, ...] = (
    "own business",
    "inspection",
    "initiatives",
    "cuts",
    "reporting",
    "reorganisation",
    "other tables",
    "ties",
    "projects",
)
"""What claims senior time, before what staff take over."""

N_CLAIMS = len(CLAIMS)
OF_ITS_OWN, OF_INSPECTION, OF_INITIATIVES, OF_CUTS, OF_REPORTS, OF_UPHEAVAL, OF_OTHERS, OF_TIES, OF_WORK = range(
    N_CLAIMS
)
