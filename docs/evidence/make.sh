#!/usr/bin/env bash
# Makes the evidence of this folder anew, and with it the tables and figures of the documents.
# Takes about a quarter of an hour on two cores. The calibration, which comes before, is not repeated here.
set -euo pipefail
cd "$(dirname "$0")/../.."
made=${1:-outputs/evidence}

python -m experiments.documents.null_models
partnerships patterns nulls=true calibration=docs/evidence/calibration seed=7 output="$made/patterns" overwrite=true
partnerships patterns behaviour=accepted seed=7 output="$made/accepted" overwrite=true
partnerships dock output="$made/docking" overwrite=true
partnerships claims output="$made/claims" overwrite=true keep=true # renews docs/claims.md too
for vary in levers behaviour; do
    rm -rf "$made/study_$vary"
    named=$([ "$vary" = levers ] && echo "[levers,leadership]" || echo "[behaviour]")
    partnerships sensitivity study="$made/study_$vary" method=morris vary="$named" draws=40 replicates=20 \
        output="$made/sensitivity_$vary" overwrite=true
done
partnerships compare output="$made/headline" overwrite=true

cp "$made"/patterns/{scoreboard,null_models}.csv docs/evidence/
cp "$made/patterns/patterns.md" docs/patterns.md
cp "$made/patterns/figures/scoreboard_fitted.png" docs/figures/scoreboard.png
cp "$made/patterns/figures/null_models.png" docs/figures/null_models.png
cp "$made/accepted/scoreboard.csv" docs/evidence/scoreboard_accepted.csv
cp "$made/docking/criteria.csv" docs/evidence/docking_criteria.csv
cp "$made/docking/coordination.csv" docs/evidence/coordination.csv
cp "$made/claims/claims.csv" docs/evidence/claims.csv
cp "$made/sensitivity_levers/sensitivity.csv" docs/evidence/sensitivity_levers.csv
cp "$made/sensitivity_behaviour/sensitivity.csv" docs/evidence/sensitivity_behaviour.csv
cp "$made"/docking/figures/*.png docs/figures/
cp "$made/headline/figures/headline.png" docs/figures/headline.png
python -m experiments.documents.tables
python -m experiments.documents.lessons
python -m experiments.documents.notebook
