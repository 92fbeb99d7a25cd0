"""`plures deploy kubernetes`: manifests of a topology, and how they differ from what runs."""

from .choosing import images_of
from .command import kubernetes_command

__all__ = ["images_of", "kubernetes_command"]
