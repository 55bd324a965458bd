#!/usr/bin/env bash
# Makes the evidence of this folder anew, and with it the tables of the documents and the headline figure.
# Takes about a quarter of an hour on two cores, most of it to compile null models whose rules have changed.
set -euo pipefail
cd "$(dirname "$0")/../.."
made=${1:-outputs/evidence}

python -m experiments.documents.nulls   # nulls.csv, nulls_matched.csv, sim/nulls/numbers.py
python -m experiments.documents.by_hand # patterns.csv, names.csv
python -m experiments.documents.asked levers_together # levers_together/, figures of it
python -m experiments.documents.tipping # tipping/, figures of it
partnerships compare output="$made/headline" overwrite=true
cp "$made/headline/figures/headline.png" docs/figures/headline.png
python -m experiments.documents.tables
python -m experiments.documents.lessons
python -m experiments.documents.notebook
