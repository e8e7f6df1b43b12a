"""An HTTP server that does what HTTPClientTests ask of it, by the path. Prints its port."""

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def handle_all(self):
        what, _, rest = self.path[1:].partition("/")
        if what == "early":  # refuses before the body has been read
            self.send_response(403)
            self.send_header("Content-Length", "2")
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(b"no")
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if what == "echo":
            fields = [[name, value] for name, value in self.headers.items()]
            self.answer(200, json.dumps({"method": self.command, "headers": fields, "body": body.decode(),
                                         "peer": self.client_address[1]}).encode())
        elif what == "count":
            self.answer(200, str(len(body)).encode())
        elif what == "status":
            self.answer(int(rest), b"body", [("Location", "http://127.0.0.1:1/"), ("X-Two", "1"), ("x-two", "  2 ")])
        elif what == "bytes":
            self.answer(200, b"x" * int(rest))
        elif what == "cut":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"x" * 10)
            self.close_connection = True
        elif what == "close":
            self.close_connection = True
        elif what == "stall":  # until the client goes away
            self.connection.recv(1)
            self.close_connection = True
        elif what == "drip":
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b"x")
                    time.sleep(0.1)
            except OSError:
                self.close_connection = True

    def answer(self, status, body, headers=()):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_PUT = do_POST = do_PATCH = do_DELETE = handle_all


ThreadingHTTPServer.request_queue_size = 128
server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_address[1], flush=True)
threading.Thread(target=lambda: (sys.stdin.read(), server.shutdown()), daemon=True).start()
server.serve_forever()
