"""A small team's repository of its own, and what imagesmith answers in it."""
import argparse
import os
import re
import shutil
import subprocess
from pathlib import Path

from report import Failure, expect

# what no answer may repeat
CANARY = "tell-nobody-7Yq2"

ROSTER = """\
project: small
aws: {region: us-east-1}
registry: {repository: "small/{group}", tag: "{version}"}
base: {bootstrap: debian/trixie}
notebooks: s3://team-notebooks/notebooks/{group}
groups:
  pii:
    data: [s3://datalake/pii/]
    task: {family: smallpii, role: pii, cpu: 1 vCPU, memory: 2 GB, port: 8000}
users:
  user1: {uid: 2001, groups: [pii]}
  user2: {uid: 2002, groups: [pii]}
"""
TINY_ROOT = Path(__file__).resolve().parents[2] / "SandboxesTests/Fixtures/tiny-root"
TINY = "FROM scratch\nCOPY root /\n"


class Answer:
    """How one call ended."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def tail(self):
        return f"\nexit code {self.code}, stdout {self.out[-300:]!r}, stderr:\n" + self.err[-1500:]

    def succeeded(self, *texts):
        """It did what it should, and said so."""
        expect(self.code == 0, "it should have worked:" + self.tail())
        self.says(*texts)

    def refused(self, code, *texts, errors=1, out=""):
        """It ended with the code, told what is wrong and what to do about it, and printed no result."""
        expect(self.code == code, f"expected exit code {code}:" + self.tail())
        found = re.findall(r"(?m)^(?:[^\n]*: )?error: ", self.err)
        expect(len(found) == errors, f"expected {errors} errors, found {len(found)}:" + self.tail())
        expect(re.search(r"(?m)^ *hint: \S", self.err), "there is no hint:" + self.tail())
        if out is not None:
            expect(self.out == out, "there is something on stdout:" + self.tail())
        self.says(*texts)

    def says(self, *texts):
        for text in texts:
            expect(text in self.err, f"stderr does not say {text!r}:" + self.tail())
        expect(CANARY not in self.out + self.err, "it tells a secret")
        expect("Fatal error" not in self.err and "backtrace" not in self.err, "it crashed:" + self.tail())


class Project:
    """A roster with one group, whose Dockerfile the checks write themselves. It has a cache of its own."""

    def __init__(self, binary, folder, tiny_root):
        self.binary = str(Path(binary).resolve())
        self.folder = Path(folder)
        self.cache = self.folder / "cache"
        self.context = self.folder / "images/pii"
        self.context.mkdir(parents=True)
        shutil.copytree(tiny_root, self.context / "root", symlinks=True)
        self.roster(ROSTER)
        self.dockerfile(TINY)
        # nothing of the caller's own account, and keys that are none
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith(("AWS_", "CODEBUILD_"))}
        self.environment |= {
            "IMAGESMITH_HOME": str(self.cache), "HOME": str(self.folder), "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}

    def roster(self, text):
        (self.folder / "users.yaml").write_text(text)

    def dockerfile(self, text):
        (self.context / "Dockerfile").write_text(text)

    def command(self, *arguments):
        return [self.binary, *map(str, arguments)]

    def start(self, *arguments, environment=None, prefix=()):
        """Starts imagesmith, its outputs in pipes."""
        return subprocess.Popen(
            [*prefix, *self.command(*arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, errors="replace", cwd=self.folder,
            env=self.environment | (environment or {}))

    def call(self, *arguments, environment=None, prefix=(), seconds=60):
        """Runs imagesmith to its end."""
        process = self.start(*arguments, environment=environment, prefix=prefix)
        try:
            out, err = process.communicate(timeout=seconds)
            return Answer(process.returncode, out, err)
        except subprocess.TimeoutExpired:
            raise Failure(f"imagesmith {arguments[0]} did not end within {seconds} s") from None
        finally:
            if process.poll() is None:
                process.kill()

    def abandoned(self):
        """What a step has left in the cache."""
        return [path.name for path in (self.cache / "work").iterdir() if path.is_dir()]


def prepare(usage, *options):
    """Reads a script's command line, --binary and --output with the options that it has beside them, and empties the
    output folder. Gives the arguments, and what makes a project of a name in that folder."""
    parser = argparse.ArgumentParser(description=usage, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--output", required=True, type=Path)
    for option in options:
        parser.add_argument(option, required=True, type=Path)
    arguments = parser.parse_args()
    shutil.rmtree(arguments.output, ignore_errors=True)
    output = arguments.output.resolve()
    output.mkdir(parents=True)
    subprocess.run([TINY_ROOT, output / "tiny-root"], check=True)
    return arguments, lambda name: Project(arguments.binary, output / name, output / "tiny-root")
