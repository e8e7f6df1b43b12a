"""The AWS API double (moto), and what an account has before imagesmith comes to it."""
import base64
import json
import sys
import urllib.request
from pathlib import Path

import boto3

from daemon import Daemon, free_port

ACCOUNT = "123456789012"
AGENT = f"arn:aws:iam::{ACCOUNT}:user/ecs-agent"
# ECS itself assumes a task's role. The double has no such service: a user stands for it.
ECS_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"Service": "ecs-tasks.amazonaws.com", "AWS": AGENT},
        "Action": "sts:AssumeRole",
    }],
}


class Account:
    """One AWS account with one region, at the double's address."""

    def __init__(self, endpoint, region):
        self.endpoint = endpoint
        self.region = region
        self.access_key, self.secret_key = "test", "test"

    def client(self, service):
        return boto3.client(
            service, endpoint_url=self.endpoint, region_name=self.region,
            aws_access_key_id=self.access_key, aws_secret_access_key=self.secret_key)

    def registry_login(self):
        """The user and password that ECR hands out for its registry."""
        answer = self.client("ecr").get_authorization_token()["authorizationData"][0]["authorizationToken"]
        user, _, password = base64.b64decode(answer).decode().partition(":")
        return user, password

    def provide(self, roster):
        """Makes what the roster takes for granted: buckets, the cluster, each group's roles and secret."""
        s3, iam = self.client("s3"), self.client("iam")
        for bucket in sorted(roster.buckets):
            where = {} if self.region == "us-east-1" else {
                "CreateBucketConfiguration": {"LocationConstraint": self.region}}
            s3.create_bucket(Bucket=bucket, **where)
        self.client("ecs").create_cluster(clusterName="default")
        for group in roster.groups:
            for role in (group.role, group.execution_role):
                iam.create_role(RoleName=role.rpartition("/")[2], AssumeRolePolicyDocument=json.dumps(ECS_TRUST))
            iam.put_role_policy(
                RoleName=group.role.rpartition("/")[2], PolicyName="notebooks",
                PolicyDocument=json.dumps(notebook_policy(group)))
            self.client("secretsmanager").create_secret(
                Name=f"{roster.project}/{group.name}/shadow", SecretString="\n")  # no hash yet: everyone is locked

    def keys_of_new_user(self, name, actions):
        """A user who may do these actions; gives an access key of theirs, as a pair of id and secret."""
        iam = self.client("iam")
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps({
            "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return key["AccessKeyId"], key["SecretAccessKey"]

    def demand_signatures(self):
        """From here on, as in AWS: each request's signature is verified, and its caller's policies are asked."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        request = urllib.request.Request(
            f"{self.endpoint}/moto-api/reset-auth", data=b"0", headers={"Content-Type": "text/plain"}, method="POST")
        opener.open(request, timeout=10).close()


def notebook_policy(group):
    """What a group's containers may do: list and change the notebooks under their own prefix, nothing else."""
    bucket = f"arn:aws:s3:::{group.bucket}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": bucket},
            {
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
                "Resource": f"{bucket}/{group.prefix}/*",
            },
        ],
    }


def start(state, region):
    """Starts the double; gives the account."""
    port = free_port()
    daemon = Daemon(state, "moto")
    server = Path(__file__).with_name("double.py")
    daemon.start([sys.executable, str(server), "-H", "127.0.0.1", "-p", str(port)])
    endpoint = f"http://127.0.0.1:{port}"
    daemon.wait_until_answering(f"{endpoint}/moto-api/")
    return Account(endpoint, region)
