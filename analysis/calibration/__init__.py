"""What observed targets say of the numbers of a model, what identifies what, and whether it can be trusted."""
