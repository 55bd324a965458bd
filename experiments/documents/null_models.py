"""Write the null models: the model without one of its mechanisms, as sets of behaviour to compare with.

    python -m experiments.documents.null_models

writes configs/behaviour/null_*.yaml anew. Two of them hold a number that is read off the baseline with the
behaviour in force, so the command has to be given again after a refit; a test notices if it was not.

* null_random_engagement: whether a body comes is the toss of one and the same coin, which falls as often as
  members of the baseline come;
* null_no_trust: trust is the same between all, the mean of the baseline, and never moves;
* null_fixed_membership: nobody leaves or joins, and nobody dissolves the partnership;
* null_no_learning: belief and the expected share of the fund stay what they were at the launch.
"""

from __future__ import annotations

import dataclasses
import math
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from experiments.compose import load_scenario
from sim import PARAMETERS, simulate_ensemble
from sim.parameters import Behaviour

FOLDER = Path(__file__).resolve().parents[2] / "configs" / "behaviour"
REPLICATES = 400
SEED = 1
DIGITS = 4

Settings = Mapping[str, Mapping[str, float]]


@dataclasses.dataclass(frozen=True)
class Baseline:
    """What the null models are matched to: means over members, months and runs of the baseline."""

    attendance: float
    trust: float


def baseline_means(*, replicates: int = REPLICATES, seed: int = SEED) -> Baseline:
    """Return the mean attendance and trust of members in the baseline scenario, with the behaviour in force."""
    kept = ("attendance", "trust", "n_members")
    runs = simulate_ensemble([load_scenario("baseline_lsp")], replicates=replicates, seed=seed, measures=kept)
    members = runs["n_members"]

    def mean(values: NDArray[np.float64]) -> float:
        return float((values * members).sum() / members.sum())

    return Baseline(attendance=mean(runs["attendance"]), trust=mean(runs["trust"]))


def null_models(baseline: Baseline) -> dict[str, Settings]:
    """Return the settings of every null model, by name: topic, parameter, value."""
    return {
        "null_random_engagement": {"behaviour": _coin(baseline.attendance)},
        "null_no_trust": {
            "behaviour": {
                "trust_initial": _within("trust_initial", baseline.trust),
                "trust_sector_gap": 0.0,
                "trust_spread": 0.0,
                "goodwill_spread": 0.0,
            },
            "mechanisms": {"trust_moves": 0},
        },
        "null_fixed_membership": {"mechanisms": {"membership_changes": 0}},
        "null_no_learning": {"mechanisms": {"learning": 0}},
    }


def _coin(attendance: float) -> dict[str, float]:
    """Return behaviour under which everybody comes with the chance ``attendance``, whatever happens.

    Without weights the utility of coming is its base, and the chance 1 / (1 + exp(−base / noise)).
    """
    log_odds = math.log(attendance / (1.0 - attendance))
    noise_range = PARAMETERS["behaviour.attendance_noise"]
    assert noise_range.low is not None
    # A base inside its range: the narrowest noise allowed reaches furthest.
    noise = 1.0 if abs(log_odds) <= 1.0 else noise_range.low
    weights = [field.name for field in dataclasses.fields(Behaviour) if field.name.startswith("weight_")]
    base = _within("attendance_base", log_odds * noise)
    return {"attendance_base": base, "attendance_noise": noise, "attendance_spread": 0.0, **dict.fromkeys(weights, 0.0)}


def _within(name: str, value: float) -> float:
    """Return ``value`` rounded, or the nearest value that the parameter may take."""
    parameter = PARAMETERS[f"behaviour.{name}"]
    assert parameter.low is not None
    assert parameter.high is not None
    return round(min(parameter.high, max(parameter.low, value)), DIGITS)


_SAYS: Mapping[str, str] = {
    "null_random_engagement": "Null model: coming is the toss of one coin for all, as frequent as in the baseline "
    "({attendance:.3f}).",
    "null_no_trust": "Null model: trust is the same between all, as in the mean of the baseline ({trust:.3f}), "
    "and never moves.",
    "null_fixed_membership": "Null model: nobody leaves or joins, and nobody dissolves the partnership.",
    "null_no_learning": "Null model: belief and the expected share of the fund stay at their priors.",
}


def written_out(name: str, settings: Settings, baseline: Baseline) -> str:
    """Return the text of the file of one null model."""
    lines = [
        "# @package _global_",
        f"# {_SAYS[name].format(**dataclasses.asdict(baseline))}",
        "# Written by: python -m experiments.documents.null_models",
    ]
    for topic, values in settings.items():
        lines += [f"{topic}:", *(f"  {parameter}: {value}" for parameter, value in values.items())]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the files of all null models and say so; return the exit code."""
    baseline = baseline_means()
    print(f"baseline: mean attendance {baseline.attendance:.4f}, mean trust {baseline.trust:.4f}")
    for name, settings in null_models(baseline).items():
        path = FOLDER / f"{name}.yaml"
        path.write_text(written_out(name, settings, baseline), encoding="utf-8")
        print(f"written: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
