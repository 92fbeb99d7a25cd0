"""`Events`: what a service publishes with. It writes into the outbox, in the transaction in which the service is."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final
from uuid import uuid4

from plures.contract import Event, EventDescription, Malformed, TooDeep
from plures.data import Connection, Database
from plures.events.outbox import Record, append
from plures.runtime import MAX_BODY_BYTES, ContextKind, acting_text, current, kept_request, measured, within
from plures.telemetry import SpanKind, Subject, Telemetry, span_id_of

from .errors import EventNotWritable, EventUndeclared, PublishedOutside

_MOST_BYTES: Final = MAX_BODY_BYTES - 2048
"""An envelope has to fit into a message too."""


class Events:
    """Publishes the events of one capability. Ask for it in the constructor, beside the `Database`."""

    def __init__(
        self,
        capability: str,
        database: Database,
        declared: Sequence[EventDescription],
        wake: Callable[[], None] = lambda: None,
        context: ContextKind | None = None,
        *,
        telemetry: Telemetry | None = None,
    ) -> None:
        """Prepare; the host does.

        Args:
            declared: What the capability's contract declares.
            wake: Called after the commit of a transaction that published something.
            context: The request context of the application.
            telemetry: What each event is noted in; None where no one reads it.
        """
        self._capability = capability
        self._database = database
        self._declared: Mapping[type, EventDescription] = {event.python: event for event in declared}
        self._wake = wake
        self._context = context
        telemetry = telemetry or Telemetry()
        self._meters = {
            each.name: telemetry.meter(Subject(SpanKind.PRODUCER, each.name, capability, capability))
            for each in self._declared.values()
        }

    async def publish(self, event: Event) -> None:
        """Publish an event with what the `write()` around it changes: both are committed, or neither is.

        Raises:
            PublishedOutside: The running task is in no `write()` or `session()` of the capability's database.
            EventUndeclared: The capability's contract does not declare it.
            EventNotWritable: It breaks the types that it declares, or is too large.
            ContextMismatch: It is published on behalf of another class than the application declares.
            StatementFailed: As from any statement.
        """
        name = type(event).__qualname__
        description = self._declared.get(type(event))
        if description is None:
            raise EventUndeclared(self._capability, name, ", ".join(each.__name__ for each in self._declared))
        connection = self._database.writing
        if connection is None:
            raise PublishedOutside(self._capability, name)
        try:
            body = description.codec.encode_checked(event)
        except (Malformed, TooDeep) as error:
            raise EventNotWritable(self._capability, name, str(error)) from None
        if len(body) > _MOST_BYTES:
            reason = f"its {len(body):,} bytes are over the limit of {_MOST_BYTES:,}"
            raise EventNotWritable(self._capability, name, reason)
        key, context = description.key_of(event), acting_text(self._context)
        record = Record(uuid4().hex, description.name, key, body.decode(), kept_request(), context)
        span, meter = within(current.get()), self._meters[description.name]
        # What delivers it, in whatever process, knows the id of this span by that of the event.
        with measured(meter, span, id=span_id_of(record.id), **{"messaging.message.id": record.id}):
            await self.write(connection, record)
        connection.after_commit = (*connection.after_commit, lambda: self.committed(event))

    async def write(self, connection: Connection, record: Record) -> None:
        """Write an event that may be published."""
        await append(connection, record, self._database.dialect)

    def committed(self, event: Event) -> None:  # noqa: ARG002 - tests look at it
        """Called after the commit of an event."""
        self._wake()
