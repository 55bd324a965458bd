#!/usr/bin/env bash
# Makes the evidence of this folder anew, and with it the tables of the documents and the headline figure.
# The fit and what it shows come before (docs/fit.md). Takes an hour or two on two cores, most of it without_one, and to
# compile months whose rules have changed.
set -euo pipefail
cd "$(dirname "$0")/../.."

python -m experiments.documents.nulls   # nulls.csv, nulls_matched.csv, nulls_of_sets.csv, sim/nulls/numbers.py
for name in scan headline levers_together regimes dock hindcast hindcast_best claims; do
    python -m experiments.documents.asked "$name" # a folder of that name here, figures; docs/claims.md
done
python -m experiments.documents.tipping # tipping/, figures of it
python -m experiments.documents.without_one # without_one.csv
python -m experiments.documents.tables
python -m experiments.documents.lessons
python -m experiments.documents.notebook
