"""Settings of a capability: what a service says of them, and how they are filled."""

from . import rules
from .clashes import clashes
from .filling import fill, fill_all, sources_of
from .kinds import field_problems
from .settings import Secret, Settings

__all__ = ["Secret", "Settings", "clashes", "field_problems", "fill", "fill_all", "rules", "sources_of"]
