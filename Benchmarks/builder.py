"""Measures the builder on its own: COPY of many small files and of few large ones, cached steps, one tiny RUN, a RUN
of apt-get with its layer, unpacking a base. Each beside Debian's buildah and umoci, where they do such work, and beside
the floor: the pipe of tools that is the least that the work takes. All in one run and in turns, so that a busy machine
is busy for everybody. Each row goes to stderr as JSON when it is there, and all rows to the file of --json.
  Benchmarks/run builder [--state FOLDER] [--repeats N] [--apt] [--only FIGURE]...


figures: small, large, cached, tiny, apt (only with --apt: minutes, and Debian's packages), unpack
Everything is written to a new folder in FOLDER, by default /dev/shm, which is a tmpfs.
"""
import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import floor
import layout
import measure
import workloads
from table import Table

MIB = 1 << 20
EPOCH = "1767225600"
FIGURES = ("small", "large", "cached", "tiny", "unpack", "apt")
APT = ("apt-get update -qq && "
       "DEBIAN_FRONTEND=noninteractive apt-get install -qqy --no-install-recommends python3 r-base-core")


class Builder:
    """imagesmith, with a cache and an image store of its own."""

    def __init__(self, binary, state):
        self.binary, self.state = binary, state
        self.environment = {**os.environ, "IMAGESMITH_HOME": str(state / "cache"), "SOURCE_DATE_EPOCH": EPOCH}

    def forget(self):
        for name in ("cache", ".imagesmith"):
            shutil.rmtree(self.state / name, ignore_errors=True)

    def build(self, context, *words):
        return measure.run(
            [self.binary, "build", *words, context], self.environment, self.state, watches_memory=True)


class Buildah:
    """Debian's, with a store of its own; what it builds goes to a layout as well."""

    def __init__(self, state):
        self.state = state
        self.words = ["buildah", "--root", state / "buildah", "--runroot", state / "buildah-run"]

    def forget(self):
        if (self.state / "buildah").exists():
            subprocess.run([*self.words, "rm", "--all"], check=False, capture_output=True)
            subprocess.run(["umount", "--lazy", self.state / "buildah/overlay"], check=False, capture_output=True)
        for name in ("buildah", "buildah-run", "buildah-layout"):
            shutil.rmtree(self.state / name, ignore_errors=True)

    def build(self, context, *words):
        options = ["--layers", "--isolation", "chroot", *words, "-t", "x"]
        build = shlex.join(map(str, [*self.words, "build", *options, context]))
        push = shlex.join(map(str, [*self.words, "push", "-q", "x", f"oci:{self.state}/buildah-layout:x"]))
        return measure.run(["bash", "-ec", f"{build} && {push}"], watches_memory=True)


class Umoci:
    """A layer inserted into a layout: no cache, no Dockerfile."""

    def __init__(self, state):
        self.layout = state / "umoci"

    def forget(self):
        shutil.rmtree(self.layout, ignore_errors=True)

    def copy(self, source, target):
        layout = f"{self.layout}:x"
        return measure.run(["bash", "-ec", "; ".join(
            [f"umoci init --layout {self.layout}", f"umoci new --image {layout}",
             f"umoci insert --image {layout} {source} {target}"])])


def pipe(folder, command):
    """tar of a folder, its SHA-256, `command` that compresses, and the SHA-256 of what comes out: one pass, no copy."""
    line = f"tar -C {folder} --sort=name -cf - . | tee >(sha256sum >&2) | {command} | tee out.blob | sha256sum"
    return measure.run(["bash", "-ec", f"cd {folder.parent}; {line}; rm -f out.blob; wait"])


def turns(repeats, **actions):
    """Each action `repeats` times, in turns."""
    runs = {name: [] for name in actions}
    for _ in range(repeats):
        for name, action in actions.items():
            runs[name].append(action())
    return runs


