"""Numbers that null models take from the model itself.

Read off ``baseline_lsp`` with the best accepted set of numbers, over its months and runs. Read anew, and this file
written anew, by ``python -m experiments.documents.nulls``.
"""

TRUST = 0.3658
"""Mean trust between members."""

COMES, IN_PERSON = 0.9477, 0.5689
"""Share of seats at the board that are filled, by anybody and in person."""

MORE_TIES, MORE_ITEMS = 0.4104, 5.0
"""How many times as often ties form, and items are raised, until reshuffled ties and decisions are as many as in the
model. Below 1: there are more of them without it."""
