"""The sections of a Compose file as people write them: what services share stands once, and services have a line between them."""

from collections.abc import Mapping
from typing import Any, Final

from plures.targets.yaml import yaml_of

PROCESS: Final = "process"
READY: Final = "ready"
SHARED: Final = "<<"
_REFERENCES: Final = {
    f'"{SHARED}": "*{PROCESS}"': f"{SHARED}: *{PROCESS}",
    f'healthcheck: "*{READY}"': f"healthcheck: *{READY}",
}


def shared(name: str, value: Mapping[str, Any]) -> str:
    """A section that services refer to by its name."""
    return yaml_of({f"x-{name}": value}).replace(f"x-{name}:\n", f"x-{name}: &{name}\n", 1)


def section(key: str, value: Mapping[str, Any], comments: Mapping[str, str], *, is_spaced: bool = False) -> str:
    """A section with an entry for each name.

    Args:
        comments: What is told of an entry, before it.
        is_spaced: Whether there is a line between its entries.
    """
    entries: list[str] = []
    for name, entry in value.items():
        said = f"# {comments[name]}\n" if name in comments else ""
        lines = (said + _referring(yaml_of({name: entry}))).splitlines()
        entries.append("".join(f"  {line}\n" if line else "\n" for line in lines))
    return f"{key}:\n" + ("\n" if is_spaced else "").join(entries)


def _referring(text: str) -> str:
    for quoted, reference in _REFERENCES.items():
        text = text.replace(quoted, reference)
    return text
