"""A program that runs in the background until it is stopped by its process id."""
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path


class ServiceError(Exception):
    """What went wrong, in one line a person can act on."""


def free_port():
    """A TCP port of the loopback interface that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def start_time(pid):
    """When the process started, in clock ticks since boot; None when there is none. Tells a process from a later one
    with the same id."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, *fields = stat.rpartition(")")[2].split()
    return None if state == "Z" else int(fields[18])


class Daemon:
    """One background program, known by its files in the state directory: NAME.pid and NAME.log."""

    def __init__(self, state, name):
        self.name = name
        self.log = Path(state) / f"{name}.log"
        self.pid_file = Path(state) / f"{name}.pid"

    def start(self, command, environment=None, directory="/"):
        """Starts the program in a session of its own, so that Ctrl-C in the caller's terminal does not reach it."""
        with open(self.log, "ab") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=directory,
                env=dict(os.environ, **(environment or {})), start_new_session=True)
        self.pid_file.write_text(json.dumps({"pid": process.pid, "started": start_time(process.pid)}))
        self.process = process

    def wait_until_answering(self, url, seconds=30):
        """Waits until the address answers anything at all over HTTP."""
        end = time.monotonic() + seconds
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        while time.monotonic() < end:
            if self.process.poll() is not None:
                code = self.process.returncode
                raise ServiceError(f"{self.name} ended with code {code} at once:\n{self.last_lines()}")
            try:
                opener.open(url, timeout=2).close()
                return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.05)
        raise ServiceError(f"{self.name} did not answer at {url} within {seconds} s:\n{self.last_lines()}")

    def last_lines(self, count=15):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])

    def running_pid(self):
        """The process id while it is still the process that was started; else None."""
        try:
            entry = json.loads(self.pid_file.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        if entry["started"] is None or start_time(entry["pid"]) != entry["started"]:
            return None
        return entry["pid"]

    def stop(self, seconds=10):
        """Ends the program if it runs: SIGTERM, then SIGKILL when it has not gone in time."""
        for signal_number in (signal.SIGTERM, signal.SIGKILL):
            end = time.monotonic() + seconds
            pid = self.running_pid()
            if pid is None:
                break
            os.kill(pid, signal_number)
            while self.running_pid() is not None and time.monotonic() < end:
                time.sleep(0.02)
        self.pid_file.unlink(missing_ok=True)
