"""Layer 6: contracts in the words of others: OpenAPI, AsyncAPI, protobuf, JSON Schema, TypeScript; and as plain JSON."""

from .exporting import FORMATS, NUMBERED, Exported, export
from .notes import OURS, Notes, version_in

__all__ = ["FORMATS", "NUMBERED", "OURS", "Exported", "Notes", "export", "version_in"]
