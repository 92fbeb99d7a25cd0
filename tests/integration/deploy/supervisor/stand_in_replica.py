"""A replica around a stand-in host: the application string says what it does.

The string is JSON: {"fail": [code, what, why, fix]} | {"raise": text} | {"hang": true} | {"wait_for": path} | {"die_from": number}.
"""

import asyncio
import json
import os
import sys
import urllib.parse
import urllib.request
from pathlib import Path

from plures.deploy.channel import Configure
from plures.deploy.replica.main import replica_main
from plures.errors import PluresError
from plures.http import Request, Response
from plures.runtime import Capacity


class Stated(PluresError):
    code = "test.stated"


class StandInHost:
    """GET /who, /endpoints, /busy?calls=9, /slow?s=0.5, /bytes?n=10, /die, /config; and /health/ready."""

    identity = None

    def __init__(self, configure: Configure) -> None:
        self.placement = configure.placement
        self.capacity = Capacity(1)
        self.script = json.loads(configure.application)
        self.endpoints = configure.placement.endpoints
        self.journal = configure.placement.data / "journal"
        self.public = self.public_application if configure.placement.edge else None

    def note(self, event: str) -> None:
        with self.journal.open("a") as file:
            file.write(f"{event} {min(self.placement.capabilities)} {os.getpid()}\n")

    async def start(self) -> None:
        self.note("starting")
        print(f"hello from {os.getpid()}")  # noqa: T201  # it is to be seen in the log
        mine = self.script.get(min(self.placement.capabilities), self.script)
        if "fail" in mine:
            what, why, fix = mine["fail"]
            raise Stated(what, why=why, fix=fix)
        if Path(mine.get("fail_if", "/nowhere")).exists():  # noqa: ASYNC240  # it is starting, nothing waits
            raise Stated("it was broken")
        if "raise" in mine:
            raise RuntimeError(mine["raise"])
        while "wait_for" in mine and not Path(mine["wait_for"]).exists():  # noqa: ASYNC110, ASYNC240  # a test makes it
            await asyncio.sleep(0.01)
        if "hang" in mine:
            await asyncio.Event().wait()
        self.note("started")

    async def drain(self) -> None:
        self.note("draining")

    async def stop(self) -> None:
        self.note("stopped")

    def lead(self, *, leads: bool) -> None:
        pass

    def update_endpoints(self, endpoints: object) -> None:
        self.endpoints = endpoints

    async def public_application(self, scope, _receive, send) -> None:
        content = await self.answer(scope["path"], scope["query_string"])
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def control(self, request: Request) -> Response:
        return Response(200, await self.answer(request.path, request.query))

    async def answer(self, path: str, query_string: bytes) -> bytes:
        query = dict(urllib.parse.parse_qsl(query_string.decode()))
        match path:
            case "/slow":
                await asyncio.sleep(float(query["s"]))
                body = {"pid": os.getpid()}
            case "/relay":
                await asyncio.sleep(float(query["s"]))
                body = await asyncio.to_thread(lambda: json.load(urllib.request.urlopen(f"{query['to']}/who")))
            case "/busy":
                self.capacity.inside = int(query["calls"])
                body = {"pid": os.getpid()}
            case "/endpoints":
                body = self.endpoints
            case "/config":
                body = {"capabilities": sorted(self.placement.capabilities), "color": os.environ.get("COLOR")}
            case "/die":
                os._exit(int(query.get("status", "3")))
            case _:
                body = {"pid": os.getpid()}
        return json.dumps(body).encode()


if __name__ == "__main__":
    sys.exit(asyncio.run(replica_main(int(sys.argv[1]), StandInHost)))
