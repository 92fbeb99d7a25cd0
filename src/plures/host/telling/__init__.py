"""What a replica tells of itself to people and tools that ask: its contracts, what holds for their calls, and how they fare."""

from .board import API, MAY_MEND, is_file
from .declared import declared
from .deprecated import Deprecations, Headers, warning
from .figures import METRICS
from .listing import listing
from .pages import SHELL, Pages
from .told import Told

__all__ = [
    "API",
    "MAY_MEND",
    "METRICS",
    "SHELL",
    "Deprecations",
    "Headers",
    "Pages",
    "Told",
    "declared",
    "is_file",
    "listing",
    "warning",
]
