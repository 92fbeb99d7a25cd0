"""What a replica has counted, read from its `/metrics`."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

import msgspec

from plures.canary import Figures
from plures.http import HttpTransport
from plures.runtime import Broken, NotSent
from plures.telemetry import is_fault
from plures.tls import Recognising

_TIMEOUT_S: Final = 10.0
_LABEL: Final = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
_BUCKETS: Final = frozenset({"rpc_server_duration_seconds_bucket", "http_server_request_duration_seconds_bucket"})
_OWN: Final = "plures_calls_total"
_REFUSED: Final = "Overloaded"


class Address(msgspec.Struct, frozen=True):
    """Where a replica is asked, and how."""

    url: str
    token: str
    tls: Recognising | None


class Unread(Exception):
    """A replica did not answer, or with something else than figures."""


async def read(address: Address) -> Figures:
    """What a replica has counted since it began; raises `Unread` with a reason."""
    transport = HttpTransport({address.url: address.token}, tls=address.tls)
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            reply = await transport.get(address.url, "/metrics")
    except (NotSent, Broken, TimeoutError, ValueError) as error:
        raise Unread(str(error) or f"no answer within {_TIMEOUT_S:g} s") from None
    finally:
        await transport.close()
    if reply.http_status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise Unread('it does not let this command in: put a token that may call "*" into the variable PLURES_TOKEN')
    if reply.http_status != HTTPStatus.OK:
        raise Unread(f"it answered HTTP {reply.http_status}")
    try:
        return figures_of(reply.body.decode())
    except ValueError:
        raise Unread("what answers there is no Plures application") from None


def figures_of(text: str) -> Figures:
    """The calls and requests that a replica has served, as its figures tell them.

    Raises:
        ValueError: They are none of Plures.
    """
    if "plures_" not in text:
        message = "no figures of Plures"
        raise ValueError(message)
    calls = faults = 0
    took: Counter[float] = Counter()
    below: dict[str, int] = {}
    for name, labels, many in _served(text):
        if name == _OWN:
            code = labels.get("code", "")
            calls += many
            faults += many if code != "ok" and (is_fault(code) or code == _REFUSED) else 0
        else:
            # Each bucket counts those below it as well, and those of one subject stand in order.
            bound = float(labels.pop("le", "inf"))
            subject = name + str(labels)
            took[bound] += many - below.get(subject, 0)
            below[subject] = many
    return Figures(calls, faults, dict(sorted(took.items())))


def since(before: Figures, now: Figures) -> Figures | None:
    """What was done between two readings; None where the replica began anew."""
    if now.calls < before.calls or now.faults < before.faults:
        return None
    took = {bound: many - before.took.get(bound, 0) for bound, many in now.took.items()}
    # It counts a call, and a moment later how long it took.
    return Figures(now.calls - before.calls, now.faults - before.faults, {b: max(0, many) for b, many in took.items()})


def _served(text: str) -> Iterator[tuple[str, dict[str, str], int]]:
    for line in text.splitlines():
        head, _, value = line.rpartition(" ")
        name, _, labels = head.partition("{")
        if name == _OWN or name in _BUCKETS:
            said: dict[str, str] = dict(_LABEL.findall(labels))
            if said.get("plures_side") == "server":
                yield name, said, int(value)
