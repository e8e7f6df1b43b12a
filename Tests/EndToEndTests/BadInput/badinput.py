"""What imagesmith answers when something is wrong: one clear error with a hint, the exit code that is documented, and a
next run that works.

usage: badinput.py --binary IMAGESMITH --services STATE_DIR --output DIR

  --services   the state directory of ../Services/services.py: a registry and an AWS API that can refuse
  --output     a folder for the small projects that the checks make; they stay there to be looked at

Prints `ok` or `FAIL` for each check, then how many passed; exits 1 if any failed. Needs to be root.
"""
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path += [str(HERE.parent / "Judge"), str(HERE.parent / "Services")]

import boto3

from builds import judge_base, judge_machine, judge_run
from daemon import free_port
from endings import judge_push_endings, judge_run_endings
from files import judge_dockerfiles, judge_drift, judge_rosters, judge_usage
from project import prepare
from relay import Relay
from remotes import docker_config, judge_account, judge_images, judge_registry
from report import Report
from streams import judge_streams


def powerless_keys(services):
    """An access key whose user may do nothing."""
    environment = services["environment"]
    iam = boto3.client(
        "iam", endpoint_url=environment["AWS_ENDPOINT_URL"], region_name=environment["AWS_REGION"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"], aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"])
    name = f"powerless-{free_port()}"
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


def main():
    arguments, project = prepare(__doc__, "--services")
    services = json.loads((arguments.services / "services.json").read_text())
    registry = services["registry"]

    report = Report()
    judge_rosters(report, project("roster"))
    judge_usage(report, project("usage"))
    judge_drift(report, project("drift"), HERE.parents[2] / "images/requirements.lock")
    judge_dockerfiles(report, project("dockerfile"))
    judge_run(report, project("run"))
    judge_machine(report, project("machine"))
    judge_streams(report, project("streams"))
    judge_base(report, project("base"), registry["address"], free_port())
    judge_images(report, project("images"))
    judge_registry(report, project("registry"), services, free_port())
    judge_account(report, project("account"), services, powerless_keys(services))
    judge_run_endings(report, project("endings"))
    relay = Relay(registry["address"])
    pushing = project("pushing")
    login = docker_config(pushing, relay.address, registry["user"], registry["password"])
    judge_push_endings(report, pushing, relay, login)
    report.close()


if __name__ == "__main__":
    main()
