"""Documents made by the model: tables, lessons, the notebook and the null models."""
