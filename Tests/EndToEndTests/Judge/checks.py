"""The checks, by what they look at: who gets in, the server, the browser, the credentials, the container."""
import json
from urllib.parse import urlsplit

import browser
import leak
from container import container_processes
from notebook import notebook
from report import expect, wait_for

PYTHON_CELL = "import sys; print('python', sys.version_info.major, 6 * 7)"
R_CELL = "cat('R', as.integer(R.version$major), sum(1:10), '\\n')"
GGPLOT_CELL = "library(ggplot2); ggplot(mtcars, aes(wt, mpg)) + geom_point()"
DPLYR_CELL = "suppressMessages(library(dplyr)); cat((mtcars |> filter(cyl == 4) |> summarise(n = n()))$n, '\\n')"
CREDENTIALS_CELL = """
import json, os, botocore.session
found = botocore.session.get_session().get_credentials()
print(json.dumps({"method": found.method, "key": found.access_key,
                  "names": [name for name in os.environ if name.startswith("AWS_")]}))
"""

FOREIGN_CELL = """
import os, botocore.exceptions, botocore.session
s3 = botocore.session.get_session().create_client("s3", region_name=os.environ["AWS_REGION"])
def attempt(prefix):
    try:
        s3.put_object(Bucket=os.environ["NOTEBOOK_S3_BUCKET"], Key=f"{{prefix}}/{marker}.txt", Body=b"")
        return "taken"
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"]
print(attempt(os.environ["NOTEBOOK_S3_PREFIX"]), *map(attempt, {others!r}))
"""


def judge_login(report, case):
    """Who gets in and who does not. Gives the first member, logged in."""
    healthy = report.check("GET /hub/health is 200", case.hub.wait_until_healthy, seconds=90)
    first = case.members[0]
    people = {}
    for user in case.members:
        people[user] = report.check(
            f"{user} logs in with the right password", lambda user=user: case.hub.log_in(user, case.passwords[user]),
            needs=[healthy])
        report.check(
            f"{user} {'sees' if user in case.admins else 'does not see'} the admin page",
            lambda user=user: expect(
                people[user].sees_admin_page() == (user in case.admins), "it is the other way round"),
            needs=[people[user]])
    report.check(
        f"{first} is refused with a wrong password",
        lambda: case.hub.expect_refusal(first, case.passwords[first] + "x"), needs=[healthy])
    report.check(f"{first} is refused with no password", lambda: case.hub.expect_refusal(first, ""), needs=[healthy])
    for user in [*case.foreigners, "root", "nobody"]:
        for whose in {user, first} & case.passwords.keys():
            report.check(
                f"{user} is refused with {whose}'s password",
                lambda user=user, whose=whose: case.hub.expect_refusal(user, case.passwords[whose]), needs=[healthy])
    return people[first]


def judge_server(report, case, person):
    """The person's server, its kernels, and a notebook by the contents API. Gives the server."""
    user = case.members[0]
    server = report.check(
        f"{user}'s server starts", lambda: person.start_server(), seconds=150, needs=[person])
    report.check(
        "kernels python3 and ir are there",
        lambda: expect({"python3", "ir"} <= server.kernel_names(), f"only {server.kernel_names()}"), needs=[server])

    def cell(name, kernel, code, expected):
        def body():
            text = server.run(kernel, code).text
            expect(expected in text, f"expected {expected!r} in the output, got {text[:300]!r}")

        report.check(name, body, seconds=120, needs=[server])

    cell("a Python cell runs", "python3", PYTHON_CELL, "python 3 42")
    cell("an R cell runs", "ir", R_CELL, "R 4 55")
    cell("dplyr works in R", "ir", DPLYR_CELL, "11")

    def plot():
        media = server.run("ir", GGPLOT_CELL).media
        expect("image/png" in media, f"no image/png among {sorted(media)}")

    report.check("ggplot2 draws a plot in R", plot, seconds=120, needs=[server])

    def save():
        path = f"by api {case.marker}.ipynb"
        server.save(path, notebook(PYTHON_CELL, case.marker))
        expect(server.read(path)["metadata"]["judge"] == case.marker, "it reads back otherwise")
        stored = wait_for("the notebook in S3", lambda: case.store.text(user, path))
        expect(case.marker in stored, f"{case.store.key(user, path)} in S3 is not the notebook that was saved")

    report.check("a notebook saved by the contents API is in S3", save, seconds=60, needs=[server])
    return server


def judge_browser(report, case, output, server):
    """The same in JupyterLab: an R plot in a notebook, saved."""
    user, name = case.members[0], f"by-lab-{case.marker}.ipynb"

    def lab():
        with browser.chromium(output) as chromium:
            page = browser.Lab(chromium, case.hub.url, output)
            try:
                page.log_in(user, case.passwords[user])
                page.run_in_new_notebook("R", f"# {case.marker}\n{GGPLOT_CELL}", ".jp-OutputArea-output img")
                page.save_as(name)
                stored = wait_for("the notebook in S3", lambda: case.store.text(user, name))
                expect(case.marker in stored and "image/png" in stored, "S3 does not have what the page shows")
            finally:
                page.screenshot(f"{case.group}.png")

    report.check("in Chromium: log in, plot in R, save in JupyterLab, find it in S3", lab, seconds=240, needs=[server])


def judge_credentials(report, case, server):
    """Where the keys came from, and that notebooks are nowhere else."""

    def from_container():
        text = server.run("python3", CREDENTIALS_CELL).text
        found = json.loads(text.strip().splitlines()[-1])
        expect(found["method"] == "container-role", f"the server's credentials come from {found['method']}")
        given = {entry["key"] for entry in case.fetches() if entry["status"] == 200 and entry["group"] == case.group}
        expect(found["key"] in given, "the server's key is none that the endpoint gave to this group")
        held = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"} & set(found["names"])
        expect(not held, f"the kernel's environment has {sorted(held)}")

    report.check(
        "the server's keys come from the container-credentials endpoint", from_container, seconds=90, needs=[server])

    def only_own_role():
        fetches = case.fetches()
        expect(fetches, "nothing was fetched")
        others = [entry for entry in fetches if entry["status"] != 200 or entry["group"] != case.group]
        expect(not others, f"the endpoint's log has {others[:3]}")

    report.check("every fetch was of the group's own role", only_own_role, needs=[server])

    def refused_elsewhere():
        code = FOREIGN_CELL.format(marker=case.marker, others=case.other_prefixes)
        answers = server.run("python3", code).text.split()
        expect(answers == ["taken", *["AccessDenied"] * len(case.other_prefixes)], f"S3 answered {answers}")

    report.check(
        "S3 takes the server's writes under the group's prefix, and refuses them under others", refused_elsewhere,
        seconds=60, needs=[server])

    def only_own_prefix():
        own = f"{case.store.prefix}/"
        written = [key for key in case.store.keys() if case.marker in key]
        expect(written, "nothing of this run is in the bucket")
        outside = [key for key in written if not key.startswith(own)]
        expect(not outside, f"outside of {own}: {outside}")

    report.check("notebooks are under the group's prefix only", only_own_prefix, needs=[server])


def judge_container(report, case, root_pid):
    """What the container holds while it runs. Gives its process ids."""
    port = urlsplit(case.hub.url).port
    pids = report.check("the container's processes are found", lambda: container_processes(root_pid, port))
    report.check(
        "no key, hash or password in the processes of the container",
        lambda: leak.check_processes(pids, case.passwords.values()), needs=[pids])
    report.check(
        "no access key in the container's files", lambda: leak.check_files(pids[0]), seconds=300, needs=[pids])
    return pids
