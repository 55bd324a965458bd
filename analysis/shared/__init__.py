"""What several rooms use: summaries, outcomes, survival, and the look of figures."""
