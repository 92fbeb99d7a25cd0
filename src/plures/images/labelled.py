"""What the images of a layout say that they are."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from .errors import LayoutUnreadable
from .manifest import REF_NAME
from .reading import is_layout

_NAME: Final = "io.containerd.image.name"


class Labelled(msgspec.Struct, frozen=True):
    """An image in a layout.

    Attributes:
        name: In the layout, such as the name of a process.
        full_name: What engines call it, such as `shop/search:1a2b3c`.
        digest: Of its manifest.
        labels: What it says of itself.
    """

    name: str
    full_name: str
    digest: str
    labels: Mapping[str, str]

    @property
    def processes(self) -> frozenset[str]:
        """Those that it is for."""
        return frozenset(self.labels.get("plures.process", "").split())

    @property
    def capabilities(self) -> frozenset[str]:
        """Those that it has the code of."""
        return frozenset(self.labels.get("plures.capabilities", "").split())


def images_in(folder: Path) -> tuple[Labelled, ...]:
    """The images of a layout that is a folder.

    Raises:
        LayoutUnreadable: It is none, or is damaged.
    """
    if not folder.is_dir() or not is_layout(folder):
        raise LayoutUnreadable(str(folder), "there is no image layout")
    try:
        index = json.loads((folder / "index.json").read_bytes())
        return tuple(_image(folder, descriptor) for descriptor in index["manifests"])
    except (OSError, ValueError, LookupError, AttributeError, TypeError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise LayoutUnreadable(str(folder), reason or "it is damaged") from None


def _image(folder: Path, descriptor: Mapping[str, Any]) -> Labelled:
    noted = descriptor.get("annotations", {})
    config = _blob(folder, _blob(folder, descriptor["digest"])["config"]["digest"])
    labels: dict[str, str] = config.get("config", {}).get("Labels") or {}
    return Labelled(noted.get(REF_NAME, ""), noted.get(_NAME, ""), descriptor["digest"], labels)


def _blob(folder: Path, digest: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "blobs" / digest.replace(":", "/")).read_bytes())
    return content
