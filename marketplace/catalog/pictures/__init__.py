"""Pictures of products: drawings of kinds, and packages with a name for what has no drawing."""

from .drawings import Drawings
from .picture import picture_svg

__all__ = ["Drawings", "picture_svg"]
