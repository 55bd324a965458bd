"""The policy brief."""
