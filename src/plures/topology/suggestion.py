"""What a misspelt name was probably meant to be."""

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A question with the closest known name, or nothing when none is close."""
    matches = get_close_matches(name, sorted(known), n=1)
    return f"Did you mean {matches[0]!r}?" if matches else ""
