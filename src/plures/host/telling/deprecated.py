"""What is said of deprecated contracts: headers of their answers, and a line in the log for each caller that declares to call one.

Where the service of an operation is newer than the code of its caller, its answers say what the caller's contract does not.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time
from email.utils import format_datetime
from typing import Final, TypeAlias

from plures.application import Assembly
from plures.contract import ContractDescription, OperationDescription, Pairs, Stability

from .ending import Ending, read_ending

_LOG: Final = logging.getLogger("plures.calls")
_LAST_SECOND: Final = time(23, 59, 59)

Headers: TypeAlias = tuple[tuple[bytes, bytes], ...]


class Deprecations:
    """The deprecated contracts of an application, as a replica tells of them.

    Args:
        owners: Who is in the replica: capabilities by their names, and the edge by its own.

    Attributes:
        headers: Path of an operation → the headers that its answers have besides. `Deprecation` is a date (RFC 9745), so it needs the day
            that the contract says. `Sunset` (RFC 8594) is the last second of the last day.
    """

    def __init__(self, assembly: Assembly, owners: Iterable[str]) -> None:
        self._assembly = assembly
        self._owners = frozenset(owners)
        self._deprecated = [each for each in assembly.contracts if each.stability is Stability.DEPRECATED]
        self._has_warned = False
        self._heard: set[str] = set()
        self.headers: Mapping[str, Headers] = {
            operation.path: headers
            for contract in self._deprecated
            for operation in contract.operations.values()
            if (headers := (*_days(contract), *_successor(operation, successor_of(assembly, contract))))
        }

    def warn(self) -> None:
        """Tell each owner, once, which of them it calls, and what to do."""
        if self._has_warned:
            return
        self._has_warned = True
        for contract in self._deprecated:
            for caller in self._assembly.callers_of(contract.python):
                if caller in self._owners:
                    _LOG.warning("%s", warning(self._assembly, caller, contract))

    def heard(self, operation: OperationDescription, headers: Pairs) -> None:
        """Tell, once for each operation, what its answers say of its end. Of a contract that is deprecated here, `warn` has said it."""
        if operation.path in self._heard:
            return
        ending = read_ending(headers)
        if ending is None:
            return
        self._heard.add(operation.path)
        contract = next((each for each in self._assembly.contracts if operation.path in _paths(each)), None)
        if contract is None or contract.stability is Stability.DEPRECATED:
            return
        callers = [each for each in self._assembly.callers_of(contract.python) if each in self._owners]
        _LOG.warning("%s", _heard(", ".join(callers) or "this process", operation, contract, ending))


def successor_of(assembly: Assembly, contract: ContractDescription) -> ContractDescription:
    """The newest version of a contract."""
    return assembly.capabilities[contract.capability].contract


def warning(assembly: Assembly, caller: str, contract: ContractDescription) -> str:
    """What is said of one caller."""
    newest = successor_of(assembly, contract)
    since = f" since {contract.deprecated}" if contract.deprecated else ""
    until = f"; it is served until {contract.sunset}" if contract.sunset else ""
    successor = newest.name != contract.name
    fix = f"Move it to {newest.name}" if successor else f"Ask {contract.owner}, which owns it, what takes its place"
    return f"{caller} calls {contract.name}, which is deprecated{since}{until}. {fix}."


def _heard(callers: str, operation: OperationDescription, contract: ContractDescription, ending: Ending) -> str:
    since = f" since {ending.since}" if ending.since else ""
    what = f"is deprecated{since}" if ending.deprecated else "will end"
    until = f"; it is served until {ending.until}" if ending.until else ""
    fix = f"Move to {ending.successor}" if ending.successor else f"Ask {contract.owner} what takes its place"
    return f"{callers} calls {operation.full_name}, which {what}, as its answers say{until}. {fix}, and take over the contract as it is there."


def _paths(contract: ContractDescription) -> set[str]:
    return {each.path for each in contract.operations.values()}


def _days(contract: ContractDescription) -> Headers:
    days: list[tuple[bytes, bytes]] = []
    if contract.deprecated is not None:
        begins = datetime.combine(contract.deprecated, time(), UTC)
        days.append((b"deprecation", b"@%d" % begins.timestamp()))
    if contract.sunset is not None:
        ends = datetime.combine(contract.sunset, _LAST_SECOND, UTC)
        days.append((b"sunset", format_datetime(ends, usegmt=True).encode()))
    return tuple(days)


def _successor(operation: OperationDescription, newest: ContractDescription) -> Headers:
    """The operation of the same name in the newest version, where that has one."""
    for each in newest.operations.values():
        if each.wire_name == operation.wire_name and each.path != operation.path:
            return ((b"link", f'<{each.path}>; rel="successor-version"'.encode()),)
    return ()
