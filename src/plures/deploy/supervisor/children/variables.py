"""What a process in another language is told, as variables of its environment: docs/guides/other-languages.md lists them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from plures.access import TRACES, Access
from plures.data import Folder
from plures.deploy.serving import authority
from plures.logs import DEFAULT_LEVEL
from plures.topology import Settings

_SENDS: Final = (
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_TRACES_EXPORTER",
    "OTEL_SDK_DISABLED",
)
"""By any of these, users have said themselves where spans go."""
_PRIVATE: Final = 0o700


class Told(msgspec.Struct, frozen=True):
    """All that a command is told when it starts; it stays the same across its restarts.

    Attributes:
        address: Where it must listen.
        urls: Capability → where it answers, of those that run elsewhere.
        capabilities: Those that it hosts.
        told_at: URL of the control listener that takes its spans; empty where none does.
    """

    address: tuple[str, int]
    urls: Mapping[str, str]
    access: Access
    capabilities: Sequence[str]
    settings: Settings
    told_at: str = ""

    def variables(self, name: str, grace_s: float, environment: Mapping[str, str]) -> dict[str, str]:
        """The variables; the folders that they name are made, for this user alone.

        Args:
            name: Process and replica number, `mail.1`.
            grace_s: Most time for requests in flight when it is stopped.
            environment: What it has besides.
        """
        host, port = self.address
        folders = {each: Folder(self.settings.data.absolute()).of_command(each) for each in self.capabilities}
        _make(folders.values())
        return {
            # What a program in Python prints would stay in its buffer, and be lost when it is ended.
            "PYTHONUNBUFFERED": "1",
            "PORT": str(port),
            "PLURES_CONTROL_ADDRESS": authority(host, port),
            "PLURES_PROCESS": name,
            "PLURES_GRACE_S": f"{grace_s:g}",
            "PLURES_LOG_FORMAT": self.settings.logs.format,
            "PLURES_LOG_LEVEL": self.settings.logs.level or DEFAULT_LEVEL,
            "PLURES_CALLERS": json.dumps(_callers(self.access)),
            **self._telemetry(name, environment),
            **{_variable(each, "DATA"): str(folder) for each, folder in folders.items()},
            **{_variable(each, "URL"): url for each, url in self.urls.items()},
            **{_variable(each, "TOKEN"): token for each, token in self.access.tokens.items()},
        }

    def _telemetry(self, name: str, environment: Mapping[str, str]) -> dict[str, str]:
        """Where its spans go: for the kit, and for SDKs of OpenTelemetry where no variable tells them already."""
        if not (self.settings.telemetry.enabled and self.told_at and self.access.teller):
            return {}
        ours = {"PLURES_TELEMETRY_URL": self.told_at, "PLURES_TELEMETRY_TOKEN": self.access.teller}
        if any(environment.get(each) for each in _SENDS):
            return ours
        service = {
            "OTEL_SERVICE_NAME": name.partition(".")[0],
            "OTEL_RESOURCE_ATTRIBUTES": f"service.instance.id={name}",
        }
        quiet = dict.fromkeys(("OTEL_METRICS_EXPORTER", "OTEL_LOGS_EXPORTER"), "none")
        usual = {each: value for each, value in (service | quiet).items() if each not in environment}
        return {
            **ours,
            **usual,
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{self.told_at}{TRACES}",
            # As the variable has it: a blank is no character of a value.
            "OTEL_EXPORTER_OTLP_TRACES_HEADERS": f"authorization=Bearer%20{self.access.teller}",
            "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/protobuf",
        }


def _callers(access: Access) -> list[dict[str, object]]:
    return [
        {
            "name": caller.name,
            "kind": caller.kind.value,
            "sha256": caller.digest,
            "may_call": caller.may_call,
            "may_deliver_to": caller.may_deliver_to,
        }
        for caller in access.callers
    ]


def _make(folders: Iterable[Path]) -> None:
    for folder in folders:
        folder.parent.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        folder.mkdir(mode=_PRIVATE, exist_ok=True)


def _variable(capability: str, what: str) -> str:
    return f"PLURES_{capability.upper().replace('-', '_')}_{what}"
