"""What the runs of a finished study come to, read for an analysis."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.shared.outcomes import months_needed, outcome_of, outcomes
from experiments.errors import CommandError
from experiments.study import plans, store
from experiments.study.columns import MEAN_OVER_RUN
from experiments.study.designs import DRAW
from experiments.study.plans import Study


def refuse_unknown_outcomes(names: Sequence[str]) -> None:
    """Raise CommandError for a name that is no outcome, and for one that is there twice."""
    for name in names:
        try:
            outcome_of(name)
        except ValueError as error:
            raise CommandError(f"measures: {error}") from None
    if not names or len(set(names)) < len(names):
        raise CommandError(f"measures = [{','.join(names)}] is not allowed: name at least one, and each once")


def study_outcomes(study: Study, names: Sequence[str]) -> pd.DataFrame:
    """Return what the runs of a finished study come to (see ``analysis.shared.outcomes``); raise CommandError."""
    named = [outcome_of(name) for name in names]
    keys = ["scenario", DRAW, "replicate", "regime"]
    others = dict.fromkeys([*(of.name for of in named), *(of.column for of in named)])
    runs = store.result(study, plans.RUNS, keys, if_there=[name for name in others if name not in keys])
    if runs.empty:
        raise CommandError(f"study = {str(study.folder)!r}: every run failed, see {store.FAILURES}")
    kept = study.settings[plans.TRAJECTORIES]
    means = [each for each in named if each.read == "mean" and each.column not in MEAN_OVER_RUN]
    months = None
    whole = plans.YEARS not in study.settings  # a mean over the run is not one over some of its months
    if kept and (whole or not means) and months_needed(names, means_kept=MEAN_OVER_RUN):
        wanted = [name for name in kept if any(each.column == name for each in named)]
        columns_kept = ["scenario", DRAW, "replicate", "date", "regime", *wanted]
        months = store.result(study, plans.TRAJECTORIES, columns_kept)
    try:
        return outcomes(runs, names, trajectories=months)
    except ValueError as error:
        raise CommandError(f"measures: {error}") from None
