"""Judges a group's hub as its people would: by HTTP, by a kernel's websocket, in a browser, and by what is then in S3.

usage: judge.py --group GROUP --services STATE_DIR --output DIR --run IMAGESMITH [--image oci:DIR:TAG] [--only login]
       judge.py --group GROUP --services STATE_DIR --output DIR --url URL --passwords FILE [--root-pid PID] ...

  --services   the state directory of ../Services/services.py: who is in which group, and where S3 is
  --output     a folder for screenshots, logs and passwords
  --run        an imagesmith: the judge boots the group's image with it, and stops it when done
  --url        a hub that runs already, with its passwords as JSON: {"user": "password"}
  --root-pid   a process above the container of that hub: the container's processes and files are searched for keys
  --image      the image whose configuration and history are searched for keys
  --only login no more than who gets in and who does not;  --no-browser: all but the browser

Prints `ok` or `FAIL` for each check, then how many passed; exits 1 if any failed. Reading the container's processes
needs the rights of its user: root, when root started it.
"""
import argparse
import json
import signal
import sys
from pathlib import Path

import leak
from case import Case
from checks import judge_browser, judge_container, judge_credentials, judge_login, judge_server
from report import Report
from run import Run


def judge_hub(report, case, arguments):
    """Everything, of a hub that runs. Gives the container's process ids where they can be known."""
    person = judge_login(report, case)
    if arguments.only == "login":
        return None
    server = judge_server(report, case, person)
    if not arguments.no_browser:
        judge_browser(report, case, arguments.output, server)
    judge_credentials(report, case, server)
    pids = arguments.root_pid and judge_container(report, case, arguments.root_pid)
    report.check("the server stops", lambda: person.stop_server(), seconds=60, needs=[server])
    return pids


def judge_run(report, services, arguments):
    """The same, of an image that is booted for it and stopped again."""
    run = Run(arguments.run, arguments.group, services["containers"][arguments.group], arguments.output)
    try:
        url = report.check("imagesmith run tells the address and the passwords", run.address, seconds=90)
        if url is None:
            return
        arguments.root_pid = run.process.pid
        case = Case(arguments.group, services, url, json.loads(run.passwords.read_text()))
        pids = judge_hub(report, case, arguments)
        report.check("Ctrl-C ends it, and nothing is left behind", lambda: run.stop(pids or []), seconds=60)
    finally:
        run.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--group", required=True)
    parser.add_argument("--services", required=True, type=Path)
    parser.add_argument("--output", required=True, type=Path)
    hub = parser.add_mutually_exclusive_group(required=True)
    hub.add_argument("--run")
    hub.add_argument("--url")
    parser.add_argument("--passwords", type=Path)
    parser.add_argument("--root-pid", type=int)
    parser.add_argument("--image")
    parser.add_argument("--only", choices=["login"])
    parser.add_argument("--no-browser", action="store_true")
    arguments = parser.parse_args()
    if arguments.url and not arguments.passwords:
        parser.error("--url needs --passwords")
    arguments.output.mkdir(parents=True, exist_ok=True)
    services = json.loads((arguments.services / "services.json").read_text())

    # both end the hub that was booted, by way of `finally`; a script may have had Ctrl-C ignored
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    report = Report()
    if arguments.run:
        judge_run(report, services, arguments)
    else:
        passwords = json.loads(arguments.passwords.read_text())
        judge_hub(report, Case(arguments.group, services, arguments.url, passwords), arguments)
    if arguments.image:
        report.check(
            "no access key in the image's configuration and history", lambda: leak.check_image(arguments.image))
    report.close()


if __name__ == "__main__":
    main()
