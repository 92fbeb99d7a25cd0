"""What a check of two OpenAPI documents says."""

import re
from datetime import date
from pathlib import Path
from typing import Final

from plures.compat.report import ContractReport, Report, in_order
from plures.compat.versions import Bump, needed

from .comparing import compare_apis
from .operations import read_api

_VERSION: Final = re.compile(r"v?(\d+)\.(\d+)\.(\d+)(?:[-+].*)?")


def check_documents(old: Path, new: Path, *, today: date) -> Report:
    """Compare two files. Raises DocumentUnread and InvalidInput.

    The version is told, and does not decide: what breaks callers breaks them in whatever version.
    """
    before = read_api(old)
    after = read_api(new, before)
    changes = in_order(compare_apis(before, after, today=today))
    if not changes:
        return Report(str(old), 1, (), "OpenAPI document")
    needs = _needs(before.version, after.version, needed(changes))
    return Report(str(old), 1, (ContractReport(after.title, str(new), changes, needs),), "OpenAPI document")


def _needs(old: str, new: str, bump: Bump) -> str:
    before, after = _VERSION.fullmatch(old), _VERSION.fullmatch(new)
    if before is None:
        return {Bump.MAJOR: "a new major version", Bump.MINOR: "a new minor version"}.get(bump, "")
    major, minor, patch = map(int, before.groups())
    # Before 1.0, the minor version says what the major one does later.
    if bump is Bump.MAJOR:
        wanted = (major + 1, 0, 0) if major else (0, minor + 1, 0)
    elif bump is Bump.MINOR:
        wanted = (major, minor + 1, 0)
    else:
        wanted = (major, minor, patch + 1)
    text = ".".join(map(str, wanted))
    if after is not None and tuple(map(int, after.groups())) >= wanted:
        return f"{text}, and has {new}"
    return f"{text}, and has {new or 'none'} still"
