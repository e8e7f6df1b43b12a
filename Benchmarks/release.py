"""Measures `imagesmith release` on a machine that knows nothing: no store, no cache, only the repository.

Everything was built and released once before, by another machine. Then one thing changes and a fresh machine releases
it, through relays that count requests and bytes before the registry and before the AWS API.
  Benchmarks/run release [--repeats N] [--latency SECONDS] [--requests] [--packages]

changes:
  user       one person more, in one group
  one group  the same, and only that group is released
  hub        the hub's configuration, in both groups: a newer imagesmith has another template
  nothing    nothing
  packages   one Debian package more for all groups (only with --packages: minutes, and Debian's packages)

The first run builds the groups' images, which takes minutes; they are kept for the next.
"""
import argparse
import os
import re
import shutil
import signal
import statistics
import sys
from dataclasses import dataclass, field
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "Tests/EndToEndTests/Services"))

import measure
from meter import Meter
from project import SOURCE, Project, certificates
from services import Services

GROUP = "pii"
KIB = 1 << 10


@dataclass
class Figure:
    change: str
    latency: float
    seconds: list = field(default_factory=list)
    peak: int = 0  # bytes
    down: int = 0
    up: int = 0
    requests: list = field(default_factory=list)
    written: int = 0

    def row(self):
        latency = f", {self.latency * 1000:.0f} ms a request" if self.latency else ""
        return (f"| {self.change}{latency} | {statistics.median(self.seconds):.2f} s "
                f"({min(self.seconds):.2f} to {max(self.seconds):.2f}) | {self.down / KIB:.0f} KiB | "
                f"{self.up / KIB:.0f} KiB | {len(self.requests)} | {self.written / KIB:.0f} KiB | "
                f"{self.peak >> 20} MiB |")


class Machine:
    """A machine that has only the repository."""

    def __init__(self, state, binary, environment):
        self.home = state / "fresh-cache"
        shutil.rmtree(self.home, ignore_errors=True)
        self.project = Project(state / "fresh-project", binary, self.home)
        self.project.environment.update(environment)

    def written(self):
        """Bytes of the files that imagesmith has left."""
        folders = [self.home, self.project.directory / ".imagesmith"]
        return sum(path.lstat().st_size for folder in folders for path in folder.rglob("*") if path.is_file())


class Releases:
    def __init__(self, arguments):
        self.arguments = arguments
        self.state = SOURCE / ".imagesmith/bench"
        self.figures = []
        self.changes = 0

    def run(self):
        elder = Project(self.state / "project", self.arguments.binary, self.state / "cache")
        share_cache(elder)
        with Services(self.state / "services", elder.roster) as services:
            self.registry = Meter(services.registry)
            self.aws = Meter(services.environment["AWS_ENDPOINT_URL"].removeprefix("http://"))
            self.environment = {
                **services.environment, "AWS_ENDPOINT_URL": f"http://{self.aws.address}",
                "REGISTRY": self.registry.address}
            elder.environment.update(self.environment)
            tell("building and releasing on the first machine")
            elder.build()
            elder.imagesmith("release", "--registry", self.registry.address)
            for latency in (0, self.arguments.latency):
                for name, change in self.changes_to_measure().items():
                    self.measure(name, change, latency)
            if self.arguments.packages:
                self.measure("packages", lambda project: add_package(project), 0, repeats=1)

    def changes_to_measure(self):
        return {
            "user": self.add_user, "one group": self.add_user, "hub": self.change_hub, "nothing": lambda project: None}

    def measure(self, name, change, latency, repeats=None):
        figure = Figure(name, latency)
        for _ in range(repeats or self.arguments.repeats):
            machine = Machine(self.state, self.arguments.binary, self.environment)
            share_cache(machine.project)
            change(machine.project)
            machine.project.git("-c", "user.name=bench", "-c", "user.email=", "commit", "--quiet", "--all",
                                "--allow-empty", "--message", name)
            for meter in (self.registry, self.aws):
                meter.reset()
                meter.latency = latency
            runs = self.release(machine.project, name)
            for meter in (self.registry, self.aws):
                meter.latency = 0
            figure.seconds.append(sum(run.seconds for run in runs))
            figure.peak = max(figure.peak, *(run.peak for run in runs))
            figure.down, figure.up = (self.registry.down + self.aws.down, self.registry.up + self.aws.up)
            figure.requests = self.registry.requests + self.aws.requests
            figure.written = machine.written()
        self.figures.append(figure)
        tell(figure.row())
        if self.arguments.requests:
            for line in figure.requests:
                tell("    " + line)

    def release(self, project, name):
        registry = ["--registry", self.registry.address]
        if name == "one group":
            commands = [["release", "--group", GROUP, *registry]]
        else:
            bundle = certificates() if name == "packages" else None
            commands = [["release", *(["--secret", f"id=ca_bundle,src={bundle}"] if bundle else []), *registry]]
        return [project.imagesmith(*words, watches_memory=True) for words in commands]

    def add_user(self, project):
        self.changes += 1
        roster = project.roster.read_text()
        uid = 3000 + self.changes
        project.roster.write_text(roster + f"  bench{self.changes}: {{uid: {uid}, groups: [{GROUP}]}}\n")
        project.imagesmith("generate")

    def change_hub(self, project):
        self.changes += 1
        template = b"how the hub of every group runs"
        changed = template[:-4] + f"{self.changes:04}".encode()
        binary = Path(self.arguments.binary).read_bytes()
        if binary.count(template) != 1:
            raise measure.CommandFailed("the template is not in the program as it was")
        project.binary = self.state / "imagesmith-newer"
        project.binary.write_bytes(binary.replace(template, changed))
        project.binary.chmod(0o755)
        project.imagesmith("generate")


def share_cache(project):
    roster = project.roster.read_text()
    if not re.search(r"(?m)^cache:", roster):
        line = "cache: {repository: jupyterhub/cache}\nbase:"
        project.roster.write_text(re.sub(r"(?m)^base:", line, roster, count=1))


def add_package(project):
    roster = project.roster.read_text()
    project.roster.write_text(re.sub(r"(?m)^image:\n", "image:\n  apt: [tree]\n", roster, count=1))
    project.imagesmith("generate")


def tell(text):
    print(text, file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(
        prog="Benchmarks/run release", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--repeats", type=int, default=5, help="releases of each kind (5)")
    parser.add_argument("--latency", type=float, default=0.1, help="added to each request in the second round (0.1 s)")
    parser.add_argument("--requests", action="store_true", help="tell each request of a kind's last release")
    parser.add_argument("--packages", action="store_true", help="a change of packages as well")
    arguments = parser.parse_args()
    arguments.binary = arguments.binary.resolve()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    releases = Releases(arguments)
    try:
        releases.run()
    except measure.CommandFailed as error:
        sys.exit(f"Benchmarks/run: {error}")
    print(f"{os.cpu_count()} processors; load {os.getloadavg()[0]:.1f} at the end\n")
    print("| change | time | bytes down | bytes up | requests | left on the disk | peak |")
    print("|---|---|---|---|---|---|---|")
    for figure in releases.figures:
        print(figure.row())


if __name__ == "__main__":
    main()
