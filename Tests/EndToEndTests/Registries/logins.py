"""imagesmith login, logout and tags at Docker's registry with passwords, over plain HTTP and over TLS with an authority
and client certificates of its own; what is kept is read by skopeo, podman and docker, and the other way round.

usage: logins.py --binary IMAGESMITH --output DIR

Prints `ok` or `FAIL` for each check, then how many passed; exits 1 if any failed. Needs docker-registry, htpasswd,
openssl, skopeo, podman and to be root; docker's command line too where it is there.
"""
import argparse
import functools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path += [str(HERE.parent / name) for name in ("Judge", "BadInput", "Services")]

import registry
from daemon import Daemon
from project import CANARY, Answer
from report import Report, expect

USER = "ann"
HELPER = """#!/bin/sh
cd "$(dirname "$0")"
case "$1" in
  get) [ -f kept ] && cat kept || { echo "credentials not found in native keychain"; exit 1; } ;;
  store) cat > kept ;;
  erase) rm -f kept ;;
esac
"""


class Home:
    """A user of the machine: nothing in it but what a check puts there."""

    def __init__(self, binary, folder):
        self.binary = binary
        self.folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "run").mkdir(parents=True)
        (folder / "bin").mkdir()
        self.environment = {
            "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder / "run"), "IMAGESMITH_HOME": str(folder / "cache"),
            "PATH": f"{folder}/bin:{os.environ['PATH']}", "no_proxy": "*"}

    def call(self, *arguments, stdin="", **variables):
        ended = subprocess.run(
            [self.binary, *arguments], cwd=self.folder, env=self.environment | variables, input=stdin, text=True,
            capture_output=True, timeout=60)
        return Answer(ended.returncode, ended.stdout, ended.stderr)

    def login(self, host, password=CANARY, **variables):
        return self.call("login", host, "--username", USER, "--password-stdin", stdin=password + "\n", **variables)

    def peer(self, *arguments):
        """Another program of the same user; gives its exit code and what it said."""
        ended = subprocess.run(
            arguments, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=60)
        return ended.returncode, ended.stdout + ended.stderr

    def docker_file(self):
        return self.folder / ".docker/config.json"


def runs(home, *arguments):
    code, said = home.peer(*arguments)
    expect(code == 0, f"{' '.join(arguments)}: {said}")
    return said


