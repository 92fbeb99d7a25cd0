"""`plures deploy kubernetes`: manifests of a topology, and how they differ from what runs."""

from .command import kubernetes_command

__all__ = ["kubernetes_command"]
