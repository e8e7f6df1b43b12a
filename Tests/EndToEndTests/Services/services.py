"""What imagesmith meets in an AWS account, on this machine: a registry, the AWS API, the credentials of a task.

usage: services.py up STATE_DIR [--roster users.yaml]
       services.py down STATE_DIR [--remove]

`up` starts everything on free ports of the loopback interface, provides what the roster takes for granted, and
writes into STATE_DIR:
  env                    shell assignments for imagesmith: the AWS endpoint and keys, and REGISTRY=host:port
  container-GROUP.env    NAME=VALUE lines of what ECS sets in the group's container
  services.json          the same and more, for programs
  NAME.pid, NAME.log     of each service;  credentials.jsonl: one line for each fetch of a container's keys
When all of them run already, it changes nothing. `down` ends them by their process ids; --remove also removes
STATE_DIR.
"""
import argparse
import json
import secrets
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import aws
import registry
import roster
from daemon import Daemon, ServiceError, free_port

NAMES = ("moto", "registry", "credentials")
SECONDS_A_KEY_LIVES = 3600


def start_credentials(state, account, team, agent):
    """Starts the credentials endpoint with the agent's keys; gives each group's address and token."""
    port = free_port()
    tasks = {
        f"/v2/credentials/{group.name}": {
            "group": group.name,
            "role": f"arn:aws:iam::{aws.ACCOUNT}:role/{group.role.rpartition('/')[2]}",
            "token": secrets.token_urlsafe(24),
        }
        for group in team.groups
    }
    configuration = state / "credentials.json"
    configuration.touch(mode=0o600)
    configuration.write_text(json.dumps({
        "port": port, "sts": account.endpoint, "agent": agent, "log": str(state / "credentials.jsonl"),
        "seconds": SECONDS_A_KEY_LIVES, "tasks": tasks}))
    (state / "credentials.jsonl").write_text("")
    daemon = Daemon(state, "credentials")
    daemon.start([sys.executable, str(Path(__file__).with_name("credentials.py")), str(configuration)])
    daemon.wait_until_answering(f"http://127.0.0.1:{port}/")
    return {
        task["group"]: {"url": f"http://127.0.0.1:{port}{path}", "token": task["token"]}
        for path, task in tasks.items()
    }


def container_environment(group, region, account, credentials):
    """What the ECS agent and the task definition set in the group's container."""
    return {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": credentials["url"],
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": credentials["token"],
        "AWS_ENDPOINT_URL_S3": account.endpoint,
        "AWS_REGION": region,
        "NOTEBOOK_S3_BUCKET": group.bucket,
        "NOTEBOOK_S3_PREFIX": group.prefix,
    }


def up(state, roster_path):
    if (state / "services.json").exists() and all(Daemon(state, name).running_pid() for name in NAMES):
        return
    down(state)
    team = roster.read(roster_path)
    state.mkdir(parents=True, exist_ok=True)
    account = aws.start(state, team.region)
    account.provide(team)
    user, password = account.registry_login()
    address = registry.start(state, user, password)
    agent = account.keys_of_new_user("ecs-agent", ["sts:AssumeRole"])
    account.access_key, account.secret_key = account.keys_of_new_user("deployer", ["*"])
    account.demand_signatures()
    credentials = start_credentials(state, account, team, agent)

    environment = {
        "AWS_ENDPOINT_URL": account.endpoint,
        "AWS_REGION": account.region,
        "AWS_ACCESS_KEY_ID": account.access_key,
        "AWS_SECRET_ACCESS_KEY": account.secret_key,
        # nothing of the caller's own account may come in
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
        "REGISTRY": address,
    }
    containers = {
        group.name: container_environment(group, account.region, account, credentials[group.name])
        for group in team.groups
    }
    write(state / "env", "".join(f"export {name}={shlex.quote(value)}\n" for name, value in environment.items()))
    for group, variables in containers.items():
        write(state / f"container-{group}.env", "".join(f"{name}={value}\n" for name, value in variables.items()))
    # last: where it is, the rest is whole
    write(state / "services.json", json.dumps({
        "environment": environment,
        "containers": containers,
        "registry": {"address": address, "user": user, "password": password},
        "credentials_log": str(state / "credentials.jsonl"),
        "groups": {
            group.name: {
                "bucket": group.bucket, "prefix": group.prefix, "members": group.members, "admins": group.admins}
            for group in team.groups
        },
    }, indent=2) + "\n")


def write(path, text):
    """Tokens are in these files: only their owner reads them."""
    path.touch(mode=0o600)
    path.write_text(text)


def down(state):
    (state / "services.json").unlink(missing_ok=True)
    for name in reversed(NAMES):
        Daemon(state, name).stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    starting = verbs.add_parser("up")
    starting.add_argument("state", type=Path)
    starting.add_argument("--roster", type=Path, default=Path("users.yaml"))
    stopping = verbs.add_parser("down")
    stopping.add_argument("state", type=Path)
    stopping.add_argument("--remove", action="store_true")
    arguments = parser.parse_args()
    state = arguments.state.resolve()
    try:
        if arguments.verb == "up":
            up(state, arguments.roster)
        else:
            down(state)
            if arguments.remove:
                shutil.rmtree(state, ignore_errors=True)
    except (ServiceError, OSError, subprocess.CalledProcessError) as error:
        down(state)
        sys.exit(f"services: {error}")


if __name__ == "__main__":
    main()
