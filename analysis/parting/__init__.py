"""Where two runs part, and how far what was changed reaches."""
