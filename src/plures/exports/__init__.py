"""Layer 6: contracts in the words of others, as `.proto` files."""

from .exporting import FORMATS, Exported, export
from .notes import OURS, Notes

__all__ = ["FORMATS", "OURS", "Exported", "Notes", "export"]
