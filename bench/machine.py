"""Describes the machine that a result was measured on."""

import os
import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

_PACKAGES = (
    "uvloop", "uvicorn", "httptools", "msgspec", "pyreqwest", "grpcio", "protobuf", "connectrpc", "pyqwest",
    "fastapi", "pydantic", "httpx", "starlette", "tantivy", "sqlalchemy", "asyncpg", "dbos", "psycopg",
)  # fmt: skip


class Machine(msgspec.Struct, frozen=True):
    """Processor, memory, kernel and the versions that matter."""

    processor: str
    cores: int
    memory_gib: float
    system: str
    python: str
    packages: dict[str, str]
    load_before: float

    @property
    def sentence(self) -> str:
        """One line for people."""
        return f"{self.processor}, {self.cores} cores, {self.memory_gib:.0f} GiB, {self.system}, Python {self.python}"


def this_machine() -> Machine:
    """The machine that this process runs on, with its load average of the last minute."""
    return Machine(
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)),
        memory_gib=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30,
        system=f"{platform.system()} {platform.release().split('-')[0]}",
        python=platform.python_version(),
        packages={name: found for name in _PACKAGES if (found := _version(name))},
        load_before=os.getloadavg()[0],
    )


def _processor() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found.group(1) if found else platform.machine()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
