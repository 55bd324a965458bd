"""Calibration: the algorithm on models whose answer is known, planted parameters, the store, the verb."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.comparison.uncertainty import contrasts_by_set
from analysis.patterns.calibration import SAFETY, contractions, left_out, misses_of, prior_shares
from analysis.patterns.criteria import Finding, Pattern
from analysis.patterns.scoreboard import value_of
from experiments.behaviours import Sample, read_sample
from experiments.compose import load_scenario
from experiments.console import main
from experiments.errors import CommandError
from experiments.options import files_of_ones_own
from experiments.runs.own_patterns import Experiment, OwnPatterns, of_one, pattern_batches
from experiments.runs.pairs import run_pairs
from experiments.search.checkpoints import begun
from experiments.search.objective import Objective, varied
from experiments.search.sequential_abc import Generation, SMCSettings, after, from_prior, is_last, reflected, steps
from experiments.values import with_values
from sim import PARAMETERS, ScenarioError

NOISE = 0.1
"""Standard deviation of what is observed of the known model."""


pytestmark = pytest.mark.usefixtures("empty_folder")


def known_model(observed: np.ndarray, *, seed: int):
    """Return the simulator of a model with a known posterior.

    The first coordinate and the sum of the next two are seen, each with noise; the others are not.
    """
    rng = np.random.default_rng(seed)

    def simulate(draws: np.ndarray, limit: float) -> np.ndarray:
        means = np.stack([draws[:, 0], draws[:, 1] + draws[:, 2]], axis=1)
        return np.abs(means + rng.normal(0.0, NOISE, means.shape) - observed)

    return simulate


def population(simulate, course: SMCSettings, *, dimensions: int, seed: int) -> Generation:
    """Return the last generation."""
    generation = from_prior(simulate, course, dimensions=dimensions, seed=seed)
    while not is_last(generation, course):
        generation = after(generation, simulate, course, seed=seed)
    return generation


COURSE = SMCSettings(prior_draws=1000, particles=400, tolerance=0.06, most_generations=30)


# --------------------------------------------------------------------------- algorithm


def test_the_posterior_of_a_known_model_is_found():
    """Seen coordinates get the truncated normal that Bayes' rule gives, unseen ones keep their prior.

    Averages over twelve populations, because one of them has a Monte Carlo error of its own.
    """
    found = []
    for seed in range(12):
        last = population(known_model(np.array([0.2, 1.0]), seed=seed), COURSE, dimensions=6, seed=seed)
        assert last.tolerance == COURSE.tolerance
        together = last.draws[:, 1] + last.draws[:, 2]
        one, unseen = last.draws[:, 0], last.draws[:, 4]
        correlation = np.corrcoef(last.draws[:, 1], last.draws[:, 2])[0, 1]
        found.append([one.mean(), one.std(), together.mean(), together.std(), correlation, unseen.mean(), unseen.std()])
    exact = stats.truncnorm((0.0 - 0.2) / NOISE, (1.0 - 0.2) / NOISE, loc=0.2, scale=NOISE)
    mean, sd, sum_mean, sum_sd, correlation, unseen_mean, unseen_sd = np.mean(found, axis=0)
    assert mean == pytest.approx(exact.mean(), abs=0.015)
    assert sd == pytest.approx(exact.std(), rel=0.12)
    assert sum_mean == pytest.approx(1.0, abs=0.02)
    assert sum_sd == pytest.approx(NOISE, rel=0.15)
    assert correlation < -0.8
    assert unseen_mean == pytest.approx(0.5, abs=0.03)
    assert unseen_sd == pytest.approx(math.sqrt(1 / 12), rel=0.05)


@pytest.mark.slow
def test_intervals_cover_planted_parameters_as_often_as_they_say():
    """Of 60 planted values about 90 % lie in their 90 % intervals: neither too sure nor too vague."""
    rng = np.random.default_rng(8)
    course = dataclasses.replace(COURSE, prior_draws=400, particles=150)
    covered = 0
    for k in range(60):
        planted = rng.random(4)
        observed = np.array([planted[0], planted[1] + planted[2]]) + rng.normal(0.0, NOISE, 2)
        last = population(known_model(observed, seed=100 + k), course, dimensions=4, seed=k)
        low, high = np.quantile(last.draws[:, 0], [0.05, 0.95])
        covered += low <= planted[0] <= high
    assert 48 <= covered <= 59, covered


def test_the_tolerance_falls_and_every_member_keeps_it():
    """Each generation is nearer, and nobody in it is farther away than it says."""
    simulate = known_model(np.array([0.5, 1.0]), seed=2)
    generation = from_prior(simulate, COURSE, dimensions=4, seed=3)
    while not is_last(generation, COURSE):
        following = after(generation, simulate, COURSE, seed=3)
        assert following.tolerance <= generation.tolerance
        assert (following.misses.sum(axis=1) <= following.tolerance).all()
        assert following.distinct > 0.3 * COURSE.particles
        generation = following
    assert generation.rounds == COURSE.last_rounds


def test_what_cannot_be_reached_ends_the_fall():
    """A tolerance below what any set reaches stops the run; it is not made up."""

    def never_good(draws: np.ndarray, limit: float) -> np.ndarray:
        return 1.0 + draws[:, :1]

    course = SMCSettings(prior_draws=60, particles=30, tolerance=0.1, most_generations=60, least_accepted=0.05)
    last = population(never_good, course, dimensions=2, seed=1)
    assert last.tolerance > 1.0
    assert is_last(last, course)


def test_steps_are_as_likely_there_as_back():
    """A flat target stays flat: steps must not drift to the middle or to the walls."""
    rng = np.random.default_rng(4)
    draws = rng.random((2000, 3))
    for _ in range(30):
        draws = steps(draws, rng.random((50, 3)), rng)
        assert ((draws >= 0.0) & (draws <= 1.0)).all()
    for column in draws.T:
        assert stats.kstest(column, "uniform").pvalue > 1e-3


def test_reflection_folds_at_the_faces():
    """What goes out by a little comes back by as much."""
    assert reflected(np.array([-0.2, 0.4, 1.3, 2.1])) == pytest.approx([0.2, 0.4, 0.7, 0.1])


# ----------------------------------------------------------------------------- reading


def test_misses_are_passes_up_to_the_safety():
    """0 where nothing is left to gain, at most SAFETY where passed, capped where hopeless."""
    margins = np.array([0.5, SAFETY, 0.0, -0.5, -9.0, np.nan])
    assert misses_of(margins)[:5] == pytest.approx([0.0, 0.0, SAFETY, 0.5 + SAFETY, 1.0 + SAFETY])
    assert np.isnan(misses_of(margins)[5])


def test_shares_of_prior_draws_count_passes():
    """The prior shares are part of the published answer."""
    misses = np.array([[0.0, 0.0], [0.04, 0.3], [0.3, 0.0], [0.0, 0.05]])
    shares = prior_shares(misses, ["A", "B"]).set_index("id")["share_of_prior_draws"]
    assert shares.to_dict() == {"A": 0.75, "B": 0.75, "all": 0.5}


def test_a_pattern_left_out_is_predicted_only_if_the_others_bring_it_along():
    """A copy of another pattern is predicted, an unrelated one is not, and few sets say nothing."""
    rng = np.random.default_rng(2)
    one = rng.uniform(0.0, 1.0, 2000)
    other = np.where(rng.random(2000) < 0.1, 0.0, 1.0)
    table = left_out(
        np.stack([one, one, other], axis=1), ["A", "copy", "other"], tolerance=0.1, counted=["A", "copy", "other"]
    )
    verdicts = table.set_index("id")["verdict"]
    assert verdicts["A"] == "predicted" or verdicts["A"] == "too few sets"
    assert verdicts["other"] == "not predicted"
    few = left_out(np.ones((5, 2)), ["A", "B"], tolerance=0.1, counted=["A", "B"])
    assert set(few["verdict"]) == {"too few sets"}


def test_contraction_tells_what_was_learnt():
    """A narrow posterior has contracted, a flat one has not."""
    rng = np.random.default_rng(6)
    draws = np.stack([rng.random(500), rng.normal(0.3, 0.02, 500), rng.random(500) ** 2], axis=1)
    names = ["habit_pull", "tie_rate", "dummy_1"]
    table = contractions(draws, names, {"tie_rate": 0.1}).set_index("parameter")
    assert table.index[0] == "tie_rate"
    assert table["learnt"].to_dict() == {"tie_rate": True, "habit_pull": False, "dummy_1": False}
    assert table.loc["tie_rate", "contraction"] > 0.98
    assert abs(table.loc["habit_pull", "contraction"]) < 0.15
    assert table.loc["habit_pull", "overlap"] > 0.9
    low, high = PARAMETERS["behaviour.tie_rate"].low, PARAMETERS["behaviour.tie_rate"].high
    assert table.loc["tie_rate", "mean"] == pytest.approx(low + 0.3 * (high - low), rel=0.05)


# ---------------------------------------------------------------------- the real model


PLANTED = {"junior_base": -1.2, "trust_launch": 0.3}


def planted_patterns(values: dict[str, float]) -> OwnPatterns:
    """Return patterns that say what planted parameters showed, give or take 4 %."""
    told = {
        "attendance": {"measure": "attendance", "months": (0, 23)},
        "trust": {"measure": "trust", "months": (0, 5)},
    }
    patterns = tuple(
        Pattern(
            id=id,
            statement="s",
            criterion="c",
            source="planted",
            findings=(
                Finding(
                    what=id,
                    statistic="mean",
                    experiment="short",
                    low=values.get(id, 0.0) * 0.96,
                    high=values.get(id, 1.0) * 1.04,
                    **one,
                ),
            ),
        )
        for id, one in told.items()
    )
    short = Experiment(scenario="baseline_lsp", overrides=("months=24", "board=small_executive"))
    return OwnPatterns({"short": short}, patterns)


@pytest.mark.long
def test_planted_parameters_of_the_real_model_are_recovered():
    """What the model showed under known parameters, in another world of chance, leads back to them."""
    declared = planted_patterns({})
    planted = ["behaviour=by_hand", *(f"behaviour.{n}={v}" for n, v in PLANTED.items())]
    batch = pattern_batches(declared, runs=400, changes=planted)
    seen = of_one(batch, seed=77, advance=lambda _: None)
    shown = {p.id: float(value_of(p.findings[0], seen)) for p in declared.patterns}
    judge = Objective(
        parameters=varied(list(PLANTED)),
        declared=planted_patterns(shown),
        counted=np.array([True, True]),
        runs=100,
        seed=5,
    )
    course = SMCSettings(prior_draws=96, particles=48, tolerance=SAFETY, most_generations=40)
    last = population(judge, course, dimensions=len(judge.coordinates), seed=5)
    assert last.tolerance == SAFETY
    values = judge.values(last.draws)
    for name, column in zip(judge.names, values.T, strict=True):
        declared_as = PARAMETERS[f"behaviour.{name}"]
        low, high = np.quantile(column, [0.01, 0.99])
        slack = 0.05 * (declared_as.high - declared_as.low)
        assert low - slack <= PLANTED[name] <= high + slack, name
        assert column.std() < 0.5 * (declared_as.high - declared_as.low) / math.sqrt(12), name


def test_sets_that_are_given_up_would_not_have_been_accepted():
    """Giving up early spares work and changes no answer, for the pattern left out either."""
    judge = Objective(
        varied(list(PLANTED)),
        planted_patterns({"attendance": 0.6, "trust": 0.3}),
        np.array([True, True]),
        runs=6,
        seed=5,
    )
    draws = np.random.default_rng(1).random((40, 2))
    in_full = judge(draws, math.inf)
    quick = judge(draws, 0.1)
    given_up = np.isnan(quick).any(axis=1)
    assert np.array_equal(quick[~given_up], in_full[~given_up])
    assert (in_full[given_up].sum(axis=1) - in_full[given_up].max(axis=1) > 0.1).all()


# ------------------------------------------------------------------------------- store


SMALL = [
    "vary=[junior_base,trust_launch]", "prior_draws=10", "particles=8", "generations=2", "runs=4",
    "second_runs=4", "confirming_runs=4", "sample=3", "figures=false",
]  # fmt: skip


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a tiny calibration of two parameters."""
    folder = tmp_path_factory.mktemp("calibration") / "study"
    assert main(["calibrate", f"study={folder}", *SMALL]) == 0
    return folder


