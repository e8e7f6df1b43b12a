"""A registry in memory that takes uploads in the ways that the specification leaves open, and breaks them off.

Usage: uploads.py CONFIG, with CONFIG a JSON object:
  limit    bytes of a body at most; a longer one is answered 413
  early    whether that answer comes before the body has been read, and the connection ends
  patch    the status of a PATCH: 202, or 201 as ECR says
  sticky   whether the Range of an answer stays at the first chunk, as ECR's does
  least    OCI-Chunk-Min-Length; a chunk that is shorter and not the last is refused with 416
  break    [{"method", "bytes": N, "times": 1}]: so many bytes of a body are taken, and the connection ends
  resume   what GET of an upload answers: "range", or a status
  spoilt   the error code of every PATCH of an upload that was broken off
  busy     how many POSTs are answered 429
  fetch    [{"do": NAME, ...}], one for each GET of a blob:
             cut    the connection ends after "bytes" of it
             416    refuses the range
             shift  answers 206 with a range one byte too late
             short  answers 200 with the blob's first "bytes", and a length to match

Prints its port. GET /_log answers the requests so far.
"""

import hashlib
import json
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

config = json.loads(sys.argv[1])
lock = threading.Lock()
blobs, uploads, broken, log = {}, {}, set(), []
state = {"moving": 0, "most": 0, "uploads": 0}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self, status, body=b"", headers=None):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status, code):
        self.answer(status, json.dumps({"errors": [{"code": code, "message": "no"}]}).encode())

    def rule(self):
        with lock:
            for rule in config.get("break", []):
                if rule["method"] == self.command and rule.setdefault("times", 1) > 0:
                    rule["times"] -= 1
                    return rule
        return None

    def read_into(self, upload, length):
        """Returns whether all of the body has come."""
        rule = self.rule() if length else None
        wanted = min(rule["bytes"], length) if rule else length
        uploads[upload] += self.rfile.read(wanted)
        if rule:
            broken.add(upload)
            self.close_connection = True
        return rule is None

    def handle_all(self):
        url = urlsplit(self.path)
        if url.path == "/_log":
            self.answer(200, json.dumps({"requests": log, "most": state["most"]}).encode())
            return
        length = int(self.headers.get("Content-Length") or 0)
        with lock:
            log.append({"method": self.command, "target": url.path, "length": length,
                        "contentRange": self.headers.get("Content-Range"), "range": self.headers.get("Range"),
                        "ifRange": self.headers.get("If-Range")})
            state["moving"] += 1
            state["most"] = max(state["most"], state["moving"])
        try:
            self.registry(url, parse_qs(url.query), length)
        finally:
            with lock:
                state["moving"] -= 1

    def registry(self, url, query, length):
        if length > config.get("limit", sys.maxsize):
            if config.get("early"):
                self.close_connection = True
                self.answer(413, b"<html><title>413 Request Entity Too Large</title></html>", {"Connection": "close"})
                # as nginx does: else the reset of the connection could overtake the answer
                self.rfile.read(length)
                return
            self.rfile.read(length)
            self.answer(413, b"<html><title>413 Request Entity Too Large</title></html>")
        elif match := re.fullmatch(r"/v2/.+/blobs/uploads/(.*)", url.path):
            self.upload(url, match[1], query, length)
        elif match := re.fullmatch(r"/v2/.+/blobs/(.+)", url.path):
            self.blob(match[1])
        else:
            self.refuse(404, "NAME_UNKNOWN")

    def where(self, upload):
        stored = len(uploads[upload])
        if config.get("sticky"):
            stored = min(stored, config.setdefault("first", stored or sys.maxsize))
        headers = {"Location": f"/v2/team/app/blobs/uploads/{upload}?at={len(uploads[upload])}"}
        headers["Range"] = f"0-{max(stored - 1, 0)}"
        if "least" in config:
            headers["OCI-Chunk-Min-Length"] = str(config["least"])
        return headers

    def upload(self, url, upload, query, length):
        if self.command == "POST":
            with lock:
                if config.get("busy", 0) > 0:
                    config["busy"] -= 1
                    self.refuse(429, "TOOMANYREQUESTS")
                    return
                state["uploads"] += 1
                upload = str(state["uploads"])
                uploads[upload] = b""
            self.answer(202, b"", self.where(upload))
        elif upload not in uploads:
            self.refuse(404, "BLOB_UPLOAD_UNKNOWN")
        elif self.command == "GET":
            if config.get("resume", "range") == "range":
                self.answer(204, b"", self.where(upload))
            else:
                self.refuse(config["resume"], "BLOB_UPLOAD_UNKNOWN")
        elif self.command == "PATCH":
            first = int(self.headers["Content-Range"].split("-")[0])
            if upload in broken and "spoilt" in config:
                self.rfile.read(length)
                self.refuse(400, config["spoilt"])
            elif first != len(uploads[upload]) or query.get("at") != [str(first)]:
                self.rfile.read(length)
                self.refuse(416, "RANGE_INVALID")
            elif self.read_into(upload, length):
                self.answer(config.get("patch", 202), b"", self.where(upload))
        elif self.read_into(upload, length):
            content = uploads.pop(upload)
            digest = query["digest"][0]
            if digest != "sha256:" + hashlib.sha256(content).hexdigest():
                self.refuse(400, "DIGEST_INVALID")
                return
            blobs[digest] = content
            self.answer(201, b"", {"Docker-Content-Digest": digest})

    def blob(self, digest):
        if digest not in blobs:
            self.refuse(404, "BLOB_UNKNOWN")
            return
        content, status, headers = blobs[digest], 200, {"ETag": f'"{digest}"'}
        rules = config.get("fetch", [])
        rule = rules.pop(0) if rules and self.command == "GET" else {"do": None}
        if asked := re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", "")):
            if rule["do"] == "416":
                self.refuse(416, "RANGE_INVALID")
                return
            first = int(asked[1]) + (rule["do"] == "shift")
            headers["Content-Range"] = f"bytes {first}-{len(content) - 1}/{len(content)}"
            content, status = content[first:], 206
        if rule["do"] == "short":
            content = content[:rule["bytes"]]
        if rule["do"] == "cut":
            headers["Content-Length"] = str(len(content))
            content = content[:rule["bytes"]]
            self.close_connection = True
        self.answer(status, content, headers)

    do_GET = do_HEAD = do_PUT = do_POST = do_PATCH = handle_all


ThreadingHTTPServer.request_queue_size = 128
server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
