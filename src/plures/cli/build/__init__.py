"""`plures build`: from a project to images. The command asks git, pip and a registry; what an image is, `plures.images` knows."""

from .command import build_command

__all__ = ["build_command"]
