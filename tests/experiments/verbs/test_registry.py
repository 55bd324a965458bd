"""Verbs: a module and a YAML file, found where they lie, and told without importing what they need."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from typing import get_type_hints

import pytest

from experiments.console import main
from experiments.options import shipped_folder
from experiments.output.frame import Results
from experiments.registry import verbs

HEAVY = ("numba", "pandas", "matplotlib", "scipy", "hydra", "mesa", "seaborn", "pydantic", "sim.partnership")


@pytest.mark.parametrize("name", verbs())
def test_a_verb_is_a_module_and_its_settings(name):
    """One function decides its form, and the settings it takes are those that its YAML states, in that order."""
    verb = verbs()[name]
    module = verb.module()
    forms = [form for form in ("work", "serve", "main") if hasattr(module, form)]
    assert len(forms) == 1
    assert (verb.takes == "arguments") == (forms == ["main"])
    if forms == ["main"]:
        return
    hints = get_type_hints(getattr(module, forms[0]))
    fields = {field.name.rstrip("_") for field in dataclasses.fields(hints["settings"])}
    assert fields == {setting.name for setting in verb.settings}
    assert all(setting.meaning or setting.name == "scenarios" for setting in verb.settings)
    if forms == ["work"]:
        assert hints["return"] in (Results, type(None))


@pytest.mark.parametrize("name", verbs())
def test_the_help_of_a_verb_has_a_summary_and_examples(name):
    verb = verbs()[name]
    assert 20 < len(verb.summary) < 100
    assert "\n" not in verb.summary
    assert "\nFor example:\n  partnerships " in verb.help


def test_settings_that_belong_to_no_verb_are_not_there():
    assert {path.stem for path in shipped_folder().glob("*.yaml")} < set(verbs())


def test_help_needs_nothing_heavy():
    """It is there at once: what composes, runs and draws is imported only where it is used."""
    said = (
        "import sys; from experiments.console import main; main(['--help']); main(['compare', '--help']); "
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


@pytest.mark.slow
def test_the_frame_of_all_verbs_needs_nothing_that_only_some_figures_need():
    """Seaborn and SciPy's statistics take a second to import, of three that a command takes to start."""
    said = "import sys, experiments.output.frame; print({'seaborn', 'scipy.stats', 'scipy.optimize'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_what_a_verb_needs_is_imported_when_it_is_asked(capsys):
    assert main(["list", "boards"]) == 0
    assert "small_executive" in capsys.readouterr().out
