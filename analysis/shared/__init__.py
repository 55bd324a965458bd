"""What several rooms use: summaries, outcomes, and the look of figures."""
