"""Which authors are one person: commits come under several addresses and spellings. Reads no history."""

import re
from collections.abc import Sequence

# Names that many people share because they set none, and addresses that belong to no person.
_NO_NAME = frozenset(
    {"", "unknown", "root", "user", "admin", "your name", "no author", "ubuntu", "vagrant", "developer"}
)
_NO_ADDRESS = re.compile(r"^$|^(none|unknown|root|you|user|noreply|no-reply)?@|@(localhost|example\.com)$|\.\(none\)$")


def persons(authors: Sequence[str]) -> tuple[int, ...]:
    """For each author, the position of the first one who is the same person: by address, or by a full name.

    Args:
        authors: "name <address>".
    """
    first: dict[str, int] = {}
    found: list[int] = []
    for position, author in enumerate(authors):
        keys = _keys(author)
        same = min((_end(found, first[key]) for key in keys if key in first), default=position)
        found.append(same)
        for key in keys:
            # A later author may show that two earlier ones are the same.
            if key in first:
                found[_end(found, first[key])] = same
            first[key] = same
    return tuple(_end(found, position) for position in range(len(found)))


def _end(found: Sequence[int], position: int) -> int:
    while found[position] != position:
        position = found[position]
    return position


def _keys(author: str) -> list[str]:
    name, _, address = author.casefold().rpartition("<")
    name, address = " ".join(name.replace(".", " ").split()), address.rstrip(">").strip()
    # One word is a first name or a nickname, and two people may bear it.
    full = name if " " in name and name not in _NO_NAME else ""
    return [key for key in (full, address if not _NO_ADDRESS.search(address) else "") if key]
