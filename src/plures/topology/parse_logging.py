"""The table [logging] of plures.toml → `LogSettings`."""

from plures.logs import FORMATS, LEVELS, LogSettings, is_limit, is_logger, level_of, log_rules, suggestion

from .keys import BLOCKED_LOOP, LOG_FORMAT, LOG_LEVEL, LOG_LEVELS, LOGGER
from .section import Section


def parse_logging(section: Section) -> LogSettings:
    """Read the table; what is wrong is reported to the section."""
    format_ = section.get(LOG_FORMAT)
    if format_ not in FORMATS:
        section.report(log_rules.FORMAT, LOG_FORMAT.name, text=format_, hint=suggestion(format_, FORMATS))
    text = section.get(LOG_LEVEL)
    level = None if text is None else _level(section, LOG_LEVEL.name, text)
    limit_s = section.get(BLOCKED_LOOP)
    if not is_limit(limit_s):
        section.report(log_rules.LIMIT, BLOCKED_LOOP.name, seconds=limit_s)
    return LogSettings(format_, level, _levels(section.inline(LOG_LEVELS)), limit_s)


def _levels(section: Section) -> dict[str, str]:
    levels: dict[str, str] = {}
    for name in section.values:
        key = LOGGER.named(name)
        text = section.get(key)
        if not is_logger(name):
            section.report(log_rules.LOGGER, name, text=name)
        elif text is not None:
            levels[name] = _level(section, name, text) or text
    return levels


def _level(section: Section, name: str, text: str) -> str | None:
    level = level_of(text)
    if level is None:
        section.report(log_rules.LEVEL, name, text=text, hint=suggestion(text, LEVELS))
    return level
