"""`[events]` → `Broker`."""

import re
from pathlib import Path
from typing import Final

from plures.topology.keys import EVENTS_NAME, EVENTS_REPLICAS, EVENTS_TRANSPORT, EVENTS_URL, EVENTS_URL_FILE
from plures.topology.section import Section

from . import rules
from .references import holds_secret, is_broker_url
from .values import Broker

_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_TRANSPORTS: Final = ("http", "nats")
_MOST: Final = 5
"""JetStream keeps a stream on no more servers."""


def parse_broker(section: Section, folder: Path) -> Broker | None:
    """What the file says of the broker; None where events travel by HTTP. What is wrong with it is in the section's violations.

    Args:
        folder: What a relative path is relative to.
    """
    transport = section.get(EVENTS_TRANSPORT)
    if transport not in _TRANSPORTS:
        section.report(rules.TRANSPORT, EVENTS_TRANSPORT.name, text=transport)
    if transport != "nats":
        for key in (EVENTS_URL, EVENTS_URL_FILE, EVENTS_REPLICAS, EVENTS_NAME):
            if transport == "http" and key.name in section.values:
                section.report(rules.WITHOUT_BROKER, key.name)
        return None
    file = section.get(EVENTS_URL_FILE)
    return Broker(
        _url(section), None if file is None else folder / file, replicas=_replicas(section), name=_name(section)
    )


def _url(section: Section) -> str:
    url = section.get(EVENTS_URL)
    if (EVENTS_URL.name in section.values) == (EVENTS_URL_FILE.name in section.values):
        section.report(rules.ONE_URL)
    if url is not None and holds_secret(url):
        section.report(rules.LITERAL_SECRET, EVENTS_URL.name)
    elif url is not None and not is_broker_url(url):
        section.report(rules.BROKER_URL, EVENTS_URL.name, example='"nats://nats.internal:4222"')
    return url or ""


def _replicas(section: Section) -> int:
    replicas = section.get(EVENTS_REPLICAS)
    if not (1 <= replicas <= _MOST and replicas % 2):
        section.report(rules.REPLICAS, EVENTS_REPLICAS.name, replicas=replicas)
    return replicas


def _name(section: Section) -> str:
    name = section.get(EVENTS_NAME)
    if name is not None and not _NAME.fullmatch(name):
        section.report(rules.NAME, EVENTS_NAME.name, name=name)
    return name or ""