@pytest.mark.long
def test_a_calibration_leaves_its_tables(finished):
    """Every table that the help names is there, and the page says what failed."""
    for name in (
        "prior_shares",
        "generations",
        "posterior",
        "parameters",
        "leave_one_out",
        "scoreboard",
        "scoreboard_accepted",
    ):
        assert len(pd.read_csv(finished / f"{name}.csv")), name
    posterior = pd.read_csv(finished / "posterior.csv")
    assert posterior["weight"].sum() == pytest.approx(1.0)
    assert (posterior["distance"] <= pd.read_csv(finished / "generations.csv")["tolerance"].iloc[-1] + 1e-12).all()
    assert json.loads((finished / "manifest.json").read_text(encoding="utf-8"))["settings"]["particles"] == 8


@pytest.mark.long
def test_a_stopped_calibration_goes_on_to_the_same_numbers(finished, capsys):
    """What was finished is kept, what was lost is done again, and nothing else changes."""
    before = (finished / "posterior.csv").read_bytes()
    untouched = (finished / "generations" / "001.tried.parquet").stat().st_mtime_ns
    (finished / "generations" / "002.json").unlink()
    assert main(["calibrate", f"study={finished}", *SMALL]) == 0
    assert (finished / "posterior.csv").read_bytes() == before
    assert (finished / "generations" / "001.tried.parquet").stat().st_mtime_ns == untouched


