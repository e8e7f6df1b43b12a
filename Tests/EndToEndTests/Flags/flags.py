"""imagesmith build by the flags that users of docker know: where files come from, where images go, what is told.

usage: flags.py --binary IMAGESMITH --output DIR

  --output     a folder for the small project that the checks make; it stays there to be looked at

Prints `ok` or `FAIL` for each check, then how many passed; exits 1 if any failed. Needs git, skopeo and to be root.
"""
import functools
import http.server
import io
import json
import shutil
import subprocess
import sys
import tarfile
import threading
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path += [str(HERE.parent / "Judge"), str(HERE.parent / "BadInput")]

from project import CANARY, Answer, prepare
from report import Report, expect

COPY = "FROM scratch\nCOPY greeting /\n"


class Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Builds:
    """Calls `imagesmith build` in a project, with bytes on its stdin."""

    def __init__(self, project):
        self.project = project
        self.folder = project.folder

    def call(self, *arguments, stdin=b""):
        ended = subprocess.run(
            self.project.command("build", *arguments), cwd=self.folder, env=self.project.environment, input=stdin,
            capture_output=True, timeout=60)
        self.bytes = ended.stdout
        return Answer(ended.returncode, ended.stdout.decode(errors="replace"), ended.stderr.decode(errors="replace"))

    def digest(self, *arguments, stdin=b""):
        """The digest of what is built, by --quiet."""
        answer = self.call("--quiet", *arguments, stdin=stdin)
        answer.succeeded()
        expect(not answer.err and answer.out.startswith("sha256:") and len(answer.out) == 72, answer.tail())
        return answer.out.strip()

    def inspect(self, image):
        done = subprocess.run(
            ["skopeo", "inspect", "--config", image], cwd=self.folder, capture_output=True, check=True)
        return json.loads(done.stdout)


def members(data):
    """The names in a tar, and the text of the file greeting in it."""
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        file = next((member for member in archive if member.name == "greeting"), None)
        return archive.getnames(), archive.extractfile(file).read().decode() if file else None


