"""Serves a folder over loopback, for the tests of ADD.

usage: remotes.py DIR

  /files/NAME      a file, with an ETag and a Last-Modified that stay while its content does
  /plain/NAME      the same without an ETag
  /moved/NAME      leads to /files/NAME; /circle leads to itself; /away leads to plain HTTP elsewhere
  /log             the requests so far, a line each: method, path, status
  /git/...         git's own server program on the repositories in DIR
"""
import hashlib
import http.server
import json
import os
import subprocess
import sys
import threading
import urllib.parse

ROOT = os.path.abspath(sys.argv[1])
LOG = []


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = urllib.parse.unquote(self.path.partition("?")[0])
        _, kind, *rest = path.split("/", 2)
        name = rest[0] if rest else ""
        if kind == "log":
            self.answer(200, "\n".join(LOG).encode(), logged=False)
        elif kind in ("files", "plain") and os.path.isfile(os.path.join(ROOT, name)):
            with open(os.path.join(ROOT, name), "rb") as file:
                data = file.read()
            headers = {"Last-Modified": "Sun, 09 Sep 2001 01:46:40 GMT"}
            if kind == "files":
                headers["ETag"] = '"%s"' % hashlib.sha256(data).hexdigest()[:16]
            if headers.get("ETag", "") == self.headers.get("If-None-Match", "none"):
                self.answer(304, b"", headers)
            else:
                self.answer(200, data, headers)
        elif kind == "moved":
            self.answer(302, b"moved", {"Location": f"/files/{name}"})
        elif kind == "circle":
            self.answer(302, b"", {"Location": "/circle"})
        elif kind == "away":
            self.answer(302, b"", {"Location": "http://elsewhere.invalid/file"})
        elif kind == "git":
            self.git()
        else:
            self.answer(404, b"no such file")

    def do_POST(self):
        self.git()

    def git(self):
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        environment = os.environ | {
            "GIT_PROJECT_ROOT": ROOT, "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path.removeprefix("/git"),
            "QUERY_STRING": query, "REQUEST_METHOD": self.command, "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": self.headers.get("Content-Type") or "", "REMOTE_ADDR": "127.0.0.1",
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding") or "",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol") or ""}
        LOG.append("authorization " + (self.headers.get("Authorization") or "none"))
        output = subprocess.run(["git", "http-backend"], input=body, env=environment, stdout=subprocess.PIPE).stdout
        head, _, data = output.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self.answer(int(headers.pop("Status", "200").split()[0]), data, headers)

    def answer(self, status, data, headers={}, logged=True):
        if logged:
            LOG.append(f"{self.command} {self.path} {status}")
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if status != 304:
            self.wfile.write(data)

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(json.dumps({"port": str(server.server_port)}), flush=True)
sys.stdin.read()
