"""`imagesmith run`: the hub of one group, booted here, from its first line to a clean end."""
import json
import os
import re
import signal
import socket
import stat
import subprocess
from pathlib import Path

from report import expect, wait_for


def free_port():
    """8000 when nobody listens there, else any other port of the loopback interface."""
    for port in (8000, 0):
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("0.0.0.0", port))
                return listener.getsockname()[1]
            except OSError:
                continue


def mounts():
    """Where something is mounted now."""
    return {line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()}


class Run:
    """One `imagesmith run`. Its two outputs are kept as run-GROUP.out and run-GROUP.err."""

    def __init__(self, binary, group, environment, output):
        self.group = group
        self.passwords = Path(output) / f"passwords-{group}.json"
        self.passwords.unlink(missing_ok=True)
        self.out = Path(output) / f"run-{group}.out"
        self.err = Path(output) / f"run-{group}.err"
        self.port = free_port()
        self.mounts = mounts()
        command = [binary, "run", "--group", group, "--port", str(self.port), "--passwords-file", str(self.passwords)]
        for name, value in environment.items():
            command += ["-e", f"{name}={value}"]
        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)

    def ended(self):
        code = self.process.poll()
        last = self.err.read_text(errors="replace").splitlines()[-10:]
        return None if code is None else "\n".join([f"imagesmith run ended with code {code}", *last])

    def address(self):
        """Waits for the address on stdout, and for every password there and in a file that only its owner reads."""

        def printed():
            expect(self.ended() is None, self.ended())
            found = re.search(r"http://[\w.]+:\d+/?", self.out.read_text())
            return found and found[0]

        url = wait_for("the address on stdout", printed)
        wait_for("the passwords file", self.passwords.exists)
        mode = stat.S_IMODE(self.passwords.stat().st_mode)
        expect(mode == 0o600, f"the passwords file has mode {mode:o}, not 600")
        expect(url.rstrip("/").endswith(f":{self.port}"), f"it says {url}, not port {self.port}")
        table = json.loads(self.passwords.read_text())

        def shown():
            text = self.out.read_text()
            return all(user in text and password in text for user, password in table.items())

        wait_for("each user and password on stdout", shown)
        return url

    def stop(self, pids):
        """Ctrl-C: it ends with 130 in time; no process of the container and no mount is left."""
        expect(self.ended() is None, self.ended())
        self.process.send_signal(signal.SIGINT)
        wait_for("imagesmith run to end after SIGINT", lambda: self.process.poll() is not None)
        expect(self.process.returncode == 130, f"it ended with {self.process.returncode}, not 130")
        left = [pid for pid in pids if os.path.exists(f"/proc/{pid}")]
        expect(not left, f"processes left behind: {left}")
        expect(mounts() <= self.mounts, f"mounts left behind: {sorted(mounts() - self.mounts)}")

    def kill(self):
        """Ends it by any means, when the checks are over."""
        for end in (self.process.terminate, self.process.kill):
            if self.process.poll() is None:
                end()
                try:
                    self.process.wait(20)
                except subprocess.TimeoutExpired:
                    continue
