"""Versions side by side, drawn."""
