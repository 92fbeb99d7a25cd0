"""How what runs becomes another topology: `changing` says in which steps, `applying` takes them."""

from .applying import Applied

__all__ = ["Applied"]
