"""Why versions cannot be watched."""

from dataclasses import dataclass

from plures.errors import PluresError, Text


@dataclass(eq=False)
class ReplicaUnread(PluresError):
    """A replica tells no figures when it is first asked."""

    code = "deploy.replica_unread"
    wording = Text(
        "{at} tells no figures",
        why="{reason}",
        fix="Name the control addresses of replicas that run, as in --new http://10.0.0.7:8001.",
    )

    at: str
    reason: str


@dataclass(eq=False)
class SameReplica(PluresError):
    """A replica cannot be of both versions."""

    code = "deploy.same_replica"
    wording = Text(
        "{at} is named twice",
        why="a version is compared with another one",
        fix="Name each replica once, with --old or with --new.",
    )

    at: str
