"""`plures tls`: the own authority of a deployment, and certificates."""

from .group import tls_group

__all__ = ["tls_group"]
