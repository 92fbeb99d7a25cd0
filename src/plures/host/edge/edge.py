"""Runs the edge, an ordinary ASGI application: its lifespan, and a deadline for what each request may call."""

import asyncio
import logging
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from time import monotonic, perf_counter
from typing import Any, Final

from plures.application import EDGE_DEADLINE_S
from plures.errors import DeadlineExceeded, Overloaded, PluresError, Text, Unavailable, note_failures
from plures.logs import tell
from plures.runtime import ContextKind, EdgeContext, code_of, connect, current

from .admission import EdgeAdmission, kind_of, refuse
from .answer import EdgeAnswer
from .hearing import Hearing
from .swallowed import swallowed
from .tracing import EdgeTraces

_LOG: Final = logging.getLogger("plures.edge")
_ACCESS: Final = logging.getLogger("plures.access")
_CLIENT_ERROR: Final = 400
_REFUSED: Final = 503
_FAILED: Final = 500
_ACCEPTED: Final = 101
_REQUEST_ID: Final = connect.REQUEST_ID_HEADER.encode()
_REQUEST_CONTEXT: Final = connect.CONTEXT_HEADER.encode()


@dataclass(eq=False)
class EdgeNotStarted(PluresError):
    """The edge's own start-up failed."""

    code = "host.edge_not_started"
    wording = Text("The edge did not start", why="{reason}", fix="See its log.")

    reason: str


class Edge:
    """An ASGI application whose calls to capabilities belong to one root request each.

    Args:
        deadline_s: Most time that the calls of one request may take together.
        own: Top-level packages of the application, in which errors are caught on purpose.
        admission: What refuses requests when there are too many; None to take them all.
        kind: Of the request context that the application has declared.
        traces: Notes each request; None where no one reads that.
    """

    def __init__(
        self,
        app: Any,
        deadline_s: float = EDGE_DEADLINE_S,
        *,
        own: Collection[str] = (),
        admission: EdgeAdmission | None = None,
        kind: ContextKind | None = None,
        traces: EdgeTraces | None = None,
    ) -> None:
        self._app = app
        self._traces = traces or EdgeTraces()
        self._admission = admission
        self._kind = kind
        self._deadline_s = deadline_s
        self._own = frozenset(own)
        self._lifespan = _Lifespan(app)

    def refusal(self, head: bytes) -> bytes | None:
        """The whole answer to a GET whose head this is, where there is too much to do; None where the application is asked."""
        return None if self._admission is None else self._admission.refusal(head)

    async def start(self) -> None:
        """Run the application's lifespan start-up; raises `EdgeNotStarted`."""
        await self._lifespan.start()

    async def stop(self) -> None:
        """Run the application's lifespan shutdown."""
        await self._lifespan.stop()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request; what it calls shares one deadline. A WebSocket has none."""
        scope.setdefault("state", {}).update(self._lifespan.state)
        if scope["type"] != "http":
            await self._converse(scope, receive, send)
            return
        context = self._request_of(scope, self._deadline_s)
        status, failed = 0, ""
        try:
            status = await self._admit(scope, receive, send, context)
        except BaseException as error:
            # Of one that is cut off, no answer is known.
            status, failed = _FAILED if isinstance(error, Exception) else 0, code_of(error)
            raise
        finally:
            self._traces.end(scope, context, status, failed or context.code)

    async def _admit(self, scope: Any, receive: Any, send: Any, context: EdgeContext) -> int:
        """Answer where there is not too much to do; the status."""
        if self._admission is None:
            return await self._answer(scope, receive, send, context)
        admission, kind = self._admission, kind_of(scope)
        context.criticality = admission.criticality_of(scope["path"])
        try:
            entered = await admission.enter(kind, context)
        except (Overloaded, DeadlineExceeded):
            # A name with a capital: nothing is kept of what is refused, of which there may be any number.
            context.code = Overloaded.__name__
            await refuse(scope, send)
            return _REFUSED
        status = 0
        try:
            status = await self._answer(scope, receive, send, context)
        finally:
            admission.leave(kind, entered, is_fine=0 < status < _CLIENT_ERROR)
        return status

    async def _answer(self, scope: Any, receive: Any, send: Any, context: EdgeContext) -> int:
        """Let the application answer; the status."""
        current.set(context)
        failures = note_failures()
        answer = EdgeAnswer(send, context.id, failures)
        hearing = Hearing(receive)
        began = perf_counter()
        try:
            await self._app(scope, hearing.receive, answer.send)
        except Exception as error:
            if hearing.is_cut_off:
                _LOG.debug("%s %s: the client hung up before its request was whole", scope["method"], scope["path"])
                return answer.status
            missing = _missing_part(error)
            if missing is None or answer.has_started:
                await answer.pass_on()
                tell(_LOG, error, "%s %s failed", scope["method"], scope["path"])
                raise
            await self._refuse(scope, answer, missing)
        else:
            missing = swallowed(failures, self._own) if answer.is_held else None
            if missing is None:
                await answer.pass_on()
            else:
                await self._refuse(scope, answer, missing)
        finally:
            if _ACCESS.isEnabledFor(logging.DEBUG):
                passed_ms = (perf_counter() - began) * 1000
                _ACCESS.debug("%s %s: %d in %.1f ms", scope["method"], scope["path"], answer.status, passed_ms)
        return answer.status

    async def _converse(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve a WebSocket: it has a request id, and no deadline."""
        context = self._request_of(scope, math.inf)
        current.set(context)
        failed = ""
        try:
            await self._app(scope, receive, send)
        except Exception as error:
            failed = code_of(error)
            tell(_LOG, error, "%s %s failed", scope["type"], scope.get("path", ""))
            raise
        except asyncio.CancelledError as error:
            failed = code_of(error)
            raise
        finally:
            self._traces.end(scope, context, _ACCEPTED, failed)

    async def _refuse(self, scope: Any, answer: EdgeAnswer, missing: Exception) -> None:
        # A part that is down is no bug of the edge: the client may come back, and one line tells the operator.
        _LOG.warning("%s %s: %s%s", scope["method"], scope["path"], _in_one_line(missing), self._hint(missing))
        await answer.refuse()

    def _hint(self, error: Exception) -> str:
        if isinstance(error, DeadlineExceeded) and error.is_inherited:
            return f" The calls of one request have {self._deadline_s:g} s: [edge] deadline_s in plures.toml."
        return ""

    def _request_of(self, scope: Any, deadline_s: float) -> EdgeContext:
        """The root request: its id is what the client says, or that of its trace. What the client says of on whose behalf it is made is taken away."""
        said = b""
        for name, value in scope.get("headers", ()):
            if name == _REQUEST_ID:
                said = said or value
            elif name == _REQUEST_CONTEXT:
                scope["headers"] = [header for header in scope["headers"] if header[0] != _REQUEST_CONTEXT]
        context = EdgeContext(monotonic() + deadline_s, 0, id=connect.sane_request_id(said), kind=self._kind)
        self._traces.begin(scope, context)
        return context


