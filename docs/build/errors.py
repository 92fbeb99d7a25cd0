"""docs/reference/errors.md: every kind of error that Plures has, and every rule that what a user writes must keep."""

import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Final, TypeVar

import plures
from plures.errors import CallError, PluresError, Rule

from .markdown import NOTE, sentence, summary, template

ONE_NAME: Final = re.compile(r"\*\w+\*")

T = TypeVar("T", type[PluresError], Rule)

AREAS: Final = {
    "plures": "What all of Plures uses.",
    "errors": "What the operating system refuses, wherever Plures meets it.",
    "install": "Packages that an extra of Plures brings ([guide](../guides/install.md)).",
    "application": "The application: its list of capabilities, what constructors ask for, and what services offer.",
    "contract": "Contracts, their operations, messages and errors.",
    "git": "What git is asked for.",
    "lock": "Lock files of contracts ([guide](../guides/contracts.md)).",
    "openapi": "OpenAPI documents that are compared ([guide](../guides/contracts.md)).",
    "usage": "Who calls which version of a contract ([guide](../guides/versions.md)).",
    "pact": "Pact files: what tests of consumers expect ([guide](../guides/contract-tests.md)).",
    "export": "Contracts for other languages ([guide](../guides/contracts.md)).",
    "import": "Contracts from files of others ([guide](../guides/imports.md)).",
    "data": "The database of a capability, and its migrations.",
    "events": "Events: the outbox of a capability, and the relay that delivers them.",
    "sagas": "Sagas: work of several steps that ends done, taken back or parked.",
    "topology": "`plures.toml`: its syntax, and whether it fits the application.",
    "settings": "What services are told from outside ([guide](../guides/settings.md)).",
    "telemetry": "Traces, figures and lines of the log that processes have kept.",
    "plan": "What would change in another topology ([guide](../guides/plan.md)).",
    "calibration": "What remote calls cost on a machine.",
    "logging": "What the command line and `plures.toml` say of the log.",
    "call": "Calls that failed for a reason that their contract does not declare. Each says whether the operation was *not sent* "
    "or *may have run*.",
    "headers": "Headers and trailers of calls ([guide](../guides/headers.md)).",
    "client": "Clients where no constructor reaches, and calls from code without `await`.",
    "access": "Who may call what over the wire.",
    "faults": "Faults on demand.",
    "context": "On whose behalf a request is made ([guide](../guides/context.md)).",
    "tls": "TLS between machines: keys, certificates and authorities ([guide](../guides/tls.md)).",
    "host": "What a replica hosts.",
    "deploy": "Starting and supervising processes, and what is checked before they are replaced ([guide](../guides/rollout.md)).",
    "build": "`plures build`: images of an application ([guide](../guides/build.md)).",
    "rescue": "Existing services that run in one process.",
    "adoption": "`plures adopt` ([guide](../guides/adopt.md)).",
    "isolation": "Verifying what survives the death of a part.",
    "scaling": "How many replicas a process should have ([guide](../guides/scale.md)).",
    "load": "`plures load`: scenarios, and where they are sent ([guide](../guides/load.md)).",
    "cli": "Commands.",
    "testing": "Tests.",
    "advisor": "`plures map` and `plures advise`.",
}
"""The first word of a code, in the order of the page."""

HEAD: Final = f"""\
{NOTE}
# Errors

Every error of Plures is a `PluresError`. It says what happened (`.what`), why (`.why`) and what to do (`.fix`), and has a `.code`
that stays the same in every release. Names in *italics* stand for what differs from case to case. Where this page does not say what to
do, the message does, because it depends on the case.

What you write can break several rules at once. Then one error, `InvalidInput`, lists all of them, and each has the code of its rule, the
place, what is wrong there, and what to write instead.

The errors that a contract of yours declares are not on this page. They are subclasses of `ContractError`, and their code is
`contract.` and the name of the class.
"""


def page() -> str:
    """The whole page."""
    kinds, rules = _by_code(error_classes()), _by_code(all_rules())
    parts = [HEAD]
    for area, about in AREAS.items():
        codes = sorted(code for code in {*kinds, *rules} if code.partition(".")[0] == area)
        parts.append(f"\n## {area}\n\n{about}\n")
        for code in codes:
            parts.append(f"\n### `{code}`\n")
            parts += [_error(kind) for kind in kinds.get(code, ())]
            parts += [_rules(rules[code])] if code in rules else []
    return "".join(parts)


def error_classes() -> list[type[PluresError]]:
    """Every class of error that Plures defines, in the order of their names."""
    _modules()
    found = {PluresError, *_subclasses(PluresError)}
    return sorted((kind for kind in found if kind.__module__.split(".")[0] == "plures"), key=lambda kind: kind.__name__)


def all_rules() -> list[Rule]:
    """Every rule, in the order in which the modules list them."""
    found = {id(value): value for module in _modules() for value in vars(module).values() if isinstance(value, Rule)}
    return list(found.values())


def _modules() -> list[ModuleType]:
    names = [module.name for module in pkgutil.walk_packages(plures.__path__, "plures.")]
    return [importlib.import_module(name) for name in sorted(names) if not name.endswith("__main__")]


def _subclasses(kind: type[PluresError]) -> Iterator[type[PluresError]]:
    for below in kind.__subclasses__():
        yield below
        yield from _subclasses(below)


def _by_code(things: Sequence[T]) -> dict[str, list[T]]:
    by_code: dict[str, list[T]] = defaultdict(list)
    for thing in things:
        by_code[thing.code].append(thing)
    return dict(by_code)


def _error(kind: type[PluresError]) -> str:
    what = ""
    if kind.wording is not None:
        what = template(kind.wording.what) + (f": {template(kind.wording.why)}" if kind.wording.why else "")
    return f"\n`{kind.__name__}`. {sentence(summary(kind))}\n" + _says(what, _fix(kind))


def _fix(kind: type[PluresError]) -> str:
    if issubclass(kind, CallError):
        return kind.remedy
    return template(kind.wording.fix) if kind.wording is not None else ""


def _rules(rules: Sequence[Rule]) -> str:
    if len(rules) == 1:
        return _says(template(rules[0].what), template(rules[0].fix))
    rows = [f"| {template(rule.what)} | {template(rule.fix)} |" for rule in rules]
    return "\n".join(["\n| what is wrong | what to do |", "|---|---|", *rows, ""])


def _says(what: str, fix: str) -> str:
    depends = ONE_NAME.fullmatch(fix) is not None
    remedy = f"\n**What to do:** {sentence(fix)}\n" if fix and not depends else ""
    return (f"\n> {what}\n" if what else "") + remedy
