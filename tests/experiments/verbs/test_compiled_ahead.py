"""The month is compiled ahead: what is kept is said, and where nothing can be kept that is said too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from experiments.console import main
from sim import compiled


def test_where_the_month_is_kept_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compile"]) == 0
    said = capsys.readouterr().out
    assert main(["compile", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["file"] in said.replace("\n", "")
    assert Path(told["file"]).stat().st_size == told["bytes"]
    assert told["compiled_now"] is False


def test_where_nothing_can_be_kept_nothing_is_compiled(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(compiled.KeptCode, "_folder", lambda self: None)
    monkeypatch.setattr(compiled.KeptCode, "_elsewhere", lambda self, name: iter(()))
    monkeypatch.setattr(compiled, "_made", {})
    assert main(["compile"]) == 2
    assert capsys.readouterr().err.strip() == f"error: {compiled.NOT_KEPT}"
