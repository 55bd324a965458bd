"""How things that hold numbers are compiled over blocks of runs. Nothing here knows what the numbers mean."""
