"""Keeps plans in the data folder, so that what was predicted can be compared with what was measured afterwards."""

from pathlib import Path
from typing import Final

import msgspec

from .errors import NoPlan, PlanUnreadable
from .values import Plan

_FOLDER: Final = "plans"


def keep(data: Path, plan: Plan) -> Path:
    """Keep a plan, in place of an earlier one of the same topology. Raises `OSError`."""
    folder = data / _FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = _path(data, plan.target)
    written = path.with_suffix(".new")
    written.write_bytes(msgspec.json.format(msgspec.json.encode(plan), indent=1))
    # What reads meanwhile finds the one or the other.
    return written.replace(path)


def kept(data: Path, name: str) -> Plan:
    """The plan of a topology. Raises `NoPlan` or `PlanUnreadable`."""
    path = _path(data, name)
    try:
        return msgspec.json.decode(path.read_bytes(), type=Plan)
    except FileNotFoundError:
        raise NoPlan(name, path) from None
    except (OSError, msgspec.MsgspecError) as error:
        raise PlanUnreadable(path, str(error)) from None


def all_kept(data: Path) -> list[Plan]:
    """All that can be read, by name."""
    found: list[Plan] = []
    for path in sorted((data / _FOLDER).glob("*.json")):
        try:
            found.append(msgspec.json.decode(path.read_bytes(), type=Plan))
        except (OSError, msgspec.MsgspecError):
            continue
    return found


def _path(data: Path, name: str) -> Path:
    return data / _FOLDER / f"{name}.json"
