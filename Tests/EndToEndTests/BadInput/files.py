"""Wrong files: the roster, images/, a Dockerfile; and a command line that nobody meant."""
import shutil

from project import CANARY, ROSTER, TINY
from report import expect

USER = "  user2: {uid: 2002, groups: [pii]}\n"
KEY = "AKIA" + "Q3EXAMPL" + "E7RT2WVZ"  # the form of an access key, and none

# name, what is put in the place of user2's line, what the answer says, how many errors it has
ROSTERS = [
    ("an unknown key", "  user2: {uid: 2002, group: [pii]}\n", ["users.yaml:12:22: error:", "groups"], 2),
    ("a uid twice", "  user2: {uid: 2001, groups: [pii]}\n", ["users.yaml:12:16: error:", "2001", "user1"], 1),
    ("a group that nobody defines", "  user2: {uid: 2002, groups: [pi]}\n", ["users.yaml:12:31: error:", "pii"], 1),
    ("a plain password", f"  user2: {{uid: 2002, groups: [pii], password: {CANARY}}}\n", ["users.yaml:12:"], 1),
    ("an access key", f"  user2: {{uid: 2002, groups: [pii]}}  # {KEY}\n", ["users.yaml:12:"], 1),
    ("YAML that is none", "  user2: {uid: 2002, groups: [pii\n", ["users.yaml:1"], 1),
    (
        "three at once",
        "  user2: {uid: 999, groups: [pii]}\n  Bad Name: {uid: 2003, groups: [pii]}\n"
        "  user3: {uid: 2001, groups: [pii]}\n",
        ["users.yaml:12:16: error:", "users.yaml:13:3: error:", "users.yaml:14:16: error:"], 3,
    ),
]


def judge_rosters(report, project):
    for name, line, texts, errors in ROSTERS:

        def body(line=line, texts=texts, errors=errors):
            expect(USER in ROSTER, "this check's own roster has changed")
            project.roster(ROSTER.replace(USER, line))
            answer = project.call("generate")
            answer.refused(65, *texts, errors=errors)
            expect(KEY not in answer.err, "it repeats the access key")
            expect((project.context / "Dockerfile").read_text() == TINY, "it wrote images/ all the same")

        report.check(f"users.yaml: {name}", body)

    def absent():
        (project.folder / "users.yaml").unlink()
        project.call("build").refused(65, "users.yaml")

    report.check("users.yaml is not there", absent)
    project.roster(ROSTER)


def judge_usage(report, project):
    def body():
        project.call("build", "--group", "nobody").refused(64, "nobody", "pii")
        project.call("run", "--group", "pii", "--port", "70000").refused(64, "70000")
        project.call("push", "--registry", "http://").refused(64, "http://")
        for arguments in (["frobnicate"], ["build", "--frobnicate"]):
            answer = project.call(*arguments)
            expect(answer.code == 64 and "frobnicate" in answer.err and not answer.out, "not 64:" + answer.tail())

    report.check("wrong usage", body)


def judge_drift(report, project, lock):
    def body():
        shutil.copy(lock, project.folder / "images")
        project.roster(ROSTER.replace("notebooks:", "image: {python: images/requirements.lock}\nnotebooks:"))
        project.call("generate").succeeded()
        project.call("generate", "--check").succeeded()
        file = project.context / "Dockerfile"
        file.write_text(file.read_text().replace("EXPOSE 8000", "EXPOSE 8001"))
        answer = project.call("generate", "--check")
        answer.refused(2, "imagesmith generate", out=None)
        expect("-EXPOSE 8001" in answer.out.splitlines() and "+EXPOSE 8000" in answer.out.splitlines(),
               "stdout has no such diff:" + answer.tail())
        project.call("release").refused(2, "imagesmith generate", out=None)
        expect(not (project.folder / ".imagesmith/images/index.json").exists(), "release built all the same")
        project.call("generate").succeeded()
        project.call("generate", "--check").succeeded()

    report.check("images/ is not what users.yaml says: generate --check and release refuse", body)


def judge_dockerfiles(report, project):
    def body():
        project.dockerfile(TINY + "# a comment\n  COPPY a b\n")
        project.call("build").refused(65, "images/pii/Dockerfile:4:3", "COPPY", "COPY")
        project.dockerfile(TINY + "COPY absent /\n")
        project.call("build").refused(65, "absent")
        project.dockerfile(TINY)
        project.call("build").succeeded()

    report.check("Dockerfile: an unknown instruction, a file that is not there", body)
