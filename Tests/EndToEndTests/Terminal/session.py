"""imagesmith on a terminal of its own, whose screen can be looked at while it runs."""
import codecs
import fcntl
import os
import pty
import select
import struct
import termios
from contextlib import contextmanager

from report import expect
from screen import Screen


class Session:
    def __init__(self, command, folder, environment, columns, rows):
        self.screen = Screen(columns, rows)
        self.decoder = codecs.getincrementaldecoder("utf-8")()
        self.code = None
        size = struct.pack("HHHH", rows, columns, 0, 0)
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            # the size must be there when the program asks for it
            fcntl.ioctl(0, termios.TIOCSWINSZ, size)
            os.chdir(folder)
            os.execve(command[0], command, environment)

    def read(self):
        """Feeds the screen with what has come, waiting for some. False when the program has closed the terminal."""
        try:
            data = os.read(self.terminal, 1 << 16)
        except OSError:
            data = b""
        self.screen.feed(self.decoder.decode(data, final=not data))
        return bool(data)

    def until(self, what, condition):
        """Reads until the screen is as it should be."""
        while not condition(self.screen):
            if select.select([self.terminal], [], [], 1)[0]:
                expect(self.read(), f"it ended before {what}:\n" + "\n".join(self.screen.all))

    def type(self, text):
        os.write(self.terminal, text.encode())

    def end(self):
        """Reads to the end. Gives the exit code."""
        while self.read():
            pass
        self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.code

    def close(self):
        os.close(self.terminal)
        if self.code is None:
            os.kill(self.pid, 9)
            os.waitpid(self.pid, 0)


@contextmanager
def session(project, *arguments, columns=72, rows=16, **environment):
    one = Session(
        project.command(*arguments), project.folder, project.environment | {"TERM": "xterm"} | environment, columns,
        rows)
    try:
        yield one
    finally:
        one.close()
