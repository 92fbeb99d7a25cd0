"""Plures: one application, as one process or as many."""
