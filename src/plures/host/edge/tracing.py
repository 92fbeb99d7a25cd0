"""The span of each request to the edge: how it is named, which trace it is part of, and whether that is kept.

Who asks is an outsider: the trace that it names goes on, but neither what it says of keeping it nor how many names it asks for costs the store.
"""

import re
from time import monotonic
from typing import Any, Final

import msgspec

from plures.runtime import EdgeContext, trace_from
from plures.telemetry import Draw, Meter, SpanKind, Subject, Telemetry, Trace, new_trace_id, trace_id_of

from .admission import kind_of

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY", "WEBSOCKET"})
_OTHER_METHOD: Final = "OTHER"
_MOST_NAMES: Final = 300
"""Names from which on requests of others are named by their method alone."""
_LONGEST_PATH: Final = 200
_CONVERTER: Final = re.compile(r"\{(\w+):[^{}]*\}")
_CLIENT_ERROR: Final = 400
_SERVER_ERROR: Final = 500
_CODES: Final = {501: "unimplemented", 502: "unavailable", 503: "unavailable", 504: "deadline_exceeded"}
_PROBED: Final = frozenset({"/health", "/healthz", "/livez", "/readyz", "/ping"})
_PROBES: Final = (b"kube-probe/", b"GoogleHC/", b"ELB-HealthChecker/", b"Consul Health Check")


class EdgeTraces:
    """Begins and ends the spans of requests.

    Args:
        telemetry: Of the process; None where no one reads it.

    Attributes:
        in_flight: Requests that are being answered.
    """

    def __init__(self, telemetry: Telemetry | None = None) -> None:
        self._telemetry = telemetry or Telemetry()
        self._meters: dict[tuple[str, str], Meter] = {}
        # Kinds of requests that are named in the settings, or have been answered well: an outsider cannot make up any. All others are drawn
        # together.
        self._draws: dict[str, Draw] = {kind: self._telemetry.draw(kind) for kind in self._telemetry.rates}
        self._draw = self._telemetry.draw()
        self.in_flight = 0

    def begin(self, scope: Any, context: EdgeContext) -> None:
        """A request is taken on: give it a trace. Of probes, nothing is noted."""
        context.began = monotonic()
        headers: dict[bytes, bytes] = dict(scope.get("headers", ()))
        trace, recorder, asks = trace_from(headers.get), self._telemetry.recorder, is_probe(scope, headers)
        if trace is None:
            if not (recorder.is_read or asks):
                # Nothing is noted of it.
                context.id = context.id or new_trace_id()
                self.in_flight += 1
                return
            trace = Trace()
        trace.kept_for = ""
        context.trace, context.span = trace, trace.next_span()
        if asks:
            # What it calls is told to nothing, too.
            return
        self.in_flight += 1
        if self._draws.get(_kind(scope), self._draw)(context.began):
            trace.kept_for = "drawn"
        # A conversation may last for days: what it calls is told as it ends.
        trace.closes = float("inf") if scope["type"] == "websocket" else context.span
        if not trace.given:
            trace.given = trace_id_of(context.id)
        if not context.id:
            context.id = trace.id
        if recorder.bridge is not None:
            recorder.bridge.enter(context)

    def end(self, scope: Any, context: EdgeContext, status: int, failed: str = "") -> None:
        """It is answered, or has failed.

        Args:
            status: Of the answer; 0 where there is none.
            failed: The code with which it ended otherwise.
        """
        trace = context.trace
        if trace is not None and not trace.closes:
            return
        self.in_flight -= 1
        if 0 < status < _CLIENT_ERROR and len(self._draws) < _MOST_NAMES:
            kind = _kind(scope)
            if kind not in self._draws:
                self._draws[kind] = self._telemetry.draw(kind)
        method = _method(scope)
        route = route_of(scope)
        if not route and 0 < status < _CLIENT_ERROR:
            # A framework that says no route: the first part of the path is what names there are.
            route = _kind(scope).partition(" ")[2]
        context.code = failed or (_CODES.get(status, "internal") if status >= _SERVER_ERROR else "")
        meter = self._meter(method, route)
        said = {"http.request.method": method, "url.path": scope.get("path", "")[:_LONGEST_PATH]}
        more = {"http.response.status_code": status} if status else {}
        route_said = {"http.route": route} if route else {}
        meter.begin(context)
        meter.end(context, (msgspec.json.encode({**said, **more, **route_said}).decode(),))

    def _meter(self, method: str, route: str) -> Meter:
        found = self._meters.get((method, route))
        if found is None and len(self._meters) >= _MOST_NAMES:
            route = ""
            found = self._meters.get((method, route))
        if found is None:
            name = f"{method} {route}" if route else method
            found = self._meters[method, route] = self._telemetry.meter(Subject(SpanKind.SERVER, name))
        return found


def is_probe(scope: Any, headers: dict[bytes, bytes]) -> bool:
    """Whether a request only asks whether the application lives."""
    is_asking = scope["type"] == "http" and scope.get("method") in ("GET", "HEAD")
    return is_asking and (scope.get("path") in _PROBED or headers.get(b"user-agent", b"").startswith(_PROBES))


def route_of(scope: Any) -> str:
    """The pattern that a framework has found the path to have, as in `/product/{id}`; empty where it says none."""
    route, path = scope.get("route"), scope.get("path", "")
    root = scope.get("root_path", "").rstrip("/")
    named: dict[str, object] = scope.get("path_params") or {}
    if hasattr(route, "routes"):
        # What is mounted there says no more of it, as a folder of files.
        return _text(f"{_with_names(root, named)}/{{path}}")
    template = scope.get("path_template") or f"{_with_names(root, named)}{getattr(route, 'path', '')}"
    if _fits(template, path):
        return _text(template)
    if "endpoint" not in scope:
        return ""
    # The prefix of a router that is part of another one is in no route.
    found = _with_names(path, named)
    return _text(found if all(f"{{{name}}}" in found for name in named) else template)


def _fits(template: str, path: str) -> bool:
    pieces, said = template.split("/"), path.split("/")
    return len(pieces) == len(said) and all("{" in a or a == b for a, b in zip(pieces, said, strict=True))


def _with_names(path: str, named: dict[str, object]) -> str:
    """The path, with the names of parameters where their values stand."""
    for name, value in named.items():
        text = str(value)
        at = f"{path}/".rfind(f"/{text}/") if text else -1
        if at >= 0:
            path = f"{path[: at + 1]}{{{name}}}{path[at + 1 + len(text) :]}"
    return path


def _text(pattern: Any) -> str:
    return _CONVERTER.sub(r"{\1}", pattern)[:_LONGEST_PATH] if isinstance(pattern, str) else ""


def _kind(scope: Any) -> str:
    return kind_of({"method": _method(scope), "path": scope.get("path", "")})


def _method(scope: Any) -> str:
    method: str = scope.get("method", "WEBSOCKET")
    return method if method in _METHODS else _OTHER_METHOD
