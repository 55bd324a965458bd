"""The habits of Mesa hold: what its documentation shows for any model works with this one."""

import copy
import inspect
import pickle
import re
from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pytest

import sim
from experiments import load_scenario
from sim import MEASURES, REGIMES, PartnershipModel, ScenarioError, simulate

SHORT = {"months": 6, "board": "small_executive"}


def short(**more: Any) -> PartnershipModel:
    return PartnershipModel(**SHORT, **more)


def lived(model: PartnershipModel, months: int) -> PartnershipModel:
    for _ in range(months):
        model.step()
    return model


def test_without_arguments_it_is_the_ordinary_partnership():
    assert PartnershipModel().request == load_scenario("baseline_lsp")


def test_running_ends_with_the_scenario_and_a_step_more_is_refused():
    model = short()
    model.run_model()
    assert (model.month, model.running) == (6, False)
    with pytest.raises(ScenarioError, match=r"the run is over: all its 6 months were lived"):
        model.step()
    with pytest.raises(ScenarioError, match="the run is over"):
        model.change({"levers.pooling_rate": 0.1})


def test_the_collector_has_every_measure_and_the_regime_of_every_month():
    model = lived(short(), 6)
    collected = model.datacollector.get_model_vars_dataframe()
    assert list(collected) == [*MEASURES, "regime"]
    assert np.array_equal(collected[list(MEASURES)].to_numpy(), model.measures)
    told = simulate(model.request).measures
    assert collected["regime"].tolist() == told["regime"].tolist()
    assert model.measure("trust") == told["trust"].iloc[-1]


def test_months_to_come_are_no_numbers():
    """A zero could be taken for a result."""
    model = lived(short(), 2)
    assert np.isfinite(model.measures[:2]).all()
    assert np.isnan(model.measures[2:]).all()
    assert np.isnan(model.partner_rows[2:]).all()


@pytest.mark.parametrize(("rng", "seed"), [(7, 7), (np.int64(7), 7)], ids=["a number", "a number of numpy"])
def test_rng_may_name_the_seed(rng, seed):
    assert short(rng=rng).seed == seed
    assert np.array_equal(lived(short(rng=rng), 3).measures, lived(short(seed=seed), 3).measures, equal_nan=True)


def test_rng_may_be_all_that_mesa_takes():
    for kind in (np.random.default_rng, np.random.SeedSequence, lambda number: [number, 5]):
        assert short(rng=kind(7)).seed == short(rng=kind(7)).seed != short(rng=kind(8)).seed
    assert short(rng=None).seed != short(rng=None).seed, "as Mesa has it: no seed, no two runs alike"
    assert short(seed=None).seed != short(seed=None).seed
    with pytest.raises(ScenarioError, match="seed = 3 and rng are given"):
        short(seed=3, rng=4)


def test_batch_run_as_its_documentation_shows():
    parameters = {**SHORT, "scenario": "talking_shop", "levers.pooling_rate": [0.0, 0.2], "replicate": range(2)}
    how: dict[str, Any] = {"data_collection_period": 1, "max_steps": 100, "display_progress": False}
    if "rng" in inspect.signature(mesa.batch_run).parameters:  # from Mesa 3.5 on, each run has luck of its own without
        how["rng"] = 0
    rows = mesa.batch_run(PartnershipModel, parameters, **how)
    assert len(rows) == 2 * 2 * 6
    last = [row for row in rows if row["levers.pooling_rate"] == 0.2 and row["replicate"] == 1][-1]
    scenario = load_scenario("talking_shop", ["months=6", "board=small_executive", "levers.pooling_rate=0.2"])
    told = simulate(scenario, replicate=1).measures.iloc[-1]
    assert {name: last[name] for name in MEASURES} == {name: told[name] for name in MEASURES}
    assert last["regime"] in REGIMES


def test_what_solara_asks_of_a_model_is_there():
    """Names of parameters with dots are taken only where the last argument is called kwargs."""
    solara_viz = pytest.importorskip("mesa.visualization.solara_viz", exc_type=ImportError)
    solara_viz._check_model_params(PartnershipModel.__init__, {"levers.pooling_rate": 0.1, "seed": 3})


