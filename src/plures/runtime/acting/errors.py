"""What is wrong with a request context, or with the code that sets it or asks for it."""

from dataclasses import dataclass

from plures.errors import PluresError, Text


@dataclass(eq=False)
class ContextMissing(PluresError):
    """Code asked on whose behalf it runs, and nothing has said so."""

    code = "context.missing"
    wording = Text(
        "This work has no request context",
        why="code asked for {kind}, and what began the work has not said on whose behalf it is done",
        fix="Set one at the edge, `with acting_for({kind}(…)):`. Where work may have none: `request_context({kind}, None)`.",
    )

    kind: str


@dataclass(eq=False)
class ContextMismatch(PluresError):
    """Code sets, or asks for, another type than the request context of the application has."""

    code = "context.mismatch"
    wording = Text(
        "{given} is not the type of the request context",
        why="{reason}",
        fix="Use the class that `Application(…, context=…)` names, in each place that sets the context or asks for it.",
    )

    given: str
    reason: str


@dataclass(eq=False)
class ContextNotWritable(PluresError):
    """A request context breaks the types that its class declares."""

    code = "context.not_writable"
    wording = Text("{kind} cannot be the request context", why="{reason}", fix="Give each field a value of its type.")

    kind: str
    reason: str


@dataclass(eq=False)
class ContextTooLarge(PluresError):
    """A request context has more bytes than may travel in the head of each call."""

    code = "context.too_large"
    wording = Text(
        "{kind} is too large for a request context",
        why="its JSON has {size} bytes, and {most} is the most: it travels in the head of each call, which servers and proxies limit",
        fix="Keep ids and roles in it, and let services look up the rest.",
    )

    kind: str
    size: int
    most: int


@dataclass(eq=False)
class ContextTorn(PluresError):
    """A block of `acting_for` ended elsewhere than it began, so that what ran in between has not seen it."""

    code = "context.torn"
    wording = Text(
        "`with acting_for({kind}(…)):` has had no effect",
        why="the block began in one thread or task and ended in another, as a dependency of FastAPI with `yield` does that is no `async def`",
        fix="Use `set_request_context({kind}(…))` there.",
    )

    kind: str


@dataclass(eq=False)
class ContextOutsideRequest(PluresError):
    """Only the edge sets the context of a whole request."""

    code = "context.outside_request"
    wording = Text(
        "Cannot set the context of the request",
        why="{reason}",
        fix="Use `with acting_for({kind}(…)):` around the calls that it is for.",
    )

    kind: str
    reason: str
