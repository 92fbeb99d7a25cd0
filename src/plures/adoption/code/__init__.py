"""The application's code as it is written: files, names, and what they mean."""

from .names import Bound
from .program import Foreign, Meaning, Place, Program, Reference
from .source import Function, Source, Unread

__all__ = ["Bound", "Foreign", "Function", "Meaning", "Place", "Program", "Reference", "Source", "Unread"]
