"""What the ECS agent is to a container: an HTTP endpoint on loopback that hands out temporary keys of the task's role.

usage: credentials.py CONFIGURATION.json

The configuration names the port, the STS endpoint and the agent's keys for it, the log, and for each path
(`/v2/credentials/<group>`) the role and the authorization token that the container must send. Keys come from STS
AssumeRole, so they are real to the API double. Each request is logged as one line of JSON, with the id of the key that
was given, never its secret.
"""
import hmac
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3

def assume_role(sts, role, seconds):
    """Temporary credentials of a role, as STS gives them."""
    return sts.assume_role(RoleArn=role, RoleSessionName="ecs-task", DurationSeconds=seconds)["Credentials"]


class Endpoint(BaseHTTPRequestHandler):
    """Answers GET of a group's path when the right token comes with it."""

    configuration = {}
    sts = None

    def do_GET(self):
        task = self.configuration["tasks"].get(self.path)
        token = self.headers.get("Authorization", "")
        if task is None:
            return self.answer(404, {"message": "no task has this path"})
        if not hmac.compare_digest(token.encode(), task["token"].encode()):
            return self.answer(401, {"message": "this is not the task's token"}, task)
        keys = assume_role(self.sts, task["role"], self.configuration["seconds"])
        return self.answer(200, {
            "RoleArn": task["role"],
            "AccessKeyId": keys["AccessKeyId"],
            "SecretAccessKey": keys["SecretAccessKey"],
            "Token": keys["SessionToken"],
            "Expiration": keys["Expiration"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        }, task)

    def answer(self, status, document, task=None):
        entry = {
            "time": time.time(), "status": status, "path": self.path, "group": task and task["group"],
            "key": document.get("AccessKeyId")}
        with open(self.configuration["log"], "a") as log:
            log.write(json.dumps(entry) + "\n")
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """The log is written by `answer`."""


if __name__ == "__main__":
    Endpoint.configuration = json.loads(Path(sys.argv[1]).read_text())
    access_key, secret_key = Endpoint.configuration["agent"]
    Endpoint.sts = boto3.client(
        "sts", endpoint_url=Endpoint.configuration["sts"], region_name="us-east-1",
        aws_access_key_id=access_key, aws_secret_access_key=secret_key)
    ThreadingHTTPServer(("127.0.0.1", Endpoint.configuration["port"]), Endpoint).serve_forever()
