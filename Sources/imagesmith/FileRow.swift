import Images
import Layers

/// One line of `ls`.
struct FileRow {
  let path: LayerPath
  /// As it is shown: from the directory that was asked for.
  let name: [UInt8]
  let kind: LayerMember.Kind
  let mode: UInt32
  let uid: UInt32
  let gid: UInt32
  let user: String
  let group: String
  let links: Int
  let modified: Int
  let size: Int
  /// Bytes with all that is in it; nil where that was not asked for.
  let total: Int?
  /// The layer's number, from 1.
  let layer: Int

  /// A path of the whole image.
  init(
    _ path: LayerPath, _ node: ImageTree.Node, in tree: ImageTree, _ accounts: ImageAccounts, totals: [LayerPath: Int],
    name: [UInt8]? = nil
  ) {
    self.path = path
    self.name = name ?? Array("/".utf8) + path.bytes
    kind = node.kind
    mode = node.mode
    uid = node.uid
    gid = node.gid
    user = accounts.user(node.uid)
    group = accounts.group(node.gid)
    links = tree.links(of: node)
    modified = node.modified
    size = node.size
    total = totals.isEmpty ? nil : totals[path]
    layer = node.inode.layer + 1
  }

  /// A change of one layer.
  init(_ member: LayerMember, layer: Int, _ accounts: ImageAccounts) {
    path = member.path
    name = Array("/".utf8) + member.path.bytes
    kind = member.kind
    mode = member.mode
    uid = member.uid
    gid = member.gid
    user = accounts.user(member.uid)
    group = accounts.group(member.gid)
    links = 1
    modified = member.modified
    size = member.size
    total = member.size
    self.layer = layer
  }

  /// As `ls -l` has it, such as `drwxr-xr-x`; `-` and `!` for what is removed and emptied.
  var modeText: String {
    if kind == .whiteout { return "-removed  " }
    if kind == .opaque { return "!emptied  " }
    var text = [Self.letter(of: kind)]
    for (shift, special, set) in [(6, 0o4000, "s"), (3, 0o2000, "s"), (0, 0o1000, "t")] {
      let bits = mode >> UInt32(shift)
      let isSpecial = mode & UInt32(special) != 0
      text.append(bits & 4 != 0 ? "r" : "-")
      text.append(bits & 2 != 0 ? "w" : "-")
      text.append(isSpecial ? (bits & 1 != 0 ? set : set.uppercased()) : (bits & 1 != 0 ? "x" : "-"))
    }
    return text.joined()
  }

  private static func letter(of kind: LayerMember.Kind) -> String {
    switch kind {
    case .directory: "d"
    case .symlink: "l"
    case .characterDevice: "c"
    case .blockDevice: "b"
    case .fifo: "p"
    case .hardlink: "h"
    case .file, .whiteout, .opaque: "-"
    }
  }

  /// Where a link leads; nil for all else.
  var target: String? {
    switch kind {
    case .symlink(let target): target.printableName
    case .hardlink(let path): "/" + path.bytes.printableName
    default: nil
    }
  }

  /// What `--json` prints. The names of the fields are stable.
  struct Report: Encodable {
    var path: String
    var type: String
    var mode: String
    var uid: UInt32
    var gid: UInt32
    var user: String
    var group: String
    var size: Int
    var total: Int?
    var modified: Int
    var target: String?
    var layer: Int
  }

  var report: Report {
    Report(
      path: "/" + path.bytes.printableName, type: kind.name, mode: "0" + String(mode, radix: 8), uid: uid, gid: gid,
      user: user, group: group, size: size, total: total, modified: modified, target: target, layer: layer)
  }
}

extension LayerMember.Kind {
  /// For `--json`.
  var name: String {
    switch self {
    case .file: "file"
    case .directory: "directory"
    case .symlink: "symlink"
    case .hardlink: "hardlink"
    case .characterDevice: "character"
    case .blockDevice: "block"
    case .fifo: "fifo"
    case .whiteout: "removed"
    case .opaque: "emptied"
    }
  }
}
