"""One person's Jupyter server: kernels over their websocket, notebooks over the contents API."""
import json
import uuid
from urllib.parse import quote

import requests
import websocket

from report import Failure, expect


class Server:
    def __init__(self, hub, user, token):
        self.base = f"{hub}/user/{quote(user)}"
        self.token = token
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"token {token}"

    def request(self, method, path, expected, **options):
        answer = self.session.request(method, f"{self.base}/api{path}", timeout=60, **options)
        expect(answer.status_code in expected, f"{method} /api{path} is {answer.status_code}: {answer.text[:300]}")
        return answer.json() if answer.content else None

    def kernel_names(self):
        return set(self.request("GET", "/kernelspecs", (200,))["kernelspecs"])

    def run(self, kernel, code):
        """Runs one cell in a new kernel of this name. Gives the cell, with its text and what it displayed."""
        started = self.request("POST", "/kernels", (201,), json={"name": kernel})
        try:
            return Cell(self, started["id"]).run(code)
        finally:
            self.request("DELETE", f"/kernels/{started['id']}", (204,))

    def save(self, path, notebook):
        self.request("PUT", f"/contents/{quote(path)}", (200, 201), json={
            "type": "notebook", "format": "json", "content": notebook})

    def read(self, path):
        return self.request("GET", f"/contents/{quote(path)}", (200,), params={"content": "1"})["content"]

    def delete(self, path):
        self.request("DELETE", f"/contents/{quote(path)}", (204,))


class Cell:
    """One execution in a kernel, by Jupyter's messaging protocol 5 (JSON over one websocket for all channels)."""

    def __init__(self, server, kernel):
        self.url = server.base.replace("http", "ws", 1) + f"/api/kernels/{kernel}/channels"
        self.headers = [f"Authorization: token {server.token}"]
        self.text = ""
        self.media = {}

    def run(self, code):
        request = uuid.uuid4().hex
        socket = websocket.create_connection(self.url, header=self.headers, timeout=120)
        try:
            socket.send(json.dumps({
                "channel": "shell",
                "header": {
                    "msg_id": request, "msg_type": "execute_request", "username": "", "session": uuid.uuid4().hex,
                    "date": "", "version": "5.3"},
                "parent_header": {}, "metadata": {},
                "content": {
                    "code": code, "silent": False, "store_history": False, "user_expressions": {},
                    "allow_stdin": False, "stop_on_error": True},
            }))
            while True:
                message = json.loads(socket.recv())
                if message["parent_header"].get("msg_id") == request and self.is_last(message):
                    return self
        finally:
            socket.close()

    def is_last(self, message):
        """Takes in one message of the kernel; true for the one that ends the execution."""
        kind, content = message["msg_type"], message["content"]
        if kind == "stream":
            self.text += content["text"]
        elif kind in ("execute_result", "display_data"):
            self.media.update(content["data"])
            self.text += content["data"].get("text/plain", "")
        elif kind == "error":
            raise Failure(f"{content['ename']}: {content['evalue']}")
        return kind == "status" and content["execution_state"] == "idle"
