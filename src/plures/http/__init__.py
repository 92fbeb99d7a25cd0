"""Layer 5: HTTP/1.1 for the call path, between sockets and `plures.runtime`.

    client               calls peers: `HttpTransport`, with its pool of connections
    client_connection    one connection to a peer
    server_connection    one connection of the control listener: `HttpServerProtocol`
    request_reader       the bytes of such a connection → requests
    pieces               what arrived at once, cut between requests
    pace                 how fast peers must send and take
    room                 how many bytes of requests a process holds
    request_watch        the same for a connection that another class reads: where requests begin and end
    own_names            whom a listener answers: `OwnNames`
    exchange             a request and its response
    connect_server       answers requests with what a dispatcher serves: `ConnectServer`
    connect_request      what a Connect request over HTTP says
    connect_response     what is answered to it
    cors                 what browsers are told of operations that pages of other sites may call

It does not know which operations there are, and binds no socket: the deployer does that.
"""

from . import cors
from .client import HttpTransport
from .connect_server import ConnectServer
from .cors import Published
from .exchange import Answerer, BodyLimit, Head, Request, Response, usual_limit
from .own_names import ForOwnNames, OwnNames
from .pace import MAX_ARRIVAL_S, MAX_UNREAD_S, Reader, Taking, longest_body_s, relieve
from .pieces import UNCUT_BYTES, end_of_piece
from .request_reader import Unreadable
from .request_watch import RequestWatch
from .room import UNCOUNTED_BYTES, Room, Share
from .server_connection import HttpServerProtocol

__all__ = [
    "MAX_ARRIVAL_S",
    "MAX_UNREAD_S",
    "UNCOUNTED_BYTES",
    "UNCUT_BYTES",
    "Answerer",
    "BodyLimit",
    "ConnectServer",
    "ForOwnNames",
    "Head",
    "HttpServerProtocol",
    "HttpTransport",
    "OwnNames",
    "Published",
    "Reader",
    "Request",
    "RequestWatch",
    "Response",
    "Room",
    "Share",
    "Taking",
    "Unreadable",
    "cors",
    "end_of_piece",
    "longest_body_s",
    "relieve",
    "usual_limit",
]
