"""Why bodies came or stayed away."""
