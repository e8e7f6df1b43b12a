"""Ends that nobody planned: Ctrl-C and kill -9, in a RUN and in a push."""
import os
import signal
from pathlib import Path

from project import TINY, Answer
from report import expect, wait_for
from run import mounts

# nobody else sleeps for just so long
SLEEP = f"86399.{os.getpid()}"


def sleepers():
    """The processes that a RUN has left."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdigit() else []
        except OSError:  # it has gone
            continue
        if words[:2] == [b"sleep", SLEEP.encode()]:
            found.append(int(entry.name))
    return found


def judge_run_endings(report, project):
    first = TINY + "RUN echo first >/first\n"

    def ended_by(number, code):
        project.dockerfile(f"{first}RUN (trap '' INT TERM; sleep {SLEEP})\n")
        before = mounts()
        process = project.start("build")
        try:
            wait_for("the RUN to begin", sleepers)
            process.send_signal(number)
            answer = Answer(None, *process.communicate(timeout=20))
            answer.code = process.returncode
        finally:
            process.kill()
        expect(answer.code == code, f"expected {code}:" + answer.tail())
        expect(not answer.out, "there is something on stdout:" + answer.tail())
        wait_for("its processes to end", lambda: not sleepers())
        expect(mounts() <= before, f"mounts left behind: {sorted(mounts() - before)}")
        if number != signal.SIGKILL:
            expect("interrupted" in answer.err, "it does not say so:" + answer.tail())
            expect(not project.abandoned(), f"left in the cache: {project.abandoned()}")
        project.dockerfile(first)
        again = project.call("build")
        again.succeeded()
        expect("error" not in again.err and not project.abandoned(), f"left: {project.abandoned()}" + again.tail())
        return again

    def interrupted():
        again = ended_by(signal.SIGINT, 130)
        expect(again.err.count("CACHED") == 2, "the steps before are not from the cache:" + again.tail())

    report.check("Ctrl-C in a RUN: 130, no process, no mount; the next run works", interrupted)
    report.check(
        "SIGTERM in a RUN: 143, the same", lambda: ended_by(signal.SIGTERM, 143))
    report.check(
        "kill -9 in a RUN: no process, no mount; the next run works", lambda: ended_by(signal.SIGKILL, -signal.SIGKILL))


def judge_push_endings(report, project, relay, registry_environment):
    def ended_by(number, code):
        (project.context / "big").write_bytes(os.urandom(4 << 20))
        project.dockerfile(TINY + "COPY big /\n")
        project.call("build").succeeded()
        relay.hold_after(1 << 20)
        process = project.start("push", "--registry", relay.address, environment=registry_environment)
        try:
            wait_for("the upload", lambda: relay.is_held)
            process.send_signal(number)
            out, err = process.communicate(timeout=20)
        finally:
            process.kill()
        answer = Answer(process.returncode, out, err)
        expect(answer.code == code and not answer.out, f"expected {code} and no result:" + answer.tail())
        relay.let_go()
        again = project.call("push", "--registry", relay.address, environment=registry_environment)
        again.succeeded()
        expect(again.out.startswith(f"{relay.address}/small/pii@sha256:"), "no digest on stdout:" + again.tail())
        (project.context / "big").unlink()

    report.check("Ctrl-C in a push: 130; the next run works", lambda: ended_by(signal.SIGINT, 130), seconds=90)
    report.check(
        "kill -9 in a push: the next run works", lambda: ended_by(signal.SIGKILL, -signal.SIGKILL), seconds=90)
