"""What is computed of the spans of a trace, and of several traces."""

from .measured import Measure, Measured, measured, middle
from .shape import Shape, Stretch, shape_of

__all__ = ["Measure", "Measured", "Shape", "Stretch", "measured", "middle", "shape_of"]
