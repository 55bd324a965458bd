"""Set the model against experiments: a public-goods game and a minimum-effort game.

The same model in its limiting case: four equal bodies, no lead, no levers, ten periods, contributions as a
share of what each could give (scenarios study/public_goods and study/public_goods_sanctions). What comes out
is set against the mean contributions of sixteen cities (Herrmann, Thöni and Gächter 2008), with and without
sanctions, by criteria that were fixed before the fit.

refit=true first chooses the docked parameters anew, by least squares on both series (SciPy), and goes on with
them; the values in force are in configs/behaviour/docked.yaml and sim/parameters.py.

coordination=true (the default) also runs three boards of sixteen in which results need everybody: begun at
once, grown from four with informed newcomers, and with uninformed ones (scenarios study/coordination_*), and
says which findings of coordination experiments (Van Huyck, Battalio and Beil 1990, Weber 2006) they show.

Writes docking.csv (arm, period, simulated mean with interval, observed, difference), rmse.csv, criteria.csv,
coordination.csv, conclusions.txt, figures/, manifest.json and, after a refit, fitted.csv.

A setting given here (a parameter, a lever) holds for both arms of the public-goods game.

For example:
  partnerships dock
  partnerships dock replicates=10000 seed=3
  partnerships dock refit=true
  partnerships dock refit=true mechanisms.conditional_cooperator_share=0.8
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
from hydra.core.hydra_config import HydraConfig
from numpy.typing import NDArray
from omegaconf import DictConfig
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass
from scipy import optimize

from analysis.docking import coordination
from analysis.docking import public_goods as docking
from analysis.shared.plotting import save
from experiments.compose import load_scenario, scenarios_asked, verb_settings_of
from experiments.output.folder import answer_folder, output_folder
from experiments.output.manifest import Question, write_manifest
from experiments.runs.coordination import coordination_scenarios, efforts
from experiments.terminal import console, plain_table, progress_bar
from experiments.values import with_values
from sim import Scenario, simulate_ensemble
from sim.parameters import Whole

SCENARIOS: Mapping[str, str] = {
    docking.WITHOUT: "study/public_goods",
    docking.WITH: "study/public_goods_sanctions",
}
"""The scenario of each arm."""

GIVEN = "capacity_influence"
"""The measure that is a contribution as a share of what each could give, mean over members."""

FITTED: Mapping[str, tuple[float, float]] = {
    "behaviour.contribution_belief": (0.0, 0.6),
    "mechanisms.first_seen_giving": (0.3, 0.9),
    "mechanisms.end_weight": (0.0, 1.0),
    "mechanisms.sanction_gain": (0.0, 0.5),
    "mechanisms.sanction_half_saturation": (0.01, 1.0),
}
"""What docking chooses, each with the range that is searched."""

FITTING_REPLICATES = 2000
FITTING_SEED = 2008
STEP = 1e-3
"""Step of the numerical derivatives: groups share their draws, so the simulated means are smooth."""


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class DockSettings:
    """What can be set beside the scenarios; the defaults are in configs/dock.yaml."""

    replicates: Annotated[Whole, Field(ge=2, le=1_000_000)]
    seed: Annotated[Whole, Field(ge=0)]
    refit: bool
    coordination: bool
    coordination_replicates: Annotated[Whole, Field(ge=2, le=100_000)]
    output: str | None
    overwrite: bool
    figures: bool


@dataclasses.dataclass(frozen=True)
class DockingFit:
    """Where the search ended: the parameters with their standard errors, and the sum of squares in tokens²."""

    values: dict[str, float]
    standard_errors: dict[str, float]
    sum_of_squares: float
    evaluations: int
    searched: Mapping[str, tuple[float, float]]

    def table(self) -> pd.DataFrame:
        """Return one row a parameter: path, value, standard_error, low and high of the range searched."""
        rows = ((path, value, self.standard_errors[path], *self.searched[path]) for path, value in self.values.items())
        return pd.DataFrame(rows, columns=["path", "value", "standard_error", "low", "high"])


def docking_scenarios() -> dict[str, Scenario]:
    """Return the scenario of each arm, as configured."""
    return {arm: load_scenario(name) for arm, name in SCENARIOS.items()}


def simulated_groups(scenarios: Mapping[str, Scenario], *, replicates: int, seed: int) -> pd.DataFrame:
    """Return one row a group and period: arm, replicate, period (from 1), tokens (mean contribution)."""
    parts = []
    for arm, tokens in zip(scenarios, _tokens(scenarios, replicates=replicates, seed=seed), strict=True):
        number, period = np.indices(tokens.shape)
        columns = {"arm": arm, "replicate": number.ravel(), "period": period.ravel() + 1, "tokens": tokens.ravel()}
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


def _tokens(scenarios: Mapping[str, Scenario], *, replicates: int, seed: int) -> NDArray[np.float64]:
    """Return contributions in tokens (arms, groups, periods)."""
    ensemble = simulate_ensemble(scenarios, replicates=replicates, seed=seed, measures=[GIVEN])
    return docking.ENDOWMENT_TOKENS * ensemble[GIVEN]


def fitted(
    scenarios: Mapping[str, Scenario],
    *,
    replicates: int = FITTING_REPLICATES,
    searched: Mapping[str, tuple[float, float]] = FITTED,
) -> DockingFit:
    """Return the parameters ``searched`` that come closest to both published series, by least squares.

    The search starts in the middle of the ranges, so it does not depend on the values in force. Each period
    of each arm counts alike. The standard errors are those of the linearised problem.
    """
    series = docking.observed().pivot(index="arm", columns="period", values="observed").loc[list(scenarios)]
    target = series.to_numpy(dtype=np.float64)
    low, high = (np.array(bounds) for bounds in zip(*searched.values(), strict=True))
    evaluations = 0

    with progress_bar("evaluations of the fit", total=100) as advance:

        def residuals(point: NDArray[np.float64]) -> NDArray[np.float64]:
            nonlocal evaluations
            evaluations += 1
            advance(1)
            here = dict(zip(searched, point, strict=True))
            asked = {arm: with_values(scenario, here) for arm, scenario in scenarios.items()}
            means = _tokens(asked, replicates=replicates, seed=FITTING_SEED).mean(axis=1)
            return np.asarray((means - target).ravel())

        found = optimize.least_squares(
            residuals, x0=0.5 * (low + high), bounds=(low, high), x_scale=high - low, diff_step=STEP
        )
    spare = target.size - len(searched)
    covariance = np.linalg.pinv(found.jac.T @ found.jac) * (2.0 * found.cost / spare)
    errors = np.sqrt(np.diag(covariance))
    return DockingFit(
        values={path: float(f"{value:.4g}") for path, value in zip(searched, found.x, strict=True)},
        standard_errors={path: float(error) for path, error in zip(searched, errors, strict=True)},
        sum_of_squares=float(2.0 * found.cost),
        evaluations=evaluations,
        searched=searched,
    )


def task(config: DictConfig) -> None:
    """Run the games as ``config`` says, set them against what was seen, print and write the answers."""
    settings = verb_settings_of(config, DockSettings)
    asked = scenarios_asked(tuple(SCENARIOS.values()), settings)
    scenarios = dict(zip(SCENARIOS, asked.values(), strict=True))
    games = coordination_scenarios() if settings.coordination else {}
    target = output_folder(settings.output, verb="dock")
    with answer_folder(target, overwrite=settings.overwrite) as folder:
        if settings.refit:
            fit = fitted(scenarios)
            fit.table().to_csv(folder / "fitted.csv", index=False)
            _print_fit(fit)
            scenarios = {arm: with_values(scenario, fit.values) for arm, scenario in scenarios.items()}
        question = Question(
            command=["partnerships", "dock", *HydraConfig.get().overrides.task],
            scenarios={scenario.name: scenario for scenario in (*scenarios.values(), *games.values())},
            seed=settings.seed,
            replicates=range(settings.replicates),
        )
        table = docking.docking_table(simulated_groups(scenarios, replicates=settings.replicates, seed=settings.seed))
        text = docking.docking_words(table) + "\n"
        _write(table, folder, figures=settings.figures)
        if games:
            text += "\n" + _coordinate(games, settings, folder) + "\n"
        (folder / "conclusions.txt").write_text(text, encoding="utf-8")
        write_manifest(folder, question, settings=dataclasses.asdict(settings))
    _print(table, text)
    console().print(f"Answers are in {target}")


def _write(table: pd.DataFrame, folder: Path, *, figures: bool) -> None:
    table.to_csv(folder / "docking.csv", index=False)
    docking.rmse(table).to_csv(folder / "rmse.csv", index=False)
    docking.verdicts(table).to_csv(folder / "criteria.csv", index=False)
    if figures:
        save(docking.docking_figure(table), folder / "figures" / "docking.png")


def _coordinate(games: Mapping[str, Scenario], settings: DockSettings, folder: Path) -> str:
    """Run the coordination games, write their table and figure, and return the conclusions in words."""
    effort = efforts(games, replicates=settings.coordination_replicates, seed=settings.seed)
    findings = coordination.coordination_findings(effort)
    findings.to_csv(folder / "coordination.csv", index=False)
    if settings.figures:
        save(coordination.coordination_figure(effort), folder / "figures" / "coordination.png")
    return coordination.coordination_words(findings)


def _print_fit(fit: DockingFit) -> None:
    table = plain_table(f"Docked parameters (least squares, {fit.evaluations} evaluations)")
    for heading in ("path", "value", "standard error", "searched"):
        table.add_column(heading, justify="left" if heading == "path" else "right")
    for row in fit.table().to_dict("records"):
        searched = f"{row['low']:g} to {row['high']:g}"
        table.add_row(row["path"], f"{row['value']:.4g}", f"{row['standard_error']:.2g}", searched)
    console().print(table)


def _print(table: pd.DataFrame, text: str) -> None:
    """Print the conclusions, both series period by period, and the criteria."""
    out = console()
    out.print(text + "\n")
    series = plain_table(f"Mean contribution, tokens of {docking.ENDOWMENT_TOKENS}")
    for heading in ("arm", "period", "simulated", "95 % interval", "observed", "difference"):
        series.add_column(heading, justify="left" if heading == "arm" else "right")
    for row in table.to_dict("records"):
        interval = f"{row['ci_low']:.2f} to {row['ci_high']:.2f}"
        told = (f"{row['simulated']:.2f}", interval, f"{row['observed']:.2f}", f"{row['difference']:+.2f}")
        series.add_row(row["arm"], str(row["period"]), *told)
    out.print(series)
    criteria = plain_table("Criteria")
    for heading in ("id", "what", "value", "verdict"):
        criteria.add_column(heading, justify="right" if heading == "value" else "left")
    for row in docking.verdicts(table).to_dict("records"):
        criteria.add_row(row["id"], row["what"], f"{row['value']:.3f}", "passed" if row["passed"] else "FAILED")
    out.print(criteria)
