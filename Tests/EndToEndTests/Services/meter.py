"""A relay on loopback between a program and an HTTP server: counts requests and bytes, and can make each wait."""
import re
import socket
import threading
import time


class Meter:
    """Passes on what comes to `address`. Its counts are those since `reset`."""

    def __init__(self, target):
        host, _, port = target.rpartition(":")
        self.target = host, int(port)
        self.latency = 0.0  # seconds, of each request
        self.lock = threading.Lock()
        self.reset()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def reset(self):
        with self.lock:
            self.up = self.down = 0  # bytes, heads included
            self.requests = []  # METHOD PATH

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            try:
                server = socket.create_connection(self.target)
            except OSError:
                client.close()
                continue
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.send, args=(client, server), daemon=True).start()
            threading.Thread(target=self.receive, args=(server, client), daemon=True).start()

    def send(self, client, server):
        """From the program to the server."""
        requests = Requests(self.begin)
        pump(client, server, requests.read)

    def receive(self, server, client):
        def count(data):
            with self.lock:
                self.down += len(data)
        pump(server, client, count)

    def begin(self, line, size):
        """Takes the first line of a request, once its head is whole, and then the size of each piece."""
        with self.lock:
            self.up += size
            if line:
                self.requests.append(line)
        if line and self.latency:
            time.sleep(self.latency)


class Requests:
    """Finds where requests begin in what is sent over a connection."""

    def __init__(self, report):
        self.report = report
        self.buffer = b""  # of a head that is not whole yet, or of a chunk's first line
        self.body = 0  # bytes that are left of a body or chunk
        self.chunked = False

    def read(self, data):
        self.report(None, len(data))
        self.buffer += data
        while self.buffer:
            if self.body:
                taken = min(self.body, len(self.buffer))
                self.body -= taken
                self.buffer = self.buffer[taken:]
            elif self.chunked:
                line, found, rest = self.buffer.partition(b"\r\n")
                if not found:
                    return
                size = int(line.split(b";")[0] or b"0", 16)
                if size == 0 and not rest.startswith(b"\r\n"):
                    return
                self.chunked = size > 0
                self.body = size + 2 if size else 0
                self.buffer = rest if size else rest[2:]
            else:
                head, found, rest = self.buffer.partition(b"\r\n\r\n")
                if not found:
                    return
                self.buffer = rest
                self.chunked = bool(re.search(rb"(?i)\r\ntransfer-encoding:[^\r]*chunked", head))
                length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
                self.body = int(length[1]) if length else 0
                method, path = head.split(b" ")[:2]
                self.report(f"{method.decode()} {path.decode(errors='replace')}", 0)


def pump(source, sink, count):
    try:
        while data := source.recv(1 << 18):
            count(data)
            sink.sendall(data)
    except OSError:  # one of the two has gone
        pass
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:  # it was closed already
            pass