def archive(compression=""):
    """A tar of a context, whose Dockerfile is not where it mostly is."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode=f"w:{compression}") as tar:
        for name, text in (("deep/Dockerfile", COPY), ("greeting", "hello\n")):
            member = tarfile.TarInfo(name)
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text.encode()))
    return data.getvalue()


def judge_contexts(report, builds):
    folder = builds.folder / "context"
    folder.mkdir()
    (folder / "greeting").write_text("hello\n")
    (folder / "Dockerfile").write_text(COPY)

    def inputs():
        wanted = builds.digest("context")
        for name, arguments, stdin in (
            ("the Dockerfile from stdin", ["-f", "-", "context"], COPY.encode()),
            ("--file from here", ["-f", "context/Dockerfile", "context"], b""),
            ("a tar from stdin", ["-f", "deep/Dockerfile", "-"], archive()),
            ("a tar by gzip", ["--file=deep/Dockerfile", "-"], archive("gz")),
            ("a tar by xz", ["--file=deep/Dockerfile", "-"], archive("xz")),
        ):
            found = builds.digest(*arguments, stdin=stdin)
            expect(found == wanted, f"{name}: another image, {found} and not {wanted}")
        (builds.folder / "context.tar").write_bytes(archive())
        expect(builds.digest("-f", "deep/Dockerfile", "context.tar") == wanted, "a tar by its name: another image")
        builds.digest("-", stdin=b"FROM scratch\nLABEL a=1\n")
        left = builds.project.abandoned()
        expect(not left, f"left in the cache: {left}")

    report.check("a context as a folder and as a tar, a Dockerfile from stdin: the same digest", inputs)

    def remote():
        site = builds.folder / "site"
        work = site / "work"
        shutil.copytree(folder, work / "sub")
        for command in (["init", "-q", "-b", "main"], ["add", "."],
                        ["-c", "user.name=x", "-c", "user.email=", "commit", "-qm", "x"]):
            subprocess.run(["git", "-C", work, *command], check=True)
        subprocess.run(["git", "clone", "-q", "--bare", work, site / "work.git"], check=True)
        subprocess.run(["git", "-C", site / "work.git", "update-server-info"], check=True)
        (site / "context.tar.gz").write_bytes(archive("gz"))
        (site / "plain").write_text("FROM scratch\nLABEL a=1\n")
        handler = functools.partial(Silent, directory=site)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            address = f"http://127.0.0.1:{server.server_port}"
            wanted = builds.digest("context")
            expect(builds.digest(f"{address}/work.git#main:sub") == wanted, "from git: another image")
            found = builds.digest("-f", "deep/Dockerfile", f"{address}/context.tar.gz")
            expect(found == wanted, "from a tar: another image")
            builds.digest(f"{address}/plain")
            builds.call(f"{address}/nothing").refused(69, "404")
            builds.call(f"{address}/work.git#nothing").refused(65, "nothing")
        finally:
            server.shutdown()

    report.check("a context from a git repository, a tar and a Dockerfile by their addresses", remote)

    def wrong():
        builds.call("-f", "-", "-").refused(64, "stdin")
        builds.call("-", stdin=b"FROM scratch\nCOPY x /\n").refused(65, "<stdin>:2:1", "x is not in")
        builds.call("-f", "no", "-", stdin=archive()).refused(65, "no is not in the build context")
        builds.call("-", stdin=archive("gz")[:40]).refused(65, "cannot be unpacked")
        builds.call("nowhere").refused(65, "nowhere")
        builds.call("--tag", "x").refused(64, "no build context")
        builds.call("--push", "context").refused(64, "imagesmith push")

    report.check("contexts that are none", wrong)


def judge_outputs(report, builds):
    def kept():
        names = ["tools", "127.0.0.1:5000/team/tools:1"]
        answer = builds.call(*(f"--tag={name}" for name in names), "--label", "a=1", "--label", "b",
                             "--annotation", "manifest:c=2", "--iidfile", "iid", "--metadata-file", "metadata",
                             "context")
        answer.succeeded()
        digest = (builds.folder / "iid").read_text()
        expect(answer.out == f"tools {digest}\n", answer.tail())
        metadata = json.loads((builds.folder / "metadata").read_text())
        expect(metadata["containerimage.digest"] == digest == metadata["containerimage.descriptor"]["digest"]
               and metadata["image.name"] == ",".join(names), metadata)
        for name in names:
            config = builds.inspect(f"oci:.imagesmith/images:{name}")
            expect(config["config"]["Labels"] == {"a": "1", "b": ""}, config)
        manifest = json.loads((builds.folder / ".imagesmith/images/blobs/sha256" / digest[7:]).read_text())
        expect(manifest["annotations"] == {"c": "2"} and manifest["config"]["digest"]
               == metadata["containerimage.config.digest"], manifest)

    report.check("names, labels, annotations, --iidfile and --metadata-file", kept)

    def forms():
        answer = builds.call(
            "-t", "forms", "-o", "type=oci,dest=layout", "-o", "type=oci,dest=oci.tar", "-o",
            "type=docker,dest=docker.tar", "-o", "files", "-o", "type=tar,dest=files.tar", "context")
        answer.succeeded()
        device = builds.folder / "null"
        device.symlink_to("/dev/null")
        builds.call("-t", "a", "-t", "b", "-o", "type=oci,dest=layout", "-o", "type=tar,dest=null",
                    "context").succeeded()
        expect(device.is_symlink(), "a device has been replaced")
        for image in ("oci:layout:a", "oci:layout:b", "oci:layout:forms", "oci-archive:oci.tar:forms",
                      "docker-archive:docker.tar:docker.io/library/forms:latest"):
            expect(builds.inspect(image)["rootfs"]["type"] == "layers", image)
        expect((builds.folder / "files/greeting").read_text() == "hello\n", "the folder has another file")
        found = members((builds.folder / "files.tar").read_bytes())
        expect(found == (["greeting"], "hello\n"), f"the tar has other files: {found}")
        index = json.loads((builds.folder / ".imagesmith/images/index.json").read_text())
        tags = [one["annotations"]["org.opencontainers.image.ref.name"] for one in index["manifests"]]
        expect("forms" not in tags, "it is in the local store too")
        builds.call("-t", "forms", "-o", "files", "--load", "context").succeeded()
        builds.inspect("oci:.imagesmith/images:forms")

    report.check("outputs: layout, archives, files; the local store only with --load", forms)

    def standard_output():
        answer = builds.call("-o", "-", "context")
        answer.succeeded("sha256:")
        expect(members(builds.bytes) == (["greeting"], "hello\n"), "stdout is no tar of the files")
        builds.call("-o", "type=docker,dest=-", "context").succeeded()
        expect("manifest.json" in members(builds.bytes)[0], "stdout is not what docker loads")

    report.check("an output to stdout, and nothing else there", standard_output)

    def compressions():
        for arguments, media in ((["--compression", "gzip"], "gzip"), (["--compression", "uncompressed"], "tar"),
                                 (["--compression=zstd", "--compression-level=19"], "zstd")):
            digest = builds.digest(*arguments, "context")
            manifest = json.loads((builds.folder / ".imagesmith/images/blobs/sha256" / digest[7:]).read_text())
            expect(manifest["layers"][0]["mediaType"].endswith(media), manifest)

    report.check("--compression", compressions)


def judge_telling(report, builds):
    def lines():
        (builds.folder / "token").write_text(CANARY)
        builds.project.dockerfile(
            "FROM scratch AS one\nCOPY root /\nFROM one\nARG A\n"
            "RUN --mount=type=secret,id=token cat /run/secrets/token >/x; echo $A\nRUN exit 3\n")
        answer = builds.call("--progress=json", "--build-arg", "A=7", "--secret", "id=token,src=token", "images/pii")
        expect(answer.code == 1 and not answer.out, answer.tail())
        records = [json.loads(line) for line in answer.err.splitlines()]
        seen = {(one["status"], one.get("stage"), one.get("step")) for one in records}
        for wanted in (("started", "one", 1), ("done", "one", 2), ("packed", "one", 2), ("output", "stage-1", 3),
                       ("failed", "stage-1", 4), ("error", None, None)):
            expect(wanted in seen, f"no {wanted}:" + answer.tail())
        expect("".join(one.get("output", "") for one in records if one["status"] == "output") == "7\n", answer.tail())
        expect(records[-1]["exitCode"] == 1 and "status 3" in records[-1]["message"], records[-1])
        expect(CANARY not in answer.err, "it tells a secret")

    report.check("--progress json: an object a line, the error as well", lines)

    def habits():
        answer = builds.call(
            "--rm=true", "--pull=false", "--no-cache=false", "--provenance=false", "--sbom=false", "context")
        answer.succeeded("--rm", "CACHED")
        answer = builds.call("--build-arg", "NOBODY=1", "context")
        answer.succeeded("warning:", "NOBODY")
        expect(answer.err.count("NOBODY") == 1, "it warns more than once:" + answer.tail())
        builds.project.dockerfile("FROM scratch\nCOPY root /\nRUN echo x\n")
        builds.call("--platform", "linux/s390x", "images/pii").refused(1, "a RUN for linux/s390x cannot run")
        builds.call("--platform", "linux/s390x", "--tag", "far", "context").succeeded()
        expect(builds.inspect("oci:.imagesmith/images:far")["architecture"] == "s390x", "it is for another machine")

    report.check("flags by habit, a warning once, an image for another machine", habits)


def main():
    _, project = prepare(__doc__)
    builds = Builds(project("project"))

    report = Report()
    judge_contexts(report, builds)
    judge_outputs(report, builds)
    judge_telling(report, builds)
    report.close()


if __name__ == "__main__":
    main()
