"""`run` as a program of its own, and what it has printed so far."""

import asyncio
import re
import sys
from collections.abc import Callable
from pathlib import Path

from .support import PATIENCE_S, until

PROGRAM = """
import sys
from pathlib import Path
sys.path.insert(0, {here!r})
from plures.application import assemble, load
from plures.deploy import Deployment, log_to_stderr, run
from plures.errors import PluresError
from plures.topology import check, parse

log_to_stderr()
try:
    settings = parse(Path(sys.argv[1]))
    assembly = assemble(load(settings.application))
    sys.exit(run(Deployment(assembly, check(settings.topology("it"), assembly.facts), settings)))
except PluresError as error:
    sys.exit(str(error))
"""
ONE = 'main = { capabilities = ["*"] }'
TWO = 'office = { capabilities = ["clerk"] }\nfront = { capabilities = ["*"] }'


class Program:
    """A running program and what it has printed."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.output = ""
        self._reading = asyncio.create_task(self._read())

    async def url(self) -> str:
        """Where the edge answers, once it does."""
        pattern = r"(?:greeting|the application): (http\S+)"
        await until(lambda: re.search(pattern, self.output) is not None)
        return re.search(pattern, self.output)[1]

    async def status(self) -> int:
        async with asyncio.timeout(PATIENCE_S):
            await self._reading
            return await self.process.wait()

    async def _read(self) -> None:
        while chunk := await self.process.stdout.read(65536):
            self.output += chunk.decode()


def command_line(
    folder: Path, topology: str, listen: str = 'public = "127.0.0.1:0"\ncontrol = "127.0.0.1:0"'
) -> list[str]:
    """What runs the greeting application in a topology; its plures.toml is written to the folder."""
    text = f'[application]\nimport = "greeting_app:app"\n[listen]\n{listen}\n[topology.it]\n{topology}\n'
    (folder / "plures.toml").write_text(text)
    return [sys.executable, "-c", PROGRAM.format(here=str(Path(__file__).parent)), str(folder / "plures.toml")]


async def start(arguments: list[str], before: Callable[[], object] | None = None) -> Program:
    """Start it. `before` runs in the new process first."""
    pipe, stdout = asyncio.subprocess.PIPE, asyncio.subprocess.STDOUT
    return Program(await asyncio.create_subprocess_exec(*arguments, stdout=pipe, stderr=stdout, preexec_fn=before))
