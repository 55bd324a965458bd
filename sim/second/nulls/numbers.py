"""Numbers that null models take from the model itself.

Read off ``baseline_lsp`` with the values in force, over its months and runs; read anew, and this file written anew, by
``python -m experiments.documents.second_nulls``.
"""

TRUST = 0.4
"""Mean trust between members."""

COMES, IN_PERSON = 0.7, 0.35
"""Share of seats at the board that are filled, by anybody and in person."""

MORE_TIES, MORE_ITEMS = 1.0, 1.0
"""How many times as often ties form, and items are raised, until reshuffled ties and decisions are as many as in the
model."""
