"""Parts of a page that may be missing: fetched with a short deadline of their own, left out when that fails."""

import asyncio
import logging
from collections.abc import Awaitable
from typing import Final, TypeVar

from plures import CallError, ContractError

T = TypeVar("T")

PATIENCE_S: Final = 0.4
"""How long a page waits for a part it can do without."""

_log = logging.getLogger(__name__)


async def optional(part: Awaitable[T], *, patience_s: float = PATIENCE_S) -> T | None:
    """What ``part`` answers, or None when it fails or takes longer than ``patience_s`` seconds."""
    try:
        async with asyncio.timeout(patience_s):
            return await part
    except (CallError, ContractError, TimeoutError) as failure:
        _log.warning("A page goes without one of its parts: %s", str(failure) or f"no answer within {patience_s} s")
        return None
