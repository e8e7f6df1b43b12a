"""Measures what docs/performance.md reports.

Each figure stands beside a floor, which is the least that the work takes, or a peer, measured in the same run. The
table goes to stdout, in Markdown; progress goes to stderr.

figures:
  cold       both groups from an empty cache, and the second group by itself; the floor is mmdebstrap and the RUN
             commands alone (minutes, and it needs Debian's and PyPI's packages)
  unchanged  builds when nothing has changed
  user       one person more: generate and build
  push       a first and a second push; the peer is skopeo
  memory     the peak of a build and of a push with layers of 1 GiB
"""
import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

import floor
import measure
from peers import Buildah, Skopeo
from project import SOURCE, Project, certificates
from services import Services

FIGURES = ("cold", "unchanged", "user", "push", "memory")
GROUPS = ("pii", "nonpii")
MIB = 1 << 20


class Benchmark:
    """One run: the project, the cache that its figures share, and the table."""

    def __init__(self, arguments):
        self.state = SOURCE / ".imagesmith/bench"
        self.rounds, self.repeats = arguments.rounds, arguments.repeats
        self.home = self.state / "cache"
        self.project = Project(self.state / "project", arguments.binary, self.home)
        self.buildah = Buildah(self.state / "buildah") if arguments.buildah else None
        self.table = []

    def row(self, figure, goal, measured, reference="", ratio=""):
        self.table.append((figure, goal, measured, reference, ratio))
        tell(" | ".join(self.table[-1]))

    def times(self, figure, goal, runs, reference, reference_runs):
        """A row of times: medians, and how many times the reference's."""
        ratio = measure.median(runs) / measure.median(reference_runs)
        cpu = statistics.median(run.cpu for run in runs)
        self.row(figure, goal, f"{spread(runs)}; processors' time {cpu:.3f} s",
                 f"{reference}: {spread(reference_runs)}", f"{ratio:.2f}")

    def repeat(self, action, count=None):
        return [action() for _ in range(count or self.repeats)]

    # -- figures

    def cold(self):
        builds, floors = [], []
        for number in range(self.rounds):
            # who comes first finds colder disks and mirrors, so turns are taken
            for turn in ("floor", "build") if number % 2 == 0 else ("build", "floor"):
                tell(f"cold, round {number + 1} of {self.rounds}: {turn}")
                if turn == "floor":
                    floors.append(self.floor())
                    continue
                fresh(self.home)
                first = self.project.build("--group", GROUPS[0], watches_memory=True)
                builds.append((first, self.project.build("--group", GROUPS[1])))
        for (first, second), (steps, whole) in zip(builds, floors):
            alone = sum(steps.values())
            both = first.seconds + second.seconds
            self.row("cold build of both groups", "1.15 times", f"{both:.1f} s",
                     f"mmdebstrap and RUN alone: {alone:.1f} s", f"{both / alone:.2f}")
            self.row("the same, processors' time", "", f"{first.cpu + second.cpu:.1f} s", f"{whole.cpu:.1f} s",
                     f"{(first.cpu + second.cpu) / whole.cpu:.2f}")
            for line in first.output.splitlines():
                if "DONE" in line:
                    tell("  " + line)
            tell(f"  floor: {steps}")
        seconds = [second for _, second in builds]
        self.times("second group", "1 s", seconds, "start of the program", self.start_up())
        peak = max(first.peak for first, _ in builds)
        self.row("memory of a cold build", "100 MiB", f"{peak / MIB:.0f} MiB")
        if self.buildah:
            tell("cold: buildah")
            base = self.buildah.bootstrap()
            runs = [self.buildah.build(self.project.directory / "images" / group) for group in GROUPS]
            whole = base + sum(run.seconds for run in runs)
            mine = statistics.median(first.seconds + second.seconds for first, second in builds)
            self.row("buildah: cold, both groups", "", f"{whole:.1f} s", f"imagesmith: {mine:.1f} s",
                     f"{whole / mine:.2f}")
            self.times("buildah: second group", "", runs[1:], "imagesmith", seconds)

    def floor(self):
        work = self.state / "floor"
        fresh(work)
        result = floor.run(self.project.directory / "images" / GROUPS[0], work, certificates())
        fresh(work)
        return result

    def unchanged(self):
        self.project.build()
        start = self.start_up()
        both = self.repeat(self.project.build)
        self.times("nothing changed, both groups", "0.1 s", both, "start of the program", start)
        for group in GROUPS:
            runs = self.repeat(lambda: self.project.build("--group", group))
            self.times(f"nothing changed, {group}", "0.1 s", runs, "start of the program", start)
        if self.buildah:
            contexts = [self.project.directory / "images" / group for group in GROUPS]
            for context in contexts:
                self.buildah.build(context)
            runs = self.repeat(lambda: self.buildah.build(contexts[0]), 3)
            self.times("buildah: nothing changed, one group", "", runs, "imagesmith, both groups", both)

    def user(self):
        self.project.build()
        builds, generates = [], []
        for number in range(1, self.repeats + 1):
            # each time a roster that the cache has not seen
            self.project.set_users(number)
            generates.append(self.project.imagesmith("generate"))
            builds.append(self.project.build())
        self.project.set_users(0)
        self.project.imagesmith("generate")
        hashing = self.repeat(lambda: measure.run(["sha256sum", *self.project.inputs]))
        sums = [measure.Run(a.seconds + b.seconds, a.cpu + b.cpu, 0, "") for a, b in zip(generates, builds)]
        self.times("one user added: generate, build", "0.3 s", sums, "sha256sum of all inputs", hashing)

    def push(self):
        self.project.build()
        with Services(self.state / "services", self.project.roster) as services:
            self.project.environment.update(services.environment)
            words = ("push", "--registry", services.registry)
            first = self.project.imagesmith(*words, watches_memory=True)
            skopeo = Skopeo(self.project.directory, GROUPS[0], services)
            theirs = skopeo.copy(watches_memory=True)
            self.times("first push, both groups", "", [first], "skopeo, one group", [theirs])
            self.row("memory of a first push", "100 MiB", f"{first.peak / MIB:.0f} MiB",
                     f"skopeo: {theirs.peak / MIB:.0f} MiB", f"{first.peak / theirs.peak:.2f}")
            writes = services.requests("POST|PATCH|PUT")
            second = self.repeat(lambda: self.project.imagesmith(*words))
            writes = services.requests("POST|PATCH|PUT") - writes
            self.times("second push, both groups", "0.2 s", second, "skopeo, one group", self.repeat(skopeo.copy, 5))
            one = self.repeat(lambda: self.project.imagesmith(*words, "--group", GROUPS[0]))
            self.times("second push, one group", "0.2 s", one, "start of the program", self.start_up())
            self.row("requests of second pushes that write", "0", str(writes))

    def memory(self):
        project = Project(self.state / "large", self.project.binary, self.home)
        self.project.build("--group", GROUPS[0])  # so that the base is there
        with Services(self.state / "services", project.roster) as services:
            project.environment.update(services.environment)
            small, large = (self.peaks(project, services.registry, size) for size in (16 * MIB, 1024 * MIB))
        for what, peak in large.items():
            self.row(f"memory, {what}, 1 GiB each", "100 MiB", f"{peak / MIB:.0f} MiB",
                     f"16 MiB each: {small[what] / MIB:.0f} MiB", f"{peak / small[what]:.2f}")
        shutil.rmtree(project.directory)

    @staticmethod
    def peaks(project, registry, size):
        """The peaks of memory, by what was done with layers of so many bytes that no compressor makes smaller."""
        group = GROUPS[0]
        context = project.directory / "images" / group
        unseen = f": {time.time_ns()};"  # not in the cache
        write = f"RUN {unseen} head -c {size} /dev/urandom >/var/tmp/"
        peaks = {}

        def build(what, *steps):
            project.replace_dockerfile(group, steps)
            peaks[what] = project.build("--group", group, watches_memory=True).peak

        build("RUN", write + "a")
        # faster than they are packed
        build("four RUNs", *(f"RUN {unseen} head -c {size} /dev/zero >/var/tmp/{name}" for name in "abcd"))
        with open(context / "content", "wb") as file:
            for _ in range(size // MIB):
                file.write(os.urandom(MIB))
        build("COPY", "COPY content /var/tmp/")
        (context / "content").unlink()
        peaks["push"] = project.imagesmith("push", "--group", group, "--registry", registry, watches_memory=True).peak
        roster = project.roster.read_text()
        project.roster.write_text(roster.replace("compression: zstd", "compression: gzip"))
        build("RUN, gzip", write + "a")
        project.roster.write_text(roster)
        return peaks

    def start_up(self):
        return self.repeat(lambda: self.project.imagesmith("--version"))


def fresh(directory):
    """Removes it, and waits until the disk has nothing more to write, so that this is not part of a figure."""
    shutil.rmtree(directory, ignore_errors=True)
    os.sync()


def spread(runs):
    """The median in seconds, and where there are several runs the least and the most."""
    times = [run.seconds for run in runs]
    digits = 1 if statistics.median(times) >= 10 else 3
    middle = f"{statistics.median(times):.{digits}f} s"
    return middle if len(times) == 1 else f"{middle} ({min(times):.{digits}f} to {max(times):.{digits}f})"


def tell(text):
    print(text, file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(
        prog="Benchmarks/run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=1, help="cold builds, each beside a floor of its own (1)")
    parser.add_argument("--repeats", type=int, default=20, help="runs of what takes milliseconds (20)")
    parser.add_argument("--buildah", action="store_true", help="the same work by buildah as well, which takes minutes")
    parser.add_argument("--keep", action="store_true", help="leave the cache for the next run")
    parser.add_argument("figure", nargs="*", help=f"by default all: {', '.join(FIGURES)}")
    arguments = parser.parse_args()
    for name in arguments.figure:
        if name not in FIGURES:
            parser.error(f"there is no figure {name}: {', '.join(FIGURES)}")
    # so that what a figure has started ends with it
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    arguments.binary = arguments.binary.resolve()
    benchmark = Benchmark(arguments)
    load = [os.getloadavg()[0]]
    try:
        for name in arguments.figure or FIGURES:
            getattr(benchmark, name)()
        load.append(os.getloadavg()[0])
    except (measure.CommandFailed, subprocess.CalledProcessError) as error:
        sys.exit(f"Benchmarks/run: {error}")
    finally:
        if benchmark.buildah:
            benchmark.buildah.remove()
        if not arguments.keep:
            fresh(benchmark.state)
        report(benchmark.table, load)


def report(table, load):
    print(f"{os.cpu_count()} processors; load {load[0]:.1f} at the start, {load[-1]:.1f} at the end")
    print("\n| figure | goal | measured | beside | ratio |\n|---|---|---|---|---|")
    for row in table:
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()
