"""The events of a contract → their descriptions. And a handler of one → the operation by which it is delivered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from plures.errors import Rule

from . import rules
from .annotations import is_text, show
from .codec import Codec
from .declare import OPERATION, OperationDeclaration, SubscriptionDeclaration
from .description import EventDescription, OperationDescription
from .generics import field_hints
from .message import Event, key_field
from .operation_reader import OperationReader
from .type_reader import TypeReader

SPECIFICATION: Final = "1.0"
JSON: Final = "application/json"


class EventReader:
    """Reads what a contract says of events. Violations go to those of the type reader."""

    def __init__(self, reader: TypeReader, service: str, where: str) -> None:
        self._reader = reader
        self._package = service.rpartition(".")[0]
        self._where = where

    def read(self, declared: Sequence[Any]) -> tuple[EventDescription, ...]:
        """The events that are ones."""
        events = [event for event in declared if self._is_event(event)]
        names = [event.__name__ for event in events]
        for name in sorted({name for name in names if names.count(name) > 1}):
            self._report(rules.EVENT_NAME, self._where, name=name)
        return tuple(self._event(event) for event in dict.fromkeys(events))

    def _is_event(self, event: Any) -> bool:
        is_event = isinstance(event, type) and issubclass(event, Event) and event is not Event
        if not is_event:
            self._report(rules.EVENT_CLASS, self._where, event=show(event))
        return is_event

    def _event(self, python: type[Event]) -> EventDescription:
        message = self._reader.message(python, self._where)
        key, fields = key_field(python), [field.name for field in message.fields]
        if key and key not in fields:
            self._report(rules.EVENT_KEY, python.__qualname__, key=key, problem="it has no such field")
        elif key and not is_text(field_hints(python)[key]):
            self._report(rules.EVENT_KEY, python.__qualname__, key=key, problem="the field is no text")
        # msgspec may refuse types that break a rule; the description is not used then.
        codec = Codec(message, exact=bool(self._reader.violations))
        return EventDescription(f"{self._package}.{python.__name__}", python, key, codec)

    def _report(self, rule: Rule, where: str, **values: object) -> None:
        self._reader.violations.append(rule.broken(where, **values))


def read_delivery(
    service: str, name: str, event: EventDescription, declared: SubscriptionDeclaration
) -> OperationDescription:
    """The operation by which a handler gets its event: a command with the event's id as its key, in an envelope of CloudEvents 1.0.

    Args:
        service: Of the subscriber, on the wire.
        name: Of the handler.
    """

    async def deliver(  # noqa: PLR0917 - as many as the envelope has
        self: object,
        id: str,  # noqa: A002 - the names are those of the specification
        source: str,
        type: str,  # noqa: A002
        time: datetime,
        data: Any,
        specversion: str = SPECIFICATION,
        datacontenttype: str = JSON,
        partitionkey: str = "",
        sequence: str = "",
    ) -> None: ...

    deliver.__name__ = name
    deliver.__annotations__["data"] = event.python
    declaration = OperationDeclaration(
        is_query=False, idempotent=True, deadline_s=declared.deadline_s, errors=(), key="id", key_is_all=True
    )
    setattr(deliver, OPERATION, declaration)
    return OperationReader(TypeReader(), service, event.python, deliver).read()
