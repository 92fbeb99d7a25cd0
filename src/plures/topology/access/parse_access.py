"""`[access]` → `OutsideCaller`s, and the tokens of processes elsewhere."""

import re
from collections import Counter
from pathlib import Path
from typing import Final

from plures.topology.key import CALLER, CALLER_MAY_CALL, CALLER_ORIGINS, CALLERS, TOKEN, TOKEN_FILE
from plures.topology.section import Section
from plures.topology.storage import is_reference

from . import rules
from .origins import mistake_in
from .rights import EVERYTHING
from .values import OutsideCaller, Secret

_NAME: Final = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")


def parse_callers(section: Section, folder: Path, *, has_tls: bool) -> tuple[OutsideCaller, ...]:
    """Who may call, as the file says; what is wrong with it is in the section's violations.

    Args:
        folder: What a relative path is relative to.
        has_tls: Whether callers can show a certificate in place of a token.
    """
    callers = section.headed(CALLERS)
    tables = {name: callers.headed(CALLER.named(name)) for name in callers.values}
    return tuple(
        _caller(table, name, folder, has_tls=has_tls)
        for name, table in tables.items()
        if isinstance(callers.values[name], dict)
    )


def parse_secret(section: Section, folder: Path, *, is_required: bool) -> Secret | None:
    """The reference to a token."""
    text, file = section.get(TOKEN), section.get(TOKEN_FILE)
    has_one = (TOKEN.name in section.values) != (TOKEN_FILE.name in section.values)
    if not has_one and (is_required or TOKEN.name in section.values):
        section.report(rules.ONE_TOKEN)
    if text is not None and not is_reference(text):
        section.report(rules.LITERAL_SECRET, TOKEN.name)
    if text is None and file is None:
        return None
    return Secret(text or "", None if file is None else folder / file)


def _caller(section: Section, name: str, folder: Path, *, has_tls: bool) -> OutsideCaller:
    if not _NAME.fullmatch(name):
        section.report(rules.CALLER_NAME, name=name)
    may_call = section.texts(CALLER_MAY_CALL)
    if section.values.get(CALLER_MAY_CALL.name) == []:
        section.report(rules.NO_RIGHTS, CALLER_MAY_CALL.name, example=CALLER_MAY_CALL.example)
    has_origins = CALLER_ORIGINS.name in section.values
    token = parse_secret(section, folder, is_required=not (has_tls or has_origins))
    origins = _origins(section) if has_origins else ()
    if has_origins and EVERYTHING in may_call:
        section.report(rules.PUBLISHES_ALL, CALLER_MAY_CALL.name, example=CALLER_MAY_CALL.example)
    return OutsideCaller(name, may_call, token, origins)


def _origins(section: Section) -> tuple[str, ...]:
    origins = section.texts(CALLER_ORIGINS)
    if section.values[CALLER_ORIGINS.name] == []:
        section.report(rules.NO_ORIGINS, CALLER_ORIGINS.name, example=CALLER_ORIGINS.example)
    for origin, times in Counter(origins).items():
        mistake = mistake_in(origin)
        if mistake is not None:
            reason, fix = mistake
            section.report(rules.ORIGIN, CALLER_ORIGINS.name, origin=origin, reason=reason, fix=fix)
        elif times > 1:
            section.report(rules.ORIGIN_TWICE, CALLER_ORIGINS.name, origin=origin)
    return origins
