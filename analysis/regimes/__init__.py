"""What hangs on the words for months of a partnership: thresholds, and clusters found without any words."""
