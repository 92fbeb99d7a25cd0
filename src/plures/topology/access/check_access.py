"""Whether rights are for something that the application has."""

from collections.abc import Iterable, Iterator

from plures.errors import Violation, did_you_mean
from plures.topology.facts import ApplicationFacts

from . import rules
from .rights import EVERYTHING, read_right


def check_access(may_call: Iterable[str], where: str, application: ApplicationFacts) -> Iterator[Violation]:
    """What is wrong with what a caller may call."""
    for right in may_call:
        capability, version, operation = read_right(right)
        facts = application.capabilities.get(capability)
        if right == EVERYTHING:
            continue
        if facts is None:
            hint = did_you_mean(capability, application.capabilities) or f"The application has {_listed(application)}."
            yield rules.RIGHT_UNKNOWN.broken(where, right=right, hint=hint)
        elif "." in right.partition("/")[0] and version not in facts.versions:
            hint = f"{capability!r} has {', '.join(facts.versions)}."
            yield rules.RIGHT_UNKNOWN.broken(where, right=right, hint=hint)
        elif "/" in right and operation not in facts.operations:
            close = did_you_mean(operation, facts.operations)
            hint = close or f"{capability!r} has {', '.join(facts.operations)}."
            yield rules.RIGHT_UNKNOWN.broken(where, right=right, hint=hint)


def _listed(application: ApplicationFacts) -> str:
    return ", ".join(application.capabilities)
