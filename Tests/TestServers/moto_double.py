"""moto on a free port of loopback, until standard input ends. Prints {"port": ...} when it is ready."""
import json
import os
import sys

os.environ["AWS_ACCESS_KEY_ID"] = os.environ["AWS_SECRET_ACCESS_KEY"] = "setup"
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"

import logging

import boto3
from moto import settings
from moto.server import ThreadedMotoServer

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
port = server.get_host_and_port()[1]
greeting = {"port": str(port)}
if "--check-signatures" in sys.argv:
    iam = boto3.client("iam", region_name="us-east-1", endpoint_url=f"http://127.0.0.1:{port}")
    iam.create_user(UserName="builder")
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ecr:*", "Resource": "*"}]}
    iam.put_user_policy(UserName="builder", PolicyName="ecr", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName="builder")["AccessKey"]
    greeting |= {"accessKeyID": key["AccessKeyId"], "secretAccessKey": key["SecretAccessKey"]}
    settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
print(json.dumps(greeting), flush=True)
sys.stdin.read()
server.stop()
