"""What callers without `await` may do wrong. None of these is a failed call: nothing was sent, and code has to change."""

from dataclasses import dataclass

from plures.errors import PluresError, Text


@dataclass(eq=False)
class BlockingOnLoop(PluresError):
    """A call that blocks was made where an event loop runs."""

    code = "client.on_event_loop"
    wording = Text(
        "Cannot call {operation} without `await` here",
        why="the call blocks, and this thread runs an event loop, which would stand still and may be the one that the answer needs",
        fix="Make the call in a thread: `await asyncio.to_thread({call}, …)`. Or make the function around it a plain `def`, where its caller runs "
        "such functions in threads, as FastAPI, Django and Plures do.",
    )

    operation: str
    call: str


@dataclass(eq=False)
class NotAnOperation(PluresError):
    """`blocking` was given something else than an operation of a client."""

    code = "client.not_an_operation"
    wording = Text(
        "Cannot call {given} from code without `await`",
        why="{problem}",
        fix="Pass an operation of a client: `blocking(search.find)`.",
    )

    given: str
    problem: str


@dataclass(eq=False)
class NoApplication(PluresError):
    """A client was asked for where no application runs."""

    code = "client.no_application"
    wording = Text(
        "Cannot call {contract}: no application runs in this process",
        why="`plures.client` gives clients of the application that this process hosts; none has started here, or it has stopped",
        fix="Call it from code that runs with the application: a handler, a job, a thread. In a test, start the application first: "
        "`plures.testing.run(app, data=…)`. A process that was forked from the application is another one.",
    )

    contract: str


@dataclass(eq=False)
class SeveralApplications(PluresError):
    """A client was asked for where several applications run, by code that belongs to none of them."""

    code = "client.several_applications"
    wording = Text(
        "Cannot tell which {contract} is meant",
        why="several applications of this process have it ({applications}), and the code that asks belongs to none of them",
        fix="Ask for the client in code that one of them calls, or pass a client to the thread that needs it.",
    )

    contract: str
    applications: str


@dataclass(eq=False)
class ContractUnknown(PluresError):
    """A client was asked for of something that is no contract of the application."""

    code = "client.unknown_contract"
    wording = Text(
        "Cannot call {contract}: application {application!r} has no capability for it",
        why="its capabilities are {capabilities}",
        fix="Pass the class of a contract, or add its Capability(…) to the application.",
    )

    contract: str
    application: str
    capabilities: str


@dataclass(eq=False)
class NotDeclared(PluresError):
    """A client was asked for by code that has not said that it calls this capability."""

    code = "client.not_declared"
    wording = Text(
        "Cannot call {contract} here",
        why="{owner} does not say that it calls {capability!r}, so neither its rights nor the topology include that",
        fix="{remedy}",
    )

    contract: str
    owner: str
    capability: str
    remedy: str
