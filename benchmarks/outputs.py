"""Fingerprints of everything that both engines give: which change of the code changes a result?

Usage: python benchmarks/outputs.py [SCENARIO ...] [--replicates 70] [--check | --write]

``--write`` keeps the fingerprints in ``benchmarks/outputs.json``, ``--check`` compares with them and names what
differs. A fingerprint is the sha256 of the bytes of one table over all replicates: measures, regimes, and the rows of
partners with the terms of their decisions.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from experiments import load_scenario
from sim import REGIMES, simulate, simulate_ensemble

KEPT = Path(__file__).with_name("outputs.json")
SEED = 7
SCENARIOS = (
    "baseline_lsp",
    "growth_coalition",
    "talking_shop",
    "single_agency_domination",
    "england_2001_2013",
    "nrf_cliff_2008",
    "public_service_board",
    "two_tier_confusion",
    "sigoma_stick_and_carrot",
    "community_budget_vcs_voice",
)


def fingerprint(table: Any) -> str:
    """Return the sha256 of a table's bytes, in the order of its axes."""
    return hashlib.sha256(np.ascontiguousarray(table).tobytes()).hexdigest()


def of_compiled(name: str, replicates: int) -> dict[str, str]:
    """Return the fingerprints of a scenario on the compiled engine."""
    ensemble = simulate_ensemble([load_scenario(name)], replicates=replicates, seed=SEED, record_terms=True)
    return {
        "measures": fingerprint(ensemble.measures[0]),
        "regimes": fingerprint(ensemble.regimes[0]),
        "partners": fingerprint(ensemble.partners[0]),
    }


def of_mesa(name: str, replicates: int) -> dict[str, str]:
    """Return the fingerprints of a scenario on the Mesa engine."""
    scenario = load_scenario(name)
    measures, regimes, partners = [], [], []
    for replicate in range(replicates):
        history = simulate(scenario, seed=SEED, replicate=replicate, record_terms=True)
        measures.append(history.measures.drop(columns=["month", "date", "regime"]).to_numpy(dtype=np.float64))
        regimes.append([REGIMES.index(regime) for regime in history.measures["regime"]])
        n_months = len(history.measures)
        columns = history.partners.drop(columns=["month", "date", "partner", "sector", "archetype"], errors="ignore")
        partners.append(columns.to_numpy(dtype=np.float64).reshape(n_months, -1, columns.shape[1]))
    return {
        "measures": fingerprint(np.stack(measures)),
        "regimes": fingerprint(np.array(regimes, dtype=np.int8)),
        "partners": fingerprint(np.stack(partners)),
    }


def main() -> int:
    """Work out the fingerprints; keep, compare or print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="*", default=SCENARIOS)
    parser.add_argument("--replicates", type=int, default=70)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true")
    what.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    found = {
        name: {"compiled": of_compiled(name, asked.replicates), "mesa": of_mesa(name, asked.replicates)}
        for name in asked.scenarios
    }
    if asked.write:
        KEPT.write_text(json.dumps({"replicates": asked.replicates, "scenarios": found}, indent=1) + "\n")
    elif asked.check:
        kept = json.loads(KEPT.read_text())
        if kept["replicates"] != asked.replicates:
            parser.error(f"kept with {kept['replicates']} replicates")
        different = [
            f"{name} {engine} {table}"
            for name, engines in found.items()
            for engine, tables in engines.items()
            for table, value in tables.items()
            if kept["scenarios"][name][engine][table] != value
        ]
        print("the same" if not different else "different: " + "; ".join(different))
        return bool(different)
    else:
        print(json.dumps(found, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
