"""Layer 7: puts an application onto a machine: one process, or local processes under a supervisor.

From plures.toml to a running process
-------------------------------------
`topology.parse` reads the file into `Settings` and, for each topology, `Process`es as the user wrote them. `topology.check` compares
one topology with the application; the result is a `ResolvedTopology`, whose `ResolvedProcess`es name every capability. The command
line passes both to `run`, as a `Deployment`.

`run` asks `placing` whether one process is enough. If so, `placement_of` says what that process hosts, a `Placement`. `one_process`
binds two sockets, builds a `Host` from the placement, and a `ServedHost` serves it until a signal asks it to stop.

Otherwise `topology.make_plan` decides what starts after what, and `supervise` runs the `Plan`. The `Supervisor` binds every socket
(`Addresses`) and has one `Slot` for each replica. A slot keeps one child alive: a `ReplicaProcess`, or a `Command` in another
language. A `ReplicaProcess` is started with a `Channel`, whose first message is `Configure`: the application, the same `Placement`,
and the descriptors of the sockets.

In the new process, `replica_main` receives it, builds the same `Host`, serves it with the same `ServedHost`, and answers `Ready`.
From then on the supervisor sends `Update` whenever the ready replicas change, and `Stop` in the end.

Either way, a `run_file` tells `plures call` where each capability answers, for as long as the run lasts, and where it takes orders: `orders`
is what they are, `operating` carries them out.
"""

from .deployment import Deployment, run
from .orders import (
    Apply,
    Order,
    OrderFailed,
    OrderUnderWay,
    ProcessShown,
    ReplicaShown,
    Restart,
    RunGone,
    RunSilent,
    Scale,
    Shown,
    Stop,
    ask,
    in_words,
    is_halted,
    order,
    silent,
)
from .placing import one_each, process_name
from .process_setup import freeze_gc, log_to_stderr, new_event_loop
from .replica import watch_parent
from .run_file import Found, Run, find_runs
from .serving import (
    ANY_FREE_PORTS,
    ListenAddress,
    ListenAddresses,
    Listener,
    Listening,
    ServedHost,
    ServingOptions,
    allow_files,
    free_port,
    hosting,
    listen,
    need_uvicorn,
    shutdown_signals,
    stop_signals,
)
from .supervisor import BackoffPolicy, Lines, RunningProcesses, SupervisorOptions, local_processes

__all__ = [
    "ANY_FREE_PORTS",
    "Apply",
    "BackoffPolicy",
    "Deployment",
    "Found",
    "Lines",
    "ListenAddress",
    "ListenAddresses",
    "Listener",
    "Listening",
    "Order",
    "OrderFailed",
    "OrderUnderWay",
    "ProcessShown",
    "ReplicaShown",
    "Restart",
    "Run",
    "RunGone",
    "RunSilent",
    "RunningProcesses",
    "Scale",
    "ServedHost",
    "ServingOptions",
    "Shown",
    "Stop",
    "SupervisorOptions",
    "allow_files",
    "ask",
    "find_runs",
    "free_port",
    "freeze_gc",
    "hosting",
    "in_words",
    "is_halted",
    "listen",
    "local_processes",
    "log_to_stderr",
    "need_uvicorn",
    "new_event_loop",
    "one_each",
    "order",
    "process_name",
    "run",
    "shutdown_signals",
    "silent",
    "stop_signals",
    "watch_parent",
]
