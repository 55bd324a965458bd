"""What says how to cite: in agreement with pyproject.toml, and open about what only the owner knows."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
CITATION: dict[str, Any] = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
CODEMETA: dict[str, Any] = json.loads((ROOT / "codemeta.json").read_text("utf-8"))


def test_versions_licence_and_keywords_agree() -> None:
    assert CITATION["version"] == CODEMETA["version"] == PROJECT["version"]
    assert CITATION["license"] == PROJECT["license"]
    assert CODEMETA["license"].rsplit("/", 1)[-1] == PROJECT["license"]
    assert CITATION["keywords"] == CODEMETA["keywords"] == PROJECT["keywords"]
    assert CODEMETA["name"] == PROJECT["name"]
    assert CODEMETA["description"] == CITATION["title"]
    assert str(CITATION["date-released"]) == CODEMETA["dateModified"]
    assert f"## {PROJECT['version']} ({CITATION['date-released']})" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_what_is_missing_is_said_where_it_goes() -> None:
    """Nothing is made up: what has a line in the comment has no value yet, and the other way round."""
    text = (ROOT / "CITATION.cff").read_text("utf-8")
    for field in ("repository-code", "doi"):
        assert (f"#   {field}:" in text) == (field not in CITATION), field
    assert ("#   authors:" in text) == (CITATION["authors"] == [{"name": "The local-partnerships authors"}])


def test_what_they_name_is_there() -> None:
    for field in ("readme", "softwareHelp"):
        assert (ROOT / CODEMETA[field]).is_file()
