"""Layer 6: contracts in the words of others, as `.proto` files."""

from .exporting import FORMATS, Exported, export

__all__ = ["FORMATS", "Exported", "export"]
