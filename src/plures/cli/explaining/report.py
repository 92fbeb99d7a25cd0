"""Prints what was found out of a call."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from plures.cli.console import print_json, say
from plures.cli.desks import print_columns

_MEANINGS: Final[Mapping[str, str]] = {
    "deadline_s": "until it must have ended",
    "criticality": "of critical, normal, sheddable; within a request it follows that of the request",
    "hedge_after_s": "until a second replica is asked as well",
    "attempts": "times it is sent at most",
    "retry_budget": "of the calls of a caller may be sent once more, and one a second",
    "failures_in_a_row": "calls without an answer, and a replica is left out for a while",
    "heartbeat_s": "without an answer to a heartbeat, and a replica hangs",
    "least_at_once": "calls a replica works on in any case",
    "most_at_once": "calls of one operation a replica works on at most",
    "queue_s": "to wait for a place; ten times that where it is critical, half where it is sheddable",
    "threads": "plain `def` methods a replica works on at once, where the capability has any",
}


def print_report(report: Mapping[str, Any], *, as_json: bool) -> None:
    """For programs, or for people: what holds, how its replicas stand, what was done, the answer."""
    if as_json:
        print_json(report, pretty=False)
        return
    say(f"{report['operation']}: {_kind(report)}")
    say()
    rows = [
        (name, _value(name, each["value"]), each["from"], _MEANINGS.get(name, ""))
        for name, each in report["holds"].items()
    ]
    print_columns(("what holds", "", "from", ""), rows)
    for heading, lines in (
        ("replicas", map(_replica, report["replicas"])),
        ("callers", map(_caller, report["callers"] or [None])),
        ("this call", _attempts(report)),
    ):
        say()
        say((heading, "dim"))
        for line in lines:
            say(f"  {line}")
    say()
    error = report.get("error")
    if error is not None:
        say(("failed", "red"), f": {error.get('message') or 'no message'}", (f"  [{error.get('code')}]", "dim"))
        for name in ("declared", "fix"):
            if error.get(name):
                say(f"  {name}: {error[name]}")
    for answer in report.get("answers", [report.get("answer")]):
        if error is None or answer is not None:
            print_json(answer, pretty=True)


def _kind(report: Mapping[str, Any]) -> str:
    if report["kind"] == "query":
        return "a query, so it may be sent again"
    if report["idempotent"]:
        return "an idempotent command, so it may be sent again"
    return "a command, so it is sent again only where it was certainly not begun"


def _value(name: str, value: object) -> str:
    if not isinstance(value, int | float):
        return "never" if value is None else str(value)
    return f"{value:g} s" if name.endswith("_s") else f"{value:g}"


def _replica(replica: Mapping[str, Any]) -> str:
    if not replica["answers"]:
        return f"{replica['url']}: says nothing of itself"
    parts: list[str] = []
    places, lane = replica["places"], replica["of_this_operation"]
    if lane is not None:
        parts.append(
            f"{lane['inside']} of at most {lane['limit']} calls of it inside, usually {_ms(lane['usual_s'])} each"
        )
    if places is not None:
        parts.append(
            f"{places['inside']} of {places['places']} places of the process taken, {places['waiting']} waiting"
        )
    if replica["refused"] is not None:
        parts.append(f"{replica['refused']} calls of the capability refused so far")
    return f"{replica['url']}: {'; '.join(parts) or 'no call of it came over the wire so far'}"


def _caller(caller: Mapping[str, Any] | None) -> str:
    if caller is None:
        return "no replica of the run that answers has a client of it"
    if caller["how"] == "by reference":
        return f"{caller['url']}: hosts it, and calls it by reference; nothing is repeated, left out or refused there"
    replicas = ", ".join(_seen(replica) for replica in caller["replicas"]) or "knows no replica"
    budgets = f"{caller['budget_left']:g} repeats left, {caller['critical_budget_left']:g} of critical calls"
    return f"{caller['url']}: {replicas}; {budgets}"


def _seen(replica: Mapping[str, Any]) -> str:
    until = f" for {replica['for_s']:.1f} s" if replica["for_s"] else ""
    return f"{replica['url']} {replica['state']}{until}, {replica['under_way']} under way"


def _attempts(report: Mapping[str, Any]) -> Iterator[str]:
    for number, attempt in enumerate(report["attempts"], 1):
        took = "" if attempt["took_s"] is None else f", took {_ms(attempt['took_s'])}"
        yield f"{number}. {attempt['url']} after {_ms(attempt['after_s'])}{took}: {attempt['ended']}"
        if attempt["then"]:
            yield f"   {attempt['then']}"
    yield from report["notes"]
    asked = len(report["attempts"])
    yield f"{asked} request{'' if asked == 1 else 's'} in {_ms(report['took_s'])}"


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.1f} ms"
