"""The first topology of existing services, from their code and their Compose files."""

from .compose import ComposeUnread
from .found import Found, Rescue
from .writing import NothingToRescue, read_folders, text_of

__all__ = ["ComposeUnread", "Found", "NothingToRescue", "Rescue", "read_folders", "text_of"]