@pytest.mark.long
def test_generations_of_other_settings_are_not_mixed(finished, capsys):
    """One line that names the setting, and nothing written."""
    others = [word for word in SMALL if not word.startswith("runs=")]
    assert main(["calibrate", f"study={finished}", *others, "runs=5"]) == 2
    line = capsys.readouterr().err.strip()
    assert "runs = 4, now it is 5" in line
    assert "\n" not in line


def test_other_folders_and_damaged_generations_are_refused(tmp_path):
    """Nobody's files are overwritten, and a damaged generation is named."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(CommandError, match="something else"):
        begun(tmp_path / "mine", {}, names=["a"], ids=["P"])
    store = begun(tmp_path / "ours", {"x": 1}, names=["a"], ids=["P"])
    generation = from_prior(lambda d, _: d, SMCSettings(10, 5, 0.0, 3), dimensions=1, seed=1)
    store.save(generation)
    assert np.array_equal(store.finished()[0].draws, generation.draws)
    (tmp_path / "ours" / "generations" / "000.tried.parquet").write_bytes(b"cut")
    with pytest.raises(CommandError, match="generation 0 is damaged"):
        store.finished()


# ------------------------------------------------------------------ the accepted sample


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Sample]:
    """Return a folder of one's own with ``behaviour=accepted``, and the sets that it names."""
    folder = tmp_path_factory.mktemp("mine")
    (folder / "behaviour").mkdir()
    rates = "\n".join(f"{0.05 + 0.01 * k:.2f},{0.4 + 0.02 * k:.2f}" for k in range(5))
    (folder / "behaviour" / "accepted.csv").write_text(f"trust_rate,tie_rate\n{rates}\n")
    (folder / "behaviour" / "accepted.yaml").write_text("sample: accepted.csv\n")
    return folder, read_sample(folder / "behaviour" / "accepted.csv")


