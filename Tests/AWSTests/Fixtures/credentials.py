"""For each environment that it reads, the access key and token that botocore chooses, or what stops it."""
import json
import os
import sys
import tempfile

import botocore.session
import botocore.utils

answers = []
before = dict(os.environ)


def container(self, url, headers=None):
    return {
        "AccessKeyId": "CONTAINER " + url.removeprefix("http://"), "SecretAccessKey": "s",
        "Token": (headers or {}).get("Authorization", ""), "Expiration": "2099-01-01T00:00:00Z",
    }


botocore.utils.ContainerMetadataFetcher._retrieve_credentials = container
for case in json.load(sys.stdin):
    with tempfile.TemporaryDirectory() as home:
        os.environ.clear()
        os.environ.update({"PATH": before["PATH"], "HOME": home, "AWS_EC2_METADATA_DISABLED": "true"})
        os.environ.update(case["variables"])
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
