"""Wheels for tests: made of a few words, or of a distribution that is installed here. None is fetched."""

import hashlib
import zipfile
from collections.abc import Mapping, Sequence
from importlib.metadata import distribution
from pathlib import Path

UNUSED = (
    "adoption",
    "advisor",
    "exports",
    "imports",
    "isolation",
    "load",
    "pacts",
    "pages",
    "rescue",
    "testing",
    "trials",
)
"""What `plures run` does not import: each file takes its time to compile and to pack."""
SOURCES = Path(__file__).parents[2] / "src"


def make_wheel(
    folder: Path,
    name: str,
    files: Mapping[str, str],
    *,
    version: str = "1.0",
    requires: Sequence[str] = (),
    tag: str = "py3-none-any",
    more: str = "",
) -> Path:
    """A wheel with these files."""
    about = f"{name.replace('-', '_')}-{version}.dist-info"
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {name}",
        f"Version: {version}",
        *(f"Requires-Dist: {r}" for r in requires),
    ]
    metadata = "\n".join(lines) + f"\n{more}\n"
    return _zipped(folder, name, version, tag, {**files, f"{about}/METADATA": metadata})


def installed_wheel(folder: Path, name: str) -> Path:
    """A wheel of a distribution that the tests run with; of Plures, those of its sources that serve an application."""
    found = distribution(name)
    files: dict[str, bytes | str] = {
        str(file): Path(str(found.locate_file(file))).read_bytes()
        for file in found.files or ()
        if ".." not in file.parts and "__pycache__" not in file.parts and file.suffix != ".pth"
    }
    if name == "plures":
        files |= {
            file.relative_to(SOURCES).as_posix(): file.read_bytes()
            for file in (SOURCES / "plures").rglob("*")
            if file.is_file() and file.relative_to(SOURCES).parts[1] not in ("__pycache__", *UNUSED)
        }
    said = found.read_text("WHEEL") or ""
    tag = next(line.partition(": ")[2] for line in said.splitlines() if line.startswith("Tag: "))
    return _zipped(folder, name, found.version, tag, files)


def lock_of(wheels: Sequence[Path]) -> str:
    """A lock that names these wheels, with their hashes."""
    lines: list[str] = []
    for wheel in wheels:
        name, version, *_ = wheel.name.split("-")
        lines.append(f"{name}=={version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}")
    return "\n".join([*lines, ""])


def _zipped(folder: Path, name: str, version: str, tag: str, files: Mapping[str, bytes | str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / f"{name.replace('-', '_')}-{version}-{tag}.whl"
    about = f"{name.replace('-', '_')}-{version}.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(path), content)
        if not any(path.endswith(".dist-info/WHEEL") for path in files):
            archive.writestr(
                zipfile.ZipInfo(f"{about}/WHEEL"), f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n"
            )
    return wheel