def test_replicates_take_turns_with_the_sets(sample):
    """Replicate r takes set r mod n in every scenario, on both engines, so pairs stay pairs."""
    scenarios = {
        name: load_scenario(name, ["months=6", "board=small_executive"]) for name in ("talking_shop", "baseline_lsp")
    }
    sets = sample[1].sets[:3]
    fast = run_pairs(scenarios, seed=3, replicates=5, engine="ensemble", turns=sets)
    slow = run_pairs(scenarios, seed=3, replicates=5, engine="mesa", workers=1, turns=sets)
    pd.testing.assert_frame_equal(fast.trajectories, slow.trajectories)
    one = sample[1].in_replicate(scenarios["talking_shop"], 9)
    assert one.behaviour == sample[1].sets[4].behaviour
    fourth = sets[1].of(one)
    alone = run_pairs({"talking_shop": fourth}, seed=3, replicates=5, engine="ensemble").runs
    told = fast.runs[(fast.runs["scenario"] == "talking_shop") & (fast.runs["replicate"] == 4)]
    assert told["engagement"].iloc[0] == alone["engagement"].iloc[4]


def test_one_set_is_never_taken_silently(tmp_path, sample):
    """Who asks for a single scenario with a sample is told to choose; a broken sample is named."""
    with files_of_ones_own(sample[0]), pytest.raises(ScenarioError, match="one set is needed"):
        load_scenario("baseline_lsp", ["behaviour=accepted"])
    path = tmp_path / "bad.csv"
    path.write_text("tie_rate\n7\n")
    with pytest.raises(CommandError, match="tie_rate"):
        read_sample(path)
    with pytest.raises(CommandError, match="cannot be read"):
        read_sample(tmp_path / "none.csv")