class Figures:
    def __init__(self, binary, state, repeats):
        self.state, self.repeats = state, repeats
        self.builder, self.buildah, self.umoci = Builder(binary, state), Buildah(state), Umoci(state)
        self.table = Table()

    def fresh(self, tool, action):
        tool.forget()
        run = action()
        tool.forget()
        return run

    def copy(self, figure, goal, context, source, compressions):
        copied = context / source
        for compression, command in compressions:
            words = ("--compression", compression)
            runs = turns(
                self.repeats,
                imagesmith=lambda: self.fresh(self.builder, lambda: self.builder.build(context, *words)),
                pipe=lambda: pipe(copied, command),
                umoci=lambda: self.fresh(self.umoci, lambda: self.umoci.copy(copied, "/opt")),
                buildah=lambda: self.fresh(self.buildah, lambda: self.buildah.build(context)))
            mine = runs.pop("imagesmith")
            self.table.add(f"{figure}, {compression}", goal, mine, **{f"pipe of {command}": runs.pop("pipe")}, **runs)

    def small(self):
        context = workloads.small(self.state / "small")
        self.copy("COPY of 50,000 small files", "2.0 s", context, "tree", self.compressions())
        shutil.rmtree(context)

    def large(self):
        context = workloads.large(self.state / "large")
        self.copy("COPY of 4 files, 1 GiB", "2.8 s", context, "data", self.compressions())
        shutil.rmtree(context)

    @staticmethod
    def compressions():
        # where igzip is not packaged, pigz is the parallel gzip that is
        gzip = next((f"{name} -1" for name in ("igzip", "pigz", "gzip") if shutil.which(name)), "gzip -1")
        return [("zstd", "zstd -q -3 -T2"), ("gzip", gzip)]

    def base(self):
        """Debian's files, and a layout of them in one layer."""
        root = self.bootstrap("root", "ca-certificates")
        return root, self.layout(root, "base", [["."]])

    def bootstrap(self, name, packages):
        root = self.state / name
        if not root.exists():
            environment = {**os.environ, "PATH": floor.PATH, "LC_ALL": "C.UTF-8"}
            subprocess.run(["mmdebstrap", "--variant=minbase", "--quiet", "--mode=root", "--format=directory",
                            f"--include={packages}", "bookworm", root], check=True, env=environment)
        return root

    def layout(self, root, name, parts):
        """`root` as the image layout `name`, with a gzip layer for each list of its folders."""
        directory = self.state / name
        if not directory.exists():
            layout.write(directory, root, parts)
        return f"oci:{directory}:latest"

    def steps(self, base, *steps):
        context = self.state / "steps"
        context.mkdir(exist_ok=True)
        (context / "Dockerfile").write_text("\n".join([f"FROM {base}", *steps]) + "\n")
        return context

    def cached(self):
        root, base = self.base()
        context = self.steps(base, "RUN echo a >/a", "ENV A=b", "RUN echo b >/b", "COPY Dockerfile /c", "WORKDIR /d")
        self.builder.build(context)
        self.buildah.build(context)
        runs = turns(
            max(10, self.repeats), imagesmith=lambda: self.builder.build(context),
            start=lambda: measure.run([self.builder.binary, "--version"]))
        buildah = turns(self.repeats, buildah=lambda: self.buildah.build(context))
        self.table.add(
            "all steps cached", "0.04 s", runs["imagesmith"], **{"start of the program": runs["start"]}, **buildah)

    def tiny(self):
        root, base = self.base()
        number = 0

        def unseen():
            nonlocal number
            number += 1
            return self.steps(base, "RUN echo a >/a", f"RUN echo {number} >/b")

        self.builder.build(unseen())
        self.buildah.build(unseen())
        bundle = self.state / "bundle"
        bundle.mkdir(exist_ok=True)
        subprocess.run(["crun", "spec"], cwd=bundle, check=True)
        spec = json.loads((bundle / "config.json").read_text())
        spec["process"].update(terminal=False, args=["/bin/sh", "-c", "echo 1 >/b"])
        spec["root"] = {"path": str(root), "readonly": False}
        spec["linux"]["namespaces"] = [one for one in spec["linux"]["namespaces"] if one["type"] != "cgroup"]
        spec["mounts"] = [one for one in spec["mounts"] if one["type"] != "cgroup"]
        (bundle / "config.json").write_text(json.dumps(spec))
        # crun refuses to run where it finds cgroups of both versions, also when it is to make none
        script = ("mount -t cgroup2 cgroup2 /sys/fs/cgroup; "
                  f"exec crun --cgroup-manager=disabled run --bundle {bundle} imagesmith-bench")
        runs = turns(
            max(5, self.repeats), imagesmith=lambda: self.builder.build(unseen()),
            crun=lambda: measure.run(["unshare", "--mount", "bash", "-ec", script]))
        buildah = turns(self.repeats, buildah=lambda: self.buildah.build(unseen()))
        self.table.add(
            "one tiny RUN after cached steps", "crun and 0.06 s", runs["imagesmith"], crun=runs["crun"], **buildah)

    def unpack(self):
        root = self.bootstrap("root-large", "python3,r-base-core,git,build-essential")
        # one layer for each folder of /usr, and the rest
        usr = [f"./usr/{folder.name}" for folder in sorted((root / "usr").iterdir())]
        base = self.layout(root, "base-large", [["."], *([name] for name in usr)])
        layers = layout.layers(self.state / "base-large")
        context = self.steps(base, "RUN true")
        inflate = next(tool for tool in ("igzip", "pigz", "gzip") if shutil.which(tool))
        names = shlex.join(map(str, layers))
        pipe = f"printf '%s\\n' {names} | xargs -P {os.cpu_count()} -n 1 {inflate} -dc >/dev/null"
        runs = turns(
            self.repeats, imagesmith=lambda: self.fresh(self.builder, lambda: self.builder.build(context)),
            floor=lambda: measure.run(["bash", "-ec", pipe]),
            umoci=lambda: self.fresh(self.umoci, lambda: measure.run(
                ["umoci", "unpack", "--image", f"{self.state}/base-large:latest", self.umoci.layout])))
        size = sum(path.stat().st_size for path in layers)
        self.table.add(f"unpack {size / MIB:.0f} MiB of gzip, {len(layers)} layers", "one decompressor a core",
                       runs["imagesmith"], **{f"{inflate} -dc, one a core, nothing written": runs["floor"]},
                       umoci=runs["umoci"])

    def apt(self):
        root, base = self.base()
        context = self.steps(base, f"RUN {APT}")
        overlay = self.state / "overlay"

        def alone():
            shutil.rmtree(overlay, ignore_errors=True)
            for name in ("upper", "work", "root"):
                (overlay / name).mkdir(parents=True)
            options = f"lowerdir={root},upperdir={overlay}/upper,workdir={overlay}/work,volatile"
            script = f"""mount -t overlay overlay -o {options} {overlay}/root
              mount --bind /proc {overlay}/root/proc; mount --bind /dev {overlay}/root/dev
              cp /etc/resolv.conf {overlay}/root/etc/; chroot {overlay}/root sh -c {shlex.quote(APT)}"""
            return measure.run(["unshare", "--mount", "bash", "-ec", script])

        runs = turns(self.repeats, alone=alone, imagesmith=lambda: self.fresh(
            self.builder, lambda: self.builder.build(context)))
        self.table.add("RUN apt-get install python3 r-base-core, with its layer", "1.1 times", runs["imagesmith"],
                       **{"RUN alone, volatile overlay": runs["alone"]})
        shutil.rmtree(overlay, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(
        prog="Benchmarks/run builder", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--state", type=Path, default=Path("/dev/shm"), help="a folder, in which one is made")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each (3)")
    parser.add_argument("--apt", action="store_true", help="apt-get install as well")
    parser.add_argument("--only", action="append", choices=FIGURES, help="this figure; may be given several times")
    parser.add_argument("--json", type=Path, help="write the rows there")
    arguments = parser.parse_args()
    state = Path(tempfile.mkdtemp(prefix="imagesmith-bench-", dir=arguments.state))
    figures = Figures(arguments.binary.resolve(), state, arguments.repeats)
    load = [os.getloadavg()[0]]
    try:
        for name in arguments.only or [name for name in FIGURES if name != "apt" or arguments.apt]:
            getattr(figures, name)()
    except (measure.CommandFailed, subprocess.CalledProcessError) as error:
        sys.exit(f"Benchmarks/run: {error}")
    finally:
        figures.buildah.forget()
        shutil.rmtree(state, ignore_errors=True)
        load.append(os.getloadavg()[0])
    kind = subprocess.check_output(["stat", "-f", "-c", "%T", state.parent], text=True).strip()
    print(f"{os.cpu_count()} processors, {kind}; load {load[0]:.1f} at the start, {load[-1]:.1f} at the end\n")
    figures.table.show()
    if arguments.json:
        arguments.json.write_text(json.dumps(figures.table.rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
