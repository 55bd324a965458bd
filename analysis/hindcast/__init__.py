"""Model and record side by side: how the gap of districts moved from 2001 to 2005, and a forecast to 2008."""
