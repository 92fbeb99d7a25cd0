"""`plures data adopt`: tables of the application's own database become a capability's, and go back."""

from .adopt import adopt_command

__all__ = ["adopt_command"]
