"""What becomes of the values of a call: answers are held to their types, and what can be changed is copied within a process."""

from .copying import with_copies
from .fitting import answer_shape, refuse_misfit

__all__ = ["answer_shape", "refuse_misfit", "with_copies"]
