"""A release from a machine that knows nothing: an empty store, an empty cache, and one change since another machine's
release.

usage: cold.py --binary IMAGESMITH --services STATE_DIR --output DIR

  --services   the state directory of ../Services/services.py: a registry and an AWS API
  --output     a folder for the machines that the checks make; they stay there to be looked at

The first machine is this one: its cache is the caller's, so that nothing is built anew. Relays count what the others
ask for.
Prints `ok` or `FAIL` for each check, then how many passed; exits 1 if any failed. Needs to be root.
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parents[2]
sys.path += [str(HERE.parent / "Judge"), str(HERE.parent / "Services")]

from meter import Meter
from report import Report, expect

GROUP = "pii"
# what a release may take, whatever the images weigh: requests, bytes down and up, bytes on the disk
REQUESTS, DOWN, UP, DISK = 30, 256 << 10, 64 << 10, 1 << 20


class Machine:
    """A checkout of this repository, with a store of its own."""

    def __init__(self, binary, folder, environment, has_cache=False):
        """has_cache: whether it has the caller's cache, and not an empty one."""
        self.binary, self.folder = str(Path(binary).resolve()), Path(folder)
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(SOURCE / "images", self.folder / "images")
        shutil.copy(SOURCE / "users.yaml", self.folder)
        self.cache = self.folder / "cache"
        # nothing of the caller's own account
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith(("AWS_", "CODEBUILD_"))} | environment
        if not has_cache:
            self.environment["IMAGESMITH_HOME"] = str(self.cache)

    def call(self, *words):
        ended = subprocess.run(
            [self.binary, *words], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=1200)
        expect(ended.returncode == 0, f"imagesmith {' '.join(words)}: code {ended.returncode}\n{ended.stderr[-2000:]}")
        return ended.stdout

    def change(self, pattern, text):
        roster = self.folder / "users.yaml"
        changed, count = re.subn(pattern, text, roster.read_text(), count=1)
        expect(count == 1, f"{pattern} is not in users.yaml")
        roster.write_text(changed)

    def add_user(self, uid):
        self.change(r"\Z", f"  cold{uid}: {{uid: {uid}, groups: [{GROUP}]}}\n")
        self.call("generate")

    def written(self):
        """Bytes of the files that imagesmith has left."""
        folders = [self.cache, self.folder / ".imagesmith"]
        return sum(path.lstat().st_size for folder in folders for path in folder.rglob("*") if path.is_file())


class Account:
    """The registry and the AWS API, each behind a relay."""

    def __init__(self, services):
        self.registry = Meter(services["registry"]["address"])
        self.aws = Meter(services["environment"]["AWS_ENDPOINT_URL"].removeprefix("http://"))
        self.environment = services["environment"] | {"AWS_ENDPOINT_URL": f"http://{self.aws.address}"}

    @property
    def meters(self):
        return self.registry, self.aws

    def reset(self):
        for meter in self.meters:
            meter.reset()

    def release(self, machine, *words):
        """Gives the digests of the images, by group, and the ARNs."""
        self.reset()
        out = machine.call("release", "--registry", self.registry.address, *words)
        images = dict(re.findall(r"(?m)^\S+/(\w+)@(sha256:\w{64})$", out))
        return images, re.findall(r"(?m)^arn:\S+$", out)

    def demand_little(self, machine):
        requests = [line for meter in self.meters for line in meter.requests]
        down, up = sum(meter.down for meter in self.meters), sum(meter.up for meter in self.meters)
        written = machine.written()
        told = f"{len(requests)} requests, {down} bytes down, {up} up, {written} on the disk"
        print(f"      {told}")
        expect(len(requests) <= REQUESTS, told + "\n" + "\n".join(requests))
        expect(down <= DOWN and up <= UP and written <= DISK, told)


def judge(report, binary, account, output):
    first = Machine(binary, output / "first", account.environment, has_cache=True)

    def machine(name):
        return Machine(binary, output / name, account.environment)

    def prepare():
        paths = [os.environ.get(name, "") for name in ("PIP_CERT", "SSL_CERT_FILE")]
        bundle = next((path for path in paths if Path(path).is_file()), None)
        first.call("build", *(["--secret", f"id=ca_bundle,src={bundle}"] if bundle else []))
        images, arns = account.release(first)
        expect(len(images) == len(arns) > 1, f"{images}, {arns}")
        return images, arns

    def nothing():
        cold = machine("nothing")
        expect(account.release(cold) == released, "another machine makes other images, or other revisions")
        account.demand_little(cold)
        writes = [line for line in account.registry.requests if line.split()[0] not in ("GET", "HEAD")]
        expect(not writes, f"something was written: {writes}")

    def user():
        cold = machine("user")
        cold.add_user(3901)
        images, arns = account.release(cold)
        account.demand_little(cold)
        expect(images.keys() == released[0].keys(), f"{images}")
        changed = [group for group in images if images[group] != released[0][group]]
        expect(changed == [GROUP], f"changed: {changed}")
        expect(len(set(arns) - set(released[1])) == 1, f"revisions: {arns}")
        first.add_user(3901)
        same = dict(line.split() for line in first.call("build").splitlines())
        expect(same == images, f"the machine that has all layers makes {same}, not {images}")

    def hub():
        cold = machine("hub")
        for file in cold.folder.glob("images/*/files/jupyterhub_config.py"):
            file.write_text(file.read_text() + "# changed\n")
        account.reset()
        built = dict(line.split() for line in cold.call("build", "--registry", account.registry.address).splitlines())
        cold.call("push", "--registry", account.registry.address)
        blobs = [line for line in account.registry.requests if re.match(r"GET \S+/blobs/", line)]
        expect(not blobs, f"layers were fetched: {blobs}")
        shutil.copytree(cold.folder / "images", first.folder / "images", dirs_exist_ok=True)
        shutil.copy(SOURCE / "users.yaml", first.folder)
        same = dict(line.split() for line in first.call("build").splitlines())
        expect(same == built, f"the machine that has all layers makes {same}, not {built}")

    released = report.check("the first machine releases, and leaves what it knows in the cache", prepare, seconds=1200)
    needs = [released]
    report.check("nothing changed: a cold machine makes the same images and writes nothing", nothing, needs=needs)
    report.check("a person more: a few small requests, and the image that a warm machine makes", user, needs=needs)
    report.check("another hub configuration: no layer is fetched, and the image is the same", hub, needs=needs)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--services", required=True, type=Path)
    parser.add_argument("--output", required=True, type=Path)
    arguments = parser.parse_args()
    services = json.loads((arguments.services / "services.json").read_text())
    output = arguments.output.resolve()
    output.mkdir(parents=True, exist_ok=True)
    report = Report()
    judge(report, arguments.binary, Account(services), output)
    report.close()


if __name__ == "__main__":
    main()
