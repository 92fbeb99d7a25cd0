"""The rules that the placement of services must keep."""

from plures.errors import Rule

UNKNOWN = Rule("topology.service_unknown", "there is no [services.{name}]", "{hint}")
FOLDER = Rule(
    "topology.service_folder",
    "there is no folder {folder}",
    "Name the folder in which the service is started, seen from this file.",
)
UNPLACED = Rule(
    "topology.service_unplaced",
    "service {name!r} is in no process",
    'Add it to `services` of one, or "*" for the rest.',
)
TWICE = Rule(
    "topology.service_twice", "service {name!r} is in more than one process: {processes}", "Keep it in one of them."
)
REST_TWICE = Rule(
    "topology.service_twice",
    'has services = ["*"] more than once: in {processes}',
    'Keep "*" in one process, and name the services of the others.',
)
MIXED = Rule(
    "topology.service_beside_capabilities",
    "hosts services beside capabilities, and there are more processes",
    "Give the services a process of their own, or put all into one.",
)
NOT_OURS = Rule(
    "topology.service_not_ours",
    "lists services beside {key}",
    "Leave {key} out of this process: Plures starts what `services` names, once.",
)
