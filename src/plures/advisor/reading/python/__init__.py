"""What one Python file says about itself."""

from .facts import Access, Import, Model, ModuleFacts, Use
from .parse import parse

__all__ = ["Access", "Import", "Model", "ModuleFacts", "Use", "parse"]
