"""Which traces are looked for: by options, or by one text that says the same."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import click

from plures.cli.telemetry.asking import as_lasting, as_moment, as_pair

if TYPE_CHECKING:
    from plures.telemetry import TraceFilter


_Asks: TypeAlias = Callable[[click.Context, click.Parameter, str], Any]

_OPTIONS: Final[Mapping[str, tuple[_Asks | None, str, str]]] = {
    "operation": (None, "NAME", "Those with a call of this, as in search/Find or 'GET /product'."),
    "capability": (None, "NAME", "Those for which this capability has worked."),
    "caller": (None, "NAME", "Those in which this capability, or `edge`, has called."),
    "over": (as_lasting, "TIME", "Those that took longer, as in 200ms; with --operation, in which that did."),
    "under": (as_lasting, "TIME", "Those that took less; with --operation, in which that did."),
    "code": (None, "NAME", "Those in which a call ended with this, as in unavailable or OutOfStock."),
    "attribute": (as_pair, "NAME=VALUE", "Those of which a span has this attribute."),
    "since": (as_moment, "WHEN", "Those that began then or later: 10m ago, or 15:04 in UTC."),
    "until": (as_moment, "WHEN", "Those that began before."),
}
"""Name, as `TraceFilter` has it → how its text is read, what that is, and what it asks."""

_FAULTS: Final = "faults"


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """These options; the command is given what they ask as `wanted`."""

    @wraps(command)
    def asked(*arguments: Any, **options: Any) -> Any:
        from plures.telemetry import TraceFilter

        wanted = TraceFilter(**{name: options.pop(name) for name in (*_OPTIONS, _FAULTS)})
        return command(*arguments, wanted=wanted, **options)

    given: Callable[..., Any] = click.option(f"--{_FAULTS}", is_flag=True, help="Those in which anything failed.")(
        asked
    )
    for name, (reads, kind, help_) in reversed([*_OPTIONS.items()]):
        given = click.option(f"--{name}", default="", metavar=kind, callback=reads, help=help_)(given)
    return given


def wanted_of(text: str, context: click.Context) -> "TraceFilter":
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
    from plures.telemetry import TraceFilter

    return TraceFilter(**found)
