"""Other people's tools at the same work."""
import os
import shutil
import subprocess
from pathlib import Path

import floor
import measure
import project


class Skopeo:
    """Copies the project's image to the same registry, under another name."""

    def __init__(self, directory, group, services):
        self.command = [
            "skopeo", "copy", "--quiet", "--dest-tls-verify=false", "--dest-creds", services.login,
            f"oci:{directory}/.imagesmith/images:{group}", f"docker://{services.registry}/skopeo/{group}:bench"]

    def copy(self, watches_memory=False):
        return measure.run(self.command, watches_memory=watches_memory)


class Buildah:
    """Builds a group's Dockerfile with a store of its own, on a base that mmdebstrap makes."""

    def __init__(self, state):
        self.state = Path(state)
        self.buildah = ["buildah", "--root", self.state / "root", "--runroot", self.state / "run"]
        self.remove()
        self.state.mkdir(parents=True)

    def call(self, *words, **options):
        return measure.run([*self.buildah, *words], **options)

    def bootstrap(self):
        """Makes the base image; gives the seconds."""
        archive = self.state / "base.tar"
        environment = {"PATH": floor.PATH, "SOURCE_DATE_EPOCH": str(floor.EPOCH), "LC_ALL": "C.UTF-8"}
        runs = [measure.run(
            ["mmdebstrap", "--variant=minbase", "--mode=root", "--quiet", "trixie", archive], environment)]
        runs.append(self.call("from", "--name", "base", "scratch"))
        runs.append(self.call("add", "base", archive, "/"))
        runs.append(self.call("commit", "--quiet", "--rm", "base", "localhost/base:trixie"))
        archive.unlink()
        return sum(run.seconds for run in runs)

    def build(self, context):
        """chroot: the cheapest way that buildah has to run a command."""
        bundle = project.certificates()
        secret = ["--secret", f"id=ca_bundle,src={bundle}"] if bundle else []
        return self.call(
            "build", "--layers", "--isolation", "chroot", "--pull-never", "--build-arg",
            "BASE_IMAGE=localhost/base:trixie", *secret, "--tag", f"localhost/{Path(context).name}", context)

    def remove(self):
        if not self.state.exists():
            return
        subprocess.run([*self.buildah, "rm", "--all"], check=False, capture_output=True)
        # what still is mounted must not be removed through the mount
        if any(str(self.state) in line for line in Path("/proc/self/mounts").read_text().splitlines()):
            subprocess.run(["umount", "--lazy", self.state / "root" / "overlay"], check=False, capture_output=True)
        shutil.rmtree(self.state)
