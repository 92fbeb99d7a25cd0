"""Tells what tests of contracts found: for people, for programs, and for CI."""

import json
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from plures.trials import Examined, Finding

from .places import Tested


def as_text(results: list[Tested]) -> str:
    """A line for each operation, and below it what it breaks."""
    lines: list[str] = []
    wide = max(
        (len(f"{each.contract.capability}.{one.operation}") for each in results for one in each.operations), default=0
    )
    for each in results:
        for one in each.operations:
            lines.append(f"{each.contract.capability}.{one.operation}".ljust(wide) + f"  {_outcome(one)}")
            for finding in one.findings:
                lines += [*(f"  {line}" for line in finding.lines), ""]
    broken = sum(bool(one.findings) for each in results for one in each.operations)
    asked = sum(not one.skipped for each in results for one in each.operations)
    requests = sum(one.requests + one.refusals + one.expectations for each in results for one in each.operations)
    several = f"{asked} operation{'' if asked == 1 else 's'}"
    verdict = f"failed: {broken} of {several} broke a contract" if broken else f"ok {several} kept what was promised"
    return "\n".join([*lines, f"{verdict}, {requests} requests"])


def _outcome(one: Examined) -> str:
    if one.skipped:
        return f"not called: {one.skipped}"
    asked = f"{one.requests} requests, {one.refusals} to refuse"
    asked += f", {one.expectations} expected" if one.expectations else ""
    return f"failed  {asked}" if one.findings else f"ok      {asked}"


def as_json(results: list[Tested], seed: int) -> str:
    """One object."""
    contracts = [
        {"contract": each.contract.name, "operations": [_operation(one) for one in each.operations]} for each in results
    ]
    passes = not any(one.findings for each in results for one in each.operations)
    return json.dumps({"passes": passes, "seed": seed, "contracts": contracts}, ensure_ascii=False)


def _operation(one: Examined) -> dict[str, object]:
    return {
        "operation": one.operation,
        "requests": one.requests,
        "refusals": one.refusals,
        "expectations": one.expectations,
        "skipped": one.skipped,
        "findings": [_finding(each) for each in one.findings],
    }


def _finding(each: Finding) -> dict[str, object]:
    return {
        "rule": each.proof.name.lower(),
        "what": each.what,
        "request": each.request,
        "answer": each.answer,
        "whose": each.whose,
        "log": each.log,
        "again": each.again,
        "call": each.call,
    }


def as_junit(results: list[Tested]) -> str:
    """The XML that CI servers read: a suite for each contract, a case for each operation."""
    root = Element("testsuites")
    for each in results:
        failed = [one for one in each.operations if one.findings]
        skipped = [one for one in each.operations if one.skipped]
        numbers = {"tests": len(each.operations), "failures": len(failed), "skipped": len(skipped), "errors": 0}
        suite = SubElement(root, "testsuite", {"name": each.contract.name, **{k: str(n) for k, n in numbers.items()}})
        for one in each.operations:
            case = SubElement(suite, "testcase", {"classname": each.contract.name, "name": one.operation})
            if one.skipped:
                SubElement(case, "skipped", {"message": one.skipped})
            for finding in one.findings:
                # XML has no place for most control characters.
                text = "".join(c if c.isprintable() or c == "\n" else "?" for c in "\n".join(finding.lines))
                SubElement(
                    case, "failure", {"type": finding.proof.name.lower(), "message": finding.proof.value}
                ).text = text
    indent(root)
    return tostring(root, encoding="unicode")
