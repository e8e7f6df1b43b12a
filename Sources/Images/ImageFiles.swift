import Layers
import OCI

/// The files of an image, with the content of the few that were asked for.
package struct ImageFiles: Sendable {
  package let tree: ImageTree
  /// Lowest first.
  package let layers: [LayerListing]

  package init(_ layers: [LayerListing]) throws(ImageError) {
    self.layers = layers
    tree = try ImageTree(layers)
  }

  /// The beginning of a file's content, where it was asked for.
  package func content(of node: ImageTree.Node) -> [UInt8]? {
    guard layers.indices.contains(node.inode.layer) else { return nil }
    return layers[node.inode.layer].contents[node.inode.member]
  }

  /// The users and groups that the image's own files name.
  package var accounts: ImageAccounts {
    ImageAccounts { path in tree[path].flatMap(content) }
  }
}

extension LayerListing {
  /// The users and groups that the layer's own files name, where it has them.
  package var accounts: ImageAccounts {
    ImageAccounts { path in members.lastIndex { $0.path == path }.flatMap { contents[$0] } }
  }
}

/// Names for the numbers of owners.
///
/// Source: passwd(5), group(5).
package struct ImageAccounts: Sendable, Equatable {
  private let users: [UInt32: String]
  private let groups: [UInt32: String]

  /// Every number stands for itself.
  package static let none = ImageAccounts(passwd: "", group: "")

  package init(passwd: String, group: String) {
    users = Self.names(passwd)
    groups = Self.names(group)
  }

  fileprivate init(_ content: (LayerPath) -> [UInt8]?) {
    func text(_ path: LayerPath) -> String { String(decoding: content(path) ?? [], as: UTF8.self) }
    self.init(passwd: text(Self.passwd), group: text(Self.group))
  }

  /// The name, or the number where there is none.
  package func user(_ uid: UInt32) -> String { users[uid] ?? "\(uid)" }
  package func group(_ gid: UInt32) -> String { groups[gid] ?? "\(gid)" }

  /// The files that have the names, for `LayerListing.Wish.keeps`.
  package static let limit = 1 << 20
  package static let paths: Set<LayerPath> = [passwd, group]
  private static let passwd = LayerPath.root.appending("etc".utf8).appending("passwd".utf8)
  private static let group = LayerPath.root.appending("etc".utf8).appending("group".utf8)

  private static func names(_ text: String) -> [UInt32: String] {
    var names: [UInt32: String] = [:]
    for line in text.split(whereSeparator: \.isNewline) {
      let fields = line.split(separator: ":", omittingEmptySubsequences: false)
      // Of two with one number the first counts, as for getpwuid(3).
      guard fields.count > 2, let number = UInt32(fields[2]), names[number] == nil else { continue }
      names[number] = String(fields[0])
    }
    return names
  }
}

extension LayerListing.Wish {
  /// For listings that name owners.
  package static let accounts = LayerListing.Wish(
    hashes: { _ in false }, keeps: { ImageAccounts.paths.contains($0.path) ? ImageAccounts.limit : 0 })
}
