"""What a person sees of a build on a terminal: the live display of --progress tty, its end, and the terminal after it.

usage: terminal.py --binary IMAGESMITH --output DIR

  --output     a folder for the small project that the checks make; it stays there to be looked at

Prints `ok` or `FAIL` for each check, then how many passed; exits 1 if any failed. Needs to be root.
"""
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path += [str(HERE.parent / "Judge"), str(HERE.parent / "BadInput")]

from project import prepare
from report import Report, expect, wait_for
from session import session

# a RUN that writes what the check sends it, and ends when the check does; each check has a folder of its own
GATE = "RUN --mount=type=cache,id={0},target=/gate mknod /gate/{0} p; cat /gate/{0}"
SECONDS = r"\d+\.\ds"


class Gate:
    """The host's end of GATE's pipe."""

    def __init__(self, project, name):
        self.project, self.name = project, name

    def __enter__(self):
        path = wait_for("the RUN to begin", lambda: next(self.project.cache.glob(f"mounts/**/{self.name}"), None))
        self.pipe = open(path, "w", encoding="utf-8")
        return self

    def send(self, text):
        self.pipe.write(text)
        self.pipe.flush()

    def __exit__(self, *_):
        self.pipe.close()


def shows(pattern):
    return lambda screen: re.search(pattern, "\n".join(screen.visible), re.MULTILINE)


def judge_build(report, project):
    def live():
        project.dockerfile("FROM scratch\nCOPY root /\nENV A=1\n" + GATE.format("live") + "\n")
        with session(project, "build") as one:
            one.until("the RUN is shown", shows(rf"^ => \[4/4\] RUN .*… +{SECONDS}$"))
            with Gate(project, "live") as gate:
                gate.send("first\n")
                one.until("its output is shown", shows("^ => => # first$"))
                gate.send("".join(f"日本 {number}\n" for number in range(1, 10)))
                one.until("the last lines are shown", shows("^ => => # 日本 9$"))
                visible = one.screen.visible
                expect("日本 3" not in "\n".join(visible), "old output is still there:\n" + "\n".join(visible))
                expect(len([line for line in visible if "# " in line]) == 6, "not six lines:\n" + "\n".join(visible))
                expect(shows(rf"^\[\+\] Building {SECONDS} \(3/4\)$")(one.screen), "no heading:\n" + "\n".join(visible))
                gate.send("10%\r50%\r\x1b[31m99%\x1b[0m\r")
                one.until("an overwritten line is shown as it is last", shows("^ => => # 99%$"))
            expect(one.end() == 0, "it failed:\n" + "\n".join(one.screen.all))
        text = "\n".join(one.screen.all)
        expect(re.search(rf"^ => \[2/4\] COPY root / +[0-9.]+ MB  {SECONDS}$", text, re.MULTILINE), "no COPY:\n" + text)
        expect("ENV" not in text, "a step that does nothing is shown:\n" + text)
        expect("Building" not in text and "#" not in text, "the live lines are still there:\n" + text)
        expect(re.fullmatch(r"pii sha256:[0-9a-f]{64}", "".join(one.screen.all[-2:])), "no result:\n" + text)
        expect(one.screen.is_at_rest, "the cursor is not where it should be")

    report.check("a build on a terminal: what runs is drawn anew, what is done stays, the result is last", live)

    def cached():
        with session(project, "build") as one:
            expect(one.end() == 0, "it failed:\n" + "\n".join(one.screen.all))
        expect(sum(" => CACHED [" in line for line in one.screen.all) == 2, "\n".join(one.screen.all))

    report.check("steps from the cache say so", cached)


def judge_failure(report, project):
    def failed():
        project.dockerfile("FROM scratch\nCOPY root /\nRUN echo the reason; exit 3\n# the end\n")
        with session(project, "build", columns=100, rows=24) as one:
            expect(one.end() == 1, "it did not fail:\n" + "\n".join(one.screen.all))
        text = "\n".join(one.screen.all)
        for line in ("  | the reason", "  3 | >>> RUN echo the reason; exit 3"):
            expect(line in one.screen.all, f"no line {line!r}:\n" + text)
        expect(re.search(rf"^ => FAILED \[3/3\] RUN .* {SECONDS}$", text, re.MULTILINE), "no FAILED:\n" + text)
        expect("ended with status 3" in text and "Building" not in text, text)
        expect(one.screen.is_at_rest, "the cursor is not where it should be")

    report.check("a RUN that fails: its output and its place in the Dockerfile are visible", failed)

    def interrupted():
        project.dockerfile("FROM scratch\nCOPY root /\nENV B=2\n" + GATE.format("interrupted") + "\n")
        with session(project, "build") as one:
            with Gate(project, "interrupted") as gate:
                gate.send("before\n")
                one.until("its output is shown", shows("# before"))
                one.type("\x03")
                expect(one.end() == 130, "it did not end with 130:\n" + "\n".join(one.screen.all))
        expect(one.screen.visible[-1] == "interrupted", "\n".join(one.screen.all))
        expect(one.screen.is_at_rest, "the cursor is not where it should be:\n" + "\n".join(one.screen.all))

    report.check("Ctrl-C: 130, and the terminal as it was", interrupted)


def judge_terminals(report, project):
    def narrow():
        project.dockerfile("FROM scratch\nCOPY root /\nENV C=3\n" + GATE.format("narrow") + "\n")
        with session(project, "build", columns=24, rows=4) as one:
            with Gate(project, "narrow") as gate:
                for number in range(20):
                    gate.send(f"a line of output that is longer than the terminal {number}\n")
                one.until("the output is shown", shows("^ => => # a line of out…$"))
                expect(shows(r"^\[\+\] Building")(one.screen), "no heading:\n" + "\n".join(one.screen.all))
            expect(one.end() == 0, "it failed:\n" + "\n".join(one.screen.all))
        expect(not any("Building" in line for line in one.screen.all), "\n".join(one.screen.all))

    report.check("a terminal of 24 columns and 4 rows", narrow)

    def colours():
        project.dockerfile("FROM scratch\nCOPY root /\nENV D=4\nRUN echo x >/x\n")
        with session(project, "build", "--no-cache") as one:
            one.end()
            expect(one.screen.styles - {"0"}, "there is no colour")
        with session(project, "build", "--no-cache", NO_COLOR="1") as one:
            one.end()
            expect(not one.screen.styles, f"there is a colour: {one.screen.styles}")

    report.check("colours, and NO_COLOR", colours)

    def plain():
        with session(project, "build", "--no-cache", TERM="dumb") as one:
            one.end()
            text = "\n".join(one.screen.all)
        expect("[4/4] DONE" in text and "=>" not in text, "no plain lines:\n" + text)
        with session(project, "build", "--no-cache", "--progress", "plain") as one:
            one.end()
            expect("=>" not in "\n".join(one.screen.all), "--progress plain is live")
        answer = project.call("build", "--progress", "tty")
        answer.refused(64, "stderr is no terminal")

    report.check("TERM=dumb and --progress plain: lines; --progress tty without a terminal: refused", plain)


def main():
    _, project = prepare(__doc__)
    project = project("project")

    report = Report()
    judge_build(report, project)
    judge_failure(report, project)
    judge_terminals(report, project)
    report.close()


if __name__ == "__main__":
    main()
