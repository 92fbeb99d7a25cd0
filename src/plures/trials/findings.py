"""The rules that a test of a contract holds a service to, and what is told where one is broken."""

import json
import shlex
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from plures.contract import as_object

_MOST_SHOWN: Final = 2000
_MOST_LINES: Final = 4


class Proof(Enum):
    """What is proved of each operation."""

    ANSWERS = "it answers, or fails with an error that it declares"
    VALID = "what it answers is what the contract says"
    IN_TIME = "it keeps its deadline"
    REPEATABLE = "asked again, it answers the same"
    REFUSES = "it refuses what the contract does not allow, and does not run"
    ANY_SPELLING = "the same request in another spelling is the same request"
    EXPECTED = "it answers as the tests of its callers expect"


@dataclass(frozen=True)
class Finding:
    """One rule that an operation breaks, shown by the smallest request that was found.

    Attributes:
        contract: The name, `shop.search.v1`.
        operation: Its full name.
        what: What happened, in a sentence without a full stop.
        request: Its JSON.
        seed: What the requests were drawn by.
        whose: The consumer and the test whose expectation it is; empty of generated requests.
    """

    proof: Proof
    contract: str
    operation: str
    name: str
    what: str
    request: Any
    answer: str
    log: str = ""
    seed: int = 0
    whose: str = ""

    @property
    def size(self) -> int:
        """How long the request is: of two that break the same rule, the shorter one is shown."""
        return len(json.dumps(self.request))

    @property
    def call(self) -> str:
        """The same request from the command line; empty where `plures call` would not send it."""
        fields = as_object(self.request)
        if fields is None:
            return ""
        arguments = [_argument(name, value) for name, value in fields.items()]
        return " ".join(["plures call", self.operation, *arguments])

    @property
    def again(self) -> str:
        """The command that finds it again."""
        family = self.contract.rpartition(".v")[0].rpartition(".")[2]
        chosen = "--recorded" if self.proof is Proof.EXPECTED else f"--seed {self.seed}"
        return f"plures contract test {family} --operation {self.name} {chosen}"

    @property
    def lines(self) -> list[str]:
        """All of it, for people."""
        request = json.dumps(self.request, ensure_ascii=False)
        request = request if len(request) <= _MOST_SHOWN else request[:_MOST_SHOWN] + "…"
        told = [
            f"{self.operation}: {self.what}",
            f"  broken:  {self.proof.value}  [{self.proof.name.lower()}]",
            *([f"  of:      {self.whose}"] if self.whose else []),
            f"  request: {request}",
            f"  answer:  {self.answer}",
            *[f"  log:     {line}" for line in _ends(self.log.splitlines())],
            f"  again:   {self.again}",
        ]
        return [*told, f"           {self.call}"] if self.call and len(self.call) < _MOST_SHOWN else told


class ContractBroken(AssertionError):
    """A service does not keep its contract.

    Attributes:
        findings: One for each operation and rule.
    """

    def __init__(self, contract: str, findings: list[Finding]) -> None:
        self.findings = findings
        text = "\n\n".join("\n".join(finding.lines) for finding in findings)
        super().__init__(f"{contract} is not kept in {len(findings)} ways\n\n{text}")


def _ends(lines: list[str]) -> list[str]:
    """What was logged, and where it was raised; the way there leads through code of Plures."""
    return lines if len(lines) <= _MOST_LINES else [lines[0], *lines[1 - _MOST_LINES :]]


def _argument(name: str, value: Any) -> str:
    return shlex.quote(f"{name}={value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}")
