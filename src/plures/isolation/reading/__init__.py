"""Reads code: which operations a function leads to, and how much it depends on each. Runs none of it."""

from .attributes import attribute_of
from .needs import How, Need, Piece
from .reader import Reader
from .values import Bound, Instance, Known, Value

__all__ = ["Bound", "How", "Instance", "Known", "Need", "Piece", "Reader", "Value", "attribute_of"]
