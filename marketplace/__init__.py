"""A shop written with Plures, as one of its users would write it."""
