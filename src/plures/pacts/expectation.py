"""One expected answer to one request."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from plures.contract import as_list, as_object

_NAME: Final = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")


@dataclass(frozen=True)
class Expectation:
    """What tests of a consumer expect a capability to answer.

    Attributes:
        consumer: Who calls: a capability, or a package.
        contract: `shop.search.v1`.
        path: `/<package>.<Contract>/<Operation>`, as in the URL.
        request: Its JSON.
        answer: The JSON of the answer, of all items of a stream, or of the fields of the error.
        error: The full name of the declared error; empty where it is answered.
        code: Of that error, by the Connect protocol.
        status: The HTTP status.
        streams: Whether the answer is a stream.
        state: What the test presupposes of the provider, by name, with its parameters; empty for nothing.
        maps: Where in the answer names are data, as paths of Pact: `$.rates`.
        tests: The tests that expect it, sorted: `tests/test_search.py::test_hits`.
    """

    consumer: str
    contract: str
    path: str
    request: Any
    answer: Any
    error: str = ""
    code: str = ""
    status: int = 200
    streams: bool = False
    state: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    maps: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()

    @property
    def operation(self) -> str:
        """The operation as the wire calls it: `Find`."""
        return self.path.rpartition("/")[2]

    @property
    def form(self) -> str:
        """All but the values: of expectations of one form, one is kept."""
        forms = [shape(self.request, with_names=True), self.error, shape(self.answer)]
        return canonical([self.consumer, self.contract, self.path, self.state, self.parameters, *forms])

    @property
    def key(self) -> str:
        """The same for the same form."""
        return sha256(self.form.encode()).hexdigest()[:16]

    @property
    def order(self) -> str:
        """Its place in the file, and among examples of one form."""
        return canonical([self.path, self.state, self.parameters, self.request, self.error, self.answer])

    @property
    def whose(self) -> str:
        """Consumer and first test, in words."""
        more = f" and {len(self.tests) - 1} more" if len(self.tests) > 1 else ""
        return f"{self.consumer} ({self.tests[0]}{more})" if self.tests else self.consumer


def canonical(value: object) -> str:
    """JSON in the one spelling."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def shape(value: Any, *, with_names: bool = False) -> Any:
    """Which fields there are, and of which kind of JSON. Items of a list count once for each form.

    Args:
        with_names: Whether names in capitals count too, as members of enums are written: what is asked for depends on them.
    """
    fields, items = as_object(value), as_list(value)
    if fields is not None:
        return {name: shape(part, with_names=with_names) for name, part in fields.items() if part is not None}
    if items is not None:
        return sorted({canonical(shape(item, with_names=with_names)) for item in items})
    if with_names and isinstance(value, str) and _NAME.fullmatch(value):
        return f"={value}"
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__
