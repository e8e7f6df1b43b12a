"""A machine that lacks something: a mount namespace in which a program is hidden, or a disk is small."""
import shutil
import subprocess
from contextlib import contextmanager

from report import expect


@contextmanager
def namespace(folder, setup):
    """A mount namespace in which the shell commands of `setup` have run. Gives what has to stand before a command, so
    that it runs there, in the folder."""
    holder = subprocess.Popen(
        ["unshare", "--mount", "--propagation", "private", "sh", "-ec", f"{setup}\necho ready\nexec sleep 3600"],
        cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    try:
        expect(holder.stdout.readline() == "ready\n", "the mount namespace could not be made")
        yield ["nsenter", "--target", str(holder.pid), "--mount", "--wd"]
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()


def without(folder, *programs):
    """A mount namespace in which these programs cannot be started."""
    folders = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    paths = {path for program in programs for folder in folders.split(":")
             if (path := shutil.which(program, path=folder))}
    return namespace(folder, "\n".join(f"mount --bind /dev/null {path}" for path in sorted(paths)))
