"""What keeps a topology from running by Compose, as data."""

from plures.errors import Rule

PORT_CLASH = Rule(
    "deploy.port_clash",
    "has {replicas} replicas, and all of them would listen at one address of the machine",
    "Give the process with the edge one replica in this topology.",
)
NAME_TAKEN = Rule(
    "deploy.name_taken",
    "has the name {name!r}, which the Compose file needs for something else",
    "Give the process another name.",
)
VARIABLE_MISSING = Rule(
    "deploy.secret_missing",
    "needs the variable {name}, which is neither in the environment nor in {file}",
    "Set it there; the file belongs in no repository.",
)
FILE_MISSING = Rule(
    "deploy.secret_missing",
    "is missing, and processes of the topology {topology} read it",
    "Put it there, readable for user 65532; docs/guides/containers.md says where each comes from.",
)
