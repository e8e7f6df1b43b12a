import Layers
import Sandboxes

/// The users and groups that a tree's own files name.
///
/// Source: passwd(5), group(5).
struct UserDatabase: Sendable {
  private let passwd: [[Substring]]
  private let group: [[Substring]]

  /// Reads `/etc/passwd` and `/etc/group` of the tree; a file that is not there names nobody.
  init(_ tree: TreeView) throws {
    try self.init { try tree.read($0) }
  }

  init(_ tree: TreeBelow) throws {
    try self.init { try tree.read($0) }
  }

  private init(_ read: (String) throws -> [UInt8]?) throws {
    func lines(_ path: String) throws -> [[Substring]] {
      guard let bytes = try read(path) else { return [] }
      return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        .map { $0.split(separator: ":", omittingEmptySubsequences: false) }
    }
    passwd = try lines("etc/passwd")
    group = try lines("etc/group")
  }

  /// Who a USER `user[:group]` is, by name or number. Without a group it is the user's own, and root's for a number that
  /// nobody has, with the groups that list the user.
  ///
  /// - Throws: `BuildError` with code `input` for a name that the tree does not have.
  func identity(of text: String) throws(BuildError) -> UserIdentity {
    let (name, groupName) = Self.split(text)
    let entry = passwd.first { $0[0] == name } ?? passwd.first { $0.count > 2 && $0[2] == name }
    let uid = name.isEmpty ? 0 : try uid(of: name)
    if let groupName { return UserIdentity(uid: uid, gid: try gid(of: groupName)) }
    let own = entry.flatMap { $0.count > 3 ? UInt32($0[3]) : nil } ?? 0
    let listed = group.filter { $0.count > 3 && entry != nil && $0[3].split(separator: ",").contains(entry?[0] ?? "") }
    return UserIdentity(uid: uid, gid: own, additionalGIDs: listed.compactMap { UInt32($0[2]) }.filter { $0 != own })
  }

  /// The folder that `HOME` names, as runtimes set it: `/` for a number that nobody has.
  func home(of uid: UInt32) -> String {
    guard let entry = passwd.first(where: { $0.count > 5 && UInt32($0[2]) == uid }), !entry[5].isEmpty else {
      return "/"
    }
    return String(entry[5])
  }

  /// Who a `--chown=user[:group]` gives files to. Without a group it is a named user's own, and for a number the same
  /// number.
  ///
  /// - Throws: `BuildError` with code `input` for a name that the tree does not have.
  func owner(of text: String) throws(BuildError) -> CopyLayer.Owner {
    let (name, groupName) = Self.split(text)
    let uid = name.isEmpty ? 0 : try uid(of: name)
    if let groupName { return CopyLayer.Owner(uid: uid, gid: try gid(of: groupName)) }
    if UInt32(name) != nil { return CopyLayer.Owner(uid: uid, gid: uid) }
    return CopyLayer.Owner(uid: uid, gid: try identity(of: text).gid)
  }

  /// Whether `user[:group]` is in numbers, which stand for themselves in any tree.
  static func isNumeric(_ text: String) -> Bool {
    text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ":") }
  }

  private static func split(_ text: String) -> (user: Substring, group: Substring?) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    return (parts[0], parts.count == 2 ? parts[1] : nil)
  }

  private func uid(of name: Substring) throws(BuildError) -> UInt32 {
    if let entry = passwd.first(where: { $0[0] == name }), entry.count > 2, let uid = UInt32(entry[2]) { return uid }
    guard let uid = UInt32(name) else {
      throw BuildError(
        code: .input, message: "the image has no user \(name)", hint: "make the user in a RUN before, or give a number")
    }
    return uid
  }

  private func gid(of name: Substring) throws(BuildError) -> UInt32 {
    if let entry = group.first(where: { $0[0] == name }), entry.count > 2, let gid = UInt32(entry[2]) { return gid }
    guard let gid = UInt32(name) else {
      throw BuildError(
        code: .input, message: "the image has no group \(name)",
        hint: "make the group in a RUN before, or give a number")
    }
    return gid
  }
}
