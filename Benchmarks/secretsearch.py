"""Measures the search for secrets: what it adds to the build of a layer.

A layer is searched while it is written, so a build with it and one without cannot be had from one program. What is
measured instead is the same search of the same layer afterwards, by `imagesmith check` with the record of it taken
away, less the same command with the record: that reads, decompresses and unpacks the layer as well, and so is an upper
bound. It stands beside the build of that layer, all in processors' time and in turns.

  Benchmarks/run secrets [--state FOLDER] [--repeats N]
"""
import argparse
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

import measure
import workloads

ROSTER = """project: bench
base: {image: "docker.io/library/none:1"}
groups: {one: {data: [s3://bench/one/]}}
users: {ann: {uid: 2001, groups: [one]}}
"""


class Project:
    def __init__(self, binary, state):
        self.binary, self.state = binary, state
        self.environment = {**os.environ, "IMAGESMITH_HOME": str(state / "cache"), "SOURCE_DATE_EPOCH": "1767225600"}
        (state / "users.yaml").write_text(ROSTER)

    def run(self, *words):
        # check ends with 2, as what is built here is not what the roster says
        line = '"$@" || [ $? -eq 2 ]'
        command = ["bash", "-c", line, "bash", self.binary, *words]
        return measure.run(command, self.environment, self.state)

    def build(self):
        for name in ("cache", ".imagesmith"):
            shutil.rmtree(self.state / name, ignore_errors=True)
        return self.run("build", "--group", "one", "--quiet")

    def search(self):
        """Processors' seconds that a search takes."""
        shutil.rmtree(self.state / "cache/scans")
        return self.run("check").cpu - self.run("check").cpu


def main():
    parser = argparse.ArgumentParser(
        prog="Benchmarks/run secrets", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--state", type=Path, default=Path("/dev/shm"), help="a folder, in which one is made")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each (3)")
    arguments = parser.parse_args()
    state = Path(tempfile.mkdtemp(prefix="imagesmith-bench-", dir=arguments.state))
    rows = []
    try:
        project = Project(arguments.binary.resolve(), state)
        for name, make in (("50,000 small files", workloads.small), ("4 files, 1 GiB", workloads.large)):
            context = make(state / "images/one")
            size = sum(file.stat().st_size for file in context.rglob("*") if file.is_file())
            builds, searches = [], []
            for _ in range(arguments.repeats):
                builds.append(project.build().cpu)
                searches.append(project.search())
            build, search = statistics.median(builds), statistics.median(searches)
            rows.append(f"| {name} | {build:.2f} s | {search:.2f} s | {size / search / 1e6:.0f} MB/s | "
                        f"{search / build:.0%} |")
            print(rows[-1], file=sys.stderr, flush=True)
            shutil.rmtree(context)
    except measure.CommandFailed as error:
        sys.exit(f"Benchmarks/run: {error}")
    finally:
        shutil.rmtree(state, ignore_errors=True)
    print("| layer | build | search, unpacking included | | of the build, at most |\n|---|---|---|---|---|")
    print("\n".join(rows))


if __name__ == "__main__":
    main()
