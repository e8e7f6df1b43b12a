"""Measures transfers to and from Debian's docker-registry on loopback, in turns with skopeo and in one run, so that a
busy machine is busy for everybody. Each row goes to stderr as JSON when it is there, and all rows to --json's file.
  Benchmarks/run registry [--state FOLDER] [--repeats N] [--only FIGURE]...

figures:
  push    791 MB in 4 blobs of random bytes, to an empty registry
  there   the same, when the registry has it: beside the start of the program and one HEAD by curl
  pull    the same from the registry, to an image layout
  unpack  a base pulled and unpacked by a build with one tiny RUN; beside the pull and the unpacking by themselves
Everything is written to a new folder in FOLDER, by default /var/tmp.
"""
import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.request
from pathlib import Path

import layout
import measure
import workloads
from builder import turns
from project import SOURCE
from table import Table

FIGURES = ("push", "there", "pull", "unpack")
GROUP = "pii"
# bytes of each blob: together 791 MB
SIZES = (400_000_000, 250_000_000, 120_000_000, 21_000_000)


class DockerRegistry:
    """One without passwords, its files in a folder."""

    def __init__(self, state):
        self.state, self.process = state, None

    def start(self):
        """Starts it anew, and empty."""
        self.stop()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.host = f"127.0.0.1:{free.getsockname()[1]}"
        file = self.state / "registry.yml"
        file.write_text(json.dumps({
            "version": "0.1", "log": {"level": "error", "accesslog": {"disabled": True}},
            "storage": {"filesystem": {"rootdirectory": str(self.state / "registry")}},
            "http": {"addr": self.host, "secret": "bench"}}))
        self.process = subprocess.Popen(
            ["docker-registry", "serve", file], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while True:
            try:
                return urllib.request.urlopen(f"http://{self.host}/v2/").close()
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None
        shutil.rmtree(self.state / "registry", ignore_errors=True)


class Figures:
    def __init__(self, binary, state, repeats):
        self.binary, self.state, self.repeats = binary, state, repeats
        self.table = Table()
        self.registry = DockerRegistry(state)
        self.project = state / "project"
        self.project.mkdir()
        shutil.copy(SOURCE / "users.yaml", self.project)
        # the caller's AWS account must not be touched
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        self.environment["IMAGESMITH_HOME"] = str(state / "cache")

    # -- what is run

    def imagesmith(self, *words):
        return measure.run([self.binary, *words], self.environment, self.project, watches_memory=True)

    def push(self, empty=True):
        if empty:
            self.registry.start()
        return self.imagesmith("push", "--group", GROUP, "--registry", self.registry.host)

    def skopeo(self, source, target):
        if target.startswith("docker:"):
            self.registry.start()
            target = target.replace("REGISTRY", self.registry.host)
        return measure.run(
            ["skopeo", "copy", "--quiet", "--src-tls-verify=false", "--dest-tls-verify=false", source, target],
            watches_memory=True)

    def into(self, action, *names):
        """Runs it when these folders are gone, and nothing is left to be written to the disk."""
        for name in names:
            shutil.rmtree(self.state / name, ignore_errors=True)
        os.sync()
        return action()

    # -- figures

    def image(self):
        """The image in the project's local store."""
        store = self.project / ".imagesmith/images"
        if store.exists():
            return store
        blobs = store / "blobs/sha256"
        blobs.mkdir(parents=True)
        layers, diff_ids = [], []
        for number, size in enumerate(SIZES):
            write_tar(blobs / "new", f"noise{number}", size)
            layers.append(layout.descriptor(blobs, blobs / "new", "application/vnd.oci.image.layer.v1.tar"))
            diff_ids.append(layers[-1]["digest"])
        config = {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": diff_ids}}
        manifest = {
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": layout.put(blobs, config, "application/vnd.oci.image.config.v1+json"), "layers": layers}
        entry = layout.put(blobs, manifest, manifest["mediaType"])
        entry["annotations"] = {"org.opencontainers.image.ref.name": GROUP}
        (store / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [entry]}))
        (store / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
        return store

    def measure_push(self):
        store = self.image()
        self.push()  # what a build writes is looked at for secrets while it is written; this was not built
        runs = turns(
            self.repeats, imagesmith=lambda: self.into(self.push),
            skopeo=lambda: self.into(lambda: self.skopeo(f"oci:{store}:{GROUP}", "docker://REGISTRY/bench/image:1")))
        self.table.add(
            "push of 791 MB in 4 blobs", "1.1 times; 32 MiB", runs["imagesmith"], skopeo=runs["skopeo"])

    def measure_there(self):
        self.image()
        image = self.push().output.split()[0]
        name, digest = image.removeprefix(self.registry.host + "/").split("@")
        head = ["curl", "--silent", "--fail", "--head", "--output", "/dev/null",
                "--header", "Accept: application/vnd.oci.image.manifest.v1+json",
                f"http://{self.registry.host}/v2/{name}/manifests/{digest}"]
        runs = turns(
            max(20, self.repeats), imagesmith=lambda: self.push(empty=False),
            start=lambda: self.imagesmith("--version"), head=lambda: measure.run(head))
        self.table.add(
            "push of what is there", "start, HEAD and 30 ms", runs["imagesmith"],
            **{"start of the program": runs["start"], "curl --head, with its start": runs["head"]})

    def measure_pull(self):
        image = self.push_image()
        target = f"oci:{self.state}/pulled:1"
        runs = turns(
            self.repeats,
            imagesmith=lambda: self.into(lambda: self.imagesmith("copy", f"docker://{image}", target), "pulled"),
            skopeo=lambda: self.into(lambda: self.skopeo(f"docker://{image}", target), "pulled"))
        self.table.add("pull of 791 MB in 4 blobs", "32 MiB", runs["imagesmith"], skopeo=runs["skopeo"])

    def push_image(self):
        self.image()
        return self.push().output.split()[0]

    def measure_unpack(self):
        root, base = self.state / "root", self.state / "base"
        workloads.large(root, 128 << 20)
        shutil.copy("/bin/busybox", root / "data/busybox")
        layout.write(base, root, [[f"data/{name}"] for name in sorted(os.listdir(root / "data"))])
        self.skopeo(f"oci:{base}:latest", "docker://REGISTRY/bench/base:1")
        image = f"{self.registry.host}/bench/base:1"

        def build(source):
            context = workloads.context(self.state / "context", "")
            (context / "Dockerfile").write_text(f'FROM {source}\nRUN ["/data/busybox", "true"]\n')
            return self.imagesmith("build", context)

        runs = turns(
            self.repeats, together=lambda: self.into(lambda: build(image), "cache", "project/.imagesmith"),
            pull=lambda: self.into(
                lambda: self.imagesmith("copy", f"docker://{image}", f"oci:{self.state}/pulled:1"), "pulled"),
            unpack=lambda: self.into(lambda: build(f"oci:{base}:latest"), "cache", "project/.imagesmith"))
        self.table.add("pull and unpack a base, 512 MiB in 5 layers", "1.2 times the slower", runs["together"],
                       **{"pull": runs["pull"], "unpack": runs["unpack"]})


def write_tar(path, name, size):
    """A tar of about so many bytes, with one file that no compressor makes smaller."""
    with open(path, "wb") as file, tarfile.open(fileobj=file, mode="w") as tar, open("/dev/urandom", "rb") as noise:
        member = tarfile.TarInfo(name)
        member.size = size - tarfile.RECORDSIZE
        tar.addfile(member, noise)


def main():
    parser = argparse.ArgumentParser(
        prog="Benchmarks/run registry", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--state", type=Path, default=Path("/var/tmp"), help="a folder, in which one is made")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each (3)")
    parser.add_argument("--only", action="append", choices=FIGURES, help="this figure; may be given several times")
    parser.add_argument("--json", type=Path, help="write the rows there")
    arguments = parser.parse_args()
    state = Path(tempfile.mkdtemp(prefix="imagesmith-bench-", dir=arguments.state))
    figures = Figures(arguments.binary.resolve(), state, arguments.repeats)
    load = [os.getloadavg()[0]]
    try:
        for name in arguments.only or FIGURES:
            getattr(figures, f"measure_{name}")()
    except (measure.CommandFailed, subprocess.CalledProcessError) as error:
        sys.exit(f"Benchmarks/run: {error}")
    finally:
        figures.registry.stop()
        shutil.rmtree(state, ignore_errors=True)
        load.append(os.getloadavg()[0])
    print(f"{os.cpu_count()} processors; load {load[0]:.1f} at the start, {load[-1]:.1f} at the end\n")
    figures.table.show()
    if arguments.json:
        arguments.json.write_text(json.dumps(figures.table.rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
