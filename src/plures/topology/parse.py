"""plures.toml → `Settings`. Reports everything that is wrong with it at once."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import msgspec

from plures.errors import InvalidInput

from . import rules
from .access import parse_callers
from .address import is_base_url, is_host_name, listener
from .broker import parse_broker
from .images import BUILD, parse_images
from .key import ACCESS, EDGE_FIGURES, POLICY_OF_ALL, TELEMETRY, Key
from .keys import (
    APPLICATION,
    APPLICATION_ADDRESSES,
    CAPABILITIES_TABLE,
    CAPABILITY,
    CONTROL,
    DATA,
    EVENTS,
    FILE,
    HOST_NAMES,
    IMPORT,
    LISTEN,
    LOGGING,
    PRELOAD,
    PROCESS,
    PUBLIC,
    PUBLIC_NAMES,
    SERVICES,
    SETTINGS,
    TEAM,
    TEAMS,
    TLS,
    TOPOLOGIES,
    TOPOLOGY,
    TRIALS,
)
from .lines import lines_of
from .model import Address, Settings, Topology, monolith
from .parse_logging import parse_logging
from .parse_process import parse_process
from .policies import parse_policies
from .section import Section
from .services import parse_services
from .storage import parse_storage
from .telemetry import parse_telemetry
from .tls import parse_tls

_HANDLE: Final = re.compile(r"@[\w.-]+(/[\w.-]+)*|[^@\s]+@[^@\s]+")
_AT_END: Final = "at end of document"


def parse(source: Path | str) -> Settings:
    """Read a file (`Path`) or its text (`str`).

    A relative data folder is relative to the folder of the file.

    Raises:
        InvalidInput: With one violation for each thing that is wrong; its `where` names file, table and key.
    """
    name, folder = (source.name, source.parent) if isinstance(source, Path) else (FILE.name, Path())
    text = _read(source) if isinstance(source, Path) else source
    document = _document(text, name)
    root = Section(document, name, lines=lines_of(text)).checked(FILE)
    settings = _settings(root, folder, name)
    if root.violations:
        raise InvalidInput(name, root.violations)
    return settings


def _read(path: Path) -> str:
    try:
        # Some editors begin a file with a byte order mark.
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InvalidInput(path.name, [rules.FILE.broken(str(path), reason=error.strerror)]) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        violation = rules.ENCODING.broken(str(path), reason=error.reason, line=line)
        raise InvalidInput(path.name, [violation]) from error


def _document(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    # A number of five thousand digits is a ValueError, too.
    except (ValueError, RecursionError) as error:
        # The parser names the line of every mistake but this one.
        reason = str(error).replace(_AT_END, f"{_AT_END}, line {len(text.splitlines())}")
        raise InvalidInput(name, [rules.SYNTAX.broken(name, reason=reason)]) from error


def _settings(root: Section, folder: Path, name: str) -> Settings:
    application, listen = root.headed(APPLICATION), root.headed(LISTEN)
    has_tls, has_services = TLS.name in root.values, SERVICES.name in root.values
    table = root.headed(CAPABILITIES_TABLE)
    capabilities = {key: table.headed(CAPABILITY.named(key)) for key in table.values}
    storage = parse_storage(root, application, capabilities, folder)
    broker = parse_broker(root.headed(EVENTS), folder)
    policies = parse_policies(root.headed(POLICY_OF_ALL), capabilities, root.headed(EDGE_FIGURES))
    callers = parse_callers(root.headed(ACCESS), folder, has_tls=has_tls)
    told = {
        key: section.headed(SETTINGS).values for key, section in capabilities.items() if SETTINGS.name in section.values
    }
    implied = replace(
        monolith(name, has_services=has_services),
        lines=root.lines,
        storage=storage,
        broker=broker,
        policies=policies,
        callers=callers,
        settings=told,
        folder=folder,
    )
    public, control = _address(listen, PUBLIC), _address(listen, CONTROL)
    if public == control and public.port:
        listen.report(rules.SAME_ADDRESS, CONTROL.name, address=public)
    settings = Settings(
        application="" if has_services and APPLICATION.name not in root.values else _import(application, IMPORT),
        data=folder / (application.get(DATA) or DATA.default),
        public=public,
        control=control,
        topologies=_topologies(root.headed(TOPOLOGIES), implied, folder, has_tls=has_tls),
        source=name,
        folder=folder,
        names=_names(listen, HOST_NAMES),
        public_names=_names(listen, PUBLIC_NAMES),
        logs=parse_logging(root.headed(LOGGING)),
        telemetry=parse_telemetry(root.headed(TELEMETRY)),
        storage=storage,
        broker=broker,
        callers=callers,
        services=parse_services(root.headed(SERVICES), folder, is_base_url=is_base_url, listener=_host_and_port),
        addresses=_base_urls(application),
        teams=_teams(root.headed(TEAMS)),
        trials=_import(application, TRIALS),
        preload=application.get(PRELOAD),
        images=parse_images(root.headed(BUILD), folder),
    )
    return (
        msgspec.structs.replace(settings, tls=parse_tls(root.headed(TLS), folder, settings.data))
        if has_tls
        else settings
    )


def _import(application: Section, key: Key[str | None]) -> str:
    text = application.get(key)
    module, _, attribute = (text or "").partition(":")
    if text is not None and not all(part.isidentifier() for part in (*module.split("."), attribute)):
        application.report(rules.IMPORT, key.name, text=text, example=key.example)
    return text or ""


def _address(listen: Section, key: Key[str]) -> Address:
    text = listen.get(key)
    address = listener(text)
    if address is None:
        listen.report(rules.LISTEN_ADDRESS, key.name, text=text, example=key.example)
    return address or Address("", 0)


def _base_urls(application: Section) -> tuple[str, ...]:
    addresses = application.texts(APPLICATION_ADDRESSES)
    for text in addresses:
        if not is_base_url(text):
            application.report(
                rules.BASE_URL, APPLICATION_ADDRESSES.name, text=text, example=APPLICATION_ADDRESSES.example
            )
    return addresses


def _host_and_port(text: str) -> tuple[str, int] | None:
    address = listener(text)
    return None if address is None else (address.host, address.port)


def _names(listen: Section, key: Key[Sequence[str]]) -> tuple[str, ...]:
    names = listen.texts(key)
    for text in names:
        if not is_host_name(text):
            listen.report(rules.HOST_NAME, key.name, text=text, example=key.example)
    return names


def _teams(section: Section) -> Mapping[str, str]:
    """Team → whom a code host asks for it."""
    teams = {name: handle for name in section.values if (handle := section.get(TEAM.named(name))) is not None}
    for name, handle in teams.items():
        if not _HANDLE.fullmatch(handle):
            section.report(rules.TEAM, name, handle=handle)
    return teams


def _topologies(section: Section, implied: Topology, folder: Path, *, has_tls: bool) -> dict[str, Topology]:
    """All of them by name.

    Args:
        implied: What runs where the file has none: it says what holds for all.
    """
    topologies = {implied.name: implied}
    for name in section.values:
        table = section.headed(TOPOLOGY.named(name))
        processes = [
            parse_process(process, key, folder, has_tls=has_tls)
            for key, value in table.values.items()
            for process in [table.inline(PROCESS.named(key))]
            if isinstance(value, dict)
        ]
        topologies[name] = replace(implied, name=name, processes=tuple(processes))
        if not table.values:
            table.report(rules.NO_PROCESSES, example=PROCESS.named("main").example)
    return topologies
