"""What becomes of the values of a call: answers are held to their types, and within a process, what can be changed is copied, and what has a limit measured."""

from .copying import answer_copier, arguments_copier, with_copies
from .fitting import answer_shape, refuse_misfit
from .measuring import within_limits

__all__ = ["answer_copier", "answer_shape", "arguments_copier", "refuse_misfit", "with_copies", "within_limits"]
