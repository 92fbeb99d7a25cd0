"""The process that the sagas of `test_kills` call, and a client of it."""

import asyncio
import os
import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from plures.errors import Outcome, Unavailable
from tests.unit.sagas.shop import Declined

DECLINED = "4"
"""The last character of keys of payments that are declined."""


class Called:
    """The process that is called: one line in a file for each effect, written before the answer; a key that was undone takes no effect any more."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
        self._done = set(path.read_text().splitlines())

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while line := await reader.readline():
                await asyncio.sleep(random.uniform(0, 0.002))
                writer.write(self._answer(*line.decode().split()) + b"\n")
        writer.close()

    def _answer(self, operation: str, key: str) -> bytes:
        closing = {"reserve": "release", "take": "give_back"}.get(operation)
        if operation == "take" and key.endswith(DECLINED):
            return b"declined"
        line = f"{operation} {key}"
        if line not in self._done and (closing is None or f"{closing} {key}" not in self._done):
            self._done.add(line)
            os.write(self._file, f"{line}\n".encode())
        return b"done"


class Client:
    """Calls that process."""

    def __init__(self, port: int, point: Callable[[], None]) -> None:
        self._port = port
        self._point = point

    def call(self, operation: str, answer: Any = None) -> Any:
        async def call(key: str, *_: Any) -> Any:
            self._point()
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
                writer.write(f"{operation} {key}\n".encode())
                said = await reader.readline()
                writer.close()
            except OSError as error:
                raise Unavailable(operation, str(error), outcome=Outcome.MAY_HAVE_RUN) from error
            if not said:
                raise Unavailable(operation, "it broke off", outcome=Outcome.MAY_HAVE_RUN)
            self._point()
            if said == b"declined\n":
                raise Declined(reason="expired")
            return answer

        return call
