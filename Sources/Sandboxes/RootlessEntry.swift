import Glibc
import Native
import Synchronization

/// The move of this process into a user namespace of its own, at its start, for a user who is not root.
package enum RootlessEntry {
  /// Why it is not there, for the error of the first RUN: a build without RUN needs no namespace.
  private static let reason = Mutex<String?>(nil)

  static var failure: String? { reason.withLock { $0 } }

  /// Enters, if it can. Must be called before the program has a second thread. Does nothing for root.
  ///
  /// - Parameter path: where newuidmap and newgidmap are looked for.
  package static func enter(path: String) {
    guard geteuid() != 0 else { return }
    do throws(NativeError) {
      try UserNamespace.enter(helpers: helpers(path: path))
    } catch {
      reason.withLock { $0 = explain(error) }
    }
  }

  /// Nil where this user has no ranges of ids, or the programs are not installed.
  private static func helpers(
    path: String
  ) -> (newuidmap: String, uids: UserNamespace.Range, newgidmap: String, gids: UserNamespace.Range)? {
    guard let newuidmap = find("newuidmap", path), let newgidmap = find("newgidmap", path),
      let uids = range(in: "/etc/subuid"), let gids = range(in: "/etc/subgid")
    else { return nil }
    return (newuidmap, uids, newgidmap, gids)
  }

  private static func range(in file: String) -> UserNamespace.Range? {
    guard let bytes = try? FileDescriptor.open(file).readAll(limit: 1 << 20) else { return nil }
    let name = getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) } ?? ""
    return UserNamespace.range(of: name, uid: geteuid(), in: String(decoding: bytes, as: UTF8.self))
  }

  private static func find(_ name: String, _ path: String) -> String? {
    (path.split(separator: ":").map(String.init) + ["/usr/bin"]).map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
  }

  private static func explain(_ error: NativeError) -> String {
    switch error.errno {
    case EPERM, EACCES: "\(error.reason): this machine, or the container around, lets no user make a namespace"
    case ENOSPC, EUSERS: "\(error.reason): user.max_user_namespaces is too small"
    default: "\(error)"
    }
  }
}
