"""What one Python file says about itself. Does not know the other files."""

from .facts import Access, Import, Messaging, ModelClass, ModuleFacts, SharedTables, Use
from .parse import parse

__all__ = ["Access", "Import", "Messaging", "ModelClass", "ModuleFacts", "SharedTables", "Use", "parse"]
