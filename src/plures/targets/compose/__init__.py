"""A Compose file of a topology, as people would have written it. What each process needs comes from `plures.targets`."""

from .options import ComposeOptions
from .rendering import FILE, compose_files
from .secrets_there import check_secrets

__all__ = ["FILE", "ComposeOptions", "check_secrets", "compose_files"]
