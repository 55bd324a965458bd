"""Settings and scenarios that every test may use."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from strategies import TYPICAL_BOARD, typical_settings

import sim

# Derandomised: a test that fails today fails tomorrow. No deadline: compiled rules are slow once.
settings.register_profile(
    "partnerships",
    derandomize=True,
    deadline=None,
    max_examples=25,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("partnerships")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let what is long be slow too, so that -m "not slow" leaves both out."""
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker("slow")


@pytest.fixture
def typical_board() -> dict[str, int]:
    """Nineteen seats, all four sectors."""
    return dict(TYPICAL_BOARD)


@pytest.fixture
def typical() -> sim.Scenario:
    """Two years of the typical board with every lever and parameter at its default."""
    return sim.scenario_from(typical_settings(months=24))


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with errors told as a person sees them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HYDRA_FULL_ERROR", raising=False)
    return tmp_path
