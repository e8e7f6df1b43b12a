"""Signs the requests that it reads, with botocore; prints the value of Authorization for each."""
import base64
import datetime
import json
import sys

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

answers = []
for case in json.load(sys.stdin):
    moment = datetime.datetime.fromtimestamp(case["time"], datetime.timezone.utc).replace(tzinfo=None)
    botocore.auth.get_current_datetime = lambda remove_tzinfo=True, moment=moment: moment
    request = AWSRequest(method=case["method"], url=case["url"], data=base64.b64decode(case["body"]))
    for name, value in case["headers"]:
        request.headers.add_header(name, value)
    keys = Credentials(case["key"], case["secret"], case.get("token"))
    is_s3 = case["service"] == "s3"
    signer = (botocore.auth.S3SigV4Auth if is_s3 else botocore.auth.SigV4Auth)(keys, case["service"], case["region"])
    if is_s3:
        request.context["client_config"] = None
    signer.add_auth(request)
    answers.append(request.headers["Authorization"])
json.dump(answers, sys.stdout)
