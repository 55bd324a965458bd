"""The compiled month: which of its parts months share, and how other processes help to compile them."""

from __future__ import annotations

import os
from typing import Any

import pytest
from numba.core import codegen, config
from strategies import extension_text, typical_settings

import sim
from sim import compiled
from sim.compiled import help_compile, helped_within, put_together
from sim.lanes.compiling import fill_registers
from sim.lanes.keeping import KeptPart
from sim.measures import Measure
from sim.month import MEMBERS, MONTH
from sim.own import names_used, own_text
from sim.partners import Partner
from sim.steps import Step
from sim.terms import Term


def parts_by_key(month: sim.Month) -> dict[str, str]:
    """Return the names of a month's parts by the keys under which they are kept."""
    return {part._cache._key: part.py_func.__code__.co_filename for part, _ in put_together(month).parts}


def own_parts(month: sim.Month) -> set[str]:
    """Return the parts of a month that the model's month has not."""
    of_model = parts_by_key(MONTH)
    return {name.split(" in layout")[0] for key, name in parts_by_key(month).items() if key not in of_model}


def be_counted(self: Any) -> None:
    """Be counted once more."""
    self.counted = self.counted + 1.0


COUNTED = Step(be_counted, MEMBERS, "Bodies are counted.")
TABLES = {"<rounds: every_table>", "<rounds: every_item>"}


def test_a_month_with_a_step_of_its_own_compiles_that_step_alone() -> None:
    month = MONTH.holding(counted="partner").after("engage", COUNTED)
    assert own_parts(month) == {"<step: be_counted>"}
    assert put_together(month).layout.shape == put_together(MONTH).layout.shape


def test_a_step_within_rounds_takes_the_rounds_with_it() -> None:
    assert own_parts(MONTH.without("offer_oneself")) == TABLES


def test_a_month_that_draws_sets_and_counts_its_own_shares_the_rest() -> None:
    month = MONTH.holding(slight="matrix", sum_of_slights="partnership").drawing("mood").drawing("weather", each=False)
    assert own_parts(month) == set()


def test_terms_of_ones_own_are_compiled_with_what_adds_them_up(tmp_path: Any) -> None:
    file = tmp_path / "grudges.py"
    file.write_text(extension_text(), "utf-8")
    parts = own_parts(sim.load_month(str(file)))
    assert {"<step: choose_rank>", "<step: remember_why>", "<rows>"} <= parts
    assert len(parts) < 12


def test_a_month_that_holds_more_than_there_is_room_for_has_a_shape_of_its_own() -> None:
    month = MONTH.holding(**{f"held_{number}": "partner" for number in range(9)})
    assert put_together(month).layout.shape != put_together(MONTH).layout.shape
    assert len(own_parts(month)) == len(set(parts_by_key(MONTH).values()))


def test_functions_made_alike_are_told_apart() -> None:
    """Their names are the same: "<locals>.where" for each."""

    def at_least(number: float) -> Any:
        return lambda taker: taker > number

    one, other = at_least(1.0), at_least(2.0)
    one.__module__ = other.__module__ = "sim.meetings"
    assert own_text([one]) != own_text([other])
    assert own_text([one]) == own_text([at_least(1.0)]).replace(__name__, "sim.meetings")


def test_what_a_step_uses_is_found_through_rules_and_methods() -> None:
    names = names_used(MONTH.steps, vars(Partner))
    assert {"utility", "keep_terms"} <= names
    assert "utility" not in names_used(COUNTED, vars(Partner))


def look_at_support(self: Any) -> None:
    """Remember what the body drew for the first item."""
    self.counted = self.counted + self.luck.support[0]


LOOKS = Step(look_at_support, MEMBERS, "Draws are looked at.")


def test_what_one_step_alone_takes_is_drawn_when_it_is_taken() -> None:
    """A step of one's own that looks at it too finds all of it, so it is drawn as the month begins."""
    assert MONTH.drawn_by_steps == {"rank", "support", "pooling"}
    assert MONTH.holding(counted="partner").after("engage", COUNTED).drawn_by_steps == MONTH.drawn_by_steps
    assert MONTH.holding(counted="partner").after("engage", LOOKS).drawn_by_steps == {"rank", "pooling"}
    looks = Measure("looks", "-", 0.0, 1.0, "What somebody drew.", lambda model: model.partners[0].luck.rank[0])
    assert MONTH.measuring(looks).drawn_by_steps == {"support", "pooling"}
    term = Term("lucky", "luck", "Luck.", function=lambda body: body.luck.support[0])
    assert MONTH.pulling(term).drawn_by_steps == {"rank", "pooling"}


@pytest.mark.long
def test_draws_that_two_steps_look_at_are_the_same_in_both_engines() -> None:
    month = MONTH.holding(counted="partner").after("engage", LOOKS)
    month = month.measuring(Measure("looks", "-", 0.0, 1e9, "What one drew.", lambda model: model.partners[0].counted))
    scenario = sim.scenario_from(typical_settings(months=6))
    ensemble = sim.simulate_ensemble([scenario], replicates=2, month=month, measures=["looks"])
    for replicate in range(2):
        looked = sim.simulate(scenario, replicate=replicate, month=month).measures["looks"]
        assert list(ensemble.array_of("looks")[0, replicate]) == list(looked)
        assert looked.iloc[-1] > 0.0


@pytest.mark.parametrize(
    ("can", "said", "becomes"),
    [
        ("+avx2,+avx512f", None, "+avx2,+avx512f,-prefer-256-bit"),
        ("+avx2,-avx512f", None, None),
        ("+avx2,+avx512f", "+sse2", "+sse2"),
    ],
)
def test_wide_registers_are_filled_unless_a_person_says_otherwise(
    can: str, said: str | None, becomes: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codegen, "get_host_cpu_features", lambda: can)
    monkeypatch.setattr(config, "CPU_FEATURES", said)
    fill_registers()
    assert becomes == config.CPU_FEATURES


@pytest.mark.parametrize(("gigabytes", "helpers"), [(0.1, 0), (1.0, 0), (1.5, 1), (100.0, 3)])
def test_as_many_help_as_there_is_memory_for(gigabytes: float, helpers: int) -> None:
    with helped_within(int(gigabytes * 2**30)):
        assert compiled._helpers == [helpers]
    assert compiled._helpers == [compiled.MOST_HELPERS]


def test_a_helper_stops_when_nobody_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process that it helped was killed."""
    monkeypatch.setattr(KeptPart, "is_kept", False)
    monkeypatch.setattr(os, "getppid", lambda: 1)
    monkeypatch.setattr(compiled, "parts_of", lambda made: [(None, ())])
    for number in (0, 1):
        help_compile(number, 2)


def test_a_helper_compiles_what_nobody_has_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some at the end first, so that two processes meet, others in an order of their own."""
    compiled_parts: list[str] = []

    class Part:
        def __init__(self, name: str, is_kept: bool) -> None:
            self.name, self._cache = name, self
            self.is_kept = is_kept

        def compile(self, kinds: Any) -> None:
            compiled_parts.append(self.name)

    monkeypatch.setattr(compiled, "parts_of", lambda made: [(Part(name, name == "b"), ()) for name in "abcd"])
    help_compile(0, os.getppid())
    assert compiled_parts == ["d", "c", "a"]
    compiled_parts.clear()
    help_compile(1, os.getppid())
    assert sorted(compiled_parts) == ["a", "c", "d"]
