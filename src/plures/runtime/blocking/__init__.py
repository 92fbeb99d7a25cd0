"""Between threads and the event loop of a host: calls that block, `def` methods of services, and clients for code without any.

`threads` is where `def` methods run, each as one of `jobs`; `portal` how a thread has a coroutine run on the loop and waits for it, and `direct` how it
has another thread run a `def` method; `spelling` makes of what calls an
operation what its contract says, and `service` of a service with `def` methods one without; `hosting` knows which hosts run in this process.
Source: docs/adr/0033-sync.md
"""

from .direct import Direct, Plain, mark_direct, plain_of
from .errors import BlockingOnLoop, ContractUnknown, NoApplication, NotAnOperation, NotDeclared, SeveralApplications
from .hosting import Hosting, ambient_client, begin_hosting, end_hosting, hosting, owner_now, working_for
from .leftovers import tidily
from .portal import Portal
from .service import runs_in_thread, threaded
from .spelling import (
    awaitable,
    blocking,
    calling,
    from_anywhere,
    instead,
    is_blocking,
    operation_of,
    run_blocking,
    spelled,
)
from .threads import NoPlace, Threads

__all__ = [
    "BlockingOnLoop",
    "ContractUnknown",
    "Direct",
    "Hosting",
    "NoApplication",
    "NoPlace",
    "NotAnOperation",
    "NotDeclared",
    "Plain",
    "Portal",
    "SeveralApplications",
    "Threads",
    "ambient_client",
    "awaitable",
    "begin_hosting",
    "blocking",
    "calling",
    "end_hosting",
    "from_anywhere",
    "hosting",
    "instead",
    "is_blocking",
    "mark_direct",
    "operation_of",
    "owner_now",
    "plain_of",
    "run_blocking",
    "runs_in_thread",
    "spelled",
    "threaded",
    "tidily",
    "working_for",
]
