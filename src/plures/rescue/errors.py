"""What goes wrong with services that run in one process."""

from dataclasses import dataclass

from plures.errors import PluresError, Text


@dataclass(eq=False)
class ServiceNotLoaded(PluresError):
    """The import string of a service does not lead to an ASGI application."""

    code = "rescue.not_loaded"
    wording = Text(
        "Cannot load service {service!r}: {app!r}",
        why="{reason}",
        fix="Correct `app` or `folder` of [services.{service}], or what its modules do when they are imported.",
    )

    service: str
    app: str
    reason: str


@dataclass(eq=False)
class ServiceNotStarted(PluresError):
    """The lifespan of a service failed, so that nothing was started."""

    code = "rescue.not_started"
    wording = Text(
        "Service {service!r} did not start",
        why="{reason}",
        fix="Mend what its lifespan (or `startup` handler) does; services start in the order of the file, and one that it calls must stand before it.",
    )

    service: str
    reason: str


@dataclass(eq=False)
class EnvironmentUnread(PluresError):
    """The file with variables of a service cannot be read."""

    code = "rescue.environment_file"
    wording = Text(
        "Cannot read the variables of service {service!r} from {file}",
        why="{reason}",
        fix="Correct `environment_file` of [services.{service}], or write the file.",
    )

    service: str
    file: str
    reason: str
