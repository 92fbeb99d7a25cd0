"""`[services]` → `Service`s."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from plures.topology.keys import (
    ENVIRONMENT,
    SERVICE,
    SERVICE_ACCEPT,
    SERVICE_ADDRESSES,
    SERVICE_APP,
    SERVICE_ENVIRONMENT_FILE,
    SERVICE_FOLDER,
    SERVICE_PUBLIC,
    SERVICE_THREAD,
    VARIABLE,
)
from plures.topology.section import Section

from . import rules
from .values import Service

# Its name becomes part of the names of modules.
_NAME: Final = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_APP: Final = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(\.[A-Za-z_]\w*)*(\(\))?")
IsText = Callable[[str], bool]
Listener = Callable[[str], tuple[str, int] | None]


def parse_services(section: Section, folder: Path, *, is_base_url: IsText, listener: Listener) -> dict[str, Service]:
    """The services of the file by name. What is wrong with them is in the section's violations."""
    services = {
        name: _service(section.headed(SERVICE.named(name)), name, folder, is_base_url=is_base_url, listener=listener)
        for name in section.values
    }
    _addresses_once(section, services)
    return services


def _service(section: Section, name: str, base: Path, *, is_base_url: IsText, listener: Listener) -> Service:
    if not _NAME.fullmatch(name):
        section.report(rules.NAME, name=name)
    app = section.get(SERVICE_APP)
    if app is not None and not _APP.fullmatch(app):
        section.report(rules.APP, SERVICE_APP.name, text=app, example=SERVICE_APP.example)
    folder = (base / (section.get(SERVICE_FOLDER) or name)).absolute()
    addresses = section.texts(SERVICE_ADDRESSES)
    # Names of services in Compose files have underscores.
    known = [text for text in addresses if is_base_url(text.replace("_", "-x-"))]
    for text in addresses:
        if text not in known:
            section.report(rules.ADDRESS, SERVICE_ADDRESSES.name, text=text, example=SERVICE_ADDRESSES.example)
    file = section.get(SERVICE_ENVIRONMENT_FILE)
    return Service(
        name,
        app or "",
        folder,
        addresses=tuple(text.rstrip("/") for text in known),
        environment=_environment(section.inline(ENVIRONMENT)),
        environment_file=None if file is None else (base / file).absolute(),
        public=_public(section, listener),
        thread=section.get(SERVICE_THREAD),
        accepted=section.texts(SERVICE_ACCEPT),
    )


def _public(section: Section, listener: Listener) -> tuple[str, int] | None:
    text = section.get(SERVICE_PUBLIC)
    address = None if text is None else listener(text)
    if text is not None and address is None:
        section.report(rules.LISTEN, SERVICE_PUBLIC.name, text=text, example=SERVICE_PUBLIC.example)
    return address


def _environment(section: Section) -> dict[str, str]:
    found = {name: section.get(VARIABLE.named(name)) for name in section.values}
    return {name: value for name, value in found.items() if value is not None}


def _addresses_once(section: Section, services: Mapping[str, Service]) -> None:
    owners: dict[str, str] = {}
    for name, service in services.items():
        for address in service.addresses:
            other = owners.setdefault(address.lower(), name)
            if other != name:
                section.headed(SERVICE.named(name)).report(
                    rules.ADDRESS_TWICE, SERVICE_ADDRESSES.name, address=address, other=other
                )
