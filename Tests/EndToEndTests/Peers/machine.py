"""Other people's image tools, called so that they leave nothing behind but their files."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from report import expect

# Their mounts end with the namespace. crun refuses a machine that has both generations of control groups, so that the
# second one is put over them; no container here is in a group.
ALONE = ["unshare", "--mount", "--propagation", "private", "sh", "-ec",
         'mount -t cgroup2 cgroup2 /sys/fs/cgroup 2>/dev/null || :; exec "$@"', "sh"]


def run(*command, cwd=None, log=None):
    """Runs a command to its end; gives what it wrote to stdout. With `log` all goes to that file instead."""
    with open(log or os.devnull, "wb") as file:
        process = subprocess.run(
            [os.fspath(word) for word in command], stdin=subprocess.DEVNULL, cwd=cwd, stdout=file if log else
            subprocess.PIPE, stderr=subprocess.STDOUT if log else subprocess.PIPE)
    if process.returncode != 0:
        text = Path(log).read_bytes() if log else process.stderr
        last = "\n".join(text.decode(errors="replace").splitlines()[-8:])
        expect(False, f"{command[0] if command[0] != 'unshare' else command[len(ALONE)]} failed with code "
                      f"{process.returncode}:\n{last}")
    return (process.stdout or b"").decode()


class Storage:
    """A store of podman and buildah of our own."""

    def __init__(self, folder):
        self.root = Path(folder) / "root"
        # podman takes no more than 50 characters
        self.runroot = Path(tempfile.mkdtemp(prefix="imagesmith-", dir="/run"))
        self.options = ["--root", self.root, "--runroot", self.runroot, "--storage-driver", "overlay"]

    def remove(self):
        for folder in (self.root, self.runroot):
            shutil.rmtree(folder, ignore_errors=True)

    def take(self, image, name):
        """Copies the image in by skopeo."""
        place = f"containers-storage:[overlay@{self.root}+{self.runroot}]{name}"
        run(*ALONE, "skopeo", "copy", "--quiet", image.reference, place)

    def podman(self, *arguments):
        # both limits are raised by default, which an unprivileged machine refuses
        return run(*ALONE, "podman", *self.options, "--runtime", "crun", "--cgroup-manager", "cgroupfs", *arguments)

    def run_in(self, name, *command):
        """Runs a command in a container of the image; gives its stdout."""
        return self.podman(
            "run", "--rm", "--network", "none", "--cgroups", "disabled", "--ulimit", "nofile=1024:1024", "--ulimit",
            "nproc=4096:4096", name, *command)

    def buildah(self, *arguments, log):
        run(*ALONE, "buildah", *self.options, *arguments, log=log)

    def tree(self, name):
        """The listing of the image's merged file tree."""
        tree = Path(__file__).with_name("tree.py")
        script = 'root=$(podman "$@" image mount "$IMAGE"); exec "$PYTHON" "$TREE" "$root"'
        return json.loads(run(
            *ALONE, "env", f"IMAGE={name}", f"PYTHON={sys.executable}", f"TREE={tree}", "sh", "-ec", script, "sh",
            *self.options))
