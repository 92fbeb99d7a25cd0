"""The table of `plures top`, and the same for programs."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from plures.cli.telemetry.telling import Column, figure, lasting, lines_of, moment, one_line, percent

from .rates import Rates, Served

_COLUMNS: Final = (
    Column("capability", gives=True),
    Column("operation", gives=True),
    Column("calls/s", is_number=True),
    Column("faults", is_number=True),
    Column("p50", is_number=True),
    Column("p99", is_number=True),
    Column("in flight", is_number=True),
    Column("CPU", is_number=True),
    Column("database", is_number=True),
)

SORTS: Final[dict[str, Callable[[Served], float]]] = {
    "calls": lambda it: it.calls,
    "faults": lambda it: it.faults,
    "p50": lambda it: it.slowest_us(0.5) or 0,
    "p99": lambda it: it.slowest_us(0.99) or 0,
    "flight": lambda it: it.in_flight,
    "cpu": lambda it: it.cpu or 0,
}


def lines_of_top(rates: Rates, sort: str, cells: int | None, most: int | None = None) -> list[str]:
    """The lines: what is told of all, the headings, the capabilities, each followed by its operations.

    Args:
        cells: How many a line may have; None for any number.
        most: How many lines there may be.
    """
    rows = [row for _, row in _rows(rates, sort)]
    calls = sum(each.calls for each in rates.capabilities)
    faults = sum(each.faults for each in rates.capabilities)
    state = (
        f"{rates.replicas} replica{'' if rates.replicas == 1 else 's'}"
        if rates.replicas
        else "nothing runs; the last of it"
    )
    head = f"{moment(rates.until)[:-4]} UTC   {state}   {figure(calls / rates.seconds)} calls/s, {figure(faults)} faults in {rates.seconds:.0f} s"
    lines = [head, "", *lines_of(_COLUMNS, rows, cells)]
    if most is not None and len(lines) > most:
        left = len(lines) - most + 1
        lines = [*lines[: most - 1], f"… {left} more"]
    return lines


def rates_as_data(rates: Rates, sort: str) -> dict[str, Any]:
    """The same for programs."""
    return {
        "until_us": rates.until,
        "seconds": rates.seconds,
        "replicas": rates.replicas,
        "rows": [
            {
                "capability": each.capability or None,
                "operation": each.name or None,
                "calls": each.calls,
                "calls_per_s": each.calls / rates.seconds,
                "faults": each.faults,
                "p50_us": each.slowest_us(0.5),
                "p99_us": each.slowest_us(0.99),
                "in_flight": each.in_flight,
                "cpu": each.cpu,
                "database": each.database,
            }
            for each, _ in _rows(rates, sort)
        ],
    }


def _rows(rates: Rates, sort: str) -> list[tuple[Served, Sequence[str]]]:
    by = SORTS[sort]

    def order(served: Served) -> tuple[float, str]:
        return -by(served), served.name or served.capability

    found: list[tuple[Served, Sequence[str]]] = []
    for capability in sorted(rates.capabilities, key=order):
        found.append((capability, _row(capability, rates.seconds)))
        own = [each for each in rates.operations if each.capability == capability.capability]
        found += [(each, _row(each, rates.seconds)) for each in sorted(own, key=order)]
    return found


def _row(served: Served, seconds: float) -> tuple[str, ...]:
    half, most = served.slowest_us(0.5), served.slowest_us(0.99)
    return (
        "" if served.name else one_line(served.capability) or "edge",
        one_line(served.name),
        figure(served.calls / seconds),
        figure(served.faults) if served.faults else "",
        "" if half is None else lasting(half),
        "" if most is None else lasting(most),
        figure(served.in_flight) if served.in_flight else "",
        "" if served.cpu is None else percent(served.cpu),
        "" if served.database is None else percent(served.database),
    )
