"""What a verb leaves behind: a folder that is complete or absent, and its manifest."""
