"""The rules that `[services]` must keep."""

from plures.errors import Rule

APP = Rule(
    "topology.service_app",
    "{text!r} is not an import string",
    "Write module and attribute, as for uvicorn, such as {example}.",
)
NAME = Rule(
    "topology.service_name",
    "{name!r} is not a name for a service",
    "Use up to 63 lower-case letters, digits and hyphens, beginning with a letter.",
)
ADDRESS = Rule(
    "topology.address", "{text!r} is not a base URL", "Write scheme, host and port alone, such as {example}."
)
ADDRESS_TWICE = Rule(
    "topology.service_address_twice",
    "{address} is an address of {other!r} as well",
    "Keep it with the service that answers there.",
)
LISTEN = Rule("topology.address", "{text!r} is not an address to listen on", "Write host and port, such as {example}.")
