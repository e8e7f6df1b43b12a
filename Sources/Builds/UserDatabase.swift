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
    passwd = try Self.lines(of: "etc/passwd", in: tree)
    group = try Self.lines(of: "etc/group", in: tree)
  }

  init(passwd: String, group: String) {
    self.passwd = Self.fields(of: passwd)
    self.group = Self.fields(of: group)
  }

  /// Who `user[:group]` is, by name or number. Without a group it is the user's own, and root's for a number that
  /// nobody has, with the groups that list the user.
  ///
  /// - Throws: `BuildError` with code `input` for a name that the tree does not have.
  func identity(of text: String) throws(BuildError) -> UserIdentity {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts[0]
    let entry = passwd.first { $0[0] == name } ?? passwd.first { $0.count > 2 && $0[2] == name }
    let uid: UInt32
    if let entry, entry.count > 3, let number = UInt32(entry[2]) {
      uid = number
    } else if let number = UInt32(name) {
      uid = number
    } else if name.isEmpty {
      uid = 0
    } else {
      throw BuildError(
        code: .input, message: "the image has no user \(name)",
        hint: "make the user in a RUN before, or give a number")
    }
    if parts.count == 2 { return UserIdentity(uid: uid, gid: try gid(of: parts[1])) }
    let own = entry.flatMap { $0.count > 3 ? UInt32($0[3]) : nil } ?? 0
    let listed = group.filter { $0.count > 3 && entry != nil && $0[3].split(separator: ",").contains(entry?[0] ?? "") }
    return UserIdentity(uid: uid, gid: own, additionalGIDs: listed.compactMap { UInt32($0[2]) }.filter { $0 != own })
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

  private static func lines(of path: String, in tree: TreeView) throws -> [[Substring]] {
    guard let bytes = try tree.read(path) else { return [] }
    return fields(of: String(decoding: bytes, as: UTF8.self))
  }

  private static func fields(of text: String) -> [[Substring]] {
    text.split(separator: "\n").map { $0.split(separator: ":", omittingEmptySubsequences: false) }
  }
}
