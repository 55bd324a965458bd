"""Every number is declared once, with its meaning, and nothing else is accepted."""

from __future__ import annotations

import dataclasses
import math
import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import allowed_values, typical_settings

import sim
from analysis.shared.paths import nested
from sim.parameters import TOPICS

PARAMETERS = list(sim.PARAMETERS.values())
NUMBERS = [p for p in PARAMETERS if p.low is not None]
NAMES = [p for p in PARAMETERS if p.choices]


def by_path(parameter):
    return parameter.path


def scenario_with(path, value):
    return sim.scenario_from(typical_settings(**nested({path: value})))


def value_at(scenario, path):
    value = scenario
    for name in path.split("."):
        value = getattr(value, name)
    return value


def refusal(path, value):
    with pytest.raises(sim.ScenarioError) as error:
        scenario_with(path, value)
    return str(error.value)


@pytest.mark.parametrize("parameter", PARAMETERS, ids=by_path)
def test_every_parameter_says_what_it_is(parameter):
    """A number without meaning, unit, source or role cannot be questioned by a reader."""
    assert len(parameter.says) > 15
    assert parameter.says.endswith(".")
    assert parameter.unit
    assert parameter.source
    assert parameter.role in ("lever", "uncertain", "structural")
    assert parameter.range_text


@pytest.mark.parametrize("parameter", PARAMETERS, ids=by_path)
def test_every_default_is_allowed(parameter):
    """Defaults are not validated on construction; one outside its own range would run silently."""
    if isinstance(parameter.default, str):
        assert parameter.default in parameter.choices
    else:
        assert parameter.low <= parameter.default <= parameter.high
    assert value_at(scenario_with(parameter.path, parameter.default), parameter.path) == parameter.default


@pytest.mark.parametrize("parameter", NUMBERS, ids=by_path)
def test_every_range_is_a_range(parameter):
    """Sampling bounds are read from here; an empty or infinite prior cannot be sampled."""
    assert math.isfinite(parameter.low)
    assert math.isfinite(parameter.high)
    assert parameter.low < parameter.high


@pytest.mark.parametrize("parameter", [p for p in PARAMETERS if p.role == "uncertain"], ids=by_path)
def test_uncertain_defaults_lie_inside_their_prior(parameter):
    """A default on the edge of its prior says that the prior, or the default, is wrong."""
    assert parameter.path.startswith("behaviour.")
    assert parameter.low < parameter.default < parameter.high


def test_the_catalogue_holds_every_declared_field():
    """A field that the catalogue misses would be absent from tables, sliders and sampling."""

    def fields(kind):
        hints = typing.get_type_hints(kind)
        return sum(
            fields(hints[f.name]) if dataclasses.is_dataclass(hints[f.name]) else 1 for f in dataclasses.fields(kind)
        )

    assert len(sim.PARAMETERS) == sum(fields(kind) for kind in TOPICS.values())
    assert all(path == parameter.path for path, parameter in sim.PARAMETERS.items())


def test_roles_are_kept_apart():
    """What may be chosen and what the world may be are different lists."""
    for parameter in PARAMETERS:
        topic = parameter.path.split(".")[0]
        expected = {"levers": ["lever"], "leadership": ["lever"], "behaviour": ["uncertain", "structural"]}
        assert parameter.role in expected.get(topic, ["structural"]), parameter.path


@pytest.mark.parametrize("parameter", PARAMETERS, ids=by_path)
@pytest.mark.parametrize(
    "value", ["0.5", True, False, None, math.nan, math.inf, -math.inf, [0.5]], ids=lambda value: repr(value)
)
def test_a_wrong_type_is_refused(parameter, value):
    """Text, true/false and missing numbers are mistakes in a config and never meant."""
    message = refusal(parameter.path, value)
    assert message.startswith(f"{parameter.path} = {value!r} is not allowed")
    assert parameter.range_text in message
    assert f"({parameter.unit})" in message
    assert "\n" not in message


@pytest.mark.parametrize("parameter", NUMBERS, ids=by_path)
def test_a_number_out_of_range_is_refused_in_one_line(parameter):
    """The line names path, value, range and unit, so that the config can be mended without the code."""
    beyond = 1 if isinstance(parameter.default, int) else 0.1 * (parameter.high - parameter.low)
    for value in (parameter.low - beyond, parameter.high + beyond):
        message = refusal(parameter.path, value)
        for part in (parameter.path, repr(value), f"{parameter.low:g} to {parameter.high:g}", f"({parameter.unit})"):
            assert part in message
        assert "\n" not in message


@pytest.mark.parametrize("parameter", NAMES, ids=by_path)
def test_a_misspelt_choice_gets_the_nearest_one(parameter):
    """The likely fix belongs in the message."""
    for choice in parameter.choices:
        assert f"did you mean {choice}?" in refusal(parameter.path, choice + "s")


@pytest.mark.parametrize("parameter", PARAMETERS, ids=by_path)
def test_a_misspelt_name_gets_the_nearest_one(parameter):
    """A parameter that is silently ignored is the worst of all errors in a study."""
    *topics, name = parameter.path.split(".")
    wrong = name[:-1] + "x" + name[-1]
    message = refusal(".".join([*topics, wrong]), parameter.default)
    assert message.startswith(f"unknown setting {'.'.join([*topics, wrong])}; did you mean ")
    assert name in message
    assert "\n" not in message


@pytest.mark.parametrize("name", ["lever", "behavior", "month", "boards"])
def test_a_misspelt_topic_gets_the_nearest_one(name):
    """Whole branches of a config can be misspelt too."""
    with pytest.raises(sim.ScenarioError, match=f"unknown setting {name}; did you mean "):
        sim.scenario_from(typical_settings(**{name: {}}))


@pytest.mark.parametrize("topic", ["levers", "behaviour", "levers.duty", "regimes"])
def test_a_number_in_the_place_of_a_topic_is_refused(topic):
    """YAML makes it easy to write a value one level too high."""
    message = refusal(topic, 0.5)
    assert message.startswith(f"{topic} = 0.5 is not allowed")
    assert "\n" not in message


@given(data=st.data())
def test_everything_in_range_is_accepted_and_kept(data):
    """Sampling draws from these ranges; no draw may be refused or altered."""
    parameter = data.draw(st.sampled_from(PARAMETERS))
    value = data.draw(allowed_values(parameter))
    assert value_at(scenario_with(parameter.path, value), parameter.path) == value


WITH_A_WHOLE_NUMBER = [p for p in NUMBERS if math.ceil(p.low) <= p.high]


@pytest.mark.parametrize("parameter", WITH_A_WHOLE_NUMBER, ids=by_path)
def test_whole_numbers_pass_for_real_ones(parameter):
    """`austerity: 0` in YAML is an integer and must be read as 0.0."""
    whole = math.ceil(parameter.low)
    kept = value_at(scenario_with(parameter.path, whole), parameter.path)
    assert kept == whole
    assert isinstance(kept, int if isinstance(parameter.default, int) else float)
