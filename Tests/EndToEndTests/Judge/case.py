"""One group's hub, and what is expected of it."""
import json
import time
import uuid
from pathlib import Path

import boto3

from hub import Hub
from notebook import NotebookStore


class Case:
    """What is judged, and what is expected of it."""

    def __init__(self, group, services, url, passwords):
        groups, environment = services["groups"], services["environment"]
        own = groups[group]
        self.group = group
        self.other_prefixes = sorted(other["prefix"] for name, other in groups.items() if name != group)
        self.passwords = passwords
        self.members = own["members"]
        self.admins = set(own["admins"])
        self.foreigners = sorted({user for other in groups.values() for user in other["members"]} - set(self.members))
        self.hub = Hub(url)
        self.credentials_log = Path(services["credentials_log"])
        s3 = boto3.client(
            "s3", endpoint_url=environment["AWS_ENDPOINT_URL"], region_name=environment["AWS_REGION"],
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"])
        self.store = NotebookStore(s3, own["bucket"], own["prefix"])
        self.marker = uuid.uuid4().hex[:12]
        self.started = time.time()

    def fetches(self):
        """The container-credentials endpoint's log since the judge began."""
        lines = self.credentials_log.read_text().splitlines()
        return [entry for entry in map(json.loads, lines) if entry["time"] >= self.started]