def test_an_effect_that_depends_on_the_set_keeps_its_range():
    """More runs narrow the average, not what is unknown: only one set can be true."""
    replicates = np.arange(400)
    effect = np.where(replicates % 2 == 0, 0.1, -0.3)
    luck = np.random.default_rng(1).normal(0.0, 0.05, 400)
    runs = pd.concat(
        [
            pd.DataFrame({"scenario": name, "replicate": replicates, "outcome": luck + added})
            for name, added in (("x", effect), ("y", 0.0))
        ]
    )
    table = contrasts_by_set(runs, "y", sets=2)
    assert table.loc[0, "ci_low"] == pytest.approx(-0.29, abs=0.01)
    assert table.loc[0, "ci_high"] == pytest.approx(0.09, abs=0.01)
    assert table.loc[0, "difference"] == pytest.approx(-0.1, abs=0.01)
    assert table.loc[0, "share_above_0"] == 0.5


@pytest.mark.slow
def test_a_comparison_says_what_its_intervals_cover(tmp_path, sample):
    """Plain words and the manifest say that parameters vary, too."""
    mine = ["--config-dir", str(sample[0]), "behaviour=accepted", "behaviour.lapse_rate=0.1"]
    asked = ["compare", *mine, "scenarios=[talking_shop,baseline_lsp]"]
    assert main([*asked, "replicates=4", "months=6", "board=small_executive", "figures=false", "output=answers"]) == 0
    told = (tmp_path / "answers" / "conclusions.txt").read_text(encoding="utf-8")
    assert "the middle 95 % of 4 accepted parameter sets" in told
    assert "With fewer than 20 sets nothing is called clear: give replicates=5 or more." in told
    assert "clear of zero" not in told
    by_set = pd.read_csv(tmp_path / "answers" / "contrasts.csv")
    assert (by_set["ci_low"] <= by_set["difference"] + 1e-12).all()
    assert set(by_set["sets"]) == {4}
    manifest = json.loads((tmp_path / "answers" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["settings"]["behaviours"]["sets"] == 5


@pytest.mark.slow
def test_a_sweep_takes_turns_with_the_sets_and_remembers_them(tmp_path, capsys, sample):
    """Each replicate of a study has its set, whatever the chunks; going on needs no word of the sample."""
    asked = ["sweep", "study=taken", "scenarios=[talking_shop]", "design=random", "draws=2", "vary=[levers.duty]"]
    small = ["replicates=3", "months=6", "board=small_executive", "runs_per_chunk=2"]
    assert main([*asked, *small, "--config-dir", str(sample[0]), "behaviour=accepted"]) == 0
    runs = pd.read_parquet("taken/runs.parquet")
    assert len(runs) == 6
    row = runs[(runs["draw"] == 1) & (runs["replicate"] == 2)].iloc[0]
    scenario = sample[1].in_replicate(load_scenario("talking_shop", ["months=6", "board=small_executive"]), 2)
    duty = {path: row[path] for path in runs if path.startswith("levers.duty.")}
    alone = run_pairs({"x": with_values(scenario, duty)}, seed=1, replicates=3, engine="ensemble").runs
    assert row["engagement"] == pytest.approx(alone["engagement"].iloc[2], rel=1e-12)
    assert main(["sweep", "study=taken"]) == 0
    assert main([*asked, *small]) == 2
    assert "sample" in capsys.readouterr().err
