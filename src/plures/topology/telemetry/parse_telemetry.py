"""`[telemetry]` → `TelemetrySettings`."""

from plures.topology.key import HOURS, MIB, OPERATION, OPERATIONS, PER_S, SHARE, TELEMETRY_ENABLED, Figure
from plures.topology.section import Section

from . import rules
from .values import Drawn, TelemetrySettings


def parse_telemetry(section: Section) -> TelemetrySettings:
    """Read the table; what is wrong is reported to the section."""
    everywhere = _drawn(section, Drawn(SHARE.default, PER_S.default))
    table = section.inline(OPERATIONS)
    operations = {name: _drawn(table.inline(OPERATION.named(name)), everywhere) for name in table.values}
    hours = _figure(section, HOURS, HOURS.default)
    mib = int(_figure(section, MIB, MIB.default))
    return TelemetrySettings(section.get(TELEMETRY_ENABLED), everywhere, operations, mib, hours)


def _drawn(section: Section, others: Drawn) -> Drawn:
    return Drawn(_figure(section, SHARE, others.share), _figure(section, PER_S, others.per_s))


def _figure(section: Section, key: Figure, default: float) -> float:
    """The value of a key, within its bounds."""
    if key.name not in section.values:
        return default
    value = section.get(key)
    if not key.least <= value <= key.most:
        section.report(rules.FIGURE, key.name, value=value, allowed=key.allowed, reason=key.reason, example=key.example)
    return value
