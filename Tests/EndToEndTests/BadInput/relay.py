"""Stand-ins on loopback for a registry in trouble."""
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from meter import pump


class Relay:
    """Passes connections on to a registry; holds all of them once so many bytes have come from the client."""

    def __init__(self, target):
        host, _, port = target.rpartition(":")
        self.target = host, int(port)
        self.limit = None
        self.passed = 0
        self.open = threading.Event()
        self.open.set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def is_held(self):
        return not self.open.is_set()

    def hold_after(self, count):
        self.limit, self.passed = count, 0

    def let_go(self):
        self.limit = None
        self.open.set()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(self.target)
            threading.Thread(target=self.pump, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self.pump, args=(server, client, False), daemon=True).start()

    def pump(self, source, sink, counts):
        def hold(data):
            if counts and self.limit is not None:
                self.passed += len(data)
                if self.passed > self.limit:
                    self.open.clear()
            self.open.wait()
        pump(source, sink, hold)


class Refusing(BaseHTTPRequestHandler):
    """A registry that lets nobody write."""

    protocol_version = "HTTP/1.1"

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_GET(self):
        self.answer(200 if self.path == "/v2/" else 404)

    def do_HEAD(self):
        self.answer(404)

    def do_POST(self):
        self.answer(403, b'{"errors": [{"code": "DENIED", "message": "not for you"}]}')

    def log_message(self, *_):
        pass


def refusing_registry():
    """Starts one; gives its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"127.0.0.1:{server.server_port}"
