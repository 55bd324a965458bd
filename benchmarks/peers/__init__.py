"""One reduced model, written in the ways in which people write such models."""
