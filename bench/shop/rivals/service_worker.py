"""One hand-wired process: ``python -m bench.shop.rivals.service_worker FASTAPI|AIOHTTP|GRPC|PLAIN MEMORY|SQLITE CAPABILITY|edge``.

``BENCH_PORTS`` holds the port of each capability as JSON. The edge is the marketplace's own storefront with clients that
use httpx, aiohttp or gRPC.
"""

import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from uvicorn import Config, Server

from bench.processes import announce, run_worker
from bench.shop.rivals.plain import plain
from bench.shop.rivals.wiring import Client, Connect, wired
from bench.shop.variants import Kind, Storage, application, plain_application
from plures.application import Assembly, assemble

PORTS = "BENCH_PORTS"
TOKEN = "BENCH_TOKEN"
EDGE = "edge"


def connector(kind: Kind, ports: Mapping[str, int], assembly: Assembly) -> Connect:
    """Makes clients of one kind."""

    def connect(contract: type) -> Client:
        description = assembly.contract(contract)
        assert description is not None
        address = f"127.0.0.1:{ports[description.capability]}"
        # We import it here, so that no service carries the libraries of the other kind.
        if kind is Kind.GRPC:
            from bench.shop.rivals.grpc_service import GrpcClient

            return GrpcClient(contract, address)
        if kind is Kind.AIOHTTP:
            from bench.shop.rivals.aiohttp_client import AiohttpClient

            return AiohttpClient(contract, address)
        from bench.shop.rivals.fastapi_service import HttpxClient

        return HttpxClient(contract, address)

    return connect


async def serve(kind: Kind, storage: Storage, name: str) -> None:
    """Wire the capability, or the edge, and serve it until SIGTERM comes."""
    assembly = assemble((plain_application if kind is Kind.PLAIN else application)(storage))
    ports = msgspec.json.decode(os.environ[PORTS], type=dict[str, int])
    if kind is Kind.PLAIN:
        async with plain(assembly, Path(os.environ["MARKETPLACE_DATA"])) as shop:
            await _serve_http(await shop.edge(), ports[EDGE])
        return
    connect = connector(kind, ports, assembly)
    if name == EDGE:
        assert assembly.edge is not None
        async with wired(assembly.edge, assembly.edge_dependencies, connect) as pages:
            await _serve_http(pages, ports[EDGE])
        return
    capability = assembly.capabilities[name]
    assert capability.implementation is not None
    async with wired(capability.implementation, capability.dependencies, connect) as service:
        if kind is Kind.GRPC:
            from bench.shop.rivals.grpc_service import serve_service

            await serve_service(capability.contract.python, service, ports[name])
        else:
            from bench.shop.rivals.fastapi_service import application_of

            await _serve_http(application_of(capability.contract.python, service), ports[name])


async def _serve_http(application: Any, port: int) -> None:
    with socket.create_server(("127.0.0.1", port), backlog=1024) as listening:
        announce(port)
        config = Config(application, http="httptools", ws="none", lifespan="off", log_level="warning", access_log=False)
        await Server(config).serve(sockets=[listening])


if __name__ == "__main__":
    run_worker(None, serve(Kind[sys.argv[1]], Storage[sys.argv[2]], sys.argv[3]))
