"""The processes of a container, found from outside: by what started it, or by the port that it listens on."""
import os
from pathlib import Path

from report import expect


def processes():
    """The id and the parent's id of every process."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                found[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:  # it has gone, or is not ours to look into
                continue
    return found


def root_of(pid):
    """The identity of the process's root directory; None when the process has gone."""
    try:
        entry = os.stat(f"/proc/{pid}/root")
    except OSError:  # it has gone, or is not ours to look into
        return None
    return entry.st_dev, entry.st_ino


def descendants(pid, parents):
    family = {pid}
    while True:
        children = {child for child, parent in parents.items() if parent in family}
        if children <= family:
            return family
        family |= children


def listeners(port, pids):
    """The processes that hold a listening TCP socket on the port."""
    sockets = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                sockets.add(f"socket:[{fields[9]}]")
    found = set()
    for pid in pids:
        try:
            if sockets & {os.readlink(entry.path) for entry in os.scandir(f"/proc/{pid}/fd")}:
                found.add(pid)
        except OSError:  # it has gone, or is not ours to look into
            continue
    return found


def container_processes(starter, port):
    """The process ids of the container that `starter` started, or that listens on the port. A runtime may leave the
    family of its starter, and a port may be held by a proxy outside: so both ways. What makes a process one of the
    container's is its root directory."""
    parents = processes()
    ours = root_of("self")
    roots = {root_of(pid) for pid in descendants(starter, parents) | listeners(port, parents)} - {ours, None}
    expect(roots, f"no process below {starter} or on port {port} has a root directory of its own")
    return sorted(pid for pid in parents if root_of(pid) in roots)
