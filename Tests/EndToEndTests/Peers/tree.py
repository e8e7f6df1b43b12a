"""A file tree as a listing that can be compared: whatever an image says of a file, but for its times.

usage: tree.py DIR      prints the listing as JSON; to read every file it must be root
"""
import hashlib
import json
import os
import stat
import sys
from collections import Counter

TYPES = {
    stat.S_IFREG: "file", stat.S_IFDIR: "directory", stat.S_IFLNK: "symlink", stat.S_IFCHR: "character device",
    stat.S_IFBLK: "block device", stat.S_IFIFO: "fifo", stat.S_IFSOCK: "socket",
}


def scan(root):
    """Every path below `root`, each with its type, mode, owner, content, link target, hard links and attributes."""
    root = os.fspath(root)
    listing, first = {}, {}
    for path in sorted(paths_below(root)):
        whole = os.path.join(root, path)
        status = os.lstat(whole)
        kind = TYPES[stat.S_IFMT(status.st_mode)]
        entry = {"type": kind, "mode": f"{stat.S_IMODE(status.st_mode):04o}",
                 "owner": f"{status.st_uid}:{status.st_gid}"}
        if kind == "file":
            entry["content"] = f"{status.st_size} {digest(whole)}"
        elif kind == "symlink":
            entry["target"] = os.readlink(whole)
            del entry["mode"]  # Linux gives every symbolic link 0777
        elif kind.endswith("device"):
            entry["device"] = f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}"
        if kind != "directory" and status.st_nlink > 1:
            same = first.setdefault((status.st_dev, status.st_ino), path)
            if same != path:
                entry["hardlink"] = same
        attributes = {name: os.getxattr(whole, name, follow_symlinks=False).hex()
                      for name in sorted(os.listxattr(whole, follow_symlinks=False))
                      if not name.startswith("trusted.overlay.")}
        if attributes:
            entry["attributes"] = attributes
        listing[path] = entry
    return listing


def paths_below(root, folder=""):
    for item in os.scandir(os.path.join(root, folder)):
        path = os.path.join(folder, item.name)
        yield path
        if item.is_dir(follow_symlinks=False):
            yield from paths_below(root, path)


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def differences(one, other, allowed=()):
    """How two listings differ, one line each, and how often each allowed reason was the explanation.

    `allowed` has (pattern of the path, fields, reason): `fields` are those that may differ, `()` the whole entry."""
    lines, explained = [], Counter()
    for path in sorted(one.keys() | other.keys()):
        left, right = one.get(path), other.get(path)
        if left == right:
            continue
        if left is None or right is None:
            fields, text = {"entry"}, "only in the second" if left is None else "only in the first"
        else:
            fields = {name for name in left.keys() | right.keys() if left.get(name) != right.get(name)}
            text = ", ".join(f"{name} {left.get(name)} | {right.get(name)}" for name in sorted(fields))
        reason = next(
            (reason for pattern, may, reason in allowed
             if pattern.fullmatch(path) and (not may or fields <= set(may))), None)
        if reason:
            explained[reason] += 1
        else:
            lines.append(f"{path}: {text}")
    return lines, explained


if __name__ == "__main__":
    json.dump(scan(sys.argv[1]), sys.stdout)
