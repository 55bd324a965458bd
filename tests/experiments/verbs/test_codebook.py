"""What is written beside tables: a line for each of their columns."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from analysis.patterns.scan import (
    best_draws,
    margin_of_pattern,
    months_named,
    pattern_pairs,
    refounded_in,
    value_of_finding,
)
from analysis.shared.codebook import CODEBOOK, CODEBOOK_COLUMNS, codebook, described
from experiments.console import main
from sim import MEASURES, MONTH, PARAMETERS
from sim.measures import COLUMNS

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks"))

from contact_sheet import COMMANDS, drawn

NOT_DESCRIBED: dict[str, set[str]] = {}
"""Columns by file that nobody describes: their line has label, type and values, and no definition."""


def columns_in(folder: Path) -> set[tuple[str, str]]:
    """Return file and column of all tables in a folder of results."""
    tables = [path for path in folder.iterdir() if path.suffix in (".csv", ".parquet") and path.name != CODEBOOK]
    return {
        (path.name, column)
        for path in tables
        for column in (pq.read_schema(path).names if path.suffix == ".parquet" else pd.read_csv(path, nrows=0).columns)
    }


def book_of(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / CODEBOOK, dtype=str, keep_default_na=False)


def not_described(book: pd.DataFrame) -> set[tuple[str, str]]:
    return set(book.loc[book["definition"] == "", ["file", "column"]].itertuples(index=False, name=None))


@pytest.mark.slow
def test_every_column_of_a_run_has_its_line(empty_folder: Path) -> None:
    assert main(["run", "months=6", "figures=false", "record=meetings", "output=one"]) == 0
    book = book_of(Path("one"))
    assert list(book.columns) == list(CODEBOOK_COLUMNS)
    assert set(zip(book["file"], book["column"], strict=True)) == columns_in(Path("one"))
    assert not not_described(book)
    trust = book[(book["file"] == "trajectories.csv") & (book["column"] == "trust")].iloc[0]
    assert (trust["label"], trust["unit"], trust["definition"]) == (
        MEASURES["trust"].label,
        MEASURES["trust"].unit,
        MEASURES["trust"].says,
    )
    assert trust["range"] == "0 to 1"
    assert trust["missing"] == "0"


def test_every_word_of_the_model_is_described() -> None:
    for name in (*MEASURES, *PARAMETERS, *(f"term_{term}" for term in MONTH.terms)):
        assert described(name, "runs.parquet") is not None, name
    for name in COLUMNS:
        found = described(name, "partners.parquet")
        assert found is not None, name
        assert name not in MEASURES or found.definition != MEASURES[name].says, "that of a body, not of the table"


def test_a_column_that_nobody_knows_says_nothing_false() -> None:
    book = codebook({"mine.csv": pd.DataFrame({"odd_one": [1.5, None, 2.5], "flag": [True, False, True]})})
    assert book[["label", "definition", "type", "values"]].to_numpy().tolist() == [
        ["odd one", "", "number", "1.5 to 2.5"],
        ["flag", "", "yes or no", "False, True"],
    ]
    assert book["missing"].tolist() == [1, 0]


def test_every_column_of_a_scan_has_its_line() -> None:
    chance = np.random.default_rng(0)
    named = ["behaviour.trust_rate", value_of_finding("P2", 0), margin_of_pattern("P2"), margin_of_pattern("N1")]
    named += [months_named("typical", "talking shop"), refounded_in("typical")]
    draws = pd.DataFrame({"draw": range(40), **{name: chance.normal(size=40) for name in named}})
    tables = {"draws.parquet": draws, "best.csv": best_draws(draws, most=3), "pairs.csv": pattern_pairs(draws)}
    assert not not_described(codebook(tables))


@pytest.mark.long
@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in ("drawn", "compare_many", "places_many")])
def test_every_column_of_every_verb_has_its_line(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.getbasetemp() / "figures"
    drawn(folder, ["drawn", name] if name == "discover" else [name])
    book = book_of(folder / name)
    assert set(zip(book["file"], book["column"], strict=True)) == columns_in(folder / name)
    assert not_described(book) == {(file, column) for file in NOT_DESCRIBED for column in NOT_DESCRIBED[file]}
