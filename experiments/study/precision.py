"""A study whose replicates go on until the mean of every draw is known to a stated half-width.

In two stages (Stein 1945): the first replicates of all draws say how many it takes, once, and every draw has as many as
the one that needs most. So draws stay crossed with replicates, as everything that is read off a study takes them to be,
and how many there are is read off finished chunks, whoever computed them in whatever order.
"""

from __future__ import annotations

import pandas as pd
import pyarrow.compute as pc

from analysis.shared.precision import draws_in_words, draws_needed, draws_reached, in_whole_turns
from experiments.errors import CommandError
from experiments.study.designs import DRAW
from experiments.study.plans import NEEDED, PRECISION, RUNS, Chunk, Study, grown
from experiments.study.store import ERROR, read_chunk, result


def refuse_first_stage(replicates: int, *, most: int) -> None:
    """Raise CommandError for first replicates that have no spread, or are beyond the most that are allowed."""
    if not 2 <= replicates <= most:
        raise CommandError(
            f"replicates = {replicates} is not allowed with precision: the first stage takes from 2 to "
            f"most_replicates = {most}"
        )


def has_to_grow(study: Study) -> bool:
    """Return whether a study is one whose first replicates have to say how many there will be."""
    return PRECISION in study.settings and NEEDED not in study.settings


def grown_to_precision(study: Study) -> Study:
    """Return a study, of which the first replicates are done, with as many as it takes; raise DamagedChunk."""
    asked = study.settings[PRECISION]
    columns = [DRAW, *asked["half_widths"]]
    runs = pd.concat(_succeeded(study, chunk, columns) for chunk in study.chunks)
    needed = max([asked["first"], *draws_needed(runs, asked["half_widths"])["needed"].tolist()])
    whole = in_whole_turns(needed, len(study.number_sets), most=asked["most"])
    return grown(study, needed=needed, replicates=max(asked["first"], whole))


def precision_of(study: Study) -> tuple[pd.DataFrame, str]:
    """Return what was asked, needed and reached of each draw of a finished study, and the same in words."""
    asked = study.settings[PRECISION]
    runs = result(study, RUNS, ["scenario", DRAW, "replicate", *asked["half_widths"]])
    needed = draws_needed(runs[runs["replicate"] < asked["first"]], asked["half_widths"])
    table = draws_reached(needed, runs)
    return table, draws_in_words(table, most=asked["most"])


def _succeeded(study: Study, chunk: Chunk, columns: list[str]) -> pd.DataFrame:
    runs = read_chunk(study, chunk, RUNS)
    table: pd.DataFrame = runs.filter(pc.is_null(runs[ERROR])).select(columns).to_pandas()
    return table.assign(scenario=chunk.scenario)