def _missing_part(error: BaseException) -> Exception | None:
    """The failure of a call to a part that does not answer, also inside a group of which nothing else failed."""
    if isinstance(error, Unavailable | DeadlineExceeded):
        return error
    inner: Sequence[BaseException] = getattr(error, "exceptions", ())
    missing = [_missing_part(each) for each in inner]
    return missing[0] if missing and all(missing) else None


def _in_one_line(error: Exception) -> str:
    return " ".join(str(error).split())


class _Lifespan:
    """The ASGI lifespan protocol, from the server's side. An application without lifespan just raises, which is allowed."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._inbox: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        self._outbox: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self.state: dict[str, Any] = {}

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run())
        answer = await self._ask("lifespan.startup")
        if answer["type"] == "lifespan.startup.failed":
            message = answer.get("message", "")
            _LOG.error("the edge did not start: %s", message)
            # Frameworks send a whole traceback; its last line says what happened.
            raise EdgeNotStarted(message.strip().rpartition("\n")[2])

    async def stop(self) -> None:
        # Taken at once: a second stop at the same time would wait for an answer that does not come.
        task, self._task = self._task, None
        if task is not None and not task.done():
            answer = await self._ask("lifespan.shutdown")
            if answer["type"] == "lifespan.shutdown.failed":
                _LOG.error("the edge did not shut down well: %s", answer.get("message", ""))
            await task

    async def _ask(self, event: str) -> dict[str, str]:
        await self._inbox.put({"type": event})
        return await self._outbox.get()

    async def _run(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self.state}
        try:
            await self._app(scope, self._inbox.get, self._outbox.put)
        except Exception:  # noqa: BLE001 - by the ASGI specification, raising means that lifespan is not supported
            await self._outbox.put({"type": "lifespan.unsupported"})
        else:
            await self._outbox.put({"type": "lifespan.ended"})
