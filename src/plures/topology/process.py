"""One process of a topology, as plures.toml writes it."""

import shlex

from .address import is_base_url
from .model import Process, Replicas
from .table import Table


def process(table: Table, name: str) -> Process:
    """The process that a table describes; what is wrong with it is in the table's violations."""
    table.only("capabilities", "replicas", "edge", "external", "command", "environment")
    edge = table.flag("edge")
    capabilities = table.texts("capabilities", required=not edge)
    if table.values.get("capabilities") == [] and not edge:
        table.violate("empty", "capabilities", "is empty", "Name a capability, or leave the process out.")
    external, command = _external(table), _command(table)
    if "external" in table.values and "command" in table.values:
        fix = "Keep external when somebody else runs it, command when we are to start it."
        table.violate("external_and_command", "command", "stands beside external", fix)
    return Process(
        name,
        capabilities,
        replicas=_replicas(table),
        edge=edge,
        external=external,
        command=command,
        environment=_environment(table.table("environment")),
    )


def _external(table: Table) -> str | None:
    url = table.text("external")
    if url is not None and not is_base_url(url):
        fix = 'Write scheme, host and port alone, such as external = "http://127.0.0.1:9100".'
        table.violate("address", "external", f"{url!r} is no base URL", fix)
    return url.rstrip("/") if url is not None else None


def _command(table: Table) -> str | None:
    command = table.text("command")
    if command is None:
        return None
    try:
        words = shlex.split(command)
    except ValueError as error:
        table.violate("command", "command", f"cannot be split into words: {error}", "Close the quotation.")
    else:
        if not words:
            table.violate("command", "command", "is empty", "Name a program, or leave the key out.")
    return command


def _replicas(table: Table) -> Replicas:
    value = table.values.get("replicas", 1)
    if type(value) is int:
        least = most = value
    elif type(value) is dict:
        below = table.table("replicas")
        below.only("min", "max")
        least = _count(below, "min", 1)
        most = _count(below, "max", least)
    else:
        table.violate(
            "type", "replicas", "is neither a whole number nor a table", "Write replicas = 2, or { min = 2, max = 4 }."
        )
        least = most = 1
    if least < 1:
        table.violate(
            "replicas", "replicas", f"begins at {least}", "Begin at 1 or more; to run none, leave the process out."
        )
    if least > most:
        table.violate("replicas", "replicas", f"has min = {least} above max = {most}", "Raise max or lower min.")
    return Replicas(least, most)


def _count(table: Table, key: str, default: int) -> int:
    value = table.number(key)
    return default if value is None else value


def _environment(table: Table) -> dict[str, str]:
    variables: dict[str, str] = {}
    for key in table.values:
        if not key or "=" in key or "\0" in key:
            table.violate("environment", key, "is no name of a variable", "Use letters, digits and underscores.")
        value = table.text(key)
        if value is not None:
            variables[key] = value
    return variables
