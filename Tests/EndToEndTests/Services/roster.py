"""What the services need to know of users.yaml. imagesmith checks the file; here it is taken as right."""
from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Group:
    """One group: its task's roles, and where its notebooks are kept in S3."""

    name: str
    role: str
    execution_role: str
    bucket: str
    prefix: str
    data_buckets: tuple
    members: tuple
    admins: tuple


@dataclass(frozen=True)
class Roster:
    project: str
    region: str
    groups: tuple

    @property
    def buckets(self):
        return {group.bucket for group in self.groups} | {name for group in self.groups for name in group.data_buckets}


def read(path):
    """Reads users.yaml."""
    document = yaml.safe_load(Path(path).read_text())
    project = document["project"]
    groups = []
    for name, entry in document["groups"].items():
        task = entry.get("task", {})
        bucket, _, prefix = document["notebooks"].replace("{group}", name).removeprefix("s3://").partition("/")
        members = {user: of for user, of in document["users"].items() if name in of["groups"]}
        groups.append(Group(
            name=name,
            role=task.get("role", f"{project}-{name}"),
            execution_role=task.get("execution_role", f"{project}-{name}-execution"),
            bucket=bucket,
            prefix=prefix.strip("/"),
            data_buckets=tuple(place.removeprefix("s3://").partition("/")[0] for place in entry.get("data", [])),
            members=tuple(members),
            admins=tuple(user for user, of in members.items() if of.get("admin")),
        ))
    region = document.get("aws", {}).get("region", "us-east-1")
    return Roster(project, region, tuple(groups))
