"""A team's repository, as imagesmith finds it, and imagesmith itself run in it."""
import os
import re
import shutil
import subprocess
from pathlib import Path

import measure

SOURCE = Path(__file__).resolve().parent.parent


class Project:
    """A git checkout with this repository's users.yaml and images/, and a build cache of its own."""

    def __init__(self, directory, binary, home):
        self.directory = Path(directory)
        self.binary = binary
        # the caller's AWS account must not be touched
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        self.environment["IMAGESMITH_HOME"] = str(home)
        shutil.rmtree(self.directory, ignore_errors=True)
        shutil.copytree(SOURCE / "images", self.directory / "images")
        shutil.copy(SOURCE / "users.yaml", self.directory)
        (self.directory / ".gitignore").write_text(".imagesmith/\n")
        self.git("init", "--quiet")
        self.git("add", ".")
        self.git("-c", "user.name=bench", "-c", "user.email=", "commit", "--quiet", "--message", "The roster")

    def git(self, *words):
        subprocess.run(["git", *words], cwd=self.directory, check=True)

    @property
    def roster(self):
        return self.directory / "users.yaml"

    @property
    def inputs(self):
        """All files that a build of this project depends on."""
        return [self.roster, *sorted(path for path in (self.directory / "images").rglob("*") if path.is_file())]

    def imagesmith(self, *words, watches_memory=False):
        return measure.run([self.binary, *words], self.environment, self.directory, watches_memory)

    def build(self, *words, watches_memory=False):
        bundle = certificates()
        secret = ["--secret", f"id=ca_bundle,src={bundle}"] if bundle else []
        return self.imagesmith("build", *secret, *words, watches_memory=watches_memory)

    def set_users(self, extra):
        """Adds so many people to the first group of the roster as it was."""
        lines = [f"  bench{number}: {{uid: {3000 + number}, groups: [pii]}}\n" for number in range(extra)]
        self.roster.write_text((SOURCE / "users.yaml").read_text() + "".join(lines))

    def replace_dockerfile(self, group, steps):
        """A Dockerfile of these steps on the roster's base, in place of the generated one."""
        file = self.directory / "images" / group / "Dockerfile"
        head = re.match(r".*?^FROM [^\n]*\n", file.read_text(), re.DOTALL | re.MULTILINE)[0]
        file.write_text(head + "\n".join(steps) + "\n")


def certificates():
    """The bundle of a proxy on the way, as scripts/pipeline finds it; None where there is none."""
    candidates = [os.environ.get("PIP_CERT"), os.environ.get("SSL_CERT_FILE")]
    return next((path for path in candidates if path and Path(path).is_file()), None)
