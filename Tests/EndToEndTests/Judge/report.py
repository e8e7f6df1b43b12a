"""One line per check, and how many passed."""
import signal
import sys
import time


class Failure(Exception):
    """What a check found wrong, in words for the person who reads the line."""


class OutOfTime(Exception):
    """A check took longer than it may."""


def expect(condition, message):
    if not condition:
        raise Failure(message)


def wait_for(what, condition, interval=0.1):
    """Asks again until the condition gives something true; the check's own time limit ends it."""
    while True:
        try:
            found = condition()
        except OutOfTime as error:
            raise OutOfTime(f"{error} for {what}") from None
        if found:
            return found
        try:
            time.sleep(interval)
        except OutOfTime as error:
            raise OutOfTime(f"{error} for {what}") from None


class Report:
    def __init__(self):
        self.passed = 0
        self.failed = 0
        signal.signal(signal.SIGALRM, self.stop)
        self.limit = 0

    def stop(self, *_):
        raise OutOfTime(f"waited {self.limit} s")

    def check(self, name, body, seconds=30, needs=()):
        """Runs one check within its time and prints its line. Gives what the body gives (True for nothing), or None
        when it failed or when something that it needs did."""
        if any(need is None for need in needs):
            return self.fail(name, "not tried: what it needs failed", 0)
        start = time.monotonic()
        self.limit = seconds
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            value = body()
        except (Failure, OutOfTime) as error:
            return self.fail(name, str(error), time.monotonic() - start)
        except Exception as error:  # any failure is a finding, and the next checks go on
            return self.fail(name, f"{type(error).__name__}: {error}", time.monotonic() - start)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        self.passed += 1
        print(f"ok    {name} ({time.monotonic() - start:.1f} s)", flush=True)
        return True if value is None else value

    def fail(self, name, why, seconds):
        self.failed += 1
        lines = why.strip().splitlines() or ["no reason given"]
        print(f"FAIL  {name} ({seconds:.1f} s): {lines[0]}", *lines[1:12], sep="\n        ", flush=True)

    def close(self):
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(1 if self.failed else 0)
