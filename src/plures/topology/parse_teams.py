"""The table [teams] of plures.toml → handles of teams, by their names."""

import re
from collections.abc import Mapping
from typing import Final

from . import rules
from .keys import TEAM
from .section import Section

_HANDLE: Final = re.compile(r"@[\w.-]+(/[\w.-]+)*|[^@\s]+@[^@\s]+")


def parse_teams(section: Section) -> Mapping[str, str]:
    """Read the table; what is wrong is reported to the section."""
    teams = {name: handle for name in section.values if (handle := section.get(TEAM.named(name))) is not None}
    for name, handle in teams.items():
        if not _HANDLE.fullmatch(handle):
            section.report(rules.TEAM, name, handle=handle)
    return teams
