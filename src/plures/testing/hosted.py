"""Runs an application beside blocking code: in a thread, on an event loop of its own. Knows nothing of a test runner."""

import asyncio
from collections.abc import Generator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from plures.application import Application, assemble, load
from plures.deploy import one_each
from plures.topology import Topology, monolith, parse

from .running import Running, Where, run


@contextmanager
def hosted(
    application: str | Application | Path,
    where: Where = Where.CHECKED,
    *,
    data: Path | None = None,
    topology: Topology | str | None = None,
) -> Generator[Running]:
    """Run an application while the context lasts, without its edge: `plures.client(…)` finds it in each thread.

    For tests that ask the web application themselves, with or without an event loop of their own.

    Args:
        application: As of `run`, or a plures.toml.
        data: Folder for the embedded databases; a temporary one when left out.
        topology: As of `run`. With a plures.toml, the name of one of its topologies, whose databases are used then; left out, the databases
            are embedded, and settings and policy are what the file says.

    Raises:
        PluresError: As of `run`, or the file is wrong.
    """
    if isinstance(application, Path):
        application, topology = _of_file(application, where, topology)
    if isinstance(topology, str):
        message = "a topology has a name in a plures.toml alone: hosted(Path('plures.toml'), topology='split')"
        raise TypeError(message)
    with TemporaryDirectory() as folder:
        hosting = _Hosting(run(application, where, data=data or Path(folder), topology=topology, edge=False))
        try:
            yield hosting.started()
        finally:
            hosting.end()


def _of_file(file: Path, where: Where, topology: Topology | str | None) -> tuple[str, Topology]:
    settings = parse(file)
    assembly = assemble(load(settings.application, file.absolute().parent))
    if isinstance(topology, str):
        return settings.application, settings.topology(topology)
    if topology is not None:
        return settings.application, topology
    said = settings.topology()
    plain = one_each(replace(assembly, edge=None)) if where is Where.LOCAL_PROCESSES else monolith()
    return settings.application, replace(
        plain, settings=said.settings, folder=said.folder, policies=said.policies, source=said.source
    )


class _Hosting:
    """A running application in a thread of its own, from the start of its context to the end."""

    def __init__(self, running: AbstractAsyncContextManager[Running]) -> None:
        self._started: Future[Running] = Future()
        self._ending: Future[None] = Future()
        self._thread = Thread(target=asyncio.run, args=[self._hold(running)], name="plures host", daemon=True)
        self._thread.start()

    def started(self) -> Running:
        """Wait until it runs. Raises what keeps it from that."""
        return self._started.result()

    def end(self) -> None:
        """Stop it, and wait until it has ended."""
        self._ending.set_result(None)
        self._thread.join()

    async def _hold(self, running: AbstractAsyncContextManager[Running]) -> None:
        try:
            async with running as started:
                self._started.set_result(started)
                await asyncio.wrap_future(self._ending)
        except BaseException as error:  # who waits for the start raises it
            if self._started.done():
                raise
            self._started.set_exception(error)
