"""What becomes of the values of a call: answers are held to their types, and what can be changed is copied within a process."""

from .copying import answer_copier, arguments_copier, with_copies
from .fitting import answer_shape, refuse_misfit

__all__ = ["answer_copier", "answer_shape", "arguments_copier", "refuse_misfit", "with_copies"]
