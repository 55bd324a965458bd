"""What the tab key offers: what can be typed, and nothing that would be refused."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from experiments.completion import completions
from experiments.registry import verbs
from sim import PARAMETERS, place_names


def test_verbs_come_first_and_settings_after_them():
    assert completions([], "") == list(verbs())
    assert "seed=" in completions(["run"], "se")
    assert completions(["no_verb"], "s") == []


@pytest.mark.parametrize(
    ("before", "word", "offered"),
    [
        (["run"], "levers.staff_t", ["levers.staff_team="]),
        (["run"], "place=hackn", ["place=hackney"]),
        (["run"], "overwrite=", ["overwrite=true", "overwrite=false"]),
        (["patterns"], "nulls=[no_ties,mean", ["nulls=[no_ties,mean_trust"]),
        (["compare", "scenarios=[talking_shop]"], "reference=talk", ["reference=talking_shop"]),
        (["run"], "months=", []),
    ],
)
def test_words_go_on(before, word, offered):
    assert completions(before, word) == offered


def test_all_levers_and_places_are_offered():
    assert {f"{path}=" for path in PARAMETERS if path.startswith("levers.")} <= set(completions(["run"], "levers."))
    assert completions(["run"], "place=") == [f"place={name}" for name in sorted(place_names())]


def test_a_shell_is_answered():
    """As bash asks: the line in the environment, the answer on file descriptor 8."""
    pytest.importorskip("argcomplete")
    line = "partnerships run scenario=growth_c"
    asked = {"_ARGCOMPLETE": "1", "_ARGCOMPLETE_IFS": "\n", "COMP_LINE": line, "COMP_POINT": str(len(line)),
             "COMP_TYPE": "9", "_ARGCOMPLETE_COMP_WORDBREAKS": "=:"}  # fmt: skip
    words = f"exec 8>&1; exec {sys.executable} -m experiments.console"
    done = subprocess.run(["bash", "-c", words], env=os.environ | asked, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "growth_coalition"
