"""Prints the lowest version of each dependency that pyproject.toml allows, extras included, one `name==version` a line: for `make lowest`."""

import re
import tomllib
from pathlib import Path

_PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"
_FLOOR = re.compile(r"(?P<name>[\w.-]+)(\[[\w,]+\])?>=(?P<version>[\w.]+)")


def floors() -> dict[str, str]:
    """Name → version; raises `ValueError` where a dependency says none."""
    project = tomllib.loads(_PYPROJECT.read_text())["project"]
    wanted = [
        *project["dependencies"],
        *(
            each
            for extra in project["optional-dependencies"].values()
            for each in extra
            if not each.startswith("plures[")
        ),
    ]
    found = {each: _FLOOR.match(each) for each in wanted}
    if unsaid := [each for each, match in found.items() if match is None]:
        raise ValueError(f"no lowest version: {', '.join(unsaid)}")
    lowest = {match["name"]: match["version"] for match in found.values() if match is not None}
    # Its two halves are of one version.
    return {**lowest, "psycopg-binary": lowest["psycopg"]}


# Of pytest-asyncio, 1.2 now and then leaves an event loop to the garbage collector, which is an error here.
# OpenTelemetry's packages ask for one another in exact versions.
_AS_PINNED = (
    "pytest-asyncio",
    "opentelemetry-api",
    "opentelemetry-exporter-otlp-proto-http",
    "opentelemetry-sdk",
)

if __name__ == "__main__":
    print("\n".join(f"{name}=={version}" for name, version in floors().items() if name not in _AS_PINNED))
