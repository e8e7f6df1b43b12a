"""Standard streams that take nothing: a full disk behind them, or closed by the caller."""
from report import expect


def judge_streams(report, project):
    def results():
        for arguments in ["schema"], ["build"]:
            answer = redirected(project, ">/dev/full", *arguments)
            answer.refused(1, "write to standard output: No space left on device")
        redirected(project, ">&-", "schema").refused(1, "write to standard output")

    def work():
        for redirection in "2>/dev/full", "2>&-", "0<&- 2>&-":
            answer = redirected(project, redirection, "build", "--no-cache")
            expect(answer.code == 0 and "sha256:" in answer.out, redirection + answer.tail())

    def codes():
        answer = redirected(project, "2>/dev/full", "build", "--group", "nobody")
        expect(answer.code == 64, answer.tail())

    report.check("a result that cannot be written is an error", results)
    report.check("a stderr that takes nothing stops no work", work)
    report.check("an error that cannot be told keeps its exit code", codes)


def redirected(project, redirection, *arguments):
    return project.call(*arguments, prefix=["sh", "-c", f'exec "$@" {redirection}', "sh"])
