import TestShell

/// Lists a tree so that two can be compared: type, mode, owner, size, time, path, link target, device, attributes, content.
enum TreeListing {
  static func of(_ path: String, times: Bool = true) throws -> String {
    try Shell.run(
      """
      python3 - '\(path)' \(times ? 1 : 0) <<'PYTHON'
      import hashlib, os, stat, sys
      root, times = os.fsencode(sys.argv[1]), sys.argv[2] == "1"
      names = {}
      text = lambda name: name.decode(errors='backslashreplace')
      rows = []
      for base, directories, files in os.walk(root):
          for name in directories + files:
              path = os.path.join(base, name)
              at = os.lstat(path)
              row = [text(os.path.relpath(path, root)), oct(at.st_mode), at.st_uid, at.st_gid]
              if times: row.append(int(at.st_mtime))
              if stat.S_ISLNK(at.st_mode): row.append(text(os.readlink(path)))
              if stat.S_ISREG(at.st_mode): row.append(hashlib.sha256(open(path, "rb").read()).hexdigest())
              if stat.S_ISCHR(at.st_mode) or stat.S_ISBLK(at.st_mode): row.append(at.st_rdev)
              for key in sorted(os.listxattr(path, follow_symlinks=False)):
                  if not key.startswith("trusted.overlay."):
                      row.append((key, os.getxattr(path, key, follow_symlinks=False)))
              if not stat.S_ISDIR(at.st_mode) and at.st_nlink > 1:
                  names.setdefault((at.st_dev, at.st_ino), []).append(text(os.path.relpath(path, root)))
              rows.append(row)
      for row in sorted(rows, key=lambda row: row[0]): print(*row)
      for group in sorted(sorted(group) for group in names.values()): print("same file:", *group)
      PYTHON
      """)
  }
}