def fails(home, *arguments):
    code, said = home.peer(*arguments)
    expect(code != 0, f"{' '.join(arguments)} should have failed: {said}")


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Checks:
    def __init__(self, binary, output):
        self.binary, self.output = binary, output
        self.state = output / "registry"
        self.state.mkdir(parents=True)
        self.host = registry.start(self.state, USER, CANARY)
        self.layout = output / "image"
        self.make_image()

    def make_image(self):
        """One image, made and pushed by this user's own imagesmith, as `team/app` with two tags."""
        context = self.output / "context"
        (context / "files").mkdir(parents=True)
        (context / "files/greeting").write_text("hello\n")
        (context / "Dockerfile").write_text("FROM scratch\nCOPY files /\n")
        home = self.home("maker")
        home.call("build", "--output", f"type=oci,dest={self.layout}", str(context)).succeeded()
        home.login(self.host).succeeded()
        for tag in ("v1", "v2"):
            runs(home, "skopeo", "copy", "--dest-tls-verify=false", f"oci:{self.layout}",
                 f"docker://{self.host}/team/app:{tag}")

    def home(self, name):
        return Home(self.binary, self.output / name)

    def image(self):
        return f"docker://{self.host}/team/app:v1"

    # what is kept here

    def keeps(self):
        home = self.home("keeps")
        home.docker_file().parent.mkdir()
        home.docker_file().write_text('{"psFormat": "x", "auths": {"other.example": {"auth": "eDp5"}}}')
        answer = home.login(self.host)
        answer.succeeded(f"logged in to {self.host}", str(home.docker_file()))
        expect(answer.out == "", "there is something on stdout")
        again = home.call("login", "--json", "--quiet", self.host, "-u", USER, "--password-stdin", stdin=CANARY)
        again.succeeded()
        expect(json.loads(again.out) == {
            "registry": self.host, "user": USER, "keptBy": str(home.docker_file())}, again.tail())
        kept = json.loads(home.docker_file().read_text())
        expect(kept["psFormat"] == "x" and "other.example" in kept["auths"], f"what was there is lost: {list(kept)}")
        expect(home.docker_file().stat().st_mode & 0o777 == 0o600, "the file is not for its owner alone")
        runs(home, "skopeo", "inspect", "--tls-verify=false", self.image())
        runs(home, "podman", "pull", "--tls-verify=false", "--root", str(home.folder / "podman"), self.image())
        if shutil.which("docker"):
            runs(home, "docker", "manifest", "inspect", "--insecure", f"{self.host}/team/app:v1")
        expect(home.call("tags", f"{self.host}/team/app").out == "v1\nv2\n", "the tags are not what was pushed")

    def forgets(self):
        home = self.home("forgets")
        home.login(self.host).succeeded()
        runs(home, "skopeo", "login", "--tls-verify=false", "-u", USER, "-p", CANARY, self.host)
        answer = home.call("logout", self.host)
        answer.succeeded(f"logged out of {self.host}")
        fails(home, "skopeo", "inspect", "--tls-verify=false", self.image())
        home.call("tags", f"{self.host}/team/app").refused(77, "401", "imagesmith login")
        home.call("logout", self.host).succeeded("there was no login")

    def reads_others(self, program):
        home = self.home(f"reads-{program}")
        runs(home, program, "login", "--tls-verify=false", "-u", USER, "-p", CANARY, self.host)
        expect((home.folder / "run/containers/auth.json").exists(), f"{program} keeps its login elsewhere")
        answer = home.call("tags", "--json", f"{self.host}/team/app")
        answer.succeeded()
        expect(json.loads(answer.out) == {"registry": self.host, "repository": "team/app", "tags": ["v1", "v2"]},
               answer.tail())

    def docker_reads_helper(self):
        home = self.home("helper")
        helper = home.folder / "bin/docker-credential-box"
        helper.write_text(HELPER)
        helper.chmod(0o755)
        home.docker_file().parent.mkdir()
        home.docker_file().write_text('{"credHelpers": {"%s": "box"}}' % self.host)
        home.login(self.host).succeeded("docker-credential-box")
        expect("auth\"" not in home.docker_file().read_text(), "the password is in the file, too")
        runs(home, "skopeo", "inspect", "--tls-verify=false", self.image())
        if shutil.which("docker"):
            runs(home, "docker", "manifest", "inspect", "--insecure", f"{self.host}/team/app:v1")
        home.call("logout", self.host).succeeded("docker-credential-box")
        expect(not (home.folder / "bin/kept").exists(), "the helper has it still")

    # what is refused

    def wrong_password(self):
        home = self.home("wrong")
        home.login(self.host, "wrong").refused(77, "401")
        expect(not home.docker_file().exists(), "what the registry refused is kept")

    def wrong_usage(self):
        home = self.home("usage")
        answer = home.call("login", self.host, "--username", USER)
        expect(answer.code == 64 and "--password-stdin" in answer.err, answer.tail())
        home.login(self.host, "").refused(65, "no password on stdin")
        home.login("https://a b/").refused(64, "is no registry")
        home.call("tags", f"{self.host}/team/app:v1").refused(64, "names one image", f"{self.host}/team/app")
        home.call("tags", f"{self.host}/Team/App").refused(64, "must be lowercase", f"{self.host}/team/app")
        home.call("tags", f"{self.host}/team/app", IMAGESMITH_REGISTRY_MIRRORS="docker.io").refused(
            64, "IMAGESMITH_REGISTRY_MIRRORS")
        home.login("127.0.0.1:1").refused(69, "connect")

    # TLS

    def tls(self):
        home = self.home("tls")
        host, folder = self.start_tls()
        home.login(host).refused(69, f"certs.d/{host}/ca.crt")
        certificates = home.folder / ".config/containers/certs.d" / host
        certificates.mkdir(parents=True)
        shutil.copy(folder / "ca.crt", certificates / "ca.crt")
        home.login(host).refused(69)
        for name in ("client.cert", "client.key"):
            shutil.copy(folder / name, certificates / name)
        home.login(host).succeeded(f"logged in to {host}")
        runs(home, "skopeo", "copy", f"oci:{self.layout}", f"docker://{host}/tls/app:v1")
        expect(home.call("tags", f"{host}/tls/app").out == "v1\n", "the tag is not there")
        home.call("inspect", f"{host}/tls/app:v1").succeeded()
        (certificates / "client.key").unlink()
        home.call("tags", f"{host}/tls/app").refused(65, "has no key beside it")

    def start_tls(self):
        folder = self.output / "authority"
        folder.mkdir()
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        openssl("req", "-x509", *curve, "-days", "2", "-subj", "/CN=test", "-keyout", folder / "ca.key", "-out",
                folder / "ca.crt")
        for name, extension in (("server", "subjectAltName=IP:127.0.0.1"), ("client", "extendedKeyUsage=clientAuth")):
            openssl("req", *curve, "-subj", f"/CN={name}", "-keyout", folder / f"{name}.key", "-out",
                    folder / f"{name}.csr")
            (folder / "extensions").write_text(extension + "\n")
            openssl("x509", "-req", "-in", folder / f"{name}.csr", "-CA", folder / "ca.crt", "-CAkey",
                    folder / "ca.key", "-CAcreateserial", "-days", "2", "-extfile", folder / "extensions", "-out",
                    folder / f"{name}.cert")
        state = self.output / "tls-registry"
        state.mkdir()
        host = registry.start(state, USER, CANARY, tls={
            "certificate": str(folder / "server.cert"), "key": str(folder / "server.key"),
            "clientcas": [str(folder / "ca.crt")]})
        return host, folder

    def mirror(self):
        home = self.home("mirror")
        home.login(self.host).succeeded()
        answer = home.call("inspect", "--json", "docker://debian.example/team/app:v1",
                           IMAGESMITH_REGISTRY_MIRRORS=f"debian.example={self.host}")
        answer.succeeded()
        expect(json.loads(answer.out)["layers"], answer.tail())

    def stop(self):
        for name in ("registry", "tls-registry"):
            if (self.output / name).exists():
                Daemon(self.output / name, "registry").stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True, type=Path)
    parser.add_argument("--output", required=True, type=Path)
    options = parser.parse_args()
    output = options.output.resolve()
    shutil.rmtree(output, ignore_errors=True)
    report = Report()
    checks = Checks(options.binary.resolve(), output)
    try:
        report.check("a login is read by skopeo, podman and docker", checks.keeps)
        report.check("a logout is one for all of them", checks.forgets)
        for program in ("skopeo", "podman"):
            report.check(f"a login of {program} is read here", functools.partial(checks.reads_others, program))
        report.check("a helper keeps it, and docker and skopeo ask it", checks.docker_reads_helper)
        report.check("a wrong password is not kept", checks.wrong_password)
        report.check("wrong usage is told", checks.wrong_usage)
        report.check("an authority and a client certificate of a host's own", checks.tls)
        report.check("a mirror stands for a registry that is not there", checks.mirror)
    finally:
        checks.stop()
    report.close()


if __name__ == "__main__":
    main()
