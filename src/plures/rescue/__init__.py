"""Layer 10: many existing services in one process, unchanged, each as itself.

How a call travels that was meant for a network
-----------------------------------------------
`running_services` loads each service with modules and an environment of its own (`own`), and puts a method of ours in place of the one by
which each HTTP client sends a request (`calls.intercept`). That looks for scheme, host and port in the `Book`, where plures.toml says who
answers at which address. A service of this process is a `Callee`: an `Exchange` gives its ASGI application the request and takes its
answer, as a server would, in a task that has nothing of the caller's. A service of another process is an `Elsewhere`: the client calls it
over the network, at the port where it is.

`clashes` reads the code of the services before any of it is imported, and says what does not go together in one process.
"""

from .adopting import ComposeUnread, NothingToRescue, read_folders, text_of
from .calls import Elsewhere, LoopHeld
from .clashes import Clash, check_clashes, find_clashes
from .errors import EnvironmentUnread, ServiceNotLoaded, ServiceNotStarted
from .placing import place_services
from .running import RunningServices, Together, running_services
from .serving import Placed, as_commands, beside_host, log_by_service, placed_services, run_together

__all__ = [
    "Clash",
    "ComposeUnread",
    "Elsewhere",
    "EnvironmentUnread",
    "LoopHeld",
    "NothingToRescue",
    "Placed",
    "RunningServices",
    "ServiceNotLoaded",
    "ServiceNotStarted",
    "Together",
    "as_commands",
    "beside_host",
    "check_clashes",
    "find_clashes",
    "log_by_service",
    "place_services",
    "placed_services",
    "read_folders",
    "run_together",
    "running_services",
    "text_of",
]
