"""A service that knows nothing of Plures, as another language would write it: PORT and the environment are all it has."""

import json
import os
import socket
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        known = {name: value for name, value in os.environ.items() if name.startswith(("PLURES_", "PORT", "COLOR"))}
        body = json.dumps({"pid": os.getpid(), "child": child.pid, **known}).encode()
        # Not flushed: the environment says that nothing waits in a buffer.
        print(f"asked by {self.headers['Host']}")  # noqa: T201  # it is to be seen in the log
        self.send_response(404 if self.path.startswith("/health") else 200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


child = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(3600)"])
print("foreign service is up", flush=True)  # noqa: T201  # it is to be seen in the log
host = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1"
ThreadingHTTPServer.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
ThreadingHTTPServer((host, int(os.environ["PORT"])), Handler).serve_forever()
