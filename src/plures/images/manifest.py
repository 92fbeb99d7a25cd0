"""The documents of an image: its configuration, its manifest, and the index that names it. Written the same way each time.

Source: github.com/opencontainers/image-spec, v1.1
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from .layers import Layer

CONFIG: Final = "application/vnd.oci.image.config.v1+json"
MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
INDEX: Final = "application/vnd.oci.image.index.v1+json"
REF_NAME: Final = "org.opencontainers.image.ref.name"


class Platform(msgspec.Struct, frozen=True):
    """What an image runs on, as in `linux/arm64`."""

    os: str
    architecture: str
    variant: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)

    def fits(self, said: Mapping[str, Any]) -> bool:
        """Whether a document says this platform. Variants of one architecture run each other's programs as a rule: none is compared that is not asked for."""
        same = said.get("os") == self.os and said.get("architecture") == self.architecture
        return same and (not self.variant or said.get("variant") == self.variant)

    def as_data(self) -> dict[str, str]:
        """For documents."""
        data = {"architecture": self.architecture, "os": self.os}
        return {**data, "variant": self.variant} if self.variant else data


class Blob(msgspec.Struct, frozen=True):
    """A document, as it is stored."""

    media_type: str
    content: bytes

    @property
    def digest(self) -> str:
        """As `sha256:…`."""
        return digest_of(self.content)

    def descriptor(self) -> dict[str, Any]:
        """How others name it."""
        return {"mediaType": self.media_type, "digest": self.digest, "size": len(self.content)}


class Start(msgspec.Struct, frozen=True):
    """How a container of an image starts.

    Attributes:
        command: The program and its first arguments, which stay.
        arguments: Those that may be said otherwise when a container is started.
        environment: Variables on top of those of the base.
        user: `number:number`.
        folder: Where it starts, as `/app`.
        volumes: Folders that are written to.
        ports: As `8000/tcp`.
    """

    command: Sequence[str]
    arguments: Sequence[str]
    environment: Mapping[str, str]
    user: str
    folder: str
    volumes: Sequence[str] = ()
    ports: Sequence[str] = ()


def digest_of(content: bytes) -> str:
    """As `sha256:…`."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def moment(seconds: int) -> str:
    """A time, in seconds since 1970, as documents say it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def config_of(
    base: Mapping[str, Any],
    layers: Sequence[Layer],
    start: Start,
    labels: Mapping[str, str],
    *,
    platform: Platform,
    created: int,
) -> Blob:
    """The configuration of an image: that of its base, with what is ours on top. What the base says of its own layers stays as it is.

    Args:
        base: Its configuration; empty for none.
        layers: Ours, from the lowest on.
        created: Seconds since 1970.
    """
    said: Mapping[str, Any] = base.get("config") or {}
    variables = dict(each.partition("=")[::2] for each in said.get("Env") or ())
    when = moment(created)
    config: dict[str, Any] = {
        **{key: value for key, value in said.items() if key not in ("Healthcheck", "OnBuild", "ArgsEscaped")},
        "Cmd": list(start.arguments),
        "Entrypoint": list(start.command),
        "Env": [f"{name}={value}" for name, value in {**variables, **start.environment}.items()],
        "ExposedPorts": {port: {} for port in start.ports},
        "Labels": {**(said.get("Labels") or {}), **labels},
        "StopSignal": "SIGTERM",
        "User": start.user,
        "Volumes": {folder: {} for folder in start.volumes},
        "WorkingDir": start.folder,
    }
    below = base.get("rootfs", {}).get("diff_ids", [])
    ours = [{"comment": layer.about, "created": when, "created_by": "plures build"} for layer in layers]
    return _document(
        CONFIG,
        {
            **platform.as_data(),
            "config": {key: value for key, value in config.items() if value or key == "Cmd"},
            "created": when,
            "history": [*(base.get("history") or []), *ours],
            "rootfs": {"diff_ids": [*below, *(layer.diff_id for layer in layers)], "type": "layers"},
        },
    )


def manifest_of(config: Blob, layers: Sequence[Mapping[str, Any]], annotations: Mapping[str, str]) -> Blob:
    """The manifest.

    Args:
        layers: Descriptors of all layers, those of the base first.
    """
    return _document(
        MANIFEST,
        {
            "annotations": dict(annotations),
            "config": config.descriptor(),
            "layers": list(layers),
            "mediaType": MANIFEST,
            "schemaVersion": 2,
        },
    )


def index_of(manifests: Sequence[Mapping[str, Any]]) -> Blob:
    """The index of a layout: a descriptor for each image in it."""
    return _document(INDEX, {"manifests": list(manifests), "mediaType": INDEX, "schemaVersion": 2})


def as_json(data: Mapping[str, Any]) -> bytes:
    """A document: keys in order, so that equal documents are equal bytes."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def _document(media_type: str, data: Mapping[str, Any]) -> Blob:
    return Blob(media_type, as_json(data))
