"""Records what tests of consumers expect: each answer of a fake to a call that comes from code of the application.

It knows no test runner; the plugin of pytest tells which test runs.
"""

import json
from collections.abc import Iterator, Mapping
from inspect import currentframe
from pathlib import Path
from types import FrameType
from typing import Any, Final, TypeVar

from plures.contract import ContractError, Malformed, OperationDescription, TooDeep
from plures.errors import CallError
from plures.pacts import Expectation, map_paths, one_of_each, shortened
from plures.runtime import connect

F = TypeVar("F")
_STATE: Final = "__plures_state__"
_MOST_ITEMS: Final = 20
"""A stream that a fake yields is kept up to here: what follows is of the same form."""


class Recorder:
    """Remembers what fakes answer, while it is the one that records.

    Attributes:
        root: The folder of the project. Only calls of code in it are expectations of someone.
        test: The test that runs now; empty between tests.
        shown: What was expected so far, by modules rather than consumers.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.test = ""
        self.shown: list[Expectation] = []

    def note(self, operation: OperationDescription, fake: object, call: Any, outcome: Any) -> None:
        """Remember one call of a fake.

        Args:
            call: The arguments, by position and by name.
            outcome: The answer, a list of the items of a stream, or the exception.
        """
        module = self._caller()
        answered = _outcome(operation, outcome)
        if not self.test or not module or answered is None:
            return
        args, kwargs = call
        request = json.loads(operation.request.encode(operation.request_of(*args, **kwargs)))
        state, parameters = vars(fake).get(_STATE, ("", {}))
        answer, error, code, status = answered
        maps = () if error else tuple(map_paths(operation.answer.message))
        contract = operation.path[1:].rpartition("/")[0].rpartition(".")[0]
        self.shown.append(
            Expectation(
                module, contract, operation.path, request, answer, error, code, status,
                operation.streams, state, parameters, maps, (self.test,),
            )
        )  # fmt: skip

    def _caller(self) -> str:
        """The module of the application that calls: the innermost that is no test; else what the test stands beside; empty for none."""
        for frame in _frames(currentframe()):
            name, file = str(frame.f_globals.get("__name__", "")), frame.f_code.co_filename
            if not _is_test(name.split(".")) and self._is_own(file):
                return name
        folders = Path(self.test.partition("::")[0]).parts[:-1]
        return ".".join(part for part in folders if not _is_test([part])) + (".tests" if len(folders) > 1 else "")

    def _is_own(self, file: str) -> bool:
        path = Path(file)
        return path.is_relative_to(self.root) and "site-packages" not in path.parts and _PLURES not in path.parents


_PLURES: Final = Path(__file__).parents[1]
_now: Recorder | None = None


def record_with(recorder: Recorder | None) -> None:
    """Let a recorder record from now on; None: record nothing."""
    global _now  # noqa: PLW0603 - fakes are made by tests, which hand nothing on
    _now = recorder


def recorder() -> Recorder | None:
    """The one that records; None where nothing is recorded."""
    return _now


def given(state: str, fake: F, **parameters: Any) -> F:
    """The same fake, whose answers presuppose a state of the real capability.

    Recorded expectations carry it, and the `Trial` of the capability says how the state comes about.

    Args:
        state: Its name: "tea is for sale".
        parameters: What it is about, as values of JSON: `product_id="tea"`.
    """
    vars(fake)[_STATE] = (state, parameters)
    return fake


def _outcome(operation: OperationDescription, outcome: Any) -> tuple[Any, str, str, int] | None:
    """Answer, error, code and HTTP status; None for what no contract says, such as an outage."""
    if isinstance(outcome, CallError):
        return None
    if isinstance(outcome, BaseException):
        declared = operation.declared_by(outcome)
        return None if declared is None else _error(operation, declared)
    items = outcome[:_MOST_ITEMS] if operation.streams else [outcome]
    try:
        bodies = [json.loads(operation.answer.encode(_wrapped(operation, item))) for item in items]
    except (Malformed, TooDeep, TypeError):
        # The fake says so itself.
        return None
    short = [shortened(operation.answer.message, body) for body in bodies]
    return one_of_each(short) if operation.streams else short[0], "", "", connect.OK


def _error(operation: OperationDescription, error: ContractError) -> tuple[Any, str, str, int]:
    each = next(each for each in operation.errors if each.python is type(error))
    fields = json.loads(each.codec.encode(each.codec.message.python(**error.fields)))
    return fields, each.name, error.status.value, connect.HTTP_STATUS[error.status]


def _wrapped(operation: OperationDescription, item: Any) -> Any:
    message = operation.answer.message
    if not operation.wraps_answer:
        return item
    return message.python(item) if message.fields else message.python()


def _frames(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _is_test(parts: list[str]) -> bool:
    return any(part in ("tests", "test", "conftest") or part.startswith("test_") for part in parts)


def consumers_of(shown: list[Expectation], packages: Mapping[str, str], edge: str) -> list[Expectation]:
    """The same, by consumers: a capability where the module is in its package; else the part of the application that it is in.

    Args:
        packages: Package → capability.
        edge: The package of the application itself; empty where it is not known.
    """
    from dataclasses import replace

    return [replace(each, consumer=_consumer(each.consumer, packages, edge)) for each in shown]


def _consumer(module: str, packages: Mapping[str, str], edge: str) -> str:
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        name = ".".join(parts[:length])
        if name in packages:
            return packages[name]
    if edge and module.startswith(f"{edge}."):
        return module.removeprefix(f"{edge}.").partition(".")[0]
    return parts[-2] if len(parts) > 1 else parts[0]
