"""`search.find=latency:200ms..400ms,error:5%` → faults, with all that is wrong at once."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Final

from plures.errors import Rule, Violation, did_you_mean

from . import rules
from .fault import Fault, FaultKind

_TIME: Final = re.compile(r"([0-9]{1,7}(?:\.[0-9]{1,6})?)(ms|s)")
_SHARE: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?)%")
_LONGEST_S: Final = 3600.0
_ALL_CALLS: Final = 100.0
_ONE_OF: Final = (FaultKind.ERROR, FaultKind.HANG)


def read_faults(
    texts: Iterable[str], operations: Mapping[str, Collection[str]], here: Iterable[str], *, where: str = "--fault"
) -> tuple[tuple[Fault, ...], list[Violation]]:
    """The faults that texts ask for, and what is wrong with them.

    Args:
        operations: Capability → the names of its operations, in all versions of its contract.
        here: The names of those capabilities that run here.
        where: What the user wrote before each text.
    """
    reading = _Reading(operations, frozenset(here), where)
    for text in texts:
        reading.read(text)
    reading.check_sums()
    return tuple(reading.faults), reading.violations


class _Reading:
    def __init__(self, operations: Mapping[str, Collection[str]], here: frozenset[str], where: str) -> None:
        self.faults: list[Fault] = []
        self.violations: list[Violation] = []
        self._operations = operations
        self._here = here
        self._option = where
        self._where = where

    def read(self, text: str) -> None:
        self._where = f"{self._option} {text}"
        target, sign, kinds = text.partition("=")
        capability, _, operation = target.strip().partition(".")
        if not sign or not capability:
            return self._report(rules.FORM, text=text)
        self._check_target(capability, operation)
        for part in kinds.split(","):
            self._read_kind(Fault(capability, operation, FaultKind.ERROR, part.strip()))
        return None

    def check_sums(self) -> None:
        """A call fails or hangs: both of an operation, also where one is asked for all operations, are 100 % at most."""
        for target in dict.fromkeys((fault.capability, fault.operation) for fault in self.faults):
            shares = [fault.share for fault in applying(self.faults, *target).values() if fault.kind in _ONE_OF]
            percent = sum(shares) * _ALL_CALLS
            # Shares are no exact numbers.
            if round(percent, 6) > _ALL_CALLS:
                self._where = self._option
                self._report(rules.SUM, target=".".join(filter(None, target)), percent=percent)

    def _check_target(self, capability: str, operation: str) -> None:
        operations = self._operations.get(capability)
        if operations is None:
            return self._report(rules.CAPABILITY, name=capability, hint=_suggestion(capability, self._operations))
        if operation and operation not in operations:
            hint = _suggestion(operation, operations)
            self._report(rules.OPERATION, capability=capability, name=operation, hint=hint)
        return None

    def _read_kind(self, fault: Fault) -> None:
        name, sign, amount = (each.strip() for each in fault.text.partition(":"))
        if not sign:
            return self._report(rules.FORM, text=fault.text)
        if name not in [*FaultKind]:
            return self._report(rules.KIND, text=name, hint=_suggestion(name, FaultKind))
        fault = replace(fault, kind=FaultKind(name))
        # What is not sent is so at its callers, which are here.
        if fault.kind is not FaultKind.UNAVAILABLE and fault.capability in self._operations.keys() - self._here:
            self._report(rules.ELSEWHERE, name=fault.capability, kind=fault.kind)
        if any((each.target, each.kind) == (fault.target, fault.kind) for each in self.faults):
            return self._report(rules.TWICE, target=fault.target, kind=fault.kind)
        read = self._latency(fault, amount) if fault.kind is FaultKind.LATENCY else self._share(fault, amount)
        if read is not None:
            self.faults.append(read)
        return None

    def _latency(self, fault: Fault, text: str) -> Fault | None:
        first, _, last = text.partition("..")
        shortest, longest = _seconds(first), _seconds(last if ".." in text else first)
        if shortest is None or longest is None:
            self._report(rules.DURATION, text=text)
            return None
        if longest < shortest:
            self._report(rules.RANGE, text=text)
            return None
        return replace(fault, shortest_s=shortest, longest_s=longest)

    def _share(self, fault: Fault, text: str) -> Fault | None:
        match = _SHARE.fullmatch(text)
        if match is None or float(match[1]) > _ALL_CALLS:
            self._report(rules.SHARE, text=text)
            return None
        return replace(fault, share=float(match[1]) / _ALL_CALLS)

    def _report(self, rule: Rule, **values: object) -> None:
        self.violations.append(rule.broken(self._where, **values))


def applying(faults: Iterable[Fault], capability: str, operation: str) -> Mapping[FaultKind, Fault]:
    """The faults of one operation: those of its own, and those of its capability in the kinds that it has none of."""
    of_all = {f.kind: f for f in faults if f.capability == capability and not f.operation}
    own = {f.kind: f for f in faults if f.capability == capability and f.operation == operation}
    return of_all | own


def _seconds(text: str) -> float | None:
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None
    seconds = float(match[1]) / (1000 if match[2] == "ms" else 1)
    return seconds if seconds <= _LONGEST_S else None


def _suggestion(text: str, known: Iterable[str]) -> str:
    names = [str(name) for name in known]
    return did_you_mean(text.lower(), names) or f"Write one of {', '.join(names)}."
