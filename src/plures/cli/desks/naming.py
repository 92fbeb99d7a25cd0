"""What is said of a name that is none of those that are known."""

from collections.abc import Callable, Collection

from plures.errors import PluresError, did_you_mean


def misnamed(
    kind: Callable[[str, str, str], PluresError], name: str, known: Collection[str], otherwise: str
) -> PluresError:
    """An error that tells the name, those that there are, and which of them may be meant.

    Args:
        otherwise: What to do where none is close.
    """
    return kind(name, ", ".join(known) or "none", did_you_mean(name, known) or otherwise)
