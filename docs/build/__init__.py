"""Writes the reference pages from what the code says of itself. See `python -m docs.build`."""
