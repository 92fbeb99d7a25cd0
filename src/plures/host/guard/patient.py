"""Runs the hooks of a service again whose transactions met others: each replica has them, so they meet at the start already."""

import asyncio

from plures.application import Hook
from plures.data import StatementFailed

from .repeating import MOST_ATTEMPTS, pause_s


async def run_patiently(hook: Hook) -> None:
    """Run a hook to its end; it is one that runs at each start, or again and again, so what is left of an attempt does not matter.

    Raises:
        StatementFailed: The same would happen again, or has happened too often. What else the hook raises passes.
    """
    failed = 0
    while True:
        try:
            return await hook()
        except StatementFailed as error:
            failed += 1
            if not error.may_be_repeated or failed >= MOST_ATTEMPTS:
                raise
        await asyncio.sleep(pause_s(failed))
