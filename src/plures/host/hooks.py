"""Runs the hooks of a replica that ends: one that fails keeps the others from nothing."""

import logging
from collections.abc import Iterable
from typing import Final

from plures.application import Hook

_LOG: Final = logging.getLogger("plures.host")


async def run_all(hooks: Iterable[Hook], what: str) -> None:
    """Run hooks one after the other; failures are logged."""
    for hook in hooks:
        try:
            await hook()
        except Exception:  # noqa: BLE001 - whatever it was, the rest must still be closed
            _LOG.exception("%s failed; stopping goes on", what)
