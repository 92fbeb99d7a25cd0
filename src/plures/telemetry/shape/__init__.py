"""The shape of a trace: which spans are part of which, and which of them its end waited for."""

from .shape import Shape, Stretch, shape_of

__all__ = ["Shape", "Stretch", "shape_of"]
