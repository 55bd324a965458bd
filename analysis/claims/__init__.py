"""What the scenarios claim, and the verdicts."""
