"""The server under test: a control listener of Plures with the referee's service behind it, and nothing between them."""

import asyncio
import signal
import sys

from plures.contract import read_contract
from plures.deploy.serving import ListenAddress, listen
from plures.deploy.serving.listener import Listener
from plures.deploy.serving.served_host import CONTROL
from plures.host.binaries import LockedBinaries
from plures.http import ConnectServer
from plures.runtime import Deadlines, Dispatcher

from . import wiring
from .contract import ConformanceService
from .messages import ServerCompatResponse
from .service import Service

CONTRACT = read_contract(ConformanceService)[0]


async def main() -> None:
    wiring.read(sys.stdin.buffer)
    dispatcher = Dispatcher(Deadlines(), binaries=LockedBinaries(wiring.FOLDER, [CONTRACT]))
    # The referee asks for one that is not there.
    served = {name: it for name, it in CONTRACT.operations.items() if name != "unimplemented"}
    dispatcher.serve(served, Service())
    listening = listen(ListenAddress(port=0))
    listener = Listener(ConnectServer(dispatcher, {CONTRACT.capability: 1}), listening.socket, CONTROL)
    await listener.start()
    wiring.write(sys.stdout.buffer, ServerCompatResponse("127.0.0.1", listening.port))
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    await stopped.wait()
    listener.hurry()
    await listener.stop()


if __name__ == "__main__":
    asyncio.run(main())
