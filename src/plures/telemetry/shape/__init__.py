"""What is computed of the spans of a trace, and of several traces."""

from .measured import Measure, Measured, measured, middle
from .shape import Shape, Stretch, awaited_in, missed, shape_of

__all__ = ["Measure", "Measured", "Shape", "Stretch", "awaited_in", "measured", "middle", "missed", "shape_of"]
