"""Which of several answers is meant, and which of its media types."""

from collections.abc import Mapping

from plures.compat import Node


def json_of(content: Mapping[str, object]) -> str | None:
    """The media type that is JSON."""
    kinds = {each: each.partition(";")[0].strip().lower() for each in content}
    exact = next((each for each, kind in kinds.items() if kind == "application/json"), None)
    return exact or next(
        (each for each, kind in kinds.items() if kind.endswith("+json") or kind in ("*/*", "application/*")), None
    )


def success(answers: Mapping[str, Node]) -> str:
    """The status of the answer that is kept; empty where nothing is answered."""
    good = sorted(status for status in answers if status.startswith("2"))
    if good:
        return good[0]
    return "default" if list(answers) == ["default"] else ""
