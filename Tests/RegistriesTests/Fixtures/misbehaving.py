"""A registry in memory that does, by rule, what overloaded, proxied and hostile ones do.

Usage: misbehaving.py CONFIG, with CONFIG a JSON object:
  auth      {"scheme": "basic" | "bearer", "passwords": [...], "preset": true}   nobody is asked where it is missing
  mount     the status of a mount: 201, 202 or 404
  location  how upload addresses are written: "path", "absolute", "relative" or "elsewhere"
  immutable whether a tag that exists may not be put again
  rules     [{"method", "path" (regular expression), "skip": 0, "times": 1, "do": NAME, ...}], first match applies:
              status  answers "status" with "headers" and "body" after reading the request; with "expire": true
                      also as expire does
              close   ends the connection without an answer; with "after": true only once the work is done
              cut     ends the connection after "bytes" of a blob
              spoil   changes the first byte of a blob or manifest
              header  answers as always, with "headers" set over its own
              redirect answers 307 to the second port, whose server refuses any Authorization
              whole   gives the whole blob though a range was asked for
              expire  takes no more the token or password that was good until now

Prints two ports, the registry's and the other server's. GET /_log answers the requests so far.
"""

import base64
import hashlib
import json
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

config = json.loads(sys.argv[1])
lock = threading.Lock()
blobs, manifests, log = {}, {}, []
state = {"token": 0, "password": 0, "upload": 0}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    elsewhere = False

    def log_message(self, *arguments):
        pass

    def answer(self, status, body=b"", headers=None):
        fields = {"Content-Length": str(len(body)), "Docker-Distribution-Api-Version": "registry/2.0"}
        fields.update(headers or {})
        if self.rule and self.rule["do"] == "header":
            fields.update(self.rule["headers"])
        if self.rule and self.rule["do"] == "close":
            self.close_connection = True
            return
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status, code, message):
        self.answer(status, json.dumps({"errors": [{"code": code, "message": message}]}).encode(),
                    {"Content-Type": "application/json"})

    def read_body(self):
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def base(self, port):
        return f"http://127.0.0.1:{port}"

    def rule_for(self, path):
        with lock:
            for rule in config.get("rules", []):
                if rule.get("method", self.command) != self.command or not re.search(rule["path"], path):
                    continue
                if rule.get("skip", 0) > 0:
                    rule["skip"] -= 1
                    continue
                if rule.setdefault("times", 1) > 0:
                    rule["times"] -= 1
                    return rule
        return None

    def is_allowed(self):
        auth = config.get("auth")
        if not auth:
            return True
        given = self.headers.get("Authorization", "")
        if auth["scheme"] == "basic":
            password = auth["passwords"][min(state["password"], len(auth["passwords"]) - 1)]
            wanted = "Basic " + base64.b64encode(f"AWS:{password}".encode()).decode()
        else:
            wanted = f"Bearer token-{state['token']}" if state["token"] else "none"
        if given == wanted:
            return True
        if auth["scheme"] == "basic":
            challenge = 'Basic realm="registry"'
        else:
            challenge = f'Bearer realm="{self.base(ports[0])}/token",service="a service"'
        self.answer(401, b"{}", {"WWW-Authenticate": challenge})
        return False

    def give_token(self, query):
        auth = config["auth"]
        given = self.headers.get("Authorization", "")
        password = auth["passwords"][min(state["password"], len(auth["passwords"]) - 1)]
        if given != "Basic " + base64.b64encode(f"AWS:{password}".encode()).decode():
            self.answer(401, b'{"details": "incorrect username or password"}')
            return
        with lock:
            state["token"] += 1
        self.answer(200, json.dumps({"token": f"token-{state['token']}", "expires_in": 300}).encode())

    def handle_all(self):
        url = urlsplit(self.path)
        query = parse_qs(url.query)
        if url.path == "/_log":
            self.rule = None
            self.answer(200, json.dumps(log).encode())
            return
        self.rule = self.rule_for(url.path)
        with lock:
            log.append({"method": self.command, "target": self.path, "elsewhere": self.elsewhere,
                        "authorization": self.headers.get("Authorization"), "range": self.headers.get("Range")})
        done = self.rule["do"] if self.rule else None
        if done == "close" and not self.rule.get("after"):
            self.close_connection = True
            return
        body = self.read_body()
        if done == "expire" or self.rule and self.rule.get("expire"):
            with lock:
                state["token"] += 1
                state["password"] += 1
        if done == "status":
            self.answer(self.rule["status"], self.rule.get("body", "").encode(), self.rule.get("headers"))
        elif self.elsewhere:
            self.be_elsewhere(url, query, body)
        elif url.path == "/token":
            self.give_token(query)
        elif self.is_allowed():
            self.be_registry(url, query, body)

    def be_elsewhere(self, url, query, body):
        if self.headers.get("Authorization"):
            reason = b"<Code>InvalidArgument</Code><Message>Only one auth mechanism allowed</Message>"
            self.answer(400, b"<Error>" + reason + b"</Error>")
        elif self.command == "PUT":
            self.finish_upload(query, body)
        else:
            self.give_blob(url.path.rsplit("/", 1)[1])

    def be_registry(self, url, query, body):
        if url.path == "/v2/":
            self.answer(200, b"{}")
        elif match := re.fullmatch(r"/v2/(.+)/manifests/(.+)", url.path):
            self.manifest(match[1], match[2], body)
        elif re.fullmatch(r"/v2/(.+)/blobs/uploads/", url.path):
            self.start_upload(url, query)
        elif re.fullmatch(r"/v2/(.+)/blobs/uploads/(.+)", url.path) and self.command == "PUT":
            self.finish_upload(query, body)
        elif match := re.fullmatch(r"/v2/(.+)/blobs/(.+)", url.path):
            if self.rule and self.rule["do"] == "redirect":
                self.answer(307, b"", {"Location": f"{self.base(ports[1])}/data/{match[2]}?signature=secret"})
            else:
                self.give_blob(match[2])
        else:
            self.refuse(404, "NAME_UNKNOWN", "no such thing")

    def manifest(self, repository, name, body):
        key = (repository, name)
        if self.command == "PUT":
            digest = "sha256:" + hashlib.sha256(body).hexdigest()
            if config.get("immutable") and key in manifests:
                reason = "The image tag already exists and cannot be overwritten: it is immutable"
                self.refuse(400, "TAG_INVALID", reason)
                return
            with lock:
                for one in (name, digest):
                    manifests[(repository, one)] = (self.headers["Content-Type"], body)
            self.answer(201, b"", {"Docker-Content-Digest": digest})
        elif key not in manifests:
            self.refuse(404, "MANIFEST_UNKNOWN", "manifest unknown")
        else:
            kind, content = manifests[key]
            digest = "sha256:" + hashlib.sha256(content).hexdigest()
            if self.rule and self.rule["do"] == "spoil":
                content = content + b" "
            self.answer(200, content, {"Content-Type": kind, "Docker-Content-Digest": digest})

    def start_upload(self, url, query):
        if "mount" in query:
            status = config.get("mount", 202)
            if status == 201:
                with lock:
                    blobs.setdefault(query["mount"][0], b"")
            if status != 202:
                self.answer(status, b"", {"Location": "/v2/mounted"})
                return
        with lock:
            state["upload"] += 1
            name = f"{state['upload']}?_state=a%2Fb%3D&more="
        style = config.get("location", "path")
        location = {"path": f"{url.path}{name}", "absolute": f"{self.base(ports[0])}{url.path}{name}",
                    "relative": name, "elsewhere": f"{self.base(ports[1])}/upload/{name}"}[style]
        self.answer(202, b"", {"Location": location})

    def finish_upload(self, query, body):
        if query.get("_state") != ["a/b="]:
            self.refuse(400, "BLOB_UPLOAD_INVALID", "the state of the upload is lost")
            return
        digest = query["digest"][0]
        if digest != "sha256:" + hashlib.sha256(body).hexdigest():
            self.refuse(400, "DIGEST_INVALID", "provided digest did not match uploaded content")
            return
        with lock:
            blobs[digest] = body
        self.answer(201, b"", {"Docker-Content-Digest": digest})

    def give_blob(self, digest):
        if digest not in blobs:
            self.refuse(404, "BLOB_UNKNOWN", "blob unknown")
            return
        content = blobs[digest]
        done = self.rule["do"] if self.rule else None
        if done == "spoil":
            content = bytes([content[0] ^ 1]) + content[1:]
        status, headers = 200, {}
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if asked and done != "whole":
            first = int(asked[1])
            status = 206
            headers["Content-Range"] = f"bytes {first}-{len(content) - 1}/{len(content)}"
            content = content[first:]
        if done == "cut":
            headers["Content-Length"] = str(len(content))
            content = content[:self.rule["bytes"]]
            self.close_connection = True
        self.answer(status, content, headers)

    do_GET = do_HEAD = do_PUT = do_POST = do_PATCH = do_DELETE = handle_all


class Elsewhere(Handler):
    elsewhere = True


ThreadingHTTPServer.request_queue_size = 128
servers = [ThreadingHTTPServer(("127.0.0.1", 0), kind) for kind in (Handler, Elsewhere)]
ports = [server.server_address[1] for server in servers]
threading.Thread(target=servers[1].serve_forever, daemon=True).start()
print(*ports, flush=True)
servers[0].serve_forever()
