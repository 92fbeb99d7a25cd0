"""Layer 2: what a process writes about its work: levels, format, whose frames of a traceback are shown, what is said once.

Records come from the standard library's `logging`; this package decides what becomes of them. It knows nothing of calls: `set_up_logs`
is told how to ask for the one that runs.
"""

from . import log_rules
from .frames import own_frames, own_packages
from .lines import JsonLine, TextLine, extra_of, json_line, message_of, plain_json, whole_text
from .record import InCall
from .set_up import keep_logs, set_up_logs
from .settings import (
    BLOCKED_LOOP_S,
    DEFAULT_LEVEL,
    FORMATS,
    LEVELS,
    LogSettings,
    is_limit,
    is_logger,
    level_of,
    read_levels,
    suggestion,
)
from .told import is_told, mark_told, tell

__all__ = [
    "BLOCKED_LOOP_S",
    "DEFAULT_LEVEL",
    "FORMATS",
    "LEVELS",
    "InCall",
    "JsonLine",
    "LogSettings",
    "TextLine",
    "extra_of",
    "is_limit",
    "is_logger",
    "is_told",
    "json_line",
    "keep_logs",
    "level_of",
    "log_rules",
    "mark_told",
    "message_of",
    "own_frames",
    "own_packages",
    "plain_json",
    "read_levels",
    "set_up_logs",
    "suggestion",
    "tell",
    "whole_text",
]
