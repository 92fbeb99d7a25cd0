"""The official Go libraries of the Connect protocol, and a depot with what `plures new service` gives to a service in Go."""

import asyncio
import json
import os
import shutil
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plures.compat import described, numbered
from plures.contract import read_contract
from plures.exports import export
from tests.golang import build, copy_kit
from tests.interop.calls import Call, Detail, Reply
from tests.interop.contract import Depot

SOURCES = Path(__file__).with_name("module")
CALLS_LIMIT_S = 60
START_S = 30


@dataclass(frozen=True)
class GoPeer:
    """A folder with the module, and its programs."""

    folder: Path

    @classmethod
    def install(cls, folder: Path) -> "GoPeer":
        """Build the module in a folder, with exactly the libraries that are locked."""
        shutil.copytree(SOURCES, folder, dirs_exist_ok=True)
        copy_kit(folder)
        contract = numbered(described(read_contract(Depot)[0]), None)
        for each in (export(contract, "proto"), export(contract, "json")):
            path = folder / "contracts" / each.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(each.text)
        build(folder, "bin/", "./client", "./server")
        return cls(folder)

    @property
    def server(self) -> Path:
        """The program that serves the depot on the address in its environment."""
        return self.folder / "bin" / "server"

    @property
    def environment(self) -> Mapping[str, str]:
        """What the server needs beside that."""
        return {"CONTRACT": str(self.folder / "contracts" / "interop" / "depot" / "v1" / "depot.json")}

    async def call(self, url: str, call: Call) -> Reply:
        """Call the service at a URL."""
        wanted = {"operation": call.operation, "request": call.request, "useGet": call.use_get}
        if call.timeout_ms is not None:
            wanted["timeoutMs"] = call.timeout_ms
        process = await asyncio.create_subprocess_exec(
            self.folder / "bin" / "client", url,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        output, complaint = await asyncio.wait_for(process.communicate(json.dumps(wanted).encode()), CALLS_LIMIT_S)
        assert process.returncode == 0, complaint.decode()
        reply = json.loads(output)
        messages = [_without_empty_lists(message) for message in reply["messages"]]
        return Reply(messages, reply["code"], reply["text"], [Detail(**detail) for detail in reply["details"]])


def _without_empty_lists(message: dict[str, Any]) -> dict[str, Any]:
    """A message as the libraries write it that know which fields were set; this one writes either all zeros, or none."""
    return {name: value for name, value in message.items() if value != []}


@dataclass(frozen=True)
class GoServer:
    """A depot that runs."""

    url: str
    process: asyncio.subprocess.Process

    async def line(self) -> dict[str, object]:
        """The next line of its log."""
        assert self.process.stderr is not None
        text = await asyncio.wait_for(self.process.stderr.readline(), START_S)
        line: dict[str, object] = json.loads(text)
        return line


@asynccontextmanager
async def go_depot(peer: GoPeer, **more: str) -> AsyncIterator[GoServer]:
    """A depot in Go on a free port, with these variables in its environment; it has been told to end afterwards."""
    environment = {**os.environ, **peer.environment, "PLURES_CONTROL_ADDRESS": "127.0.0.1:0", **more}
    process = await asyncio.create_subprocess_exec(peer.server, env=environment, stderr=asyncio.subprocess.PIPE)
    server = GoServer("", process)
    try:
        said = str((await server.line())["message"])
        yield GoServer(f"http://{said.removeprefix('listening on ')}", process)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.communicate(), START_S)


@asynccontextmanager
async def further() -> AsyncIterator[tuple[str, "asyncio.Queue[dict[str, str]]"]]:
    """A depot that says seven: its URL, and what it hears."""
    heard: asyncio.Queue[dict[str, str]] = asyncio.Queue()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        # The message, which may come later: what is closed before it is read is reset, and its answer lost.
        await reader.readuntil(b"}")
        heard.put_nowait({"line": head[0], **dict(line.lower().split(": ", 1) for line in head[1:] if line)})
        # It says that it closes: the next call would come on this connection otherwise, and may not be sent twice.
        answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: 13\r\n\r\n"
        writer.write(answer + b'{"value":"7"}')
        await writer.drain()
        writer.close()

    recorder = await asyncio.start_server(hear, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{recorder.sockets[0].getsockname()[1]}", heard
    finally:
        recorder.close()
