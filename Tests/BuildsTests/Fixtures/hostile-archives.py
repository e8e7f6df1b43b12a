"""Writes archives that try to lead out of where they are unpacked, or are no good: hostile-archives.py DIR"""
import io
import os
import sys
import tarfile


def write(name, *members):
    """Each member is (name, kind, data or target)."""
    with tarfile.open(os.path.join(sys.argv[1], name), "w", format=tarfile.PAX_FORMAT) as tar:
        for path, kind, value in members:
            info = tarfile.TarInfo(path)
            info.type = kind
            info.mode = 0o755 if kind == tarfile.DIRTYPE else 0o644
            if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
                info.linkname = value
                value = ""
            info.size = len(value)
            tar.addfile(info, io.BytesIO(value.encode()))


FILE, LINK, HARD, FOLDER = tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE
write("climbs.tar", ("../../out", FILE, "x"))
write("inside.tar", ("a/../b/./c", FILE, "x"), ("/abs", FILE, "y"))
write("link-up.tar", ("a", LINK, "../../.."), ("a/out", FILE, "x"))
write("link-absolute.tar", ("a", LINK, "/etc"), ("etc", FOLDER, ""), ("a/file", FILE, "x"))
write("circle.tar", ("a", LINK, "b"), ("b", LINK, "a"), ("a/x", FILE, "x"))
write("through-file.tar", ("a", FILE, "x"), ("a/b", FILE, "y"))
write("hardlink-out.tar", ("a", HARD, "../../etc/passwd"))
write("hardlink-missing.tar", ("a", HARD, "none"))
write("hardlink-order.tar", ("z", FILE, "text"), ("a", HARD, "z"), ("m", HARD, "a"))
write("hardlink-below.tar", ("new", HARD, "old"))
write("replaces.tar", ("x", FOLDER, ""), ("x/in", FILE, "1"), ("x", FILE, "2"), ("y", FILE, "1"), ("y", FOLDER, ""),
      ("y/in", FILE, "3"), ("l", FILE, "plain"))
write("devices.tar", ("null", tarfile.CHRTYPE, ""), ("disk", tarfile.BLKTYPE, ""), ("pipe", tarfile.FIFOTYPE, ""),
      ("file", FILE, "x"))
write("whiteout.tar", ("folder/.wh.passwd", FILE, ""))
write("whole.tar", ("big", FILE, "0123456789" * 20000), ("after", FILE, "x"))
with open(os.path.join(sys.argv[1], "whole.tar"), "rb") as file:
    data = file.read()
with open(os.path.join(sys.argv[1], "cut.tar"), "wb") as file:
    file.write(data[:100000])
