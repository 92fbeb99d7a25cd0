"""The software bill of materials of an image, as CycloneDX 1.6 in JSON. Says the same of the same packages: no times, and a number made of its content.

Source: cyclonedx.org/docs/1.6/json
"""

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from .wheels import Wheel

_EXPRESSION: Final = re.compile(r"[A-Za-z0-9.+-]+( (AND|OR|WITH) [A-Za-z0-9.+-]+)*")
_SPACE: Final = uuid.UUID("5f4bb3ce-3d8c-5a52-9c4c-6a4c7a0f2f38")


def sbom_of(name: str, version: str, wheels: Sequence[Wheel], *, base: str, own: Sequence[str] = ()) -> bytes:
    """The document.

    Args:
        name: Of the image.
        version: Of the application; empty where it has none.
        wheels: What is installed in it.
        base: Digest of the manifest of the base; empty for none. What is in the base, its own makers say.
        own: Names of the wheels that were built from this checkout: no registry has them.
    """
    packages = [_component(wheel, is_own=wheel.name in own) for wheel in sorted(wheels, key=lambda each: each.name)]
    below = [_base(base)] if base else []
    root: dict[str, Any] = {"bom-ref": name, "name": name, "type": "container"}
    document: dict[str, Any] = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "components": [*below, *packages],
        "dependencies": [{"dependsOn": [each["bom-ref"] for each in (*below, *packages)], "ref": name}],
        "metadata": {"component": {**root, "version": version} if version else root},
        "specVersion": "1.6",
        "version": 1,
    }
    text = json.dumps(document, sort_keys=True, ensure_ascii=False)
    numbered = {**document, "serialNumber": f"urn:uuid:{uuid.uuid5(_SPACE, text)}"}
    return json.dumps(numbered, sort_keys=True, ensure_ascii=False, indent=1).encode() + b"\n"


def _component(wheel: Wheel, *, is_own: bool) -> dict[str, Any]:
    purl = f"pkg:pypi/{wheel.name}@{wheel.version}"
    about: dict[str, Any] = {
        "bom-ref": purl,
        "licenses": _licences(wheel.licence),
        "name": wheel.name,
        "purl": purl,
        "type": "library",
        "version": wheel.version,
    }
    if not is_own:
        about["hashes"] = [{"alg": "SHA-256", "content": wheel.sha256}]
    return {key: value for key, value in about.items() if value}


def _licences(said: str) -> list[Mapping[str, Any]]:
    if not said:
        return []
    return [{"expression": said}] if _EXPRESSION.fullmatch(said) and " " in said else [{"license": {"name": said}}]


def _base(digest: str) -> dict[str, Any]:
    return {"bom-ref": digest, "name": "base", "type": "container", "version": digest}
