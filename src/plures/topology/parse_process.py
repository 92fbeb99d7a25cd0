"""One process of a topology, as plures.toml writes it."""

import shlex
from pathlib import Path

from . import rules
from .access import MAY_CALL_OURS, TOKEN_OURS, parse_secret
from .address import is_base_url
from .key import COOL_DOWN_S, MAX, MAY_CALL, MIN, REPLICAS, TARGET_CPU, TARGET_IN_FLIGHT, TOKEN, TOKEN_FILE, Figure
from .keys import (
    CAPABILITIES,
    COMMAND,
    EDGE,
    ENVIRONMENT,
    EXTERNAL,
    SERVICES_HERE,
    VARIABLE,
)
from .model import Process, Replicas
from .section import Section
from .tls import parse_peer


def parse_process(section: Section, name: str, folder: Path, *, has_tls: bool = False) -> Process:
    """The process that a section describes; what is wrong with it is in the section's violations.

    Args:
        folder: What a relative path is relative to.
    """
    edge = section.get(EDGE)
    may_have_none = bool(edge) or SERVICES_HERE.name in section.values
    capabilities = () if may_have_none and CAPABILITIES.name not in section.values else section.texts(CAPABILITIES)
    if section.values.get(CAPABILITIES.name) == [] and not may_have_none:
        section.report(rules.NO_CAPABILITIES, CAPABILITIES.name)
    external, command = _external(section), _command(section)
    if EXTERNAL.name in section.values and COMMAND.name in section.values:
        section.report(rules.EXTERNAL_AND_COMMAND, COMMAND.name)
    if MAY_CALL.name in section.values and command is None:
        section.report(MAY_CALL_OURS, MAY_CALL.name, name=name)
    for key in (TOKEN, TOKEN_FILE):
        if key.name in section.values and external is None:
            section.report(TOKEN_OURS, key.name, name=name)
    return Process(
        name,
        capabilities,
        replicas=_replicas(section),
        edge=edge,
        external=external,
        command=command,
        environment=_environment(section.inline(ENVIRONMENT)),
        peer=parse_peer(section, has_tls=has_tls),
        may_call=section.texts(MAY_CALL),
        token=parse_secret(section, folder, is_required=False),
        services=section.texts(SERVICES_HERE),
    )


def _external(section: Section) -> str | None:
    url = section.get(EXTERNAL)
    if url is not None and not is_base_url(url):
        section.report(rules.BASE_URL, EXTERNAL.name, text=url, example=EXTERNAL.example)
    return url.rstrip("/") if url is not None else None


def _command(section: Section) -> str | None:
    command = section.get(COMMAND)
    if command is None:
        return None
    try:
        words = shlex.split(command)
    except ValueError as error:
        section.report(rules.COMMAND, COMMAND.name, reason=error)
    else:
        if not words:
            section.report(rules.NO_COMMAND, COMMAND.name)
    return command


def _replicas(section: Section) -> Replicas:
    value = section.get(REPLICAS)
    if isinstance(value, int):
        replicas = Replicas(value, value)
    else:
        counts = section.inline(REPLICAS)
        least, most = counts.get(MIN), counts.get(MAX)
        replicas = Replicas(
            least,
            least if most is None else most,
            cpu=_figure(counts, TARGET_CPU),
            in_flight=_figure(counts, TARGET_IN_FLIGHT),
            cool_down_s=_figure(counts, COOL_DOWN_S),
        )
    if replicas.min < 1:
        section.report(rules.NO_REPLICAS, REPLICAS.name, min=replicas.min)
    if replicas.min > replicas.max:
        section.report(rules.FEWER_REPLICAS, REPLICAS.name, min=replicas.min, max=replicas.max)
    return replicas


def _figure(section: Section, key: Figure) -> float:
    value = float(section.get(key))
    if key.name in section.values and not key.least <= value <= key.most:
        section.report(rules.SCALING, key.name, value=f"{value:g}", allowed=key.allowed, reason=key.reason)
    return value


def _environment(section: Section) -> dict[str, str]:
    variables: dict[str, str] = {}
    for name in section.values:
        if not name or "=" in name or "\0" in name:
            section.report(rules.ENVIRONMENT, name)
        value = section.get(VARIABLE.named(name))
        if value is not None:
            variables[name] = value
    return variables
