"""Layer 6: contracts in the words of others, as `.proto` files."""

from .exporting import FORMATS, Exported, export
from .notes import OURS, Notes, version_in

__all__ = ["FORMATS", "OURS", "Exported", "Notes", "export", "version_in"]
