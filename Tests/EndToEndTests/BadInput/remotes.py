"""Registries and accounts that refuse, or are not there."""
import base64
import json
import socket

from project import CANARY, TINY
from relay import refusing_registry
from report import expect


def docker_config(project, host, user, password):
    """What `docker login` would have kept; gives the variable that names its folder."""
    folder = project.folder / "docker"
    folder.mkdir(exist_ok=True)
    auth = base64.b64encode(f"{user}:{password}".encode()).decode()
    (folder / "config.json").write_text(json.dumps({"auths": {host: {"auth": auth}}}))
    return {"DOCKER_CONFIG": str(folder)}


def judge_registry(report, project, services, free_port):
    registry = services["registry"]
    address, user = registry["address"], registry["user"]
    right = docker_config(project, address, user, registry["password"])

    def next_run():
        answer = project.call("push", "--registry", address, environment=right)
        answer.succeeded()
        expect(answer.out.startswith(f"{address}/small/pii@sha256:"), "no digest on stdout:" + answer.tail())

    def down():
        project.dockerfile(TINY)
        project.call("build").succeeded()
        project.call("push", "--registry", f"127.0.0.1:{free_port}", environment=right, seconds=120).refused(
            69, f"127.0.0.1:{free_port}")
        next_run()

    report.check("the registry is down", down, seconds=150)

    def wrong_password():
        docker_config(project, address, user, CANARY)
        project.call("push", "--registry", address, environment=right).refused(77, address)
        docker_config(project, address, user, registry["password"])
        next_run()

    report.check("401: a wrong password", wrong_password)

    def denied():
        refusing = refusing_registry()
        login = docker_config(project, refusing, user, CANARY)
        project.call("push", "--registry", refusing, environment=login).refused(77, refusing)
        docker_config(project, address, user, registry["password"])
        next_run()

    report.check("403: the registry refuses the upload", denied)


def judge_account(report, project, services, powerless):
    account = services["environment"]

    def nobody():
        for verb in ("push", "register"):
            project.call(verb).refused(77)

    report.check("no AWS credentials", nobody)

    def refused():
        keys = {"AWS_ACCESS_KEY_ID": powerless[0], "AWS_SECRET_ACCESS_KEY": powerless[1]}
        answer = project.call("push", environment={"AWS_ENDPOINT_URL": account["AWS_ENDPOINT_URL"]} | keys)
        answer.refused(77, "ecr:GetAuthorizationToken")
        expect(powerless[1] not in answer.err, "it tells the secret key")
        wrong = keys | {"AWS_SECRET_ACCESS_KEY": CANARY, "AWS_ENDPOINT_URL": account["AWS_ENDPOINT_URL"]}
        project.call("push", environment=wrong).refused(77)

    report.check("403: the account refuses; a key that is not right", refused)

    def away():
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
            keys = {"AWS_ACCESS_KEY_ID": powerless[0], "AWS_SECRET_ACCESS_KEY": powerless[1]}
            project.call("push", environment=keys | {"AWS_ENDPOINT_URL": endpoint}, seconds=120).refused(69, endpoint)

    report.check("the AWS API is down", away, seconds=150)


def judge_images(report, project):
    """The verbs that need an image, before there is one; and a port that somebody has."""

    def unbuilt():
        for arguments in (["run", "--group", "pii"], ["push", "--registry", "127.0.0.1:1"]):
            project.call(*arguments).refused(65, "imagesmith build --group pii")

    report.check("the image has not been built: run, push", unbuilt)

    def port():
        project.dockerfile(TINY + 'CMD ["/bin/sh", "-c", "echo up"]\n')
        project.call("build").succeeded()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            number = str(listener.getsockname()[1])
            project.call("run", "--group", "pii", "--port", number).refused(1, number, "--port")
        answer = project.call("run", "--group", "pii", "--port", number)
        expect("up" in answer.err and f"127.0.0.1:{number}" in answer.out, "it did not start:" + answer.tail())

    report.check("the port is taken", port)
