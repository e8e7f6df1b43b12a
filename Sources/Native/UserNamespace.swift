import CLinux
import Glibc

/// A user namespace in which this process is root: it may mount, change owners and start programs as any user that the
/// namespace has, and outside of it gains nothing.
///
/// The process itself moves, at its start, rather than each command: what it unpacks and packs then has the owners that
/// commands see, and everything else of the program is the same as for root. Source: user_namespaces(7), subuid(5).
package enum UserNamespace {
  /// Ids outside that stand for ids inside from 1 on.
  package struct Range: Sendable, Equatable {
    package var first: UInt32
    package var count: UInt32

    package init(first: UInt32, count: UInt32) {
      self.first = first
      self.count = count
    }
  }

  /// The ids that root has given to a user, in a file as /etc/subuid: the first line of that name or number.
  package static func range(of user: String, uid: UInt32, in text: String) -> Range? {
    for line in text.split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 3, parts[0] == user || parts[0] == String(uid), let first = UInt32(parts[1]),
        let count = UInt32(parts[2]), count > 0
      else { continue }
      return Range(first: first, count: count)
    }
    return nil
  }

  /// Whether this process is in a namespace that has one user alone, so that nothing can belong to another.
  package static var hasOneUser: Bool {
    guard let bytes = try? FileDescriptor.open("/proc/self/uid_map").readAll(limit: 1 << 16) else { return false }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    return lines.count == 1 && lines[0].split(separator: " ").last == "1"
  }

  /// Whether this process is root of a user namespace, and not of the machine.
  package static var isEntered: Bool {
    guard let bytes = try? FileDescriptor.open("/proc/self/uid_map").readAll(limit: 1 << 16) else { return false }
    return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace) != ["0", "0", "4294967295"]
  }

  /// Moves this process, which has one thread yet, into a new user and a new mount namespace, as their root.
  ///
  /// With `newuidmap` and `newgidmap`, and ranges that root has given to this user, there are other users too; else the
  /// namespace has one user alone.
  ///
  /// - Parameter helpers: the paths of the two programs, and the ranges for them.
  /// - Throws: `NativeError` when the machine does not allow it. Nothing has changed then, unless the helpers failed, where a
  ///   namespace of one user is what is left.
  package static func enter(
    helpers: (newuidmap: String, uids: Range, newgidmap: String, gids: Range)?
  ) throws(NativeError) {
    let (uid, gid) = (geteuid(), getegid())
    var lists: [[String]] = []
    if let helpers {
      func list(_ program: String, _ own: UInt32, _ range: Range) -> [String] {
        [program, "\(getpid())", "0", "\(own)", "1", "1", "\(range.first)", "\(range.count)"]
      }
      lists = [list(helpers.newuidmap, uid, helpers.uids), list(helpers.newgidmap, gid, helpers.gids)]
    }
    var failure = imagesmith_namespace_failure()
    let entered = withArgumentLists(lists) { imagesmith_enter_user_namespace($0, lists.count, &failure) } == 0
    if !entered, failure.step != IMAGESMITH_NAMESPACE_MAP {
      throw NativeError(
        operation: "make a user namespace", reason: String(cString: strerror(failure.error)), errno: failure.error)
    }
    if !entered || helpers == nil {
      // The helpers may have written one of the two.
      try? write("deny", to: "/proc/self/setgroups")
      try mapOneself(uid, in: "/proc/self/uid_map")
      try mapOneself(gid, in: "/proc/self/gid_map")
    }
  }

  private static func mapOneself(_ id: UInt32, in file: String) throws(NativeError) {
    guard try FileDescriptor.open(file).readAll(limit: 1 << 16).isEmpty else { return }
    try write("0 \(id) 1\n", to: file)
  }

  private static func write(_ text: String, to file: String) throws(NativeError) {
    try FileDescriptor.open(file, O_WRONLY).write(Array(text.utf8))
  }

  private static func withArgumentLists<Result>(
    _ lists: [[String]], _ body: (UnsafePointer<UnsafePointer<UnsafeMutablePointer<CChar>?>?>?) -> Result
  ) -> Result {
    let strings = lists.map { list in list.map { strdup($0) } + [nil] }
    defer { for string in strings.joined() { free(string) } }
    let tables = strings.map { list in
      let table = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: list.count)
      table.initialize(from: list, count: list.count)
      return table
    }
    defer { for table in tables { table.deallocate() } }
    return tables.map { Optional(UnsafePointer($0)) }.withUnsafeBufferPointer { body($0.baseAddress) }
  }
}