def test_solara_shows_the_model_and_lives_its_months():
    """As Mesa's documentation shows it: sliders of levers, a plot of measures, a button for a step."""
    solara = pytest.importorskip("solara", reason="solara is not installed: pip install 'mesa[viz]'")
    from ipyvuetify import Btn, Slider
    from mesa.visualization import SolaraViz, make_plot_component

    model = short()
    pooling = {"type": "SliderFloat", "value": 0.1, "label": "pooling", "min": 0.0, "max": 0.5, "step": 0.05}

    @solara.component
    def shown():
        with solara.AppLayout(navigation=False):
            SolaraViz(
                solara.use_memo(lambda: solara.reactive(model), []),
                components=[make_plot_component(["engagement", "trust"])],
                model_params={**SHORT, "levers.pooling_rate": pooling},
            )

    _, context = solara.render(shown(), handle_error=False)
    assert "pooling" in [slider.label for slider in context.find(Slider).widgets]
    next(button for button in context.find(Btn).widgets if "Step" in button.children).click()
    assert model.steps == 1


def test_a_body_that_is_removed_leaves_for_good():
    model = lived(short(), 2)
    leaver = model.members[-1]
    before = model.measure("n_members")
    leaver.remove()
    assert leaver not in model.agents
    assert leaver not in model.members
    lived(model, 4)
    assert model.measure("n_members") == before - 1
    assert (model.partner_rows[2:, leaver.position] == 0.0).all()
    assert (2, "abolished", leaver.name) in model.events


def test_a_lever_changed_in_mid_run_lasts_also_over_the_calendar():
    dated = "[{from: 2001-06, levers: {pooling_rate: 0.3, initiatives: 3}}]"
    model = lived(short(calendar=dated), 1)
    model.change({"levers.pooling_rate": 0.1, "leadership.direction": 0.9})
    assert model.levers.pooling_rate == model.request.levers.pooling_rate, "it holds from the next month on"
    lived(model, 2)
    assert (model.levers.pooling_rate, model.levers.initiatives) == (0.1, 3.0)
    assert model.leadership.direction == 0.9


def test_a_change_is_the_same_as_a_dated_policy():
    changed = lived(short(), 2)
    changed.change({"levers.duty.attend": 1.0})
    lived(changed, 4)
    dated = lived(short(calendar="[{from: 2001-06, levers: {duty: {attend: 1.0}}}]"), 6)
    assert np.array_equal(changed.measures, dated.measures)


def test_what_would_not_last_is_refused():
    model = lived(short(), 1)
    model.levers = load_scenario("baseline_lsp", ["levers.pooling_rate=0.2"]).levers
    with pytest.raises(ScenarioError, match=r"would not last: say model\.change"):
        model.step()
    for settings, told in (
        ({"levers.pooling_rate": 7}, "levers.pooling_rate = 7 is not allowed: it takes 0 to 1"),
        ({"levers.pooling": 1}, "unknown setting levers.pooling; did you mean pooling_rate"),
        ({"months": 3}, "months cannot be changed in a run"),
        ({"own.grudge": 1.0}, "own.grudge is set, but no extension declares it"),
    ):
        with pytest.raises(ScenarioError, match=told):
            short().change(settings)


def test_bodies_take_no_steps_of_their_own():
    with pytest.raises(ScenarioError, match=r"a body takes no step alone.*call model\.step\(\)"):
        short().agents.shuffle_do("step")


def test_a_setting_beside_a_made_scenario_is_refused():
    with pytest.raises(ScenarioError, match="months is given beside a scenario that is made"):
        PartnershipModel(load_scenario("talking_shop"), months=3)


def test_it_is_told_in_one_line():
    model = short(seed=4, replicate=2)
    assert "6 months from 2001-04 to live" in repr(model)
    lived(model, 2)
    assert "'baseline_lsp'" in repr(model)
    assert "lived 2 of 6 months, to 2001-05" in repr(model)
    assert "seed 4, replicate 2" in repr(model)
    assert "\n" not in repr(model)
    assert f"{model.measure('trust'):.3f}" in model._repr_html_()
    assert repr(model.members[0]).startswith("Council(")


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))], ids=["deepcopy", "pickle"]
)
def test_a_copy_in_mid_run_goes_on_by_itself(copied):
    """A branching experiment: what is done to one branch must not reach the other."""
    model = lived(short(), 2)
    branch = copied(model)
    branch.change({"levers.duty.attend": 1.0})
    lived(branch, 4)
    assert model.month == 2
    lived(model, 4)
    assert np.array_equal(model.measures, lived(short(), 6).measures)
    assert not np.array_equal(model.measures, branch.measures)
    assert len(branch.datacollector.get_model_vars_dataframe()) == 6


@pytest.mark.slow
def test_the_page_on_branching_runs_as_it_stands():
    text = (Path(sim.__file__).parents[1] / "docs" / "branching.md").read_text(encoding="utf-8")
    found: dict[str, Any] = {}
    exec("\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL)), found)
    assert found["difference"] != 0.0
    assert len(found["rows"]) == 2 * 2 * 12
