"""For each environment that it reads, the access key and token that botocore chooses, or what stops it."""
import json
import os
import sys
import tempfile

import botocore.credentials
import botocore.session
import botocore.utils

answers = []
before = dict(os.environ)


def container(self, url, headers=None):
    return {
        "AccessKeyId": "CONTAINER " + url.removeprefix("http://"), "SecretAccessKey": "s",
        "Token": (headers or {}).get("Authorization", ""), "Expiration": "2099-01-01T00:00:00Z",
    }


class STS:
    """Answers with the names of the role and of who assumes it, in place of keys."""

    def __init__(self, source):
        self.source = source

    def assume_role(self, RoleArn, RoleSessionName, ExternalId="", DurationSeconds=""):
        return self.keys(f"ROLE {RoleArn} BY {self.source} {ExternalId}{DurationSeconds}")

    def assume_role_with_web_identity(self, RoleArn, RoleSessionName, WebIdentityToken):
        return self.keys(f"WEB {RoleArn} BY {WebIdentityToken}")

    def keys(self, name):
        return {"Credentials": {
            "AccessKeyId": name, "SecretAccessKey": "s", "SessionToken": "t", "Expiration": "2099-01-01T00:00:00Z"}}


def client_creator(*_):
    return lambda service, aws_access_key_id=None, **_: STS(aws_access_key_id)


botocore.credentials._get_client_creator = client_creator
botocore.utils.ContainerMetadataFetcher._retrieve_credentials = container
for case in json.load(sys.stdin):
    with tempfile.TemporaryDirectory() as home:
        os.environ.clear()
        os.environ.update({"PATH": before["PATH"], "HOME": home, "AWS_EC2_METADATA_DISABLED": "true"})
        os.environ.update({name: value.replace("~/", home + "/") for name, value in case["variables"].items()})
        os.mkdir(home + "/.aws")
        for name, text in case["files"].items():
            with open(home + "/" + name, "w") as file:
                file.write(text)
        try:
            keys = botocore.session.Session(profile=case.get("profile")).get_credentials()
            if keys is None:
                answers.append("none")
            else:
                frozen = keys.get_frozen_credentials()
                answers.append(f"{frozen.access_key}|{frozen.secret_key}|{frozen.token or ''}")
        except Exception:
            answers.append("error")
json.dump(answers, sys.stdout)
