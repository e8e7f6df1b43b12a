import Foundation
import Testing

/// A build by a process of its own that may do less than this one: `BuildProbe`, in a folder that it owns.
struct Probe {
  /// Of the ids that a user namespace of the tests has, the first outside.
  static let firstID = 1_000_000

  private let folder: TemporaryFolder

  /// - Parameters:
  ///   - dockerfile: what is built; beside it there is `file`.
  ///   - owner: whom the folder belongs to.
  init(_ dockerfile: String, owner: Int) throws {
    folder = try TemporaryFolder()
    try folder.write(["context/Dockerfile": dockerfile, "context/file": "content", "cache/": ""])
    let built = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    for (source, name) in [(built.appending(path: "BuildProbe").path, "probe"), (try TinyBase.layout.get(), "layout")] {
      try #require(try Shell.run(["cp", "-r", source, "\(folder.path)/\(name)"]).code == 0)
    }
    try #require(try Shell.run(["chown", "-R", "\(owner):\(owner)", folder.path]).code == 0)
  }

  private func command(_ arguments: [String]) -> [String] {
    let own = ["cache", "context"].map { "\(folder.path)/\($0)" }
    return ["\(folder.path)/probe"] + own + ["--base", folder.path + "/layout"] + arguments
  }

  /// As root of a user namespace of 65536 ids.
  func runInNamespace(_ arguments: [String]) throws -> Shell.Outcome {
    try Shell.run(["python3", "-c", Self.enter, "\(Self.firstID)"] + command(arguments))
  }

  /// Makes the namespace, writes its map from outside, and becomes the program inside.
  private static let enter = """
    import ctypes, os, sys
    ready, go = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        if ctypes.CDLL(None, use_errno=True).unshare(0x10000000 | 0x00020000) != 0:
            raise OSError(ctypes.get_errno(), 'unshare')
        os.write(ready[1], b'.')
        os.read(go[0], 1)
        os.setgroups([])
        os.setresgid(0, 0, 0)
        os.setresuid(0, 0, 0)
        os.execv(sys.argv[2], sys.argv[2:])
    os.read(ready[0], 1)
    for kind in 'uid', 'gid':
        with open(f'/proc/{child}/{kind}_map', 'w') as file:
            file.write(f'0 {sys.argv[1]} 65536')
    os.write(go[1], b'.')
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """

  /// As root with the capabilities of a container that is not privileged, or fewer.
  func runWithoutMounts(_ arguments: [String], without dropped: Set<String> = []) throws -> Shell.Outcome {
    let kept = [
      "chown", "dac_override", "fsetid", "fowner", "mknod", "net_raw", "setgid", "setuid", "setfcap", "setpcap",
      "net_bind_service", "sys_chroot", "kill", "audit_write",
    ]
    let set = "-all" + kept.filter { !dropped.contains($0) }.map { ",+\($0)" }.joined()
    return try Shell.run(["setpriv", "--bounding-set=\(set)"] + command(arguments))
  }

  /// As root without mounts, the cache on an overlay mount, as the root of every container is one.
  func runOnOverlay(_ arguments: [String]) throws -> Shell.Outcome {
    let script = """
      set -e; cd "$0"; mkdir lower upper work
      mount -t overlay overlay cache -o lowerdir=lower,upperdir=upper,workdir=work
      exec setpriv --bounding-set=-sys_admin "$@"
      """
    return try Shell.run(["unshare", "--mount", "sh", "-c", script, folder.path] + command(arguments))
  }

  /// As a user who is not root and has no ids but its own.
  func runAsUser(_ id: Int, _ arguments: [String]) throws -> Shell.Outcome {
    try Shell.run(["setpriv", "--reuid=\(id)", "--regid=\(id)", "--clear-groups"] + command(arguments))
  }
}
