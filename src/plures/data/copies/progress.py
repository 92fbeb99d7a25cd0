"""How a copy tells how far it is."""

from collections.abc import Callable
from typing import TypeAlias

Tell: TypeAlias = Callable[[str, int, int | None], None]
"""Takes what is done, how much of it is done, and how much there is."""
