"""Which traces are looked for: by options, or by one text that says the same."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import click
from msgspec import Struct

from plures.cli.telemetry.asking import as_lasting, as_moment, as_pair

if TYPE_CHECKING:
    from plures.telemetry import Reading, TraceLine


class Wanted(Struct, frozen=True):
    """What is asked of a trace.

    Attributes:
        operation: A call that it has, as in `search/Find` or `GET /product`.
        capability: One that has worked for it.
        caller: One that has called in it.
        over: Least time that it, or the operation that is named, took, in microseconds.
        faults: Whether anything in it must have failed.
        code: How a call in it ended.
        attribute: Name and value that one of its spans must have.
        since: It began then or later, in microseconds since 1970.
        until: It began before.
    """

    operation: str = ""
    capability: str = ""
    caller: str = ""
    over: int = 0
    faults: bool = False
    code: str = ""
    attribute: tuple[str, str] | None = None
    since: int = 0
    until: int = 0

    @property
    def is_any(self) -> bool:
        """Whether anything is asked."""
        return self != Wanted()

    def traces(self, store: "Reading", limit: int) -> "list[TraceLine]":
        """Those that are like that, the newest first."""
        from plures.telemetry import TraceFilter

        asked = TraceFilter(
            operation=self.operation,
            capability=self.capability,
            caller=self.caller,
            min_us=self.over,
            faults_only=self.faults,
            code=self.code,
            attribute=self.attribute,
            since=self.since,
            until=self.until,
        )
        return store.traces(asked, limit=limit)


_Asks: TypeAlias = Callable[[click.Context, click.Parameter, str], Any]

_OPTIONS: Final[Mapping[str, tuple[_Asks | None, str, str]]] = {
    "operation": (None, "NAME", "Those with a call of this, as in search/Find or 'GET /product'."),
    "capability": (None, "NAME", "Those for which this capability has worked."),
    "caller": (None, "NAME", "Those in which this capability, or `edge`, has called."),
    "over": (as_lasting, "TIME", "Those that took longer, as in 200ms; with --operation, in which that did."),
    "code": (None, "NAME", "Those in which a call ended with this, as in unavailable or OutOfStock."),
    "attribute": (as_pair, "NAME=VALUE", "Those of which a span has this attribute."),
    "since": (as_moment, "WHEN", "Those that began then or later: 10m ago, or 15:04 in UTC."),
    "until": (as_moment, "WHEN", "Those that began before."),
}
"""Name → how its text is read, what that is, and what it asks."""

_FAULTS: Final = "faults"


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """These options; the command is given what they ask as `wanted`."""

    @wraps(command)
    def asked(*arguments: Any, **options: Any) -> Any:
        wanted = Wanted(**{name: options.pop(name) for name in Wanted.__struct_fields__})
        return command(*arguments, wanted=wanted, **options)

    given: Callable[..., Any] = click.option(f"--{_FAULTS}", is_flag=True, help="Those in which anything failed.")(
        asked
    )
    for name, (reads, kind, help_) in reversed([*_OPTIONS.items()]):
        given = click.option(f"--{name}", default="", metavar=kind, callback=reads, help=help_)(given)
    return given


def wanted_of(text: str, context: click.Context) -> Wanted:
    """What a text asks, such as `operation=search/Find,since=10m`. Raises `click.UsageError`."""
    found: dict[str, Any] = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        name, _, value = part.partition("=")
        if name == _FAULTS:
            found[name] = True
        elif name in _OPTIONS:
            reads = _OPTIONS[name][0]
            parameter = click.Argument([name])
            found[name] = value if reads is None else reads(context, parameter, value)
        else:
            known = ", ".join((*_OPTIONS, _FAULTS))
            message = f"{part!r} in {text!r} is no filter; filters are {known}, as in operation=search/Find,since=10m."
            raise click.UsageError(message, context)
    return Wanted(**found)
