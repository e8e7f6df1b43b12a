"""A service in a bad mood. Each answer is what the path's first word says, until its number of times is used up:

    /throttle/2  /break/1  /busy/1  /expire/1  /skew/1

then it answers as ECR's DescribeRepositories. A line with the port is printed first; it ends with standard input.
"""
import json
import sys
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

seen = Counter()
GOOD = {"repositories": [
    {"repositoryName": "a", "repositoryArn": "arn", "registryId": "1", "repositoryUri": "host/a"}]}
MOODS = {
    "throttle": (400, {"__type": "ThrottlingException", "message": "Rate exceeded"}),
    "busy": (503, {"message": "come again"}),
    "expire": (400, {"__type": "ExpiredTokenException", "message": "The security token included is expired"}),
    "skew": (403, {"__type": "InvalidSignatureException", "message": "Signature not yet current"}),
}


class Moody(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        _, mood, times, *_ = self.path.split("/")
        seen[self.path] += 1
        if seen[self.path] > int(times):
            return self.answer(200, GOOD)
        if mood == "break":
            self.close_connection = True
            return self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
        return self.answer(*MOODS[mood])

    def answer(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Silent."""


server = ThreadingHTTPServer(("127.0.0.1", 0), Moody)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(json.dumps({"port": str(server.server_port)}), flush=True)
sys.stdin.read()
