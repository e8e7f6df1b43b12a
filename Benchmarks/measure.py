"""Runs one command, and says how long it took and how much memory its own process had."""
import os
import statistics
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Run:
    """How a command went."""

    seconds: float
    cpu: float  # seconds of all processors, of the command and all that it started and waited for
    peak: int  # bytes, the most that the command's own process had resident; 0 where nobody looked
    output: str  # stdout, then stderr


class CommandFailed(Exception):
    """The command, its code and its last words."""


def run(command, environment=None, directory=None, watches_memory=False):
    """Runs the command to its end. Looking at its memory costs a little time: not for figures of milliseconds."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        process = subprocess.Popen(
            [str(word) for word in command], env=environment, cwd=directory, stdin=subprocess.DEVNULL, stdout=out,
            stderr=err)
        watch = Watch(process.pid) if watches_memory else None
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        peak = watch.stop() if watch else 0
        output = ""
        for file in (out, err):
            file.seek(0)
            output += file.read().decode(errors="replace")
    if process.returncode != 0:
        last = "\n".join(output.splitlines()[-20:])
        raise CommandFailed(f"{' '.join(map(str, command))}: code {process.returncode}\n{last}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, peak, output)


class Watch:
    """Reads a process's high-water mark of resident memory until it ends. The mark never falls, so that only what the
    last few milliseconds add is missed. wait4's own figure would be that of the largest child, such as R or pip."""

    def __init__(self, pid):
        self.status = Path(f"/proc/{pid}/status")
        self.peak = 0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.look)
        self.thread.start()

    def look(self):
        pause = 0.002
        while not self.ended.wait(pause):
            pause = min(pause * 1.05, 0.05)
            try:
                lines = self.status.read_text().splitlines()
            except (FileNotFoundError, ProcessLookupError):
                return
            self.peak = max([self.peak] + [int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM")])

    def stop(self):
        self.ended.set()
        self.thread.join()
        return self.peak


def median(runs):
    """Of the seconds."""
    return statistics.median(each.seconds for each in runs)
