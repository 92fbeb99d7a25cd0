"""How traces and what they are made of are called."""

from typing import TYPE_CHECKING, Final

from plures.cli.telemetry.telling import one_line

if TYPE_CHECKING:
    from plures.telemetry import SpanRead

_KEPT_FOR: Final = {
    "drawn": "kept by chance",
    "failed": "kept since it failed",
    "slow": "kept since it was slow",
    "elsewhere": "kept since another process did",
}
_SIDES: Final = {"client": " (remote)", "producer": " (published)", "consumer": " (handled)"}


def named(span: "SpanRead") -> str:
    """What a span is about, and on which side of a wire."""
    return one_line(span.name) + _SIDES.get(span.kind, "")


def failing(code: str) -> str:
    """How something ended that did not end well: declared errors are answers."""
    return f"failed: {one_line(code)}" if code.islower() else f"answered {one_line(code)}"


def why_kept(reason: str) -> str:
    """Why a trace is there."""
    return _KEPT_FOR.get(reason, "")


def counted(many: int, what: str) -> str:
    """`1 span`, `2 spans`."""
    return f"{many:,} {what}{'' if many == 1 else 's'}"
