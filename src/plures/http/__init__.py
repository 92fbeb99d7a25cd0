"""HTTP/1.1: the control listener's side of a connection, Connect requests over it, and the client that calls peers."""

from .connect_server import ConnectServer
from .exchange import Answerer, Request, Response
from .protocol import HttpServerProtocol
from .transport import HttpTransport

__all__ = ["Answerer", "ConnectServer", "HttpServerProtocol", "HttpTransport", "Request", "Response"]
