"""Studies on disk: designs, the store, its chunks, and who computes them."""
