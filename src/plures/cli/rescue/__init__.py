"""Existing services in one process, for the command line."""

from .services import Services

__all__ = ["Services"]
