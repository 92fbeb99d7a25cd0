"""Layer 2: the extras of the distribution, `pip install 'plures[cli]'`: whether the packages of one are there, and what is said where they are not."""

from .extras import ExtraMissing, require

__all__ = ["ExtraMissing", "require"]
