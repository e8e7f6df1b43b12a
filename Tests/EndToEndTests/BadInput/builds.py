"""Builds that cannot work: a RUN that fails, a machine that lacks something, a base that cannot be had."""
import os
import shutil
import subprocess

from machine import namespace, without
from project import CANARY, TINY
from report import expect

BOOTSTRAPPED = "FROM docker.io/library/debian:trixie-slim\n"


def judge_run(report, project):
    def body():
        (project.folder / "token").write_text(CANARY)
        secret = ["--secret", "id=token,src=token"]
        first = TINY + "RUN echo first >/first\n"
        project.dockerfile(
            first + "RUN --mount=type=secret,id=token test -s /run/secrets/token && echo some words && exit 7\n")
        answer = project.call("build", *secret)
        answer.refused(1, "some words", "4/4", "status 7")
        project.call("build", "--quiet", *secret).refused(1, "some words", "4/4", "status 7")
        project.dockerfile(first + "RUN cat /first\n")
        answer = project.call("build")
        answer.succeeded()
        expect(answer.err.count("CACHED") == 2, "COPY and the first RUN are not from the cache:" + answer.tail())
        expect(not project.abandoned(), f"left in the cache: {project.abandoned()}")

    report.check("a RUN fails: its output, code and step; what came before stays in the cache", body)


def judge_machine(report, project):
    def runtime():
        project.dockerfile(TINY + "RUN echo $((6 * 7)) >/answer\n")
        with without(project.folder, "crun", "runc") as prefix:
            refused = project.call("build", "--isolation", "oci", prefix=prefix)
            refused.refused(1, "neither crun nor runc is installed", "imagesmith takes what works here")
            project.call("build", prefix=prefix).succeeded("by chroot alone: oci: ", "apt-get install crun")
        project.call("build").succeeded()

    report.check("no crun and no runc", runtime)

    def mmdebstrap():
        project.dockerfile(BOOTSTRAPPED)
        with without(project.folder, "mmdebstrap") as prefix:
            project.call("build", prefix=prefix).refused(1, "mmdebstrap", "apt-get install mmdebstrap")
        project.dockerfile(TINY)
        project.call("build").succeeded()

    report.check("no mmdebstrap", mmdebstrap)

    def disk():
        (project.context / "big").write_bytes(os.urandom(12 << 20))
        small = project.folder / "disk"
        small.mkdir()
        here = {"IMAGESMITH_HOME": str(small)}
        with namespace(project.folder, f"mount -t tmpfs -o size=8m tmpfs {small}") as prefix:
            for step, hint in (
                ("COPY big /", "hint: Free space"),
                ("RUN --mount=type=bind,target=/context cat /context/big >/copied", "hint: make room"),
            ):
                project.dockerfile(f"{TINY}{step}\n")
                answer = project.call("build", prefix=prefix, environment=here)
                answer.refused(1, "No space left on device", hint)
            subprocess.run([*prefix, "mount", "-o", "remount,size=200m", small], check=True)
            project.call("build", prefix=prefix, environment=here).succeeded()
        (project.context / "big").unlink()
        shutil.rmtree(project.folder / ".imagesmith")

    report.check("no room on the disk", disk)


def judge_base(report, project, registry, free_port):
    def body():
        for base, code, texts in (
            (f"127.0.0.1:{free_port}/base:1", 69, [f"127.0.0.1:{free_port}"]),
            (f"{registry}/nothing/here:1", 77, ["nothing/here"]),
            ("oci:/nothing/here:1", 69, ["/nothing/here"]),
            ("oci:.imagesmith/images:absent", 69, ["absent"]),
        ):
            project.dockerfile(f"FROM {base}\n")
            project.call("build", seconds=120).refused(code, *texts)
        project.dockerfile(TINY)
        project.call("build").succeeded()

    report.check("a base that cannot be had", body, seconds=300)
